"""The reconciliation of the lists: base + new − struck off − left = open, per list and per territory.

Source: REFERENCE 7 K3, 8 (base/new/closed/left). Every figure is counted from the items themselves; the ledger shows the rows
behind each of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import ledger, territories
from casework.case_tables import CLOSED_ITEM, LISTS, LIVING_ITEM, Case, Item
from casework.tables import Territory


@dataclass(slots=True)
class Line:
    """The items of one list, or of one territory: how many came (base 存量, new 增量) and what became of them.

    `relapsed`: of the open ones, how many had been struck off before. `awaiting`: of the closed ones, how many the statistics
    have not confirmed yet.
    """

    key: str
    name: str
    base: int = 0
    new: int = 0
    closed: int = 0
    closed_base: int = 0
    left: int = 0
    open: int = 0
    relapsed: int = 0
    awaiting: int = 0

    @property
    def balances(self) -> bool:
        """Whether what came equals what became of it."""
        return self.base + self.new - self.closed - self.left == self.open

    @property
    def cleared(self) -> float | None:
        """Closed base ÷ base in per cent (K3); None without a base."""
        return round(100 * self.closed_base / self.base, 1) if self.base else None


def by_list(db: Session, path: str) -> list[Line]:
    """One line per list in a territory, and RENEW where there is one."""
    lines = {name: Line(name, name) for name in LISTS}
    for list_type, _, base, state, relapses, stat, count in _counts(db, path):
        _add(lines[list_type], base, state, relapses, stat, count)
    return [line for name, line in lines.items() if name != "RENEW" or line.base or line.new]


def by_territory(db: Session, path: str, list_type: str = "") -> list[Line]:
    """One line per territory right under `path` (a county: itself), of one list or of all."""
    nodes: list[Territory] = [node for node in territories.tree(db).under(path) if node.parent_path == path]
    found = {node.path: Line(node.path, node.name) for node in nodes or [territories.get(db, path)]}
    for of, scope, base, state, relapses, stat, count in _counts(db, path):
        home = next((part for part in territories.lineage(scope) if part in found), None)
        if home is not None and of == (list_type or of):
            _add(found[home], base, state, relapses, stat, count)
    return list(found.values())


def total(lines: Iterable[Line]) -> Line:
    """The sum of several lines."""
    whole = Line("", "")
    for line in lines:
        for name in ("base", "new", "closed", "closed_base", "left", "open", "relapsed", "awaiting"):
            setattr(whole, name, getattr(whole, name) + getattr(line, name))
    return whole


def _counts(db: Session, path: str) -> list[tuple[str, str, str, str, bool, str, int]]:
    columns = (Item.list_type, Case.scope, Item.base, Item.state, Item.relapse_count > 0, Item.stat_confirm)
    query = select(*columns, func.count()).join(Case, Case.id == Item.case_id)
    query = query.where(territories.under(Case.scope, [path]), Item.state != ledger.REPLACED)
    return [
        (list_type, scope, base, state, bool(relapsed), stat, count)
        for list_type, scope, base, state, relapsed, stat, count in db.execute(query.group_by(*columns))
    ]


def _add(line: Line, base: str, state: str, relapsed: bool, stat: str, count: int) -> None:
    is_base = base == "存量"
    line.base += count if is_base else 0
    line.new += 0 if is_base else count
    if state in CLOSED_ITEM:
        line.closed += count
        line.closed_base += count if is_base else 0
        line.awaiting += count if state == "closed_awaiting_statistics" and stat == "waiting" else 0
    elif state in LIVING_ITEM:
        line.open += count
        line.relapsed += count if relapsed else 0
    else:
        line.left += count
