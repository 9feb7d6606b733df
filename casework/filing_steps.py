"""What the run of a filing does on the way to the city's review: begun, written, lodged, accepted, corrected, forwarded (b01–b08).

Source: REFERENCE 4.b, DT-4, DT-5, F07, F08. Each function is one step of the drawing `filing`; which step comes next, and until when, is
drawn there. Rows are changed here, never decided.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    answers,
    departments,
    enterprises,
    filing_checks,
    filing_facts,
    filing_letters,
    filing_opinions,
    filing_staff,
    six_haves,
    territories,
)
from casework.filing_tables import FILING_STATES, Filing
from casework.tables import Territory
from engine import decisions, history
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, Sentence
from engine.tables import Instance, Submission, UserTask

LINES: Final = {"K": "science", "G": "industry"}
_LEVELS: Final = {"city": "市级", "region": "自治区级"}


def begin(db: Session, filing: Filing, *, instance: Instance, now: datetime) -> dict[str, Any]:
    """The run begins: it carries territory, enterprise and reference. Gives what the first form shows (b01)."""
    filing.instance_id = instance.id
    instance.scope, instance.subject = filing.scope, enterprises.subject(filing.enterprise_id)
    instance.business_key = filing.ref_no
    if filing.source != "self":
        # An invitation, or the measure of a case: the enterprise reads what a filing is and how to begin.
        said = Sentence(
            "{enterprise} is invited to file its R&D institution ({ref}); filing is a registration, free of charge, and the "
            "form is prefilled"
        )
        filing_letters.tell(db, filing, ["enterprise"], said, key="invited", now=now)
    return {
        "enterpriseId": filing.enterprise_id,
        "level": filing.level,
        "about": about(db, filing),
        "facts": filing_facts.authority(db, filing, now=now),
        "application": filing.declared,
        "counties": _counties(db, filing),
        "offices": _offices(db, filing),
    }


def about(db: Session, filing: Filing) -> dict[str, Any]:
    """What every form of a filing says on top: whose, which, at which level."""
    return {
        "enterprise": enterprises.get(db, filing.enterprise_id).name,
        "name": filing.name,
        "ref": filing.ref_no,
        "level": filing.level,
        "levelName": _LEVELS[filing.level],
        "overdue": filing.overdue,
    }


def assign(db: Session, filing: Filing, authority: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Keeps who accepts, reviews and decides (DT-4), and to whom a copy goes. Gives the posts of every desk."""
    filing.line = str(authority.get("line") or "industry")
    filing.fast_track = answers.agrees(authority.get("fast_track"))
    copies = decisions.value(db, "filing-copies", {"facts": filing_facts.authority(db, filing, now=now)}, now=now)
    filing.copies = [str(row.get("post")) for row in answers.rows(copies) if row.get("post")]
    filing.updated_at = now
    return posts(db, filing, authority)


def posts(db: Session, filing: Filing, authority: Mapping[str, Any]) -> dict[str, Any]:
    """The posts of every desk of a filing, as the drawing reads them."""
    county, city, region = (str(authority.get(level) or "") for level in ("county", "city", "region"))
    decides = region if filing.level == "region" else city
    return {
        "line": filing.line,
        "fastTrack": filing.fast_track,
        "cosign": str(authority.get("cosign") or "no"),
        "countyGroups": [county],
        "cityGroups": [city],
        "regionGroups": [region],
        "settleGroups": [f"{decides[0]}G", f"{decides[0]}K"],
        "investigateGroups": ["RG", "RK", "RS", "JM"] if filing.level == "region" else ["CG", "CK", "CS"],
        "refuseGroups": [decides],
        "about": about(db, filing),
    }


def end_early(db: Session, filing: Filing, state: str, *, by: str, now: datetime) -> None:
    """Pre-registration without a number, or out of scope (b02); the enterprise and its officer read why."""
    filing.state, filing.updated_at = state, now
    if state == "preregistered":
        said = Sentence(
            "{ref}: {enterprise} is below scale; it is pre-registered, and the application goes on by itself when it enters the "
            "roster"
        )
    else:
        filing.decided_on = local_day(now)
        said = Sentence(
            "{ref}: filing is for enterprises of Guangxi above scale and below-scale high-tech enterprises; this one is out of "
            "scope for now"
        )
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key=f"{state}:{now.date()}", now=now)


def remind_officer(db: Session, filing: Filing, *, now: datetime) -> None:
    """The application has lain for ten working days: who looks after the enterprise is told (b03)."""
    said = Sentence("{enterprise} has not sent its application {ref} yet; ask what holds it up and help with the form")
    filing_letters.tell(db, filing, ["officer"], said, key="idle", now=now)


def submit(
    db: Session, filing: Filing, declared: Mapping[str, Any], desk: str, *, instance: Instance, now: datetime
) -> dict[str, Any]:
    """Keeps an application as it was sent, one version more, after the checks at its fields (b03, b07, b12).

    Gives `facts` of DT-4 and `onBehalf`: whether somebody else than the enterprise filled it in, so that it has to confirm.

    Raises:
        Invalid: what cannot be right, at its field.
    """
    kept: dict[str, Any] = {**history.plain(declared)}
    filing.name = str(kept.get("name") or "").strip()[:200]
    filing_checks.check_application(db, filing, kept, now=now)
    filing.declared, filing.version, filing.updated_at = kept, filing.version + 1, now
    filing_staff.keep(db, filing, kept)
    element = {"county": "correct", "city": "correct", "onsite": "rectify"}.get(desk, "apply")
    query = (
        select(Submission.on_behalf_of)
        .join(UserTask, UserTask.id == Submission.user_task_id)
        .where(UserTask.instance_id == instance.id, UserTask.element_id == element)
        .order_by(Submission.id.desc())
        .limit(1)
    )
    return {
        "facts": filing_facts.authority(db, filing, now=now),
        "onBehalf": bool(db.scalars(query).one_or_none()),
    }


def self_check(db: Session, filing: Filing, *, instance: Instance, by: str, now: datetime) -> dict[str, Any]:
    """The six haves of the application as sent, kept with their facts (b04). Gives `selfCheck` {verdict, rows} for forms and gateways."""
    found = six_haves.keep(db, filing, filing.declared, instance=instance, by=by, now=now)
    rows = [
        {
            "item": row.item,
            "name": row.name,
            "declared": six_haves.shown(row.declared),
            "threshold": six_haves.shown(row.threshold),
            "result": row.result,
            "gap": six_haves.shown(row.gap) if row.result != "pass" else "",
        }
        for row in found.rows
    ]
    return {"selfCheck": {"verdict": found.verdict, "rows": rows}, "about": about(db, filing)}


def lodge(db: Session, filing: Filing, *, by: str, now: datetime) -> dict[str, Any]:
    """The application goes to the desk that waits for it: the county first, after a correction the one that asked (b04, b07, b12)."""
    if filing.applied_at is None:
        filing.applied_at, filing.applied_by = now, by
    filing.updated_at = now
    return {
        "about": about(db, filing),
        "opinions": filing_opinions.shown(db, filing, now=now),
        "declaredNow": declared_figures(filing),
    }


def declared_figures(filing: Filing) -> dict[str, Any]:
    """The declared figures that the form of the on-site check shows (F09)."""
    declared = filing.declared
    full = [row for row in answers.rows(declared.get("staff")) if answers.agrees(row.get("fullTime", True))]
    return {
        "siteArea": declared.get("siteArea"),
        "staffFulltime": len(full),
        "equipValue": declared.get("equipValue"),
        "rdInput": declared.get("rdInput"),
        "projectsCount": len(answers.rows(declared.get("projects"))),
        "ipCount": declared.get("ipCount") or 0,
    }


def stand(db: Session, filing: Filing, state: str, *, now: datetime) -> list[dict[str, Any]]:
    """The application stands at this desk now. Gives what the desks before it said."""
    if state not in FILING_STATES:
        raise Conflict("there is no state {state} of a filing", state=state)
    filing.state, filing.updated_at = state, now
    return filing_opinions.shown(db, filing, now=now)


def accept(db: Session, filing: Filing, *, now: datetime) -> list[dict[str, Any]]:
    """The county has accepted the application (受理, b05)."""
    filing.accepted_on = filing.accepted_on or local_day(now)
    said = Sentence("{ref} is accepted and goes on to the city; nothing needs to be done for now")
    filing_letters.tell(db, filing, ["enterprise"], said, key=f"accepted:{filing.version}", now=now)
    return filing_opinions.shown(db, filing, now=now)


def mark_overdue(db: Session, filing: Filing, *, now: datetime) -> dict[str, Any]:
    """The county let the time pass: the application goes on to the city with the mark 超期未审 (b05)."""
    filing.overdue, filing.accepted_on, filing.updated_at = True, filing.accepted_on or local_day(now), now
    said = Sentence("the county has not looked at {ref} of {enterprise} in time; the city reviews it without its check")
    line = "K" if filing.line == "science" else "G"
    filing_letters.tell(db, filing, ["XL", f"C{line}"], said, key="county_late", now=now)
    return about(db, filing)


def ask_correction(
    db: Session, filing: Filing, answer: Mapping[str, Any], asking: str, *, now: datetime
) -> dict[str, Any]:
    """The enterprise is told once what to mend (一次性告知, b07); the clock of the desk stands still meanwhile.

    Gives `ask` {text, defects} for the form.

    Raises:
        Invalid: the desk asks for something new, though it told its list before.
    """
    filing_opinions.sync(db, filing, now=now)
    defects = [str(one) for one in answers.several(answer.get("defects"))]
    filing_checks.check_correction(db, filing, defects, "county_check" if asking == "county" else "city_review")
    filing.corrections += 1
    filing.state, filing.updated_at = "correction", now
    text = str(answer.get("opinion") or "")
    said = Sentence("{ref} has to be mended within the time that the form names: {text}", {"text": text})
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key=f"correct:{filing.corrections}", now=now)
    return {"ask": {"text": text, "defects": defects}, "opinions": filing_opinions.shown(db, filing, now=now)}


def forward(
    db: Session, filing: Filing, answer: Mapping[str, Any], asking: str, *, instance: Instance, now: datetime
) -> dict[str, Any]:
    """The application goes to the office that is responsible (转交, b06): another county, or the other line of this one.

    Raises:
        Invalid: it is there already, or there is no such office.
    """
    filing_opinions.sync(db, filing, now=now)
    to = str(answer.get("forwardTo") or "")
    word = "check" if asking == "county" else "review"
    if to not in {one["value"] for one in _offices(db, filing)} or to in {filing.scope, filing.line}:
        raise Invalid(
            fields={f"{word}.forwardTo": [Sentence("choose the office that is responsible; it is here already")]}
        )
    if to in LINES.values():
        filing.line = to
    else:
        filing.scope, instance.scope = to, to
    filing.updated_at = now
    said = Sentence("{ref} was forwarded to the office that is responsible: {office}", {"office": _office_name(db, to)})
    filing_letters.tell(db, filing, ["enterprise", "officer"], said, key=f"forwarded:{to}", now=now)
    # The forwarding office has said which line is responsible; DT-4 says the rest.
    known = {**filing_facts.authority(db, filing, now=now), "is_industry": filing.line == "industry"}
    authority = answers.context(decisions.value(db, "filing-authority", {"facts": known}, now=now))
    return {**posts(db, filing, authority), "opinions": filing_opinions.shown(db, filing, now=now)}


def ask_advice(db: Session, filing: Filing, codes: Sequence[object], asking: str, *, now: datetime) -> dict[str, Any]:
    """Other departments are asked for their opinion (征求意见, 4.0). Gives `consulted` [{code, groups}]."""
    level = asking if asking in {"county", "city", "region"} else "city"
    named = departments.known(codes)
    day = local_day(now)
    return {
        "consulted": [
            {"code": one, "groups": departments.groups(db, [one], level, filing.scope, day=day)} for one in named
        ],
        "opinions": filing_opinions.shown(db, filing, now=now),
    }


def _counties(db: Session, filing: Filing) -> list[dict[str, str]]:
    city = territories.city_of(filing.scope)
    query = select(Territory.path, Territory.name).where(territories.under(Territory.path, [city]))
    rows = db.execute(query.where(Territory.path != city).order_by(Territory.path))
    return [{"value": row.path, "label": row.name} for row in rows]


def _offices(db: Session, filing: Filing) -> list[dict[str, str]]:
    lines = [{"value": "industry", "label": "本级工信部门"}, {"value": "science", "label": "本级科技部门"}]
    return [*_counties(db, filing), *lines]


def _office_name(db: Session, to: str) -> str:
    if to in LINES.values():
        return {"industry": "工信部门", "science": "科技部门"}[to]
    return territories.get(db, to).name


__all__ = [
    "LINES", "about", "accept", "ask_advice", "ask_correction", "assign", "begin", "declared_figures", "end_early", "forward",
    "lodge", "mark_overdue", "posts", "remind_officer", "self_check", "stand", "submit",
]  # fmt: skip
