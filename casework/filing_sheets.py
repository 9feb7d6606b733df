"""Lists of filing as offices send them round: the publication list of a batch and the register. Source: REFERENCE 4.b b21, 2.11, 3.8.

Rows are read in portions with a fixed number of statements each. The publication list goes to everybody and names no person; the register is
for the offices and does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from casework import permissions, territories
from casework.filing_tables import Filing, RdInstitution
from casework.permissions import Scope
from casework.tables import Enterprise

PORTION: Final = 500
PUBLICATION: Final = (
    "number", "filing_no", "institution", "enterprise", "uscc", "city", "county", "level", "type", "filed_on", "valid_until",
)  # fmt: skip
"""The columns of the publication list, in their order."""
REGISTER: Final = (
    "number", "filing_no", "institution", "type", "level", "line", "enterprise", "uscc", "city", "county", "director", "site_address",
    "site_area", "staff_fulltime", "equip_value", "rd_input", "projects", "ip", "inventions", "filed_on", "valid_until", "state",
)  # fmt: skip
"""The columns of the register, in their order."""

Cell = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Line:
    """One institution of a list: cells by column. Codes (`level`, `type`, `line`, `state`) are left to the door to translate."""

    cells: dict[str, Cell]


def publication(db: Session, scope: Scope, *, path: str, since: date, until: date) -> Iterator[Line]:
    """What was filed in these days (both included) in the territories that this person reads, the oldest first.

    Filings that were revoked or given back since are left out: the list is what is published today.
    """
    wanted = (
        select(Filing.id)
        .where(Filing.number.is_not(None), Filing.decided_on >= since, Filing.decided_on <= until)
        .where(Filing.state.in_(("filed", "expired")), permissions.sees_filings(scope), *_under(path))
    )
    names = territories.tree(db)
    for first, rows in _portions(db, wanted.order_by(Filing.decided_on, Filing.id)):
        query = (
            select(Filing, Enterprise.name, Enterprise.uscc, RdInstitution.name)
            .join(Enterprise, Enterprise.id == Filing.enterprise_id)
            .outerjoin(RdInstitution, RdInstitution.id == Filing.institution_id)
            .where(Filing.id.in_(rows))
        )
        found = {row[0].id: row for row in db.execute(query)}
        for number, key in enumerate(rows, first):
            filing, enterprise, uscc, institution = found[key]
            yield Line(
                {
                    "number": number,
                    "filing_no": filing.number,
                    "institution": institution or filing.name,
                    "enterprise": enterprise,
                    "uscc": uscc,
                    "city": names.name(territories.city_of(filing.scope)),
                    "county": names.name(filing.scope),
                    "level": filing.level,
                    "type": str(filing.declared.get("type") or ""),
                    "filed_on": filing.decided_on,
                    "valid_until": filing.valid_until,
                }
            )


def register(db: Session, scope: Scope, *, path: str, state: str = "") -> Iterator[Line]:
    """The register as this person reads it, by territory; `state` narrows it (filed, revoked, expired, cancelled)."""
    query = (
        select(RdInstitution.id)
        .join(Enterprise, Enterprise.id == RdInstitution.enterprise_id)
        .where(permissions.sees_institutions(scope))
    )
    if path:
        query = query.where(territories.under(Enterprise.path, [path]))
    if state:
        query = query.where(RdInstitution.state == state)
    names = territories.tree(db)
    for first, rows in _portions(db, query.order_by(Enterprise.path, RdInstitution.id)):
        both = (
            select(RdInstitution, Enterprise)
            .join(Enterprise, Enterprise.id == RdInstitution.enterprise_id)
            .where(RdInstitution.id.in_(rows))
        )
        found = {one.id: (one, firm) for one, firm in db.execute(both)}
        for number, key in enumerate(rows, first):
            one, firm = found[key]
            yield Line(
                {
                    "number": number,
                    "filing_no": one.filing_no,
                    "institution": one.name,
                    "type": one.type,
                    "level": one.level,
                    "line": one.line,
                    "enterprise": firm.name,
                    "uscc": firm.uscc,
                    "city": names.name(territories.city_of(firm.path)),
                    "county": names.name(firm.path),
                    "director": one.director,
                    "site_address": one.site_address,
                    "site_area": one.site_area,
                    "staff_fulltime": one.staff_fulltime,
                    "equip_value": one.equip_value,
                    "rd_input": one.rd_input,
                    "projects": one.projects_count,
                    "ip": one.ip_count,
                    "inventions": one.invention_count,
                    "filed_on": one.filed_on,
                    "valid_until": one.valid_until,
                    "state": one.state,
                }
            )


def _under(path: str) -> list[ColumnElement[bool]]:
    return [territories.under(Filing.scope, [path])] if path else []


def _portions(db: Session, wanted: Select[int]) -> Iterator[tuple[int, list[int]]]:
    """The ids in portions, each with the number of its first one (from 1)."""
    ids = list(db.scalars(wanted))
    for start in range(0, len(ids), PORTION):
        yield start + 1, ids[start : start + PORTION]
