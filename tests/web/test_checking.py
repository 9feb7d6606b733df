"""`xiaohao check`: what a deployment would say, as sentences, JSON and SARIF, read in a process of its own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import AnyUrl, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

import xiaohao
from engine import definitions, trial
from engine.errors import Finding
from engine.lint.catalogue import RULES
from engine.lint.rules import Known
from tests.rule_pages import FOLDER
from web import checking

DRAWINGS = FOLDER / "drawings"
BAD = [DRAWINGS / name for name in ("event.bad.bpmn", "not-xml.bad.bpmn", "table-gap.bad.dmn", "form-pattern.bad.form")]


# --- SARIF 2.1.0, in the words of its chapter 3: what we write, and nothing else ---------------------------------------


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class _Message(_Part):  # 3.11
    text: str = Field(min_length=1)


class _Level(_Part):  # 3.50
    level: Literal["none", "note", "warning", "error"]


class _Descriptor(_Part):  # 3.49
    id: str
    short_description: _Message
    help: _Message
    help_uri: str = Field(pattern=r"^(https?|file)://")
    default_configuration: _Level
    properties: Mapping[str, Any]


class _Component(_Part):  # 3.19
    name: str
    version: str
    language: str = Field(pattern="^[a-zA-Z]{2}(-[a-zA-Z]{2})?$")
    rules: list[_Descriptor]


class _Tool(_Part):  # 3.18
    driver: _Component


class _Place(_Part):  # 3.4
    uri: str = Field(pattern=r"^[!-~]+$")
    index: int = Field(default=-1, ge=-1)


class _Artifact(_Part):  # 3.24
    location: _Place
    roles: list[Literal["analysisTarget"]]


class _Region(_Part):  # 3.30
    start_line: int = Field(ge=1)


class _Physical(_Part):  # 3.29
    artifact_location: _Place
    region: _Region | None = None


class _Logical(_Part):  # 3.33
    name: str
    fully_qualified_name: str
    kind: Literal["element"]


class _Location(_Part):  # 3.28
    physical_location: _Physical
    logical_locations: list[_Logical] = Field(default=[])


class _Result(_Part):  # 3.27
    rule_id: str
    rule_index: int = Field(ge=0)
    level: Literal["none", "note", "warning", "error"]
    message: _Message
    locations: list[_Location]
    partial_fingerprints: Mapping[str, str]
    properties: Mapping[str, str]


class _Invocation(_Part):  # 3.20
    execution_successful: bool


class _Run(_Part):  # 3.14
    tool: _Tool
    language: str
    invocations: list[_Invocation]
    artifacts: list[_Artifact]
    results: list[_Result]
    column_kind: Literal["utf16CodeUnits", "unicodeCodePoints"]


class _Log(_Part):  # 3.13
    schema_: AnyUrl = Field(alias="$schema", strict=False)
    version: Literal["2.1.0"]
    runs: list[_Run]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not about the process of its own is read in this one, which costs less."""

    def inspect(files: Mapping[str, bytes], known: Known, *, beside: Mapping[str, bytes]) -> Sequence[Finding]:
        return definitions.inspect(files, known, beside)

    monkeypatch.setattr(trial, "inspect", inspect)


@pytest.fixture(scope="module")
def checked() -> checking.Checked:
    """Four bad files, read once."""
    return checking.check([str(path) for path in BAD])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_sarif_names_every_finding_by_file_element_line_and_rule(
    checked: checking.Checked, language: Literal["zh-CN", "en"]
) -> None:
    text = checking.report(checked, "sarif", language, version="1", site="https://house.example/")
    [run] = _Log.model_validate_json(text).runs
    assert len(run.results) == len(checked.findings) >= 4
    assert [one.location.uri for one in run.artifacts] == [path.as_posix() for path in BAD]
    for finding, result in zip(checked.findings, run.results, strict=True):
        rule = run.tool.driver.rules[result.rule_index]
        assert (rule.id, result.rule_id, result.level) == (finding.rule, finding.rule, finding.severity)
        assert rule.help_uri == f"https://house.example/designer/rules/{finding.rule}"
        assert rule.help.text == f"{RULES[rule.id].words(language).what} {RULES[rule.id].words(language).instead}"
        [location] = result.locations
        where = location.physical_location
        assert where.artifact_location.uri == run.artifacts[where.artifact_location.index].location.uri
        assert (where.region.start_line if where.region else 0) == finding.line
        assert [one.name for one in location.logical_locations] == ([finding.element_id] if finding.element_id else [])
    event = next(one for one in run.results if one.rule_id == "event")
    assert ("不会执行" in event.message.text) == (language == "zh-CN")


def test_json_says_everything_in_both_languages_and_links_to_the_page_of_the_rule(checked: checking.Checked) -> None:
    said = json.loads(checking.report(checked, "json", "en", version="1"))
    assert said["deployable"] is False
    assert said["errors"] + said["warnings"] == len(said["findings"])
    event = next(one for one in said["findings"] if one["rule"] == "event")
    assert (event["file"], event["element"], event["severity"]) == ("event.bad.bpmn", "x", "error")
    assert event["message"]["en"].startswith("none is not executed at a intermediateCatchEvent")
    assert "不会执行" in event["message"]["zh-CN"]
    assert event["page"] == (FOLDER / "event.md").as_uri()
    assert all(Path(one["page"].removeprefix("file://")).is_file() for one in said["findings"])


def test_text_says_a_line_for_each_finding_in_the_language_asked_for(checked: checking.Checked) -> None:
    chinese, english = (checking.report(checked, "text", one, version="1") for one in ("zh-CN", "en"))
    assert "event.bad.bpmn:6: x: error: none is not executed" in english
    assert "[event]\n    page of the rule: docs/rules/event.md" in english
    assert "这些文件不能部署" in chinese
    assert english.splitlines()[-1] == "3 errors, 1 remarks: these files cannot be deployed"


@pytest.mark.usefixtures("in_this_process")
def test_what_lies_beside_a_file_or_was_deployed_is_known_and_the_rest_is_missed(tmp_path: Path) -> None:
    drawing = tmp_path / "visit.bpmn"
    drawing.write_bytes((DRAWINGS / "form-missing.bad.bpmn").read_bytes())
    assert [one.rule for one in checking.check([str(drawing)]).findings] == ["form-missing"]
    assert checking.check([str(drawing)], deployed=Known(forms={"visits"})).findings == ()
    (tmp_path / "visits.form").write_text(json.dumps({"id": "visits", "components": [], "type": "default"}))
    assert checking.check([str(drawing)]).findings == ()


@pytest.mark.usefixtures("in_this_process")
def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "case.bpmn").write_bytes((DRAWINGS / "event.good.bpmn").read_bytes())
    found = checking.check([str(tmp_path / "old"), str(tmp_path / "new")])
    assert {one.rule for one in found.findings} == {"defined-twice"}
    assert len(found.places) == 2


@pytest.mark.usefixtures("in_this_process")
def test_the_exit_status_says_whether_the_files_can_be_deployed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XIAOHAO_DATABASE_URL", raising=False)
    good, remarked, bad = (str(DRAWINGS / name) for name in ("event.good.bpmn", "table-gap.bad.dmn", "event.bad.bpmn"))
    for words, status in (
        ((good,), 0),
        ((remarked, "--language", "en"), 0),
        ((remarked, "--strict"), 1),
        ((bad, "--format", "sarif"), 1),
        ((str(tmp_path / "none.bpmn"),), 2),
    ):
        assert xiaohao.main(("check", *words)) == status, words
    assert "there is no such file" in capsys.readouterr().out


@pytest.mark.usefixtures("in_this_process")
def test_with_a_database_what_is_deployed_there_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'house.db'}"
    (tmp_path / "visits.form").write_text(json.dumps({"id": "visits", "components": [], "type": "default"}))
    assert xiaohao.main(("deploy", str(tmp_path / "visits.form"), "--database", url)) == 0
    lonely = DRAWINGS / "form-missing.bad.bpmn"
    assert xiaohao.main(("check", str(lonely))) == 1
    assert xiaohao.main(("check", str(lonely), "--database", url)) == 0
    assert "1 个文件可以部署" in capsys.readouterr().out
