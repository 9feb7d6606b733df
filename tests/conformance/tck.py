"""The Technology Compatibility Kit of DMN 1.5 (Apache licence 2.0)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from engine import dmn, feel
from engine.errors import Problem
from tests.conformance.suites import NOW, Answer, shown
from tests.conformance.values import ERROR, same, tagged

_CASE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBERS = ("decimal", "double", "float", "integer", "int", "long")
_TEMPORAL = ("date", "time", "dateTime", "duration")


def answers(folder: Path) -> Iterator[Answer]:
    """Every result node of every case, answered."""
    for level in ("compliance-level-2", "compliance-level-3"):
        for file in sorted((folder / level).glob("*/*.xml")):
            root = etree.parse(file).getroot()
            if etree.QName(root).localname != "testCases":
                continue
            model = _Model(file.parent / (root.findtext(f"{_CASE}modelName") or ""))
            for case in root.findall(f"{_CASE}testCase"):
                yield from _case(level, file.parent.name, case, model)


def _case(level: str, group: str, case: Any, model: "_Model") -> Iterator[Answer]:
    inputs: dict[str, Any] = {}
    for node in case.findall(f"{_CASE}inputNode"):
        model.give(inputs, node.get("name"), node.get("namespace"), value(node))
    for node in case.findall(f"{_CASE}resultNode"):
        expected = node.find(f"{_CASE}expected")
        is_error = node.get("errorResult") == "true"
        wanted = ERROR if is_error else (value(expected) if expected is not None else None)
        note = ""
        got: Any = None
        try:
            got = model.decide(node.get("name"), inputs, case.get("type", "decision"), case.get("invocableName"))
            passed = same(got, wanted)
        except Problem as problem:
            passed, note = is_error, str(problem)
        yield Answer(
            level,
            group,
            f"{group}#{case.get('id')}#{node.get('name')}",
            model.text(node.get("name")),
            passed,
            wanted is not ERROR and wanted is not None,
            shown(note or feel.value_text(got)),
            shown("error" if wanted is ERROR else feel.value_text(wanted)),
        )


class _Model:
    """One model with those it imports. It is read leniently, as the suite plants expressions that are no FEEL."""

    def __init__(self, path: Path) -> None:
        others = [other for other in sorted(path.parent.glob("*.dmn")) if other != path]
        known: dict[Path, dmn.Decisions] = {}
        # Each round reads once more with what is known, until imports of imports are there.
        for _ in others:
            for other in others:
                imports = [one for place, one in known.items() if place != other]
                known[other] = dmn.inspect(other.read_bytes(), resource=other.name, imports=imports)
        self.decisions = dmn.inspect(path.read_bytes(), resource=path.name, imports=known.values())

    def give(self, inputs: dict[str, Any], name: str, namespace: str | None, given: Any) -> None:
        """Put an input into place; that of an imported model stands under the import's name."""
        inputs[name] = given
        for one in self.decisions.imports:
            if namespace and one.namespace == namespace and one.name:
                inputs[one.name] = {**inputs.get(one.name, {}), name: given}

    def decide(self, name: str, inputs: dict[str, Any], kind: str, service: str | None) -> Any:
        if kind == "decisionService" and service:
            return dmn.evaluate_service(self.decisions, service, inputs, now=NOW).value
        return dmn.evaluate_value(self.decisions, name, inputs, now=NOW)

    def text(self, name: str) -> str:
        """The expression behind a result, for the report."""
        decision = next((one for one in self.decisions.decisions.values() if one.name == name), None)
        return " ".join(str(getattr(getattr(decision, "logic", None), "text", name)).split())


def value(element: Any) -> Any:
    """An input or expected value of the suite as a FEEL value; ERROR for what FEEL has no value for (NaN)."""
    if element.get(f"{_XSI}nil") == "true":
        return None
    plain = element.find(f"{_CASE}value")
    if plain is not None:
        return _plain(plain)
    items = element.find(f"{_CASE}list")
    if items is not None:
        return None if items.get(f"{_XSI}nil") == "true" else [value(item) for item in items.findall(f"{_CASE}item")]
    components = element.findall(f"{_CASE}component")
    if len(components) == 1 and components[0].get(f"{_XSI}nil") == "true" and not components[0].get("name"):
        return None
    return {part.get("name"): value(part) for part in components} if components else None


def _plain(element: Any) -> Any:
    if element.get(f"{_XSI}nil") == "true":
        return None
    kind = (element.get(f"{_XSI}type") or "").rpartition(":")[2]
    text = element.text or ""
    if kind in _NUMBERS:
        return ERROR if text.strip() in ("NaN", "INF", "-INF") else feel.evaluate("number(s)", {"s": text.strip()})
    if kind == "boolean":
        return text.strip() in ("true", "1")
    if kind in _TEMPORAL:
        return tagged(kind, text.strip())
    return text
