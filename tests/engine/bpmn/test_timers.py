"""Dates, durations and cycles on the Shanghai calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import timers
from engine.bpmn.timers import SHANGHAI


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def firings(text: str, now: datetime, count: int) -> list[str]:
    """The first firings of a cycle, each heard in time."""
    armed: timers.Armed | None = timers.arm("cycle", text, now=now)
    found: list[str] = []
    while armed is not None and len(found) < count:
        found.append(armed.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d"))
        armed = timers.fire(armed, now=armed.due_at).following
    return found


def test_a_quarterly_cycle_stays_on_the_first_of_the_quarter():
    now = local("2025-12-31T12:00")
    assert firings("R12/2026-01-01/P3M", now, 6) == [
        "2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01", "2027-04-01",
    ]  # fmt: skip


def test_a_monthly_cycle_from_the_thirty_first_ends_each_month():
    now = local("2026-01-01T00:00")
    assert firings("R/2026-01-31/P1M", now, 5) == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_a_cycle_that_began_in_the_past_goes_on_at_its_next_time():
    assert firings("R/2026-01-01/P3M", local("2026-05-10T08:00"), 2) == ["2026-07-01", "2026-10-01"]


def test_a_counted_cycle_ends():
    assert firings("R3/P1D", local("2026-01-01T08:00"), 9) == ["2026-01-02", "2026-01-03", "2026-01-04"]


@pytest.mark.parametrize(
    ("anchor", "text", "after"),
    [
        ("2026-01-31T09:00", "P1M", "2026-02-28T09:00"),
        ("2024-01-31T09:00", "P1M", "2024-02-29T09:00"),
        ("2025-11-30T09:00", "P3M", "2026-02-28T09:00"),
        ("2026-01-05T09:00", "P1W2D", "2026-01-14T09:00"),
        ("2026-12-31T23:59", "P1Y", "2027-12-31T23:59"),
        ("2026-01-05T09:00", "PT36H0.5S", "2026-01-06T21:00:00.500000"),
        ("2026-03-31T09:00", "-P1M", "2026-02-28T09:00"),
    ],
)
def test_durations_are_calendar_months_calendar_days_and_exact_hours(anchor, text, after):
    assert timers.duration(text).after(local(anchor)) == local(after)


def test_a_moment_without_a_zone_is_meant_in_shanghai():
    assert timers.moment("2026-07-01T09:00:00") == datetime(2026, 7, 1, 1, tzinfo=UTC)
    assert timers.moment("2026-07-01") == datetime(2026, 6, 30, 16, tzinfo=UTC)
    assert timers.moment("2026-07-01", end_of_day=True) == datetime(2026, 7, 1, 15, 59, 59, tzinfo=UTC)
    assert timers.moment("2026-07-01T24:00:00") == timers.moment("2026-07-02")
    assert timers.moment("2026-07-01T09:00:00+02:00") == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert timers.moment("2030-07-01T09:00@Europe/Berlin") == datetime(2030, 7, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P1.5D",
        "PT1H30",
        "P1DT",
        "P١D",
        "P-1D",
        "P99999999D",
        "soon",
        "0 0 9 * * MON",
        "P1Y" * 9,
    ],
)
def test_what_is_no_duration_is_said_to_be_none(text):
    with pytest.raises(timers.NotATime):
        timers.duration(text)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01T00:00", "2026-1-1", "T09:00", "2026-01-01T25:00", "now",
                                  "2026-01-01T09:00@Nowhere/At_All", "9999-12-31T24:00:00", "0001-01-01"])  # fmt: skip
def test_what_is_no_moment_is_said_to_be_none(text):
    with pytest.raises(timers.NotATime):
        timers.moment(text)


@pytest.mark.parametrize(
    "text",
    ["R0/P1D", "R/PT0S", "R/-P1D", "R3/2026-01-01", "R/P1D/2026-01-01", "P1D", "R-1/P1D", "R9999999/P1D", "daily"],
)
def test_what_is_no_cycle_is_said_to_be_none(text):
    with pytest.raises(timers.NotATime):
        timers.check("cycle", text)


def test_a_time_beyond_the_calendar_is_said_to_be_none():
    with pytest.raises(timers.NotATime, match="beyond the calendar"):
        timers.arm("duration", "P9999Y", now=local("2026-01-01T00:00"))


MOMENTS = st.integers(0, 6_500_000_000).map(lambda second: datetime(1992, 1, 1, tzinfo=UTC) + timedelta(seconds=second))
PERIODS = st.one_of(
    st.integers(1, 48).map(lambda months: f"P{months}M"),
    st.integers(1, 400).map(lambda days: f"P{days}D"),
    st.integers(1, 100_000).map(lambda minutes: f"PT{minutes}M"),
)


@given(MOMENTS, PERIODS, st.integers(0, 5_000_000))
def test_however_late_a_cycle_is_heard_its_next_time_is_the_first_of_its_times_to_come(start, period, late):
    armed = timers.arm("cycle", f"R/{period}", now=start)
    now = armed.due_at + timedelta(seconds=late)
    fired = timers.fire(armed, now=now)
    assert fired.following is not None
    step = timers.duration(period)
    assert fired.following.due_at > now
    assert step.after(start, fired.following.number - 1) <= now
    assert fired.following.number == 2 + fired.missed
    assert fired.following.due_at == step.after(start, fired.following.number)


@given(MOMENTS, st.integers(1, 9), PERIODS, st.lists(st.integers(0, 3_000_000), max_size=12))
def test_a_counted_cycle_uses_exactly_its_count_fired_or_missed(start, count, period, delays):
    armed: timers.Armed | None = timers.arm("cycle", f"R{count}/{period}", now=start)
    used = 0
    for late in [*delays, *[0] * count]:
        if armed is None:
            break
        fired = timers.fire(armed, now=armed.due_at + timedelta(seconds=late))
        used += 1 + fired.missed
        armed = fired.following
    assert armed is None
    assert used == count


@given(st.dates(date(1992, 1, 1), date(2200, 1, 1)), st.integers(0, 600))
def test_months_keep_the_day_or_end_the_month(day, months):
    after = timers.Period(months, 0, timedelta()).after(datetime.combine(day, datetime.min.time(), SHANGHAI))
    there = after.astimezone(SHANGHAI).date()
    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == months
    assert there.day == day.day or (there.day < day.day and (there + timedelta(days=1)).day == 1)
