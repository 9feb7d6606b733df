"""Which cases do not move by themselves, why, whose turn it is, since when, and what would help.

Source: REFERENCE 4.0 ("stuck") and the stuck definitions of 4.a, 4.b, 4.c, 4.d and 4.g, HOUSE 4. Every question is asked on rows alone, by a
number of statements that does not depend on how many cases there are; how long is too long is said by the decision `stuck-limits`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from casework import (
    enterprises,
    stuck_cases,
    stuck_filings,
    stuck_orders,
    stuck_rows,
    stuck_tasks,
    stuck_visits,
    territories,
)
from casework.case_tables import LIVING_CASE, Case
from casework.stuck_rows import Place, Stuck
from casework.tables import Assignment, Enterprise, Officer, Person
from engine.errors import Sentence

__all__ = ["KINDS", "Stuck", "Survey", "named", "of_case", "of_kind", "survey", "what_is_stuck"]

_FINDERS: Final[Mapping[str, Callable[[Session, Place], Iterator[Stuck]]]] = {
    "failed": stuck_tasks.failed,
    "silent": stuck_tasks.silent,
    "unstaffed": stuck_tasks.unstaffed,
    "returned": stuck_tasks.returned,
    "joint_open": stuck_orders.joint_open,
    "closure_late": stuck_orders.closure_late,
    "filing_number": stuck_filings.number,
    "filing_cosign": stuck_filings.cosign,
    "filing_late": stuck_filings.late,
    "filing_onsite": stuck_filings.onsite,
    "filing_returned": stuck_filings.returned,
    "officer_away": stuck_visits.officer_away,
    "no_officer": stuck_cases.no_officer,
    "visit_refused": stuck_visits.visit_refused,
    "warning": stuck_orders.warning,
    "request": stuck_orders.request,
    "red_firm": stuck_cases.red_firm,
    "plan_missing": stuck_cases.plan_missing,
    "unreported": stuck_cases.unreported,
    "eligible": stuck_cases.eligible,
    "external": stuck_tasks.external,
    "overdue": stuck_tasks.overdue,
    "idle": stuck_cases.idle,
    "untouched": stuck_tasks.untouched,
}
KINDS: Final = tuple(_FINDERS)
"""From what only an administrator can help with to what a reminder may help with; the earlier kind explains a task alone."""


@dataclass(frozen=True, slots=True)
class Survey:
    """All that is stuck in a place, the worst kind first, in each the oldest first; whose turn it is still stands in posts."""

    found: tuple[Stuck, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        counts = dict.fromkeys(KINDS, 0)
        for one in self.found:
            counts[one.kind] += 1
        return counts

    def of(self, kind: str) -> Sequence[Stuck]:
        """Those of one kind; all when `kind` is empty."""
        return [one for one in self.found if not kind or one.kind == kind]


def survey(db: Session, *, scope: str = territories.REGION, now: datetime) -> Survey:
    """Everything that is stuck at or under a territory."""
    return _survey(db, stuck_rows.at(db, scope, now=now))


def what_is_stuck(db: Session, *, scope: str = territories.REGION, now: datetime, limit: int = 500) -> list[Stuck]:
    """The first `limit` of what is stuck at or under a territory, with names instead of posts where there is one person."""
    return named(db, survey(db, scope=scope, now=now).found[:limit])


def of_case(db: Session, case: Case, *, now: datetime) -> list[Stuck]:
    """What is stuck in one case."""
    return named(db, _survey(db, stuck_rows.at(db, case.scope, now=now, case=case)).found)


def of_kind(db: Session, kind: str, *, scope: str = territories.REGION, now: datetime) -> list[Stuck]:
    """What is stuck in one way at or under a territory, whether or not another kind explains it better."""
    return list(_FINDERS[kind](db, stuck_rows.at(db, scope, now=now)))


def named(db: Session, found: Iterable[Stuck]) -> list[Stuck]:
    """The same with the name of the one person or enterprise whose turn it is; four statements for all of them."""
    rows = list(found)
    firms = {number for one in rows if (number := enterprises.id_of(one.subject)) is not None}
    people = {one.whose[1:] for one in rows if one.whose.startswith("@")}
    names: dict[str, str] = {}
    if people:
        query = select(Person.username, Person.name).where(Person.username.in_(people))
        names |= {f"@{row.username}": row.name for row in db.execute(query)}
    if firms:
        query = select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_(firms))
        names |= {f"ENT {enterprises.subject(row.id)}": row.name for row in db.execute(query)}
        names |= {f"LO {enterprises.subject(firm)}": name for firm, name in _officers(db, firms)}
    return [_with_name(one, names) for one in rows]


def _survey(db: Session, place: Place) -> Survey:
    explained: set[int] = set()
    found: list[Stuck] = []
    for find in _FINDERS.values():
        fresh = [one for one in find(db, place) if not one.covers or not explained.issuperset(one.covers)]
        found += sorted(fresh, key=lambda one: one.since)
        explained.update(task for one in fresh for task in one.covers)
    return Survey(tuple(found))


def _officers(db: Session, firms: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Who looks after the living case of each enterprise today, or acts for him: (enterprise id, name)."""
    acting = aliased(Officer)
    person, deputy = aliased(Person), aliased(Person)
    query = (
        select(Case.enterprise_id, Officer.state, person.name, acting.state, deputy.name)
        .join(Assignment, (Assignment.case_id == Case.id) & Assignment.until.is_(None))
        .join(Officer, Officer.id == Assignment.officer_id)
        .join(person, person.id == Officer.person_id)
        .outerjoin(acting, acting.id == Officer.acting_officer_id)
        .outerjoin(deputy, deputy.id == acting.person_id)
        .where(Case.enterprise_id.in_(list(firms)), Case.state.in_(LIVING_CASE))
    )
    for firm, state, name, other, deputy_name in db.execute(query):
        if state == "在岗":
            yield firm, name
        elif other == "在岗" and deputy_name:
            yield firm, deputy_name


def _with_name(one: Stuck, names: Mapping[str, str]) -> Stuck:
    groups = [part.strip() for part in one.whose.split(",")]
    asked = "LO" if "LO" in groups else "ENT" if groups == ["ENT"] else ""
    whose = names.get(one.whose) or names.get(f"{asked} {one.subject}") or one.whose.removeprefix("@")
    params = one.help.params
    known = replace(one, whose=whose)
    return replace(known, help=Sentence(one.help.template, {**params, "owner": whose})) if "owner" in params else known
