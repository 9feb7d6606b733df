"""Lights of living cases: the figures come from the rows, every change says why, and only what is worse is told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from casework import enterprises, light_checks, light_figures, light_words, lights
from casework.case_tables import LIGHTS, Case, Item, Measure, Plan
from casework.issue_tables import Issue
from casework.light_tables import CurrentLight, LightLog
from casework.order_tables import SupervisionOrder
from casework.tables import Enterprise, EnterpriseYear, QuarterReport
from casework.visit_plan_tables import VisitPlan
from engine.calendars import SHANGHAI
from engine.db import Database
from engine.tables import Message
from tests import province
from tests.workflows.player import WORKFLOWS
from tests.world import World

KEY = province.BASE + 1
"""A healthy case without task, problem or order; its item is on L3."""
MORNING = datetime(2026, 6, 30, 9, tzinfo=SHANGHAI)


class Office:
    """A small province and a clock."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.world = World(database)
        self.now = self.world.now
        province.build(database, 6, now=self.now)

    @contextmanager
    def changing(self) -> Iterator[Session]:
        with self.database.transaction() as db:
            yield db

    def change(self, table: Any, criterion: Any, **columns: Any) -> None:
        with self.changing() as db:
            db.execute(update(table).where(criterion).values(**columns))

    def report(self, period: str, **columns: Any) -> None:
        with self.changing() as db:
            report = db.scalars(
                select(QuarterReport).where(QuarterReport.enterprise_id == KEY, QuarterReport.period == period)
            ).one_or_none()
            if report is None:
                report = QuarterReport(enterprise_id=KEY, period=period, updated_by="lo", updated_at=self.now)
                db.add(report)
            for name, value in {"state": "市核", **columns}.items():
                setattr(report, name, value)

    def light(self, case_id: int = KEY) -> tuple[str, str]:
        """The light of a case as it would be now, with the number of its rule."""
        with self.database.reading() as db:
            light = lights.of_case(db, db.get_one(Case, case_id), now=self.now)[f"case:{case_id}"]
            return light.light, light.number

    def assess(self, case_id: int = KEY) -> str:
        with self.changing() as db:
            return lights.assess(db, db.get_one(Case, case_id), now=self.now).light

    def log(self, case_id: int = KEY) -> list[LightLog]:
        with self.database.reading() as db:
            found = list(db.scalars(select(LightLog).where(LightLog.about == f"case:{case_id}").order_by(LightLog.id)))
            db.expunge_all()
            return found

    def said(self, case_id: int = KEY) -> list[Message]:
        with self.database.reading() as db:
            query = select(Message).where(
                Message.name == "light_changed", Message.correlation_key.startswith(f"{case_id}:")
            )
            found = list(db.scalars(query.order_by(Message.id)))
            db.expunge_all()
            return found


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_a_case_in_which_all_is_well_is_green(office: Office) -> None:
    assert office.light() == ("green", "DT-2.14")
    assert office.assess() == "green"
    assert office.log() == []


def test_every_figure_of_dt_2_comes_from_its_rows(office: Office) -> None:
    before = office.light()
    day = date(2026, 6, 30)
    with office.changing() as db:
        plan = db.scalars(select(Plan).where(Plan.case_id == KEY)).one()
        plan.ends_on = date(2026, 6, 22)
        first = db.scalars(select(Measure).where(Measure.case_id == KEY).order_by(Measure.id)).first()
        assert first is not None
        first.due_on = date(2026, 6, 29)
        db.add(SupervisionOrder(**province.order(KEY, "45", issued_at=office.now) | {"color": "yellow"}))
        visit = db.scalars(select(VisitPlan).where(VisitPlan.case_id == KEY)).one()
        visit.due_on = date(2026, 6, 10)
        db.add(
            Issue(
                number="WT-1", source="visit", category="other", title="电力不足", description="x", enterprise_id=KEY, case_id=KEY, scope="45",
                received_at=office.now, due_on=date(2026, 6, 25), state="handling", opened_by="lo",
            )
        )  # fmt: skip
        firm = db.get_one(Enterprise, KEY)
        firm.hitech_from, firm.hitech_to = date(2023, 12, 1), date(2026, 11, 30)
        enterprises.set_flag(firm, light_figures.FALSE_DATA, "虚报", day)
        item = db.scalars(select(Item).where(Item.case_id == KEY)).one()
        item.list_type, item.target_date, item.relapse_count = "L1", date(2026, 12, 31), 1
        item.baseline = {"has_activity": True}
    for period, state, rd in (
        ("2025Q2", "市核", 50),
        ("2025Q4", "未报", None),
        ("2026Q1", "未报", None),
        ("2026Q2", "县核", 30),
    ):
        office.report(period, state=state, rd_expense_ytd=rd)
    with office.database.reading() as db:
        case = db.get_one(Case, KEY)
        figures = light_figures.of(db, [case], now=office.now)[KEY]
        (item,) = figures.items
        seen = {**figures.shared, **item.own}
    expected = {
        "false_data_confirmed": True,
        "relapse_count": 1,
        "days_overdue_plan": 6,
        "overdue_measures": 1,
        "yellow_unresolved": 1,
        "list": "L1",
        "months_to_target": 6,
        "target_date": "2026-12-31",
        "has_activity": False,
        "has_inst": True,
        "report_missing_quarters": 0,
        "rd_ytd": Decimal(30),
        "rd_period": "2026Q2",
        "quarter": 2,
        "rd_ytd_last_year": Decimal(50),
        "has_activity_base": True,
        "gap_activity": True,
        "visit_overdue_days": 20,
        "visit_due_on": "2026-06-10",
        "issue_overdue": 1,
        "hitech_expire_months": 5,
        "hitech_to": "2026-11-30",
        "day": "2026-06-30",
    }
    assert {name: seen[name] for name in expected} == expected
    assert (before, office.light()) == (("green", "DT-2.14"), ("red", "DT-2.1"))
    with office.changing() as db:
        enterprises.clear_flag(db.get_one(Enterprise, KEY), light_figures.FALSE_DATA)
    assert office.light() == ("red", "DT-2.2"), "the plan is six working days overdue"


def test_quarters_that_were_not_reported_count_from_the_latest_back(office: Office) -> None:
    office.report("2026Q1", state="未报", rd_expense_ytd=None)
    assert office.light() == ("yellow", "DT-2.10")
    office.report("2026Q2", state="草稿", rd_expense_ytd=None)
    assert office.light() == ("yellow", "DT-2.10"), "what is still awaited is not missing, and forgives nothing"
    office.report("2026Q2", state="未报", rd_expense_ytd=None)
    assert office.light() == ("red", "DT-2.4")
    office.report("2026Q2", state="已报", rd_expense_ytd=Decimal(5), late=True)
    assert office.light() == ("green", "DT-2.14")


def test_expense_of_the_quarter_is_compared_with_the_same_quarter_a_year_before(office: Office) -> None:
    office.change(Item, Item.case_id == KEY, baseline={"has_activity": True}, subtype="缺机构")
    office.report("2025Q2", rd_expense_ytd=Decimal(100))
    for rd, light in ((70, ("green", "DT-2.14")), (69, ("yellow", "DT-2.8")), (0, ("yellow", "DT-2.8"))):
        office.report("2026Q2", rd_expense_ytd=Decimal(rd))
        assert office.light() == light


def test_no_expense_in_the_first_quarter_is_no_fault_and_in_the_second_a_reminder(office: Office) -> None:
    office.report("2026Q1", rd_expense_ytd=Decimal(0))
    assert office.light() == ("green", "DT-2.14")
    office.report("2026Q2", rd_expense_ytd=Decimal(0))
    assert office.light() == ("blue", "DT-2.12")
    office.report("2026Q3", rd_expense_ytd=Decimal(0))
    assert office.light() == ("yellow", "DT-2.9")
    office.report("2026Q3", state="已报", rd_expense_ytd=Decimal(0))
    assert office.light() == ("blue", "DT-2.12"), "figures count once they are confirmed"


def test_a_target_date_close_by_is_red_until_activity_and_institution_are_there(office: Office) -> None:
    item = Item.case_id == KEY
    office.change(Item, item, list_type="L1", target_date=date(2027, 1, 31))
    assert office.light() == ("green", "DT-2.14")
    office.change(Item, item, target_date=date(2026, 12, 31))
    assert office.light() == ("red", "DT-2.3")
    office.change(EnterpriseYear, EnterpriseYear.enterprise_id == KEY, has_activity_g1=True)
    assert office.light() == ("green", "DT-2.14")
    office.change(Item, item, list_type="L3")
    office.change(EnterpriseYear, EnterpriseYear.enterprise_id == KEY, has_activity_g1=False)
    assert office.light() == ("green", "DT-2.14"), "the rule is about L1 and L2"


def test_a_closed_activity_item_without_expense_asks_for_a_look_back(office: Office) -> None:
    office.change(Item, Item.case_id == KEY, state="closed")
    office.change(Case, Case.id == KEY, state="observing")
    office.report("2026Q2", rd_expense_ytd=Decimal(0))
    assert office.light() == ("yellow", "DT-2.5")


def test_a_suspended_case_is_not_blamed_for_time_that_stands_still(office: Office) -> None:
    office.change(Plan, Plan.case_id == KEY, ends_on=date(2026, 6, 1))
    assert office.light() == ("red", "DT-2.2")
    office.change(Case, Case.id == KEY, state="suspended")
    assert office.light() == ("green", "")


def test_only_a_change_for_the_worse_is_told_with_its_rule(office: Office) -> None:
    office.change(VisitPlan, VisitPlan.case_id == KEY, due_on=date(2026, 6, 10))
    assert office.assess() == "yellow"
    assert office.assess() == "yellow"
    (entry,), (message,) = office.log(), office.said()
    assert (entry.previous, entry.light, entry.number, entry.rule) == ("green", "yellow", "DT-2.10", "走访超期15天以上")
    assert entry.rule_en == "a visit is more than 15 days overdue"
    assert message.key == f"light_changed:{KEY}:{entry.id}"
    assert message.variables == {
        "caseId": KEY, "caseNo": f"AJ-{_city(office)}-2026-{KEY}", "enterpriseId": KEY, "old": "green", "new": "yellow",
        "rule": entry.rule, "number": "DT-2.10", "lightLogId": entry.id,
    }  # fmt: skip
    assert message.sender_instance_id == KEY
    office.change(VisitPlan, VisitPlan.case_id == KEY, state="visited")
    assert office.assess() == "green"
    assert len(office.said()) == 1
    assert [one.light for one in office.log()] == ["yellow", "green"]


def test_two_reminders_in_a_quarter_make_a_warning_from_the_next_day_on(office: Office) -> None:
    for start in (date(2026, 7, 1), date(2026, 7, 8)):
        for day, on in ((start, start + timedelta(days=2)), (start + timedelta(days=1), start + timedelta(days=60))):
            office.change(VisitPlan, VisitPlan.case_id == KEY, due_on=on)
            office.now = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
            office.assess()
    assert [one.light for one in office.log()] == ["blue", "green", "blue", "yellow"]
    assert office.log()[-1].number == "DT-2.11"
    assert office.log()[-1].figures["blue_days"] == "2026-07-01、2026-07-08"
    office.now = datetime(2026, 10, 8, 9, tzinfo=SHANGHAI)
    office.change(VisitPlan, VisitPlan.case_id == KEY, due_on=date(2026, 12, 30))
    office.change(Measure, Measure.case_id == KEY, progress=100)
    assert office.light() == ("green", "DT-2.14"), "a new quarter begins with no reminder"


def test_the_cost_of_a_night_does_not_depend_on_how_many_cases_it_looks_at(database: Database) -> None:
    world = World(database)
    province.build(database, 90, now=world.now)
    asked: list[int] = []
    event.listen(database.engine, "before_cursor_execute", lambda *_: asked.append(1))
    counts: set[int] = set()
    for limit in (90, 5, 30, 90):
        with database.transaction() as db:
            asked.clear()
            assert lights.assess_all(db, now=world.now, limit=limit) == province.BASE + limit - 1
        counts.add(len(asked)) if limit != 90 or counts else None
    assert len(counts) == 1
    assert counts.pop() <= 25


def test_a_light_that_does_not_fit_its_log_is_found(office: Office) -> None:
    office.change(VisitPlan, VisitPlan.case_id == KEY, due_on=date(2026, 6, 10))
    office.assess()
    with office.database.reading() as db:
        assert light_checks.check(db) == []
    for table, criterion, fault in (
        (Case, Case.id == KEY, "L1"),
        (Item, Item.case_id == KEY, "L1"),
        (CurrentLight, CurrentLight.about == f"case:{KEY}", "L2"),
    ):
        office.change(table, criterion, light="blue")
        with office.database.reading() as db:
            assert fault in {one.invariant for one in light_checks.check(db)}
        office.change(table, criterion, light="yellow")
    office.change(Item, Item.case_id == KEY, light="red")
    with office.database.reading() as db:
        assert "L3" in {one.invariant for one in light_checks.check(db)}


def test_every_rule_has_words_for_its_figures(office: Office) -> None:
    text = (WORKFLOWS / "light.dmn").read_text(encoding="utf-8")
    numbers = set(re.findall(r'"(DT-2\.\d+|3\.1\.\d)"', text))
    with office.database.reading() as db:
        figures = light_figures.of(db, [db.get_one(Case, KEY)], now=office.now)[KEY]
    seen: dict[str, Any] = {
        **figures.shared, **figures.items[0].own, "false_data_confirmed": True, "relapse_count": 2, "days_overdue_plan": 7, "lag": -40,
        "overdue_measures": 3, "yellow_unresolved": 2, "months_to_target": 3, "target_date": "2026-09-30", "report_missing_quarters": 2,
        "missing_periods": "2025Q4、2026Q1", "visit_overdue_days": 20, "visit_due_on": "2026-06-10", "issue_overdue": 1,
        "blue_count_quarter": 2, "blue_days": "2026-06-01、2026-06-11", "hitech_expire_months": 4, "hitech_to": "2026-11-30",
        "rd_ytd_last_year": Decimal(9), "task": "制定一企一策方案", "due": "2026-06-20", "days_overdue": 7,
    }  # fmt: skip
    assert {"DT-2.1", "DT-2.13", "3.1.1", "3.1.3"} <= numbers
    for number in sorted(numbers - {"DT-2.14"}):
        words = [str(sentence) for sentence in light_words.said(number, seen)]
        assert words, number
        assert not any("None" in word or "{" in word for word in words), words
    assert "制定一企一策方案 was due on 2026-06-20 and is 7 working days overdue" in str(
        light_words.said("3.1.1", seen)[0]
    )


def test_the_worst_is_the_colour_first_and_then_the_first_row_of_dt_2() -> None:
    task = lights.Light("yellow", "3.1.2", "任务逾期")
    measure, visit = lights.Light("yellow", "DT-2.7", "措施逾期"), lights.Light("yellow", "DT-2.10", "走访超期")
    assert lights.worst([task, visit, measure]) is measure
    assert lights.worst([task, visit, lights.Light("red", "3.1.1")]).light == "red"
    assert lights.worst([]).light == "green"
    assert list(LIGHTS) == ["green", "blue", "yellow", "red"]


def _city(office: Office) -> str:
    with office.database.reading() as db:
        return db.get_one(Case, KEY).scope.split("/")[1]
