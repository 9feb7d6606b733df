"""What a quarterly report is compared with, and what is odd about it: findings at its fields, anomalies for the county.

Source: REFERENCE 6.3 (rules of F06), 4.c c04 (anomalies), 6.13 (`rd_q`, `rd_ytd_last_year`), 8 (identical texts and figures). The
comparisons are made here; which of them matter, how much and whether they can be explained is said by the decisions
`quarter-checks` and `quarter-anomalies`. Amounts are 万元 of the year so far, accounting caliber.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers
from casework.quarter_tables import QuarterReport
from casework.tables import EnterpriseYear
from engine import decisions, history
from engine.errors import Sentence

MONEY: Final[Mapping[str, str]] = {
    "revenueYtd": "revenue_ytd",
    "rdExpenseYtd": "rd_expense_ytd",
    "rdBasic": "rd_basic",
    "rdApplied": "rd_applied",
    "rdExperimental": "rd_experimental",
    "rdLabor": "rd_labor",
    "rdMaterial": "rd_material",
    "rdDepreciation": "rd_depreciation",
    "rdOutsourced": "rd_outsourced",
    "rdOther": "rd_other",
    "rdEquipmentPurchase": "rd_equipment_purchase",
    "nextQuarterPlan": "next_quarter_plan",
}
"""Amounts of the form F06 and their columns."""
COUNTS: Final[Mapping[str, str]] = {
    "rdStaff": "rd_staff",
    "projectsNew": "projects_new",
    "projectsOngoing": "projects_ongoing",
    "projectsFinished": "projects_finished",
    "patentsApplied": "patents_applied",
    "patentsGranted": "patents_granted",
}
TEXTS: Final[Mapping[str, str]] = {
    "instState": "inst_state",
    "zeroReason": "zero_reason",
    "remark": "remark",
    "explanation": "explanation",
    "certifier": "certifier",
}
_COMPARED: Final = ("revenueYtd", "rdExpenseYtd", "rdBasic", "rdApplied", "rdExperimental")
_TYPES: Final = ("rd_basic", "rd_applied", "rd_experimental")
_REPORTED: Final = ("已报", "县退", "县核", "市核", "锁定")
_WORDS: Final[Mapping[str, Sentence]] = {
    "negative": Sentence("an amount must not be negative"),
    "revenue_falls": Sentence(
        "the revenue of the year so far was {revenue_before} at the end of the last quarter and cannot fall to {revenue}; "
        "if it is right, say why under “Explanation”"
    ),
    "rd_falls": Sentence(
        "the R&D expense of the year so far was {rd_before} at the end of the last quarter and cannot fall to {rd}; "
        "if it is right, say why under “Explanation”"
    ),
    "types_gap": Sentence("the three types add up to {sum}, the total says {rd} (万元); correct one of them"),
    "rd_share": Sentence(
        "R&D of {rd} is {share} % of the revenue of {revenue} (万元); check the unit, and if it is right, say why under "
        "“Explanation”"
    ),
    "zero_without_reason": Sentence("there is no R&D expense; choose the reason"),
    "year_gap": Sentence(
        "the annual table says {annual}, this report {rd} (万元); if both are right, say why under “Explanation”"
    ),
    "no_project": Sentence(
        "there is R&D expense, but no project goes on; enter the projects, or say why under “Explanation”"
    ),
    "same_text": Sentence(
        "the text is the same as in the last quarter; write what is new, or say why under “Explanation”"
    ),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """The figures that stand beside a report.

    `before` is the report of the quarter before in the same year, `previous` that of the quarter before in any year, `last_year` that
    of the same quarter a year ago, `annual` the accounting R&D expense of the annual table of the same year; None: unknown.
    `ledger_checked`: the county has seen the R&D ledger in this year already.
    """

    period: str
    before: QuarterReport | None = None
    previous: QuarterReport | None = None
    earlier: QuarterReport | None = None
    last_year: QuarterReport | None = None
    annual: Decimal | None = None
    ledger_checked: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What is odd about a report as it was filled in. `severity`: `hard` refuses it, `explain` asks for the reason."""

    code: str
    field: str
    severity: str
    sentence: Sentence


def period_before(period: str) -> str:
    """`2026Q1` → `2025Q4`."""
    year, quarter = int(period[:4]), int(period[5])
    return f"{year}Q{quarter - 1}" if quarter > 1 else f"{year - 1}Q4"


def a_year_ago(period: str) -> str:
    """`2026Q2` → `2025Q2`."""
    return f"{int(period[:4]) - 1}{period[4:]}"


def beside(db: Session, enterprise_ids: Iterable[int], period: str) -> dict[int, Beside]:
    """What stands beside the report of `period`, for some hundreds of enterprises, in two statements."""
    ids = sorted(set(enterprise_ids))
    previous = period_before(period)
    wanted = {previous, period_before(previous), a_year_ago(period)}
    wanted |= {f"{period[:4]}Q{quarter}" for quarter in range(1, int(period[5]))}
    found: dict[int, dict[str, QuarterReport]] = {}
    rows = select(QuarterReport).where(
        QuarterReport.enterprise_id.in_(ids),
        QuarterReport.period.in_(sorted(wanted)),
        QuarterReport.state.in_(_REPORTED),
    )
    for row in db.scalars(rows):
        found.setdefault(row.enterprise_id, {})[row.period] = row
    annual: dict[int, Decimal | None] = {}
    if period.endswith("Q4"):
        figures = select(EnterpriseYear.enterprise_id, EnterpriseYear.rd_expense_acct).where(
            EnterpriseYear.enterprise_id.in_(ids), EnterpriseYear.year == int(period[:4])
        )
        annual = {row[0]: row[1] for row in db.execute(figures)}
    result: dict[int, Beside] = {}
    for number in ids:
        reports = found.get(number, {})
        result[number] = Beside(
            period=period,
            before=reports.get(previous) if previous[:4] == period[:4] else None,
            previous=reports.get(previous),
            earlier=reports.get(period_before(previous)),
            last_year=reports.get(a_year_ago(period)),
            annual=annual.get(number),
            ledger_checked=any(
                row.aux_ledger_checked_at is not None for row in reports.values() if row.period[:4] == period[:4]
            ),
        )
    return result


def limits(db: Session, *, now: datetime) -> Mapping[str, Any]:
    """The limits that the form's hints show, as the decision `quarter-limits` has them."""
    return answers.context(decisions.value(db, "quarter-limits", {"facts": {}}, now=now))


def prefilled(known: Beside) -> dict[str, Any]:
    """What a new report starts from: staff, projects and institution as reported last; amounts are asked anew (c02)."""
    if known.previous is None:
        return {}
    fields = shown(known.previous)
    kept = ("rdStaff", "projectsOngoing", "instState", "auxLedger", "certifier")
    filled = {name: fields[name] for name in kept if fields.get(name) not in (None, "")}
    rows = [{**row, "spent": None} for row in known.previous.projects]
    return {**filled, "projects": rows} if rows else filled


def shown(report: QuarterReport) -> dict[str, Any]:
    """A report in the words of its form, as plain values."""
    values: dict[str, Any] = {}
    for name, column in {**MONEY, **COUNTS, **TEXTS}.items():
        value = getattr(report, column)
        if value not in (None, ""):
            values[name] = value
    values |= {"auxLedger": report.aux_ledger, "projects": report.projects}
    plain: dict[str, Any] = history.plain(values)
    return plain


def last_figures(known: Beside) -> dict[str, Any]:
    """The figures that a form shows beside the new ones: of the last quarter of this year, and of a year ago (`year`)."""
    before = shown(known.before) if known.before else {}
    year = shown(known.last_year) if known.last_year else {}
    return {
        "period": period_before(known.period),
        **{name: before.get(name) for name in _COMPARED},
        "year": {name: year.get(name) for name in _COMPARED},
    }


def facts(report: QuarterReport, known: Beside) -> dict[str, Any]:
    """What the two decisions are asked about: comparisons only, no opinion. A figure that cannot be worked out is None.

    `rd_q` and `rd_before` are the R&D expense of this quarter and of the one before alone, `change` the change between them in per
    cent without sign, `rd_share` R&D in per cent of the revenue, `types_gap` 万元, `year_gap` per cent of the annual table.
    """
    rd, revenue = report.rd_expense_ytd, report.revenue_ytd
    types: list[Decimal | None] = [getattr(report, column) for column in _TYPES]
    own, own_before = rd_of_quarter(report, known.before), None
    if known.previous is not None:
        same = known.earlier is not None and known.earlier.period[:4] == known.previous.period[:4]
        own_before = rd_of_quarter(known.previous, known.earlier if same else None)
    has_projects = bool((report.projects_ongoing or 0) + (report.projects_new or 0))
    text = report.remark.strip()
    values: dict[str, Any] = {
        "period": report.period,
        "rd_ytd": rd,
        "revenue_ytd": revenue,
        "rd_q": own,
        "rd_before": own_before,
        "negative": any((getattr(report, column) or 0) < 0 for column in MONEY.values()),
        "revenue_falls": _falls(revenue, known.before.revenue_ytd if known.before else None),
        "rd_falls": _falls(rd, known.before.rd_expense_ytd if known.before else None),
        "types_gap": abs(sum((one or Decimal(0) for one in types), Decimal(0)) - rd)
        if rd is not None and any(one is not None for one in types)
        else None,
        "rd_share": _share(rd, revenue),
        "zero_without_reason": rd == 0 and not report.zero_reason,
        "zero_reason": report.zero_reason,
        "year_gap": _change(rd, known.annual),
        "no_project": bool(rd) and not has_projects,
        "same_text": bool(text) and known.previous is not None and text == known.previous.remark.strip(),
        "same_figure": bool(own) and own == own_before,
        "change": _change(own, own_before),
        "ledger_unchecked": report.aux_ledger and bool(rd) and not known.ledger_checked,
        "explained": len(report.explained),
        "not_corrected": report.state == "县退",
        "doubts": len(report.findings),
    }
    plain: dict[str, Any] = history.plain(values)
    return plain


def rd_of_quarter(report: QuarterReport, before: QuarterReport | None) -> Decimal | None:
    """R&D expense of the quarter alone (`rd_q`): the first quarter is its own year-to-date; without the one before, None."""
    ytd = report.rd_expense_ytd
    if ytd is None or report.period.endswith("Q1"):
        return ytd
    return None if before is None or before.rd_expense_ytd is None else ytd - before.rd_expense_ytd


def findings(db: Session, report: QuarterReport, known: Beside, *, now: datetime) -> list[Finding]:
    """What the decision `quarter-checks` says about a report as filled in, each in words at its field."""
    values = facts(report, known)
    words = _params(report, known, values)
    found: list[Finding] = []
    for row in answers.rows(decisions.value(db, "quarter-checks", {"facts": values}, now=now)):
        code = str(row.get("code"))
        known_words = _WORDS.get(code, Sentence("this figure is unusual ({code}); say why under “Explanation”"))
        said = Sentence(known_words.template, {**words, "code": code})
        found.append(Finding(code, str(row.get("field")), str(row.get("severity")), said))
    return found


def refusals(found: Sequence[Finding], explanation: str) -> dict[str, list[Sentence]]:
    """What has to be said at the fields before the report is taken: hard findings, and those that nobody has explained."""
    explained = len(explanation.strip()) >= SHORTEST_EXPLANATION
    wrong: dict[str, list[Sentence]] = {}
    for one in found:
        if one.severity == "hard" or not explained:
            wrong.setdefault(f"report.{one.field}", []).append(one.sentence)
    return wrong


SHORTEST_EXPLANATION: Final = 5
"""Characters that an explanation has at least."""


def _params(report: QuarterReport, known: Beside, values: Mapping[str, Any]) -> dict[str, object]:
    types = sum((getattr(report, column) or Decimal(0) for column in _TYPES), Decimal(0))
    return {
        "rd": _said(report.rd_expense_ytd),
        "rd_before": _said(known.before.rd_expense_ytd if known.before else None),
        "revenue": _said(report.revenue_ytd),
        "revenue_before": _said(known.before.revenue_ytd if known.before else None),
        "sum": _said(types),
        "share": str(values["rd_share"]),
        "annual": _said(known.annual),
    }


def _said(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _falls(now: Decimal | None, before: Decimal | None) -> bool:
    return now is not None and before is not None and now < before


def _share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    if part is None or whole is None:
        return None
    if whole <= 0:
        return Decimal(999) if part > 0 else None
    return (part * 100 / whole).quantize(Decimal("0.1"))


def _change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    if now is None or not before:
        return None
    return abs((now - before) * 100 / before).quantize(Decimal("0.1"))
