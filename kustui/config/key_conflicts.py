"""Keys that would do two things at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from kustui.config.actions import ACTIONS, BY_ID, PASSING, with_keys

_EVERYWHERE = ("rows", "go", "view", "selected", "find", "app")
"""The groups of actions that every pane has; each of the others is of one place alone."""
_TOGETHER = {"copy", "menu"}
"""Two that are of one place."""


def clashes_of(keys: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Each action that was given a key which another one has in the same pane: the action, the key, the other.

    Of two that were both given it, the later one.
    """
    actions = with_keys(keys)
    given = list(keys)
    for at, id_ in enumerate(given):
        for key in keys[id_]:
            for other in actions.values():
                later = other.id in given[at:]
                if not later and key in other.key_list and not _apart(BY_ID[id_].group, other.group):
                    yield id_, key, other.id
                    break


@cache
def _apart(group: str, other: str) -> bool:
    """Whether a key may do one thing of each of two groups: they are of different places, or our own table gives a key
    to both, since one of them hides the other."""
    if group == other:
        return False
    if {group, other} == _TOGETHER:
        return False
    if {group, other} & {*PASSING} or not {group, other} & {*_EVERYWHERE}:
        return True
    first, second = (
        {key for each in ACTIONS if each.group == name for key in each.key_list} for name in (group, other)
    )
    return not first.isdisjoint(second)
