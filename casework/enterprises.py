"""The registry of enterprises: enter, find, and the figures of their years and quarters. One row per credit code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from casework import roster_rows, territories
from casework.tables import Enterprise, EnterpriseYear, QuarterReport
from engine import history
from engine.errors import NotFound

GRADES: Final = ("g1", "g2", "g3")
"""Evidence for "has R&D activity / institution": official, verified, self-reported (REFERENCE 2.2)."""
DOUBT: Final = "confirm:"
"""How the flags begin that a county has to confirm."""
CONFIRMED: Final = ("县核", "市核", "锁定")
"""States of a quarterly report that counts."""
_PLAIN: Final = frozenset(
    {
        "industry_name", "industry_chain", "size_class", "reg_date", "ownership", "supervisor_level", "group_name",
        "legal_rep", "contact", "phone", "staff_total", "staff_tech", "staff_rd", "hitech_no", "hitech_from", "hitech_to",
        "patents_invention_valid", "biz_address", "reg_address", "status", "platforms", "univ_cooperation", "zjtx", "hitech_precheck",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: `rows`, and how many there are in all."""

    rows: list[Enterprise]
    total: int


def subject(enterprise_id: int) -> str:
    """What the engine knows an enterprise by."""
    return f"enterprise:{enterprise_id}"


def id_of(subject_text: str) -> int | None:
    """The enterprise that a subject names; None when it names something else."""
    kind, _, number = subject_text.partition(":")
    return int(number) if kind == "enterprise" and number.isdigit() else None


def get(db: Session, enterprise_id: int) -> Enterprise:
    """The enterprise; raises NotFound."""
    row = db.get(Enterprise, enterprise_id)
    if row is None:
        raise NotFound("there is no enterprise {id}", id=enterprise_id)
    return row


def by_code(db: Session, uscc: str) -> Enterprise:
    """The enterprise with this credit code; raises NotFound."""
    row = db.execute(select(Enterprise).where(Enterprise.uscc == uscc)).scalar_one_or_none()
    if row is None:
        raise NotFound("no enterprise with the code {uscc} is in the registry", uscc=uscc)
    return row


def by_codes(db: Session, codes: Iterable[str]) -> dict[str, Enterprise]:
    """The enterprises with these codes, by code."""
    wanted = sorted(set(codes))
    found: dict[str, Enterprise] = {}
    for start in range(0, len(wanted), 500):
        rows = db.execute(select(Enterprise).where(Enterprise.uscc.in_(wanted[start : start + 500]))).scalars()
        found |= {row.uscc: row for row in rows}
    return found


def search(
    db: Session, visible: ColumnElement[bool], *, words: str = "", path: str = "", limit: int = 50, offset: int = 0
) -> Page:
    """Enterprises that a person may see (`visible` from permissions), by a part of the name or code, in a territory."""
    query = select(Enterprise).where(visible)
    words = words.strip()
    if words:
        query = query.where(
            or_(
                Enterprise.name.contains(words, autoescape=True),
                Enterprise.uscc.startswith(words.upper(), autoescape=True),
            )
        )
    if path:
        query = query.where(territories.under(Enterprise.path, [path]))
    total = db.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = db.execute(query.order_by(Enterprise.path, Enterprise.id).limit(limit).offset(offset)).scalars().all()
    return Page(list(rows), total)


def enter(
    db: Session, known: Enterprise | None, values: Mapping[str, Any], *, origin: str, day: date, by: str, now: datetime
) -> Enterprise:
    """Enters an enterprise, or brings a known one up to date. `values` has the keys of a roster (casework.rosters).

    A changed name goes to the name history. Nothing that is missing from `values` is emptied.
    """
    if known is None:
        known = Enterprise(
            uscc=values["uscc"],
            name=values["name"],
            path=values["path"],
            name_history=[],
            platforms=[],
            hitech_precheck={},
            flags=[],
            extra={},
            created_by=by,
            created_at=now,
            updated_by=by,
            updated_at=now,
        )
        db.add(known)
    if values.get("name") and known.name != values["name"]:
        known.name_history = [*known.name_history, known.name]
        known.name = values["name"]
    if values.get("path"):
        known.path = values["path"]
    for key in _PLAIN & values.keys():
        if values[key] not in (None, ""):
            setattr(known, key, values[key])
    if values.get("industry_code"):
        known.industry_code = values["industry_code"]
    if values.get("is_soe") is not None:
        known.is_soe = values["is_soe"]
    if values.get("scale_since"):
        known.is_scale, known.scale_since, known.scale_left = True, values["scale_since"], ""
    known.origin, known.data_date, known.updated_by, known.updated_at = origin, day, by, now
    return known


def set_flag(enterprise: Enterprise, code: str, reason: str, since: date) -> None:
    """Puts a flag on an enterprise (`WATCH-5亿`, `confirm:revenue`); the same flag again only renews its reason."""
    others = [flag for flag in enterprise.flags if flag.get("code") != code]
    before = next((flag for flag in enterprise.flags if flag.get("code") == code), None)
    first = before["since"] if before else since.isoformat()
    enterprise.flags = [*others, {"code": code, "reason": reason, "since": first}]


def clear_flag(enterprise: Enterprise, code: str) -> None:
    """Takes a flag off an enterprise."""
    enterprise.flags = [flag for flag in enterprise.flags if flag.get("code") != code]


def confirm(db: Session, enterprise_id: int, field: str, *, by: str, now: datetime) -> Enterprise:
    """The county confirms a doubtful figure as it stands (`revenue`, `rd_expense`, `county`, `status`, …); it is no longer asked.

    A figure that is wrong is corrected by bringing the row in again.

    Raises:
        NotFound: there is no such enterprise, or nothing to confirm about this field.
    """
    enterprise = get(db, enterprise_id)
    code = f"{DOUBT}{field}"
    if all(flag["code"] != code for flag in enterprise.flags):
        raise NotFound("there is nothing to confirm about this figure")
    clear_flag(enterprise, code)
    if not any(flag["code"].startswith(DOUBT) for flag in enterprise.flags):
        enterprise.confirm_status = "县核"
    enterprise.updated_by, enterprise.updated_at = by, now
    data = {"enterprise": enterprise.uscc, "field": field}
    history.write(
        db, chain="registry", fact="figure_confirmed", by=by, now=now, data=data, subject=subject(enterprise_id)
    )
    return enterprise


def in_doubt(db: Session, visible: ColumnElement[bool], *, limit: int = 200) -> list[Enterprise]:
    """Enterprises that a person may see with figures that the county has to confirm (`confirm:` flags of imports)."""
    doubtful = cast(Enterprise.flags, String).contains(f'"{DOUBT}', autoescape=True)
    query = select(Enterprise).where(visible, doubtful).order_by(Enterprise.path, Enterprise.id).limit(limit)
    return list(db.scalars(query))


def year(db: Session, enterprise_id: int, number: int) -> EnterpriseYear | None:
    """The figures of one year, or None where nothing is known of it."""
    query = select(EnterpriseYear).where(EnterpriseYear.enterprise_id == enterprise_id, EnterpriseYear.year == number)
    return db.execute(query).scalar_one_or_none()


def enter_year(
    db: Session,
    enterprise_id: int,
    number: int,
    values: Mapping[str, Any],
    *,
    known: EnterpriseYear | None,
    reported: Mapping[str, Any],
    grade: str = "g1",
    origin: str,
    day: date,
    by: str,
    now: datetime,
) -> EnterpriseYear:
    """Enters the figures of one year. `values` may hold revenue and rd_expense (万元, accounting), has_activity, has_inst.

    `grade` says how far the two answers are to be believed (`GRADES`). `reported` are the cells as they came.
    """
    row = known
    if row is None:
        row = EnterpriseYear(enterprise_id=enterprise_id, year=number, as_reported={}, updated_by=by, updated_at=now)
        db.add(row)
    if values.get("revenue") is not None:
        row.revenue = values["revenue"]
    if values.get("rd_expense") is not None:
        row.rd_expense_acct = values["rd_expense"]
    for answer in ("has_activity", "has_inst"):
        if values.get(answer) is not None:
            setattr(row, f"{answer}_{grade}", values[answer])
            if grade == "g2":
                row.g2_date = day
    row.as_reported = {**row.as_reported, **reported}
    row.origin, row.data_date, row.updated_by, row.updated_at = origin, day, by, now
    return row


def years(db: Session, enterprise_id: int) -> list[EnterpriseYear]:
    """The figures of all years, the newest first."""
    query = select(EnterpriseYear).where(EnterpriseYear.enterprise_id == enterprise_id)
    return list(db.execute(query.order_by(EnterpriseYear.year.desc())).scalars())


def quarters(db: Session, enterprise_id: int) -> list[QuarterReport]:
    """All quarterly reports, the newest first."""
    query = select(QuarterReport).where(QuarterReport.enterprise_id == enterprise_id)
    return list(db.execute(query.order_by(QuarterReport.period.desc())).scalars())


def enter_quarter(
    db: Session,
    enterprise_id: int,
    period: str,
    values: Mapping[str, Any],
    *,
    known: QuarterReport | None,
    reported: Mapping[str, Any],
    doubts: list[str],
    origin: str,
    by: str,
    now: datetime,
) -> QuarterReport:
    """Enters a quarterly report. With doubts it is 已报 and waits for the county, without it counts as 县核.

    `doubts` are the names of the fields that the county has to look at.
    """
    row = known
    if row is None:
        row = QuarterReport(
            enterprise_id=enterprise_id,
            period=period,
            projects=[],
            findings=[],
            as_reported={},
            updated_by=by,
            updated_at=now,
        )
        db.add(row)
    for key in ("revenue_ytd", "rd_expense_ytd", "rd_basic", "rd_applied", "rd_experimental", "projects_ongoing"):
        if values.get(key) is not None:
            setattr(row, key, values[key])
    row.remark = values.get("remark", row.remark) or ""
    row.findings = sorted(set(doubts))
    row.state = "已报" if doubts else "县核"
    row.submitted_at = row.submitted_at or now
    row.as_reported, row.origin = dict(reported), origin
    row.updated_by, row.updated_at = by, now
    return row


def is_industry(enterprise: Enterprise) -> bool:
    """Whether its code of GB/T 4754 is industry (B, C, D; divisions 06–46)."""
    return roster_rows.is_industry(enterprise.industry_code)
