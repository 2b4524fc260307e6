"""The positions of the values of a JSON text, by JSON pointer (RFC 6901).

The scanner takes text that already parsed: it looks only for positions and keys given twice, never recurses,
and costs about 3 ms for a workflow of 40 steps, so it runs only when a place is asked for.
The members of a single object are listed without decoding their values.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from kustui.definition.source.source import Extent, Fault, duplicate_key, replace_lone_surrogates

MAX_DEPTH = 500
"""Levels of nesting that are read. Real definitions have fewer than thirty.

A workflow that is nested deeper is reported and not read; so is a file, if the depth lies around its workflows
or is such that their ends cannot be found.
"""

STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
"""A string of JSON, where a dot matches a line feed as well."""
BLANKS = re.compile(rb"[ \t\r\n]*")
_VALUE = re.compile(rb"[ \t\r\n,]*([{\[]|" + STRING + rb'|[^ \t\r\n,:"{}\[\]]+)', re.DOTALL)
_KEY = re.compile(rb"[ \t\r\n,]*(" + STRING + rb")[ \t\r\n]*:", re.DOTALL)
_MEMBER_KEY = re.compile(_KEY.pattern + rb"[ \t\r\n]*", re.DOTALL)
_BETWEEN = re.compile(rb"[ \t\r\n,]*")
_CLOSING = re.compile(rb"[ \t\r\n]*[}\]]")
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
_BRACKET = re.compile(STRING + rb"?|[{}\[\]]", re.DOTALL)


class Spot(NamedTuple):
    """The position of a value, and that of its key if it is a member of an object."""

    value: Extent
    key: Extent | None = None

    @property
    def begin(self) -> int:
        """Where its key begins, or the value itself where it has none."""
        return self.key.start if self.key is not None else self.value.start

    def moved(self, by: int) -> Spot:
        """The same position moved by a number of bytes."""
        return Spot(self.value.moved(by), self.key and self.key.moved(by))


class Repeat(Struct, frozen=True):
    """A duplicate key in an object: JSON parsers keep the last."""

    pointer: str
    first: Extent
    second: Extent


class Positions(Struct, frozen=True):
    """The positions of a value and of all values inside it, its own first."""

    spots: Mapping[str, Spot]
    repeats: tuple[Repeat, ...] = ()

    def nearest(self, pointer: str) -> Spot:
        """The spot of a pointer, or of its nearest ancestor that exists."""
        while pointer not in self.spots and pointer:
            pointer = parent(pointer)
        return self.spots.get(pointer) or next(iter(self.spots.values()))

    def innermost(self, offset: int) -> str:
        """The pointer of the innermost value around a byte, its key being a part of it; else that of the first."""
        pointers = list(self.spots)
        index = bisect_right(pointers, offset, key=lambda pointer: self.spots[pointer].begin) - 1
        pointer = pointers[max(0, index)]  # what holds a value stands before it
        while self.spots[pointer].value.end <= offset and parent(pointer) in self.spots and pointer != pointers[0]:
            pointer = parent(pointer)
        return pointer


def escape(key: str) -> str:
    """A key as a segment of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def unescape(segment: str) -> str:
    return segment.replace("~1", "/").replace("~0", "~") if "~" in segment else segment


def parent(pointer: str) -> str:
    """The pointer of the object or list that holds the value."""
    return pointer.rpartition("/")[0]


def is_inside(pointer: str, part: str) -> bool:
    """Whether a pointer leads to a part or into it."""
    return pointer == part or pointer.startswith(f"{part}/")


def key_of(pointer: str) -> str:
    """The key of the value of a pointer, or its index in a list."""
    return unescape(pointer.rpartition("/")[2])


def key_text(literal: bytes) -> str:
    """The key that a JSON string literal spells."""
    if b"\\" not in literal:
        return literal[1:-1].decode()
    import json  # which few keys need

    return str(json.loads(replace_lone_surrogates(literal)))


class _Open(Struct):
    """An object or list whose end has not been reached."""

    pointer: str
    start: int
    key: Extent | None
    keys: dict[str, Extent] | None
    """The keys so far in an object; None in a list."""
    count: int = 0
    """The number of elements so far in a list."""


def scan(data: bytes, start: int = 0, pointer: str = "", skip: Mapping[int, int] | None = None) -> Positions:
    """Positions of every value inside the one value that begins at ``start``.

    ``pointer`` is that value's own. ``skip`` maps where a value begins to where it ends: it is recorded and
    not entered, so that a file's own keys can be placed without reading its workflows. Nor is what is nested
    deeper than MAX_DEPTH. The text has to be JSON.
    """
    spots: dict[str, Spot] = {}
    repeats: list[Repeat] = []
    opened: list[_Open] = []
    here, key, at = pointer, None, start
    while match := _VALUE.match(data, at):
        begins, at = match.span(1)
        if skip is not None and begins in skip:
            at = skip[begins]
        elif data[begins] in b"{[":
            if len(opened) < MAX_DEPTH:
                opened.append(_Open(here, begins, key, {} if data[begins] == 0x7B else None))
            else:
                at = end_of(data, begins)
        spots[here] = Spot(Extent(begins, at), key)

        while opened and (closing := _CLOSING.match(data, at)):
            at = closing.end()
            closed = opened.pop()
            spots[closed.pointer] = Spot(Extent(closed.start, at), closed.key)
        if not opened:
            break

        outer = opened[-1]
        if outer.keys is None:
            here, key = f"{outer.pointer}/{outer.count}", None
            outer.count += 1
        elif match := _KEY.match(data, at):
            at, key, name = match.end(), Extent(*match.span(1)), key_text(match[1])
            here = f"{outer.pointer}/{escape(name)}"
            if name in outer.keys:
                repeats.append(Repeat(here, outer.keys[name], key))
            outer.keys[name] = key
        else:
            break
    return Positions(_current(spots) if repeats else spots, tuple(repeats))


def _current(spots: dict[str, Spot]) -> dict[str, Spot]:
    """The spots without those inside a value that a later one of the same key replaced."""
    kept: dict[str, Spot] = {}
    for pointer, spot in spots.items():  # what holds a value stands before it
        if kept:
            outer = kept.get(parent(pointer))
            if outer is None or not outer.value.start < spot.value.start < outer.value.end:
                continue
        kept[pointer] = spot
    return kept


def end_of(data: bytes, start: int, end: int | None = None) -> int:
    """The end of the object or list that begins at ``start``, or ``end`` (that of the data) if it is never closed."""
    end = len(data) if end is None else end
    return next((at + 1 for at, depth in _brackets(data, start, end) if not depth), end)


def too_deep(data: bytes, start: int = 0) -> int | None:
    """The place where nesting inside the value that begins at ``start`` first passes MAX_DEPTH levels."""
    for at, depth in _brackets(data, start, len(data)):
        if depth > MAX_DEPTH:
            return at
        if not depth:
            break
    return None


def _brackets(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The place of each bracket and string from ``start`` to ``end``, and how many brackets are open after it."""
    depth = 0
    for match in _BRACKET.finditer(data, start, end):
        byte = data[match.start()]
        depth += (byte in b"{[") - (byte in b"}]")
        yield match.start(), depth


def open_brackets(data: bytes, end: int, start: int = 0) -> list[int]:
    """The places of the brackets after ``start`` that are still open at ``end``, the outermost first."""
    opened: list[int] = []
    for match in _BRACKET.finditer(data, start, end):
        byte = data[match.start()]
        if byte in b"{[":
            opened.append(match.start())
        elif byte in b"}]" and opened:
            opened.pop()
    return opened


def pointer_of(value: Any, location: tuple[int | str, ...]) -> str:
    """The JSON pointer of the part of a value that an error is about, or of the innermost part around it that exists:
    pydantic adds location items of its own for the members of a union."""
    pointer = ""
    for key in location:
        if not holds(value, key):
            break
        value = value[key]
        pointer = f"{pointer}/{escape(str(key))}"
    return pointer


def holds(value: Any, key: int | str) -> bool:
    """Whether a JSON value has a member or an element of this key."""
    if isinstance(value, list):
        return isinstance(key, int) and key < len(value)
    return isinstance(value, dict) and key in value


def may_hold(data: bytes, text: str) -> bool:
    """Whether one of the strings of a JSON text may hold a text; quick, and True for some where none does."""
    written = text.encode(errors="replace")
    if written in data or not text.isprintable() or not {'"', "\\", "/"}.isdisjoint(text):  # which are escaped
        return True
    return b"\\u" in data and written in _ESCAPED.sub(_unescaped, data)


def _unescaped(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1], 16)).encode(errors="replace")


def member_at(data: bytes, key: Extent) -> Spot:
    """The position of the member that the literal of a key begins. The text has to be JSON."""
    literal = _MEMBER_KEY.match(data, key.start)
    assert literal, "a key"
    start = literal.end()
    value = _VALUE.match(data, start)
    assert value, "a value"
    return Spot(Extent(start, end_of(data, start) if data[start] in b"{[" else value.end(1)), key)


class Member(NamedTuple):
    """The position of one member of an object."""

    key: str
    name: Extent
    """Its key's literal."""
    value: Extent


class _Key(str):
    """A key that equals no other, so that msgspec keeps both of two duplicate keys."""

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


_Members = dict[_Key, msgspec.Raw]


def _split(data: bytes, extent: Extent, type_: Any) -> Any:
    return msgspec.json.decode(
        memoryview(data)[extent.start : extent.end], type=type_, dec_hook=lambda _, key: _Key(key)
    )


def members(data: bytes, extent: Extent) -> Iterator[Member]:
    """The position of each member of an object, including those with duplicate keys."""
    return _placed(data, extent.start, _split(data, extent, _Members))


def _placed(data: bytes, start: int, values: _Members) -> Iterator[Member]:
    at = start + 1
    for key, value in values.items():
        literal = _MEMBER_KEY.match(data, at)
        assert literal  # the object was just decoded
        at = literal.end() + len(memoryview(value))
        yield Member(str(key), Extent(*literal.span(1)), Extent(literal.end(), at))


def elements(data: bytes, extent: Extent) -> Iterator[Extent]:
    """The position of each element of a list, separated only by commas and whitespace."""
    at = extent.start + 1
    for raw in msgspec.json.decode(memoryview(data)[extent.start : extent.end], type=list[msgspec.Raw]):
        at = _BETWEEN.match(data, at).end()  # type: ignore[union-attr]  # it matches the empty string
        end = at + len(memoryview(raw))
        yield Extent(at, end)
        at = end


def elements_with_members(data: bytes, extent: Extent) -> Iterator[tuple[Extent, Iterable[Member]]]:
    """The same with the members of each that is an object. If all are, the text is gone through once for both."""
    try:
        objects = _split(data, extent, list[_Members])
    except msgspec.ValidationError:
        for element in elements(data, extent):
            yield element, members(data, element) if data[element.start] == 0x7B else ()
        return
    at = extent.start + 1
    for values in objects:
        start = _BETWEEN.match(data, at).end()  # type: ignore[union-attr]  # it matches the empty string
        inner = tuple(_placed(data, start, values))
        at = data.index(b"}", inner[-1].value.end if inner else start) + 1
        yield Extent(start, at), inner


def spot_below(data: bytes, extent: Extent, pointer: str) -> Spot:
    """The position that ``scan`` gives for a pointer into a value, or for its nearest ancestor that exists, with a look
    only at what is on the way there. Raises msgspec.DecodeError or RecursionError for what only ``scan`` reads."""
    spot = Spot(extent)
    for segment in pointer.split("/")[1 : MAX_DEPTH + 1]:
        opening, inner = data[spot.value.start], None
        if opening == 0x7B:
            for member in members(data, spot.value):
                if escape(member.key) == segment:
                    inner = Spot(member.value, member.name)
        elif opening == 0x5B:
            extents = enumerate(elements(data, spot.value))
            inner = next((Spot(element) for index, element in extents if str(index) == segment), None)
        if inner is None:
            break
        spot = inner
    return spot


def last_members(all_members: Iterable[Member]) -> dict[str, Extent]:
    """The position of the value of each key; of a duplicate key, the last value."""
    return {member.key: member.value for member in all_members}


def repeated_members(all_members: Iterable[Member], pointer: str) -> Iterator[Fault]:
    """The duplicate keys among the members of an object."""
    seen: dict[str, Member] = {}
    for member in all_members:
        if earlier := seen.get(member.key):
            yield duplicate_key(member.key, f"{pointer}/{escape(member.key)}", earlier.name, member.name)
        seen[member.key] = member


_MOST_SINGLE = 16
"""Values of a workflow that are looked for one by one."""


class TextPositions:
    """The positions of a workflow's values. An Entry passes them on to that of the next reading of the file, as long as
    the text is the same."""

    __slots__ = ("_positions", "_single")

    def __init__(self) -> None:
        self._positions: Positions | None = None
        self._single: dict[str, Spot] = {}
        """Those that were looked for one by one."""

    def of(self, text: Callable[[], bytes]) -> Positions:
        """The positions, from the beginning of the workflow. Takes about 5 ms for 40 steps, once."""
        if self._positions is None:
            self._positions = scan(text())
        return self._positions

    def spot(self, text: Callable[[], bytes], pointer: str) -> Spot:
        """The position of one value, or of its nearest ancestor that exists: by looking for it alone, until that costs
        as much as all positions."""
        if (spot := self._single.get(pointer)) is None:
            if self._positions is not None or len(self._single) >= _MOST_SINGLE:
                return self.of(text).nearest(pointer)
            try:
                data = text()
                spot = self._single[pointer] = spot_below(data, Extent(0, len(data)), pointer)
            except (msgspec.DecodeError, RecursionError):
                return self.of(text).nearest(pointer)
        return spot
