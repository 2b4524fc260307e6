"""What a value of a rehearsal can be beside what JSON has: missing, or not to be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


class Missing(Enum):
    """What a reference to something that is not there stands for."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Undecided:
    """A value, or an outcome, that nobody can know without Kustomer itself. It is asked for, never guessed."""

    why: str
    """A clause without a full stop: ``kustui does not know the function "parseMoney"``."""


def looked_up(data: Any, segments: Sequence[str]) -> Any:
    """What stands at a path: the value, MISSING, or the Undecided that was met on the way.

    Elements of a list are named by their index, and ``.length`` counts those of a list and the characters of a
    text [docs].
    """
    for segment in segments:
        if isinstance(data, Undecided):
            return data
        if isinstance(data, Mapping):
            data = data.get(segment, MISSING)
        elif isinstance(data, list | tuple):
            data = _element(data, segment)
        else:
            data = len(data) if segment == "length" and isinstance(data, str) else MISSING
        if data is MISSING:
            return MISSING
    return data


def _element(elements: Sequence[Any], segment: str) -> Any:
    if segment == "length":
        return len(elements)
    # Digits alone: int() would take signs, blanks and underscores too.
    if segment.isascii() and segment.isdigit() and len(segment) < 10 and int(segment) < len(elements):
        return elements[int(segment)]
    return MISSING


def undecided_in(value: Any) -> Undecided | None:
    """The first part of a value that is not decided, however deep."""
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Undecided):
            return part
        if isinstance(part, Mapping):
            pending.extend(reversed(list(part.values())))
        elif isinstance(part, list | tuple):
            pending.extend(reversed(part))
    return None


def is_missing(value: Any) -> bool:
    """Whether there is nothing: no value, or null [assumed]."""
    return value is MISSING or value is None
