"""The services of `escalate` by job type: they read what the drawing gives, call `order_steps`, and give back what it needs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from casework import answers, cases, order_facts, order_steps, orders
from casework.order_tables import SupervisionOrder
from engine.errors import Problem
from engine.services import Call, Service


def order_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.orders.facts": _facts,
        "registry.orders.letter": _letter,
        "registry.orders.open": _open,
        "registry.orders.issue": _issue,
        "registry.orders.reply": _reply,
        "registry.orders.accept": _accept,
        "registry.orders.send_back": _send_back,
        "registry.orders.raise": _raise,
        "registry.orders.withdraw": _withdraw,
        "registry.orders.finish": _finish,
        "registry.orders.table": _table,
    }


def _facts(db: Session, call: Call) -> Mapping[str, object]:
    return order_facts.of_matter(db, call.inputs, instance=call.instance, by=call.by, now=call.now)


def _letter(db: Session, call: Call) -> Mapping[str, object]:
    case = cases.get(db, int(str(call.inputs["caseId"])))
    rule = str(_context(call, "facts").get("rule") or "")
    order_steps.remind_officer(db, case, answers.whole(call.inputs.get("lightLogId")) or 0, rule, now=call.now)
    return {}


def _open(db: Session, call: Call) -> Mapping[str, object]:
    previous = _order(db, call) if call.inputs.get("orderId") else None
    due = str(call.inputs.get("replyDue") or "")
    route, known = _context(call, "route"), _context(call, "facts")
    return order_steps.open_order(db, previous, route, known, due, instance=call.instance, now=call.now)


def _issue(db: Session, call: Call) -> Mapping[str, object]:
    return order_steps.issue(db, _order(db, call), _context(call, "order"), by=call.by, now=call.now)


def _reply(db: Session, call: Call) -> Mapping[str, object]:
    order_steps.keep_reply(_order(db, call), _context(call, "reply"), by=call.by, now=call.now)
    return {}


def _accept(db: Session, call: Call) -> Mapping[str, object]:
    order, review = _order(db, call), _context(call, "review")
    return {"met": order_steps.accept(db, order, review, instance=call.instance, by=call.by, now=call.now)}


def _send_back(db: Session, call: Call) -> Mapping[str, object]:
    due = str(call.inputs.get("replyDue") or "")
    return order_steps.send_back(db, _order(db, call), _context(call, "review"), due, by=call.by, now=call.now)


def _raise(db: Session, call: Call) -> Mapping[str, object]:
    return {"route": order_steps.raise_order(db, _order(db, call), now=call.now)}


def _withdraw(db: Session, call: Call) -> Mapping[str, object]:
    order_steps.withdraw(
        _order(db, call), _context(call, "order"), _context(call, "withdrawal"), by=call.by, now=call.now
    )
    return {}


def _finish(db: Session, call: Call) -> Mapping[str, object]:
    order_steps.finish(_order(db, call), now=call.now)
    return {}


def _table(db: Session, call: Call) -> Mapping[str, object]:
    order_steps.table(db, _order(db, call), now=call.now)
    return {}


def _order(db: Session, call: Call) -> SupervisionOrder:
    value = answers.whole(call.inputs.get("orderId"))
    if value is None:
        raise Problem(
            "expected {name} to be an id, but it is {value}", name="orderId", value=str(call.inputs.get("orderId"))
        )
    return orders.get(db, value)


def _context(call: Call, name: str) -> Mapping[str, Any]:
    return answers.context(call.inputs.get(name))
