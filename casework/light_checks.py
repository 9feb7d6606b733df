"""Whether the lights of a whole database agree with each other; part of `xiaohao verify`.

| | holds when |
|---|---|
| L1 | a case and an item show the light that their last assessment left |
| L2 | what is shown now is the last entry of the log |
| L3 | a case in work shows at least the light of each of its items in work |
"""

from collections.abc import Iterator

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.orm import Session

from casework.case_tables import LIGHTS, LIVING_CASE, LIVING_ITEM, Case, Item
from casework.light_tables import CurrentLight, LightLog
from engine.errors import Sentence
from engine.verify import Fault


def check(db: Session) -> list[Fault]:
    """Every fault; empty when all lights agree. Reads only, four statements."""
    return [*_shown(db), *_logged(db), *_worst(db)]


def _shown(db: Session) -> Iterator[Fault]:
    for table, word in ((Case, "case"), (Item, "item")):
        about = literal(f"{word}:") + cast(table.id, String)
        query = (
            select(table.id, table.light, CurrentLight.light.label("kept"))
            .outerjoin(CurrentLight, CurrentLight.about == about)
            .where(table.light != func.coalesce(CurrentLight.light, "green"))
        )
        for row in db.execute(query.order_by(table.id)):
            yield _fault("L1", f"{word} {row.id}", light=row.light, other=row.kept or "green")


def _logged(db: Session) -> Iterator[Fault]:
    last = select(func.max(LightLog.id)).group_by(LightLog.about)
    query = (
        select(LightLog.about, LightLog.light, CurrentLight.light.label("kept"))
        .outerjoin(CurrentLight, CurrentLight.about == LightLog.about)
        .where(LightLog.id.in_(last), LightLog.light != func.coalesce(CurrentLight.light, ""))
    )
    for row in db.execute(query.order_by(LightLog.id)):
        yield _fault("L2", row.about.replace(":", " "), light=row.kept or "green", other=row.light)


def _worst(db: Session) -> Iterator[Fault]:
    query = (
        select(Case.id, Case.light, Item.light.label("part"))
        .join(Item, Item.case_id == Case.id)
        .where(Case.state.in_(LIVING_CASE), Item.state.in_(LIVING_ITEM), Item.light != "green")
    )
    for row in db.execute(query.order_by(Case.id)):
        if LIGHTS.index(row.light) < LIGHTS.index(row.part):
            yield _fault("L3", f"case {row.id}", light=row.light, other=row.part)


def _fault(invariant: str, row: str, **lights: str) -> Fault:
    return Fault(invariant, row, Sentence("it shows {light}, but should show {other}", lights))
