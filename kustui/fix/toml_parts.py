"""Tables and elements of TOML that are taken out of a text, some of them at once, with every other byte as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from kustui.definition.source.positions import BLANKS
from kustui.definition.source.source import Extent

_BREAKS = b"\r\n"
_COMMA = re.compile(rb"[ \t\r\n]*(,)[ \t\r\n]*")

Cut = tuple[Extent, str]
"""Bytes that are taken out, and what stands there then."""


class WrittenTables(Struct, frozen=True):
    """Tables of a text, any of which may be taken out: each from its header to the end of its last value."""

    data: bytes
    extents: tuple[Extent, ...]

    def cuts(self, indices: Sequence[int]) -> Iterator[Cut]:
        """What takes out some of them, in their order, and the blank lines that are too many then, as if one was taken
        out after the other."""
        data = self.data
        end_of_text, line_break = len(data.rstrip()), b"\r\n" if b"\r\n" in data else b"\n"
        kept: list[Extent] = []
        cut: list[Extent] = []
        at = 0
        for start, end in map(self.extents.__getitem__, indices):
            if start > at or not cut:
                kept += [Extent(at, start)] if start > at else []
                cut.append(Extent(start, end))
            before = b"".join(data[max(one.start, one.end - 4) : one.end] for one in kept[-4:])
            is_last = end >= end_of_text
            if not is_last and (not before or before.endswith((b"\n\n", b"\r\n\r\n"))):
                while data[end] in _BREAKS:
                    end += 1
            at = len(data) if is_last else end
            cut[-1] = Extent(cut[-1].start, at)
        if at < len(data):
            yield from ((extent, "") for extent in cut)
            return
        while kept and not data[slice(*kept[-1])].strip():
            kept.pop()
        end = kept[-1].start + len(data[slice(*kept[-1])].rstrip()) if kept else 0
        yield from ((extent, "") for extent in cut if extent.end <= end)
        if kept and data.startswith(line_break, end):
            yield Extent(end + len(line_break), len(data)), ""
        else:
            yield Extent(end, len(data)), line_break.decode() if kept else ""


class WrittenElements(Struct, frozen=True):
    """All elements of an array."""

    data: bytes
    extents: tuple[Extent, ...]

    @property
    def literals(self) -> list[bytes]:
        return [self.data[slice(*extent)] for extent in self.extents]

    @property
    def are_separated_by_commas(self) -> bool:
        """Whether nothing else stands between them, such as a comment: then any of them may be taken out."""
        gaps = (_COMMA.fullmatch(self.data, one.end, other.start) for one, other in pairwise(self.extents))
        opening, closing = self._opening, self._closing
        return all(gaps) and self.data[opening - 1 : opening] == b"[" and self.data[closing : closing + 1] == b"]"

    @property
    def _opening(self) -> int:
        """Behind the opening bracket."""
        return len(self.data[: self.extents[0].start].rstrip())

    @property
    def _closing(self) -> int:
        """Where the closing bracket stands."""
        blanks = BLANKS.match(self.data, self._end(len(self.extents) - 1))
        return blanks.end() if blanks else 0

    def _end(self, index: int) -> int:
        """Behind the comma that follows an element, or behind the element where none does."""
        end = self.extents[index].end
        comma = _COMMA.match(self.data, end)
        return comma.end(1) if comma else end

    def cuts(self, indices: Sequence[int]) -> Iterator[Cut]:
        """What takes out some of them, in their order, each with the comma behind it; the last one leaves the comma
        before it where the bracket follows on another line, as it does where there is one behind it."""
        for first, last in _runs(indices):
            yield Extent(*self._range(first, last)), ""

    def _range(self, first: int, last: int) -> tuple[int, int]:
        if last + 1 < len(self.extents):
            between = (self._end(first - 1), self._end(last))
            return between if first else (self.extents[0].start, self.extents[last + 1].start)
        end, closing = self._end(last), self._closing
        is_on_another_line = b"\n" in self.data[end:closing]
        if not first:
            return self._opening, end if is_on_another_line else closing
        has_comma = end > self.extents[last].end
        return (self._end(first - 1) if has_comma or is_on_another_line else self.extents[first - 1].end), end


def _runs(indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of those that follow each other without a gap."""
    start = 0
    for at, index in enumerate(indices):
        if at + 1 == len(indices) or indices[at + 1] != index + 1:
            yield indices[start], index
            start = at + 1
