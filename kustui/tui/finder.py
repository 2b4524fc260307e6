"""The pane in which anything is found: an input, and below it what matches, at each key.

The matches are styled lines: a heading for each kind, and below it what matches and where it is."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker, WorkerError, get_current_worker

from kustui.cache import Cache
from kustui.check.problems import Problem
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection
from kustui.search.index import Index, indexes
from kustui.search.index_lines import names_in
from kustui.search.query import KEYS, Completion, Query, completions, parse_query
from kustui.search.ranking import Match, find_matches
from kustui.text.messages import closest
from kustui.text.styled_lines import Line, joined
from kustui.tui.bindings import bindings, first_key
from kustui.tui.match_rows import MatchLine, key_lines, match_lines, match_row, seen
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import REST, LinesView, RowsView, width_inside
from kustui.workspace.snapshot import Snapshot

_PAGE = 8


class FinderInput(Input):
    """What is asked for. It has the keys; what they do is done by the finder around it."""

    NAME = "Finding anything"
    ABOUT = (
        "Searches for words, or for the letters of words in order, in the names, actions, events, conditions and "
        "parameters of all workflows; a term such as action:rest-api or problem:unknown-target searches one kind of "
        "thing. Enter goes to the match under the cursor."
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings("finder")

    def __init__(self, finder: Finder) -> None:
        super().__init__(placeholder="names, actions, events, conditions, parameters", id="finder-input")
        self._finder = finder

    def fill_in(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)

    def action_go(self) -> None:
        self._finder.go()

    def action_leave(self) -> None:
        self._finder.post_message(Finder.Left())

    def action_move(self, by: int) -> None:
        self._finder.move(by)

    def action_page(self, by: int) -> None:
        self._finder.move(by * _PAGE)

    def action_complete(self) -> None:
        self._finder.complete()

    def action_cursor_right(self, select: bool = False) -> None:
        if not select and self.cursor_at_end and self.selection.is_empty:
            self.action_complete()
        else:
            super().action_cursor_right(select)


class Finder(Vertical):
    """Mounted when it is first asked for; what was asked last stands there when it is opened again."""

    DEFAULT_CSS = """
    Finder { height: 50%; min-height: 8; display: none; border-top: solid $primary; border-title-color: $primary;
        border-title-style: bold; }
    FinderInput { height: 1; padding: 0 1; border: none; }
    FinderInput:focus { border: none; }
    Finder LinesView { background: transparent; }
    Finder #places { height: 1fr; }
    Finder #found { width: 1fr; height: 1fr; }
    Finder #preview { width: 1fr; border-left: solid $rule; }
    """

    class Chosen(Message):
        """A match to go to."""

        def __init__(self, match: Match, pointer: str) -> None:
            super().__init__()
            self.match = match
            self.pointer = pointer

    class Highlighted(Message):
        """The cursor rests on a match, or on none: what stands behind it is to be shown beside it."""

        def __init__(self, match: Match | None, pointer: str) -> None:
            super().__init__()
            self.match = match
            self.pointer = pointer

    class Left(Message):
        """It was left without going anywhere."""

    class Indexed(Message):
        def __init__(self, collection: Collection, index: Index) -> None:
            super().__init__()
            self.collection = collection
            self.index = index

    def __init__(
        self, cache: Cache | None = None, wait_for: Callable[[Worker[None]], object] = lambda worker: None
    ) -> None:
        """``wait_for`` is given what later keys are to wait for."""
        super().__init__(id="finder")
        self._cache, self._wait_for = cache, wait_for
        self._indexing: Worker[None] | None = None
        self._is_chosen = False
        """Whether somebody has moved the cursor to a match."""
        self.border_title = "Find"
        self.input = FinderInput(self)
        self.hint = LinesView(id="hint")
        self.results = RowsView(id="found")
        self.results.is_remote_controlled = True
        self.preview = RowsView(cursor_always=False, id="preview")
        """What stands behind the match of the cursor."""
        self.preview.can_focus = False
        self._resting: Timer | None = None
        self.index: Index | None = None
        self._snapshot: Snapshot | None = None
        self._collection: Collection | None = None
        """What the index is of, or is going to be."""
        self._settings = Settings()
        self._choices: list[Match | str | None] = []
        """What each row stands for: a query, if it is one that can be begun; None for a heading."""

    def compose(self) -> ComposeResult:
        yield self.input
        yield self.hint
        with Horizontal(id="places"):
            yield self.results
            yield self.preview

    # The index

    def take(self, snapshot: Snapshot) -> None:
        """Find in another snapshot: what did not change is not read again."""
        self._snapshot = snapshot
        settings = snapshot.settings or self._settings
        unit_before, self._settings = self._settings.relative_unit_minutes, settings
        if snapshot.collection is not self._collection or settings.relative_unit_minutes != unit_before:
            self._collection = snapshot.collection
            collection, before = snapshot.collection, self.index
            self._indexing = self.run_worker(
                lambda: self._build(collection, before, settings), thread=True, exclusive=True, group="index",
                description="indexing",
            )  # fmt: skip
        self._show_matches()

    def _build(self, collection: Collection, before: Index | None, settings: Settings) -> None:
        worker = get_current_worker()
        for index in indexes(collection, before, lambda: not worker.is_cancelled, self._cache, settings):
            if index.is_complete:
                index.prepare()
            self.post_message(self.Indexed(collection, index))

    def on_finder_indexed(self, event: Indexed) -> None:
        event.stop()
        is_better = self.index is None or event.index.is_complete or not self._is_complete
        if event.collection is self._collection and is_better:
            self.index = event.index
            self._show_matches(again=True)

    @property
    def _is_complete(self) -> bool:
        """Whether the index is of everything, though perhaps of what it was before."""
        return self.index is not None and self.index.is_complete

    # What matches

    @property
    def _problems(self) -> Sequence[Problem]:
        return (self._snapshot.problems if self._snapshot is not None else None) or ()

    @property
    def _completions(self) -> Sequence[Completion]:
        return completions(self.index, self.input.value, self._problems)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._is_chosen = False
        self._show_matches()

    def _show_matches(self, *, again: bool = False) -> None:
        """Show what matches; ``again`` where the same is asked of an index with more in it."""
        text = self.input.value
        query = parse_query(text)
        before = self._choice if again else None
        lines: list[MatchLine] = []
        if not text.strip():
            lines.extend(key_lines())
        elif self.index is not None:
            lines.extend(match_lines(find_matches(self.index, query, self._problems)))
        self._choices = [line.choice for line in lines]
        self.results.empty = "no matches" if self._is_complete and query.terms else ""
        first = next((index for index, choice in enumerate(self._choices) if choice is not None), 0)
        cursor = self._choices.index(before) if before is not None and before in self._choices else first
        index = self.index  # a match is of the one that it was found in
        rows = Rows(len(lines), lambda number: self._row(lines[number], index))
        self.results.show(rows, cursor, top=None if again else 0)
        self._moved()

    def _row(self, line: MatchLine, index: Index | None) -> Row:
        """Made when it is drawn: only then is a workflow read for the references in it."""
        match, snapshot = line.choice, self._snapshot
        if not isinstance(match, Match):
            return Row.of(line.row)
        names: Sequence[str] = ()
        width = width_inside(self.results) - 2
        entry = snapshot.collection.by_key.get(match.entry.key) if snapshot is not None and match.entry else None
        if entry is not None and snapshot is not None and index is not None and match.line >= 0:
            step = index.located_step(index.stores[match.kind].step_of(match.line))[1]
            names = names_in(snapshot.analyses.of(entry), match.kind, step, match.text, seen(match, width))
        return Row.of(match_row(match, width, names))

    def _show_hint(self) -> None:
        """What the query can become, and at the right which of the matches the cursor is on."""
        text = self.input.value
        matches = [index for index, choice in enumerate(self._choices) if isinstance(choice, Match)]
        at = bisect_right(matches, self.results.cursor)
        position: Line = ((f"{at:,} of {len(matches):,}", "muted"),) if at else ()
        mark = joined(filter(None, (self._progress(), position)), ("  ", ""))
        self.hint.show(Row(self._hint_line(text, parse_query(text)), mark=mark))

    def on_rows_view_moved(self, event: RowsView.Moved) -> None:
        if event.view is self.results:
            self._moved()

    def _moved(self) -> None:
        self._show_hint()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rested)

    @property
    def is_awaited(self) -> bool:
        """Whether the preview is yet to follow the cursor."""
        return self._resting is not None

    def _rested(self) -> None:
        self._resting = None
        match = self._choice if isinstance(self._choice, Match) else None
        self.post_message(self.Highlighted(match, self._pointer(match) if match is not None else ""))

    def _pointer(self, match: Match) -> str:
        """Where a match stands in its file."""
        if match.problem is not None:
            return match.problem.pointer
        if self.index is None or match.line < 0:
            return ""
        return self.index.pointer(match.kind, match.line, self._snapshot.analyses if self._snapshot else None)

    def _hint_line(self, text: str, query: Query) -> Line:
        """What the last part of the query can become, or which key there is not."""
        if query.unknown:
            key = query.unknown[0]
            similar = closest(key, KEYS)
            suggestion = f"; did you mean {similar}:?" if similar else f"; the keys are {', '.join(KEYS)}"
            return ((f"“{key}:” is searched for as text{suggestion}", "warning"),)
        if not text.strip() or not (known := self._completions):
            return ()
        line: Line = ((f"{first_key(self.app, 'finder.complete')} ", "key"), (known[0].shown, ""))
        for completion in known[1:]:
            line = (*line, ("  ", ""), (completion.shown, "muted"))
        return line

    def _progress(self) -> Line:
        if self._is_complete:
            return ()
        done, total = (len(self.index.entries), self.index.total) if self.index is not None else (0, 0)
        return ((f"indexing {done:,} of {total:,} …" if total else "indexing …", "info"),)

    # What keys do

    @property
    def _choice(self) -> Match | str | None:
        return self._choices[self.results.cursor] if self._choices else None

    def _once_indexed(self, act: Callable[[], object]) -> None:
        """Do something when everything is indexed, so that it does the same however early it is asked for."""

        async def wait() -> None:
            while not self._is_complete and (indexing := self._indexing) is not None:
                with suppress(WorkerError):
                    await indexing.wait()
                handled = asyncio.Event()
                self.call_later(handled.set)  # what it has posted by then
                await handled.wait()
                if indexing is self._indexing:
                    break
            act()

        self._wait_for(
            self.screen.run_worker(wait, group="finder", exclusive=True, description="waiting for the index")
        )

    def move(self, by: int) -> None:
        """Move the cursor so many rows, past a heading."""
        if self._choices or self._is_complete:
            self._move(by)
        else:
            self._once_indexed(lambda: self._move(by))

    def _move(self, by: int) -> None:
        self._is_chosen = True
        view = self.results
        view.cursor += by
        if self._choice is None:
            view.cursor += 1 if by > 0 or view.cursor == 0 else -1
        if view.cursor <= 1 and by < 0:
            view.show(view.rows, view.cursor, top=0)  # with its heading

    def complete(self) -> None:
        """Make the last part of the query the first of its completions."""
        if known := self._completions:
            self.input.fill_in(known[0].query)

    def on_rows_view_chosen(self, event: RowsView.Chosen) -> None:
        event.stop()  # a click
        self._is_chosen = True
        self.go()

    def go(self) -> None:
        """Go to the match of the cursor, or ask for what several have by its key."""
        if self._is_chosen or self._is_complete:
            self._go()
        else:
            self._once_indexed(self._go)

    def _go(self) -> None:
        choice = self._choice
        if isinstance(choice, str):
            self.input.fill_in(choice)
        elif choice is not None and choice.occurrences > 1:
            key = choice.kind.name.lower()
            self.input.fill_in(f"{key}:{choice.text} " if " " not in choice.text else f'{key}:"{choice.text}" ')
        elif choice is not None:
            self.post_message(self.Chosen(choice, self._pointer(choice)))
