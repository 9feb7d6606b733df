"""The agenda of the house: what the calendar asks for by itself, each occasion once, in order, after any downtime.

The doors only ring: `note` puts every occasion that fell due since the last look into the table of jobs, as a round under its key
(a quarter, a month, a day), and from there it is done like any other job, in portions. What is worth doing only for today is
coalesced: of several nights that nobody rang for, the last one counts. Working days come from the calendar table, so a notice that is
entered late moves what has not happened yet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from casework import (
    attachments,
    calendar_years,
    escalations,
    filing_reviews,
    filings,
    inactivity,
    issues,
    lights,
    milestones,
    people,
    quarters,
    recognitions,
    relapses,
    renewals,
    spot_checks,
    standing,
    territories,
    visit_plans,
    visit_reminders,
)
from casework.tables import ListVersion, Setting
from engine import history, instances, rounds
from engine.calendars import SHANGHAI, Calendar, calendar, local_day
from engine.rounds import Round

UNTIL: Final = "agenda"
CHAIN: Final = "registry"
_LONGEST: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something the calendar asks for. `newest` answers the key of the last time it fell due by a day (keys grow with time).

    `at` is the time of day (Asia/Shanghai). `cron` says when the clock rings for it. `is_coalesced`: only the last one counts.
    """

    name: str
    at: time
    newest: Callable[[date, Calendar], str]
    round: Round
    cron: Mapping[str, str] = field(default_factory=dict[str, str])
    is_coalesced: bool = False


def rounds_of_the_house() -> Mapping[str, Round]:
    """Every round by its name, of the calendar and of acts; the composition root puts them into `Database(info={"rounds": …})`."""
    known = {**{occasion.name: occasion.round for occasion in OCCASIONS}, **standing.ROUNDS, **recognitions.ROUNDS}
    return {name: _noted(round_) for name, round_ in known.items()}


def is_due(db: Session, now: datetime) -> bool:
    """Whether anything fell due since the last look. Reads one row."""
    known = _known(db)
    return known is None or bool(_fallen_due(db, known, now, None))


def next_look(now: datetime) -> datetime:
    """The next moment at which something may fall due."""
    local = now.astimezone(SHANGHAI)
    today = [datetime.combine(local.date(), at, SHANGHAI) for at in sorted({one.at for one in OCCASIONS})]
    following = today[0] + timedelta(days=1)
    return next((moment for moment in today if moment > now), following).astimezone(UTC)


def note(db: Session, now: datetime, *, only: frozenset[str] | None = None) -> int:
    """Puts what fell due since the last look on the table of jobs, in order; gives how many occasions. Two nodes note it once.

    The first look of a house begins with its day: nothing of the past is made up for. `only` names the occasions that count.
    """
    seen = _known(db)
    if seen is not None and not _fallen_due(db, seen, now, only):
        return 0
    known = _locked(db, now)
    found = _fallen_due(db, known, now, only)
    for occasion, key, due_at in found:
        rounds.ask(db, occasion.name, key, scope=territories.REGION, due_at=due_at, now=now)
        known.last[occasion.name] = key
        if occasion.is_coalesced:
            rounds.skip_older(db, occasion.name, key, now=now)
    if found:
        row = db.get_one(Setting, UNTIL)
        row.value = {"until": now.isoformat(), "last": known.last}
        row.updated_at = now
    db.flush()
    return len(found)


@dataclass(frozen=True, slots=True)
class _Known:
    until: datetime
    last: dict[str, str]


def _known(db: Session) -> _Known | None:
    value = db.execute(select(Setting.value).where(Setting.key == UNTIL)).scalar_one_or_none()
    return _Known(datetime.fromisoformat(value["until"]), dict(value["last"])) if value is not None else None


def _locked(db: Session, now: datetime) -> _Known:
    """The last look, locked; in a new house the beginning of its first day."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    begin = datetime.combine(local_day(now), time(0), SHANGHAI).astimezone(UTC)
    days, before = calendar(db), local_day(now) - timedelta(days=1)
    first = {"until": begin.isoformat(), "last": {one.name: one.newest(before, days) for one in OCCASIONS}}
    values = {"key": UNTIL, "value": first, "updated_by": people.SYSTEM, "updated_at": now}
    db.execute(dialect.insert(Setting).values(**values).on_conflict_do_nothing(index_elements=["key"]))
    row = db.get_one(Setting, UNTIL, with_for_update=True, populate_existing=True)
    return _Known(datetime.fromisoformat(row.value["until"]), dict(row.value["last"]))


def _fallen_due(
    db: Session, known: _Known, now: datetime, only: frozenset[str] | None
) -> list[tuple[Occasion, str, datetime]]:
    days, last = calendar(db), dict(known.last)
    found: list[tuple[Occasion, str, datetime]] = []
    day = local_day(max(known.until, now - _LONGEST))
    while day <= local_day(now):
        for occasion in OCCASIONS:
            moment = datetime.combine(day, occasion.at, SHANGHAI)
            if not known.until < moment <= now or (only is not None and occasion.name not in only):
                continue
            key = occasion.newest(day, days)
            if key > last.get(occasion.name, ""):
                last[occasion.name] = key
                found.append((occasion, key, moment.astimezone(UTC)))
        day += timedelta(days=1)
    return found


# --- when ----------------------------------------------------------------------------------------------------------------


def every_day(day: date, _days: Calendar) -> str:
    """Every day; the key is the day."""
    return day.isoformat()


def first_working_day_of_the_month(day: date, days: Calendar) -> str:
    """The first working day of every month; the key is the month."""
    first = day.replace(day=1)
    return _month(first if days.add(first, 0) <= day else first - timedelta(days=1))


def day_25(day: date, _days: Calendar) -> str:
    """The 25th of every month (4.c18); the key is the month."""
    return _month(day if day.day >= 25 else day.replace(day=1) - timedelta(days=1))


def after_the_quarter(working_days: int) -> Callable[[date, Calendar], str]:
    """The n-th working day after the end of a quarter, whose last day is day 0 (4.c); the key is the quarter that ended."""

    def newest(day: date, days: Calendar) -> str:
        end = _quarter_end_before(day)
        if days.add(end, working_days) > day:
            end = _quarter_end_before(end)
        return f"{end.year}Q{end.month // 3}"

    return newest


def _yearly_lists(day: date, days: Calendar) -> str:
    """From the first working day of April on (4.k): the lists of the year, from the figures of the year before."""
    begins = days.add(date(day.year, 4, 1), 0)
    return str(day.year if begins <= day else day.year - 1)


def first_of_march(day: date, _days: Calendar) -> str:
    """1 March (4.b yearly review); the key is the year."""
    return str(day.year if day >= date(day.year, 3, 1) else day.year - 1)


def _second_month_of_the_quarter(day: date, days: Calendar) -> str:
    """The first working day of February, May, August and November (4.k10): what changed in the lists since."""
    for back in range(3):
        month = (day.year * 12 + day.month - 1) - back
        first = date(month // 12, month % 12 + 1, 1)
        if first.month % 3 == 2 and days.add(first, 0) <= day:
            return _month(first)
    month = (day.year * 12 + day.month - 1) - 3
    return f"{month // 12}-{month % 12 + 1:02d}"


def _quarter_end_before(day: date) -> date:
    """The last day of the quarter that ended before a day."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02d}"


# --- what ----------------------------------------------------------------------------------------------------------------


def _noted(round_: Round) -> Round:
    """The same round; what a portion changed in the registry is written to history."""

    def do(db: Session, key: str, /, *, after: int, now: datetime) -> int:
        milestones.forget(db)
        last = round_(db, key, after=after, now=now)
        db.flush()
        milestones.write(db, by=people.SYSTEM, now=now)
        return last

    return do


def _assess_lights(db: Session, key: str, *, after: int, now: datetime) -> int:
    del key
    return lights.assess_all(db, now=now, after=after, limit=200)


def _raise_chores(db: Session, key: str, *, after: int, now: datetime) -> int:
    del key, after
    calendar_years.raise_chores(db, now=now)
    return 0


def _draw_up(kind: str) -> Round:
    """Draws up an edition of the five lists, unless one is being worked on: that one takes in what has changed."""

    def draw_up(db: Session, key: str, *, after: int, now: datetime) -> int:
        del after
        open_edition = db.execute(select(ListVersion.number).where(ListVersion.state != "冻结")).scalars().first()
        if open_edition is not None:
            data = {"kind": kind, "key": key, "edition": open_edition}
            history.write(db, chain=CHAIN, fact="lists_not_drawn_up", by=people.SYSTEM, now=now, data=data)
            return 0
        instances.start(db, "lists", {"kind": kind}, scope=territories.REGION, by=people.SYSTEM, now=now)
        return 0

    return draw_up


def _open_quarter(db: Session, key: str, *, after: int, now: datetime) -> int:
    # Fifty runs a portion: people who write meanwhile wait for no longer than a blink.
    return quarters.open_period(db, key, after=after, limit=50, now=now)


OCCASIONS: Final[tuple[Occasion, ...]] = (
    Occasion("lights", time(6), every_day, _assess_lights, {"hour": "6"}, is_coalesced=True),
    Occasion("chores", time(6), every_day, _raise_chores, {"hour": "6"}, is_coalesced=True),
    Occasion("files", time(5), every_day, attachments.clean, {"hour": "5"}, is_coalesced=True),
    Occasion("preregistered", time(6), every_day, filings.convert_preregistered, {"hour": "6"}, is_coalesced=True),
    Occasion("relapses", time(6, 15), every_day, relapses.look_all, {"hour": "6", "minute": "15"}, is_coalesced=True),
    Occasion(
        "visits",
        time(7),
        first_working_day_of_the_month,
        visit_plans.make,
        {"day": "1-12", "hour": "7"},
        is_coalesced=True,
    ),
    Occasion(
        "filing-reviews", time(8), first_of_march, filing_reviews.open_year, {"month": "3", "day": "1", "hour": "8"}
    ),
    Occasion(
        "filing-renewals", time(6, 30), every_day, renewals.invite, {"hour": "6", "minute": "30"}, is_coalesced=True
    ),
    Occasion(
        "filing-activity",
        time(7),
        first_working_day_of_the_month,
        inactivity.look_all,
        {"day": "1-12", "hour": "7"},
        is_coalesced=True,
    ),
    Occasion(
        "spot-checks",
        time(7, 30),
        first_working_day_of_the_month,
        spot_checks.draw,
        {"day": "1-12", "hour": "7", "minute": "30"},
    ),
    Occasion(
        "quarters", time(8), after_the_quarter(1), _open_quarter, {"month": "1,4,7,10", "day": "1-12", "hour": "8"}
    ),
    Occasion("lists", time(8), _yearly_lists, _draw_up("年度"), {"month": "4", "day": "1-12", "hour": "8"}),
    Occasion(
        "list-changes",
        time(8),
        _second_month_of_the_quarter,
        _draw_up("季度"),
        {"month": "2,5,8,11", "day": "1-12", "hour": "8"},
        is_coalesced=True,
    ),
    Occasion(
        "visit-reminders",
        time(8, 30),
        every_day,
        visit_reminders.remind,
        {"hour": "8", "minute": "30"},
        is_coalesced=True,
    ),
    Occasion(
        "red-visits", time(8, 30), every_day, visit_plans.visit_red, {"hour": "8", "minute": "30"}, is_coalesced=True
    ),
    Occasion("open-orders", time(9), day_25, escalations.remind_open, {"day": "25", "hour": "9"}, is_coalesced=True),
    Occasion("open-issues", time(9), day_25, issues.remind_open, {"day": "25", "hour": "9"}, is_coalesced=True),
    Occasion(
        "escalations",
        time(17, 45),
        after_the_quarter(13),
        escalations.escalate_reds,
        {"month": "1,4,7,10", "day": "13-31", "hour": "17", "minute": "45"},
    ),
)
"""Everything the calendar asks for, in the order in which it is done when it falls due at the same time."""
