"""The main screen: the tree at the left; at the right what is selected, in words and as JSON."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.worker import get_current_worker

from kustui.check.problems import Severity
from kustui.tui.actions import ACTIONS, bindings, key_names
from kustui.tui.lines import Key, Line, Row, Rows
from kustui.tui.rows import RowsView
from kustui.tui.status import StatusBar
from kustui.tui.tree import MARKS, Kind
from kustui.tui.tree_view import TreeView

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer
    from textual.widgets import Input

    from kustui.opening import Opening
    from kustui.workspace import Snapshot

_REST = 0.06
"""Seconds for which the cursor rests before what it is on is told: a held key does not pay for it."""
_NARROW = 72
"""Columns below which one pane is shown at a time."""
_TALL = 34
"""Rows from which detail and source are shown together."""
_MOMENT = 0.3
"""Seconds of work that are not worth a progress line."""


class Explorer(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = bindings("go", "view", "find")
    DEFAULT_CSS = """
    Explorer { background: $background; }
    #panes { height: 1fr; }
    #side { width: 1fr; }
    TreeView, #detail, #source { border-top: solid $panel-lighten-2; border-title-color: $text-muted; }
    TreeView:focus, #detail:focus, #source:focus {
        border-top: solid $primary; border-title-color: $text-primary; border-title-style: bold;
    }
    TreeView { width: 46%; max-width: 72; border-right: solid $panel-lighten-2; }
    TreeView:focus { border-right: solid $panel-lighten-2; }
    #source { height: 45%; }
    Explorer.-short #source { display: none; }
    Explorer.-short.-source #source { display: block; height: 1fr; }
    Explorer.-short.-source #detail { display: none; }
    Explorer.-narrow TreeView { width: 1fr; max-width: 100%; border-right: none; }
    Explorer.-narrow #side { display: none; }
    Explorer.-narrow.-beside #side { display: block; }
    Explorer.-narrow.-beside TreeView { display: none; }
    Explorer.-maximised TreeView { display: none; }
    Explorer.-maximised.-on-tree TreeView { display: block; width: 1fr; max-width: 100%; border-right: none; }
    Explorer.-maximised.-on-tree #side { display: none; }
    Explorer.-maximised.-on-detail #source, Explorer.-maximised.-on-source #detail { display: none; }
    Explorer.-maximised.-on-source #source { display: block; height: 1fr; }
    #filter { dock: bottom; height: 1; border: none; padding: 0 1; margin-bottom: 2; display: none; }
    #filter.-open { display: block; }
    """

    def __init__(self, opening: Opening, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.opening = opening
        self.ascii_only = ascii_only
        self.snapshot: Snapshot | None = None
        self._ready = False
        """Whether what the panes need is imported: it is, after the first paint."""
        self._touched = False
        """Whether a key was pressed: then nothing opens by itself any more."""
        self._resting: Timer | None = None
        self._told: Key | None = None
        self._progress = ""
        self._places: list[Key] = []
        self._place = 0

    def compose(self) -> ComposeResult:
        with Horizontal(id="panes"):
            yield TreeView(ascii_only=self.ascii_only, id="tree")
            with Vertical(id="side"):
                yield RowsView(ascii_only=self.ascii_only, id="detail")
                yield RowsView(ascii_only=self.ascii_only, id="source")
        yield StatusBar(ascii_only=self.ascii_only, id="status")

    @property
    def tree_view(self) -> TreeView:
        return self.query_one("#tree", TreeView)

    @property
    def detail(self) -> RowsView:
        return self.query_one("#detail", RowsView)

    @property
    def source(self) -> RowsView:
        return self.query_one("#source", RowsView)

    @property
    def status(self) -> StatusBar:
        return self.query_one("#status", StatusBar)

    # Reading and examining

    def on_mount(self) -> None:
        self.tree_view.border_title = "Workflows"
        self.detail.border_title = "Detail"
        self.source.border_title = "Source"
        self.tree_view.focus()
        self._offer_keys()
        if self.opening.done:
            self._opened()
        else:
            self.tree_view.empty = "reading …"
            self._wait_for_opening()

    @work(thread=True)
    def _wait_for_opening(self) -> None:
        while not self.opening.wait(0.1):
            read, total = self.opening.progress
            told = f"reading … {read * 100 // total} %" if total else "reading …"
            self.app.call_from_thread(self._tell_progress, told)
        self.app.call_from_thread(self._opened)

    def _opened(self) -> None:
        """Everything is read: show it, or leave where there is nothing to show."""
        from kustui.definition.loading import PathError, nothing_to_show

        self._progress = ""
        try:
            snapshot = self.opening.result()
            reason = nothing_to_show(snapshot.collection)
        except PathError as error:
            reason = str(error)
        if reason:
            self.app.exit(return_code=2, message=f"kustui: {reason}")
            return
        self.take(snapshot)
        self.call_after_refresh(self._examine, snapshot)

    def take(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        self.snapshot = snapshot
        self.tree_view.take(snapshot)
        count = len(snapshot.collection.entries)
        self.tree_view.border_title = f"Workflows {count:,}"
        self._told = None
        self._tell()

    @work(thread=True, exclusive=True, group="examine")
    def _examine(self, snapshot: Snapshot) -> None:
        """Look at every workflow with every rule, beside the keys."""
        from kustui.tui import detail, source_rows  # noqa: F401  # what the panes need, paid for beside the keys
        from kustui.workspace import examined

        worker = get_current_worker()
        self.app.call_from_thread(self._warm)
        began = told = time.monotonic()

        def progress(done: int, total: int) -> None:
            nonlocal told
            now = time.monotonic()
            if now - began > _MOMENT and now - told > 0.1 and done < total:
                told = now
                self.app.call_from_thread(self._tell_progress, f"checking {done:,} of {total:,}")

        interval = sys.getswitchinterval()
        sys.setswitchinterval(0.0005)  # a key waits 5 ms for this thread instead of 24
        try:
            result = examined(snapshot, progress, lambda: not worker.is_cancelled)
        finally:
            sys.setswitchinterval(interval)
        if result is not None:
            self.app.call_from_thread(self._examined, result)

    def _warm(self) -> None:
        self._ready = True
        view = self.tree_view
        if not self._touched and self.snapshot is not None and len(self.snapshot.collection.entries) <= 60:
            view.action_open()
        self._tell()

    def _examined(self, snapshot: Snapshot) -> None:
        self._progress = ""
        self.take(snapshot)

    def _tell_progress(self, text: str) -> None:
        self._progress = text
        if self.snapshot is None:
            self.tree_view.empty = text
            self.tree_view.refresh()
        self._tell_where()

    # Telling what is selected

    @on(RowsView.Moved, "#tree")
    def _moved(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST, self._tell)

    def _tell(self) -> None:
        """Show the node of the cursor in the panes at the right and in the status line."""
        self._tell_where()
        node, tree = self.tree_view.node, self.tree_view.tree_of
        if not self._ready or tree is None:
            return
        if node is None:
            self.detail.show(Rows(0, Rows.of([]).make))
            self.source.show(Rows(0, Rows.of([]).make))
            return
        if self._told == node.key:
            return
        from kustui.tui.detail import described
        from kustui.tui.source_rows import source_rows

        self._told = node.key
        width = max(20, self.detail.scrollable_content_region.width - 1)
        self.detail.show(Rows.of(described(tree, node, width)), top=0)
        self.source.show(source_rows(node.document, node.pointer, tree.problems(node)), top=0)
        place = node.document.span(node.pointer).start
        self.source.border_title = f"Source {node.document.path}:{place.line}"

    def _tell_where(self) -> None:
        view = self.tree_view
        where: list[tuple[str, str]] = []
        node, tree = view.node, view.tree_of
        if node is not None and tree is not None:
            for size in range(1, len(node.key) + 1):
                index = tree.index(node.key[:size])
                if index is not None:
                    if where:
                        where.append((" › ", "muted"))
                    line = tree.row(index).line[2:]
                    where.extend((text, "name" if size == len(node.key) else "muted") for text, _ in line[:2])
        self.status.tell(Row(tuple(where), mark=self._counts()))

    def _counts(self) -> Line:
        if self._progress:
            return ((self._progress, "info"),)
        if self.snapshot is None or self.snapshot.problems is None:
            return ()
        found = self.snapshot.problems
        if not found:
            return (("no problem found", "muted"),)
        told: list[tuple[str, str]] = []
        for severity in sorted(Severity, reverse=True):
            count = sum(1 for problem in found if problem.severity is severity)
            if count:
                glyph, look = MARKS[severity]
                told.append((f" {glyph}{count:,}", look))
        return tuple(told)

    # Keys

    def on_key(self) -> None:
        self._touched = True

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        focused = event.widget.id
        for name in ("tree", "detail", "source"):
            self.set_class(focused == name, f"-on-{name}")
        if focused in ("detail", "source"):
            self.set_class(focused == "source", "-source")
        self._offer_keys()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(event.size.height < _TALL, "-short")
        self._told = None
        self.call_after_refresh(self._tell)

    def _offer_keys(self) -> None:
        ids = (
            (
                "rows.choose",
                "tree.open",
                "go.back",
                "find.filter",
                "go.next-problem",
                "view.source",
                "app.help",
                "app.quit",
            )
            if self.focused is None or self.focused.id == "tree"
            else (
                "rows.choose",
                "go.back",
                "view.leave",
                "view.next-pane",
                "view.maximise",
                "app.help",
                "app.quit",
            )
        )
        by_id = {action.id: action for action in ACTIONS}
        keys: list[tuple[str, str]] = []
        for id_ in ids:
            action = by_id[id_]
            keys.extend(((key_names(action)[0], "key"), (f" {action.verb}   ", "muted")))
        self.status.offer(tuple(keys))

    @on(RowsView.Chosen)
    def _chosen(self, event: RowsView.Chosen) -> None:
        view = self.tree_view
        if event.view is not view:
            if event.view.row.link:
                self.jump(event.view.row.link)
            return
        node, tree = view.node, view.tree_of
        if node is None or tree is None:
            return
        if link := tree.link(node):
            self.jump(link)
        elif node.opens:
            view.action_fold()
        else:
            self.action_detail()

    def jump(self, key: Key) -> None:
        """Go to a node, remembering where you were."""
        node = self.tree_view.node
        if node is not None:
            self._places[self._place :] = [node.key]
            self._place = len(self._places)
        self._go(key)

    def _go(self, key: Key) -> None:
        if self.tree_view.tree_of is not None and self.tree_view.tree_of.filter and not self._visible(key):
            self._end_filter()
        if self.tree_view.go_to(key):
            self.action_tree()
        else:
            self.notify("that is gone", severity="warning", markup=False)

    def _visible(self, key: Key) -> bool:
        tree = self.tree_view.tree_of
        return tree is not None and tree.index(key[:2]) is not None

    def action_back(self) -> None:
        self._travel(-1)

    def action_forward(self) -> None:
        self._travel(1)

    def _travel(self, by: int) -> None:
        place = self._place + by
        node = self.tree_view.node
        if node is None or not 0 <= place < len(self._places) + (by < 0):
            self.notify("no further", timeout=1, markup=False)
            return
        if self._place == len(self._places):
            self._places.append(node.key)  # so that forward comes back to here
        self._place = place
        self._go(self._places[place])

    def action_next_problem(self) -> None:
        self._go_to_problem(1)

    def action_previous_problem(self) -> None:
        self._go_to_problem(-1)

    def _go_to_problem(self, by: int) -> None:
        tree = self.tree_view.tree_of
        if tree is None or self.snapshot is None or self.snapshot.problems is None:
            self.notify("still checking", timeout=1, markup=False)
            return
        key = tree.problem_beyond(self.tree_view.cursor, by)
        if key:
            self.jump(key)
        else:
            self.notify("nothing is wrong", timeout=1, markup=False)

    def action_tree(self) -> None:
        self.remove_class("-beside")
        self.tree_view.focus()

    def action_detail(self) -> None:
        self.add_class("-beside")
        self.remove_class("-source")
        self.detail.focus()

    def action_source(self) -> None:
        self.add_class("-beside", "-source")
        self.source.focus()

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        panes = (self.action_tree, self.action_detail, self.action_source)
        names = ("tree", "detail", "source")
        here = names.index(self.focused.id) if self.focused is not None and self.focused.id in names else 0
        panes[(here + by) % 3]()

    def action_maximise(self) -> None:
        self.toggle_class("-maximised")
        self._told = None
        self.call_after_refresh(self._tell)

    def action_leave(self) -> None:
        tree = self.tree_view.tree_of
        if self.has_class("-maximised"):
            self.action_maximise()
        elif self.focused is not self.tree_view:
            self.action_tree()
        elif tree is not None and tree.filter:
            self._end_filter()

    # The filter

    async def action_filter(self) -> None:
        from textual.widgets import Input

        found = self.query("#filter")
        if found:
            field = found.first(Input)
        else:
            field = Input(
                placeholder="name, id or event; Enter keeps it, Esc ends it", compact=True, id="filter"
            )
            await self.mount(field)
        field.add_class("-open")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.tree_view.filter(event.value)
        self._tell_filter()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.remove_class("-open")
        self.action_tree()

    def _end_filter(self) -> None:
        for field in self.query("#filter"):
            field.remove_class("-open")
            field.value = ""  # type: ignore[attr-defined]
        self.tree_view.filter("")
        self._tell_filter()
        self.action_tree()

    def _tell_filter(self) -> None:
        tree = self.tree_view.tree_of
        if tree is None or self.snapshot is None:
            return
        count = len(self.snapshot.collection.entries)
        if tree.filter:
            found = sum(1 for node in tree.nodes if node.kind is Kind.WORKFLOW)
            self.tree_view.border_title = f"Workflows {found:,} of {count:,} with “{tree.filter}”"
            self.tree_view.empty = "no workflow has that in its name, id or event"
        else:
            self.tree_view.border_title = f"Workflows {count:,}"
