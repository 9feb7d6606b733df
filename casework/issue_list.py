"""Problems as one looks them up, and what they come to: the list with its filters, and K12 with the list behind every figure.

Source: REFERENCE 7 K12 (solved %, within limit %, satisfaction, cannot-solve list), 4.j.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from casework import lights, permissions
from casework.issue_tables import ENDED, PENDING, Issue
from casework.lights import Light
from casework.permissions import Scope
from casework.tables import Enterprise
from engine.calendars import calendar, end_of_business, local_day
from engine.errors import NotFound

PAGE = 50
ONLY = ("waiting", "overdue", "late_first", "within", "late", "content", "discontent", "with_enterprise", "common")
"""What a list may be narrowed to beside state and category: 待答复, 超期, 首答超期, 按期, 逾期答复, 满意, 不满意, 各企业, 共性问题."""


@dataclass(frozen=True, slots=True)
class Row:
    """One problem of a list, with its enterprise, the day of its next answer while it waits, and the light of that day."""

    issue: Issue
    enterprise: Enterprise | None
    limit: date | None
    light: Light


@dataclass(frozen=True, slots=True)
class Page:
    """A page of problems, the newest first; `next_before` is the id to go on with, 0 at the end."""

    rows: list[Row] = field(default_factory=list[Row])
    total: int = 0
    next_before: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """K12 of what somebody may see: numbers of problems of enterprises, without those that went into a common one.

    `limited`: answered, or past their limit without an answer; `within`: of these answered in time.
    """

    received: int = 0
    pending: int = 0
    overdue: int = 0
    closed: int = 0
    unsolvable: int = 0
    merged: int = 0
    limited: int = 0
    within: int = 0
    rated: int = 0
    content: int = 0


def get(db: Session, scope: Scope, issue_id: int) -> Issue:
    """The problem, if this person may read it.

    Raises:
        NotFound: it does not exist, or lies outside what the person may see; the two are not told apart.
    """
    query = select(Issue).where(Issue.id == issue_id, permissions.sees_issues(scope))
    issue = db.scalars(query).one_or_none()
    if issue is None:
        raise NotFound("there is no problem {id}, or you may not see it", id=issue_id)
    return issue


def search(
    db: Session,
    scope: Scope,
    *,
    asked: Mapping[str, str],
    before: int = 0,
    limit: int = PAGE,
    now: datetime,
) -> Page:
    """The problems this person may read, narrowed by `asked`: text, path, category, state (empty: not over; `all`), level, light, only."""
    criteria = [permissions.sees_issues(scope), *_criteria(db, asked, now=now)]
    query = select(Issue, Enterprise).outerjoin(Enterprise, Enterprise.id == Issue.enterprise_id).where(*criteria)
    total = db.execute(
        select(func.count(Issue.id)).outerjoin(Enterprise, Enterprise.id == Issue.enterprise_id).where(*criteria)
    ).scalar_one()
    if before:
        query = query.where(Issue.id < before)
    found = db.execute(query.order_by(Issue.id.desc()).limit(limit + 1)).all()
    rows = [Row(issue, firm, limit_of(issue), light_of(db, issue, now=now)) for issue, firm in found[:limit]]
    return Page(rows, total, rows[-1].issue.id if len(found) > limit else 0)


def of_case(db: Session, case_id: int) -> list[Issue]:
    """The problems of a case, the newest first."""
    return list(db.scalars(select(Issue).where(Issue.case_id == case_id).order_by(Issue.id.desc())))


def limit_of(issue: Issue) -> date | None:
    """The day by which a problem that waits is to be answered next: the first answer first, then the one in substance."""
    if issue.state not in PENDING:
        return None
    if issue.first_answered_at is None and issue.first_answer_due is not None:
        return local_day(issue.first_answer_due)
    return issue.due_on


def light_of(db: Session, issue: Issue, *, now: datetime) -> Light:
    """The light of a problem: by the day on which it is to be answered next; green when it does not wait."""
    day = limit_of(issue)
    return lights.of_deadline(db, end_of_business(day) if day else None, now=now)


def days_left(db: Session, issue: Issue, *, now: datetime) -> int | None:
    """Working days until a problem is to be answered next, negative when the day is past; None when it does not wait."""
    day = limit_of(issue)
    return lights.days_left(calendar(db), end_of_business(day), now) if day else None


def figures(db: Session, scope: Scope, *, asked: Mapping[str, str], now: datetime) -> Figures:
    """K12 over what this person may see, narrowed by path, category and month; one statement."""
    day = local_day(now)
    narrowed = {name: asked.get(name, "") for name in ("path", "category", "month")} | {"state": "all"}
    whole = Issue.state != "merged"

    def count(*criteria: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*criteria), 1), else_=0)), 0)

    query = select(
        count(whole),
        count(Issue.state.in_(PENDING)),
        count(_overdue(day)),
        count(Issue.state == "closed"),
        count(Issue.state == "unsolvable"),
        count(Issue.state == "merged"),
        count(whole, or_(Issue.answered_on.is_not(None), _overdue(day))),
        count(_within()),
        count(whole, Issue.satisfaction != ""),
        count(_content()),
    ).where(permissions.sees_issues(scope), Issue.enterprise_id.is_not(None), *_criteria(db, narrowed, now=now))
    return Figures(*(int(value) for value in db.execute(query).one()))


def _criteria(db: Session, asked: Mapping[str, str], *, now: datetime) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if text := asked.get("text", "").strip():
        like = f"%{text}%"
        found.append(or_(Issue.number.like(like), Issue.title.like(like), Enterprise.name.like(like)))
    if path := asked.get("path", ""):
        found.append(or_(Issue.scope == path, Issue.scope.startswith(path + "/")))
    for column, name in ((Issue.category, "category"), (Issue.level, "level")):
        if asked.get(name):
            found.append(column == asked[name])
    if month := asked.get("month", ""):
        found.append(Issue.number.startswith(f"WT-{month.replace('-', '')}-"))
    state = asked.get("state", "")
    if state != "all":
        found.append(Issue.state == state if state else Issue.state.not_in(ENDED))
    if light := asked.get("light", ""):
        found.append(_has_light(db, light, now=now))
    if only := asked.get("only", ""):
        found.append(_only(only, local_day(now)))
    return found


def _only(only: str, day: date) -> ColumnElement[bool]:
    firm = Issue.enterprise_id.is_not(None)
    known: Mapping[str, ColumnElement[bool]] = {
        "waiting": and_(firm, Issue.state.in_(PENDING)),
        "overdue": and_(firm, _overdue(day)),
        "late_first": Issue.first_answered_at > Issue.first_answer_due,
        "within": and_(firm, _within()),
        "late": and_(firm, Issue.state != "merged", or_(Issue.answered_on > Issue.due_on, _overdue(day))),
        "content": and_(firm, _content()),
        "discontent": and_(firm, Issue.state != "merged", Issue.satisfaction == "dissatisfied"),
        "with_enterprise": and_(firm, Issue.state != "merged"),
        "common": Issue.enterprise_id.is_(None),
    }
    return known.get(only, Issue.id > 0)


def _overdue(day: date) -> ColumnElement[bool]:
    return and_(Issue.state.in_(PENDING), Issue.due_on < day)


def _within() -> ColumnElement[bool]:
    return and_(Issue.state != "merged", Issue.answered_on <= Issue.due_on)


def _content() -> ColumnElement[bool]:
    return and_(Issue.state != "merged", Issue.satisfaction.in_(("satisfied", "mostly")))


def _has_light(db: Session, light: str, *, now: datetime) -> ColumnElement[bool]:
    """The lines between the lights stand in a decision: it is asked once for every day on which something falls due."""
    first = and_(Issue.state.in_(PENDING), Issue.first_answered_at.is_(None), Issue.first_answer_due.is_not(None))
    then = and_(Issue.state.in_(PENDING), not_(first), Issue.due_on.is_not(None))

    def is_lit(day: date) -> bool:
        return lights.of_deadline(db, end_of_business(day), now=now).light == light

    moments = db.scalars(select(Issue.first_answer_due).where(first).distinct()).all()
    days = db.scalars(select(Issue.due_on).where(then).distinct()).all()
    dated = or_(
        and_(first, Issue.first_answer_due.in_([one for one in moments if one and is_lit(local_day(one))])),
        and_(then, Issue.due_on.in_([one for one in days if one and is_lit(one)])),
    )
    return or_(dated, not_(or_(first, then))) if light == "green" else dated
