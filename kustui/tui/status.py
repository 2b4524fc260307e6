"""The two lines at the bottom: where you are, and which keys there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from kustui.tui.bindings import actions_of, key_names
from kustui.tui.lines import Line, Row, laid_out, shown, width_of
from kustui.tui.theme import looks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
            line = laid_out(self._where, width - 2)
        else:
            line = laid_out(self._news, width - 2) if self._news.line else self._keys(width - 2)
        segments = [Segment(shown(text), base + looks[look]) for text, look in line]
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(width, base)

    def _keys(self, width: int) -> Line:
        line: Line = ()
        actions = actions_of(self.app)
        for action in self._actions:
            if not (names := key_names(actions[action.id])):
                continue  # it was left without a key
            more: Line = (
                *line,
                ("   " if line else "", ""),
                (names[0], "key"),
                (f" {action.verb}", "muted"),
            )
            if width_of(more) > width:
                break
            line = more
        return line
