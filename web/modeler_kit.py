"""The kit for Camunda Modeler: element templates for the services, posts and deadlines of the house, settings, and how to install them.

Templates follow Camunda's JSON schema for element templates of Camunda 8 (zeebe-element-templates-json-schema 0.46); Camunda
Modeler 5.50 reads them from `resources/element-templates` of its user folder.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.bpmn.model import Element, ProcessModel
from engine.services import is_immediate
from web import checking, words

SCHEMA: Final = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
FOLDER: Final = "resources/element-templates"
FLAGS: Final[Mapping[str, object]] = {"c8-engine-version": "8.8.0", "disable-rpa": True, "disable-httl-hint": True}
"""Settings of Camunda Modeler: a new drawing is one of Camunda 8.8, and what this house has no use for is not shown."""
STAGES: Final = (("LISTS", "清单"), ("MONITOR", "监测"), ("COACH", "辅导"), ("IMPROVE", "提升"), ("CLOSE", "销号"))
_VERSION: Final = 1
_LONG_AGO: Final = (2026, 1, 1, 0, 0, 0)
"""The time of every file in the zip: the same content makes the same zip."""

Template = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kit:
    """The zip, and the version that its name carries: it changes with what is inside."""

    version: str
    content: bytes

    @property
    def name(self) -> str:
        """The file name of the download."""
        return f"xiaohao-modeler-kit-{self.version}.zip"


def build(processes: Iterable[ProcessModel], job_types: Iterable[str], *, product: str, site: str) -> Kit:
    """The kit for what is in force: `processes` show what every service is called, gets and gives; `site` is the address of the house."""
    drawn = list(processes)
    files = {
        f"{FOLDER}/xiaohao-services.json": _json(services(drawn, job_types)),
        f"{FOLDER}/xiaohao-people.json": _json(people(drawn)),
        f"{FOLDER}/xiaohao-deadlines.json": _json(deadlines()),
        "resources/flags.json": _json(FLAGS),
    }
    digest = hashlib.sha256(b"".join(name.encode() + files[name] for name in sorted(files))).hexdigest()[:8]
    version = f"{product}-{digest}"
    files["README.md"] = _readme(version, site).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, files[name])
    return Kit(version, buffer.getvalue())


# --- services ---------------------------------------------------------------------------------------------------------


def services(processes: Sequence[ProcessModel], job_types: Iterable[str]) -> list[Template]:
    """A template for every service: its job type, what it gets and what it gives, as the drawings in force call it."""
    used: dict[str, list[tuple[ProcessModel, Element]]] = {}
    for process in processes:
        for one in process.elements.values():
            if one.job_type and not one.job_type.startswith("="):
                used.setdefault(one.job_type, []).append((process, one))
    return [_service(job_type, used.get(job_type, [])) for job_type in sorted(job_types)]


def _service(job_type: str, used: Sequence[tuple[ProcessModel, Element]]) -> Template:
    room = job_type.split(".")[1] if "." in job_type else job_type
    drawn_as = list(dict.fromkeys(one.name for _, one in used if one.name))
    inputs = {mapping.target: mapping.source for _, one in reversed(used) for mapping in one.inputs}
    # A template tells its outputs apart by what they take.
    outputs = {mapping.source: mapping.target for _, one in reversed(used) for mapping in one.outputs}
    inside = "在办理步骤内完成" if is_immediate(job_type) else "办理步骤提交后完成"
    places = "、".join(f"{process.name}·{one.name or one.id}" for process, one in used[:4])
    properties = [_hidden("zeebe:taskDefinition", job_type, property="type")]
    properties += [
        _property(
            f"输入 {name}", "String", {"type": "zeebe:input", "name": name}, source, group="inputs", feel="optional"
        )
        for name, source in inputs.items()
    ]
    properties += [
        _property(f"输出 {target}", "String", {"type": "zeebe:output", "source": source}, target, group="outputs")
        for source, target in outputs.items()
    ]
    return {
        **_head(
            f"service.{job_type}", f"{drawn_as[0] if drawn_as else job_type}（{job_type}）", "services", "系统服务"
        ),
        "description": f"{inside}。{'用于：' + places if places else '现行流程图中尚未使用。'}",
        "keywords": [job_type, room, *drawn_as],
        "appliesTo": ["bpmn:Task", "bpmn:ServiceTask"],
        "elementType": {"value": "bpmn:ServiceTask"},
        "groups": [{"id": "inputs", "label": "输入"}, {"id": "outputs", "label": "输出"}],
        "properties": properties,
    }


# --- people -----------------------------------------------------------------------------------------------------------


def people(processes: Sequence[ProcessModel]) -> list[Template]:
    """A user task for every post, and one whose posts come from a variable."""
    forms = sorted({one.form_id for process in processes for one in process.elements.values() if one.form_id})
    say = checking.sayer("zh-CN")
    own = [_person(f"post.{post}", f"{say(name)}办理（{post}）", post, forms) for post, name in words.POSTS.items()]
    return [*own, _person("post.variable", "按变量中的岗位办理", "=countyGroups", forms)]


def _person(identity: str, name: str, groups: str, forms: Sequence[str]) -> Template:
    form: Template = _property("表单", "Dropdown", {"type": "zeebe:formDefinition", "property": "formId"}, group="form")
    if forms:
        form |= {"choices": [{"name": one, "value": one} for one in forms], "value": forms[0]}
    else:
        form["type"] = "String"
    form["constraints"] = {"notEmpty": True}
    variable = groups.startswith("=")
    candidates = {"type": "zeebe:assignmentDefinition", "property": "candidateGroups"}
    who = _property("岗位", "String", candidates, groups, group="who", **({"feel": "optional"} if variable else {}))
    who["constraints"] = {"notEmpty": True}
    own = {"type": "zeebe:property"}
    return {
        **_head(identity, name, "people", "岗位任务"),
        "description": "交给有该岗位、管辖该地的人员办理；期限按工作日计算。",
        "appliesTo": ["bpmn:Task", "bpmn:UserTask"],
        "elementType": {"value": "bpmn:UserTask"},
        "groups": [
            {"id": "who", "label": "由谁办理"},
            {"id": "form", "label": "填写什么"},
            {"id": "when", "label": "期限"},
            {"id": "rules", "label": "规矩"},
        ],
        "properties": [
            {"type": "Hidden", "binding": {"type": "zeebe:userTask"}},
            who,
            form,
            _due("到期日", "=working days after(now(), 5)"),
            _property("优先级（0—100）", "Number", {"type": "zeebe:priorityDefinition", "property": "priority"}, group="when")
            | {"value": 50},
            {
                **_property("阶段", "Dropdown", {**own, "name": "stage"}, "COACH", group="rules"),
                "choices": [{"name": said, "value": value} for value, said in STAGES],
            },
            _property("不得由这些步骤的办理人办理", "String", {**own, "name": "differentFrom"}, group="rules", optional=True)
            | {"description": "填写步骤 id，用逗号分开，如 visit.record_visit"},
            _property("催办判定", "String", {**own, "name": "reminders"}, group="rules", optional=True)
            | {"description": "不填用 reminders"},
        ],
    }  # fmt: skip


# --- deadlines --------------------------------------------------------------------------------------------------------


def deadlines() -> list[Template]:
    """Timers in working days and in calendar days, as waiting events and at the edge of a task."""
    ways = (
        (
            "working-days",
            "个工作日后",
            "=working days after(now(), 5)",
            "把 5 改成所需的工作日数；节假日按公布的日历。",
        ),
        ("calendar-days", "个自然日后", '=now() + duration("P30D")', "把 30 改成所需的天数。"),
        ("due", "到变量中的时刻", "=due", "变量里是带时区的时刻。"),
    )
    kinds = (
        ("wait", "等待：", "bpmn:IntermediateCatchEvent"),
        ("edge", "逾期：", "bpmn:BoundaryEvent"),
    )
    return [
        {
            **_head(f"deadline.{kind}.{way}", f"{said_kind}{said}", "deadlines", "期限"),
            "description": description,
            "appliesTo": [element],
            "elementType": {"value": element, "eventDefinition": "bpmn:TimerEventDefinition"},
            "properties": [
                _property("时刻", "String", {"type": "bpmn:TimerEventDefinition#property", "name": "timeDate"}, expression, feel="optional"),
            ],
        }
        for kind, said_kind, element in kinds
        for way, said, expression, description in ways
    ]  # fmt: skip


# --- pieces -----------------------------------------------------------------------------------------------------------


def _head(identity: str, name: str, category: str, category_name: str) -> Template:
    return {
        "$schema": SCHEMA,
        "id": f"xiaohao.{identity}",
        "name": name,
        "version": _VERSION,
        "engines": {"camunda": "^8.6"},
        "category": {"id": f"xiaohao.{category}", "name": category_name},
    }


def _hidden(binding: str, value: str, **more: str) -> Template:
    return {"type": "Hidden", "value": value, "binding": {"type": binding, **more}}


def _property(label: str, kind: str, binding: Mapping[str, str], value: str = "", **more: object) -> Template:
    made: Template = {"label": label, "type": kind, "binding": dict(binding), **more}
    if value:
        made["value"] = value
    return made


def _due(label: str, value: str) -> Template:
    binding = {"type": "zeebe:taskSchedule", "property": "dueDate"}
    return _property(label, "String", binding, value, group="when", feel="optional")


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _readme(version: str, site: str) -> str:
    return f"""# 销号系统建模工具包 {version}

供 Camunda Modeler 5.50 使用，流程图按 Camunda 8.8 绘制。

## 里面有什么

* `resources/element-templates/xiaohao-services.json`：系统服务，每个作业类型一个模板，输入输出按现行流程图预填；
* `resources/element-templates/xiaohao-people.json`：岗位任务，每个岗位一个模板，含表单、工作日期限、阶段、回避；
* `resources/element-templates/xiaohao-deadlines.json`：期限，按工作日、自然日或变量中的时刻；
* `resources/flags.json`：建模工具的设置：新图默认 Camunda 8.8，不显示用不到的内容。

## 怎样安装

1. 关闭 Camunda Modeler。
2. 把 `resources` 文件夹复制到用户目录，与已有的合并：
   * Windows：`%APPDATA%\\camunda-modeler`
   * macOS：`~/Library/Application Support/camunda-modeler`
   * Linux：`~/.config/camunda-modeler`
3. 已有 `resources/flags.json` 的，把本文件中的几项加进去，不要覆盖。
4. 重新打开 Camunda Modeler。只给一个项目用时，也可以把 `element-templates` 文件夹放到项目的 `.camunda` 文件夹里。

## 怎样使用

1. 新建 Camunda 8 流程图，画一个任务，点右侧的 *Select template*，按中文名称或作业类型查找。
2. 服务任务：核对“输入”里的表达式和“输出”里的变量名。
3. 岗位任务：选择表单，写明期限，例如 `=working days after(now(), 5)`（5 个工作日后）。
4. 部署：点 *Deploy*，选 Self-Managed，地址填 `{site}`，认证填本系统“访问令牌”页面生成的令牌；
   旧版建模工具（Camunda 7 方式）地址填 `{site}/engine-rest`。
5. 部署被拒绝时，每条意见都写明元素和改法；每条规则的说明见 `{site}/designer/rules/`。

## 更新

流程、服务或表单变化后重新下载本包，覆盖 `resources/element-templates` 中的三个文件即可。文件名中的版本号变了，内容才有变化。
"""
