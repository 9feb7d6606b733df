"""A small server with the frame: it shows pieces and islands, writes down what it is sent and answers what the test sets."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template_string, request
from flask_wtf.csrf import CSRFProtect

from web import assets, headers, language

ROOT = Path(__file__).resolve().parents[2]
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
        self.received: list[tuple[str, dict[str, Any]]] = []
        self.files: list[tuple[str, int]] = []
        self.refused_files: tuple[dict[str, Any], int] | None = None
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
            submission = request.get_json()["submission"]
            self.received.append((request.headers.get("Idempotency-Key", ""), submission))
            body, status = self.answer
            return jsonify(body), status

        @app.post("/submit/files")
        def bring() -> tuple[Response, int]:
            sent = request.files["file"]
            content = sent.read()
            self.files.append((sent.filename or "", len(content)))
            if self.refused_files is not None:
                body, status = self.refused_files
                return jsonify(body), status
            kept = {"id": f"kept-{len(self.files)}", "name": sent.filename, "type": sent.mimetype, "size": len(content)}
            return jsonify({**kept, "sha256": "0" * 64}), 200

        @app.get("/done")
        def done() -> str:
            return render_template_string(DRAWING, marks={}, **frame)
