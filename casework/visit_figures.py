"""What the pages of visits and officers count: a month by territory (K11), an officer's load (K20), and the rows behind each number.

Every figure is counted from the rows at the moment it is asked for; the list behind it is asked with the same criteria, so that both
agree. Who may read what is said by `permissions` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from casework import permissions, territories
from casework.case_tables import Case, Visit
from casework.permissions import Scope
from casework.tables import Assignment, Enterprise, Handover, Officer, Person, Territory
from casework.visit_plan_tables import OWED, SpotCheck, VisitPlan
from engine.calendars import end_of_business

QUARTER = timedelta(days=92)
"""An enterprise that nobody visited for longer counts as unvisited (K11)."""
SHOWN = 300
KINDS = ("planned", "done", "on_time", "late", "missed", "overdue")
COUNTED = ("planned", "done", "on_time", "missed", "overdue")


@dataclass(slots=True)
class Line:
    """One territory in a month. `planned` counts what was to be done, without what was merged or cancelled. `score` is 1–5 or None."""

    territory: Territory
    planned: int = 0
    done: int = 0
    on_time: int = 0
    missed: int = 0
    overdue: int = 0
    unvisited: int = 0
    score_sum: int = 0
    scored: int = 0

    @property
    def rate(self) -> int | None:
        """Done of planned in per cent (K11, at least 95); None without a plan."""
        return round(100 * self.done / self.planned) if self.planned else None

    @property
    def score(self) -> float | None:
        """The average satisfaction of the month's visits."""
        return round(self.score_sum / self.scored, 1) if self.scored else None


@dataclass(frozen=True, slots=True)
class Load:
    """An officer: running cases, visits on time of those due (per cent), satisfaction, visits missed in a row, his open handover."""

    officer: Officer
    cases: int
    on_time: int | None
    score: float | None
    owed: int
    handover: Handover | None
    acting: Officer | None


@dataclass(frozen=True, slots=True)
class Row:
    """A plan with its enterprise, officer and visit."""

    plan: VisitPlan
    enterprise: Enterprise
    officer: Officer | None
    visit: Visit | None


def lines(db: Session, path: str, month: str, day: date) -> list[Line]:
    """The territories right under `path` (a county: itself), each with its figures of the month (`2026-07`) as of `day`."""
    below = [node for node in territories.tree(db).under(path) if node.parent_path == path]
    found = {node.path: Line(node) for node in below or [territories.get(db, path)]}
    where = territories.under(VisitPlan.scope, [path])
    counted = (
        select(VisitPlan.scope, *(func.sum(case((_of_kind(kind, day), 1), else_=0)) for kind in COUNTED))
        .where(where, VisitPlan.month == month)
        .group_by(VisitPlan.scope)
    )
    for row in db.execute(counted):
        if (line := _line(found, str(row[0]))) is not None:
            for kind, count in zip(COUNTED, row[1:], strict=True):
                setattr(line, kind, getattr(line, kind) + int(count or 0))
    silent = select(Case.scope, func.count()).where(territories.under(Case.scope, [path]), unvisited(day))
    for scope, count in db.execute(silent.group_by(Case.scope)):
        if (line := _line(found, scope)) is not None:
            line.unvisited += count
    scores = (
        select(VisitPlan.scope, func.sum(Visit.score), func.count(Visit.score))
        .join(Visit, Visit.id == VisitPlan.visit_id)
        .where(where, VisitPlan.month == month, VisitPlan.state == "visited")
        .group_by(VisitPlan.scope)
    )
    for scope, total, count in db.execute(scores):
        if (line := _line(found, scope)) is not None:
            line.score_sum += int(total or 0)
            line.scored += count
    return list(found.values())


def total(node: Territory, found: Sequence[Line]) -> Line:
    """The sum of several lines, under the name of the territory they lie in."""
    whole = Line(node)
    for line in found:
        for name in ("planned", "done", "on_time", "missed", "overdue", "unvisited", "score_sum", "scored"):
            setattr(whole, name, getattr(whole, name) + getattr(line, name))
    return whole


def plans(
    db: Session,
    scope: Scope,
    day: date,
    *,
    month: str = "",
    path: str = "",
    kind: str = "",
    class_: str = "",
    officer: int = 0,
) -> list[Row]:
    """The plans behind a number, the class first, then by score; without `month` those that are owed now."""
    query = _rows(scope)
    query = query.where(VisitPlan.month == month) if month else query.where(VisitPlan.state.in_(OWED))
    if path:
        query = query.where(territories.under(VisitPlan.scope, [path]))
    if kind in KINDS:
        query = query.where(_of_kind(kind, day))
    elif kind == "merged":
        query = query.where(VisitPlan.state == "merged")
    if class_:
        query = query.where(VisitPlan.class_ == class_)
    if officer:
        query = query.where(VisitPlan.officer_id == officer)
    query = query.order_by(case((VisitPlan.class_ == "F", "0"), else_=VisitPlan.class_), VisitPlan.score.desc())
    return [Row(*row) for row in db.execute(query.order_by(VisitPlan.due_on, VisitPlan.id).limit(SHOWN))]


def of_officers(db: Session, scope: Scope) -> list[Row]:
    """What the officer himself, and those he acts for, still owe, the most urgent first."""
    mine = or_(
        VisitPlan.officer_id.in_(scope.officer_ids),
        VisitPlan.case_id.in_(
            select(Assignment.case_id).where(Assignment.officer_id.in_(scope.officer_ids), Assignment.until.is_(None))
        ),
    )
    query = _rows(scope).where(VisitPlan.state.in_(OWED), mine)
    return [Row(*row) for row in db.execute(query.order_by(VisitPlan.due_on, VisitPlan.score.desc()).limit(SHOWN))]


def of_enterprises(db: Session, enterprise_ids: Sequence[int]) -> list[tuple[Visit, Enterprise]]:
    """The visits of enterprises that are arranged or took place, the newest first: what they may see themselves."""
    query = (
        select(Visit, Enterprise)
        .join(Case, Case.id == Visit.case_id)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(
            Case.enterprise_id.in_(enterprise_ids), Visit.result.in_(("arranged", "visited", "refused", "not_visited"))
        )
        .order_by(Visit.id.desc())
        .limit(SHOWN)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def of_case(db: Session, case_id: int, limit: int = 5) -> list[Visit]:
    """The last visits of a case, the newest first."""
    return list(db.scalars(select(Visit).where(Visit.case_id == case_id).order_by(Visit.id.desc()).limit(limit)))


def missed_in_a_row(db: Session, path: str, limit: int) -> list[tuple[VisitPlan, Enterprise, Officer | None]]:
    """Visits that are owed after `limit` missed ones in a row: another officer is proposed (d08)."""
    query = (
        select(VisitPlan, Enterprise, Officer)
        .join(Enterprise, Enterprise.id == VisitPlan.enterprise_id)
        .outerjoin(Officer, Officer.id == VisitPlan.officer_id)
        .where(territories.under(VisitPlan.scope, [path]), VisitPlan.state.in_(OWED), VisitPlan.missed_before >= limit)
        .order_by(VisitPlan.missed_before.desc(), VisitPlan.id)
        .limit(SHOWN)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def unvisited_cases(db: Session, path: str, day: date) -> list[tuple[Case, Enterprise, date | None]]:
    """The cases under a territory that nobody visited for a quarter, with the day of the last visit; the longest first."""
    last = (
        select(func.max(Visit.visited_on)).where(Visit.case_id == Case.id, Visit.result == "visited").scalar_subquery()
    )
    query = (
        select(Case, Enterprise, last)
        .join(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(territories.under(Case.scope, [path]), unvisited(day))
        .order_by(last, Case.opened_at)
        .limit(SHOWN)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def unvisited(day: date) -> ColumnElement[bool]:
    """The criterion on `Case`: in work, open for longer than a quarter, and no visit in that time."""
    since = day - QUARTER
    recent = exists().where(Visit.case_id == Case.id, Visit.result == "visited", Visit.visited_on >= since)
    return and_(Case.state == "open", Case.opened_at < end_of_business(since), ~recent)


def spot_checks(db: Session, path: str, month: str = "") -> list[tuple[SpotCheck, Enterprise, Visit]]:
    """The visits that were drawn under a territory, the newest first."""
    query = (
        select(SpotCheck, Enterprise, Visit)
        .join(Enterprise, Enterprise.id == SpotCheck.enterprise_id)
        .join(Visit, Visit.id == SpotCheck.visit_id)
        .where(territories.under(SpotCheck.scope, [path]))
    )
    query = query.where(SpotCheck.month == month) if month else query
    return [(row[0], row[1], row[2]) for row in db.execute(query.order_by(SpotCheck.id.desc()).limit(SHOWN))]


def loads(db: Session, paths: Sequence[str], day: date) -> list[Load]:
    """All officers under these territories with what they carry, the heaviest load first; a fixed number of statements."""
    found = list(
        db.scalars(
            select(Officer)
            .join(Person, Person.id == Officer.person_id)
            .where(territories.under(Officer.path, paths), Officer.until.is_(None))
            .order_by(Officer.path, Officer.id)
        )
    )
    ids = [officer.id for officer in found]
    cases = _counts(
        db,
        select(Assignment.officer_id, func.count()).where(Assignment.until.is_(None)).group_by(Assignment.officer_id),
    )
    year = day - timedelta(days=365)
    due = select(
        VisitPlan.officer_id,
        func.count(),
        func.sum(case((_of_kind("on_time", day), 1), else_=0)),
        func.sum(Visit.score),
        func.count(Visit.score),
    ).outerjoin(Visit, and_(Visit.id == VisitPlan.visit_id, VisitPlan.state == "visited"))
    due = due.where(VisitPlan.officer_id.in_(ids), VisitPlan.due_on.between(year, day), _of_kind("planned", day))
    times = {
        row[0]: (int(row[1]), int(row[2] or 0), int(row[3] or 0), int(row[4]))
        for row in db.execute(due.group_by(VisitPlan.officer_id))
    }
    owed = _counts(
        db,
        select(VisitPlan.officer_id, func.count())
        .where(VisitPlan.officer_id.in_(ids), VisitPlan.state.in_(OWED))
        .group_by(VisitPlan.officer_id),
    )
    handovers = {
        row.predecessor_id: row
        for row in db.scalars(select(Handover).where(Handover.predecessor_id.in_(ids), Handover.state == "open"))
    }
    acting = {officer.id: officer for officer in found}
    made: list[Load] = []
    for officer in found:
        count, on_time, score, scored = times.get(officer.id, (0, 0, 0, 0))
        made.append(
            Load(
                officer=officer,
                cases=cases.get(officer.id, 0),
                on_time=round(100 * on_time / count) if count else None,
                score=round(score / scored, 1) if scored else None,
                owed=owed.get(officer.id, 0),
                handover=handovers.get(officer.id),
                acting=acting.get(officer.acting_officer_id or 0),
            )
        )
    return sorted(made, key=lambda load: -load.cases)


def vacant(db: Session, paths: Sequence[str]) -> list[Case]:
    """Living cases under these territories that nobody looks after (K20, must be none), first ones still being assigned aside."""
    running = exists().where(Assignment.case_id == Case.id, Assignment.until.is_(None))
    before = exists().where(Assignment.case_id == Case.id)
    query = select(Case).where(territories.under(Case.scope, paths), Case.state.in_(("open", "observing")))
    return list(db.scalars(query.where(before, ~running).order_by(Case.id).limit(SHOWN)))


def by_county(db: Session, paths: Sequence[str]) -> list[Case]:
    """Living cases under these territories for which the county officers act, because there is no officer."""
    running = exists().where(Assignment.case_id == Case.id, Assignment.until.is_(None), Assignment.officer_id.is_(None))
    query = select(Case).where(territories.under(Case.scope, paths), Case.state.in_(("open", "observing")), running)
    return list(db.scalars(query.order_by(Case.id).limit(SHOWN)))


def _of_kind(kind: str, day: date) -> ColumnElement[bool]:
    counted = VisitPlan.state.not_in(("merged", "cancelled"))
    in_time = VisitPlan.visited_on <= VisitPlan.due_on
    return {
        "planned": counted,
        "done": VisitPlan.state == "visited",
        "on_time": and_(VisitPlan.state == "visited", in_time),
        "late": and_(VisitPlan.state == "visited", VisitPlan.visited_on > VisitPlan.due_on),
        "missed": VisitPlan.state == "missed",
        "overdue": and_(VisitPlan.state.in_(OWED), VisitPlan.due_on < day),
    }[kind]


def _rows(scope: Scope) -> Select[VisitPlan, Enterprise, Any, Any]:
    return (
        select(VisitPlan, Enterprise, Officer, Visit)
        .join(Enterprise, Enterprise.id == VisitPlan.enterprise_id)
        .outerjoin(Officer, Officer.id == VisitPlan.officer_id)
        .outerjoin(Visit, Visit.id == VisitPlan.visit_id)
        .where(permissions.sees_enterprises(scope))
    )


def _counts(db: Session, query: Select[Any, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.execute(query) if row[0] is not None}


def _line(found: dict[str, Line], scope: str) -> Line | None:
    return next((found[path] for path in territories.lineage(scope) if path in found), None)
