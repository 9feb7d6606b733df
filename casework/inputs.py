"""Reading what a drawing hands a service: groups of answers, texts, ids and moments; what is none of them stops the run and says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casework import answers
from engine.calendars import SHANGHAI
from engine.errors import ExecutionFailed
from engine.services import Call


def group(call: Call, name: str) -> Mapping[str, Any]:
    """A group of answers, or what a decision gave; empty when the input is none."""
    return answers.context(call.inputs.get(name))


def text(call: Call, name: str) -> str:
    """A text; empty when nothing was given."""
    return str(call.inputs.get(name) or "")


def number(call: Call, name: str) -> int:
    """The id of a row.

    Raises:
        ExecutionFailed: the drawing gave something else.
    """
    given = call.inputs.get(name)
    if isinstance(given, bool) or not str(given or "").isdigit():
        raise ExecutionFailed(
            "expected {name} to be the number of a row, but it is {value}",
            element_id=call.element_id,
            name=name,
            value=str(given),
        )
    return int(str(given))


def moment(call: Call, name: str) -> datetime:
    """A moment as FEEL writes it, with an offset or with a zone's name behind `@`; without either it is Shanghai's.

    Raises:
        ExecutionFailed: the drawing gave something else.
    """
    given = call.inputs.get(name)
    try:
        found = datetime.fromisoformat(str(given).partition("@")[0])
    except ValueError:
        raise ExecutionFailed(
            "expected {name} to be a moment, but it is {value}",
            element_id=call.element_id,
            name=name,
            value=str(given),
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
