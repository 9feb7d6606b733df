"""`python -m tests.manual`: writes docs/feel.md, docs/rules and the modelling guide, which the tests keep fresh."""

from engine.feel import FeelFunction, manual
from tests import rule_pages
from tests.conformance.suites import ROOT
from tests.modelling import guide

PAGE = ROOT / "docs" / "feel.md"


def lent() -> list[FeelFunction]:
    """The functions that the application lends to expressions."""
    from engine import working_days

    return list(working_days.functions(lambda: None).values())  # pyright: ignore[reportArgumentType]


def text() -> str:
    """The page as it should be."""
    return manual.page(lent())


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
    rule_pages.write()
    guide.write()
    print("docs/feel.md, docs/rules and docs/modelling written")
