"""Deployed decisions: the version that is valid on the business date, evaluated with its explanation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision's result and why: `explanation` holds inputs, matched rules, hit policy, `version` and `definition_id`."""

    value: object
    explanation: Mapping[str, object]


def evaluate(db: Session, decision_id: str, inputs: Mapping[str, object], *, now: datetime) -> Decided:
    """Evaluates the newest version of a decision that is valid on the business date of `now`.

    Raises:
        NotFound: no such decision is deployed, or none is valid yet.
    """
    raise NotImplementedError
