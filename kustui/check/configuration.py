"""``kustui.toml``, or ``[tool.kustui]`` in ``pyproject.toml``: what a person tells the rules about their organisation.

Strict: a key that kustui does not know is a mistake, not a wish for later.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kustui.check.closest import hint_of
from kustui.check.problems import Severity
from kustui.check.settings import Settings, Suppression
from kustui.definition.loading import STDIN
from kustui.definition.source import Source, UndecodableError

if TYPE_CHECKING:
    from kustui.check.toml_places import Key

OWN, SHARED = "kustui.toml", "pyproject.toml"
_IN_SHARED = ("tool", "kustui")
_TOML_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")


class ConfigurationError(Exception):
    """What is wrong with a configuration, a line each, each with its place."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Configuration:
    """The settings for the definitions that some paths name: those of the configuration that is ``given``, else of the
    first that is found upward from the first path; without one the defaults.

    They are read again and again, and the same value as long as what is written is the same.
    """

    def __init__(self, paths: Sequence[str], given: str | None = None) -> None:
        self._paths, self._given = tuple(paths), given
        self._read: tuple[str, bytes] | None = None
        self._settings = Settings()

    @property
    def path(self) -> str | None:
        """The file that holds now, if there is one."""
        return self._given if self._given is not None else found_from(self._paths)

    def settings(self) -> Settings:
        """Raises ConfigurationError."""
        path = self.path
        found = None if path is None else (path, contents(path))
        if found != self._read:
            self._settings = Settings() if found is None else settings_of(*found)
            self._read = found
        return self._settings


def found_from(paths: Sequence[str]) -> str | None:
    """The configuration in the folder of the first path, or in the nearest above it that has one."""
    first = paths[0] if paths else STDIN
    start = os.path.abspath(os.curdir if first == STDIN else first)  # noqa: PTH100  # the path as it was given
    for folder in (Path(start), *Path(start).parents):
        own, shared = folder / OWN, folder / SHARED
        if own.is_file():
            return _named(own)
        if shared.is_file() and _mentions_kustui(shared):
            return _named(shared)
    return None


def contents(path: str) -> bytes:
    """The bytes of a file beside the definitions. Raises ConfigurationError."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def settings_of(path: str, raw: bytes) -> Settings:
    """The settings that a configuration gives. Raises ConfigurationError."""
    try:
        source = Source.of(path, raw)
    except UndecodableError as error:
        raise ConfigurationError(f"{path}:{error.source.place(error.extent.start)}: {error.message}") from error
    text = source.data.decode()
    values, above = _table(path, source, text)
    from kustui.check.toml_places import extent_of
    from kustui.definition.collection import Document
    from kustui.definition.outline import Shape

    mistakes = [(source.place(extent_of(text, (*above, *keys)).start), told) for keys, told in _mistakes(values)]
    if mistakes:
        raise ConfigurationError(*(f"{path}:{place}: {told}" for place, told in sorted(mistakes)))
    document = Document(source, Shape.NOTHING)
    severities = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "off": None}
    return Settings(
        severities={rule: severities[value] for rule, value in values.get("rules", {}).items()},
        **{key: frozenset(values.get(key, ())) for key in ("external", "operators", "functions", "actions")},
        relative_unit_minutes=values.get("relative-unit-minutes", Settings().relative_unit_minutes),
        suppressions=tuple(
            Suppression(**fields, document=document, extent=extent_of(text, (*above, "suppress", index)))
            for index, fields in enumerate(values.get("suppress", ()))
        ),
    )


def _table(path: str, source: Source, text: str) -> tuple[dict[str, Any], tuple[Key, ...]]:
    """kustui's own table, and the keys above it. Raises ConfigurationError."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _TOML_PLACE.search(message)
        place = f"{found[1]}:{found[2]}" if found and found[1] else source.place(len(source.data))
        message = message[: found.start()] if found else message
        raise ConfigurationError(f"{path}:{place}: {message[:1].lower()}{message[1:]}") from error
    if Path(path).name != SHARED:
        return values, ()
    for key in _IN_SHARED:
        inner = values.get(key, {})
        values = inner if isinstance(inner, dict) else {}
    return values, _IN_SHARED


def _mistakes(values: Mapping[str, Any]) -> Iterator[tuple[tuple[Key, ...], str]]:
    """What is wrong with kustui's own table, in its order, with the keys of the place."""
    from kustui.check.configuration_model import faults_of
    from kustui.check.pages import PAGES

    yield from faults_of(values)
    rules, suppressions = values.get("rules"), values.get("suppress")
    named: list[tuple[tuple[Key, ...], object]] = []
    if isinstance(rules, dict):
        named += [(("rules", name), name) for name in rules]
    if isinstance(suppressions, list):
        named += [(("suppress", at, "rule"), _rule_of(table)) for at, table in enumerate(suppressions)]
    for keys, name in named:
        if isinstance(name, str) and name not in PAGES:
            yield keys, unknown_rule(name)


def _rule_of(table: object) -> object:
    return table.get("rule") if isinstance(table, dict) else None


def unknown_rule(name: str) -> str:
    """What to say of a rule that there is not."""
    from kustui.check.pages import PAGES

    hint = hint_of(name, PAGES, "rules")
    return f'there is no rule "{name}"' + (f": {hint}" if hint else "; kustui explain lists them")


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


def _named(path: Path) -> str:
    """As seen from the current folder, where it is below that."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
