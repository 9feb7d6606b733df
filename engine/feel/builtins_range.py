"""Built-in functions on ranges and points: Allen's interval algebra (DMN 1.5, table 81)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from engine.feel.evaluation import Null, Run
from engine.feel.operators import in_range, order
from engine.feel.registry import builtin
from engine.feel.values import Range, Value, kind_of

_TABLE = "DMN 1.5, table 81"


def _item(value: Value) -> Value:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _ordered(left: Value, right: Value) -> int:
    found = order(left, right)
    if found is None:
        raise Null("{left} cannot be compared with {right}", left=kind_of(left), right=kind_of(right))
    return found


def _bounded(value: Value) -> Range:
    value = _item(value)
    if not isinstance(value, Range) or value.operator in ("=", "!="):
        raise Null("expected a range, but found {kind}", kind=kind_of(value))
    return value


def _ends_before(first: Range, second: Range) -> bool:
    """Whether every point of the first lies before every point of the second."""
    if first.high is None or second.low is None:
        return False
    found = _ordered(first.high, second.low)
    return found < 0 or (found == 0 and not (first.high_included and second.low_included))


def _before(a: Value, b: Value) -> bool:
    a, b = _item(a), _item(b)
    if not isinstance(a, Range) and not isinstance(b, Range):
        return _ordered(a, b) < 0
    if not isinstance(a, Range):
        return _ends_before(_point(a), _bounded(b))
    return _ends_before(_bounded(a), b if isinstance(b, Range) else _point(b))


def _point(value: Value) -> Range:
    _ordered(value, value)
    return Range(value, value, True, True)


@builtin(
    "before(point1: Any, point2: Any): boolean",
    "Whether the first point or range ends before the second begins.",
    "前者是否整体早于（小于）后者。",
    source=_TABLE,
    examples=[("before(1, 10)", "true"), ("before([1..5), [5..10])", "true"), ("before(1, [1..10])", "false")],
)
def _before_any(run: Run, a: Value, b: Value) -> Value:
    return _before(a, b)


@builtin(
    "after(point1: Any, point2: Any): boolean",
    "Whether the first point or range begins after the second ends.",
    "前者是否整体晚于（大于）后者。",
    source=_TABLE,
    examples=[("after(10, 5)", "true"), ("after([11..20], [1..11))", "true"), ("after(12, [1..10])", "true")],
)
def _after_any(run: Run, a: Value, b: Value) -> Value:
    return _before(b, a)


@builtin(
    "meets(range1: range, range2: range): boolean",
    "Whether the first range ends at the included point where the second begins.",
    "前区间的终点是否正好是后区间的起点。",
    source=_TABLE,
    examples=[("meets([1..5], [5..10])", "true"), ("meets([1..5), [5..10])", "false")],
)
def _meets(run: Run, a: Range, b: Range) -> Value:
    a, b = _bounded(a), _bounded(b)
    if a.high is None or b.low is None:
        return False
    return a.high_included and b.low_included and _ordered(a.high, b.low) == 0


@builtin(
    "met by(range1: range, range2: range): boolean",
    "Whether the second range ends at the included point where the first begins.",
    "后区间的终点是否正好是前区间的起点。",
    source=_TABLE,
    examples=[("met by([5..10], [1..5])", "true")],
)
def _met_by(run: Run, a: Range, b: Range) -> Value:
    return _meets(run, b, a)


def _overlaps(a: Range, b: Range) -> bool:
    return not _ends_before(a, b) and not _ends_before(b, a)


@builtin(
    "overlaps(range1: range, range2: range): boolean",
    "Whether the ranges have a point in common.",
    "两区间是否有公共点。",
    source=_TABLE,
    examples=[("overlaps([1..5], [3..8])", "true"), ("overlaps([1..5), [5..8])", "false")],
)
def _overlaps_any(run: Run, a: Range, b: Range) -> Value:
    return _overlaps(_bounded(a), _bounded(b))


def _compare_low(a: Range, b: Range) -> int:
    """Which range begins first; an open side begins before everything, an included point before an excluded one."""
    if a.low is None or b.low is None:
        return (a.low is not None) - (b.low is not None)
    found = _ordered(a.low, b.low)
    return found if found else b.low_included - a.low_included


def _compare_high(a: Range, b: Range) -> int:
    if a.high is None or b.high is None:
        return (b.high is not None) - (a.high is not None)
    found = _ordered(a.high, b.high)
    return found if found else a.high_included - b.high_included


@builtin(
    "overlaps before(range1: range, range2: range): boolean",
    "Whether the ranges overlap and the first begins and ends before the second.",
    "两区间相交，且前者的起止都早于后者。",
    source=_TABLE,
    examples=[("overlaps before([1..5], [3..8])", "true"), ("overlaps before([1..5], [6..8])", "false")],
)
def _overlaps_before(run: Run, a: Range, b: Range) -> Value:
    a, b = _bounded(a), _bounded(b)
    # The standard lets the first range end with the second (table 81).
    return _overlaps(a, b) and _compare_low(a, b) < 0 and _compare_high(a, b) <= 0


@builtin(
    "overlaps after(range1: range, range2: range): boolean",
    "Whether the ranges overlap and the first begins and ends after the second.",
    "两区间相交，且前者的起止都晚于后者。",
    source=_TABLE,
    examples=[("overlaps after([3..8], [1..5])", "true")],
)
def _overlaps_after(run: Run, a: Range, b: Range) -> Value:
    a, b = _bounded(a), _bounded(b)
    return _overlaps(a, b) and _compare_low(a, b) >= 0 and _compare_high(a, b) > 0


@builtin(
    "finishes(value: Any, range: range): boolean",
    "Whether the point or range ends where the range ends, beginning inside it.",
    "是否与区间同时结束。",
    source=_TABLE,
    examples=[
        ("finishes(10, [1..10])", "true"),
        ("finishes([5..10], [1..10])", "true"),
        ("finishes(10, [1..10))", "false"),
    ],
)
def _finishes(run: Run, a: Value, b: Range) -> Value:
    a, b = _item(a), _bounded(b)
    if not isinstance(a, Range):
        return b.high_included and _ordered(a, b.high) == 0
    a = _bounded(a)
    return _compare_high(a, b) == 0 and _compare_low(a, b) >= 0


@builtin(
    "finished by(range: range, value: Any): boolean",
    "Whether the range is finished by the point or range.",
    "区间是否以其结束。",
    source=_TABLE,
    examples=[("finished by([1..10], 10)", "true"), ("finished by([1..10], [5..10])", "true")],
)
def _finished_by(run: Run, a: Range, b: Value) -> Value:
    return _finishes(run, b, a)


@builtin(
    "includes(range: range, value: Any): boolean",
    "Whether the point or range lies in the range.",
    "区间是否包含该点或区间。",
    source=_TABLE,
    examples=[
        ("includes([1..10], 5)", "true"),
        ("includes([1..10), [1..10))", "true"),
        ("includes([1..10), 10)", "false"),
    ],
)
def _includes(run: Run, a: Range, b: Value) -> Value:
    a, b = _bounded(a), _item(b)
    if not isinstance(b, Range):
        inside = in_range(b, a)
        if inside is None:
            raise Null("{left} cannot be compared with {right}", left=kind_of(b), right=kind_of(a.low))
        return inside
    b = _bounded(b)
    return _compare_low(a, b) <= 0 and _compare_high(a, b) >= 0


@builtin(
    "during(value: Any, range: range): boolean",
    "Whether the point or range lies in the range.",
    "是否位于区间之内。",
    source=_TABLE,
    examples=[("during(5, [1..10])", "true"), ("during([4..6], [1..10))", "true")],
)
def _during(run: Run, a: Value, b: Range) -> Value:
    return _includes(run, b, a)


@builtin(
    "starts(value: Any, range: range): boolean",
    "Whether the point or range begins where the range begins, ending inside it.",
    "是否与区间同时开始。",
    source=_TABLE,
    examples=[("starts(1, [1..10])", "true"), ("starts([1..5], [1..10])", "true"), ("starts(1, (1..10])", "false")],
)
def _starts(run: Run, a: Value, b: Range) -> Value:
    a, b = _item(a), _bounded(b)
    if not isinstance(a, Range):
        return b.low_included and _ordered(a, b.low) == 0
    a = _bounded(a)
    return _compare_low(a, b) == 0 and _compare_high(a, b) <= 0


@builtin(
    "started by(range: range, value: Any): boolean",
    "Whether the range is started by the point or range.",
    "区间是否以其开始。",
    source=_TABLE,
    examples=[("started by([1..10], 1)", "true"), ("started by([1..10], [1..5])", "true")],
)
def _started_by(run: Run, a: Range, b: Value) -> Value:
    return _starts(run, b, a)


@builtin(
    "coincides(point1: Any, point2: Any): boolean",
    "Whether both are the same point or the same range.",
    "两点或两区间是否重合。",
    source=_TABLE,
    examples=[
        ("coincides(5, 5)", "true"),
        ("coincides([1..5], [1..5])", "true"),
        ("coincides([1..5], (1..5))", "false"),
    ],
)
def _coincides(run: Run, a: Value, b: Value) -> Value:
    a, b = _item(a), _item(b)
    if isinstance(a, Range) and isinstance(b, Range):
        a, b = _bounded(a), _bounded(b)
        return _compare_low(a, b) == 0 and _compare_high(a, b) == 0
    return _ordered(a, b) == 0
