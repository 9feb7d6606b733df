"""Who deals with a filed institution, and how it and its officials are told: the posts of its line, and letters without a case.

Source: DT-4 (the departments of an application are those of the life after its number), REFERENCE 3.7, 4.0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from casework import answers, cases, enterprises, filing_facts, notices, people, territories
from casework.filing_tables import Filing, RdInstitution
from engine import decisions, history
from engine.calendars import local_day
from engine.errors import Conflict
from engine.tables import Instance

CHAIN: Final = "registry"
LEVEL_WORDS: Final[Mapping[str, str]] = {"city": "市级", "region": "自治区级"}


@dataclass(frozen=True, slots=True)
class Desks:
    """The posts that deal with an institution: checking at county, city and region, and of its own level who works and who decides."""

    county: list[str]
    city: list[str]
    region: list[str]
    filing: list[str]
    leader: list[str]


def check_in_force(institution: RdInstitution) -> None:
    """Raises Conflict unless the filing of the institution is in force."""
    if institution.state != "filed":
        raise Conflict("the filing {number} is not in force any more", number=institution.filing_no)


def filing_of(db: Session, institution: RdInstitution) -> Filing | None:
    """The filing in force of an institution; None where it was made elsewhere and only recorded here."""
    return db.get(Filing, institution.filing_id) if institution.filing_id else None


def desks(db: Session, institution: RdInstitution, *, now: datetime) -> Desks:
    """Who deals with an institution: the posts that `filing-authority` names (DT-4), by its line where that names none any more."""
    enterprise = enterprises.get(db, institution.enterprise_id)
    facts = filing_facts.of_applicant(enterprise, institution.level, day=local_day(now))
    named = answers.context(decisions.value(db, "filing-authority", {"facts": facts}, now=now))
    line = institution.line or ("industry" if enterprises.is_industry(enterprise) else "science")
    letter = "G" if line == "industry" else "K"
    posts = {
        level: [str(named.get(level) or f"{first}{letter}")]
        for level, first in (("county", "X"), ("city", "C"), ("region", "R"))
    }
    own = "region" if institution.level == "region" else "city"
    leader = ["RL"] if own == "region" else ["CL"]
    return Desks(posts["county"], posts["city"], posts["region"], posts[own], leader)


def stamp(db: Session, instance: Instance, institution: RdInstitution) -> None:
    """The run is about this institution: its territory, its enterprise, its number."""
    instance.scope, instance.business_key = scope_of(db, institution), institution.filing_no
    instance.subject = enterprises.subject(institution.enterprise_id)


def scope_of(db: Session, institution: RdInstitution) -> str:
    """The territory that an institution belongs to; one that was only recorded here belongs to where its enterprise sits."""
    if not institution.scope:
        institution.scope = enterprises.get(db, institution.enterprise_id).path
    return institution.scope


def shown(institution: RdInstitution) -> dict[str, object]:
    """What the forms show of an institution."""
    return {
        "id": institution.id,
        "name": institution.name,
        "number": institution.filing_no,
        "level": LEVEL_WORDS.get(institution.level, institution.level),
        "validUntil": institution.valid_until.isoformat() if institution.valid_until else "",
    }


def counties(db: Session) -> list[dict[str, str]]:
    """Every county as a choice of a form: `[{label, value}]`, the value its path."""
    tree = territories.tree(db)
    found = sorted(path for path, node in tree.nodes.items() if node.kind in {"county", "zone"})
    return [{"label": tree.full_name(path), "value": path} for path in found]


def tell(
    db: Session,
    institution: RdInstitution,
    to: Sequence[str],
    template: str,
    params: Mapping[str, Any],
    *,
    key: str,
    now: datetime,
) -> None:
    """A letter about an institution to `enterprise`, `officer` or posts of its territory (`CG`); without an officer the county reads it.

    `{number}` and `{name}` stand for the filing and the institution. `key` makes it once per receiver.
    """
    values = {"number": institution.filing_no, "name": institution.name, **params}
    for receiver in dict.fromkeys(to):
        post = receiver
        if receiver == "enterprise":
            addressee, level = f"enterprise:{institution.enterprise_id}", "enterprise"
        else:
            username = _officer(db, institution.enterprise_id) if receiver == "officer" else ""
            if receiver == "officer" and not username:
                post = desks(db, institution, now=now).county[0]
            level = "officer" if username else _LEVELS.get(post[:1], "county")
            addressee = (
                f"person:{username}" if username else f"post:{post}@{notices.seat(post, scope_of(db, institution))}"
            )
        notices.send(
            db,
            key=f"{key}:{receiver}",
            addressee=addressee,
            level=level,
            kind="letter",
            template=template,
            params=values,
            scope=institution.scope,
            now=now,
        )


def note(
    db: Session, institution: RdInstitution, fact: str, data: Mapping[str, object], *, by: str, now: datetime
) -> None:
    """Writes what somebody did with an institution outside a run."""
    history.write(
        db,
        chain=CHAIN,
        fact=fact,
        by=by or people.SYSTEM,
        now=now,
        data={"institution": institution.id, "number": institution.filing_no, **history.plain(dict(data))},
        subject=enterprises.subject(institution.enterprise_id),
    )


_LEVELS: Final[Mapping[str, str]] = {"X": "county", "C": "city", "R": "region", "J": "joint office"}


def _officer(db: Session, enterprise_id: int) -> str:
    case = cases.living(db, enterprise_id)
    return notices.officer_of(db, case) if case is not None else ""
