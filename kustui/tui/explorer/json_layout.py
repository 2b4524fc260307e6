"""Laying JSON out for reading: whether a text needs it and can bear it, and what a byte before it is after it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from kustui.definition.source.source import BLOCK_SIZE

MAX_WRITTEN = 1_000_000
"""Bytes that are shown as they were written: more than that no person wrote."""
_MAX_LINE = 2_000
"""Bytes of a line; above them no person wrote it either."""
_MAX_SINGLE = 100
"""Bytes of an object or list that needs no line breaks."""
INDENT = 2
"""Blanks by which a level is indented."""
_MAX_GROWTH, _MAX_LEVELS = 8, 100
"""How many times its own size a text may be indented by, and levels of nesting that are counted."""
_BLANKS = b" \t\r\n"
_NO_BRACKETS = bytes({*range(256)} - {*b"{}[]"})
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def is_for_reading(data: bytes) -> bool:
    """Whether somebody wrote a text for reading: it has line breaks, unless it needs none."""
    lines = data.strip().split(b"\n")
    if len(lines) == 1 and data[:1] in (b"{", b"["):
        return len(data) <= _MAX_SINGLE
    return all(len(line) <= _MAX_LINE for line in lines)


def may_be_laid_out(data: bytes) -> bool:
    """Whether a text is not nested so deep that it would be indented by far more than it has itself."""
    brackets = data.translate(None, _NO_BRACKETS)
    levels = _levels(brackets)
    if levels >= _MAX_LEVELS:  # or brackets in its strings that are not closed
        brackets = _STRING.sub(b"", data).translate(None, _NO_BRACKETS)
        levels = _levels(brackets)
    added = (len(brackets) + data.count(b",")) * INDENT * levels
    return levels < _MAX_LEVELS and added <= _MAX_GROWTH * len(data) + MAX_WRITTEN


def _levels(brackets: bytes) -> int:
    """How deep brackets are nested, up to the most levels that are counted."""
    for level in range(_MAX_LEVELS):
        if not brackets:
            return level
        outer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(outer) == len(brackets):
            break
        brackets = outer
    return _MAX_LEVELS


class CharacterCount:
    """What in a text is no blank, counted: that is the same before and after the text is laid out anew."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._marks = [0]
        """How many come before each block, as far as it was needed."""

    def _count(self, start: int, end: int) -> int:
        return len(self._data[start:end].translate(None, _BLANKS))

    def _extend(self) -> None:
        start = (len(self._marks) - 1) * BLOCK_SIZE
        self._marks.append(self._marks[-1] + self._count(start, start + BLOCK_SIZE))

    def prepare(self) -> Iterator[None]:
        """Count everything, a block at a time."""
        while len(self._marks) * BLOCK_SIZE < len(self._data):
            self._extend()
            yield

    def before(self, offset: int) -> int:
        """How many come before a byte."""
        block = offset // BLOCK_SIZE
        while len(self._marks) <= block:
            self._extend()
        return self._marks[block] + self._count(block * BLOCK_SIZE, offset)

    def offset(self, number: int) -> int:
        """The byte before which so many come, and which is one of them."""
        while self._marks[-1] <= number and len(self._marks) * BLOCK_SIZE < len(self._data) + BLOCK_SIZE:
            self._extend()
        block = bisect_right(self._marks, number) - 1
        start = low = block * BLOCK_SIZE
        high = min(start + BLOCK_SIZE, len(self._data))
        while low < high:
            middle = (low + high) // 2
            if self._marks[block] + self._count(start, middle + 1) > number:
                high = middle
            else:
                low = middle + 1
        return low
