"""The frame, its pieces and the islands in a real browser: what is shown, what is kept when the network goes, what is sent."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, abort, jsonify, render_template_string, request
from flask_wtf.csrf import CSRFProtect
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, served
from web import assets, headers, language

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).parent / "samples"
WORKFLOWS = ROOT / "workflows"

PIECES = """
{% extends "base.html" %}
{% import "macros.html" as ui %}
{% block title %}桂示零一装备制造有限公司{% endblock %}
{% block pretitle %}XH-2026-0001 · 平桂区{% endblock %}
{% block actions %}<a class="btn" href="#">{{ icon("printer") }}打印</a><a class="btn btn-primary" href="#">{{ icon("edit") }}办理</a>{% endblock %}
{% block content %}
<div class="x-figures">{{ ui.figure("在办个案", 37, "/a") }}{{ ui.figure("红灯", 3, "/b", tone="red") }}{{ ui.figure("黄灯", 5, "/c", "yellow") }}{{ ui.figure("已销号", "12", tone="green", note="本季度") }}</div>
{{ ui.stage_ribbon("COACH", dates={"MONITOR": "3月2日", "WARN": "4月8日"}) }}
{{ ui.stage_ribbon("CLOSE", closed=true) }}
<div class="card mb-3"><div class="card-body">
<p>{% for light in ["green", "blue", "yellow", "red", ""] %}{{ ui.light(light, "研发投入强度 0.8%") }} {% endfor %}</p>
<p>{{ ui.due(-3, "2026年6月25日") }} {{ ui.due(0, "2026年6月30日") }} {{ ui.due(2, "2026年7月2日") }} {{ ui.due(12, "2027年1月4日", provisional=true) }} {{ ui.due(4, "", paused=true) }} {{ ui.due(none) }}</p>
{{ ui.facts([("统一社会信用代码", "91450803MADM000017"), ("营业收入", "8,230.50 万元"), ("联络专员", "覃晓月"), ("空", "")]) }}
</div></div>
<h2 class="x-group">已超期 <span class="x-count">2</span></h2>
{% call ui.row_card("/1", "走访桂示零一装备制造有限公司", ["平桂区", "首次走访"], tone="late") %}{{ ui.light("red") }}{{ ui.due(-3, "2026年6月25日") }}{% endcall %}
{% call ui.row_card("/2", "审核帮扶方案：桂示零二新材料科技有限公司", ["八步区"], tone="today") %}{{ ui.light("yellow") }}{{ ui.due(0, "2026年6月30日") }}{% endcall %}
<h2 class="x-group">企业</h2>
{% call ui.table([{"label": "企业"}, {"label": "县区"}, {"label": "研发费用（万元）", "kind": "number"}, {"label": "灯"}], "企业名单") %}
<tr><td class="x-cell-title"><a href="/1">桂示零一装备制造有限公司</a></td><td data-label="县区">平桂区</td><td data-label="研发费用（万元）" class="text-end">123.40</td><td data-label="灯">{{ ui.light("red") }}</td></tr>
<tr><td class="x-cell-title"><a href="/2">桂示零二新材料科技有限公司</a></td><td data-label="县区">八步区</td><td data-label="研发费用（万元）" class="text-end">88.00</td><td data-label="灯">{{ ui.light("green") }}</td></tr>
{% endcall %}
{{ ui.pager("/p", "/n", "21–40", "10000+") }}
{{ ui.timeline([{"at": "6月30日 09:31", "title": "首次走访已登记", "who": "覃晓月（县级联络专员）", "text": "企业有研发项目，未建辅助账。", "icon": "check", "tone": "green"}, {"at": "6月25日", "title": "转为黄灯", "who": "系统", "icon": "alert-triangle", "tone": "yellow"}]) }}
{{ ui.empty("今天的事都办完了", "下一件在明天到期。", "circle-check", "/tasks", "看看本周") }}
{{ ui.form_errors({"name": ["请写明名称"], "": ["整份表单有误"]}, {"name": "企业名称"}) }}
<form class="card card-body">{{ ui.field("name", "企业名称", "桂示", errors={"name": ["请写明名称"]}, hint="与营业执照一致", required=true) }}{{ ui.field("county", "县区", "b", "select", options=[("a", "平桂区"), ("b", "八步区")]) }}{{ ui.field("note", "说明", "", "textarea") }}</form>
{{ ui.alert("已保存", "success") }}{{ ui.alert("请注意", "warning") }}{{ ui.alert("不行", "error") }}
{% endblock %}
"""
DRAWING = """
{% extends "base.html" %}{% import "macros.html" as ui %}
{% block title %}个案流程{% endblock %}
{% block content %}{{ ui.diagram("/samples/visit.bpmn", "个案流程", **marks) }}{% endblock %}
"""
TABLE = """
{% extends "base.html" %}{% block title %}亮灯规则{% endblock %}
{% block content %}<dmn-table src="/samples/light.dmn"></dmn-table>{% endblock %}
"""
FORM = """
{% extends "base.html" %}{% import "macros.html" as ui %}
{% block title %}首次走访{% endblock %}{% block narrow %} x-narrow{% endblock %}
{% block content %}<div class="card"><div class="card-body">{{ ui.camunda_form("task-1", schema, data, action, "/draft", draft) }}</div></div>{% endblock %}
"""
ANY = '<!doctype html><html lang="zh-CN"><head><title>x</title><link rel="icon" href="{{ asset_url(\'favicon.svg\') }}"><link rel="stylesheet" href="{{ asset_url(\'app.css\') }}"><script type="module" src="{{ asset_url(\'app.js\') }}"></script></head><body>{{ body | safe }}</body></html>'


class Counter:
    """A small server with the frame: it writes down what it is sent and answers what the test sets."""

    def __init__(self) -> None:
        self.app = Flask("web", root_path=str(ROOT / "web"))
        self.app.config.update(SECRET_KEY="test", TESTING=True)
        CSRFProtect(self.app)
        for part in (assets, headers, language):
            part.init_app(self.app)
        self.marks: dict[str, Any] = {}
        self.schema: dict[str, Any] = json.loads((SAMPLES / "visit.form").read_text(encoding="utf-8"))
        self.draft: dict[str, Any] | None = None
        self.drafts: list[dict[str, Any]] = []
        self.received: list[tuple[str, dict[str, Any], dict[str, int]]] = []
        self.answer: tuple[dict[str, Any], int] = ({"message": "已收到"}, 200)
        self.body = ""
        self.readonly = False
        self._routes()

    def _routes(self) -> None:
        app = self.app
        rooms = [
            {"label": "我的任务", "url": "/tasks", "icon": "inbox", "active": True, "count": 4, "phone": True},
            {"label": "个案", "url": "/cases", "icon": "building-factory-2", "phone": True},
            {"label": "看板", "url": "/board", "icon": "layout-dashboard", "phone": True},
            {"label": "流程设计", "url": "/designer", "icon": "sitemap"},
        ]
        frame: dict[str, Any] = {
            "nav": rooms,
            "me": {"name": "覃晓月", "post": "平桂区联络专员", "key": "u1"},
            "urls": {"logout": "/logout", "account": "/me"},
            "demo": {"today": "2026年6月30日"},
        }

        @app.get("/pieces")
        def pieces() -> str:
            return render_template_string(PIECES, **frame)

        @app.get("/drawing")
        def drawing() -> str:
            return render_template_string(DRAWING, marks=self.marks, **frame)

        @app.get("/designer/table")
        def table() -> str:
            return render_template_string(TABLE, **frame)

        @app.get("/form")
        def form() -> str:
            data = {
                "enterprise": {"name": "桂示零一装备制造有限公司"},
                "kinds": [{"label": "自主研发", "value": "own"}, {"label": "合作研发", "value": "joint"}],
            }
            action = "" if self.readonly else "/submit"
            return render_template_string(FORM, schema=self.schema, data=data, action=action, draft=self.draft, **frame)

        @app.get("/any")
        @app.get("/designer/any")
        def any_page() -> str:
            return render_template_string(ANY, body=self.body)

        @app.get("/samples/<name>")
        def sample(name: str) -> Response:
            return Response((SAMPLES / name).read_bytes(), content_type="application/xml")

        @app.get("/workflows/<path:name>")
        def workflow(name: str) -> Response:
            path = (WORKFLOWS / name).resolve()
            if not path.is_relative_to(WORKFLOWS):
                abort(404)
            return Response(path.read_bytes(), content_type="application/xml")

        @app.put("/draft")
        def draft() -> Response:
            self.drafts.append(request.get_json()["submission"])
            return jsonify(saved_at="09:31")

        @app.post("/submit")
        def submit() -> tuple[Response, int]:
            submission = request.get_json()["submission"] if request.is_json else json.loads(request.form["submission"])
            files = {name: len(value.read()) for name, value in request.files.items()}
            self.received.append((request.headers.get("Idempotency-Key", ""), submission, files))
            body, status = self.answer
            return jsonify(body), status

        @app.get("/done")
        def done() -> str:
            return render_template_string(DRAWING, marks={}, **frame)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def site(counter: Counter) -> Iterator[str]:
    with served(counter.app) as address:
        yield address


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait in short steps for what another thread does, at most ten seconds."""
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"expected {what}")


def fits(page: Page) -> bool:
    """Nothing is wider than the window."""
    sizes = page.locator("html").evaluate("node => [node.scrollWidth, node.clientWidth]")
    return sizes[0] <= sizes[1]


def numbers(text: str | None) -> list[float]:
    return [float(one) for one in re.findall(r"-?[\d.]+", text or "")]


def form_of(page: Page, site: str) -> Page:
    page.goto(f"{site}/form")
    page.locator("camunda-form[ready]").wait_for()
    return page


def test_the_pieces_fit_both_sizes_and_say_lights_in_words(
    browser_page: Page, site: str, picture: Callable[[Page, str], None]
) -> None:
    browser_page.goto(f"{site}/pieces")
    for word in ("绿灯", "蓝灯", "黄灯", "红灯", "未评估", "已超期 3 个工作日", "剩 12 个工作日", "暂定"):
        expect(browser_page.get_by_text(word, exact=True).first).to_be_visible()
    expect(browser_page.locator("[aria-current=step]")).to_contain_text("辅导")
    assert fits(browser_page)
    picture(browser_page, f"pieces-{browser_page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]


def test_the_language_switch_turns_the_page_english_and_back(open_page: Callable[..., Page], site: str) -> None:
    page = open_page("desk")
    page.goto(f"{site}/pieces")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("Overdue by 3 working days").first).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_account_menu_opens_and_closes_by_keyboard(open_page: Callable[..., Page], site: str) -> None:
    page = open_page("phone")
    page.goto(f"{site}/pieces")
    page.locator("details[data-menu] summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    expect(page.get_by_role("link", name="流程设计").last).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()


def test_a_drawing_shows_where_the_case_stands(
    browser_page: Page, counter: Counter, site: str, picture: Callable[[Page, str], None]
) -> None:
    counter.marks = {
        "current": ["visit"],
        "done": ["start", "f1"],
        "counts": {"check": 12},
        "links": {"check": "/list?at=check"},
    }
    browser_page.goto(f"{site}/drawing")
    island = browser_page.locator("bpmn-diagram[ready]")
    expect(island).to_have_attribute("warnings", "[]")
    expect(island.locator(".x-here")).to_have_count(1)
    expect(island.locator("g.djs-shape.x-done")).to_have_count(1)
    expect(island.get_by_role("link", name="12 个个案停在这里")).to_have_attribute("href", "/list?at=check")
    expect(island.locator(".bjs-powered-by")).to_be_visible()
    assert fits(browser_page)
    picture(browser_page, f"diagram-{browser_page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]


def test_findings_stand_at_their_elements(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    counter.marks = {
        "findings": [
            {"element": "visit", "text": "没有指定表单", "severity": "error"},
            {"element": "check", "text": "条件太长", "severity": "warning"},
        ]
    }
    page = open_page("desk")
    page.goto(f"{site}/drawing")
    page.locator("bpmn-diagram[ready]").wait_for()
    expect(page.locator(".x-badge-error")).to_have_attribute("title", "没有指定表单")
    expect(page.locator(".x-badge-warning")).to_have_attribute("title", "条件太长")
    expect(page.locator("g.x-wrong")).to_have_count(1)


def test_keys_and_buttons_move_a_drawing(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    page = open_page("desk")
    page.goto(f"{site}/drawing")
    island = page.locator("bpmn-diagram[ready]")
    layer = island.locator(".viewport")
    before = layer.get_attribute("transform")
    island.focus()
    page.keyboard.press("ArrowRight")
    moved = layer.get_attribute("transform")
    assert moved != before
    island.get_by_role("button", name="放大").click()
    assert layer.get_attribute("transform") != moved
    island.get_by_role("button", name="显示全图").click()
    assert numbers(layer.get_attribute("transform")) == pytest.approx(numbers(before), abs=1)


def test_a_broken_drawing_says_so(open_page: Callable[..., Page], counter: Counter, site: str) -> None:
    counter.body = (
        '<bpmn-diagram src="/samples/light.dmn"></bpmn-diagram><dmn-table src="/samples/visit.bpmn"></dmn-table>'
    )
    page = open_page("desk")
    page.goto(f"{site}/designer/any")
    expect(page.locator("bpmn-diagram[failed]")).to_be_visible()
    expect(page.locator("dmn-table[failed]")).to_be_visible()


def test_a_decision_table_is_readable(browser_page: Page, site: str, picture: Callable[[Page, str], None]) -> None:
    browser_page.goto(f"{site}/designer/table")
    island = browser_page.locator("dmn-table[ready]")
    expect(island).to_have_attribute("warnings", "[]")
    expect(island.get_by_text("亮灯", exact=True).first).to_be_visible()
    expect(island.locator(".bjs-powered-by").first).to_be_visible()
    picture(browser_page, f"decision-{browser_page.size_name}")  # pyright: ignore[reportAttributeAccessIssue]


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
    [(key, submission, _files)] = counter.received
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
    assert len({key for key, _, _ in counter.received}) == 2
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
    [(_, submission, _files)] = counter.received
    assert submission["summary"] == "山里没有信号"
    page.faults.forgive(r"ERR_INTERNET_DISCONNECTED")  # pyright: ignore[reportAttributeAccessIssue]


def test_what_waits_is_sent_when_any_page_is_opened_with_the_same_key_and_its_photo(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.answer = ({}, 503)
    page = form_of(open_page("phone"), site)
    page.get_by_label("走访情况").fill("拍了照片")
    page.get_by_label("自主研发").check()
    page.locator("input[type=file]").set_input_files(
        {"name": "车间.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 2048}
    )
    page.get_by_role("button", name="提交").click()
    expect(page.locator("camunda-form[state=waiting]")).to_be_visible()
    counter.answer = ({"message": "已收到"}, 200)
    page.goto(f"{site}/pieces")
    wait_for(lambda: len(counter.received) == 2, "the outbox to be sent")
    (first, _, files_before), (second, submission, files) = counter.received
    assert first == second
    assert files_before == files
    assert list(files.values()) == [2048]
    assert submission["photos"] in files
    page.faults.forgive(r"status of 503")  # pyright: ignore[reportAttributeAccessIssue]


def test_what_was_typed_is_back_after_a_reload_without_network(
    open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    page = form_of(open_page("desk"), site)
    page.route("**/draft", lambda route: route.abort())
    page.get_by_label("走访情况").fill("断网时写的")
    page.locator("input[type=file]").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"abc"})
    expect(page.get_by_text("已存在本机")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator("camunda-form[ready]").wait_for()
    expect(page.get_by_label("走访情况")).to_have_value("断网时写的")
    expect(page.get_by_text("a.txt")).to_be_visible()
    page.faults.forgive(r"ERR_FAILED")  # pyright: ignore[reportAttributeAccessIssue]


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


def drawings(kind: str) -> list[str]:
    return (
        sorted(path.relative_to(WORKFLOWS).as_posix() for path in WORKFLOWS.rglob(f"*.{kind}"))
        if WORKFLOWS.is_dir()
        else []
    )


@pytest.mark.parametrize("name", drawings("bpmn"))
def test_a_process_of_the_house_opens_without_a_warning(
    name: str, open_page: Callable[..., Page], counter: Counter, site: str, picture: Callable[[Page, str], None]
) -> None:
    counter.body = f'<bpmn-diagram src="/workflows/{name}" tall></bpmn-diagram>'
    page = open_page("desk")
    page.goto(f"{site}/any")
    expect(page.locator("bpmn-diagram[ready]")).to_have_attribute("warnings", "[]")
    picture(page, "drawing-" + re.sub(r"\W", "-", name))


@pytest.mark.parametrize("name", drawings("dmn"))
def test_a_decision_of_the_house_opens_without_a_warning(
    name: str, open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.body = f'<dmn-table src="/workflows/{name}" tall></dmn-table>'
    page = open_page("desk")
    page.goto(f"{site}/designer/any")
    expect(page.locator("dmn-table[ready]")).to_have_attribute("warnings", "[]")


@pytest.mark.parametrize("name", drawings("form"))
def test_a_form_of_the_house_opens_without_a_warning(
    name: str, open_page: Callable[..., Page], counter: Counter, site: str
) -> None:
    counter.schema = json.loads((WORKFLOWS / name).read_text(encoding="utf-8"))
    page = form_of(open_page("phone"), site)
    expect(page.locator("camunda-form")).to_have_attribute("warnings", "[]")
    assert fits(page)


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named = {
        name
        for path in (ROOT / "web").rglob("*.html")
        for name in re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']\s*[,)]", path.read_text(encoding="utf-8"))
    }
    assert named - assets.icon_names() == set()


def test_built_files_are_what_the_sources_give() -> None:
    islands = ROOT / "web" / "islands"
    if not (islands / "node_modules" / "esbuild").is_dir():
        pytest.skip("web/islands/node_modules is not installed: run npm ci there to compare")
    done = subprocess.run(["node", "build.mjs", "--check"], cwd=islands, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
