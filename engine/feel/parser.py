"""The grammar of FEEL (DMN 1.5, 10.3.1.2), by precedence climbing over tokens.

Names may contain spaces and operators. The longest name that is known at a place wins (10.3.1.4); words side by side that no
known name covers are one name, since two operands never stand side by side.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Iterator as Iterating
from contextlib import contextmanager
from decimal import InvalidOperation, Overflow

from engine.feel.durations import parse_duration
from engine.feel.lexer import END, NAME, NUMBER, OPERATOR, STRING, Token, tokenize
from engine.feel.syntax import (
    And,
    Arithmetic,
    BadLiteral,
    Between,
    Call,
    Compare,
    ContextNode,
    FeelSyntaxError,
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
    UnaryTests,
)
from engine.feel.temporal import parse_date, parse_datetime, parse_time
from engine.feel.values import NUMBERS

LONGEST_TEXT = 50_000
DEEPEST_NESTING = 100
DEEPEST_TREE = 200

_RESERVED = frozenset(
    [
        "in",
        "and",
        "or",
        "then",
        "else",
        "return",
        "satisfies",
        "between",
        "if",
        "for",
        "some",
        "every",
        "function",
        "true",
        "false",
        "null",
    ]
)
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_NAME_OPERATORS = frozenset("+-*/'.")
# What may follow a `[` that closes a range (`]1..2[`) but cannot follow one that opens a filter.
_AFTER_RANGE = frozenset({")", "]", ",", "}", ":", ".", "=", "!="})
_AFTER_RANGE_WORDS = _RESERVED - {"if", "for", "some", "every", "function", "true", "false", "null"} | {"instance"}
_KEYWORD_BUILTINS = ("date and time", "years and months duration", "get or else")
_BLANKS = re.compile(r"\s+")

Known = dict[str, list[tuple[tuple[str, ...], str]]]


def add_names(known: Known, names: Iterable[str]) -> None:
    """Enter names of more than one token; longest first."""
    for name in names:
        try:
            words = tuple(token.text for token in tokenize(name)[:-1])
        except FeelSyntaxError:
            continue
        if len(words) > 1:
            rivals = known.setdefault(words[0], [])
            if (words, name) not in rivals:
                rivals.append((words, name))
                rivals.sort(key=lambda rival: -len(rival[0]))


_BUILTINS: Known = {}
add_names(_BUILTINS, _KEYWORD_BUILTINS)


class Parser:
    """One pass over one text."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        if len(text) > LONGEST_TEXT:
            raise FeelSyntaxError(
                "an expression may have at most {allowed} characters", text, LONGEST_TEXT, allowed=LONGEST_TEXT
            )
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0
        self.depth = 0
        self.in_range = 0
        self.known: Known = {}
        add_names(self.known, names)

    # --- tokens ---

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def is_operator(self, *texts: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == OPERATOR and token.text in texts

    def is_word(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == NAME and token.text == text

    def accept(self, text: str) -> bool:
        if self.is_operator(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.error("expected {wanted} here", wanted=text)

    def expect_word(self, text: str) -> None:
        if not self.is_word(text):
            raise self.error("expected {wanted} here", wanted=text)
        self.at += 1

    def error(self, template: str, **params: object) -> FeelSyntaxError:
        token = self.token
        if token.kind == END:
            template = "the expression ends too early: " + template
        return FeelSyntaxError(template, self.text, token.start, **params)

    def end(self, start: int) -> tuple[int, int]:
        return (start, self.tokens[self.at - 1].end)

    @contextmanager
    def nested(self) -> Iterating[None]:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise self.error("the expression is nested more than {allowed} levels deep", allowed=DEEPEST_NESTING)
        yield
        self.depth -= 1

    @contextmanager
    def with_names(self, names: Sequence[str]) -> Iterating[None]:
        special = [name for name in names if not name.isalnum()]
        if not special:
            yield
            return
        before = self.known
        self.known = {word: list(rivals) for word, rivals in before.items()}
        add_names(self.known, special)
        yield
        self.known = before

    # --- whole texts ---

    def whole_expression(self) -> Node:
        node = self.expression()
        self.expect_end()
        return node

    def expect_end(self) -> None:
        token = self.token
        if token.kind != END:
            raise FeelSyntaxError("did not expect {found} here", self.text, token.start, found=_shown(token))

    def whole_unary_tests(self) -> UnaryTests:
        start = self.token.start
        if self.is_operator("-") and self.tokens[self.at + 1].kind == END:
            self.at += 1
            return UnaryTests(self.end(start), (), False)
        if self.token.kind == END:
            raise self.error("expected a test here, or - for any value")
        if self.is_word("not") and self.tokens[self.at + 1].text == "(" and self.tokens[self.at + 1].kind == OPERATOR:
            before, known = self.at, self.known
            self.at += 2
            try:
                tests = self.unary_tests()
                closed = self.accept(")") and self.token.kind == END
            except FeelSyntaxError:
                closed, tests = False, ()
            if closed:
                return UnaryTests(self.end(start), tests, True)
            self.at, self.depth, self.known, self.in_range = before, 0, known, 0
        tests = self.unary_tests()
        self.expect_end()
        return UnaryTests(self.end(start), tests, False)

    def unary_tests(self) -> tuple[Node, ...]:
        tests = [self.expression()]
        while self.accept(","):
            tests.append(self.expression())
        return tuple(tests)

    # --- expressions, loosest first ---

    def expression(self) -> Node:
        with self.nested():
            return self.binary(1)

    def binary(self, level: int) -> Node:
        start = self.token.start
        return self.binary_of(self.unary(), start, level)

    def binary_of(self, left: Node, start: int, level: int) -> Node:
        while True:
            token = self.token
            text = token.text
            if token.kind == OPERATOR:
                if text in ("+", "-"):
                    if level > 4:
                        return left
                    left = self.chain(left, start, ("+", "-"), 5)
                elif text in ("*", "/"):
                    if level > 5:
                        return left
                    left = self.chain(left, start, ("*", "/"), 6)
                elif text == "**":
                    if level > 6:
                        return left
                    left = self.chain(left, start, ("**",), 7)
                elif text in _COMPARISONS:
                    if level > 3:
                        return left
                    self.at += 1
                    right = self.binary(4)
                    left = Compare(self.end(start), text, left, right)
                else:
                    return left
            elif token.kind == NAME:
                if text == "or":
                    if level > 1:
                        return left
                    operands = [left]
                    while self.is_word("or"):
                        self.at += 1
                        operands.append(self.binary(2))
                    left = Or(self.end(start), tuple(operands))
                elif text == "and":
                    if level > 2:
                        return left
                    operands = [left]
                    while self.is_word("and"):
                        self.at += 1
                        operands.append(self.binary(3))
                    left = And(self.end(start), tuple(operands))
                elif text == "between" and level <= 3:
                    self.at += 1
                    low = self.binary(4)
                    self.expect_word("and")
                    high = self.binary(4)
                    left = Between(self.end(start), left, low, high)
                elif text == "in" and level <= 3:
                    self.at += 1
                    tests = self.in_tests()
                    left = In(self.end(start), left, tests)
                else:
                    return left
            else:
                return left

    def chain(self, left: Node, start: int, operators: tuple[str, ...], level: int) -> Node:
        rest: list[tuple[str, Node]] = []
        while self.is_operator(*operators):
            operator = self.token.text
            self.at += 1
            rest.append((operator, self.binary(level)))
        return Arithmetic(self.end(start), left, tuple(rest))

    def in_tests(self) -> tuple[Node, ...]:
        if not self.is_operator("("):
            return (self.binary(4),)
        start = self.token.start
        self.at += 1
        outer, self.in_range = self.in_range, 0
        tests = self.unary_tests()
        self.in_range = outer
        if len(tests) > 1:
            self.expect(")")
            return tests
        # One test in parentheses may be the beginning of a longer operand: `x in (a + b) * 2`, `x in (1..2]`.
        if self.accept(".."):
            node = self.range_end(start, tests[0], False)
        else:
            self.expect(")")
            node = tests[0]
        return (self.binary_of(self.postfix_of(node, start), start, 4),)

    def unary(self) -> Node:
        start = self.token.start
        signs = 0
        while self.is_operator("-"):
            self.at += 1
            signs += 1
        node = self.postfix()
        if signs:
            if isinstance(node, Literal) and signs == 1 and self.tokens[self.at - 1].kind == NUMBER:
                node = Literal((start, node.where[1]), -node.value)
            else:
                # Two minus signs cancel only for numbers and durations, so one of the pair is kept.
                node = Negate(self.end(start), node)
                if signs % 2 == 0:
                    node = Negate(self.end(start), node)
        while self.is_word("instance") and self.tokens[self.at + 1].text == "of":
            self.at += 2
            wanted = self.type()
            node = InstanceOf(self.end(start), node, wanted)
        return node

    def postfix(self) -> Node:
        start = self.token.start
        return self.postfix_of(self.primary(), start)

    def postfix_of(self, node: Node, start: int) -> Node:
        while self.token.kind == OPERATOR:
            text = self.token.text
            if text == ".":
                self.at += 1
                if self.token.kind != NAME:
                    raise self.error("expected a name after the dot")
                name = self.name(after_dot=True)
                node = Path(self.end(start), node, name)
            elif text == "(":
                self.at += 1
                arguments, names = self.arguments()
                node = Call(self.end(start), node, arguments, names)
            elif text == "[" and not self.closes_range():
                self.at += 1
                outer, self.in_range = self.in_range, 0
                condition = self.expression()
                self.in_range = outer
                self.expect("]")
                node = Filter(self.end(start), node, condition)
            else:
                break
        return node

    def closes_range(self) -> bool:
        if not self.in_range:
            return False
        after = self.tokens[self.at + 1]
        if after.kind == OPERATOR:
            return after.text in _AFTER_RANGE
        return after.kind == END or (after.kind == NAME and after.text in _AFTER_RANGE_WORDS)

    def arguments(self) -> tuple[tuple[Node, ...], tuple[str, ...]]:
        if self.accept(")"):
            return (), ()
        arguments: list[Node] = []
        names: list[str] = []
        while True:
            name = self.argument_name()
            if name is not None:
                names.append(name)
            if len(names) != (len(arguments) + 1 if name is not None else 0):
                raise self.error("either all arguments have names or none has")
            arguments.append(self.expression())
            if self.accept(","):
                continue
            self.expect(")")
            return tuple(arguments), tuple(names)

    def argument_name(self) -> str | None:
        at = self.at
        if self.tokens[at].kind == STRING and self.tokens[at + 1].text == ":":
            self.at += 2
            return self.tokens[at].text
        while self.tokens[at].kind in (NAME, NUMBER) or (
            at > self.at and self.tokens[at].kind == OPERATOR and self.tokens[at].text in _NAME_OPERATORS
        ):
            at += 1
        if at == self.at or self.tokens[at].text != ":" or self.tokens[at].kind != OPERATOR:
            return None
        if self.token.kind != NAME:
            return None
        return self.spelled_until(at)

    def spelled_until(self, at: int) -> str:
        """The name that the tokens up to `at` spell; steps over them and over the mark at `at`."""
        name = _BLANKS.sub(" ", self.text[self.token.start : self.tokens[at - 1].end])
        self.at = at + 1
        return name

    # --- primaries ---

    def primary(self) -> Node:
        token = self.token
        start = token.start
        if token.kind == NUMBER:
            self.at += 1
            try:
                return Literal(self.end(start), NUMBERS.create_decimal(token.text))
            except (InvalidOperation, Overflow):
                raise FeelSyntaxError(
                    "the number {number} is too large", self.text, start, number=token.text[:40]
                ) from None
        if token.kind == STRING:
            self.at += 1
            return Literal(self.end(start), token.text)
        if token.kind == NAME:
            return self.word(token)
        if token.kind == OPERATOR:
            if token.text == "(":
                return self.parenthesis()
            if token.text in ("[", "]"):
                return self.bracket()
            if token.text == "{":
                return self.context()
            if token.text in _COMPARISONS:
                self.at += 1
                return _comparison_range(self.end(start), token.text, self.binary(4))
            if token.text == "@":
                return self.at_literal()
        if token.kind == END:
            raise self.error("a value is missing")
        raise self.error("expected a value here, but found {found}", found=_shown(token))

    def word(self, token: Token) -> Node:
        start = token.start
        known = self.longest_known(after_dot=False)
        if known is not None:
            return Name(self.end(start), known)
        text = token.text
        if text == "true" or text == "false":
            self.at += 1
            return Literal(self.end(start), text == "true")
        if text == "null":
            self.at += 1
            return Literal(self.end(start), None)
        if text == "if":
            return self.if_expression()
        if text == "for":
            return self.for_expression()
        if text in ("some", "every") and self.tokens[self.at + 1].kind == NAME:
            return self.quantified()
        if text == "function" and self.tokens[self.at + 1].text == "(":
            return self.function_definition()
        if text in _RESERVED and text not in ("function", "some", "every"):
            raise self.error("expected a value here, but found {found}", found=text)
        name = self.name(after_dot=False)
        return Name(self.end(start), name)

    def name(self, *, after_dot: bool) -> str:
        known = self.longest_known(after_dot=after_dot)
        if known is not None:
            return known
        words = [self.token.text]
        self.at += 1
        while True:
            token = self.token
            if token.kind == NAME and token.text not in _RESERVED:
                if token.text == "instance" and self.tokens[self.at + 1].text == "of":
                    break
            elif token.kind != NUMBER or not token.text.isdigit():
                break
            words.append(token.text)
            self.at += 1
        return " ".join(words)

    def longest_known(self, *, after_dot: bool) -> str | None:
        first = self.token.text
        found: tuple[tuple[str, ...], str] | None = None
        for table in (self.known,) if after_dot else (self.known, _BUILTINS):
            for words, name in table.get(first, ()):
                if found is not None and len(words) <= len(found[0]):
                    break
                last = self.at + len(words)
                if last < len(self.tokens) and all(
                    self.tokens[self.at + index].text == word and self.tokens[self.at + index].kind != STRING
                    for index, word in enumerate(words)
                ):
                    found = (words, name)
                    break
        if found is None:
            return None
        self.at += len(found[0])
        return found[1]

    def parenthesis(self) -> Node:
        start = self.token.start
        self.at += 1
        outer, self.in_range = self.in_range, 0
        node = self.expression()
        self.in_range = outer
        if self.accept(".."):
            return self.range_end(start, node, False)
        self.expect(")")
        return node

    def range_end(self, start: int, low: Node, low_included: bool) -> Node:
        outer, self.in_range = self.in_range, 1
        with self.nested():
            high = self.binary(4)
        self.in_range = outer
        if self.accept("]"):
            return RangeNode(self.end(start), low, high, low_included, True)
        if self.accept(")") or self.accept("["):
            return RangeNode(self.end(start), low, high, low_included, False)
        raise self.error("expected ], ) or [ at the end of the range")

    def bracket(self) -> Node:
        start = self.token.start
        opens_list = self.token.text == "["
        self.at += 1
        if opens_list and self.accept("]"):
            return ListNode(self.end(start), ())
        outer, self.in_range = self.in_range, 0
        first = self.expression()
        if self.accept(".."):
            self.in_range = outer
            return self.range_end(start, first, opens_list)
        if not opens_list:
            raise self.error("expected .. here, because ] opens a range")
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.in_range = outer
        if not self.accept("]"):
            raise self.error("expected , or ] in the list")
        return ListNode(self.end(start), tuple(items))

    def context(self) -> Node:
        start = self.token.start
        self.at += 1
        entries: list[tuple[str, Node]] = []
        if self.accept("}"):
            return ContextNode(self.end(start), ())
        before = self.known
        outer, self.in_range = self.in_range, 0
        while True:
            key = self.key()
            entries.append((key, self.expression()))
            if not key.isalnum():
                self.known = {word: list(rivals) for word, rivals in self.known.items()}
                add_names(self.known, (key,))
            if self.accept(","):
                continue
            if not self.accept("}"):
                raise self.error("expected , or }} in the context")
            self.known, self.in_range = before, outer
            return ContextNode(self.end(start), tuple(entries))

    def key(self) -> str:
        at = self.at
        if self.tokens[at].kind == STRING and self.tokens[at + 1].text == ":":
            self.at += 2
            return self.tokens[at].text
        if self.tokens[at].kind != NAME:
            raise self.error("expected the name of an entry here")
        while self.tokens[at].kind in (NAME, NUMBER) or (
            self.tokens[at].kind == OPERATOR and self.tokens[at].text in _NAME_OPERATORS
        ):
            at += 1
        if self.tokens[at].text != ":" or self.tokens[at].kind != OPERATOR:
            self.at = at
            raise self.error("expected : after the name of the entry")
        return self.spelled_until(at)

    def at_literal(self) -> Node:
        start = self.token.start
        self.at += 1
        if self.token.kind != STRING:
            raise self.error("expected a text in quotation marks after @")
        text = self.token.text
        self.at += 1
        value = at_value(text)
        return BadLiteral(self.end(start), text) if value is None else Literal(self.end(start), value)

    # --- expressions that begin with a word ---

    def if_expression(self) -> Node:
        start = self.token.start
        self.at += 1
        condition = self.expression()
        self.expect_word("then")
        then = self.expression()
        self.expect_word("else")
        otherwise = self.expression()
        return If(self.end(start), condition, then, otherwise)

    def iterators(self) -> tuple[Iterator, ...]:
        iterators: list[Iterator] = []
        while True:
            start = at = self.at
            while self.tokens[at].kind in (NAME, NUMBER) and self.tokens[at].text != "in":
                at += 1
            if at == start or self.tokens[at].text != "in":
                self.at = at
                raise self.error("expected a name and the word in here")
            name = self.spelled_until(at)
            begin = self.tokens[start].start
            with self.with_names(tuple(iterator.name for iterator in iterators)):
                source = self.expression()
                last = self.expression() if self.accept("..") else None
            iterators.append(Iterator(self.end(begin), name, source, last))
            if not self.accept(","):
                return tuple(iterators)

    def for_expression(self) -> Node:
        start = self.token.start
        self.at += 1
        iterators = self.iterators()
        self.expect_word("return")
        with self.with_names((*(iterator.name for iterator in iterators), "partial")):
            result = self.expression()
        return For(self.end(start), iterators, result)

    def quantified(self) -> Node:
        start = self.token.start
        quantifier = self.token.text
        self.at += 1
        iterators = self.iterators()
        self.expect_word("satisfies")
        with self.with_names(tuple(iterator.name for iterator in iterators)):
            condition = self.expression()
        return Quantified(self.end(start), quantifier, iterators, condition)

    def function_definition(self) -> Node:
        start = self.token.start
        self.at += 2
        parameters: list[Parameter] = []
        if not self.accept(")"):
            while True:
                begin = at = self.at
                while self.tokens[at].kind in (NAME, NUMBER) or (
                    self.tokens[at].kind == OPERATOR and self.tokens[at].text in _NAME_OPERATORS
                ):
                    at += 1
                if at == begin or self.tokens[at].text not in (",", ":", ")"):
                    self.at = at
                    raise self.error("expected the name of a parameter here")
                name = self.spelled_until(at)
                self.at = at
                parameters.append(Parameter(name, self.type() if self.accept(":") else None))
                if not self.accept(","):
                    break
            self.expect(")")
        is_external = self.is_word("external")
        if is_external:
            self.at += 1
        with self.with_names(tuple(parameter.name for parameter in parameters)):
            body = self.expression()
        return FunctionDefinition(self.end(start), tuple(parameters), body, is_external)

    # --- types ---

    def type(self) -> TypeRef:
        start = self.token.start
        if self.token.kind != NAME:
            raise self.error("expected a type here")
        with self.nested():
            words = self.token.text
            self.at += 1
            if words in ("list", "range", "context", "function") and self.is_operator("<"):
                return self.composed_type(words, start)
            while True:
                token = self.token
                if token.kind == NAME and (
                    token.text not in _RESERVED or words in ("date", "years", "days", "day", "year")
                ):
                    words += " " + token.text
                elif token.kind == OPERATOR and token.text in (".", "-") and self.tokens[self.at + 1].kind == NAME:
                    words += token.text + self.tokens[self.at + 1].text
                    self.at += 1
                else:
                    break
                self.at += 1
        return TypeRef(self.end(start), words)

    def composed_type(self, kind: str, start: int) -> TypeRef:
        self.at += 1
        parts: list[tuple[str, TypeRef]] = []
        while not self.is_operator(">"):
            name = ""
            if kind == "context":
                at = self.at
                while self.tokens[at].kind in (NAME, NUMBER):
                    at += 1
                if at == self.at or self.tokens[at].text != ":":
                    raise self.error("expected a name, a colon and a type here")
                name = self.spelled_until(at)
            parts.append((name, self.type()))
            if not self.accept(","):
                break
        self.expect(">")
        result = None
        if kind == "function":
            self.expect("->")
            result = self.type()
        return TypeRef(self.end(start), kind, tuple(parts), result)


def at_value(text: str) -> object:
    """The date, time, date and time or duration that the text writes; None when it is none of them."""
    if text.startswith(("P", "-P")):
        return parse_duration(text)
    if "T" in text[1:] and text[:1] != "T":
        return parse_datetime(text)
    return parse_date(text) or parse_time(text)


def _comparison_range(where: tuple[int, int], operator: str, operand: Node) -> RangeNode:
    if operator in ("<", "<="):
        return RangeNode(where, None, operand, False, operator == "<=", operator)
    if operator in (">", ">="):
        return RangeNode(where, operand, None, operator == ">=", False, operator)
    return RangeNode(where, operand, operand, True, True, operator)


def _shown(token: Token) -> str:
    return f'"{token.text[:40]}"' if token.kind == STRING else token.text[:40]
