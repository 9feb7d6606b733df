"""The staff list of a filing: who is on it, and who is counted at another living institution already (DT-5).

A person is known by name and the last four of the id number; more of the number is never kept (2.11 no. 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework import answers
from casework.filing_tables import OPEN_FILING, Filing, FilingStaff

_SENIOR: Final = ("senior",)
_LEARNED: Final = ("master", "doctor")
_LIVING: Final = (*OPEN_FILING, "filed")
_PORTION: Final = 400


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a declared staff list. `key` is `name|last four`."""

    key: str
    name: str
    title: str
    education: str
    full_time: bool
    is_director: bool

    @property
    def is_senior(self) -> bool:
        """Whether this is a senior title, a master or a doctor (2.7, region)."""
        return self.title in _SENIOR or self.education in _LEARNED


def declared_rows(declared: Mapping[str, Any]) -> list[Member]:
    """The persons of a declaration (`staff` of F07); a row without a name is left out."""
    found: list[Member] = []
    director = str(declared.get("director") or "").strip()
    for row in answers.rows(declared.get("staff")):
        name = str(row.get("name") or "").strip()
        if not name:
            continue
        last = str(row.get("last4") or "").strip().upper()
        full_time = row.get("fullTime")
        found.append(
            Member(
                f"{name}|{last}",
                name,
                str(row.get("title") or ""),
                str(row.get("education") or ""),
                full_time is None or answers.agrees(full_time),
                answers.agrees(row.get("isDirector")) or name == director,
            )
        )
    return found


def keep(db: Session, filing: Filing, declared: Mapping[str, Any]) -> list[FilingStaff]:
    """Replaces the staff list of an application by the declared one; a person named twice is kept once."""
    db.execute(delete(FilingStaff).where(FilingStaff.filing_id == filing.id))
    members = {row.key: row for row in declared_rows(declared)}
    rows = [
        FilingStaff(
            filing_id=filing.id,
            institution_id=filing.institution_id,
            key=row.key[:80],
            name=row.name[:60],
            title=row.title[:60],
            education=row.education[:20],
            full_time=row.full_time,
            is_director=row.is_director,
        )
        for row in members.values()
    ]
    db.add_all(rows)
    db.flush()
    db.expire(filing, ["staff"])
    return rows


def elsewhere(db: Session, keys: Iterable[str], filing: Filing | None) -> dict[str, list[Filing]]:
    """Which of these persons stand on the list of another living filing or institution, by key, with those filings.

    The earlier filings of the same institution do not count: an upgrade or a renewal has the same people.
    """
    wanted = sorted(set(keys))
    found: dict[str, list[Filing]] = {}
    for start in range(0, len(wanted), _PORTION):
        query = (
            select(FilingStaff.key, Filing)
            .join(Filing, Filing.id == FilingStaff.filing_id)
            .where(FilingStaff.key.in_(wanted[start : start + _PORTION]), Filing.state.in_(_LIVING))
            .order_by(Filing.id)
        )
        for key, other in db.execute(query):
            if not _is_same(filing, other):
                found.setdefault(key, []).append(other)
    return found


def _is_same(filing: Filing | None, other: Filing) -> bool:
    if filing is None:
        return False
    if other.id in {filing.id, filing.predecessor_id}:
        return True
    return filing.institution_id is not None and other.institution_id == filing.institution_id
