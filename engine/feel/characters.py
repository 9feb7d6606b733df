"""Sets of characters for regular expressions: Unicode categories and blocks, XML names, case."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

LAST = 0x10FFFF
Ranges = Sequence[tuple[int, int]]
EVERYTHING: Ranges = ((0, LAST),)

# Between these planes Unicode has assigned nothing.
_EMPTY_FROM, _EMPTY_TO = 0x32400, 0xE0000
_AFTER_TAGS, _PRIVATE = 0xE0200, 0xF0000

_BLOCKS: dict[str, tuple[int, int]] = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "IPAExtensions": (0x0250, 0x02AF),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "Hebrew": (0x0590, 0x05FF),
    "Arabic": (0x0600, 0x06FF),
    "Thai": (0x0E00, 0x0E7F),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "PrivateUse": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CATEGORIES = frozenset(
    [
        "L",
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "M",
        "Mn",
        "Mc",
        "Me",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Ps",
        "Pe",
        "Pi",
        "Pf",
        "Po",
        "Z",
        "Zs",
        "Zl",
        "Zp",
        "S",
        "Sm",
        "Sc",
        "Sk",
        "So",
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cn",
        "Cs",
    ]
)

_NAME_START: Ranges = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D),
    (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
_NAME_MORE: Ranges = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
SPACE: Ranges = ((0x9, 0xA), (0xD, 0xD), (0x20, 0x20))
LINE_ENDS: Ranges = ((0xA, 0xA), (0xD, 0xD))


def joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The ranges in order, without overlaps."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def complement(ranges: Ranges) -> Ranges:
    """All other characters."""
    found: list[tuple[int, int]] = []
    at = 0
    for low, high in joined(ranges):
        if low > at:
            found.append((at, low - 1))
        at = high + 1
    if at <= LAST:
        found.append((at, LAST))
    return tuple(found)


def without(ranges: Ranges, others: Ranges) -> Ranges:
    """The characters of the first set that are not in the second."""
    return complement(joined((*complement(ranges), *others)))


def holds(ranges: Ranges, code: int) -> bool:
    """Whether a character is in a set of joined ranges."""
    at = bisect_right(ranges, (code, LAST + 1)) - 1
    return at >= 0 and ranges[at][0] <= code <= ranges[at][1]


@lru_cache(maxsize=128)
def category(name: str) -> Ranges | None:
    """The characters of a general category (`L`, `Lu`) or of a block (`IsBasicLatin`); None for an unknown name."""
    if name.startswith("Is"):
        block = _BLOCKS.get(name[2:])
        return (block,) if block else None
    if name not in _CATEGORIES:
        return None
    found: list[tuple[int, int]] = []
    for first, last in ((0, _EMPTY_FROM), (_EMPTY_TO, _AFTER_TAGS)):
        for code in range(first, last):
            if unicodedata.category(chr(code)).startswith(name):
                if found and found[-1][1] == code - 1:
                    found[-1] = (found[-1][0], code)
                else:
                    found.append((code, code))
    if name in ("C", "Cn"):
        found += [(_EMPTY_FROM, _EMPTY_TO - 1), (_AFTER_TAGS, _PRIVATE - 1)]
    if name in ("C", "Co"):
        found.append((_PRIVATE, LAST))
    return joined(found)


@lru_cache(maxsize=16)
def escape_class(letter: str) -> Ranges | None:
    """The set of `\\d`, `\\w`, `\\s`, `\\i`, `\\c` and their capital opposites (XML Schema, appendix G); None otherwise."""
    if letter.isupper():
        positive = escape_class(letter.lower())
        return None if positive is None else complement(positive)
    if letter == "d":
        return category("Nd")
    if letter == "s":
        return SPACE
    if letter == "i":
        return _NAME_START
    if letter == "c":
        return joined((*_NAME_START, *_NAME_MORE))
    if letter == "w":
        return complement(joined(part for name in ("P", "Z", "C") for part in category(name) or ()))
    return None


# The stretches of Unicode in which letters have cases.
_CASED: Ranges = (
    (0x00, 0x058F), (0x10A0, 0x10FF), (0x13A0, 0x13FF), (0x1C80, 0x1CBF), (0x1D00, 0x1FFF), (0x2100, 0x218F),
    (0x24B0, 0x24EF), (0x2C00, 0x2DFF), (0xA640, 0xABBF), (0xFB00, 0xFB17), (0xFF21, 0xFF5A), (0x10400, 0x105BF),
    (0x10C80, 0x10CFF), (0x118A0, 0x118DF), (0x16E40, 0x16E7F), (0x1E900, 0x1E943),
)  # fmt: skip


@lru_cache(maxsize=1)
def _cases() -> dict[int, frozenset[int]]:
    """The other cases of every character that has some."""
    groups: dict[str, set[int]] = {}
    for code in chain.from_iterable(range(low, high + 1) for low, high in _CASED):
        letter = chr(code)
        folded = letter.upper().lower()
        if len(folded) == 1 and (folded != letter or letter.upper() != letter):
            groups.setdefault(folded, set()).add(code)
            groups[folded].add(ord(folded))
    return {code: frozenset(group) for group in groups.values() if len(group) > 1 for code in group}


def any_case(ranges: Ranges) -> Ranges:
    """The set with all cases of its characters."""
    cases = _cases()
    if sum(high - low + 1 for low, high in ranges) <= 256:
        mine = [code for low, high in ranges for code in range(low, high + 1) if code in cases]
    else:
        mine = [code for code in cases if holds(ranges, code)]
    return joined((*ranges, *((other, other) for code in mine for other in cases[code])))
