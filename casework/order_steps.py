"""What a run of `escalate` does with a supervision order step by step: draft, issue, reply, acceptance, the next level.

Source: REFERENCE 4.c "Escalation subprocess", F17; what DT-10 looks at stands in `order_facts`. Each function is called inside the step of a
run; `orders` holds what people and other rooms ask for.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from casework import answers, cases, enterprises, items, ladder, notices, orders, people, plans, territories
from casework.case_tables import Case
from casework.issue_tables import Issue
from casework.order_tables import OPEN_ORDER, SupervisionOrder
from casework.tables import Enterprise
from engine import history
from engine.calendars import SHANGHAI, end_of_business, local_day
from engine.errors import Invalid, Sentence
from engine.tables import Instance

_WHY: Final[Mapping[str, str]] = {
    "drafted": "逾期未签发",
    "issued": "逾期未回复",
    "returned": "退回后逾期未回复",
    "replied": "回复未予认可或逾期未审核",
    "accepted": "承诺期已过,要求未达到",
}
"""Why the next level takes over, by where the order stood, in the words of the paper."""
_TURNED: Final[Mapping[str, Sentence]] = {
    "blue": Sentence("{case_no} turned blue: {rule}"),
    "yellow": Sentence("{case_no} turned yellow: {rule}"),
    "red": Sentence("{case_no} turned red: {rule}"),
}


def remind_officer(db: Session, case: Case, light_log_id: int, rule: str, *, now: datetime) -> None:
    """A blue light: the officer is told, nobody supervises yet (DT-10 no. 10)."""
    notices.letter(
        db,
        case,
        ["officer"],
        "{case_no} turned blue: {rule}",
        {"rule": rule},
        key=f"light_blue:{light_log_id}",
        now=now,
    )


def open_order(
    db: Session,
    previous: SupervisionOrder | None,
    route: Mapping[str, Any],
    known: Mapping[str, Any],
    reply_due: str,
    *,
    instance: Instance,
    now: datetime,
) -> dict[str, Any]:
    """Drafts the order that `route` (DT-10) asks for, or the one of the next level when `previous` was raised.

    A level that holds an order on the matter already is passed over (3.6). From the joint office on the matter is a point of the
    next 专题协调会. An order by hand (`previous`, issued) is taken as it is.

    Returns:
        orderId, act (sign, talk, meeting, by_hand), color, order (what its paper says), supervisorGroups, addresseeGroups.
    """
    if previous is not None and previous.by_hand and previous.state == "issued":
        previous.instance_id = instance.id
        return _shown(db, previous, "by_hand")
    case = cases.get(db, int(known["case_id"])) if known.get("case_id") else None
    kind, scope = str(known["subject"]), str(known["scope"])
    matter = orders.of_matter(
        db,
        kind=kind,
        case_id=case.id if case else None,
        issue_id=answers.whole(known.get("issue_id")),
        scope=scope,
    )
    waiting = next((one for one in matter if one.state == "meeting"), None)
    taken = {one.level for one in matter if one.state in OPEN_ORDER}
    level = max(int(str(route["level"])), ladder.lowest(scope) + 1)
    while level in taken:
        level += 1
    act = "meeting" if level >= ladder.JOINT else str(route.get("act") or "sign")
    if act == "meeting" and waiting is not None:
        return _shown(db, waiting, act)
    level = min(level, ladder.JOINT)
    supervisors = ["RL"] if act == "talk" else ladder.posts(level, case)
    matter_text, cause, params = _matter(db, previous, case, known)
    order = SupervisionOrder(
        color=str(route.get("color") or "yellow"),
        subject_kind=kind,
        case_id=case.id if case else None,
        item_id=answers.whole(known.get("item_id")),
        issue_id=answers.whole(known.get("issue_id")),
        enterprise_id=case.enterprise_id if case else enterprises.id_of(instance.subject),
        scope=scope,
        level=level,
        supervisor_post=" ".join(supervisors),
        addressee_level=level - 1,
        addressee_post=" ".join(ladder.posts(level - 1, case)),
        addressee_path=ladder.seat(level - 1, scope),
        cause=cause,
        cause_params=params,
        matter=matter_text,
        basis=str(route.get("basis") or ""),
        requirement=str(known.get("requirement") or route.get("requirement") or ""),
        copies=[str(post) for post in answers.several(route.get("copies"))],
        due_at=_instant(reply_due),
        state="meeting" if act == "meeting" else "drafted",
        drafted_at=now,
        story=[],
        predecessor_id=previous.id if previous else None,
        instance_id=instance.id,
    )
    orders.note(order, order.state, by=people.SYSTEM, now=now)
    db.add(order)
    db.flush()
    return _shown(db, order, act)


def issue(db: Session, order: SupervisionOrder, paper: Mapping[str, Any], *, by: str, now: datetime) -> dict[str, Any]:
    """Numbers the order as it was signed (or as the talk ended) and sends it, with copies to those below and beside.

    Raises:
        Invalid: the day to answer by is no working day to come (6.12 no. 8).
    """
    if order.state == "drafted":
        due = answers.day(paper.get("due"))
        reason = orders.why_not_due(db, due, now=now)
        if reason is not None:
            raise Invalid(fields={"order.due": [reason]})
        assert due is not None, "expected a day, for why_not_due found nothing wrong with it"
        order.due_at = end_of_business(due)
        order.color = str(paper.get("color") or order.color)
        order.matter = str(paper.get("matter") or order.matter)
        order.basis = str(paper.get("basis") or order.basis)
        order.requirement = str(paper.get("requirement") or order.requirement)
        if paper.get("minutes"):
            kept = ("date", "place", "attendees", "minutes")
            order.minutes = history.plain({name: paper.get(name) for name in kept})
        orders.sign(db, order, by=by, now=now)
    case = cases.get(db, order.case_id) if order.case_id else None
    said = Sentence(
        "{number} asks for an answer by {due}: {matter}",
        {"number": order.number, "due": local_day(_due(order)), "matter": order.matter[:200]},
    )
    answering = order.addressee_post.split(" ")
    orders.tell(db, order, answering, said, key=f"order:{order.id}", kind="order", case=case, now=now)
    informed = [post for post in _copies(order, case) if post not in answering]
    copy = Sentence("for your information: {number} was issued: {matter}", said.params)
    orders.tell(db, order, informed, copy, key=f"order_copy:{order.id}", case=case, now=now)
    return {**_shown(db, order, ""), "due": _due(order).isoformat()}


def keep_reply(order: SupervisionOrder, reply: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The addressee has answered (F17, reply slip)."""
    order.state, order.replied_by, order.replied_at = "replied", by, now
    order.first_replied_at = order.first_replied_at or now
    order.reply = history.plain(reply)
    orders.note(order, "replied", data=reply, by=by, now=now)


def accept(
    db: Session, order: SupervisionOrder, review: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> bool:
    """The reply is accepted: the order waits until its requirement is met. Gives whether it is met already.

    A reply to an order that promises to amend the plan asks the case for it (a14). The items of the case look again whether they can
    be struck off, because a red order stands in the way no longer (DT-3).
    """
    _judge(order, "accept", review, by=by, now=now)
    order.state = "accepted"
    orders.note(order, "accepted", order.review_opinion, by=by, now=now)
    db.flush()
    case = cases.get(db, order.case_id) if order.case_id else None
    if case is not None:
        if answers.agrees(order.reply.get("amendPlan")):
            plans.ask_amendment(db, case, "order", by=by, now=now)
        items.data_arrived(
            db, case.enterprise_id, f"order {order.number}", key=f"order:{order.id}:{order.returns}", by=by, now=now
        )
    met = orders.is_met(db, order)
    order.met_at = (order.met_at or now) if met else None
    return met


def send_back(
    db: Session, order: SupervisionOrder, review: Mapping[str, Any], reply_due: str, *, by: str, now: datetime
) -> dict[str, Any]:
    """The reply is not accepted, or what it promised did not come: the addressee answers once more."""
    if order.state == "replied":
        _judge(order, "return", review, by=by, now=now)
        opinion = order.review_opinion
    else:
        opinion = _WHY["accepted"]
    order.state, order.returns = "returned", order.returns + 1
    due = order.due_at = _instant(reply_due)
    orders.note(order, "returned", opinion, by=by, now=now)
    case = cases.get(db, order.case_id) if order.case_id else None
    said = Sentence(
        "the answer to {number} was not accepted; answer again by {due}: {opinion}",
        {"number": order.number, "due": local_day(due), "opinion": opinion[:200]},
    )
    key = f"order_returned:{order.id}:{order.returns}"
    orders.tell(db, order, order.addressee_post.split(" "), said, key=key, kind="order", case=case, now=now)
    shown = _shown(db, order, "")
    return {"due": due.isoformat(), "order": {**shown["order"], "opinion": opinion}}


def raise_order(db: Session, order: SupervisionOrder, *, now: datetime) -> dict[str, Any]:
    """The next level takes the supervision over; gives its route, as DT-10 would.

    Who has not signed, answered, judged or kept his word is told.
    """
    why = _WHY[order.state]
    orders.close(order, "raised", why, by=people.SYSTEM, now=now)
    case = cases.get(db, order.case_id) if order.case_id else None
    said = Sentence("the supervision of {matter} goes one level up: {why}", {"matter": order.matter[:200], "why": why})
    involved = [*order.supervisor_post.split(" "), *order.addressee_post.split(" ")]
    orders.tell(db, order, list(dict.fromkeys(involved)), said, key=f"order_raised:{order.id}", case=case, now=now)
    number = order.number or "督办单"
    return {
        "level": order.level + 1,
        "color": order.color,
        "way": "order",
        "act": "sign",
        "copies": [],
        "requirement": order.requirement,
        "basis": f"4.c 提级督办:{number}{why}",
    }


def withdraw(
    order: SupervisionOrder, paper: Mapping[str, Any], withdrawal: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """The order ends without having been met: not signed, with the reason on the form, or withdrawn by who holds it."""
    if withdrawal:
        orders.close(order, "withdrawn", str(withdrawal.get("reason")), by=str(withdrawal.get("by")), now=now)
    else:
        orders.close(order, "withdrawn", str(paper.get("reason") or ""), by=by, now=now)


def finish(order: SupervisionOrder, *, now: datetime) -> None:
    """督办办结: the reply was accepted and the requirement is met."""
    order.met_at = order.met_at or now
    orders.close(order, "met", "", by=people.SYSTEM, now=now)


def table(db: Session, order: SupervisionOrder, *, now: datetime) -> None:
    """The matter is a point of the next 专题协调会 (L6); the joint office is told."""
    case = cases.get(db, order.case_id) if order.case_id else None
    said = Sentence("a point for the next coordination meeting: {matter}", {"matter": order.matter[:200]})
    orders.tell(db, order, ["JM"], said, key=f"order_meeting:{order.id}", case=case, now=now)


def _shown(db: Session, order: SupervisionOrder, act: str) -> dict[str, Any]:
    """What the run keeps of an order; `order` is what the forms show."""
    place = territories.tree(db).full_name(order.scope)
    enterprise = db.get(Enterprise, order.enterprise_id) if order.enterprise_id else None
    case = cases.get(db, order.case_id) if order.case_id else None
    subject = " ".join(
        part for part in (place, enterprise.name if enterprise else "", case.case_no if case else "") if part
    )
    supervisors, addressees = order.supervisor_post.split(" "), order.addressee_post.split(" ")
    return {
        "orderId": order.id,
        "act": act,
        "color": order.color,
        "supervisorGroups": supervisors,
        "addresseeGroups": addressees,
        "order": {
            "number": order.number,
            "decision": "issue",
            "color": order.color,
            "subject": subject,
            "case": case.case_no if case else None,
            "from": ladder.titles(supervisors),
            "to": ladder.titles(addressees),
            "matter": order.matter,
            "basis": order.basis,
            "requirement": order.requirement,
            "due": local_day(_due(order)).isoformat(),
            "opinion": None,
        },
    }


def _instant(text: str) -> datetime:
    """An instant as a drawing gives it: `2026-07-07T17:30:00@Asia/Shanghai`, or with an offset."""
    moment = datetime.fromisoformat(text.partition("@")[0])
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _due(order: SupervisionOrder) -> datetime:
    assert order.due_at is not None, f"expected order {order.id} to have a day to be answered by"
    return order.due_at


def _judge(order: SupervisionOrder, review: str, given: Mapping[str, Any], *, by: str, now: datetime) -> None:
    order.review, order.reviewed_by, order.reviewed_at = review, by, now
    order.review_opinion = str(given.get("opinion") or "")


def _copies(order: SupervisionOrder, case: Case | None) -> Sequence[str]:
    """Who is told besides: those DT-10 names, and the officer and the county, who keep the task."""
    below = ["LO", *ladder.posts(ladder.COUNTY, case)[:1]] if case else []
    return list(dict.fromkeys([*order.copies, *below]))


def _matter(
    db: Session, previous: SupervisionOrder | None, case: Case | None, known: Mapping[str, Any]
) -> tuple[str, str, dict[str, Any]]:
    """What the paper says the matter is, and the same as a sentence for the pages."""
    if previous is not None:
        params = {"number": previous.number or "", "why": previous.close_reason}
        return previous.matter, Sentence("raised from {number}: {why}").template, params
    cause, params = str(known.get("cause") or ""), dict(answers.context(known.get("cause_params")))
    light, rule = str(known.get("light") or ""), str(known.get("rule") or "")
    word = {"blue": "蓝灯", "yellow": "黄灯", "red": "红灯"}.get(light, "")
    if case is not None:
        name = cases.enterprise_of(db, case).name
        text = f"{name}({case.case_no})亮{word}" + (f":{rule}" if rule else "")
        if not cause:
            cause = _TURNED.get(light, _TURNED["yellow"]).template
            params = {"case_no": case.case_no, "rule": rule, "rule_en": str(known.get("rule_en") or "")}
        return text, cause, params
    where = territories.tree(db).full_name(str(known["scope"]))
    if known["subject"] == "request":
        issue = db.get_one(Issue, int(str(known["issue_id"])))
        return (
            f"{issue.number}{issue.title}:本级无法协调",
            cause or Sentence("nobody on this level can settle {number}").template,
            {"number": issue.number, **params},
        )
    return f"{where}连续 {known.get('city_red_quarters')} 个季度红灯", cause, params
