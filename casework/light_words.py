"""What a light saw, in words: the figures that made its rule fire, each with its date or quarter (8, "why red?")."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from engine.errors import Sentence

_PLAN: Final = ("days_overdue_plan", "lag", "overdue_measures")
_REPORTS: Final = ("rd_ytd",)
_BY_RULE: Final[Mapping[str, tuple[str, ...]]] = {
    "DT-2.1": ("false_data_confirmed", "relapse_count"),
    "DT-2.2": (*_PLAN, "yellow_unresolved"),
    "DT-2.3": ("months_to_target",),
    "DT-2.4": ("report_missing_quarters",),
    "DT-2.5": _REPORTS,
    "DT-2.6": ("relapse_count",),
    "DT-2.7": _PLAN,
    "DT-2.8": ("rd_ytd", "rd_ytd_last_year"),
    "DT-2.9": _REPORTS,
    "DT-2.10": ("report_missing_quarters", "visit_overdue_days", "issue_overdue"),
    "DT-2.11": ("blue_count_quarter",),
    "DT-2.12": ("due_within_wd", "lag", "rd_ytd"),
    "DT-2.13": ("hitech_expire_months",),
    "3.1.1": ("task",),
    "3.1.2": ("task",),
    "3.1.3": ("task",),
}
"""Which figures belong to which rule; those that are nothing (0, unknown) are left out."""
_DUE: Final[Mapping[str, Sentence]] = {
    "": Sentence("{name} is due on {due}"),
    "measure": Sentence("the measure {name} is due on {due}"),
    "issue": Sentence("the problem {name} is due on {due}"),
    "visit": Sentence("a visit is due on {due}"),
    "plan": Sentence("the plan ends on {due}"),
}
_SAID: Final[Mapping[str, tuple[Sentence, Mapping[str, str]]]] = {
    "false_data_confirmed": (Sentence("false data are on record"), {}),
    "relapse_count": (Sentence("{value} relapses"), {"value": "relapse_count"}),
    "overdue_measures": (Sentence("{value} measures overdue"), {"value": "overdue_measures"}),
    "yellow_unresolved": (
        Sentence("{value} yellow orders without an accepted reply"),
        {"value": "yellow_unresolved"},
    ),
    "report_missing_quarters": (Sentence("not reported: {periods}"), {"periods": "missing_periods"}),
    "visit_overdue_days": (
        Sentence("a visit was due on {due}, {value} days ago"),
        {"value": "visit_overdue_days", "due": "visit_due_on"},
    ),
    "issue_overdue": (Sentence("{value} problems overdue"), {"value": "issue_overdue"}),
    "rd_ytd": (
        Sentence("R&D expense up to {period} (accounting): {value} × 10,000 yuan"),
        {"value": "rd_ytd", "period": "rd_period"},
    ),
    "rd_ytd_last_year": (
        Sentence("the same quarter a year before: {value} × 10,000 yuan"),
        {"value": "rd_ytd_last_year"},
    ),
    "blue_count_quarter": (Sentence("turned blue on {days}"), {"days": "blue_days"}),
    "hitech_expire_months": (Sentence("the high-tech certificate ends on {ends}"), {"ends": "hitech_to"}),
}


def said(number: str, figures: Mapping[str, Any]) -> tuple[Sentence, ...]:
    """The figures behind a light as sentences; `number` is that of its rule."""
    found: list[Sentence] = []
    for name in _BY_RULE.get(number, ()):
        value = figures.get(name)
        if name == "lag" and not (value or 0) < 0:
            continue
        if (
            value is None
            or value is False
            or value == ""
            or (value == 0 and not name.startswith(("rd_", "due_", "months")))
        ):
            continue
        found.append(_sentence(name, figures))
    return tuple(found)


def _sentence(name: str, figures: Mapping[str, Any]) -> Sentence:
    known = {key: _date(value) for key, value in figures.items()}
    if name in _SAID:
        words, params = _SAID[name]
        return Sentence(words.template, {param: known.get(figure) for param, figure in params.items()})
    match name:
        case "days_overdue_plan":
            if known.get("plan_ends") is None:
                return Sentence("plan overdue by {value} working days", {"value": known[name]})
            return Sentence(
                "plan overdue by {value} working days; it ends on {ends}",
                {"value": known[name], "ends": known["plan_ends"]},
            )
        case "lag":
            shown = {key: known.get(key) for key in ("day", "actual", "expected")}
            return Sentence(
                "on {day}: reached {actual} %, expected {expected} %, behind by {lag} points",
                {**shown, "lag": -int(figures["lag"])},
            )
        case "months_to_target":
            missing = (not figures.get("has_activity"), not figures.get("has_inst"))
            words = {
                (True, True): Sentence("the target date is {target}; R&D activity and institution are missing"),
                (True, False): Sentence("the target date is {target}; R&D activity is missing"),
            }.get(missing, Sentence("the target date is {target}; an R&D institution is missing"))
            return Sentence(words.template, {"target": known.get("target_date")})
        case "due_within_wd":
            words = _DUE.get(str(figures.get("due_kind") or ""), _DUE[""])
            return Sentence(words.template, {"name": known.get("due_name"), "due": known.get("due_on")})
        case _:
            return _task(known)


def _task(known: Mapping[str, Any]) -> Sentence:
    late = int(known.get("days_overdue") or 0)
    if late:
        return Sentence(
            "{task} was due on {due} and is {days} working days overdue",
            {"task": known["task"], "due": known.get("due"), "days": late},
        )
    return Sentence("{task} is due on {due}", {"task": known["task"], "due": known.get("due")})


def _date(value: Any) -> Any:
    """ISO text as the date it is, so that it is written as the reader writes dates."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value
