"""The tokens of one text while it is read, and the names in it.

Names may contain spaces and operators. The longest name that is known at a place wins (DMN 1.5, 10.3.1.4); words side by side
that no known name covers are one name, since two operands never stand side by side.
"""

import re
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from engine.errors import Sentence
from engine.feel.lexer import END, NAME, NUMBER, OPERATOR, STRING, Token, tokenize
from engine.feel.syntax import FeelSyntaxError

LONGEST_TEXT = 50_000
DEEPEST_NESTING = 100
RESERVED = frozenset(
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
NAME_OPERATORS = frozenset("+-*/'.")
# Names of functions that hold a keyword; the last one is lent by the calendar, and readers need not be told of it.
_KEYWORD_BUILTINS = ("date and time", "years and months duration", "get or else", "working days between")
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


class Reading:
    """A text being read. `at` is the token looked at, `in_range` whether a `[` may close a range."""

    text: str
    tokens: list[Token]
    at: int
    depth: int
    in_range: int
    known: Known

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
        self.known = {}
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
        if token.kind != END:
            return FeelSyntaxError(template, self.text, token.start, **params)
        problem = Sentence(template, params)
        return FeelSyntaxError("the expression ends too early: {problem}", self.text, token.start, problem=problem)

    def end(self, start: int) -> tuple[int, int]:
        return (start, self.tokens[self.at - 1].end)

    @contextmanager
    def nested(self) -> Generator[None]:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise self.error("the expression is nested more than {allowed} levels deep", allowed=DEEPEST_NESTING)
        yield
        self.depth -= 1

    @contextmanager
    def with_names(self, names: Sequence[str]) -> Generator[None]:
        special = [name for name in names if not name.isalnum()]
        if not special:
            yield
            return
        before = self.known
        self.known = {word: list(rivals) for word, rivals in before.items()}
        add_names(self.known, special)
        yield
        self.known = before

    # --- names ---

    def name(self, *, after_dot: bool) -> str:
        known = self.longest_known(after_dot=after_dot)
        if known is not None:
            return known
        words = [self.token.text]
        self.at += 1
        while True:
            token = self.token
            if token.kind == NAME and token.text not in RESERVED:
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

    def argument_name(self) -> str | None:
        at = self.at
        if self.tokens[at].kind == STRING and self.tokens[at + 1].text == ":":
            self.at += 2
            return self.tokens[at].text
        while self.tokens[at].kind in (NAME, NUMBER) or (
            at > self.at and self.tokens[at].kind == OPERATOR and self.tokens[at].text in NAME_OPERATORS
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

    def key(self) -> str:
        at = self.at
        if self.tokens[at].kind == STRING and self.tokens[at + 1].text == ":":
            self.at += 2
            return self.tokens[at].text
        if self.tokens[at].kind != NAME:
            raise self.error("expected the name of an entry here")
        while self.tokens[at].kind in (NAME, NUMBER) or (
            self.tokens[at].kind == OPERATOR and self.tokens[at].text in NAME_OPERATORS
        ):
            at += 1
        if self.tokens[at].text != ":" or self.tokens[at].kind != OPERATOR:
            self.at = at
            raise self.error("expected : after the name of the entry")
        return self.spelled_until(at)


def shown(token: Token) -> str:
    return f'"{token.text[:40]}"' if token.kind == STRING else token.text[:40]
