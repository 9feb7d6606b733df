"""Standard phrases of a person as rows: what an officer writes again and again under his opinions (REFERENCE 8)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId


class Phrase(Base):
    """One phrase that a person keeps. `kind` says where it is offered (`review`, `onsite`, `refusal` …); empty: everywhere."""

    __tablename__ = "phrase"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
