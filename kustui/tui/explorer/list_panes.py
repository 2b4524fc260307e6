"""The lists below the panes: the problems, what changed on disk, and the uses of something."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from kustui.check.problems import Problem, Related
from kustui.config.severity import Severity
from kustui.definition.folders import common_folder
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.text.messages import holds_words, without_folder
from kustui.text.signs import change_sign
from kustui.text.styled_lines import Line, StyledRow, wrapped
from kustui.tui.bindings import bindings
from kustui.tui.tree.nodes import change_key
from kustui.tui.widgets.rows import NodeKey, Row, Rows, Target
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:  # not before the first paint
    from kustui.definition.collection import Document
    from kustui.workspace.difference import Change, Difference
    from kustui.workspace.snapshot import Snapshot


_LINE_WIDTH = 200
"""Characters to which a long line is cut around its changes."""
_MAX_LINES = 24
"""Lines of one change that are shown."""
_MAX_CHANGES = 200
"""Changes, and problems, that are shown of one save."""
_MAX_SAVES = 20
"""Saves that are kept."""


class ListView(RowsView):
    """Rows that are wrapped as far as there is room below them, the one of the cursor before the others."""

    DEFAULT_CLASSES = "list"

    class Narrowed(RowsView.ViewMessage):
        """Other things are listed."""

    _layout: tuple[object, Sequence[tuple[int, Line | None]]] = (None, ())

    @property
    def title(self) -> str:
        """What it is called now."""
        return self.NAME

    def _screen_lines(self) -> Sequence[tuple[int, Line | None]]:
        """The row of each line of the screen, with what it shows where rows wrap; empty where none does."""
        count, room, width = self.rows.count, self.size.height - self.rows.count, self.size.width - 1
        if room <= 0:
            return ()
        state = self.rows, self.cursor, room, width, self.search, self.highlights_matches
        if self._layout[0] != state:
            wrapped_rows: dict[int, list[Line]] = {}
            for index in sorted(range(count), key=lambda index: index != self.cursor):
                row = self.rows.make(index)
                if StyledRow(row.line, row.aside, row.mark).width <= width:
                    continue
                line = self.search.highlighted(row.line) if self.highlights_matches else row.line
                lines = list(wrapped((*line, ("  ", ""), *row.aside, ("  ", ""), *row.mark), width, 4))
                if len(lines) - 1 <= room:
                    wrapped_rows[index] = lines
                    room -= len(lines) - 1
            lines_of = [(index, line) for index in range(count) for line in wrapped_rows.get(index, (None,))]
            self._layout = state, lines_of if wrapped_rows else ()
        return self._layout[1]

    def row_at(self, y: int) -> int:
        lines = self._screen_lines()
        if not lines:
            return super().row_at(y)
        return lines[y][0] if y < len(lines) else self.rows.count

    def drawn(self, y: int, index: int, width: int) -> Line:
        lines = self._screen_lines()
        return (lines[y][1] if lines else None) or super().drawn(y, index, width)

    def watch_cursor(self, before: int, now: int) -> None:
        super().watch_cursor(before, now)
        if self._screen_lines():
            self.refresh()


class ProblemsView(ListView):
    """The problems that hold every one of its words. Rows are made only while it is shown."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("problems")
    NAME = "4 Problems"
    ABOUT = (
        "All problems, the worst of each workflow first, and new ones since a save above everything. Below a problem "
        "are the other places that belong to it, and at the right it says fix where there is a quick fix. The other "
        "panes show the place of the problem under the cursor; Enter goes there, the key of the pane closes it again."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = ""
        self.severity: Severity | None = None
        """The severity that is shown, where it is only one."""
        self.rule = ""
        """The rule whose problems are shown, where it is only one."""
        self.so_far = ""
        """What the problems are of, until everything is checked."""
        self._problems: tuple[Problem, ...] | None = None
        self._documents: Sequence[Document] = ()
        self._places: Sequence[_Place] = ()
        self._new: frozenset[tuple[str, ...]] = frozenset()
        """The keys of the problems that have come since somebody looked: they are listed first."""

    @property
    def problem(self) -> Problem | None:
        """The problem under the cursor."""
        return self._places[self.cursor][0] if self.cursor < len(self._places) else None

    def take(self, snapshot: Snapshot, new: Iterable[Problem] = ()) -> None:
        """Take the problems of another snapshot; those that are ``new`` stay so until somebody has looked."""
        self._problems, self._documents = snapshot.problems, snapshot.collection.documents
        checked, total = len(snapshot.results), len(snapshot.collection.entries)
        self.so_far = "" if snapshot.is_checked else f"so far, {checked:,} of {total:,} workflows checked"
        keys = {*self._new, *(problem.key for problem in new)}
        self._new = frozenset(keys and keys.intersection(problem.key for problem in self._problems or ()))

    def look_at_all(self) -> None:
        """Nothing is new any more."""
        self._new = frozenset()

    def list_problems(self) -> None:
        """Show those that hold the words, the cursor on the one it was on."""
        if self._problems is None:
            self.empty = "still checking …"
        else:
            kind = "contains these words" if self.words else "is of this kind"
            self.empty = (
                f"no problem {kind}; Esc shows all" if self.is_narrowed else f"no problems {self.so_far}".rstrip()
            )
            self._places = problem_places(self._shown(self._problems), self._new)
            places, new = self._places, self._new
            rows = Rows(len(places), lambda index: _problem_row(*places[index], new=places[index][0].key in new))
            with self.prevent(self.Moved):
                self.update_rows(rows, _row_identity)

    @property
    def is_narrowed(self) -> bool:
        """Whether not all problems are shown."""
        return bool(self.words or self.rule or self.severity is not None)

    def narrow(self, words: str) -> None:
        """Show only those that hold every one of some words."""
        self.words = words
        self.list_problems()

    def show_all(self) -> None:
        self.words, self.rule, self.severity = "", "", None

    def _shown(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        folder = common_folder([document.path for document in self._documents]) if self.words else ""
        for problem in problems:
            other = (self.rule and problem.rule != self.rule) or self.severity not in (None, problem.severity)
            if not other and _matches(problem, self.words, folder):
                yield problem

    def put_cursor_on(self, problem: Problem) -> None:
        """Put the cursor on a problem, if it is listed."""
        index = next((index for index, place in enumerate(self._places) if place == (problem, None)), None)
        if index is not None and self.problem != problem:
            with self.prevent(self.Moved):
                self.cursor = index

    @property
    def first_rows(self) -> Sequence[int]:
        """The rows that a problem begins with, without the places that belong to it."""
        return [index for index, (_, related) in enumerate(self._places) if related is None]

    @property
    def position(self) -> tuple[int, int]:
        rows = self.first_rows
        return bisect_right(rows, self.cursor), len(rows)

    @property
    def title(self) -> str:
        only = [f"{self.severity}s"] if self.severity is not None else []
        only += [self.rule] if self.rule else []
        only += [f"“{self.words}”"] if self.words else []
        title = f"4 Problems, only {', '.join(only)}" if only else "4 Problems"
        return f"{title}   {self.so_far}" if self.so_far else title

    def action_next_severity(self) -> None:
        """Show only errors, then only warnings, then only infos, then all again."""
        order = (None, *sorted(Severity, reverse=True))
        self.severity = order[(order.index(self.severity) + 1) % len(order)]
        self._narrowed()

    def action_only_rule(self) -> None:
        """Show only the problems of the rule under the cursor, or all again."""
        self.rule = "" if self.rule or self.problem is None else self.problem.rule
        self._narrowed()

    def _narrowed(self) -> None:
        self.list_problems()
        self.post_message(self.Narrowed(self))
        self.post_message(self.Moved(self))


def _row_identity(row: Row) -> object:
    """What a row says, but for its line in the file and whether it is new."""
    return row.target and (row.target.document.path, row.target.pointer), row.aside


_Place = tuple[Problem, Related | None]
"""What a row is about: a problem, or one of the places that belong to it."""


def problem_places(problems: Iterable[Problem], new: Collection[tuple[str, ...]] = ()) -> Sequence[_Place]:
    """The rows of some problems, those with a new key first."""
    listed = sorted(problems, key=lambda problem: problem.key not in new) if new else problems
    return [(problem, related) for problem in listed for related in (None, *problem.notes)]


def _matches(problem: Problem, words: str, folder: str) -> bool:
    title = problem.entry.title if problem.entry is not None else ""
    path = problem.document.path.removeprefix(folder)
    texts = (problem.rule, str(problem.severity), problem.message, path, title)
    return holds_words("\n".join(texts), words)


def _problem_row(problem: Problem, related: Related | None, *, new: bool) -> Row:
    target = Target.of(related or problem)
    if related is not None:
        line: Line = (("    └ ", "muted"), (related.message, ""), (f"  {_place(related, target.offset)}", "muted"))
        return Row(line, target=target)
    glyph, look = SEVERITY_GLYPHS[problem.severity]
    from kustui.fix.quick_fixes import is_fixable  # not before the first paint

    sign: Line = (("new ", "new"),) if new else ()
    hint: Line = ((f"  {problem.hint}", "good"),) if problem.hint else ()
    place: Line = ((f"{glyph} ", look), (_place(problem, target.offset), "muted"), (" ", ""))
    return Row(
        (*sign, *place, (problem.message, ""), *hint),
        aside=((problem.rule, "muted"),),
        mark=(("fix", "good"),) if is_fixable(problem) else (),
        target=target,
    )


def _place(place: Problem | Related, offset: int) -> str:
    """``orders.json:120``: the file's own name is enough next to the tree."""
    return without_folder(place.document.source.line_location(offset))


class ChangesView(RowsView):
    """What changed on disk: a block of rows for each save, the latest first."""

    DEFAULT_CLASSES = "list"
    NAME = "What changed on disk"
    ABOUT = (
        "What each save changed, the latest first: added, removed and changed, with the old and the new text. Enter "
        "goes to the place; closing the pane with its key marks all changes as seen."
    )

    _saves: tuple[Sequence[Row], ...] = ()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="nothing has changed on disk yet; changes are listed here as you save", id=id)

    def take(self, rows: Sequence[Row]) -> None:
        """Take one more save. Whoever looks at an earlier one goes on doing so."""
        self._saves = (rows, *self._saves)[:_MAX_SAVES]
        shown = Rows.of([row for save in self._saves for row in save])
        if self.cursor:
            self.update_rows(shown)
        else:
            self.show(shown, top=0)


def change_rows(time: str, difference: Difference, place_of: Callable[[Problem], NodeKey]) -> tuple[Row, ...]:
    """Rows for what a save at a ``time`` has changed: what came, went or changed with its text, and the problems. They
    lead to nodes, so that they keep no file alive."""
    rows: list[Row] = [Row(((f"{time}  ", "muted"), (difference.summary, "heading")))]
    for change in difference.changes[:_MAX_CHANGES]:
        rows.extend(_change_rows(change))
    for problem in difference.new[:_MAX_CHANGES]:
        glyph, look = SEVERITY_GLYPHS[problem.severity]
        line: Line = (("  new ", "new"), (f"{glyph} ", look), (problem.message, ""))
        rows.append(Row(line, ((problem.rule, "muted"),), link=place_of(problem)))
    rows.extend(
        Row((("  fixed ✓ ", "good"), (problem.message, "muted")), ((problem.rule, "muted"),))
        for problem in difference.fixed[:_MAX_CHANGES]
    )
    lists = (difference.changes, difference.new, difference.fixed)
    more = sum(max(0, len(items) - _MAX_CHANGES) for items in lists)
    return (*rows, Row(((f"  and {more:,} more", "muted"),))) if more else tuple(rows)


def _change_rows(change: Change) -> Iterator[Row]:
    sign, look = change_sign(change.kind)
    link = change_key(change)
    line: Line = ((f"  {sign} ", look), (f"{change.noun} ", "muted"), (change.name, "name"))
    aside: Line = ((change.entry.title, "muted"),) if change.entry and change.noun in ("step", "trigger") else ()
    if change.noun == "workflow" and change.kind == "renamed":
        yield Row((*line, (f", until now {change.before}", "muted")), aside, link=link)
        return
    yield Row((*line, (f" {change.kind}", "muted")), aside, link=link)
    if change.before or change.after:
        yield from (Row(changed, link=link) for changed in _changed_lines(change.before, change.after))


def _changed_lines(before: str, after: str) -> Iterator[Line]:
    """The lines that are different, with those around them."""
    from kustui.fix.edits import text_difference  # not before the first paint
    from kustui.tui.explorer.difference_rows import difference_rows

    lines = [line for line in text_difference(before, after) if line.sign != "@"]
    for row in difference_rows(lines[:_MAX_LINES], _LINE_WIDTH):
        yield (("      ", ""), *row.line)
    if len(lines) > _MAX_LINES:
        yield ((f"        … {len(lines) - _MAX_LINES:,} more lines", "muted"),)


class UsesView(ListView):
    NAME = "9 Uses"
    ABOUT = (
        "What leads to, reads or schedules the selection, or what is named in it. Enter goes to the place; the key "
        "of the pane closes it again."
    )

    heading = NAME
    """What it lists now."""

    @property
    def title(self) -> str:
        return self.heading
