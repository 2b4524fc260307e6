"""What a user can set about the screen, as one value; its themes by name, and the one that was chosen last. The colours
themselves belong to the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import fields

from kustui.config.actions import ACTIONS, BY_ID, PASSING, with_keys
from kustui.config.key_names import parse_key
from kustui.config.state import read_state, state_path, write_state
from kustui.text.messages import hint_of

DEFAULT_THEME = "dark"
THEMES = {
    DEFAULT_THEME: "light on dark",
    "light": "dark on light",
    "terminal": "the terminal's own 16 colours, on its own background",
    "high-contrast": "every text at least 7:1 against what is behind it",
    "monochrome": "no colour at all, as with NO_COLOR",
}
"""Each theme with a description."""
_THEME_FILE = "theme"


def unknown_theme(name: str) -> str:
    """The message about a theme that does not exist."""
    return f'unknown theme "{name}": {hint_of(name, THEMES, "known themes")}'


def load_theme() -> str:
    """The theme that was chosen last; an empty string where none was."""
    name = (read_state(state_path(_THEME_FILE)) or b"").decode(errors="replace").strip()
    return name if name in THEMES else ""


def save_theme(name: str) -> str:
    """Remember the theme for the next time; why that is not possible, or an empty string."""
    return write_state(state_path(_THEME_FILE), f"{name}\n".encode())


PANE_SIZES = {"tree": 50, "detail": 30, "source": 26, "problems": 30, "changes": 40}
"""Default sizes in per cent: the tree's of the width, the others' of the height of what they stand in."""
MIN_PANE_SIZE, MAX_PANE_SIZE = 10, 80

_GROUPS_EVERYWHERE = {"rows", "go", "view", "selected", "find", "app"}
"""The groups of actions that every pane has; each of the others belongs to one pane alone."""
_GROUPS_TOGETHER = {"copy", "menu"}
"""Two groups that belong to the same pane."""


class Preferences(Struct, frozen=True):
    """Settings of the screen; the defaults apply without a configuration."""

    theme: str = ""
    """Empty where none is configured: then the theme that was chosen last applies, if any."""
    ascii: bool = False
    """Whether to draw with ASCII only."""
    mouse: bool = True
    """Whether to take the mouse from the terminal."""
    state: bool = True
    """Whether to save and restore the session."""
    panes: Mapping[str, int] = field(default_factory=lambda: dict(PANE_SIZES))
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys by action id, as Textual names them, where they are not those of the registry."""


PREFERENCE_NAMES = tuple(field.name for field in fields(Preferences))
"""As a configuration names them."""


def merge_preferences(*tables: Mapping[str, Any]) -> Preferences:
    """The preferences that configuration tables come to, later ones overriding earlier ones.

    Invalid values are skipped: validating the configuration reports them.
    """
    values: dict[str, Any] = {}
    panes: dict[str, int] = dict(PANE_SIZES)
    keys: dict[str, tuple[str, ...]] = {}
    for table in tables:
        if isinstance(theme := table.get("theme"), str) and theme in THEMES:
            values["theme"] = theme
        values |= {name: table[name] for name in ("ascii", "mouse", "state") if isinstance(table.get(name), bool)}
        panes |= {name: size for name, size in _inner_table(table, "panes") if name in PANE_SIZES and _is_size(size)}
        for id_, written in _inner_table(table, "keys"):
            if id_ in BY_ID and (parsed := parse_keys(written)) is not None:
                keys[id_] = parsed
    for id_ in {id_ for id_, _, _ in key_conflicts(keys)}:
        del keys[id_]
    return Preferences(**values, panes=panes, keys=keys)


def parse_keys(written: object) -> tuple[str, ...] | None:
    """The keys of an action, as Textual names them, from a string or a list of strings; None for anything else."""
    texts = [written] if isinstance(written, str) else written
    if not isinstance(texts, list):
        return None
    keys = [parse_key(text) if isinstance(text, str) else "" for text in texts]
    return tuple(dict.fromkeys(keys)) if all(keys) else None


def key_conflicts(keys: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Each action with a key of its own that another action has in the same pane: the action, the key, the other.

    Where both were given that key, the later of the two is the one reported.
    """
    actions = with_keys(keys)
    ids = list(keys)
    for index, id_ in enumerate(ids):
        for key in keys[id_]:
            for other in actions.values():
                later = other.id in ids[index:]
                if not later and key in other.key_list and not _may_share_keys(BY_ID[id_].group, other.group):
                    yield id_, key, other.id
                    break


def _may_share_keys(group: str, other: str) -> bool:
    """Whether a key may do one thing in each of two groups: they belong to different panes, or the registry gives both
    some key, since one of them hides the other."""
    groups = {group, other}
    if len(groups) == 1 or groups == _GROUPS_TOGETHER:
        return False
    if groups & {*PASSING} or not groups & _GROUPS_EVERYWHERE:
        return True
    first, second = ({key for action in ACTIONS if action.group == name for key in action.key_list} for name in groups)
    return not first.isdisjoint(second)


def _inner_table(table: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    inner = table.get(name)
    yield from inner.items() if isinstance(inner, dict) else ()


def _is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and MIN_PANE_SIZE <= size <= MAX_PANE_SIZE
