"""Cron expressions: when they come in Shanghai, what is none, and how they behave as cycles of timers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import cron, timers
from engine.bpmn.timers import SHANGHAI
from engine.errors import ExecutionFailed
from tests.engine.bpmn.play import Play


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def times(text: str, after: str, count: int) -> list[str]:
    """The next times in Shanghai, as month-day hour:minute:second."""
    found: list[str] = []
    moment: datetime | None = local(after)
    for _ in range(count):
        moment = cron.parse(text).after(moment) if moment else None
        found.append(moment.astimezone(SHANGHAI).strftime("%y-%m-%d %a %H:%M:%S") if moment else "never")
    return found


@pytest.mark.parametrize(
    ("text", "after", "found"),
    [
        ("0 0 9-17 * * MON-FRI", "2026-01-02T16:30", ["26-01-02 Fri 17:00:00", "26-01-05 Mon 09:00:00"]),
        ("@hourly", "2026-01-02T16:30", ["26-01-02 Fri 17:00:00", "26-01-02 Fri 18:00:00"]),
        ("@daily", "2026-01-02T00:00", ["26-01-03 Sat 00:00:00", "26-01-04 Sun 00:00:00"]),
        ("@weekly", "2026-01-02T00:00", ["26-01-04 Sun 00:00:00", "26-01-11 Sun 00:00:00"]),
        ("@monthly", "2026-01-02T00:00", ["26-02-01 Sun 00:00:00", "26-03-01 Sun 00:00:00"]),
        ("@yearly", "2026-01-01T00:00", ["27-01-01 Fri 00:00:00", "28-01-01 Sat 00:00:00"]),
        ("*/20 * * * * *", "2026-01-02T23:59:30", ["26-01-02 Fri 23:59:40", "26-01-03 Sat 00:00:00"]),
        ("0 30 8,12/4 * * ?", "2026-01-02T12:30", ["26-01-02 Fri 16:30:00", "26-01-02 Fri 20:30:00", "26-01-03 Sat 08:30:00"]),
        ("0 0 0 L * *", "2026-01-31T00:00", ["26-02-28 Sat 00:00:00", "26-03-31 Tue 00:00:00"]),
        ("0 0 0 L-3 * *", "2026-02-01T00:00", ["26-02-25 Wed 00:00:00", "26-03-28 Sat 00:00:00"]),
        ("0 0 0 LW * *", "2026-01-01T00:00", ["26-01-30 Fri 00:00:00", "26-02-27 Fri 00:00:00"]),
        ("0 0 0 1W * *", "2026-01-31T00:00", ["26-02-02 Mon 00:00:00", "26-03-02 Mon 00:00:00", "26-04-01 Wed 00:00:00"]),
        ("0 0 0 15W * *", "2026-08-01T00:00", ["26-08-14 Fri 00:00:00", "26-09-15 Tue 00:00:00"]),
        ("0 0 0 ? * 5L", "2026-01-01T00:00", ["26-01-30 Fri 00:00:00", "26-02-27 Fri 00:00:00"]),
        ("0 0 0 ? * FRIL", "2026-01-01T00:00", ["26-01-30 Fri 00:00:00"]),
        ("0 0 0 ? * MON#2", "2026-01-01T00:00", ["26-01-12 Mon 00:00:00", "26-02-09 Mon 00:00:00"]),
        ("0 0 9 1 1,4,7,10 *", "2026-02-01T00:00", ["26-04-01 Wed 09:00:00", "26-07-01 Wed 09:00:00"]),
        ("0 0 0 13 * FRI", "2026-01-01T00:00", ["26-02-13 Fri 00:00:00", "26-03-13 Fri 00:00:00"]),
        ("0 0 0 29 FEB SUN", "2026-01-01T00:00", ["32-02-29 Sun 00:00:00"]),
        ("0 0 0 * * 7", "2026-01-01T00:00", ["26-01-04 Sun 00:00:00"]),
        ("0 0 0 * * SAT-7", "2026-01-01T00:00", ["26-01-03 Sat 00:00:00", "26-01-04 Sun 00:00:00"]),
        ("0 0 0 30 2 *", "2026-01-01T00:00", ["never"]),
    ],
)  # fmt: skip
def test_a_cron_expression_comes_at_its_times_in_shanghai(text, after, found):
    assert times(text, after, len(found)) == found


@pytest.mark.parametrize(
    "text",
    ["@often", "0 0 9 * *", "60 * * * * *", "* * 24 * * *", "0 0 0 0 * *", "0 0 0 * 13 *", "0 0 0 * * 8", "0 0 5-3 * * *",
     "*/0 * * * * *", "0 0 0 32W * *", "0 0 0 ? * MON#6", "0 0 0 * * MOON", "0 0 ? * * *", "a b c d e f", "0 0 0 ١ * *"],
)  # fmt: skip
def test_what_is_no_cron_expression_is_said_to_be_none(text):
    with pytest.raises(timers.NotATime, match="not a cron expression"):
        timers.check("cycle", text)


def test_a_cron_expression_that_never_comes_is_refused():
    with pytest.raises(timers.NotATime, match="never comes"):
        timers.check("cycle", "0 0 0 31 4 *")


def test_a_cron_cycle_that_was_not_heard_fires_once_for_all_its_times():
    armed = timers.arm("cycle", "0 0 9 * * *", now=local("2026-01-05T08:00"))
    assert armed.due_at == local("2026-01-05T09:00")
    assert armed.remaining is None
    on_time = timers.fire(armed, now=local("2026-01-05T09:00"))
    assert on_time.missed == 0
    assert on_time.following is not None
    assert on_time.following.due_at == local("2026-01-06T09:00")
    late = timers.fire(on_time.following, now=local("2026-01-09T08:00"))
    assert late.missed == 2
    assert late.following is not None
    assert late.following.due_at == local("2026-01-09T09:00")
    assert late.following.number == 5
    years = timers.fire(
        timers.arm("cycle", "* * * * * *", now=local("2020-01-01T00:00")), now=local("2026-01-01T00:00")
    )
    assert years.missed == 1_000
    assert years.following is not None
    assert years.following.due_at == local("2026-01-01T00:00:01")


EXPRESSIONS = st.sampled_from(
    ["0 */7 * * * *", "0 15 9-17 * * MON-FRI", "0 0 0 L * *", "30 0 12 1,15 */2 ?", "@weekly", "0 0 6 LW * *"]
)
MOMENTS = st.integers(0, 2_000_000_000).map(lambda second: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=second))


@given(EXPRESSIONS, MOMENTS, MOMENTS)
def test_a_later_question_never_has_an_earlier_answer_and_every_answer_lies_ahead(text, one, other):
    asked = cron.parse(text)
    first, last = sorted((one, other))
    sooner, later = asked.after(first), asked.after(last)
    assert sooner is not None
    assert later is not None
    assert first < sooner <= later
    assert sooner > last or asked.after(sooner - timedelta(seconds=1)) == sooner


# --- where a cycle repeats ----------------------------------------------------------------------------------------------


def test_a_boundary_event_and_an_event_sub_process_come_again_at_the_times_of_their_expressions():
    play = Play("cron", {"each": "@daily"}, start="start")
    assert play.wait("remind").due_at == local("2026-01-05T13:00"), "it is nine o'clock on Monday already"
    assert play.wait("remind").remaining is None
    play.pass_time(timedelta(days=1))
    assert play.variables["reminders"] == 3
    assert play.variables["days"] == 1
    play.pass_time(timedelta(days=6))
    assert play.variables["reminders"] == 3 * 5
    assert play.variables["days"] == 7
    play.complete("work")
    assert play.outcome.completed


def test_what_nobody_heard_comes_once_and_the_trail_says_how_often_it_was_missed():
    play = Play("cron", {"each": "@hourly"}, start="start")
    play.sleep(timedelta(hours=30))
    outcome = play.fire("daily")
    assert [entry.detail.get("missed") for entry in outcome.trail if entry.element_id == "daily"] == [None, 29]
    assert play.wait("daily").due_at == play.now + timedelta(hours=1)


def test_a_computed_expression_that_is_none_is_an_incident():
    with pytest.raises(ExecutionFailed, match="not a cron expression"):
        Play("cron", {"each": "@often"}, start="start")
