"""What a person can say of the screen, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from kustui.config.actions import ACTIONS, BY_ID, PASSING, with_keys
from kustui.config.files import own_folder
from kustui.config.keys import key_of
from kustui.text.suggestions import hint_of

DEFAULT = "dark"
THEMES = {
    DEFAULT: "light on dark",
    "light": "dark on light",
    "terminal": "the terminal's own 16 colours, on its own background",
    "high-contrast": "every text at least 7:1 against what is behind it",
    "monochrome": "no colour at all, as with NO_COLOR",
}
PANES = {"tree": 50, "detail": 30, "source": 26, "problems": 30, "changes": 40}
"""Per cent that a pane takes: the tree of the width, the others of the height of what they stand in."""
SMALLEST, LARGEST = 10, 80
_EVERYWHERE = ("rows", "go", "view", "selected", "find", "app")
"""The groups of actions that every pane has; each of the others is of one place alone."""
_TOGETHER = {"copy", "menu"}
"""Two that are of one place."""
_THEME = "theme"


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


def remembered_theme() -> str:
    """The theme that was chosen last; an empty string where none was."""
    with suppress(OSError, UnicodeDecodeError):
        name = (own_folder("state") / _THEME).read_text(encoding="utf-8").strip()
        return name if name in THEMES else ""
    return ""


def remember_theme(name: str) -> None:
    """Keep it for the next time, where that can be kept at all."""
    with suppress(OSError):
        own_folder("state").mkdir(parents=True, exist_ok=True)
        (own_folder("state") / _THEME).write_text(f"{name}\n", encoding="utf-8")


def unknown_theme(name: str) -> str:
    """What to say of a theme that there is not."""
    return f'there is no theme "{name}": {hint_of(name, THEMES, "themes")}'
