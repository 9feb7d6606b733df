"""Templates of papers: Jinja without anything that could do more than write words.

A template may show values, choose and repeat. It cannot call, import or include, multiply texts or define macros; what it repeats are lists
of the paper, and all repetitions together have a budget. So a clerk's own template can spoil a paper, and nothing else.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from jinja2 import ChainableUndefined, TemplateSyntaxError, nodes
from jinja2.environment import Template
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_REPETITIONS: Final = 20_000
LARGEST_TEMPLATE: Final = 2_000_000
LARGEST_PAPER: Final = 5_000_000
_FILTERS: Final = ("default", "d", "e", "escape", "first", "last", "length", "count", "lower", "upper", "trim")
_FORBIDDEN: Final = (
    nodes.Call, nodes.CallBlock, nodes.Macro, nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends, nodes.Block,
    nodes.Mul, nodes.Pow, nodes.Mod, nodes.FilterBlock, nodes.AssignBlock, nodes.ScopedEvalContextModifier,
)  # fmt: skip


class Papers(ImmutableSandboxedEnvironment):
    """The environment of one paper: its repetitions are counted together."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True)
        known = cast("dict[str, Any]", cast(Any, self).filters)
        self.filters: dict[str, Any] = {**{name: known[name] for name in _FILTERS}, "rows": self._rows}
        self.globals: dict[str, Any] = {}
        self._repetitions = 0

    def from_string(
        self,
        source: Any,
        globals: Any = None,  # noqa: A002 - Jinja's own name
        template_class: Any = None,
    ) -> Template:
        """A template after a look at what it asks for; its repetitions are counted from here on."""
        text = str(source)
        if len(text) > LARGEST_TEMPLATE:
            raise SecurityError("the template is too large")
        parsed = self.parse(text)
        for node in parsed.find_all(cast("tuple[type[nodes.Node], ...]", _FORBIDDEN)):
            raise TemplateSyntaxError(f"{type(node).__name__} is not allowed in a paper", node.lineno or 1)
        for loop in parsed.find_all(nodes.For):
            if loop.recursive:
                raise TemplateSyntaxError("a loop may not call itself in a paper", loop.lineno or 1)
            loop.iter = nodes.Filter(loop.iter, "rows", [], [], None, None, lineno=loop.lineno)
        return super().from_string(parsed, globals, template_class)

    def fill(self, source: str, values: Mapping[str, Any]) -> str:
        """The template filled in. Raises Jinja's `TemplateError` when it asks for more than a paper has."""
        pieces: list[str] = []
        size = 0
        for piece in self.from_string(source).generate(**values):
            size += len(piece)
            if size > LARGEST_PAPER:
                raise SecurityError("the paper becomes too large")
            pieces.append(piece)
        return "".join(pieces)

    def _rows(self, value: Any) -> Iterator[Any]:
        if not isinstance(value, (list, tuple)):
            if value is None or isinstance(value, ChainableUndefined):
                return
            raise SecurityError("only lists can be repeated")
        for each in cast("list[Any]", value):
            self._repetitions += 1
            if self._repetitions > MOST_REPETITIONS:
                raise SecurityError("the paper repeats too much")
            yield each
