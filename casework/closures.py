"""Closure (销号) of one item: requested, checked level by level, confirmed by the three lines, then struck off or refused.

Source: REFERENCE 4.g g01–g12, 3.3, DT-3. Who accepts and who signs is the decision `closure-route`. Signing is never silent: what
nobody said is not there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, cases, enterprises, items, notices, people, territories
from casework.case_tables import LIVING_ITEM, Baseline, Case, Closure, Item, Plan, Visit
from casework.closing_tables import Objection
from engine import decisions, history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance, Submission, UserTask

_STEPS = {
    "promise": "promise",
    "county_check": "review",
    "city_check": "review",
    "accept_lead": "review",
    "joint_science": "review",
    "joint_industry": "review",
    "joint_state": "review",
    "leader_science": "review",
    "leader_industry": "review",
    "leader_state": "review",
    "settle": "review",
    "investigate": "investigation",
}
"""The user tasks of `close` at which somebody says yes or no, and the word under which the form keeps it."""


OFFICIAL = frozenset({"L1", "L2", "L3"})
"""Lists whose closed items stay 待统计确认 until the official figures say so (g15)."""
AWAITING = ("closed_awaiting_statistics",)


def get(db: Session, closure_id: int) -> Closure:
    """The closure with this id.

    Raises:
        NotFound: there is none.
    """
    closure = db.get(Closure, closure_id)
    if closure is None:
        raise NotFound("expected closure {closure}, but there is none", closure=closure_id)
    return closure


def open_closure(
    db: Session, item: Item, request: Mapping[str, Any], *, instance: Instance | None, by: str, now: datetime
) -> Closure:
    """Keeps a request to strike an item off (g01), with the evidence by rule as it stands (g02).

    Raises:
        Conflict: the item is not open, or already waits for its closure.
    """
    if item.state not in LIVING_ITEM or item.state == "pending_removal":
        raise Conflict("expected an open item, but it is {state}", state=item.state)
    case = cases.get(db, item.case_id)
    if instance is not None:
        instance.scope, instance.subject = case.scope, f"enterprise:{case.enterprise_id}"
        instance.business_key = case.case_no
    closure = Closure(
        item_id=item.id,
        case_id=case.id,
        instance_id=instance.id if instance else None,
        exceptional=request.get("exception") in {True, "yes"},
        request=history.plain(request),
        requested_by=by,
        requested_at=now,
    )
    db.add(closure)
    item.state = "pending_closure"
    db.flush()
    cases.refresh_stage(db, case)
    return closure


def supplement(closure: Closure, request: Mapping[str, Any], *, by: str) -> None:
    """The request was returned and is sent again, with what was missing; who proposed it stays on record."""
    _must_be_open(closure)
    closure.request = {**closure.request, **history.plain(request), "supplemented_by": by}


def route(db: Session, closure: Closure, *, now: datetime) -> dict[str, Any]:
    """Who checks, accepts and signs this closure, by the decision `closure-route`.

    Gives `{countyGroups, cityGroups, acceptGroups, jointScience, jointIndustry, jointState, publicity, sample, mustVisit}`; an
    empty list is a signature that is not needed, `sample` the share of look-backs in per cent, `mustVisit` whether the city has to look on
    site (g05: all L1 and L2, of the others a share drawn from case number and list). Where no person is left in the county who
    may check, the county's check is lifted to the city (four eyes, 4.0).
    """
    item = closure.item
    case = cases.get(db, closure.case_id)
    enterprise = cases.enterprise_of(db, case)
    values = {
        "list": item.list_type,
        "supervisor_level": enterprise.supervisor_level,
        "is_soe": enterprise.is_soe,
        "exceptional": closure.exceptional,
    }
    row = answers.context(decisions.evaluate(db, "closure-route", {"facts": values}, now=now).value)
    city = _groups(row.get("city"))
    county = cases.groups(case, "county")
    closure.onsite = is_drawn(f"{case.case_no}/{item.list_type}", int(row.get("onsite") or 0))
    return {
        "countyGroups": county
        if somebody_left(db, county, case.scope, day=local_day(now), without=involved(db, closure))
        else city,
        "cityGroups": city,
        "acceptGroups": _groups(row.get("accept")),
        "jointScience": _groups(row.get("science")),
        "jointIndustry": _groups(row.get("industry")),
        "jointState": _groups(row.get("state")),
        "publicity": bool(row.get("publicity")),
        "sample": int(row.get("sample") or 0),
        "mustVisit": closure.onsite,
    }


def is_drawn(number: str, share: int) -> bool:
    """Whether what carries this number is in the sample: the number decides, evenly and repeatably. `share` is in per cent."""
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:4]) % 100 < share


def missing(db: Session, closure: Closure, *, by: str, now: datetime) -> list[str]:
    """What DT-3 still misses, by code; the checklist of the closure is renewed with it (g02). Empty: nothing is missing."""
    facts = items.eligibility_facts(db, closure.item, by=by, now=now)
    decided = decisions.evaluate(db, "closure-eligibility", {"facts": facts}, now=now)
    answer = answers.context(decided.value)
    result = str(answer.get("result") or "NOT_YET")
    lacking = [str(code) for code in answers.several(answer.get("missing"))]
    if result == "ELIGIBLE" or (result == "EXCEPTION_ONLY" and closure.exceptional):
        lacking = []
    elif not lacking:
        lacking = ["exception"] if result == "EXCEPTION_ONLY" else ["evidence"]
    closure.checklist = [{"facts": facts, "result": result, "missing": lacking, "at": now.isoformat()}]
    return lacking


def involved(db: Session, closure: Closure) -> set[str]:
    """Everybody who worked on the item and therefore may not check it (g04): proposer, visitors, plan authors, the officer."""
    case_id = closure.case_id
    people = {closure.requested_by, notices.officer_of(db, cases.get(db, case_id))}
    people |= set(db.scalars(select(Visit.recorded_by).where(Visit.case_id == case_id)))
    people |= set(db.scalars(select(Baseline.recorded_by).where(Baseline.case_id == case_id)))
    people |= set(db.scalars(select(Plan.author).where(Plan.case_id == case_id)))
    return people - {""}


def somebody_left(db: Session, posts: list[str], scope: str, *, day: date, without: set[str]) -> bool:
    """Whether anybody who works holds one of these posts over `scope` on `day` and is not among `without`."""
    return any(person.username not in without for person in people.holders(db, posts, scope, day))


def opinions(db: Session, instance: Instance) -> list[dict[str, Any]]:
    """What every level said in a run of `close`, in order: `{step, by, on_behalf_of, at, decision, …}` from the submissions.

    A promise of the enterprise counts as `agree` or `refuse`.
    """
    return opinions_of(db, [instance.id])[instance.id]


def opinions_of(db: Session, instance_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What every level said in several runs of `close`, as `opinions`, by the id of the run; one statement."""
    rows = db.execute(
        select(
            UserTask.instance_id,
            UserTask.element_id,
            Submission.by,
            Submission.on_behalf_of,
            Submission.at,
            Submission.data,
        )
        .join(Submission, Submission.user_task_id == UserTask.id)
        .where(UserTask.instance_id.in_(instance_ids), UserTask.element_id.in_(_STEPS))
        .order_by(Submission.id)
    )
    said: dict[int, list[dict[str, Any]]] = {number: [] for number in instance_ids}
    for row in rows:
        answer: dict[str, Any] = row.data.get(_STEPS[row.element_id]) or row.data
        if row.element_id == "promise":
            answer = {**answer, "decision": "agree" if answers.agrees(answer.get("agree")) else "refuse"}
        entry = {"step": row.element_id, "by": row.by, "on_behalf_of": row.on_behalf_of, "at": row.at.isoformat()}
        said[row.instance_id].append({**answer, **entry})
    return said


def last_words(said: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The last decision of every level, by step; what was said before a return does not count any more."""
    return {str(one["step"]): str(one.get("decision") or "") for one in said if one.get("decision")}


def publish(db: Session, closure: Closure, until: datetime, *, now: datetime) -> None:
    """Puts the closure on the internal board of its territory until `until` (g11)."""
    _must_be_open(closure)
    closure.published_from, closure.published_until = now, until


def published(db: Session, paths: Sequence[str], *, now: datetime, limit: int = 200) -> list[Closure]:
    """What is published now in these territories and below, what ends first on top."""
    query = (
        select(Closure)
        .join(Case, Case.id == Closure.case_id)
        .where(Closure.state == "open", Closure.published_until > now, territories.under(Case.scope, list(paths)))
    )
    return list(db.scalars(query.order_by(Closure.published_until, Closure.id).limit(limit)))


def object_to(db: Session, closure: Closure, reason: str, *, by: str, now: datetime) -> Objection:
    """Somebody of the territory objects to a published closure, with his reason (g11, F11); others than the checkers investigate.

    Raises:
        Invalid: no reason is given.
        Conflict: it is not published, or no longer.
    """
    said = reason.strip()
    if len(said) < 5:
        sentence = Sentence("say what is wrong, in a sentence")
        raise Invalid(sentence.template, fields={"reason": [sentence]})
    if closure.state != "open" or closure.published_until is None or closure.published_until <= now:
        raise Conflict("this closure is not published (any more); an objection is raised while it is")
    objection = Objection(closure_id=closure.id, case_id=closure.case_id, reason=said, by=by, at=now)
    db.add(objection)
    db.flush()
    messages.publish(
        db,
        "objection_raised",
        str(closure.item_id),
        {"objection": said, "objectionId": objection.id},
        key=f"objection_raised:{objection.id}",
        by=by,
        now=now,
    )
    history.write(
        db,
        chain="registry",
        fact="objection_raised",
        by=by,
        now=now,
        data={"closure": closure.id, "objection": objection.id, "reason": said},
        subject=enterprises.subject(cases.get(db, closure.case_id).enterprise_id),
    )
    return objection


def objections(db: Session, closure: Closure) -> list[Objection]:
    """All objections to a closure, the oldest first."""
    return list(db.scalars(select(Objection).where(Objection.closure_id == closure.id).order_by(Objection.id)))


def settle_objections(
    db: Session, closure: Closure, investigation: Mapping[str, Any], *, by: str, now: datetime
) -> bool:
    """The investigation is over (g11): every open objection to the closure is upheld or dismissed with it. Gives which."""
    upheld = answers.agrees(investigation.get("upheld"))
    finding = str(investigation.get("finding") or "")
    for objection in objections(db, closure):
        if objection.state == "open":
            objection.state = "upheld" if upheld else "dismissed"
            objection.finding, objection.settled_by, objection.settled_at = finding, by, now
    return upheld


def close(db: Session, closure: Closure, *, instance: Instance | None, by: str, now: datetime) -> str:
    """Strikes the item off (g12), starts its look-back and tells the enterprise. Gives the closure number.

    L1, L2 and L3 stay 待统计确认 until the official figures say so.

    Raises:
        Conflict: the closure was decided already, or a level whose word is on record did not agree.
    """
    _must_be_open(closure)
    closure.opinions = opinions(db, instance) if instance else []
    said = last_words(closure.opinions)
    if said.get("settle") != "agree":
        for step, decision in said.items():
            if decision == "refuse":
                raise Conflict("expected {step} to agree, but it said {decision}", step=step, decision=decision)
    item, case = closure.item, cases.get(db, closure.case_id)
    number = cases.next_number(db, "XH", Closure.closure_no, case.scope, now=now)
    official = item.list_type in OFFICIAL
    closure.state, closure.closure_no, closure.decided_at = "passed", number, now
    item.state = "closed_awaiting_statistics" if official else "closed"
    item.stat_confirm = "waiting" if official else "none"
    item.closure_no, item.closed_at = number, now
    item.accepted_by = next(
        (str(s["by"]) for s in reversed(closure.opinions) if s["step"] in {"accept_lead", "city_check"}), by
    )
    cases.observe(case)
    cases.refresh_stage(db, case)
    notices.letter(
        db,
        case,
        ["enterprise", "officer"],
        "{list} of {case_no} was struck off under number {number}",
        {"list": item.list_type, "number": number},
        key=f"closed:{closure.id}",
        now=now,
    )
    messages.publish(
        db,
        "lookback_opened",
        str(item.id),
        {"itemId": item.id, "caseId": case.id, "closureId": closure.id, "kind": "regular"},
        key=f"lookback_opened:{closure.id}",
        sender=instance,
        by=by,
        now=now,
    )
    if official:
        messages.publish(
            db,
            "statistics_opened",
            str(closure.id),
            {"closureId": closure.id, "itemId": item.id, "caseId": case.id},
            key=f"statistics_opened:{closure.id}",
            sender=instance,
            by=by,
            now=now,
        )
    return number


def refuse(
    db: Session, closure: Closure, reasons: object, *, instance: Instance | None, by: str, now: datetime
) -> None:
    """The closure is refused: the item is open again, and the officer reads why."""
    _must_be_open(closure)
    closure.opinions = opinions(db, instance) if instance else []
    closure.state, closure.decided_at = "refused", now
    closure.reasons = [{"by": by, "reasons": history.plain(reasons)}]
    item, case = closure.item, cases.get(db, closure.case_id)
    item.state = "relapsed" if item.relapse_count else "open"
    item.eligible_since = None
    cases.refresh_stage(db, case)
    notices.letter(
        db,
        case,
        ["officer", "enterprise"],
        "striking {list} of {case_no} off was refused: {reason}",
        {"list": item.list_type, "reason": _text(reasons)},
        key=f"refused:{closure.id}",
        now=now,
    )


def of_item(db: Session, item: Item) -> list[Closure]:
    """All requests to strike this item off, the oldest first."""
    return list(db.scalars(select(Closure).where(Closure.item_id == item.id).order_by(Closure.id)))


def _must_be_open(closure: Closure) -> None:
    if closure.state != "open":
        raise Conflict("expected an open closure, but it is {state}", state=closure.state)


def _groups(value: object) -> list[str]:
    if parts := answers.several(value):
        return [str(part) for part in parts]
    return [part.strip() for part in str(value or "").split(",") if part.strip()]


def _text(reasons: object) -> str:
    if said := answers.context(reasons):
        return str(said.get("opinion") or said.get("reason") or "")
    if parts := answers.several(reasons):
        return "；".join(text for text in map(_text, parts) if text)
    return str(reasons or "")
