"""The line of a file in which something is wrong, cut to a width and with a mark below."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.definition.harmless import shown

if TYPE_CHECKING:
    from kustui.definition.source import Extent, Source

ROOM = 100
"""Cells for a source line."""
_REACH = 1 << 12  # bytes looked at to either side: a definition without line breaks is one line of megabytes
_TAB = "    "


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A source line that is harmless to a terminal."""

    line: str
    before: int
    """Cells of it before the place."""
    marked: int
    """Cells of the place, at least one."""


def excerpt(source: Source, extent: Extent) -> Excerpt | None:
    """The line where an extent begins, at most ROOM cells of it; None where it is blank."""
    before, marked, after = (shown(part.replace("\t", _TAB)) for part in _parts(source.data, extent))
    if not (before + marked + after).strip():
        return None
    if cells(before + marked + after) > ROOM:
        before = _end_of(before, ROOM - min(cells(marked + after), ROOM * 2 // 3))
        marked = _start_of(marked, ROOM - cells(before))
        after = _start_of(after, ROOM - cells(before + marked))
    return Excerpt(before + marked + after, cells(before), max(1, cells(marked)))


def cells(text: str) -> int:
    """How wide a terminal draws a text that is harmless."""
    return len(text) if text.isascii() else sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _parts(data: bytes, extent: Extent) -> tuple[str, str, str]:
    """A line, or what of it is within reach, before, in and after an extent that begins in it."""
    start = min(extent.start, len(data))
    low, high = max(0, start - _REACH), min(len(data), start + _REACH)
    begins = data.rfind(b"\n", low, start) + 1 or low
    ends = data.find(b"\n", start, high)
    if ends < 0:
        ends = high
    elif data[start:ends].endswith(b"\r"):
        ends -= 1
    middle = max(start, min(extent.end, ends))
    # Reach may end inside a character.
    before, marked, after = (
        part.decode(errors="ignore") for part in (data[begins:start], data[start:middle], data[middle:ends])
    )
    return before, marked.rstrip() if extent.end > ends else marked, after


def _start_of(text: str, room: int) -> str:
    """As much of a text as has room, an ellipsis at its end where something is gone."""
    if cells(text) <= room:
        return text
    return _fitting(text, room - 1) + "…" if room > 0 else ""


def _end_of(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    return "…" + _fitting(text[::-1], room - 1)[::-1] if room > 0 else ""


def _fitting(text: str, room: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += _cells(character)
        if used > room:
            return text[:index]
    return text
