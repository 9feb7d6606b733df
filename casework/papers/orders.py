"""What stands in a supervision order with its reply slip (F17), as plain texts. Source: REFERENCE 3.6, 3.8."""

from typing import Any, Final

from sqlalchemy.orm import Session

from casework import ladder, territories
from casework.order_tables import SupervisionOrder
from casework.papers import words
from casework.papers.words import day, word

KIND: Final = "F17"


def of_order(db: Session, order: SupervisionOrder) -> dict[str, Any]:
    """The values of F17. The office is the level that supervises; who signed stands in the history, not on the paper."""
    tree = territories.tree(db)
    seat = tree.full_name(ladder.seat(order.level, order.scope))
    title = word(words.ORDERS, order.color)
    return {
        "title": title,
        "office": f"{seat}{ladder.titles(order.supervisor_post.split(' ')[:1])}",
        "order": {
            "title": title,
            "number": order.number or "（未编号）",
            "addressee": f"{tree.full_name(order.addressee_path)}{ladder.titles(order.addressee_post.split(' '))}",
            "matter": order.matter,
            "basis": order.basis,
            "requirement": order.requirement,
            "due": day(order.due_at),
            "issued": day(order.issued_at),
            "progress": str(order.reply.get("progress") or ""),
            "reason": str(order.reply.get("cause") or ""),
            "measures": str(order.reply.get("measures") or ""),
            "promised": day(str(order.reply.get("promised") or "")),
            "replied": day(order.replied_at),
        },
    }
