"""Variables in a template: placeholders in its texts, and the values that take their place in each event."""

from composer.event.variables.built_ins import BUILT_INS, BuiltIn, prepare
from composer.event.variables.context import Context
from composer.event.variables.resolve import Resolved, asked, escaped, made_up, resolve, uses_variables
from composer.event.variables.syntax import Placeholder, pieces
from composer.event.variables.unique_ids import fixed_unique_id, pattern_of

__all__ = [
    "BUILT_INS",
    "BuiltIn",
    "Context",
    "Placeholder",
    "Resolved",
    "asked",
    "escaped",
    "fixed_unique_id",
    "made_up",
    "pattern_of",
    "pieces",
    "prepare",
    "resolve",
    "uses_variables",
]
