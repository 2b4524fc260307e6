"""When a scheduled run is due, told to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kustui.definition.models import RunAt

RELATIVE_UNIT_MINUTES = 1
"""What one unit of a relative ``runAt`` is [assumed]."""

_LONGEST = 1e15
_UNITS = ((7 * 24 * 60, "w"), (24 * 60, "d"), (60, "h"), (1, "min"))


def minutes(run_at: RunAt | None, unit: float = RELATIVE_UNIT_MINUTES) -> float | None:
    """The delay of a relative ``runAt`` in minutes, or None where it is none. ``unit`` is its unit in minutes."""
    if run_at is None or run_at.type != "relative" or isinstance(run_at.value, bool):
        return None
    return run_at.value * unit if isinstance(run_at.value, int | float) else None


def duration_in_words(duration: float) -> str:
    """Minutes in the largest unit that says them without a fraction: ``90 min``, ``1 d``, ``36 h``."""
    if abs(duration) >= _LONGEST:
        return "longer than anybody waits"
    for size, unit in _UNITS:
        if duration and duration % size == 0:
            return f"{duration // size:.0f} {unit}"
    return f"{duration:g} min"


def due_in_words(run_at: RunAt | None, unit: float = RELATIVE_UNIT_MINUTES) -> str:
    """``after 60 min``, ``at 2026-01-01T00:00``, or what is given where it is neither."""
    if run_at is None:
        return "at no time given"
    delay = minutes(run_at, unit)
    if delay is not None:
        return f"after {duration_in_words(delay)}"
    return f"at {run_at.value}" if run_at.value is not None else "at no time given"
