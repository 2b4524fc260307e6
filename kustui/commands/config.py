"""``kustui config``: what is in force, and which file says it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kustui.check.rules import RULES
from kustui.commands.command_line import Parser
from kustui.commands.inputs import configuration_of
from kustui.commands.output import ExitStatus, Output
from kustui.config.actions import ACTIONS, BY_ID, GROUPS
from kustui.config.check_settings import Settings
from kustui.config.configuration import ConfigurationError, mistakes_of
from kustui.config.files import OWN, SHARED, ConfigurationFile, named, searched, user_path
from kustui.config.keys import shown_key
from kustui.config.preferences import DEFAULT, Preferences, keys_of
from kustui.config.toml_positions import Key

LISTS = ("external", "operators", "functions", "actions")
FORMATS = ("text", "json")
_DEFAULT = "default"
_EPILOG = """\
exit status:
  0  nothing is wrong with it      2  something is, or a file cannot be read: each mistake is told with its place

examples:
  kustui config                       for what is in this folder
  kustui config samples               for what is in another
  kustui config --keys                every action of the screen with its keys, as [keys] takes them
  kustui config --format json         for a program
"""


def run(arguments: Sequence[str]) -> int:
    """Tell what holds for some paths; the exit status."""
    options = parser().parse_args(arguments)
    files = configuration_of(options, options.paths).files()
    if mistakes := mistakes_of(files, RULES):
        raise ConfigurationError(*mistakes)
    output = Output.of(options)
    if options.format == "json":
        output.write(_json(options, files))
    else:
        output.write(_keys(files) if options.keys else _text(options, files))
    return ExitStatus.OK


def parser() -> Parser:
    parser = Parser("config", "Say what is in force, and which file says it.", _EPILOG)
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="what would be opened (default: this folder)")
    add("--keys", action="store_true", help="list the explorer's actions by id, with their keys")
    parser.add_output(FORMATS)
    parser.add_configuration()
    return parser


def _text(options: argparse.Namespace, files: Sequence[ConfigurationFile]) -> Iterator[str]:
    read = {Path(file.path).absolute() for file in files}
    own = user_path()
    yield "read, the later over the earlier:\n"
    yield f"  {own}{'' if own in read else '  (there is none)'}\n"
    project = [file.path for file in files if not file.of_user]
    if project:
        yield f"  {project[0]}\n"
    else:
        first, last = searched(options.paths)[0], searched(options.paths)[-1]
        yield f"  {OWN} or {SHARED} from {named(first)} up to {last}  (there is none)\n"
    settings = [*settings_in_force(files), *_given(files)]
    names, values = [setting.name for setting in settings], [_value(setting.value) for setting in settings]
    width, wide = max(map(len, names)), min(40, max(map(len, values)))
    yield "\n"
    for name, value, setting in zip(names, values, settings, strict=True):
        yield f"{name:<{width}}  {value:<{wide}}  {setting.place or _DEFAULT}\n"


def _given(files: Sequence[ConfigurationFile]) -> Iterator[Setting]:
    for setting in keys_in_force(files):
        if setting.place:
            yield Setting(f'keys."{setting.name}"', "  ".join(map(shown_key, _texts(setting))) or "none", setting.place)


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | bool) else str(value)


def _keys(files: Sequence[ConfigurationFile]) -> Iterator[str]:
    found = list(keys_in_force(files))
    width = max(len(setting.name) for setting in found)
    shown = {setting.name: "  ".join(map(shown_key, _texts(setting))) or "none" for setting in found}
    wide = max(map(len, shown.values()))
    group = ""
    for setting in found:
        action = BY_ID[setting.name]
        if action.group != group:
            yield f"{chr(10) if group else ''}{GROUPS[action.group]}\n"
            group = action.group
        place = f"  ({setting.place})" if setting.place else ""
        yield f"  {setting.name:<{width}}  {shown[setting.name]:<{wide}}  {action.help}{place}\n"


def _texts(setting: Setting) -> list[str]:
    return setting.value if isinstance(setting.value, list) else []


def _json(options: argparse.Namespace, files: Sequence[ConfigurationFile]) -> Iterator[str]:
    found: dict[str, Any] = {
        "files": [file.path for file in files],
        "searched": [str(user_path()), *(str(folder) for folder in searched(options.paths))],
    }
    if not options.keys:
        found["settings"] = [_member(setting) for setting in settings_in_force(files)]
    found["keys"] = [_member(setting) for setting in keys_in_force(files)]
    yield f"{json.dumps(found, ensure_ascii=False, indent=2)}\n"


def _member(setting: Setting) -> dict[str, object]:
    return {"name": setting.name, "value": setting.value, "from": setting.place or _DEFAULT}


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
