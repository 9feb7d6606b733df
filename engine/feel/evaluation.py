"""One evaluation: its scope, its clock, its budget, its warnings."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import ExecutionFailed, Sentence
from engine.feel.values import FeelFunction, Value

LOCAL = ZoneInfo("Asia/Shanghai")
"""The zone of `now()` and `today()`, and of date-times without one where an instant is needed."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one evaluation may use; deterministic, so that the same expression always ends the same way.

    `steps` count operators inside loops, calls and list items touched; `digits` bounds exponents of numbers; `string` and
    `list` are the longest string and list that may be built; `depth` is the deepest nesting of calls, in Python frames.
    """

    steps: int = 200_000
    digits: int = 6_144
    string: int = 100_000
    list: int = 100_000
    depth: int = 500


class BudgetExceeded(ExecutionFailed):
    """the expression was stopped because it needs more than it may use

    `params["limit"]` is the name of the limit (`steps`, `string`, `list`, `depth`), `params["allowed"]` its value.
    """

    def __init__(self, limit: str, allowed: int) -> None:
        super().__init__(_SENTENCES[limit], limit=limit, allowed=allowed)


_SENTENCES = {
    "steps": "the expression was stopped after {allowed} steps; it repeats too often",
    "string": "the expression was stopped because it builds a text of more than {allowed} characters",
    "list": "the expression was stopped because it builds a list of more than {allowed} items",
    "depth": "the expression was stopped because functions call each other more than {allowed} levels deep",
}


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """Why a part of an expression became null: the sentence, and the part as character offsets."""

    sentence: Sentence
    start: int
    end: int

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A value with what was remarked on the way; `steps` is the budget used."""

    value: Value
    warnings: Sequence[FeelWarning]
    steps: int


class Null(Exception):
    """Raised inside a built-in to say that its result is null, and why."""

    def __init__(self, template: str, **params: object) -> None:
        self.sentence = Sentence(template, params)
        super().__init__(template)


_MOST_WARNINGS = 100
DEFAULT_BUDGET = Budget()
NO_FUNCTIONS: Mapping[str, FeelFunction] = {}


class Meter:
    """What is left of a budget; shared by all expressions that one decision evaluates."""

    __slots__ = ("budget", "depth", "steps_left")

    def __init__(self, budget: Budget = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self.steps_left = budget.steps
        self.depth = 0

    @property
    def steps(self) -> int:
        """The steps used so far."""
        return self.budget.steps - self.steps_left


class Run:
    """The state of one evaluation: `variables` are the names of the outermost scope."""

    __slots__ = ("_now", "adopted", "functions", "meter", "trace", "variables", "warnings")

    def __init__(
        self,
        variables: Mapping[str, Any],
        *,
        functions: Mapping[str, FeelFunction] | None = None,
        now: datetime | None = None,
        meter: Meter | None = None,
        warnings: list[FeelWarning] | None = None,
    ) -> None:
        self.variables = variables
        self.functions = functions or NO_FUNCTIONS
        self._now = now
        self.meter = meter if meter is not None else Meter()
        self.warnings = warnings
        self.adopted: dict[str, Value] = {}
        self.trace: list[dict[str, Any]] | None = None

    @property
    def now(self) -> datetime:
        """The moment that `now()` answers, in Asia/Shanghai."""
        if self._now is None:
            raise Null("now() and today() have no answer here, because no time was given to the evaluation")
        now = self._now
        return (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(LOCAL)

    def spend(self, steps: int) -> None:
        """Use up steps; BudgetExceeded when there are none left."""
        meter = self.meter
        meter.steps_left -= steps
        if meter.steps_left < 0:
            raise BudgetExceeded("steps", meter.budget.steps)

    def check_list(self, length: int) -> None:
        """Refuse a list that is too long, and pay for its items."""
        if length > self.meter.budget.list:
            raise BudgetExceeded("list", self.meter.budget.list)
        self.spend(length)

    def weigh(self, value: Value) -> None:
        """Pay for every item inside a value, so that what visits them all is paid for; shared parts count each time."""
        waiting = [value]
        while waiting:
            found = waiting.pop()
            inner = found if type(found) is list else list(found.values()) if type(found) is dict else ()
            self.spend(len(inner) + 1)
            waiting.extend(item for item in inner if type(item) is list or type(item) is dict)

    def check_string(self, length: int) -> None:
        """Refuse a text that is too long, and pay for its characters."""
        self.spend(length >> 6)
        self.bound_string(length)

    def bound_string(self, length: int) -> None:
        """Refuse a text that is too long, while it grows."""
        if length > self.meter.budget.string:
            raise BudgetExceeded("string", self.meter.budget.string)

    def null(self, where: tuple[int, int], template: str, **params: object) -> None:
        """Remark why a part becomes null; the value null."""
        if self.warnings is not None and len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(FeelWarning(Sentence(template, params), *where))

    def remark(self, where: tuple[int, int], sentence: Sentence) -> None:
        """The same, with a sentence made elsewhere."""
        if self.warnings is not None and len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(FeelWarning(sentence, *where))


class Env:
    """A scope: its own names, the scope around it, the evaluation it belongs to; in a filter also the item looked at."""

    __slots__ = ("item", "parent", "run", "vars")

    def __init__(self, own: dict[str, Any], parent: "Env | None", run: Run, item: Any = None) -> None:
        self.vars = own
        self.item = item
        self.parent = parent
        self.run = run
