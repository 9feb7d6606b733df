"""Camunda 7's words: every element and attribute of its vocabulary."""

from collections.abc import Iterator

from tests.diagrams.broken import LO, SEVEN
from tests.diagrams.sketch import an_error, boundary, catch, node, user
from tests.modelling.words import Word, asks, one, seven

EVENT = ("the same as zeebe:{}", "等同于 zeebe:{}")
_NO = ("has no word in Camunda 8", "Camunda 8 没有对应写法")
_STORE = ("says when Camunda 7 stores a run and in what order it works", "只涉及 Camunda 7 何时存储、按什么顺序执行")


def words() -> Iterator[Word]:
    """Every row of the table of Camunda 7."""
    for name, (en, zh), drawing, without in _rows():
        shown = name in _QUIET
        yield Word("Camunda 7", f"camunda:{name}", en, zh, seven(drawing), seven(without), shown=shown)


_QUIET = frozenset({
    "historyTimeToLive", "isStartableInTasklist", "diagramRelationId", "modelerTemplate", "modelerTemplateVersion",
})  # fmt: skip

_Row = tuple[str, tuple[str, str], bytes, bytes]


def _like(zeebe: str) -> tuple[str, str]:
    return EVENT[0].format(zeebe), EVENT[1].format(zeebe)


def _put(source: bytes, element: str, written: str) -> bytes:
    """Attributes written into the first tag of the element with this id."""
    mark = f'id="{element}"'.encode()
    assert mark in source
    return source.replace(mark, mark + f" {written}".encode(), 1)


def _inside(extension: str, kind: str = "userTask", **more: str) -> bytes:
    return one(node(kind, "x", "", extension, **more))


def _rows() -> Iterator[_Row]:
    yield from _people()
    yield from _services()
    yield from _calls()
    yield from _data()
    yield from _others()


def _people() -> Iterator[_Row]:
    task = one(node("userTask", "x"))
    for name, value, zeebe in (
        ("assignee", "${officer}", "assignmentDefinition"), ("candidateGroups", "XK,XG", "assignmentDefinition"),
        ("candidateUsers", "anna", "assignmentDefinition"), ("dueDate", "${due}", "taskSchedule"),
        ("followUpDate", "${later}", "taskSchedule"), ("priority", "70", "priorityDefinition"),
        ("formRef", "visit", "formDefinition"), ("formKey", "camunda-forms:deployment:visit.form", "formDefinition"),
    ):  # fmt: skip
        yield name, _like(zeebe), _put(task, "x", f'camunda:{name}="{value}"'), task
    linked = _put(task, "x", 'camunda:formRef="visit"')
    bound = _put(task, "x", 'camunda:formRef="visit" camunda:formRefBinding="deployment"')
    yield "formRefBinding", _like("formDefinition"), bound, linked
    version = _put(task, "x", 'camunda:formRef="visit" camunda:formRefBinding="version" camunda:formRefVersion="3"')
    yield "formRefVersion", _NO, version, linked
    field = '<camunda:formData><camunda:formField id="a" label="a" type="string"/></camunda:formData>'
    yield "formData", ("a form of a few fields", "由若干字段组成的表单"), _inside(field), task
    typed = field.replace("string", "long")
    yield "formField", ("one field of it", "其中一个字段"), _inside(typed), _inside(field)
    for name, value in (("label", "b"), ("type", "long"), ("datePattern", "yyyy"), ("defaultValue", "1")):
        attributes = {"id": "a", "label": "a", "type": "string", name: value}
        made = "".join(f' {key}="{each_value}"' for key, each_value in attributes.items())
        yield (
            f"formField {name}",
            ("of one field", "字段的属性"),
            _inside(f"<camunda:formData><camunda:formField{made}/></camunda:formData>"),
            _inside(field),
        )
    held = (
        '<camunda:formData><camunda:formField id="a" label="a" type="string">{}</camunda:formField></camunda:formData>'
    )
    need = '<camunda:validation><camunda:constraint name="required"/></camunda:validation>'
    for name in ("validation", "constraint", "constraint name"):
        yield name, ("what fits into a field", "字段的限制"), _inside(held.format(need)), _inside(field)
    most = need.replace('"required"', '"max" config="5"')
    yield (
        "constraint config",
        ("what fits into a field", "字段的限制"),
        _inside(held.format(most)),
        _inside(held.format(need)),
    )
    for name, inner in (
        ("formProperty", '<camunda:formProperty id="a"/>'),
        ("potentialStarter", "<camunda:potentialStarter/>"),
    ):
        yield name, _NO, _inside(inner), task
    for name in ("formHandlerClass",):
        yield name, _NO, _put(task, "x", f'camunda:{name}="a.B"'), task
    begin = one(asks("x"))
    yield "initiator", _NO, _put(begin, "start", 'camunda:initiator="who"'), begin


def _services() -> Iterator[_Row]:
    task = one(node("serviceTask", "x"))
    topic = _put(task, "x", 'camunda:type="external" camunda:topic="send.letter"')
    yield "type", _like("taskDefinition"), topic, task
    yield "topic", _like("taskDefinition"), topic, task
    yield (
        "delegateExpression",
        ("the service of that name", "同名的服务"),
        _put(task, "x", 'camunda:delegateExpression="${sendLetter}"'),
        task,
    )
    yield "class", _NO, _put(task, "x", 'camunda:class="a.B"'), task
    yield "expression", _NO, _put(task, "x", 'camunda:expression="${bean.run()}"'), task
    yield (
        "connector",
        _NO,
        _inside("<camunda:connector><camunda:connectorId>c</camunda:connectorId></camunda:connector>", "serviceTask"),
        task,
    )
    yield (
        "connectorId",
        _NO,
        _inside("<camunda:connector><camunda:connectorId>c</camunda:connectorId></camunda:connector>", "serviceTask"),
        task,
    )
    field = '<camunda:field name="a" stringValue="b"/>'
    yield (
        "field",
        _NO,
        _put(_inside(field, "serviceTask"), "x", 'camunda:class="a.B"'),
        _put(task, "x", 'camunda:class="a.C"'),
    )
    decides = one(node("businessRuleTask", "x"))
    asked = 'camunda:decisionRef="light" camunda:resultVariable="r" camunda:mapDecisionResult="singleEntry"'
    decided = _put(decides, "x", asked)
    for name in ("decisionRef", "resultVariable", "mapDecisionResult"):
        yield name, _like("calledDecision"), decided, decides
    yield (
        "decisionRefBinding",
        _like("calledDecision"),
        _put(decides, "x", f'{asked} camunda:decisionRefBinding="deployment"'),
        decided,
    )
    yield "decisionRefVersionTag", _like("calledDecision"), _put(
        decides, "x", f'{asked} camunda:decisionRefBinding="versionTag" camunda:decisionRefVersionTag="1"'), decided  # fmt: skip
    yield "decisionRefVersion", _NO, _put(
        decides, "x", f'{asked} camunda:decisionRefBinding="version" camunda:decisionRefVersion="1"'), decided  # fmt: skip
    yield "decisionRefTenantId", _STORE, _put(decides, "x", f'{asked} camunda:decisionRefTenantId="t"'), decided
    computes = one(node("scriptTask", "x", "<bpmn:script>${a + 1}</bpmn:script>", scriptFormat="juel"))
    yield "resultVariable (script)", _like("script"), _put(computes, "x", 'camunda:resultVariable="b"'), computes
    yield "resource", _NO, _put(computes, "x", 'camunda:resource="a.groovy"'), computes


def _calls() -> Iterator[_Row]:
    call = one(node("callActivity", "x", calledElement="close"))
    yield (
        "calledElementBinding",
        _like("calledElement"),
        _put(call, "x", 'camunda:calledElementBinding="deployment"'),
        call,
    )
    yield "calledElementVersion", _like("calledElement"), _put(
        call, "x", 'camunda:calledElementBinding="version" camunda:calledElementVersion="3"'), call  # fmt: skip
    yield "calledElementVersionTag", _like("calledElement"), _put(
        call, "x", 'camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="1"'), call  # fmt: skip
    yield "calledElementTenantId", _STORE, _put(call, "x", 'camunda:calledElementTenantId="t"'), call
    for name in (
        "variableMappingClass",
        "variableMappingDelegateExpression",
        "caseRef",
        "caseBinding",
        "caseVersion",
        "caseTenantId",
    ):
        yield name, _NO, _put(call, "x", f'camunda:{name}="a"'), call

    def called(extension: str) -> bytes:
        return one(node("callActivity", "x", "", extension, calledElement="close"))

    for name in ("in", "out"):
        one_variable = called(f'<camunda:{name} source="a" target="b"/>')
        yield name, _like("calledElement with zeebe:ioMapping"), one_variable, call
        yield (
            f"{name} source",
            _like(f"{name}put source"),
            one_variable,
            called(f'<camunda:{name} source="c" target="b"/>'),
        )
        yield (
            f"{name} target",
            _like(f"{name}put target"),
            one_variable,
            called(f'<camunda:{name} source="a" target="c"/>'),
        )
        yield f"{name} sourceExpression", _like(f"{name}put source"), called(
            f'<camunda:{name} sourceExpression="${{a + 1}}" target="b"/>'), one_variable  # fmt: skip
        yield (
            f"{name} variables",
            _like("calledElement propagateAll…Variables"),
            called(f'<camunda:{name} variables="all"/>'),
            call,
        )
        yield f"{name} local", _NO, called(f'<camunda:{name} source="a" target="b" local="true"/>'), one_variable
    yield "in businessKey", _like("calledElement businessKey"), called('<camunda:in businessKey="V-${n}"/>'), call


def _data() -> Iterator[_Row]:
    task = one(node("userTask", "x"))
    into = '<camunda:inputOutput><camunda:inputParameter name="a">{}</camunda:inputParameter></camunda:inputOutput>'
    plain = _inside(into.format("b"))
    yield "inputOutput", _like("ioMapping"), plain, task
    yield "inputParameter", _like("input"), plain, _inside(into.format("c"))
    out = into.replace("input", "output").replace("outputOutput", "inputOutput")
    yield "outputParameter", _like("output"), _inside(out.format("b")), task
    yield (
        "list",
        ("a list in FEEL", "FEEL 列表"),
        _inside(into.format("<camunda:list><camunda:value>1</camunda:value></camunda:list>")),
        plain,
    )
    yield (
        "value",
        ("an item of a list", "列表的一项"),
        _inside(into.format("<camunda:list><camunda:value>1</camunda:value></camunda:list>")),
        plain,
    )
    mapped = '<camunda:map><camunda:entry key="k">v</camunda:entry></camunda:map>'
    yield "map", ("a context in FEEL", "FEEL 上下文"), _inside(into.format(mapped)), plain
    yield "entry", ("an entry of a context", "上下文的一项"), _inside(into.format(mapped)), plain
    yield (
        "entry key",
        ("an entry of a context", "上下文的一项"),
        _inside(into.format(mapped)),
        _inside(into.format(mapped.replace('"k"', '"l"'))),
    )
    script = '<camunda:script scriptFormat="groovy">1</camunda:script>'
    yield "script", _NO, _inside(into.format(script)), plain
    yield "script scriptFormat", _NO, _inside(into.format(script)), plain
    kept = '<camunda:properties><camunda:property name="stage" value="COACH"/></camunda:properties>'
    for name in ("properties", "property", "property name", "property value"):
        yield name, _like("properties"), _inside(kept), task
    many = one(node("userTask", "x", '<bpmn:multiInstanceLoopCharacteristics id="mi"/>'))
    yield "collection", _like("loopCharacteristics"), _put(many, "mi", 'camunda:collection="items"'), many
    yield "elementVariable", _like("loopCharacteristics"), _put(
        many, "mi", 'camunda:collection="items" camunda:elementVariable="item"'), _put(many, "mi", 'camunda:collection="items"')  # fmt: skip


def _others() -> Iterator[_Row]:
    task = one(node("userTask", "x"))
    for name in ("async", "asyncBefore", "asyncAfter", "exclusive", "jobPriority"):
        yield name, _STORE, _put(task, "x", f'camunda:{name}="true"'), task
    topic = one(node("serviceTask", "x")).replace(b'id="x"', b'id="x" camunda:type="external" camunda:topic="t"', 1)
    yield "taskPriority", _STORE, _put(topic, "x", 'camunda:taskPriority="3"'), topic
    yield (
        "failedJobRetryTimeCycle",
        _STORE,
        _inside("<camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle>"),
        task,
    )
    for name in ("executionListener", "taskListener"):
        for value in ('class="a.B"', 'expression="${a.b()}"', 'delegateExpression="${sendLetter}"'):
            which = f"{name} {value.partition('=')[0]}"
            yield which, _NO, _inside(f'<camunda:{name} event="create" {value}/>'), task
        yield f"{name} event", _NO, _inside(f'<camunda:{name} event="create" class="a.B"/>'), task
    for name in (
        "historyTimeToLive",
        "isStartableInTasklist",
        "versionTag",
        "candidateStarterGroups",
        "candidateStarterUsers",
        "taskPriority (process)",
    ):
        word = name.partition(" ")[0]
        en = {
            "versionTag": "a name for this version",
            "historyTimeToLive": "how long Camunda 7 keeps its history; ours is kept",
        }.get(word, "who may start it, in Camunda 7's pages")
        zh = {"versionTag": "本版本的标签", "historyTimeToLive": "Camunda 7 保留历史的时长；本系统的历史不删"}.get(
            word, "谁可以在 Camunda 7 页面里启动"
        )
        yield name, (en, zh), _put(task, "example", f'camunda:{word}="P30D"'), task
    yield (
        "diagramRelationId",
        ("a link of the modeler", "建模工具的链接"),
        _put(task, "definitions", f'{SEVEN}camunda:diagramRelationId="a"'),
        _put(task, "definitions", SEVEN.strip()),
    )
    for name in ("modelerTemplate", "modelerTemplateVersion"):
        yield name, ("which element template was used", "所用的元素模板"), _put(task, "x", f'camunda:{name}="1"'), task
    catches = (
        user("h", LO),
        boundary("x", "h", '<bpmn:errorEventDefinition id="ev" errorRef="e_error"/>'),
        user("d", LO),
    )
    caught = one(*catches, flows="start -> h -> end\nx -> d", top=(an_error("e"),))
    for name in ("errorCodeVariable", "errorMessageVariable"):
        yield (
            name,
            ("the variable for what the error says", "存放错误内容的变量"),
            _put(caught, "ev", f'camunda:{name}="code"'),
            caught,
        )
    yield "errorMessage", _NO, _put(caught, "e_error", 'camunda:errorMessage="why"'), caught
    raised = one(
        user("h", LO),
        boundary("x", "h", '<bpmn:escalationEventDefinition id="ev"/>'),
        user("d", LO),
        flows="start -> h -> end\nx -> d",
    )
    yield "escalationCodeVariable", _NO, _put(raised, "ev", 'camunda:escalationCodeVariable="code"'), raised
    definition = '<camunda:errorEventDefinition id="e" errorRef="e_error" expression="${a}"/>'
    yield "errorEventDefinition", _NO, _inside(definition, "serviceTask"), one(node("serviceTask", "x"))
    condition = '<bpmn:conditionalEventDefinition id="ev"><bpmn:condition>=a = 1</bpmn:condition></bpmn:conditionalEventDefinition>'
    watched = one(catch("x", condition))
    for name in ("variableName", "variableEvents"):
        yield name, _NO, _put(watched, "ev", f'camunda:{name}="a"'), watched
