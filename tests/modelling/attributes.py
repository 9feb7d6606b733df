"""The attributes of BPMN and the extensions of Camunda 8.8 (zeebe:), element by element and attribute by attribute."""

from collections.abc import Iterator
from typing import Any

from tests.diagrams.broken import FORM, LO, asks, one
from tests.diagrams.sketch import (
    a_message,
    a_signal,
    an_error,
    an_escalation,
    boundary,
    catch,
    compensation,
    draw,
    each,
    end,
    error,
    escalation,
    message,
    node,
    signal,
    start,
    sub,
    throw,
    timer,
    undone_by,
    user,
    z,
)  # fmt: skip
from tests.modelling.words import Word, attribute, bare, person, plain

M = (a_message("m", "answer", "=caseId"),)


def bpmn() -> Iterator[Word]:
    """Attributes of BPMN. `with` and `without`: a drawing that gives it a value, and one that does not."""
    group = "Attributes of BPMN BPMN 属性"

    def at(name: str, en: str, zh: str, written: str, **more: bool) -> Word:
        return Word(group, name, en, zh, person(written), plain(), shown=more.get("shown", False))

    def inside(name: str, en: str, zh: str, made: bytes, without: bytes | None = None, *, shown: bool = False) -> Word:
        return Word(group, name, en, zh, made, without, f"//@{name}", shown)

    held = (user("h", LO), asks("d"))
    flows = "start -> h -> end\nx -> d"
    late = timer("duration", "P1D")
    loop = '<bpmn:standardLoopCharacteristics{} loopMaximum="3"/>'
    held_back = "<bpmn:compensateEventDefinition{}/>"
    yield inside(
        "id", "names the element; history and four-eyes rules go by it", "元素的编号；历史和回避规则按它登记", plain()
    )
    yield inside("name", "what people read", "给人看的名称", one(asks("x", name="visit")), one(asks("x", name="call")))
    yield inside("isExecutable", "whether the process may run", "流程是否可执行", plain())
    twice = "start -> f -> x -> end\nf -> x"
    yield Word(group, "startQuantity", "tokens it takes to begin", "开始所需的令牌数",
               one(node("parallelGateway", "f"), asks("x", startQuantity="2"), flows=twice),
               one(node("parallelGateway", "f"), asks("x"), flows=twice))  # fmt: skip
    yield at("completionQuantity", "tokens it gives when done", "完成时给出的令牌数", 'completionQuantity="2"')
    undo = (asks("h"), boundary("b", "h", compensation()), asks("u", isForCompensation="true"), undone_by("b", "u"))
    yield inside(
        "isForCompensation", "undoes another activity", "撤销另一个活动", one(*undo, flows="start -> h -> end")
    )
    yield inside("default", "the flow for everything else", "其余情况走的流", plain())
    yield inside(
        "attachedToRef",
        "the activity on whose edge it stands",
        "所附着的活动",
        one(*held, boundary("x", "h", late), flows=flows),
    )
    yield inside("cancelActivity", "whether the event ends its activity", "事件是否中断活动",
                 one(*held, boundary("x", "h", late, interrupting=False), flows=flows),
                 one(*held, boundary("x", "h", late), flows=flows))  # fmt: skip
    aside = sub("s", start("a", message("m"), isInterrupting="false") + asks("b"), "a -> b", by_event=True)
    ends = sub("s", start("a", message("m")) + asks("b"), "a -> b", by_event=True)
    yield inside("isInterrupting", "whether the event sub-process ends what runs around it", "事件子流程是否中断外围",
                 one(asks("x"), aside, top=M), one(asks("x"), ends, top=M))  # fmt: skip
    yield inside(
        "triggeredByEvent", "makes a sub-process one of events", "使子流程成为事件子流程", one(asks("x"), ends, top=M)
    )
    yield inside("isSequential", "one after the other", "依次进行", one(asks("x", "", each("=items", "i", sequential=True))),
                 one(asks("x", "", each("=items", "i"))))  # fmt: skip
    yield inside("parallelMultiple", "waits for all triggers", "等待全部触发条件",
                 one(catch("x", message("m") + late).replace(" id=", ' parallelMultiple="true" id=', 1), top=M),
                 one(catch("x", message("m") + late), top=M))  # fmt: skip
    yield inside("testBefore", "asks before the first run as well", "第一次之前也判断",
                 one(asks("x", "", loop.format(' testBefore="true"'))), one(asks("x", "", loop.format(""))))  # fmt: skip
    yield inside("loopMaximum", "the most runs of a loop", "循环次数上限", one(asks("x", "", loop.format(""))),
                 one(asks("x", "", loop.format("").replace("3", "4"))))  # fmt: skip
    received = node("receiveTask", "x", messageRef="m_message", instantiate="true")
    yield inside("instantiate", "a receive task that begins a run", "由接收任务开始一个实例",
                 draw("example", [received, end()], "x -> end", M))  # fmt: skip
    yield inside("sourceRef", "where a flow comes from", "流从哪里来", plain())
    yield inside("targetRef", "where a flow leads", "流到哪里去", plain())
    beside = (*M, a_signal("s"), an_error("e"), an_escalation("u"))
    wired = one(
        asks("h"), boundary("x", "h", error("e")), asks("d"), throw("y", escalation("u")), throw("z", signal("s")),
        catch("w", message("m")), flows="start -> h -> y -> z -> w -> end\nx -> d", top=beside,
    )  # fmt: skip
    for name in ("messageRef", "signalRef", "errorRef", "escalationRef", "errorCode", "escalationCode"):
        yield inside(name, "refers to what stands beside the processes", "引用流程之外的定义", wired)
    yield inside("activityRef", "which activity is undone", "撤销哪个活动", plain())
    undone = (asks("h"), boundary("b", "h", held_back.format("")), asks("u", isForCompensation="true"))
    undone = (*undone, '<bpmn:association id="b-u" sourceRef="b" targetRef="u"/>')
    flows = "start -> h -> x -> end"
    yield inside("waitForCompletion", "waits until all is undone; the other way is not executed", "等撤销完成；不等的写法不执行",
                 one(*undone, throw("x", held_back.format(' waitForCompletion="true"')), flows=flows),
                 one(*undone, throw("x", held_back.format(' waitForCompletion="false"')), flows=flows))  # fmt: skip

    def free(**more: str) -> bytes:
        begins = z("adHoc", activeElementsCollection='=["a", "b"]')
        done = "<bpmn:completionCondition>=a_done</bpmn:completionCondition>"
        return one(node("adHocSubProcess", "x", asks("a") + asks("b") + done, begins, **more))

    yield inside("cancelRemainingInstances", "ends what still runs in an ad-hoc sub-process", "结束自由子流程中仍在进行的工作",
                 free(cancelRemainingInstances="false"), free())  # fmt: skip
    yield inside("ordering", "one after the other in an ad-hoc sub-process", "自由子流程中依次进行", plain())
    yield at(
        "behavior",
        "how several runs report; only All is executed",
        "多实例的报告方式；只执行 All",
        'behavior="Complex"',
    )
    yield at("noneBehaviorEventRef", "an event of several runs", "多实例的事件", 'noneBehaviorEventRef="e"')
    yield at("oneBehaviorEventRef", "an event of several runs", "多实例的事件", 'oneBehaviorEventRef="e"')
    yield Word(group, "eventGatewayType", "only Exclusive is executed", "只执行 Exclusive",
               one(node("eventBasedGateway", "x", eventGatewayType="Parallel"), catch("a", late), flows="start -> x -> a -> end"))  # fmt: skip
    for name in ("calledElement", "scriptFormat"):
        yield Word(
            group, name, "Camunda 7's way", "Camunda 7 的写法", one(node("callActivity", "x", **{name: "groovy"}))
        )
    yield Word(group, "language", "the language of an expression; only FEEL", "表达式语言；只用 FEEL", plain().replace(
        b"<bpmn:sequenceFlow id=\"x_end\"", b"<bpmn:sequenceFlow id=\"x_end\"").replace(
        b'targetRef="end"/>', b'targetRef="end"><bpmn:conditionExpression language="groovy">x</bpmn:conditionExpression></bpmn:sequenceFlow>')
        if b'targetRef="end"/>' in plain() else plain().replace(b'targetRef="end"></bpmn:sequenceFlow>',
        b'targetRef="end"><bpmn:conditionExpression language="groovy">x</bpmn:conditionExpression></bpmn:sequenceFlow>'))  # fmt: skip
    told = {
        "processType": "public or private", "isClosed": "whether the process hides its messages",
        "gatewayDirection": "diverging or converging; the flows say it", "implementation": "how a task is done, in other tools",
        "operationRef": "a service of other tools", "isImmediate": "a remark of other tools", "textFormat": "the format of a text",
        "structureRef": "a type of other tools", "evaluatesToTypeRef": "a type of other tools",
        "associationDirection": "an arrow on a line", "method": "a remark of other tools",
        "definitionalCollaborationRef": "the pools around the process",
    }  # fmt: skip
    for name, en in told.items():
        yield at(name, en, "其他工具的记录，不影响执行", f'{name}="x"', shown=True)


def zeebe() -> Iterator[Word]:
    """Camunda 8.8's extensions: every element and every attribute of its vocabulary."""
    yield from _people()
    yield from _work()
    yield from _waiting()
    yield from _of_the_modeler()


def _word(name: str, en: str, zh: str, drawing: bytes, without: bytes | None, find: str = "") -> Word:
    element, _, attribute_name = name.partition(" ")
    xpath = f"//zeebe:{element}" + (f"/@{attribute_name}" if attribute_name else "")
    return Word("Camunda 8 extensions 扩展", f"zeebe:{name}", en, zh, drawing, without, find or xpath)


def _people() -> Iterator[Word]:
    who = "assignmentDefinition"
    nobody = bare()
    yield _word("userTask", "marks a Camunda user task; every user task here is one", "标记为 Camunda 用户任务；这里的用户任务都是",
                plain(), None)  # fmt: skip
    yield _word(who, "who may do it", "由谁办理", bare("", z(who, candidateGroups="XK")), nobody)
    yield _word(f"{who} assignee", "one person", "办理人", bare("", z(who, assignee="=officer")), nobody)
    yield _word(
        f"{who} candidateGroups",
        "the posts that may do it",
        "可以办理的岗位",
        bare("", z(who, candidateGroups="XK")),
        nobody,
    )
    yield _word(
        f"{who} candidateUsers",
        "persons that may do it",
        "可以办理的人",
        bare("", z(who, candidateUsers="anna")),
        nobody,
    )
    yield _word("formDefinition", "the form that is asked", "填写的表单", bare("", FORM), nobody)
    yield _word("formDefinition formId", "a form by its id", "按 id 指定表单", bare("", FORM), nobody)
    yield _word("formDefinition externalReference", "a form outside, by name", "系统外的表单名称",
                bare("", z("formDefinition", externalReference="paper-1")), nobody)  # fmt: skip
    yield _word(
        "formDefinition formKey",
        "an older way to name a form",
        "旧的表单写法",
        bare("", z("formDefinition", formKey="x")),
        nobody,
    )
    yield _word("formDefinition bindingType", "latest, of this deployment, or by version tag", "最新版、本次部署的版本或按版本标签",
                bare("", z("formDefinition", formId="visit", bindingType="deployment")), bare("", FORM))  # fmt: skip
    tagged = z("formDefinition", formId="visit", bindingType="versionTag", versionTag="1.0")
    yield _word(
        "formDefinition versionTag", "which version, by its tag", "按版本标签", bare("", tagged), bare("", FORM)
    )
    yield _word(
        "taskSchedule", "due and follow-up date", "到期日与跟进日", bare("", z("taskSchedule", dueDate="=due")), nobody
    )
    yield _word("taskSchedule dueDate", "until when; =working days after(now(), 5)", "期限；=working days after(now(), 5)",
                bare("", z("taskSchedule", dueDate="=due")), nobody)  # fmt: skip
    yield _word(
        "taskSchedule followUpDate",
        "when to look again",
        "跟进日",
        bare("", z("taskSchedule", followUpDate="=due")),
        nobody,
    )
    yield _word(
        "priorityDefinition",
        "how urgent, 0 to 100",
        "优先级 0—100",
        bare("", z("priorityDefinition", priority="70")),
        nobody,
    )
    yield _word(
        "priorityDefinition priority",
        "a number or an expression",
        "数字或表达式",
        bare("", z("priorityDefinition", priority="70")),
        nobody,
    )
    yield _word("userTaskForm", "a form inside the drawing", "写在图里的表单", _inner_form(), plain())
    yield _word("userTaskForm id", "a form inside the drawing", "写在图里的表单", _inner_form(), plain())
    yield from _listeners()


def _inner_form() -> bytes:
    return one(
        user("x", LO + z("formDefinition", formKey="camunda-forms:bpmn:f")),
        extra="<bpmn:extensionElements>"
        + z("userTaskForm", '{"components": []}', id="f")
        + "</bpmn:extensionElements>",
    )


def _listeners() -> Iterator[Word]:
    for holder, single, event, says in (
        (
            "executionListeners",
            "executionListener",
            "start",
            ("a service when the element begins or ends", "元素开始或结束时调用服务"),
        ),
        (
            "taskListeners",
            "taskListener",
            "completing",
            ("a service when people do something with the task", "人员操作任务时调用服务"),
        ),
    ):

        def heard(
            more: str = "", single: str = single, event: str = event, holder: str = holder, **values: str
        ) -> bytes:
            told = {"eventType": event, "type": "registry.cases.open", **values}
            return person("", z(holder, z(single, more, **told)))

        yield _word(holder, *says, heard(), plain())
        yield _word(single, *says, heard(), plain())
        yield _word(
            f"{single} eventType",
            "when: start, end; creating, assigning, updating, completing, canceling",
            "何时触发",
            heard(),
            plain(),
        )
        yield _word(
            f"{single} type",
            "the service, by its job type",
            "服务的作业类型",
            heard(type="registry.cases.close"),
            heard(),
        )
        yield _word(f"{single} retries", "how often it is tried", "重试次数", heard(retries="7"), heard())


def _work() -> Iterator[Word]:
    def job(extension: str) -> bytes:
        return one(node("serviceTask", "x", "", extension))

    kind = z("taskDefinition", type="send.letter")
    yield _word("taskDefinition", "which service does it", "由哪个服务完成", job(kind), None)
    yield _word(
        "taskDefinition type",
        "the job type of the service",
        "服务的作业类型",
        job(kind),
        job(z("taskDefinition", type="send.fax")),
    )
    yield _word(
        "taskDefinition retries",
        "how often it is tried",
        "重试次数",
        job(z("taskDefinition", type="send.letter", retries="7")),
        job(kind),
    )
    yield _word(
        "taskHeaders",
        "fixed words for the service",
        "给服务的固定参数",
        job(kind + z("taskHeaders", z("header", key="a", value="b"))),
        job(kind),
    )
    yield _word(
        "header",
        "one fixed word",
        "一个固定参数",
        job(kind + z("taskHeaders", z("header", key="a", value="b"))),
        job(kind),
    )
    yield _word(
        "header key", "its name", "参数名", job(kind + z("taskHeaders", z("header", key="a", value="b"))), job(kind)
    )
    yield _word(
        "header value", "its value", "参数值", job(kind + z("taskHeaders", z("header", key="a", value="b"))), job(kind)
    )
    mapped = z("ioMapping", z("input", source="=a", target="b") + z("output", source="=c", target="d"))
    yield _word("ioMapping", "what goes in and what comes out", "输入输出映射", person("", mapped), plain())
    for local in ("input", "output"):
        yield _word(local, "one mapping", "一条映射", person("", mapped), plain())
        yield _word(
            f"{local} source", "a FEEL expression or a fixed text", "FEEL 表达式或固定文本", person("", mapped), plain()
        )
        yield _word(f"{local} target", "the variable", "变量名", person("", mapped), plain())
    yield _word(
        "script",
        "a FEEL expression",
        "FEEL 表达式",
        one(node("scriptTask", "x", "", z("script", expression="=1", resultVariable="a"))),
        None,
    )
    for name in ("expression", "resultVariable"):
        yield _word(f"script {name}", "what is computed, and into which variable", "算什么、存入哪个变量",
                    one(node("scriptTask", "x", "", z("script", expression="=1", resultVariable="a"))),
                    one(node("scriptTask", "x", "", z("script", expression="=2", resultVariable="b"))))  # fmt: skip

    def decided(**more: str) -> bytes:
        return one(
            node(
                "businessRuleTask",
                "x",
                "",
                z("calledDecision", **{"decisionId": "light", "resultVariable": "r", **more}),
            )
        )

    yield _word("calledDecision", "which decision is asked", "调用哪个判定", decided(), None)
    yield _word("calledDecision decisionId", "its id", "判定 id", decided(decisionId="other"), decided())
    yield _word(
        "calledDecision resultVariable", "where its answer goes", "结果变量", decided(resultVariable="other"), decided()
    )
    yield _word(
        "calledDecision bindingType",
        "latest, of this deployment, or by version tag",
        "版本绑定",
        decided(bindingType="deployment"),
        decided(),
    )
    yield _word(
        "calledDecision versionTag",
        "which version, by its tag",
        "按版本标签",
        decided(bindingType="versionTag", versionTag="1"),
        decided(),
    )

    def called(**more: str) -> bytes:
        return one(node("callActivity", "x", "", z("calledElement", **{"processId": "close", **more})))

    yield _word("calledElement", "which process is called", "调用哪个流程", called(), None)
    yield _word(
        "calledElement processId", "its id, or an expression", "流程 id 或表达式", called(processId="case"), called()
    )
    yield _word(
        "calledElement processIdExpression",
        "an older way to say it",
        "旧写法",
        called(processIdExpression="a"),
        called(),
    )
    yield _word(
        "calledElement propagateAllChildVariables",
        "whether all its variables come back",
        "是否带回全部变量",
        called(propagateAllChildVariables="false"),
        called(),
    )
    yield _word(
        "calledElement propagateAllParentVariables",
        "whether it gets all variables",
        "是否传入全部变量",
        called(propagateAllParentVariables="false"),
        called(),
    )
    yield _word(
        "calledElement bindingType",
        "latest, of this deployment, or by version tag",
        "版本绑定",
        called(bindingType="deployment"),
        called(),
    )
    yield _word(
        "calledElement versionTag",
        "which version, by its tag",
        "按版本标签",
        called(bindingType="versionTag", versionTag="1"),
        called(),
    )
    yield _word(
        "calledElement businessKey",
        "the number of the called run",
        "被调用实例的业务编号",
        called(businessKey="=n"),
        called(),
    )
    yield _word(
        "calledElement businessId",
        "the number of the called run (Camunda 8.9)",
        "被调用实例的编号（Camunda 8.9）",
        called(businessId="=n"),
        called(),
    )
    yield _word("linkedResources", "files for a job worker", "给作业的文件", person("", z("linkedResources")), plain())
    for name in ("linkedResource", "linkedResource resourceId", "linkedResource resourceType", "linkedResource linkName",
                 "linkedResource bindingType", "linkedResource versionTag"):  # fmt: skip
        yield _word(name, "a file for a job worker", "给作业的文件",
                    person("", z("linkedResources", z("linkedResource", resourceId="a", resourceType="b", linkName="c"))), plain())  # fmt: skip
    for name in (
        "jobPriorityDefinition",
        "jobPriorityDefinition priority",
        "agentDefinition",
        "agentDefinition agentType",
    ):
        element, _, value = name.partition(" ")
        yield _word(
            name,
            "of a later Camunda 8",
            "Camunda 8 后续版本的内容",
            person("", z(element, **({value: "1"} if value else {}))),
            plain(),
        )


def _waiting() -> Iterator[Word]:
    def waits(subscription: str, **more: str) -> bytes:
        named = node("message", "m_message", "", subscription, name="answer")
        return one(node("receiveTask", "x", messageRef="m_message", **more), top=(named,))

    yield _word(
        "subscription",
        "how a message finds its case",
        "消息如何找到案件",
        waits(z("subscription", correlationKey="=caseId")),
        None,
    )
    yield _word("subscription correlationKey", "the value that must be the same", "必须相同的值",
                waits(z("subscription", correlationKey="=caseId")), waits(z("subscription", correlationKey="=itemId")))  # fmt: skip

    def publishes(**more: str) -> bytes:
        return one(
            throw("x", message("m"), z("publishMessage", **{"correlationKey": "=k", **more})),
            top=(a_message("m", "answer"),),
        )

    yield _word("publishMessage", "tells another run of this house", "告知本系统的另一个实例", publishes(), None)
    yield _word(
        "publishMessage correlationKey", "which run", "哪个实例", publishes(correlationKey="=other"), publishes()
    )
    yield _word(
        "publishMessage messageId", "so that it is told once", "保证只告知一次", publishes(messageId="=id"), publishes()
    )
    yield _word(
        "publishMessage timeToLive",
        "how long it waits for its hearer",
        "等待接收者的时长",
        publishes(timeToLive='=duration("P1D")'),
        publishes(),
    )

    def many(**more: Any) -> bytes:
        return one(asks("x", "", each("=items", "item", **more)))

    yield _word("loopCharacteristics", "what it is repeated for", "为什么重复", many(), None)
    yield _word("loopCharacteristics inputCollection", "the list", "列表", many(), None)
    yield _word(
        "loopCharacteristics inputElement",
        "the name of one item",
        "单项变量名",
        many(),
        one(asks("x", "", each("=items", "other"))),
    )
    yield _word("loopCharacteristics outputCollection", "where the answers are collected", "汇总结果的变量",
                many(outputCollection="all", outputElement="=a"), many())  # fmt: skip
    yield _word("loopCharacteristics outputElement", "the answer of one run", "单次结果",
                many(outputCollection="all", outputElement="=a"), many(outputCollection="all", outputElement="=b"))  # fmt: skip

    def free(**more: str) -> bytes:
        begins = z("adHoc", **{"activeElementsCollection": '=["a"]', **more})
        return one(node("adHocSubProcess", "x", asks("a"), begins))

    yield _word("adHoc", "what an ad-hoc sub-process begins with", "自由子流程从哪些元素开始", free(), None)
    yield _word("adHoc activeElementsCollection", "the list of its elements", "元素列表", free(), None)
    yield _word(
        "adHoc outputCollection",
        "where the answers are collected",
        "汇总结果的变量",
        free(outputCollection="all", outputElement="=a"),
        free(),
    )
    yield _word(
        "adHoc outputElement",
        "the answer of one run",
        "单次结果",
        free(outputCollection="all", outputElement="=a"),
        free(),
    )
    condition = (
        "<bpmn:conditionalEventDefinition><bpmn:condition>=a = 1</bpmn:condition>{}</bpmn:conditionalEventDefinition>"
    )
    filters = (
        "<bpmn:extensionElements>"
        + z("conditionalFilter", variableNames="a", variableEvents="create")
        + "</bpmn:extensionElements>"
    )
    for name in ("conditionalFilter", "conditionalFilter variableNames", "conditionalFilter variableEvents"):
        yield _word(
            name,
            "which changes are looked at",
            "关注哪些变化",
            one(catch("x", condition.format(filters))),
            one(catch("x", condition.format(""))),
        )
    tag = "<bpmn:extensionElements>" + z("versionTag", value="1.0") + "</bpmn:extensionElements>"
    for name in ("versionTag", "versionTag value"):
        yield _word(name, "a name for this version", "本版本的标签", one(asks("x"), extra=tag), plain())
    stage = z("properties", z("property", name="stage", value="COACH"))
    for name in ("properties", "property", "property name", "property value"):
        yield _word(
            name,
            "words of the house: stage, differentFrom, reminders …",
            "本系统的属性：stage、differentFrom、reminders 等",
            person("", stage),
            plain(),
        )


def _of_the_modeler() -> Iterator[Word]:
    group = "Camunda 8 extensions 扩展"
    for name in ("modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"):
        yield Word(
            group,
            f"zeebe:{name}",
            "which element template was used",
            "所用的元素模板",
            person(f'zeebe:{name}="1"'),
            plain(),
            shown=True,
        )
    yield Word(group, "zeebe:retryCounter", "an older way to say retries", "旧写法", attribute("serviceTask", 'zeebe:retryCounter="3"', z("taskDefinition", type="t")),
               attribute("serviceTask", "", z("taskDefinition", type="t")))  # fmt: skip
    for name in ("modelerConfigurationTemplate", "modelerConfigurationName"):
        mapped = z(
            "ioMapping",
            z("input", source="=a", target="b")
            .replace("/>", f' {name}="1"/>')
            .replace("></zeebe:input>", f' {name}="1"></zeebe:input>'),
        )
        yield Word(
            group, f"zeebe:{name}", "of a later Camunda 8", "Camunda 8 后续版本的内容", person("", mapped), plain()
        )
