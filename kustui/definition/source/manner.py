"""How a text is written, for what is added to it: worked out once, as the whole of it is looked at."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

_INDENTED = re.compile(rb"\n([ \t]+)\S")
_BARE_KEY = re.compile(rb"[{,]\s*[A-Za-z_$][\w$]*\s*:")
_QUOTED_KEY = re.compile(rb"[\"']\s*:")
_QUOTE = re.compile(rb"\\.|([\"'`])", re.DOTALL)


class Manner(Struct, frozen=True, eq=False, dict=True):
    """How a JSON text or a module is written."""

    data: bytes

    @cached_property
    def is_escaped(self) -> bool:
        """Whether all that is not ASCII is written as an escape."""
        return self.data.isascii() and b"\\u" in self.data

    @cached_property
    def indentation(self) -> str:
        """That of the first line that has one; an empty string where none has."""
        indented = _INDENTED.search(self.data)
        return indented[1].decode() if indented else ""

    @cached_property
    def quote(self) -> str:
        """The quote that most strings have."""
        return "'" if self.data.count(b"'") > self.data.count(b'"') else '"'

    @cached_property
    def has_bare_keys(self) -> bool:
        """Whether most keys have no quotes."""
        return len(_BARE_KEY.findall(self.data)) > len(_QUOTED_KEY.findall(self.data))

    def quote_around(self, line_start: int, at: int) -> str:
        """The quote of the string that holds a byte of a line: the nearest before it that is not escaped; a backtick,
        which is opened on an earlier line, where there is none."""
        if line_start not in self._lines:
            self._lines[line_start] = self._quotes_from(line_start)
        ends, opened = self._lines[line_start]
        return opened[bisect_right(ends, at) - 1] or "`"

    @cached_property
    def _lines(self) -> dict[int, tuple[Sequence[int], Sequence[str]]]:
        return {}

    def _quotes_from(self, line_start: int) -> tuple[Sequence[int], Sequence[str]]:
        """Where each quote of a line ends, and which is open behind it; first the beginning of the line."""
        line_end = self.data.find(b"\n", line_start)
        ends, opened = [line_start], [""]
        for match in _QUOTE.finditer(self.data, line_start, line_end if line_end >= 0 else len(self.data)):
            if mark := (match[1] or b"").decode():
                ends.append(match.end())
                opened.append("" if opened[-1] == mark else opened[-1] or mark)
        return ends, opened
