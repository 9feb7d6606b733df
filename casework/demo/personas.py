"""Who the people of the demonstration are: exemplary, steady, busy, late or careless; the same person in every demo."""

from dataclasses import dataclass
from random import Random
from typing import Final

from engine.tables import UserTask


@dataclass(frozen=True, slots=True)
class Persona:
    """How somebody works: lets a task lie `quickest` to `slowest` working days, and is wrong in `mistakes` of a hundred answers."""

    name: str
    quickest: int
    slowest: int
    mistakes: int


EXEMPLARY: Final = Persona("exemplary", 0, 1, 0)
STEADY: Final = Persona("steady", 0, 3, 3)
BUSY: Final = Persona("busy", 1, 4, 4)
LATE: Final = Persona("late", 4, 16, 6)
CARELESS: Final = Persona("careless", 0, 2, 35)
_MOST: Final = ((EXEMPLARY, 25), (STEADY, 46), (BUSY, 17), (LATE, 4), (CARELESS, 8))


def of(username: str) -> Persona:
    """What kind of person this is."""
    kinds = [kind for kind, _share in _MOST]
    return Random(f"persona {username}").choices(kinds, [share for _kind, share in _MOST])[0]  # noqa: S311


def patience(username: str, task: UserTask) -> int:
    """How many working days this person lets this task lie. The joint lists are dealt with soon by everybody."""
    who, dice = of(username), dice_of(username, task)
    days = dice.randint(who.quickest, who.slowest)
    return min(days, 2) if task.process_key in {"lists", "list_review"} else days


def errs(username: str, task: UserTask) -> bool:
    """Whether this person gets this task wrong at first: a hasty answer, or work that is not good enough."""
    return Random(f"errs {username} {task.id}").randrange(100) < of(username).mistakes  # noqa: S311


def dice_of(username: str, task: UserTask) -> Random:
    """The dice of one answer: the same in every demo."""
    return Random(f"{username}:{task.subject}:{task.element_id}:{task.id}")  # noqa: S311


def chosen(able: list[str], task: UserTask) -> str:
    """Who of several takes a task: the same one for the same enterprise; empty when there is nobody."""
    if not able:
        return ""
    return able[Random(f"{task.subject}:{task.element_id}").randrange(len(able))]  # noqa: S311
