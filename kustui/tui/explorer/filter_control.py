"""What ``/`` does: it narrows the tree or the list of problems, and in other panes looks for a text, as words are
typed; ``n`` and ``N`` go through what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from kustui.search.text_search import TextSearch, next_position
from kustui.tui.bindings import bindings, first_key
from kustui.tui.diagrams.diagram_view import DiagramView, NodeSelected
from kustui.tui.explorer.panes import PANES, Panes
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.widget import Widget
    from textual.widgets import Input

    from kustui.tui.widgets.filter_input import Filter

_NARROWS = "words of a name, an id or an event"
_SEARCHES = "a text in this pane"


class Searched(Protocol):
    """A pane that a text can be looked for in."""

    search: TextSearch
    marking: bool

    @property
    def found(self) -> Sequence[int]:
        """The places that hold the text, in ascending order."""

    @property
    def place(self) -> int: ...

    def put(self, place: int) -> None: ...

    def refresh(self) -> Widget: ...


class Filtering(Panes):
    """Panes of which the tree and the problems can be filtered, and the others searched."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("find")

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        """What the tree was narrowed to last, which may be all of it again by now."""
        self._before: tuple[TextSearch, bool, int] = (TextSearch(""), False, 0)
        """What was looked for, and where the cursor was, before another text was typed."""

    def searched_pane(self, widget: Widget | None) -> Searched | None:
        """A pane as one that is searched; None for those that are filtered."""
        if widget is None or widget.id not in (*PANES, "changes"):
            return None
        return widget  # type: ignore[return-value]  # each of these is one

    def action_leave(self) -> None:
        if self.leave_list():
            return
        tree = self.tree_view.state
        pane = self.searched_pane(self.focused)
        if pane is not None and pane.marking:
            pane.marking = False
            pane.refresh()
            self.title_panes()
        elif self.has_class("-maximised"):
            self.action_maximise()
        elif self.focused is self.problems and self.problems.words:
            self.filtered = self.problems
            self.end_filter()
        elif self.focused is not self.tree_view:
            self.action_tree()
        elif tree is not None and tree.filter:
            self.filtered = self.tree_view
            self.end_filter()

    async def action_filter(self) -> None:
        from kustui.tui.widgets.filter_input import Filter

        fields = self.query(Filter)
        field = fields.first() if fields else Filter()
        if not fields:
            await self.mount(field)
        pane = self.searched_pane(self.focused)
        self.filtered = self.focused if pane or self.focused is self.problems else self.tree_view
        if self.filtered is self.tree_view:
            self.remove_class("-beside")
        tree = self.tree_view.state
        if pane is not None:
            self._before = (pane.search, pane.marking, pane.place)
        field.placeholder = _SEARCHES if pane is not None else _NARROWS
        with self.prevent(type(field).Changed):
            field.value = (
                "" if pane is not None else self.problems.words if self.filtered is self.problems
                else tree.filter if tree else ""
            )  # fmt: skip
        field.add_class("-open")
        self.set_focus(field)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "filter":
            self._narrow(event.value)

    def _narrow(self, words: str) -> None:
        """Show only what holds every one of the words, or mark the text, in the pane that is being filtered."""
        if (pane := self.searched_pane(self.filtered)) is not None:
            self._look_for(pane, TextSearch(words))
        elif self.filtered is self.problems:
            self.problems.words = words
            self.show_problems()
        else:
            self._words = words.strip() or self._words
            self.tree_view.filter(words)
        self.title_panes()

    def _look_for(self, pane: Searched, search: TextSearch) -> None:
        """Mark a text, and go to where it stands next from where the cursor was before it was typed."""
        _, _, place = self._before
        pane.search, pane.marking = search, bool(search.text)
        found = pane.found
        pane.put(next_position(found, place - 1, 1)[0] if found else place)
        pane.refresh()

    def on_filter_kept(self, event: Filter.Kept) -> None:
        pane = self.searched_pane(self.filtered)
        before, _, _ = self._before
        if pane is not None and not event.text and before.text:  # as in less: the last one again
            pane.search, pane.marking = before, True
            self._to_next(pane, 1)
        if isinstance(pane, DiagramView) and pane.selected_key:
            self.post_message(
                NodeSelected(pane, pane.selected_key)
            )  # it did not have the keys, so the tree did not follow
        self._leave_filter()

    def on_filter_dropped(self) -> None:
        self.end_filter()

    def on_filter_stepped(self, event: Filter.Stepped) -> None:
        if (pane := self.searched_pane(self.filtered)) is not None:
            self._to_next(pane, event.by)
        elif self.filtered is self.problems:
            self.problems.cursor += event.by
        else:
            self.tree_view.cursor += event.by

    def end_filter(self) -> None:
        """Show everything again; of a search, what was looked for before, where the cursor was."""
        if (pane := self.searched_pane(self.filtered)) is not None:
            pane.search, pane.marking, place = self._before
            pane.put(place)
            pane.refresh()
            self.title_panes()
        else:
            self._narrow("")
        self._leave_filter()

    def _leave_filter(self) -> None:
        self.query("Filter").remove_class("-open")
        name = self.filtered.id if self.filtered is not None else None
        if self.filtered is self.problems:
            self.enter_problems()
        elif self.filtered is self.changes:
            self.enter_changes()
        elif name in PANES:
            self.enter(name)
        else:
            self.action_tree()

    # The next of what was found

    def action_next_match(self) -> None:
        self._step(1)

    def action_previous_match(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        pane = self.searched_pane(self.focused)
        if pane is not None:
            pane.marking = bool(pane.search.text)
            pane.refresh()
            self._to_next(pane, by)
        elif self.focused is self.problems:
            self._to_problem(by)
        else:
            self._to_workflow(by)
        self.title_panes()

    def _to_next(self, pane: Searched, by: int) -> None:
        found = pane.found
        if found:
            place, round_again = next_position(found, pane.place, by)
            pane.put(place)
            self._say_which(found.index(place), len(found), round_again=round_again)
        else:
            self._say_nothing(pane.search.text)

    def _to_problem(self, by: int) -> None:
        view = self.problems
        found = view.first_rows if view.words else ()
        if found:
            view.cursor, round_again = next_position(found, view.cursor, by)
            self._say_which(found.index(view.cursor), len(found), round_again=round_again)
        else:
            self._say_nothing(view.words)

    def _to_workflow(self, by: int) -> None:
        tree, node = self.tree_view.state, self.tree_view.node
        words = tree.filter if tree is not None and tree.filter else self._words
        keys = tree.matching(words) if tree is not None and words else ()
        if tree is None or not keys:
            self._say_nothing(words)
            return
        place, round_again = next_position(range(len(keys)), tree.place_among(keys, node), by)
        self.tree_view.go_to(keys[place])
        self._say_which(place, len(keys), round_again=round_again)

    def _say_which(self, index: int, count: int, *, round_again: bool) -> None:
        told = (("  round again", "muted"),) if round_again else ()
        self.status.announce(Row(((f"{index + 1:,} of {count:,}", ""), *told)))

    def _say_nothing(self, text: str) -> None:
        key = first_key(self.app, "find.filter")
        told = f"“{text}” is not to be found" if text else f"nothing was looked for yet: {key} does"
        self.status.announce(Row(((told, "warning"),)))
