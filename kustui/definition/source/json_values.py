"""JSON of a definition as values."""

from __future__ import annotations

import json
from typing import Any


def decoded(text: bytes) -> Any:
    """The value of a JSON text; a whole number of more digits than Python converts is a float. Raises RecursionError
    where it is nested too deep, ValueError where it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=_whole_number)


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else float(digits)
