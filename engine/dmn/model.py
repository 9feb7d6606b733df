"""What a decision file says: decisions, inputs, knowledge models, services, types, and the boxes of their logic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.errors import Finding, NotFound
from engine.feel.syntax import Node, UnaryTests

HitPolicy = Literal["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = Literal["", "SUM", "COUNT", "MIN", "MAX"]


@dataclass(frozen=True, slots=True)
class Box:
    """A boxed expression; `type_ref` is its declared type, empty for any."""

    id: str
    type_ref: str


@dataclass(frozen=True, slots=True)
class Text(Box):
    """A literal expression. `node` is None when the text is empty or no FEEL (then there is a finding)."""

    text: str
    node: Node | None


@dataclass(frozen=True, slots=True)
class Column:
    """An input of a decision table: label, expression, type, allowed values."""

    id: str
    label: str
    expression: Text
    type_ref: str
    allowed: UnaryTests | None
    allowed_text: str
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a decision table; `values` are the expressions of its allowed values, highest priority first."""

    id: str
    name: str
    label: str
    type_ref: str
    values: UnaryTests | None
    values_text: str
    default: Text | None


@dataclass(frozen=True, slots=True)
class Cell:
    """The test of one rule on one input; `tests` is None when the text is no FEEL."""

    id: str
    text: str
    tests: UnaryTests | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: `number` counts from 1."""

    id: str
    number: int
    description: str
    cells: tuple[Cell, ...]
    outputs: tuple[Text, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table(Box):
    hit_policy: HitPolicy
    aggregation: Aggregation
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    annotation_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A named part of a context or a binding of an invocation; a context's result has no name."""

    name: str
    type_ref: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class ContextBox(Box):
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Invocation(Box):
    function: Box | None
    bindings: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ListBox(Box):
    items: tuple[Box | None, ...]


@dataclass(frozen=True, slots=True)
class Relation(Box):
    columns: tuple[Entry, ...]
    rows: tuple[tuple[Box | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type_ref: str


@dataclass(frozen=True, slots=True)
class FunctionBox(Box):
    """A function; `kind` other than FEEL has no meaning here and gives null."""

    parameters: tuple[Parameter, ...]
    body: Box | None
    kind: str = "FEEL"


@dataclass(frozen=True, slots=True)
class Conditional(Box):
    condition: Box | None
    then: Box | None
    otherwise: Box | None


@dataclass(frozen=True, slots=True)
class FilterBox(Box):
    source: Box | None
    match: Box | None


@dataclass(frozen=True, slots=True)
class Iteration(Box):
    """`for`, `some` or `every`, as `kind`."""

    kind: str
    variable: str
    source: Box | None
    result: Box | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """A reference: the namespace of the file it points into (empty: this one) and the id there."""

    namespace: str
    id: str


@dataclass(frozen=True, slots=True)
class InputData:
    id: str
    name: str
    type_ref: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision. `variable` is the name of its result for those that require it."""

    id: str
    name: str
    variable: str
    type_ref: str
    question: str
    description: str
    version_tag: str
    requires: tuple[Requirement, ...]
    inputs: tuple[Requirement, ...]
    knowledge: tuple[Requirement, ...]
    logic: Box | None


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    id: str
    name: str
    type_ref: str
    knowledge: tuple[Requirement, ...]
    function: FunctionBox | None


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: what it is given and what it answers."""

    id: str
    name: str
    type_ref: str
    outputs: tuple[Requirement, ...]
    encapsulated: tuple[Requirement, ...]
    input_decisions: tuple[Requirement, ...]
    inputs: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A named type of the file, or a component of one."""

    name: str
    type_ref: str
    is_collection: bool
    allowed: UnaryTests | None
    constraint: UnaryTests | None
    components: tuple["ItemDefinition", ...]
    function_result: str | None
    function_parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    name: str
    namespace: str
    kind: str


@dataclass(frozen=True)
class Decisions:
    """A whole file, read and checked. `findings` are remarks; those of severity `error` would refuse a deployment."""

    id: str
    name: str
    namespace: str
    resource: str
    decisions: Mapping[str, Decision]
    inputs: Mapping[str, InputData]
    knowledge: Mapping[str, KnowledgeModel]
    services: Mapping[str, Service]
    items: tuple[ItemDefinition, ...]
    imports: tuple[Import, ...]
    imported: Mapping[str, "Decisions"]
    findings: tuple[Finding, ...]
    programs: dict[object, object] = field(default_factory=dict[object, object], repr=False, compare=False)

    def decision(self, key: str) -> Decision:
        """The decision of that id, or of that name. Raises NotFound."""
        known = self.decisions.get(key)
        if known is None:
            known = next((one for one in self.decisions.values() if one.name == key), None)
        if known is None:
            raise NotFound("expected a decision named {key} in {file}, but there is none", key=key, file=self.resource)
        return known
