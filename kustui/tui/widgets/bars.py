"""The bars at the edges of the screen: unreadable files at the top, where you are and the keys at the bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from kustui.diagrams.styled_lines import Line, width_of
from kustui.tui.bindings import Action, actions_of, key_names
from kustui.tui.widgets.rows import Row, laid_out, shorten_breadcrumbs
from kustui.tui.widgets.rows_view import line_strip

if TYPE_CHECKING:
    from textual import events
    from textual.strip import Strip

    from kustui.definition.collection import Document
    from kustui.workspace.snapshot import Snapshot


def broken_files(snapshot: Snapshot) -> tuple[Document, ...]:
    """What files hold now that cannot be read, where what they held before is shown."""
    return tuple(found.broken for found in snapshot.collection.documents if found.broken is not None)


def banner_rows(broken: tuple[Document, ...], room: int) -> tuple[Row, Row]:
    """What is wrong with the first of some files, and the line in which it is, for so many cells."""
    from kustui.check.reports.text import excerpt

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
        room = self.size.width - 2
        row = banner_rows(self._broken, room)[y] if self._broken else Row()
        if row.mark and width_of(row.line) + width_of(row.mark) + 1 > room:
            row = row._replace(mark=())  # the text around the fault is worth more
        return line_strip(self, laid_out(row, room))

    def on_click(self) -> None:
        self.post_message(self.Clicked())


class StatusBar(Widget):
    """Where you are and what there is, above the keys of the pane at hand."""

    DEFAULT_CSS = "StatusBar { dock: bottom; height: 2; background: $panel; color: $foreground; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._where = Row()
        self._actions: tuple[Action, ...] = ()
        self._news = Row()

    def tell(self, where: Row) -> None:
        """The first line: where you are, and at the right what there is."""
        if self._where != where:
            self._where = where
            self.refresh(Region(0, 0, self.size.width, 1))

    def offer(self, actions: Sequence[Action]) -> None:
        """The second line: the actions with their keys, as many as there is room for."""
        self._actions = tuple(actions)
        self.refresh()

    def announce(self, news: Row) -> None:
        """Say something in the place of the keys; an empty row brings them back."""
        if self._news != news:
            self._news = news
            self.refresh(Region(0, 1, self.size.width, 1))

    def say(self, text: str, look: str = "") -> None:
        """Announce a short text."""
        self.announce(Row(((text, look),)))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            room = width - 3 - width_of(self._where.mark)
            line = laid_out(self._where._replace(line=shorten_breadcrumbs(self._where.line, room)), width - 2)
        else:
            line = laid_out(self._news, width - 2) if self._news.line else self._keys(width - 2)
        return line_strip(self, line)

    def _keys(self, width: int) -> Line:
        line: Line = ()
        for _, offer in self._offers():
            more: Line = (*line, ("   " if line else "", ""), *offer)
            if width_of(more) > width:
                break
            line = more
        return line

    def _offers(self) -> Iterator[tuple[Action, Line]]:
        """The actions that have a key, with how they are offered."""
        for action in (actions_of(self.app)[action.id] for action in self._actions):
            if names := key_names(action):
                yield action, ((names[0], "key"), (f" {action.verb}", "muted"))

    def on_click(self, event: events.Click) -> None:
        """A click on a key is that key."""
        if event.y == 1 and not self._news.line:
            start = 1
            for action, offer in self._offers():
                end = start + width_of(offer)
                if start <= event.x < end <= self.size.width - 1:
                    self.app.simulate_key(action.keys.partition(",")[0])
                start = end + 3
