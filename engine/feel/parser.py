"""The grammar of FEEL (DMN 1.5, 10.3.1.2), by precedence climbing over tokens."""

from decimal import InvalidOperation, Overflow

from engine.feel.durations import parse_duration
from engine.feel.lexer import END, NAME, NUMBER, OPERATOR, STRING, Token
from engine.feel.reading import NAME_OPERATORS, RESERVED, add_names, shown
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
    UnaryTests,
)
from engine.feel.temporal import parse_date, parse_datetime, parse_time
from engine.feel.type_reading import TypeReading
from engine.feel.values import NUMBERS

DEEPEST_TREE = 200

_MEMBERSHIP = frozenset({"between", "in"})
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
# Operators that are evaluated from the left, and how tightly they bind.
_CHAINS = {"+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
# What may follow a `[` that closes a range (`]1..2[`) but cannot follow one that opens a filter.
_AFTER_RANGE = frozenset({")", "]", ",", "}", ":", ".", "=", "!="})
_AFTER_RANGE_WORDS = RESERVED - {"if", "for", "some", "every", "function", "true", "false", "null"} | {"instance"}


class Parser(TypeReading):
    """One pass over one text."""

    # --- whole texts ---

    def whole_expression(self) -> Node:
        node = self.expression()
        self.expect_end()
        return node

    def expect_end(self) -> None:
        token = self.token
        if token.kind != END:
            raise FeelSyntaxError("did not expect {found} here", self.text, token.start, found=shown(token))

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
                chained = _CHAINS.get(text)
                if chained is not None:
                    if level > chained:
                        return left
                    alike = tuple(sign for sign, other in _CHAINS.items() if other == chained)
                    left = self.chain(left, start, alike, chained + 1)
                elif text in _COMPARISONS:
                    if level > 3:
                        return left
                    self.at += 1
                    right = self.binary(4)
                    left = Compare(self.end(start), text, left, right)
                else:
                    return left
            elif token.kind == NAME:
                if text in _MEMBERSHIP:
                    if level > 3:
                        return left
                    left = self.membership(left, start, text)
                elif text == "or":
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
                else:
                    return left
            else:
                return left

    def membership(self, left: Node, start: int, word: str) -> Node:
        self.at += 1
        if word == "in":
            tests = self.in_tests()
            return In(self.end(start), left, tests)
        low = self.binary(4)
        self.expect_word("and")
        high = self.binary(4)
        return Between(self.end(start), left, low, high)

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
        test, *others = self.unary_tests()
        self.in_range = outer
        if others:
            self.expect(")")
            return (test, *others)
        # One test in parentheses may be the beginning of a longer operand: `x in (a + b) * 2`, `x in (1..2]`.
        if self.accept(".."):
            node = self.range_end(start, test, False)
        else:
            self.expect(")")
            node = test
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
                node = Literal((start, node.where[1]), NUMBERS.minus(node.value))
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
                if self.tokens[self.at].kind != NAME:
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
        raise self.error("expected a value here, but found {found}", found=shown(token))

    def word(self, token: Token) -> Node:
        start = token.start
        known = self.longest_known(after_dot=False)
        if known is not None:
            return Name(self.end(start), known)
        text = token.text
        if text in ("true", "false"):
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
        if text in RESERVED and text not in ("function", "some", "every"):
            raise self.error("expected a value here, but found {found}", found=text)
        name = self.name(after_dot=False)
        return Name(self.end(start), name)

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
            while self.tokens[at].kind in (NAME, NUMBER) and self.tokens[at].text not in RESERVED:
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
                    self.tokens[at].kind == OPERATOR and self.tokens[at].text in NAME_OPERATORS
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
