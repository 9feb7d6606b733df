"""Forms of Camunda 8 that stand in the drawing itself (`zeebe:userTaskForm`), and the user tasks that show them by a form key.

Such a form is deployed together with its drawing, under the ids of the process and the form.
"""

import json
import re
from typing import Any, Final, cast

from lxml import etree

from engine.bpmn.model import Form
from engine.bpmn.xml import Findings, attribute, content, line_of

_KEY: Final = re.compile(r"camunda-forms:bpmn:(?P<id>.+)")


class EmbeddedForms:
    """The forms inside the processes of one file."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self._forms: dict[str, Form] = {}
        self._unshown: dict[str, tuple[str, int]] = {}

    def read(self, extension: etree._Element, process_id: str) -> None:
        """Keep one form of a process until a user task shows it."""
        line, form_id = line_of(extension), attribute(extension, "id")
        try:
            schema: Any = json.loads(content(extension))
        except (ValueError, RecursionError):
            schema = None
        if form_id is None or not isinstance(schema, dict):
            self.findings.error(
                "form-key",
                process_id,
                "a form inside the drawing has no id, or is not what the form editor writes",
                line=line,
            )
            return
        key = f"{process_id}.{form_id}"
        named = {**cast("dict[str, Any]", schema), "id": key}
        self._forms[form_id] = Form(key, "deployment", schema=json.dumps(named, ensure_ascii=False))
        self._unshown[form_id] = (process_id, line)

    def shown(self, key: str) -> Form | None:
        """The form that a form key of a user task names; None when there is none in the drawing."""
        found = _KEY.fullmatch(key)
        form = self._forms.get(found["id"]) if found else None
        if found and form:
            self._unshown.pop(found["id"], None)
        return form

    def remark_unshown(self) -> None:
        """After all user tasks: what no one shows says nothing."""
        for form_id, (process_id, line) in self._unshown.items():
            self.findings.warning("not-executed", process_id, "no user task shows the form {id}", id=form_id, line=line)
        self._unshown.clear()
