"""What the codes of problems are called: categories, states, levels, departments, steps."""

from collections.abc import Mapping
from typing import Final

from engine.errors import Sentence

CATEGORIES: Final[Mapping[str, Sentence]] = {
    "statistics": Sentence("R&D statistics and ledgers"),
    "tax": Sentence("Super deduction and tax"),
    "institution": Sentence("R&D institutions and platforms"),
    "hitech": Sentence("High-tech and other titles"),
    "technology": Sentence("Technical problems, universities"),
    "finance": Sentence("Finance and credit"),
    "talent": Sentence("Talent and titles"),
    "property": Sentence("Intellectual property and standards"),
    "resources": Sentence("Land, energy, labour, logistics"),
    "roster": Sentence("Entering the statistical roster"),
    "soe": Sentence("Assessment of state-owned firms"),
    "payment": Sentence("Payment of promised funds"),
    "obstacle": Sentence("Obstacle in a policy"),
    "other": Sentence("Other matters"),
}
SOURCES: Final[Mapping[str, Sentence]] = {
    "visit": Sentence("visit"),
    "portal": Sentence("the enterprise itself"),
    "hotline": Sentence("hotline"),
    "diagnosis": Sentence("diagnosis"),
    "meeting": Sentence("meeting"),
    "common": Sentence("merged from several"),
}
STATES: Final[Mapping[str, Sentence]] = {
    "registered": Sentence("registered"),
    "accepted": Sentence("with the department"),
    "handling": Sentence("being dealt with"),
    "raised": Sentence("raised to a higher level"),
    "answered": Sentence("answered"),
    "rated": Sentence("not content, the supervisor decides"),
    "closed": Sentence("solved and struck off"),
    "unsolvable": Sentence("cannot be solved"),
    "merged": Sentence("part of a common problem"),
}
CLASSES: Final[Mapping[str, Sentence]] = {
    "general": Sentence("ordinary"),
    "complex": Sentence("complex"),
    "policy": Sentence("obstacle in a policy"),
}
LEVELS: Final[Mapping[str, Sentence]] = {
    "county": Sentence("county level"),
    "city": Sentence("city level"),
    "region": Sentence("region level"),
    "joint": Sentence("joint office"),
}
DEPARTMENTS: Final[Mapping[str, Sentence]] = {
    "K": Sentence("science"),
    "G": Sentence("industry"),
    "S": Sentence("state assets"),
    "SW": Sentence("tax"),
    "JR": Sentence("finance office"),
    "SJ": Sentence("market supervision"),
    "CZ": Sentence("treasury"),
    "RH": Sentence("human resources"),
    "ZZ": Sentence("organisation department"),
    "JM": Sentence("joint office"),
}
REASONS: Final[Mapping[str, Sentence]] = {
    "policy": Sentence("limits of policy"),
    "money": Sentence("money"),
    "powers": Sentence("beyond our powers"),
    "enterprise": Sentence("the enterprise itself (reason)"),
}
SATISFACTION: Final[Mapping[str, Sentence]] = {
    "satisfied": Sentence("satisfied"),
    "mostly": Sentence("mostly satisfied"),
    "dissatisfied": Sentence("not satisfied"),
}
URGENCY: Final[Mapping[str, Sentence]] = {"normal": Sentence("normal"), "urgent": Sentence("urgent")}
STEPS: Final[Mapping[str, Sentence]] = {
    "registered": Sentence("Registered"),
    "routed": Sentence("Handed to the department"),
    "transferred": Sentence("Transferred to another department"),
    "accepted": Sentence("Accepted, first answer"),
    "opinion": Sentence("Another department contributed"),
    "silent": Sentence("Another department said nothing in time"),
    "raised": Sentence("Raised one level"),
    "answered": Sentence("Answered"),
    "told": Sentence("Explained to the enterprise"),
    "rated": Sentence("Rated by the enterprise"),
    "redo": Sentence("Dealt with once more"),
    "supervised": Sentence("Decided by the supervisor"),
    "closed": Sentence("Struck off"),
    "unsolvable": Sentence("Cannot be solved"),
    "merged": Sentence("Became part of a common problem"),
    "note": Sentence("Progress entered"),
}
WAY: Final[Mapping[str, Sentence]] = {
    "registered": Sentence("Sent in"),
    "accepted": Sentence("Routed"),
    "handling": Sentence("In work"),
    "answered": Sentence("Answered"),
    "closed": Sentence("Struck off"),
    "unsolvable": Sentence("Unsolved"),
    "merged": Sentence("Joined with others"),
}
ONLY: Final[Mapping[str, Sentence]] = {
    "waiting": Sentence("waiting for the answer"),
    "overdue": Sentence("past the limit, unanswered"),
    "late_first": Sentence("first answer late"),
    "within": Sentence("answered within the limit"),
    "late": Sentence("not answered within the limit"),
    "content": Sentence("enterprise content"),
    "discontent": Sentence("enterprise not content"),
    "with_enterprise": Sentence("all of enterprises"),
    "common": Sentence("common problems"),
}
ALL: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "issue_category": CATEGORIES,
    "issue_source": SOURCES,
    "issue_state": STATES,
    "issue_class": CLASSES,
    "issue_level": LEVELS,
    "department": DEPARTMENTS,
    "issue_reason": REASONS,
    "satisfaction": SATISFACTION,
    "urgency": URGENCY,
    "issue_step": STEPS,
    "issue_way": WAY,
    "issue_only": ONLY,
}
"""The kinds of codes, by the name under which templates ask for them."""
