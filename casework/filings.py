"""The filing of a research institution (研发机构备案) from outside its run: asked for, looked up, given up, converted.

Source: REFERENCE 4.b, 6.4, 2.11 no. 4. A filing is a registration, not a licence. What its run does step by step stands in
`filing_steps`, `filing_sites` and `filing_ends`; who decides and until when is said by the drawing `filing` and its decisions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework import cases, enterprises, filing_numbers
from casework.case_tables import LIVING_CASE, Case, Measure, Plan
from casework.filing_tables import FILING_LEVELS, OPEN_FILING, Filing, RdInstitution
from casework.tables import Enterprise
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

CHAIN: Final = "registry"
KINDS: Final = ("new", "upgrade", "renewal")
SOURCES: Final = ("self", "measure", "invitation")
PORTION: Final = 200


def get(db: Session, filing_id: int) -> Filing:
    """The filing with this id.

    Raises:
        NotFound: there is none.
    """
    filing = db.get(Filing, filing_id)
    if filing is None:
        raise NotFound("there is no filing {id}", id=filing_id)
    return filing


def of_enterprise(db: Session, enterprise_id: int) -> list[Filing]:
    """All applications of an enterprise, the newest first."""
    query = select(Filing).where(Filing.enterprise_id == enterprise_id).order_by(Filing.id.desc())
    return list(db.scalars(query))


def of_measure(db: Session, measure_id: int) -> Filing | None:
    """The last application that was begun from a measure."""
    query = select(Filing).where(Filing.measure_id == measure_id).order_by(Filing.id.desc()).limit(1)
    return db.scalars(query).one_or_none()


def open_filing(
    db: Session,
    enterprise_id: int,
    *,
    source: str,
    level: str,
    kind: str = "new",
    measure: Measure | None = None,
    predecessor: Filing | None = None,
    institution: RdInstitution | None = None,
    by: str,
    now: datetime,
) -> Filing:
    """Begins an application (b01) and says `filing_asked`, which starts its run; the form is prefilled with what is known.

    `source`: self, measure, invitation. `level`: city, region. `kind`: new, upgrade, renewal; the last two keep the institution of
    `predecessor`, or `institution` where it was filed elsewhere. A new application belongs to `measure`, or without one to the measure of
    the enterprise's plan that still waits for an institution: whoever begins it, the measure hears how it ends.

    Raises:
        NotFound: there is no such enterprise.
        Invalid: no such source, level or kind.
        Conflict: an application for the same is under way, or the enterprise may not apply again yet.
    """
    enterprise = enterprises.get(db, enterprise_id)
    _check_words(source, level, kind)
    kept = institution or (
        db.get(RdInstitution, predecessor.institution_id) if predecessor and predecessor.institution_id else None
    )
    if measure is None and kind == "new":
        measure = _waiting_measure(db, enterprise_id)
    _check_free(db, enterprise, kind, kept, measure, now=now)
    case = cases.living(db, enterprise_id)
    filing = Filing(
        ref_no=filing_numbers.reference(db, enterprise.path, now=now),
        enterprise_id=enterprise.id,
        institution_id=kept.id if kept else None,
        case_id=measure.case_id if measure else case.id if case else None,
        measure_id=measure.id if measure else None,
        predecessor_id=predecessor.id if predecessor else None,
        scope=enterprise.path,
        kind=kind,
        source=source,
        level=level,
        state="draft",
        name=kept.name if kept else "",
        declared=prefilled(db, enterprise, predecessor, kept, now=now),
        created_by=by,
        created_at=now,
        updated_at=now,
    )
    db.add(filing)
    db.flush()
    sender = db.get(Instance, measure.instance_id) if measure and measure.instance_id else None
    start(db, filing, key=f"filing_asked:{filing.id}", sender=sender, by=by, now=now)
    data = {"filing": filing.id, "ref": filing.ref_no, "level": level, "kind": kind, "source": source}
    subject = enterprises.subject(enterprise.id)
    history.write(db, chain=CHAIN, fact="filing_opened", by=by, now=now, data=data, subject=subject)
    return filing


def start(db: Session, filing: Filing, *, key: str, sender: Instance | None, by: str, now: datetime) -> None:
    """Says `filing_asked`, which starts the run of a filing."""
    messages.publish(
        db, "filing_asked", str(filing.id), {"filingId": filing.id}, key=key, sender=sender, by=by, now=now
    )


def withdraw(db: Session, filing: Filing, reason: str, *, by: str, now: datetime) -> None:
    """The enterprise gives its application up (`filing_withdrawn`); it may apply again at any time.

    Raises:
        Conflict: the application is not under way any more.
    """
    if filing.state not in OPEN_FILING:
        raise Conflict("this application is over already; it cannot be withdrawn")
    messages.publish(
        db,
        "filing_withdrawn",
        str(filing.id),
        {"withdrawal": {"reason": reason.strip()[:400], "by": by}},
        key=f"filing_withdrawn:{filing.id}",
        by=by,
        now=now,
    )
    data = {"filing": filing.id, "reason": reason.strip()[:400]}
    subject = enterprises.subject(filing.enterprise_id)
    history.write(db, chain=CHAIN, fact="filing_given_up", by=by, now=now, data=data, subject=subject)


def follow_enterprise(db: Session, enterprise_id: int, path: str, *, now: datetime) -> None:
    """The enterprise moved inside Guangxi: its open applications go on in the new territory, as their runs do."""
    for filing in _open(db, enterprise_id):
        filing.scope, filing.updated_at = path, now


def enterprise_gone(db: Session, enterprise_id: int, reason: str, *, by: str, now: datetime) -> None:
    """The enterprise was cancelled or left Guangxi: what it applied for ends as withdrawn; a pre-registration lapses."""
    for filing in _open(db, enterprise_id):
        if filing.state == "preregistered":
            filing.state, filing.refuse_reason, filing.updated_at = "withdrawn", reason[:400], now
        else:
            withdraw(db, filing, reason or "企业已不存续", by=by, now=now)


def convert_preregistered(db: Session, key: str, *, after: int, now: datetime) -> int:
    """Pre-registrations (预登记) whose enterprise has entered the roster begin their run anew (DT-4 row 1): a portion after an id.

    `key` is the day. Gives the last id looked at; 0 when none is left.
    """
    query = (
        select(Filing)
        .join(Enterprise, Enterprise.id == Filing.enterprise_id)
        .where(Filing.state == "preregistered", Filing.id > after, Enterprise.is_scale.is_(True))
        .order_by(Filing.id)
        .limit(PORTION)
    )
    found = list(db.scalars(query))
    for filing in found:
        filing.state, filing.updated_at = "draft", now
        start(db, filing, key=f"filing_asked:{filing.id}:{key}", sender=None, by="system", now=now)
    return found[-1].id if len(found) == PORTION else 0


def prefilled(
    db: Session,
    enterprise: Enterprise,
    predecessor: Filing | None,
    institution: RdInstitution | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    """What the form F07 starts from: the last application, the register, and the figures of the last complete year (万元)."""
    year = enterprises.year(db, enterprise.id, local_day(now).year - 1)
    known: dict[str, Any] = {
        "sitePath": enterprise.path,
        "siteAddress": enterprise.biz_address or enterprise.reg_address,
        "ipCount": enterprise.patents_invention_valid
        + enterprise.patents_utility
        + enterprise.designs
        + enterprise.software,
        "inventionCount": enterprise.patents_invention_valid,
    }
    if year is not None:
        known |= {"revenue": year.revenue, "rdInput": year.rd_expense_acct, "fixedAssets": year.fixed_assets}
    if institution is not None:
        known |= {
            "name": institution.name,
            "kind": institution.kind,
            "type": institution.type,
            "foundedOn": institution.founded_on,
            "director": institution.director,
            "directorTitle": institution.director_title,
            "siteArea": institution.site_area,
            "siteAddress": institution.site_address or known["siteAddress"],
            "sitePath": institution.site_path or known["sitePath"],
            "equipValue": institution.equip_value,
            "equipCount": institution.equip_count,
        }
    if predecessor is not None:
        known = {**known, **predecessor.declared, **{name: known.get(name) for name in ("revenue", "rdInput")}}
    known = {name: value for name, value in known.items() if value not in (None, "") and name not in _ANEW}
    plain: dict[str, Any] = history.plain(known)
    return plain


_ANEW: Final = ("certified", "signer")
"""What is asked anew with every application."""


def _check_words(source: str, level: str, kind: str) -> None:
    wrong: dict[str, list[Sentence]] = {}
    if level not in FILING_LEVELS:
        wrong["level"] = [Sentence("choose whether to file with the city or with the region")]
    if source not in SOURCES or kind not in KINDS:
        wrong["source"] = [Sentence("say where the application comes from")]
    if wrong:
        raise Invalid(fields=wrong)


def _check_free(
    db: Session,
    enterprise: Enterprise,
    kind: str,
    institution: RdInstitution | None,
    measure: Measure | None,
    *,
    now: datetime,
) -> None:
    """One draft at a time, one application per institution and per measure, and none before the day a refusal names."""
    day = local_day(now)
    running = select(Filing).where(
        Filing.enterprise_id == enterprise.id,
        or_(Filing.state.in_((*OPEN_FILING, "preregistered")), Filing.reapply_from > day),
    )
    for one in db.scalars(running.order_by(Filing.id)):
        if one.state == "refused":
            raise Conflict("{enterprise} may apply again from {day}", enterprise=enterprise.name, day=one.reapply_from)
        same = institution is not None and one.institution_id == institution.id
        if one.state in {"draft", "preregistered"} or same or (measure is not None and one.measure_id == measure.id):
            raise Conflict("the application {ref} is under way already; go on with it", ref=one.ref_no)
    if kind == "new" and measure is not None and (measure.type != "INSTITUTION" or measure.state == "cancelled"):
        raise Conflict("this measure is not about an institution, or it was dropped")


def _open(db: Session, enterprise_id: int) -> list[Filing]:
    query = select(Filing).where(Filing.enterprise_id == enterprise_id)
    return list(db.scalars(query.where(Filing.state.in_((*OPEN_FILING, "preregistered"))).order_by(Filing.id)))


def _waiting_measure(db: Session, enterprise_id: int) -> Measure | None:
    """The measure of the plan in force that is to bring an institution, when no application of its own is under way."""
    taken = select(Filing.measure_id).where(Filing.measure_id.is_not(None), Filing.state.in_(OPEN_FILING))
    query = (
        select(Measure)
        .join(Plan, Plan.id == Measure.plan_id)
        .join(Case, Case.id == Measure.case_id)
        .where(Case.enterprise_id == enterprise_id, Case.state.in_(LIVING_CASE), Plan.state == "approved")
        .where(Measure.type == "INSTITUTION", Measure.state.in_(("not_started", "ongoing")))
        .where(Measure.id.not_in(taken))
        .order_by(Measure.id)
        .limit(1)
    )
    return db.scalars(query).one_or_none()


def refused_last(found: Sequence[Filing]) -> Mapping[str, object]:
    """Why the last application was refused, for the page that begins a new one; empty when it was not."""
    last = next((one for one in found if one.state == "refused"), None)
    return {"reason": last.refuse_reason, "reapply_from": last.reapply_from} if last else {}
