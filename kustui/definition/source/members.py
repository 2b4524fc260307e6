"""The members of a JSON object by their position, without decoding their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from kustui.definition.source.positions import escape
from kustui.definition.source.source import Extent, Fault, duplicate_key

_KEY = re.compile(rb'[ \t\r\n,]*("[^"\\]*(?:\\.[^"\\]*)*")[ \t\r\n]*:[ \t\r\n]*', re.DOTALL)


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


def members(data: bytes, extent: Extent) -> Iterator[Member]:
    """The position of each member of an object, including those with duplicate keys."""
    raw = memoryview(data)[extent.start : extent.end]
    values = msgspec.json.decode(raw, type=dict[_Key, msgspec.Raw], dec_hook=lambda _, key: _Key(key))
    at = extent.start + 1
    for key, value in values.items():
        literal = _KEY.match(data, at)
        assert literal  # the object was just decoded
        at = literal.end() + len(memoryview(value))
        yield Member(str(key), Extent(*literal.span(1)), Extent(literal.end(), at))


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
