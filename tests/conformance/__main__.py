"""`python -m tests.conformance`: runs the suites and writes docs/conformance.md."""

import sys
from collections.abc import Iterator

from tests.conformance import betsy, driven, feelin, miwg, reading, report, tck
from tests.conformance.suites import ROOT, Answer, folder
from tests.engine.bpmn import wandering

SUITES = (
    ("dmn-tck", tck.answers),
    ("feelin", feelin.answers),
    ("betsy", betsy.answers),
    ("bpmn-driven-testing", driven.answers),
    ("miwg", miwg.answers),
    *((name, reading.answers) for name in reading.SUITES),
)


def answers() -> Iterator[Answer]:
    """The answers to all suites that are there."""
    for name, run in SUITES:
        place = folder(name)
        if place is not None:
            yield from run(place)


def main() -> int:
    missing = [name for name, _ in SUITES if folder(name) is None]
    if missing:
        print(
            f"The suites {' and '.join(missing)} are not there, so docs/conformance.md stays as it is.\n"
            "Put them beside the project (../shared/suites) or name their folder in XIAOHAO_SUITES."
        )
        return 0
    kept = wandering.section()
    page = report.page(answers()).replace(
        "## Every difference", f"{kept}\n## Every difference" if kept else "## Every difference", 1
    )
    target = ROOT / "docs" / "conformance.md"
    target.write_text(page, encoding="utf-8")
    print(page.split("## Every difference")[0])
    unknown = page.count("**not understood**")
    if unknown:
        print(f"{unknown} differences have no reason; see {target.relative_to(ROOT)}.")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
