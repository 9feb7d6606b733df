"""Where other people's suites lie, and what one answer to one of their cases looks like."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)


def folder(name: str) -> Path | None:
    """The folder of a suite, in `XIAOHAO_SUITES` or beside the project; None when it is not there."""
    roots = [Path(os.environ["XIAOHAO_SUITES"])] if "XIAOHAO_SUITES" in os.environ else []
    roots.append(ROOT.parent / "shared" / "suites")
    for root in roots:
        if (root / name).is_dir():
            return root / name
    return None


@dataclass(frozen=True, slots=True)
class Answer:
    """One case answered. `definite`: the suite wants a value, neither null nor an error."""

    suite: str
    group: str
    id: str
    asked: str
    passed: bool
    definite: bool
    got: str
    wanted: str


def shown(value: Any) -> str:
    """A value in a table of the report."""
    text = str(value).replace("\n", " ").replace("|", "\\|")
    return text.encode("utf-8", "backslashreplace").decode()[:120]
