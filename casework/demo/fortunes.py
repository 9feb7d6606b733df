"""What becomes of each enterprise of the demonstration: some rise, some stand still, some fall back, move away or stop."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

_KINDS: Final = {"steady": 38, "riser": 30, "sleeper": 12, "relapser": 12, "mover": 3, "stopper": 5}
_SHARES: Final = (Decimal("0.18"), Decimal("0.42"), Decimal("0.67"), Decimal("1"))
"""Quarterly R&D of a year, cumulated (2.10.3 no. 10: the end of the year is loaded)."""


@dataclass(frozen=True, slots=True)
class Fortune:
    """The course of one enterprise. `begins`, `ends`: the quarters (counted from 2025Q1 = 0) in which R&D begins and is over.

    `intensity` is its R&D per revenue. `event_on` is when a mover moves and a stopper stops.
    """

    kind: str
    begins: int
    ends: int
    intensity: Decimal
    event_on: date | None

    @property
    def grows(self) -> bool:
        """Whether it ends up with R&D and an institution of its own."""
        return self.kind in {"steady", "riser", "relapser", "mover"}

    def is_active(self, period: str) -> bool:
        """Whether R&D goes on in a quarter (`2025Q3`)."""
        return self.begins <= number(period) <= self.ends

    def rd_of_the_year_to(self, period: str, revenue_of_the_year: Decimal) -> Decimal:
        """R&D expense of the year up to the end of a quarter, 万元 with two decimals."""
        year, quarter = int(period[:4]), int(period[5])
        whole = revenue_of_the_year * self.intensity
        total, before = Decimal(0), Decimal(0)
        for place in range(1, quarter + 1):
            share = _SHARES[place - 1]
            if self.is_active(f"{year}Q{place}"):
                total += whole * (share - before)
            before = share
        return total.quantize(Decimal("0.01"))


def of(uscc: str) -> Fortune:
    """The fortune of an enterprise: the same in every demo."""
    dice = Random(f"fortune {uscc}")  # noqa: S311 - fictional
    kind = dice.choices(list(_KINDS), list(_KINDS.values()))[0]
    begins = {"steady": 0, "riser": dice.randint(1, 3), "sleeper": 5, "relapser": 0, "mover": 1, "stopper": 0}[kind]
    ends = dice.randint(2, 3) if kind == "relapser" else 99
    intensity = Decimal(str(round(min(6.0, max(0.2, dice.lognormvariate(0.45, 0.6))), 2))) / 100
    event_on = None
    if kind in {"mover", "stopper"}:
        event_on = date(2025, dice.randint(4, 12), dice.randint(1, 28))
    return Fortune(kind, begins, ends, intensity, event_on)


def number(period: str) -> int:
    """A quarter as a number: 2025Q1 is 0."""
    return (int(period[:4]) - 2025) * 4 + int(period[5]) - 1
