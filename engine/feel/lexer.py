"""Splitting FEEL text into tokens."""

import re
from dataclasses import dataclass

from engine.feel.syntax import FeelSyntaxError

_START = (
    "?_A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

_TOKEN = re.compile(
    rf"""
    (?P<space>(?:[{_SPACE}]|//[^\n\r]*|/\*.*?\*/)+)
  | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<name>[{_START}][{_PART}]*)
  | (?P<operator>\*\*|\.\.|->|<=|>=|!=|[-+*/=<>(){{}}\[\],:.@'^;&|%#~!$\\`])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")

NUMBER, STRING, NAME, OPERATOR, END = "number", "string", "name", "operator", "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text (a string without quotes and escapes) and its character offsets."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of an expression, ended by one of kind `end`; FeelSyntaxError for what is no token."""
    tokens: list[Token] = []
    position, length = 0, len(text)
    match = _TOKEN.match
    while position < length:
        found = match(text, position)
        if found is None:
            if text[position] == '"':
                raise FeelSyntaxError("this text in quotation marks is not closed", text, position)
            raise FeelSyntaxError("unexpected character {found}", text, position, found=text[position])
        kind, end = found.lastgroup or "", found.end()
        if kind == STRING:
            tokens.append(Token(STRING, _unescape(found[0][1:-1]), position, end))
        elif kind == OPERATOR:
            if found[0] == "/" and text.startswith("/*", position):
                raise FeelSyntaxError("this comment is not closed", text, position)
            tokens.append(Token(OPERATOR, found[0], position, end))
        elif kind != "space":
            tokens.append(Token(kind, found[0], position, end))
        position = end
    tokens.append(Token(END, "", length, length))
    return tokens


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_escaped, text)
    return _SURROGATES.sub(_paired, plain)


def _escaped(found: re.Match[str]) -> str:
    short, long, other = found.groups()
    if short:
        return chr(int(short, 16))
    if long:
        code = int(long, 16)
        return chr(code) if code <= 0x10FFFF else found[0]
    # An escape that FEEL does not know keeps its backslash, as patterns like "\d" need it.
    return _SIMPLE.get(other, found[0])


def _paired(found: re.Match[str]) -> str:
    return found[0].encode("utf-16", "surrogatepass").decode("utf-16")
