"""Handing cases over from one liaison officer to another (4.l, F02): opened, a successor named, matters listed, signed, transferred.

The drawing `handover` says who does what and until when; these are the acts. From the moment it is opened until it is signed somebody
acts for every case: whoever acted for an officer on leave, else the county officers, so that no case is ever without one (K20).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework import cases, enterprises, notices, officers, territories
from casework.case_tables import LIVING_CASE, Case
from casework.tables import Assignment, Enterprise, Handover, Officer, Person
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance, UserTask

KINDS: Final = ("transfer", "leave", "load", "complaint")
"""调离, 请假, 负荷调整, 企业投诉. With the first two all cases go; with the others those that were chosen, and the officer stays."""
WHOLE: Final = frozenset({"transfer", "leave"})
YOURS: Final = Sentence("{officer} is your liaison officer from {date} on; telephone {phone}")
REASONS: Final[Mapping[str, str]] = {"transfer": "调离", "leave": "请假", "load": "负荷调整", "complaint": "企业投诉"}


def get(db: Session, handover_id: int) -> Handover:
    """The handover; raises NotFound."""
    row = db.get(Handover, handover_id)
    if row is None:
        raise NotFound("there is no handover {id}", id=handover_id)
    return row


def open_handover(
    db: Session,
    officer_id: int,
    successor_id: int | None,
    *,
    kind: str = "transfer",
    case_ids: Sequence[int] = (),
    reason: str,
    notes: str = "",
    by: str,
    now: datetime,
) -> Handover:
    """An officer hands over: all his cases, or some (`case_ids`) for load or a complaint. Says `handover_opened`, which starts the run.

    Raises:
        Conflict: a handover of his is open already, or he has left.
        Invalid: no reason, no case chosen, a case that is not his, or a successor who cannot take them.
    """
    officer = officers.get(db, officer_id)
    if officer.state == "离岗":
        raise Conflict("{name} has left this post", name=officer.person.name)
    if open_of(db, officer_id) is not None:
        raise Conflict("the handover of {name} is open already", name=officer.person.name)
    rows = officers.running_assignments(db, officer_id)
    wanted = set(case_ids) if kind not in WHOLE else {row.case_id for row in rows}
    wrong: dict[str, list[Sentence]] = {}
    if kind not in KINDS or len(reason.strip()) < 2:
        wrong["reason"] = [Sentence("say in a few words why")]
    if kind not in WHOLE and (not wanted or wanted - {row.case_id for row in rows}):
        wrong["cases"] = [Sentence("choose at least one of the officer's own cases")]
    if wrong:
        raise Invalid(fields=wrong)
    chosen = [row for row in rows if row.case_id in wanted]
    if successor_id is not None:
        _check_successor(db, officer, officers.get(db, successor_id), len(chosen), field="successor")
    handover = Handover(
        predecessor_id=officer_id,
        successor_id=successor_id,
        kind=kind,
        reason=reason.strip()[:200],
        notes=notes,
        matters=_matters(db, [row.case_id for row in chosen]),
        opened_by=by,
        opened_at=now,
    )
    db.add(handover)
    db.flush()
    if kind == "transfer":
        officer.state, officer.away_since, officer.acting_officer_id = "离岗", local_day(now), None
    elif kind == "leave" and officer.state == "在岗":
        officer.state, officer.away_since, officer.acting_officer_id = "请假", local_day(now), None
    elif kind == "complaint":
        for row in chosen:
            officers.hand_to(db, row.case_id, None, note=f"handover {handover.id}", by=by, now=now)
    if kind != "load":
        _release_tasks(db, officer, [row.enterprise_id for row in chosen], by=by, now=now)
    _tell(
        db,
        "handover_opened",
        officer,
        by,
        now,
        handover=handover.id,
        kind=kind,
        successor=successor_id,
        cases=len(chosen),
    )
    variables = {"handoverId": handover.id}
    key = f"handover_opened:{handover.id}"
    messages.publish(db, "handover_opened", str(handover.id), variables, key=key, by=by, now=now)
    return handover


def begin(db: Session, handover: Handover, *, instance: Instance) -> dict[str, object]:
    """The run of a handover begins: its territory, what its forms show, who may succeed."""
    officer = officers.get(db, handover.predecessor_id)
    handover.instance_id = instance.id
    instance.scope, instance.business_key = officer.path, f"JJ-{handover.id:05d}"
    successor = officers.get(db, handover.successor_id).person.username if handover.successor_id else None
    return {
        "handoverId": handover.id,
        "countyGroups": ["XK", "XG", "XS"],
        "handover": shown(db, handover),
        "officers": choices(db, handover),
        "predecessor": officer.person.username,
        "successor": successor,
    }


def choices(db: Session, handover: Handover) -> list[dict[str, object]]:
    """Who could take all the cases, the lightest load first: `{value, label}`."""
    officer, count = officers.get(db, handover.predecessor_id), len(handover.matters)
    return [
        {
            "value": load.officer.id,
            "label": f"{load.officer.person.name}({load.officer.unit},在办 {load.cases}/{load.officer.capacity})",
        }
        for load in officers.loads(db, officer.path)
        if load.officer.id != officer.id and load.cases + count <= officers.LARGEST_CAPACITY
    ]


def shown(db: Session, handover: Handover) -> dict[str, Any]:
    """What the forms of a handover show: names, reason, count, notes, and every case with its open matters."""
    officer = officers.get(db, handover.predecessor_id)
    successor = officers.get(db, handover.successor_id) if handover.successor_id else None
    return {
        "predecessor": officer.person.name,
        "successor": successor.person.name if successor else "",
        "reason": f"{REASONS.get(handover.kind, '')}:{handover.reason}",
        "count": len(handover.matters),
        "notes": handover.notes,
        "refusal": "",
        "matters": [
            {"case": row.get("case_no", ""), "enterprise": row["enterprise"], "tasks": "、".join(row["tasks"]) or "无"}
            for row in handover.matters
        ],
    }


def suggest(db: Session, handover: Handover) -> int | None:
    """The officer with the lowest load who could take all the cases, when the county named nobody in time; None: nobody could."""
    offered = choices(db, handover)
    return int(str(offered[0]["value"])) if offered else None


def name_successor(db: Session, handover_id: int, successor_id: int, *, by: str, now: datetime) -> Handover:
    """Names the successor of an open handover.

    Raises:
        NotFound, Conflict: it does not exist or is over.
        Invalid: he is not on duty, of another territory, or would have too many (`fields["successor.officer"]`).
    """
    handover = _open(db, handover_id)
    officer = officers.get(db, handover.predecessor_id)
    successor = officers.get(db, successor_id)
    _check_successor(db, officer, successor, len(handover.matters), field="successor.officer")
    handover.successor_id = successor_id
    _tell(db, "successor_named", officer, by, now, handover=handover_id, successor=successor_id)
    return handover


def list_matters(db: Session, handover: Handover) -> dict[str, object]:
    """Lists what is open today (SC): `{handover, successor, signer}`; `signer` is predecessor, county, or done when it was signed before."""
    officer = officers.get(db, handover.predecessor_id)
    if handover.kind in WHOLE:
        ids = [row.case_id for row in officers.running_assignments(db, officer.id)]
    else:
        ids = [int(row["case_id"]) for row in handover.matters]
    handover.matters = _matters(db, ids)
    successor = officers.get(db, handover.successor_id or 0).person.username
    signer = "predecessor" if officer.person.active else "county"
    return {
        "handover": shown(db, handover),
        "successor": successor,
        "signer": "done" if handover.predecessor_signed_by else signer,
    }


def sign(db: Session, handover_id: int, side: str, *, notes: str = "", by: str, now: datetime) -> Handover:
    """The `predecessor` (or the county for him) or the `successor` signs (F02).

    Raises:
        NotFound, Conflict: it does not exist, is over, or has no successor yet; or somebody else than the successor signs for him.
    """
    handover = _open(db, handover_id)
    if handover.successor_id is None:
        raise Conflict("name the successor first")
    if side == "successor":
        if by != officers.get(db, handover.successor_id).person.username:
            raise Conflict("only the successor signs that he takes over")
        handover.successor_signed_by = by
    else:
        handover.predecessor_signed_by = by
        handover.notes = notes.strip() or handover.notes
    _tell(db, "handover_signed", officers.get(db, handover.predecessor_id), by, now, handover=handover_id, side=side)
    return handover


def refuse(db: Session, handover_id: int, reason: str, *, by: str, now: datetime) -> Handover:
    """The successor does not take over, or said nothing in time: another one is named; who acted goes on acting."""
    handover = _open(db, handover_id)
    officer = officers.get(db, handover.predecessor_id)
    _tell(
        db, "successor_refused", officer, by, now, handover=handover_id, successor=handover.successor_id, reason=reason
    )
    handover.successor_id, handover.successor_signed_by = None, ""
    return handover


def transfer(db: Session, handover_id: int, *, by: str, now: datetime) -> int:
    """With both signatures every case goes to the successor, with its open tasks; gives how many.

    Raises:
        NotFound, Conflict: it does not exist, is over, or a signature is missing.
    """
    handover = _open(db, handover_id)
    if not (handover.successor_signed_by and handover.predecessor_signed_by) or handover.successor_id is None:
        raise Conflict("both have to sign first")
    officer, successor = officers.get(db, handover.predecessor_id), officers.get(db, handover.successor_id)
    found = _cases(db, [int(row["case_id"]) for row in handover.matters])
    for case in found:
        officers.hand_to(db, case.id, successor, note=f"handover {handover.id}", by=by, now=now)
    _release_tasks(db, officer, [case.enterprise_id for case in found], by=by, now=now)
    if handover.kind == "transfer":
        officer.until = local_day(now)
    handover.state, handover.done_at = "done", now
    _tell(db, "handover_done", officer, by, now, handover=handover.id, successor=successor.id, cases=len(found))
    return len(found)


def keep(db: Session, handover_id: int, note: str, *, by: str, now: datetime) -> int:
    """Nobody could take over: the county officers look after the cases until an officer is found; gives how many.

    Raises:
        NotFound, Conflict: it does not exist or is over.
    """
    handover = _open(db, handover_id)
    officer = officers.get(db, handover.predecessor_id)
    found = _cases(db, [int(row["case_id"]) for row in handover.matters])
    for case in found:
        officers.hand_to(db, case.id, None, note=f"handover {handover.id} {note}"[:400].strip(), by=by, now=now)
    handover.state, handover.done_at = "withdrawn", now
    _tell(db, "handover_kept_by_county", officer, by, now, handover=handover.id, cases=len(found), note=note)
    return len(found)


def tell_enterprises(db: Session, handover: Handover, *, now: datetime) -> int:
    """A letter to every enterprise: who looks after it from now on, and the telephone number; gives how many."""
    officer = officers.get(db, handover.successor_id or 0)
    params = {"officer": officer.person.name, "phone": officer.person.phone or "—", "date": local_day(now).isoformat()}
    found = _cases(db, [int(row["case_id"]) for row in handover.matters])
    for case in found:
        notices.letter(
            db,
            case,
            ["enterprise"],
            YOURS.template,
            params,
            key=f"handover:{handover.id}:{case.id}",
            now=now,
        )
    return len(found)


def open_of(db: Session, officer_id: int) -> Handover | None:
    """The open handover of an officer, if any."""
    query = select(Handover).where(Handover.predecessor_id == officer_id, Handover.state == "open")
    return db.scalars(query.order_by(Handover.id).limit(1)).one_or_none()


def reassign(db: Session, case_id: int, officer_id: int, *, reason: str, by: str, now: datetime) -> Assignment:
    """Gives one case to another officer at once, without signatures: a case that nobody looks after, or a proposal of d08.

    Raises:
        NotFound, Invalid: as `officers.assign`.
    """
    case = cases.get(db, case_id)
    before = officers.of_case(db, case_id)
    row = officers.assign(db, case_id, officer_id, note=reason[:400], by=by, now=now)
    if row is before:
        return row
    officer = officers.get(db, officer_id)
    if before is not None and before.officer is not None:
        _release_tasks(db, before.officer, [case.enterprise_id], by=by, now=now)
    params = {"officer": officer.person.name, "phone": officer.person.phone or "—", "date": local_day(now).isoformat()}
    notices.letter(db, case, ["enterprise"], YOURS.template, params, key=f"assigned:{row.id}", now=now)
    return row


def _check_successor(db: Session, officer: Officer, successor: Officer, cases_: int, *, field: str) -> None:
    name = {"name": successor.person.name}
    said: Sentence | None = None
    if successor.id == officer.id or successor.state != "在岗" or not successor.person.active:
        said = Sentence("{name} is not on duty", name)
    elif not territories.covers(successor.path, officer.path):
        said = Sentence("{name} works in another territory", name)
    elif len(officers.running_assignments(db, successor.id)) + cases_ > officers.LARGEST_CAPACITY:
        said = Sentence("{name} would have more than {count} enterprises", name | {"count": officers.LARGEST_CAPACITY})
    if said is not None:
        raise Invalid("choose another successor", fields={field: [said]})


def _matters(db: Session, case_ids: Sequence[int]) -> list[dict[str, Any]]:
    names: dict[str, list[str]] = {}
    found = [
        (case, firm)
        for case, firm in db.execute(
            select(Case, Enterprise)
            .join(Enterprise, Enterprise.id == Case.enterprise_id)
            .where(Case.id.in_(case_ids), Case.state.in_(LIVING_CASE))
            .order_by(Case.id)
        )
    ]
    subjects = [enterprises.subject(firm.id) for _case, firm in found]
    query = select(UserTask.subject, UserTask.name).where(UserTask.subject.in_(subjects), UserTask.status == "open")
    for subject, name in db.execute(query.order_by(UserTask.id)):
        names.setdefault(subject, []).append(name)
    return [
        {
            "case_id": case.id,
            "case_no": case.case_no,
            "enterprise_id": firm.id,
            "enterprise": firm.name,
            "tasks": names.get(enterprises.subject(firm.id), []),
        }
        for case, firm in found
    ]


def _release_tasks(db: Session, officer: Officer, enterprise_ids: Sequence[int], *, by: str, now: datetime) -> None:
    """What he had taken for himself goes back to whoever acts now; only the assignee changes, so no run has to be locked."""
    username = officer.person.username
    subjects = [enterprises.subject(number) for number in enterprise_ids]
    taken = select(UserTask.id).where(
        UserTask.status == "open", UserTask.assignee == username, UserTask.subject.in_(subjects)
    )
    ids = list(db.scalars(taken.order_by(UserTask.id)))
    if ids:
        db.execute(update(UserTask).where(UserTask.id.in_(ids)).values(assignee=""))
        _tell(db, "tasks_released", officer, by, now, tasks=ids)


def _cases(db: Session, ids: Sequence[int]) -> list[Case]:
    return list(db.scalars(select(Case).where(Case.id.in_(ids), Case.state.in_(LIVING_CASE)).order_by(Case.id)))


def _open(db: Session, handover_id: int) -> Handover:
    handover = db.get(Handover, handover_id, with_for_update=True)
    if handover is None:
        raise NotFound("there is no handover {id}", id=handover_id)
    if handover.state != "open":
        raise Conflict("this handover is done already")
    return handover


def _tell(db: Session, fact: str, officer: Officer, by: str, now: datetime, **data: object) -> None:
    person: Person = officer.person
    history.write(db, chain=officers.CHAIN, fact=fact, by=by, now=now, data={"officer": person.username, **data})
