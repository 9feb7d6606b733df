"""The quarterly monitoring: on time, late, never, returned, by the officer's help, from a roster, after a clock that stood still."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from casework import importing, quarter_desk, quarters
from casework.case_tables import Notice
from casework.tables import Enterprise, EnterpriseYear, QuarterReport, Setting
from engine import history
from engine.calendars import local_day
from engine.errors import Forbidden, Invalid
from engine.tables import Instance, Message, UserTask
from tests.world import World


def asked(world: World, period: str = "2026Q2", *, on: date = date(2026, 7, 1)) -> None:
    """The quarter is opened on its day, in portions."""
    world.sleeps_until(on)
    after = 0
    while True:
        with world.database.transaction() as db:
            after = quarters.open_period(db, period, after=after, limit=2, now=world.now)
        if not after:
            break
    world.run()


def report(world: World, period: str = "2026Q2") -> QuarterReport:
    with world.database.reading() as db:
        case = world.get(db)
        found = db.scalars(
            select(QuarterReport).where(
                QuarterReport.enterprise_id == case.enterprise_id, QuarterReport.period == period
            )
        ).one()
        db.expunge(found)
        return found


def reported_before(world: World, period: str, **figures: Any) -> None:
    """A report of an earlier quarter is on record."""
    columns = {"revenue_ytd": 15000, "rd_expense_ytd": 300, "projects_ongoing": 2, **figures}
    with world.database.transaction() as db:
        case = world.get(db)
        row = QuarterReport(
            enterprise_id=case.enterprise_id, period=period, state="县核", updated_by="xk", updated_at=world.now
        )
        for name, value in columns.items():
            setattr(row, name, Decimal(value) if isinstance(value, int) and "projects" not in name else value)
        db.add(row)


def ran(world: World) -> str:
    """How the run of the only report stands."""
    with world.database.reading() as db:
        return db.get_one(Instance, report(world).instance_id).status


def test_a_report_on_time_with_nothing_unusual_is_confirmed_for_the_county(world: World) -> None:
    world.open_case(list="L3")
    reported_before(world, "2026Q1", aux_ledger_checked_by="xk", aux_ledger_checked_at=world.now)
    asked(world)
    assert "report" in world.waiting()
    assert local_day(world.due("report")) == date(2026, 7, 14), "D10 of 3.7"
    assert world.reminder_days("report") == [date(2026, 7, 7), date(2026, 7, 10), date(2026, 7, 15)]
    world.enterprise.completes("report")
    found = report(world)
    assert (found.state, found.late, found.helped, found.anomalies) == ("已报", False, False, [])
    assert "county_check" not in world.waiting(), "only what is unusual is checked by hand"
    world.sleeps_until(date(2026, 7, 18))
    found = report(world)
    assert (found.state, found.checked_by, found.county_mark) == ("县核", "", "")
    assert ran(world) == "completed"
    world.is_well()


def test_a_report_that_never_comes_is_missing_from_d12_and_archived_on_d30(world: World) -> None:
    world.open_case(list="L3")
    asked(world)
    world.sleeps_until(date(2026, 7, 16))
    assert report(world).state == "草稿"
    assert "report" in [notice.params.get("element") for notice in letters(world, "officer")], "the late list"
    world.sleeps_until(date(2026, 7, 17))
    assert {"late_report", "chase"} <= set(world.waiting())
    assert report(world).state == "未报"
    world.xg.completes("chase", reason="staff")
    found = report(world)
    assert (found.chase_reason, found.chased_by) == ("staff", "xg")
    world.sleeps_until(date(2026, 8, 12))
    assert "late_report" not in world.waiting()
    assert report(world).state == "未报"
    assert ran(world) == "completed"
    world.is_well()


def test_a_late_report_ends_the_chase_and_counts_as_late(world: World) -> None:
    world.open_case(list="L3")
    asked(world)
    world.sleeps_until(date(2026, 7, 20))
    world.enterprise.completes(
        "late_report", rdExpenseYtd=0, rdApplied=0, rdExperimental=0, zeroReason="no_money", auxLedger=False
    )
    assert "chase" not in world.waiting()
    found = report(world)
    assert (found.state, found.late) == ("已报", True)
    assert [one["code"] for one in found.anomalies] == []
    world.working_days_pass(4)
    assert report(world).state == "县核", "three working days after it came"
    world.is_well()


def test_a_first_report_with_a_ledger_is_checked_by_the_county_which_sees_the_ledger(world: World) -> None:
    world.planned_case(list="L3")
    asked(world, on=date(2026, 7, 20))
    world.enterprise.completes("report")
    assert [one["code"] for one in report(world).anomalies] == ["ledger"]
    world.xk.completes("county_check")
    found = report(world)
    assert (found.state, found.checked_by, found.aux_ledger_checked_by) == ("县核", "xk", "xk")
    with world.database.reading() as db:
        said = db.scalars(select(Message.name).where(Message.name == "evidence_recorded")).all()
    assert said, "the items of the case look again"
    world.is_well()


def test_what_the_county_returns_is_corrected_and_checked_again(world: World) -> None:
    world.open_case(list="L3")
    asked(world)
    world.enterprise.completes("report")
    world.xk.completes(
        "county_check", decision="return", opinion="试验发展费用请再核。", defects=["types"], ledger=False
    )
    found = report(world)
    assert (found.state, found.returns) == ("县退", 1)
    world.enterprise.completes("correct", rdExpenseYtd=630, rdExperimental=510)
    assert report(world).rd_expense_ytd == 630
    world.xk.completes("county_check")
    assert report(world).state == "县核"
    world.is_well()


def test_a_returned_report_that_nobody_corrects_goes_back_to_the_county_which_may_refuse_it(world: World) -> None:
    world.open_case(list="L3")
    asked(world)
    world.enterprise.completes("report")
    world.xk.completes(
        "county_check", decision="return", opinion="请补充项目清单。", defects=["projects"], ledger=False
    )
    world.working_days_pass(6)
    assert "not_corrected" in [one["code"] for one in report(world).anomalies]
    world.xk.completes("county_check", decision="refuse", opinion="企业未更正,数据不予采信。", ledger=False)
    found = report(world)
    assert (found.state, found.return_reason) == ("未报", "企业未更正,数据不予采信。")
    assert ran(world) == "completed"
    world.is_well()


def test_a_county_that_is_late_leaves_its_mark_and_the_task_stays(world: World) -> None:
    world.open_case(list="L3")
    asked(world)
    world.enterprise.completes("report")
    world.sleeps_until(date(2026, 7, 18))
    assert (report(world).state, report(world).county_mark) == ("已报", "县未核")
    assert "county_check" in world.waiting()
    world.xk.completes("county_check")
    assert (report(world).state, report(world).county_mark) == ("县核", "")
    world.is_well()


def test_a_county_that_never_checks_does_not_keep_the_run_alive(world: World) -> None:
    world.open_case(list="L3")
    asked(world)
    world.enterprise.completes("report")
    world.sleeps_until(date(2026, 8, 10))
    assert ran(world) == "completed"
    assert (report(world).state, report(world).county_mark) == ("已报", "县未核")


def test_the_officer_may_fill_in_for_the_enterprise_and_does_not_check_it(world: World) -> None:
    world.open_case(list="L3")
    world.xg.completes("assign_officer")
    asked(world)
    world.lo.completes("report")
    found = report(world)
    assert (found.filled_by, found.helped, found.origin) == ("lo", True, "联络员")
    world.hires("both", "XK", "45/4508/450803")
    assert not world.lo.may_complete("county_check")
    assert world.actor("both").may_complete("county_check")
    world.is_well()


def test_a_county_confirms_clean_reports_together_and_not_what_it_filled_in_itself(world: World) -> None:
    world.open_case(list="L3")
    reported_before(world, "2026Q1", aux_ledger_checked_by="xk", aux_ledger_checked_at=world.now)
    asked(world)
    world.enterprise.completes("report")
    with world.database.transaction() as db:
        row = db.get_one(QuarterReport, report(world).id)
        left = quarter_desk.confirm_clean(db, [row.id], by=row.filled_by, now=world.now)
        assert len(left) == 1
        assert not quarter_desk.confirm_clean(db, [row.id], by="xk", now=world.now)
    world.run()
    assert (report(world).state, report(world).checked_by) == ("县核", "xk")
    world.is_well()


ROSTER = """单位：万元 2026年第二季度
企业名称,统一社会信用代码,研发费用,基础研究,应用研究,试验发展,营业收入,研发项目数
桂示林木制造有限公司,91450803MADM00019E,{total},0,120,500,31000,2
"""


def brought_in(world: World, text: str) -> int:
    """A department brings a roster of the quarter in; gives how many rows were refused."""
    with world.database.transaction() as db:
        kept = importing.keep(db, importing.read(db, "季报.csv", text.encode(), now=world.now), by="rk", now=world.now)
        importing.apply(db, kept.id, by="rk", now=world.now)
        refused = kept.refused
    world.run()
    return refused


def known_to_the_roster(world: World) -> None:
    with world.database.transaction() as db:
        firm = db.get_one(Enterprise, world.get(db).enterprise_id)
        firm.uscc, firm.name = "91450803MADM00019E", "桂示林木制造有限公司"


def test_a_county_that_knows_better_looks_at_a_clean_report_by_hand(world: World) -> None:
    world.open_case(list="L3")
    reported_before(world, "2026Q1", aux_ledger_checked_by="xk", aux_ledger_checked_at=world.now)
    asked(world)
    world.enterprise.completes("report")
    with world.database.transaction() as db:
        assert quarter_desk.doubt(db, [report(world).id], by="xk", now=world.now) == 1
        assert quarter_desk.doubt(db, [report(world).id], by="xk", now=world.now) == 0, "once"
    world.run()
    assert "county_check" in world.waiting()
    world.xk.completes("county_check", decision="refuse", opinion="项目已停,数据不实。", ledger=False)
    assert report(world).state == "未报"
    world.is_well()


def test_an_imported_report_of_an_open_quarter_is_heard_by_the_run(world: World) -> None:
    world.open_case(list="L3")
    known_to_the_roster(world)
    asked(world)
    assert brought_in(world, ROSTER.format(total=620)) == 0
    found = report(world)
    assert (found.state, found.origin, found.filled_by, found.anomalies) == ("已报", "导入", "rk", [])
    assert "report" not in world.waiting()
    world.sleeps_until(date(2026, 7, 18))
    assert report(world).state == "县核"
    world.is_well()


def test_doubtful_imported_figures_are_a_task_of_the_county_and_late_ones_end_the_chase(world: World) -> None:
    world.open_case(list="L3")
    known_to_the_roster(world)
    asked(world)
    world.sleeps_until(date(2026, 7, 20))
    assert "chase" in world.waiting()
    brought_in(world, ROSTER.format(total=625))
    assert {"county_check", "chase", "late_report"} & set(world.waiting()) == {"county_check"}
    found = report(world)
    assert (found.late, [one["code"] for one in found.anomalies]) == (True, ["doubts"])
    world.xk.completes("county_check")
    assert report(world).state == "县核"
    world.is_well()


def test_a_roster_does_not_overwrite_what_the_enterprise_reported_itself(world: World) -> None:
    world.open_case(list="L3")
    known_to_the_roster(world)
    asked(world)
    world.enterprise.completes("report")
    assert brought_in(world, ROSTER.format(total=620)) == 1
    assert report(world).origin == "企业"
    world.xk.completes("county_check", decision="return", opinion="以名册为准,请更正。", defects=["rd"], ledger=False)
    assert brought_in(world, ROSTER.format(total=620)) == 0
    assert (report(world).origin, "correct" in world.waiting()) == ("导入", False), "heard where the correction waits"


def test_figures_imported_before_the_quarter_is_opened_are_not_asked_again(world: World) -> None:
    world.open_case(list="L3")
    known_to_the_roster(world)
    brought_in(world, ROSTER.format(total=625))
    asked(world)
    assert "report" not in world.waiting()
    assert "county_check" in world.waiting(), "what is doubtful is asked of the county"
    world.is_well()


def test_after_thirty_days_of_a_stopped_clock_the_quarter_counts_from_its_late_opening(world: World) -> None:
    world.open_case(list="L3")
    asked(world)
    world.leaps_to(date(2026, 8, 20))
    assert report(world).state == "未报"
    assert ran(world) == "completed"
    world.leaps_to(date(2026, 11, 20))
    asked(world, "2026Q3", on=date(2026, 11, 20))
    assert local_day(world.due("report")) == date(2026, 12, 4), "ten working days from the day it was asked"
    world.enterprise.completes("report", revenueYtd=50000)
    assert not report(world, "2026Q3").late
    world.is_well()


def test_a_quarter_is_opened_once_however_often_it_is_asked_for(world: World) -> None:
    world.open_case(list="L3")
    world.open_case(list="L3")
    world.open_case(list="L4")
    asked(world)
    asked(world)
    with world.database.reading() as db:
        runs = db.scalars(select(Instance).where(Instance.process_key == "quarter")).all()
        assert len(runs) == 3
        assert {run.subject for run in runs} == {
            f"enterprise:{one.enterprise_id}" for one in db.scalars(select(QuarterReport))
        }
    world.is_well()


def test_an_enterprise_whose_case_is_suspended_is_not_asked(world: World) -> None:
    world.open_case(list="L3")
    with world.database.transaction() as db:
        world.get(db).state = "suspended"
    asked(world)
    assert "report" not in world.waiting()


def test_others_above_scale_are_asked_when_the_setting_says_so(world: World) -> None:
    alone = world.enterprise_on("L3")
    with world.database.transaction() as db:
        db.add(Setting(key=quarters.EVERYBODY, value={"on": True}, updated_by="adm", updated_at=world.now))
    asked(world)
    with world.database.reading() as db:
        assert db.scalars(select(QuarterReport.enterprise_id)).all() == [alone]
        (task,) = db.scalars(select(UserTask).where(UserTask.element_id == "report")).all()
        assert task.scope == db.get_one(Enterprise, alone).path
    world.is_well()


def letters(world: World, level: str) -> list[Notice]:
    with world.database.reading() as db:
        found = list(db.scalars(select(Notice).where(Notice.case_id == world.case_id, Notice.level == level)))
        db.expunge_all()
        return found


BAD: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("year-to-date that falls", {"rd_expense_ytd": 700}, {}, "report.rdExpenseYtd"),
    ("revenue that falls", {"revenue_ytd": 40000}, {}, "report.revenueYtd"),
    ("types that do not add up", {}, {"rdApplied": 130}, "report.rdExpenseYtd"),
    ("R&D above half of the revenue", {}, {"revenueYtd": 1000}, "report.revenueYtd|report.rdExpenseYtd"),
    ("R&D above revenue", {"revenue_ytd": 100}, {"revenueYtd": 500}, "report.rdExpenseYtd"),
    ("zero without a reason", {}, {"rdExpenseYtd": 0, "rdApplied": 0, "rdExperimental": 0}, "report.zeroReason"),
    ("R&D without a project", {}, {"projectsOngoing": 0}, "report.projectsOngoing"),
    ("the same text as last time", {"remark": "完成板材胶合工艺小试,进入中试。"}, {}, "report.remark"),
    ("a negative amount", {}, {"rdBasic": -1}, "report.rdBasic"),
]


@pytest.mark.parametrize(("before", "changes", "field"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_refused_at_its_field(
    world: World, before: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    world.open_case(list="L3")
    reported_before(world, "2026Q1", **before)
    asked(world)
    with pytest.raises(Invalid) as refused:
        world.enterprise.completes("report", **changes)
    assert set(refused.value.fields) & set(field.split("|")), refused.value.fields
    assert report(world).state == "草稿", "nothing of it is kept"
    assert "report" in world.waiting()


def test_a_finding_that_may_be_explained_is_taken_with_its_reason_in_history(world: World) -> None:
    world.open_case(list="L3")
    reported_before(world, "2026Q1", rd_expense_ytd=700)
    asked(world)
    world.enterprise.completes("report", explanation="一季度误将设备款计入研发费用,已冲减。")
    found = report(world)
    assert (found.state, found.explained) == ("已报", ["rd_falls"])
    assert "explained" in [one["code"] for one in found.anomalies]
    with world.database.reading() as db:
        root = world.get(db).instance_id
        assert root is not None
        written = [one for one in history.entries(db, root_id=root, limit=10_000) if one.fact == "finding_explained"]
        assert str(written[0].data["reason"]).startswith("一季度"), "it stands in the history of the case"
    world.is_well()


def test_the_last_quarter_is_compared_with_the_annual_table(world: World) -> None:
    world.open_case(list="L3")
    world.sleeps_until(date(2026, 12, 31))
    with world.database.transaction() as db:
        case = world.get(db)
        row = EnterpriseYear(
            enterprise_id=case.enterprise_id,
            year=2026,
            rd_expense_acct=Decimal(900),
            updated_by="adm",
            updated_at=world.now,
        )
        db.add(row)
    asked(world, "2026Q4", on=date(2027, 1, 4))
    with pytest.raises(Invalid) as refused:
        world.enterprise.completes("report")
    assert list(refused.value.fields) == ["report.rdExpenseYtd"]
    world.enterprise.completes("report", explanation="年报含委托外部研发。")
    assert report(world, "2026Q4").explained == ["year_gap"]


def test_doubtful_figures_outside_an_open_quarter_are_confirmed_by_somebody_else(world: World) -> None:
    world.open_case(list="L3")
    reported_before(world, "2025Q4", state="已报", findings=["rd_expense_ytd"], updated_by="rk")
    found = report(world, "2025Q4")
    with world.database.transaction() as db:
        with pytest.raises(Forbidden):
            quarter_desk.confirm_doubts(db, found.id, by="rk", now=world.now)
        quarter_desk.confirm_doubts(db, found.id, by="xk", now=world.now)
    assert report(world, "2025Q4").state == "县核"
    world.is_well()
