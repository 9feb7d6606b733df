"""Undoing completed work: what can be undone is remembered by its scope, and undone last first when an event asks for it.

A scope remembers under `undo`, in order of completion, `[element id, handler]` for an activity with a compensation boundary
event, and `[element id, name, variables, undo]` for a completed sub-process with such activities inside (with an event
sub-process that undoes it, that stands for `undo`, which then follows). Whoever undoes (the
throwing event, and under it a sub-process brought back with its variables) keeps what is left to do under `undoing`. Every
turn of a loop is remembered on its own, so a state grows with the turns of a loop whose work can be undone.
"""

from typing import cast

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.expressions import Locals
from engine.bpmn.tree import ElementInstance


def remember(instance: ElementInstance) -> None:
    """An element is completing: let the scope around remember how it can be undone."""
    if instance._parent is None:
        return
    spec, inside = instance.task_spec, instance.internal_data.get("undo")
    if spec.undone_by is not None:
        entry: list[object] = [spec.element_id, spec.undone_by]
    elif spec.undone_inside is not None:
        # An event sub-process inside says how its scope is undone; it may in turn undo what was done there.
        handler = [[spec.element_id, spec.undone_inside]]
        entry = [spec.element_id, spec.name, dict(instance.data), handler, inside or []]
    elif inside:
        entry = [spec.element_id, spec.name, dict(instance.data), inside]
    else:
        return
    undo = cast("list[object]", instance.above.internal_data.setdefault("undo", []))
    undo.append(entry)


def begin(instance: ElementInstance, only: str | None) -> bool:
    """Start to undo what was completed in the scope of a throwing event; False when there is nothing to undo."""
    scope = instance.above
    if scope.task_spec.handles_compensation:
        scope = scope.above
    undo = cast("list[list[object]]", scope.internal_data.get("undo", []))
    chosen = [entry for entry in undo if only is None or entry[0] == only]
    if not chosen:
        return False
    left = [entry for entry in undo if entry not in chosen]
    scope.internal_data["undo"] = left
    if not left:
        del scope.internal_data["undo"]
    instance.internal_data["undoing"] = chosen
    _next(instance)
    return True


def goes_on(instance: ElementInstance) -> bool:
    """Something under this instance has ended: go on undoing, if that is what it does."""
    if "undoing" not in instance.internal_data:
        return False
    if not instance._children:
        _next(instance)
    return True


def _next(instance: ElementInstance) -> None:
    """Undo the last of what is left; with nothing left, the event is done, or the sub-process goes away again."""
    tree = instance.workflow
    undoing = cast("list[list[object]]", instance.internal_data["undoing"])
    if undoing:
        entry = undoing.pop()
        spec = tree.spec.task_specs[str(entry[1])]
        if len(entry) == 2:
            tree.enter(instance._add_child(spec))
            return
        brought_back = instance._add_child(spec, TaskState.STARTED)
        brought_back.data = cast(Locals, entry[2])
        brought_back.internal_data = {"undoing": entry[3]}
        if len(entry) > 4 and entry[4]:
            brought_back.internal_data["undo"] = entry[4]
        _next(brought_back)
        return
    del instance.internal_data["undoing"]
    if instance.task_spec.element.event in {"compensation", "cancel"}:
        instance.task_spec.finish(instance, {})
        return
    above = instance.above
    tree.drop(instance)
    goes_on(above)
