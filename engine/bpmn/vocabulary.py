"""Which words of BPMN and of Camunda's extensions are executed, which are decoration, and what to draw instead of the rest."""

from collections.abc import Mapping

# --- BPMN elements ----------------------------------------------------------------------------------------------------

TASKS = frozenset({
    "task", "manualTask", "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
})  # fmt: skip
ACTIVITIES = TASKS | {"callActivity", "subProcess"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"})
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS

EVENT_DEFINITIONS: Mapping[str, str] = {
    "messageEventDefinition": "message",
    "timerEventDefinition": "timer",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
    "linkEventDefinition": "link",
    "conditionalEventDefinition": "conditional",
    "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "cancel",
}

EXECUTED_EVENTS: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({"none", "message", "timer", "signal"}),
    "eventSubProcessStart": frozenset({"message", "timer", "signal", "error", "escalation"}),
    "endEvent": frozenset({"none", "message", "signal", "error", "escalation", "terminate"}),
    "boundaryEvent": frozenset({"message", "timer", "signal", "error", "escalation"}),
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "link"}),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "escalation", "link"}),
}

REFUSED_NODES: Mapping[str, str] = {
    "complexGateway": "draw an inclusive or exclusive gateway with conditions",
    "transaction": "draw a sub-process with error boundary events",
    "adHocSubProcess": "draw a sub-process with parallel or inclusive branches",
    "callChoreography": "draw a call activity",
    "subChoreography": "draw a sub-process",
    "choreographyTask": "draw a task",
    "implicitThrowEvent": "draw an intermediate throw event",
    "event": "draw a start, intermediate or end event",
}

REFUSED_LOOPS: Mapping[str, str] = {
    "standardLoopCharacteristics": "draw a gateway that leads back, or a multi-instance activity",
}

# Shapes that say something to people and nothing to an engine (Camunda 8 does not execute them either).
DECORATION = frozenset({
    "documentation", "extensionElements", "incoming", "outgoing", "laneSet", "textAnnotation", "association", "group",
    "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation",
    "property", "dataState", "auditing", "monitoring", "categoryValueRef", "supportedInterfaceRef", "supports",
    "dataInput", "dataOutput", "inputSet", "outputSet", "eventDefinitionRef",
})  # fmt: skip
"""`eventDefinitionRef` is caught where event definitions are read."""

TOP_DECORATION = frozenset({
    "collaboration", "itemDefinition", "category", "dataStore", "extension", "relationship", "interface", "endPoint",
    "resource", "partnerEntity", "partnerRole", "import", "conversation", "documentation", "extensionElements",
})  # fmt: skip

# --- BPMN attributes --------------------------------------------------------------------------------------------------

HARMLESS: frozenset[str] = frozenset({
    "id", "name", "isExecutable", "processType", "isClosed", "gatewayDirection", "implementation", "messageRef",
    "operationRef", "attachedToRef", "cancelActivity", "isInterrupting", "triggeredByEvent", "default", "sourceRef",
    "targetRef", "isImmediate", "isSequential", "textFormat", "calledElement", "scriptFormat", "instantiate",
    "parallelMultiple", "startQuantity", "completionQuantity", "isForCompensation", "eventGatewayType", "behavior",
    "definitionalCollaborationRef",
    "errorRef", "escalationRef", "signalRef",
})  # fmt: skip
"""Attributes without a namespace that are read, checked below, or say nothing to an engine."""

ONLY: Mapping[str, tuple[frozenset[str], str]] = {
    "instantiate": (frozenset({"false", "0"}), "start the process with a message start event"),
    "parallelMultiple": (frozenset({"false", "0"}), "draw one event for each trigger"),
    "startQuantity": (frozenset({"1"}), "join the tokens with a parallel gateway"),
    "completionQuantity": (frozenset({"1"}), "split the tokens with a parallel gateway"),
    "isForCompensation": (frozenset({"false", "0"}), "draw what undoes the work behind an error boundary event"),
    "eventGatewayType": (frozenset({"Exclusive"}), "draw an exclusive event-based gateway"),
}
"""Attributes of which only these values are executed, and what to draw instead of others."""

# --- zeebe: extensions ------------------------------------------------------------------------------------------------

_ANYWHERE = frozenset({"properties"})
_JOB = frozenset({"taskDefinition", "taskHeaders", "ioMapping"})

ZEEBE_HERE: Mapping[str, frozenset[str]] = {
    "task": frozenset({"ioMapping"}),
    "manualTask": frozenset({"ioMapping"}),
    "userTask": frozenset({
        "userTask", "formDefinition", "assignmentDefinition", "taskSchedule", "priorityDefinition", "taskHeaders",
        "ioMapping",
    }),
    "serviceTask": _JOB,
    "sendTask": _JOB | {"publishMessage"},
    "receiveTask": frozenset({"ioMapping"}),
    "scriptTask": _JOB | {"script"},
    "businessRuleTask": _JOB | {"calledDecision"},
    "callActivity": frozenset({"calledElement", "ioMapping"}),
    "subProcess": frozenset({"ioMapping"}),
    "startEvent": frozenset({"ioMapping", "formDefinition"}),
    "endEvent": _JOB | {"publishMessage"},
    "intermediateThrowEvent": _JOB | {"publishMessage"},
    "intermediateCatchEvent": frozenset({"ioMapping"}),
    "boundaryEvent": frozenset({"ioMapping"}),
    "process": frozenset({"versionTag"}),
    "message": frozenset({"subscription"}),
}  # fmt: skip
"""Which zeebe: elements are executed at which element, besides `zeebe:properties`, which may stand anywhere."""


def zeebe_here(kind: str) -> frozenset[str]:
    """The zeebe: elements that are executed at this kind of element."""
    return ZEEBE_HERE.get(kind, frozenset()) | _ANYWHERE


ZEEBE_ATTRIBUTES = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
"""Attributes that Camunda Modeler keeps for itself."""

ZEEBE_INSTEAD: Mapping[str, str] = {
    "executionListeners": "draw a service task before or after the element",
    "taskListeners": "draw a service task before or after the user task",
    "userTaskForm": "deploy the form as a file of its own and link it by its form id",
    "linkedResources": "name the resource in a task header",
    "adHoc": "draw a sub-process with parallel or inclusive branches",
    "conditionalFilter": "draw a gateway with conditions",
    "userTask": "draw a user task",
    "subscription": "put the correlation key on the message",
}

# --- camunda: extensions (Camunda 7) ----------------------------------------------------------------------------------

CAMUNDA_HARMLESS = frozenset({
    "historyTimeToLive", "isStartableInTasklist", "versionTag", "diagramRelationId", "modelerTemplate",
    "modelerTemplateVersion", "modelerTemplateIcon",
})  # fmt: skip

CAMUNDA_INSTEAD: Mapping[str, str] = {
    "assignee": "zeebe:assignmentDefinition",
    "candidateGroups": "zeebe:assignmentDefinition",
    "candidateUsers": "zeebe:assignmentDefinition",
    "dueDate": "zeebe:taskSchedule",
    "followUpDate": "zeebe:taskSchedule",
    "priority": "zeebe:priorityDefinition",
    "formKey": "zeebe:formDefinition",
    "formRef": "zeebe:formDefinition",
    "formData": "zeebe:formDefinition",
    "topic": "zeebe:taskDefinition",
    "type": "zeebe:taskDefinition",
    "class": "zeebe:taskDefinition",
    "delegateExpression": "zeebe:taskDefinition",
    "expression": "zeebe:taskDefinition",
    "connector": "zeebe:taskDefinition",
    "resultVariable": "zeebe:calledDecision or zeebe:script",
    "decisionRef": "zeebe:calledDecision",
    "mapDecisionResult": "zeebe:calledDecision",
    "collection": "zeebe:loopCharacteristics",
    "elementVariable": "zeebe:loopCharacteristics",
    "inputOutput": "zeebe:ioMapping",
    "in": "zeebe:calledElement with zeebe:ioMapping",
    "out": "zeebe:calledElement with zeebe:ioMapping",
    "taskListener": "a service task before or after",
    "executionListener": "a service task before or after",
    "script": "zeebe:script with FEEL",
    "field": "zeebe:taskHeaders",
    "properties": "zeebe:properties",
}
