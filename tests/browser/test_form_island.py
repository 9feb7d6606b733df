"""A form in a real browser: what is shown, what is kept when the network goes, what is sent, and how often."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import fits, form_of
from tests.browser.stand import Counter

pytestmark = pytest.mark.browser


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait in short steps for what another thread does, at most ten seconds."""
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"expected {what}")


PHOTO: Any = {"name": "车间.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 2048}


def chooses(page: Page, file: Any) -> None:
    """Chooses a file for the photographs."""
    page.locator("input[type=file]").first.set_input_files(file)


def test_a_form_is_filled_saved_as_draft_and_submitted_once(
    browser_page: Page, counter: Counter, site: str, picture: Callable[[Page, str], None]
) -> None:
    counter.answer = ({"message": "已收到", "next": "/done"}, 200)
    page = form_of(browser_page, site)
    expect(page.locator("camunda-form")).to_have_attribute("warnings", "[]")
    assert fits(page)
    page.get_by_label("走访情况").fill("有研发项目，没有辅助账")
    page.get_by_label("研发费用").fill("123.4")
    expect(page.get_by_text("已保存 09:31")).to_be_visible()
    assert counter.drafts[-1]["summary"] == "有研发项目，没有辅助账"
    assert "enterprise" not in counter.drafts[-1]
    picture(page, f"form-{page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]
    page.get_by_label("自主研发").check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/done")
    [(key, submission)] = counter.received
    assert len(key) == 32
    assert submission["expense"] == 123.4
    assert submission["kind"] == "own"


def test_a_missing_answer_is_shown_in_chinese_and_nothing_is_sent(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    page = form_of(open_page("phone"), site)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("此项必填。").first).to_be_visible()
    expect(page.get_by_role("alert").first).to_contain_text("处填写需要再看一看")
    assert not counter.received


def test_what_the_server_finds_is_shown_at_its_field(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.answer = (
        {
            "message": "有些填写内容需要再看一看",
            "fields": {
                "summary": ["请写明走访时间"],
                "projects[0].name": ["项目名称重复"],
                "gone": ["没有这一项"],
                "": ["整份不完整"],
            },
        },
        422,
    )
    page = form_of(open_page("desk"), site)
    page.get_by_label("走访情况").fill("去过")
    page.get_by_label("自主研发").check()
    page.get_by_label("项目名称").fill("甲")
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".fjs-form-field-error", has_text="请写明走访时间")).to_be_visible()
    expect(page.locator(".fjs-form-field-error", has_text="项目名称重复")).to_be_visible()
    expect(page.get_by_role("alert").first).to_contain_text("gone: 没有这一项")
    expect(page.get_by_role("alert").first).to_contain_text("整份不完整")
    expect(page.get_by_label("走访情况")).to_have_value("去过")
    # The corrected answers are a new submission, the same ones would not be.
    counter.answer = ({"message": "已收到"}, 200)
    page.get_by_label("走访情况").fill("6月30日去过")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("camunda-form[state=done]")).to_be_visible()
    assert len({key for key, _ in counter.received}) == 2
    page.faults.forgive(r"status of 422")  # pyright: ignore[reportAttributeAccessIssue]


def test_answers_typed_offline_are_kept_and_sent_once_when_the_network_is_back(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    page = form_of(open_page("phone"), site)
    page.context.set_offline(True)
    page.get_by_label("走访情况").fill("山里没有信号")
    page.get_by_label("自主研发").check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("camunda-form[state=waiting]")).to_be_visible()
    expect(page.get_by_text("1 份待发送")).to_be_visible()
    assert not counter.received
    page.context.set_offline(False)
    expect(page.locator("camunda-form[state=done]")).to_be_visible()
    expect(page.get_by_text("1 份待发送")).to_be_hidden()
    [(_, submission)] = counter.received
    assert submission["summary"] == "山里没有信号"
    page.faults.forgive(r"ERR_INTERNET_DISCONNECTED")  # pyright: ignore[reportAttributeAccessIssue]


def test_what_waits_is_sent_when_any_page_is_opened_its_photo_first_and_each_once(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.refused_files, counter.answer = ({}, 503), ({}, 503)
    page = form_of(open_page("phone"), site)
    page.get_by_label("走访情况").fill("拍了照片")
    page.get_by_label("自主研发").check()
    chooses(page, PHOTO)
    expect(page.get_by_text("等待网络")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("camunda-form[state=waiting]")).to_be_visible()
    assert counter.received == [], "an answer never names a file that is not there"
    counter.refused_files, counter.answer = None, ({}, 503)
    sent = len(counter.files)
    page.goto(f"{site}/pieces")
    wait_for(lambda: len(counter.received) == 1, "the answers to be sent after their file")
    counter.answer = ({"message": "已收到"}, 200)
    page.goto(f"{site}/form")
    wait_for(lambda: len(counter.received) == 2, "the outbox to be sent")
    (first, submission), (second, again) = counter.received
    assert (first, submission) == (second, again)
    assert counter.files[sent:] == [("车间.jpg", 2048)], "what has arrived is not sent again"
    assert [one["name"] for one in submission["photos"]] == ["车间.jpg"]
    assert submission["photos"][0]["id"].startswith("kept-")
    page.faults.forgive(r"status of 503")  # pyright: ignore[reportAttributeAccessIssue]


def test_a_file_is_sent_when_it_is_chosen_and_can_be_taken_out(
    browser_page: Page, counter: Counter, site: str, picture: Callable[[Page, str], None]
) -> None:
    page = form_of(browser_page, site)
    chooses(page, PHOTO)
    expect(page.get_by_role("link", name="车间.jpg")).to_be_visible()
    wait_for(lambda: counter.drafts and counter.drafts[-1].get("photos"), "the draft to name the file")
    assert counter.drafts[-1]["photos"][0]["id"] == "kept-1"
    chooses(page, {**PHOTO, "name": "门牌.jpg"})
    expect(page.get_by_role("link", name="门牌.jpg")).to_be_visible()
    assert fits(page)
    page.get_by_text("现场照片").scroll_into_view_if_needed()
    picture(page, f"files-{page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]
    page.get_by_role("button", name="移除 车间.jpg").click()
    expect(page.get_by_role("link", name="车间.jpg")).to_be_hidden()
    page.get_by_label("走访情况").fill("拍了照片")
    page.get_by_label("自主研发").check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("camunda-form[state=done]")).to_be_visible()
    [(_, submission)] = counter.received
    assert [one["name"] for one in submission["photos"]] == ["门牌.jpg"]
    page.faults.forgive(r"status of 404")  # pyright: ignore[reportAttributeAccessIssue]


def test_a_file_that_the_server_refuses_says_why_and_nothing_is_sent_with_it(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.refused_files = ({"message": "车间.jpg 是损坏的图片"}, 422)
    page = form_of(open_page("desk"), site)
    page.get_by_label("走访情况").fill("写好的")
    page.get_by_label("自主研发").check()
    chooses(page, PHOTO)
    expect(page.get_by_text("车间.jpg 是损坏的图片")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("1 个文件未被接收")).to_be_visible()
    assert counter.received == []
    page.get_by_role("button", name="移除 车间.jpg").click()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("camunda-form[state=done]")).to_be_visible()
    assert not counter.received[0][1].get("photos")
    page.faults.forgive(r"status of 422")  # pyright: ignore[reportAttributeAccessIssue]


def test_an_empty_or_too_large_file_is_told_before_it_is_sent(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    page = form_of(open_page("desk"), site)
    chooses(page, {**PHOTO, "buffer": b""})
    expect(page.get_by_text("这是空文件")).to_be_visible()
    chooses(page, {**PHOTO, "name": "大.jpg", "buffer": b"x" * (20 * 1024 * 1024 + 1)})
    expect(page.get_by_text("文件超过 20 MB")).to_be_visible()
    assert counter.files == []


def test_what_the_server_refuses_later_is_told_and_the_answers_are_still_there(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.answer = ({}, 503)
    page = form_of(open_page("desk"), site)
    page.get_by_label("走访情况").fill("写了很久")
    page.get_by_label("自主研发").check()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("camunda-form[state=waiting]")).to_be_visible()
    counter.answer = ({"message": "此任务已移交"}, 409)
    page.goto(f"{site}/pieces")
    expect(page.get_by_text("未被接受：首次走访 – 此任务已移交")).to_be_visible()
    page.get_by_role("link", name="打开").click()
    page.locator("camunda-form[ready]").wait_for()
    expect(page.get_by_role("alert").first).to_contain_text("此任务已移交")
    expect(page.get_by_label("走访情况")).to_have_value("写了很久")
    expect(page.locator("[data-offline]")).to_be_hidden()
    page.faults.forgive(r"status of (503|409)")  # pyright: ignore[reportAttributeAccessIssue]


def test_what_was_typed_is_back_after_a_reload_without_network(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    page = form_of(open_page("desk"), site)
    page.route("**/draft", lambda route: route.abort())
    page.get_by_label("走访情况").fill("断网时写的")
    page.route("**/files", lambda route: route.abort())
    chooses(page, PHOTO)
    expect(page.get_by_text("已存在本机")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator("camunda-form[ready]").wait_for()
    expect(page.get_by_label("走访情况")).to_have_value("断网时写的")
    expect(page.get_by_text("车间.jpg")).to_be_visible()
    page.unroute("**/files")
    page.reload()
    page.locator("camunda-form[ready]").wait_for()
    expect(page.get_by_role("link", name="车间.jpg")).to_be_visible()
    page.faults.forgive(r"ERR_FAILED|status of 404")  # pyright: ignore[reportAttributeAccessIssue]


def test_leaving_with_unsaved_answers_asks_first(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    page = form_of(open_page("desk"), site)
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.get_by_label("走访情况").press_sequentially("一")
    page.goto(f"{site}/pieces")
    assert asked == ["beforeunload"]


def test_the_servers_draft_is_shown_again(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    counter.draft = {"submission": {"summary": "昨天写的"}, "saved_at": "18:02"}
    page = form_of(open_page("desk"), site)
    expect(page.get_by_label("走访情况")).to_have_value("昨天写的")
    expect(page.get_by_text("已保存 18:02")).to_be_visible()


def test_a_form_without_action_can_only_be_read(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    counter.readonly = True
    page = form_of(open_page("desk"), site)
    expect(page.get_by_role("button", name="提交")).to_have_count(0)
    expect(page.get_by_label("走访情况")).to_have_attribute("readonly", "")
