"""The yearly review of filed institutions (年度复核, F13): opened on 1 March, filled in, reviewed, sampled, passed or taken further.

Source: REFERENCE 4.b *yearly review*, DT-5, F13. Deadlines and ways are drawn in `filing_review`; the share that the region looks at is a
cell of `filing-terms`. The row of the review is the truth; its run says whose turn it is.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    answers,
    enterprises,
    filing_facts,
    filing_staff,
    institution_desks,
    institutions,
    people,
    revocations,
    six_haves,
)
from casework.filing_tables import Filing, RdInstitution
from casework.institution_tables import InstitutionReview
from casework.tables import Enterprise, EnterpriseYear
from engine import history, instances
from engine.calendars import local_day
from engine.errors import Invalid, NotFound, Sentence
from engine.tables import Instance

PROCESS: Final = "filing_review"
_MEMO: Final = "casework.filing_reviews.opening"
ENDED: Final = ("passed", "failed", "revoking")
WORD: Final = "review"
"""The word of the form under which F13 asks."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """What the start of a review needs to know, read for a whole portion at once. `kept` holds what the session has to remember."""

    years: Mapping[int, EnterpriseYear | None] = field(default_factory=dict[int, EnterpriseYear | None])
    last: Mapping[int, InstitutionReview | None] = field(default_factory=dict[int, InstitutionReview | None])
    kept: Sequence[object] = ()


def open_year(db: Session, key: str, *, after: int, limit: int = 50, now: datetime) -> int:
    """Starts the review of a year (`2027`) for the next `limit` institutions in force with an id above `after`; gives where it ended, 0 at
    the end.

    An institution filed in that same year is not asked yet; who was asked already is left out, so doing it twice does no harm.
    """
    year = int(key[:4])
    known = select(InstitutionReview.institution_id).where(InstitutionReview.year == year)
    query = (
        select(RdInstitution)
        .where(
            RdInstitution.id > after,
            RdInstitution.state == "filed",
            RdInstitution.filing_id.is_not(None),
            RdInstitution.filed_on < date(year, 1, 1),
            RdInstitution.id.not_in(known),
        )
        .order_by(RdInstitution.id)
        .limit(limit)
    )
    found = list(db.scalars(query))
    db.info[_MEMO] = _opening(db, found, year)
    try:
        for institution in found:
            instances.start(
                db,
                PROCESS,
                {"institutionId": institution.id, "year": year},
                business_key=institution.filing_no,
                scope=institution_desks.scope_of(db, institution),
                subject=enterprises.subject(institution.enterprise_id),
                by=people.SYSTEM,
                now=now,
            )
    finally:
        db.info.pop(_MEMO, None)
    return found[-1].id if len(found) == limit else 0


def get(db: Session, review_id: int) -> InstitutionReview:
    """The review with this id. Raises NotFound."""
    review = db.get(InstitutionReview, review_id)
    if review is None:
        raise NotFound("there is no yearly review {id}", id=review_id)
    return review


def begin(
    db: Session, institution: RdInstitution, year: int, due: date | None, *, instance: Instance, now: datetime
) -> InstitutionReview:
    """Registers the review of an institution for a year; the run carries its territory and enterprise."""
    institution_desks.stamp(db, instance, institution)
    review = None
    if institution.id not in _memo(db).last:
        same = select(InstitutionReview).where(InstitutionReview.institution_id == institution.id)
        review = db.scalars(same.where(InstitutionReview.year == year)).one_or_none()
    if review is None:
        review = InstitutionReview(institution_id=institution.id, year=year, scope=instance.scope, opened_at=now)
        db.add(review)
    review.instance_id, review.due = instance.id, due
    db.flush()
    return review


def prefilled(db: Session, institution: RdInstitution, *, now: datetime) -> dict[str, Any]:
    """What F13 starts from: the declaration in force, the last review, the register, and the figures of the last year (万元)."""
    filing = institution_desks.filing_of(db, institution)
    known: dict[str, Any] = dict(filing.declared) if filing else {}
    last = last_review(db, institution)
    if last is not None:
        known |= last.data
    memo = _memo(db)
    if institution.enterprise_id in memo.years:
        year = memo.years[institution.enterprise_id]
    else:
        year = enterprises.year(db, institution.enterprise_id, local_day(now).year - 1)
    if year is not None:
        figures = {"revenue": year.revenue, "rdInput": year.rd_expense_acct, "fixedAssets": year.fixed_assets}
        known |= {name: value for name, value in figures.items() if value is not None}
    register = {"siteArea": institution.site_area, "siteAddress": institution.site_address}
    known |= {name: value for name, value in register.items() if value not in (None, "")}
    plain: dict[str, Any] = history.plain({name: known[name] for name in _ASKED if known.get(name) not in (None, "")})
    return plain


def last_review(db: Session, institution: RdInstitution) -> InstitutionReview | None:
    """The last review of an institution that was submitted."""
    memo = _memo(db)
    if institution.id in memo.last:
        return memo.last[institution.id]
    query = select(InstitutionReview).where(
        InstitutionReview.institution_id == institution.id, InstitutionReview.submitted_at.is_not(None)
    )
    return db.scalars(query.order_by(InstitutionReview.year.desc()).limit(1)).one_or_none()


def remind(db: Session, review: InstitutionReview, number: int, *, now: datetime) -> None:
    """Tells the enterprise and its officer, for the first or the second time, that the review is missing and what follows."""
    institution = institutions.get(db, review.institution_id)
    template = (
        "the yearly review {year} of {name} ({number}) was due on {day}: fill it in now; after two reminders and 30 working days "
        "its filing is proposed for revocation (reminder {round})"
    )
    day = review.due.isoformat() if review.due else ""
    params = {"year": review.year, "day": day, "round": number}
    key = f"review:{review.id}:reminder:{number}"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)


def submit(
    db: Session, review: InstitutionReview, answer: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> six_haves.SixHaves:
    """Takes a review as it was filled in and checks the six haves against the thresholds in force.

    Raises:
        Invalid: something cannot be (staff counted twice, projects outside the time, …); `fields` say what, where.
    """
    institution = institutions.get(db, review.institution_id)
    found = check(db, institution, answer, now=now)
    if found.findings:
        raise Invalid(fields=_at_fields(found.findings))
    review.data = {name: value for name, value in answer.items() if name in _ASKED or name in _SAID}
    review.six_haves = six_haves.kept(found)
    review.state = "city" if review.state in {"asked", "city"} else review.state
    review.submitted_by, review.submitted_at = by, now
    data = {"review": review.id, "year": review.year, "verdict": found.verdict, "items": found.items}
    history.write(db, instance=instance, fact="review_submitted", by=by, now=now, data=data)
    return found


def check(db: Session, institution: RdInstitution, declared: Mapping[str, Any], *, now: datetime) -> six_haves.SixHaves:
    """The six haves of an institution with these figures, by the thresholds of its level that are in force now."""
    filing = institution_desks.filing_of(db, institution)
    about = filing or enterprises.get(db, institution.enterprise_id)
    known = {"type": institution.type or "own", "director": institution.director, **declared}
    if filing is not None:
        known |= {"name": institution.name}
    return six_haves.check(db, about, known, now=now, level=institution.level)


def table(found: six_haves.SixHaves) -> list[dict[str, str]]:
    """A check as the rows of a form's table, in Chinese: have, declared, threshold, result, gap."""
    words = {"pass": "达标", "near": "接近(≥90%)", "fail": "未达标"}
    return [
        {
            "have": row.name,
            "declared": six_haves.shown(row.declared),
            "threshold": six_haves.shown(row.threshold),
            "result": words.get(row.result, row.result),
            "gap": six_haves.shown(row.gap) if row.gap else "",
        }
        for row in found.rows
    ]


def decide(review: InstitutionReview, opinion: Mapping[str, Any], level: str, *, by: str, now: datetime) -> None:
    """Keeps what a level said; an opinion that the level gave for this submission already is not kept twice."""
    said = {
        "level": level,
        "by": by,
        "at": now.isoformat(),
        "decision": str(opinion.get("decision") or ""),
        "text": str(opinion.get("opinion") or "")[:2000],
        "reasons": [str(one) for one in answers.several(opinion.get("reasons"))],
    }
    review.opinions = [*review.opinions, said]
    review.decided_by, review.decided_at = by, now


def is_sampled(db: Session, review: InstitutionReview, *, now: datetime) -> bool:
    """Whether the region looks at this review: drawn by the year and the institution alone, so that anybody who draws again draws the same.

    The share in per cent is a cell of `filing-terms`.
    """
    institution = institutions.get(db, review.institution_id)
    share = answers.amount(filing_facts.terms(db, institution.level, now=now).get("review_sample")) or Decimal(0)
    return lot(review.year, institution.id) < share


def lot(year: int, institution_id: int) -> Decimal:
    """The lot of an institution in a year: a number from 0 to 99.99, evenly spread."""
    digest = hashlib.sha256(f"filing-review:{year}:{institution_id}".encode()).digest()
    return Decimal(int.from_bytes(digest[:8], "big") * 10_000 >> 64) / 100


def sample(
    db: Session, review: InstitutionReview, opinion: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> bool:
    """The city found it qualified; gives whether the region looks at it as well, with the lot in history."""
    decide(review, opinion, "city", by=by, now=now)
    review.sampled = is_sampled(db, review, now=now)
    review.state = "region" if review.sampled else review.state
    data = {"review": review.id, "lot": lot(review.year, review.institution_id), "sampled": review.sampled}
    history.write(db, instance=instance, fact="review_sampled", by=by, now=now, data=history.plain(data))
    return review.sampled


def order_rectification(
    db: Session, review: InstitutionReview, opinion: Mapping[str, Any], due: date, *, by: str, now: datetime
) -> None:
    """What is to be mended is told once, with the day."""
    decide(review, opinion, "region" if review.state == "region" else "city", by=by, now=now)
    review.state, review.due = "rectify", due
    institution = institutions.get(db, review.institution_id)
    template = "the yearly review {year} of {name} ({number}): mend by {day}: {what}"
    params = {"year": review.year, "day": due, "what": str(opinion.get("opinion") or "")}
    key = f"review:{review.id}:rectify:{due.isoformat()}"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)


def passed(db: Session, review: InstitutionReview, opinion: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The review is over and the institution qualified; the register takes over what was found."""
    if review.state == "region":
        decide(review, opinion, "region", by=by, now=now)
    review.result = "rectified" if review.state == "rectify" else "qualified"
    review.state, review.decided_at = "passed", now
    institution = institutions.get(db, review.institution_id)
    _take_over(db, institution, review.data, now=now, by=by)
    template = "the yearly review {year} of {name} ({number}) is done: qualified"
    key = f"review:{review.id}:passed"
    institution_desks.tell(db, institution, ["enterprise"], template, {"year": review.year}, key=key, now=now)


def fail(
    db: Session, review: InstitutionReview, opinion: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> None:
    """The review failed: the institution is proposed for revocation, with what was found."""
    decide(review, opinion, "region" if review.state == "region" else "city", by=by, now=now)
    review.state, review.result = "revoking", "revoked"
    institution = institutions.get(db, review.institution_id)
    trigger = str(opinion.get("trigger") or "review")
    facts = f"{review.year} 年度复核:{opinion.get('opinion') or ''}"
    revocations.propose(db, institution, trigger, facts, instance=instance, by=by or people.SYSTEM, now=now)


def stop(db: Session, institution_id: int, *, now: datetime) -> None:
    """The institution ended while it was under review."""
    query = select(InstitutionReview).where(
        InstitutionReview.institution_id == institution_id, InstitutionReview.state.not_in(ENDED)
    )
    for review in db.scalars(query):
        review.state, review.decided_at = "failed", now


def _memo(db: Session) -> _Opening:
    return cast(_Opening, db.info.get(_MEMO)) or _Opening()


def _opening(db: Session, found: Sequence[RdInstitution], year: int) -> _Opening:
    firms = [one.enterprise_id for one in found]
    ids = [one.id for one in found]
    rows = select(EnterpriseYear).where(EnterpriseYear.enterprise_id.in_(firms), EnterpriseYear.year == year - 1)
    years = {row.enterprise_id: row for row in db.scalars(rows)}
    submitted = select(InstitutionReview).where(
        InstitutionReview.institution_id.in_(ids), InstitutionReview.submitted_at.is_not(None)
    )
    last = {row.institution_id: row for row in db.scalars(submitted.order_by(InstitutionReview.year))}
    enterprises_ = list(db.scalars(select(Enterprise).where(Enterprise.id.in_(firms))))
    filings = list(db.scalars(select(Filing).where(Filing.id.in_([one.filing_id for one in found]))))
    return _Opening(
        {firm: years.get(firm) for firm in firms},
        {number: last.get(number) for number in ids},
        [*enterprises_, *filings],
    )


_ASKED: Final = (
    "siteArea", "siteAddress", "staff", "equipValue", "equipCount", "fixedAssets", "softwareUnit", "revenue", "rdInput",
    "projects", "rules", "ipCount", "inventionCount", "partners",
)  # fmt: skip
_SAID: Final = ("changes", "outputs", "problems", "files", "signer")


_INSTEAD: Final = {"director": "staff", "sitePath": "siteAddress", "name": "siteAddress"}
"""Fields of F07 that F13 does not ask, and where it says what is wrong with them."""


def _at_fields(findings: Mapping[str, list[Sentence]]) -> dict[str, list[Sentence]]:
    found: dict[str, list[Sentence]] = {}
    for name, said in findings.items():
        found.setdefault(f"{WORD}.{_INSTEAD.get(name, name)}", []).extend(said)
    return found


def _take_over(db: Session, institution: RdInstitution, data: Mapping[str, Any], *, by: str, now: datetime) -> None:
    staff = answers.rows(data.get("staff"))
    institution.site_area = answers.amount(data.get("siteArea")) or institution.site_area
    institution.equip_value = answers.amount(data.get("equipValue")) or institution.equip_value
    institution.equip_count = answers.whole(data.get("equipCount")) or institution.equip_count
    institution.rd_input = answers.amount(data.get("rdInput"))
    institution.projects_count = len(answers.rows(data.get("projects")))
    institution.ip_count = answers.whole(data.get("ipCount"))
    institution.invention_count = answers.whole(data.get("inventionCount"))
    if staff:
        full_time = [row for row in staff if answers.agrees(row.get("fullTime"))]
        institution.staff_fulltime = len(full_time)
        institution.staff_senior = sum(row.get("title") == "senior" for row in full_time)
        institution.staff_master_phd = sum(row.get("education") in {"master", "doctor"} for row in full_time)
        filing = institution_desks.filing_of(db, institution)
        if filing is not None:
            filing_staff.keep(db, filing, {"director": institution.director, **data})
    institution.updated_by, institution.updated_at = by or people.SYSTEM, now
