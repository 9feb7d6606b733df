"""The rules of the house, held; and each proven to hold by planting its fault once."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator

from casework.services import all_services
from engine import definitions
from engine.db import Base, Database, UtcDateTime
from tests import databases, house
from web import catalogues

Rule = Callable[[Path], list[str]]

NOON = datetime(2026, 6, 30, 4, tzinfo=UTC)
PIN = "flask==3.1.3 \\\n    --hash=sha256:00\n"

# What each rule must find: files of a tree that is otherwise well kept, and a word of the fault.
PLANTED: list[tuple[Rule, dict[str, str], str]] = [
    (house.commits_outside_the_door, {"casework/cases.py": "def close(db):\n    db.commit()\n"}, "only engine/db.py"),
    (house.readings_of_the_world, {"engine/jobs.py": "import os\nHOME = os.environ['HOME']\n"}, "environment"),
    (house.readings_of_the_world, {"engine/jobs.py": "import os\nHOME = os.getenv('HOME')\n"}, "environment"),
    (house.readings_of_the_world, {"casework/cases.py": "NOW = datetime.now(UTC)\n"}, "datetime.now"),
    (house.readings_of_the_world, {"casework/cases.py": "NOW = datetime.date.today()\n"}, "date.today"),
    (house.readings_of_the_world, {"web/pages.py": "import time\nNOW = time.time()\n"}, "time.time"),
    (house.readings_of_the_world, {"engine/tables.py": "made = column(server_default=func.now())\n"}, "func.now"),
    (house.sleeps, {"tests/test_jobs.py": "import time\ntime.sleep(1)\n"}, "nothing sleeps"),
    (house.code_from_text, {"engine/feel/run.py": "VALUE = eval('1')\n"}, "eval"),
    (house.code_from_text, {"engine/feel/run.py": "exec('x = 1')\n"}, "exec"),
    (house.code_from_text, {"engine/state.py": "from pickle import loads\n"}, "pickle"),
    (house.code_from_text, {"engine/state.py": "import yaml\nyaml.load(text)\n"}, "yaml.load"),
    (house.code_from_text, {"scripts/make.py": "subprocess.run(line, shell=True)\n"}, "shell"),
    (house.rooms_with_code_in_the_doorway, {"engine/__init__.py": '"""The machine."""\nX = 1\n'}, "no code"),
    (house.rooms_with_code_in_the_doorway, {"engine/__init__.py": ""}, "one paragraph"),
    (house.modules_without_a_caption, {"engine/jobs.py": "X = 1\n"}, "caption"),
    (house.names_that_say_nothing, {"web/utils.py": '"""Things."""\n'}, "utils"),
    (house.names_that_say_nothing, {"casework/helpers/dates.py": '"""Dates."""\n'}, "helpers"),
    (house.traces_of_one_machine, {"docs/start.md": "/".join(("cd ", "home", "anna", "xiaohao"))}, "one machine"),
    (house.traces_of_one_machine, {"requirements/app.txt": "--index-" + f"url http://mirror/\n{PIN}"}, "one machine"),
    (house.modules_too_long, {"engine/jobs.py": '"""Jobs."""\n' + "X = 1\n" * 500}, "501 lines"),
    (house.rooms_missing_on_the_map, {"attic/box.txt": "old\n"}, "attic/ has no row"),
    (house.rooms_missing_on_the_map, {"README.md": "| [`cellar/`](cellar/) | wine |\n"}, "cellar/ is on the map"),
    (house.pages_missing_on_the_map, {"docs/tea.md": "# Tea\n"}, "docs/tea.md: has no row"),
    (house.pages_missing_on_the_map, {"docs/decisions/0002-tea.md": "# Tea\n"}, "two decisions"),
    (house.requirements_without_a_reason, {"requirements/app.in": "leftpad==1.0\n"}, "leftpad has no line"),
    (house.requirements_without_a_reason, {"requirements/app.txt": "flask==3.1.3\n"}, "flask is not pinned"),
    (house.sentences_nobody_can_translate, {"engine/jobs.py": "raise Conflict(f'job {id} is done')\n"}, "as a text"),
    (house.processes_without_a_story, {"workflows/tea.bpmn": "<definitions/>\n"}, "no story"),
]

WELL_KEPT = {
    "engine/__init__.py": '"""The machine."""\n',
    "engine/db.py": '"""The database."""\n\n\ndef save(session):\n    session.commit()\n    return time.time()\n',
    "xiaohao.py": '"""The command."""\nimport os\nHOME = os.environ["HOME"]\n',
    "tests/stories/test_case.py": '"""The story of a case."""\n',
    "workflows/case.bpmn": "<definitions/>\n",
    "requirements/app.in": "Flask==3.1.3\n",
    "requirements/app.txt": PIN,
    "docs/README.md": "[words](glossary.md)\n",
    "docs/glossary.md": "# Words\n",
    "docs/decisions/0002-dependencies.md": "* `flask`: pages\n",
} | dict.fromkeys(
    ("README.md", "README.zh-CN.md"),
    "".join(
        f"| [`{top}`]({top}) | … |\n"
        for top in ("engine/", "xiaohao.py", "tests/", "workflows/", "requirements/", "docs/")
    ),
)


def write(root: Path, tree: dict[str, str]) -> None:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_the_house_has_no_fault_of_this_kind(rule: Rule):
    assert rule(house.ROOT) == []


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_a_well_kept_house_is_not_accused(rule: Rule, tmp_path: Path):
    write(tmp_path, WELL_KEPT)
    assert rule(tmp_path) == []


@pytest.mark.parametrize(("rule", "fault", "word"), PLANTED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_fault_is_found(rule: Rule, fault: dict[str, str], word: str, tmp_path: Path):
    write(tmp_path, WELL_KEPT | fault)
    assert any(word in line for line in rule(tmp_path)), rule(tmp_path)


def test_every_rule_has_been_proven():
    assert {rule for rule, _fault, _word in PLANTED} == set(house.RULES)


def test_every_instant_in_the_tables_has_a_zone():
    databases.import_tables()
    naive = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type, DateTime)
        and not isinstance(column.type, UtcDateTime)
    ]
    assert naive == []


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_every_sentence_of_the_house_has_words_in_both_languages(locale: str):
    assert catalogues.missing(locale) == []


def test_a_sentence_without_words_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = {
        "engine/errors.py": "class Problem(Exception):\n    def __init__(self, template): ...\n"
        'class Conflict(Problem):\n    """the kettle is {state}"""\n',
        "engine/tea.py": 'def refuse(cup, template, **params): ...\nrefuse(cup, "the {leaf} is wet", leaf="green")\n',
        "web/tea.py": 'flash(gettext("the water is cold"))\n',
        "web/templates/tea.html": "<p>{{ _('the cup is empty') }}</p>\n",
        "web/islands/src/tea.js": 't("the spoon is lost");\n',
    }
    write(tmp_path, said)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    faults = " ".join(catalogues.missing("zh_CN"))
    for thing in ("kettle", "leaf", "water", "cup", "spoon"):
        assert f"{thing}" in faults


BREACHES = {
    "Doors stand on the domain": ("engine/errors.py", "import casework"),
    "Inside the machine every module has its floor": ("engine/attic.py", '"""A module without a floor."""'),
    "Only engine.bpmn knows SpiffWorkflow": ("casework/__init__.py", "import SpiffWorkflow.task"),
    "Only the counter knows Flask": ("engine/errors.py", "import flask"),
    "Only the clock knows APScheduler": ("web/__init__.py", "import apscheduler.triggers"),
    "Nobody imports the command": ("scheduler/__init__.py", "import xiaohao"),
}


def test_every_import_contract_breaks_when_it_is_breached(tmp_path: Path):
    shutil.copy(house.ROOT / "pyproject.toml", tmp_path)
    for room in house.ROOMS:
        shutil.copytree(house.ROOT / room, tmp_path / room, ignore=_not_python)
    for path, line in BREACHES.values():
        with (tmp_path / path).open("a") as module:
            module.write(f"\n{line}\n")
    lint = Path(sys.executable).with_name("lint-imports")
    said = subprocess.run([lint, "--no-cache", "--no-logo"], cwd=tmp_path, check=False, capture_output=True, text=True)
    verdicts = re.findall(r"^(.+) (?:KEPT|BROKEN)\b", said.stdout, re.MULTILINE)
    assert len(verdicts) == len(BREACHES), said.stdout + said.stderr
    for name in BREACHES:
        assert re.search(f"^{re.escape(name)}.* BROKEN", said.stdout, re.MULTILINE), said.stdout


def _not_python(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()} | {
        "node_modules",
        "__pycache__",
    }


def test_every_drawing_of_the_house_is_deployed_without_a_remark(database_url: str):
    database = Database(database_url, info={"services": all_services()})
    drawings = {
        path.name: path.read_bytes()
        for path in sorted((house.ROOT / "workflows").iterdir())
        if path.suffix in {".bpmn", ".dmn", ".form"}
    }
    try:
        with database.transaction() as db:
            deployed = definitions.deploy(db, drawings, name="policy", source="folder", by="designer", now=NOON)
            assert [str(finding) for finding in deployed.findings] == []
        assert {placed.resource for placed in deployed.definitions} == set(drawings)
    finally:
        database.close()
