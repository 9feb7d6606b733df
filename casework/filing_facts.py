"""What the decisions of filing are asked about: an applicant (DT-4), declared figures (DT-5), whether to look at the site (b09).

A decision never reads the registry itself. Amounts are 万元, areas ㎡, shares per cent. `declared` is the latest F07 under the names of
the form `filing-application` without its word. Sources: REFERENCE 2.7, 4.b, DT-4, DT-5, 6.13.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import answers, enterprises, filing_staff, territories
from casework.facts import full_months
from casework.filing_tables import OPEN_FILING, Filing, RdInstitution
from casework.tables import Enterprise, EnterpriseYear
from engine import decisions
from engine.calendars import local_day
from engine.errors import NotFound

_PLATFORMS: Final = ("国", "区", "市")
"""Levels of a platform that is recognised already (DT-4 row 3)."""
_GONE: Final = ("注销", "吊销")
_BASIC: Final = ("management", "accounting", "incentive", "results")
_MORE: Final = ("safety", "plan")
"""The rules that 2.7 names: four for everybody, two more for the region."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the registry knows beside a declaration: the last complete year, and what is counted elsewhere already.

    `shared` are the keys of persons on the list of another living filing, `same` how many other institutions or applications of the
    enterprise have this name and site.
    """

    enterprise: Enterprise
    year: EnterpriseYear | None = None
    shared: Mapping[str, list[Filing]] = field(default_factory=dict[str, list[Filing]])
    same: int = 0


def authority(db: Session, filing: Filing, *, now: datetime) -> dict[str, Any]:
    """The facts for `filing-authority` and `filing-copies` about an application (DT-4)."""
    return of_applicant(enterprises.get(db, filing.enterprise_id), filing.level, day=local_day(now))


def of_applicant(enterprise: Enterprise, level: str, *, day: date) -> dict[str, Any]:
    """The same about an enterprise that has not applied yet.

    Keys: of_guangxi, registered, is_scale, is_industry, is_hitech_valid, recognised, is_soe, supervisor_level, level.
    """
    first, last = enterprise.hitech_from, enterprise.hitech_to
    return {
        "of_guangxi": territories.covers(territories.REGION, enterprise.path) and enterprise.status != "迁出",
        "registered": enterprise.status not in _GONE,
        "is_scale": enterprise.is_scale,
        "is_industry": enterprises.is_industry(enterprise),
        "is_hitech_valid": first is not None and last is not None and first <= day <= last,
        "recognised": any(row.get("level") in _PLATFORMS for row in enterprise.platforms),
        "is_soe": enterprise.is_soe,
        "supervisor_level": (enterprise.supervisor_level or "其他") if enterprise.is_soe else "",
        "level": level,
    }


def terms(db: Session, level: str, *, now: datetime) -> Mapping[str, Any]:
    """The terms and shares of filing at a level, as the decision `filing-terms` has them (validity_years, promise_days …)."""
    return answers.context(decisions.value(db, "filing-terms", {"facts": {"level": level}}, now=now))


def beside(db: Session, about: Filing | Enterprise, declared: Mapping[str, Any], *, day: date) -> Beside:
    """What the registry knows beside this declaration, in at most five statements."""
    filing = about if isinstance(about, Filing) else None
    enterprise = about if isinstance(about, Enterprise) else enterprises.get(db, about.enterprise_id)
    keys = [row.key for row in filing_staff.declared_rows(declared)]
    shared = filing_staff.elsewhere(db, keys, filing)
    return Beside(
        enterprise,
        last_years(db, [enterprise.id], day=day).get(enterprise.id),
        {key: shared[key] for key in keys if key in shared},
        _same(db, enterprise.id, filing, declared),
    )


def last_years(db: Session, enterprise_ids: Iterable[int], *, day: date) -> dict[int, EnterpriseYear]:
    """The figures of the last complete year with figures before `day`, by enterprise; one statement for some hundreds of them."""
    ids = sorted(set(enterprise_ids))
    query = select(EnterpriseYear).where(
        EnterpriseYear.enterprise_id.in_(ids), EnterpriseYear.year < day.year, EnterpriseYear.year >= day.year - 3
    )
    found: dict[int, EnterpriseYear] = {}
    for row in db.scalars(query.order_by(EnterpriseYear.year)):
        found[row.enterprise_id] = row
    return found


def declared_facts(
    declared: Mapping[str, Any], known: Beside, *, level: str, fast_track: bool, day: date
) -> dict[str, Any]:
    """The facts for `six-haves` and `six-haves-checks` about a declaration; a figure that is not known is None.

    `declared["verified"]` (figure → number), where an officer found something else than declared, counts instead.
    """
    staff = filing_staff.declared_rows(declared)
    full_time = {row.key: row for row in staff if row.full_time}
    year = known.year
    revenue = answers.amount(declared.get("revenue"))
    registered = year.revenue if year else None
    revenue = registered if revenue is None else revenue
    spent = answers.amount(declared.get("rdInput"))
    equipment = answers.amount(declared.get("equipValue"))
    rules = {str(one) for one in answers.several(declared.get("rules"))}
    type_ = str(declared.get("type") or "own")
    director = str(declared.get("director") or "").strip()
    values: dict[str, Any] = {
        "level": level,
        "fast_track": fast_track,
        "day": day.isoformat(),
        "type": type_,
        "software": answers.agrees(declared.get("softwareUnit")),
        "revenue_wan": revenue,
        "site_area": answers.amount(declared.get("siteArea")),
        "staff_fulltime": len(full_time),
        "staff_senior": sum(row.is_senior for row in full_time.values()),
        "equip_value": equipment,
        "rd_input": spent,
        "rd_percent": spent * 100 / revenue if spent is not None and revenue else None,
        "projects": _projects(declared),
        "rules_basic": sum(one in rules for one in _BASIC),
        "rules_more": sum(one in rules for one in _MORE),
        "ip_count": answers.whole(declared.get("ipCount")) or 0,
        "invention_count": answers.whole(declared.get("inventionCount")) or 0,
        "joint_months": _joint_months(declared, day),
        "self_built": int(type_ == "own"),
        "shared_staff": len(known.shared),
        "repeated_staff": len(staff) - len({row.key for row in staff}),
        "site_in_territory": _in_territory(str(declared.get("sitePath") or ""), known.enterprise.path),
        "input_above_revenue": spent is not None and revenue is not None and spent > revenue,
        "equipment_above_assets": _above(equipment, _assets(declared, year)),
        "director_missing": bool(director and staff) and not any(director == row.name for row in staff),
        "revenue_differs": _differs(answers.amount(declared.get("revenue")), registered),
        "same_institution": known.same,
    }
    for figure, number in answers.context(declared.get("verified")).items():
        if figure == "projects":
            values["projects"] = values["projects"][: answers.whole(number) or 0]
        elif figure in values:
            values[figure] = answers.amount(number)
    return values


def onsite(db: Session, filing: Filing, *, now: datetime) -> dict[str, Any]:
    """The facts for `filing-onsite` (b09): `margin` is how near a declared figure comes to its threshold in per cent, `draw` the lot."""
    enterprise = enterprises.get(db, filing.enterprise_id)
    return onsite_of(filing, enterprise, has_filed=_has_filed(db, filing))


def onsite_of(filing: Filing, enterprise: Enterprise, *, has_filed: bool) -> dict[str, Any]:
    """The same without a statement. `has_filed`: the enterprise has an institution in the register."""
    kept = answers.context(filing.six_haves)
    risky = any(str(row.get("code", "")).startswith(("risk", "integrity")) for row in enterprise.flags)
    return {
        "level": filing.level,
        "fast_track": filing.fast_track,
        "margin": answers.amount(kept.get("margin")),
        "risk": risky or bool(answers.several(kept.get("flags"))),
        "first_with_promise": filing.verdict == "OK_WITH_PROMISE" and not has_filed,
        "draw": draw(filing),
    }


def draw(filing: Filing) -> Decimal:
    """The lot of an application: a number from 0 to 99.99, evenly spread, the same however often it is drawn."""
    digest = hashlib.sha256(f"filing-onsite:{filing.id}:{filing.ref_no}".encode()).digest()
    return Decimal(int.from_bytes(digest[:8], "big") * 10_000 >> 64) / 100


def _projects(declared: Mapping[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for row in answers.rows(declared.get("projects")):
        first, last = answers.day(row.get("start")), answers.day(row.get("end"))
        if first is not None and last is not None:
            source = str(row.get("source") or "self")
            found.append({"start": first.isoformat(), "end": last.isoformat(), "source": source})
    return found


def _joint_months(declared: Mapping[str, Any], day: date) -> int | None:
    """The full months of the longest running contract with a partner; the last day of a contract belongs to it."""
    found: list[int] = []
    for row in answers.rows(declared.get("partners")):
        first, last = answers.day(row.get("start")), answers.day(row.get("end"))
        if first is not None and last is not None and first <= last and last >= day:
            found.append(full_months(first, last + timedelta(days=1)))
    return max(found, default=None)


def _in_territory(site: str, path: str) -> bool:
    """Whether the site lies in the city that is responsible for the enterprise; a site not given yet is no fault here."""
    if not site:
        return True
    try:
        place = site if "/" in site or site == territories.REGION else territories.path_of_code(site)
    except NotFound:
        return False
    return territories.covers(territories.city_of(path), place)


def _assets(declared: Mapping[str, Any], year: EnterpriseYear | None) -> Decimal | None:
    given = answers.amount(declared.get("fixedAssets"))
    if given is not None or year is None:
        return given
    return year.fixed_assets if year.fixed_assets is not None else year.total_assets


def _above(value: Decimal | None, limit: Decimal | None) -> bool:
    return value is not None and limit is not None and value > limit


def _differs(value: Decimal | None, registered: Decimal | None) -> Decimal | None:
    return abs(value - registered) * 100 / registered if value is not None and registered else None


def _same(db: Session, enterprise_id: int, filing: Filing | None, declared: Mapping[str, Any]) -> int:
    """Other institutions and other running applications of the enterprise with this name and site (6.12 no. 10)."""
    name, site = str(declared.get("name") or "").strip(), str(declared.get("siteAddress") or "").strip()
    if not name:
        return 0
    filed = select(func.count()).where(
        RdInstitution.enterprise_id == enterprise_id,
        RdInstitution.name == name,
        RdInstitution.site_address == site,
        RdInstitution.state == "filed",
        RdInstitution.filing_id.is_not(None),
    )
    running = select(Filing.declared).where(
        Filing.enterprise_id == enterprise_id, Filing.name == name, Filing.state.in_(OPEN_FILING)
    )
    if filing is not None:
        running = running.where(Filing.id != filing.id)
        if filing.institution_id is not None:
            filed = filed.where(RdInstitution.id != filing.institution_id)
    others = [row for row in db.scalars(running) if str(row.get("siteAddress") or "").strip() == site]
    return int(db.scalars(filed).one()) + len(others)


def _has_filed(db: Session, filing: Filing) -> bool:
    """Whether the enterprise has had an institution filed before."""
    query = select(RdInstitution.id).where(RdInstitution.enterprise_id == filing.enterprise_id).limit(1)
    return db.execute(query).first() is not None
