"""A file is sent as soon as it is chosen, and comes back as what it is and nothing more."""

import pytest
from werkzeug.test import TestResponse

from tests.files import PDF, picture, xlsx
from tests.web.visitors import Door


def bring(door: Door, data: bytes = PDF, name: str = "平面图.pdf", kind: str = "application/pdf") -> TestResponse:
    edge = "----x"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
    return door.knock(
        "XG",
        "POST",
        f"/tasks/{door.ids.task}/files",
        data=body,
        content_type=f"multipart/form-data; boundary={edge}",
        headers={"Accept": "application/json"},
    )


def test_a_file_that_was_sent_is_answered_with_its_reference_and_can_be_fetched(door: Door) -> None:
    answer = bring(door)
    kept = answer.get_json()
    assert answer.status_code == 200
    assert (kept["name"], kept["type"], kept["size"]) == ("平面图.pdf", "application/pdf", len(PDF))
    shown = door.knock("XG", "GET", f"/files/{kept['id']}")
    assert shown.data == PDF
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    fetched = door.knock("XG", "GET", f"/files/{kept['id']}?download")
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert "UTF-8''%E5%B9%B3%E9%9D%A2%E5%9B%BE.pdf" in fetched.headers["Content-Disposition"]


def test_a_picture_is_shown_in_a_sandbox_and_has_a_preview(door: Door) -> None:
    kept = bring(door, picture("PNG", size=(900, 700)), "设备.png", "image/png").get_json()
    shown = door.knock("XG", "GET", f"/files/{kept['id']}")
    assert shown.headers["Content-Security-Policy"].endswith("sandbox")
    small = door.knock("XG", "GET", f"/files/{kept['id']}?small")
    assert small.mimetype == "image/jpeg"
    assert 0 < len(small.data) < 20_000


def test_what_a_browser_would_open_by_itself_is_handed_over_as_a_file(door: Door) -> None:
    kept = bring(door, xlsx(), "清单.xlsx", "").get_json()
    assert door.knock("XG", "GET", f"/files/{kept['id']}").headers["Content-Disposition"].startswith("attachment")
    assert door.knock("XG", "GET", f"/files/{kept['id']}?small").status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "status", "said"),
    [
        (b"<html>", "页面.pdf", 422, "不在可接收的格式之内"),
        (b"", "空.pdf", 422, "是空文件"),
        (PDF, "../平面图.pdf", 422, "文件名"),
        (PDF + b"0" * 21 * 1024 * 1024, "大.pdf", 422, "20 MB"),
        (PDF + b"0" * 26 * 1024 * 1024, "太大.pdf", 413, "25 MB"),
    ],
)
def test_a_file_that_is_not_taken_is_told_why_in_the_readers_language(
    data: bytes, name: str, status: int, said: str, door: Door
) -> None:
    answer = bring(door, data, name)
    assert answer.status_code == status
    assert said in answer.get_json()["message"]


def test_a_request_without_a_file_says_so(door: Door) -> None:
    answer = door.knock("XG", "POST", f"/tasks/{door.ids.task}/files", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["message"]) == (422, "没有收到文件,请重新选择")
