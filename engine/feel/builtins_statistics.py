"""Built-in functions that make one value of a list of numbers or booleans (DMN 1.5, table 75)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from decimal import Decimal, DecimalException
from functools import reduce

from engine.feel.evaluation import Null, Run
from engine.feel.operators import add, divide, multiply, numeric, order
from engine.feel.registry import builtin
from engine.feel.values import NUMBERS, Value, kind_of

_TABLE = "DMN 1.5, table 75"
_ONLY_NUMBERS: set[type] = {Decimal}
_ORDERED = "numbers, texts, dates, times or durations of one kind"


def _numbers(items: list[Value]) -> list[Decimal]:
    if set(map(type, items)) - _ONLY_NUMBERS:
        other = next(item for item in items if type(item) is not Decimal)
        raise Null("expected a list of numbers, but found {kind} in it", kind=kind_of(other))
    return items


def _extreme(run: Run, items: list[Value], sign: int) -> Value:
    if not items:
        return None
    run.spend(len(items))
    best = items[0]
    if order(best, best) is None:
        raise Null("expected {wanted}, but found {kind}", wanted=_ORDERED, kind=kind_of(best))
    for item in items[1:]:
        found = order(item, best)
        if found is None:
            raise Null("expected {wanted}, but found {kind}", wanted=_ORDERED, kind=kind_of(item))
        if found * sign > 0:
            best = item
    return best


@builtin(
    "min(list: list...): Any",
    "The smallest item; null of an empty list.",
    "最小值。",
    source=_TABLE,
    examples=[("min([1, 2, 3])", "1"), ("min(1, 2, 3)", "1"), ("min([])", "null")],
)
def _min(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, -1)


@builtin(
    "max(list: list...): Any",
    "The greatest item; null of an empty list.",
    "最大值。",
    source=_TABLE,
    examples=[("max([1, 2, 3])", "3"), ('max("a", "b")', '"b"')],
)
def _max(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, 1)


@builtin(
    "sum(list: list...): number",
    "The sum; null of an empty list.",
    "求和；空列表得 null。",
    source=_TABLE,
    examples=[("sum([1, 2, 3])", "6"), ("sum([])", "null")],
)
def _sum(run: Run, items: list[Value]) -> Value:
    run.spend(len(items))
    if not items:
        return None
    if type(items[0]) is not Decimal:
        total = items[0]
        if kind_of(total) not in ("years and months duration", "days and time duration"):
            raise Null("expected a list of numbers, but found {kind} in it", kind=kind_of(total))
        for item in items[1:]:
            if type(item) is not type(total):
                raise Null("expected a list of durations of one kind, but found {kind} in it", kind=kind_of(item))
            total = add(total, item)
        return total
    numbers = _numbers(items)
    try:
        return reduce(NUMBERS.add, numbers)
    except DecimalException:
        raise Null("the calculation has no result as a number") from None


@builtin(
    "mean(list: list...): number",
    "The arithmetic mean; null of an empty list.",
    "算术平均数。",
    source=_TABLE,
    examples=[("mean([1, 2, 3])", "2"), ("mean([])", "null")],
)
def _mean(run: Run, items: list[Value]) -> Value:
    total = _sum(run, items)
    return None if total is None else divide(total, Decimal(len(items)))


@builtin(
    "product(list: list...): number",
    "The product; null of an empty list.",
    "连乘积。",
    source=_TABLE,
    examples=[("product([2, 3, 4])", "24"), ("product([])", "null")],
)
def _product(run: Run, items: list[Value]) -> Value:
    run.spend(len(items))
    if not items:
        return None
    total: Value = Decimal(1)
    for number in _numbers(items):
        total = multiply(total, number)
    return total


@builtin(
    "median(list: list...): number",
    "The middle number, or the mean of the two in the middle; null of an empty list.",
    "中位数。",
    source=_TABLE,
    examples=[("median(8, 2, 5, 3, 4)", "4"), ("median([6, 1, 2, 3])", "2.5"), ("median([])", "null")],
)
def _median(run: Run, items: list[Value]) -> Value:
    run.spend(len(items))
    if not items:
        return None
    ordered = sorted(_numbers(items))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return divide(add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin(
    "stddev(list: list...): number",
    "The standard deviation of a sample; null for less than two numbers.",
    "样本标准差。",
    source=_TABLE,
    examples=[("stddev([47])", "null"), ("decimal(stddev(2, 4, 7, 5), 8)", "2.08166600")],
)
def _stddev(run: Run, items: list[Value]) -> Value:
    run.spend(len(items))
    numbers = _numbers(items)
    if len(numbers) < 2:
        return None
    mean = _mean(run, numbers)
    total = Decimal(0)
    for number in numbers:
        difference = numeric(NUMBERS.subtract, number, mean)
        total = add(total, multiply(difference, difference))
    return numeric(NUMBERS.sqrt, divide(total, Decimal(len(numbers) - 1)))


@builtin(
    "mode(list: list...): list",
    "The numbers that occur most often, ascending.",
    "众数（升序列表）。",
    source=_TABLE,
    examples=[("mode(6, 3, 9, 6, 6)", "[6]"), ("mode([6, 1, 9, 6, 1])", "[1, 6]"), ("mode([])", "[]")],
)
def _mode(run: Run, items: list[Value]) -> Value:
    run.spend(len(items))
    counts: dict[Decimal, int] = {}
    for number in _numbers(items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)


def _decide(run: Run, items: list[Value], *, decisive: bool) -> Value:
    run.spend(len(items))
    unknown = False
    for item in items:
        if item is decisive:
            return decisive
        unknown = unknown or type(item) is not bool
    return None if unknown else not decisive


@builtin(
    "all(list: list...): boolean",
    "Whether every item is true; true of an empty list, null when an item is neither and none is false.",
    "是否全部为 true。",
    source=_TABLE,
    examples=[
        ("all([true, true])", "true"),
        ("all([false, null, true])", "false"),
        ("all([])", "true"),
        ("all(0)", "null"),
    ],
)
def _all(run: Run, items: list[Value]) -> Value:
    return _decide(run, items, decisive=False)


@builtin(
    "any(list: list...): boolean",
    "Whether one item is true; false of an empty list, null when an item is neither and none is true.",
    "是否至少一项为 true。",
    source=_TABLE,
    examples=[("any([false, null, true])", "true"), ("any([])", "false"), ("any(0)", "null")],
)
def _any(run: Run, items: list[Value]) -> Value:
    return _decide(run, items, decisive=True)
