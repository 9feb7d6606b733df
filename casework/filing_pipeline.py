"""The pipeline of filing (standard view 5): what stands on which desk now, how old, how late, by territory — in two statements.

What was decided, and how many working days each desk took, is said by the figures of K10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from casework import filing_list, territories
from casework.filing_tables import OPEN_FILING, Filing
from engine.tables import UserTask

DESKS: Final = OPEN_FILING
"""Every state of an application under way is a desk; `draft`, `correction` and `rectify` are the enterprise's."""
ENTERPRISES: Final = ("draft", "correction", "rectify")


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk: how many applications stand there, since when the oldest waits, how many are past their term."""

    state: str
    count: int
    oldest: datetime | None
    late: int


@dataclass(frozen=True, slots=True)
class Place:
    """One territory below the one asked for (or itself): under way and late now."""

    path: str
    name: str
    running: int
    late: int


def desks(db: Session, path: str, *, now: datetime) -> list[Desk]:
    """Every desk of a territory and below, those without anything too, in the order of the way."""
    late = case((filing_list.late(now), Filing.id))
    query = (
        select(
            Filing.state, func.count(Filing.id.distinct()), func.min(UserTask.created_at), func.count(late.distinct())
        )
        .outerjoin(UserTask, (UserTask.instance_id == Filing.instance_id) & (UserTask.status == "open"))
        .where(Filing.state.in_(DESKS), territories.under(Filing.scope, [path]))
        .group_by(Filing.state)
    )
    found: Mapping[str, Desk] = {
        state: Desk(state, count, oldest, behind) for state, count, oldest, behind in db.execute(query)
    }
    return [found.get(state, Desk(state, 0, None, 0)) for state in DESKS]


def places(db: Session, path: str, *, now: datetime) -> list[Place]:
    """The territories directly below `path` that have any application (the county itself at the foot), in their order."""
    tree = territories.tree(db)
    is_running = Filing.state.in_(DESKS)
    query = (
        select(
            Filing.scope,
            func.count(case((is_running, 1))),
            func.count(case((is_running & filing_list.late(now), 1))),
        )
        .where(territories.under(Filing.scope, [path]))
        .group_by(Filing.scope)
    )
    sums: dict[str, list[int]] = {}
    for scope, *figures in db.execute(query):
        below = scope[len(path) :].lstrip("/").split("/", maxsplit=1)[0]
        child = f"{path}/{below}" if below else path
        sums[child] = [one + more for one, more in zip(sums.get(child, [0] * 2), figures, strict=True)]
    return [Place(child, tree.name(child), *figures) for child, figures in sorted(sums.items())]
