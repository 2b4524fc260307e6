"""What a person can say of the screen, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from kustui.config.actions import BY_ID
from kustui.config.key_conflicts import clashes_of
from kustui.config.keys import key_of
from kustui.config.themes import THEMES

PANES = {"tree": 50, "detail": 30, "source": 26, "problems": 30, "changes": 40}
"""Per cent that a pane takes: the tree of the width, the others of the height of what they stand in."""
SMALLEST, LARGEST = 10, 80


@dataclass(frozen=True, slots=True)
class Preferences:
    """The defaults are what holds without a configuration."""

    theme: str = ""
    """An empty string where nobody said: then it is the one that was chosen last, if any was."""
    ascii: bool = False
    """Whether to draw with ASCII only."""
    state: bool = True
    """Whether what was looked at last, and how, is remembered for the next time."""
    panes: Mapping[str, int] = field(default_factory=lambda: dict(PANES))
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of actions that have others than those of the table, as Textual names them."""


NAMES = tuple(field.name for field in fields(Preferences))
"""What can be said, as a configuration names it."""


def preferences_of(*tables: Mapping[str, Any]) -> Preferences:
    """What configurations say together, the later over the earlier. What is wrong in them is passed over: whoever
    checks the configuration tells of it."""
    found: dict[str, Any] = {}
    panes: dict[str, int] = dict(PANES)
    keys: dict[str, tuple[str, ...]] = {}
    for table in tables:
        found |= {name: value for name, value in table.items() if _SIMPLE.get(name, _never)(value)}
        panes |= {name: size for name, size in _inner(table, "panes") if name in PANES and is_size(size)}
        keys |= {
            id_: given
            for id_, written in _inner(table, "keys")
            if id_ in BY_ID and (given := keys_of(written)) is not None
        }
    for id_ in {id_ for id_, _, _ in clashes_of(keys)}:
        del keys[id_]
    return Preferences(**found, panes=panes, keys=keys)


def keys_of(written: object) -> tuple[str, ...] | None:
    """The keys of an action as somebody wrote them, a text or a list of texts; None where that is something else."""
    texts = [written] if isinstance(written, str) else written
    if not isinstance(texts, list):
        return None
    keys = [key_of(text) if isinstance(text, str) else "" for text in texts]
    return tuple(dict.fromkeys(keys)) if all(keys) else None


def is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and SMALLEST <= size <= LARGEST


def _inner(table: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    inner = table.get(name)
    return inner.items() if isinstance(inner, dict) else ()


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _never(_: object) -> bool:
    return False


_SIMPLE = {
    "theme": lambda value: isinstance(value, str) and value in THEMES,
    "ascii": _is_switch,
    "state": _is_switch,
}
