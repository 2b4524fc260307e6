"""The bars at the edges of the screen: unreadable files at the top, where you are, the keys and the filter at the
bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from kustui.definition.collection import Document
from kustui.text.styled_lines import Line, width_of
from kustui.tui.bindings import Action, actions_of, bindings, key_names
from kustui.tui.widgets.rows import Row, laid_out, shorten_breadcrumbs
from kustui.tui.widgets.rows_view import line_strip
from kustui.workspace.snapshot import Snapshot


def broken_files(snapshot: Snapshot) -> tuple[Document, ...]:
    """The unreadable contents of files of which the last readable ones are shown."""
    return tuple(document.broken for document in snapshot.collection.documents if document.broken is not None)


def banner_rows(broken: tuple[Document, ...], room: int) -> tuple[Row, Row]:
    """The fault of the first of the files, and its line, cut to ``room`` cells."""
    from kustui.check.reports.text import excerpt  # only where a file is broken, not before the first paint

    document, *others = broken
    fault = document.faults[0]
    extent = document.fault_extent(fault)
    place = document.source.place(extent.start)
    name = document.path.rpartition("/")[2]  # enough next to the tree, and it leaves room for the message
    where = f"{name}:{place}" if document.source.data else name
    more = f", and {len(others):,} more file{'s' if len(others) > 1 else ''}" if others else ""
    first = Row((("✗ ", "error"), (where, "name"), (more, "muted"), ("  ", ""), (fault.message, "error")))
    number: Line = ((f"{place.line} ", "muted"), ("│ ", "muted")) if document.source.data else ()
    part = excerpt(document.source, extent, max(1, room - width_of(number)))
    before, marked, after = (part.before.lstrip(), part.marked, part.after) if part is not None else ("", "", "")
    if not marked:  # the character in its place
        marked, after = after[:1] or "▌", after[1:]
    note = ("showing its last good version", "muted")
    return first, Row((*number, (before, ""), (marked, "fault"), (after, "")), mark=(note,))


class Banner(Widget):
    """The first unreadable file; shown only while there is one."""

    DEFAULT_CSS = """
    Banner { dock: top; height: 2; background: $panel; color: $foreground; display: none; }
    Banner.-open { display: block; }
    """

    class Clicked(Message):
        """The file is to be shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._broken: tuple[Document, ...] = ()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        broken = broken_files(snapshot)
        if broken != self._broken:
            self._broken = broken
            self.set_class(bool(broken), "-open")
            self.refresh()

    def render_line(self, y: int) -> Strip:
        room = self.size.width - 2
        row = banner_rows(self._broken, room)[y] if self._broken else Row()
        if row.mark and width_of(row.line) + width_of(row.mark) + 1 > room:
            row = row._replace(mark=())  # the text around the fault is worth more
        return line_strip(self, laid_out(row, room))

    def on_click(self) -> None:
        self.post_message(self.Clicked())


class StatusBar(Widget):
    """Where you are and what there is, and below it the keys of the focused pane, or news."""

    DEFAULT_CSS = "StatusBar { dock: bottom; height: 2; background: $panel; color: $foreground; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._location = Row()
        self._action_ids: tuple[str, ...] = ()
        self._news = Row()

    def show_location(self, location: Row) -> None:
        """The first line: where you are, and at the right what there is."""
        if self._location != location:
            self._location = location
            self.refresh(Region(0, 0, self.size.width, 1))

    def offer_keys(self, ids: Sequence[str]) -> None:
        """The second line: these actions with their keys, as many as there is room for."""
        self._action_ids = tuple(ids)
        self.refresh()

    def announce(self, news: Row) -> None:
        """Show news in the place of the keys; an empty row brings the keys back."""
        if self._news != news:
            self._news = news
            self.refresh(Region(0, 1, self.size.width, 1))

    def say(self, text: str, look: str = "") -> None:
        """Announce a short text."""
        self.announce(Row(((text, look),)))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            room = width - 3 - width_of(self._location.mark)
            line = laid_out(self._location._replace(line=shorten_breadcrumbs(self._location.line, room)), width - 2)
        else:
            line = laid_out(self._news, width - 2) if self._news.line else self._keys(width - 2)
        return line_strip(self, line)

    def _keys(self, width: int) -> Line:
        line: Line = ()
        for _, hint in self._key_hints():
            more: Line = (*line, ("   " if line else "", ""), *hint)
            if width_of(more) > width:
                break
            line = more
        return line

    def _key_hints(self) -> Iterator[tuple[Action, Line]]:
        """The actions that have a key, each with the key and its verb."""
        for action in map(actions_of(self.app).__getitem__, self._action_ids):
            if names := key_names(action):
                yield action, ((names[0], "key"), (f" {action.verb}", "muted"))

    def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        if event.y == 1 and not self._news.line:
            start = 1
            for action, hint in self._key_hints():
                end = start + width_of(hint)
                if start <= event.x < end <= self.size.width - 1:
                    self.app.simulate_key(action.keys.partition(",")[0])
                start = end + 3


class FilterInput(Input):
    BINDINGS: ClassVar[list[BindingType]] = bindings("filter")
    DEFAULT_CSS = """
    FilterInput { dock: bottom; height: 1; margin-bottom: 2; padding: 0 1; border: none; display: none; }
    FilterInput.-open { display: block; }
    """

    class Accepted(Message):
        """The filter stays, and the focus goes back to the pane."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Cancelled(Message):
        """The filter goes, and everything is as it was before."""

    class Moved(Message):
        """The cursor of the pane moves by so many rows while the filter is typed."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self) -> None:
        super().__init__(placeholder="words from a name, an id or an event", compact=True, id="filter")

    def action_keep(self) -> None:
        self.post_message(self.Accepted(self.value))

    def action_drop(self) -> None:
        self.post_message(self.Cancelled())

    def action_up(self) -> None:
        self.post_message(self.Moved(-1))

    def action_down(self) -> None:
        self.post_message(self.Moved(1))
