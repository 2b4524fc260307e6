"""What a text says up to a place, though it may not parse: where in the JSON that is, and what is written so far."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec import Struct, field

from kustui.definition.source.source import Extent

_TOKEN = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*(?P<closed>"?)|[{}\[\],:]|[^\s{}\[\],:"]+')
"""A string ends with its line, closed or not."""
_OPENING = (b"{", b"[")
_FARTHEST = 100_000
"""Bytes behind a place in which the keys of its object are looked for."""


class Place(NamedTuple):
    """Where in a JSON text something is being typed."""

    keys: tuple[str | int, ...]
    """Keys and indices, from the outermost value on. The last is what is typed, where that is a key."""
    is_key: bool
    is_quoted: bool
    """Whether it is in a string."""
    typed: str
    """What the string says before the place."""
    extent: Extent
    """What the string says in all, without its quotes: what is chosen takes its place."""
    outer: tuple[Any, ...]
    """The values around it as far as they are written, the outermost first."""
    following: frozenset[str] = frozenset()
    """The keys behind it in the same object."""


class _Open(Struct):
    """An object or a list that is not closed yet."""

    value: dict[str, Any] | list[Any]
    key: str | None = None
    """In an object, the key whose value comes next."""
    has_value: bool = False
    """Whether the value after the last comma is there."""

    @property
    def expects_key(self) -> bool:
        return isinstance(self.value, dict) and (self.key is None or self.has_value)

    @property
    def place(self) -> str | int:
        return len(self.value) - self.has_value if isinstance(self.value, list) else self.key or ""

    def add(self, value: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None and not self.has_value:
            self.value[self.key] = value
        elif isinstance(value, str):  # a comma is missing before it
            self.key, self.has_value = value, False
            return
        self.has_value = True

    def go_on(self) -> None:
        self.key, self.has_value = None, False


class _Reader(Struct):
    opened: list[_Open] = field(default_factory=list)

    def take(self, token: bytes) -> None:
        if token in _OPENING:
            new: dict[str, Any] | list[Any] = {} if token == b"{" else []
            if self.opened:
                self.opened[-1].add(new)
            self.opened.append(_Open(new))
        elif token in (b"}", b"]"):
            kind = dict if token == b"}" else list
            if any(isinstance(outer.value, kind) for outer in self.opened):
                while not isinstance(self.opened.pop().value, kind):
                    pass
        elif not self.opened or token == b":":
            pass
        elif token == b",":
            self.opened[-1].go_on()
        else:
            outer, value = self.opened[-1], decoded(token)
            if outer.expects_key and outer.key is None and isinstance(value, str):
                outer.key = value
            else:
                outer.add(value)

    def place(self, is_quoted: bool, typed: str, extent: Extent) -> Place:
        inner = self.opened[-1] if self.opened else None
        is_key = inner is not None and inner.expects_key
        keys = [outer.place for outer in self.opened[:-1]]
        if inner is not None:
            keys.append(typed if is_key else inner.place)
        return Place(tuple(keys), is_key, is_quoted, typed, extent, tuple(outer.value for outer in self.opened))


def decoded(token: bytes) -> Any:
    """The value of a token; of a string that is not closed, what it says; of what is no JSON, its text."""
    text = token.decode(errors="replace")
    for ending in ("", '"', '\\"'):  # closed, not closed, and not closed within an escape
        with suppress(ValueError):
            return json.loads(text + ending, parse_int=float)
    return text.strip('"')


def place_at(data: bytes, start: int, offset: int) -> Place:
    """What is being typed at an offset, in the value that begins at ``start``."""
    place = _place_at(data, start, offset)
    if not place.is_key:
        return place
    return place._replace(following=frozenset(_keys_from(data, place.extent.end + place.is_quoted)))


def _keys_from(data: bytes, at: int) -> Iterator[str]:
    """The keys of an object from a place on, up to its end."""
    depth, last = 0, b""
    for match in _TOKEN.finditer(data, at, at + _FARTHEST):
        token = match.group()
        depth += (token in _OPENING) - (token in (b"}", b"]"))
        if depth < 0:
            return
        if token == b":" and not depth and last[:1] == b'"':
            yield str(decoded(last))
        last = token


def _place_at(data: bytes, start: int, offset: int) -> Place:
    reader = _Reader()
    for match in _TOKEN.finditer(data, start):
        token = match.group()
        if match.start() >= offset:
            break
        if token[:1] == b'"' and (offset < match.end() or not match["closed"]):
            end = match.end() - len(match["closed"])
            if offset <= end:
                typed = decoded(token[: offset - match.start()])
                return reader.place(True, typed if isinstance(typed, str) else "", Extent(match.start() + 1, end))
        elif match.end() >= offset and token not in (b"{", b"}", b"[", b"]", b",", b":") and token[:1] != b'"':
            return reader.place(False, "", Extent(*match.span()))
        reader.take(token)
    return reader.place(False, "", Extent(offset, offset))
