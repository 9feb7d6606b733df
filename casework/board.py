"""The board of a supervisor: how many cases stand where, by territory, stage and light, and what is struck off.

Source: REFERENCE 7, 8 (figures that agree everywhere, a click to the cases behind a number). Every figure is counted from the
rows of cases and items at the moment it is asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import territories
from casework.case_tables import CLOSED_ITEM, LIGHTS, LIVING_CASE, LIVING_ITEM, STAGES, Case, Item
from casework.stuck import Survey
from casework.tables import Territory


@dataclass(slots=True)
class Line:
    """One territory of the board: counts of living cases by stage and by light, items left and struck off by list."""

    territory: Territory
    cases: int = 0
    stages: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    lights: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LIGHTS, 0))
    left: dict[str, int] = field(default_factory=dict[str, int])
    closed: dict[str, int] = field(default_factory=dict[str, int])
    archived: int = 0


def lines(db: Session, path: str) -> list[Line]:
    """The territories right under `path` (a county: itself), each with its figures; territories without a case show zeros."""
    below = [node for node in territories.tree(db).under(path) if node.parent_path == path]
    nodes = below or [territories.get(db, path)]
    found = {node.path: Line(node) for node in nodes}
    for scope, state, stage, light, count in db.execute(
        select(Case.scope, Case.state, Case.stage, Case.light, func.count())
        .where(territories.under(Case.scope, [path]))
        .group_by(Case.scope, Case.state, Case.stage, Case.light)
    ):
        line = _line(found, scope)
        if line is None:
            continue
        if state in LIVING_CASE:
            line.cases += count
            line.stages[stage] += count
            line.lights[light] += count
        elif state == "archived":
            line.archived += count
    for scope, list_type, state, count in db.execute(
        select(Case.scope, Item.list_type, Item.state, func.count())
        .join(Item, Item.case_id == Case.id)
        .where(territories.under(Case.scope, [path]))
        .group_by(Case.scope, Item.list_type, Item.state)
    ):
        line = _line(found, scope)
        if line is None:
            continue
        if state in CLOSED_ITEM:
            line.closed[list_type] = line.closed.get(list_type, 0) + count
        elif state in LIVING_ITEM:
            line.left[list_type] = line.left.get(list_type, 0) + count
    return list(found.values())


def total(path: Territory, rows: Iterable[Line]) -> Line:
    """The sum of several lines, under the name of the territory they lie in."""
    whole = Line(path)
    for row in rows:
        whole.cases += row.cases
        whole.archived += row.archived
        for mine, theirs in (
            (whole.stages, row.stages),
            (whole.lights, row.lights),
            (whole.left, row.left),
            (whole.closed, row.closed),
        ):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count
    return whole


def stuck_behind(survey: Survey, rows: Iterable[Line]) -> dict[str, int]:
    """How much of what is stuck lies in each of these territories, by path."""
    found = {row.territory.path: 0 for row in rows}
    for one in survey.found:
        home = next((path for path in territories.lineage(one.scope) if path in found), None)
        if home is not None:
            found[home] += 1
    return found


def cases_behind(
    db: Session,
    path: str,
    *,
    stage: str = "",
    light: str = "",
    list_type: str = "",
    closed: bool = False,
    limit: int = 500,
) -> list[Case]:
    """The cases behind a number of the board: of a territory, by stage, light, or list; `closed` asks for struck-off items."""
    query = select(Case).where(territories.under(Case.scope, [path]))
    if stage:
        query = query.where(Case.stage == stage)
    if light:
        query = query.where(Case.light == light)
    if list_type or closed:
        query = query.join(Item).where(Item.state.in_(CLOSED_ITEM if closed else LIVING_ITEM)).distinct()
        query = query.where(Item.list_type == list_type) if list_type else query
    if not closed:
        query = query.where(Case.state.in_(LIVING_CASE))
    return list(db.scalars(query.order_by(Case.id).limit(limit)))


def _line(found: dict[str, Line], scope: str) -> Line | None:
    return next((found[path] for path in territories.lineage(scope) if path in found), None)
