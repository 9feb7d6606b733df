"""What the desks said about an application (F10): every answer of a desk becomes one row, whether or not a service asked for it.

The answers themselves are the truth; the rows are kept beside them for pages, papers and figures (4.b, 3.8).
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers
from casework.filing_tables import Filing, FilingOpinion
from engine.tables import Submission, UserTask

STEPS: Final[Mapping[str, tuple[str, str, str]]] = {
    "county_check": ("b05", "county", "check"),
    "city_review": ("b08", "city", "review"),
    "city_cosign": ("b14", "city", "review"),
    "city_sign": ("b14", "city", "review"),
    "city_recommend": ("b15", "city", "review"),
    "region_review": ("b16", "region", "review"),
    "expert_opinion": ("b16", "region", "vote"),
    "advise": ("b08", "city", "advice"),
    "region_cosign": ("b17", "region", "review"),
    "settle_cosign": ("b17", "region", "settle"),
    "joint_decide": ("b17", "region", "joint"),
    "region_sign": ("b18", "region", "review"),
}
"""The desks by element: their step, their level, and the word of their form."""


def sync(db: Session, filing: Filing, *, now: datetime) -> list[FilingOpinion]:
    """Keeps the answers of the desks that have no row yet. Gives all rows, the oldest first; two statements."""
    if filing.instance_id is None:
        return []
    query = (
        select(Submission, UserTask)
        .join(UserTask, UserTask.id == Submission.user_task_id)
        .where(UserTask.instance_id == filing.instance_id, UserTask.element_id.in_(STEPS))
        .where(UserTask.status == "completed")
        .order_by(Submission.id)
    )
    found = db.execute(query).all()
    for submission, task in found[len(filing.opinions) :]:
        filing.opinions.append(_row(filing, submission, task))
    db.flush()
    return list(filing.opinions)


def shown(db: Session, filing: Filing, *, now: datetime) -> list[dict[str, Any]]:
    """What the next desk reads of the earlier ones: `{element, who (name of the step), decision, text}`."""
    rows = sync(db, filing, now=now)
    ids = [row.element_id for row in rows]
    names: dict[str, str] = {}
    if ids and filing.instance_id is not None:
        query = select(UserTask.element_id, UserTask.name).where(UserTask.instance_id == filing.instance_id)
        names = {row.element_id: row.name for row in db.execute(query)}
    return [
        {
            "element": row.element_id,
            "who": names.get(row.element_id, row.element_id),
            "decision": row.decision,
            "text": row.text,
        }
        for row in rows
    ]


def last(db: Session, filing: Filing, element_id: str) -> FilingOpinion | None:
    """The last word of a desk."""
    found = [row for row in filing.opinions if row.element_id == element_id]
    return found[-1] if found else None


def _row(filing: Filing, submission: Submission, task: UserTask) -> FilingOpinion:
    step, level, word = STEPS[task.element_id]
    said = answers.context(submission.data.get(word))
    score = answers.amount(said.get("score"))
    posts = [str(post) for post in task.candidate_groups]
    return FilingOpinion(
        filing_id=filing.id,
        element_id=task.element_id,
        step=step,
        level=_level(posts, level),
        post=posts[0] if posts else "",
        by=submission.by,
        decision=str(said.get("decision") or ("advice" if task.element_id == "advise" else ""))[:10],
        text=str(said.get("opinion") or said.get("text") or ""),
        reasons=[str(one) for one in answers.several(said.get("defects"))]
        or ([str(said["code"])] if said.get("code") else []),
        score=score if score is None or score.is_finite() else Decimal(0),
        at=submission.at,
    )


def _level(posts: list[str], usual: str) -> str:
    return {"X": "county", "C": "city", "R": "region", "J": "region"}.get(posts[0][:1] if posts else "", usual)
