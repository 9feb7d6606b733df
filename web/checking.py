"""What `xiaohao check` says about files, in the language asked for: sentences, JSON or SARIF. No database, no page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from casework.services import all_services
from engine import trial
from engine.errors import Finding, Invalid, Sentence
from engine.lint import reports
from engine.lint.reports import Say
from engine.lint.rules import Known
from engine.lint.wording import Language
from web.language import translations

ROOT: Final = Path(__file__).resolve().parent.parent
DRAWINGS: Final = frozenset({".bpmn", ".dmn", ".form"})
_CATALOGUES: Final[Mapping[Language, str]] = {"zh-CN": "zh_CN", "en": "en"}
_PAGE: Final = Sentence("page of the rule: {address}")
_REFUSED: Final = Sentence("{errors} errors, {warnings} remarks: these files cannot be deployed")
_ACCEPTED: Final = Sentence("{files} files can be deployed; {warnings} remarks")
_SEVERITIES: Final = {"error": Sentence("error"), "warning": Sentence("remark")}


@dataclass(frozen=True, slots=True)
class Checked:
    """Files that were read in a process of their own: `places` maps the name of each to its path as it was given."""

    findings: tuple[Finding, ...]
    places: Mapping[str, str]

    @property
    def is_deployable(self) -> bool:
        """Whether a deployment would take them."""
        return not any(one.severity == "error" for one in self.findings)


def check(names: Sequence[str], *, deployed: Known | None = None) -> Checked:
    """Reads and lints files and folders as a deployment would.

    What lies in the same folders and in workflows/ is known to be there, and what is `deployed`; so are the services of the house.

    Raises:
        Invalid: there is no such file.
    """
    paths = list(dict.fromkeys(path for name in names for path in _paths(Path(name))))
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        raise Invalid("there is no such file: {names}", names=", ".join(missing) or ", ".join(names))
    alone = {path.name for path in paths if sum(other.name == path.name for other in paths) == 1}
    given = {path.name if path.name in alone else path.as_posix(): path for path in paths}
    around = {path.resolve().parent for path in paths} | {ROOT / "workflows"}
    taken = {path.resolve() for path in paths}
    beside = [path for folder in sorted(around) for path in _paths(folder) if path.resolve() not in taken]
    known = deployed or Known()
    found = trial.inspect(
        {name: path.read_bytes() for name, path in given.items()},
        Known(known.forms, known.decisions, known.processes, {*known.job_types, *all_services()}),
        beside={str(path): path.read_bytes() for path in beside if path.name not in given},
    )
    return Checked(found, {name: path.as_posix() for name, path in given.items()})


def as_text(checked: Checked, language: Language) -> str:
    """One line for each finding with the page of its rule below it, and one line that sums up."""
    say = sayer(language)
    lines: list[str] = []
    for one in checked.findings:
        where = checked.places.get(one.resource, one.resource) + (f":{one.line}" if one.line else "")
        who = f" {one.element_id}:" if one.element_id else ""
        lines.append(f"{where}:{who} {say(_SEVERITIES[one.severity])}: {say(one.sentence)} [{one.rule}]")
        lines.append(f"    {say(Sentence(_PAGE.template, {'address': page_of(one.rule)}))}")
    warnings = sum(one.severity == "warning" for one in checked.findings)
    counts = {"files": len(checked.places), "warnings": warnings, "errors": len(checked.findings) - warnings}
    lines.append(say(Sentence((_ACCEPTED if checked.is_deployable else _REFUSED).template, counts)))
    return "\n".join(lines)


def report(
    checked: Checked, form: Literal["text", "json", "sarif"], language: Language, *, version: str, site: str = ""
) -> str:
    """The findings as text, JSON or SARIF.

    `site` is the address of a running house whose pages the rules link to; empty: the files in docs/.
    """
    if form == "text":
        return as_text(checked, language)

    def link(rule: str) -> str:
        return f"{site.rstrip('/')}/designer/rules/{rule}" if site else (ROOT / page_of(rule)).as_uri()

    say: dict[Language, Say] = {one: sayer(one) for one in reports.LANGUAGES}
    if form == "json":
        data = reports.as_json(checked.findings, say=say, link=link)
    else:
        data = reports.as_sarif(
            checked.findings, checked.places, language=language, version=version, say=say, link=link
        )
    return json.dumps(data, ensure_ascii=False, indent=2)


def page_of(rule: str) -> str:
    """The page of a rule below the root of the house."""
    return f"docs/rules/{rule}.md"


def sayer(language: Language) -> Say:
    """How a sentence is said in a language, without a page."""
    catalogue = translations(_CATALOGUES[language])

    def say(sentence: Sentence) -> str:
        text = str(catalogue.ugettext(sentence.template))
        said = {name: say(value) if isinstance(value, Sentence) else value for name, value in sentence.params.items()}
        return text.format(**said) if said else text

    return say


def _paths(path: Path) -> list[Path]:
    """A folder's drawings, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.suffix.lower() in DRAWINGS)
