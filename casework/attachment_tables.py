"""Files that people sent with a submission: who brought what for which task, and the content once however often it is sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base
from engine.tables import BigId


class AttachmentContent(Base):
    """The bytes of a file under their SHA-256 (hex). `preview` is a small JPEG of a picture without its metadata, None for the rest."""

    __tablename__ = "attachment_content"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    preview: Mapped[bytes | None] = mapped_column(LargeBinary)


class Attachment(Base):
    """One file that somebody brought for a user task (6.12 no. 9).

    `key` is what a reference in an answer holds as its `id`; it cannot be guessed. `media_type` was found in the content. `scope` and
    `subject` are those of the task. `is_inside`: brought for a task of the offices, which an enterprise does not read. `place` is what a
    photograph says about where and when it was taken: `{lat, lon, at}`. `scanner` names who looked for viruses, empty when nobody did.
    `used_at`: when a submission with it was accepted; until then it is a draft's, and goes when the task is over.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "user_task_id", "by"),
        Index(None, "sha256"),
        Index(None, "subject"),
        Index(None, "used_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(ForeignKey("attachment_content.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    scope: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    is_inside: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(120))
    on_behalf_of: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime]
    place: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scanner: Mapped[str] = mapped_column(String(60), default="")
    used_at: Mapped[datetime | None]
