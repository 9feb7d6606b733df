"""What files hold, by name and no further: enough to know whether a drawing beside them may name it."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, cast

from engine.bpmn.xml import BPMN, Findings, parse, split
from engine.errors import Undeployable
from engine.lint.rules import Known


def named(files: Mapping[str, bytes]) -> Known:
    """The forms, decisions and executable processes in the files; what cannot be read holds nothing."""
    forms: set[str] = set()
    decisions: set[str] = set()
    processes: set[str] = set()
    for resource, content in files.items():
        suffix = PurePosixPath(resource).suffix.lower()
        if suffix == ".form":
            forms |= {PurePosixPath(resource).name, *_form(content)}
        elif suffix in {".bpmn", ".dmn"}:
            try:
                root = parse(content, Findings(resource))
            except Undeployable:
                continue
            for node in root:
                namespace, local = split(node.tag)
                if (namespace, local) == (BPMN, "process") and node.get("isExecutable") == "true":
                    processes.add(node.get("id") or "")
                elif suffix == ".dmn" and local == "decision":
                    decisions.add(node.get("id") or "")
    return Known(forms - {""}, decisions - {""}, processes - {""})


def _form(content: bytes) -> set[str]:
    try:
        schema: Any = json.loads(content)
    except (ValueError, RecursionError):
        return set()
    return {str(cast(dict[str, Any], schema).get("id") or "")} if isinstance(schema, dict) else set()
