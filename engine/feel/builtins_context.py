"""Built-in functions on contexts and on values of any kind (DMN 1.5, tables 73 and 80)."""

# FEEL values have no static type; what an operator or function accepts is decided while it runs.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from engine.errors import ExecutionFailed
from engine.feel.evaluation import Null, Run
from engine.feel.operators import equal
from engine.feel.registry import builtin
from engine.feel.values import Value, kind_of

_TABLE = "DMN 1.5, table 80"
_CAMUNDA = "Camunda 8 FEEL"


class AssertionFailed(ExecutionFailed):
    """the expression asserts something that does not hold"""


@builtin(
    "get value(m: context, key: Any): Any",
    "The entry of that name; with a list of names, the entry inside the entry inside …; null when there is none.",
    "按键取值；键可为列表，表示逐层取值。",
    source=_TABLE,
    examples=[('get value({key1: "value1"}, "key1")', '"value1"'), ('get value({x: 1, y: {z: 0}}, ["y", "z"])', "0")],
)
def _get_value(run: Run, m: dict[str, Value], key: Value) -> Value:
    path = key if isinstance(key, list) else [key]
    found: Value = m
    for step in path:
        if not isinstance(step, str):
            raise Null("expected a text as key, but found {kind}", kind=kind_of(step))
        if not isinstance(found, dict) or step not in found:
            raise Null("the context has no entry {name}", name=step)
        found = found[step]
    return found


@builtin(
    "get entries(m: context): list",
    "The entries as a list of contexts with `key` and `value`.",
    "全部条目（key、value）。",
    source=_TABLE,
    examples=[("get entries({a: 1})", '[{key: "a", value: 1}]')],
)
def _get_entries(run: Run, m: dict[str, Value]) -> Value:
    run.check_list(len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin(
    "context(entries: list): context",
    "The context made of contexts with `key` and `value`; null for a key given twice.",
    "由 key、value 条目构造上下文。",
    source=_TABLE,
    examples=[('context([{key: "a", value: 1}, {key: "b", value: 2}])', "{a: 1, b: 2}")],
)
def _context(run: Run, entries: list[Value]) -> Value:
    run.check_list(len(entries))
    made: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise Null("expected contexts with key and value")
        if entry["key"] in made:
            raise Null("the context has two entries {name}", name=entry["key"])
        made[entry["key"]] = entry["value"]
    return made


def _put(run: Run, m: dict[str, Value], path: list[Value], value: Value) -> dict[str, Value]:
    step = path[0]
    if not isinstance(step, str):
        raise Null("expected a text as key, but found {kind}", kind=kind_of(step))
    run.spend(len(m))
    if len(path) == 1:
        return {**m, step: value}
    inner = m.get(step, {})
    if not isinstance(inner, dict):
        raise Null("the entry {name} is no context", name=step)
    return {**m, step: _put(run, inner, path[1:], value)}


@builtin(
    "context put(context: context, key or keys: Any, value: Any): context",
    "The context with the entry set; with a list of names, the entry inside the entry inside …",
    "设置条目；键可为列表，表示逐层设置。",
    source=_TABLE,
    examples=[
        ('context put({x: 1}, "y", 2)', "{x: 1, y: 2}"),
        ('context put({x: 1, y: {z: 0}}, ["y", "z"], 2)', "{x: 1, y: {z: 2}}"),
    ],
)
def _context_put(run: Run, context: dict[str, Value], key: Value, value: Value) -> Value:
    return _context_put_path(run, context, key if isinstance(key, list) else [key], value)


@builtin("context put(context: context, key: string, value: Any): context", "", "", source=_TABLE)
def _context_put_key(run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    return _put(run, context, [key], value)


@builtin("context put(context: context, keys: list, value: Any): context", "", "", source=_TABLE)
def _context_put_path(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    if not keys:
        raise Null("expected at least one key")
    run.spend(len(keys))
    if len(keys) > 100:
        raise Null("expected at most {count} keys", count=100)
    return _put(run, context, keys, value)


@builtin(
    "context merge(contexts: list): context",
    "All entries; of two with the same name the later.",
    "合并多个上下文，后者优先。",
    source=_TABLE,
    examples=[("context merge([{x: 1}, {y: 2}])", "{x: 1, y: 2}"), ("context merge([{x: 1}, {x: 2}])", "{x: 2}")],
)
def _context_merge(run: Run, contexts: list[Value]) -> Value:
    merged: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            raise Null("expected a list of contexts, but found {kind} in it", kind=kind_of(context))
        run.spend(len(context))
        merged.update(context)
    return merged


@builtin(
    "not(negand: Any): boolean",
    "True of false, false of true, else null.",
    "逻辑非；非布尔值得 null。",
    source="DMN 1.5, table 72",
    examples=[("not(true)", "false"), ("not(null)", "null")],
)
def _not(run: Run, negand: Value) -> Value:
    if isinstance(negand, list) and len(negand) == 1:
        negand = negand[0]
    return not negand if type(negand) is bool else None


@builtin(
    "is defined(value: Any): boolean",
    "Whether the value is not null.",
    "是否有值（非 null）。",
    source=_CAMUNDA,
    examples=[("is defined(1)", "true"), ("is defined(null)", "false")],
)
def _is_defined(run: Run, value: Value) -> Value:
    return value is not None


@builtin(
    "get or else(value: Any, default: Any): Any",
    "The value, or the default where it is null.",
    "值为 null 时取默认值。",
    source=_CAMUNDA,
    examples=[('get or else("this", "default")', '"this"'), ('get or else(null, "default")', '"default"')],
)
def _get_or_else(run: Run, value: Value, default: Value) -> Value:
    return default if value is None else value


@builtin(
    "assert(value: Any, condition: Any, cause: string? = null): Any",
    "The value where the condition is true; otherwise the evaluation fails with the cause.",
    "条件成立时返回该值，否则求值失败并给出原因。",
    source=_CAMUNDA,
    examples=[("assert(5, 5 > 1)", "5")],
    pure=False,
)
def _assert(run: Run, value: Value, condition: Value, cause: str | None = None) -> Value:
    if condition is True:
        return value
    if cause:
        raise AssertionFailed("the expression stops: {cause}", cause=cause)
    raise AssertionFailed("the expression asserts something that does not hold")


@builtin(
    "is(value1: Any = null, value2: Any = null): boolean",
    "Whether both are the same value of the same kind, with the same fractions and zones.",
    "是否为同一值（类型、时区都相同）。",
    source="DMN 1.5, table 78",
    examples=[
        ('is(@"2012-12-25", @"2012-12-25")', "true"),
        ('is(@"23:00:50z", @"23:00:50+00:00")', "true"),
        ('is(@"23:00:50", @"23:00:50z")', "false"),
    ],
)
def _is(run: Run, value1: Value = None, value2: Value = None) -> Value:
    if type(value1) is not type(value2):
        return False
    if kind_of(value1) in ("time", "date and time"):
        from engine.feel.text import value_text

        return value_text(value1) == value_text(value2)
    return equal(value1, value2) is True
