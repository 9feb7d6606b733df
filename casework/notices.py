"""Notices in the house: letters, reminders, warnings and chores, each to a person, a post or an enterprise.

Source: REFERENCE 3.1, 4.0 (common reminder policy), 4.a a04. A notice carries the case number, the matter, the date and what to do.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework import answers, cases, officers, people
from casework.case_tables import Case, Notice
from casework.tables import Person
from engine import history
from engine.calendars import calendar, local_day
from engine.errors import Conflict, NotFound, Sentence
from engine.tables import UserTask

LEVELS = ("officer", "county", "county leader", "city", "city leader", "region", "joint office")
"""The ladder of supervision L0–L6 (3.6), in the words of the house."""
_POSTS = {
    "LO": "officer", "XK": "county", "XG": "county", "XS": "county", "XL": "county leader", "CK": "city", "CG": "city",
    "CS": "city", "CL": "city leader", "RK": "region", "RG": "region", "RS": "region", "RL": "region", "JM": "joint office",
    "ENT": "enterprise", "ADM": "administrator", "SUP": "region", "DES": "administrator",
}  # fmt: skip


def send(
    db: Session,
    *,
    key: str,
    addressee: str,
    level: str,
    kind: str,
    template: str,
    params: Mapping[str, Any],
    case: Case | None = None,
    user_task_id: int | None = None,
    scope: str = "",
    now: datetime,
) -> Notice:
    """Leaves a notice; `key` makes it once."""
    known = db.scalars(select(Notice).where(Notice.key == key)).one_or_none()
    if known is not None:
        return known
    notice = Notice(
        key=key,
        kind=kind,
        addressee=addressee,
        level=level,
        template=template,
        params=history.plain(params),
        case_id=case.id if case else None,
        user_task_id=user_task_id,
        scope=scope or (case.scope if case else ""),
        sent_at=now,
    )
    db.add(notice)
    db.flush()
    return notice


def letter(
    db: Session, case: Case, to: Sequence[str], template: str, params: Mapping[str, Any], *, key: str, now: datetime
) -> list[Notice]:
    """Sends a letter about a case to `enterprise`, `officer` or posts of its territory (`XK`)."""
    sent: list[Notice] = []
    for receiver in to:
        addressee, level = address(db, case, receiver)
        values = {"case_no": case.case_no, **params}
        sent.append(
            send(
                db,
                key=f"{key}:{receiver}",
                addressee=addressee,
                level=level,
                kind="letter",
                template=template,
                params=values,
                case=case,
                now=now,
            )
        )
    return sent


def address(db: Session, case: Case, receiver: str) -> tuple[str, str]:
    """Where a notice for `enterprise`, `officer` or a post goes, and the level in words. Without an officer the county gets it."""
    if receiver == "enterprise":
        return f"enterprise:{case.enterprise_id}", "enterprise"
    if receiver in {"officer", "LO"}:
        username = officer_of(db, case)
        if username:
            return f"person:{username}", "officer"
        receiver = cases.groups(case, "county")[0]
    return f"post:{receiver}@{seat(receiver, case.scope)}", _POSTS.get(receiver, "county")


def officer_of(db: Session, case: Case) -> str:
    """The username of whoever looks after a case today (the acting officer while the officer is away), or empty."""
    assignment = officers.of_case(db, case.id)
    officer = officers.acting_for(db, assignment) if assignment else None
    return officer.person.username if officer is not None else ""


def seat(post: str, scope: str) -> str:
    """The territory at which a post sits for a matter of `scope`: the region, the city, or the county itself."""
    parts = scope.split("/")
    if post in people.DEPARTMENTS:
        return scope
    depth = {"R": 1, "J": 1, "A": 1, "S": 1, "D": 1, "C": 2}.get(post[:1], len(parts))
    return "/".join(parts[:depth])


def inbox(db: Session, person: Person, *, day: date, limit: int = 200) -> list[Notice]:
    """The notices for a person: by name, by post held over the place, or for the enterprise; the newest first."""
    posts = people.of(db, person, day)
    wanted = [Notice.addressee == f"person:{person.username}"]
    for post in posts:
        if post.post == "ENT" and post.enterprise_id is not None:
            wanted.append(Notice.addressee == f"enterprise:{post.enterprise_id}")
        else:
            wanted.append(Notice.addressee == f"post:{post.post}@{post.path}")
    return list(db.scalars(select(Notice).where(or_(*wanted)).order_by(Notice.id.desc()).limit(limit)))


def mark_read(db: Session, notice_id: int, *, now: datetime) -> Notice:
    """The addressee has seen the notice."""
    notice = _get(db, notice_id)
    notice.read_at = notice.read_at or now
    return notice


def finish_chore(db: Session, notice_id: int, *, by: str, now: datetime) -> Notice:
    """A chore is done.

    Raises:
        Conflict: it is done already.
    """
    notice = _get(db, notice_id)
    if notice.done_at is not None:
        raise Conflict("this was done already by {by}", by=notice.done_by)
    notice.done_at, notice.done_by = now, by
    return notice


def remind(db: Session, task: UserTask, row: Mapping[str, Any], *, now: datetime) -> list[Notice]:
    """Serves one ring of the reminder policy: tells those whom the row of the decision names.

    `row`: `offset` (working days from the due date, after it positive), `to` (one or a list of owner, officer, superior, level-up),
    `how`, `light`, `raise` (levels). A task that is over is left alone.
    """
    if task.status != "open" or task.due_at is None:
        return []
    enterprise_id = task.subject.partition(":")[2] if task.subject.startswith("enterprise:") else ""
    case = cases.living(db, int(enterprise_id)) if enterprise_id.isdigit() else None
    offset = int(str(row.get("offset") or 0))
    to = row.get("to")
    named = answers.several(to) or str(to or "owner").split(",")
    receivers = [str(part).strip() for part in named]
    due = local_day(task.due_at)
    params = {
        "task": task.name,
        "case_no": task.business_key,
        "due": due,
        "days": calendar(db).between(due, local_day(now)),
        "element": task.element_id,
        "offset": offset,
        "light": str(row.get("light") or ""),
    }
    said = (
        Sentence("{task} of {case_no} is due on {due}", params)
        if offset <= 0
        else Sentence("{task} of {case_no} was due on {due} and is {days} working days overdue", params)
    )
    sent: list[Notice] = []
    for receiver in receivers:
        for addressee, level in _receivers(db, task, case, receiver, int(str(row.get("raise") or 0))):
            sent.append(
                send(
                    db,
                    key=f"reminder:{task.id}:{due.isoformat()}:{offset}:{addressee}",
                    addressee=addressee,
                    level=level,
                    kind="reminder" if offset <= 0 else "warning",
                    template=said.template,
                    params=said.params,
                    case=case,
                    user_task_id=task.id,
                    scope=task.scope,
                    now=now,
                )
            )
    return sent


def superior(posts: Sequence[str], raised: int = 1) -> str:
    """The level in words that stands `raised` steps above the posts of a task (3.6)."""
    here = min((LEVELS.index(_POSTS[post]) for post in posts if _POSTS.get(post) in LEVELS), default=0)
    return LEVELS[min(here + raised, len(LEVELS) - 1)]


def _receivers(db: Session, task: UserTask, case: Case | None, receiver: str, raised: int) -> list[tuple[str, str]]:
    groups = [str(group) for group in task.candidate_groups]
    if receiver == "owner":
        if task.assignee:
            return [(f"person:{task.assignee}", _POSTS.get(groups[0] if groups else "LO", "officer"))]
        return [_to_post(db, task, case, group) for group in groups]
    if receiver == "officer":
        return [_to_post(db, task, case, "LO")]
    level = superior(groups, max(raised, 1))
    lead = _lead_letter(case)
    post = {
        "county": f"X{lead}", "county leader": "XL", "city": f"C{lead}", "city leader": "CL", "region": f"R{lead}",
        "joint office": "JM",
    }[level if level != "officer" else "county"]  # fmt: skip
    return [_to_post(db, task, case, post)]


def _to_post(db: Session, task: UserTask, case: Case | None, post: str) -> tuple[str, str]:
    if case is not None and post in {"LO", "ENT"}:
        return address(db, case, "officer" if post == "LO" else "enterprise")
    if post == "ENT":
        return task.subject, "enterprise"
    return f"post:{post}@{seat(post, task.scope)}", _POSTS.get(post, "county")


def _lead_letter(case: Case | None) -> str:
    return cases.LINES[case.lead] if case else "K"


def _get(db: Session, notice_id: int) -> Notice:
    notice = db.get(Notice, notice_id)
    if notice is None:
        raise NotFound("expected notice {notice}, but there is none", notice=notice_id)
    return notice
