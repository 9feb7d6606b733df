"""Runs the measurements that are named (all without names) and writes their sections of docs/performance.md."""

import importlib
import os
import platform
import re
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
MEASUREMENTS = ("step", "feel", "imports", "lists", "nights", "quarters")


def machine() -> str:
    """The machine and the versions, as a table."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    rows = {
        "Processor": f"{cpu[1] if cpu else platform.processor()}, {os.cpu_count()} cores, {memory:.1f} GiB",
        "System": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "Libraries": ", ".join(
            f"{name} {version(name)}" for name in ("SpiffWorkflow", "SQLAlchemy", "psycopg", "lxml")
        ),
        "SQLite": sqlite3.sqlite_version,
        "Load while measuring": f"{os.getloadavg()[1]:.1f} (mean of 5 minutes)",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def main() -> None:
    known = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    sections = dict(re.findall(r"<!-- (\w+) -->\n(.*?)(?=\n<!-- |\Z)", known, flags=re.DOTALL))
    for name in sys.argv[1:] or MEASUREMENTS:
        print(f"→ {name}")
        sections[name] = importlib.import_module(f"bench.{name}").measure().strip() + "\n"
    sections["machine"] = machine() + "\n"
    page = [
        "# What it costs\n",
        "Written by `make bench`; each section names what was measured. Times are CPU time of the thread, which other work on the",
        "machine disturbs least; compare figures with each other only.\n",
        *(f"<!-- {name} -->\n{sections[name]}" for name in ("machine", *sorted(set(sections) - {"machine"}))),
    ]
    PAGE.write_text("\n".join(page).rstrip() + "\n", encoding="utf-8")
    print(f"→ {PAGE.relative_to(Path.cwd())}" if PAGE.is_relative_to(Path.cwd()) else f"→ {PAGE}")


main()
