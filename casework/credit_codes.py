"""Unified social credit codes (统一社会信用代码, GB 32100-2015) and the organisation codes inside them (GB 11714).

The code says who registered the enterprise, not which county is responsible for it: never derive a territory from it.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from stdnum.cn import uscc

from engine.errors import Invalid, Sentence

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MEANT: Final = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Code:
    """A valid code, and whether it had to be tidied (blanks, small letters, full-width characters)."""

    value: str
    tidied: bool

    @property
    def registered_at(self) -> str:
        """The division code of the registering authority (positions 3–8): information only."""
        return self.value[2:8]


def read(text: object) -> Code:
    """A credit code as somebody typed it.

    Raises:
        Invalid: `fields["uscc"]` holds one sentence that says what is wrong.
    """
    raw = "" if text is None else str(text)
    value = uscc.compact(unicodedata.normalize("NFKC", raw))
    problem = _problem(value)
    if problem is not None:
        raise Invalid("the credit code {code} is not valid", fields={"uscc": [problem]}, code=raw.strip())
    return Code(value, tidied=value != raw)


def _problem(value: str) -> Sentence | None:
    if not value:
        return Sentence("the unified social credit code is missing")
    if len(value) != 18:
        return Sentence("a credit code has 18 characters, this one has {count}", {"count": len(value)})
    for position, character in enumerate(value, 1):
        if character not in _ALPHABET:
            params = {"character": character, "position": position, "meant": _MEANT.get(character, "")}
            if params["meant"]:
                return Sentence(
                    "character {position} is {character}, which no credit code contains; is it {meant}?", params
                )
            return Sentence("character {position} is {character}, which no credit code contains", params)
    if not value[:8].isdigit():
        return Sentence("the first eight characters of a credit code are digits")
    if value[-1] != uscc.calc_check_digit(value[:17]):
        return Sentence("the check digit of the credit code is wrong; please compare it with the licence")
    if value[16] != organisation_check(value[8:16]):
        return Sentence("the check digit of the organisation code (character 17) is wrong")
    return None


def organisation_check(body: str) -> str:
    """The check character of an organisation code (GB 11714) for its first eight characters."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    rest = 11 - total % 11
    return "X" if rest == 10 else "0" if rest == 11 else str(rest)


def make(division: str, body: str) -> str:
    """A valid code for a fictional enterprise: `division` six digits, `body` eight characters beginning with MADM."""
    start = f"91{division}{body}{organisation_check(body)}"
    return start + uscc.calc_check_digit(start)
