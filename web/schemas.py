"""The form of a task in the reader's language: designers write Chinese and keep the English beside it as properties."""

from collections.abc import Mapping
from typing import Any, cast

from engine.tables import UserTask
from web import language

# The property that holds the English, and the attribute of the component that it stands for.
_WORDS = {"labelEn": "label", "descriptionEn": "description", "textEn": "text"}
_OPTION = "optionEn."


def said(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema as the page hands it to form-js: as drawn, or with its English words where the reader reads English."""
    return _in_english(schema) if language.locale_name() == "en" else schema


def name_of(task: UserTask) -> str:
    """What a task is called in the reader's language (the property `nameEn` of the drawing)."""
    english = str(task.properties.get("nameEn") or "")
    return english if english and language.locale_name() == "en" else task.name


def _in_english(component: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(component)
    properties: object = component.get("properties")
    for name, value in cast("Mapping[str, str]", properties if isinstance(properties, dict) else {}).items():
        if name in _WORDS and value:
            found[_WORDS[name]] = value
            if name == "labelEn" and "dateLabel" in component:
                found["dateLabel"] = value
    options: object = component.get("values")
    if isinstance(options, list) and isinstance(properties, dict):
        known = cast("Mapping[str, str]", properties)
        found["values"] = [
            {**option, "label": known.get(f"{_OPTION}{option.get('value')}") or option.get("label")}
            for option in cast("list[dict[str, Any]]", options)
        ]
    children: object = component.get("components")
    if isinstance(children, list):
        found["components"] = [_in_english(child) for child in cast("list[dict[str, Any]]", children)]
    return found
