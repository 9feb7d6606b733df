"""What a form may say so that the browser and the server understand the same: patterns, lengths, mail addresses, FEEL.

The browser runs form-js 2.0 with JavaScript's regular expressions and feelin 8; the server has neither. Whatever the two would
answer differently is found here, and the form is refused. `tests/forms_corpus.py` goes through both and keeps this true.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from engine import feel
from engine.errors import Sentence
from engine.feel import patterns
from engine.feel.evaluation import Null
from engine.feel.library import BUILTINS
from engine.feel.syntax import Arithmetic, Call, Compare, In, Literal, Name, Node, Path
from engine.feel.walk import children

DIFFERENT: Final = frozenset({
    "assert", "coincides", "date", "date and time", "day of week", "duplicate values", "duration", "during", "extract",
    "finished by", "finishes", "from json", "from unix timestamp", "get or else", "get value", "is blank", "is defined",
    "is empty", "last day of month", "month of year", "now", "overlaps after", "overlaps before", "partition", "range", "sort", "started by", "starts", "string format", "time", "to base64", "to json", "today", "trim",
    "years and months duration", "matches", "replace", "split",
})  # fmt: skip
"""Functions that feelin does not have, answers otherwise, or reads from another clock or with other regular expressions."""

EMAIL: Final = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)
"""A mail address as HTML defines it (`input type=email`), which is what browsers and form-js take."""

_BLANKS: Final = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_BLANK: Final = re.compile(f"^[{_BLANKS}]+|[{_BLANKS}]+$")
_SETS: Final[Mapping[str, str]] = {"d": "0-9", "w": "A-Za-z0-9_", "s": _BLANKS}
_CONTROLS: Final[Mapping[str, str]] = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "f": "\f"}
_SPECIAL: Final = frozenset("\\|.-^?*+{}()[]$")
_COUNT: Final = re.compile(r"\{\d{1,4}(,\d{0,4})?\}")
_STEPS: Final = 2_000_000


class NotAlike(Exception):
    """A pattern that Python and JavaScript would read differently, or that one of them cannot read."""


def length(text: str) -> int:
    """The length of a text as JavaScript counts it: in UTF-16 units, without the blanks around it."""
    return len(_BLANK.sub("", text).encode("utf-16-le", "surrogatepass")) // 2


def fits(pattern: str, text: str) -> bool:
    """Whether JavaScript finds the pattern in the text, found out in bounded time.

    Raises:
        NotAlike: the pattern is not read alike, or the text is too long for it.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    said = "".join(chr(units[at] | units[at + 1] << 8) for at in range(0, len(units), 2))
    left = _STEPS

    def spend(steps: int) -> None:
        nonlocal left
        left -= steps
        if left < 0:
            raise NotAlike(pattern)

    try:
        return bool(_compiled(pattern).finds(said, spend, once=True))
    except Null as error:
        raise NotAlike(pattern) from error


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> patterns.Pattern:
    try:
        return patterns.compiled(_translated(pattern), "")
    except Null as error:
        raise NotAlike(pattern) from error


def _translated(pattern: str) -> str:
    """JavaScript's regular expression (without flags) as XPath's; what XPath cannot say raises NotAlike."""
    written: list[str] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if ord(sign) > 0xFFFF or sign in "]}":
            raise NotAlike(pattern)
        if sign == "\\":
            said, at = _escape(pattern, at, inside=False)
            written.append(said)
        elif sign == "[":
            said, at = _set(pattern, at)
            written.append(said)
        elif sign == "{":
            count = _COUNT.match(pattern, at)
            if count is None:
                raise NotAlike(pattern)
            written.append(count.group())
            at = count.end()
        elif sign == "(" and pattern[at + 1 : at + 2] == "?" and pattern[at + 1 : at + 3] != "?:":
            raise NotAlike(pattern)
        else:
            written.append("[^\n\r\u2028\u2029]" if sign == "." else "\\-" if sign == "-" else sign)
            at += 1
    return "".join(written)


def _escape(pattern: str, at: int, *, inside: bool) -> tuple[str, int]:
    """What `\\…` at this place says, and where the text goes on."""
    sign = pattern[at + 1 : at + 2]
    if sign in _SETS and sign:
        return (_SETS[sign] if inside else f"[{_SETS[sign]}]"), at + 2
    if sign.lower() in _SETS and sign and not inside:
        return f"[^{_SETS[sign.lower()]}]", at + 2
    if sign in _CONTROLS and sign:
        return _CONTROLS[sign], at + 2
    for mark, digits in (("u", 4), ("x", 2)):
        code = pattern[at + 2 : at + 2 + digits]
        if sign == mark and re.fullmatch(f"[0-9A-Fa-f]{{{digits}}}", code):
            return _literal(chr(int(code, 16))), at + 2 + digits
    if not sign or sign.isalnum() or sign == "_":
        raise NotAlike(pattern)
    return _literal(sign), at + 2


def _set(pattern: str, at: int) -> tuple[str, int]:
    """A class of characters, and where the text goes on."""
    at += 1
    written = ["["]
    if pattern[at : at + 1] == "^":
        written.append("^")
        at += 1
    begun = at
    while at < len(pattern) and pattern[at] != "]":
        sign = pattern[at]
        if ord(sign) > 0xFFFF:
            raise NotAlike(pattern)
        if sign == "\\":
            said, at = _escape(pattern, at, inside=True)
            written.append(said)
            continue
        ranged = sign == "-" and at > begun and pattern[at + 1 : at + 2] not in {"]", "", "["}
        written.append("-" if ranged else _literal(sign))
        at += 1
    if at >= len(pattern) or at == begun:
        raise NotAlike(pattern)
    return "".join([*written, "]"]), at + 1


def _literal(sign: str) -> str:
    return f"\\{sign}" if sign in _SPECIAL else sign


def check_pattern(pattern: str) -> None:
    """Raises NotAlike when browser and server would not read the pattern alike."""
    _compiled(pattern)


# --- FEEL -------------------------------------------------------------------------------------------------------------


def differences(expression: str) -> Iterator[Sentence]:
    """What browser and server would answer differently in an expression (with or without a leading `=`)."""
    known = BUILTINS.keys()
    for node in _nodes(feel.parse(expression.removeprefix("=")).node):
        if isinstance(node, Call) and isinstance(node.function, Name):
            name = node.function.name
            if name in DIFFERENT:
                yield Sentence(
                    "the browser answers {function} otherwise; let the process compute it", {"function": name}
                )
            elif name not in known:
                yield Sentence("only the server has {function}; let the process compute it", {"function": name})
        elif (
            isinstance(node, Compare) and node.operator in {"=", "!="} and _may_be_inexact(node.left, node.right)
        ) or (isinstance(node, In) and _may_be_inexact(*node.tests)):
            yield Sentence("numbers with decimals are not compared with = in a form; use < and >")


def names(expression: str) -> Iterator[tuple[str, ...]]:
    """Every name and path that an expression reads, like `("plan", "goal")`; of a path also its beginnings."""
    for node in _nodes(feel.parse(expression.removeprefix("=")).node):
        found: list[str] = []
        place = node
        while isinstance(place, Path):
            found.insert(0, place.name)
            place = place.source
        if isinstance(place, Name):
            yield (place.name, *found)


def _may_be_inexact(*operands: Node) -> bool:
    """Arithmetic that may leave decimals, or a number with decimals written down."""
    for operand in operands:
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal) and operand.value % 1:
            return True
        if isinstance(operand, Arithmetic) and any(sign in {"/", "*", "**"} for sign, _ in operand.rest):
            return True
    return False


def _nodes(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(children(found))
