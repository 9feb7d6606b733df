"""Camunda Forms: what the form editor of Camunda Modeler wrote (form-js JSON), read and checked once per version.

The page shows a form with form-js; what is answered is decided on the server, in `submissions`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from engine import feel, form_dialect
from engine.errors import Finding, Sentence, Undeployable

_INPUTS: Final = frozenset(
    [
        "textfield",
        "textarea",
        "number",
        "checkbox",
        "checklist",
        "radio",
        "select",
        "taglist",
        "datetime",
        "filepicker",
        "expression",
    ]
)
_CONTAINERS: Final = frozenset({"group", "dynamiclist"})
_SHOWN: Final = frozenset(
    ["text", "html", "image", "button", "separator", "spacer", "table", "iframe", "documentPreview"]
)
_FOREIGN: Final = frozenset({"iframe", "documentPreview"})
_CHOICES: Final = frozenset({"radio", "select", "checklist", "taglist"})
_LARGEST_FORM: Final = 1_000_000
_DEEPEST: Final = 20


@dataclass(frozen=True)
class Field:
    """One component of a form.

    `path` is where its value lies below its scope (the form, or a row of a dynamic list): a key `plan.start` has the path
    `("plan", "start")`. `rules` are form-js' `validate` properties as written; a text with a leading `=` is FEEL.
    """

    id: str
    type: str
    label: str
    path: tuple[str, ...] = ()
    hide: str = ""
    rules: Mapping[str, Any] = field(default_factory=dict[str, Any])
    options: tuple[Mapping[str, Any], ...] | None = None
    options_key: str = ""
    options_expression: str = ""
    expression: str = ""
    is_disabled: bool = False
    readonly: bool | str = False
    source: Mapping[str, Any] = field(default_factory=dict[str, Any])
    children: "tuple[Field, ...]" = ()

    @property
    def is_input(self) -> bool:
        """Whether a value belongs to this component."""
        return self.type in _INPUTS


@dataclass(frozen=True)
class Form:
    """A form as read: its id, its components, and the JSON a page hands to form-js."""

    id: str
    fields: tuple[Field, ...]
    schema: Mapping[str, Any]

    def inputs(self) -> Iterator[Field]:
        """All fields that carry a value, in the order of the form, those inside groups and rows included."""
        yield from _inputs(self.fields)


def read(source: bytes, *, resource: str = "") -> Form:
    """The form in `source` (form-js JSON, UTF-8).

    Raises:
        Undeployable: it is not a form, has components nobody knows, keys that collide, or FEEL that does not parse; every
            finding names the component.
    """
    findings: list[Finding] = []

    def refuse(element: str, rule: str, template: str, **params: object) -> None:
        findings.append(Finding(rule, element, Sentence(template, params), resource=resource))

    schema: Any = None
    if len(source) <= _LARGEST_FORM:
        try:
            schema = json.loads(source)
        except (ValueError, RecursionError):
            schema = None
    if not isinstance(schema, dict) or not isinstance(cast(dict[str, Any], schema).get("components"), list):
        refuse(
            "",
            "form-unreadable",
            "this is not a form: expected the JSON that the form editor of Camunda Modeler writes",
        )
        raise Undeployable(findings)
    schema = cast(dict[str, Any], schema)
    form_id = schema.get("id")
    if not isinstance(form_id, str) or not form_id:
        refuse("", "form-without-id", "the form has no id; give it one in the properties panel")
    fields = _read_all(cast(list[Any], schema["components"]), (), refuse, 0)
    _refuse_collisions(fields, refuse)
    _refuse_hidden_answers(fields, refuse)
    if findings:
        raise Undeployable(findings)
    return Form(str(form_id), fields, schema)


def of_scope(fields: Sequence[Field]) -> Iterator[Field]:
    """The fields of one scope: groups are opened, the rows of a dynamic list are a scope of their own."""
    for one in fields:
        if one.type == "group":
            yield from of_scope(one.children)
        else:
            yield one


def _read_all(raw: list[Any], prefix: tuple[str, ...], refuse: Callable[..., None], depth: int) -> tuple[Field, ...]:
    if depth > _DEEPEST:
        refuse("", "form-too-deep", "groups are nested too deeply; at most {most} levels are read", most=_DEEPEST)
        return ()
    fields: list[Field] = []
    for number, each in enumerate(raw):
        if not isinstance(each, dict):
            refuse("", "form-component", "component {number} is not a component", number=number + 1)
            continue
        fields.append(_read_one(cast(dict[str, Any], each), prefix, refuse, depth))
    return tuple(fields)


def _read_one(raw: dict[str, Any], prefix: tuple[str, ...], refuse: Callable[..., None], depth: int) -> Field:
    kind, key = str(raw.get("type", "")), raw.get("key")
    identity = str(raw.get("id") or key or kind)
    if kind not in _INPUTS | _CONTAINERS | _SHOWN:
        refuse(
            identity,
            "form-component-unknown",
            "no component {kind} is known here; use one of the form editor",
            kind=kind,
        )
    if kind in _FOREIGN:
        refuse(
            identity,
            "form-component-refused",
            "{kind} shows what is elsewhere; pages here show nothing from outside",
            kind=kind,
        )
    if raw.get("disallowPassedDates") is True:
        refuse(identity, "form-clock", "the clock of the reader decides here what is past; let the process decide it")
    conditional = raw.get("conditional")
    hide = cast(dict[str, Any], conditional).get("hide", "") if isinstance(conditional, dict) else ""
    rules = raw.get("validate")
    values = raw.get("values")
    own = tuple(str(key).split(".")) if isinstance(key, str) and key else ()
    inner = raw.get("path")
    below = tuple(str(inner).split(".")) if isinstance(inner, str) and inner else ()
    children = raw.get("components")
    is_list = kind == "dynamiclist"
    found = Field(
        id=identity,
        type=kind,
        label=str(raw.get("label") or key or identity),
        path=prefix + (below if is_list else own),
        hide=hide if isinstance(hide, str) else "",
        rules=cast(dict[str, Any], rules) if isinstance(rules, dict) else {},
        options=tuple(cast(list[Any], values)) if isinstance(values, list) else None,
        options_key=str(raw.get("valuesKey") or ""),
        options_expression=str(raw.get("valuesExpression") or ""),
        expression=str(raw.get("expression") or ""),
        is_disabled=raw.get("disabled") is True,
        readonly=cast(bool | str, raw.get("readonly") or False),
        source=raw,
        children=_read_all(cast(list[Any], children), () if is_list else prefix + below, refuse, depth + 1)
        if kind in _CONTAINERS and isinstance(children, list)
        else (),
    )
    if (found.is_input or is_list) and not found.path:
        refuse(identity, "form-field-without-key", "this field has no key, so its answer would be lost; give it one")
    if found.is_input and found.type in _CHOICES and found.options is None:
        if not (found.options_key or found.options_expression):
            refuse(
                identity, "form-choice-empty", "this field offers no answers; list them or name where they come from"
            )
        found = replace(found, options=())
    _refuse_bad_expressions(found, refuse)
    return found


def _refuse_bad_expressions(one: Field, refuse: Callable[..., None]) -> None:
    written = [one.hide, one.expression, one.options_expression, *one.rules.values()]
    if isinstance(one.readonly, str):
        written.append(one.readonly)
    for expression in written:
        if not isinstance(expression, str) or not expression.startswith("="):
            continue
        try:
            feel.parse(expression[1:])
            if expression == one.hide:
                feel.parse_unary_tests(expression[1:])
        except feel.FeelSyntaxError as error:
            refuse(one.id, "form-expression", "this expression cannot be read: {reason}", reason=str(error))
            continue
        for difference in form_dialect.differences(expression):
            refuse(one.id, "form-two-answers", difference.template, **difference.params)
    pattern = one.rules.get("pattern")
    if isinstance(pattern, str):
        try:
            form_dialect.check_pattern(pattern)
        except form_dialect.NotAlike:
            refuse(one.id, "form-pattern", "this pattern cannot be read: {pattern}", pattern=pattern[:80])
    if one.rules.get("validationType") == "phone":
        refuse(one.id, "form-phone", "this check takes international numbers only; use a pattern")


def _refuse_collisions(fields: Sequence[Field], refuse: Callable[..., None]) -> None:
    seen: dict[tuple[str, ...], Field] = {}
    for one in of_scope(fields):
        if not one.path:
            continue
        if one.path in seen and one.type != "expression":
            both_hidden = bool(one.hide) and bool(seen[one.path].hide)
            if not both_hidden:
                refuse(
                    one.id,
                    "form-key-twice",
                    "the key {key} is used twice; give each field its own",
                    key=".".join(one.path),
                )
        seen[one.path] = one
        above = [one.path[:end] for end in range(1, len(one.path)) if one.path[:end] in seen]
        below = [path for path in seen if len(path) > len(one.path) and path[: len(one.path)] == one.path]
        if above or below:
            key = ".".join(above[0] if above else one.path)
            refuse(one.id, "form-key-twice", "the key {key} is used twice; give each field its own", key=key)
        if one.type == "dynamiclist":
            _refuse_collisions(one.children, refuse)


def _refuse_hidden_answers(fields: Sequence[Field], refuse: Callable[..., None]) -> None:
    """An expression over an answer that may be hidden: the browser still knows what was typed there, the server never gets it."""
    hidden: dict[tuple[str, ...], frozenset[tuple[str, ...]]] = {}
    read: list[tuple[Field, str, frozenset[tuple[str, ...]]]] = []

    def collect(inner: Sequence[Field], above: frozenset[tuple[str, ...]]) -> None:
        for one in inner:
            looked = above | _names(one.hide) if one.hide else above
            if one.is_input and looked:
                hidden[one.path] = looked
            read.extend(
                (one, text, looked | _names(text))
                for text in (one.hide, one.expression, one.options_expression)
                if text
            )
            # The rows of a list are scopes of their own.
            if one.type == "group":
                collect(one.children, looked)

    collect(fields, frozenset())
    for one, text, knows in read:
        for name in sorted(_names(text) & hidden.keys()):
            # Whoever looks at what hides the answer has thought of it.
            if one.path != name and not hidden[name] <= knows:
                key = ".".join(name)
                refuse(one.id, "form-hidden-answer", "{key} may be hidden here; look at what hides it as well", key=key)


def _names(expression: str) -> frozenset[tuple[str, ...]]:
    try:
        return frozenset(form_dialect.names(expression))
    except feel.FeelSyntaxError:
        return frozenset()


def _inputs(fields: Sequence[Field]) -> Iterator[Field]:
    for one in fields:
        if one.is_input:
            yield one
        yield from _inputs(one.children)
