"""Numbers with what they count: ``1 step``, ``1,200 problems``, ``36 h``."""

from __future__ import annotations

_LONGEST = 1e15
_UNITS = ((7 * 24 * 60, "w"), (24 * 60, "d"), (60, "h"), (1, "min"))


def counted(number: int, noun: str) -> str:
    """A number and its noun, of which the plural is regular: ``1 step``, ``1,200 steps``."""
    return f"{number:,} {plural(number, noun)}"


def plural(number: int, noun: str) -> str:
    """The noun as it stands behind a number."""
    return noun if number == 1 else f"{noun}s"


def duration_in_words(minutes: float) -> str:
    """Minutes in the largest unit that says them without a fraction: ``90 min``, ``1 d``, ``36 h``."""
    if abs(minutes) >= _LONGEST:
        return "longer than anybody waits"
    for size, unit in _UNITS:
        if minutes and minutes % size == 0:
            return f"{minutes // size:.0f} {unit}"
    return f"{minutes:g} min"
