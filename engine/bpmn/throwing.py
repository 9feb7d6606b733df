"""How errors and escalations find who catches them."""

from engine.bpmn.expressions import Locals
from engine.bpmn.outcome import UnhandledError, UnheardEscalation
from engine.bpmn.tree import ElementInstance


def throw_error(instance: ElementInstance, code: str, message: str, variables: Locals) -> None:
    """An error goes outwards until a boundary event or event sub-process catches it; uncaught, it ends the instance."""
    tree = instance.workflow
    detail: Locals = {"error": code}
    if message:
        detail["message"] = message
    if _throw(instance, "error", code, variables, detail):
        return
    tree.error = UnhandledError(instance.task_spec.element_id, instance.id, code, message, variables)
    tree.cancel_all({"error": code})


def throw_escalation(instance: ElementInstance, code: str, variables: Locals) -> None:
    """An escalation goes outwards like an error; what throws it goes on unless it is interrupted."""
    if not _throw(instance, "escalation", code, variables, {"escalation": code}):
        unheard = UnheardEscalation(instance.task_spec.element_id, instance.id, code, variables)
        instance.workflow.escalations.append(unheard)


def _throw(instance: ElementInstance, kind: str, code: str, variables: Locals, detail: Locals) -> bool:
    at = instance
    while True:
        boundary = at.task_spec.catcher(at, kind, code)
        if boundary is not None:
            boundary.strike(at, variables, detail)
            return True
        if at._parent is None:
            return False
        at = at.above
        event_sub_process = at.task_spec.catching_sub_process(kind, code)
        # A scope that an event sub-process has interrupted catches nothing more.
        if event_sub_process is not None and not at.internal_data.get("interrupted"):
            event_sub_process.open_in(at, variables, detail)
            return True
