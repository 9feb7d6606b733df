"""The check on site of a filing: whether it is needed, who goes, what was found, what is to be rectified (b09–b12, F09).

Source: REFERENCE 4.b, DT-5. Whether the site is looked at is said by the decision `filing-onsite`; how often it may be rectified is drawn.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import (
    answers,
    facts,
    filing_checks,
    filing_facts,
    filing_letters,
    filing_opinions,
    filing_steps,
    six_haves,
)
from casework.filing_tables import Filing, OnsiteCheck
from engine import history
from engine.calendars import local_day
from engine.errors import Sentence
from engine.tables import Instance

ITEMS: Final[Mapping[str, tuple[str, str]]] = {
    "site": ("siteArea", "site_area"),
    "staff": ("staffFulltime", "staff_fulltime"),
    "equipment": ("equipValue", "equip_value"),
    "input": ("rdInput", "rd_input"),
    "projects": ("projectsCount", "projects"),
    "rules": ("", ""),
    "ip": ("ipCount", "ip_count"),
}
"""The items of F09: the declared figure of the form, and the fact of DT-5 that the verified one stands for."""


def onsite_facts(db: Session, filing: Filing, review: Mapping[str, Any], *, by: str, now: datetime) -> dict[str, Any]:
    """The frozen facts for `filing-onsite` (b09); a doubt of the reviewer counts as a risk."""
    said = filing_opinions.shown(db, filing, now=now)
    values = filing_facts.onsite(db, filing, now=now)
    values["risk"] = bool(values.get("risk")) or answers.agrees(review.get("risk"))
    plain: dict[str, Any] = history.plain(values)
    facts.freeze(db, f"filing:{filing.id}", "filing-onsite", plain, by=by, now=now)
    return {"facts": plain, "opinions": said}


def note(
    db: Session, filing: Filing, onsite: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> dict[str, Any]:
    """Keeps whether the site is looked at and why. Gives `checkers`, who can be sent."""
    filing.onsite_required = answers.agrees(onsite.get("required"))
    filing.onsite_reason, filing.updated_at = str(onsite.get("reason") or "")[:200], now
    data = {"filing": filing.id, "required": filing.onsite_required, "reason": filing.onsite_reason}
    history.write(db, instance=instance, fact="filing_onsite_decided", by=by, now=now, data=data)
    return {"checkers": filing_checks.checkers(db, filing, now=now) if filing.onsite_required else []}


def plan(db: Session, filing: Filing, team: Mapping[str, Any], *, by: str, now: datetime) -> str:
    """Keeps the team and the day (b10). Gives the names.

    Raises:
        Invalid: fewer than two, or somebody with a conflict of interest.
    """
    members = filing_checks.check_team(db, filing, team, by=by, now=now)
    rounds = db.scalars(select(func.max(OnsiteCheck.round)).where(OnsiteCheck.filing_id == filing.id)).one() or 0
    db.add(
        OnsiteCheck(
            filing_id=filing.id,
            round=rounds + 1,
            planned_on=answers.day(team.get("plannedOn")),
            team=members,
            conflict_free=answers.agrees(team.get("declared")),
            by=by,
        )
    )
    filing.updated_at = now
    day = answers.day(team.get("plannedOn"))
    said = Sentence("{ref}: the site is looked at on {day}; please have the originals ready", {"day": str(day or "")})
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key=f"onsite:{rounds + 1}", now=now)
    return "、".join(one["name"] for one in members)


def record(
    db: Session, filing: Filing, onsite: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> dict[str, Any]:
    """Keeps what was found, item by item (F09, b11). Gives `rounds` and `conclusion`.

    Raises:
        Invalid: the conclusion does not agree with the findings, or who helped with the application enters them.
    """
    filing_checks.check_onsite(db, filing, onsite, by=by, now=now)
    check = db.scalars(
        select(OnsiteCheck).where(OnsiteCheck.filing_id == filing.id).order_by(OnsiteCheck.round.desc()).limit(1)
    ).one()
    declared = filing_steps.declared_figures(filing)
    rows: list[dict[str, Any]] = []
    verified: dict[str, Any] = {}
    for item, (figure, fact) in ITEMS.items():
        consistent = answers.agrees(onsite.get(f"{item}Consistent"))
        number = onsite.get(f"{item}Verified")
        rows.append(
            {
                "item": item,
                "declared": declared.get(figure) if figure else None,
                "verified": number,
                "consistent": consistent,
                "note": str(onsite.get(f"{item}Note") or ""),
            }
        )
        if fact and number is not None:
            verified[fact] = number
    check.rows = history.plain(rows)
    check.conclusion = str(onsite.get("conclusion") or "")
    check.note = str(onsite.get("note") or "")
    check.signed_by_enterprise = str(onsite.get("enterpriseSigned") or "")[:60]
    check.by, check.at = by, now
    plain = history.plain({**filing.declared, "verified": verified})
    six_haves.keep(db, filing, plain, instance=instance, by=by, now=now)
    db.flush()
    return {"rounds": check.round, "conclusion": check.conclusion}


def ask_rectify(db: Session, filing: Filing, onsite: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """What was found in part is to be rectified (b12). Gives `ask` {text, defects} for the form."""
    filing.rectifications += 1
    filing.state, filing.updated_at = "rectify", now
    text = str(onsite.get("note") or "")
    said = Sentence(
        "{ref}: what the team found has to be rectified within the time that the form names: {text}", {"text": text}
    )
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key=f"rectify:{filing.rectifications}", now=now)
    defects = [item for item in ITEMS if not answers.agrees(onsite.get(f"{item}Consistent"))]
    return {"ask": {"text": text, "defects": defects}}


def planned_on_day(check: OnsiteCheck, now: datetime) -> bool:
    """Whether the day that was set for a check has come."""
    return check.planned_on is not None and check.planned_on <= local_day(now)
