"""Which words of BPMN and of Camunda's extensions are executed, which are decoration, and what to draw instead of the rest."""

from collections.abc import Mapping

from engine.errors import Sentence

# --- BPMN elements ----------------------------------------------------------------------------------------------------

TASKS = frozenset({
    "task", "manualTask", "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
})  # fmt: skip
SUB_PROCESSES = frozenset({"subProcess", "adHocSubProcess", "transaction"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS = frozenset({
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway",
})  # fmt: skip
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
    "eventSubProcessStart": frozenset(
        {"message", "timer", "signal", "error", "escalation", "conditional", "compensation"}
    ),
    "endEvent": frozenset({"none", "message", "signal", "error", "escalation", "terminate", "compensation", "cancel"}),
    "boundaryEvent": frozenset(
        {"message", "timer", "signal", "error", "escalation", "compensation", "conditional", "cancel"}
    ),
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "link", "conditional"}),
    "intermediateThrowEvent": frozenset({"none", "message", "signal", "escalation", "link", "compensation"}),
}

REFUSED_NODES: Mapping[str, Sentence] = {
    "callChoreography": Sentence("draw a call activity"),
    "subChoreography": Sentence("draw a sub-process"),
    "choreographyTask": Sentence("draw a task"),
    "implicitThrowEvent": Sentence("draw an intermediate throw event"),
    "event": Sentence("draw a start, intermediate or end event"),
}

# Shapes that say something to people and nothing to an engine (Camunda 8 does not execute them either).
DECORATION = frozenset({
    "documentation", "extensionElements", "incoming", "outgoing", "laneSet", "textAnnotation", "association", "group",
    "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation",
    "property", "dataState", "auditing", "monitoring", "categoryValueRef", "supportedInterfaceRef", "supports",
    "dataInput", "dataOutput", "inputSet", "outputSet", "eventDefinitionRef",
})  # fmt: skip
"""`eventDefinitionRef` is read where event definitions are."""

GLOBAL_TASKS: Mapping[str, str] = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Tasks beside the processes, each a process of one task for the call activities that name it."""

TOP_DECORATION = frozenset({
    "collaboration", "itemDefinition", "category", "dataStore", "extension", "relationship", "interface", "endPoint",
    "resource", "partnerEntity", "partnerRole", "import", "conversation", "documentation", "extensionElements",
})  # fmt: skip

# --- BPMN attributes --------------------------------------------------------------------------------------------------

REFUSED_ATTRIBUTES: Mapping[str, Sentence] = {
    "noneBehaviorEventRef": Sentence("draw what shall follow behind the whole activity"),
    "oneBehaviorEventRef": Sentence("draw what shall follow behind the whole activity"),
}
"""Attributes that no value makes executable, and what to draw instead."""

HARMLESS: frozenset[str] = frozenset({
    "id", "name", "isExecutable", "processType", "isClosed", "gatewayDirection", "implementation", "messageRef",
    "operationRef", "attachedToRef", "cancelActivity", "isInterrupting", "triggeredByEvent", "default", "sourceRef",
    "targetRef", "isImmediate", "isSequential", "textFormat", "calledElement", "scriptFormat", "instantiate",
    "parallelMultiple", "startQuantity", "completionQuantity", "isForCompensation", "eventGatewayType", "behavior",
    "definitionalCollaborationRef",
    "errorRef", "escalationRef", "signalRef", "errorCode", "escalationCode", "structureRef",
    "language", "evaluatesToTypeRef", "associationDirection", "activityRef", "waitForCompletion", "cancelRemainingInstances", "ordering",
    "loopMaximum", "testBefore", "method", "errorCodeVariable", "errorMessageVariable",
})  # fmt: skip
"""Attributes without a namespace that are read, checked below, or say nothing to an engine."""

_BOOLEAN = (frozenset({"true", "false", "1", "0"}), Sentence("write true or false"))

ONLY: Mapping[str, tuple[frozenset[str], Sentence]] = {
    "instantiate": _BOOLEAN,
    "parallelMultiple": _BOOLEAN,
    "testBefore": _BOOLEAN,
    "isForCompensation": _BOOLEAN,
    "waitForCompletion": (frozenset({"true", "1"}), Sentence("draw the compensation on a branch of its own")),
    "cancelActivity": _BOOLEAN,
    "isInterrupting": _BOOLEAN,
    "isSequential": _BOOLEAN,
    "triggeredByEvent": _BOOLEAN,
    "cancelRemainingInstances": _BOOLEAN,
    "ordering": (frozenset({"Parallel", "Sequential"}), Sentence("write Parallel or Sequential")),
    "isExecutable": _BOOLEAN,
    "behavior": (frozenset({"All"}), Sentence("draw what shall follow behind the whole activity")),
    "eventGatewayType": (frozenset({"Exclusive"}), Sentence("draw an exclusive event-based gateway")),
}
"""Attributes of which only these values are executed, and what to draw instead of others."""

# --- zeebe: extensions ------------------------------------------------------------------------------------------------

_ANYWHERE = frozenset({"properties"})
_JOB = frozenset({"taskDefinition", "taskHeaders", "ioMapping"})
_LISTENED = FLOW_NODES | {"process"}

ZEEBE_HERE: Mapping[str, frozenset[str]] = {
    "task": frozenset({"ioMapping"}),
    "manualTask": frozenset({"ioMapping"}),
    "userTask": frozenset({
        "userTask", "formDefinition", "assignmentDefinition", "taskSchedule", "priorityDefinition", "taskHeaders",
        "ioMapping", "taskListeners",
    }),
    "serviceTask": _JOB,
    "sendTask": _JOB | {"publishMessage"},
    "receiveTask": frozenset({"ioMapping"}),
    "scriptTask": _JOB | {"script"},
    "businessRuleTask": _JOB | {"calledDecision"},
    "callActivity": frozenset({"calledElement", "ioMapping"}),
    "subProcess": frozenset({"ioMapping"}),
    "adHocSubProcess": frozenset({"ioMapping", "adHoc"}),
    "transaction": frozenset({"ioMapping"}),
    "startEvent": frozenset({"ioMapping", "formDefinition"}),
    "endEvent": _JOB | {"publishMessage"},
    "intermediateThrowEvent": _JOB | {"publishMessage"},
    "intermediateCatchEvent": frozenset({"ioMapping"}),
    "boundaryEvent": frozenset({"ioMapping"}),
    "process": frozenset({"versionTag", "userTaskForm"}),
    "message": frozenset({"subscription"}),
    "multiInstanceLoopCharacteristics": frozenset({"loopCharacteristics"}),
}  # fmt: skip
"""Which zeebe: elements are executed at which element, besides `zeebe:properties`, which may stand anywhere."""


def zeebe_here(kind: str) -> frozenset[str]:
    """The zeebe: elements that are executed at this kind of element."""
    listened = frozenset({"executionListeners"}) if kind in _LISTENED else frozenset[str]()
    return ZEEBE_HERE.get(kind, frozenset()) | _ANYWHERE | listened


ZEEBE_ATTRIBUTES = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
"""Attributes that Camunda Modeler keeps for itself."""

ZEEBE_INSTEAD: Mapping[str, Sentence] = {
    "linkedResources": Sentence("name the resource in a task header"),
    "conditionalFilter": Sentence("draw a gateway with conditions"),
    "userTask": Sentence("draw a user task"),
    "subscription": Sentence("put the correlation key on the message"),
}

IMMEDIATE = "registry."
"""Job types that begin like this are served inside the step; all others become jobs after its commit."""

LISTEN_AT_THE_SCOPE = Sentence("put it on the process or sub-process that begins here")
LISTEN_AT_THE_ACTIVITY = Sentence("put it on the activity to which the event is attached")
LISTEN_AT_THE_HANDLER = Sentence("put it on what undoes the work")
LISTEN_BEHIND = Sentence("put a start listener on what follows the gateway")
LISTEN_WHERE_IT_IS_CAUGHT = Sentence("put it on the event that catches this one")

# --- camunda: extensions (Camunda 7) ----------------------------------------------------------------------------------

CAMUNDA_HARMLESS = frozenset({
    "historyTimeToLive", "isStartableInTasklist", "versionTag", "diagramRelationId", "modelerTemplate",
    "modelerTemplateVersion", "modelerTemplateIcon",
})  # fmt: skip

CAMUNDA_INSTEAD: Mapping[str, str | Sentence] = {
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
    "resultVariable": Sentence("zeebe:calledDecision or zeebe:script"),
    "decisionRef": "zeebe:calledDecision",
    "mapDecisionResult": "zeebe:calledDecision",
    "collection": "zeebe:loopCharacteristics",
    "elementVariable": "zeebe:loopCharacteristics",
    "inputOutput": "zeebe:ioMapping",
    "in": Sentence("zeebe:calledElement with zeebe:ioMapping"),
    "out": Sentence("zeebe:calledElement with zeebe:ioMapping"),
    "taskListener": Sentence("a service task before or after"),
    "executionListener": Sentence("a service task before or after"),
    "script": Sentence("zeebe:script with FEEL"),
    "field": "zeebe:taskHeaders",
    "properties": "zeebe:properties",
}

LEAVE_OUT = Sentence("leave it out")
WHAT_CAMUNDA_8_HAS = Sentence("what Camunda 8 has for it")

INSTEAD_OF_CHILDREN: Mapping[str, Sentence] = {
    "potentialOwner": Sentence("use zeebe:assignmentDefinition"),
    "humanPerformer": Sentence("use zeebe:assignmentDefinition"),
    "performer": Sentence("use zeebe:assignmentDefinition"),
    "resourceRole": Sentence("use zeebe:assignmentDefinition"),
    "script": Sentence("use zeebe:script with FEEL"),
    "loopDataInputRef": Sentence("use zeebe:loopCharacteristics"),
    "loopDataOutputRef": Sentence("use zeebe:loopCharacteristics"),
    "inputDataItem": Sentence("use zeebe:loopCharacteristics"),
    "outputDataItem": Sentence("use zeebe:loopCharacteristics"),
    "complexBehaviorDefinition": Sentence("use zeebe:loopCharacteristics"),
}
"""Children of flow elements that are not executed, and what to draw instead."""
