"""The checks and joint signatures of an edition: county, city, leading department, then all three departments (k04–k07).

A city cannot overwrite what a county said; both remarks stand beside each other and the leading department decides. What one
department disputes is held back for the next edition, the rest is not delayed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import lists
from casework.tables import Enterprise, ListEntry, ListReview, ListSignature, ListVersion
from engine import history
from engine.errors import NotFound
from engine.tables import Instance, UserTask

CHAIN: Final = "registry"
_LEADS: Final = {"L1": "工信", "L2": "国资", "L3": "科技", "L4": "工信", "L5": "科技"}


def get(db: Session, version_id: int, path: str) -> ListReview:
    """The check of a territory; raises NotFound."""
    query = select(ListReview).where(ListReview.version_id == version_id, ListReview.path == path)
    row = db.execute(query).scalar_one_or_none()
    if row is None:
        raise NotFound("there is no check of {path} in this edition", path=path)
    return row


def start(db: Session, version_id: int, path: str, instance: Instance) -> ListReview:
    """A run takes up the check of a territory: its tasks are for that territory."""
    review = get(db, version_id, path)
    review.instance_id = instance.id
    instance.scope, instance.subject = path, f"list:{version_id}"
    instance.business_key = lists.get(db, version_id).number
    return review


def record(
    db: Session, version_id: int, path: str, level: str, check: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """Records a check. `level`: county, city, or the leading department RK, RG, RS (whose word decides).

    `check` has `dropped` (entry ids), `reason`, `corrections` [{entry, text}], `proposals` [{name, uscc, list, reason}].
    """
    dropped = _ids(check.get("dropped"))
    corrections = {
        int(row["entry"]): str(row.get("text") or "")
        for row in cast(Sequence[Mapping[str, Any]], check.get("corrections") or ())
        if str(row.get("entry") or "").isdigit()
    }
    reason = str(check.get("reason") or check.get("opinion") or "")
    leads = {"RK": ("科技",), "RG": ("工信",), "RS": ("国资",)}.get(level, ())
    for entry in lists.entries(db, version_id, path=path, leads=leads):
        answer, remark = "确认", corrections.get(entry.id, "")
        if entry.id in dropped:
            answer, remark = "剔除", reason
        elif remark:
            answer = "更正"
        if level == "county":
            entry.county_answer, entry.county_remark = answer, remark[:300]
        elif level == "city":
            entry.city_answer, entry.city_remark = answer, remark[:300]
        else:
            entry.lead_remark = remark[:300]
            if answer == "剔除":
                entry.state = "剔除"
    for proposal in cast(Sequence[Mapping[str, Any]], check.get("proposals") or ()):
        _propose(db, version_id, path, proposal, by=by, now=now)
    if level in {"county", "city"}:
        review = get(db, version_id, path)
        if level == "county":
            review.county, review.county_by, review.county_at = "已核", by, now
        else:
            review.city, review.city_by, review.city_at = "已核", by, now


def mark_unchecked(db: Session, version_id: int, path: str, level: str) -> None:
    """A county or city did not answer in time: the next level goes on with its figures, marked 县未核 or 市未核."""
    review = get(db, version_id, path)
    if level == "county":
        review.county = "县未核"
    else:
        review.city = "市未核"


def finish(db: Session, version_id: int, path: str, *, sender: Instance | None, by: str, now: datetime) -> bool:
    """A check has ended; says so to the edition when it was the last. Answers whether it was."""
    # The edition's row is locked, so that of two that end at the same moment exactly one is the last.
    db.execute(select(ListVersion.id).where(ListVersion.id == version_id).with_for_update())
    get(db, version_id, path).ended_at = now
    db.flush()
    query = select(ListReview.id).where(ListReview.version_id == version_id, ListReview.ended_at.is_(None))
    if db.execute(query).first() is not None:
        return False
    lists.tell_reviews_done(db, version_id, sender=sender, by=by, now=now)
    return True


def sign(
    db: Session,
    version_id: int,
    signatures: Mapping[str, Any],
    *,
    instance: Instance | None,
    by: str,
    now: datetime,
) -> list[int]:
    """Records the joint signatures and holds back what a department disputes. Answers the ids of the entries held back.

    `signatures` maps RK, RG, RS to {agree, disputed, reason}. Who signed is read from the user tasks `sign_rk` … of `instance`.
    """
    held: set[int] = set()
    for post in lists.SIGNATORIES:
        answer = signatures.get(post)
        if not isinstance(answer, Mapping):
            continue
        given = cast(Mapping[str, Any], answer)
        disputed = _ids(given.get("disputed"))
        query = select(ListSignature).where(ListSignature.version_id == version_id, ListSignature.post == post)
        row = db.execute(query).scalar_one_or_none()
        if row is None:
            row = ListSignature(version_id=version_id, post=post, agree=False, by=by, at=now)
            db.add(row)
        row.agree = given.get("agree") is True
        row.disputed, row.reason = sorted(disputed), str(given.get("reason") or "")[:400]
        row.by, row.at = _signatory(db, instance, post) or by, now
        for entry in db.execute(
            select(ListEntry).where(ListEntry.version_id == version_id, ListEntry.id.in_(disputed))
        ).scalars():
            entry.state = "暂缓"
            entry.disputed_by = sorted({*entry.disputed_by, post})
            held.add(entry.id)
    data = {"edition": lists.get(db, version_id).number, "held": sorted(held)}
    history.write(db, chain=CHAIN, fact="list_signed", by=by, now=now, data=data)
    return sorted(held)


def _propose(db: Session, version_id: int, path: str, proposal: Mapping[str, Any], *, by: str, now: datetime) -> None:
    uscc, list_type = str(proposal.get("uscc") or "").strip().upper(), str(proposal.get("list") or "")
    enterprise = db.execute(select(Enterprise).where(Enterprise.uscc == uscc)).scalar_one_or_none()
    data = {"path": path, "uscc": uscc, "list": list_type, "reason": str(proposal.get("reason") or "")}
    known = None
    if enterprise is not None:
        query = select(ListEntry.id).where(ListEntry.version_id == version_id, ListEntry.list_type == list_type)
        known = db.execute(query.where(ListEntry.enterprise_id == enterprise.id)).first()
    if enterprise is None or list_type not in _LEADS or known is not None or not enterprise.path.startswith(path):
        history.write(db, chain=CHAIN, fact="list_proposal_left", by=by, now=now, data=data)
        return
    version = lists.get(db, version_id)
    entry = ListEntry(
        version_id=version_id,
        enterprise_id=enterprise.id,
        path=enterprise.path,
        list_type=list_type,
        subtype=str(proposal.get("subtype") or "")[:20],
        reason=f"增补建议:{data['reason']}"[:300],
        lead=_LEADS[list_type],
        base="存量" if version.previous_id is None else "增量",
        county_answer="确认",
        disputed_by=[],
    )
    db.add(entry)
    history.write(db, chain=CHAIN, fact="list_proposal_added", by=by, now=now, data=data)


def _signatory(db: Session, instance: Instance | None, post: str) -> str:
    if instance is None:
        return ""
    query = select(UserTask.completed_by).where(
        UserTask.instance_id == instance.id,
        UserTask.element_id == f"sign_{post.lower()}",
        UserTask.status == "completed",
    )
    return db.execute(query.order_by(UserTask.id.desc()).limit(1)).scalar_one_or_none() or ""


def _ids(value: object) -> set[int]:
    if not isinstance(value, list | tuple):
        return set()
    return {int(str(item)) for item in cast(Sequence[object], value) if str(item).isdigit()}
