"""Some rows that only tell: no cursor, no scrolling."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from kustui.tui.theme import looks_of
from kustui.tui.widgets.lines import Row, laid_out, shown


class LinesView(Widget):
    """As many rows as its height has room for."""

    DEFAULT_CSS = "LinesView { height: 1; background: $panel; color: $foreground; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[Row, ...] = ()

    def tell(self, *rows: Row) -> None:
        if rows != self.rows:
            self.rows = rows
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base, looks = self.size.width, self.rich_style, looks_of(self.app)
        line = laid_out(self.rows[y], width - 2) if y < len(self.rows) else ()
        segments = [Segment(shown(text), base + looks[look]) for text, look in line]
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(width, base)
