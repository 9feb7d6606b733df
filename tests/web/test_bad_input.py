"""Bad input at the pages: every answer is a clear sentence in the reader's language, and nothing is lost or half done."""

import threading
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from casework.tables import Enterprise, Import
from engine import instances
from engine.tables import Definition, Submission, UserTask
from tests.web.visitors import Door
from tests.world import START

ENGLISH = {"Accept-Language": "en"}


def count(door: Door, table: type[Any]) -> int:
    """How many rows there are."""
    with door.database.reading() as db:
        return db.scalars(select(func.count()).select_from(table)).one()


def officer(door: Door) -> dict[str, Any]:
    """The right answer to the open task: which officer the county assigns."""
    page = door.knock("XG", "GET", f"/tasks/{door.ids.task}").text
    value = page.split('"officers":')[1].split('"value":')[1].split("}")[0].strip()
    return {"assignment": {"officer": value.strip('"') if value.startswith('"') else int(value)}}


def submit(door: Door, role: str, submission: Any, key: str = "", **headers: str) -> TestResponse:
    """Sends answers for the open task."""
    given = {"Idempotency-Key": key, **headers} if key else headers
    return door.knock(role, "POST", f"/tasks/{door.ids.task}", json={"submission": submission}, headers=given)


def test_the_same_form_sent_twice_gets_the_same_answer_and_counts_once(door: Door) -> None:
    answers, before = officer(door), count(door, Submission)
    first, second = (submit(door, "XG", answers, key="a" * 32) for _ in range(2))
    assert first.status_code == second.status_code == 200, second.get_json()
    assert count(door, Submission) == before + 1


def test_the_same_form_sent_again_with_another_key_is_told_that_it_is_done(door: Door) -> None:
    answers = officer(door)
    assert submit(door, "XG", answers, key="a" * 32).status_code == 200
    again = submit(door, "XG", answers, key="b" * 32)
    assert again.status_code == 409
    assert "已" in again.get_json()["message"]
    english = submit(door, "XG", answers, key="c" * 32, **ENGLISH)
    assert english.status_code == 409
    assert "completed" in english.get_json()["message"]


def test_a_key_belongs_to_its_person_and_its_answers(door: Door) -> None:
    answers = officer(door)
    assert submit(door, "XG", answers, key="a" * 32).status_code == 200
    other = submit(door, "XG", {"assignment": {**answers["assignment"], "note": "换一个"}}, key="a" * 32)
    assert other.status_code == 409
    assert submit(door, "next county", answers, key="a" * 32).status_code in (403, 409)


def test_two_people_at_once_one_wins_and_the_other_is_told(door: Door) -> None:
    answers, before = officer(door), count(door, Submission)
    got: list[tuple[int, str]] = []
    clients = [door.client("XG"), door.client("XG")]

    def send(number: int) -> None:
        answer = clients[number].post(
            f"/tasks/{door.ids.task}", json={"submission": answers}, headers={"Idempotency-Key": str(number) * 32}
        )
        got.append((answer.status_code, answer.get_json()["message"]))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in got) == [200, 409], got
    assert count(door, Submission) == before + 1


def test_a_missing_answer_names_its_field_in_both_languages(door: Door) -> None:
    chinese = submit(door, "XG", {})
    assert chinese.status_code == 422
    [(field, texts)] = chinese.get_json()["fields"].items()
    assert field == "assignment.officer"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in texts[0])
    english = submit(door, "XG", {}, **ENGLISH).get_json()
    assert english["fields"]["assignment.officer"] != texts
    assert english["message"].isascii()


def test_fields_that_the_form_does_not_have_change_nothing(door: Door) -> None:
    answers = officer(door)
    sent = {**answers, "caseId": 999, "assignment": {**answers["assignment"], "capacity": 1}, "__proto__": {"x": 1}}
    answer = submit(door, "XG", sent)
    assert answer.status_code in (200, 422)
    with door.database.reading() as db:
        task = db.get_one(UserTask, door.ids.task)
        if answer.status_code == 422:
            assert task.status == "open"
            assert "capacity" in str(answer.get_json()["fields"]) + answer.get_json()["message"]
        else:
            kept = db.scalars(select(Submission).order_by(Submission.id.desc())).first()
            assert kept is not None
            assert kept.data["caseId"] == 999, "a submission is kept as it was sent"
            assert instances.variables(db, task.instance_id, now=START)["caseId"] != 999


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"submission": []}', b'{"submission": "x"}', b"\xff\xfe", b'{"submission": null}'],
)
def test_what_is_no_submission_is_refused_with_a_sentence(body: bytes, door: Door) -> None:
    answer = door.knock("XG", "POST", f"/tasks/{door.ids.task}", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert "没有收到内容" in answer.get_json()["message"]
    with door.database.reading() as db:
        assert db.get_one(UserTask, door.ids.task).status == "open"


@pytest.mark.parametrize(
    ("path", "status"), [("/tasks/999999", 404), ("/tasks/0", 404), ("/tasks/99999999999999999999", 404)]
)
def test_a_task_that_is_gone_is_told(path: str, status: int, door: Door) -> None:
    page = door.knock("XG", "GET", path)
    assert page.status_code == status
    assert 'lang="zh-CN"' in page.text
    sent = door.knock("XG", "POST", path, json={"submission": {}})
    assert sent.status_code in (404, 405)
    assert sent.get_json()["message"]


def test_a_draft_survives_a_refusal_and_somebody_elses_eyes(door: Door) -> None:
    typed = {"assignment": {"note": "先写一半"}}
    path = f"/tasks/{door.ids.task}"
    kept = door.knock("XG", "PUT", f"{path}/draft", json={"submission": typed})
    assert kept.get_json()["saved_at"] == "09:00"
    assert submit(door, "XG", typed).status_code == 422
    assert "\\u5148\\u5199\\u4e00\\u534a" in door.knock("XG", "GET", path).text
    assert "\\u5148\\u5199\\u4e00\\u534a" not in door.knock("XL", "GET", path).text


def test_a_page_carries_only_what_its_form_names(door: Door) -> None:
    page = door.knock("XG", "GET", f"/tasks/{door.ids.task}").text
    data = page.split('data-part="data">')[1].split("</script>")[0]
    assert "officers" in data
    assert "caseId" not in data


@pytest.mark.parametrize("path", ["45/9999", "nowhere", "' OR 1=1 --", "45/4508/../..", "%00"])
def test_an_unknown_territory_is_no_fault_of_the_house(path: str, door: Door) -> None:
    board = door.knock("SUP", "GET", "/board/", query_string={"path": path})
    assert board.status_code in (403, 404)
    cases = door.knock("SUP", "GET", "/cases/", query_string={"path": path})
    assert cases.status_code in (200, 404)
    lists = door.knock("SUP", "GET", f"/lists/{door.ids.version}", query_string={"path": path, "list": path})
    assert lists.status_code == 200


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=99999999999999999999", "after=x", "stage=none", "light=pink", "text=%25_%27%22<b>", "state=?"],
)
def test_a_search_for_nonsense_finds_nothing(query: str, door: Door) -> None:
    answer = door.knock("SUP", "GET", f"/cases/?{query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text.split("<main")[1]


def upload(door: Door, role: str, name: str, content: bytes, **options: str) -> TestResponse:
    data = {"file": (BytesIO(content), name), **options}
    return door.knock(role, "POST", "/import/", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("empty.xlsx", b""),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("zip.xlsx", b"PK\x03\x04broken"),
        ("letter.csv", "各县工信局：请于本月底前报送。".encode()),
        ("roster.exe", b"MZ"),
        ("x" * 400 + ".csv", "企业名称\n桂示".encode()),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_a_sentence(name: str, content: bytes, door: Door) -> None:
    before = count(door, Import)
    answer = upload(door, "ADM", name, content)
    assert answer.status_code == 422
    assert 'id="error-file"' in answer.text
    assert count(door, Import) == before


def test_what_the_table_does_not_say_can_be_said_beside_it(door: Door) -> None:
    roster = "县区,企业名称,统一社会信用代码,行业代码,营业收入\n港南区,桂示食品有限公司,91450803MADM000354,C1391,5200\n".encode()
    refused = upload(door, "ADM", "roster.csv", roster)
    assert refused.status_code == 422
    assert 'id="error-year"' in refused.text
    assert upload(door, "ADM", "roster.csv", roster, year="2025").status_code == 422
    assert upload(door, "ADM", "roster.csv", roster, year="2025", unit="万元").status_code == 303


def test_a_roster_is_imported_once_and_not_into_somebody_elses_territory(door: Door) -> None:
    path = f"/import/{door.ids.imported}"
    before = count(door, Enterprise)
    assert door.knock("ADM", "POST", f"{path}/apply").status_code == 303
    assert count(door, Enterprise) == before + 1
    again = door.knock("ADM", "POST", f"{path}/apply")
    assert again.status_code == 409
    assert "已经导入过" in again.text
    roster = "单位：万元 2025年度\n县区,企业名称,统一社会信用代码,行业代码,营业收入\n港南区,桂示食品有限公司,91450803MADM000354,C1391,5200\n"
    kept = upload(door, "next city", "roster.csv", roster.encode())
    refused = door.knock("next city", "POST", f"{kept.headers['Location']}/apply")
    assert refused.status_code == 403
    assert "第 3 行" in refused.text
    assert "港南区" in refused.text
    assert count(door, Enterprise) == before + 1


def test_a_wrong_mapping_names_its_column(door: Door) -> None:
    path = f"/import/{door.ids.imported}/mapping"
    answer = door.knock("ADM", "POST", path, data={"col-name": "2", "col-county": "2", "col-uscc": "99"})
    assert answer.status_code == 422
    assert "用于两个字段" in answer.text or "两个" in answer.text


@pytest.mark.parametrize(
    ("year", "days", "wrong"),
    [("", "", "year"), ("abcd", "1/1", "year"), ("2027", "13/45", "holidays"), ("2027", "tomorrow", "holidays")],
)
def test_a_notice_that_cannot_be_read_names_its_field(year: str, days: str, wrong: str, door: Door) -> None:
    answer = door.knock(
        "ADM", "POST", "/admin/calendar", data={"year": year, "source": "x", "holidays": days, "extent": "state"}
    )
    assert answer.status_code == 422
    assert f'id="error-{wrong}"' in answer.text


@pytest.mark.parametrize(
    "progress", [{"progress": 101}, {"progress": -1}, {"progress": "much"}, {"progress": None}, {}, {"progress": 1e400}]
)
def test_progress_that_is_no_percentage_names_its_field(progress: dict[str, Any], door: Door) -> None:
    path = f"/cases/measures/{door.ids.measure}"
    answer = door.knock("LO", "POST", path, json={"submission": {"measure": progress}})
    assert answer.status_code == 422
    assert "measure.progress" in answer.get_json()["fields"], answer.get_json()
    assert set(answer.get_json()["fields"]) <= {"measure.progress", ""}


def test_a_deployment_that_is_refused_leaves_nothing(door: Door) -> None:
    before = count(door, Definition)
    data = {"files": [(BytesIO(b"<a>"), "x.bpmn"), (BytesIO(b"{"), "y.form"), (BytesIO(b"<b/>"), "z.dmn")]}
    answer = door.knock("DES", "POST", "/designer/deploy", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    for name in ("x.bpmn", "y.form", "z.dmn"):
        assert name in answer.text
    assert count(door, Definition) == before


def test_too_large_a_request_is_told_its_limit(door: Door) -> None:
    door.app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = upload(door, "ADM", "large.csv", b"x" * 2000)
    assert answer.status_code == 413
    assert "25 MB" in answer.text


def test_a_task_is_handed_only_to_somebody_who_may_do_it(door: Door) -> None:
    path = f"/board/tasks/{door.ids.task}/assign"
    assert door.knock("XL", "POST", path, data={"to": "lo2"}).status_code == 409
    assert door.knock("XL", "POST", path, data={"to": "nobody"}).status_code == 404
    assert door.knock("XL", "POST", path, data={"to": "xk"}).status_code == 303
    told = submit(door, "XG", {})
    assert told.status_code == 403
    assert "XK" in told.get_json()["message"]
