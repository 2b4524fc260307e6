"""Suggestions for names that do not exist."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, names: Iterable[str]) -> str:
    """The closest of some names to ``name``, or an empty string if none is within a few edits.

    Edits are insertions, deletions, substitutions and swaps of neighbours; a third of the name may differ,
    at most three characters, and letter case counts for nothing.
    """
    from rapidfuzz.distance import OSA

    limit = min(3, max(1, len(name) // 3))
    lowered = name.lower()
    best = min(
        ((OSA.distance(lowered, other.lower(), score_cutoff=limit), other) for other in names if other != name),
        default=(limit + 1, ""),
    )
    return best[1] if best[0] <= limit else ""


def hint_of(name: str, names: Iterable[str], what: str, limit: int = 8) -> str:
    """``did you mean "x"?``; else all names, if they are few: ``steps here: "a", "b"``; else an empty string."""
    names = sorted(names)
    if near := closest(name, names):
        return f'did you mean "{near}"?'
    if not names:
        return f"there are no {what}"
    return f"{what}: {', '.join(names)}" if len(names) <= limit else ""
