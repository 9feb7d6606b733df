"""Who would be judged differently by another version of a decision: its population, asked before it is deployed (DT-4, DT-5, b09).

Both versions are given the same facts, about the institutions in the register, the applications under way, the enterprises that may
apply. Nothing is written. The work has a limit that does not depend on the clock: `LARGEST` members per group, the newest first.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from casework import answers, filing_facts
from casework.filing_facts import Beside
from casework.filing_tables import OPEN_FILING, Filing, RdInstitution
from casework.tables import Enterprise
from engine import dmn, feel, versions, working_days
from engine.calendars import local_day
from engine.dmn import Decisions
from engine.errors import ExecutionFailed

LARGEST: Final = 2000
PORTION: Final = 300
GROUPS: Final = ("institutions", "applications", "enterprises")
_SUBMITTED: Final = tuple(state for state in OPEN_FILING if state != "draft")
_ORDER: Final = ("NOT_OK", "OK_WITH_PROMISE", "OK")


@dataclass(frozen=True, slots=True)
class Member:
    """One of a population: `kind` institution, filing or enterprise, its id and number, and what the decision is asked about it."""

    kind: str
    id: int
    number: str
    path: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision says about a member in one word, and which parts of its answer stand against it."""

    word: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """A member that the other version judges differently. `reasons` are those that are new. `worse`: it loses by it, `better`: it gains."""

    member: Member
    before: str
    after: str
    reasons: tuple[str, ...]
    worse: bool
    better: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What another version of `decision` would change in one group of its population: `looked` at of `total`."""

    decision: str
    group: str
    total: int
    looked: int
    shifts: tuple[Shift, ...]

    @property
    def worse(self) -> list[Shift]:
        """Those that lose by it."""
        return [shift for shift in self.shifts if shift.worse]

    @property
    def better(self) -> list[Shift]:
        """Those that gain by it."""
        return [shift for shift in self.shifts if shift.better]

    @property
    def other(self) -> list[Shift]:
        """Those that are judged differently without losing or gaining."""
        return [shift for shift in self.shifts if not shift.worse and not shift.better]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """How many of those who lose do so for which reason, the most frequent first."""
        return Counter(reason for shift in self.worse for reason in shift.reasons).most_common()


@dataclass(frozen=True, slots=True)
class _Population:
    """How a decision meets its population: its groups, what its answer means, and which words are better (the last is the best)."""

    groups: Mapping[str, Callable[[Session, datetime], tuple[int, Iterator[Member]]]]
    outcome: Callable[[object], Outcome]
    order: tuple[str, ...] = ()


def has_population(decision_id: str) -> bool:
    """Whether a change of this decision can be tried on a population."""
    return decision_id in _KNOWN


def effects(db: Session, files: Mapping[str, bytes], *, now: datetime) -> list[Effect]:
    """What deploying these files (name → content) would change: for every decision that has a population and is in force already.

    The files have been found readable. A file that says the same as what is in force has no effect and is left out.
    """
    found: list[Effect] = []
    for name, content in sorted(files.items()):
        if not name.lower().endswith(".dmn"):
            continue
        given = dmn.read(content, resource=name)
        for decision_id in given.decisions:
            if decision_id in _KNOWN:
                known = versions.shelf(db).bound(
                    "decision", decision_id, binding="latest", version_tag=None, deployment_id=0, day=local_day(now)
                )
                if known is not None and versions.source(db, known.id) != content:
                    found += between(db, decision_id, versions.decisions(db, known.id), given, now=now)
    return found


def between(db: Session, decision_id: str, before: Decisions, after: Decisions, *, now: datetime) -> list[Effect]:
    """What the version `after` of a decision would change against `before`, by group of its population."""
    population = _KNOWN[decision_id]
    found: list[Effect] = []
    for group, members in population.groups.items():
        total, listed = members(db, now)
        looked, shifts = 0, list[Shift]()
        for member in listed:
            looked += 1
            old = population.outcome(_asked(db, before, decision_id, member, now))
            new = population.outcome(_asked(db, after, decision_id, member, now))
            if old.word != new.word:
                reasons = tuple(reason for reason in new.reasons if reason not in old.reasons) or new.reasons
                was, will = _rank(population.order, old.word), _rank(population.order, new.word)
                shifts.append(Shift(member, old.word, new.word, reasons, will < was, will > was))
        found.append(Effect(decision_id, group, total, looked, tuple(shifts)))
    return found


def _asked(db: Session, decisions: Decisions, decision_id: str, member: Member, now: datetime) -> object:
    try:
        value = dmn.evaluate_value(
            decisions, decision_id, {"facts": member.facts}, now=now, functions=working_days.of(db)
        )
    except ExecutionFailed:
        return None
    return feel.to_json(value)


def _rank(order: tuple[str, ...], word: str) -> int:
    return order.index(word) if word in order else -1


def _six_haves(answer: object) -> Outcome:
    decided = answers.context(answer)
    missing = dict.fromkeys(
        str(row.get("have")) for row in answers.rows(decided.get("rows")) if row.get("result") != "pass"
    )
    return Outcome(str(decided.get("verdict") or "NOT_OK"), tuple(missing))


def _authority(answer: object) -> Outcome:
    decided = answers.context(answer)
    names = ("outcome", "line", "county", "city", "region", "cosign", "cosign_post", "days")
    said = [str(decided.get(name) or "") for name in names if decided.get(name)]
    return Outcome(" · ".join(said), (str(decided.get("reason") or ""),))


def _onsite(answer: object) -> Outcome:
    decided = answers.context(answer)
    required = answers.agrees(decided.get("required"))
    return Outcome("required" if required else "none", (str(decided.get("reason") or ""),) if required else ())


def _institutions(db: Session, now: datetime) -> tuple[int, Iterator[Member]]:
    """Institutions in force, as they were declared on the day of their number; those filed elsewhere have no figures here."""
    query = (
        select(RdInstitution, Filing, Enterprise)
        .join(Filing, Filing.id == RdInstitution.filing_id)
        .join(Enterprise, Enterprise.id == RdInstitution.enterprise_id)
        .where(RdInstitution.state == "filed")
    )

    def members() -> Iterator[Member]:
        for rows in _portions(db, query, RdInstitution.id):
            years = _years(db, rows)
            for institution, filing, enterprise in rows:
                facts = _declared(filing, enterprise, years, institution.filed_on)
                yield Member("institution", institution.id, institution.filing_no, enterprise.path, facts)

    return _count(db, query), members()


def _applications(db: Session, now: datetime) -> tuple[int, Iterator[Member]]:
    """Applications that were handed in and are under way, with what they declare."""
    query = (
        select(Filing, Enterprise)
        .join(Enterprise, Enterprise.id == Filing.enterprise_id)
        .where(Filing.state.in_(_SUBMITTED))
    )

    def members() -> Iterator[Member]:
        for rows in _portions(db, query, Filing.id):
            years = _years(db, rows)
            for filing, enterprise in rows:
                day = local_day(filing.applied_at or filing.created_at)
                facts = _declared(filing, enterprise, years, day)
                yield Member("filing", filing.id, filing.ref_no, enterprise.path, facts)

    return _count(db, query), members()


def _applicants(db: Session, now: datetime) -> tuple[int, Iterator[Member]]:
    """Enterprises that may think of an application: those of the roster and high-tech ones, as if they applied with the city."""
    query = select(Enterprise).where(or_(Enterprise.is_scale.is_(True), Enterprise.hitech_no != ""))

    def members() -> Iterator[Member]:
        day = local_day(now)
        for rows in _portions(db, query, Enterprise.id):
            for (enterprise,) in rows:
                facts = filing_facts.of_applicant(enterprise, "city", day=day)
                yield Member("enterprise", enterprise.id, enterprise.uscc, enterprise.path, facts)

    return _count(db, query), members()


def _applied(db: Session, now: datetime) -> tuple[int, Iterator[Member]]:
    """Applications under way, as the decision about authority is asked about them."""
    query = (
        select(Filing, Enterprise)
        .join(Enterprise, Enterprise.id == Filing.enterprise_id)
        .where(Filing.state.in_(OPEN_FILING))
    )

    def members() -> Iterator[Member]:
        day = local_day(now)
        for rows in _portions(db, query, Filing.id):
            for filing, enterprise in rows:
                facts = filing_facts.of_applicant(enterprise, filing.level, day=day)
                yield Member("filing", filing.id, filing.ref_no, enterprise.path, facts)

    return _count(db, query), members()


def _to_look_at(db: Session, now: datetime) -> tuple[int, Iterator[Member]]:
    """Applications that were handed in, as the decision about the look at the site is asked about them."""
    query = (
        select(Filing, Enterprise)
        .join(Enterprise, Enterprise.id == Filing.enterprise_id)
        .where(Filing.state.in_(_SUBMITTED))
    )

    def members() -> Iterator[Member]:
        for rows in _portions(db, query, Filing.id):
            owners = {enterprise.id for _, enterprise in rows}
            seen = select(RdInstitution.enterprise_id).where(RdInstitution.enterprise_id.in_(owners)).distinct()
            filed = set(db.scalars(seen))
            for filing, enterprise in rows:
                facts = filing_facts.onsite_of(filing, enterprise, has_filed=enterprise.id in filed)
                yield Member("filing", filing.id, filing.ref_no, enterprise.path, facts)

    return _count(db, query), members()


def _declared(filing: Filing, enterprise: Enterprise, years: Mapping[int, Any], day: date) -> dict[str, Any]:
    known = Beside(enterprise, years.get(enterprise.id))
    return filing_facts.declared_facts(
        filing.declared, known, level=filing.level, fast_track=filing.fast_track, day=day
    )


def _years(db: Session, rows: list[Any]) -> Mapping[int, Any]:
    """The figures of the last year of the enterprises of a portion; one statement."""
    ids = [row[-1].id for row in rows]
    day = max((local_day(row[-2].applied_at or row[-2].created_at) for row in rows), default=None)
    return filing_facts.last_years(db, ids, day=day) if day is not None else {}


def _portions(db: Session, query: Any, key: Any) -> Iterator[list[Any]]:
    """The rows of a query, the newest first, in portions of one statement each, up to `LARGEST`."""
    last, given = None, 0
    while given < LARGEST:
        part = query if last is None else query.where(key < last)
        rows = cast(list[Any], list(db.execute(part.order_by(key.desc()).limit(PORTION))))
        if not rows:
            return
        yield rows
        given += len(rows)
        last = rows[-1][0].id


def _count(db: Session, query: Any) -> int:
    return db.execute(query.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()


_KNOWN: Final[Mapping[str, _Population]] = {
    "six-haves": _Population({"institutions": _institutions, "applications": _applications}, _six_haves, _ORDER),
    "filing-authority": _Population({"applications": _applied, "enterprises": _applicants}, _authority),
    "filing-onsite": _Population({"applications": _to_look_at}, _onsite),
}
"""The decisions that can be tried, by id."""
