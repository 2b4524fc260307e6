"""The two lines at the bottom: where you are, and which keys there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from kustui.tui.lines import Line, Row, laid_out, plain_ascii, shown

if TYPE_CHECKING:
    from rich.style import Style


class StatusBar(Widget):
    """Where you are and what there is, above the keys of the pane at hand."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status--muted",
        "status--name",
        "status--error",
        "status--warning",
        "status--key",
        "status--info",
    }
    DEFAULT_CSS = """
    StatusBar {
        dock: bottom;
        height: 2;
        background: $panel;
        color: $foreground;
        & > .status--muted { color: $text-muted; }
        & > .status--name { text-style: bold; }
        & > .status--error { color: $text-error; text-style: bold; }
        & > .status--warning { color: $text-warning; text-style: bold; }
        & > .status--info { color: $text-primary; }
        & > .status--key { color: $text-accent; text-style: bold; }
    }
    """

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ascii_only = ascii_only
        self._rows = [Row(), Row()]

    def tell(self, where: Row) -> None:
        """The first line: where you are, and at the right what there is."""
        self._set(0, where)

    def offer(self, keys: Line) -> None:
        """The second line: keys and what they do."""
        self._set(1, Row(keys))

    def _set(self, index: int, row: Row) -> None:
        if self._rows[index] != row:
            self._rows[index] = row
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if y >= len(self._rows):
            return Strip.blank(width, base)
        line = laid_out(self._rows[y], width - 2)
        segments = [Segment(self._safe(text), self._style(look, base)) for text, look in line]
        return Strip([Segment(" ", base), *segments]).adjust_cell_length(width, base)

    def _safe(self, text: str) -> str:
        return plain_ascii(shown(text)) if self.ascii_only else shown(text)

    def _style(self, look: str, base: Style) -> Style:
        return base + self.get_component_rich_style(f"status--{look}", partial=True) if look else base
