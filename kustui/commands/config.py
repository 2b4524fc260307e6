"""``kustui config``: the configuration in effect, and where each setting is from."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.cache import Cache, cache_path
from kustui.check import RULE_NAMES
from kustui.commands.command_line import Parser
from kustui.commands.inputs import configuration_of
from kustui.commands.output import ExitStatus, Output
from kustui.config.actions import ACTIONS, BY_ID, GROUPS
from kustui.config.check_settings import Settings
from kustui.config.configuration import (
    OWN_FILE,
    SHARED_FILE,
    ConfigurationError,
    ConfigurationFile,
    configuration_errors,
    display_path,
    search_folders,
    user_path,
)
from kustui.config.key_names import display_key
from kustui.config.preferences import DEFAULT_THEME, Preferences, parse_keys
from kustui.files import absolute
from kustui.text.terminal_safe import painter

if TYPE_CHECKING:  # it loads what validates a file
    from kustui.config.toml_positions import Key

FORMATS = ("text", "json")
_DEFAULT = "default"
_EPILOG = """\
exit status:
  0  the configuration is valid
  2  it is not, or a file cannot be read; every error is reported with its place

examples:
  kustui config                       what applies in this folder
  kustui config samples               what applies in another
  kustui config --keys                every action with its keys, as [keys] takes them
  kustui config --format json         the same for programs
"""


class Setting(NamedTuple):
    """Something that can be configured, and what it is now."""

    name: str
    value: object
    """As JSON has it."""
    place: str = ""
    """``file:line:column``; an empty string for a default."""


def parser() -> Parser:
    parser = Parser("config", "Show the configuration in effect and where each setting is from.", _EPILOG)
    parser.add_argument("paths", metavar="PATH", nargs="*", help="what would be opened (default: this folder)")
    parser.add_argument("--keys", action="store_true", help="list the explorer's actions by id, with their keys")
    parser.add_output(FORMATS)
    parser.add_configuration()
    return parser


def run(arguments: Sequence[str]) -> int:
    """Show what applies to some paths; the exit status."""
    options = parser().parse_args(arguments)
    files = configuration_of(options, options.paths).files()
    if errors := configuration_errors(files, RULE_NAMES):
        raise ConfigurationError(*errors)
    output = Output.of(options)
    if options.format == "json":
        output.write(_json(options, files))
    else:
        output.write(_keys(files) if options.keys else _text(options, files, colour=output.colour))
    return ExitStatus.OK


# The settings.


def _settings(files: Sequence[ConfigurationFile]) -> Iterator[Setting]:
    """All settings but keys, from valid files of which later ones override earlier ones."""
    preferences = Preferences()
    yield _setting(files, ("theme",), DEFAULT_THEME)
    for name in ("ascii", "mouse", "state"):
        yield _setting(files, (name,), getattr(preferences, name))
    yield _setting(files, ("cache",), True)
    yield _setting(files, ("relative-unit-minutes",), Settings().relative_unit_minutes)
    for pane, size in preferences.panes.items():
        yield _setting(files, ("panes", pane), size)
    for name in ("external", "operators", "functions", "actions"):
        yield _setting(files, (name,), [])
    for file in files:
        for rule in file.values.get("rules", {}):
            yield _setting(files, ("rules", rule), None)
        for index, table in enumerate(file.values.get("suppress", ())):
            yield Setting("suppress", table, file.place(("suppress", index)))


def _key_settings(files: Sequence[ConfigurationFile]) -> Iterator[Setting]:
    """The keys of every action, as Textual names them."""
    for action in ACTIONS:
        setting = _setting(files, ("keys", action.id), list(action.key_list))
        yield Setting(action.id, list(parse_keys(setting.value) or ()), setting.place)


def _setting(files: Sequence[ConfigurationFile], keys: tuple[Key, ...], default: object) -> Setting:
    name = ".".join(map(str, keys))
    for file in reversed(files):
        value: object = file.values
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            return Setting(name, value, file.place(keys))
    return Setting(name, default)


# How they are shown.


def _text(options: Namespace, files: Sequence[ConfigurationFile], *, colour: bool) -> Iterator[str]:
    yield from _files(options, files)
    configured_keys = [
        Setting(f'keys."{setting.name}"', _displayed(setting), setting.place)
        for setting in _key_settings(files)
        if setting.place
    ]
    settings = [*_settings(files), *configured_keys]
    rows = [(setting.name, _value(setting.value), setting.place) for setting in settings]
    name_width = max(len(name) for name, _, _ in rows)
    value_width = min(40, max(len(value) for _, value, _ in rows))
    paint = painter({"default": "2"}, colour=colour)
    yield "\n"
    for name, value, place in rows:
        row = f"{name:<{name_width}}  {value:<{value_width}}  {place or _DEFAULT}"
        yield f"{paint('' if place else 'default', row)}\n"


def _files(options: Namespace, files: Sequence[ConfigurationFile]) -> Iterator[str]:
    """Which files were read, and which do not exist."""
    read = {Path(absolute(file.path)) for file in files}
    own = user_path()
    yield "configuration files, later ones overriding earlier ones:\n"
    if own is None:
        yield "  none of your own: there is no home folder (set HOME or XDG_CONFIG_HOME)\n"
    else:
        yield f"  {own}{'' if own in read else '  (not found)'}\n"
    project = [file.path for file in files if not file.is_personal]
    if project:
        yield f"  {project[0]}\n"
    else:
        folders = search_folders(options.paths)
        first, last = display_path(folders[0]), folders[-1]
        yield f"  {OWN_FILE} or {SHARED_FILE} from {first} up to {last}  (not found)\n"
    yield "\ncache of earlier results:\n"
    cache = Cache(cache_path())
    if cache.path is None:
        yield "  none: there is no home folder (set HOME or XDG_CACHE_HOME)\n"
    else:
        yield f"  {cache.path}  ({cache.size / 1e6:,.1f} MB)\n"


def _displayed(setting: Setting) -> str:
    """Keys as a keyboard names them."""
    keys = setting.value if isinstance(setting.value, list) else []
    return "  ".join(map(display_key, keys)) or "none"


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | bool) else str(value)


def _keys(files: Sequence[ConfigurationFile]) -> Iterator[str]:
    settings = list(_key_settings(files))
    keys = {setting.name: _displayed(setting) for setting in settings}
    name_width, keys_width = max(map(len, keys)), max(map(len, keys.values()))
    group = ""
    for setting in settings:
        action = BY_ID[setting.name]
        if action.group != group:
            yield f"{chr(10) if group else ''}{GROUPS[action.group].title}\n"
            group = action.group
        place = f"  ({setting.place})" if setting.place else ""
        yield f"  {setting.name:<{name_width}}  {keys[setting.name]:<{keys_width}}  {action.help}{place}\n"


def _json(options: Namespace, files: Sequence[ConfigurationFile]) -> Iterator[str]:
    cache = Cache(cache_path())
    result: dict[str, Any] = {
        "files": [file.path for file in files],
        "cache": {"path": cache.path and str(cache.path), "bytes": cache.size},
        "searched": [str(path) for path in (user_path(), *search_folders(options.paths)) if path is not None],
    }
    if not options.keys:
        result["settings"] = [_member(setting) for setting in _settings(files)]
    result["keys"] = [_member(setting) for setting in _key_settings(files)]
    yield f"{json.dumps(result, ensure_ascii=False, indent=2)}\n"


def _member(setting: Setting) -> dict[str, object]:
    return {"name": setting.name, "value": setting.value, "from": setting.place or _DEFAULT}
