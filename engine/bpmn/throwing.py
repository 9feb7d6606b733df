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


def cancel_transaction(instance: ElementInstance) -> None:
    """The cancel end event of a transaction whose work is undone: the transaction ends and goes on at its cancel event.

    A transaction without one ends where it is, and nothing follows it (BPMN 2.0.2, 10.7).
    """
    tree, host = instance.workflow, instance.above
    if host.task_spec.is_inner:
        host = host.above
    boundary = host.task_spec.catcher(host, "cancel", "")
    if boundary is not None:
        boundary.strike(host, {}, {"trigger": "cancel"})
        return
    around = host.above
    tree.end(host, {"trigger": "cancel"})
    around.task_spec.child_left(around)


def _throw(instance: ElementInstance, kind: str, code: str, variables: Locals, detail: Locals) -> bool:
    at = instance
    while True:
        boundary = at.task_spec.catcher(at, kind, code)
        if boundary is not None:
            boundary.strike(at, boundary.told(variables, detail), detail)
            return True
        if at._parent is None:
            return False
        at = at.above
        event_sub_process = at.task_spec.catching_sub_process(kind, code)
        # A scope that an event sub-process has interrupted catches nothing more.
        if event_sub_process is not None and not at.internal_data.get("interrupted"):
            event_sub_process.open_in(at, event_sub_process.start.told(variables, detail), detail)
            return True
