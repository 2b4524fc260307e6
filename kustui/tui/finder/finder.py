"""The pane in which anything is found: a line to type in, and below it what answers, at each key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input
from textual.worker import get_current_worker

from kustui.diagrams.styled_lines import Line
from kustui.search.index import Index, indexes
from kustui.search.query import KEYS, completions, parse_query
from kustui.search.ranking import Match, find_matches
from kustui.text.suggestions import closest
from kustui.tui.bindings import bindings, first_key
from kustui.tui.finder.finder_rows import finder_rows, key_rows
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import LinesView, RowsView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from kustui.definition.collection import Collection
    from kustui.workspace.snapshot import Snapshot


class FinderInput(Input):
    """What is asked for."""

    NAME = "Finding anything"
    ABOUT = (
        "Words, or letters of words in order, are looked for in the names, actions, events, conditions and "
        "parameters of all workflows; a term such as action:rest-api or problem:unknown-target looks for one kind "
        "of thing. Enter goes to what the cursor is on."
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings("finder")

    class Left(Message):
        """Nothing is to be gone to."""

    class Done(Message):
        """What the cursor is on is to be gone to."""

    class Stepped(Message):
        """The cursor of the list is to move."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Completed(Message):
        """The last part of what is typed is to become what it begins."""

    def __init__(self) -> None:
        super().__init__(placeholder="anything: names, actions, events, conditions, parameters", id="finder-input")

    def action_go(self) -> None:
        self.post_message(self.Done())

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_up(self) -> None:
        self.post_message(self.Stepped(-1))

    def action_down(self) -> None:
        self.post_message(self.Stepped(1))

    def action_page_up(self) -> None:
        self.post_message(self.Stepped(-8))

    def action_page_down(self) -> None:
        self.post_message(self.Stepped(8))

    def action_complete(self) -> None:
        self.post_message(self.Completed())

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
    """

    class Chosen(Message):
        """To go to."""

        def __init__(self, found: Match, pointer: str) -> None:
            super().__init__()
            self.found = found
            self.pointer = pointer

    class Indexed(Message):
        def __init__(self, collection: Collection, index: Index) -> None:
            super().__init__()
            self.collection = collection
            self.index = index

    def __init__(self) -> None:
        super().__init__(id="finder")
        self.border_title = "Find"
        self.index: Index | None = None
        self.snapshot: Snapshot | None = None
        self._collection: Collection | None = None
        """What the index is of, or is going to be."""
        self._choices: list[Match | str | None] = []
        """What each row of the list stands for: a query, if it is one that can be begun."""

    def compose(self) -> ComposeResult:
        yield FinderInput()
        yield LinesView(id="hint")
        found = RowsView(id="found")
        found.led = True
        yield found

    @property
    def line(self) -> FinderInput:
        return self.query_one(FinderInput)

    @property
    def list(self) -> RowsView:
        return self.query_one("#found", RowsView)

    def take(self, snapshot: Snapshot) -> None:
        """Find in another snapshot: what did not change is not read again."""
        self.snapshot = snapshot
        if snapshot.collection is not self._collection:
            self._collection = snapshot.collection
            collection, before = snapshot.collection, self.index
            self.run_worker(
                lambda: self._build(collection, before), thread=True, exclusive=True, group="index",
                description="indexing",
            )  # fmt: skip
        self.show_matches()

    def _build(self, collection: Collection, before: Index | None) -> None:
        worker = get_current_worker()
        for index in indexes(collection, before, lambda: not worker.is_cancelled):
            if index.complete:  # what the first key would wait for
                _ = index.vocabulary, index.referred
            self.post_message(self.Indexed(collection, index))

    def on_finder_indexed(self, event: Indexed) -> None:
        event.stop()
        if event.collection is self._collection and (self.index is None or event.index.complete or not self._whole):
            self.index = event.index
            self.show_matches(again=True)

    @property
    def _whole(self) -> bool:
        """Whether the index is of everything, though perhaps of what it was before."""
        return self.index is not None and self.index.complete

    # What answers

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.show_matches()

    def show_matches(self, *, again: bool = False) -> None:
        """Show what answers what is typed; ``again`` where only more of it may be known."""
        asked = parse_query(self.line.value)
        problems = self.snapshot.problems or () if self.snapshot is not None else ()
        before = self._choice if again else None
        told: list[tuple[Row, Match | str | None]] = []
        if not self.line.value.strip():
            told.extend(key_rows())
        elif self.index is not None:
            told.extend(finder_rows(find_matches(self.index, asked, problems), self.size.width - 2))
        self._choices = [choice for _, choice in told]
        self.list.empty = "nothing has that" if self._whole and asked.terms else ""
        first = next((index for index, choice in enumerate(self._choices) if choice is not None), 0)
        place = self._choices.index(before) if before is not None and before in self._choices else first
        self.list.show(Rows.of([row for row, _ in told]), place, top=None if again else 0)
        self._hint()

    def _hint(self) -> None:
        line: Line = ()
        asked, text = parse_query(self.line.value), self.line.value
        problems = self.snapshot.problems or () if self.snapshot is not None else ()
        if asked.unknown:
            key = asked.unknown[0]
            near = closest(key, KEYS)
            meant = f"; did you mean {near}:?" if near else f"; there are {', '.join(KEYS)}"
            line = ((f"“{key}:” is looked for as text{meant}", "warning"),)
        elif text.strip() and (found := completions(self.index, text, problems)):
            line = ((f"{first_key(self.app, 'finder.complete')} ", "key"), (found[0].shown, ""))
            for each in found[1:]:
                line = (*line, ("  ", ""), (each.shown, "muted"))
        mark: Line = ()
        if self.index is None or not self.index.complete:
            done, total = (len(self.index.workflows), self.index.total) if self.index is not None else (0, 0)
            mark = ((f"indexing {done:,} of {total:,} …" if total else "indexing …", "info"),)
        self.query_one(LinesView).tell(Row(line, mark=mark))

    # What keys do

    @property
    def _choice(self) -> Match | str | None:
        return self._choices[self.list.cursor] if self._choices else None

    def on_finder_input_stepped(self, event: FinderInput.Stepped) -> None:
        view = self.list
        view.cursor += event.by
        if self._choice is None:  # a heading
            view.cursor += 1 if event.by > 0 or view.cursor == 0 else -1
        if view.cursor <= 1 and event.by < 0:
            view.show(view.rows, view.cursor, top=0)  # with its heading

    def on_finder_input_completed(self) -> None:
        problems = self.snapshot.problems or () if self.snapshot is not None else ()
        found = completions(self.index, self.line.value, problems)
        if found:
            self._type(found[0].query)

    def _type(self, text: str) -> None:
        self.line.value = text
        self.line.cursor_position = len(text)

    def on_finder_input_done(self) -> None:
        self._go()

    def on_rows_view_chosen(self, event: RowsView.Chosen) -> None:
        event.stop()  # a click
        self._go()

    def _go(self) -> None:
        choice = self._choice
        if isinstance(choice, str):
            self._type(choice)
        elif choice is not None and choice.times > 1:
            key = choice.kind.name.lower()
            self._type(f"{key}:{choice.text} " if " " not in choice.text else f'{key}:"{choice.text}" ')
        elif choice is not None:
            pointer = self.index.pointer(choice.kind, choice.line) if self.index and choice.line >= 0 else ""
            self.post_message(self.Chosen(choice, pointer))
