"""A widget that draws rows on demand: tree, detail and source are all one of these.

It costs the same with 50 rows and with 200,000, and a cursor key repaints two lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from kustui.text.styled_lines import Line, TextSearch, fitted, width_of, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.theme import looks_of
from kustui.tui.widgets.rows import Row, Rows, laid_out

REST = 0.06
"""Seconds for which a cursor rests before other panes follow it: a held key does not pay for them."""
_NEAR = 400
"""Rows around the cursor among which a moved row is searched for."""


class RowsView(Widget, can_focus=True):
    """Rows with a cursor."""

    NAME: ClassVar[str] = ""
    """What the pane is called, with its key."""
    ABOUT: ClassVar[str] = ""
    """What the help says of it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")
    DEFAULT_CSS = "RowsView { height: 1fr; background: $background; color: $foreground; }"

    FOOT: ClassVar[int] = 0
    """Lines at the lower edge that follow the cursor: 0 for none, else as many as it needs to be of use."""

    cursor: reactive[int] = reactive(0, repaint=False)

    class ViewMessage(Message):
        """The view that sends a message is its control."""

        def __init__(self, view: RowsView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> RowsView:
            return self.view

    class Moved(ViewMessage):
        """The cursor stands on another row."""

    class Chosen(ViewMessage):
        """Enter on the row of the cursor, or a double click."""

    class Replaced(ViewMessage):
        """There are other rows, more or fewer of them, or the cursor is on another one of them without having moved."""

    class Widened(ViewMessage):
        """The width has changed."""

    def __init__(self, *, empty: str = "", cursor_always: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = Rows(0, _no_row)
        self.empty = empty
        self.cursor_always = cursor_always
        """Whether the cursor is shown without the focus."""
        self.is_remote_controlled = False
        """Whether its cursor is moved from the widget that has the focus."""
        self.top = 0
        """The row at the upper edge."""
        self.search = TextSearch("")
        """What was searched for last."""
        self.highlights_matches = False
        """Whether the matches of the search are highlighted."""
        self._matches: tuple[Rows, TextSearch, Sequence[int]] | None = None
        self._width = 0
        self._painted: dict[int, tuple[int, bool, Line]] = {}
        """The row that was painted in each line last, whether the cursor was on it, and how it looked."""
        self._foot_lines: tuple[object, Sequence[Line]] = (None, ())
        """For which rows, cursor and size the foot was made since the last paint, and its lines."""

    # What is shown

    def show(
        self, rows: Rows, cursor: int = 0, *, top: int | None = None, follow: bool = True, few_changed: bool = False
    ) -> None:
        """Show other rows with the cursor on one of them.

        ``top`` is the row at the upper edge, as far as there are enough rows below it; ``follow`` says whether to
        scroll the cursor into view. Where ``few_changed``, only the lines are painted that look otherwise.
        """
        before = self.rows.count, self.cursor
        self.rows = rows
        with self.prevent(self.Moved):
            self.set_reactive(RowsView.cursor, self.validate_cursor(cursor))
        if self.has_focus and before != (rows.count, self.cursor):
            self.post_message(self.Replaced(self))
        self._scroll(self.top if top is None else top)
        if follow:
            self.keep_cursor_in_view()
        if few_changed:
            self._repaint_changed()
        else:
            self.refresh()

    def _repaint_changed(self) -> None:
        """Paint the lines that would look otherwise than when they were painted last, and all that is not a row."""
        width, height = self.size
        for y in range(height):
            index = self.row_at(y)
            if index >= self.rows.count:
                self.refresh(Region(0, y, width, height - y))
                break
            if self._painted.get(y) != (index, index == self.cursor, self.drawn(y, index, width - 1)):
                self.refresh(Region(0, y, width, 1))

    def update_rows(self, rows: Rows, identity: Callable[[Row], object] = lambda row: row.line) -> None:
        """Show changed rows, with the cursor on the nearest row of the same identity as before."""
        before = identity(self.rows.make(self.cursor) if self.rows.count else Row())
        below_top = self.cursor - self.top
        near = rows.around(self.cursor, _NEAR)
        cursor = next((index for index in near if identity(rows.make(index)) == before), self.cursor)
        self.show(rows, cursor, top=cursor - below_top)

    @property
    def row(self) -> Row:
        """The row of the cursor."""
        return self.rows.make(self.cursor) if self.rows.count else Row()

    def whole(self) -> Iterator[Line]:
        """Every row, also those that are not in view."""
        return (laid_out(self.rows.make(index), self.size.width - 1) for index in range(self.rows.count))

    @property
    def position(self) -> tuple[int, int]:
        """Which of its things the cursor is on, counted from 1, and how many there are; 0 for none."""
        return (self.cursor + 1 if self.rows.count else 0), self.rows.count

    @property
    def counted(self) -> str:
        """What its position counts, where that is to be said: ``step``."""
        return ""

    @property
    def page(self) -> int:
        """Rows on one screen."""
        return max(1, self.content_size.height)

    def render_lines(self, crop: Region) -> list[Strip]:
        self._foot_lines = (None, ())
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = self.row_at(y)
        if index >= self.rows.count:
            self._painted.pop(y, None)
            return line_strip(self, self._beyond(y))
        base, looks = self.visual_style.rich_style, looks_of(self.app)
        here, line = index == self.cursor, self.drawn(y, index, width - 1)
        self._painted[y] = index, here, line
        cursor = Style()
        is_active = self.has_focus or self.is_remote_controlled
        if here and (is_active or self.cursor_always):
            cursor = looks["cursor" if is_active else "cursor-blurred"]
        # a glyph of its own, so that it is seen without colour as well
        edge = Segment("▌" if here and is_active else " ", base + cursor)
        pieces = [Segment(terminal_safe(text), base + looks[look] + cursor) for text, look in line]
        return Strip([edge, *pieces]).adjust_cell_length(width, base + cursor).simplify()

    def row_at(self, y: int) -> int:
        """The index of the row at a line of the screen; beyond the last row, that of none."""
        return self.top + y

    def drawn(self, y: int, index: int, width: int) -> Line:
        """What stands in the line ``y`` of the screen, which shows a row."""
        row = self.rows.make(index)
        return laid_out(row._replace(line=self.search.highlighted(row.line)) if self.highlights_matches else row, width)

    # Searching

    @property
    def matches(self) -> Sequence[int]:
        """The indexes of the rows that hold the searched text."""
        if self._matches is None or self._matches[0] is not self.rows or self._matches[1] != self.search:
            holding = [index for index in range(self.rows.count) if self.search.is_in(self.rows.text(index))]
            self._matches = (self.rows, self.search, holding)
        return self._matches[2]

    @property
    def search_position(self) -> int:
        """The row from which the search for the next match starts."""
        return self.cursor

    def go_to_position(self, position: int) -> None:
        self.cursor = position

    # Below the rows

    def foot(self, width: int) -> Sequence[Line]:
        """Lines for the lower edge, shown where there is room below the rows."""
        return ()

    def in_full(self, line: Line, width: int, others: int = 0) -> list[Line]:
        """For the foot: a line in as many lines as are free, but for some ``others``, or nothing if the row of the
        cursor says it all and has room for it."""
        row = self.row
        at_right = (2 + width_of(row.aside) if row.aside else 0) + (1 + width_of(row.mark) if row.mark else 0)
        shown, whole = (
            "".join(text for text, _ in parts).replace(" ", "") for parts in ((*row.line, *row.aside), line)
        )
        if width_of(row.line) + at_right <= width and whole in shown:
            return []
        room = max(0, self.size.height - self.rows.count - 1 - others)
        lines = list(islice(wrapped(line, width, 2), room + 1))
        return (
            [*lines[: room - 1], fitted((*lines[room - 1], ("…", "muted")), width)]
            if 0 < room < len(lines)
            else lines[:room]
        )

    def _beyond(self, y: int) -> Line:
        """The line at ``y``, below the last row."""
        if not self.rows.count:
            lines = self._empty_lines(self.size.width)
            return lines[y] if y < len(lines) else ()
        state = self.rows, self.cursor, self.size
        if self._foot_lines[0] != state:
            self._foot_lines = state, self.foot(self.size.width - 1)
        foot, height = self._foot_lines[1], self.size.height
        at = y - (height - len(foot))
        return foot[at] if at >= 0 and self.rows.count + 1 + len(foot) <= height else ()

    def _empty_lines(self, width: int) -> list[Line]:
        """The text that stands in for rows."""
        return list(wrapped(((self.empty, "muted"),), width - 2)) if self.empty else []

    # The cursor

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.rows.count - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        self.keep_cursor_in_view()
        self._repaint(before)
        self._repaint(now)
        for y in range(self.rows.count - self.top, self.size.height if self.FOOT else 0):
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
        if place is not None and self.row_at(place.y) < self.rows.count:
            self.cursor = self.row_at(place.y)
            if event.chain == 2:
                self.action_choose()

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * (self.page - 1)

    def action_half_page(self, by: int) -> None:
        self.cursor += by * (self.page // 2)

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = self.rows.count - 1

    def action_choose(self) -> None:
        self.post_message(self.Chosen(self))


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


def width_inside(widget: Widget) -> int:
    """Cells of a line in a widget: those that it has or, while it is not shown, those that it had last."""
    return widget.size.width or max(0, widget.outer_size.width - widget.gutter.width)


def line_strip(widget: Widget, line: Line) -> Strip:
    """A line as a widget draws it: one blank before it, and the rest of the widget's width filled."""
    base, looks = widget.visual_style.rich_style, looks_of(widget.app)
    segments = [Segment(" ", base), *(Segment(terminal_safe(text), base + looks[look]) for text, look in line)]
    return Strip(segments).adjust_cell_length(widget.size.width, base)


def _no_row(index: int) -> Row:
    raise IndexError(index)
