"""The elements of BPMN: activities, gateways, markers, data and artifacts, and every event at every place."""

from collections.abc import Iterator

from tests.diagrams import sketch
from tests.diagrams.broken import LO, asks, drawn, one
from tests.diagrams.sketch import (
    a_message,
    a_signal,
    ad_hoc,
    again,
    an_error,
    an_escalation,
    boundary,
    catch,
    complex_join,
    condition,
    draw,
    each,
    end,
    error,
    escalation,
    link,
    message,
    node,
    script,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    times,
    transaction,
    undone_by,
    user,
    xor,
    z,
)
from tests.modelling.words import Word, plain

M = (a_message("m", "answer", "=caseId"),)
TOP = (*M, a_signal("s"), an_error("e"), an_escalation("u"))


def activities() -> Iterator[Word]:
    def word(name: str, en: str, zh: str, element: str, find: str = "", top: tuple[str, ...] = ()) -> Word:
        return Word("Activities 活动", name, en, zh, one(element, top=top), find=find or f"//bpmn:{name}")

    decides = z("calledDecision", decisionId="light", resultVariable="light")
    yield word("userTask", "waits for a person", "等待人员办理", asks("x"))
    yield word(
        "serviceTask", "calls a service by its job type", "按作业类型调用服务", service("x", "registry.cases.open")
    )
    yield word(
        "sendTask",
        "sends by a service",
        "由服务发送",
        node("sendTask", "x", "", z("taskDefinition", type="send.letter")),
    )
    yield word(
        "receiveTask", "waits for a message", "等待消息", node("receiveTask", "x", messageRef="m_message"), top=M
    )
    yield word("scriptTask", "computes a variable with FEEL", "用 FEEL 计算变量", script("x", "=1 + 1", "two"))
    yield word(
        "businessRuleTask", "asks a decision (DMN)", "调用判定（DMN）", node("businessRuleTask", "x", "", decides)
    )
    yield word(
        "manualTask",
        "is passed at once; for what nobody records",
        "直接通过；用于不登记的工作",
        node("manualTask", "x"),
    )
    yield word("task", "is passed at once", "直接通过", node("task", "x"))
    yield word("subProcess", "holds steps; its variables stay inside until mapped", "包含若干步骤；变量在映射前留在内部",
               sub("x", start("a") + asks("b"), "a -> b"))  # fmt: skip
    yield word("subProcess triggeredByEvent", "begins when its event happens", "事件发生时开始",
               asks("x") + sub("aside", start("a", message("m")) + asks("b"), "a -> b", by_event=True),
               "//bpmn:subProcess[@triggeredByEvent='true']", M)  # fmt: skip
    yield word("adHocSubProcess", "begins the elements of a FEEL list; their order is free", "启动 FEEL 列表中的元素，顺序不限",
               ad_hoc("x", asks("a") + asks("b"), "", '=["a", "b"]'))  # fmt: skip
    yield word("transaction", "can be cancelled: what was done in it is undone", "可以取消：其中已做的会被撤销",
               transaction("x", start("a") + asks("b") + end("c"), "a -> b -> c"))  # fmt: skip
    yield word("callActivity", "runs another process and waits for it", "运行另一个流程并等待结束",
               node("callActivity", "x", "", z("calledElement", processId="close")))  # fmt: skip
    yield Word("Activities 活动", "globalTask", "a task beside the processes that call activities call", "流程之外的任务，供调用活动调用",
               one(node("callActivity", "x", "", z("calledElement", processId="g")), top=('<bpmn:globalTask id="g"/>',)),
               find="//bpmn:globalTask | //bpmn:globalUserTask | //bpmn:globalScriptTask")  # fmt: skip


def markers() -> Iterator[Word]:
    def word(name: str, en: str, zh: str, inner: str, find: str) -> Word:
        return Word("Markers 标记", name, en, zh, one(asks("x", "", inner)), plain(), find)

    many = "//bpmn:multiInstanceLoopCharacteristics"
    yield word("multiInstance parallel", "once for each item, all at once", "每一项一次，同时进行", each("=items", "item"),
               f"{many}[not(@isSequential='true')]")  # fmt: skip
    yield word("multiInstance sequential", "once for each item, one after the other", "每一项一次，依次进行",
               each("=items", "item", sequential=True), f"{many}[@isSequential='true']")  # fmt: skip
    yield word("multiInstance loopCardinality", "so many times", "按次数", times("=3"), f"{many}/bpmn:loopCardinality")
    yield word("multiInstance completionCondition", "ends early when the condition holds", "条件成立时提前结束",
               each("=items", "item", condition="=numberOfCompletedInstances = 1"), f"{many}/bpmn:completionCondition")  # fmt: skip
    yield word("standardLoopCharacteristics", "again while the condition holds", "条件成立时再来一次",
               again("=again", loopMaximum="3"), "//bpmn:standardLoopCharacteristics")  # fmt: skip
    undo = (asks("x"), boundary("undo", "x", sketch.compensation()), asks("h", isForCompensation="true"), end())
    yield Word("Markers 标记", "isForCompensation", "undoes another activity", "撤销另一个活动",
               drawn(start(), *undo, undone_by("undo", "h"), flows="start -> x -> end"),
               find="//*[@isForCompensation='true']")  # fmt: skip


def gateways() -> Iterator[Word]:
    def word(name: str, en: str, zh: str, source: bytes) -> Word:
        return Word("Gateways and flows 网关与顺序流", name, en, zh, source, find=f"//bpmn:{name}")

    ways = "start -> x -> a -> end\nx -> b -> end"
    wait = timer("duration", "P1D")
    yield word("exclusiveGateway", "takes the first flow whose condition holds, else the default", "走第一条条件成立的流，否则走默认流",
               one(xor("x", "x_b"), asks("a"), asks("b"), flows="start -> x -[=big]-> a -> end\nx -> b -> end"))  # fmt: skip
    yield word("parallelGateway", "takes all flows; waits for all", "走全部流；等全部到齐",
               one(node("parallelGateway", "x"), asks("a"), asks("b"), flows=ways))  # fmt: skip
    yield word("inclusiveGateway", "takes every flow whose condition holds; waits for those that can still come", "走所有条件成立的流；等还可能到的流",
               one(node("inclusiveGateway", "x", default="x_b"), asks("a"), asks("b"),
                   flows="start -> x -[=big]-> a -> end\nx -> b -> end"))  # fmt: skip
    yield word("eventBasedGateway", "goes the way whose event happens first", "哪个事件先发生就走哪条路",
               one(node("eventBasedGateway", "x"), catch("a", wait), catch("b", message("m")), flows=ways, top=M))  # fmt: skip
    yield word("complexGateway", "goes on when its activation condition holds", "激活条件成立时继续",
               one(node("parallelGateway", "f"), asks("a"), asks("b"), complex_join("x", "=activationCount >= 2"),
                   flows="start -> f -> a -> x -> end\nf -> b -> x"))  # fmt: skip
    yield word("sequenceFlow", "leads from one element to the next", "从一个元素到下一个元素", plain())
    yield Word("Gateways and flows 网关与顺序流", "sequenceFlow conditionExpression", "is taken when its condition holds", "条件成立时走这条流",
               one(asks("x"), asks("a"), flows="start -> x -[=big]-> a -> end"),
               one(asks("x"), asks("a"), flows="start -> x -> a -> end"), "//bpmn:conditionExpression")  # fmt: skip
    yield Word("Gateways and flows 网关与顺序流", "default", "is taken when no other flow is", "其他流都不走时走这条",
               one(xor("x", "x_b"), asks("a"), asks("b"), flows="start -> x -[=big]-> a -> end\nx -> b -> end"),
               find="//*[@default]")  # fmt: skip


def decoration() -> Iterator[Word]:
    def word(name: str, en: str, zh: str, source: bytes) -> Word:
        return Word("Shown to people 供人阅读", name, en, zh, source, plain(), shown=True)

    pool = '<bpmn:collaboration id="c"><bpmn:participant id="us" processRef="example"/><bpmn:participant id="they"/>{}</bpmn:collaboration>'
    lane = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="county"><bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    flow = '<bpmn:messageFlow id="mf" sourceRef="they" targetRef="x"/>'
    beside = {
        "textAnnotation": ("a note", "注释", '<bpmn:textAnnotation id="n"><bpmn:text>note</bpmn:text></bpmn:textAnnotation>'),
        "association": ("a line to a note; to what undoes work it counts", "连到注释的线；连到撤销活动时起作用",
                        '<bpmn:textAnnotation id="n"/><bpmn:association id="as" sourceRef="x" targetRef="n"/>'),
        "group": ("a frame around elements", "框住若干元素", '<bpmn:group id="g"/>'),
        "dataObject": ("a paper; variables carry the data", "文书；数据由变量承载", '<bpmn:dataObject id="d"/>'),
        "dataObjectReference": ("a paper; variables carry the data", "文书；数据由变量承载",
                                '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" dataObjectRef="d"/>'),
        "dataStoreReference": ("a register", "登记簿", '<bpmn:dataStoreReference id="r"/>'),
        "property": ("a remark of other tools", "其他工具的记录", '<bpmn:property id="r"/>'),
        "auditing": ("a remark of other tools", "其他工具的记录", '<bpmn:auditing id="r"/>'),
        "monitoring": ("a remark of other tools", "其他工具的记录", '<bpmn:monitoring id="r"/>'),
    }  # fmt: skip
    yield word("participant", "a pool: whose process it is; a black box is somebody else", "泳池：谁的流程；空泳池表示外部一方",
               drawn(start(), asks("x"), end(), flows="start -> x -> end", top=(pool.format(""),)))  # fmt: skip
    yield Word("Shown to people 供人阅读", "lane", "a lane: whose work it is; lists show it", "泳道：由谁办理；列表中显示",
               drawn(start(), asks("x"), end(), flows="start -> x -> end", extra=lane), plain(), "//bpmn:lane")  # fmt: skip
    yield word("messageFlow", "what passes between pools; message events carry it out", "泳池之间传递的内容；由消息事件实现",
               drawn(start(), asks("x"), end(), flows="start -> x -> end", top=(pool.format(flow),)))  # fmt: skip
    for name, (en, zh, inner) in beside.items():
        yield word(name, en, zh, one(asks("x"), extra=inner))
    for name in ("dataInputAssociation", "dataOutputAssociation"):
        yield word(name, "a line to a paper", "连到文书的线", one(asks("x", "", f'<bpmn:{name} id="r"/>')))
    yield Word("Shown to people 供人阅读", "documentation", "the words beside an element; shown with its task", "元素的说明文字；随任务显示",
               one(asks("x", "", "<bpmn:documentation>WP-3.3</bpmn:documentation>")), plain())  # fmt: skip
    top = {
        "category": "groups of frames", "dataStore": "a register", "itemDefinition": "a type of other tools",
        "extension": "an extension that need not be understood", "relationship": "a remark of other tools",
        "interface": "a service of other tools", "endPoint": "a service of other tools", "resource": "a role of other tools",
        "partnerEntity": "a partner", "partnerRole": "a partner", "import": "a file of other tools",
    }  # fmt: skip
    for name, en in top.items():
        yield word(name, en, "其他工具的内容", one(asks("x"), top=(f'<bpmn:{name} id="r"/>',)))


def refused() -> Iterator[Word]:
    """Elements of BPMN that nobody executes."""
    group = "Not executed 不执行"
    nodes = {
        "callChoreography": ("a choreography", "编排"), "subChoreography": ("a choreography", "编排"),
        "choreographyTask": ("a choreography", "编排"), "implicitThrowEvent": ("an event without a shape", "没有图形的事件"),
        "event": ("an event of no kind", "没有种类的事件"),
    }  # fmt: skip
    for name, (en, zh) in nodes.items():
        yield Word(group, name, en, zh, one(node(name, "x")))
    inner = {
        "potentialOwner": "who may do it, in BPMN's own words", "humanPerformer": "who does it, in BPMN's own words",
        "performer": "who does it, in BPMN's own words", "resourceRole": "who does it, in BPMN's own words",
        "ioSpecification": "inputs and outputs, in BPMN's own words",
    }  # fmt: skip
    for name, en in inner.items():
        yield Word(group, name, en, "BPMN 自带的写法", one(asks("x", "", f"<bpmn:{name}/>")), plain())
    loops = ("loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem", "complexBehaviorDefinition")
    for name in loops:
        many = each("=items", "item").replace("</bpmn:multi", f"<bpmn:{name}/></bpmn:multi", 1)
        yield Word(group, name, "several runs, in BPMN's own words", "BPMN 自带的多实例写法", one(asks("x", "", many)))
    yield Word(group, "script", "a script in another language", "其他语言的脚本",
               one(node("scriptTask", "x", "<bpmn:script>1</bpmn:script>")))  # fmt: skip


# --- events -----------------------------------------------------------------------------------------------------------

_DRAWN = {
    "none": "", "message": message("m"), "timer": timer("duration", "P1D"), "error": error("e"),
    "escalation": escalation("u"), "conditional": condition("=big = true"), "link": link("l"), "signal": signal("s"),
    "cancel": sketch.cancel(), "compensation": sketch.compensation(), "terminate": sketch.TERMINATE,
    "multiple": message("m") + timer("duration", "P1D"), "parallel multiple": message("m") + timer("duration", "P1D"),
}  # fmt: skip
_TAGS = {"compensation": "compensate"}
_SAYS = {
    "none": ("passes", "直接通过"), "message": ("a message with its correlation key", "按关联键的消息"),
    "timer": ("a date, a duration or a cycle", "日期、时长或周期"), "error": ("a business error by its code", "按代码的业务错误"),
    "escalation": ("an escalation by its code", "按代码的升级"), "conditional": ("a condition over variables", "变量满足条件"),
    "link": ("a jump within the process", "流程内跳转"), "signal": ("a signal to everybody who listens", "向所有监听者广播的信号"),
    "cancel": ("the cancellation of a transaction", "取消事务"), "compensation": ("undoing what was done", "撤销已做的工作"),
    "terminate": ("the end of everything in its scope", "终止所在范围内的一切"),
    "multiple": ("one of several triggers", "多个触发条件之一"), "parallel multiple": ("all of several triggers", "全部触发条件"),
}  # fmt: skip
# Where BPMN 2.0 (table 10.93) has which event.
_PLACES = {
    "start": ("start event", "开始事件", "none message timer conditional signal multiple|parallel multiple"),
    "sub": ("event sub-process, interrupting", "事件子流程，中断", "message timer error escalation compensation conditional signal multiple|parallel multiple"),
    "aside": ("event sub-process, beside", "事件子流程，不中断", "message timer escalation conditional signal multiple|parallel multiple"),
    "catch": ("intermediate catch event", "中间捕获事件", "message timer conditional link signal multiple|parallel multiple"),
    "boundary": ("boundary event, interrupting", "边界事件，中断", "message timer error escalation cancel compensation conditional signal multiple|parallel multiple"),
    "beside": ("boundary event, beside", "边界事件，不中断", "message timer escalation conditional signal multiple|parallel multiple"),
    "throw": ("intermediate throw event", "中间抛出事件", "none message escalation compensation link signal multiple"),
    "end": ("end event", "结束事件", "none message error escalation cancel compensation signal terminate multiple"),
}  # fmt: skip


def _sketch(kind: str, place: str) -> bytes:
    """The smallest process with this event at this place."""
    inner = _DRAWN[kind]
    more: dict[str, object] = {"parallelMultiple": "true"} if kind.startswith("parallel") else {}
    thrown = (
        z("taskDefinition", type="send.letter") if "message" in (kind, *inner.split('"')) or kind == "message" else ""
    )
    if kind == "timer" and place == "start":
        inner = timer("date", "2099-01-01T00:00:00Z")
    if kind == "multiple" and place in {"throw", "end"}:
        inner, thrown = escalation("u") + signal("s"), ""
    if kind in {"multiple", "parallel multiple"} and place == "start":
        inner = message("m") + signal("s")
    match place:
        case "start":
            return draw("example", [start("start", inner, **more), asks("x"), end()], "start -> x -> end", TOP)
        case "sub" | "aside":
            begins = start("a", inner, isInterrupting="false" if place == "aside" else None, **more)
            return one(asks("x"), sub("s", begins + asks("b"), "a -> b", by_event=True), top=TOP)
        case "catch" if kind == "link":
            return one(throw("x", link("l")), catch("y", inner), flows="start -> x\ny -> end", top=TOP)
        case "catch":
            return one(catch("x", inner).replace("<bpmn:intermediateCatchEvent", "<bpmn:intermediateCatchEvent"
                       + sketch.attributes(**more)), top=TOP)  # fmt: skip
        case "boundary" | "beside":
            return _attached(kind, inner, beside=place == "beside", more=more)
        case "throw" if kind == "link":
            return one(throw("x", inner), catch("y", link("l")), flows="start -> x\ny -> end", top=TOP)
        case "throw":
            return one(throw("x", inner, thrown), top=TOP)
        case _ if kind == "cancel":
            whole = transaction("t", start("a") + asks("b") + end("c", inner), "a -> b -> c")
            return one(whole, boundary("x", "t", inner), asks("d"), flows="start -> t -> end\nx -> d", top=TOP)
        case _:
            return draw("example", [start(), end("x", inner, thrown)], "start -> x", TOP)


def _attached(kind: str, inner: str, *, beside: bool, more: dict[str, object]) -> bytes:
    if kind == "cancel":
        return _sketch("cancel", "end")
    at = boundary("x", "h", inner, interrupting=not beside).replace("<bpmn:boundaryEvent", "<bpmn:boundaryEvent"
                  + sketch.attributes(**more))  # fmt: skip
    if kind == "compensation":
        undo = (asks("h"), at, asks("u", isForCompensation="true"), undone_by("x", "u"))
        return one(*undo, flows="start -> h -> end", top=TOP)
    return one(user("h", LO), at, asks("d"), flows="start -> h -> end\nx -> d", top=TOP)


def _xpath(kind: str, place: str) -> str:
    here = {
        "start": "//bpmn:process/bpmn:startEvent",
        "sub": "//bpmn:subProcess[@triggeredByEvent='true']/bpmn:startEvent[not(@isInterrupting='false')]",
        "aside": "//bpmn:subProcess[@triggeredByEvent='true']/bpmn:startEvent[@isInterrupting='false']",
        "catch": "//bpmn:intermediateCatchEvent",
        "boundary": "//bpmn:boundaryEvent[not(@cancelActivity='false')]",
        "beside": "//bpmn:boundaryEvent[@cancelActivity='false']",
        "throw": "//bpmn:intermediateThrowEvent",
        "end": "//bpmn:endEvent",
    }[place]
    definitions = "*[contains(local-name(), 'ventDefinition')]"
    if kind == "none":
        return f"{here}[not({definitions})]"
    if "multiple" in kind:
        needs = "@parallelMultiple='true'" if kind.startswith("parallel") else "not(@parallelMultiple='true')"
        return f"{here}[count({definitions}) > 1][{needs}]"
    return f"{here}[count({definitions}) = 1][bpmn:{_TAGS.get(kind, kind)}EventDefinition]"


def events() -> Iterator[Word]:
    """Every event at every place where BPMN has it."""
    for place, (en, zh, kinds) in _PLACES.items():
        first, _, more = kinds.partition("|")
        for kind in (*first.split(), *([more] if more else [])):
            says, says_zh = _SAYS[kind]
            name = f"{kind} {en}"
            yield Word("Events 事件", name, says, f"{zh}：{says_zh}", _sketch(kind, place), find=_xpath(kind, place))
