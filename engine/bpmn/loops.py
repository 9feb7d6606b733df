"""Standard loops: an activity that runs again and again, one run after another, while its condition holds (BPMN 2.0.2, 13.3.6)."""

from engine.bpmn.elements import ElementSpec
from engine.bpmn.expressions import Text
from engine.bpmn.model import Element, Loop
from engine.bpmn.scopes import ProcessSpec
from engine.bpmn.tree import ElementInstance


class LoopBody(ElementSpec):
    """Runs its activity once, and once more as long as the condition holds and the maximum is not reached.

    The condition sees `loopCounter`, the number of runs so far.
    """

    inner: ElementSpec
    condition: Text | None = None

    def __init__(self, process: ProcessSpec, element: Element, drawn: Loop) -> None:
        super().__init__(process, element)
        self.kind = "loopBody"
        self.drawn = drawn

    def behave(self, instance: ElementInstance) -> bool | None:
        instance.internal_data["turn"] = 0
        if self.drawn.test_before and not self._again(instance):
            return True
        self._spawn(instance)
        return None

    def child_left(self, instance: ElementInstance) -> None:
        if any(child.task_spec.keeps_scope(child) for child in instance.below):
            return
        if self._again(instance):
            self._spawn(instance)
        else:
            instance.complete()

    def _turn(self, instance: ElementInstance) -> int:
        return int(str(instance.internal_data["turn"]))

    def _again(self, instance: ElementInstance) -> bool:
        turn = self._turn(instance)
        if self.drawn.maximum is not None and turn >= self.drawn.maximum:
            return False
        return self.condition is None or instance.workflow.truth(self.condition, instance, {"loopCounter": turn})

    def _spawn(self, instance: ElementInstance) -> None:
        turn = self._turn(instance) + 1
        instance.internal_data["turn"] = turn
        inner = instance._add_child(self.inner)
        inner.data["loopCounter"] = turn
        instance.workflow.enter(inner)
