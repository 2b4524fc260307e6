"""A widget that draws rows on demand: tree, detail and source are all one of these.

It costs the same with 50 rows and with 200,000, and a cursor key repaints two lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from kustui.diagrams.styled_lines import Line, width_of, wrapped
from kustui.search.text_search import TextSearch
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.theme import looks_of
from kustui.tui.widgets.rows import Row, Rows, laid_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual import events
    from textual.binding import BindingType

    from kustui.diagrams.styled_lines import Line


_NEAR = 400
"""Rows among which one that moved is looked for."""


class RowsView(Widget, can_focus=True):
    """Rows with a cursor."""

    NAME: ClassVar[str] = ""
    """What the pane is called, with its key."""
    ABOUT: ClassVar[str] = ""
    """What the help says of it."""
    SIGNS: ClassVar[str] = ""
    """The signs that it draws and the help explains."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")
    DEFAULT_CSS = "RowsView { height: 1fr; background: $background; color: $foreground; }"

    FOOT: ClassVar[int] = 0
    """Lines that stand at the lower edge at most and follow the cursor."""

    cursor: reactive[int] = reactive(0, repaint=False)

    class Told(Message):
        """Something a view tells about itself."""

        def __init__(self, view: RowsView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> RowsView:
            return self.view

    class Moved(Told):
        """The cursor stands on another row."""

    class Chosen(Told):
        """Enter on the row of the cursor, or a double click."""

    class Widened(Told):
        """There is more room, or less, for a row than there was."""

    def __init__(self, *, empty: str = "", cursor_always: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = Rows(0, _no_row)
        self.empty = empty
        self.cursor_always = cursor_always
        """Whether the cursor is shown while the keys go elsewhere."""
        self.led = False
        """Whether its cursor is moved from where the keys go."""
        self.top = 0
        """The row at the upper edge."""
        self.search = TextSearch("")
        """What was looked for last."""
        self.marking = False
        """Whether it is marked where it stands."""
        self._found: tuple[Rows, TextSearch, Sequence[int]] | None = None
        self._width = 0

    # What is shown

    def show(self, rows: Rows, cursor: int = 0, *, top: int | None = None, follow: bool = True) -> None:
        """Show other rows, the cursor on one of them; ``top`` is the row at the upper edge if it can be, and ``follow``
        says whether the cursor has to be in view."""
        self.rows = rows
        with self.prevent(self.Moved):
            self.set_reactive(RowsView.cursor, self.validate_cursor(cursor))
        self._scroll(self.top if top is None else top)
        if follow:
            self.keep_cursor_in_view()
        self.refresh()

    def show_again(self, rows: Rows, same: Callable[[Row], object] = lambda row: row.line) -> None:
        """Show what has become of the rows: the cursor on the nearest that is the ``same`` as its own was."""
        was, below_top = same(self.row), self.cursor - self.top
        near = sorted(range(rows.count), key=lambda index: abs(index - self.cursor))[:_NEAR]
        cursor = next((index for index in near if same(rows.make(index)) == was), self.cursor)
        self.show(rows, cursor, top=cursor - below_top)

    @property
    def row(self) -> Row:
        """The row of the cursor."""
        return self.rows.make(self.cursor) if self.rows.count else Row()

    def whole(self) -> Iterator[Line]:
        """Every row, also those that are not in view."""
        return (laid_out(self.rows.make(index), self.size.width - 1) for index in range(self.rows.count))

    @property
    def page(self) -> int:
        """Rows on one screen."""
        return max(1, self.content_size.height)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = self.top + y
        if index >= self.rows.count:
            return line_strip(self, self._beyond(y))
        base, looks = self.rich_style, looks_of(self.app)
        here = index == self.cursor
        cursor = Style()
        leads = self.has_focus or self.led
        if here and (leads or self.cursor_always):
            cursor = looks["cursor" if leads else "cursor-blurred"]
        # The cursor's own glyph, so that it is seen without colour as well.
        edge = Segment("▌" if here and leads else " ", base + cursor)
        row = self.rows.make(index)
        line = laid_out(row._replace(line=self.search.highlighted(row.line)) if self.marking else row, width - 1)
        pieces = [Segment(terminal_safe(text), base + looks[look] + cursor) for text, look in line]
        return Strip([edge, *pieces]).adjust_cell_length(width, base + cursor).simplify()

    # What is looked for

    @property
    def found(self) -> Sequence[int]:
        """The rows that hold what is looked for."""
        if self._found is None or self._found[0] is not self.rows or self._found[1] != self.search:
            holding = [index for index in range(self.rows.count) if self.search.is_in(self.rows.text(index))]
            self._found = (self.rows, self.search, holding)
        return self._found[2]

    @property
    def place(self) -> int:
        """The row of the cursor, for whoever goes from one that was found to the next."""
        return self.cursor

    def put(self, place: int) -> None:
        """Put the cursor on a row that was found."""
        self.cursor = place

    # Below the rows

    def foot(self, width: int) -> Sequence[Line]:
        """Lines for the lower edge, where all rows and a blank leave room for them; no more than ``FOOT``."""
        return ()

    def in_full(self, line: Line, width: int) -> list[Line]:
        """A line in full, for the foot: nothing where the row of the cursor has room for it, else up to three lines."""
        row = self.row
        beside = (2 + width_of(row.aside) if row.aside else 0) + (1 + width_of(row.mark) if row.mark else 0)
        if width_of(row.line) + beside <= width:
            return []
        lines = list(wrapped(line, width, 2))
        return [*lines[:2], (*lines[2], ("…", "muted"))] if len(lines) > 3 else lines

    def _beyond(self, y: int) -> Line:
        """What stands in a line below the last row."""
        if not self.rows.count:
            told = self._told_instead(self.size.width)
            return told[y] if y < len(told) else ()
        foot, height = self.foot(self.size.width - 1), self.size.height
        at = y - (height - len(foot))
        return foot[at] if at >= 0 and self.rows.count + 1 + len(foot) <= height else ()

    def _told_instead(self, width: int) -> list[Line]:
        """What is said where there is no row."""
        return list(wrapped(((self.empty, "muted"),), width - 2)) if self.empty else []

    # The cursor

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.rows.count - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        self.keep_cursor_in_view()
        self._repaint(before)
        self._repaint(now)
        for y in range(max(self.rows.count - self.top, self.size.height - self.FOOT), self.size.height):
            self._repaint(self.top + y)
        self.post_message(self.Moved(self))

    def _repaint(self, index: int) -> None:
        self.refresh(Region(0, index - self.top, self.size.width, 1))

    def keep_cursor_in_view(self) -> None:
        if self.size.height:  # before there is any, everything would be out of view
            self._scroll(max(min(self.top, self.cursor), self.cursor - self.page + 1))

    def _scroll(self, top: int) -> None:
        top = max(0, min(top, self.rows.count - self.page))
        if top != self.top:
            self.top = top
            self.refresh()

    def on_mouse_scroll_down(self) -> None:
        self._scroll(self.top + 3)

    def on_mouse_scroll_up(self) -> None:
        self._scroll(self.top - 3)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._repaint(self.cursor)

    def on_resize(self, event: events.Resize) -> None:
        self.keep_cursor_in_view()
        if event.size.width != self._width:
            self._width = event.size.width
            self.post_message(self.Widened(self))

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)  # none on the title
        if place is not None and self.top + place.y < self.rows.count:
            self.cursor = self.top + place.y
            if event.chain == 2:
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


class Menu(RowsView, inherit_bindings=False):
    """It lies above the panes, which stay where they are, and is gone once the keys go elsewhere."""

    DEFAULT_CSS = """
    Menu {
        dock: bottom; layer: above; height: auto; margin-bottom: 2; background: $panel;
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    """

    def __init__(self, came_from: Widget | None, *, id: str, empty: str = "") -> None:
        super().__init__(id=id, empty=empty)
        self._came_from = came_from
        self._over = False

    def end(self) -> None:
        """Give the keys back to where they were."""
        if not self._over:
            self._over = True
            if self._came_from is not None and self.screen.focused is self:
                self.screen.set_focus(self._came_from)
            self.remove()

    def on_blur(self) -> None:
        self.end()

    def action_leave(self) -> None:
        self.end()


class LinesView(Widget):
    """As many rows as its height has room for."""

    DEFAULT_CSS = "LinesView { height: 1; background: $panel; color: $foreground; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[Row, ...] = ()

    def show(self, *rows: Row) -> None:
        if rows != self.rows:
            self.rows = rows
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return line_strip(self, laid_out(self.rows[y], self.size.width - 2) if y < len(self.rows) else ())


def line_strip(widget: Widget, line: Line) -> Strip:
    """A line as a widget draws it: one blank before it, and the rest of the widget's width filled."""
    base, looks = widget.rich_style, looks_of(widget.app)
    segments = [Segment(" ", base), *(Segment(terminal_safe(text), base + looks[look]) for text, look in line)]
    return Strip(segments).adjust_cell_length(widget.size.width, base)


def _no_row(index: int) -> Row:
    raise IndexError(index)
