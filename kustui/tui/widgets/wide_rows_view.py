"""Rows that may be wider than the screen: they are scrolled sideways, or wrapped, and only what is in view is laid out,
however long a row is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, Protocol

from textual import events
from textual.message import Message

from kustui.text.cells import cells
from kustui.text.styled_lines import Line, Piece, TextSearch, width_of
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.widgets.rows import Row, laid_out
from kustui.tui.widgets.rows_view import RowsView

_BLOCK = 4_096
"""Characters after which a line is wrapped anew: what comes before them need not be known."""
_CONTINUED = "╎ "
"""Stands before the continuation of a line, in the place of its number."""


class WideRows(Protocol):
    """Rows of any length, of which parts are made."""

    def text(self, row: int) -> str: ...

    def length(self, row: int) -> int:
        """Characters of a row."""

    def indent(self, row: int) -> int:
        """Blanks that a row begins with."""

    def number(self, row: int) -> Piece:
        """What stands before a row, scrolled or not."""

    def sign(self, row: int) -> Line:
        """What stands at the right edge."""

    def part(self, row: int, start: int, end: int, search: TextSearch | None) -> Line:
        """Some characters of a row, with what is searched for highlighted in them."""


class _ScreenLine(NamedTuple):
    """The characters of a row that stand in one line of the screen."""

    row: int
    start: int
    end: int


class WideRowsView(RowsView):
    """Rows with a cursor that wrap, or scroll sideways."""

    class Retitled(Message):
        """It shows something else, or in another way."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.is_wrapped = False
        """Whether long lines are wrapped; else they are scrolled sideways."""
        self._left = 0
        """Characters that are scrolled out at the left."""
        self._skipped = 0
        """Characters of the row at the upper edge that are above it, where lines are wrapped."""
        self._column: tuple[int, int] = (-1, 0)
        """The row and the character in it that were brought into view last."""
        self._screen_lines: tuple[object, list[_ScreenLine]] = (None, [])

    @property
    def wide(self) -> WideRows | None:
        """Its rows; None where there are none that are wide."""
        raise NotImplementedError

    @property
    def _wraps(self) -> bool:
        return self.is_wrapped and self.wide is not None

    # Drawing

    def row_at(self, y: int) -> int:
        if not self._wraps:
            return super().row_at(y)
        lines = self._on_screen()
        return lines[y].row if y < len(lines) else self.rows.count

    def drawn(self, y: int, index: int, width: int) -> Line:
        if self.wide is None:
            return super().drawn(y, index, width)
        number, sign = self.wide.number(index), self.wide.sign(index)
        search = self.search if self.highlights_matches else None
        if not self._wraps:
            left = self._left_of(index)
            cut: Line = (("…", "muted"),) if left else ()
            start = left + len(cut)
            pieces = self.wide.part(index, start, start + width, search)
            return laid_out(Row((number, *cut, *pieces), mark=sign), width)
        _, start, end = self._on_screen()[y]
        pieces = self.wide.part(index, start, end, search)
        if start:
            blank = " " * (width_of((number,)) - len(_CONTINUED))
            margin = " " * self._indent(index)
            return laid_out(Row(((blank + _CONTINUED, "muted"), (margin, ""), *pieces)), width)
        return laid_out(Row((number, *pieces), mark=sign), width)

    # Wrapped lines

    def _room(self, index: int) -> int:
        """Cells for the text of a row, beside the cursor, the number and what stands at the right edge."""
        assert self.wide is not None
        sign = width_of(self.wide.sign(index))
        return max(8, self.size.width - 1 - width_of((self.wide.number(index),)) - (sign + 1 if sign else 0))

    def _indent(self, index: int) -> int:
        """Cells by which the continuation of a row is indented."""
        assert self.wide is not None
        return min(self.wide.indent(index) + 2, self._room(index) // 2)

    def _lines_from(self, index: int, start: int = 0) -> Iterator[_ScreenLine]:
        """The lines that a row takes on the screen, from one of them on."""
        assert self.wide is not None
        text, room, indent = self.wide.text(index), self._room(index), self._indent(index)
        while True:
            end = _line_end(text, start, room - indent if start else room)
            yield _ScreenLine(index, start, end)
            if end >= len(text):
                return
            start = end

    def _all_from(self, index: int, start: int) -> Iterator[_ScreenLine]:
        for row in range(index, self.rows.count):
            yield from self._lines_from(row, start if row == index else 0)

    def _all_before(self, index: int, start: int) -> Iterator[_ScreenLine]:
        """The lines above one, from the nearest on."""
        while True:
            if not start:
                index -= 1
                if index < 0:
                    return
                start = self.wide.length(index) if self.wide is not None else 0
            block = max(0, start - 1) // _BLOCK * _BLOCK
            yield from reversed(list(self._lines_until(index, block, start)))
            start = block

    def _lines_until(self, index: int, block: int, end: int) -> Iterator[_ScreenLine]:
        for line in self._lines_from(index, block):
            yield line
            if line.end >= end:
                return

    def _on_screen(self) -> list[_ScreenLine]:
        key = (self.rows, self.top, self._skipped, self.size)
        if self._screen_lines[0] != key:
            lines = list(islice(self._all_from(self.top, self._skipped), max(1, self.size.height)))
            self._screen_lines = (key, lines)
        return self._screen_lines[1]

    def _put_at_top(self, index: int, start: int) -> None:
        if (index, start) != (self.top, self._skipped):
            self.top, self._skipped = index, start
            self.refresh()

    def keep_cursor_in_view(self) -> None:
        if not self._wraps or not self.size.height:
            super().keep_cursor_in_view()
            return
        lines = self._on_screen()
        if self.cursor < self.top or not lines:
            self._put_at_top(self.cursor, 0)
        elif self.cursor != self.top and not self._ends_in_view(self.cursor):
            own = len(list(islice(self._lines_from(self.cursor), self.page)))
            above = list(islice(self._all_before(self.cursor, 0), self.page - own))
            self._put_at_top(*(above[-1][:2] if above else (self.cursor, 0)))

    def _ends_in_view(self, index: int) -> bool:
        last = self._on_screen()[-1]
        return index < last.row or (index == last.row and self.wide is not None and last.end >= self.wide.length(index))

    def _scroll(self, top: int) -> None:
        if self._wraps:
            self._put_at_top(max(0, min(top, self.rows.count - 1)), 0 if top != self.top else self._skipped)
        else:
            super()._scroll(top)

    def _scroll_by(self, count: int) -> bool:
        """Scroll by so many lines of the screen; whether there were any."""
        before = self.top, self._skipped
        if count > 0:
            ahead = list(islice(self._all_from(*before), count + self.page))
            self._put_at_top(*ahead[max(0, len(ahead) - self.page)][:2])
        else:
            behind = list(islice(self._all_before(*before), -count))
            if behind:
                self._put_at_top(*behind[-1][:2])
        return (self.top, self._skipped) != before

    def _turn(self, count: int) -> None:
        """Scroll by so many lines of the screen, the cursor in view."""
        if not self._scroll_by(count):
            self.cursor = self.rows.count - 1 if count > 0 else 0
        else:
            self.cursor = self.top

    def _repaint(self, index: int) -> None:
        if self._wraps:
            self.refresh()
        else:
            super()._repaint(index)

    def action_move(self, by: int) -> None:
        if self._wraps and self._is_cut(by):
            self._scroll_by(by)
        else:
            super().action_move(by)

    def _is_cut(self, by: int) -> bool:
        """Whether some of the cursor's row is out of view, in the direction of a move."""
        return not self._ends_in_view(self.cursor) if by > 0 else self.cursor == self.top and self._skipped > 0

    def action_first(self) -> None:
        super().action_first()
        if self._wraps:
            self._put_at_top(0, 0)

    def action_last(self) -> None:
        super().action_last()
        if self._wraps:
            self.action_line_end()

    def action_page(self, by: int) -> None:
        self._turn(by * (self.page - 1)) if self._wraps else super().action_page(by)

    def action_half_page(self, by: int) -> None:
        self._turn(by * (self.page // 2)) if self._wraps else super().action_half_page(by)

    def on_mouse_scroll_down(self) -> None:
        self._scroll_by(3) if self._wraps else self._scroll(self.top + 3)

    def on_mouse_scroll_up(self) -> None:
        self._scroll_by(-3) if self._wraps else self._scroll(self.top - 3)

    def on_resize(self, event: events.Resize) -> None:
        self._skipped = 0  # it is wrapped elsewhere
        super().on_resize(event)
        if self._column[0] == self.cursor:
            self.show_column(self._column[1])

    def action_wrap(self) -> None:
        self.is_wrapped = not self.is_wrapped
        self._left = self._skipped = 0
        self.keep_cursor_in_view()
        self.refresh()
        self.post_message(self.Retitled())

    # Sideways

    def show_column(self, column: int) -> None:
        """Bring a character of the cursor's row into view, now and when there is another room for it."""
        self._column = self.cursor, column
        if self.wide is None or not self.size.width:
            return
        room = self._room(self.cursor)
        if self._wraps:
            lines = self._lines_from(self.cursor, column // _BLOCK * _BLOCK)
            start = next(line.start for line in lines if line.end > column or line.end >= self.wide.length(line.row))
            if start and _ScreenLine(self.cursor, start, 0)[:2] not in [line[:2] for line in self._on_screen()]:
                self._put_at_top(self.cursor, start)
        elif not (left := self._left_of(self.cursor)) <= column < left + room - 2:
            self._to_column(max(0, column - room // 2) if column >= room - 2 else 0)
            self._column = self.cursor, column

    def _left_of(self, index: int) -> int:
        """Characters of a row that are scrolled out at the left: none where all of it has room, and never all."""
        if not self._left or self.wide is None:
            return 0
        length, room = self.wide.length(index), self._room(index)
        if length > _BLOCK:  # too long to be measured for every line that is drawn
            return min(self._left, length - 1)
        text = self.wide.text(index)
        if width_of(((text, ""),)) <= room:
            return 0
        return max(0, min(self._left, length - room + 2 if text.isascii() else length - 1))

    def _to_column(self, column: int) -> None:
        self._column = -1, 0
        if column != self._left:
            self._left = column
            self.refresh()

    def _longest(self) -> int:
        """Characters of the longest row in view."""
        rows = range(self.top, min(self.rows.count, self.top + self.page))
        return max((self.wide.length(row) for row in rows), default=0) if self.wide is not None else 0

    def action_scroll_right(self) -> None:
        if self.wide is not None and not self._wraps:
            room = self._room(self.cursor)
            self._to_column(max(self._left, min(self._left + room // 2, self._longest() - room + 2)))

    def action_scroll_left(self) -> None:
        if self.wide is not None:
            self._to_column(max(0, self._left - self._room(self.cursor) // 2))

    def action_line_start(self) -> None:
        self._to_column(0)
        if self._wraps and self.top == self.cursor:
            self._put_at_top(self.cursor, 0)

    def action_line_end(self) -> None:
        if self.wide is not None:
            self.show_column(max(0, self.wide.length(self.cursor) - 1))


def _line_end(text: str, start: int, room: int) -> int:
    """Where a line of the screen ends that begins at a character and takes at most so many cells: behind a blank, if
    there is one near the edge."""
    limit = min(len(text), (start // _BLOCK + 1) * _BLOCK)
    part = text[start : min(start + room, limit)]
    end = start + len(part)
    if not (part.isascii() and part.isprintable()):
        used, end = 0, start
        for character in part:
            used += cells(terminal_safe(character))
            if used > room and end > start:
                break
            end += 1
    if end < limit and text[end] != " " and (blank := text.rfind(" ", start + room // 2, end)) >= 0:
        end = blank + 1
    return end
