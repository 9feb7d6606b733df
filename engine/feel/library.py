"""All built-in functions: the modules enter theirs into the table of the registry when they are imported."""

from engine.feel import (
    builtins_context,
    builtins_conversion,
    builtins_list,
    builtins_number,
    builtins_range,
    builtins_statistics,
    builtins_string,
    builtins_temporal,
)
from engine.feel.registry import BUILTINS

MODULES = (
    builtins_conversion,
    builtins_context,
    builtins_string,
    builtins_number,
    builtins_list,
    builtins_statistics,
    builtins_temporal,
    builtins_range,
)

__all__ = ["BUILTINS", "MODULES"]
