"""Texts of a drawing as the machine holds them: static, or FEEL parsed once. Nothing here reaches `eval` or `exec`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Final, NoReturn, cast

from engine import feel
from engine.errors import ExecutionFailed, Invalid

Locals = dict[str, object]

DECIMAL_MARK = "\ue000"
"""Stands before the digits of an exact decimal in a stored state; a text of a variable may not begin with it."""

_MOST_LEVELS = 100
_ATOMS: Final = frozenset({type(None), bool, int})


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a drawing. `expression` is `None` for static text."""

    source: str
    expression: feel.Expression | None

    @property
    def is_static(self) -> bool:
        """Whether this text stands for itself."""
        return self.expression is None


def is_feel(source: str) -> bool:
    """Camunda 8 marks an expression by a leading equals sign; everything else is static text."""
    return source.startswith("=")


def is_juel(source: str) -> bool:
    """Whether a text holds an expression of Camunda 7's language."""
    return "${" in source or "#{" in source


def text(source: str, *, names: Iterable[str] = ()) -> Text:
    """Compile one text; `names` are the functions with spaces in their names. Raises `feel.FeelSyntaxError`."""
    source = source.strip()
    if not is_feel(source):
        return Text(source, None)
    return Text(source, feel.parse(source[1:], names=names))


class Visible(Mapping[str, object]):
    """The variables that an element instance sees, as FEEL values: its own, then those of the scopes around it."""

    __slots__ = ("_scopes",)

    def __init__(self, scopes: Sequence[Mapping[str, object]]) -> None:
        self._scopes = scopes

    def __getitem__(self, name: str) -> object:
        for scope in self._scopes:
            if name in scope:
                return feel.from_json(scope[name])
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in scope for scope in self._scopes)

    def __iter__(self) -> Iterator[str]:
        return iter({name: None for scope in reversed(self._scopes) for name in scope})

    def __len__(self) -> int:
        return len({name for scope in self._scopes for name in scope})


def plain(value: object, *, levels: int = _MOST_LEVELS) -> object:
    """A deep copy of a plain JSON value, so that no branch, caller or history shares a list or mapping with another.

    Raises `Invalid` for anything that is not a JSON value.
    """
    # Every service sees a copy of all variables: what JSON is made of comes first, by its exact type.
    kind = type(value)
    if kind is dict and levels > 0:
        below, copied = levels - 1, Locals()
        for key, item in cast(dict[object, object], value).items():
            name = key if type(key) is str else _name(key)
            inner = type(item)
            if inner in _ATOMS or (inner is str and not cast(str, item).startswith(DECIMAL_MARK)):
                copied[name] = item
            else:
                copied[name] = plain(item, levels=below)
        return copied
    if kind is list and levels > 0:
        return [plain(item, levels=levels - 1) for item in cast(list[object], value)]
    if kind in _ATOMS:
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        if not isfinite(value):
            raise Invalid("a number is not finite")
        return value
    if levels <= 0:
        raise Invalid("a value is nested too deeply")
    if isinstance(value, Mapping):
        return plain(dict(cast(Mapping[object, object], value)), levels=levels)
    if isinstance(value, list | tuple):
        return plain(list(cast(Sequence[object], value)), levels=levels)
    raise Invalid("a value of type {type} cannot be a variable", type=type(value).__name__)


def _text(value: str) -> str:
    if value.startswith(DECIMAL_MARK):
        raise Invalid("a text begins with a character that is reserved")
    return value


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise Invalid("the name of a variable is not a text")
    return key


def plain_variables(variables: Mapping[str, object]) -> Locals:
    """A deep copy of variables."""
    copied = plain(variables)
    assert isinstance(copied, dict)
    return copied


def fail(element_id: str, template: str, **params: object) -> NoReturn:
    """Say that the drawing could not go on at this element."""
    raise ExecutionFailed(template, element_id=element_id, element=element_id, **params)
