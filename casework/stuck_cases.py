"""Cases that are stuck by their own definition (4.a): no officer, no plan, no progress, no data, no request to be struck off.

And the same firm in red for three quarters (4.c). Each kind asks a number of questions that does not depend on how many cases there are.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from casework import enterprises, light_figures
from casework.case_tables import Baseline, Case, Item, Measure, Plan, ProgressEntry
from casework.light_tables import LightLog
from casework.stuck_rows import Place, Stuck, days_ago, grouped, midnight
from casework.tables import Assignment, QuarterReport
from engine.errors import Sentence
from engine.tables import UserTask

_WORKING = "open"
"""The state of a case that is worked on: what is suspended or only observed is not stuck by these definitions."""


def no_officer(db: Session, place: Place) -> Iterator[Stuck]:
    """Cases that have been without a liaison officer for more than five working days."""
    limit = place.limit(db, "no_officer")
    if limit is None:
        return
    running = (Assignment.case_id == Case.id) & Assignment.until.is_(None)
    query = (
        select(*_told(), Assignment.since)
        .outerjoin(Assignment, running)
        .where(Case.state == _WORKING, place.cases(), Assignment.officer_id.is_(None))
        .where(func.coalesce(Assignment.since, Case.opened_at) < place.before(limit))
    )
    rows = db.execute(query.order_by(Case.id)).all()
    tasks = _open_tasks(db, rows, "assign_officer")
    for case in rows:
        since = case.since or case.opened_at
        if (waited := place.waited(since)) > limit:
            yield _of_case(
                "no_officer",
                case,
                Sentence("no liaison officer for {days} working days", {"days": waited}),
                f"X{_letter(case.lead)}",
                since,
                Sentence("name an officer; until then the county officer acts"),
                tasks.get(case.id, ()),
            )


def plan_missing(db: Session, place: Place) -> Iterator[Stuck]:
    """Cases whose plan was not submitted 25 working days after the baseline was found."""
    limit = place.limit(db, "plan_missing")
    if limit is None:
        return
    found = func.coalesce(Baseline.confirmed_at, Baseline.recorded_at)
    query = (
        select(*_told(), func.max(found).label("since"))
        .join(Baseline, Baseline.case_id == Case.id)
        .where(Case.state == _WORKING, place.cases(), ~exists().where(Plan.case_id == Case.id))
        .group_by(*_told())
        .having(func.max(found) < place.before(limit))
    )
    rows = db.execute(query.order_by(Case.id)).all()
    tasks = _open_tasks(db, rows, "write_plan")
    for case in rows:
        if (waited := place.waited(case.since)) > limit:
            yield _of_case(
                "plan_missing",
                case,
                Sentence("no plan {days} working days after the baseline", {"days": waited}),
                "LO",
                case.since,
                Sentence("write the plan with the enterprise; the template of its list is filled in already"),
                tasks.get(case.id, ()),
            )


def eligible(db: Session, place: Place) -> Iterator[Stuck]:
    """Items that could be struck off for more than 20 working days and for which nobody asked."""
    limit = place.limit(db, "eligible")
    if limit is None:
        return
    query = (
        select(*_told(), Item.list_type, Item.eligible_since.label("since"), Item.instance_id.label("run"))
        .join(Item, Item.case_id == Case.id)
        .where(Item.state.in_(("open", "relapsed")), Case.state == _WORKING, place.cases())
        .where(Item.eligible_since < place.before(limit))
    )
    rows = db.execute(query.order_by(Item.eligible_since)).all()
    tasks = _open_tasks(db, rows, "propose_closure")
    for row in rows:
        if (waited := place.waited(row.since)) > limit:
            yield _of_case(
                "eligible",
                row,
                Sentence("{list} could be struck off for {days} working days", {"list": row.list_type, "days": waited}),
                "LO",
                row.since,
                Sentence("ask for the closure"),
                tasks.get(row.id, ()),
            )


def idle(db: Session, place: Place) -> Iterator[Stuck]:
    """Cases with a plan in force and pending measures on which nothing was entered for 60 calendar days."""
    limit = place.limit(db, "idle")
    if limit is None:
        return
    start = days_ago(place.now, limit)
    pending = exists().where(Measure.plan_id == Plan.id, Measure.state.in_(("not_started", "ongoing")))
    entered = (
        exists()
        .where(Measure.case_id == Case.id)
        .where(ProgressEntry.measure_id == Measure.id, ProgressEntry.at >= start)
    )
    query = (
        select(*_told(), Plan.approved_at)
        .join(Plan, (Plan.case_id == Case.id) & (Plan.state == "approved"))
        .where(Case.state == _WORKING, place.cases(), Plan.approved_at < start, pending, ~entered)
    )
    rows = db.execute(query.order_by(Case.id)).all()
    last = _last_entries(db, [row.id for row in rows])
    for row in rows:
        since = max(last.get(row.id, row.approved_at), row.approved_at)
        yield _of_case(
            "idle",
            row,
            Sentence("nothing was entered on any measure for {days} days", {"days": (place.now - since).days}),
            "LO",
            since,
            Sentence("visit the enterprise and enter where the measures stand"),
        )


def unreported(db: Session, place: Place) -> Iterator[Stuck]:
    """Cases whose enterprise has not reported for two quarters in a row."""
    limit = place.limit(db, "unreported")
    if limit is None:
        return
    this = _quarter(place.today)
    recent = [_period(number) for number in range(this - limit - 1, this + 1)]
    query = (
        select(*_told())
        .where(Case.state.in_((_WORKING, "observing")), place.cases())
        .where(
            exists().where(
                QuarterReport.enterprise_id == Case.enterprise_id,
                QuarterReport.period.in_(recent),
                QuarterReport.state == "未报",
            )
        )
    )
    rows = db.execute(query.order_by(Case.id)).all()
    reports = _reports(db, [row.enterprise_id for row in rows], place.today)
    for row in rows:
        figures = light_figures.reporting(reports.get(row.enterprise_id, ()))
        if figures["report_missing_quarters"] >= limit:
            first = str(figures["missing_periods"]).split("、", maxsplit=1)[0]
            yield _of_case(
                "unreported",
                row,
                Sentence("not reported: {periods}", {"periods": figures["missing_periods"]}),
                "ENT",
                midnight(_first_day(_quarter_named(first) + 1)),
                Sentence("help the enterprise to report; a late report is taken at any time"),
            )


def red_firm(db: Session, place: Place) -> Iterator[Stuck]:
    """Cases that are red now and were red in each of the two quarters before."""
    limit = place.limit(db, "red_firm")
    if limit is None:
        return
    rows = db.execute(select(*_told()).where(Case.state == _WORKING, Case.light == "red", place.cases())).all()
    this = _quarter(place.today)
    wanted = range(this - limit + 1, this + 1)
    spells = _red_spells(db, [row.id for row in rows], _first_day(wanted[0]))
    for row in rows:
        days = [_first_red_day(spells.get(row.id, ()), number) for number in wanted]
        if all(days):
            yield _of_case(
                "red_firm",
                row,
                Sentence("red for {count} quarters in a row", {"count": limit}),
                f"C{_letter(row.lead)}",
                midnight(min(day for day in days if day is not None)),
                Sentence("take it to the dispatch meeting: the county and the city decide what is done and by whom"),
            )


def _told() -> tuple[Any, ...]:
    """The columns of a case that a reader is told."""
    return (Case.id, Case.case_no, Case.scope, Case.enterprise_id, Case.lead, Case.opened_at, Case.instance_id)


def _of_case(
    kind: str, case: Any, why: Sentence, whose: str, since: datetime, what_helps: Sentence, covers: Sequence[int] = ()
) -> Stuck:
    return Stuck(
        kind,
        why,
        whose,
        since,
        what_helps,
        case.scope,
        enterprises.subject(case.enterprise_id),
        case.case_no,
        user_task_id=covers[0] if covers else None,
        case_id=case.id,
        covers=tuple(covers),
    )


def _open_tasks(db: Session, cases: Sequence[Any], element_id: str) -> dict[int, list[int]]:
    """The open tasks of an element in the runs of these cases, by case id."""
    by_subject = {enterprises.subject(case.enterprise_id): case.id for case in cases}
    found: dict[int, list[int]] = {}
    for start in range(0, len(by_subject), 500):
        query = select(UserTask.id, UserTask.subject).where(
            UserTask.subject.in_(list(by_subject)[start : start + 500]),
            UserTask.status == "open",
            UserTask.element_id == element_id,
        )
        for task in db.execute(query.order_by(UserTask.id)):
            found.setdefault(by_subject[task.subject], []).append(task.id)
    return found


def _last_entries(db: Session, ids: Sequence[int]) -> dict[int, datetime]:
    query = (
        select(Measure.case_id, func.max(ProgressEntry.at))
        .join(ProgressEntry, ProgressEntry.measure_id == Measure.id)
        .where(Measure.case_id.in_(ids))
        .group_by(Measure.case_id)
    )
    return {row[0]: row[1] for row in db.execute(query)} if ids else {}


def _reports(db: Session, firms: Sequence[int], day: date) -> dict[int, list[Any]]:
    query = (
        select(QuarterReport.enterprise_id, QuarterReport.period, QuarterReport.state, QuarterReport.rd_expense_ytd)
        .where(QuarterReport.enterprise_id.in_(firms), QuarterReport.period >= f"{day.year - 2}Q1")
        .order_by(QuarterReport.period)
    )
    return grouped(db.execute(query), "enterprise_id") if firms else {}


def _red_spells(db: Session, ids: Sequence[int], first: date) -> dict[int, list[tuple[date, date]]]:
    """The spells of red of these cases as (first day, first day after it), from the one that was running on `first` on."""
    if not ids:
        return {}
    abouts = [f"case:{one}" for one in ids]
    before = select(func.max(LightLog.id)).where(LightLog.about.in_(abouts), LightLog.day < first)
    query = select(LightLog.case_id, LightLog.day, LightLog.light).where(
        or_(
            LightLog.id.in_(before.group_by(LightLog.about)),
            LightLog.about.in_(abouts) & (LightLog.day >= first),
        )
    )
    found: dict[int, list[tuple[date, date]]] = {}
    for row in db.execute(query.order_by(LightLog.id)):
        spells = found.setdefault(row.case_id or 0, [])
        is_running = bool(spells) and spells[-1][1] == date.max
        if row.light == "red" and not is_running:
            spells.append((row.day, date.max))
        elif row.light != "red" and is_running:
            spells[-1] = (spells[-1][0], row.day)
    return found


def _first_red_day(spells: Sequence[tuple[date, date]], quarter: int) -> date | None:
    """The first red day of a quarter; None when it had none."""
    start, end = _first_day(quarter), _first_day(quarter + 1)
    return min((max(first, start) for first, after in spells if first < end and after > start), default=None)


def _quarter(day: date) -> int:
    """Quarters counted from the year 0, so that they can be added up."""
    return day.year * 4 + (day.month - 1) // 3


def _first_day(quarter: int) -> date:
    return date(quarter // 4, 3 * (quarter % 4) + 1, 1)


def _period(quarter: int) -> str:
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def _quarter_named(period: str) -> int:
    return int(period[:4]) * 4 + int(period[5]) - 1


def _letter(lead: str) -> str:
    return {"科技": "K", "工信": "G", "国资": "S"}.get(lead, "K")
