"""Values of a rehearsal as plain JSON, for files and reports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from kustui.simulate.values.values import MISSING, Undecided

MAX_DEPTH = 100
"""Levels that are written. A ring of schedules may wrap a value once more each time it comes round."""


def plain(value: Any, depth: int = 0) -> Any:
    """The same in JSON: what is undecided as ``{"undecided": why}``, what is missing as null."""
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, Undecided):
        return {"undecided": value.why}
    if value is MISSING or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if depth > MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, depth + 1) for each in value]
    return value if isinstance(value, float) else str(value)
