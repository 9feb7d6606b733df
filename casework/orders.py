"""Supervision orders (督办单): issuing one by hand, withdrawing it, and what ends it.

Source: REFERENCE 3.1, 3.6, 4.c "Escalation subprocess" and c18, DT-10, F17. What a run of `escalate` does step by step stands in
`order_steps`; both leave every decision to the drawing. The level that supervises signs and judges, the level below it answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from casework import ladder, notices, people, territories
from casework.case_tables import CLOSED_ITEM, LIVING_ITEM, Case, Item
from casework.issue_tables import Issue
from casework.order_tables import OPEN_ORDER, UNANSWERED_ORDER, SupervisionOrder, TerritoryLight
from casework.tables import Territory
from engine import history, messages
from engine.calendars import calendar, end_of_business, local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

CHAIN: Final = "orders"
COLORS: Final = ("blue", "yellow", "red")
_SHORTEST: Final = 5
"""A requirement of fewer characters says nothing."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody orders by hand: over a case or a territory, addressed to a level below his own, to be answered by a day."""

    color: str
    addressee_level: int
    matter: str
    basis: str
    requirement: str
    due_on: date | None


def get(db: Session, order_id: int) -> SupervisionOrder:
    """The order with this id; raises NotFound."""
    order = db.get(SupervisionOrder, order_id)
    if order is None:
        raise NotFound("there is no supervision order {order}", order=order_id)
    return order


def is_holding() -> ColumnElement[bool]:
    """The criterion that an order is not over: a level holds it, or it waits for the next meeting."""
    on_agenda = and_(SupervisionOrder.state == "meeting", SupervisionOrder.closed_at.is_(None))
    return or_(SupervisionOrder.state.in_(OPEN_ORDER), on_agenda)


def of_matter(
    db: Session, *, kind: str, case_id: int | None = None, issue_id: int | None = None, scope: str = ""
) -> list[SupervisionOrder]:
    """The orders on one matter that are not over, in the order of their ids: a case, a request, or a city or county."""
    query = select(SupervisionOrder).where(is_holding(), SupervisionOrder.subject_kind == kind)
    if issue_id is not None:
        query = query.where(SupervisionOrder.issue_id == issue_id)
    elif case_id is not None:
        query = query.where(SupervisionOrder.case_id == case_id, SupervisionOrder.issue_id.is_(None))
    else:
        query = query.where(SupervisionOrder.case_id.is_(None), SupervisionOrder.scope == scope)
    return list(db.scalars(query.order_by(SupervisionOrder.id)))


def of_case(db: Session, case_id: int) -> list[SupervisionOrder]:
    """All orders of a case, the newest first."""
    query = select(SupervisionOrder).where(SupervisionOrder.case_id == case_id)
    return list(db.scalars(query.order_by(SupervisionOrder.id.desc())))


def unanswered(db: Session, case_id: int, color: str) -> int:
    """How many orders of this colour wait for an accepted reply (DT-2 `yellow_unresolved`, DT-3 "no red notice")."""
    wanted = select(func.count()).select_from(SupervisionOrder)
    wanted = wanted.where(SupervisionOrder.case_id == case_id, SupervisionOrder.color == color)
    return db.scalars(wanted.where(SupervisionOrder.state.in_(UNANSWERED_ORDER))).one()


def issue_by_hand(
    db: Session,
    wanted: Wanted,
    *,
    post: str,
    case: Case | None = None,
    territory: str = "",
    by: str,
    now: datetime,
) -> SupervisionOrder:
    """Somebody who holds `post` orders something himself (3.6): it is signed and numbered at once, its run begins.

    Raises:
        Invalid: a field is missing, the addressee does not stand below, or the day is no working day to come (6.12 no. 8).
        Conflict: this level already supervises the matter; the order is withdrawn first, or the next level asked.
    """
    level = ladder.level_of(post)
    if level is None or level == ladder.OFFICER:
        raise Invalid("the post {post} supervises nobody", post=post)
    scope = case.scope if case else territory
    _check(db, wanted, level, scope, now=now)
    kind = "case" if case else territories.level(territory)
    for other in of_matter(db, kind=kind, case_id=case.id if case else None, scope=scope):
        if other.level == level and other.state in OPEN_ORDER:
            raise Conflict("this level already supervises the matter by {number}", number=other.number or other.id)
    order = SupervisionOrder(
        color=wanted.color,
        subject_kind=kind,
        case_id=case.id if case else None,
        enterprise_id=case.enterprise_id if case else None,
        scope=scope,
        level=level,
        supervisor_post=post,
        addressee_level=wanted.addressee_level,
        addressee_post=" ".join(ladder.posts(wanted.addressee_level, case)),
        addressee_path=ladder.seat(wanted.addressee_level, scope),
        cause=Sentence("ordered by hand").template,
        matter=wanted.matter.strip(),
        basis=wanted.basis.strip(),
        requirement=wanted.requirement.strip(),
        due_at=end_of_business(wanted.due_on) if wanted.due_on else None,
        drafted_at=now,
        by_hand=True,
        story=[],
    )
    db.add(order)
    sign(db, order, by=by, now=now)
    db.flush()
    data = {"order": order.id, "number": order.number, "case": order.case_id, "scope": scope, "post": post}
    history.write(db, chain=CHAIN, fact="order_issued", by=by, now=now, data=data)
    given = {"orderId": order.id, "subjectKind": kind, "caseId": order.case_id, "territory": scope}
    request(db, given, key=f"order:{order.id}", case=case, by=by, now=now)
    return order


def sign(db: Session, order: SupervisionOrder, *, by: str, now: datetime) -> None:
    """Gives an order its number, once: `DB-〔year〕serial`, counted over the region (F17)."""
    if order.number is not None:
        return
    # The region's row is locked, so that two that are signed at once do not take the same serial.
    db.execute(select(Territory.path).where(Territory.path == territories.REGION).with_for_update())
    year = local_day(now).year
    last = db.scalars(select(func.max(SupervisionOrder.serial)).where(SupervisionOrder.year == year)).one()
    order.year, order.serial = year, (last or 0) + 1
    order.number = f"DB-〔{year}〕{order.serial}"
    order.state, order.issued_by, order.issued_at, order.first_due_at = "issued", by, now, order.due_at
    note(order, "issued", by=by, now=now)


def request(
    db: Session, given: Mapping[str, object], *, key: str, case: Case | None = None, by: str, now: datetime
) -> None:
    """Asks for supervision (`supervision_requested`); `key` makes it once.

    `given`: subjectKind (case, request, county, city), caseId, itemId, issueId, territory, period, cause (the template of a sentence)
    with causeParams, color, requirement. What is left out the run finds out itself.
    """
    sender = db.get(Instance, case.instance_id) if case and case.instance_id else None
    messages.publish(
        db, "supervision_requested", key, dict(given), key=f"supervision:{key}", sender=sender, by=by, now=now
    )


def withdraw(db: Session, order: SupervisionOrder, reason: str, *, by: str, now: datetime) -> None:
    """The level that holds an order withdraws it with a reason (3.6: nobody below may); its run ends.

    Raises:
        Invalid: no reason is given.
        Conflict: the order is over.
    """
    if len(reason.strip()) < _SHORTEST:
        raise Invalid(fields={"reason": [Sentence("say why, in a few words at least")]})
    if order.state not in OPEN_ORDER:
        raise Conflict("the order {number} is over; nothing is left to withdraw", number=order.number or order.id)
    data = {"order": order.id, "number": order.number, "reason": reason.strip()}
    history.write(db, chain=CHAIN, fact="order_withdrawn", by=by, now=now, data=data)
    _say_withdrawn(db, order, reason.strip(), by=by, now=now)


def requirement_met(db: Session, case: Case, item: Item | None = None, *, now: datetime) -> None:
    """Looks whether what the orders of a case demand has been reached, and ends the supervision where it has.

    Called when the light of a case gets better, when an item can be struck off and when it was. A requirement is met when the item
    (or every item) meets DT-3, or when the light is green or blue again. An order that nobody has signed yet falls away; an order
    that was sent is answered first, and ends when the reply is accepted.
    """
    orders = [
        order
        for order in of_matter(db, kind="case", case_id=case.id)
        if item is None or order.item_id in (None, item.id)
    ]
    for order in orders:
        look_again(db, order, is_met(db, order), now=now)


def request_met(db: Session, issue_id: int, *, now: datetime) -> None:
    """A request was answered or is over: what was ordered because of it is done."""
    for order in of_matter(db, kind="request", issue_id=issue_id):
        look_again(db, order, True, now=now)


def look_again(db: Session, order: SupervisionOrder, met: bool, *, now: datetime) -> None:
    """Ends the supervision of an order whose requirement is met: a draft falls away, what was sent is answered first."""
    if not met:
        order.met_at = None
        return
    since = order.met_at = order.met_at or now
    if order.state == "meeting":
        close(order, "met", "", by=people.SYSTEM, now=now)
    elif order.state == "drafted":
        _say_withdrawn(db, order, "签发前要求已达到", by=people.SYSTEM, now=now)
    elif order.state == "accepted":
        messages.publish(
            db,
            "requirement_met",
            str(order.id),
            {},
            key=f"requirement_met:{order.id}:{since.isoformat()}",
            by=people.SYSTEM,
            now=now,
        )


def is_met(db: Session, order: SupervisionOrder) -> bool:
    """Whether what an order demands is reached today (4.c: the closure itself need not be done)."""
    if order.issue_id is not None:
        return db.get_one(Issue, order.issue_id).state in {"answered", "rated", "closed", "unsolvable", "merged"}
    if order.case_id is not None:
        case = db.get_one(Case, order.case_id)
        return case.light in {"green", "blue"} or _can_be_struck_off(case, order.item_id)
    latest = (
        select(TerritoryLight.light).where(TerritoryLight.path == order.scope).order_by(TerritoryLight.period.desc())
    )
    return db.scalars(latest.limit(1)).one_or_none() not in {None, "red"}


def why_not_due(db: Session, day: date | None, *, now: datetime) -> Sentence | None:
    """Why a day cannot be a deadline (6.12 no. 8: a working day, later than today); None when it can."""
    if day is None or day <= local_day(now):
        return Sentence("the deadline must be later than today")
    if not calendar(db).is_working(day):
        return Sentence("the deadline must be a working day")
    return None


def release(db: Session, case: Case, reason: str, *, by: str = people.SYSTEM, now: datetime) -> None:
    """A case is over: nothing is supervised any more. Every order of it that is not over is withdrawn with `reason`."""
    query = select(SupervisionOrder).where(SupervisionOrder.case_id == case.id, is_holding())
    for order in db.scalars(query):
        if order.state == "meeting":
            close(order, "withdrawn", reason, by=by, now=now)
        else:
            _say_withdrawn(db, order, reason, by=by, now=now)


def move(db: Session, case: Case) -> None:
    """A case goes on in another territory: so do its orders, with those who stand on the same level there."""
    for order in db.scalars(select(SupervisionOrder).where(SupervisionOrder.case_id == case.id, is_holding())):
        order.scope, order.addressee_path = case.scope, ladder.seat(order.addressee_level, case.scope)


def close(order: SupervisionOrder, state: str, reason: str, *, by: str, now: datetime) -> None:
    """Ends an order in `met`, `raised` or `withdrawn`."""
    order.state, order.closed_at, order.closed_by, order.close_reason = state, now, by, reason[:400]
    note(order, state, reason, by=by, now=now)


def note(
    order: SupervisionOrder, what: str, text: str = "", *, data: Mapping[str, Any] | None = None, by: str, now: datetime
) -> None:
    """Keeps what happened to an order for those who read it later; `what` is the state it came to."""
    entry = {"at": now, "by": by, "what": what, "text": text, "data": dict(data or {})}
    order.story = [*order.story, history.plain(entry)]


def tell(
    db: Session,
    order: SupervisionOrder,
    posts: Sequence[str],
    said: Sentence,
    *,
    key: str,
    kind: str = "letter",
    case: Case | None,
    now: datetime,
) -> None:
    """A notice about an order to posts of its territory; `key` makes it once for each."""
    for post in posts:
        if case is not None:
            addressee, level = notices.address(db, case, "officer" if post == "LO" else post)
        else:
            addressee = f"post:{post}@{notices.seat(post, order.scope)}"
            level = notices.LEVELS[ladder.level_of(post) or 0]
        params = {**said.params, "case_no": case.case_no if case else ""}
        notices.send(
            db,
            key=f"{key}:{post}",
            addressee=addressee,
            level=level,
            kind=kind,
            template=said.template,
            params=params,
            case=case,
            scope=order.scope,
            now=now,
        )


def _say_withdrawn(db: Session, order: SupervisionOrder, reason: str, *, by: str, now: datetime) -> None:
    messages.publish(
        db,
        "order_withdrawn",
        str(order.id),
        {"withdrawal": {"reason": reason, "by": by}},
        key=f"order_withdrawn:{order.id}",
        by=by,
        now=now,
    )


def _check(db: Session, wanted: Wanted, level: int, scope: str, *, now: datetime) -> None:
    wrong: dict[str, list[Sentence]] = {}
    if wanted.color not in COLORS:
        wrong["color"] = [Sentence("choose blue, yellow or red")]
    if not ladder.lowest(scope) <= wanted.addressee_level < level:
        wrong["addressee"] = [Sentence("the addressee must stand below the level that supervises")]
    for name, text, least in (
        ("matter", wanted.matter, _SHORTEST),
        ("basis", wanted.basis, 1),
        ("requirement", wanted.requirement, _SHORTEST),
    ):
        if len(text.strip()) < least:
            wrong[name] = [Sentence("this is needed on the paper; write at least a few words")]
    reason = why_not_due(db, wanted.due_on, now=now)
    if reason is not None:
        wrong["due"] = [reason]
    if wrong:
        raise Invalid(fields=wrong)


def _can_be_struck_off(case: Case, item_id: int | None) -> bool:
    asked = [item for item in case.items if item_id is None or item.id == item_id]
    open_items = [item for item in asked if item.state in LIVING_ITEM and item.eligible_since is None]
    return not open_items and any(item.eligible_since is not None or item.state in CLOSED_ITEM for item in asked)
