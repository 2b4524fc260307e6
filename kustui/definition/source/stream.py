"""The values of a text that holds several, one after the other: ``jq -c '.data[]'`` prints one a line, ``jq '.data[]'``
each on lines of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from kustui.definition.source.positions import end_of
from kustui.definition.source.source import Extent

_BLANKS = re.compile(rb"[ \t\r\n]*")
_BEGINNING = re.compile(rb"^[{\[]", re.MULTILINE)
"""A line that may begin a value: what is inside one is indented, or follows a comma, a colon or a bracket."""
_VALUE_LINE = re.compile(rb"^[{\[n]", re.MULTILINE)
_MORE = "JSON is malformed: trailing characters"
"""How msgspec says that a value is followed by something else."""
_INSIDE = b",:{["
_OTHER_LINE = re.compile(rb"^(?![{\[]|null\r?$|[ \t\r]*$|\Z)", re.MULTILINE)
"""A line that is no value by itself."""


class StreamValue(NamedTuple):
    """One value of a stream, or the text in place of one."""

    extent: Extent
    is_json: bool


def stream_values(data: bytes) -> tuple[StreamValue, ...] | None:
    """The values of a text that is no single JSON value; None if it is no stream either.

    It is one if at least half of what it holds are JSON values, and two parts or more begin like an object or a list.
    """
    values = tuple(value for piece in _pieces(data) for value in _values(data, piece))
    begun = sum(data[value.extent.start] in b"{[" for value in values)
    good = sum(value.is_json for value in values)
    return values if begun > 1 and good and good * 2 >= len(values) else None


def _pieces(data: bytes) -> Iterator[Extent]:
    """The parts that can be told apart by their lines, without what is blank around them: however broken one is, the
    others are read."""
    first = _BLANKS.match(data).end()  # type: ignore[union-attr]  # it matches the empty string
    is_line_by_line = not _OTHER_LINE.search(data, first)
    beginnings = (match.start() for match in (_VALUE_LINE if is_line_by_line else _BEGINNING).finditer(data, first + 1))
    starts = [first, *(at for at in beginnings if is_line_by_line or data[_end(data, at) - 1] not in _INSIDE)]
    for start, end in zip(starts, (*starts[1:], len(data)), strict=True):
        if start < (end := _end(data, end)):
            yield Extent(start, end)


def _end(data: bytes, at: int) -> int:
    """The end of what is not blank before a place."""
    while at and data[at - 1] in b" \t\r\n":
        at -= 1
    return at


def _values(data: bytes, piece: Extent) -> Iterator[StreamValue]:
    """The values of a part; the last one is what is left where that is no JSON."""
    at = piece.start
    while at < piece.end:
        error = _error_in(data, Extent(at, piece.end))
        end = piece.end
        if error.startswith(_MORE) and data[at] in b"{[":
            end, error = end_of(data, at, piece.end), ""
        yield StreamValue(Extent(at, end), is_json=not error)
        at = _BLANKS.match(data, end).end()  # type: ignore[union-attr]  # it matches the empty string


def _error_in(data: bytes, extent: Extent) -> str:
    """Why a range is no JSON value; an empty string where it is one."""
    try:
        msgspec.json.decode(memoryview(data)[extent.start : extent.end], type=msgspec.Raw)
    except (RecursionError, msgspec.DecodeError) as error:
        return str(error) or "no JSON"
    return ""
