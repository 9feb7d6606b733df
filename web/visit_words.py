"""The codes of visits, spot checks and handovers as words for a reader."""

from collections.abc import Mapping
from typing import Final

from flask import Flask

from engine.errors import Sentence
from web import language

_WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "state": {
        "planned": Sentence("planned"),
        "started": Sentence("to be visited"),
        "visited": Sentence("visited"),
        "missed": Sentence("missed"),
        "merged": Sentence("goes along with another visit"),
        "cancelled": Sentence("no longer needed"),
    },
    "result": {
        "planned": Sentence("to be arranged"),
        "arranged": Sentence("arranged"),
        "visited": Sentence("visited"),
        "refused": Sentence("refused, to be arranged again"),
        "not_visited": Sentence("not visited"),
        "void": Sentence("void: it was not real"),
    },
    "type": {
        "first": Sentence("first visit"),
        "routine": Sentence("routine visit"),
        "topic": Sentence("visit on a topic"),
        "return": Sentence("return visit"),
        "lookback": Sentence("look-back visit"),
    },
    "cause": {
        "monthly": Sentence("plan of the month"),
        "first": Sentence("first visit"),
        "red": Sentence("red light"),
        "request": Sentence("request of the enterprise"),
        "anomaly": Sentence("unusual figures"),
        "missed": Sentence("missed before"),
        "revisit": Sentence("instead of a visit that was not real"),
        "by_hand": Sentence("planned by hand"),
    },
    "confirm": {
        "waiting": Sentence("not confirmed yet"),
        "confirmed": Sentence("confirmed by the enterprise"),
        "unconfirmed": Sentence("not confirmed by the enterprise"),
        "disputed": Sentence("disputed by the enterprise"),
    },
    "flag": {
        "same_text": Sentence("nearly the same text as last time"),
        "no_location": Sentence("without location"),
    },
    "topic": {
        "activity": Sentence("R&D activity"),
        "institution": Sentence("R&D institution"),
        "statistics": Sentence("R&D statistics"),
        "policy": Sentence("Policies"),
        "needs": Sentence("Problems and needs"),
        "progress": Sentence("Progress of measures"),
    },
    "mode": {"site": Sentence("on site"), "phone": Sentence("by telephone"), "online": Sentence("online")},
    "check": {
        "drawn": Sentence("to be checked"),
        "real": Sentence("real"),
        "false": Sentence("not real"),
        "unreached": Sentence("out of reach"),
        "unchecked": Sentence("nobody checked it"),
    },
    "kind": {
        "planned": Sentence("Visits to be made"),
        "done": Sentence("Visits made"),
        "on_time": Sentence("Made in time"),
        "late": Sentence("Made late"),
        "missed": Sentence("Missed"),
        "overdue": Sentence("Overdue"),
        "merged": Sentence("Merged"),
    },
    "class": {
        "F": Sentence("First visit"),
        "A": Sentence("A: every month"),
        "B": Sentence("B: every one or two months"),
        "C": Sentence("C: every quarter"),
        "D": Sentence("D: every half-year"),
        "E": Sentence("E: every year"),
    },
    "officer": {"在岗": Sentence("on duty"), "请假": Sentence("on leave"), "离岗": Sentence("has left")},
    "handover": {
        "transfer": Sentence("leaves the post"),
        "leave": Sentence("long leave"),
        "load": Sentence("too many cases"),
        "complaint": Sentence("complaint of an enterprise"),
    },
    "handover_state": {
        "open": Sentence("being handed over"),
        "done": Sentence("handed over"),
        "withdrawn": Sentence("kept by the county"),
    },
}


def init_app(app: Flask) -> None:
    """Give templates the filter `visit_word` and the function `visit_words`."""
    app.jinja_env.filters["visit_word"] = say
    app.jinja_env.globals["visit_words"] = several


def say(code: str, kind: str) -> str:
    """A code of one kind as a word; an unknown one as it stands."""
    sentence = _WORDS[kind].get(code)
    return language.say(sentence) if sentence is not None else code


def several(kind: str) -> dict[str, str]:
    """All codes of a kind with their words, in order."""
    return {code: language.say(sentence) for code, sentence in _WORDS[kind].items()}
