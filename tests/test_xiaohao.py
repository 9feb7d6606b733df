"""The command: thin, and its sentences tell what to do next."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

import xiaohao
from casework import people
from casework.tables import Enterprise, Setting
from engine.db import Database
from engine.errors import Invalid
from scheduler.clock import DemoClock

ROOT = Path(__file__).parents[1]
ROSTER = ROOT / "tests" / "data" / "rosters" / "规上工业企业名册.xlsx"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(xiaohao, "_data", lambda: tmp_path)
    return f"sqlite:///{tmp_path / 'house.db'}"


def command(*words: str) -> int:
    return xiaohao.main(words)


def test_an_empty_house_is_prepared_twice_and_the_second_time_finds_everything(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _time in range(2):
        assert command("run", "--only-prepare", "--no-demo", "--database", url) == 0
        assert "ready in" in capsys.readouterr().out
    database = Database(url)
    assert database.check() == []
    with database.reading() as db:
        assert people.find(db, "adm") is None, "nobody is preset"
    database.close()


def test_a_roster_is_read_without_writing_and_then_imported_with_a_copy(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.xlsx"
    assert command("password", "adm", "--name", "管理员", "--database", url) == 0
    assert command("import", str(ROSTER), "--copy", str(copy), "--database", url) == 0
    assert "425 rows: 27 refused, 50 with a remark, 348 without; nothing was written" in " ".join(
        capsys.readouterr().out.split()
    )
    assert load_workbook(copy)["规上工业"]["E34"].comment is not None
    database = Database(url)
    with database.reading() as db:
        assert db.query(Enterprise).count() == 0
    assert command("import", str(ROSTER), "--apply", "--by", "adm", "--database", url) == 0
    with database.reading() as db:
        assert db.query(Enterprise).count() == 398
    database.close()


def test_what_cannot_be_done_is_said_in_a_sentence_and_with_an_exit_code(
    url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = tmp_path / "x.bpmn"
    broken.write_text("<bpmn")
    for words, says in (
        (("import", str(broken)), "no header was found"),
        (("deploy", str(broken)), "cannot be deployed"),
        (("deploy", str(tmp_path / "none.bpmn")), "there is no such file"),
        (("clock", "advance", "5wd"), "only the clock of the demo can be moved"),
        (("decide", "nothing"), "expected a decision named nothing"),
        (("password", "nobody"), "nobody is called nobody"),
        (("feel", "1 +"), ""),
        (("story", "nothing"), "there are no stories of nothing"),
    ):
        assert command(*words, "--database", url) == 1, words
        assert says in " ".join(capsys.readouterr().out.split()), words


def test_feel_knows_the_calendar(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("password", "adm", "--name", "管理员", "--database", url) == 0
    capsys.readouterr()
    assert (
        command("feel", 'working days between(date("2026-09-28"), d)', 'd=date("2026-10-10")', "--database", url) == 0
    )
    assert command("feel", "a + 0.1", "a=0.2", "--database", url) == 0
    assert "0.3" in capsys.readouterr().out


def test_a_decision_is_asked_in_its_file_before_it_is_deployed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(ROOT / "workflows" / "plan-approval.dmn")
    facts = 'facts={light: "red", lists: ["L3"], revenue_yi: 1, supervisor_level: "", reopened: false, renewed: false}'
    assert command("decide", file, "plan-approval", facts, "--why", "--database", url) == 0
    assert "红灯案件" in capsys.readouterr().out
    assert command("decide", file, "nothing", "--database", url) == 1
    assert command("feel", "1 +", "--database", url) == 1
    assert "^" in capsys.readouterr().out


def test_all_drawings_of_the_house_can_be_deployed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("check", "--language", "en", "--database", url) == 0
    assert "can be deployed" in capsys.readouterr().out
    assert command("verify", "--database", url) == 0
    assert "no fault was found" in capsys.readouterr().out


def test_the_clock_of_a_demo_is_moved_by_working_days(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(url)
    assert command("password", "adm", "--name", "管理员", "--database", url) == 0
    clock = DemoClock(database)
    clock.set(datetime(2026, 9, 30, 2, 0, tzinfo=UTC), by="adm")
    with database.transaction() as db:
        db.add(Setting(key="demo", value={"until": "x"}, updated_by="x", updated_at=clock.now()))
    assert command("clock", "advance", "1wd", "--database", url) == 0
    assert "2026-10-08 17:31" in capsys.readouterr().out
    database.close()


def test_a_stretch_of_time_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="write 5wd, 3d or 2h"):
        xiaohao._later(xiaohao.calendars.Calendar(frozenset(), {}), datetime(2026, 1, 1, tzinfo=UTC), "soon")


def test_the_key_of_the_cookies_is_made_once_and_for_us_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xiaohao, "_data", lambda: tmp_path)
    monkeypatch.delenv("XIAOHAO_SECRET_KEY", raising=False)
    first = xiaohao._secret_key()
    assert len(first) == 64
    assert xiaohao._secret_key() == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("XIAOHAO_SECRET_KEY", "given")
    assert xiaohao._secret_key() == "given"
