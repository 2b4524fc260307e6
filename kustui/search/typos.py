"""Which words were probably meant by one that is mistyped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST = 8


def alternatives(word: str, beginnings: Callable[[int], Sequence[str]]) -> tuple[str, ...]:
    """The words, or beginnings of words, that are nearest to ``word`` and within an edit or two of it: one of four
    letters or five, two of more, none of fewer. Edits are as in ``check.closest``. ``beginnings`` tells with how many
    letters words begin."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract_iter

    edits = 0 if len(word) < 4 else 1 if len(word) < 6 else 2
    if not edits:
        return ()
    found: dict[str, int] = {}
    for cut in range(-1, 2):  # a letter may be missing, or one too many
        for near, distance, _ in extract_iter(
            word, beginnings(len(word) + cut), scorer=OSA.distance, score_cutoff=edits
        ):
            found[near] = int(distance)
    found.pop(word, None)
    nearest = min(found.values(), default=0)
    return tuple(near for near, distance in found.items() if distance == nearest)[:_MOST]
