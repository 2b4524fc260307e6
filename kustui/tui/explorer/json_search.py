"""Searching a text in JSON, however its characters are written there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property

from kustui.text.styled_lines import Line, Span, TextSearch, highlighted

_MAX_LINE = 2_000
"""Bytes up to the end of a line within which only its first match counts."""


class JsonSearch:
    """The places of texts in JSON. A text of letters alone is found at the speed of a plain search."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def places(self, search: TextSearch, start: int, end: int, most: int) -> list[int]:
        """Where a text stands between two bytes, at most so many places, once in a line that is not very long."""
        find = self._finder(search)
        places: list[int] = []
        while len(places) < most and (at := find(start, end)) >= 0:
            places.append(at)
            newline = self._data.find(b"\n", at, at + _MAX_LINE)
            start = (newline if newline >= 0 else at) + 1
        return places

    def _finder(self, search: TextSearch) -> Callable[[int, int], int]:
        """What finds the next place of a text between two bytes, or -1."""
        text, data = search.text, self._data
        if text.isascii() and text.isprintable() and not {*'"\\/'} & {*text} and not self._has_escaped_letters:
            data, needle = self._lowered if text == text.lower() else data, text.encode()
            return lambda start, end: data.find(needle, start, end)
        pattern = _pattern(search)

        def find(start: int, end: int) -> int:
            match = pattern.search(data, start, end)
            return match.start() if match is not None else -1

        return find

    @cached_property
    def _lowered(self) -> bytes:
        return self._data.lower()

    @cached_property
    def _has_escaped_letters(self) -> bool:
        """Whether a letter of ASCII is written as an escape, which hardly anything does."""
        return any(b"\\u00%d" % digit in self._data for digit in range(2, 8))

    def prepare(self) -> Iterator[object]:
        """Do ahead what the first search needs."""
        yield bool(self._lowered)
        yield self._has_escaped_letters


def matched(line: Line, search: TextSearch) -> Line:
    """A line with what is searched for highlighted in it."""
    text = "".join(text for text, _ in line)
    data = text.encode(errors="replace")
    return highlighted(line, [_characters(data, match.span()) for match in _pattern(search).finditer(data)])


def _characters(data: bytes, span: Span) -> Span:
    start = len(data[: span[0]].decode(errors="replace"))
    return start, start + len(data[span[0] : span[1]].decode(errors="replace"))


def _pattern(search: TextSearch) -> re.Pattern[bytes]:
    """What finds a text in JSON, however its characters are escaped there."""
    any_case = search.text == search.text.lower()
    pattern = b"".join(_spelt(character, any_case=any_case) for character in search.text)
    return re.compile(pattern, re.IGNORECASE if any_case else 0)


def _spelt(character: str, *, any_case: bool) -> bytes:
    spellings = {character, *((character.lower(), character.upper()) if any_case else ())}
    plain = {spelling.encode(errors="replace") for spelling in spellings}
    escaped = {json.dumps(spelling)[1:-1].encode() for spelling in spellings}
    escaped |= {b"\\/"} if character == "/" else set()
    escaped |= {b"\\u%04x" % ord(spelling) for spelling in spellings if len(spelling) == 1 and ord(spelling) < 0x10000}
    options = {re.escape(option) for option in plain} | {b"(?i:%b)" % re.escape(option) for option in escaped - plain}
    return b"(?:%b)" % b"|".join(sorted(options))
