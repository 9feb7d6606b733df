"""DMN on FEEL: decision tables with every hit policy, boxed expressions, requirement graphs; every answer can be explained."""

from engine.dmn.analysis import Analysis, analyse, findings
from engine.dmn.evaluation import Decided, evaluate, evaluate_service, evaluate_value
from engine.dmn.model import Decision, Decisions
from engine.dmn.reader import inspect, read

__all__ = [
    "Analysis",
    "Decided",
    "Decision",
    "Decisions",
    "analyse",
    "evaluate",
    "evaluate_service",
    "evaluate_value",
    "findings",
    "inspect",
    "read",
]
