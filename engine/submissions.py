"""Checking a submission against its form, the way form-js checks it in the page.

Page and server see the same: the variables the task shows and what was typed, and in a row of a dynamic list `this`, `parent` and `i`.
Hidden fields are dropped, disabled ones are not asked, read-only ones keep the value the task showed, expression fields are
computed here, and what remains is validated. A field the form does not have is refused.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias, cast

from engine import feel, files, form_dialect
from engine.calendars import SHANGHAI
from engine.errors import Invalid, Sentence
from engine.forms import Field, Form, of_scope

_SEVERAL: Final = frozenset({"checklist", "taglist"})
_LONGEST_PATTERN_INPUT: Final = 2_000
_MOST_ROWS: Final = 1_000

Data: TypeAlias = Mapping[str, Any]
Functions: TypeAlias = Mapping[str, "feel.FeelFunction"]
Files: TypeAlias = Callable[[Collection[str]], Mapping[str, files.Reference]]
"""Gives, by id, the references of those files that may be sent with this submission."""


def check(
    form: Form,
    submission: Data,
    context: Data,
    *,
    now: datetime,
    functions: Functions | None = None,
    brought: Files | None = None,
) -> dict[str, Any]:
    """The submission as the form accepts it: known fields only, hidden ones dropped, computed ones computed.

    `context` are the variables the task showed. A file field takes what the task showed already and what `brought` knows; its references
    are replaced by those of the keeper. Nothing that was sent is changed otherwise.

    Raises:
        Invalid: `fields` maps where a value lies (`plan.start`, in a row `plan.measures.0.due`; `""` the whole form) to what is
            wrong with it. Each sentence carries the field's label as parameter `field`.
    """
    checker = _Check(submission, context, now, functions or {}, brought)
    answers = checker.run(form)
    if checker.errors:
        raise Invalid("some answers need another look", fields=checker.errors)
    return answers


class _Check:
    """One check of one submission; `errors` fills while it walks."""

    def __init__(
        self, submission: Data, context: Data, now: datetime, functions: Functions, brought: Files | None
    ) -> None:
        self.errors: dict[str, list[Sentence]] = {}
        self._submission = submission
        self._context = context
        self._data: dict[str, Any] = _merged(context, submission)
        self._now = now
        self._functions = functions
        self._brought = brought
        self._files: Mapping[str, files.Reference] | None = None

    def run(self, form: Form) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        self._scope(form.fields, self._submission, self._context, answers, _Row(self._data, None, ()))
        self._refuse_unknown(form.fields, self._submission, ())
        return answers

    def _scope(
        self,
        fields: Sequence[Field],
        sent: Data,
        shown: Data,
        answers: dict[str, Any],
        row: "_Row",
        *,
        seen: bool = True,
    ) -> None:
        for one in fields:
            visible = seen and not (one.hide and self._holds(one.hide, row))
            if one.type == "group":
                self._scope(one.children, sent, shown, answers, row, seen=visible)
            elif not visible:
                _delete(self._data if not row.numbers else row.this, one.path)
            elif one.type == "dynamiclist":
                self._rows(one, sent, shown, answers, row)
            elif one.is_input and not one.is_disabled:
                self._field(one, sent, shown, answers, row)

    def _rows(self, one: Field, sent: Data, shown: Data, answers: dict[str, Any], row: "_Row") -> None:
        rows = _get(sent, one.path)
        if rows is None:
            return
        if not isinstance(rows, list) or not all(isinstance(each, dict) for each in cast(list[Any], rows)):
            self._refuse(one, row, "expected rows")
            return
        rows = cast(list[dict[str, Any]], rows)
        if len(rows) > _MOST_ROWS:
            self._refuse(one, row, "at most {most} rows fit here", most=_MOST_ROWS)
            return
        before = _get(shown, one.path)
        old = cast(list[Any], before) if isinstance(before, list) else []
        working = _get(row.this if row.numbers else self._data, one.path)
        kept: list[dict[str, Any]] = []
        for number, each in enumerate(rows):
            known: Any = old[number] if number < len(old) else {}
            this = cast(list[dict[str, Any]], working)[number] if isinstance(working, list) else dict(each)
            answer: dict[str, Any] = {}
            inner = _Row(this, row.this, (*row.numbers, number), (*row.place, *one.path, str(number)))
            self._scope(one.children, each, cast(Data, known) if isinstance(known, dict) else {}, answer, inner)
            kept.append(answer)
        _set(answers, one.path, kept)

    def _field(self, one: Field, sent: Data, shown: Data, answers: dict[str, Any], row: "_Row") -> None:
        if one.type == "expression":
            value = feel.to_json(self._evaluate(one.expression, row))
        elif self._is_readonly(one, row):
            value = self._checked(one, _get(shown, one.path), row)
        else:
            value = self._checked(one, _get(sent, one.path), row)
        if value is not None or _has(sent, one.path):
            _set(answers, one.path, value)
        _set(row.this if row.numbers else self._data, one.path, value)

    def _is_readonly(self, one: Field, row: "_Row") -> bool:
        if isinstance(one.readonly, str):
            return self._evaluate(one.readonly, row) is True
        return one.readonly

    def _checked(self, one: Field, value: Any, row: "_Row") -> Any:
        rules = {name: self._rule(rule, row) for name, rule in one.rules.items()}
        empty = value is None or value in ("", []) or (one.type == "checkbox" and value is False)
        if empty:
            if rules.get("required") is True:
                self._refuse(one, row, "this is required")
            return value
        if one.type == "filepicker":
            return self._file_references(one, value, row)
        problem = self._wrong_type(one, value, row)
        if problem is None:
            for sentence in _broken_rules(one, value, rules):
                self._refuse(one, row, sentence.template, **sentence.params)
        else:
            self._refuse(one, row, problem.template, **problem.params)
        return value

    def _wrong_type(self, one: Field, value: Any, row: "_Row") -> Sentence | None:
        match one.type:
            case "textfield" | "textarea" if not isinstance(value, str):
                return Sentence("expected a text")
            case "checkbox" if not isinstance(value, bool):
                return Sentence("expected yes or no")
            case "number":
                return None if _number(value) is not None else Sentence("expected a number")
            case "datetime":
                return _wrong_moment(one, value, self._now)
            case "radio" | "select" | "checklist" | "taglist":
                return self._wrong_choice(one, value, row)
            case _:
                return None

    def _file_references(self, one: Field, value: Any, row: "_Row") -> Any:
        """The references of a file field as the keeper says them; what it does not know is refused."""
        given = cast(list[Any], value) if isinstance(value, list) else [value]
        ids = [cast(dict[str, Any], each).get("id") if isinstance(each, dict) else None for each in given]
        if not isinstance(value, list) or not all(isinstance(each, str) for each in ids):
            self._refuse(one, row, "expected files")
            return cast(object, value)
        most = files.most(one.source)
        if len(ids) > most:
            self._refuse(one, row, "at most {most} files fit here", most=most)
            return cast(list[Any], value)
        known, kept = self._known_files(), list[files.Reference]()
        for each in cast(list[dict[str, Any]], given):
            found = known.get(str(each["id"]))
            name = str(each.get("name", ""))[:120]
            if found is None:
                self._refuse(one, row, "the file {name} did not arrive; take it out and choose it again", name=name)
            elif not files.fits(one.source, found):
                accepted = str(one.source.get("accept"))
                self._refuse(one, row, "{name} is of another kind; {accepted} fits here", name=name, accepted=accepted)
            else:
                kept.append(found)
        return kept

    def _known_files(self) -> Mapping[str, files.Reference]:
        """What the task showed and what was brought for it; asked once per submission."""
        if self._files is None:
            shown = files.found_in(self._context)
            sent = files.ids_in(self._submission) - shown.keys()
            self._files = {**shown, **(self._brought(sent) if sent and self._brought is not None else {})}
        return self._files

    def _wrong_choice(self, one: Field, value: Any, row: "_Row") -> Sentence | None:
        chosen: list[Any]
        if one.type in _SEVERAL:
            if not isinstance(value, list):
                return Sentence("expected several answers")
            chosen = cast(list[Any], value)
        else:
            chosen = [value]
        offered = self._offered(one, row)
        for each in chosen:
            if not any(_same(each, other) for other in offered):
                return Sentence("{value} is not among the answers offered", {"value": str(each)})
        return None

    def _offered(self, one: Field, row: "_Row") -> list[Any]:
        options: Any = one.options
        if one.options_key:
            options = _get(self._data, tuple(one.options_key.split(".")))
        elif one.options_expression:
            options = feel.to_json(self._evaluate(one.options_expression, row))
        if not isinstance(options, (list, tuple)):
            return []
        return [
            cast(dict[str, Any], each).get("value") if isinstance(each, dict) else each
            for each in cast(Sequence[Any], options)
        ]

    def _rule(self, rule: Any, row: "_Row") -> Any:
        if isinstance(rule, str) and rule.startswith("="):
            return feel.to_json(self._evaluate(rule, row))
        return rule

    def _holds(self, condition: str, row: "_Row") -> bool:
        """Whether a condition holds. form-js reads it as the cell of a decision table that nothing is compared with."""
        context = self._variables(row)
        test = condition.removeprefix("=")
        return feel.unary_test(test, None, context, functions=self._functions, now=self._now) is True

    def _evaluate(self, expression: str, row: "_Row") -> Any:
        context = self._variables(row)
        return feel.evaluate(expression.removeprefix("="), context, functions=self._functions, now=self._now)

    def _variables(self, row: "_Row") -> dict[str, Any]:
        special = {"this": row.this, "parent": row.parent, "i": [number + 1 for number in row.numbers]}
        return {**special, **self._data, **{f"_{name}_": value for name, value in special.items()}}

    def _refuse(self, one: Field, row: "_Row", template: str, **params: object) -> None:
        key = ".".join((*row.place, *one.path))
        self.errors.setdefault(key, []).append(Sentence(template, {"field": one.label, **params}))

    def _refuse_unknown(self, fields: Sequence[Field], sent: Data, place: tuple[str, ...]) -> None:
        known = {one.path: one for one in of_scope(fields) if one.path}
        for path, value in _leaves(sent, frozenset(known)):
            one = known.get(path)
            if one is None:
                name = ".".join((*place, *path))
                self.errors.setdefault("", []).append(Sentence("the form has no field {name}", {"name": name}))
            elif one.type == "dynamiclist" and isinstance(value, list):
                for number, each in enumerate(cast(list[Any], value)):
                    if isinstance(each, dict):
                        self._refuse_unknown(one.children, cast(Data, each), (*place, *path, str(number)))


@dataclass(frozen=True)
class _Row:
    """Where an expression is evaluated: the scope's data, that of the scope around it, the row numbers from 0, and the place."""

    this: dict[str, Any]
    parent: Mapping[str, Any] | None
    numbers: tuple[int, ...]
    place: tuple[str, ...] = ()


def _broken_rules(one: Field, value: Any, rules: Mapping[str, Any]) -> Iterator[Sentence]:
    if one.type == "number":
        yield from _broken_number(one, cast(Decimal, _number(value)), rules)
        return
    if not isinstance(value, str):
        return
    length = form_dialect.length(value)
    least, most = _number(rules.get("minLength")), _number(rules.get("maxLength"))
    if least is not None and length < least:
        yield Sentence("write at least {least} characters", {"least": str(least)})
    if most is not None and length > most:
        yield Sentence("write at most {most} characters", {"most": str(most)})
    pattern = rules.get("pattern")
    if isinstance(pattern, str) and pattern:
        if len(value) > _LONGEST_PATTERN_INPUT:
            yield Sentence("write at most {most} characters", {"most": _LONGEST_PATTERN_INPUT})
        elif not form_dialect.fits(pattern, value):
            said = rules.get("patternErrorMessage")
            own = isinstance(said, str) and said
            yield Sentence("{said}", {"said": said}) if own else Sentence("this does not have the expected form")
    kind = rules.get("validationType")
    if kind == "email" and not form_dialect.EMAIL.fullmatch(value):
        yield Sentence("this is not an e-mail address")


def _broken_number(one: Field, value: Decimal, rules: Mapping[str, Any]) -> Iterator[Sentence]:
    least, most = _number(rules.get("min")), _number(rules.get("max"))
    if least is not None and value < least:
        yield Sentence("the least that fits here is {least}", {"least": str(least)})
    if most is not None and value > most:
        yield Sentence("the most that fits here is {most}", {"most": str(most)})
    digits = one.source.get("decimalDigits")
    if isinstance(digits, int) and digits >= 0 and -cast(int, value.normalize().as_tuple().exponent) > digits:
        yield Sentence("at most {digits} digits after the point", {"digits": digits})
    step = _number(one.source.get("increment"))
    if step and value % step:
        yield Sentence("expected a multiple of {step}", {"step": str(step)})


def _wrong_moment(one: Field, value: Any, now: datetime) -> Sentence | None:
    kind = one.source.get("subtype", "date")
    if not isinstance(value, str):
        return Sentence("expected a date")
    try:
        if kind == "date":
            given = date.fromisoformat(value)
        elif kind == "time":
            time.fromisoformat(value)
            return None
        else:
            moment = datetime.fromisoformat(value)
            given = moment.date()
    except ValueError:
        return Sentence("expected a time") if kind == "time" else Sentence("expected a date")
    if one.source.get("disallowPassedDates") is True and given < now.astimezone(SHANGHAI).date():
        return Sentence("this day is over")
    return None


def _leaves(
    data: Data, known: frozenset[tuple[str, ...]], prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in data.items():
        path = (*prefix, key)
        if isinstance(value, dict) and path not in known:
            yield from _leaves(cast(Data, value), known, path)
        else:
            yield path, value


def _get(data: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        data = cast(Data, data).get(key) if isinstance(data, dict) else None
    return data


def _has(data: Any, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return False
        data = cast(Data, data)[key]
    return True


def _set(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        inner = data.get(key)
        if not isinstance(inner, dict):
            inner = data[key] = dict[str, Any]()
        data = cast(dict[str, Any], inner)
    data[path[-1]] = value


def _delete(data: dict[str, Any], path: tuple[str, ...]) -> None:
    holder = _get(data, path[:-1]) if path else None
    if isinstance(holder, dict):
        cast(dict[str, Any], holder).pop(path[-1], None)


def _merged(shown: Any, typed: Any) -> dict[str, Any]:
    """What was typed laid over what was shown; both stay as they are."""
    merged: dict[str, Any] = {key: _copied(value) for key, value in cast(Data, shown).items()}
    for key, value in cast(Data, typed).items():
        known = merged.get(key)
        merged[key] = _merged(known, value) if isinstance(value, dict) and isinstance(known, dict) else _copied(value)
    return merged


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in cast(Data, value).items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in cast(list[Any], value)]
    return value


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None or not isinstance(value, (int, float, Decimal, str)):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    first, second = _number(one), _number(other)
    if first is not None and second is not None and not (isinstance(one, str) or isinstance(other, str)):
        return first == second
    return one == other
