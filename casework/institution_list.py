"""The register of institutions as one looks it up: narrowed by level, territory, validity and kind, with what ends soon (6.4, 4.b)."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework import permissions, territories
from casework.filing_tables import FILING_LEVELS, INSTITUTION_TYPES, LINES, Filing, RdInstitution
from casework.institution_tables import InstitutionChange, InstitutionReview, Recognition, Revocation, WhitelistEntry
from casework.permissions import Scope
from casework.recognition_tables import RecognitionCall
from casework.tables import Enterprise
from engine.calendars import local_day
from engine.errors import NotFound

PAGE: Final = 50
VALIDITY: Final = ("in_force", "expiring", "ended")
MONTHS: Final = 3
"""What ends within so many months is shown as ending soon."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the register, the newest first: institutions with their enterprises; `next_before` is the id to go on with, 0 at the end."""

    rows: list[tuple[RdInstitution, Enterprise]] = field(default_factory=list[tuple[RdInstitution, Enterprise]])
    total: int = 0
    next_before: int = 0


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to one institution: applications, changes, reviews, revocations, recognitions, white list; the newest first."""

    filings: list[Filing]
    changes: list[InstitutionChange]
    reviews: list[InstitutionReview]
    revocations: list[Revocation]
    recognitions: list[Recognition]
    whitelist: list[WhitelistEntry]


def get(db: Session, scope: Scope, institution_id: int) -> RdInstitution:
    """The institution, if this person may read it.

    Raises:
        NotFound: it does not exist, or lies outside what the person may see; the two are not told apart.
    """
    query = select(RdInstitution).where(RdInstitution.id == institution_id, permissions.sees_institutions(scope))
    found = db.scalars(query).one_or_none()
    if found is None:
        raise NotFound("there is no institution {id}, or you may not see it", id=institution_id)
    return found


def search(
    db: Session, scope: Scope, *, asked: Mapping[str, str], before: int = 0, limit: int = PAGE, now: datetime
) -> Page:
    """The institutions this person may read, narrowed by `asked`: text, path, level, line, type, validity (one of `VALIDITY`, `all`)."""
    criteria = [permissions.sees_institutions(scope), *_criteria(asked, day=local_day(now))]
    query = select(RdInstitution, Enterprise).join(Enterprise, Enterprise.id == RdInstitution.enterprise_id)
    query = query.where(*criteria)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    if before:
        query = query.where(RdInstitution.id < before)
    found = list(db.execute(query.order_by(RdInstitution.id.desc()).limit(limit + 1)))
    rows = [(institution, enterprise) for institution, enterprise in found[:limit]]
    return Page(rows, total, rows[-1][0].id if len(found) > limit else 0)


def counts(db: Session, scope: Scope, *, path: str = "", now: datetime) -> dict[str, int]:
    """How many institutions are in force, by level, end soon, or are not in force any more; one statement."""
    day = local_day(now)
    in_force = _validity("in_force", day)
    columns = {
        "in_force": in_force,
        "city": and_(in_force, RdInstitution.level == "city"),
        "region": and_(in_force, RdInstitution.level == "region"),
        "expiring": _validity("expiring", day),
        "ended": _validity("ended", day),
    }
    within = [territories.under(RdInstitution.scope, [path])] if path else []
    query = select(*(func.count(case((one, 1))) for one in columns.values()))
    got = db.execute(query.where(permissions.sees_institutions(scope), *within)).one()
    return dict(zip(columns, got, strict=True))


def life(db: Session, institution: RdInstitution) -> Life:
    """Everything that is on record about an institution; a fixed number of statements."""

    def of(table: Any) -> list[Any]:
        query = select(table).where(table.institution_id == institution.id).order_by(table.id.desc())
        return list(db.scalars(query))

    own = or_(Filing.institution_id == institution.id, Filing.id == (institution.filing_id or 0))
    return Life(
        filings=list(db.scalars(select(Filing).where(own).order_by(Filing.id.desc()))),
        changes=of(InstitutionChange),
        reviews=of(InstitutionReview),
        revocations=of(Revocation),
        recognitions=of(Recognition),
        whitelist=of(WhitelistEntry),
    )


def calls(db: Session, paths: Sequence[str], *, limit: int = 100) -> list[RecognitionCall]:
    """The calls for recognition in these territories, below them and above them, the newest first."""
    above = sorted({one for path in paths for one in territories.lineage(path)})
    mine = or_(territories.under(RecognitionCall.scope, list(paths)), RecognitionCall.scope.in_(above))
    return list(db.scalars(select(RecognitionCall).where(mine).order_by(RecognitionCall.id.desc()).limit(limit)))


def names(db: Session, batches: Sequence[str]) -> dict[int, str]:
    """The names of the institutions that applied in these batches, by id."""
    query = select(RdInstitution.id, RdInstitution.name).join(
        Recognition, Recognition.institution_id == RdInstitution.id
    )
    return {row[0]: row[1] for row in db.execute(query.where(Recognition.batch.in_(batches)))}


def validity(institution: RdInstitution, day: date) -> str:
    """Whether a filing is in force, ends soon, or is over: one of `VALIDITY`."""
    until = institution.valid_until
    if institution.state != "filed" or (until is not None and until < day):
        return "ended"
    return "expiring" if until is not None and until <= months_after(day, MONTHS) else "in_force"


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _criteria(asked: Mapping[str, str], *, day: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if path := asked.get("path", ""):
        found.append(territories.under(RdInstitution.scope, [path]))
    if text := asked.get("text", ""):
        found.append(
            or_(
                RdInstitution.name.contains(text, autoescape=True),
                RdInstitution.filing_no.contains(text, autoescape=True),
                Enterprise.name.contains(text, autoescape=True),
                Enterprise.uscc == text.upper(),
            )
        )
    plain: dict[str, tuple[InstrumentedAttribute[str], tuple[str, ...]]] = {
        "level": (RdInstitution.level, FILING_LEVELS),
        "line": (RdInstitution.line, LINES),
        "type": (RdInstitution.type, INSTITUTION_TYPES),
    }
    found += [column == asked[name] for name, (column, known) in plain.items() if asked.get(name, "") in known]
    wanted = asked.get("validity", "") or "in_force"
    return found + ([_validity(wanted, day)] if wanted in VALIDITY else [])


def _validity(wanted: str, day: date) -> ColumnElement[bool]:
    ended = or_(RdInstitution.state != "filed", RdInstitution.valid_until < day)
    if wanted == "ended":
        return ended
    lives = and_(
        RdInstitution.state == "filed", or_(RdInstitution.valid_until.is_(None), RdInstitution.valid_until >= day)
    )
    return and_(lives, RdInstitution.valid_until <= months_after(day, MONTHS)) if wanted == "expiring" else lives
