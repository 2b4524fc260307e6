"""A widget that draws rows on demand: tree, detail and source are all one of these.

It costs the same with 50 rows and with 200,000, and a cursor key repaints two lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kustui.tui.actions import bindings
from kustui.tui.lines import Row, Rows, laid_out, shown

if TYPE_CHECKING:
    from textual import events
    from textual.app import RenderResult  # noqa: F401
    from textual.binding import BindingType

_LOOKS = (
    "muted", "name", "heading", "event", "action", "link", "string", "number", "key",
    "error", "warning", "info", "good", "fault",
)  # fmt: skip


class RowsView(ScrollView, can_focus=True):
    """Rows with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"rows--{look}" for look in (*_LOOKS, "cursor", "cursor-blurred")}
    DEFAULT_CSS = """
    RowsView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size: 0 0;
        background: $background;
        color: $foreground;
        & > .rows--muted { color: $muted; }
        & > .rows--name { text-style: bold; }
        & > .rows--heading { color: $primary; text-style: bold; }
        & > .rows--event { color: $secondary; }
        & > .rows--action { color: $accent; }
        & > .rows--link { color: $secondary; text-style: underline; }
        & > .rows--string { color: $success; }
        & > .rows--number { color: $warning; }
        & > .rows--key { color: $primary; }
        & > .rows--error { color: $error; text-style: bold; }
        & > .rows--warning { color: $warning; text-style: bold; }
        & > .rows--info { color: $secondary; }
        & > .rows--good { color: $success; }
        & > .rows--fault { color: $error; text-style: bold underline; }
        & > .rows--cursor { background: $cursor; text-style: bold; }
        & > .rows--cursor-blurred { background: $cursor-blurred; }
        &:ansi > .rows--cursor { text-style: reverse; }
    }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, view: RowsView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> RowsView:
            return self.view

    class Chosen(Message):
        """Enter, or a second click, on the row of the cursor."""

        def __init__(self, view: RowsView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> RowsView:
            return self.view

    class Widened(Message):
        """There is more room, or less, for a row than there was."""

        def __init__(self, view: RowsView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> RowsView:
            return self.view

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = Rows(0, _no_row)
        self.empty = empty
        self._styles_of: dict[str, Style] = {}
        self._width = 0

    # What is shown

    def show(self, rows: Rows, cursor: int = 0, *, top: int | None = None) -> None:
        """Show other rows, the cursor on one of them; ``top`` is the row at the upper edge if it can be."""
        self.rows = rows
        self.virtual_size = Size(0, rows.count)
        with self.prevent(self.Moved):
            self.cursor = self.validate_cursor(cursor)
        if top is not None:
            self.scroll_to(y=top, animate=False, force=True)
        self.keep_cursor_in_view()
        self.refresh()

    @property
    def row(self) -> Row:
        """The row of the cursor."""
        return self.rows.make(self.cursor) if self.rows.count else Row()

    @property
    def page(self) -> int:
        """Rows on one screen."""
        return max(1, self.scrollable_content_region.height)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = self.scroll_offset.y + y
        base = self.rich_style
        if index >= self.rows.count:
            if y == 0 and not self.rows.count and self.empty:
                return Strip([Segment(shown(self.empty), base + self._look("muted"))]).adjust_cell_length(
                    width, base
                )
            return Strip.blank(width, base)
        row = self.rows.make(index)
        here = index == self.cursor
        if here:
            base += self._look("cursor" if self.has_focus else "cursor-blurred")
        # The cursor's own glyph, so that it is seen without colour as well.
        edge = Segment(shown("▌") if here and self.has_focus else " ", base)
        skip = self.scroll_offset.x
        line = laid_out(row, width - 1) if not self.max_scroll_x else row.line
        strip = Strip([Segment(shown(text), self._on(base, look, here)) for text, look in line])
        if skip:
            strip = strip.crop(skip)
        return Strip([edge, *strip]).adjust_cell_length(width, base)

    def _on(self, base: Style, look: str, here: bool) -> Style:
        style = base + self._look(look) if look else base
        return style + Style(bgcolor=base.bgcolor) if here else style

    def _look(self, look: str) -> Style:
        style = self._styles_of.get(look)
        if style is None:
            style = self._styles_of[look] = self.get_component_rich_style(f"rows--{look}", partial=True)
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles_of.clear()

    # The cursor

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.rows.count - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        self.keep_cursor_in_view()
        self._repaint(before)
        self._repaint(now)
        self.post_message(self.Moved(self))

    def _repaint(self, index: int) -> None:
        self.refresh_lines(index, 1)

    def keep_cursor_in_view(self) -> None:
        top, page = self.scroll_offset.y, self.page
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + page:
            self.scroll_to(y=self.cursor - page + 1, animate=False, force=True)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._repaint(self.cursor)

    def on_resize(self, event: events.Resize) -> None:
        self.keep_cursor_in_view()
        if event.size.width != self._width:
            self._width = event.size.width
            self.post_message(self.Widened(self))

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if 0 <= index < self.rows.count:
            again = index == self.cursor
            self.cursor = index
            if again or event.chain > 1:
                self.action_choose()

    def action_down(self) -> None:
        self.cursor += 1

    def action_up(self) -> None:
        self.cursor -= 1

    def action_page_down(self) -> None:
        self.cursor += self.page - 1

    def action_page_up(self) -> None:
        self.cursor -= self.page - 1

    def action_half_down(self) -> None:
        self.cursor += self.page // 2

    def action_half_up(self) -> None:
        self.cursor -= self.page // 2

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = self.rows.count - 1

    def action_choose(self) -> None:
        self.post_message(self.Chosen(self))


def _no_row(index: int) -> Row:
    raise IndexError(index)
