"""Drawings in Camunda 7's words: read as what they mean in Camunda 8's, or refused with what to draw instead."""

from datetime import timedelta

import pytest

from engine import feel, forms
from engine.bpmn import juel, parser, reader
from engine.bpmn.model import Called, Decision, Element, Form, IoMapping, Model, MultiInstance, Script
from engine.errors import Undeployable
from tests.engine.bpmn.play import BEGIN, Host, Play, fails_with, model

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d">'
)


def drawing(element: str, top: str = "", element_id: str = "x") -> bytes:
    """A start, the element `x`, an end."""
    return (
        f'{HEAD}{top}<bpmn:process id="p" isExecutable="true" camunda:historyTimeToLive="P30D"><bpmn:startEvent id="s"/>{element}'
        f'<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="{element_id}"/>'
        f'<bpmn:sequenceFlow id="g" sourceRef="{element_id}" targetRef="e"/></bpmn:process></bpmn:definitions>'
    ).encode()


def read(element: str, top: str = "") -> Model:
    return reader.read(drawing(element, top), resource="old.bpmn")


def x(element: str, top: str = "") -> Element:
    return read(element, top).processes[0].elements["x"]


def extended(inner: str) -> str:
    """A user task with an extension of Camunda 7."""
    return f'<bpmn:userTask id="x"><bpmn:extensionElements>{inner}</bpmn:extensionElements></bpmn:userTask>'


def refused(element: str, top: str = "") -> set[str]:
    """The rules of the errors."""
    with pytest.raises(Undeployable) as caught:
        read(element, top)
    return {finding.rule for finding in caught.value.findings if finding.severity == "error"}


# --- the expressions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${amount > 5}", "=amount > 5"),
        ("#{approved}", "=approved"),
        ("${!approved && amount <= 1000.5}", "=not(approved) and amount <= 1000.5"),
        ("${branch == 'b' || branch eq \"c\"}", '=branch = "b" or branch = "c"'),
        ("${case.owner.name}", "=case.owner.name"),
        ("${rows[0].n}", "=rows[1].n"),
        ("${row['a b']}", '=get value(row, "a b")'),
        ("${a ? 1 : 2}", "=if a then 1 else 2"),
        ("${(a + b) * 2 % 3}", "=modulo((a + b) * 2, 3)"),
        ("${nrOfCompletedInstances / nrOfInstances >= 0.5}", "=numberOfCompletedInstances / numberOfInstances >= 0.5"),
        ("AJ-${number}/${year}", '="AJ-" + string(number) + "/" + string(year)'),
        ("plain text", "plain text"),
        ("${it != null and not done}", "=it != null and not(done)"),
    ],
)
def test_what_compares_and_reads_is_said_in_feel(source, expected):
    assert juel.to_feel(source) == expected
    if expected.startswith("="):
        feel.parse(expected[1:])


@pytest.mark.parametrize(
    "source",
    [
        "${bean.run()}",
        "${execution.setVariable('a', 1)}",
        "${now()}",
        "${a;b}",
        "${",
        "${a +}",
        "${}",
        "${a[b]}",
        "${(a}",
    ],
)
def test_what_would_run_code_or_is_no_expression_is_refused(source):
    with pytest.raises(juel.NotTranslated):
        juel.to_feel(source)


@pytest.mark.parametrize(("value", "expected"), [(None, True), ("", True), ([], True), ("a", False), ([1], False)])
def test_empty_means_the_same(value, expected):
    source = juel.to_feel("${empty list}")
    assert feel.evaluate(source[1:], {"list": value}, now=BEGIN) is expected


# --- the elements -------------------------------------------------------------------------------------------------------


def test_a_user_task_keeps_who_until_when_and_with_which_form():
    task = x(
        '<bpmn:userTask id="x" camunda:assignee="${officer}" camunda:candidateGroups="XK,XG" camunda:candidateUsers="anna"'
        ' camunda:dueDate="2026-07-01T00:00:00Z" camunda:followUpDate="${later}" camunda:priority="70"'
        ' camunda:formRef="visit" camunda:formRefBinding="deployment"/>'
    )
    assert (task.assignee, task.candidate_groups, task.candidate_users) == ("=officer", "XK,XG", "anna")
    assert (task.due_date, task.follow_up_date, task.priority) == ("2026-07-01T00:00:00Z", "=later", "70")
    assert task.form == Form("visit", "deployment")


def test_an_external_task_is_a_job_of_its_topic():
    task = x('<bpmn:serviceTask id="x" camunda:type="external" camunda:topic="send.letter"/>')
    assert task.job_type == "send.letter"


def test_a_delegate_expression_that_names_a_bean_is_a_job_of_that_name():
    assert x('<bpmn:serviceTask id="x" camunda:delegateExpression="${sendLetter}"/>').job_type == "sendLetter"


def test_a_call_hands_over_what_it_names_and_nothing_else():
    called = x(
        '<bpmn:callActivity id="x" calledElement="visit" camunda:calledElementBinding="version" camunda:calledElementVersion="3">'
        '<bpmn:extensionElements><camunda:in source="caseId" target="case"/><camunda:in sourceExpression="${n + 1}" target="n"/>'
        '<camunda:out variables="all"/><camunda:in businessKey="V-${n}"/></bpmn:extensionElements></bpmn:callActivity>'
    )
    assert called.called == Called("visit", "version", "3", True, False, '="V-" + string(n)')
    assert called.inputs == (IoMapping("=caseId", "case"), IoMapping("=n + 1", "n"))


def test_a_collection_is_gone_through_item_by_item():
    task = x(
        '<bpmn:userTask id="x"><bpmn:multiInstanceLoopCharacteristics camunda:collection="firms" camunda:elementVariable="firm">'
        "<bpmn:completionCondition>${nrOfCompletedInstances == 2}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    assert task.multi_instance == MultiInstance(False, "=firms", "firm", None, None, "=numberOfCompletedInstances = 2")


def test_parameters_are_mappings_and_lists_and_maps_stay_what_they_are():
    task = x(
        '<bpmn:serviceTask id="x" camunda:type="external" camunda:topic="t"><bpmn:extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="text">a ${b}</camunda:inputParameter>'
        '<camunda:inputParameter name="all"><camunda:list><camunda:value>1</camunda:value><camunda:value>${two}</camunda:value>'
        "</camunda:list></camunda:inputParameter>"
        '<camunda:inputParameter name="by"><camunda:map><camunda:entry key="k">v</camunda:entry></camunda:map>'
        "</camunda:inputParameter></camunda:inputOutput>"
        '<camunda:properties><camunda:property name="stage" value="COACH"/></camunda:properties>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    assert [(one.target, one.source) for one in task.inputs] == [
        ("text", '="a " + string(b)'),
        ("all", '=["1", (two)]'),
        ("by", '={"k": "v"}'),
    ]
    assert task.properties == {"stage": "COACH"}


def test_a_decision_gives_its_value():
    task = x(
        '<bpmn:businessRuleTask id="x" camunda:decisionRef="light" camunda:resultVariable="light"'
        ' camunda:mapDecisionResult="singleEntry"/>'
    )
    assert task.decision == Decision("light", "light")


def test_a_script_in_feel_or_juel_is_a_feel_script():
    for language, text in (("feel", "a + 1"), ("juel", "${a + 1}")):
        task = x(
            f'<bpmn:scriptTask id="x" scriptFormat="{language}" camunda:resultVariable="b"><bpmn:script>{text}</bpmn:script>'
            "</bpmn:scriptTask>"
        )
        assert task.script == Script("=a + 1", "b")


def test_a_caught_error_leaves_its_code_and_message_in_the_named_variables():
    top = '<bpmn:error id="er" errorCode="LATE"/>'
    body = (
        '<bpmn:serviceTask id="x" camunda:delegateExpression="${registry_send}"/><bpmn:boundaryEvent id="b" attachedToRef="x">'
        '<bpmn:errorEventDefinition errorRef="er" camunda:errorCodeVariable="code" camunda:errorMessageVariable="why"/>'
        '</bpmn:boundaryEvent><bpmn:userTask id="u" camunda:candidateGroups="XK"/>'
        '<bpmn:sequenceFlow id="h" sourceRef="b" targetRef="u"/>'
    )
    host = Host()
    host.is_immediate = lambda job_type: True  # type: ignore[method-assign]
    host.services["registry_send"] = fails_with("LATE")
    play = Play(drawing(body, top), host=host)
    assert play.at == ["u"]
    assert (play.variables["code"], play.variables["why"]) == ("LATE", "as the test wants")


def test_conditions_and_timers_are_translated_where_they_stand():
    source = drawing('<bpmn:exclusiveGateway id="x" default="g"/>').replace(
        b"</bpmn:process>",
        b'<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>${span}</bpmn:timeDuration>'
        b'</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent><bpmn:sequenceFlow id="h" sourceRef="x" targetRef="t">'
        b"<bpmn:conditionExpression>${n &gt; 3}</bpmn:conditionExpression></bpmn:sequenceFlow></bpmn:process>",
    )
    process = reader.read(source, resource="old.bpmn").processes[0]
    assert process.flows["h"].condition == "=n > 3"
    timer = process.elements["t"].timer
    assert timer is not None
    assert timer.expression == "=span"
    assert parser.compile(reader.read(source, resource="old.bpmn"), "p").id == "p"


def test_what_says_only_when_camunda_7_stores_a_run_is_remarked():
    model = read('<bpmn:userTask id="x" camunda:asyncBefore="true" camunda:assignee="a"/>')
    assert [(finding.rule, finding.severity) for finding in model.findings] == [("camunda-7", "warning")]


@pytest.mark.parametrize(
    "element",
    [
        '<bpmn:serviceTask id="x" camunda:class="org.example.Service"/>',
        '<bpmn:serviceTask id="x" camunda:expression="${bean.run()}"/>',
        '<bpmn:serviceTask id="x" camunda:delegateExpression="${beans.get(1)}"/>',
        '<bpmn:userTask id="x" camunda:formKey="embedded:app:form.html"/>',
        '<bpmn:userTask id="x" camunda:dueDate="${dateTime().plusDays(3)}"/>',
        '<bpmn:scriptTask id="x" scriptFormat="groovy"><bpmn:script>1</bpmn:script></bpmn:scriptTask>',
        '<bpmn:businessRuleTask id="x" camunda:decisionRef="d" camunda:resultVariable="r" camunda:mapDecisionResult="resultList"/>',
        extended('<camunda:taskListener event="create" class="a.B"/>'),
        extended('<camunda:formData><camunda:formField id="a" type="money"/></camunda:formData>'),
        '<bpmn:callActivity id="x" calledElement="p" camunda:variableMappingClass="a.B"/>',
        '<bpmn:userTask id="x" camunda:unheardOf="1"/>',
    ],
)
def test_classes_scripts_listeners_and_embedded_forms_are_refused_with_a_reason(element):
    assert refused(element) & {"camunda-7", "juel", "language", "missing-definition", "form-key"}


# --- forms --------------------------------------------------------------------------------------------------------------


def fields(*drawn: str) -> str:
    return extended(f"<camunda:formData>{''.join(drawn)}</camunda:formData>")


def checked(constraint: str, kind: str = "string") -> str:
    return fields(
        f'<camunda:formField id="a" type="{kind}"><camunda:validation>{constraint}</camunda:validation></camunda:formField>'
    )


def test_form_fields_become_a_form_that_is_deployed_with_the_drawing():
    element = model("form-fields").processes[0].elements["write"]
    assert element.form is not None
    assert (element.form.form_id, element.form.binding) == ("form-fields.write", "deployment")
    form = forms.read(str(element.form.schema).encode())
    asked = {one.path[0]: one for one in form.inputs()}
    assert {name: one.type for name, one in asked.items()} == {
        "summary": "textfield", "staff": "number", "agreed": "checkbox", "day": "datetime", "kind": "select", "number": "textfield",
    }  # fmt: skip
    assert asked["summary"].rules == {"required": True, "minLength": 3, "maxLength": 20}
    assert asked["staff"].rules == {"min": 1, "max": 500}
    assert asked["kind"].options == ({"label": "Of its own", "value": "own"}, {"label": "joint", "value": "joint"})
    assert asked["number"].readonly is True
    assert {name: one.source["defaultValue"] for name, one in asked.items() if "defaultValue" in one.source} == {
        "summary": "nothing yet", "staff": 1, "agreed": True, "kind": "own",
    }  # fmt: skip


def test_a_form_key_names_the_file_of_a_deployed_form_and_any_other_is_refused_with_what_to_do():
    task = x('<bpmn:userTask id="x" camunda:formKey="camunda-forms:deployment:forms/visit.form"/>')
    assert task.form == Form(binding="deployment", resource="forms/visit.form")
    assert x(
        '<bpmn:userTask id="x" camunda:formRef="f" camunda:formRefBinding="version" camunda:formRefVersion="2"/>'
    ).form == Form("f", "version", "2")
    for key in (
        "embedded:app:forms/x.html",
        "embedded:deployment:x.html",
        "app:x.jsf",
        "camunda-forms:deployment:x.html",
    ):
        assert refused(f'<bpmn:userTask id="x" camunda:formKey="{key}"/>') == {"form-key"}


def test_a_due_date_that_is_a_duration_counts_from_the_creation_of_the_task():
    play = Play("form-fields")
    task = play.wait("write")
    assert task.due_date == BEGIN + timedelta(days=3)
    assert task.follow_up_date is not None


@pytest.mark.parametrize(
    "element",
    [
        fields('<camunda:formField id="a" type="custom"/>'),
        fields('<camunda:formField id="a.b" type="string"/>'),
        fields('<camunda:formField id="a" type="string" defaultValue="${b}"/>'),
        fields('<camunda:formField id="a" type="long" defaultValue="many"/>'),
        fields('<camunda:formField id="a" type="date" defaultValue="01/02/2026"/>'),
        fields('<camunda:formField id="a" type="string" colour="red"/>'),
        fields('<camunda:formField id="a" type="string"><camunda:value id="b"/></camunda:formField>'),
        fields('<camunda:formField id="a" type="string"><camunda:properties/></camunda:formField>'),
        fields('<camunda:formField id="a" type="string"/>').replace(
            "<camunda:formData>", '<camunda:formData businessKey="a">'
        ),
        fields("<camunda:unheardOf/>"),
        checked('<camunda:constraint name="validator" config="org.example.V"/>'),
        checked('<camunda:constraint name="min" config="${low}"/>', "long"),
        checked('<camunda:constraint name="required" config="perhaps"/>'),
        checked('<camunda:constraint name="max" config="3" also="4"/>', "long"),
        fields('<camunda:formField id="a" type="string"/>').replace('id="x"', 'id="x" camunda:formRef="f"', 1),
    ],
)
def test_a_form_field_that_cannot_be_asked_as_it_is_drawn_is_refused(element):
    assert refused(element) == {"camunda-7"}


def test_the_pattern_of_a_date_is_remarked():
    found = read(fields('<camunda:formField id="a" type="date" datePattern="dd/MM/yyyy"/>')).findings
    assert [(finding.rule, finding.severity) for finding in found] == [("camunda-7", "warning")]


def test_the_words_of_activiti_are_those_of_camunda_7():
    source = drawing('<bpmn:userTask id="x" camunda:assignee="anna"/>').replace(
        b"http://camunda.org/schema/1.0/bpmn", b"http://activiti.org/bpmn"
    )
    assert reader.read(source, resource="old.bpmn").processes[0].elements["x"].assignee == "anna"


def test_a_called_element_that_both_flavours_name_alike_is_read_and_one_that_differs_is_refused():
    extension = '<bpmn:extensionElements><zeebe:calledElement processId="visit"/></bpmn:extensionElements>'
    assert x(f'<bpmn:callActivity id="x" calledElement="visit">{extension}</bpmn:callActivity>').called == Called(
        "visit"
    )
    assert refused(f'<bpmn:callActivity id="x" calledElement="other">{extension}</bpmn:callActivity>') == {"camunda-7"}
