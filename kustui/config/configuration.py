"""``kustui.toml``, or ``[tool.kustui]`` in ``pyproject.toml``: what a person tells the rules about their organisation,
and the screen about themselves.

Strict: a key that kustui does not know is a mistake, not a wish for later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kustui.config.files import OWN, ConfigurationFile, found_from, read, searched, user_path
from kustui.config.files import ConfigurationError as ConfigurationError
from kustui.errors import KustuiError
from kustui.files import read_file

if TYPE_CHECKING:
    from kustui.config.check_settings import Settings
    from kustui.config.preferences import Preferences
    from kustui.config.toml_positions import Key


class Configuration:
    """What holds for the definitions that some paths name: the configuration that is ``given``, else the first that is
    found upward from the first path; beneath it the person's own for the screen; beneath that the defaults.

    They are read again and again, and the same value as long as what is written is the same. With ``none`` the
    defaults alone hold.
    """

    def __init__(self, paths: Sequence[str], given: str | None = None, *, none: bool = False) -> None:
        self._paths, self._given, self._none = tuple(paths), given, none
        self._read: tuple[tuple[str, bytes], ...] = ()
        self._settings: Settings | None = None

    @property
    def path(self) -> str | None:
        """The file of the project that holds now, if there is one."""
        return self._given if self._given is not None else found_from(self._paths)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file that holds now, the person's own first."""
        if self._none:
            return ()
        own, path = user_path(), self.path
        if not own.is_file() or (path is not None and Path(path).absolute() == own):
            return () if path is None else (path,)
        return (str(own),) if path is None else (str(own), path)

    @property
    def awaited(self) -> tuple[str, ...]:
        """Every file to look at for changes: those that hold now, and those that would once they are there, the
        person's own and the one in the folder of the first path."""
        if self._none or self._given is not None:
            return self.paths
        first, *above = searched(self._paths)
        own, beside = user_path(), (first if first.is_dir() else above[0]) / OWN
        wanted = [str(path) for path in (own, beside) if path.parent.is_dir()]
        return tuple(dict.fromkeys((*self.paths, *wanted)))

    def files(self) -> tuple[ConfigurationFile, ...]:
        """What stands in each of them, unchecked. Raises KustuiError where that cannot be read."""
        return _files([(path, read_file(path)) for path in self.paths])

    def settings(self, rules: Collection[str]) -> Settings:
        """What the checks should use, where ``rules`` are the names of those that exist. Raises KustuiError."""
        found = tuple((path, read_file(path)) for path in self.paths)
        if self._settings is None or found != self._read:
            self._settings = _settings(_files(found), rules)
            self._read = found
        return self._settings

    def preferences(self) -> Preferences:
        """What is said of the screen. What is wrong is passed over here: ``settings`` tells of it."""
        from kustui.config.preferences import preferences_of  # which the screen alone asks for

        tables = []
        for path in self.paths:
            with suppress(KustuiError):
                tables += [file.values for file in _files([(path, read_file(path))])]
        return preferences_of(*tables)


def settings_of(path: str, raw: bytes, rules: Collection[str]) -> Settings:
    """The settings that one configuration gives. Raises ConfigurationError."""
    return _settings((read(path, raw),), rules)


def mistakes_of(files: Sequence[ConfigurationFile], rules: Collection[str]) -> tuple[str, ...]:
    """What is wrong with configurations, a line each with its place; the later hold over the earlier."""
    lines: list[str] = []
    beneath: list[Mapping[str, Any]] = []
    for file in files:
        places = [(file.source.place(file.extent(keys).start), told) for keys, told in _mistakes(file, beneath, rules)]
        lines += (f"{file.path}:{place}: {told}" for place, told in sorted(places))
        beneath.append(file.values)
    return tuple(lines)


def _files(found: Sequence[tuple[str, bytes]]) -> tuple[ConfigurationFile, ...]:
    own = str(user_path())
    return tuple(read(path, raw, of_user=path == own) for path, raw in found)


def _settings(files: Sequence[ConfigurationFile], rules: Collection[str]) -> Settings:
    """Raises ConfigurationError."""
    if lines := mistakes_of(files, rules):
        raise ConfigurationError(*lines)
    from kustui.config.check_settings import Settings, Suppression
    from kustui.config.severity import Severity
    from kustui.definition.collection import Document
    from kustui.definition.source.outline import Shape

    values: dict[str, Any] = {}
    suppressions: tuple[Suppression, ...] = ()
    for file in files:
        values |= file.values
        document = Document(file.source, Shape.NOTHING)
        suppressions += tuple(
            Suppression(**fields, document=document, extent=file.extent(("suppress", index)))
            for index, fields in enumerate(file.values.get("suppress", ()))
        )
    severities = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "off": None}
    return Settings(
        severities={rule: severities[value] for rule, value in values.get("rules", {}).items()},
        **{key: frozenset(values.get(key, ())) for key in ("external", "operators", "functions", "actions")},
        relative_unit_minutes=values.get("relative-unit-minutes", Settings().relative_unit_minutes),
        suppressions=suppressions,
    )


def _mistakes(
    file: ConfigurationFile, beneath: Sequence[Mapping[str, Any]], rules: Collection[str]
) -> Iterator[tuple[tuple[Key, ...], str]]:
    """What is wrong with kustui's own table, in its order, with the keys of the place."""
    from kustui.config.model import faults_of, screen_faults

    values = file.values
    yield from faults_of(values, of_user=file.of_user)
    yield from screen_faults(values, beneath)
    severities, suppressions = values.get("rules"), values.get("suppress")
    named: list[tuple[tuple[Key, ...], object]] = []
    if isinstance(severities, dict):
        named += [(("rules", name), name) for name in severities]
    if isinstance(suppressions, list):
        named += [(("suppress", at, "rule"), _rule_of(table)) for at, table in enumerate(suppressions)]
    for keys, name in named:
        if isinstance(name, str) and name not in rules:
            yield keys, unknown_rule(name, rules)


def _rule_of(table: object) -> object:
    return table.get("rule") if isinstance(table, dict) else None


def unknown_rule(name: str, rules: Collection[str]) -> str:
    """What to say of a rule that does not exist."""
    from kustui.text.suggestions import hint_of

    hint = hint_of(name, rules, "rules")
    return f'there is no rule "{name}"' + (f": {hint}" if hint else "; kustui explain lists them")
