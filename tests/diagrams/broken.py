"""One bad and one good file for every rule: the bad one breaks it, the good one says the same as it should be drawn."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.diagrams.sketch import (
    HEAD,
    a_message,
    boundary,
    catch,
    compensation,
    complex_join,
    condition,
    draw,
    each,
    end,
    error,
    link,
    message,
    node,
    script,
    service,
    start,
    sub,
    throw,
    timer,
    undone_by,
    user,
    xor,
    z,
)

FORM = z("formDefinition", formId="visit")
LO = z("assignmentDefinition", candidateGroups="LO")
SEVEN = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '


@dataclass(frozen=True)
class Pair:
    """A bad and a good file; `ending` is that of their names. `kept` tells whether they are small enough to stand in docs/rules."""

    bad: bytes
    good: bytes
    ending: str = "bpmn"
    kept: bool = True


def asks(element_id: str = "visit", extensions: str = "", inner: str = "", **more: object) -> str:
    """A user task with everything that a user task needs."""
    return user(element_id, LO + FORM + extensions, inner, **more)


def drawn(*elements: str, flows: str, top: tuple[str, ...] = (), process: str = "example", extra: str = "") -> bytes:
    return draw(process, elements, flows, top, extra)


def one(*elements: str, flows: str = "start -> x -> end", top: tuple[str, ...] = (), extra: str = "") -> bytes:
    """A process with a start, an end and the elements given; by default `x` lies between."""
    return drawn(start(), *elements, end(), flows=flows, top=top, extra=extra)


PLAIN = one(asks("x"))
M = (a_message("m", "answer", "=caseId"),)


def changed(source: bytes, old: str, new: str) -> bytes:
    assert old.encode() in source, old
    return source.replace(old.encode(), new.encode(), 1)


def form(*components: dict[str, Any], form_id: str | None = "visit") -> bytes:
    head = {} if form_id is None else {"id": form_id}
    body = {"components": list(components), **head, "type": "default", "schemaVersion": 19}
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def asked(kind: str = "textfield", key: str | None = "summary", /, **more: Any) -> dict[str, Any]:
    head = {} if key is None else {"key": key}
    return {"type": kind, "id": more.pop("id", "Field_1"), "label": "summary", **head, **more}


def nested(depth: int, inner: dict[str, Any]) -> dict[str, Any]:
    for number in range(depth):
        inner = {"type": "group", "id": f"Group_{number}", "label": "group", "components": [inner]}
    return inner


def table(
    rules: str, *, hit: str = "UNIQUE", outputs: str = '<output id="out" name="light" typeRef="string"/>'
) -> bytes:
    """A decision with one input, `lag`."""
    return decision(
        f'<decisionTable id="table" hitPolicy="{hit}"><input id="in" label="lag"><inputExpression id="expression" typeRef="number">'
        f"<text>lag</text></inputExpression></input>{outputs}{rules}</decisionTable>"
    )


def decision(inner: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="file" '
        f'name="light" namespace="http://camunda.org/schema/1.0/dmn">\n  <decision id="light" name="light">{inner}</decision>\n'
        "</definitions>\n"
    ).encode()


def rule(number: int, test: str, answer: str = '"red"') -> str:
    return (
        f'<rule id="rule{number}"><inputEntry id="test{number}"><text>{test.replace("<", "&lt;")}</text></inputEntry>'
        f'<outputEntry id="answer{number}"><text>{answer}</text></outputEntry></rule>'
    )


GOOD_TABLE = table(rule(1, ">= 20") + rule(2, "< 20", '"green"'))
LITERAL = '<literalExpression id="text"><text>"green"</text></literalExpression>'
GOOD_FORM = form(asked())


def deep(levels: int) -> bytes:
    inner, first = asks("x"), "x"
    for depth in range(levels):
        inner, first = sub(f"s{depth}", start(f"b{depth}") + inner, f"b{depth} -> {first}"), f"s{depth}"
    return one(inner, flows=f"start -> {first} -> end")


def decides(*flows: str, default: str | None = None) -> bytes:
    return one(xor("x", default), asks("a"), asks("b"), flows="\n".join(flows) + "\na -> end\nb -> end")


def files() -> Mapping[str, Pair]:
    """The rules about files as a whole."""
    two = one(asks("x", name="once"))
    return {
        "unknown-file": Pair(b"not a drawing\n", PLAIN, "txt"),
        "not-xml": Pair(PLAIN[:-30], PLAIN),
        "not-bpmn": Pair(b"<html><body>404</body></html>\n", PLAIN),
        "not-dmn": Pair(b"<html><body>404</body></html>\n", GOOD_TABLE, "dmn"),
        "doctype": Pair(changed(PLAIN, "?>\n", '?>\n<!DOCTYPE x [<!ENTITY a "ha">]>\n'), PLAIN),
        "too-large": Pair(PLAIN + b" " * 4_000_001, PLAIN, kept=False),
        "too-deep": Pair(deep(99), deep(2), kept=False),
        "too-many": Pair(
            changed(PLAIN, "</bpmn:process>", "<bpmn:task/>" * 60_000 + "</bpmn:process>"), PLAIN, kept=False
        ),
        "too-costly": Pair(PLAIN, PLAIN, kept=False),
        "lost": Pair(PLAIN, PLAIN, kept=False),
        "defined-twice": Pair(two, PLAIN),
        "no-process": Pair(changed(PLAIN, 'isExecutable="true"', 'isExecutable="false"'), PLAIN),
        "bad-id": Pair(one(asks("1a"), flows="start -> 1a -> end"), PLAIN),
        "missing-id": Pair(changed(PLAIN, '<bpmn:userTask id="x"', "<bpmn:userTask"), PLAIN),
        "duplicate-id": Pair(one(asks("x"), asks("x")), PLAIN),
        "unknown-reference": Pair(one(catch("x", message("m"))), one(catch("x", message("m")), top=M)),
    }


def drawings() -> Mapping[str, Pair]:
    """The rules about elements and flows."""
    wait, boundary_timer = timer("duration", "P3D"), boundary("late", "x", timer("duration", "P3D"))
    follows = "start -> x -> end\nlate -> remind -> end2"
    undo = (asks("x"), boundary("undo", "x", compensation()), asks("h", isForCompensation="true"), end())
    meeting = "start -> fork -> a -> x -> end\nfork -> b -> x"
    many = "start -> pick -> x -> end"
    answered = one(node("receiveTask", "x", messageRef="m_message"), top=M)
    return {
        "unsupported-element": Pair(one(asks("x", "", "<bpmn:potentialOwner/>")), PLAIN),
        "unsupported-attribute": Pair(
            one(asks("x", "", each("=[1]", "i").replace("Characteristics>", 'Characteristics behavior="Complex">', 1))),
            one(asks("x", "", each("=[1]", "i"))),
        ),
        "unknown-attribute": Pair(one(asks("x", colour="red")), PLAIN),
        "not-executed": Pair(one(asks("x", "", "<bpmn:ioSpecification/>")), PLAIN),
        "event": Pair(one(catch("x", "")), one(catch("x", wait))),
        "several-triggers": Pair(one(catch("x", wait + link("l"))), one(catch("x", wait))),
        "event-gateway": Pair(
            one(node("eventBasedGateway", "pick"), asks("x"), flows=many),
            one(
                node("eventBasedGateway", "pick"),
                catch("x", wait),
                catch("y", message("m")),
                top=M,
                flows=f"{many}\npick -> y -> end",
            ),
        ),
        "event-sub-process": Pair(
            one(asks("x"), sub("aside", start("s") + asks("a"), "s -> a", by_event=True)),
            one(asks("x"), sub("aside", start("s", message("m")) + asks("a"), "s -> a", by_event=True), top=M),
        ),
        "boundary": Pair(
            one(asks("x"), boundary_timer, asks("remind"), end("end2"), flows=follows).replace(
                b'attachedToRef="x"', b'attachedToRef="gone"'
            ),
            one(asks("x"), boundary_timer, asks("remind"), end("end2"), flows=follows),
        ),
        "link": Pair(
            one(throw("x", link("nowhere")), flows="start -> x"),
            one(throw("x", link("l")), catch("y", link("l")), flows="start -> x\ny -> end"),
        ),
        "compensation": Pair(
            drawn(start(), *undo, flows="start -> x -> end"),
            drawn(start(), *undo, undone_by("undo", "h"), flows="start -> x -> end"),
        ),
        "complex-gateway": Pair(
            one(node("parallelGateway", "fork"), asks("a"), asks("b"), node("complexGateway", "x"), flows=meeting),
            one(
                node("parallelGateway", "fork"),
                asks("a"),
                asks("b"),
                complex_join("x", "=activationCount >= 2"),
                flows=meeting,
            ),
        ),
        "loop": Pair(
            one(asks("x", "", "<bpmn:standardLoopCharacteristics/>")),
            one(asks("x", "", '<bpmn:standardLoopCharacteristics loopMaximum="3"/>')),
        ),
        "several-starts": Pair(one(start("again"), asks("x"), flows="start -> x -> end\nagain -> x"), PLAIN),
        "no-start": Pair(one(sub("x", "")), one(sub("x", start("s") + asks("a"), "s -> a"))),
        "loose-flow": Pair(one(asks("x"), flows="start -> x -> gone"), PLAIN),
        "default-flow": Pair(
            decides("start -> x -[=big]-> a", "x -[=small]-> b", default="start_x"),
            decides("start -> x -[=big]-> a", "x -> b", default="x_b"),
        ),
        "condition": Pair(
            decides("start -> x -> a", "x -> b"), decides("start -> x -[=big]-> a", "x -> b", default="x_b")
        ),
        "message": Pair(one(node("receiveTask", "x")), answered),
        "timer": Pair(one(catch("x", timer("duration", "3 days"))), one(catch("x", wait))),
        "missing-definition": Pair(one(node("serviceTask", "x")), one(service("x", "registry.cases.open"))),
        "missing-attribute": Pair(
            one(node("serviceTask", "x", "", z("taskDefinition", retries="3"))),
            one(service("x", "registry.cases.open")),
        ),
        "bad-value": Pair(one(asks("x", startQuantity="0")), one(asks("x", startQuantity="1"))),
    }


def extensions() -> Mapping[str, Pair]:
    """The rules about extensions and about the texts in them."""
    seven = PLAIN.replace(b"<bpmn:definitions ", f"<bpmn:definitions {SEVEN}".encode())
    twice = z("assignmentDefinition", candidateGroups="LO")
    mapped = z("ioMapping", z("input", source="=1", target="visit"))
    on_time = z("taskSchedule", dueDate="=working days after(now(), 5)")
    heard = z("taskListeners", z("taskListener", eventType="completing", type="{}"))
    a_script = node("scriptTask", "x", "<bpmn:script>import os</bpmn:script>", scriptFormat="python")
    return {
        "unknown-extension": Pair(one(user("x", z("assignmentDefinition", candidateGroups="LO", lane="b") + FORM)), PLAIN),
        "unsupported-extension": Pair(one(asks("x", z("linkedResources"))), PLAIN),
        "misplaced-extension": Pair(
            one(asks("x", z("calledDecision", decisionId="light", resultVariable="light"))),
            one(node("businessRuleTask", "x", "", z("calledDecision", decisionId="light", resultVariable="light"))),
        ),
        "foreign-extension": Pair(one(asks("x", '<other:colour xmlns:other="http://other.example/tool"/>')), PLAIN),
        "extension-twice": Pair(one(asks("x", twice)), PLAIN),
        "entry-twice": Pair(
            one(asks("x", z("properties", z("property", name="stage", value="COACH") * 2))),
            one(asks("x", z("properties", z("property", name="stage", value="COACH")))),
        ),
        "listener": Pair(
            one(asks("x", heard.format("send.letter"))), one(asks("x", heard.format("registry.cases.open")))
        ),
        "mapping-target": Pair(
            one(asks("x", z("ioMapping", z("input", source="=1", target="a b")))), one(asks("x", mapped))
        ),
        "form-id": Pair(one(user("x", LO + z("formDefinition"))), PLAIN),
        "form-key": Pair(one(user("x", LO + z("formDefinition", formKey="camunda-forms:bpmn:f"))), PLAIN),
        "camunda-7": Pair(changed(seven, ' name="x"', ' name="x" camunda:resource="x"'), PLAIN),
        "juel": Pair(
            decides("start -> x -[${cases.size() > 5}]-> a", "x -> b", default="x_b"),
            decides("start -> x -[=count(cases) > 5]-> a", "x -> b", default="x_b"),
        ),
        "not-feel": Pair(
            decides("start -> x -[amount > 5]-> a", "x -> b", default="x_b"),
            decides("start -> x -[=amount > 5]-> a", "x -> b", default="x_b"),
        ),
        "feel-syntax": Pair(
            decides("start -> x -[=amount >]-> a", "x -> b", default="x_b"),
            decides("start -> x -[=amount > 5]-> a", "x -> b", default="x_b"),
        ),
        "language": Pair(one(a_script), one(script("x", "=amount * 2", "twice"))),
        "due-date": Pair(one(asks("x", z("taskSchedule", dueDate="soon"))), one(asks("x", on_time))),
        "priority": Pair(
            one(asks("x", z("priorityDefinition", priority="high"))), one(asks("x", z("priorityDefinition", priority="80")))
        ),
        "retries": Pair(
            one(node("serviceTask", "x", "", z("taskDefinition", type="send.letter", retries="many"))),
            one(node("serviceTask", "x", "", z("taskDefinition", type="send.letter", retries="3"))),
        ),
    }  # fmt: skip


def lint() -> Mapping[str, Pair]:
    """The rules that are functions."""
    turns = "start -> join -> count -> x -[=rounds > 3]-> end\nx -> join"
    inner = (xor("join"), xor("x", "x_join"))
    return {
        "nobody-assigned": Pair(one(user("x", FORM)), PLAIN),
        "form-missing": Pair(one(user("x", LO + z("formDefinition", formId="visits"))), PLAIN),
        "form-absent": Pair(one(user("x", LO)), PLAIN),
        "decision-missing": Pair(
            one(node("businessRuleTask", "x", "", z("calledDecision", decisionId="lihgt", resultVariable="light"))),
            one(node("businessRuleTask", "x", "", z("calledDecision", decisionId="light", resultVariable="light"))),
        ),
        "called-process-missing": Pair(
            one(node("callActivity", "x", "", z("calledElement", processId="closse"))),
            one(node("callActivity", "x", "", z("calledElement", processId="close"))),
        ),
        "service-unknown": Pair(one(service("x", "registry.cases.opened")), one(service("x", "registry.cases.open"))),
        "gateway-without-default": Pair(
            decides("start -> x -[=big]-> a", "x -[=small]-> b"),
            decides("start -> x -[=big]-> a", "x -> b", default="x_b"),
        ),
        "start-missing": Pair(drawn(asks("x"), end(), flows="x -> end"), PLAIN),
        "unreachable": Pair(one(asks("x"), asks("forgotten")), PLAIN),
        "loop-without-wait": Pair(
            one(*inner, script("count", "=rounds + 1", "rounds"), flows=turns), one(*inner, asks("count"), flows=turns)
        ),
        "name-missing": Pair(one(asks("x", name="")), PLAIN),
    }


def forms() -> Mapping[str, Pair]:
    """The rules about forms."""
    picked = asked("select", "kind", values=[{"label": "own", "value": "own"}])
    pairs: dict[str, tuple[bytes, bytes]] = {
        "form-unreadable": (b"[]\n", GOOD_FORM),
        "form-without-id": (form(asked(), form_id=None), GOOD_FORM),
        "form-too-deep": (form(nested(25, asked())), form(nested(2, asked()))),
        "form-component": (GOOD_FORM.replace(b'"components": [', b'"components": [\n    "a text",'), GOOD_FORM),
        "form-component-unknown": (form(asked("signature")), GOOD_FORM),
        "form-field-without-key": (form(asked("textfield", None)), GOOD_FORM),
        "form-key-twice": (
            form(asked(), asked(id="Field_2")),
            form(asked(), asked("textfield", "other", id="Field_2")),
        ),
        "form-choice-empty": (form(asked("select", "kind")), form(picked)),
        "form-expression": (
            form(asked(conditional={"hide": "=kind ="})),
            form(asked(conditional={"hide": '=kind = "own"'})),
        ),
        "form-pattern": (
            form(asked(validate={"pattern": "(GR"})),
            form(asked(validate={"pattern": "^GR[0-9]{12}$"})),
        ),
    }
    twice = asked("textfield", "reason", id="Field_2", conditional={"hide": '=summary != "other"'})
    chained = asked("textfield", "why", id="Field_3", conditional={"hide": '=reason = "none"'})
    guarded = asked("textfield", "why", id="Field_3", conditional={"hide": '=summary != "other" or reason = "none"'})
    pairs |= {
        "form-two-answers": (
            form(asked(conditional={"hide": "=rate = 0.3"})),
            form(asked(conditional={"hide": "=rate <= 0.3"})),
        ),
        "form-hidden-answer": (form(asked(), twice, chained), form(asked(), twice, guarded)),
        "form-component-refused": (form(asked("iframe", None, url="https://elsewhere.example")), GOOD_FORM),
        "form-clock": (
            form(asked("datetime", "day", subtype="date", disallowPassedDates=True)),
            form(asked("datetime", "day", subtype="date")),
        ),
        "form-phone": (
            form(asked(validate={"validationType": "phone"})),
            form(asked(validate={"pattern": "^1[3-9][0-9]{9}$"})),
        ),
    }
    return {name: Pair(bad, good, "form") for name, (bad, good) in pairs.items()}


def decisions() -> Mapping[str, Pair]:
    """The rules about decisions."""
    priority = '<output id="out" name="light" typeRef="string"><outputValues id="values"><text>"red","green"</text></outputValues></output>'
    both = rule(1, ">= 20") + rule(2, "< 20", '"green"')
    two = '<output id="out" name="light" typeRef="string"/><output id="out2" name="why" typeRef="string"/>'
    second = '<outputEntry id="why{}"><text>"late"</text></outputEntry></rule>'
    wide = rule(1, ">= 20").replace("</rule>", second.format(1)) + rule(2, "< 20").replace("</rule>", second.format(2))
    relation = f'<relation id="r"><column id="c" name="a"/><column id="d" name="b"/><row id="row">{LITERAL}{{}}</row></relation>'
    relation = relation.replace('id="text"', 'id="text1"', 1)
    function = f'<functionDefinition id="f" kind="{{}}">{LITERAL}</functionDefinition>'
    text_, values = '<text>"green"</text>', '<importedValues id="v" namespace="n" importType="t"/>'
    asked_of = '<informationRequirement id="needs"><requiredDecision href="#gone"/></informationRequirement>'
    imported = b'<import name="other" namespace="http://other.example" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
    pairs: dict[str, tuple[bytes, bytes]] = {
        "no-decision": (GOOD_TABLE[: GOOD_TABLE.index(b"  <decision ")] + b"</definitions>\n", GOOD_TABLE),
        "no-logic": (decision(""), decision(LITERAL)),
        "cyclic-requirement": (decision(asked_of.replace("gone", "light") + LITERAL), decision(LITERAL)),
        "hit-policy": (table(both, hit="BEST"), GOOD_TABLE),
        "aggregation": (GOOD_TABLE.replace(b'"UNIQUE"', b'"UNIQUE" aggregation="COUNT"'), GOOD_TABLE),
        "output-names": (table(wide, outputs=two.replace('name="why"', 'name="light"')), table(wide, outputs=two)),
        "ragged-rule": (table(both, outputs=two), table(wide, outputs=two)),
        "ragged-row": (decision(relation.format("")), decision(relation.format(LITERAL))),
        "empty-input": (GOOD_TABLE.replace(b"<text>lag</text>", b"<text></text>"), GOOD_TABLE),
        "empty-expression": (decision(LITERAL.replace('"green"', "")), decision(LITERAL)),
        "expression-language": (decision(LITERAL.replace(" id", ' expressionLanguage="groovy" id')), decision(LITERAL)),
        "external-function": (decision(function.format("Java")), decision(function.format("FEEL"))),
        "imported-values": (decision(LITERAL.replace(text_, values)), decision(LITERAL)),
        "no-output": (table("", outputs=""), GOOD_TABLE),
        "no-priorities": (table(both, hit="PRIORITY"), table(both, hit="PRIORITY", outputs=priority)),
        "bad-reference": (decision(asked_of + LITERAL), decision(LITERAL)),
        "missing-import": (GOOD_TABLE.replace(b"  <decision ", imported + b"\n  <decision ", 1), GOOD_TABLE),
        "unknown-element": (GOOD_TABLE.replace(b"</definitions>", b'<guess id="g"/></definitions>'), GOOD_TABLE),
        "table-gap": (table(rule(1, ">= 20")), GOOD_TABLE),
        "table-overlap": (table(rule(1, ">= 20") + rule(2, "<= 20", '"green"')), GOOD_TABLE),
        "table-unreachable": (
            table(rule(1, "-") + rule(2, "< 20", '"green"'), hit="FIRST"),
            table(rule(1, ">= 20") + rule(2, "-", '"green"'), hit="FIRST"),
        ),
        "table-type": (table(rule(1, '"many"') + rule(2, "< 20")), GOOD_TABLE),
    }
    return {name: Pair(bad, good, "dmn") for name, (bad, good) in pairs.items()}


_ROOMS: tuple[Callable[[], Mapping[str, Pair]], ...] = (files, drawings, extensions, lint, forms, decisions)


def pairs() -> dict[str, Pair]:
    """Every rule that has files, in the order of the catalogue's rooms."""
    return {name: pair for room in _ROOMS for name, pair in room().items()}


__all__ = ["HEAD", "Pair", "condition", "error", "pairs"]
