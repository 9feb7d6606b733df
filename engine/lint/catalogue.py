"""Every rule by name: what a finding refers to, in the page of the designers, in JSON and SARIF, and in docs/rules."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.lint import checking, rules
from engine.lint.decision_pages import DECISIONS
from engine.lint.drawing_pages import DRAWINGS
from engine.lint.file_pages import FILES
from engine.lint.form_pages import FORMS
from engine.lint.wording import RulePage, read


def _all() -> dict[str, RulePage]:
    found = [read(checking.name_of(rule), "error", rule.__doc__ or "") for rule in rules.ERRORS]
    found += [read(checking.name_of(rule), "warning", rule.__doc__ or "") for rule in rules.WARNINGS]
    return {page.name: page for page in (*FILES, *DRAWINGS, *found, *FORMS, *DECISIONS)}


RULES: Final[Mapping[str, RulePage]] = MappingProxyType(_all())
"""Files first, then drawings, lint, forms and decisions."""
