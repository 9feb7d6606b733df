"""Built-in functions on lists (DMN 1.5, tables 75 and 76). Positions count from 1, or from -1 backwards."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Sequence
from decimal import Decimal
from functools import cmp_to_key

from engine.feel.calls import call_function
from engine.feel.evaluation import Null, Run
from engine.feel.operators import equal, order
from engine.feel.registry import builtin
from engine.feel.values import Function, Value, kind_of

_TABLE = "DMN 1.5, table 75"
_SORT = "DMN 1.5, table 79"
_CAMUNDA = "Camunda 8 FEEL"
_ORDERED = "numbers, texts, dates, times or durations of one kind"


def _position(run: Run, items: Sequence[Value], position: Decimal, *, spare: int = 0) -> int:
    """The Python index of a FEEL position."""
    count = len(items) + spare
    if abs(position) < 1 or abs(position) >= count + 1:
        raise Null("the list has {count} items, none has the number {number}", count=len(items), number=position)
    at = int(position)
    return at - 1 if at > 0 else len(items) + at


def _same(run: Run, left: Value, right: Value) -> bool:
    return equal(left, right, run.spend) is True


def key_of(value: Value) -> object:
    """A hashable stand-in for scalars, so that sets can find equal ones fast; None for everything else."""
    kind = type(value)
    if kind is bool or value is None:
        return ("atom", value)
    if kind is Decimal or kind is str:
        return (kind, value)
    return None


class Seen:
    """The values met so far, by FEEL equality."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.keys: set[object] = set()
        self.others: list[Value] = []

    def add(self, value: Value) -> bool:
        """Whether the value is new."""
        key = key_of(value)
        self.run.spend(1)
        if key is not None:
            if key in self.keys:
                return False
            self.keys.add(key)
            return True
        self.run.spend(len(self.others))
        if any(type(other) is type(value) and _same(self.run, other, value) for other in self.others):
            return False
        self.others.append(value)
        return True


@builtin(
    "list contains(list: list, element: Any): boolean",
    "Whether an item equals the element.",
    "列表是否包含该项。",
    source=_TABLE,
    examples=[("list contains([1, 2, 3], 2)", "true"), ("list contains([1, null], null)", "true")],
)
def _list_contains(run: Run, items: list[Value], element: Value) -> Value:
    run.spend(len(items))
    return any(_same(run, item, element) for item in items)


@builtin(
    "count(list: list): number",
    "The number of items.",
    "项数。",
    source=_TABLE,
    examples=[("count([1, 2, 3])", "3"), ("count([])", "0")],
)
def _count(run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


@builtin(
    "sublist(list: list, start position: number, length: number = null): list",
    "The part from a position, at most `length` items long.",
    "取子列表；位置从 1 起，负数从末尾数起。",
    source=_TABLE,
    examples=[("sublist([4, 5, 6], 1, 2)", "[4, 5]"), ("sublist([1, 2, 3], -2)", "[2, 3]")],
)
def _sublist(run: Run, items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    at = _position(run, items, start)
    run.spend(len(items) >> 4)
    if length is None:
        return items[at:]
    if length < 1 or length != length.to_integral_value() or at + length > len(items):
        raise Null("the list has no {length} items from there on", length=length)
    return items[at : at + int(length)]


@builtin(
    "append(list: list, item: Any*): list",
    "The list with the items after it.",
    "在末尾追加。",
    source=_TABLE,
    examples=[("append([1], 2, 3)", "[1, 2, 3]")],
)
def _append(run: Run, items: list[Value], *more: Value) -> Value:
    run.check_list(len(items) + len(more))
    return [*items, *more]


@builtin(
    "concatenate(list: list*): list",
    "The lists one after the other.",
    "首尾相接。",
    source=_TABLE,
    examples=[("concatenate([1, 2], [3])", "[1, 2, 3]")],
)
def _concatenate(run: Run, *lists: list[Value]) -> Value:
    run.check_list(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin(
    "union(list: list*): list",
    "The lists one after the other, each value once.",
    "并集，去重。",
    source=_TABLE,
    examples=[("union([1, 2], [2, 3])", "[1, 2, 3]")],
)
def _union(run: Run, *lists: list[Value]) -> Value:
    return _distinct_values(run, _concatenate(run, *lists))


@builtin(
    "distinct values(list: list): list",
    "Each value once.",
    "去重。",
    source=_TABLE,
    examples=[("distinct values([1, 2, 3, 2, 1])", "[1, 2, 3]")],
)
def _distinct_values(run: Run, items: list[Value]) -> Value:
    seen = Seen(run)
    return [item for item in items if seen.add(item)]


@builtin(
    "duplicate values(list: list): list",
    "The values that occur more than once, each once.",
    "出现多次的值。",
    source=_CAMUNDA,
    examples=[("duplicate values([1, 2, 3, 2, 1])", "[1, 2]")],
)
def _duplicate_values(run: Run, items: list[Value]) -> Value:
    seen, twice = Seen(run), Seen(run)
    repeated = [item for item in items if not seen.add(item)]
    repeated = [item for item in repeated if twice.add(item)]
    return [item for item in _distinct_values(run, items) if any(_same(run, item, other) for other in repeated)]


@builtin(
    "insert before(list: list, position: number, newItem: Any): list",
    "The list with the item before that position.",
    "在指定位置之前插入。",
    source=_TABLE,
    examples=[("insert before([1, 3], 1, 2)", "[2, 1, 3]")],
)
def _insert_before(run: Run, items: list[Value], position: Decimal, new: Value) -> Value:
    at = _position(run, items, position)
    run.check_list(len(items) + 1)
    return [*items[:at], new, *items[at:]]


@builtin(
    "remove(list: list, position: number): list",
    "The list without the item at that position.",
    "删除指定位置的项。",
    source=_TABLE,
    examples=[("remove([1, 2, 3], 2)", "[1, 3]")],
)
def _remove(run: Run, items: list[Value], position: Decimal) -> Value:
    at = _position(run, items, position)
    run.check_list(len(items))
    return [*items[:at], *items[at + 1 :]]


def _list_replace(run: Run, items: list[Value], where: Value, new: Value) -> Value:
    run.check_list(len(items))
    if isinstance(where, list) and len(where) == 1:
        where = where[0]
    if type(where) is Decimal:
        at = _position(run, items, where)
        return [*items[:at], new, *items[at + 1 :]]
    if isinstance(where, Function):
        replaced: list[Value] = []
        for item in items:
            decided = call_function(run, where, [item, new])
            if type(decided) is not bool:
                raise Null("expected true or false of the function, but found {kind}", kind=kind_of(decided))
            replaced.append(new if decided else item)
        return replaced
    raise Null("expected a position or a function, but found {kind}", kind=kind_of(where))


@builtin(
    "list replace(list: list, position: Any, newItem: Any): list",
    "The list with another item at a position, or (`match`) wherever the function of an item and the new item is true.",
    "替换指定位置的项，或替换函数判定为 true 的各项。",
    source=_TABLE,
    examples=[
        ("list replace([2, 4, 7, 8], 3, 6)", "[2, 4, 6, 8]"),
        ("list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", "[5, 5, 7, 8]"),
    ],
)
def _list_replace_at(run: Run, items: list[Value], position: Value, new: Value) -> Value:
    return _list_replace(run, items, position, new)


@builtin("list replace(list: list, match: function, newItem: Any): list", "", "", source=_TABLE)
def _list_replace_where(run: Run, items: list[Value], match: Value, new: Value) -> Value:
    return _list_replace(run, items, match, new)


@builtin(
    "reverse(list: list): list",
    "The list backwards.",
    "倒序。",
    source=_TABLE,
    examples=[("reverse([1, 2, 3])", "[3, 2, 1]")],
)
def _reverse(run: Run, items: list[Value]) -> Value:
    run.spend(len(items))
    return items[::-1]


@builtin(
    "index of(list: list, match: Any): list",
    "The positions of all items that equal the value.",
    "所有相等项的位置。",
    source=_TABLE,
    examples=[("index of([1, 2, 3, 2], 2)", "[2, 4]")],
)
def _index_of(run: Run, items: list[Value], match: Value) -> Value:
    run.spend(len(items))
    return [Decimal(at) for at, item in enumerate(items, 1) if _same(run, item, match)]


@builtin(
    "flatten(list: list): list",
    "All items of all lists inside.",
    "展平嵌套列表。",
    source=_TABLE,
    examples=[("flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]")],
)
def _flatten(run: Run, items: list[Value]) -> Value:
    found: list[Value] = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            run.spend(1)
            if isinstance(item, list):
                waiting.append(iter(item))
                break
            found.append(item)
        else:
            waiting.pop()
    run.check_list(len(found))
    return found


@builtin(
    "sort(list: list, precedes: function = null): list",
    "The list in order; `precedes(a, b)` says whether a stands before b. Equal items keep their order.",
    "排序；precedes(a, b) 判定 a 是否在 b 之前；稳定排序。",
    source=_SORT,
    examples=[("sort([3, 1, 4, 2], function(x, y) x < y)", "[1, 2, 3, 4]"), ("sort([3, 1, 2])", "[1, 2, 3]")],
)
def _sort(run: Run, items: list[Value], precedes: Function | None = None) -> Value:
    run.check_list(len(items))

    def compare(left: Value, right: Value) -> int:
        run.spend(1)
        if precedes is None:
            found = order(left, right)
            if found is None:
                raise Null("expected {wanted}, but found {kind}", wanted=_ORDERED, kind=kind_of(right))
            return found
        if call_function(run, precedes, [left, right]) is True:
            return -1
        return 1 if call_function(run, precedes, [right, left]) is True else 0

    return sorted(items, key=cmp_to_key(compare))


@builtin(
    "is empty(list: list): boolean",
    "Whether there are no items.",
    "列表是否为空。",
    source=_CAMUNDA,
    examples=[("is empty([])", "true"), ("is empty([1])", "false")],
)
def _is_empty(run: Run, items: list[Value]) -> Value:
    return not items


@builtin(
    "partition(list: list, size: number): list",
    "The list cut into lists of that size, the last one maybe shorter.",
    "按大小分组。",
    source=_CAMUNDA,
    examples=[("partition([1, 2, 3, 4, 5], 2)", "[[1, 2], [3, 4], [5]]")],
)
def _partition(run: Run, items: list[Value], size: Decimal) -> Value:
    if size < 1 or size != size.to_integral_value():
        raise Null("expected a whole number of at least 1, but found {number}", number=size)
    run.check_list(len(items))
    step = min(int(size), max(len(items), 1))
    return [items[at : at + step] for at in range(0, len(items), step)]
