"""Attachments: a file is brought for a user task, looked at, kept under its hash, and shown to whoever may read the matter.

A form holds references only (`engine.files`). A file that no accepted submission names is a draft's: it goes when its task is over.
Sources: REFERENCE 6.12 no. 9, 4.0 ("every step writes … attachments with hash").
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from casework import file_kinds, permissions, scanning
from casework.attachment_tables import Attachment, AttachmentContent
from casework.file_kinds import Kind
from casework.permissions import Scope
from engine import clocks, files, history
from engine.errors import Invalid, NotFound
from engine.tables import UserTask

LARGEST: Final = file_kinds.LARGEST
MOST_UNUSED: Final = 200
"""How many files a person may bring for one task before a submission takes them."""
KEPT_UNUSED: Final = timedelta(days=7)
"""How long a file stays whose task is over and which no submission took."""
PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked at and may be kept: its name, its bytes, what it is, and who looked for viruses."""

    name: str
    data: bytes
    kind: Kind
    scanner: str


class Kept:
    """The keeper of the house (`engine.files.Keeper`)."""

    def known(self, db: Session, ids: Collection[str], *, by: str, user_task_id: int) -> Mapping[str, files.Reference]:
        """Files that `by` brought for this task, or an official in somebody's stead for the same task."""
        query = select(Attachment).where(Attachment.key.in_(ids), Attachment.user_task_id == user_task_id)
        return {row.key: reference(row) for row in db.scalars(query.where(Attachment.by == by))}

    def accepted(self, db: Session, ids: Collection[str], *, user_task_id: int, now: datetime) -> None:
        """From now on they belong to the matter."""
        if ids:
            mine = update(Attachment).where(Attachment.key.in_(ids), Attachment.user_task_id == user_task_id)
            db.execute(mine.where(Attachment.used_at.is_(None)).values(used_at=now))


def look_at(name: str, declared: str, data: bytes, *, scanner: str = "") -> Looked:
    """Looks at what was sent, outside any transaction: its name, what it is, and the office's virus scanner (a command, or `""`).

    Raises:
        Invalid: it may not be kept; the sentence says why and what to do.
        Conflict: the scanner does not answer.
    """
    kept_name = file_kinds.check_name(name)
    kind = file_kinds.look(kept_name, declared.split(";", maxsplit=1)[0].strip().lower(), data)
    return Looked(kept_name, data, kind, scanning.scan(scanner, kept_name, data))


def keep(
    db: Session, looked: Looked, *, user_task_id: int, by: str, on_behalf_of: str = "", now: datetime
) -> dict[str, Any]:
    """Keeps a file for an open task; answers the reference that the form holds. The same file sent again is the same reference.

    Raises:
        Conflict: the task is no longer open.
        Invalid: too many files were brought already.
    """
    task, instance = clocks.locked(db, user_task_id, "bring a file for")
    sha256 = hashlib.sha256(looked.data).hexdigest()
    mine = (Attachment.user_task_id == task.id, Attachment.by == by, Attachment.used_at.is_(None))
    known = db.scalars(
        select(Attachment).where(*mine, Attachment.sha256 == sha256, Attachment.name == looked.name)
    ).first()
    if known is not None:
        return reference(known)
    if db.scalars(select(func.count(Attachment.id)).where(*mine)).one() >= MOST_UNUSED:
        raise Invalid("you brought {most} files for this task already; send what you have first", most=MOST_UNUSED)
    _keep_content(db, sha256, looked)
    row = Attachment(
        key=secrets.token_urlsafe(18),
        sha256=sha256,
        name=looked.name,
        media_type=looked.kind.media_type,
        size=len(looked.data),
        user_task_id=task.id,
        scope=task.scope,
        subject=task.subject,
        is_inside="ENT" not in task.candidate_groups,
        by=by,
        on_behalf_of=on_behalf_of,
        at=now,
        place=dict(looked.kind.place),
        scanner=looked.scanner,
    )
    db.add(row)
    db.flush()
    history.write(
        db,
        instance=instance,
        fact="file_brought",
        by=by,
        on_behalf_of=on_behalf_of,
        now=now,
        data={"task": task.id, "name": row.name, "size": row.size, "sha256": sha256, "type": row.media_type},
        element_id=task.element_id,
        element_instance_id=task.element_instance_id,
    )
    return reference(row)


def get(db: Session, key: str, scope: Scope) -> Attachment:
    """The file under a key, for whoever may read it.

    That is who brought it, the offices of its territory, the officer of the enterprise; the enterprise itself what was brought for its own
    tasks; and whoever has an open task about the same subject (an expert).

    Raises:
        NotFound: there is none, or this person may not read it.
    """
    row = db.scalars(select(Attachment).where(Attachment.key == key)).one_or_none()
    if row is not None and _may_read(db, row, scope):
        return row
    raise NotFound("there is no such file, or you may not see it")


def content(db: Session, row: Attachment) -> bytes:
    """The bytes of a file, as they were sent."""
    return db.scalars(select(AttachmentContent.data).where(AttachmentContent.sha256 == row.sha256)).one()


def preview(db: Session, row: Attachment) -> bytes | None:
    """A small JPEG of a picture, without what the camera wrote into it; None for what is no picture."""
    return db.scalars(select(AttachmentContent.preview).where(AttachmentContent.sha256 == row.sha256)).one()


def reference(row: Attachment) -> dict[str, Any]:
    """What an answer holds of a file."""
    return {
        "id": row.key,
        "name": row.name,
        "type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
    }


def places(db: Session, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Where photographs were taken, by key, of those that say so; for officials only (2.11 no. 3)."""
    rows = db.execute(select(Attachment.key, Attachment.place).where(Attachment.key.in_(keys)))
    return {key: place for key, place in rows if place}


def clean(db: Session, key: str, *, after: int, now: datetime) -> int:
    """Forgets files that no submission took and whose task is over for a week; the next 200 with an id above `after`, 0 at the end.

    Content that no file names any more goes with them.
    """
    del key
    query = (
        select(Attachment.id, Attachment.sha256)
        .join(UserTask, UserTask.id == Attachment.user_task_id)
        .where(Attachment.id > after, Attachment.used_at.is_(None), Attachment.at < now - KEPT_UNUSED)
        .where(UserTask.status != "open", UserTask.status != "held")
    )
    found = db.execute(query.order_by(Attachment.id).limit(PORTION)).all()
    if not found:
        return 0
    db.execute(delete(Attachment).where(Attachment.id.in_([row.id for row in found])))
    hashes = {row.sha256 for row in found}
    named = set(db.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(hashes))))
    db.execute(delete(AttachmentContent).where(AttachmentContent.sha256.in_(hashes - named)))
    return found[-1].id if len(found) == PORTION else 0


def _keep_content(db: Session, sha256: str, looked: Looked) -> None:
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "sha256": sha256,
        "size": len(looked.data),
        "media_type": looked.kind.media_type,
        "data": looked.data,
        "preview": looked.kind.preview,
    }
    db.execute(dialect.insert(AttachmentContent).values(**values).on_conflict_do_nothing(index_elements=["sha256"]))


def _may_read(db: Session, row: Attachment, scope: Scope) -> bool:
    if row.by == scope.username:
        return True
    if not (row.is_inside and scope.is_enterprise) and permissions.sees_subject(db, scope, row.scope, row.subject):
        return True
    if scope.is_enterprise or not row.subject:
        return False
    open_tasks = select(UserTask).where(UserTask.status == "open", UserTask.subject == row.subject)
    mine = db.scalars(open_tasks.where(permissions.addressed(scope)))
    return any(permissions.can_complete_task(db, scope, task) for task in mine)
