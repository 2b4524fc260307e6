"""The two lines at the top while a file cannot be read: what is wrong, where, and the text around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kustui.tui.lines import Line, Row, laid_out, shown, width_of
from kustui.tui.theme import looks_of

if TYPE_CHECKING:
    from kustui.definition.collection import Document
    from kustui.workspace import Snapshot

_REACH = 200
"""Bytes to either side of a fault that are looked at: a line may have megabytes."""


def broken_files(snapshot: Snapshot) -> tuple[Document, ...]:
    """What files hold now that cannot be read, where what they held before is shown."""
    return tuple(found.broken for found in snapshot.collection.documents if found.broken is not None)


def banner_rows(broken: tuple[Document, ...]) -> tuple[Row, Row]:
    """What is wrong with the first of some files, and the line in which it is."""
    document, *others = broken
    fault = document.faults[0]
    extent = document.fault_extent(fault)
    place = document.source.place(extent.start)
    where = f"{document.path}:{place}" if document.source.data else document.path
    more = f", and {len(others):,} more file{'s' if len(others) > 1 else ''}" if others else ""
    first = Row((("✗ ", "error"), (where, "name"), (more, "muted"), ("  ", ""), (fault.message, "error")))
    before, marked, after = _around(document, extent.start, extent.end)
    number: Line = ((f"{place.line} ", "muted"), ("│ ", "muted")) if document.source.data else ()
    told = ("what is shown is its last good state", "muted")
    return first, Row((*number, (before, ""), (marked, "fault"), (after, "")), mark=(told,))


def _around(document: Document, start: int, end: int) -> tuple[str, str, str]:
    """The line of a fault before it, in it and after it; of one that marks nothing, the character in its place."""
    data = document.source.data
    begins = max(data.rfind(b"\n", 0, start) + 1, start - _REACH)
    newline = data.find(b"\n", start, start + _REACH)
    ends = newline if newline >= 0 else min(len(data), start + _REACH)
    text = data[start:ends].decode(errors="ignore").rstrip("\r")
    size = max(1, len(data[start : min(end, ends)].decode(errors="ignore")))
    return data[begins:start].decode(errors="ignore").lstrip(), text[:size] or "▌", text[size:]


class Banner(Widget):
    """Shown only while there is something to say."""

    DEFAULT_CSS = """
    Banner { dock: top; height: 2; background: $panel; color: $foreground; display: none; }
    Banner.-open { display: block; }
    """

    class Clicked(Message):
        """Somebody wants to see it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()

    def take(self, snapshot: Snapshot) -> None:
        """Say what cannot be read in a snapshot, or nothing."""
        broken = broken_files(snapshot)
        rows = banner_rows(broken) if broken else ()
        if rows != self._rows:
            self._rows = rows
            self.set_class(bool(rows), "-open")
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base, looks = self.size.width, self.rich_style, looks_of(self.app)
        row = self._rows[y] if y < len(self._rows) else Row()
        room = width - 2
        if row.mark and width_of(row.line) + width_of(row.mark) + 1 > room:
            row = row._replace(mark=())  # the text around the fault is worth more
        segments = [Segment(shown(text), base + looks[look]) for text, look in laid_out(row, room)]
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(width, base)

    def on_click(self) -> None:
        self.post_message(self.Clicked())
