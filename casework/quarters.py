"""Quarterly monitoring (F06): who is asked, what is reported, late or missing, what the county has checked, and what follows.

Source: REFERENCE 4.c c01–c05 and c19, 6.3, 2.2. One run of `quarter` per enterprise and period; the row of the report is the truth,
the run says whose turn it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from casework import (
    answers,
    cases,
    enterprises,
    facts,
    items,
    lights,
    people,
    quarter_checks,
    relapses,
)
from casework.case_tables import LIVING_CASE, Case
from casework.quarter_checks import Beside
from casework.quarter_tables import QuarterReport
from casework.tables import Enterprise, Setting
from engine import history, instances, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance, UserTask

PROCESS: Final = "quarter"
EVERYBODY: Final = "quarter_everybody"
"""Setting: when its value is `{"on": true}`, enterprises above scale without a case are asked as well (c01: others optional)."""
FILLED_IN: Final = ("report", "late_report", "correct")
"""The user tasks in which a report is filled in."""
CHASE_REASONS: Final = ("halted", "staff", "not_booked", "system", "group", "unreachable", "refused", "other")
_WORKED_ON: Final = tuple(state for state in LIVING_CASE if state != "suspended")
_MEMO: Final = "casework.quarters.opening"


@dataclass(frozen=True, slots=True)
class _Opening:
    """What the start of a run needs to know, read for a whole portion of enterprises at once."""

    beside: Mapping[int, Beside] = field(default_factory=dict[int, Beside])
    cases: Mapping[int, Case] = field(default_factory=dict[int, Case])
    enterprises: Mapping[int, Enterprise] = field(default_factory=dict[int, Enterprise])
    reports: Mapping[int, QuarterReport] = field(default_factory=dict[int, QuarterReport])
    runs: Mapping[int, Instance] = field(default_factory=dict[int, Instance])
    limits: Mapping[str, Any] = field(default_factory=dict[str, Any])


def quarter_end(period: str) -> date:
    """The last day of a quarter: `2026Q2` → 30 June 2026.

    Raises:
        Invalid: this is no period.
    """
    if len(period) != 6 or period[4] != "Q" or not (period[:4].isdigit() and period[5] in "1234"):
        raise Invalid("{period} is no quarter; write it like 2026Q1", period=period)
    year, month = int(period[:4]), int(period[5]) * 3
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - timedelta(days=1)


def period_ended(day: date) -> str:
    """The quarter that ended last before `day`: 1 July 2026 → `2026Q2`."""
    quarter = (day.month - 1) // 3
    return f"{day.year}Q{quarter}" if quarter else f"{day.year - 1}Q4"


def open_period(db: Session, period: str, *, after: int = 0, limit: int = 200, now: datetime) -> int:
    """Asks the next `limit` enterprises for their report of a quarter (c01), in the order of their ids; gives the last id, 0 at the end.

    All enterprises with a living case that is not suspended are asked, with the setting `quarter_everybody` all others above scale as
    well. Who was asked for this quarter already, or whose imported figures count already, is left out, so doing it twice does no
    harm. The runs belong to the case: they pause, move and are read with it. What is read takes the same number of statements for
    every portion.
    """
    ids = _to_ask(db, period, after, limit)
    if not ids:
        return 0
    known = _opening(db, ids, period, now=now)
    db.info[_MEMO] = known
    end = quarter_end(period).isoformat()
    try:
        for number in ids:
            report = known.reports.get(number)
            if report is not None and report.state in enterprises.CONFIRMED:
                continue
            case, firm = known.cases.get(number), known.enterprises[number]
            instances.start(
                db,
                PROCESS,
                {"enterpriseId": number, "caseId": case.id if case else None, "period": period, "quarterEnd": end},
                business_key=case.case_no if case else f"{period}-{firm.uscc}",
                scope=case.scope if case else firm.path,
                subject=enterprises.subject(number),
                parent=known.runs.get(number),
                by=people.SYSTEM,
                now=now,
            )
    finally:
        db.info.pop(_MEMO, None)
    return ids[-1]


def get(db: Session, report_id: int) -> QuarterReport:
    """The report with this id. Raises NotFound."""
    report = db.get(QuarterReport, report_id)
    if report is None:
        raise NotFound("there is no quarterly report {id}", id=report_id)
    return report


def start(
    db: Session, enterprise_id: int, period: str, due_on: date | None, *, instance: Instance, now: datetime
) -> dict[str, object]:
    """An enterprise is asked until `due_on` (c01): its row, what the form starts from, and who checks. Variables of the run."""
    memo = cast(_Opening | None, db.info.get(_MEMO))
    known = memo if memo and enterprise_id in memo.enterprises else _opening(db, [enterprise_id], period, now=now)
    compared = known.beside[enterprise_id]
    report = known.reports.get(enterprise_id)
    if report is None:
        report = QuarterReport(enterprise_id=enterprise_id, period=period, updated_by=people.SYSTEM, updated_at=now)
        db.add(report)
    report.instance_id, report.asked_at = instance.id, now
    report.due_on = due_on
    db.flush()
    case = known.cases.get(enterprise_id)
    return {
        "reportId": report.id,
        "countyGroups": cases.groups(case, "county") if case else ["XG", "XK", "XS"],
        "reported": report.state == "已报",
        "report": quarter_checks.shown(report) if report.state == "已报" else quarter_checks.prefilled(compared),
        "last": quarter_checks.last_figures(compared),
        "limits": dict(known.limits),
    }


def submit(
    db: Session, report: QuarterReport, answer: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> None:
    """Takes a report as it was filled in (c02).

    Raises:
        Invalid: a logic check found something that cannot be, or that nobody has explained; `fields` says what, where.
    """
    _locked_out(report)
    before = report.state
    for name, column in quarter_checks.MONEY.items():
        setattr(report, column, answers.amount(answer.get(name)))
    for name, column in quarter_checks.COUNTS.items():
        setattr(report, column, answers.whole(answer.get(name)))
    for name, column in quarter_checks.TEXTS.items():
        setattr(report, column, str(answer.get(name) or "").strip())
    report.aux_ledger = answers.agrees(answer.get("auxLedger"))
    report.projects = [dict(row) for row in answers.rows(answer.get("projects"))]
    known = quarter_checks.beside(db, [report.enterprise_id], report.period)[report.enterprise_id]
    found = quarter_checks.findings(db, report, known, now=now)
    if wrong := quarter_checks.refusals(found, report.explanation):
        db.expire(report)
        raise Invalid(fields=wrong)
    report.explained = sorted({one.code for one in found})
    task = _last_filled(db, instance)
    report.filled_by, report.helped = by, bool(task is not None and task.on_behalf_of)
    report.origin = "联络员" if report.helped else "企业"
    report.findings, report.as_reported = [], cast(dict[str, Any], history.plain(dict(answer)))
    _arrived(db, report, before, by=by, now=now)
    if report.explained:
        data = {"report": report.id, "period": report.period, "checks": report.explained, "reason": report.explanation}
        history.write(db, instance=instance, fact="finding_explained", by=by, now=now, data=data)


def anomaly_facts(db: Session, report: QuarterReport, *, by: str, now: datetime) -> dict[str, object]:
    """The frozen facts for `quarter-anomalies`, and what the county's form shows: the report and the figures beside it (c04)."""
    known = quarter_checks.beside(db, [report.enterprise_id], report.period)[report.enterprise_id]
    values = quarter_checks.facts(report, known)
    facts.freeze(db, f"quarter:{report.id}", "quarter-anomalies", values, by=by or people.SYSTEM, now=now)
    return {"facts": values, "report": quarter_checks.shown(report), "last": quarter_checks.last_figures(known)}


def note(report: QuarterReport, anomalies: object, *, now: datetime) -> None:
    """Keeps what is unusual about a report; one that was returned and not corrected stands as it was sent."""
    report.anomalies = [dict(row) for row in answers.rows(anomalies)]
    report.unusual = len(report.anomalies)
    if report.state == "县退":
        report.state = "已报"
    report.updated_at = now


def mark_missing(db: Session, report: QuarterReport, *, now: datetime) -> None:
    """The time is over and nothing came (c03): 未报, which the lights count; what still comes is late."""
    report.state, report.updated_at = "未报", now
    db.flush()
    _assess(db, report, now=now)


def chased(report: QuarterReport, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """What the county heard on the telephone, with the reason code (c03)."""
    report.chase_reason = str(answer.get("reason") or "")
    said = [str(answer.get(name) or "").strip() for name in ("person", "promised", "note")]
    report.chase_note = " · ".join(part for part in said if part)[:400]
    report.chased_by, report.chased_at = by, now


def mark_unchecked(db: Session, report: QuarterReport, *, now: datetime) -> None:
    """The county's day passed: the figures go on with the mark 县未核 (c04)."""
    report.county_mark, report.updated_at = "县未核", now
    db.flush()
    _assess(db, report, now=now)


def return_report(report: QuarterReport, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The county sends the report back, with everything that is to be corrected (c04)."""
    report.state, report.returns = "县退", report.returns + 1
    report.return_reason = str(answer.get("opinion") or "")[:1000]
    report.updated_by, report.updated_at = by, now


def refuse(db: Session, report: QuarterReport, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The county does not believe the figures: the quarter counts as not reported, with the reason."""
    report.state, report.return_reason = "未报", str(answer.get("opinion") or "")[:1000]
    report.checked_by, report.checked_at, report.county_mark = by, now, ""
    report.updated_by, report.updated_at = by, now
    db.flush()
    _assess(db, report, now=now)


def confirm(db: Session, report: QuarterReport, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The figures count from now on (c05): items look again, the light is worked out, a relapse is looked for.

    `by` is empty where nothing was unusual and nobody had to look. `answer["ledger"]`: the county has seen the R&D ledger.
    """
    report.state, report.county_mark = "县核", ""
    report.checked_by, report.checked_at = by, now
    if answers.agrees(answer.get("ledger")) and report.aux_ledger and by:
        report.aux_ledger_checked_by, report.aux_ledger_checked_at = by, now
    report.updated_by, report.updated_at = by or people.SYSTEM, now
    db.flush()
    counts(db, report, by=by or people.SYSTEM, now=now)


def imported(db: Session, report: QuarterReport, before: str, *, by: str, now: datetime) -> None:
    """Figures of a roster arrived for a quarter that a run asks for: they count as reported, and the run hears it (c02).

    `before` is the state that the report had.
    """
    report.filled_by, report.helped, report.explained = by, True, []
    _arrived(db, report, before, by=by, now=now)
    key = f"quarter_imported:{report.id}:{now.isoformat()}"
    messages.publish(db, "quarter_imported", str(report.id), {}, key=key, by=by, now=now)


def running(db: Session, reports: Iterable[QuarterReport]) -> set[int]:
    """The ids of those reports that a run still looks after; one statement for every 500."""
    runs = {row.instance_id: row.id for row in reports if row.instance_id is not None}
    asked, found = sorted(runs), set[int]()
    for start_at in range(0, len(asked), 500):
        part = asked[start_at : start_at + 500]
        active = select(Instance.id).where(Instance.id.in_(part), Instance.status == "active")
        found |= {runs[number] for number in db.scalars(active)}
    return found


def settled(db: Session, period: str) -> dict[int, Sentence]:
    """Enterprises whose figures of a quarter a roster must not touch, with the reason: final, or on the county's desk."""
    final = Sentence("the figures of {period} are final; correct them in the next quarter", {"period": period})
    desk = Sentence(
        "the report of {period} has arrived and is with the county; it has to return it before other figures come in",
        {"period": period},
    )
    query = (
        select(QuarterReport.enterprise_id, QuarterReport.state)
        .outerjoin(Instance, Instance.id == QuarterReport.instance_id)
        .where(
            QuarterReport.period == period,
            or_(
                QuarterReport.state.in_(("市核", "锁定")),
                and_(QuarterReport.state == "已报", Instance.status == "active"),
            ),
        )
    )
    return {row[0]: desk if row[1] == "已报" else final for row in db.execute(query)}


def counts(db: Session, report: QuarterReport, *, by: str, now: datetime) -> None:
    """Confirmed figures count: items look again, a relapse is looked for, the light is worked out (c05)."""
    key = f"{report.period}:{report.id}:{now.isoformat()}"
    items.data_arrived(db, report.enterprise_id, f"quarter {report.period}", key=key, by=by, now=now)
    relapses.look(db, report.enterprise_id, by=by, now=now)
    _assess(db, report, now=now)


def _to_ask(db: Session, period: str, after: int, limit: int) -> list[int]:
    asked = exists().where(
        QuarterReport.enterprise_id == Enterprise.id,
        QuarterReport.period == period,
        QuarterReport.asked_at.is_not(None),
    )
    in_case = exists().where(Case.enterprise_id == Enterprise.id, Case.state.in_(_WORKED_ON))
    setting = db.get(Setting, EVERYBODY)
    who = in_case
    if setting is not None and setting.value.get("on") is True:
        who = or_(in_case, and_(Enterprise.is_scale.is_(True), Enterprise.status.in_(("存续", "半停产"))))
    query = select(Enterprise.id).where(who, ~asked, Enterprise.id > after).order_by(Enterprise.id).limit(limit)
    return list(db.scalars(query))


def _opening(db: Session, ids: Iterable[int], period: str, *, now: datetime) -> _Opening:
    wanted = sorted(ids)
    living = select(Case).where(Case.enterprise_id.in_(wanted), Case.state.in_(LIVING_CASE))
    reports = select(QuarterReport).where(QuarterReport.enterprise_id.in_(wanted), QuarterReport.period == period)
    found = {case.enterprise_id: case for case in db.scalars(living)}
    runs = select(Instance).where(Instance.id.in_([case.instance_id for case in found.values() if case.instance_id]))
    by_id = {run.id: run for run in db.scalars(runs)}
    return _Opening(
        beside=quarter_checks.beside(db, wanted, period),
        cases=found,
        runs={number: by_id[case.instance_id] for number, case in found.items() if case.instance_id in by_id},
        enterprises={row.id: row for row in db.scalars(select(Enterprise).where(Enterprise.id.in_(wanted)))},
        reports={row.enterprise_id: row for row in db.scalars(reports)},
        limits=quarter_checks.limits(db, now=now),
    )


def _arrived(db: Session, report: QuarterReport, before: str, *, by: str, now: datetime) -> None:
    report.state, report.submitted_at = "已报", report.submitted_at or now
    report.late = report.late or (report.due_on is not None and local_day(now) > report.due_on)
    report.updated_by, report.updated_at = by, now
    db.flush()
    if before == "未报":
        key = f"quarter_answered:{report.id}"
        messages.publish(db, "quarter_answered", str(report.id), {}, key=key, by=by, now=now)


def _assess(db: Session, report: QuarterReport, *, now: datetime) -> None:
    case = cases.living(db, report.enterprise_id)
    if case is not None:
        lights.assess(db, case, now=now)


def _last_filled(db: Session, instance: Instance) -> UserTask | None:
    done = select(UserTask).where(
        UserTask.instance_id == instance.id, UserTask.element_id.in_(FILLED_IN), UserTask.status == "completed"
    )
    return db.scalars(done.order_by(UserTask.ended_at.desc(), UserTask.id.desc()).limit(1)).first()


def _locked_out(report: QuarterReport) -> None:
    if report.state in {"市核", "锁定"}:
        raise Conflict("the figures of {period} are final; correct them in the next quarter", period=report.period)
