"""The call of a graded recognition (分级认定) as a row; who applied and with what result is `casework.institution_tables.Recognition`."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId

CALL_STATES = ("open", "examined", "assessed", "decided", "published", "done", "empty")
"""申报中, 已审查, 已评分, 已决定, 公示, 已认定, 无可认定."""


class RecognitionCall(Base):
    """A call of a department for recognition: for filed institutions of a territory and a level, with so many places (WP-2.3).

    `number` is the batch (`RD-<C|R>-<city4 or 45>-<yyyy>-<2>`). `level`: city, region: of the platform that is recognised. `line`: industry,
    science: the department that calls. `state`: one of `CALL_STATES`.
    """

    __tablename__ = "recognition_call"
    __table_args__ = (UniqueConstraint("number"), Index(None, "scope", "state"), Index(None, "instance_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    level: Mapped[str] = mapped_column(String(6))
    line: Mapped[str] = mapped_column(String(8))
    scope: Mapped[str] = mapped_column(String(200))
    places: Mapped[int]
    closes_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(9), default="open")
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    members: Mapped[str] = mapped_column(String(400), default="")
    called_by: Mapped[str] = mapped_column(String(120))
    called_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
