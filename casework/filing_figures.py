"""What the pages of filing count (K10): by territory and period what was filed, how long the offices took, what went back, desk by desk.

Source: REFERENCE 7 K10, 3.7. A filing counts in the period in which it was decided (filed or refused) and where it lies today; one that
was withdrawn counts for itself. The offices' working days run from acceptance to decision, publicity included; the days in which the
application waited for its enterprise are counted apart. Every figure is counted from the rows when it is asked for, with a number of
statements that does not depend on how many there are; `filing_recount` counts the same from history alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from casework import filing_clock, territories
from casework.filing_clock import Turn
from casework.filing_tables import OPEN_FILING, Filing
from engine.calendars import Calendar, calendar

SMALLEST: Final = 5
"""Of fewer decisions a share in per cent says nothing and is not shown."""


@dataclass(frozen=True, slots=True)
class Course:
    """One application that was decided or withdrawn: how it ended and how long it took. `outcome`: filed, refused, withdrawn.

    `office_days` are the offices' working days from acceptance to decision, None where it was never accepted; `own_days` those in which
    it waited for its enterprise, from when it was sent for the first time.
    """

    id: int
    scope: str
    level: str
    outcome: str
    office_days: int | None
    own_days: int
    returned: bool
    first_pass: bool
    overdue: bool


@dataclass(slots=True)
class Line:
    """The figures of one territory in one period (K10). `running` are the applications under way now, whenever they began."""

    path: str
    name: str = ""
    filed: dict[str, int] = field(default_factory=lambda: {"city": 0, "region": 0})
    refused: int = 0
    withdrawn: int = 0
    running: int = 0
    returned: int = 0
    first_pass: int = 0
    overdue: int = 0
    office_days: list[int] = field(default_factory=list[int])
    own_days: list[int] = field(default_factory=list[int])

    @property
    def filed_in_all(self) -> int:
        """Filed at both levels."""
        return sum(self.filed.values())

    @property
    def decided(self) -> int:
        """Filed or refused: what all shares are shares of."""
        return self.filed_in_all + self.refused

    @property
    def median_days(self) -> Decimal | None:
        """The median of the offices' working days from acceptance to decision; None without a decision."""
        return middle(self.office_days)

    @property
    def median_own(self) -> Decimal | None:
        """The median of the working days in which the application waited for its enterprise."""
        return middle(self.own_days)

    @property
    def overdue_rate(self) -> Decimal | None:
        """Decisions in which a desk took longer than its term, in per cent."""
        return share(self.overdue, self.decided)

    @property
    def return_rate(self) -> Decimal | None:
        """Decisions before which the application went back for correction or rectification, in per cent."""
        return share(self.returned, self.decided)

    @property
    def first_pass_rate(self) -> Decimal | None:
        """Filed without going back once, in per cent of the decisions."""
        return share(self.first_pass, self.decided)

    def add(self, course: Course) -> None:
        """Counts one application."""
        if course.outcome == "withdrawn":
            self.withdrawn += 1
            return
        if course.outcome == "filed":
            self.filed[course.level] += 1
        else:
            self.refused += 1
        self.returned += course.returned
        self.first_pass += course.first_pass
        self.overdue += course.overdue
        self.own_days.append(course.own_days)
        if course.office_days is not None:
            self.office_days.append(course.office_days)


@dataclass(slots=True)
class Desk:
    """One desk: how often it was its turn, the working days of each, and how often it took longer than its term."""

    key: str
    days: list[int] = field(default_factory=list[int])
    late: int = 0

    @property
    def count(self) -> int:
        """How often it was this desk's turn."""
        return len(self.days)

    @property
    def median_days(self) -> Decimal | None:
        """The median of its working days."""
        return middle(self.days)

    @property
    def late_rate(self) -> Decimal | None:
        """Turns that took longer than the term, in per cent."""
        return share(self.late, self.count)


@dataclass(frozen=True, slots=True)
class Figures:
    """K10 of a territory and a period: the whole, the territories right below, and the desks in the order of the way."""

    total: Line
    lines: Sequence[Line]
    desks: Sequence[Desk]


def of(db: Session, path: str, *, since: date, until: date) -> Figures:
    """K10 of a territory from `since` to `until` (Shanghai dates, both included). Three statements, however many filings there are."""
    ended = and_(_ended(since, until), territories.under(Filing.scope, [path]))
    found: dict[int, list[Turn]] = {}
    for turn in filing_clock.read_turns(db, select(Filing.id).where(ended)):
        found.setdefault(turn.filing_id, []).append(turn)
    days = calendar(db)
    courses = [
        Course(
            id=row.id,
            scope=row.scope,
            level=row.level,
            outcome="filed" if row.state in _NUMBERED else row.state,
            office_days=office_days(row.accepted_on, row.decided_on, found.get(row.id, []), days),
            own_days=filing_clock.own_days(found.get(row.id, []), days, since=date.min),
            returned=bool(row.corrections or row.rectifications),
            first_pass=bool(row.first_pass),
            overdue=row.overdue,
        )
        for row in db.execute(_ENDED_COLUMNS.where(ended).order_by(Filing.id))
    ]
    running = select(Filing.scope, func.count()).where(
        Filing.state.in_(OPEN_FILING), territories.under(Filing.scope, [path])
    )
    counts = {row[0]: row[1] for row in db.execute(running.group_by(Filing.scope))}
    turns = [turn for course in courses if course.outcome != "withdrawn" for turn in found.get(course.id, [])]
    return summed(db, path, courses, turns, counts)


def summed(
    db: Session, path: str, courses: Iterable[Course], turns: Iterable[Turn], running: Mapping[str, int]
) -> Figures:
    """The figures of courses, turns and of what is under way (by territory path): the whole, what lies right below, the desks."""
    tree, days = territories.tree(db), calendar(db)
    total = Line(path, tree.name(path))
    below = {node.path: Line(node.path, tree.name(node.path)) for node in tree.under(path) if node.parent_path == path}
    for course in courses:
        total.add(course)
        if line := _line(below, path, course.scope):
            line.add(course)
    for scope, count in running.items():
        total.running += count
        if line := _line(below, path, scope):
            line.running += count
    desks = {key: Desk(key) for key in filing_clock.DESK_ORDER}
    for turn in turns:
        key = filing_clock.DESKS.get(turn.element)
        if key is not None:
            desks[key].days.append(turn.working_days(days))
            desks[key].late += turn.is_late
    for one in (total, *below.values()):
        one.office_days.sort()
        one.own_days.sort()
    for desk in desks.values():
        desk.days.sort()
    return Figures(total, list(below.values()), list(desks.values()))


def behind(path: str, what: str, *, since: date, until: date) -> ColumnElement[bool]:
    """The criterion of the filings behind a number: filed, city, region, refused, withdrawn, decided, returned, first_pass, overdue,
    running."""
    if what == "running":
        return and_(Filing.state.in_(OPEN_FILING), territories.under(Filing.scope, [path]))
    criteria: dict[str, ColumnElement[bool]] = {
        "filed": Filing.state.in_(_NUMBERED),
        "city": and_(Filing.state.in_(_NUMBERED), Filing.level == "city"),
        "region": and_(Filing.state.in_(_NUMBERED), Filing.level == "region"),
        "refused": Filing.state == "refused",
        "withdrawn": Filing.state == "withdrawn",
        "decided": _IS_DECIDED,
        "returned": and_(_IS_DECIDED, or_(Filing.corrections > 0, Filing.rectifications > 0)),
        "first_pass": Filing.first_pass.is_(True),
        "overdue": and_(_IS_DECIDED, Filing.overdue.is_(True)),
    }
    return and_(_ended(since, until), territories.under(Filing.scope, [path]), criteria[what])


def office_days(accepted: date | None, decided: date | None, turns: list[Turn], days: Calendar) -> int | None:
    """The offices' working days from acceptance to decision, without those in which the enterprise had its turn."""
    if accepted is None or decided is None:
        return None
    return days.between(accepted, decided) - filing_clock.own_days(turns, days, since=accepted)


def middle(found: Sequence[int]) -> Decimal | None:
    """The median with at most one decimal; None of nothing."""
    return Decimal(str(median(found))).quantize(Decimal("0.1")) if found else None


def share(part: int, whole: int) -> Decimal | None:
    """One count in per cent of another; None where the whole is too small to say anything."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole >= SMALLEST else None


_NUMBERED: Final = ("filed", "revoked", "cancelled", "expired")
_IS_DECIDED: Final = Filing.state.in_((*_NUMBERED, "refused"))
_ENDED_COLUMNS: Final = select(
    Filing.id, Filing.scope, Filing.level, Filing.state, Filing.accepted_on, Filing.decided_on,
    Filing.corrections, Filing.rectifications, Filing.first_pass, Filing.overdue,
)  # fmt: skip


def _ended(since: date, until: date) -> ColumnElement[bool]:
    return and_(
        Filing.decided_on >= since,
        Filing.decided_on <= until,
        Filing.state.in_((*_NUMBERED, "refused", "withdrawn")),
    )


def _line(below: Mapping[str, Line], path: str, scope: str) -> Line | None:
    """The line of the territory right below `path` in which `scope` lies; None for the territory itself."""
    rest = scope.removeprefix(path).strip("/")
    return below.get(f"{path}/{rest.split('/', maxsplit=1)[0]}") if rest else None
