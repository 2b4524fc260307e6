"""The files in which a person can tell kustui something: where they are found, and what stands in them where."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kustui.definition.loader import STDIN
from kustui.definition.source.source import Source, UndecodableError
from kustui.errors import KustuiError

if TYPE_CHECKING:
    from kustui.config.toml_positions import Key
    from kustui.definition.source.source import Extent

OWN, SHARED = "kustui.toml", "pyproject.toml"
_IN_SHARED = ("tool", "kustui")
_ELSEWHERE = {"config": (".config",), "state": (".local", "state")}
_TOML_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")


class ConfigurationError(KustuiError):
    """What is wrong with a configuration, a line each, each with its place."""


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """kustui's own table of a file, and where its keys stand."""

    path: str
    source: Source
    values: Mapping[str, Any]
    above: tuple[Key, ...] = ()
    """The keys above the table."""
    of_user: bool = False
    """Whether it is a person's own, for whatever they open."""

    def extent(self, keys: Sequence[Key]) -> Extent:
        """Where a key, or the nearest above it that there is, stands."""
        from kustui.config.toml_positions import extent_of

        return extent_of(self.source.data.decode(), (*self.above, *keys))

    def place(self, keys: Sequence[Key]) -> str:
        """``file:line:column`` of a key."""
        return f"{self.path}:{self.source.place(self.extent(keys).start)}"


def read(path: str, raw: bytes, *, of_user: bool = False) -> ConfigurationFile:
    """A configuration whose bytes were read. Raises ConfigurationError where they are no TOML."""
    import tomllib

    try:
        source = Source.of(path, raw)
    except UndecodableError as error:
        raise ConfigurationError(f"{path}:{error.source.place(error.extent.start)}: {error}") from error
    try:
        values = tomllib.loads(source.data.decode())
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _TOML_PLACE.search(message)
        place = f"{found[1]}:{found[2]}" if found and found[1] else source.place(len(source.data))
        message = message[: found.start()] if found else message
        raise ConfigurationError(f"{path}:{place}: {message[:1].lower()}{message[1:]}") from error
    if Path(path).name != SHARED:
        return ConfigurationFile(path, source, values, of_user=of_user)
    for key in _IN_SHARED:
        inner = values.get(key, {})
        values = inner if isinstance(inner, dict) else {}
    return ConfigurationFile(path, source, values, _IN_SHARED, of_user=of_user)


def user_path() -> Path:
    """The file that a person has for whatever they open, whether it is there or not."""
    return own_folder("config") / OWN


def searched(paths: Sequence[str]) -> tuple[Path, ...]:
    """The folders in which a configuration for some paths is looked for: that of the first, and those above it."""
    first = paths[0] if paths else STDIN
    start = Path(os.path.abspath(os.curdir if first == STDIN else first))  # noqa: PTH100  # the path as it was given
    return (start, *start.parents)


def found_from(paths: Sequence[str]) -> str | None:
    """The configuration in the folder of the first path, or in the nearest above it that has one."""
    for folder in searched(paths):
        own, shared = folder / OWN, folder / SHARED
        if own.is_file():
            return named(own)
        if shared.is_file() and _mentions_kustui(shared):
            return named(shared)
    return None


def _mentions_kustui(shared: Path) -> bool:
    try:
        return b"kustui" in shared.read_bytes() and _has_table(shared)
    except OSError:
        return False


def _has_table(shared: Path) -> bool:
    import tomllib

    try:
        tool = tomllib.loads(shared.read_text(encoding="utf-8")).get("tool")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return True  # and reading it will say what is wrong
    return isinstance(tool, dict) and "kustui" in tool


def named(path: Path) -> str:
    """As seen from the current folder, where it is below that."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def own_folder(kind: Literal["config", "state"]) -> Path:
    """kustui's folder among a person's configurations, or in what is kept for them, whether it is there or not."""
    if (folder := os.environ.get(f"XDG_{kind.upper()}_HOME", "")) and Path(folder).is_absolute():
        return Path(folder) / "kustui"
    if sys.platform in ("darwin", "win32"):
        import platformdirs  # slow to import, and elsewhere the folder is as below

        find = platformdirs.user_config_path if kind == "config" else platformdirs.user_state_path
        return find("kustui", appauthor=False)
    return Path.home().joinpath(*_ELSEWHERE[kind], "kustui")
