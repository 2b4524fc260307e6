"""Where the keys of a TOML text stand. The standard library reads values alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from kustui.definition.source.source import Extent

Key = str | int
"""A key of a table, or an index of an array."""
Path = tuple[Key, ...]
Position = tuple[Path, int, int]
"""A key, table or element, and the characters at which it begins and ends."""

_BASIC, _LITERAL = r'"(?:[^"\\\n]|\\.)*"', r"'[^'\n]*'"
_NAME = rf"(?:[A-Za-z0-9_-]+|{_BASIC}|{_LITERAL})"
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_HEADER = rf"^[ \t]*(?P<header>\[\[?)[ \t]*(?P<table>{_DOTTED})[ \t]*\]\]?"
_TOKENS = rf"""
    (?P<long>\"\"\"(?:[^\\]|\\.)*?\"{{3,5}}|'''.*?'{{3,5}})
    |\#[^\n]*
    |(?P<key>{_DOTTED})[ \t]*=
    |(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<comma>,)
    |(?P<value>{_BASIC}|{_LITERAL}|[^\s,\[\]{{}}\#=\"']+)"""
_IN_VALUE = re.compile(_TOKENS, re.DOTALL | re.VERBOSE)
_TOP_LEVEL = re.compile(f"{_HEADER}|{_TOKENS}", re.DOTALL | re.VERBOSE | re.MULTILINE)
_ONE_NAME = re.compile(_NAME)


class TomlPositions(Struct, frozen=True, eq=False, dict=True):
    """Where the keys and elements of a text stand, which has to be TOML."""

    text: str

    def extent(self, path: Sequence[Key]) -> Extent:
        """The bytes of a key or an array's element; else of the nearest above it that exists, or none at the start."""
        paths = (tuple(path[:length]) for length in range(len(path), 0, -1))
        start, end = next((self._spans[one] for one in paths if one in self._spans), (0, 0))
        return Extent(len(self.text[:start].encode()), len(self.text[:end].encode()))

    @cached_property
    def _spans(self) -> Mapping[Path, tuple[int, int]]:
        """The characters of each, where it stands first."""
        spans: dict[Path, tuple[int, int]] = {}
        for path, start, end in _Scanner(self.text).positions():
            spans.setdefault(path, (start, end))
        return spans


class _Scanner:
    """Goes through the tokens of a text, and knows at which path each stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._array_lengths: dict[Path, int] = {}
        """How many tables each array of tables has so far."""
        self._table: Path = ()
        self._path: Path = ()
        """Of the value that comes next."""
        self._brackets: list[tuple[Path, int | None]] = []
        """Those open here: the value that each begins, and in an array the index of the element."""

    def positions(self) -> Iterator[Position]:
        """Every key, table and element, in the order of the text."""
        end = 0
        while token := (_IN_VALUE if self._brackets else _TOP_LEVEL).search(self._text, end):
            end = token.end()
            match token.lastgroup:
                case "table":
                    yield self._header(token)
                case "key":
                    yield from self._key(token)
                case "open" | "value" | "long":
                    yield from self._value(token)
                case "close" if self._brackets:
                    self._brackets.pop()
                case "comma" if self._brackets:
                    path, index = self._brackets[-1]
                    self._brackets[-1] = (path, None if index is None else index + 1)

    def _header(self, token: re.Match[str]) -> Position:
        """``[table]`` or ``[[table]]``."""
        table: Path = ()
        for name in _names_in(token["table"]):
            table = (*table, name)
            if table in self._array_lengths and token["header"] == "[":
                table = (*table, self._array_lengths[table] - 1)
        if token["header"] == "[[":
            index = self._array_lengths.get(table, 0)
            self._array_lengths[table] = index + 1
            table = (*table, index)
        self._table = table
        return table, *token.span("table")

    def _key(self, token: re.Match[str]) -> Iterator[Position]:
        """``key =`` or ``dotted.key =``."""
        self._path = self._brackets[-1][0] if self._brackets else self._table
        for name in _names_in(token["key"]):
            self._path = (*self._path, name)
            yield self._path, *token.span("key")

    def _value(self, token: re.Match[str]) -> Iterator[Position]:
        """A value, or the bracket that opens one; a position of its own only as the element of an array."""
        path = self._path
        if self._brackets and self._brackets[-1][1] is not None:
            path = (*self._brackets[-1][0], self._brackets[-1][1])
            yield path, *token.span()
        if token.lastgroup == "open":
            self._brackets.append((path, 0 if token[0] == "[" else None))


def _names_in(dotted: str) -> Iterator[str]:
    """The names in a dotted key."""
    import tomllib  # loaded by whoever read the file

    for match in _ONE_NAME.finditer(dotted):
        name = match[0]
        yield next(iter(tomllib.loads(f"{name}=0"))) if name[0] in "\"'" else name
