"""Certificates as anybody may check them: by the code of the QR, or by number and code; genuine or not, in force or not, and no person named.

Source: REFERENCE F12, 4.b b21, 2.11 no. 3 and 6. The code cannot be guessed; what is not on record here was not issued here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises, institutions
from casework.filing_tables import Filing, RdInstitution

STATES: Final = ("valid", "expired", "revoked", "cancelled", "replaced", "forged", "unknown")
"""In force; past its term; revoked; given back; a newer number has taken its place; the number is not that of the code; no such code."""
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Voucher:
    """What anybody is told about a certificate. Of one that is `forged` or `unknown` nothing but that. `newer`: the number instead."""

    state: str
    number: str = ""
    level: str = ""
    enterprise: str = ""
    institution: str = ""
    authority: str = ""
    filed_on: date | None = None
    valid_until: date | None = None
    newer: str = ""


def verify(db: Session, code: str, number: str = "", *, day: date) -> Voucher:
    """The certificate with this code, on this day. A `number` typed beside it must be its own, however it was written."""
    wanted, typed = code.strip()[:_LONGEST], _plain(number)
    filing = db.scalars(select(Filing).where(Filing.voucher_code == wanted)).one_or_none() if wanted else None
    if filing is None or filing.number is None:
        return Voucher("unknown")
    if typed and typed != _plain(filing.number):
        return Voucher("forged")
    institution = db.get(RdInstitution, filing.institution_id) if filing.institution_id is not None else None
    state, newer = _state(filing, institution, day)
    return Voucher(
        state,
        number=filing.number,
        level=filing.level,
        enterprise=enterprises.get(db, filing.enterprise_id).name,
        institution=institution.name if institution is not None else filing.name,
        authority=institution.authority if institution is not None else "",
        filed_on=filing.decided_on,
        valid_until=filing.valid_until,
        newer=newer,
    )


def _state(filing: Filing, institution: RdInstitution | None, day: date) -> tuple[str, str]:
    if filing.state in {"revoked", "cancelled"}:
        return filing.state, ""
    if institution is not None and institution.filing_no != filing.number:
        return "replaced", institution.filing_no
    if institution is not None and institution.state in {"revoked", "cancelled"}:
        return institution.state, ""
    if filing.state == "expired" or (filing.valid_until is not None and filing.valid_until < day):
        return "expired", ""
    if institution is None or institutions.is_valid(institution, day):
        return "valid", ""
    return "expired", ""


def _plain(number: str) -> str:
    """A number without what people add when they type it: blanks, lower case, dashes of other kinds."""
    text = number.strip().upper()[:_LONGEST]
    for dash in "—–-－ ":
        text = text.replace(dash, "")
    return text
