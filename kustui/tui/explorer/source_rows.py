"""What the source pane draws: the lines of a file with what is folded, with strings that are unfolded, and with what is
wrong marked in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.check.problems import Problem, worst_first
from kustui.definition.collection import Document, Entry
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.groups import grouped
from kustui.text.styled_lines import Line, Piece, Span, TextSearch
from kustui.tui.explorer.json_layout import TOKEN, UnfoldedString, unfolded_string
from kustui.tui.explorer.json_search import matched
from kustui.tui.explorer.source_lines import SourceLines

MAX_STYLED = 20_000
"""Characters of a line that are coloured; of a longer one, and of all of it, only what is in view is made at all."""
_MAX_MATCHES = 20_000
"""Matches that are listed."""
_MAX_KEPT = 200
"""Folds that are kept over a reload."""
_MAX_FOLDED = 5_000
"""Objects and lists that are folded at once."""


class Mark(NamedTuple):
    """Characters of a line that are wrong."""

    start: int
    end: int
    problem: Problem


class ProblemPlaces:
    """The problems of a file by where they are. Only where one looks, the workflow is asked for the places in it."""

    def __init__(self, document: Document, problems: Sequence[Problem]) -> None:
        self._document = document
        self._by_entry = grouped((problem.entry, problem) for problem in problems if problem.document is document)
        self._sorted: dict[Entry | None, tuple[list[int], list[Problem]]] = {}

    @property
    def is_empty(self) -> bool:
        return not self._by_entry

    def between(self, start: int, end: int) -> Iterator[Problem]:
        """The problems that begin between two bytes."""
        entries = self._document.entries_between(start, end)
        for entry in (None, *entries):
            if entry not in self._by_entry:
                continue
            if entry is not None and start <= entry.item.extent.start and entry.item.extent.end <= end:
                yield from self._by_entry[entry]
                continue
            places, problems = self._in_order(entry)
            yield from problems[bisect_left(places, start) : bisect_left(places, end)]

    def _in_order(self, entry: Entry | None) -> tuple[list[int], list[Problem]]:
        if entry not in self._sorted:
            pairs = sorted(((problem.where().start, problem) for problem in self._by_entry[entry]), key=lambda p: p[0])
            self._sorted[entry] = [start for start, _ in pairs], [problem for _, problem in pairs]
        return self._sorted[entry]


class _Stretch(Struct, frozen=True):
    """Rows that follow each other: lines of the file, or those of the string that a line holds."""

    row: int
    line: int
    is_string: bool = False


class FoldedSource(Struct, frozen=True, eq=False, dict=True):
    """The rows of a source, some of its objects and lists folded and some of its strings unfolded."""

    lines: SourceLines
    problems: ProblemPlaces
    folds: Mapping[int, int] = field(default_factory=dict)
    """Where something that is folded begins, and the line in which it ends."""
    strings: Mapping[int, UnfoldedString] = field(default_factory=dict)
    """The lines with a string that is unfolded."""

    @cached_property
    def _marks(self) -> dict[int, Sequence[Mark]]:
        """What is wrong in the lines that were looked at."""
        return {}

    # Which rows there are

    @cached_property
    def _stretches(self) -> tuple[list[_Stretch], int]:
        stretches, row, line = [_Stretch(0, 0)], 0, 0
        for index in sorted({*self.folds, *self.strings}):
            if index < line:
                continue  # inside of what is folded
            row += index + 1 - line
            if index in self.folds:
                line = self.folds[index] + 1
            else:
                stretches.append(_Stretch(row, index, is_string=True))
                row, line = row + len(self.strings[index].rows), index + 1
            stretches.append(_Stretch(row, line))
        return stretches, row + max(0, self.lines.count - line)

    @property
    def count(self) -> int:
        return self._stretches[1]

    def place(self, row: int) -> tuple[int, int]:
        """The line that a row shows, and 0, or which row of its unfolded string it is, counted from 1."""
        stretches = self._stretches[0]
        stretch = stretches[bisect_right(stretches, row, key=lambda stretch: stretch.row) - 1]
        if stretch.is_string:
            return stretch.line, row - stretch.row + 1
        return stretch.line + row - stretch.row, 0

    def row_of(self, line: int) -> int:
        """The row of a line, or that of what is folded and holds it."""
        stretches = self._stretches[0]
        index = bisect_right(stretches, line, key=lambda stretch: stretch.line + stretch.is_string) - 1
        row = stretches[index].row + line - stretches[index].line
        return min(row, stretches[index + 1].row - 1) if index + 1 < len(stretches) else row

    def is_hidden(self, line: int) -> bool:
        """Whether it is in something that is folded."""
        return any(first < line <= last for first, last in self.folds.items())

    # Folding

    def folded(self, line: int) -> FoldedSource:
        """With what begins in a line folded, where something does."""
        end = self.lines.end(line) if self.lines.opens(line) else None
        return replace(self, folds={**self.folds, line: end}) if end is not None else self

    def unfolded(self, line: int) -> FoldedSource:
        """With what is folded in a line unfolded."""
        return replace(self, folds={first: last for first, last in self.folds.items() if first != line})

    def revealed(self, line: int) -> FoldedSource:
        """With everything unfolded that hides a line."""
        if not self.is_hidden(line):
            return self
        return replace(self, folds={first: last for first, last in self.folds.items() if not first < line <= last})

    def with_folds_of(self, earlier: FoldedSource) -> FoldedSource:
        """With the same folded and unfolded as in an earlier reading of the file."""
        source = self
        for lines in (earlier.folds, earlier.strings):
            for line in islice(lines, _MAX_KEPT):
                pointer = earlier.lines.pointer_at(line)
                now = self.lines.line_of(self.lines.document.spot(pointer).begin)
                if self.lines.pointer_at(now) != pointer:
                    continue
                if lines is earlier.folds:
                    source = source.folded(now)
                else:
                    for _ in range(earlier.strings[line].before + 1):
                        source = source.with_next_string(now)
        return source

    def with_siblings_folded(self, line: int) -> FoldedSource:
        """With what begins in a line folded, and everything beside it."""
        holder = self.lines.holder(line)
        folds = self.lines.openings(0 if holder is None else holder + 1, _MAX_FOLDED)
        return replace(self, folds={**self.folds, **folds})

    def with_siblings_unfolded(self, line: int) -> FoldedSource:
        """With everything unfolded that is beside what a line holds, or in it."""
        holder = self.lines.holder(line)
        first, last = (-1, self.lines.count) if holder is None else (holder, self.lines.end(holder) or holder)
        folds = {start: end for start, end in self.folds.items() if not (first < start and end <= last)}
        return replace(self, folds=folds)

    def with_next_string(self, line: int) -> FoldedSource:
        """With the first string of a line unfolded, or the next in place of the one that is, or none after the last.

        The same where none says more unfolded.
        """
        unfolded = unfolded_string(self.lines.text(line), self.strings.get(line))
        return replace(self, strings={**self.strings, line: unfolded}) if unfolded else self.without_string(line)

    def without_string(self, line: int) -> FoldedSource:
        """With the string of a line folded again."""
        if line not in self.strings:
            return self
        return replace(self, strings={other: string for other, string in self.strings.items() if other != line})

    # What they show

    def text(self, row: int) -> str:
        """What a row says, of any length."""
        line, inner = self.place(row)
        if inner:
            string = self.strings[line]
            return f"{' ' * _indent_of(self.lines.text(line))}  │ {string.rows[inner - 1]}"
        text = self.lines.text(line)
        if line in self.strings:
            string = self.strings[line]
            return f"{text[: string.start]}▾ {string.title}{text[string.end :]}"
        if line in self.folds:
            return self._folded_text(line)
        return text

    def _folded_text(self, line: int) -> str:
        size = self.lines.size_of(line, self.folds[line])
        return f"{self.lines.text(line).rstrip()} {size or '…'} {self.lines.text(self.folds[line]).lstrip()}"

    def length(self, row: int) -> int:
        """Characters of a row."""
        return len(self.text(row))

    def indent(self, row: int) -> int:
        """Blanks that a row begins with."""
        return _indent_of(self.text(row)[:200])

    def part(self, row: int, start: int, end: int, search: TextSearch | None) -> Line:
        """Some characters of a row, coloured, with what is wrong and what is searched for marked in them."""
        if self.length(row) > MAX_STYLED:
            line = self.pieces(row, start, end)
            return matched(line, search) if search is not None else line
        line = self.pieces(row)
        return _cut(matched(line, search) if search is not None else line, start, end)

    def pieces(self, row: int, start: int = 0, end: int = MAX_STYLED) -> Line:
        """Some characters of a row, coloured, and what is wrong marked in them."""
        line, inner = self.place(row)
        text = self.text(row)
        marks = [] if inner or line in self.strings else [(mark.start, mark.end) for mark in self.marks(line)]
        if len(text) > MAX_STYLED:
            part = text[start:end]
            edges = [(max(0, a - start), max(0, b - start)) for a, b in marks]
            return tuple(_marked([(0, len(part), "")], part, edges))
        if inner:
            margin = text.index("│") + 2
            tokens = [(margin, len(text), "string")]
            if self.strings[line].is_json:
                tokens = [(margin + a, margin + b, look) for a, b, look in _tokens(text[margin:])]
            tokens = [(0, margin, "muted"), *tokens]
        elif line in self.strings:
            string = self.strings[line]
            title = string.start + 2 + len(string.title)
            tokens = [*_tokens(text[: string.start]), (string.start, title, "action"), (title, len(text), "muted")]
        elif line in self.folds:
            begin = len(self.lines.text(line).rstrip())
            tokens = [*_tokens(text[:begin]), (begin, len(text), "muted")]
        else:
            tokens = [*_tokens(text)]
        return _cut(_marked(tokens, text, marks), start, end)

    def marks(self, line: int) -> Sequence[Mark]:
        """What is wrong in a line, the worst first."""
        if self.problems.is_empty:
            return ()
        if line not in self._marks:
            self._marks[line] = [self._mark(line, problem) for problem in worst_first(self._problems_in(line, line))]
        return self._marks[line]

    def _problems_in(self, first: int, last: int) -> Iterator[Problem]:
        """The problems of lines that follow each other."""
        if self.lines.is_module:
            yield from (problem for line in range(first, last + 1) for problem in self._by_line.get(line, ()))
            return
        start, end = self.lines.file_extent(first, last)
        # What is missing there is in the line too.
        yield from self.problems.between(start, end + (last + 1 == self.lines.count or not self.lines.is_laid_out))

    @cached_property
    def _by_line(self) -> Mapping[int, Sequence[Problem]]:
        """The problems of a module by the line in which they are, or what they are in is used."""
        return grouped(
            (self.lines.line_of(problem.where().start), problem)
            for problem in self.problems.between(self.lines.extent.start, self.lines.extent.end + 1)
        )

    def _mark(self, line: int, problem: Problem) -> Mark:
        start, end = problem.where()
        first = self.lines.column_of(start)
        # What is missing has no extent of its own: the character in its place is marked.
        last = self.lines.column_of(end - 1) + 1 if end > start and self.lines.line_of(end - 1) == line else 0
        return Mark(first, max(last, first + 1), problem)

    def sign(self, row: int) -> Line:
        """For the right edge: that something is wrong in a row, or in what is folded there."""
        line, inner = self.place(row)
        if inner:
            return ()
        if line not in self.folds:
            return tuple(SEVERITY_GLYPHS[mark.problem.severity] for mark in self.marks(line)[:1])
        if self.problems.is_empty:
            return ()
        inside = [problem.severity for problem in self._problems_in(line, self.folds[line])]
        if not inside:
            return ()
        glyph, look = SEVERITY_GLYPHS[max(inside)]
        return ((f"{len(inside):,} in it ", look), (glyph, look))

    def number(self, row: int) -> Piece:
        """The number of the line in the file, before the first row that was made of it."""
        line, inner = self.place(row)
        width = len(str(self.lines.last_number))
        if inner or (line and self.lines.number(line) == self.lines.number(line - 1)):
            return (" " * (width + 1), "muted")
        sign = self.sign(row)
        return (f"{self.lines.number(line):>{width}} ", sign[-1][1] if sign else "muted")

    # Searching

    def matches(self, search: TextSearch, near: int) -> Sequence[int]:
        """Where a text stands, in ascending order; of very many places, those that follow a line."""
        return self.lines.matches(search, near, _MAX_MATCHES)


def _indent_of(text: str) -> int:
    return len(text) - len(text.lstrip())


# Colours


def _tokens(line: str) -> Iterator[tuple[int, int, str]]:
    for token in TOKEN.finditer(line):
        start, end = token.span()
        text = token.group()
        if token.lastindex is not None:
            key = token.start(token.lastindex)
            yield start, key, "key"
            yield key, end, "muted"
        elif text[0] in "\"'`":
            yield start, end, "action" if text.startswith("/#", 1) or "{{" in text else "string"
        elif text[0].isdigit() or text[0] == "-" or text in ("true", "false", "null"):
            yield start, end, "number"
        else:
            yield start, end, "muted"


def _marked(tokens: Sequence[tuple[int, int, str]], text: str, marks: Sequence[Span]) -> Iterator[Piece]:
    edges = [edge for mark in marks for edge in mark]
    for start, end, look in tokens:
        cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
        for begin, until in pairwise(cuts):
            wrong = any(a <= begin and until <= max(b, a + 1) for a, b in marks)
            yield text[begin:until], "fault" if wrong else look


def _cut(pieces: Iterable[Piece], start: int, end: int) -> Line:
    """The characters of a line between two of its own."""
    line: list[Piece] = []
    at = 0
    for text, look in pieces:
        if at >= end:
            break
        if at + len(text) > start:
            line.append((text[max(0, start - at) : end - at], look))
        at += len(text)
    return tuple(line)
