"""Random FEEL syntax for property tests and fuzzing."""

from decimal import Decimal

from hypothesis import strategies as st

from engine.feel.parser import at_value
from engine.feel.syntax import (
    NOWHERE,
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    ContextNode,
    Filter,
    For,
    FunctionDefinition,
    If,
    In,
    InstanceOf,
    Iterator,
    ListNode,
    Literal,
    Name,
    Negate,
    Node,
    Or,
    Parameter,
    Path,
    Quantified,
    RangeNode,
    TypeRef,
)

NAMES = ["a", "b", "count of x", "企业", "营业 收入", "_x1", "item"]
FUNCTIONS = ["sum", "string length", "date and time", "get or else", "list contains", "abs", "date", "unknown one"]
TEMPORALS = ["2026-06-30", "12:30:00", "2026-06-30T12:00:00@Asia/Shanghai", "P1Y2M", "-PT36H", "23:59:59.5+08:00"]

numbers = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=3).map(
    Decimal.normalize
)
literals = st.one_of(
    numbers,
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8),
    st.booleans(),
    st.none(),
    st.sampled_from(TEMPORALS).map(at_value),
).map(lambda value: Literal(NOWHERE, value))
names = st.sampled_from(NAMES).map(lambda name: Name(NOWHERE, name))
types = st.sampled_from(
    [
        TypeRef(NOWHERE, "number"),
        TypeRef(NOWHERE, "date and time"),
        TypeRef(NOWHERE, "list", (("", TypeRef(NOWHERE, "string")),)),
        TypeRef(NOWHERE, "context", (("a", TypeRef(NOWHERE, "number")),)),
        TypeRef(NOWHERE, "function", (("", TypeRef(NOWHERE, "number")),), TypeRef(NOWHERE, "Any")),
    ]
)


def _arithmetic(parts: tuple[Node, list[Node], str]) -> Node:
    first, rest, signs = parts
    pool = {"+": "+-", "*": "*/", "^": ["**"]}[signs]
    return Arithmetic(NOWHERE, first, tuple((pool[at % len(pool)], one) for at, one in enumerate(rest)))


def _bigger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    word = st.sampled_from(NAMES[:-1])
    iterators = st.builds(lambda name, source: (Iterator(NOWHERE, name, source, None),), word, inner)
    stretches = st.builds(lambda name, low, high: (Iterator(NOWHERE, name, low, high),), word, literals, literals)
    return st.one_of(
        st.tuples(inner, st.lists(inner, min_size=1, max_size=3), st.sampled_from("+*^")).map(_arithmetic),
        st.builds(Compare, st.just(NOWHERE), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        st.builds(And, st.just(NOWHERE), several),
        st.builds(Or, st.just(NOWHERE), several),
        st.builds(Between, st.just(NOWHERE), inner, inner, inner),
        st.builds(In, st.just(NOWHERE), inner, several),
        st.builds(If, st.just(NOWHERE), inner, inner, inner),
        st.builds(For, st.just(NOWHERE), iterators | stretches, inner),
        st.builds(Quantified, st.just(NOWHERE), st.sampled_from(["some", "every"]), iterators, inner),
        st.builds(Path, st.just(NOWHERE), inner, word),
        st.builds(Filter, st.just(NOWHERE), inner, inner),
        st.builds(
            lambda name, arguments: Call(NOWHERE, Name(NOWHERE, name), tuple(arguments), ()),
            st.sampled_from(FUNCTIONS),
            st.lists(inner, max_size=3),
        ),
        st.builds(lambda one: Negate(NOWHERE, one), inner),
        st.builds(InstanceOf, st.just(NOWHERE), inner, types),
        st.lists(inner, max_size=3).map(lambda items: ListNode(NOWHERE, tuple(items))),
        st.dictionaries(word, inner, max_size=3).map(lambda found: ContextNode(NOWHERE, tuple(found.items()))),
        st.builds(RangeNode, st.just(NOWHERE), inner, inner, st.booleans(), st.booleans(), st.just("")),
        st.builds(
            lambda name, kind, body: FunctionDefinition(NOWHERE, (Parameter(name, kind),), body, False),
            word,
            st.none() | types,
            inner,
        ),
    )


expressions: st.SearchStrategy[Node] = st.recursive(literals | names, _bigger, max_leaves=12)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "a": st.integers(-5, 5) | st.lists(st.integers(0, 3), max_size=4) | st.none(),
        "b": st.text(max_size=4)
        | st.booleans()
        | st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5), max_size=2),
        "企业": st.lists(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5), max_size=2), max_size=3),
    },
)
