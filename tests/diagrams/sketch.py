"""A pencil for tests: elements in one line each, flows as `a -> b`, out comes BPMN in Camunda 8's flavour with a layout."""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:modeler="http://camunda.org/schema/modeler/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="http://bpmn.io/schema/bpmn"'
    ' modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.8.0">\n'
)
_ARROW = re.compile(r"\s*(?:-\[(?P<condition>.*?)\]->|->)\s*")
_SIZES = {"Event": (36, 36), "Gateway": (50, 50)}


def attributes(**values: object) -> str:
    """`name="a"`, empty for None; a trailing underscore is cut off."""
    return "".join(
        f" {name.rstrip('_')}={quoteattr(str(value))}" for name, value in values.items() if value is not None
    )


def node(kind: str, element_id: str, inner: str = "", extensions: str = "", /, **more: object) -> str:
    """One BPMN element."""
    more.setdefault("name", element_id)
    body = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return f"<bpmn:{kind}{attributes(id=element_id, **more)}>{body}{inner}</bpmn:{kind}>"


def z(local: str, inner: str = "", /, **values: object) -> str:
    """One zeebe: extension element."""
    return f"<zeebe:{local}{attributes(**values)}>{inner}</zeebe:{local}>"


def io(inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> str:
    """Mappings: target → source."""
    drawn = [z("input", source=source, target=target) for target, source in (inputs or {}).items()]
    drawn += [z("output", source=source, target=target) for target, source in (outputs or {}).items()]
    return z("ioMapping", "".join(drawn))


def listeners(*heard: str) -> str:
    """Execution listeners, each as `start registry.job` or `end call.job 5` (with its retries)."""
    return _listeners("executionListener", heard)


def task_listeners(*heard: str) -> str:
    """Listeners of a user task, each as `creating registry.job`."""
    return _listeners("taskListener", heard)


def _listeners(local: str, heard: Iterable[str]) -> str:
    drawn: list[str] = []
    for one in heard:
        event, job, *retries = one.split(" ")
        drawn.append(z(local, eventType=event, type=job, retries=retries[0] if retries else None))
    return z(f"{local}s", "".join(drawn))


def user(element_id: str, extensions: str = "", inner: str = "", **more: object) -> str:
    return node("userTask", element_id, inner, z("userTask") + extensions, **more)


def service(element_id: str, job: str, extensions: str = "", inner: str = "") -> str:
    return node("serviceTask", element_id, inner, z("taskDefinition", type=job) + extensions)


def script(element_id: str, expression: str, variable: str) -> str:
    return node("scriptTask", element_id, "", z("script", expression=expression, resultVariable=variable))


def start(element_id: str = "start", inner: str = "", **more: object) -> str:
    return node("startEvent", element_id, inner, **more)


def end(element_id: str = "end", inner: str = "", extensions: str = "") -> str:
    return node("endEvent", element_id, inner, extensions)


def catch(element_id: str, inner: str) -> str:
    return node("intermediateCatchEvent", element_id, inner)


def throw(element_id: str, inner: str = "", extensions: str = "") -> str:
    return node("intermediateThrowEvent", element_id, inner, extensions)


def boundary(element_id: str, host: str, inner: str, *, interrupting: bool = True, extensions: str = "") -> str:
    cancel = None if interrupting else "false"
    return node("boundaryEvent", element_id, inner, extensions, attachedToRef=host, cancelActivity=cancel)


def xor(element_id: str, default: str | None = None) -> str:
    return node("exclusiveGateway", element_id, default=default)


def both(element_id: str) -> str:
    return node("parallelGateway", element_id)


def some(element_id: str, default: str | None = None) -> str:
    return node("inclusiveGateway", element_id, default=default)


def sub(element_id: str, inner: str, flows: str = "", extensions: str = "", *, by_event: bool = False) -> str:
    triggered = "true" if by_event else None
    return node("subProcess", element_id, inner + sequence(flows), extensions, triggeredByEvent=triggered)


def ad_hoc(element_id: str, inner: str, flows: str, active: str, condition: str = "", **more: object) -> str:
    """An ad-hoc sub-process that starts the elements of a FEEL list."""
    done = f"<bpmn:completionCondition>{escape(condition)}</bpmn:completionCondition>" if condition else ""
    starts = z("adHoc", activeElementsCollection=active)
    return node("adHocSubProcess", element_id, inner + sequence(flows) + done, starts, **more)


def timer(kind: str, text: str) -> str:
    tag = {"date": "timeDate", "duration": "timeDuration", "cycle": "timeCycle"}[kind]
    return (
        f'<bpmn:timerEventDefinition><bpmn:{tag} xsi:type="bpmn:tFormalExpression">{escape(text)}</bpmn:{tag}>'
        "</bpmn:timerEventDefinition>"
    )


def message(reference: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{reference}_message"/>'


def signal(reference: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="{reference}_signal"/>'


def condition(text: str) -> str:
    return f"<bpmn:conditionalEventDefinition><bpmn:condition>{escape(text)}</bpmn:condition></bpmn:conditionalEventDefinition>"


def cancel() -> str:
    return "<bpmn:cancelEventDefinition/>"


def transaction(element_id: str, inner: str, flows: str) -> str:
    return node("transaction", element_id, inner + sequence(flows))


def complex_join(element_id: str, activation: str) -> str:
    return node(
        "complexGateway", element_id, f"<bpmn:activationCondition>{escape(activation)}</bpmn:activationCondition>"
    )


def again(text: str, **more: object) -> str:
    """A standard loop: once more while the condition holds; `more` may hold loopMaximum and testBefore."""
    held = f"<bpmn:loopCondition>{escape(text)}</bpmn:loopCondition>" if text else ""
    return f"<bpmn:standardLoopCharacteristics{attributes(**more)}>{held}</bpmn:standardLoopCharacteristics>"


def times(number: str, *, sequential: bool = False) -> str:
    """Multi-instance by number."""
    is_sequential = attributes(isSequential="true") if sequential else ""
    return (
        f"<bpmn:multiInstanceLoopCharacteristics{is_sequential}><bpmn:loopCardinality>{escape(number)}</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


def error(code: str | None = None) -> str:
    return f"<bpmn:errorEventDefinition{attributes(errorRef=code and code + '_error')}/>"


def escalation(code: str | None = None) -> str:
    return f"<bpmn:escalationEventDefinition{attributes(escalationRef=code and code + '_escalation')}/>"


def compensation(activity: str | None = None) -> str:
    return f"<bpmn:compensateEventDefinition{attributes(activityRef=activity)}/>"


def undone_by(boundary_id: str, handler: str) -> str:
    return f'<bpmn:association id="{boundary_id}-{handler}" sourceRef="{boundary_id}" targetRef="{handler}"/>'


def link(name: str) -> str:
    return f'<bpmn:linkEventDefinition name="{name}"/>'


TERMINATE = "<bpmn:terminateEventDefinition/>"


def a_message(element_id: str, name: str, key: str | None = None) -> str:
    subscription = z("subscription", correlationKey=key) if key else ""
    return node("message", f"{element_id}_message", "", subscription, name=name)


def a_signal(name: str) -> str:
    return node("signal", f"{name}_signal", name=name)


def an_error(code: str) -> str:
    return node("error", f"{code}_error", errorCode=code, name=code)


def an_escalation(code: str) -> str:
    return node("escalation", f"{code}_escalation", escalationCode=code, name=code)


def each(collection: str, item: str, *, sequential: bool = False, condition: str | None = None, **more: str) -> str:
    """Multi-instance: `more` may hold outputCollection and outputElement."""
    body = z("loopCharacteristics", inputCollection=collection, inputElement=item, **more)
    done = f"<bpmn:completionCondition>{escape(condition)}</bpmn:completionCondition>" if condition else ""
    is_sequential = attributes(isSequential="true") if sequential else ""
    return (
        f"<bpmn:multiInstanceLoopCharacteristics{is_sequential}><bpmn:extensionElements>{body}</bpmn:extensionElements>"
        f"{done}</bpmn:multiInstanceLoopCharacteristics>"
    )


def sequence(flows: str) -> str:
    """`a -> b -[=x > 5]-> c` on each line; a flow's id is `a_b`, a second one between the same two is `a_b_2`."""
    drawn: list[str] = []
    counted: dict[str, int] = {}
    for line in flows.splitlines():
        if not line.strip():
            continue
        source, position = None, 0
        condition: str | None = None
        arrows = list(_ARROW.finditer(line))
        for arrow in [*arrows, None]:
            until = arrow.start() if arrow else len(line)
            target = line[position:until].strip()
            if source is not None:
                flow_id = f"{source}_{target}"
                counted[flow_id] = counted.get(flow_id, 0) + 1
                if counted[flow_id] > 1:
                    flow_id = f"{flow_id}_{counted[flow_id]}"
                inner = (
                    f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}'
                    "</bpmn:conditionExpression>"
                    if condition
                    else ""
                )
                drawn.append(
                    f'<bpmn:sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
                )
            source = target
            if arrow:
                condition, position = arrow["condition"], arrow.end()
    return "\n    ".join(drawn)


def draw(process_id: str, elements: Iterable[str], flows: str, top: Iterable[str] = (), extra: str = "") -> bytes:
    """A whole file with one process and a plain layout."""
    body = "\n    ".join([*elements, sequence(flows)])
    process = f'<bpmn:process id="{process_id}" name="{process_id}" isExecutable="true">\n    {extra}{body}\n  </bpmn:process>'
    document = HEAD + "\n  ".join(["", *top, process]) + "\n" + _layout(process_id, body) + "</bpmn:definitions>\n"
    return document.encode()


def _layout(process_id: str, body: str) -> str:
    """Every shape on a grid, every flow a straight line: enough for Camunda Modeler to open the file."""
    places: dict[str, tuple[int, int, int, int]] = {}
    drawn: list[str] = []
    for number, found in enumerate(
        re.finditer(r"<bpmn:(\w+(?:Task|Event|Gateway|Activity|Process)|task|transaction) id=\"([^\"]+)\"", body)
    ):
        kind, element_id = found.groups()
        width, height = next((size for suffix, size in _SIZES.items() if kind.endswith(suffix)), (100, 80))
        places[element_id] = (160 + number % 6 * 160, 80 + number // 6 * 140, width, height)
        x, y, w, h = places[element_id]
        expanded = ' isExpanded="true"' if kind in {"subProcess", "transaction"} else ""
        drawn.append(
            f'    <bpmndi:BPMNShape id="{element_id}_di" bpmnElement="{element_id}"{expanded}>'
            f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/></bpmndi:BPMNShape>\n'
        )
    for found in re.finditer(r"<bpmn:sequenceFlow id=\"([^\"]+)\" sourceRef=\"([^\"]+)\" targetRef=\"([^\"]+)\"", body):
        flow_id, source, target = found.groups()
        if source not in places or target not in places:
            continue
        (x, y, w, h), (to_x, to_y, _, to_h) = places[source], places[target]
        drawn.append(
            f'    <bpmndi:BPMNEdge id="{flow_id}_di" bpmnElement="{flow_id}"><di:waypoint x="{x + w}" y="{y + h // 2}"/>'
            f'<di:waypoint x="{to_x}" y="{to_y + to_h // 2}"/></bpmndi:BPMNEdge>\n'
        )
    return (
        f'  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="{process_id}">\n'
        + "".join(drawn)
        + "  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n"
    )
