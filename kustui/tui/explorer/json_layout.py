"""Laying JSON out for reading: whether a text needs it and can bear it, and what a byte before it is after it; the
strings of a line, unfolded."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from kustui.definition.source.positions import STRING
from kustui.text.messages import counted

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
_BLOCK_SIZE = 1 << 12
"""Bytes that are counted at once: each line that is shown asks several times, and pays for half a block each time."""
_NO_BRACKETS = bytes({*range(256)} - {*b"{}[]"})
_STRING = re.compile(STRING, re.DOTALL)


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
        start = (len(self._marks) - 1) * _BLOCK_SIZE
        self._marks.append(self._marks[-1] + self._count(start, start + _BLOCK_SIZE))

    def prepare(self) -> Iterator[None]:
        """Count everything, a block at a time."""
        while len(self._marks) * _BLOCK_SIZE < len(self._data):
            self._extend()
            yield

    def before(self, offset: int) -> int:
        """How many come before a byte."""
        block = offset // _BLOCK_SIZE
        while len(self._marks) <= block:
            self._extend()
        return self._marks[block] + self._count(block * _BLOCK_SIZE, offset)

    def offset(self, number: int) -> int:
        """The byte before which so many come, and which is one of them."""
        while self._marks[-1] <= number and len(self._marks) * _BLOCK_SIZE < len(self._data) + _BLOCK_SIZE:
            self._extend()
        block = bisect_right(self._marks, number) - 1
        low, before = block * _BLOCK_SIZE, self._marks[block]
        high = min(low + _BLOCK_SIZE, len(self._data))
        while low < high:
            middle = (low + high) // 2
            more = self._count(low, middle + 1)  # of half of what is left, each time
            if before + more > number:
                high = middle
            else:
                low, before = middle + 1, before + more
        return low


# Strings of a line, unfolded

_MAX_STRING = 1_000_000
"""Characters of a line whose strings are unfolded."""

TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?(\s*:)?'
    r"|'(?:[^'\\]|\\.)*'?(\s*:)?|`(?:[^`\\]|\\.)*`?|//.*|/\*(?:.*?\*/|.*)"
    r"|-?\d[\d.eE+-]*|\b(?:true|false|null)\b|[A-Za-z_$][\w$]*(\s*:)?|[^\"'`\d\w/-]+|."
)
"""A part of a line of JSON or of a module that has one colour: a string, a key, a comment, a number, a word."""


class UnfoldedString(Struct, frozen=True):
    """A string of a line as the lines that it says, or as the JSON that it holds."""

    start: int
    end: int
    """Where its literal begins and ends in the line."""
    rows: Sequence[str]
    is_json: bool
    before: int
    """How many strings before it in the line unfold too."""

    @property
    def title(self) -> str:
        kind = "JSON in a string" if self.is_json else "text"
        return f"{kind}, {counted(len(self.rows), 'line')}"


def unfolded_string(text: str, after: UnfoldedString | None = None) -> UnfoldedString | None:
    """The first string of a line, or the first after another, with line breaks, escapes or JSON in it."""
    if len(text) > _MAX_STRING:
        return None
    start, before = (after.end, after.before + 1) if after is not None else (0, 0)
    for token in TOKEN.finditer(text, start):
        if token[0][0] != '"' or token[1] is not None:
            continue
        try:
            value = json.loads(token[0])
        except ValueError:  # a broken file
            continue
        inner = _json_in(value)
        if inner is not None or value != token[0][1:-1]:
            rows = (inner if inner is not None else value).split("\n")
            lines = tuple(row.removesuffix("\r") for row in rows)
            return UnfoldedString(*token.span(), lines, inner is not None, before)
    return None


def _json_in(value: str) -> str | None:
    """JSON that a string holds, laid out; None where it is none, or a scalar."""
    if value.strip()[:1] not in ("{", "["):
        return None
    try:
        return msgspec.json.format(value.strip().encode(), indent=2).decode()
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return None
