"""Where the parts of a JSON text are written in the modules of which it was made."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from msgspec import Struct, field

from kustui.definition.source.source import Extent, Source, Written

_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u\{[0-9a-fA-F]+\}|\\u[0-9a-fA-F]{4}"
    r"|\\x[0-9a-fA-F]{2}|\\\r\n|\\.|\r\n|.",
    re.DOTALL,
)
"""A character in a string of JSON or JavaScript, or a line break that is none of the string's."""
_LINE_BREAKS = ("\\\n", "\\\r", "\\\r\n")
_QUOTES = b"\"'`"


class Kind:
    """What a part of the JSON text is of the module."""

    CONTAINER = 0
    LITERAL = 1
    """Written as it is: a string, a number, a key."""
    COMPUTED = 2
    """Something that comes to it."""


class ModuleOrigins(Struct, frozen=True, eq=False, dict=True):
    """The places of all values and keys of a JSON text in the files that they were read from.

    The columns hold a part a row, those inside another behind it: its bytes in the JSON text, which file it is in,
    its bytes there, the row of what holds it, and its kind.
    """

    files: tuple[Source, ...]
    """The texts as they are: the module itself, then what it imports."""
    contents: Mapping[str, bytes | None] = field(default_factory=dict)
    """What was read for it beside its own file, by path; None where there was nothing."""
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    file_of: Sequence[int] = ()
    own_starts: Sequence[int] = ()
    own_ends: Sequence[int] = ()
    holders: Sequence[int] = ()
    kinds: Sequence[int] = ()
    places: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)
    """Of a row that is written elsewhere than in what holds it: the file and the bytes where it is used."""

    def written(self, data: bytes, extent: Extent) -> Written:
        """Where a range of the JSON text is written."""
        start, end = extent
        row = self._innermost(start)
        while row > 0 and self.ends[row] < end:
            row = self.holders[row]
        if (self.starts[row], self.ends[row]) == (start, end):
            return self._own(row)
        if self.kinds[row] != Kind.CONTAINER:
            return self._part(data, row, start, end)
        if self.starts[row] < start and end < self.ends[row] and self._child(row, max(start, end - 1)) == row:
            own = self._own(row)  # between the brackets, before all that they hold
            return Written(own.source, Extent(own.extent.start + 1, own.extent.end - 1))
        first, last = self._place_at(row, start), self._place_at(row, max(start, end - 1))
        if first[0] != last[0] or first[1] > last[2]:
            return self._own(row)
        return Written(self.files[first[0]], Extent(first[1], last[2] if start < end else first[1]))

    def _place_at(self, row: int, offset: int) -> tuple[int, int, int]:
        """The file and the bytes of what a row holds directly at a byte, or of the punctuation there."""
        inner = self._child(row, offset)
        if inner == row:
            return self.file_of[row], self.own_starts[row], min(self.own_starts[row] + 1, self.own_ends[row])
        if offset < self.ends[inner]:
            return self._place(inner)
        if row and offset >= self.ends[row] - 1:
            return self.file_of[row], self.own_ends[row] - 1, self.own_ends[row]
        file, _, end = self._place(inner)
        return file, end, end

    def literal(self, extent: Extent) -> Extent | None:
        """The bytes of the value, the key or the part of a text around a range of the JSON text, if it is written as it
        is: None for what is computed, and for what holds other values."""
        row = self._innermost(extent.start)
        is_literal = self.kinds[row] == Kind.LITERAL and extent.end <= self.ends[row]
        return Extent(self.starts[row], self.ends[row]) if is_literal else None

    def uses(self, extent: Extent, around: Extent | None = None) -> Iterator[Written]:
        """Where a value is used that is written elsewhere, or something around it, the innermost first: as far as it is
        inside a range."""
        row = self._innermost(extent.start)
        while row > 0:
            if around is not None and not (around.start < self.starts[row] and self.ends[row] < around.end):
                return
            if (place := self.places.get(row)) is not None and self.ends[row] >= extent.end:
                yield Written(self.files[place[0]], Extent(place[1], place[2]))
            row = self.holders[row]

    def _innermost(self, offset: int) -> int:
        """The row of the innermost part around a byte; the first where there is none."""
        row = bisect_right(self.starts, offset) - 1
        while row > 0 and self.ends[row] <= offset:
            row = self.holders[row]
        return max(0, row)

    def _child(self, row: int, offset: int) -> int:
        """The row of what a row holds directly that is around a byte, or before it."""
        inner = max(row, bisect_right(self.starts, offset) - 1)
        while inner > row and self.holders[inner] != row:
            inner = self.holders[inner]
        return inner

    def _own(self, row: int) -> Written:
        return Written(self.files[self.file_of[row]], Extent(self.own_starts[row], self.own_ends[row]))

    def _place(self, row: int) -> tuple[int, int, int]:
        return self.places.get(row) or (self.file_of[row], self.own_starts[row], self.own_ends[row])

    def _part(self, data: bytes, row: int, start: int, end: int) -> Written:
        """A range within a literal, by its characters."""
        own = self._own(row)
        if self.kinds[row] != Kind.LITERAL:
            return own
        inner, written = Extent(self.starts[row], self.ends[row]), own.extent
        if (
            data[inner.start : inner.start + 1] == b'"' == data[inner.end - 1 : inner.end]
            and inner.end - inner.start > 1
        ):
            quoted = own.source.data[written.start : written.start + 1] in _QUOTES
            inner = Extent(inner.start + 1, inner.end - 1)
            written = Extent(written.start + quoted, written.end - quoted)
        start, end = (max(inner.start, min(at, inner.end)) for at in (start, end))
        before, after = data[slice(*inner)], own.source.data[slice(*written)]
        if before != after:
            if row not in self._characters:  # of a long text with many problems they are found once
                self._characters.clear()
                self._characters[row] = _character_starts(before), _character_starts(after)
            starts = self._characters[row]
            start, end = (_same_character(*starts, at - inner.start) + inner.start for at in (start, end))
        by = written.start - inner.start
        return Written(own.source, Extent(start + by, end + by))

    @cached_property
    def _characters(self) -> dict[int, tuple[Sequence[int], Sequence[int]]]:
        """Where the characters of the literal begin that was asked about last, in the JSON text and in the module."""
        return {}

    # From the module to the JSON text

    is_same = False

    @cached_property
    def _by_file(self) -> Mapping[Source, Sequence[tuple[int, int, int]]]:
        """For each file the ranges of the parts that are written or used in it, in order: start, end, row."""
        ranges: dict[Source, list[tuple[int, int, int]]] = {source: [] for source in self.files}
        for row in range(1, len(self.starts)):
            ranges[self.files[self.file_of[row]]].append((self.own_starts[row], -self.own_ends[row], row))
        for row, (file, start, end) in self.places.items():
            ranges[self.files[file]].append((start, -end, row))
        return {source: sorted(own) for source, own in ranges.items()}

    def offset(self, data: bytes, source: Source, at: int, within: Extent) -> int:
        """The byte of the JSON text, in a range of it, that is written at a byte of a file; else what holds it, or
        stands before it."""
        ranges = self._by_file.get(source, ())
        index = bisect_right(ranges, at, key=lambda part: part[0]) - 1
        best = within.start
        for start, end, row in reversed(ranges[max(0, index - 400) : index + 1]):
            if self.starts[row] < within.start or self.ends[row] > within.end:
                continue
            if -end > at:
                if self.kinds[row] == Kind.CONTAINER or row in self.places:
                    return max(best, self.starts[row])
                return self._offset_in(data, row, at, start)
            best = max(best, self.ends[row] - 1) if best == within.start else best
        return best

    def _offset_in(self, data: bytes, row: int, at: int, start: int) -> int:
        inner = Extent(self.starts[row], self.ends[row])
        own = self._own(row)
        if self.kinds[row] != Kind.LITERAL:
            return inner.start
        starts = _character_starts(own.source.data[slice(*own.extent)]), _character_starts(data[slice(*inner)])
        return min(inner.end - 1, inner.start + _same_character(*starts, at - start))


def _same_character(before: Sequence[int], after: Sequence[int], at: int) -> int:
    """The byte of a string's text in one language at which the character begins that is at a byte of it in another, by
    where the characters begin in both."""
    index = max(0, bisect_right(before, at) - 1)
    return after[min(index, len(after) - 1)]


def _character_starts(written: bytes) -> list[int]:
    parts = [match.group() for match in _CHARACTER.finditer(written.decode(errors="replace"))]
    ends = list(accumulate((len(part.encode()) for part in parts), initial=0))
    return [at for part, at in zip(parts, ends, strict=False) if part not in _LINE_BREAKS] + [ends[-1]]


class SameOrigins(Struct, frozen=True, eq=False):
    """The places of a JSON text in a text of the same length, of which it leaves out what JSON does not have."""

    files: tuple[Source, ...]
    contents: Mapping[str, bytes | None] = field(default_factory=dict)
    is_same = True

    def written(self, data: bytes, extent: Extent) -> Written:
        return Written(self.files[0], extent)

    def uses(self, extent: Extent, around: Extent | None = None) -> Iterator[Written]:
        return iter(())

    def literal(self, extent: Extent) -> Extent | None:
        return extent

    def offset(self, data: bytes, source: Source, at: int, within: Extent) -> int:
        return max(within.start, min(at, within.end))


class OriginsBuilder:
    """Takes in the parts of a JSON text, each before those in it."""

    def __init__(self, module: Source) -> None:
        self._columns = tuple(array("q") for _ in range(5))
        self._files, self._kinds = array("l"), array("b")
        self._places: dict[int, tuple[int, int, int]] = {}
        self.add(0, 0, (0, 0, len(module.data)), -1, Kind.CONTAINER)

    def __len__(self) -> int:
        return len(self._kinds)

    def add(self, start: int, end: int, origin: tuple[int, int, int], holder: int, kind: int) -> int:
        """The row of a part, whose ``end`` may be set later."""
        starts, ends, own_starts, own_ends, holders = self._columns
        starts.append(start)
        ends.append(end)
        own_starts.append(origin[1])
        own_ends.append(origin[2])
        holders.append(holder)
        self._files.append(origin[0])
        self._kinds.append(kind)
        return len(self._kinds) - 1

    def end(self, row: int, end: int) -> None:
        self._columns[1][row] = end

    def set_start(self, row: int, start: int) -> None:
        self._columns[0][row] = start

    def set_kind(self, row: int, kind: int) -> None:
        self._kinds[row] = kind

    def reset(self, rows: int) -> None:
        """Forget all parts behind the first so many."""
        for column in (*self._columns, self._files, self._kinds):
            del column[rows:]
        self._places = {row: place for row, place in self._places.items() if row < rows}

    def used_at(self, row: int, place: tuple[int, int, int]) -> None:
        self._places[row] = place

    def origins(self, files: tuple[Source, ...], contents: Mapping[str, bytes | None]) -> ModuleOrigins:
        starts, ends, own_starts, own_ends, holders = self._columns
        return ModuleOrigins(
            files, contents, starts, ends, self._files, own_starts, own_ends, holders, self._kinds, self._places
        )
