"""The register of R&D institutions (备案名册): entered with a number, looked up, with history, validity and end (4.b b21, 6.4).

One institution has one filing in force; one enterprise has one institution of a name at a site (6.12 no. 10). Terms are those of the
decision `filing-terms`. What comes after the number is done in `renewals`, `filing_changes`, `filing_reviews`, `revocations`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from casework import answers, filing_facts, filing_staff
from casework.filing_tables import INSTITUTION_STATES, Filing, FilingStaff, RdInstitution
from casework.institution_tables import InstitutionChange, InstitutionReview, Revocation
from engine import history
from engine.calendars import local_day
from engine.errors import Conflict, NotFound, Problem

CHAIN: Final = "registry"
PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history of an institution. `what`: applied, filed, refused, withdrawn, change, review, revocation, ended.

    `about` names the row behind it: `filing:12`, `change:3`, `review:5`, `revocation:2`; `detail` is its state or result, `number` the
    filing number where there is one, `data` what changed (`before`, `after`).
    """

    day: date
    what: str
    about: str
    detail: str = ""
    number: str = ""
    by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


def get(db: Session, institution_id: int) -> RdInstitution:
    """The institution with this id.

    Raises:
        NotFound: there is none.
    """
    institution = db.get(RdInstitution, institution_id)
    if institution is None:
        raise NotFound("there is no institution {id}", id=institution_id)
    return institution


def by_number(db: Session, number: str) -> RdInstitution:
    """The institution whose filing in force has this number. Raises NotFound."""
    query = select(RdInstitution).where(RdInstitution.filing_no == number.strip())
    institution = db.scalars(query).one_or_none()
    if institution is None:
        raise NotFound("no filing has the number {number}; compare it with the certificate", number=number)
    return institution


def of_enterprise(db: Session, enterprise_id: int) -> list[RdInstitution]:
    """All institutions of an enterprise, the newest first."""
    query = select(RdInstitution).where(RdInstitution.enterprise_id == enterprise_id)
    return list(db.scalars(query.order_by(RdInstitution.id.desc())))


def is_valid(institution: RdInstitution, day: date) -> bool:
    """Whether its filing is in force on `day`; the last day of its term belongs to it."""
    until = institution.valid_until
    return institution.state == "filed" and institution.filed_on <= day and (until is None or until >= day)


def register(db: Session, filing: Filing, *, authority: str, by: str, now: datetime) -> RdInstitution:
    """Enters what was filed (b21): a new institution, or the number, level and term of the one that was upgraded or renewed.

    `filing.number` is given already. The figures are those of the latest F07. A renewal goes on from the end of the term before, when that
    is still to come; the filing it renews ends with it. The number of the city stays on its own filing after an upgrade.

    Raises:
        Problem: the filing has no number.
        Conflict: the enterprise has an institution of this name at this site already (6.12 no. 10).
    """
    if not filing.number:
        raise Problem("expected filing {ref} to have a number, but it has none", ref=filing.ref_no)
    day = local_day(now)
    institution = db.get(RdInstitution, filing.institution_id) if filing.institution_id is not None else None
    _check_alone(db, filing, institution)
    start = day
    if institution is not None and filing.kind == "renewal" and institution.valid_until is not None:
        start = max(day, institution.valid_until + timedelta(days=1))
    terms = filing_facts.terms(db, filing.level, now=now)
    until = end_of_term(start, answers.whole(terms.get("validity_years")) or 1)
    if institution is None:
        institution = RdInstitution(
            enterprise_id=filing.enterprise_id,
            name=filing.name,
            filing_no=filing.number,
            level=filing.level,
            authority=authority,
            filed_on=day,
            recorded_by=by,
            recorded_at=now,
        )
        db.add(institution)
    elif filing.kind == "renewal" and institution.filing_id is not None:
        before = db.get(Filing, institution.filing_id)
        if before is not None and before.id != filing.id:
            before.state, before.updated_at = "expired", now
    institution.filing_no, institution.level, institution.authority = filing.number, filing.level, authority
    institution.filed_on, institution.valid_until, institution.state = day, until, "filed"
    enter_figures(institution, filing)
    institution.updated_by, institution.updated_at = by, now
    db.flush()
    institution.filing_id = filing.id
    filing.institution_id, filing.valid_until, filing.updated_at = institution.id, until, now
    db.execute(update(FilingStaff).where(FilingStaff.filing_id == filing.id).values(institution_id=institution.id))
    db.flush()
    return institution


def enter_figures(institution: RdInstitution, filing: Filing) -> None:
    """Takes name, place, people and figures of the latest F07 of a filing into the register."""
    told = filing.declared
    staff = {row.key: row for row in filing_staff.declared_rows(told) if row.full_time}
    text: Mapping[str, tuple[str, int]] = {
        "kind": ("kind", 40),
        "type": ("type", 6),
        "director": ("director", 60),
        "director_title": ("directorTitle", 60),
        "site_path": ("sitePath", 60),
        "site_address": ("siteAddress", 300),
    }
    for column, (name, length) in text.items():
        setattr(institution, column, str(told.get(name) or "").strip()[:length])
    institution.name, institution.scope, institution.line = filing.name, filing.scope, filing.line
    institution.type = institution.type or "own"
    institution.founded_on = answers.day(told.get("foundedOn"))
    institution.site_area = answers.amount(told.get("siteArea"))
    institution.staff_fulltime = len(staff)
    institution.staff_senior = sum(row.title == "senior" for row in staff.values())
    institution.staff_master_phd = sum(row.education in {"master", "doctor"} for row in staff.values())
    institution.equip_value = answers.amount(told.get("equipValue"))
    institution.equip_count = answers.whole(told.get("equipCount"))
    institution.rd_input = answers.amount(told.get("rdInput"))
    institution.projects_count = len(answers.rows(told.get("projects")))
    institution.ip_count = answers.whole(told.get("ipCount"))
    institution.invention_count = answers.whole(told.get("inventionCount"))
    institution.rules = [{"kind": str(one)} for one in answers.several(told.get("rules"))]
    institution.partners = [
        {"name": row.get("name"), "contract_from": row.get("start"), "contract_until": row.get("end")}
        for row in answers.rows(told.get("partners"))
    ]


def end(db: Session, institution: RdInstitution, state: str, *, by: str, now: datetime) -> None:
    """Ends the filing in force: revoked, expired or cancelled. Its number is never given again.

    Every filing of the institution that was in force ends with it.

    Raises:
        Conflict: it is over already.
    """
    if state not in INSTITUTION_STATES or state == "filed":
        raise Problem("expected a state in which a filing ends, but got {state}", state=state)
    if institution.state != "filed":
        raise Conflict("the filing {number} is over already", number=institution.filing_no)
    institution.state, institution.updated_by, institution.updated_at = state, by, now
    for filing in db.scalars(select(Filing).where(Filing.institution_id == institution.id, Filing.state == "filed")):
        filing.state, filing.updated_at = state, now
    db.flush()
    data = {"institution": institution.id, "number": institution.filing_no, "state": state}
    subject = f"enterprise:{institution.enterprise_id}"
    history.write(db, chain=CHAIN, fact="institution_ended", by=by, now=now, data=data, subject=subject)


def expiring(db: Session, *, now: datetime, after: int = 0, limit: int = PORTION) -> list[RdInstitution]:
    """Institutions in force whose term ends within the months of renewal of their level: a portion after an id, by id."""
    day = local_day(now)
    ends = RdInstitution.valid_until
    of_region = and_(RdInstitution.level == "region", ends <= add_months(day, _months(db, "region", now)))
    of_city = and_(RdInstitution.level != "region", ends <= add_months(day, _months(db, "city", now)))
    query = (
        select(RdInstitution)
        .where(RdInstitution.state == "filed", ends >= day, or_(of_region, of_city), RdInstitution.id > after)
        .order_by(RdInstitution.id)
        .limit(limit)
    )
    return list(db.scalars(query))


def expired(db: Session, *, now: datetime, after: int = 0, limit: int = PORTION) -> list[RdInstitution]:
    """Institutions that are still entered as filed although their term is over: a portion after an id, by id."""
    query = (
        select(RdInstitution)
        .where(RdInstitution.state == "filed", RdInstitution.valid_until < local_day(now), RdInstitution.id > after)
        .order_by(RdInstitution.id)
        .limit(limit)
    )
    return list(db.scalars(query))


def renewal_from(db: Session, institution: RdInstitution, *, now: datetime) -> date | None:
    """The first day on which a renewal may be asked for; None for a filing without a term."""
    if institution.valid_until is None:
        return None
    return add_months(institution.valid_until, -_months(db, _level(institution), now))


def happenings(db: Session, institution: RdInstitution) -> list[Happening]:
    """What has happened to an institution, oldest first: applications, number, changes, reviews, revocation."""
    found: list[Happening] = []
    if institution.filing_id is None:
        found.append(
            Happening(
                institution.filed_on, "filed", "", institution.level, institution.filing_no, institution.recorded_by
            )
        )
    filings = select(Filing).where(Filing.institution_id == institution.id)
    for row in db.scalars(filings):
        found += _of_filing(row)
    for change in db.scalars(select(InstitutionChange).where(InstitutionChange.institution_id == institution.id)):
        at = change.decided_at or change.asked_at
        data = {"before": change.before, "after": change.after, "kind": change.kind}
        found.append(Happening(local_day(at), "change", f"change:{change.id}", change.state, "", change.asked_by, data))
    for review in db.scalars(select(InstitutionReview).where(InstitutionReview.institution_id == institution.id)):
        at = review.decided_at or review.opened_at
        data = {"year": review.year}
        said = review.result or review.state
        found.append(Happening(local_day(at), "review", f"review:{review.id}", said, "", review.decided_by, data))
    for revocation in db.scalars(select(Revocation).where(Revocation.institution_id == institution.id)):
        at = revocation.decided_at or revocation.noticed_at or revocation.opened_at
        data = {"trigger": revocation.trigger}
        by = revocation.decided_by or revocation.noticed_by or revocation.opened_by
        found.append(
            Happening(local_day(at), "revocation", f"revocation:{revocation.id}", revocation.state, "", by, data)
        )
    return sorted(found, key=lambda one: one.day)


def end_of_term(start: date, years: int) -> date:
    """The last day of a term of whole years that begins on `start`: 30 June 2026 and three years give 29 June 2029."""
    try:
        return start.replace(year=start.year + years) - timedelta(days=1)
    except ValueError:
        return date(start.year + years, 2, 28)


def add_months(day: date, months: int) -> date:
    """The same day so many months later (or earlier), or the last day of that month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _of_filing(filing: Filing) -> Sequence[Happening]:
    found: list[Happening] = []
    about = f"filing:{filing.id}"
    if filing.applied_at is not None:
        day = local_day(filing.applied_at)
        found.append(Happening(day, "applied", about, filing.kind, filing.ref_no, filing.applied_by))
    if filing.decided_on is not None:
        what = filing.state if filing.state in {"refused", "withdrawn"} else "filed"
        said = filing.level if what == "filed" else filing.refuse_reason
        found.append(Happening(filing.decided_on, what, about, said, filing.number or filing.ref_no))
    return found


def _check_alone(db: Session, filing: Filing, institution: RdInstitution | None) -> None:
    query = select(RdInstitution.filing_no).where(
        RdInstitution.enterprise_id == filing.enterprise_id,
        RdInstitution.name == filing.name,
        RdInstitution.site_address == str(filing.declared.get("siteAddress") or "").strip()[:300],
        RdInstitution.state == "filed",
        RdInstitution.filing_id.is_not(None),
    )
    if institution is not None:
        query = query.where(RdInstitution.id != institution.id)
    number = db.scalars(query.limit(1)).one_or_none()
    if number is not None:
        raise Conflict("{name} at this address is filed already under {number}", name=filing.name, number=number)


def _level(institution: RdInstitution) -> str:
    return "region" if institution.level == "region" else "city"


def _months(db: Session, level: str, now: datetime) -> int:
    return answers.whole(filing_facts.terms(db, level, now=now).get("renewal_months")) or 0
