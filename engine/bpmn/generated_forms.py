"""Forms of Camunda 7: form fields of a drawing (`camunda:formData`) become a form of ours, form keys a reference to a deployed file.

A generated form is deployed together with its drawing, under the ids of the process and the element. Custom types and validators are
Java and refused; so are embedded and external forms, which are pages of another application.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from engine.bpmn.xml import CAMUNDA, Findings, attribute, children, line_of, split

_KEY: Final = re.compile(r"camunda-forms:(?:deployment|app):(?P<file>[^:]+\.form)")
_NAME: Final = re.compile(r"[^\W\d]\w*")
_TYPES: Final = {
    "string": {"type": "textfield"},
    "long": {"type": "number", "decimalDigits": 0},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date"},
    "enum": {"type": "select"},
}
_RULES: Final = {"minlength": "minLength", "maxlength": "maxLength", "min": "min", "max": "max"}


def file_of(key: str, owner: str, findings: Findings, line: int) -> str | None:
    """The file that a form key of Camunda 7 names; any other key is a finding, and None."""
    found = _KEY.fullmatch(key)
    if found:
        return found["file"]
    findings.error(
        "form-key", owner,
        "the form {key} is a page of another application and is not shown here; draw it as a Camunda form, deploy it and link it by its form id",
        key=key, line=line,
    )  # fmt: skip
    return None


def schema(data: etree._Element, form_id: str, owner: str, findings: Findings) -> str | None:
    """The form (form-js JSON) that form fields ask for; None without fields. What cannot be asked is a finding."""
    for name in data.attrib:
        findings.error(
            "camunda-7", owner, "the attribute {name} of camunda:formData is not read; take it away",
            name=split(str(name))[1], line=line_of(data),
        )  # fmt: skip
    components = [
        field
        for local, node in _known(data, {"formField"}, owner, findings)
        if local and (field := _field(node, owner, findings))
    ]
    if not components:
        return None
    form = {"type": "default", "id": form_id, "schemaVersion": 18, "components": components}
    return json.dumps(form, ensure_ascii=False)


def _field(node: etree._Element, owner: str, findings: Findings) -> dict[str, Any] | None:
    """One field as a component of a form."""
    key, kind = attribute(node, "id") or "", attribute(node, "type") or ""
    label, default = attribute(node, "label") or key, attribute(node, "defaultValue")
    _only(node, {"id", "type", "label", "defaultValue", "datePattern"}, owner, findings)
    if not _NAME.fullmatch(key):
        findings.error(
            "camunda-7", owner, "the form field {id} is not the name of a variable", id=key, line=line_of(node)
        )
        return None
    if kind not in _TYPES:
        findings.error(
            "camunda-7", owner, "the form field {id} has the type {type}; choose string, long, boolean, date or enum",
            id=key, type=kind or "-", line=line_of(node),
        )  # fmt: skip
        return None
    field: dict[str, Any] = {**_TYPES[kind], "id": f"Field_{key}", "key": key}
    field["dateLabel" if kind == "date" else "label"] = label
    values: list[dict[str, str]] = []
    for local, inner in _known(node, {"validation", "value", "properties"}, owner, findings):
        if local == "value" and kind == "enum":
            _only(inner, {"id", "name"}, owner, findings)
            value = attribute(inner, "id") or ""
            values.append({"label": attribute(inner, "name") or value, "value": value})
        elif local == "validation":
            _validation(inner, key, field, owner, findings)
        else:
            findings.error(
                "camunda-7", owner, "{name} of the form field {id} says nothing here; take it away", name=local, id=key,
                line=line_of(inner),
            )  # fmt: skip
    if kind == "enum":
        field["values"] = values
    if attribute(node, "datePattern"):
        findings.warning("camunda-7", owner, "the form field {id} is asked as a date of the calendar; its pattern says nothing here",
                         id=key, line=line_of(node))  # fmt: skip
    if default is not None:
        _default(field, kind, default, key, owner, findings, line_of(node))
    return field


def _validation(node: etree._Element, key: str, field: dict[str, Any], owner: str, findings: Findings) -> None:
    _only(node, set(), owner, findings)
    rules: dict[str, Any] = {}
    for _, constraint in _known(node, {"constraint"}, owner, findings):
        _only(constraint, {"name", "config"}, owner, findings)
        name, config = attribute(constraint, "name") or "", attribute(constraint, "config")
        is_on = (config or "true").lower() == "true"
        if name == "required" and config in {None, "true", "false"}:
            rules["required"] = is_on
        elif name == "readonly" and config in {None, "true", "false"}:
            field["readonly"] = is_on
        elif name in _RULES and config is not None and re.fullmatch(r"-?\d{1,18}", config, re.ASCII):
            rules[_RULES[name]] = int(config)
        else:
            findings.error(
                "camunda-7", owner,
                "the constraint {name}={config} of the form field {id} is not checked here; check it in a Camunda form",
                name=name, config=str(config), id=key, line=line_of(constraint),
            )  # fmt: skip
    if rules:
        field["validate"] = rules


def _default(field: dict[str, Any], kind: str, text: str, key: str, owner: str, findings: Findings, line: int) -> None:
    """A default value that stands there as it is; computed ones are drawn as an input mapping of a Camunda form."""
    if kind == "long" and re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        field["defaultValue"] = int(text)
    elif kind == "boolean" and text in {"true", "false"}:
        field["defaultValue"] = text == "true"
    elif kind in {"string", "enum"} and "${" not in text and "#{" not in text:
        field["defaultValue"] = text
    else:
        findings.error(
            "camunda-7", owner, "the form field {id} cannot begin with {value}; take the default value away, or draw a Camunda form",
            id=key, value=text, line=line,
        )  # fmt: skip


def _known(
    node: etree._Element, names: set[str], owner: str, findings: Findings
) -> Iterator[tuple[str, etree._Element]]:
    """The children of Camunda 7 with these names; any other is a finding."""
    for each in node:
        namespace, local = split(each.tag)
        if namespace == CAMUNDA and local in names:
            yield local, each
        else:
            findings.error(
                "camunda-7", owner, "{name} inside camunda:{holder} is not read; take it away", name=local,
                holder=split(node.tag)[1], line=line_of(each),
            )  # fmt: skip


def _only(node: etree._Element, names: set[str], owner: str, findings: Findings) -> None:
    """Attributes that are read; any other is a finding."""
    for name in node.attrib:
        if str(name) not in names:
            findings.error(
                "camunda-7", owner, "{name} inside camunda:{holder} is not read; take it away", name=split(str(name))[1],
                holder=split(node.tag)[1], line=line_of(node),
            )  # fmt: skip


def data_of(node: etree._Element) -> list[etree._Element]:
    """The form fields of an element, where Camunda 7 keeps them."""
    found: list[etree._Element] = []
    for local, holder in children(node):
        if local == "extensionElements":
            found += [each for name, each in children(holder, CAMUNDA) if name == "formData"]
    return found
