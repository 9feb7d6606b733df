"""The known differences to other people's suites, each with the reason; anything else that differs is a fault."""

from tests.conformance.suites import Answer

_NOT_FEEL = "not in the grammar of DMN 1.5"
_RANGE = "the TCK (0084, 1156) wants null for a range that ends before it begins, so nothing is in it"
_NULL_TEST = "a comparison with null is null, and null is no passed test; feelin takes the null for the tested null"
_TWO_KINDS = (
    "days and time durations and years and months durations have no order and no common value (0068 of the TCK)"
)
_OPEN = "the TCK (0068) keeps `> 5` and `(5..null]` apart; an end that is null is not an open end"
_TEXT = (
    "the text of a range or function is its FEEL notation, so that it can be read again; the standard leaves it open"
)

FEELIN: dict[str, str] = {
    "interpreter-spec:8": f"`^`: {_NOT_FEEL}; `**` is the power",
    "interpreter-spec:27": "a time plus a duration of months has no meaning (DMN 1.5, table 55): null",
    "interpreter-spec:51": "a date plus a days and time duration is a date (DMN 1.5, table 55, and 0100 of the TCK)",
    "interpreter-spec:56": "a date minus a days and time duration is a date (DMN 1.5, table 55, and 0100 of the TCK)",
    "interpreter-spec:134": "`between` wants its ends in order: `a >= low and a <= high` (DMN 1.5, table 42)",
    "interpreter-spec:184": '`duration("P4Y1D")` mixes both kinds of duration and is null (1120 of the TCK)',
    "interpreter-spec:203": "a unary test is no function in DMN 1.5 and cannot be called",
    "interpreter-spec:287": "a filter wants a number or a condition; a text is neither (DMN 1.5, 10.3.2.5)",
    "interpreter-spec:318": "a list of one number cannot be ordered against a number (DMN 1.5, 10.3.2.9.4 converts arguments only)",
    "interpreter-spec:327": f"`\\UDE00`: {_NOT_FEEL}, where `\\U` takes six digits",
    "interpreter-spec:331": f"`\\u1F4A9`: {_NOT_FEEL}, where `\\u` takes four digits",
    "interpreter-spec:399": _NULL_TEST,
    "interpreter-spec:401": _NULL_TEST,
    "interpreter-spec:407": "a range beside `and` is neither true nor false, the conjunction null, and the tested value is null",
    "interpreter-spec:411": "with `3 > 1` the test compares two constants: it is true for every value, but null is not compared",
    "interpreter-spec:420": "`some … in ?` over a boolean is null, not false (DMN 1.5, 10.3.2.16)",
    "interpreter-spec:422": "`some … in ?` over a boolean is null, not false (DMN 1.5, 10.3.2.16)",
    "interpreter-spec:425": _RANGE,
    "interpreter-spec:426": _RANGE,
    "interpreter-spec:466": _OPEN,
    "interpreter-spec:468": _OPEN,
    "interpreter-spec:518": _OPEN,
    "interpreter-spec:519": _OPEN,
    "builtins-spec:64": _TEXT,
    "builtins-spec:65": _TEXT,
    "builtins-spec:66": _TEXT,
    "builtins-spec:114": "`\\u{1F600}` is JavaScript's notation; XPath, which DMN refers to, has none",
    "builtins-spec:128": "in XPath `^` does not match behind a newline that ends the text (XQuery Functions 5.6.1)",
    "builtins-spec:336": _TWO_KINDS,
    "builtins-spec:475": "the key of an entry is kept as it is written but for blanks",
}

TCK: dict[str, str] = {
    "0076-feel-external-java": "functions in Java need a Java machine; a drawing that has one is refused with a finding",
}


_DEADLOCK = (
    "a run that can never go on is an incident at once, with the element at which it waits; it does not rest in silence"
)
_MI = (
    "events thrown by the single runs of a multi-instance activity are refused with a finding; the case wants the boundary event that"
    " hears them, drawn as interrupting, not to interrupt"
)
_MI_ONE = (
    "events thrown by the single runs of a multi-instance activity are refused with a finding; the case wants the interrupted activity"
    " to be left normally as well"
)
_AD_HOC = "the model logs SCRIPT_task1 behind the sub-process, the case wants SCRIPT_task3"

BETSY: dict[str, str] = {
    "activities/MultiInstance_NoneBehavior#1": _MI,
    "activities/MultiInstance_OneBehavior#1": _MI,
    "activities/MultiInstance_ComplexBehavior#1": _MI_ONE,
    "cfpatterns/WCP09_Structured_Discriminator_MultiInstance#1": _MI,
    "cfpatterns/WCP12_MultipleInstancesWithoutSynchronization#1": _MI,
    "activities/AdHocSubProcess_Sequential#1": _AD_HOC,
    "activities/AdHocSubProcess_Parallel#1": _AD_HOC,
    "events/Conditional_StartEvent_EventSubProcess_NonInterrupting#1": "the condition of the model ends in a stray `>` and is no expression",
    "events/Timer_IntermediateTimeCycleEvent#1": "a catch event waits once; a cycle there is refused with a finding (as in Camunda 8)",
    "errors/ExclusiveDiverging_ParallelConverging#1": _DEADLOCK,
    "errors/ExclusiveDiverging_ParallelConverging#2": _DEADLOCK,
    "errors/ExclusiveDiverging_ParallelConverging#3": _DEADLOCK,
    "errors/InclusiveDiverging_ParallelConverging#1": _DEADLOCK,
    "errors/InclusiveDiverging_ParallelConverging#2": _DEADLOCK,
    "errors/Token_StartQuantity_Two#1": _DEADLOCK,
}


def reason(answer: Answer) -> str:
    """Why an answer differs; empty when it should not."""
    if answer.suite == "feelin":
        return FEELIN.get(answer.id, "")
    if answer.suite == "betsy":
        return BETSY.get(answer.id, "")
    return TCK.get(answer.group, "")
