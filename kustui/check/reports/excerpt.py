"""The line of a file in which something is wrong, cut to a width and with a mark below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.text.cells import cells, crop, cut
from kustui.text.terminal_safe import terminal_safe

if TYPE_CHECKING:
    from kustui.definition.source.source import Extent, Source

ROOM = 100
"""Cells for a source line, where nobody says otherwise."""
_REACH = 1 << 10  # bytes looked at to either side: a definition without line breaks is one line of megabytes
_TAB = "    "


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A source line that is harmless to a terminal: before a place, of it and after it."""

    before: str
    marked: str
    after: str

    @property
    def line(self) -> str:
        return self.before + self.marked + self.after


def excerpt(source: Source, extent: Extent, room: int = ROOM) -> Excerpt | None:
    """The line where an extent begins, at most ``room`` cells of it; None where it is blank."""
    before, marked, after = (terminal_safe(part.replace("\t", _TAB)) for part in _parts(source.data, extent))
    if not (before + marked + after).strip():
        return None
    if cells(before + marked + after) > room:
        before = _end_of(before, room - min(cells(marked + after), room * 2 // 3))
        marked = _start_of(marked, room - cells(before))
        after = _start_of(after, room - cells(before + marked))
    return Excerpt(before, marked, after)


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
    return f"{cut(text, room - 1)}…" if room > 0 else ""


def _end_of(text: str, room: int) -> str:
    size = cells(text)
    if size <= room:
        return text
    return f"…{crop(text, size - room + 1)}" if room > 0 else ""
