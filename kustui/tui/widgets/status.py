"""The two lines at the bottom: where you are, and which keys there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from kustui.diagrams.styled_lines import Line, width_of
from kustui.text.terminal_safe import shown
from kustui.tui.bindings import actions_of, key_names
from kustui.tui.explorer.breadcrumbs import in_short
from kustui.tui.theme import looks_of
from kustui.tui.widgets.rows import Row, laid_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events

    from kustui.tui.bindings import Action


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

    def render_line(self, y: int) -> Strip:
        width, base, looks = self.size.width, self.rich_style, looks_of(self.app)
        if y == 0:
            room = width - 3 - width_of(self._where.mark)
            line = laid_out(self._where._replace(line=in_short(self._where.line, room)), width - 2)
        else:
            line = laid_out(self._news, width - 2) if self._news.line else self._keys(width - 2)
        segments = [Segment(shown(text), base + looks[look]) for text, look in line]
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(width, base)

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
