"""The source pane: the JSON of what is selected, or of its whole file, with its line numbers. It wraps or scrolls
sideways, folds objects and lists, unfolds strings, and lays out only what is in view."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from msgspec.structs import replace
from textual.binding import BindingType

from kustui.check.problems import Problem
from kustui.definition.collection import Document
from kustui.tui.bindings import bindings
from kustui.tui.widgets.rows import Row, Rows, Target
from kustui.tui.widgets.wide_rows_view import WideRowsView

if TYPE_CHECKING:  # not before the first paint
    from kustui.tui.explorer.source_rows import FoldedSource

_LARGE = 1_000_000
"""Bytes of a file that is not read into lines before somebody sees them."""
_PAUSE, _BLOCKS = 0.02, 32
"""Seconds between, and blocks in, the pieces of the work on a large file."""


class _Part(NamedTuple):
    """What was asked for: a value of a file, and what is wrong in the file."""

    document: Document
    pointer: str
    problems: Sequence[Problem]


class SourceView(WideRowsView):
    NAME = "3 Source"
    ABOUT = (
        "The JSON of the selection, or of its whole file, with the line numbers of the file and the problems marked in "
        "it. Objects and lists fold; a string with line breaks, escapes or JSON in it unfolds where it stands. What "
        "nobody wrote for reading is laid out anew. Enter goes to the step or workflow that a line belongs to; copying "
        "and editing start at the line of the cursor."
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings("source")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source: FoldedSource | None = None
        """What it shows; None where there is nothing."""
        self.is_whole = False
        """Whether it shows the whole file."""
        self._part: _Part | None = None
        self._is_due = False
        """Whether what was asked for is shown once the pane is seen."""
        self._work: Iterator[object] = iter(())
        """What is yet to be counted of a large file."""
        self._found: tuple[object, Sequence[int]] = (None, ())
        """What is searched for in which lines, and where it stands."""
        self._matched: tuple[object, int] = (None, 0)
        """The line that was gone to last in a search, and the match in it."""

    @property
    def title(self) -> str:
        """Its name, with what it shows."""
        if self.source is None:
            return self.NAME
        lines = self.source.lines
        place = "whole file" if self.is_whole else f"from line {lines.number(0)}"
        ways = (" laid out anew" if lines.is_laid_out else "", " wrapped" if self.is_wrapped else "")
        return f"{self.NAME} {place}{','.join(('', *filter(None, ways)))}"

    @property
    def wide(self) -> FoldedSource | None:
        return self.source

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
        if self._part is None:
            return
        document, pointer, _ = self._part
        if not document.source.data.strip():
            self.source = None
            what = "contains only whitespace" if document.source.data else "is empty"
            self.show(Rows.of([Row(((f"the file {what}", "muted"),))]))
            return
        source = self.source = self._read(self._part, again=again)
        if again and offset is None:
            self.update_rows(_rows_of(source), lambda row: row.line[1:])  # the number of a line may be another
            return
        if not again and not self.is_whole:
            self.action_line_start()
        if offset is None and self.is_whole and pointer:
            offset = document.spot(pointer).begin
        if offset is None:
            self._go_to(0)
        else:
            self._go_to(source.lines.line_of(offset), middle=True)
            self.show_column(source.lines.column_of(offset))

    def _read(self, part: _Part, *, again: bool) -> FoldedSource:
        """What is to be shown, folded as it was."""
        from kustui.tui.explorer.source_lines import SourceLines
        from kustui.tui.explorer.source_rows import FoldedSource, ProblemPlaces

        before, shown = self.source, "" if self.is_whole else part.pointer
        places = ProblemPlaces(part.document, part.problems)
        if before is not None and before.lines.shows(part.document, shown):
            return replace(before, problems=places)
        source = FoldedSource(SourceLines(part.document, shown), places)
        self._prepare(source.lines.prepare())
        return source.with_folds_of(before) if again and before is not None else source

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
            self.show_column(column)

    # Folding

    def action_fold(self) -> None:
        """Fold or unfold what begins or ends in the line, or its strings one after the other."""
        if self.source is None:
            return
        line, inner = self.source.place(self.cursor)
        if not inner and line in self.source.folds:
            self._change(self.source.unfolded(line), line)
        elif not inner and (folded := self.source.folded(line)) is not self.source:
            self._change(folded, line)
        elif (changed := self.source.with_next_string(line)) is not self.source:
            self._change(changed, line)
        elif self.source.lines.is_closing(line) and (holder := self.source.lines.holder(line)) is not None:
            self._change(self.source.folded(holder), holder)

    def action_close(self) -> None:
        """Fold what begins in the line, or go to what holds it."""
        if self.source is None:
            return
        line, inner = self.source.place(self.cursor)
        if inner or line in self.source.strings:
            self._change(self.source.without_string(line), line)
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
            self.action_move(1)
        elif (changed := self.source.with_next_string(line)) is not self.source:
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

    def action_sibling(self, by: int) -> None:
        if self.source is not None and (line := self.source.lines.sibling(self._line, by)) is not None:
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
