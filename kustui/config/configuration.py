"""``kustui.toml``, or ``[tool.kustui]`` in ``pyproject.toml``: where configurations are found, and what they come to.

What validates a file is imported where there is one, and what the screen or the checks alone need where they ask.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.definition.loader import STDIN
from kustui.definition.source.outline import Shape
from kustui.definition.source.source import Extent, Source, UndecodableError
from kustui.errors import KustuiError, reason_of
from kustui.files import ReadError, absolute, current_folder, is_file, is_folder, own_folder, read_file

if TYPE_CHECKING:
    from kustui.cache import Cache
    from kustui.config.check_settings import Settings
    from kustui.config.preferences import Preferences
    from kustui.config.toml_positions import Key, TomlPositions

OWN_FILE, SHARED_FILE = "kustui.toml", "pyproject.toml"
_TABLE = ("tool", "kustui")
"""Keys above kustui's table in the shared file."""
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "off": None}
_MOST_ERRORS = 20
"""Of a file: looking for the place of one is going through the file."""
_LONGEST_MESSAGE = 100
"""Characters of what the parser says, which may name a key of any length."""
_MOST_CHARACTERS, _MOST_LEVELS, _MOST_DIGITS = 250_000, 100, 300
_TOML_NAME = r"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_TOML_TOKENS = rf"""(?sx)
    \"{{3}}(?:[^\\]|\\.)*?\"{{3}} | '{{3}}.*?'{{3}} | \#[^\n]*
    | (?P<key>{_TOML_NAME}(?:[ \t]*\.[ \t]*{_TOML_NAME}){{{_MOST_LEVELS}}})
    | (?P<number>\d[\d_a-fA-F]{{{_MOST_DIGITS}}})
    | {_TOML_NAME} | (?P<open>[\[{{]) | (?P<close>[\]}}])
    """
"""What says how deep a text goes; no word in strings and comments."""
_MAY_HAVE_TABLE = rb"""(?mx) \.[ \t]*["']?kustui | ^(?:\xef\xbb\xbf)?[ \t]*(?:\[[ \t]*)?["']?tool["']?[ \t]*[=\]]"""
"""How kustui's table of the shared file may begin; parsing takes long, and most that name kustui have none."""
_TOML_PLACE = r" \((?:at line (\d+), column (\d+)|at end of document)\)$"


class ConfigurationError(KustuiError):
    """What is wrong with configurations, one line each with its place."""


class ConfigurationFile(Struct, frozen=True, dict=True):
    """kustui's table of a file, and where its keys stand."""

    path: str
    source: Source
    values: Mapping[str, Any]
    above: tuple[Key, ...] = ()
    """The keys above the table."""
    is_personal: bool = False
    """Whether it is the user's own, for every project."""

    def extent(self, keys: Sequence[Key]) -> Extent:
        """The bytes of a key, or of the nearest key above it that exists."""
        return self._positions.extent((*self.above, *keys))

    @cached_property
    def _positions(self) -> TomlPositions:
        from kustui.config.toml_positions import TomlPositions

        return TomlPositions(self.source.data.decode())

    def place(self, keys: Sequence[Key]) -> str:
        """``file:line:column`` of a key."""
        return f"{self.path}:{self.source.place(self.extent(keys).start)}"


class Configuration:
    """What applies to the definitions that some paths name: the ``given`` file, else the first one found upward from
    the first path; under it the user's own file for the screen; under that the defaults.

    Files are read at every question, since they may change, and the answer is the same value while they have not. With
    ``none`` only the defaults apply.
    """

    def __init__(self, paths: Sequence[str], given: str | None = None, *, none: bool = False) -> None:
        self._paths, self._given, self._none = tuple(paths), given, none
        self._last: tuple[tuple[str, bytes], ...] = ()
        self._settings: Settings | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file that applies now, the user's own first."""
        if self._none:
            return ()
        own = user_path()
        path = self._given if self._given is not None else find_configuration(self._paths)
        if own is None or not is_file(own) or (path is not None and absolute(path) == str(own)):
            return () if path is None else (path,)
        return (str(own),) if path is None else (str(own), path)

    @property
    def unusable(self) -> tuple[str, ...]:
        """What keeps files from being used that may apply, a line each: everything goes on without them."""
        if self._none:
            return ()
        own = user_path()
        lines = []
        if own is not None and (reason := _obstacle(own)):
            lines.append(f"{own}: {reason}: going on without your own configuration")
        if self._given is None and (folder := _hidden(self._paths)):
            lines.append(f"{folder}: permission denied: going on without a configuration from there")
        return tuple(lines)

    def _contents(self) -> tuple[tuple[str, bytes], ...]:
        """Every file that applies now, but for the user's own where it cannot be read. Raises ReadError."""
        contents = []
        for path in self.paths:
            try:
                contents.append((path, read_file(path)))
            except ReadError:
                if path != str(user_path()):
                    raise
        return tuple(contents)

    @property
    def watched_paths(self) -> tuple[str, ...]:
        """Every file to watch: those that apply now, and two that would once they exist, the user's own and the one in
        the folder of the first path."""
        if self._none or self._given is not None:
            return self.paths
        possible = [user_path(), self._nearest]
        existing = (str(path) for path in possible if path is not None and is_folder(path.parent))
        return tuple(dict.fromkeys((*self.paths, *existing)))

    @property
    def project_path(self) -> str | None:
        """The project's file, where there may be none yet; None where no file applies."""
        if self._none:
            return None
        path = self._given if self._given is not None else find_configuration(self._paths)
        own = user_path()
        is_personal = path is not None and own is not None and absolute(path) == str(own)
        return display_path(self._nearest) if path is None or is_personal else path

    @property
    def _nearest(self) -> Path:
        """The file that would apply to the first path, before any other, if it existed."""
        first, *above = search_folders(self._paths)
        return (first if is_folder(first) or not above else above[0]) / OWN_FILE

    def files(self) -> tuple[ConfigurationFile, ...]:
        """The files that apply now, not validated. Raises KustuiError where one cannot be read."""
        return _parsed(self._contents())

    @property
    def uses_cache(self) -> bool:
        """Whether results may be kept. An invalid value is skipped, as ``settings`` reports it."""
        uses = True
        for path in self.paths:
            with suppress(KustuiError):
                for file in _parsed([(path, read_file(path))]):
                    uses = file.values.get("cache", uses) is not False
        return uses

    def settings(self, rules: Collection[str], cache: Cache | None = None) -> Settings:
        """What the checks should use; ``rules`` are the names of all rules, and ``cache`` has which files are valid.
        Raises KustuiError."""
        contents = self._contents()
        if self._settings is None or contents != self._last:
            files = _parsed(contents)
            if files:
                _require_valid(files, rules, cache)
            self._settings = _settings(files)
            self._last = contents
        return self._settings

    def preferences(self) -> Preferences:
        """What the screen should use. Invalid values are skipped, as ``settings`` reports them."""
        from kustui.config.preferences import merge_preferences

        tables = []
        for path in self.paths:
            with suppress(KustuiError):
                tables += [file.values for file in _parsed([(path, read_file(path))])]
        return merge_preferences(*tables)


def configuration_errors(files: Sequence[ConfigurationFile], rules: Collection[str]) -> tuple[str, ...]:
    """What is wrong with some files, of which later ones override earlier ones: one line each with its place."""
    if not files:
        return ()
    from kustui.config.model import validation_errors
    from kustui.text.messages import shortened_message

    lines: list[str] = []
    overridden: list[Mapping[str, Any]] = []
    for file in files:
        wrong = validation_errors(file.values, rules, overridden, is_personal=file.is_personal)
        errors = [
            (file.source.place(file.extent(keys).start), message) for keys, message in islice(wrong, _MOST_ERRORS)
        ]
        lines += (f"{file.path}:{place}: {shortened_message(message)}" for place, message in sorted(errors))
        if next(wrong, None):
            lines.append(f"{file.path}: and more")
        overridden.append(file.values)
    return tuple(lines)


def parse_settings(path: str, raw: bytes, rules: Collection[str]) -> Settings:
    """The settings of one file. Raises ConfigurationError."""
    files = (parse_file(path, raw),)
    _require_valid(files, rules)
    return _settings(files)


def _require_valid(files: Sequence[ConfigurationFile], rules: Collection[str], cache: Cache | None = None) -> None:
    """Raises ConfigurationError. What validates a file is slow to import: not for files that were valid before."""
    from kustui.cache import key_of

    parts = [(file.path.rpartition(os.sep)[2], str(file.is_personal), file.source.data) for file in files]
    key = key_of("configuration", *(part for file in parts for part in file))
    if cache is not None and cache.read([key]):
        return
    if lines := configuration_errors(files, rules):
        raise ConfigurationError(*lines)
    if cache is not None:
        cache.write([(key, b"valid")])


def _settings(files: Sequence[ConfigurationFile]) -> Settings:
    """The settings of valid files."""
    from kustui.config.check_settings import Settings, Suppression  # which nobody needs before the first paint

    values: dict[str, Any] = {}
    suppressions: tuple[Suppression, ...] = ()
    for file in files:
        values |= file.values
        document = Document(file.source, Shape.NOTHING)
        suppressions += tuple(
            Suppression(**fields, document=document, extent=file.extent(("suppress", index)))
            for index, fields in enumerate(file.values.get("suppress", ()))
        )
    return Settings(
        severities={rule: _SEVERITIES[value] for rule, value in values.get("rules", {}).items()},
        **{key: frozenset(values.get(key, ())) for key in ("external", "operators", "functions", "actions")},
        relative_unit_minutes=values.get("relative-unit-minutes", Settings().relative_unit_minutes),
        suppressions=suppressions,
    )


def _parsed(contents: Sequence[tuple[str, bytes]]) -> tuple[ConfigurationFile, ...]:
    own = user_path()
    return tuple(parse_file(path, raw, is_personal=own is not None and path == str(own)) for path, raw in contents)


def parse_file(path: str, raw: bytes, *, is_personal: bool = False) -> ConfigurationFile:
    """kustui's table of a file. Raises ConfigurationError where it is not TOML."""
    import tomllib  # slow to import, and most folders have no configuration

    from kustui.text.messages import shortened

    try:
        source = Source.of(path, raw)
    except UndecodableError as error:
        raise ConfigurationError(f"{path}:{error.source.place(error.extent.start)}: {error}") from error
    text = source.data.decode()
    _require_readable(path, source, text)
    try:
        values = tomllib.loads(text)
    except ValueError as error:  # it raises others than its own too
        message = str(error)
        match = re.search(_TOML_PLACE, message)
        place = f"{match[1]}:{match[2]}" if match and match[1] else source.place(len(source.data))
        message = shortened(message[: match.start()] if match else message, _LONGEST_MESSAGE)
        raise ConfigurationError(f"{path}:{place}: {message[:1].lower()}{message[1:]}") from error
    if Path(path).name != SHARED_FILE:
        return ConfigurationFile(path, source, values, is_personal=is_personal)
    for key in _TABLE:
        inner = values.get(key, {})
        values = inner if isinstance(inner, dict) else {}
    return ConfigurationFile(path, source, values, _TABLE, is_personal=is_personal)


def _require_readable(path: str, source: Source, text: str) -> None:
    """Raises ConfigurationError for what the parser would not end with, or break at: it goes as deep as the text."""
    if len(text) > _MOST_CHARACTERS:
        raise ConfigurationError(f"{path}: larger than a configuration can be ({_MOST_CHARACTERS:,} characters)")
    depth = 0
    for token in re.finditer(_TOML_TOKENS, text):
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        wrong = ""
        if depth > _MOST_LEVELS or token.lastgroup == "key":
            wrong = f"nested deeper than {_MOST_LEVELS} levels"
        elif token.lastgroup == "number":
            wrong = f"a number of more than {_MOST_DIGITS} digits"
        if wrong:
            raise ConfigurationError(f"{path}:{source.place(len(text[: token.start()].encode()))}: {wrong}")


# Where files are.


def search_folders(paths: Sequence[str]) -> tuple[Path, ...]:
    """The folders in which a configuration for some paths is looked for: that of the first, and those above it."""
    first = paths[0] if paths else STDIN
    start = Path(absolute(os.curdir if first == STDIN else first))  # links are not followed
    return (start, *start.parents)


def find_configuration(paths: Sequence[str]) -> str | None:
    """The project's configuration: in the folder of the first path, or the nearest above it that has one."""
    for folder in search_folders(paths):
        own, shared = folder / OWN_FILE, folder / SHARED_FILE
        if is_file(own):
            return display_path(own)
        if is_file(shared) and _has_table(shared):
            return display_path(shared)
    return None


def _has_table(shared: Path) -> bool:
    """Whether a pyproject.toml has a table for kustui; one that cannot be parsed counts, so that this is reported."""
    try:
        raw = shared.read_bytes()
    except OSError:
        return False
    if b"kustui" not in raw or not re.search(_MAY_HAVE_TABLE, raw):
        return False
    import tomllib  # slow to import, and few get here

    try:
        source = Source.of(str(shared), raw)
        text = source.data.decode()
        _require_readable(source.path, source, text)
        tool = tomllib.loads(text).get("tool")
    except (ConfigurationError, UndecodableError, ValueError):
        return True
    return isinstance(tool, dict) and "kustui" in tool


def _obstacle(path: Path) -> str:
    """Why it cannot be said whether there is a file, or what is in it; an empty string where that can be said."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            path.read_bytes()
    except OSError as error:
        return "" if error.errno in (errno.ENOENT, errno.ENOTDIR) else reason_of(error)
    return ""


def _hidden(paths: Sequence[str]) -> Path | None:
    """The nearest folder that may not be looked into, unless a nearer one has a configuration."""
    first, *above = search_folders(paths)
    for folder in above if paths and is_file(paths[0]) else (first, *above):
        if is_file(folder / OWN_FILE):
            break
        try:
            (folder / OWN_FILE).stat()
        except PermissionError:
            return folder
        except OSError:
            continue
    return None


def display_path(path: Path) -> str:
    """A path as seen from the current folder, where it is below that."""
    try:
        return str(path.relative_to(current_folder()))
    except ValueError:
        return str(path)


def user_path() -> Path | None:
    """The user's own configuration, for every project, whether it exists or not; None where the user has no home."""
    folder = own_folder("config")
    return folder and folder / OWN_FILE
