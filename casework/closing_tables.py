"""The rows of striking off that are not the closure itself: objections raised while it was published."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework.case_tables import Closure
from engine.db import Base
from engine.tables import BigId


class Objection(Base):
    """An objection to a published closure (异议, F11). `state`: open → upheld, dismissed. `finding` is what the investigation found."""

    __tablename__ = "objection"
    __table_args__ = (Index(None, "closure_id"), Index(None, "case_id", "state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    closure_id: Mapped[int] = mapped_column(ForeignKey("closure.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="open")
    finding: Mapped[str] = mapped_column(Text, default="")
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    settled_at: Mapped[datetime | None]

    closure: Mapped[Closure] = relationship()
