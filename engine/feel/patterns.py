"""Regular expressions in the dialect of XPath 3.1 (XQuery Functions 5.6), as FEEL's functions on strings use them."""

import re
from collections.abc import Callable
from functools import lru_cache

from engine.feel.evaluation import Null

Spend = Callable[[int], None]


class Pattern:
    """A pattern ready to be applied."""

    def __init__(self, expression: re.Pattern[str], *, is_literal: bool) -> None:
        self.expression = expression
        self.is_literal = is_literal

    def search(self, text: str, spend: Spend) -> bool:
        spend(len(text) // 16)
        return self.expression.search(text) is not None

    def replace(self, text: str, replacement: str, spend: Spend) -> str:
        spend(len(text) // 16)
        return self.expression.sub(lambda found: _filled(found, replacement), text)

    def split(self, text: str, spend: Spend) -> list[str]:
        spend(len(text) // 16)
        parts: list[str] = []
        at = 0
        for found in self.expression.finditer(text):
            parts.append(text[at : found.start()])
            at = found.end()
        parts.append(text[at:])
        return parts

    def extract(self, text: str, spend: Spend) -> list[str]:
        spend(len(text) // 16)
        return [found[0] for found in self.expression.finditer(text)]


def _filled(found: re.Match[str], replacement: str) -> str:
    return re.sub(r"\$(\d)", lambda mark: found[int(mark[1])] or "", replacement)


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Pattern:
    """The pattern, made once; Null when it is none."""
    if set(flags) - set("smixq"):
        raise Null("expected the flags s, m, i, x or q, but found {flags}", flags=flags[:20])
    options = re.NOFLAG
    for letter, option in (("s", re.DOTALL), ("m", re.MULTILINE), ("i", re.IGNORECASE)):
        if letter in flags:
            options |= option
    try:
        return Pattern(re.compile(re.escape(pattern) if "q" in flags else pattern, options), is_literal="q" in flags)
    except (re.error, OverflowError, RecursionError):
        raise Null('"{pattern}" is no regular expression', pattern=pattern[:60]) from None
