"""A list above the line of keys from which one thing is chosen, and the row of its cursor in full where it is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content

from kustui.diagrams.styled_lines import width_of, wrapped
from kustui.text.terminal_safe import shown
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import LinesView, RowsView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

KEYS = ("rows.choose", "line.drop")
_SHARE = 40
"""Percent of the screen that the list takes at most."""
_IN_FULL = 25
"""Percent of the screen in which the row of the cursor is told."""


class Choices(RowsView):
    """``chosen`` is given the number of the row, and says whether the list is done with."""

    DEFAULT_CSS = """
    Choices {
        background: $surface;
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    """

    def __init__(self, title: str, rows: Sequence[Row], chosen: Callable[[int], bool], cursor: int = 0) -> None:
        super().__init__(id="choices")
        self.border_title = Content(shown(title))
        self.chosen = chosen
        self._begin = (tuple(rows), cursor)

    def on_mount(self) -> None:
        self.list_rows(*self._begin)
        self.focus()

    def list_rows(self, rows: Sequence[Row], cursor: int) -> None:
        room = max(4, self.screen.size.height * _SHARE // 100)
        self.styles.height = min(len(rows) + 1, room)
        self.show(Rows.of(rows), cursor)
        self.post_message(self.Moved(self))


class Offer(Vertical):
    """The list, and below it what has no room in it."""

    DEFAULT_CSS = """
    Offer { dock: bottom; height: auto; margin-bottom: 2; background: $surface; }
    Offer LinesView { display: none; background: $surface; border-top: solid $rule; }
    Offer LinesView.-needed { display: block; }
    """

    def __init__(self, choices: Choices) -> None:
        super().__init__()
        self.choices = choices

    def compose(self) -> ComposeResult:
        yield self.choices
        yield LinesView(id="in-full")

    def on_rows_view_moved(self) -> None:
        """Nothing stands for what is cut but itself."""
        view, width = self.query_one(LinesView), self.screen.size.width - 2
        rows = [row for index in range(self.choices.rows.count) if (row := self.choices.rows.make(index))]
        view.set_class(any(width_of(row.line) + width_of(row.mark) >= width for row in rows), "-needed")
        lines = max(3, self.screen.size.height * _IN_FULL // 100)
        view.styles.height = lines + 1
        view.tell(*(Row(line) for line in [*wrapped(self.choices.row.line, width, 4)][:lines]))
