"""What configurations come to, and which of them says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kustui.config.actions import ACTIONS
from kustui.config.check_settings import Settings
from kustui.config.preferences import Preferences, keys_of
from kustui.config.themes import DEFAULT

if TYPE_CHECKING:
    from kustui.config.files import ConfigurationFile
    from kustui.config.toml_positions import Key

LISTS = ("external", "operators", "functions", "actions")


class Setting(NamedTuple):
    """One thing that can be said."""

    name: str
    value: object
    """As JSON has it."""
    place: str = ""
    """``file:line:column``; an empty string for a default."""


def settings_in_force(files: Sequence[ConfigurationFile]) -> Iterator[Setting]:
    """What there is to say, with what is said of it by configurations without a mistake, the last one first."""
    preferences = Preferences()
    yield _setting(files, ("theme",), DEFAULT)
    for name in ("ascii", "state"):
        yield _setting(files, (name,), getattr(preferences, name))
    yield _setting(files, ("relative-unit-minutes",), Settings().relative_unit_minutes)
    for pane, size in preferences.panes.items():
        yield _setting(files, ("panes", pane), size)
    for name in LISTS:
        yield _setting(files, (name,), [])
    for file in files:
        for rule in file.values.get("rules", {}):
            yield _setting(files, ("rules", rule), None)
        for index, table in enumerate(file.values.get("suppress", ())):
            yield Setting("suppress", table, file.place(("suppress", index)))


def keys_in_force(files: Sequence[ConfigurationFile]) -> Iterator[Setting]:
    """The keys of every action, as Textual names them."""
    for action in ACTIONS:
        found = _setting(files, ("keys", action.id), list(action.key_list))
        yield Setting(action.id, list(keys_of(found.value) or ()), found.place)


def _setting(files: Sequence[ConfigurationFile], keys: tuple[Key, ...], default: object) -> Setting:
    name = ".".join(map(str, keys))
    for file in reversed(files):
        value: object = file.values
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            return Setting(name, value, file.place(keys))
    return Setting(name, default)
