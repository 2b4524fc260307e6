"""The two lines at the top while a file cannot be read: what is wrong, where, and the text around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kustui.diagrams.styled_lines import Line, width_of
from kustui.text.terminal_safe import shown
from kustui.tui.theme import looks_of
from kustui.tui.widgets.rows import Row, laid_out

if TYPE_CHECKING:
    from kustui.definition.collection import Document
    from kustui.workspace.snapshot import Snapshot


def broken_files(snapshot: Snapshot) -> tuple[Document, ...]:
    """What files hold now that cannot be read, where what they held before is shown."""
    return tuple(found.broken for found in snapshot.collection.documents if found.broken is not None)


def banner_rows(broken: tuple[Document, ...], room: int) -> tuple[Row, Row]:
    """What is wrong with the first of some files, and the line in which it is, for so many cells."""
    from kustui.check.reports.excerpt import excerpt

    document, *others = broken
    fault = document.faults[0]
    extent = document.fault_extent(fault)
    place = document.source.place(extent.start)
    name = document.path.rpartition("/")[2]  # enough beside the tree, and what is wrong is to be in view
    where = f"{name}:{place}" if document.source.data else name
    more = f", and {len(others):,} more file{'s' if len(others) > 1 else ''}" if others else ""
    first = Row((("✗ ", "error"), (where, "name"), (more, "muted"), ("  ", ""), (fault.message, "error")))
    number: Line = ((f"{place.line} ", "muted"), ("│ ", "muted")) if document.source.data else ()
    found = excerpt(document.source, extent, max(1, room - width_of(number)))
    before, marked, after = (found.before.lstrip(), found.marked, found.after) if found is not None else ("", "", "")
    if not marked:  # then the character in its place
        marked, after = after[:1] or "▌", after[1:]
    told = ("what is shown is its last good state", "muted")
    return first, Row((*number, (before, ""), (marked, "fault"), (after, "")), mark=(told,))


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
        self._broken: tuple[Document, ...] = ()

    def take(self, snapshot: Snapshot) -> None:
        """Say what cannot be read in a snapshot, or nothing."""
        broken = broken_files(snapshot)
        if broken != self._broken:
            self._broken = broken
            self.set_class(bool(broken), "-open")
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base, looks = self.size.width, self.rich_style, looks_of(self.app)
        room = width - 2
        row = banner_rows(self._broken, room)[y] if self._broken else Row()
        if row.mark and width_of(row.line) + width_of(row.mark) + 1 > room:
            row = row._replace(mark=())  # the text around the fault is worth more
        segments = [Segment(shown(text), base + looks[look]) for text, look in laid_out(row, room)]
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(width, base)

    def on_click(self) -> None:
        self.post_message(self.Clicked())
