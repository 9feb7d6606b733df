"""What stands beside the form of a task: the applicant's self-check while he types, what a reviewer compares, phrases, neighbours."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from casework import enterprises, phrases
from casework.filing_tables import Filing
from casework.phrase_tables import Phrase
from engine import jobs
from engine.tables import HistoryEntry, UserTask
from tests.web import filing_rows
from tests.web.visitors import Door
from tests.world import START


def application(door: Door) -> int:
    """The enterprise begins an application; gives the id of its task `apply`."""
    assert door.knock("ENT", "POST", "/filings/", data={"level": "city"}).status_code == 303
    jobs.run_due(door.app.database, START + timedelta(minutes=1))
    return waiting(door, "apply")


def waiting(door: Door, element: str) -> int:
    """The id of the open task of this element."""
    with door.database.reading() as db:
        query = select(UserTask.id).where(UserTask.element_id == element, UserTask.status == "open")
        return db.scalars(query.order_by(UserTask.id.desc())).first() or 0


def sends(door: Door, role: str, task: int, submission: dict[str, Any]) -> None:
    """Somebody submits a task, and the clock rings."""
    answer = door.knock(role, "POST", f"/tasks/{task}", json={"submission": submission})
    assert answer.status_code == 200, answer.text
    jobs.run_due(door.app.database, START + timedelta(minutes=2))


def test_the_self_check_says_while_one_types_what_is_met_and_what_is_missing(door: Door) -> None:
    task = application(door)
    page = door.knock("ENT", "GET", f"/tasks/{task}").text
    assert f'beside-url="/tasks/{task}/beside"' in page
    assert "六有自检" in page

    def typed(**answers: object) -> str:
        given = {"submission": {"application": {**filing_rows.DECLARED, **answers}}}
        answer = door.knock("ENT", "POST", f"/tasks/{task}/beside", json=given)
        assert answer.status_code == 200
        return answer.text

    whole = typed()
    assert "7/7" in whole
    assert "六有达标" in whole
    near = typed(siteArea=75)
    assert "6/7" in near
    assert "研发场地还差 5 ㎡" in near
    assert "承诺" in near
    poor = typed(equipValue=20)
    assert "六有未达标" in poor
    assert "280" in poor


def test_the_self_check_changes_nothing(door: Door) -> None:
    task = application(door)
    with door.database.reading() as db:
        before = len(db.scalars(select(HistoryEntry.id)).all())
        declared = db.scalars(select(Filing.declared).order_by(Filing.id.desc())).first()
    given = {"submission": {"application": {**filing_rows.DECLARED, "siteArea": 1}}}
    assert door.knock("ENT", "POST", f"/tasks/{task}/beside", json=given).status_code == 200
    with door.database.reading() as db:
        assert len(db.scalars(select(HistoryEntry.id)).all()) == before
        assert db.scalars(select(Filing.declared).order_by(Filing.id.desc())).first() == declared


def test_nonsense_in_the_form_is_no_fault_of_the_panel(door: Door) -> None:
    task = application(door)
    for wrong in (
        {"siteArea": "a lot", "equipValue": None, "staff": "nobody", "rules": {"a": 1}, "projects": [1, None]},
        {"siteArea": [], "staff": [{}], "projects": [{"start": "yesterday"}], "ipCount": "x", "siteFiles": "x"},
    ):
        answer = door.knock("ENT", "POST", f"/tasks/{task}/beside", json={"submission": {"application": wrong}})
        assert answer.status_code == 200, wrong
        assert "六有未达标" in answer.text
    for wrong in ({}, {"submission": 3}, []):
        assert door.knock("ENT", "POST", f"/tasks/{task}/beside", json=wrong).status_code == 422


def test_only_whoever_may_do_the_task_asks_what_stands_beside_it(door: Door) -> None:
    task = application(door)
    for role in ("other firm", "CG", "XL", "DES"):
        answer = door.knock(role, "POST", f"/tasks/{task}/beside", json={"submission": {}})
        assert answer.status_code in {403, 404}, role


def test_a_reviewer_sees_threshold_last_year_evidence_and_what_changed(door: Door) -> None:
    declared = {**filing_rows.DECLARED, "name": "桂示木业第二研发部", "siteAddress": "港南区工业园 9 号"}
    sends(door, "ENT", application(door), {"application": declared})
    if promise := waiting(door, "confirm_promise"):
        sends(door, "ENT", promise, {"promise": {"agree": True, "name": "示例韦工", "post": "总经理"}})
    with door.database.transaction() as db:
        year = enterprises.year(db, door.ids.enterprise, 2025)
        assert year is not None
        year.rd_expense_acct = Decimal(490)
    review = waiting(door, "county_check")
    page = door.knock("XG", "GET", f"/tasks/{review}").text
    for shown in (
        "六有逐项对照",
        "≥ 80",
        "≥ 300",
        "未附材料",
        "其他机构",
        "GXYF-S-4508-2026-00001",
        "2025 年度数据",
        "+100 %",
    ):
        assert shown in page, shown
    assert "与上一版相比的变化" not in page
    returned = {"decision": "return", "defects": ["equipment"], "opinion": "请补充设备发票。"}
    sends(door, "XG", review, {"check": returned})
    mend = waiting(door, "correct")
    asked = door.knock("ENT", "GET", f"/tasks/{mend}").text
    assert json.dumps("请补充设备发票")[1:-1] in asked
    sends(door, "ENT", mend, {"application": {**declared, "equipValue": 350}})
    again = door.knock("XG", "GET", f"/tasks/{waiting(door, 'county_check')}").text
    assert "与上一版相比的变化" in again
    assert "<del>360</del> <ins>350</ins>" in again
    assert "请补充设备发票" in again


def test_phrases_are_offered_kept_and_removed_per_person(door: Door) -> None:
    page = door.knock("XG", "GET", f"/tasks/{door.ids.task}").text
    assert "材料齐全，符合形式要求。" in page
    given = {"text": "经核，符合受理条件。", "kind": "review", "task": str(door.ids.task)}
    assert door.knock("XG", "POST", "/phrases/", data=given).headers["Location"] == f"/tasks/{door.ids.task}"
    assert door.knock("XG", "POST", "/phrases/", data=given).status_code == 303
    assert "经核，符合受理条件。" in door.knock("XG", "GET", f"/tasks/{door.ids.task}").text
    assert "经核，符合受理条件。" not in door.knock("XL", "GET", f"/tasks/{door.ids.task}").text
    with door.database.reading() as db:
        (number,) = db.scalars(select(Phrase.id)).all()
    assert door.knock("XL", "POST", f"/phrases/{number}/remove").status_code == 404
    assert "经核，符合受理条件。" in door.knock("XG", "GET", "/phrases/").text
    assert door.knock("XG", "POST", f"/phrases/{number}/remove").status_code == 303
    with door.database.reading() as db:
        assert not db.scalars(select(Phrase.id)).all()


def test_a_phrase_has_words_and_there_are_not_too_many(door: Door) -> None:
    for wrong in ({"text": ""}, {"text": "长" * 400}, {"text": "同意。", "kind": "nonsense"}):
        answer = door.knock("XG", "POST", "/phrases/", data=wrong)
        assert answer.status_code == 422
        assert 'id="error-text"' in answer.text
    for number in range(phrases.MOST):
        assert door.knock("XG", "POST", "/phrases/", data={"text": f"意见{number}"}).status_code == 303
    assert "请先删除一条" in door.knock("XG", "POST", "/phrases/", data={"text": "再来一条"}).text


def test_the_neighbours_are_the_tasks_before_and_after_in_my_order(door: Door) -> None:
    client = door.client("XG")
    listed = [int(one) for one in re.findall(r'href="/tasks/(\d+)"', client.get("/").text)]
    assert len(listed) >= 2
    first, second = listed[0], listed[1]
    assert client.get(f"/tasks/{first}/neighbour").headers["Location"] == f"/tasks/{second}"
    assert client.get(f"/tasks/{second}/neighbour?back=1").headers["Location"] == f"/tasks/{first}"
    assert client.get(f"/tasks/{first}/neighbour?back=1").headers["Location"] == "/"
    assert client.get(f"/tasks/{listed[-1]}/neighbour").headers["Location"] == "/"


def test_the_page_of_a_task_lists_its_keys_for_officials_only(door: Door) -> None:
    assert "data-keys" in door.knock("XG", "GET", f"/tasks/{door.ids.task}").text
    own = door.knock("ENT", "GET", f"/tasks/{application(door)}").text
    assert "data-keys" not in own
    assert "data-phrase" not in own
