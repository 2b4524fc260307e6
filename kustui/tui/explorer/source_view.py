"""The source pane: the JSON of what is selected, or of its whole file, with its line numbers. It wraps or scrolls
sideways, folds objects and lists, unfolds strings, and lays out only what is in view."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.message import Message

from kustui.text.cells import cells
from kustui.text.styled_lines import Line, width_of
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.widgets.rows import Row, Rows, Target, laid_out
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:  # not before the first paint
    from kustui.check.problems import Problem
    from kustui.definition.collection import Document
    from kustui.tui.explorer.source_rows import FoldedSource

_BLOCK = 4_096
"""Characters after which a line is wrapped anew: what comes before them need not be known."""
_LARGE = 1_000_000
"""Bytes of a file that is not read into lines before somebody sees them."""
_PAUSE, _BLOCKS = 0.02, 32
"""Seconds between, and blocks in, the pieces of the work on a large file."""
_CONTINUED = "╎ "
"""Stands before the continuation of a line, in the place of its number."""


class _ScreenLine(NamedTuple):
    """The characters of a row that stand in one line of the screen."""

    row: int
    start: int
    end: int


class _Part(NamedTuple):
    """What was asked for: a value of a file, and what is wrong in the file."""

    document: Document
    pointer: str
    problems: Sequence[Problem]


class SourceView(RowsView):
    NAME = "3 Source"
    ABOUT = (
        "The JSON of the selection, or of its whole file, with the line numbers of the file and the problems marked in "
        "it. Objects and lists fold; a string with line breaks, escapes or JSON in it unfolds where it stands. What "
        "nobody wrote for reading is laid out anew. Enter goes to the step or workflow that a line belongs to; copying "
        "and editing start at the line of the cursor."
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings("source")

    class Retitled(Message):
        """It shows something else, or in another way."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source: FoldedSource | None = None
        """What it shows; None where there is nothing."""
        self.is_whole = False
        """Whether it shows the whole file."""
        self.is_wrapped = False
        """Whether long lines are wrapped; else they are scrolled sideways."""
        self._left = 0
        """Characters that are scrolled out at the left."""
        self._skipped = 0
        """Characters of the row at the upper edge that are above it, where lines are wrapped."""
        self._column: tuple[int, int] = (-1, 0)
        """The row and the character in it that were brought into view last."""
        self._part: _Part | None = None
        self._is_due = False
        """Whether what was asked for is shown once the pane is seen."""
        self._work: Iterator[object] = iter(())
        """What is yet to be counted of a large file."""
        self._found: tuple[object, Sequence[int]] = (None, ())
        """What is searched for in which lines, and where it stands."""
        self._matched: tuple[object, int] = (None, 0)
        """The line that was gone to last in a search, and the match in it."""
        self._screen_lines: tuple[object, list[_ScreenLine]] = (None, [])

    @property
    def title(self) -> str:
        """Its name, with what it shows."""
        if self.source is None:
            return self.NAME
        lines = self.source.lines
        place = "whole file" if self.is_whole else f"from line {lines.number(0):,}"
        ways = (" laid out anew" if lines.is_laid_out else "", " wrapped" if self.is_wrapped else "")
        return f"{self.NAME} {place}{','.join(('', *filter(None, ways)))}"

    @property
    def _wraps(self) -> bool:
        return self.is_wrapped and self.source is not None

    # What is shown

    def show_part(
        self, document: Document, pointer: str, problems: Sequence[Problem], offset: int | None, *, again: bool
    ) -> None:
        """Show a value of a file, the cursor on a byte of the file or on the beginning of the value; where it is shown
        ``again``, the place in it is kept."""
        self._part = _Part(document, pointer, problems)
        self._is_due = not self.size.height and len(document.source.data) > _LARGE
        if not self._is_due:
            self._show_part(offset, again=again)

    def on_show(self) -> None:
        if self._is_due:
            self._is_due = False
            self._show_part(None, again=False)
            self.post_message(self.Retitled())

    def clear(self) -> None:
        """Show nothing."""
        self.source = self._part = None
        self.show(Rows.of(()))

    def _show_part(self, offset: int | None, *, again: bool) -> None:
        from kustui.tui.explorer.source_lines import SourceLines
        from kustui.tui.explorer.source_rows import FoldedSource, ProblemPlaces

        if self._part is None:
            return
        document, pointer, problems = self._part
        if not document.source.data.strip():
            self.source = None
            self.show(Rows.of([Row((("the file is empty", "muted"),))]))
            return
        before, shown = self.source, "" if self.is_whole else pointer
        places = ProblemPlaces(document, problems)
        if before is not None and before.lines.shows(document, shown):
            source = replace(before, problems=places)
        else:
            source = FoldedSource(SourceLines(document, shown), places)
            if again and before is not None:
                source = source.with_folds_of(before)
            self._prepare(source.lines.prepare())
        self.source = source
        if again and offset is None:
            self.update_rows(_rows_of(source), lambda row: row.line[1:])  # the number of a line may be another
            return
        if not again and not self.is_whole:
            self._left = 0
        if offset is None:
            offset = document.spot(pointer).begin if self.is_whole and pointer else None
        self._go_to(source.lines.line_of(offset) if offset is not None else 0, middle=offset is not None)
        if offset is not None:
            self._show_column(source.lines.column_of(offset))

    def _prepare(self, work: Iterator[object]) -> None:
        """Do some of the work of a large file whenever nothing else is to be done."""
        self._work = work
        if next(work, self) is not self:
            self.set_timer(_PAUSE, self._go_on)

    def _go_on(self) -> None:
        if next(islice(self._work, _BLOCKS, None), self) is not self:
            self.set_timer(_PAUSE, self._go_on)

    @property
    def row(self) -> Row:
        """The row of the cursor, with the value that begins there."""
        row = super().row
        if self.source is None:
            return row
        lines, offset = self.source.lines, self.source.lines.begin(self._line)
        return row._replace(target=Target(lines.document, lines.pointer_at(self._line), offset))

    @property
    def problem(self) -> Problem | None:
        """The worst that is wrong in the line of the cursor."""
        marks = self.source.marks(self._line) if self.source is not None else ()
        return marks[0].problem if marks else None

    @property
    def _line(self) -> int:
        """The line of the cursor."""
        return self.source.place(self.cursor)[0] if self.source is not None else 0

    def _change(self, source: FoldedSource, line: int) -> None:
        """Fold or unfold something: the cursor on a line, where on the screen it was; what a string says in view."""
        below_top = self.cursor - self.top
        self.source = source
        row = source.row_of(line)
        below = len(source.strings[line].rows) if line in source.strings else 0
        self.show(_rows_of(self.source), row, top=max(row - below_top, min(row, row + below - self.page + 1)))
        self.post_message(self.Moved(self))

    def _go_to(self, line: int, *, middle: bool = False) -> None:
        """Put the cursor on a line, unfolding what hides it."""
        assert self.source is not None
        self.source = self.source.revealed(line)
        row = self.source.row_of(line)
        self.show(_rows_of(self.source), row, top=max(0, row - self.page // 2) if middle else self.top)
        self.post_message(self.Moved(self))

    # Searching: the places are those in the text, so that what is folded is searched as well

    @property
    def matches(self) -> Sequence[int]:
        if self.source is None:
            return ()
        key = (self.source.lines, self.search)
        if self._found[0] != key:
            self._found = (key, self.source.matches(self.search, self._line))
        return self._found[1]

    @property
    def search_position(self) -> int:
        """The match in the line of the cursor: in a long line the one that was gone to, else the first."""
        if self.source is None:
            return 0
        line, lines = self._line, self.source.lines
        if self._matched[0] == (lines, line):
            return self._matched[1]
        before = lines.match_before(line)
        match = next(iter(self._found[1][bisect_left(self._found[1], before) :]), before)
        return match if lines.match_place(match)[0] == line else before

    def go_to_position(self, position: int) -> None:
        if self.source is None:
            return
        line, column = self.source.lines.match_place(position)
        if not self.source.is_hidden(line):
            self.cursor = self.source.row_of(line)
        else:
            self._go_to(line)
        self._matched = ((self.source.lines, line), position)
        if self.highlights_matches:
            self._show_column(column)

    # Drawing

    def row_at(self, y: int) -> int:
        if not self._wraps:
            return super().row_at(y)
        lines = self._on_screen()
        return lines[y].row if y < len(lines) else self.rows.count

    def drawn(self, y: int, index: int, width: int) -> Line:
        if self.source is None:
            return super().drawn(y, index, width)
        number, sign = self.source.number(index), self.source.sign(index)
        search = self.search if self.highlights_matches else None
        if not self._wraps:
            cut: Line = (("…", "muted"),) if self._left and self._left < self.source.length(index) else ()
            start = self._left + len(cut)
            pieces = self.source.part(index, start, start + width, search)
            return laid_out(Row((number, *cut, *pieces), mark=sign), width)
        _, start, end = self._on_screen()[y]
        pieces = self.source.part(index, start, end, search)
        if start:
            blank = " " * (width_of((number,)) - len(_CONTINUED))
            margin = " " * self._indent(index)
            return laid_out(Row(((blank + _CONTINUED, "muted"), (margin, ""), *pieces)), width)
        return laid_out(Row((number, *pieces), mark=sign), width)

    # Wrapped lines

    def _room(self, index: int) -> int:
        """Cells for the text of a row, beside the cursor, the number and what stands at the right edge."""
        assert self.source is not None
        sign = width_of(self.source.sign(index))
        return max(8, self.size.width - 1 - width_of((self.source.number(index),)) - (sign + 1 if sign else 0))

    def _indent(self, index: int) -> int:
        """Cells by which the continuation of a row is indented."""
        assert self.source is not None
        return min(self.source.indent(index) + 2, self._room(index) // 2)

    def _lines_from(self, index: int, start: int = 0) -> Iterator[_ScreenLine]:
        """The lines that a row takes on the screen, from one of them on."""
        assert self.source is not None
        text, room, indent = self.source.text(index), self._room(index), self._indent(index)
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
                start = self.source.length(index) if self.source is not None else 0
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
        return index < last.row or (
            index == last.row and self.source is not None and last.end >= self.source.length(index)
        )

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

    def action_down(self) -> None:
        if self._wraps and not self._ends_in_view(self.cursor):
            self._scroll_by(1)
        else:
            super().action_down()

    def action_up(self) -> None:
        if self._wraps and self.cursor == self.top and self._skipped:
            self._scroll_by(-1)
        else:
            super().action_up()

    def action_first(self) -> None:
        super().action_first()
        if self._wraps:
            self._put_at_top(0, 0)

    def action_last(self) -> None:
        super().action_last()
        if self._wraps:
            self.action_line_end()

    def action_page_down(self) -> None:
        self._turn(self.page - 1) if self._wraps else super().action_page_down()

    def action_page_up(self) -> None:
        self._turn(1 - self.page) if self._wraps else super().action_page_up()

    def action_half_down(self) -> None:
        self._turn(self.page // 2) if self._wraps else super().action_half_down()

    def action_half_up(self) -> None:
        self._turn(-(self.page // 2)) if self._wraps else super().action_half_up()

    def on_mouse_scroll_down(self) -> None:
        self._scroll_by(3) if self._wraps else self._scroll(self.top + 3)

    def on_mouse_scroll_up(self) -> None:
        self._scroll_by(-3) if self._wraps else self._scroll(self.top - 3)

    def on_resize(self, event: events.Resize) -> None:
        self._skipped = 0  # it is wrapped elsewhere
        super().on_resize(event)
        if self._column[0] == self.cursor:
            self._show_column(self._column[1])

    def action_wrap(self) -> None:
        self.is_wrapped = not self.is_wrapped
        self._left = self._skipped = 0
        self.keep_cursor_in_view()
        self.refresh()
        self.post_message(self.Retitled())

    # Sideways

    def _show_column(self, column: int) -> None:
        """Bring a character of the cursor's row into view, now and when there is another room for it."""
        self._column = self.cursor, column
        if self.source is None or not self.size.width:
            return
        room = self._room(self.cursor)
        if self._wraps:
            lines = self._lines_from(self.cursor, column // _BLOCK * _BLOCK)
            start = next(line.start for line in lines if line.end > column or line.end >= self.source.length(line.row))
            if start and _ScreenLine(self.cursor, start, 0)[:2] not in [line[:2] for line in self._on_screen()]:
                self._put_at_top(self.cursor, start)
        elif not self._left <= column < self._left + room - 2:
            self._to_column(max(0, column - room // 2) if column >= room - 2 else 0)
            self._column = self.cursor, column

    def _to_column(self, column: int) -> None:
        self._column = -1, 0
        if column != self._left:
            self._left = column
            self.refresh()

    def _longest(self) -> int:
        """Characters of the longest row in view."""
        rows = range(self.top, min(self.rows.count, self.top + self.page))
        return max((self.source.length(row) for row in rows), default=0) if self.source is not None else 0

    def action_scroll_right(self) -> None:
        if self.source is not None and not self._wraps:
            room = self._room(self.cursor)
            self._to_column(max(self._left, min(self._left + room // 2, self._longest() - room + 2)))

    def action_scroll_left(self) -> None:
        if self.source is not None:
            self._to_column(max(0, self._left - self._room(self.cursor) // 2))

    def action_line_start(self) -> None:
        self._to_column(0)
        if self._wraps and self.top == self.cursor:
            self._put_at_top(self.cursor, 0)

    def action_line_end(self) -> None:
        if self.source is not None:
            self._show_column(max(0, self.source.length(self.cursor) - 1))

    # Folding

    def action_fold(self) -> None:
        """Fold or unfold what begins or ends in the line, or its string."""
        if self.source is None:
            return
        line, inner = self.source.place(self.cursor)
        if not inner and line in self.source.folds:
            self._change(self.source.unfolded(line), line)
        elif not inner and (folded := self.source.folded(line)) is not self.source:
            self._change(folded, line)
        elif (changed := self.source.with_string(line)) is not self.source:
            self._change(changed, line)
        elif self.source.lines.is_closing(line) and (holder := self.source.lines.holder(line)) is not None:
            self._change(self.source.folded(holder), holder)

    def action_close(self) -> None:
        """Fold what begins in the line, or go to what holds it."""
        if self.source is None:
            return
        line, inner = self.source.place(self.cursor)
        if inner or line in self.source.strings:
            self._change(self.source.with_string(line), line)
        elif line not in self.source.folds and (folded := self.source.folded(line)) is not self.source:
            self._change(folded, line)
        elif (holder := self.source.lines.holder(line)) is not None:
            self._go_to(holder)

    def action_open(self) -> None:
        """Unfold what is folded in the line, or go into what begins there."""
        if self.source is None:
            return
        line, inner = self.source.place(self.cursor)
        if not inner and line in self.source.folds:
            self._change(self.source.unfolded(line), line)
        elif inner or line in self.source.strings or self.source.lines.opens(line):
            self.action_down()
        elif (changed := self.source.with_string(line)) is not self.source:
            self._change(changed, line)

    def action_fold_all(self) -> None:
        if self.source is not None:
            line = self._line
            holder = self.source.lines.holder(line) if self.source.lines.is_closing(line) else None
            line = line if holder is None else holder
            self._change(self.source.with_siblings_folded(line), line)

    def action_unfold_all(self) -> None:
        if self.source is not None:
            self._change(self.source.with_siblings_unfolded(self._line), self._line)

    def action_next_sibling(self) -> None:
        if self.source is not None and (line := self.source.lines.sibling(self._line, 1)) is not None:
            self._go_to(line)

    def action_previous_sibling(self) -> None:
        if self.source is not None and (line := self.source.lines.sibling(self._line, -1)) is not None:
            self._go_to(line)

    def action_whole(self) -> None:
        """Show the whole file, or what is selected again, with the cursor where it is in the file."""
        if self._part is None:
            return
        offset = self.source.lines.begin(self._line) if self.source is not None else None
        self.is_whole = not self.is_whole
        self._show_part(offset, again=False)
        self.post_message(self.Retitled())


def _rows_of(source: FoldedSource) -> Rows:
    def row(index: int) -> Row:
        return Row((source.number(index), *source.pieces(index)), mark=source.sign(index))

    return Rows(source.count, row)


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
