"""What the codes of supervision orders are called: states, colours, levels, subjects, views."""

from collections.abc import Mapping
from typing import Final

from engine.errors import Sentence

STATES: Final[Mapping[str, Sentence]] = {
    "drafted": Sentence("waits for a signature"),
    "issued": Sentence("waits for the answer"),
    "replied": Sentence("answered, to be judged"),
    "returned": Sentence("to be answered again"),
    "accepted": Sentence("answer accepted, requirement not met yet"),
    "met": Sentence("done"),
    "raised": Sentence("taken over by the next level"),
    "meeting": Sentence("point of the next coordination meeting"),
    "withdrawn": Sentence("withdrawn"),
}
STEPS: Final[Mapping[str, Sentence]] = {
    "drafted": Sentence("The order was drafted"),
    "issued": Sentence("The order was issued"),
    "replied": Sentence("It was answered"),
    "returned": Sentence("The answer was not accepted"),
    "accepted": Sentence("The answer was accepted"),
    "met": Sentence("Its requirement is met; the order is done"),
    "raised": Sentence("The next level took over"),
    "meeting": Sentence("It became a point of the next coordination meeting"),
    "withdrawn": Sentence("The order was withdrawn"),
}
COLORS: Final[Mapping[str, Sentence]] = {
    "blue": Sentence("blue order"),
    "yellow": Sentence("yellow order"),
    "red": Sentence("red order"),
}
LEVELS: Final[Mapping[str, Sentence]] = {
    "0": Sentence("liaison officer"),
    "1": Sentence("county departments"),
    "2": Sentence("county leader"),
    "3": Sentence("city departments"),
    "4": Sentence("city leader"),
    "5": Sentence("regional departments"),
    "6": Sentence("joint office"),
}
KINDS: Final[Mapping[str, Sentence]] = {
    "case": Sentence("case"),
    "request": Sentence("request nobody could settle"),
    "city": Sentence("city"),
    "county": Sentence("county"),
}
VIEWS: Final[Mapping[str, Sentence]] = {
    "open": Sentence("not over"),
    "answer": Sentence("mine to answer"),
    "judge": Sentence("mine to sign or judge"),
    "late": Sentence("answer overdue"),
    "meeting": Sentence("for the next meeting"),
    "closed": Sentence("over"),
    "all": Sentence("all orders"),
}
REPLY: Final[Mapping[str, Sentence]] = {
    "progress": Sentence("Progress"),
    "cause": Sentence("Reasons"),
    "measures": Sentence("Measures"),
    "promised": Sentence("Done by (promise)"),
    "evidence": Sentence("Proof"),
}
ALL: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "order_state": STATES,
    "order_step": STEPS,
    "order_color": COLORS,
    "order_level": LEVELS,
    "order_kind": KINDS,
    "order_view": VIEWS,
    "order_reply": REPLY,
}
