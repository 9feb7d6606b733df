"""Gateways: exclusive, parallel, inclusive; joins count tokens per incoming flow, so they are right in loops."""

from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.elements import ElementSpec, Outgoing, no_way_out
from engine.bpmn.expressions import Text
from engine.bpmn.tree import ElementInstance, Tree


class ExclusiveGateway(ElementSpec):
    """Takes the first flow whose condition is true, in the order of the drawing's outgoing flows, else the default."""

    def take(self, instance: ElementInstance) -> tuple[Outgoing, ...]:
        if not self.is_conditional:
            return self.flows
        for outgoing in self.flows:
            if outgoing is self.default_flow or outgoing.condition is None:
                continue
            if instance.workflow.truth(outgoing.condition, instance):
                return (outgoing,)
        if self.default_flow is None:
            no_way_out(self, instance)
        return (self.default_flow,)


class JoiningGateway(ElementSpec):
    """A gateway at which tokens wait for each other. A token keeps the id of the flow on which it came."""

    incoming: tuple[str, ...] = ()

    def arrived(self, scope: ElementInstance) -> dict[str, ElementInstance]:
        """The first waiting token of each incoming flow."""
        found: dict[str, ElementInstance] = {}
        for child in scope.below:
            if child.task_spec is self and child.is_waiting and not child.internal_data.get("late"):
                found.setdefault(str(child.internal_data.get("via", "")), child)
        return found

    def release(self, tree: Tree, tokens: Mapping[str, ElementInstance]) -> None:
        """Go on with one token of each flow: the oldest lives on, the others end in it."""
        first, *others = sorted(tokens.values(), key=lambda token: int(token.id))
        for token in others:
            tree.drop(token)
        first.internal_data.clear()
        first._ready()


class ParallelGateway(JoiningGateway):
    """Waits for a token on every incoming flow, then takes every outgoing flow."""

    def _update_hook(self, my_task: ElementInstance) -> bool | None:
        if not self.joins:
            return True
        my_task._set_state(TaskState.WAITING)
        tokens = self.arrived(my_task.above)
        if len(tokens) == len(self.incoming):
            self.release(my_task.workflow, tokens)
        return None

    def take(self, instance: ElementInstance) -> tuple[Outgoing, ...]:
        return self.flows


class InclusiveGateway(JoiningGateway):
    """Waits until no token can come any more on a flow on which none waits, then takes all flows whose condition is true.

    `reaching[flow]` holds the element ids from which that incoming flow can be reached without passing this gateway.
    """

    reaching: Mapping[str, frozenset[str]] = {}

    def _update_hook(self, my_task: ElementInstance) -> bool | None:
        if not self.joins:
            return True
        my_task._set_state(TaskState.WAITING)
        if len(self.arrived(my_task.above)) == len(self.incoming):
            self.release(my_task.workflow, self.arrived(my_task.above))
        return None

    def blockers(self, scope: ElementInstance, tokens: Mapping[str, ElementInstance]) -> list[ElementInstance]:
        """The live instances of this scope for whose tokens the join must wait (BPMN 2.0.2, 13.4.3).

        A token that can come on an empty flow is waited for, unless it can come on a flow on which one waits already:
        that is a token of a later turn of a loop.
        """
        empty: set[str] = set()
        taken: set[str] = set()
        for flow in self.incoming:
            (taken if flow in tokens else empty).update(self.reaching[flow])
        sources = empty - taken
        return [
            child
            for child in scope.below
            if child.task_spec is not self
            and child.task_spec.element_id in sources
            and child.task_spec.keeps_scope(child)
        ]


class ComplexGateway(InclusiveGateway):
    """Goes on when its activation condition holds, then swallows what still comes of the same turn (BPMN 2.0.2, 13.4.5).

    The condition sees `activationCount`, the number of flows on which a token has come. The flows still awaited are kept in the
    scope's memory under `late` until none of them can bring a token any more: then the gateway begins anew.
    """

    condition: Text | None = None

    def _update_hook(self, my_task: ElementInstance) -> bool | None:
        if not self.joins:
            return True
        scope, tree = my_task.above, my_task.workflow
        late = self._late(scope)
        via = str(my_task.internal_data.get("via", ""))
        if via in late:
            late.remove(via)
            self._keep(scope, late)
            # Its own place in the tree is taken away only after whoever brought it has gone on.
            my_task._set_state(TaskState.WAITING)
            my_task.internal_data["late"] = True
            tree.ready.append(lambda: tree.swallow(my_task))
            return None
        my_task._set_state(TaskState.WAITING)
        tokens = self.arrived(scope)
        assert self.condition is not None
        if tree.truth(self.condition, my_task, {"activationCount": len(tokens)}):
            self._keep(scope, [flow for flow in self.incoming if flow not in tokens])
            self.release(tree, tokens)
        return None

    def wait_is_over(self, tree: Tree, scope: ElementInstance) -> None:
        """Begin anew once nothing awaited can come any more."""
        late = self._late(scope)
        sources = {source for flow in late for source in self.reaching[flow]}
        if late and not any(
            child.task_spec is not self and child.task_spec.element_id in sources and child.task_spec.keeps_scope(child)
            for child in scope.below
        ):
            self._keep(scope, [])

    def _late(self, scope: ElementInstance) -> list[str]:
        kept = scope.internal_data.get("late")
        found = kept.get(self.element_id, []) if isinstance(kept, dict) else []
        return [str(flow) for flow in found] if isinstance(found, list) else []

    def _keep(self, scope: ElementInstance, late: list[str]) -> None:
        kept = scope.internal_data.setdefault("late", {})
        assert isinstance(kept, dict)
        kept.pop(self.element_id, None)
        if late:
            kept[self.element_id] = late
        if not kept:
            del scope.internal_data["late"]


def begin_anew(tree: Tree) -> None:
    """Let complex gateways forget tokens that cannot come any more."""
    if not tree.spec.complex_joins or tree.completed:
        return
    for scope in tree.live():
        if "late" in scope.internal_data:
            for gateway in tree.spec.complex_joins:
                gateway.wait_is_over(tree, scope)


def release_inclusive_join(tree: Tree) -> bool:
    """Release the first inclusive join that waits for nothing any more; joins that wait only for each other go in order."""
    if tree.completed or not tree.spec.has_inclusive_joins:
        return False
    circular: tuple[InclusiveGateway, dict[str, ElementInstance]] | None = None
    seen: set[tuple[str, str]] = set()
    for token in tree.live():
        spec = token.task_spec
        if not isinstance(spec, InclusiveGateway) or isinstance(spec, ComplexGateway):
            continue
        if not token.is_waiting or (token.above.id, spec.name) in seen:
            continue
        seen.add((token.above.id, spec.name))
        tokens = spec.arrived(token.above)
        blockers = spec.blockers(token.above, tokens)
        if not blockers:
            spec.release(tree, tokens)
            return True
        if circular is None and all(isinstance(b.task_spec, InclusiveGateway) and b.is_waiting for b in blockers):
            circular = spec, tokens
    if circular is None:
        return False
    circular[0].release(tree, circular[1])
    return True
