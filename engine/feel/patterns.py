"""Regular expressions in the dialect of XPath 3.1 (XQuery Functions 5.6), matched in bounded time.

A pattern is parsed into a small tree. Where backtracking is harmless (no repetition inside a repetition, a short text), Python's
`re` runs a faithful translation; otherwise a simulation of all alternatives at once, whose cost is text × pattern and is paid
from the budget. A pattern can therefore never hang.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from engine.feel import characters
from engine.feel.characters import Ranges
from engine.feel.evaluation import Null
from engine.feel.machine import Instruction, Machine, TooLong, assemble

Spend = Callable[[int], None]
_MOST_LENGTH = 1_000
_MOST_REPEATS = 1_000
_MOST_INSTRUCTIONS = 5_000
_HARMLESS = 2_000_000
_SPECIAL = "nrt\\|.-^?*+{}()[]$"
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern. `kind`: set, start, end, join, choice, repeat, group, reference."""

    kind: str
    parts: tuple["Piece", ...] = ()
    ranges: Ranges = ()
    low: int = 0
    high: int | None = None
    greedy: bool = True
    number: int = 0


class _Reader:
    def __init__(self, pattern: str, flags: str) -> None:
        self.text = pattern
        self.at = 0
        self.flags = flags
        self.groups = 0
        self.open: list[int] = []
        self.depth = 0

    def wrong(self) -> Null:
        return Null('"{pattern}" is no regular expression', pattern=self.text[:60])

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def whole(self) -> Piece:
        piece = self.choice()
        if self.at < len(self.text):
            raise self.wrong()
        return piece

    def choice(self) -> Piece:
        self.depth += 1
        if self.depth > 30:
            raise self.wrong()
        branches = [self.branch()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.branch())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Piece("choice", tuple(branches))

    def branch(self) -> Piece:
        parts: list[Piece] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified(self.atom()))
        return Piece("join", tuple(parts))

    def quantified(self, atom: Piece) -> Piece:
        mark = self.peek()
        if mark in ("*", "+", "?") and mark:
            self.at += 1
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]
        elif mark == "{":
            found = re.compile(r"\{(\d+)(?:(,)(\d*))?\}", re.ASCII).match(self.text, self.at)
            if found is None:
                raise self.wrong()
            self.at = found.end()
            low = int(found[1])
            high = low if not found[2] else (int(found[3]) if found[3] else None)
            if low > _MOST_REPEATS or (high is not None and (high < low or high > _MOST_REPEATS)):
                raise self.wrong()
        else:
            return atom
        greedy = self.peek() != "?"
        if not greedy:
            self.at += 1
        if self.peek() in ("*", "+", "?", "{") and self.peek():
            raise self.wrong()
        return Piece("repeat", (atom,), low=low, high=high, greedy=greedy)

    def atom(self) -> Piece:
        letter = self.text[self.at]
        self.at += 1
        if letter == "(":
            if self.text.startswith("?:", self.at):
                self.at += 2
                piece = self.choice()
            elif self.peek() == "?":
                raise self.wrong()
            else:
                self.groups += 1
                number = self.groups
                self.open.append(number)
                piece = Piece("group", (self.choice(),), number=number)
                self.open.remove(number)
            if self.peek() != ")":
                raise self.wrong()
            self.at += 1
            return piece
        if letter == "[":
            return Piece("set", ranges=self.set())
        if letter == ".":
            return Piece(
                "set",
                ranges=characters.EVERYTHING if "s" in self.flags else characters.complement(characters.LINE_ENDS),
            )
        if letter == "^":
            return Piece("start")
        if letter == "$":
            return Piece("end")
        if letter == "\\":
            if self.peek().isdigit() and self.peek() != "0":
                return self.reference()
            return Piece("set", ranges=self.cased(self.escape()))
        if letter in "*+?{}]":
            raise self.wrong()
        return Piece("set", ranges=self.cased(((ord(letter), ord(letter)),)))

    def reference(self) -> Piece:
        number = int(self.text[self.at])
        self.at += 1
        while self.peek().isdigit() and number * 10 + int(self.peek()) <= self.groups:
            number = number * 10 + int(self.peek())
            self.at += 1
        if number > self.groups or number in self.open:
            raise self.wrong()
        return Piece("reference", number=number)

    def escape(self) -> Ranges:
        letter = self.peek()
        self.at += 1
        if letter in ("p", "P"):
            close = self.text.find("}", self.at)
            if self.peek() != "{" or close < 0:
                raise self.wrong()
            found = characters.category(self.text[self.at + 1 : close])
            self.at = close + 1
            if found is None:
                raise self.wrong()
            return characters.complement(found) if letter == "P" else found
        if letter and letter in "dDwWsSiIcC":
            return characters.escape_class(letter) or ()
        if not letter or letter not in _SPECIAL:
            raise self.wrong()
        code = ord(_ESCAPES.get(letter, letter))
        return ((code, code),)

    def cased(self, ranges: Ranges) -> Ranges:
        return characters.any_case(ranges) if "i" in self.flags else ranges

    def set(self) -> Ranges:
        self.depth += 1
        if self.depth > 30:
            raise self.wrong()
        negated = self.peek() == "^"
        if negated:
            self.at += 1
        found: list[tuple[int, int]] = []
        removed: Ranges = ()
        first = True
        while True:
            letter = self.peek()
            if not letter:
                raise self.wrong()
            if letter == "]" and not first:
                self.at += 1
                break
            if letter == "-" and self.text.startswith("-[", self.at) and not first:
                self.at += 2
                removed = self.set()
                if self.peek() != "]":
                    raise self.wrong()
                self.at += 1
                break
            first = False
            found.extend(self.span())
        self.depth -= 1
        ranges = self.cased(characters.joined(found))
        if negated:
            ranges = characters.complement(ranges)
        return characters.without(ranges, removed) if removed else ranges

    def span(self) -> Ranges:
        letter = self.peek()
        self.at += 1
        if letter == "\\":
            low = self.escape()
            if len(low) > 1 or low[0][0] != low[0][1]:
                return low
            start = low[0][0]
        elif letter in ("[", "]"):
            raise self.wrong()
        else:
            start = ord(letter)
        if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "[", ""):
            self.at += 1
            letter = self.peek()
            self.at += 1
            if letter == "\\":
                high = self.escape()
                if len(high) > 1 or high[0][0] != high[0][1]:
                    raise self.wrong()
                end = high[0][0]
            else:
                end = ord(letter)
            if end < start:
                raise self.wrong()
            return ((start, end),)
        return ((start, start),)


def _spaced(pattern: str) -> str:
    """The pattern without the blanks that flag x allows: those outside character classes."""
    found: list[str] = []
    depth = 0
    escaped = False
    for letter in pattern:
        if letter in " \t\n\r" and not depth:
            continue
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth = max(0, depth - 1)
        found.append(letter)
    return "".join(found)


# --- translation for Python's re ---


def _class(ranges: Ranges) -> str:
    if ranges == characters.EVERYTHING:
        return "(?s:.)"
    if not ranges:
        return "(?!)"
    parts = [f"\\U{low:08x}" if low == high else f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges]
    return parts[0] if len(parts) == 1 and "-" not in parts[0] else "[" + "".join(parts) + "]"


def _translated(piece: Piece, *, multiline: bool) -> str:
    inner = [_translated(part, multiline=multiline) for part in piece.parts]
    if piece.kind == "set":
        return _class(piece.ranges)
    if piece.kind == "start":
        return r"(?:\A|(?<=\n)(?!\Z))" if multiline else r"\A"
    if piece.kind == "end":
        return r"(?:\Z|(?=\n))" if multiline else r"\Z"
    if piece.kind == "join":
        return "".join(inner)
    if piece.kind == "choice":
        return "(?:" + "|".join(inner) + ")"
    if piece.kind == "group":
        return f"({inner[0]})"
    if piece.kind == "reference":
        return f"(?:\\{piece.number})"
    bounds = f"{{{piece.low},{'' if piece.high is None else piece.high}}}"
    return f"(?:{inner[0]}){bounds}{'' if piece.greedy else '?'}"


def _danger(piece: Piece) -> tuple[int, int, bool]:
    """How many open repetitions stand one after another, how many deep, and whether there are references."""
    if piece.kind in ("set", "start", "end"):
        return 0, 0, False
    if piece.kind == "reference":
        return 1, 0, True
    inner = [_danger(part) for part in piece.parts]
    width = sum(part[0] for part in inner) + (len(inner) - 1 if piece.kind == "choice" else 0)
    depth = max((part[1] for part in inner), default=0)
    refers = any(part[2] for part in inner)
    if piece.kind == "repeat":
        repeats = piece.high is None or piece.high > 1
        # What is repeated must itself be read in one way only.
        return width + (piece.low != piece.high), depth + (2 if repeats and (depth or width) else 1), refers
    return width, depth, refers


class Pattern:
    """A pattern ready to be applied."""

    def __init__(self, piece: Piece, flags: str, groups: int) -> None:
        self.piece = piece
        self.flags = flags
        self.groups = groups
        self.width, self.depth, self.refers = _danger(piece)
        options = re.IGNORECASE if "i" in flags else re.NOFLAG
        self.fast = re.compile(_translated(piece, multiline="m" in flags), options)
        self.program: list[Instruction] | None = None

    def finds(self, text: str, spend: Spend, *, once: bool) -> list[list[tuple[int, int] | None]]:
        """The spans of all matches (or the first), group 0 first; None for a group that took no part."""
        # The usual cost of trying every start, once for each open repetition.
        cost = (len(text) + 1) ** (self.width + 1) if self.width < 8 else _HARMLESS + 1
        if self.depth < 2 and cost <= _HARMLESS:
            spend(len(text) // 8 + 1)
            found: list[list[tuple[int, int] | None]] = []
            for match in self.fast.finditer(text):
                found.append(
                    [match.span(group) if match.start(group) >= 0 else None for group in range(self.groups + 1)]
                )
                if once:
                    break
            return found
        if self.refers:
            if len(text) <= 12 and self.width < 5:
                spend(len(text) ** 3 + 1)
                return [
                    [match.span(group) if match.start(group) >= 0 else None for group in range(self.groups + 1)]
                    for match in self.fast.finditer(text)
                ]
            raise Null("the pattern is too complicated for a text of {count} characters", count=len(text))
        return self.simulated(text, spend, once=once)

    def simulated(self, text: str, spend: Spend, *, once: bool) -> list[list[tuple[int, int] | None]]:
        if self.program is None:
            try:
                self.program = assemble(self.piece, _MOST_INSTRUCTIONS)
            except TooLong:
                raise Null("the pattern is too complicated for a text of {count} characters", count=len(text)) from None
        machine = Machine(self.program, text, multiline="m" in self.flags, spend=spend)
        found: list[list[tuple[int, int] | None]] = []
        at = 0
        while at <= len(text):
            spans = machine.match(at, self.groups)
            if spans is None:
                break
            found.append(spans)
            if once or spans[0] is None:
                break
            start, end = spans[0]
            at = end if end > start else end + 1
        return found

    def search(self, text: str, spend: Spend) -> bool:
        """Whether the pattern is found."""
        return bool(self.finds(text, spend, once=True))

    def replace(self, text: str, replacement: str, spend: Spend, check: Spend) -> str:
        """The text with every match replaced; `check` is told how long it has become."""
        parts = _replacement(replacement, self.groups, literal="q" in self.flags)
        found: list[str] = []
        at = length = 0
        for spans in self.finds(text, spend, once=False):
            whole = spans[0] or (at, at)
            found.append(text[at : whole[0]])
            for part in parts:
                if isinstance(part, str):
                    found.append(part)
                else:
                    span = spans[part] if part < len(spans) else None
                    found.append(text[span[0] : span[1]] if span else "")
            at = whole[1]
            length += sum(map(len, found[-len(parts) - 1 :]))
            check(length)
        found.append(text[at:])
        return "".join(found)

    def split(self, text: str, spend: Spend) -> list[str]:
        """The parts between the matches; an empty match at either end separates nothing."""
        parts: list[str] = []
        at = 0
        for spans in self.finds(text, spend, once=False):
            start, end = spans[0] or (0, 0)
            if start == end and start in (0, len(text)):
                continue
            parts.append(text[at:start])
            at = end
        parts.append(text[at:])
        return parts

    def extract(self, text: str, spend: Spend) -> list[str]:
        """All matches."""
        return [text[spans[0][0] : spans[0][1]] for spans in self.finds(text, spend, once=False) if spans[0]]


@lru_cache(maxsize=256)
def _replacement(text: str, groups: int, *, literal: bool) -> tuple[str | int, ...]:
    """The replacement as texts and numbers of groups; `$12` is group 12 where there are twelve, else group 1 and a 2."""
    if literal:
        return (text,)
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        letter = text[at]
        at += 1
        if letter == "\\":
            if text[at : at + 1] not in ("\\", "$") or at >= len(text):
                raise Null('"{text}" is no replacement', text=text[:60])
            parts.append(text[at])
            at += 1
        elif letter == "$":
            digits = re.compile(r"\d+", re.ASCII).match(text, at)
            if digits is None:
                raise Null('"{text}" is no replacement', text=text[:60])
            number = digits[0][:3]
            while len(number) > 1 and int(number) > groups:
                number = number[:-1]
            parts.append(int(number))
            at += len(number)
        else:
            parts.append(letter)
    return tuple(parts)


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Pattern:
    """The pattern, made once; Null when it is none."""
    if set(flags) - set("smixq"):
        raise Null("expected the flags s, m, i, x or q, but found {flags}", flags=flags[:20])
    if len(pattern) > _MOST_LENGTH:
        raise Null("a pattern may have at most {allowed} characters", allowed=_MOST_LENGTH)
    if "q" in flags:
        reader = _Reader("", flags)
        letters = [Piece("set", ranges=reader.cased(((ord(letter), ord(letter)),))) for letter in pattern]
        return Pattern(Piece("join", tuple(letters)), flags, 0)
    reader = _Reader(_spaced(pattern) if "x" in flags else pattern, flags)
    piece = reader.whole()
    try:
        return Pattern(piece, flags, reader.groups)
    except (re.error, OverflowError, RecursionError):
        raise reader.wrong() from None
