"""Co-signatures, experts and signatures of a filing: asked for, pressed, counted; never silent consent (b14–b18, DT-4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, filing_checks, filing_letters, filing_opinions, filing_steps
from casework.filing_tables import Filing
from engine.errors import Sentence
from engine.tables import Instance, Submission, UserTask


def ask_cosign(db: Session, filing: Filing, mode: str, level: str, *, now: datetime) -> list[dict[str, Any]]:
    """The other department is asked to co-sign, or only told, as DT-4 says (`yes`, `inform`, `no`)."""
    if mode == "yes":
        filing.state, filing.updated_at = "cosign", now
    elif mode == "inform":
        said = Sentence("for information: {ref} of {enterprise} is about to be filed")
        filing_letters.tell(db, filing, ["CK" if level == "city" else "RK"], said, key=f"inform:{level}", now=now)
    return filing_opinions.shown(db, filing, now=now)


def press_cosign(db: Session, filing: Filing, level: str, *, now: datetime) -> None:
    """A co-signature is missing after the reminders: the leader is told to press for it; the run waits (b17)."""
    said = Sentence("the co-signature on {ref} of {enterprise} is missing; please press for it, silence is not consent")
    filing_letters.tell(db, filing, ["CL" if level == "city" else "RL"], said, key=f"press:{level}", now=now)


def experts(db: Session, *, now: datetime) -> list[dict[str, str]]:
    """Who can be asked for an expert opinion, as choices of the form."""
    return filing_checks.experts(db, now=now)


def invite_experts(db: Session, filing: Filing, chosen: Sequence[object], *, now: datetime) -> dict[str, Any]:
    """Three or five experts are asked (b16). Gives `invited`, their user names.

    Raises:
        Invalid: another number, or somebody who helped with the application.
    """
    names = list(dict.fromkeys(str(one) for one in chosen))
    filing_checks.check_experts(db, filing, names, now=now)
    return {"invited": names, "opinions": filing_opinions.shown(db, filing, now=now)}


def count_votes(db: Session, filing: Filing, *, instance: Instance, now: datetime) -> dict[str, Any]:
    """The votes of the last round of experts. Gives `votesGiven` and `votesPass`; a missing vote is not given."""
    asked = (
        select(UserTask.id)
        .where(UserTask.instance_id == instance.id, UserTask.element_id == "region_review")
        .order_by(UserTask.id.desc())
        .limit(1)
    )
    since = db.scalars(asked).one_or_none() or 0
    query = (
        select(Submission.data)
        .join(UserTask, UserTask.id == Submission.user_task_id)
        .where(UserTask.instance_id == instance.id, UserTask.element_id == "expert_opinion", UserTask.id > since)
        .where(UserTask.status == "completed")
    )
    votes = [str(answers.context(data.get("vote")).get("decision") or "") for data in db.scalars(query)]
    return {
        "votesGiven": len(votes),
        "votesPass": votes.count("pass"),
        "opinions": filing_opinions.shown(db, filing, now=now),
    }


def switch_to_city(db: Session, filing: Filing, *, now: datetime) -> dict[str, Any]:
    """Not recommended to the region: the enterprise has it filed with the city instead (b15)."""
    filing.level, filing.updated_at = "city", now
    letters = "G" if filing.line == "industry" else "K"
    return {
        "level": "city",
        "about": filing_steps.about(db, filing),
        "settleGroups": ["CG", "CK"],
        "investigateGroups": ["CG", "CK", "CS"],
        "refuseGroups": [f"C{letters}"],
    }
