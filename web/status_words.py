"""What the codes of changes of state are called: what happened to an enterprise, and what became of the report."""

from collections.abc import Mapping
from typing import Final

from engine.errors import Sentence

KINDS: Final[Mapping[str, Sentence]] = {
    "halted": Sentence("production halted"),
    "half_halted": Sentence("production half halted"),
    "cancelled": Sentence("registration cancelled"),
    "moved": Sentence("moved out of Guangxi"),
    "moved_inside": Sentence("moved inside Guangxi"),
    "below_scale": Sentence("left the statistical roster"),
    "merged": Sentence("merged into another enterprise"),
    "resumed": Sentence("works again"),
}
OUTCOMES: Final[Mapping[str, Sentence]] = {
    "continue": Sentence("the case goes on"),
    "suspend": Sentence("suspended"),
    "transfer": Sentence("transferred"),
    "below_scale": Sentence("items to be taken off their lists"),
    "terminate": Sentence("the case was ended"),
}
ALL: Final[Mapping[str, Mapping[str, Sentence]]] = {"status": KINDS, "status_outcome": OUTCOMES}
"""By the kind of word that a template asks for."""
