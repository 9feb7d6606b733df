"""The agenda asks once for everything that falls due, in order, whatever the clock did meanwhile."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import agenda, published_years
from casework.agenda import Occasion
from engine import jobs
from engine.calendars import SHANGHAI, Calendar, enter_notice
from engine.db import Database
from engine.tables import Job

START = datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI).astimezone(UTC)


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, 0, tzinfo=SHANGHAI).astimezone(UTC)


class Book:
    """Writes down what is done, and when."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def occasion(self, name: str, hour: int, newest: object, *, is_coalesced: bool = False) -> Occasion:
        def write(db: Session, key: str, *, after: int, now: datetime) -> int:
            del db, after, now
            self.done.append((name, key))
            return 0

        return Occasion(name, time(hour), newest, write, is_coalesced=is_coalesced)  # type: ignore[arg-type]


@pytest.fixture
def book(database: Database, monkeypatch: pytest.MonkeyPatch) -> Book:
    book = Book()
    occasions: Sequence[Occasion] = (
        book.occasion("night", 6, agenda.every_day, is_coalesced=True),
        book.occasion("quarter", 8, agenda.after_the_quarter(1)),
        book.occasion("month", 7, agenda.first_working_day_of_the_month),
        book.occasion("escalation", 17, agenda.after_the_quarter(13)),
        book.occasion("day-25", 9, agenda.day_25),
    )
    monkeypatch.setattr(agenda, "OCCASIONS", tuple(occasions))
    database.info["rounds"] = agenda.rounds_of_the_house()
    with database.transaction() as db:
        published_years.enter(db, by="adm", now=START)
        agenda.note(db, START)
    jobs.run_due(database, START)
    book.done.clear()
    return book


def look(database: Database, now: datetime) -> int:
    with database.transaction() as db:
        found = agenda.note(db, now)
    jobs.run_due(database, now)
    return found


def test_after_thirty_days_down_everything_due_is_done_once_in_order_and_nights_are_taken_together(
    database: Database, book: Book
) -> None:
    look(database, at(2026, 7, 30))
    assert book.done == [
        ("month", "2026-07"),
        ("quarter", "2026Q2"),
        ("escalation", "2026Q2"),
        ("day-25", "2026-07"),
        ("night", "2026-07-30"),
    ]
    book.done.clear()
    assert look(database, at(2026, 7, 30, 18)) == 0
    assert book.done == []


def test_a_year_down_asks_for_every_quarter_and_every_month(database: Database, book: Book) -> None:
    look(database, at(2027, 6, 30))
    assert [key for name, key in book.done if name == "quarter"] == ["2026Q2", "2026Q3", "2026Q4", "2027Q1"]
    assert [key for name, key in book.done if name == "month"] == [
        *(f"2026-{month:02d}" for month in range(7, 13)),
        *(f"2027-{month:02d}" for month in range(1, 7)),
    ]
    assert [key for name, key in book.done if name == "night"] == ["2027-06-30"]


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (at(2026, 7, 1, 5), False),
        (at(2026, 7, 1, 6), True),
        (at(2026, 6, 30, 23), False),
    ],
)
def test_an_occasion_falls_due_at_its_hour_in_shanghai(
    database: Database, book: Book, moment: datetime, due: bool
) -> None:
    with database.reading() as db:
        assert agenda.is_due(db, moment) is due


def test_a_clock_that_is_set_back_does_nothing_again(database: Database, book: Book) -> None:
    look(database, at(2026, 7, 2))
    book.done.clear()
    assert look(database, at(2026, 7, 1)) == 0
    assert look(database, at(2026, 7, 2)) == 0


def test_two_nodes_that_look_at_once_ask_once(database: Database, book: Book) -> None:
    begin = Barrier(2)
    found: list[int] = []

    def node() -> None:
        begin.wait()
        with database.transaction() as db:
            found.append(agenda.note(db, at(2026, 7, 1)))

    nodes = [Thread(target=node) for _ in range(2)]
    for one in nodes:
        one.start()
    for one in nodes:
        one.join()
    assert sorted(found) == [0, 3]
    with database.reading() as db:
        waiting = db.execute(select(Job.key).where(Job.status == "waiting")).scalars().all()
    assert sorted(waiting) == ["round:month:2026-07", "round:night:2026-07-01", "round:quarter:2026Q2"]


def test_the_thirteenth_working_day_follows_the_calendar_even_when_the_notice_comes_late(
    database: Database, book: Book
) -> None:
    look(database, at(2026, 7, 16, 18))
    assert ("escalation", "2026Q2") not in book.done, "1 July is day 1, 17 July day 13"
    with database.transaction() as db:
        source = "a notice that makes the Saturday before a working day"
        enter_notice(db, 2026, source=source, workdays=[date(2026, 7, 11)], by="adm", now=at(2026, 7, 16, 18))
    look(database, at(2026, 7, 17, 5))
    assert ("escalation", "2026Q2") not in book.done, "it falls due at its hour, not in the night"
    look(database, at(2026, 7, 17, 18))
    assert ("escalation", "2026Q2") in book.done


def test_what_the_calendar_asks_for_is_keyed_by_what_it_is_about() -> None:
    known = Calendar(frozenset({2025, 2026}), {date(2026, 1, 1): "holiday", date(2026, 1, 2): "holiday"})
    newest = {occasion.name: occasion.newest for occasion in agenda.OCCASIONS}
    assert newest["lists"](date(2026, 3, 31), known) == "2025"
    assert newest["lists"](date(2026, 4, 1), known) == "2026"
    assert newest["list-changes"](date(2026, 2, 1), known) == "2025-11"
    assert newest["list-changes"](date(2026, 2, 2), known) == "2026-02"
    assert newest["list-changes"](date(2026, 1, 15), known) == "2025-11"
    assert agenda.after_the_quarter(1)(date(2026, 1, 4), known) == "2025Q3", "the year begins with days off"
    assert agenda.after_the_quarter(1)(date(2026, 1, 5), known) == "2025Q4"
    assert agenda.first_working_day_of_the_month(date(2026, 1, 4), known) == "2025-12"


def test_the_next_look_is_at_the_next_hour_of_any_occasion() -> None:
    early = at(2026, 7, 1, 1)
    first = agenda.next_look(early)
    assert first > early
    assert first.astimezone(SHANGHAI).time() == min(occasion.at for occasion in agenda.OCCASIONS)
    late = at(2026, 7, 1, 23)
    assert agenda.next_look(late) - late < timedelta(days=1)
    assert agenda.next_look(late).astimezone(SHANGHAI).date() == date(2026, 7, 2)
