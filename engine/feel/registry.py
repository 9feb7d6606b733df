"""The table of built-in functions: signatures, conversion of arguments, documentation."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.evaluation import Null, Run
from engine.feel.temporal import FarDate, FarDateTime, Time
from engine.feel.values import FeelFunction, Function, Range, Value, adopt, kind_of

_TYPES: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "date": (date, FarDate),
    "time": (Time,),
    "date and time": (datetime, FarDateTime),
    "date or date and time": (date, FarDate, datetime, FarDateTime),
    "years and months duration": (YearsMonthsDuration,),
    "days and time duration": (DaysTimeDuration,),
    "duration": (YearsMonthsDuration, DaysTimeDuration),
    "range": (Range,),
    "function": (Function,),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter: its name, FEEL type (`kind`) (`Any` for all), whether null may be given, whether it may be left out."""

    name: str
    kind: str
    nullable: bool
    optional: bool

    @property
    def accepted(self) -> tuple[type, ...]:
        """The Python types that need no conversion; empty for Any."""
        return _TYPES.get(self.kind, ())

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}{'?' if self.nullable else ''}{' = null' if self.optional else ''}"


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function.

    `packs`: several positional arguments become its one list. `repeats`: the last parameter takes any number of arguments.
    """

    slots: tuple[Slot, ...]
    implementation: Callable[..., Value]
    packs: bool = False
    required: int = 0
    repeats: bool = False

    def slots_for(self, count: int) -> tuple[Slot, ...]:
        """The parameters of so many positional arguments."""
        missing = count - len(self.slots)
        return self.slots + (self.slots[-1],) * missing if self.repeats and missing > 0 else self.slots


@dataclass(slots=True)
class Builtin:
    """A function of the language. `implementation(run, …)`; `pure` functions of constants are computed while compiling."""

    name: str
    overloads: list[Overload]
    result: str
    doc: str
    doc_zh: str
    source: str
    category: str
    examples: tuple[tuple[str, str], ...] = ()
    pure: bool = True

    def positional(self, count: int) -> Overload | None:
        """The overload for so many positional arguments."""
        for overload in self.overloads:
            if overload.required <= count and (overload.repeats or count <= len(overload.slots)):
                return overload
        for overload in self.overloads:
            if overload.packs and count > 1:
                return overload
        return None

    def named(self, names: Sequence[str]) -> Overload | None:
        """The overload that has parameters of these names."""
        given = set(names)
        if len(given) != len(names):
            return None
        for overload in self.overloads:
            known = {slot.name for slot in overload.slots}
            if given <= known and {slot.name for slot in overload.slots if not slot.optional} <= given:
                return overload
        return None

    def as_function(self) -> Function:
        """The function as a value, to be handed to another function."""
        slots = self.overloads[0].slots

        def call(run: Run, arguments: Sequence[Value]) -> Value:
            overload = self.positional(len(arguments))
            if overload is None:
                raise wrong_count(self.name, len(arguments))
            return invoke(run, self.name, overload, arguments)

        return Function(
            self.name,
            [slot.name for slot in slots],
            call,
            required=self.overloads[0].required,
            is_variadic=any(overload.packs or overload.repeats for overload in self.overloads),
        )


BUILTINS: dict[str, Builtin] = {}


def parse_slot(text: str) -> Slot:
    """Read `name: type? = null`."""
    declared, equals, _ = text.partition("=")
    name, _, kind = declared.strip().partition(":")
    kind = kind.strip() or "Any"
    nullable = kind.endswith("?") or kind == "Any"
    kind = kind.removesuffix("?")
    if kind != "Any" and kind not in _TYPES:
        raise ValueError(f"expected a FEEL type, but found {kind!r} in {text!r}")
    return Slot(name.strip(), kind, nullable, bool(equals))


def builtin(
    signature: str,
    doc: str,
    doc_zh: str,
    *,
    source: str,
    examples: Sequence[tuple[str, str]] = (),
    pure: bool = True,
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Enter a function: `"substring(string: string, start position: number, length: number = null): string"`.

    A type ending in `...` packs several arguments into a list, one ending in `*` takes any number of arguments. Entering the same name again adds an overload.
    """
    head, _, rest = signature.partition("(")
    inside, _, result = rest.rpartition(")")
    name = head.strip()
    packs, repeats = "..." in inside, "*" in inside
    slots = tuple(parse_slot(part) for part in inside.replace("...", "").replace("*", "").split(",") if part.strip())
    required = sum(not slot.optional for slot in slots)

    def enter(implementation: Callable[..., Value]) -> Callable[..., Value]:
        overload = Overload(slots, implementation, packs, required, repeats)
        known = BUILTINS.get(name)
        if known is None:
            category = implementation.__module__.rpartition("_")[2]
            BUILTINS[name] = Builtin(
                name, [overload], result.removeprefix(":").strip(), doc, doc_zh, source, category, tuple(examples), pure
            )
        else:
            known.overloads.append(overload)
            known.examples += tuple(examples)
        return implementation

    return enter


def convert(value: Value, slot: Slot, function: str) -> Value:
    """The argument as the parameter wants it (10.3.2.9.4: singleton list to item, item to list); Null where it cannot be."""
    accepted = slot.accepted
    kind = type(value)
    if not accepted or kind in accepted:
        return value
    if value is None:
        if slot.nullable:
            return None
    elif slot.kind == "list":
        return [value]
    elif kind is list and len(value) == 1 and type(value[0]) in accepted:
        return value[0]
    elif slot.kind == "date and time" and kind is date:
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  (FEEL has local date-times)
    raise Null(
        "expected {wanted} as {parameter} of {function}, but found {found}",
        wanted=slot.kind,
        parameter=slot.name,
        function=function,
        found=kind_of(value),
    )


def invoke(run: Run, name: str, overload: Overload, arguments: Sequence[Value]) -> Value:
    """Call an overload with positional arguments."""
    slots = overload.slots_for(len(arguments))
    if overload.packs and len(arguments) != 1:
        return overload.implementation(run, convert(list(arguments), slots[0], name))
    return overload.implementation(
        run, *[convert(value, slot, name) for value, slot in zip(arguments, slots, strict=False)]
    )


def wrong_count(name: str, count: int) -> Null:
    """The remark that a function was called with arguments that none of its signatures has."""
    return Null("the function {function} cannot be called with {count} arguments", function=name, count=count)


def lend(function: FeelFunction) -> Builtin:
    """A caller's function in the shape of a built-in; its implementation does not get the run."""
    slots = tuple(parse_slot(parameter) for parameter in function.parameters)
    implementation = function.implementation
    name = function.name

    def call(run: Run, *arguments: Value) -> Value:
        try:
            return adopt(implementation(*arguments))
        except (ValueError, TypeError, LookupError, ArithmeticError) as reason:
            raise Null("the function {function} has no answer: {reason}", function=name, reason=str(reason)) from reason

    overload = Overload(slots, call, False, sum(not slot.optional for slot in slots))
    return Builtin(
        name,
        [overload],
        function.result,
        function.doc,
        function.doc_zh,
        function.source,
        "lent",
        tuple(function.examples),
        pure=False,
    )
