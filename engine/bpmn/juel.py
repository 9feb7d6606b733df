"""JUEL, the expression language of Camunda 7, in so far as it compares and reads: translated to FEEL, never evaluated.

Calls of methods and functions are refused: they would run code. Indices count from 0 in JUEL and from 1 in FEEL.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from engine.errors import Sentence

RENAMED: Final[Mapping[str, str]] = {
    "nrOfInstances": "numberOfInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
    "nrOfTerminatedInstances": "numberOfTerminatedInstances",
    # Camunda 7 counts from 0.
    "loopCounter": "(loopCounter - 1)",
}
_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:().\[\],])
    )""",
    re.VERBOSE,
)
_PARTS: Final = re.compile(r"[$#]\{((?:[^{}'\"]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")*)\}")
_WORDS: Final[Mapping[str, str]] = {
    "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "and": "&&", "or": "||", "not": "!",
    "div": "/", "mod": "%",
}  # fmt: skip
_LEVELS: Final[tuple[Mapping[str, str], ...]] = (
    {"||": "or"},
    {"&&": "and"},
    {"==": "=", "!=": "!="},
    {"<": "<", ">": ">", "<=": "<=", ">=": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "%": "%"},
)
_DEEPEST: Final = 50


class NotTranslated(Exception):
    """A text that says more than comparisons and reading; `sentence` names it."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


def to_feel(source: str) -> str:
    """A text of Camunda 7 as a text of Camunda 8: with expressions inside it becomes FEEL with a leading `=`, else it stands.

    `${a > 5}` → `=a > 5`; `case-${number}` → `="case-" + string(number)`. Raises `NotTranslated`.
    """
    text = source.strip()
    found = list(_PARTS.finditer(text))
    if not found:
        if "${" in text or "#{" in text:
            raise NotTranslated(Sentence("the expression is not closed"))
        return text
    if len(found) == 1 and found[0].span() == (0, len(text)):
        return f"={expression(found[0][1])}"
    pieces: list[str] = []
    end = 0
    for part in found:
        pieces += [_quoted(text[end : part.start()])] if part.start() > end else []
        pieces.append(f"string({expression(part[1])})")
        end = part.end()
    pieces += [_quoted(text[end:])] if end < len(text) else []
    return "=" + " + ".join(pieces)


def expression(source: str) -> str:
    """The inside of `${…}` in FEEL. Raises `NotTranslated`."""
    return _Parser(source).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(source: str) -> Iterator[_Token]:
    position = 0
    while source[position:].strip():
        found = _TOKEN.match(source, position)
        if found is None:
            _refuse("the sign {sign} is not understood", sign=source[position:].strip()[:1])
        kind = found.lastgroup or ""
        text = found[kind]
        if kind == "name" and text in _WORDS:
            kind, text = "sign", _WORDS[text]
        yield _Token(kind, text)
        position = found.end()


class _Parser:
    """Reads one expression from left to right and writes FEEL."""

    def __init__(self, source: str) -> None:
        self.tokens = list(_tokens(source))
        self.at = 0
        self.depth = 0

    def whole(self) -> str:
        if not self.tokens:
            _refuse("the expression is empty")
        written = self.choice()
        if self.at < len(self.tokens):
            _refuse("{rest} is not expected here", rest=self.tokens[self.at].text)
        return written

    def sees(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind == "sign" and self.tokens[self.at].text in signs

    def takes(self, sign: str) -> bool:
        if self.sees(sign):
            self.at += 1
            return True
        return False

    def must(self, sign: str) -> None:
        if not self.takes(sign):
            _refuse("{sign} is missing", sign=sign)

    def choice(self) -> str:
        self.depth += 1
        if self.depth > _DEEPEST:
            _refuse("the expression is nested too deeply")
        condition = self.binary(0)
        if self.takes("?"):
            first = self.choice()
            self.must(":")
            condition = f"if {condition} then {first} else {self.choice()}"
        self.depth -= 1
        return condition

    def binary(self, level: int) -> str:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.sees(*_LEVELS[level]):
            sign = self.tokens[self.at].text
            self.at += 1
            right = self.binary(level + 1)
            left = f"modulo({left}, {right})" if sign == "%" else f"{left} {_LEVELS[level][sign]} {right}"
        return left

    def unary(self) -> str:
        if self.takes("!"):
            return f"not({self.unary()})"
        if self.takes("-"):
            return f"-{self.unary()}"
        if self.at < len(self.tokens) and self.tokens[self.at] == _Token("name", "empty"):
            self.at += 1
            value = self.unary()
            return f'(if {value} = null then true else if {value} instance of list<Any> then count({value}) = 0 else string({value}) = "")'
        return self.value()

    def value(self) -> str:
        if self.at >= len(self.tokens):
            _refuse("the expression ends too early")
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "number":
            return token.text
        if token.kind == "text":
            return _quoted(_plain(token.text))
        if token.kind == "name":
            return self.path(token.text)
        if token.text == "(":
            inner = self.choice()
            self.must(")")
            return f"({inner})"
        return _refuse("{rest} is not expected here", rest=token.text)

    def path(self, name: str) -> str:
        if name in {"true", "false", "null"}:
            return name
        written = RENAMED.get(name, name)
        while self.sees(".", "[", "("):
            if self.sees("("):
                _refuse("{name} is called, which would run code; name a service instead", name=written)
            if self.takes("."):
                if self.at >= len(self.tokens) or self.tokens[self.at].kind != "name":
                    _refuse("a name is missing after the dot")
                written += f".{self.tokens[self.at].text}"
                self.at += 1
                continue
            self.must("[")
            token = self.tokens[self.at] if self.at < len(self.tokens) else _Token("", "")
            self.at += 1
            if token.kind == "number" and token.text.isdecimal():
                written = f"{written}[{int(token.text) + 1}]"
            elif token.kind == "text":
                written = f"get value({written}, {_quoted(_plain(token.text))})"
            else:
                _refuse("only a number or a text may stand in square brackets")
            self.must("]")
        return written


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _refuse(template: str, **params: object) -> NoReturn:
    raise NotTranslated(Sentence(template, params))
