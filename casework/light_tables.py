"""Lights as rows: every change with its reason, and what each case and item shows now (3.1, DT-2, 6.11)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId


class LightLog(Base):
    """A change of a light, with the rule that fired and the figures it looked at (6.11). Append-only.

    `about`: `item:<id>`, `case:<id>`. `day` is the Shanghai date of the assessment. `number` is the number of its rule (`DT-2.7`, `3.1.2`),
    `rule` its words in Chinese, `rule_en` in English. `figures` name their own dates and periods.
    """

    __tablename__ = "light_log"
    __table_args__ = (Index(None, "about", "id"), Index(None, "case_id", "id"), Index(None, "case_id", "day"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    about: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    day: Mapped[date]
    light: Mapped[str] = mapped_column(String(6))
    previous: Mapped[str] = mapped_column(String(6))
    number: Mapped[str] = mapped_column(String(12), default="", server_default="")
    rule: Mapped[str] = mapped_column(String(200))
    rule_en: Mapped[str] = mapped_column(String(200), default="", server_default="")
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]


class CurrentLight(Base):
    """What a case or an item shows now, by its `about`: the last entry of its `LightLog`. Without a row it was always green."""

    __tablename__ = "current_light"
    __table_args__ = (Index(None, "case_id"),)

    about: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    light: Mapped[str] = mapped_column(String(6))
    number: Mapped[str] = mapped_column(String(12))
    rule: Mapped[str] = mapped_column(String(200))
