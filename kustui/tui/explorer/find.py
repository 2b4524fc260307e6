"""Finding: ``/`` narrows the tree or the list of problems, and searches other panes as text is typed; ``n`` and ``N``
go through the matches. The finder finds anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from kustui.text.styled_lines import next_position
from kustui.tui.bindings import first_key
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.explorer.panes import LISTS, narrowable
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.explorer.views import PANES, PaneTitles
from kustui.tui.tree.row_order import RowOrder
from kustui.tui.widgets.pane_search import PaneSearch, Searchable
from kustui.tui.widgets.rows import Rows, Target
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.cache import Cache
    from kustui.tui.finder import Finder


_NARROWS = "words from a name, an id, an event, or what a step does"
_SEARCHES = "text in this pane"


def searchable(widget: Widget | None) -> Searchable | None:
    """A pane as one that is searched; None for those that are filtered."""
    if widget is None or widget.id not in (*PANES, "changes") or narrowable(widget) is not None:
        return None
    return widget  # type: ignore[return-value]  # each of these is one


class FilterController(Part):
    """Filters the tree and the problems, and searches the other panes."""

    def __init__(self, shared: Shared, titles: PaneTitles, finder: FinderController) -> None:
        super().__init__(shared)
        self._titles, self._finder = titles, finder
        self._words = ""
        """What the tree was narrowed to last, which may be all of it again by now."""
        self._search = PaneSearch(self._views.status)

    # The line in which it is typed

    async def open(self) -> None:
        """Let somebody type what the pane at hand is to be filtered by, or searched for."""
        focused, tree = self._screen.focused, self._views.tree
        pane, narrowed = searchable(focused), narrowable(focused)
        self._panes.filtered = tree if pane is None and narrowed is None else focused
        if self._panes.filtered is tree:
            self._screen.remove_class("-beside")
            tree.begin_filter()
        value = narrowed.words if narrowed is not None else tree.state.filter
        if pane is not None:
            self._search.begin(pane)
            value = ""
        from kustui.tui.widgets.filter_input import FilterInput

        await FilterInput.open_in(self._screen, _SEARCHES if pane is not None else _NARROWS, value)

    def narrow(self, words: str) -> None:
        """Show only what holds every one of the words, or mark the text, in the pane that is being filtered."""
        filtered = self._panes.filtered
        if (pane := searchable(filtered)) is not None:
            self._search.type(pane, words)
        elif (narrowed := narrowable(filtered)) is not None:
            narrowed.narrow(words)
        else:
            self._words = words.strip() or self._words
            self._views.tree.filter(words)
        self._titles.update()
        self._panes.show_position()

    def filter_again(self) -> None:
        """The steps of a large collection were read, of which the filter did not have all."""
        tree = self._views.tree
        if tree.state.filter:
            tree.filter(tree.state.filter)
            self._titles.update()
            self._panes.show_position()

    async def keep(self, text: str) -> None:
        """Enter: keep what is typed, and go back to the pane; what the tree does not hold is searched everywhere."""
        pane = searchable(self._panes.filtered)
        if self._panes.filtered is self._views.tree and text.strip():
            await self._views.tree.wait_for_steps()
            if not self._views.tree.state.nodes:
                self.drop()
                await self._finder.open(text.strip())
                return
            self._navigator.leave_place(self._views.tree.keep_filter())
        if pane is not None:
            self._search.keep(pane, text)
        if isinstance(pane, DiagramView):
            pane.moved(searched=True)
            self._navigator.follow(pane)
        self._close()

    def drop(self) -> None:
        """Escape: show everything again; of a search, what was searched before, where the cursor was."""
        if (pane := searchable(self._panes.filtered)) is not None:
            self._search.drop(pane)
            self._titles.update()
        elif (narrowed := narrowable(self._panes.filtered)) is not None:
            narrowed.show_all()
            self.narrow("")
        else:
            self.narrow("")
            self._views.tree.keep_filter()
        self._close()

    def step(self, by: int) -> None:
        """Move the cursor of the pane while it is typed."""
        filtered = self._panes.filtered
        if (pane := searchable(filtered)) is not None:
            self._search.step(pane, by)
        elif (narrowed := narrowable(filtered)) is not None:
            narrowed.cursor += by
        else:
            self._views.tree.move_in_filter(by)

    def _close(self) -> None:
        self._screen.query("FilterInput").remove_class("-open")
        filtered = self._panes.filtered
        if filtered is not None and filtered.id in LISTS:
            self._panes.enter_list(filtered.id)
        elif filtered is not None and filtered.id in PANES:
            self._panes.enter(filtered.id)
        else:
            self._panes.enter_tree()

    def leave(self) -> None:
        """Escape in a pane ends one thing after the other: the list of uses, a search, the pane alone, a filter."""
        if self._panes.leave_uses():
            return
        focused, tree = self._screen.focused, self._views.tree
        pane, narrowed = searchable(focused), narrowable(focused)
        if pane is not None and self._search.end(pane):
            self._titles.update()
        elif self._screen.has_class("-maximised"):
            self._panes.maximise()
        elif narrowed is not None and narrowed.is_narrowed:
            self._panes.filtered = focused
            self.drop()
        elif focused is not tree:
            self._panes.enter_tree()
        elif tree.state.filter:
            self._panes.filtered = tree
            self.drop()
        else:
            quits = first_key(self._screen.app, "app.quit")
            self._views.status.say(f"there is nothing to go back from: {quits} quits", "muted")

    # The next match

    def next(self, by: int) -> None:
        """Go to the next match, or to the one before (``by`` -1)."""
        focused = self._screen.focused
        pane = searchable(focused)
        if pane is not None:
            self._search.next(pane, by)
        elif focused is self._views.problems:
            self._to_problem(by)
        elif (narrowed := narrowable(focused)) is not None:
            narrowed.cursor += by
        else:
            self._to_match(by)
        self._titles.update()

    def _to_problem(self, by: int) -> None:
        view = self._views.problems
        matches = view.first_rows if view.words else ()
        if matches:
            view.cursor, wrapped = next_position(matches, view.cursor, by)
            self._search.say_which(matches.index(view.cursor), len(matches), wrapped=wrapped)
        else:
            self._search.say_no_match(view.words)

    def _to_match(self, by: int) -> None:
        """Go to the next workflow or step that the filter leaves, or left last, opening the way to it."""
        tree = self._views.tree
        words = tree.state.filter or self._words
        matches = tree.state.matches or tree.state.search(words)
        place = RowOrder(tree.state).match_beyond(matches, tree.node, by)
        if place is None:
            self._search.say_no_match(words)
            return
        tree.go_to(place.key)
        self._search.say_which(place.number, matches.total, wrapped=place.wrapped)


class FinderController(Part):
    """Opens the finder below the panes, and goes to what is chosen in it."""

    def __init__(self, shared: Shared, cache: Callable[[], Cache]) -> None:
        super().__init__(shared)
        self._cache = cache
        self.pane: Finder | None = None
        """None until somebody has asked for it."""
        self._opened_from: Widget | None = None
        """The pane that had the keys before."""

    async def open(self, query: str = "") -> None:
        """Open it, or go into it again; with something to search for, where that was not found elsewhere."""
        from kustui.tui.finder import Finder  # not before somebody asks for it

        if self.pane is None:
            self.pane = Finder(self._cache(), self._waiting.wait_for)
            await self._screen.mount(self.pane, before="#status")
        if not self._screen.has_class("-finding"):
            self._opened_from = self._screen.focused
        self._screen.add_class("-finding")
        self._screen.set_focus(self.pane.input)
        if query:
            self.pane.input.fill_in(query)
        if self._views.tree.is_open:
            self.pane.take(self._views.tree.state.snapshot)

    def take(self, snapshot: Snapshot) -> None:
        """Find in another snapshot, where it is open."""
        if self._screen.has_class("-finding") and self.pane is not None:
            self.pane.take(snapshot)

    def preview(self, event: Finder.Highlighted) -> None:
        """Show what stands behind a match."""
        if self.pane is None:
            return
        from kustui.tui.explorer.match_preview import preview_of

        rows, line = (
            preview_of(self._views.tree.state, event.match, event.pointer)
            if event.match is not None
            else (Rows.of([]), 0)
        )
        view = self.pane.preview
        view.show(rows, line, top=max(0, line - view.page // 3))

    def leave(self) -> None:
        """Close it, and go back to where one was."""
        self._waiting.cancel()
        self._screen.remove_class("-finding")
        self._screen.set_focus(self._opened_from or self._views.tree)

    def go(self, event: Finder.Chosen) -> None:
        """Close it, and go to what was chosen."""
        self._screen.remove_class("-finding")
        self._panes.enter_tree()
        collection, entry = self._views.tree.state.snapshot.collection, event.match.entry
        entry = collection.by_key.get(entry.key) if entry is not None else None
        if (problem := event.match.problem) is not None:
            self._navigator.jump_to(Target.of(problem))
        elif entry is None:
            self._views.status.say("that no longer exists", "warning")
        else:
            document = collection.document_of(entry)
            target = Target.at(document, event.pointer)
            self._navigator.jump_to(target)
