"""The lines of a file, or of a value in it: as they were written, or laid out anew where nobody wrote them for reading.

A file of any size has its lines made as they are drawn. What belongs together is known from the brackets, and in a text
that was laid out here from its indentation, which is found at the speed of a search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

import msgspec

from kustui.definition.collection import Document
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import STRING, end_of, escape, key_text, members, open_brackets
from kustui.definition.source.source import BLOCK_SIZE, Extent, Source
from kustui.text.styled_lines import TextSearch
from kustui.tui.explorer.json_layout import INDENT, MAX_WRITTEN, CharacterCount, is_for_reading, may_be_laid_out
from kustui.tui.explorer.json_search import JsonSearch

_CLOSING = {b"{": b"}", b"[": b"]"}
_KEY = re.compile(STRING + rb"(?=\s*:)")


class SourceLines:
    """The lines of the value of a pointer with its key, counted from 0; of the whole file for an empty pointer."""

    def __init__(self, document: Document, pointer: str) -> None:
        self.document = document
        self.pointer = pointer
        source = document.source
        has_values = bool(document.entries or document.apps)
        spot = document.spot(pointer) if pointer and has_values else None
        self.extent = Extent(spot.begin, spot.value.end) if spot is not None else Extent(0, len(source.data))
        """The bytes of the file that they show."""
        laid_out = self._laid_out(spot.value.start if spot is not None else 0)
        self.is_laid_out = laid_out is not None
        if laid_out is not None:
            self._shown, start, end = laid_out, 0, len(laid_out.data)
        elif spot is None:
            self._shown, start, end = source.text_source, 0, len(source.text_source.data)
        else:
            self._shown, (start, end) = source.written(self.extent)
        self.is_module = source.origins is not None
        """Whether the text is not JSON, but what JSON was made of."""
        self._start, self._end = start, end
        self._first = self._shown.place(start).line
        self.count = self._shown.place(end).line - self._first + 1
        self._margin = self._shown.place(start).column - 1
        """Blanks that stand for what is before the value in its first line."""
        self._indent = 0
        self._indent = self._least_indent() if not self.is_laid_out and end - start <= MAX_WRITTEN else 0
        self.text = lru_cache(512)(self.text)  # type: ignore[method-assign]
        self.number = lru_cache(512)(self.number)  # type: ignore[method-assign]
        self.size_of = lru_cache(512)(self.size_of)  # type: ignore[method-assign]
        self._siblings: dict[int, tuple[int, int]] = {}
        """For a list, an element of it whose index is known: where its line begins, and the index."""
        self._holders: dict[int, tuple[int, int]] = {}
        """For an indentation, a place and where before it the last line is that is indented so and begins something."""
        first_number, end_number = (place.line for place in source.span(self.extent))
        if not self.is_laid_out:
            first_number, end_number = self._first, self._shown.place(end).line
        self._only_number = end_number if first_number == end_number else 0
        """The line in the file of all lines, where that is one."""
        self.last_number = end_number
        """The greatest number of a line."""

    def _least_indent(self) -> int:
        texts = (self.text(index) for index in range(self.count))
        return min((len(text) - len(text.lstrip()) for text in texts if text.strip()), default=0)

    def _laid_out(self, value: int) -> Source | None:
        """The text laid out anew, where it is JSON that nobody wrote for reading. ``value``: where the value begins."""
        data, (start, end) = self.document.source.data, self.extent
        if self.document.shape is Shape.BROKEN or self.document.source.origins is not None:
            return None
        if end - start <= MAX_WRITTEN and is_for_reading(data[value:end]):
            return None
        if not may_be_laid_out(data[start:end]):
            return None
        values = [extent for extent in self.document.values if extent.start >= start and extent.end <= end]
        try:
            texts = [msgspec.json.format(data[a:b], indent=INDENT) for a, b in values or [Extent(value, end)]]
        except (msgspec.MsgspecError, RecursionError):  # broken, or nested deeper than anybody reads
            return None
        shown = data[start:value].rstrip().removesuffix(b":")
        text = (shown.rstrip() + b": " if shown else b"") + b"\n".join(texts)
        self._in_file, self._in_shown = CharacterCount(data[start:end]), CharacterCount(text)
        return Source(self.document.path, text)

    def shows(self, document: Document, pointer: str) -> bool:
        """Whether these are the lines of a value."""
        return self.document is document and self.pointer == pointer

    # Places

    def to_file(self, offset: int) -> int:
        """The byte of the file that a byte of the shown text is, or of what follows it."""
        source = self.document.source
        if source.origins is not None:
            return source.origins.offset(source.data, self._shown, offset, self.extent)
        if not self.is_laid_out:
            return offset
        return self.extent.start + self._in_file.offset(self._in_shown.before(offset))

    def _to_shown(self, offset: int) -> int:
        source = self.document.source
        if source.origins is not None:
            place = Extent(offset, offset + 1)
            places = (source.written(place), *source.origins.uses(place))
            shown = (at.start for text, at in places if text is self._shown and self._start <= at.start <= self._end)
            return next(shown, self._start)
        if not self.is_laid_out:
            return offset
        inside = max(0, min(offset, self.extent.end) - self.extent.start)
        return min(self._end, self._in_shown.offset(self._in_file.before(inside)))

    def _line_of(self, shown: int) -> int:
        return self._shown.place(max(self._start, min(shown, self._end))).line - self._first

    def line_of(self, offset: int) -> int:
        """The line in which a byte of the file stands."""
        return self._line_of(self._to_shown(offset))

    def column_of(self, offset: int) -> int:
        """The character of its line that a byte of the file is in."""
        return self.match_place(self._to_shown(offset))[1]

    def match_place(self, match: int) -> tuple[int, int]:
        """The line and the character in it of a match."""
        index = self._line_of(match)
        start, end = self._extent(index)
        before = len(self._shown.data[start : max(start, min(match, end))].decode(errors="replace"))
        return index, max(0, before + (self._margin if index == 0 else 0) - self._indent)

    def match_before(self, index: int) -> int:
        """A place among the matches: what is in a line, or follows it, is behind it."""
        return self._extent(index).start

    def _extent(self, index: int) -> Extent:
        """The bytes of a line in the shown text, without its line break."""
        start = self._shown.line_offset(self._first + index)
        end = self._shown.data.find(b"\n", start)
        return Extent(max(start, self._start), min(end if end >= 0 else self._end, self._end))

    def file_extent(self, index: int, last: int | None = None) -> Extent:
        """The bytes of a line in the file, or of all lines up to another."""
        start, end = self._extent(index)
        if last is not None:
            end = self._extent(last).end
        if not self.is_laid_out:
            return Extent(start, end)
        return Extent(self.to_file(start), self.to_file(end) if end < self._end else self.extent.end)

    def _begin(self, index: int) -> int:
        """Where in the shown text a line begins, behind its indentation."""
        start, end = self._extent(index)
        line = self._shown.data[start:end]
        return start + len(line) - len(line.lstrip()) if end - start <= MAX_WRITTEN else start

    def begin(self, index: int) -> int:
        """The byte of the file with which a line begins, behind its indentation."""
        return self.to_file(self._begin(index))

    # What they say

    def text(self, index: int) -> str:
        """A line without the indentation that is common to all."""
        start, end = self._extent(index)
        text = self._shown.data[start:end].decode(errors="replace").removesuffix("\r")
        return (" " * self._margin + text if index == 0 else text)[self._indent :]

    def number(self, index: int) -> int:
        """The number in the file of a line, or of the line that it was made of."""
        if not self.is_laid_out:
            return self._first + index
        return self._only_number or self.document.source.place(self.begin(index)).line

    # What belongs together

    def end(self, index: int) -> int | None:
        """The line in which ends what begins in a line and is not closed in it; None where nothing is."""
        if not self.is_laid_out:
            start, end = self._extent(index)
            opened = open_brackets(self._shown.data, end, start) if end - start <= MAX_WRITTEN else ()
            if not opened:
                return None
            limit = min(self._end, opened[0] + 2 * MAX_WRITTEN)
            close = end_of(self._shown.data, opened[0], limit)
            return self._line_of(close - 1) if self._shown.data[close - 1] in b"}]" else None
        start, end = self._extent(index)
        closing = _CLOSING.get(self._shown.data[end - 1 : end])
        if closing is None:
            return None
        if not index and self._shown.data.endswith(b"\n" + closing) and not self.document.values:
            return self.count - 1
        at = self._shown.data.find(b"\n" + b" " * (self._begin(index) - start) + closing, end)
        return self._line_of(at + 1) if at >= 0 else None

    def opens(self, index: int) -> bool:
        """Whether something begins in a line and ends in another."""
        if not self.is_laid_out:
            end = self.end(index)
            return end is not None and end > index
        end = self._extent(index).end
        return self._shown.data[end - 1 : end] in (b"{", b"[")

    def openings(self, index: int, most: int) -> dict[int, int]:
        """The lines in which something begins from a line on to the end of what holds it, each with that of its end."""
        ends: dict[int, int] = {}
        if not self.is_laid_out:
            while index < self.count and len(ends) < most and not self.is_closing(index):
                if (end := self.end(index)) is not None and end > index:
                    ends[index], index = end, end
                index += 1
            return ends
        data, start = self._shown.data, self._extent(index).start
        indent = self._begin(index) - start
        while index < self.count and len(ends) < most and not data[start : start + indent].strip():
            end = data.find(b"\n", start)
            bracket = data[end - 1 : end]
            if end >= 0 and bracket in (b"{", b"["):
                close = data.find(b"\n" + b" " * indent + _CLOSING[bracket], end)
                if close < 0:
                    break
                last = index + data.count(b"\n", start, close + 1)
                ends[index], index = last, last
                end = data.find(b"\n", close + 1)
            if end < 0:
                break
            start, index = end + 1, index + 1
        return ends

    def is_closing(self, index: int) -> bool:
        """Whether a line begins with the end of something."""
        begin = self._begin(index)
        return self._shown.data[begin : begin + 1] in (b"}", b"]")

    def holder(self, index: int) -> int | None:
        """The line in which begins what a line is in, or what ends in it; None at the outermost."""
        start, _ = self._extent(index)
        if not self.is_laid_out:
            opened = open_brackets(self._shown.data, start, max(self._start, start - 2 * MAX_WRITTEN))
            return self._line_of(opened[-1]) if opened else None
        indent = self._begin(index) - start - (0 if self.is_closing(index) else INDENT)
        return self._line_before(start, indent) if indent >= 0 else None

    def _line_before(self, end: int, indent: int) -> int | None:
        """The last line before a byte that is indented so and begins something, in a text that is laid out."""
        place, at = self._holders.get(indent, (0, -1))
        if not at < end <= place:
            start = place if place < end else 0
            later = self._last_begin(start, end, indent)
            at = later if later >= 0 or not start else at
            if at < 0 and not indent:
                at = 0
            self._holders[indent] = end, at
        return self._line_of(at) if at >= 0 else None

    def _last_begin(self, start: int, end: int, indent: int) -> int:
        before = b"\n" + b" " * indent
        window, stop = BLOCK_SIZE, end
        while stop > start:
            begin = max(start, stop - window)
            places = (self._shown.data.rfind(before + sign, begin, stop + len(before)) for sign in (b'"', b"{", b"["))
            if (at := max(places)) >= 0:
                return at + 1
            stop, window = begin, window * 8
        return -1

    def sibling(self, index: int, by: int) -> int | None:
        """The line in which begins what comes after what begins or ends in a line (``by`` 1), or before it (-1)."""
        if self.is_closing(index):
            holder = self.holder(index)
            index = holder if holder is not None else index
        if by > 0:
            end = self.end(index)
            after = (end if end is not None else index) + 1
            return after if after < self.count and not self.is_closing(after) else None
        before = index - 1
        if before >= 0 and self.is_closing(before):
            return self.holder(before)
        return before if before >= 0 and before != self.holder(index) else None

    def _opened_value(self, index: int, last: int) -> Extent:
        """The bytes in the file of what begins in a line and ends in another."""
        if self.is_laid_out:
            close = self._begin(last) + 1
            return Extent(self.to_file(self._extent(index).end - 1), self.to_file(close - 1) + 1)
        start, end = self._extent(index)
        opened = open_brackets(self._shown.data, end, start)[0]
        return Extent(opened, end_of(self._shown.data, opened, self._end))

    def size_of(self, index: int, last: int) -> str:
        """What is in an object or list from a line to another: ``3 keys``, ``12``; nothing where it cannot be read."""
        extent, data = self._opened_value(index, last), self.document.source.data
        try:
            if data[extent.start : extent.start + 1] == b"{":
                count = sum(1 for _ in members(data, extent))
                return f"{count:,} key{'s' if count != 1 else ''}"
            raw = memoryview(data)[extent.start : extent.end]
            return f"{len(msgspec.json.decode(raw, type=list[msgspec.Raw])):,}"
        except (msgspec.MsgspecError, RecursionError, AssertionError):
            return ""

    # Pointers

    def pointer_at(self, index: int) -> str:
        """The pointer of the value that begins in a line, else of what ends in it, else of what it is in."""
        begin = self.begin(index)
        inside = self.document.entries_between(begin, begin + 1)
        if not self.is_laid_out or self.document.values or (inside and inside[0].size <= MAX_WRITTEN):
            return self.document.pointer_at(begin)
        segments: list[str] = []
        line: int | None = self.holder(index) if index and self.is_closing(index) else index
        while line and (outer := self.holder(line)) is not None:
            segments.append(self._segment(line, outer))
            line = outer
        return self.pointer + "".join(f"/{segment}" for segment in reversed(segments))

    def _segment(self, index: int, outer: int) -> str:
        """The key of what begins in a line, or its index in the list that begins in the line ``outer``."""
        begin = self._begin(index)
        if key := _KEY.match(self._shown.data, begin):
            return escape(key_text(key.group()))
        start, indent = self._extent(index).start, b"\n" + b" " * (begin - self._extent(index).start)
        at, number = self._siblings.get(outer, (self._extent(outer).end + 1, 0))
        low, high = sorted((at, start))
        count = self._shown.data.count
        # Lines of this indentation, without those that are indented further or end something.
        between = count(indent, low - 1, high) - sum(count(indent + sign, low - 1, high) for sign in (b" ", b"}", b"]"))
        number += between if start >= at else -between
        self._siblings[outer] = start, number
        return str(number)

    # Searching

    def matches(self, search: TextSearch, near: int, most: int) -> list[int]:
        """Where a text stands, in ascending order, once in a line that is not very long; of more than so many places,
        those that follow the line ``near``."""
        if not search.text or not self.count:
            return []
        middle = self._extent(min(near, self.count - 1)).start
        places = self._search.places(search, middle, self._end, most)
        return self._search.places(search, self._start, middle, most - len(places)) + places

    @cached_property
    def _search(self) -> JsonSearch:
        return JsonSearch(self._shown.data)

    def prepare(self) -> Iterator[object]:
        """Count ahead what the places in a large file are found with, a little at a time."""
        if self.is_laid_out:
            yield from self._in_file.prepare()
            yield from self._in_shown.prepare()
            yield from self._search.prepare()
