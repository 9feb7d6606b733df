"""The figures of a day counted again from history alone: which cases, items, visits, orders, problems and reports stood where.

Source: REFERENCE 8 (figures that agree everywhere). Nothing but the entries `registry_changed` (casework.milestones) is read, in
the order they were written; what a page shows has to equal it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import ledger, milestones, territories
from casework.case_tables import CLOSED_ITEM, LIVING_CASE, LIVING_ITEM
from engine.calendars import SHANGHAI
from engine.tables import HistoryEntry

_PORTION = 5000


@dataclass(slots=True)
class Recount:
    """What history says stood in a territory at the end of a day.

    `cases`, `visits`, `orders`, `issues`: how many by state. `items`: how many by (list, base, state). `reports`: how many by
    (period, state); `late` by period. `filings`, `institutions`: how many by (level, state). `living`: the ids of the cases that were not over, `item_ids` of all items.
    """

    path: str
    until: date | None
    cases: Counter[str] = field(default_factory=Counter[str])
    items: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    visits: Counter[str] = field(default_factory=Counter[str])
    orders: Counter[str] = field(default_factory=Counter[str])
    issues: Counter[str] = field(default_factory=Counter[str])
    reports: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    late: Counter[str] = field(default_factory=Counter[str])
    filings: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    institutions: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    living: set[int] = field(default_factory=set[int])
    item_ids: set[int] = field(default_factory=set[int])

    @property
    def open_cases(self) -> int:
        """How many cases were not over."""
        return len(self.living)

    def open_items(self, list_type: str = "", base: str = "") -> int:
        """How many items were still to be worked on, of a list and of base (存量) or new (增量) if said."""
        return self._items(LIVING_ITEM, list_type, base)

    def closed_items(self, list_type: str = "", base: str = "") -> int:
        """How many items were struck off."""
        return self._items(CLOSED_ITEM, list_type, base)

    def left_items(self, list_type: str = "", base: str = "") -> int:
        """How many items left their list without being struck off (调出, 剔除, 终止)."""
        return self.all_items(list_type, base) - self.open_items(list_type, base) - self.closed_items(list_type, base)

    def all_items(self, list_type: str = "", base: str = "") -> int:
        """How many items there ever were."""
        return self._items(None, list_type, base)

    def _items(self, states: tuple[str, ...] | None, list_type: str, base: str) -> int:
        return sum(
            count
            for (of, mine, state), count in self.items.items()
            if (states is None or state in states) and of == (list_type or of) and mine == (base or mine)
        )


def of(db: Session, *, path: str = territories.REGION, until: date | None = None) -> Recount:
    """Counts a territory again at the end of the day `until` (Shanghai), or as of the last entry."""
    rows = _replayed(db, until)
    cases = {number: row for number, row in rows["case"].items() if territories.covers(path, str(row["scope"]))}
    homes = {int(row["enterprise_id"]) for row in cases.values()}
    found = Recount(path, until)
    for number, row in cases.items():
        found.cases[str(row["state"])] += 1
        if row["state"] in LIVING_CASE:
            found.living.add(number)
    for number, row in rows["item"].items():
        if row["case_id"] in cases and row["state"] != ledger.REPLACED:
            found.item_ids.add(number)
            found.items[(str(row["list_type"]), str(row["base"]), str(row["state"]))] += 1
    for row in rows["visit"].values():
        if row["case_id"] in cases:
            found.visits[str(row["result"])] += 1
    for word, counter in (("order", found.orders), ("issue", found.issues)):
        for row in rows[word].values():
            if territories.covers(path, str(row["scope"])):
                counter[str(row["state"])] += 1
    for word, of_level in (("filing", found.filings), ("institution", found.institutions)):
        for row in rows[word].values():
            if territories.covers(path, str(row["scope"])):
                of_level[(str(row["level"]), str(row["state"]))] += 1
    for row in rows["report"].values():
        if row["enterprise_id"] in homes:
            found.reports[(str(row["period"]), str(row["state"]))] += 1
            found.late[str(row["period"])] += bool(row["late"])
    return found


def _replayed(db: Session, until: date | None) -> dict[str, dict[int, dict[str, Any]]]:
    rows: dict[str, dict[int, dict[str, Any]]] = {word: {} for word, _, _ in milestones.WATCHED.values()}
    query = select(HistoryEntry.id, HistoryEntry.data).where(HistoryEntry.fact == milestones.FACT)
    if until is not None:
        end = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
        query = query.where(HistoryEntry.at < end)
    after = 0
    while True:
        page = db.execute(query.where(HistoryEntry.id > after).order_by(HistoryEntry.id).limit(_PORTION)).all()
        for _, data in page:
            for change in cast(list[Mapping[str, Any]], data["changes"]):
                row = rows[change["what"]].setdefault(int(change["id"]), {})
                row.update({name: value for name, value in change.items() if name not in {"what", "id", "to", "new"}})
                row.update(change["to"])
        if len(page) < _PORTION:
            return rows
        after = page[-1].id
