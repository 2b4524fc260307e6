"""JSON of a definition as values, and what of them only a run of a module knows."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from kustui.definition.source.positions import members
from kustui.definition.source.source import Extent, replace_lone_surrogates
from kustui.text.terminal_safe import UNKNOWN


def decoded(text: bytes) -> Any:
    """The value of a JSON text, with U+FFFD for each half of a surrogate pair that has no other half; a whole number of
    more digits than Python converts is a float. Raises RecursionError where it is nested too deep, ValueError where it
    is no JSON."""
    with suppress(msgspec.MsgspecError, ValueError):  # in a third of the time, but no such halves and large numbers
        return msgspec.json.decode(text)
    import json  # not before the first paint

    text = replace_lone_surrogates(text)
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=_whole_number)


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else float(digits)


UNKNOWN_BYTES = UNKNOWN.encode()
UNKNOWN_VALUE = "unknown-value"
"""The rule of the faults of what only a run of a module knows: nothing is reported of them."""


def is_unknown(data: bytes, extent: Extent) -> bool:
    """Whether only a run of the module knows a value of the JSON text, or some of what it holds directly."""
    match data[extent.start : extent.start + 1]:
        case b'"':
            return data.startswith(UNKNOWN_BYTES, extent.start + 1)
        case b"{":
            return any(data.startswith(UNKNOWN_BYTES, key.start + 1) for _, key, _ in members(data, extent))
        case b"[":
            elements = msgspec.json.decode(memoryview(data)[extent.start : extent.end], type=list[msgspec.Raw])
            return any(bytes(memoryview(element)[1:4]) == UNKNOWN_BYTES for element in elements)
    return False
