"""What stands beside an application on a desk: every have with its threshold, what is known from before, evidence and result (8).

The reviewer compares instead of looking things up; the applicant sees what is still missing while he types. Nothing is written here.
Money is 万元, areas are ㎡.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, enterprises, filing_list, filing_versions, six_haves
from casework.filing_list import OPEN_FILING
from casework.filing_tables import Filing, OnsiteCheck, RdInstitution
from casework.filing_versions import Difference, Version
from casework.six_haves import Have, SixHaves
from engine.calendars import local_day
from engine.errors import Sentence
from engine.tables import UserTask

FILES: Final[Mapping[str, str]] = {
    "site": "siteFiles",
    "staff": "staffFiles",
    "equipment": "equipFiles",
    "input": "inputFiles",
    "projects": "projectFiles",
    "rules": "ruleFiles",
    "ip": "ipFiles",
    "partner": "partnerFiles",
}
"""The field of F07 that holds the evidence for a have."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record about the same thing: where from, how much, and by how much the declaration differs in per cent."""

    source: Sentence
    figure: Decimal
    change: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One have: its name, the worst result of its rows, the rows of the standard, what is known, the files, what was seen on site."""

    item: str
    result: str
    rows: tuple[Have, ...]
    known: tuple[Known, ...]
    files: tuple[Mapping[str, Any], ...]
    seen: Mapping[str, Any] | None
    notes: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything beside one application, `changes` since the version before the last."""

    filing: Filing
    check: SixHaves
    lines: tuple[Line, ...]
    version: Version | None
    changes: tuple[Difference, ...]
    others: tuple[RdInstitution, ...]
    applications: tuple[Filing, ...]


def of_task(db: Session, task: UserTask) -> Filing | None:
    """The application that a user task is about: the one whose run it belongs to, or whose run called that one."""
    query = select(Filing).where(Filing.instance_id.in_({task.instance_id, task.root_id})).order_by(Filing.id.desc())
    return db.scalars(query.limit(1)).one_or_none()


def self_check(
    db: Session, filing: Filing, declared: Mapping[str, Any], *, now: datetime
) -> tuple[SixHaves, list[Line]]:
    """What an applicant sees while he types: the check of what stands in the form now, have by have."""
    found = six_haves.check(db, filing, declared, now=now)
    return found, [
        Line(item, result, _rows(found, item), (), _files(declared, item), None, _notes(found, item))
        for item, result in found.items.items()
    ]


def desk(db: Session, filing: Filing, *, now: datetime) -> Desk:
    """What a reviewer sees beside the form, in a fixed number of statements."""
    declared = filing.declared
    check = six_haves.check(db, filing, declared, now=now)
    seen = _seen(db, filing)
    known = _known(db, filing, declared, now=now)
    sent = filing_versions.versions(db, filing)
    of_firm = select(RdInstitution).where(RdInstitution.enterprise_id == filing.enterprise_id)
    running = filing_list.of_enterprise(db, filing.enterprise_id)
    return Desk(
        filing=filing,
        check=check,
        lines=tuple(
            Line(
                item,
                result,
                _rows(check, item),
                known.get(item, ()),
                _files(declared, item),
                seen.get(item),
                _notes(check, item),
            )
            for item, result in check.items.items()
        ),
        version=sent[-1] if sent else None,
        changes=tuple(filing_versions.differences(sent[-2].data, sent[-1].data)) if len(sent) > 1 else (),
        others=tuple(one for one in db.scalars(of_firm.order_by(RdInstitution.id)) if one.id != filing.institution_id),
        applications=tuple(one for one in running if one.id != filing.id and one.state in OPEN_FILING),
    )


def worth(item: str, declared: Mapping[str, Any]) -> Decimal | None:
    """How much was declared of a have, as one figure; None where nothing was."""
    match item:
        case "site":
            return answers.amount(declared.get("siteArea"))
        case "staff":
            return Decimal(sum(answers.agrees(one.get("fullTime")) for one in answers.rows(declared.get("staff"))))
        case "equipment":
            return answers.amount(declared.get("equipValue"))
        case "input":
            return answers.amount(declared.get("rdInput"))
        case "projects":
            return Decimal(len(answers.rows(declared.get("projects"))))
        case "rules":
            return Decimal(len(answers.several(declared.get("rules"))))
        case "ip":
            return answers.amount(declared.get("ipCount"))
        case _:
            return None


def _known(db: Session, filing: Filing, declared: Mapping[str, Any], *, now: datetime) -> dict[str, tuple[Known, ...]]:
    """What register, yearly figures and quarterly reports say about the same haves."""
    found: dict[str, list[tuple[Sentence, Decimal | int | None]]] = {}
    enterprise = enterprises.get(db, filing.enterprise_id)
    day = local_day(now)
    for year in [one for one in enterprises.years(db, enterprise.id) if one.year < day.year][:2]:
        said = Sentence("yearly figures {year}", {"year": str(year.year)})
        found.setdefault("input", []).append((said, year.rd_expense_acct))
        found.setdefault("staff", []).append((said, year.rd_staff_fte))
        found.setdefault("projects", []).append((said, year.projects_count))
    for report in [one for one in enterprises.quarters(db, enterprise.id) if one.rd_expense_ytd is not None][:1]:
        said = Sentence("quarterly report {period}, from January on", {"period": report.period})
        found.setdefault("input", []).append((said, report.rd_expense_ytd))
        found.setdefault("staff", []).append((said, report.rd_staff))
    roster = Sentence("register of enterprises")
    found.setdefault("staff", []).append((roster, enterprise.staff_rd))
    owned = enterprise.patents_invention_valid + enterprise.patents_utility + enterprise.designs + enterprise.software
    found.setdefault("ip", []).append((roster, owned or None))
    institution = db.get(RdInstitution, filing.institution_id) if filing.institution_id else None
    if institution is not None:
        said = Sentence("register of institutions, {number}", {"number": institution.filing_no})
        before = {
            "site": institution.site_area,
            "staff": institution.staff_fulltime,
            "equipment": institution.equip_value,
            "input": institution.rd_input,
            "projects": institution.projects_count,
            "ip": institution.ip_count,
        }
        for item, figure in before.items():
            found.setdefault(item, []).append((said, figure))
    return {
        item: tuple(_compared(said, figure, worth(item, declared)) for said, figure in rows if figure is not None)
        for item, rows in found.items()
    }


def _compared(source: Sentence, figure: Decimal | int, declared: Decimal | None) -> Known:
    before = Decimal(figure)
    change = (declared - before) / before * 100 if declared is not None and before else None
    return Known(source, before, change.quantize(Decimal(1)) if change is not None else None)


def _seen(db: Session, filing: Filing) -> dict[str, Mapping[str, Any]]:
    """What the last look on site found, by have."""
    query = select(OnsiteCheck).where(OnsiteCheck.filing_id == filing.id, OnsiteCheck.at.is_not(None))
    last = db.scalars(query.order_by(OnsiteCheck.round.desc()).limit(1)).one_or_none()
    return {str(row.get("item")): row for row in answers.rows(last.rows)} if last else {}


def _rows(check: SixHaves, item: str) -> tuple[Have, ...]:
    """The rows of a have; of several thresholds of one figure (the city's and the region's) only the highest, which holds the others."""
    rows = [row for row in check.rows if row.item == item]
    highest: dict[str, Decimal] = {}
    for row in rows:
        if row.or_figure is None:
            highest[row.figure] = max(row.threshold, highest.get(row.figure, row.threshold))
    kept = {(row.figure, row.threshold): row for row in rows if row.or_figure or row.threshold == highest[row.figure]}
    return tuple(kept.values())


def _notes(check: SixHaves, item: str) -> tuple[Sentence, ...]:
    field = six_haves.FIELDS.get(item, "")
    return (*check.findings.get(field, ()), *check.flags.get(field, ()))


def _files(declared: Mapping[str, Any], item: str) -> tuple[Mapping[str, Any], ...]:
    named: Sequence[Mapping[str, Any]] = answers.rows(declared.get(FILES.get(item, "")))
    return tuple(one for one in named if one.get("id"))
