"""The errors of the house: every one is a sentence that tells a person what to do next.

A sentence is a template and its parameters. The template is the key of the message catalogue, so a door can say it in the
reader's language; `str()` gives it in English. Parameters are plain values (`str`, `int`, `date`, `Decimal`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to be said in the reader's language: `Sentence("{count} rows were refused", {"count": 3})`."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        return self.template.format(**self.params) if self.params else self.template


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark of the reader or of a lint rule about one element of a deployed file.

    `rule` is the stable name of the rule (`unknown-element`), `element_id` the id in the drawing (empty: the whole file),
    `resource` the file name. An `error` refuses the deployment, a `warning` does not. `line` counts from 1, 0 = unknown.
    """

    rule: str
    element_id: str
    sentence: Sentence
    severity: Literal["error", "warning"] = "error"
    resource: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.resource}: " if self.resource else ""
        who = f"{self.element_id}: " if self.element_id else ""
        return f"{where}{who}{self.sentence} [{self.rule}]"


class Problem(Exception):
    """something went wrong inside; the administrator has been told"""

    template: str
    params: Mapping[str, object]

    def __init__(self, template: str = "", **params: object) -> None:
        self.template = template or (type(self).__doc__ or "").strip()
        self.params = params
        super().__init__(str(self))

    @property
    def sentence(self) -> Sentence:
        """The error as a sentence that a door can say in the reader's language."""
        return Sentence(self.template, self.params)

    def __str__(self) -> str:
        return str(Sentence(self.template, self.params))


class NotFound(Problem):
    """this does not exist, or you may not see it"""


class Forbidden(Problem):
    """you may not do this"""


class Conflict(Problem):
    """somebody else was here first; look at the present state and decide again"""


class ExecutionFailed(Problem):
    """the drawing could not go on; a supervisor has been told"""

    element_id: str

    def __init__(self, template: str = "", *, element_id: str = "", **params: object) -> None:
        self.element_id = element_id
        super().__init__(template, **params)


class Invalid(Problem):
    """some answers need another look

    `fields` maps the key of a field (`""` for the whole submission) to the sentences about it.
    """

    fields: Mapping[str, Sequence[Sentence]]

    def __init__(
        self, template: str = "", *, fields: Mapping[str, Sequence[Sentence]] | None = None, **params: object
    ) -> None:
        self.fields = fields or {}
        super().__init__(template or "some answers need another look", **params)


class Undeployable(Problem):
    """these files cannot be deployed as they are

    `findings` names every element that would be misread and says what to draw instead.
    """

    findings: Sequence[Finding]

    def __init__(self, findings: Sequence[Finding], template: str = "", **params: object) -> None:
        self.findings = tuple(findings)
        super().__init__(template or "these files cannot be deployed as they are", **params)
