"""The commands for designers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.dmn.commands import DECIDE_USAGE, FEEL_USAGE, decide_command, feel_command
from engine.errors import Invalid, NotFound
from tests.engine.dmn import drawn

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)


def test_feel_prints_the_value_and_why_parts_are_null(tmp_path: Path) -> None:
    assert feel_command(["1 + 2"]) == "3"
    assert feel_command(["today()"], now=NOW) == "2026-06-30"
    assert feel_command(["企业 + list", "企业=甲", 'list="L1"']) == '"甲L1"'
    assert feel_command(["money > 2000", "money=2500"]) == "true"
    assert feel_command(["[1..5]", "--test", "3"]) == "true"
    assert feel_command(["1 + missing"]).splitlines()[1] == "  missing: there is nothing named missing here"
    (tmp_path / "in.json").write_text('{"facts": {"lag": -21}}', encoding="utf-8")
    assert feel_command(["facts.lag", "--json", str(tmp_path / "in.json")]) == "-21"
    assert feel_command([]) == feel_command(["--help"]) == FEEL_USAGE


def test_feel_points_at_the_mistake() -> None:
    with pytest.raises(Invalid) as found:
        feel_command(["金额 + * 2"])
    assert str(found.value).endswith("金额 + * 2\n       ^")
    with pytest.raises(Invalid, match="--wrong is not known"):
        feel_command(["1", "--wrong"])


def test_decide_prints_value_explanation_and_findings(tmp_path: Path) -> None:
    path = tmp_path / "light.dmn"
    table = drawn.table(["lag"], ["light"], [["> 20", '"red"'], ["[0..20]", '"green"']], types=["number"])
    path.write_bytes(drawn.file(drawn.decision("light", table)))
    assert decide_command([str(path), "--input", "lag=25"]) == '"red"'
    assert decide_command([str(path), "light", "lag=5"]) == '"green"'
    assert '"matched"' in decide_command([str(path), "lag=25", "--why"])
    assert "no rule matches lag: < 0" in decide_command([str(path), "--look"])
    assert decide_command([]) == DECIDE_USAGE
    with pytest.raises(NotFound, match="expected a decision named dark"):
        decide_command([str(path), "dark"])
    with pytest.raises(NotFound, match="cannot be read"):
        decide_command([str(tmp_path / "none.dmn")])
    with pytest.raises(Invalid, match="expected NAME=VALUE"):
        decide_command([str(path), "--input", "lag"])
