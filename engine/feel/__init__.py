"""FEEL (DMN 1.5, chapter 10): parsed once, compiled to closures over plain values, evaluated under a budget; no eval, no exec."""

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration, parse_duration
from engine.feel.evaluation import LOCAL, Budget, BudgetExceeded, Evaluation, FeelWarning
from engine.feel.expression import (
    Expression,
    Tests,
    evaluate,
    evaluate_with_warnings,
    parse,
    parse_unary_tests,
    unary_test,
)
from engine.feel.plain import from_json, to_json
from engine.feel.syntax import FeelSyntaxError
from engine.feel.temporal import FarDate, FarDateTime, Time, parse_date, parse_datetime, parse_time
from engine.feel.text import value_text
from engine.feel.values import FeelFunction, Function, NotAValue, Range, Value

DateTime = FarDateTime
unary = unary_test

__all__ = [
    "LOCAL",
    "Budget",
    "BudgetExceeded",
    "DateTime",
    "DaysTimeDuration",
    "Evaluation",
    "Expression",
    "FarDate",
    "FarDateTime",
    "FeelFunction",
    "FeelSyntaxError",
    "FeelWarning",
    "Function",
    "NotAValue",
    "Range",
    "Tests",
    "Time",
    "Value",
    "YearsMonthsDuration",
    "evaluate",
    "evaluate_with_warnings",
    "from_json",
    "parse",
    "parse_date",
    "parse_datetime",
    "parse_duration",
    "parse_time",
    "parse_unary_tests",
    "to_json",
    "unary",
    "unary_test",
    "value_text",
]
