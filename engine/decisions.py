"""Deployed decisions: the version that is valid on the business date, evaluated with its explanation."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine import calendars, dmn, feel, versions, working_days
from engine.bpmn.model import Binding
from engine.bpmn.outcome import Decided
from engine.errors import NotFound
from engine.versions import Version

__all__ = ["Decided", "evaluate", "evaluate_bound", "is_deployed", "value"]


def evaluate(db: Session, decision_id: str, inputs: Mapping[str, object], *, now: datetime) -> Decided:
    """Evaluates the newest version of a decision that is valid on the business date of `now`.

    The result's `explanation` holds inputs, matched rules and hit policy, and `decision`, `version`, `definition`.

    Raises:
        NotFound: no such decision is deployed, or none is valid yet.
    """
    return evaluate_bound(db, decision_id, inputs, binding="latest", version_tag=None, deployment_id=0, now=now)


def is_deployed(db: Session, decision_id: str) -> bool:
    """Whether any version of this decision is deployed."""
    return versions.shelf(db).newest("decision", decision_id) is not None


def evaluate_bound(
    db: Session,
    decision_id: str,
    inputs: Mapping[str, object],
    *,
    binding: Binding,
    version_tag: str | None,
    deployment_id: int,
    now: datetime,
) -> Decided:
    """Evaluates the version that an element of a drawing of this deployment means. Raises NotFound."""
    known = _version(db, decision_id, binding, version_tag, deployment_id, now)
    decided = dmn.evaluate(
        versions.decisions(db, known.id), decision_id, inputs, now=now, functions=working_days.of(db)
    )
    why = {"decision": decision_id, "version": known.version, "definition": known.id, **decided.explanation}
    return Decided(feel.to_json(decided.value), why)


def value(db: Session, decision_id: str, inputs: Mapping[str, object], *, now: datetime) -> object:
    """What `evaluate` gives, without the explanation and several times faster. Raises NotFound."""
    known = _version(db, decision_id, "latest", None, 0, now)
    found = dmn.evaluate_value(
        versions.decisions(db, known.id), decision_id, inputs, now=now, functions=working_days.of(db)
    )
    return feel.to_json(found)


def _version(
    db: Session, decision_id: str, binding: Binding, version_tag: str | None, deployment_id: int, now: datetime
) -> Version:
    known = versions.shelf(db).bound(
        "decision",
        decision_id,
        binding=binding,
        version_tag=version_tag,
        deployment_id=deployment_id,
        day=calendars.local_day(now),
    )
    if known is None:
        raise NotFound("expected a decision named {key} that is valid on this day, but there is none", key=decision_id)
    return known
