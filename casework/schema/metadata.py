"""All tables of the house together, and how a column in a database is compared with one in the code."""

import importlib
import json
from pathlib import Path
from typing import Any, Final, Literal

from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops
from sqlalchemy import JSON, Column, MetaData, TypeDecorator, text
from sqlalchemy.types import TypeEngine

from engine.db import Base

importlib.import_module("engine.tables")
for _path in sorted(Path(__file__).parents[1].glob("*tables.py")):
    importlib.import_module(f"casework.{_path.stem}")

METADATA: Final[MetaData] = Base.metadata
KEEPS_ROWS: Final = Rewriter()
"""What a new revision is rewritten by: a column that may not be empty is filled in the rows that are there already."""
__all__ = ["KEEPS_ROWS", "METADATA", "compare_type", "include_object", "render_item"]


def compare_type(
    context: Any,
    inspected_column: Any,
    metadata_column: Any,
    inspected_type: TypeEngine[Any],
    metadata_type: TypeEngine[Any],
) -> bool | None:
    """Whether a column's type differs. A type of our own is compared as it is stored; None leaves the rest to Alembic."""
    if not isinstance(metadata_type, TypeDecorator):
        return None
    own: Any = metadata_type.dialect_impl(context.dialect)
    stored: Column[Any] = Column(metadata_column.name, own.impl)
    return bool(context.impl.compare_type(inspected_column, stored))


def include_object(thing: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """Leaves out what belongs to nobody in the code, such as tables of an extension of the database."""
    return not (type_ == "table" and reflected and compare_to is None and name in {"spatial_ref_sys"})


def render_item(type_: str, thing: Any, autogen_context: Any) -> str | Literal[False]:
    """How a revision names our own column types."""
    if type_ == "type" and isinstance(thing, JSON):
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if type_ == "type" and type(thing).__module__ == "engine.db":
        autogen_context.imports.add("import engine.db")
        return f"engine.db.{type(thing).__name__}()"
    return False


@KEEPS_ROWS.rewrites(ops.AddColumnOp)
def _fill(_context: Any, _revision: Any, op: Any) -> Any:
    """Rows of an older version get what a new row without a word gets."""
    column: Column[Any] = op.column
    default: Any = column.default
    if not column.nullable and column.server_default is None and default is not None:
        value: object = default.arg(None) if callable(default.arg) else default.arg
        words = str(value).lower() if isinstance(value, bool) else ""
        said = words or (str(value) if isinstance(value, int) else f"'{_plain(value)}'")
        op.column = Column(column.name, column.type, nullable=False, server_default=text(said))
    return op


def _plain(value: object) -> str:
    return str(value).replace("'", "''") if isinstance(value, str) else json.dumps(value)
