"""The explorer's tree on the screen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from msgspec.structs import replace
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.worker import Worker, WorkerError, get_current_worker

from kustui.tui.bindings import bindings
from kustui.tui.tree.nodes import Kind, Moves, Node
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, Rows, node_of
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.search.step_texts import StepTexts
    from kustui.tui.tree.tree_review import TreeReview
    from kustui.workspace.difference import Difference


_NOT_FOUND = "no workflow or step contains this; Enter searches everything for it, Esc shows all"
_NOTHING_LEFT = "the files contain no workflows any more; saved ones appear here"


class _Start(Struct, frozen=True):
    """Where one is before a filter is typed."""

    key: NodeKey
    below_top: int
    expanded: Collection[NodeKey]
    at: NodeKey
    """The node that the cursor stays on if it matches: this one, or where it was moved while typing."""


class TreeView(RowsView):
    """Workflows, their triggers and steps; rows are opened and closed here."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("tree")
    NAME = "1 Workflows"
    ABOUT = (
        "Files and their workflows. A workflow opens into its trigger and its steps, in the order in which a run "
        "reaches them; a step opens into its transitions and error cases, with their conditions. A step that "
        "schedules a workflow links to it. The numbers on the right count the problems of a row and of everything "
        "below it."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.is_open = False
        """Whether something was read: until then the tree is empty."""
        self.state = TreeState(Snapshot())
        self.tree_rows = TreeRows(self.state)
        self._workflow_rows: tuple[int, TreeState, list[int]] = (-1, self.state, [])
        """The rows of the workflows, of a revision of the tree."""
        self._displaced: tuple[NodeKey, NodeKey] = (), ()
        """The node that the cursor was on when that went away, and the one that it was put on instead."""
        self._start: _Start | None = None
        """Where Escape leads while a filter is typed."""
        self._top_before: int | None = None
        """The row at the upper edge before a filter, until the cursor moves: its line has yet to make room."""
        self._reading: tuple[StepTexts, Worker[None]] | None = None
        """The steps that are being read for the filter."""

    @property
    def position(self) -> tuple[int, int]:
        """Which of the steps of its workflow it is that the cursor is on or in, else which of the workflows."""
        if (step := self._step) is not None:
            return step
        if self._workflow_rows[0] != self.state.revision or self._workflow_rows[1] is not self.state:
            rows = [index for index, node in enumerate(self.state.nodes) if node.kind is Kind.WORKFLOW]
            self._workflow_rows = self.state.revision, self.state, rows
        rows = self._workflow_rows[2]
        is_inside = self.node is not None and self.node.entry is not None
        return bisect_right(rows, self.cursor) if is_inside else 0, len(rows)

    @property
    def counted(self) -> str:
        return "step" if self._step is not None else ""

    @property
    def _step(self) -> tuple[int, int] | None:
        """Which of the steps of its workflow the cursor is on or in, and how many there are."""
        node = self.node
        id_ = node_of(node.key) if node is not None else ""
        if node is None or node.entry is None or not id_:
            return None
        steps = self.state.analysis(node.entry).flow.order
        at = next((index for index, step in enumerate(steps, 1) if step.id == id_), None)
        return (at, len(steps)) if at is not None else None

    @property
    def node(self) -> Node | None:
        """The node of the cursor."""
        return self.state.nodes[self.cursor] if self.state.nodes else None

    def take(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
        """Show a snapshot, keeping what is open, where the cursor is, and where on the screen it stands."""
        if not self.is_open:
            self.is_open = True
            self.state = TreeState(snapshot)
            self.tree_rows = TreeRows(self.state)
            self.show(self.tree_rows.rows, self.state.first_workflow)
            return
        moved = Moves(difference).key
        key = self.node.key if self.node is not None else ()
        displaced, instead = self._displaced
        key = displaced if displaced and key == instead else moved(key)
        in_view = self.top <= self.cursor < self.top + self.page
        anchor = self.cursor if in_view else min(self.top, len(self.state.nodes) - 1)
        top_key = key if in_view else moved(self.state.nodes[anchor].key) if self.state.nodes else ()
        below_top = anchor - self.top
        if (start := self._start) is not None:
            expanded = set(map(moved, start.expanded))
            self._start = _Start(moved(start.key), start.below_top, expanded, moved(start.at))
        self.state.take(snapshot, difference)
        self._read_steps()
        top = self._nearest(top_key) - below_top
        self.show(self.tree_rows.rows, self._nearest(key), top=top, follow=in_view, few_changed=True)
        node = self.node
        # What comes back, as a file that is deleted and made again, is where the cursor was.
        is_above = node is not None and node.key != key and len(node.key) < len(key)
        self._displaced = (key, node.key) if node is not None and is_above else ((), ())

    def show_review(self, review: TreeReview | None) -> None:
        """Mark what changed since another state of the files, or no longer."""
        node = self.node
        self.state.show_review(review)
        self._show_anew(node)

    def show(
        self, rows: Rows, cursor: int = 0, *, top: int | None = None, follow: bool = True, few_changed: bool = False
    ) -> None:
        self.empty = _NOT_FOUND if self.state.filter else _NOTHING_LEFT
        super().show(rows, cursor, top=top, follow=follow, few_changed=few_changed)

    def watch_cursor(self, before: int, now: int) -> None:
        self._displaced, self._top_before = ((), ()), None
        super().watch_cursor(before, now)

    def on_resize(self, event: events.Resize) -> None:
        if self._top_before is not None:
            self.show(self.rows, self.cursor, top=self._top_before)

    def go_to(self, key: NodeKey) -> bool:
        """Put the cursor on a node, opening what it stands below; False where it is nowhere."""
        shown = self.tree_rows.rows.count
        index = self.state.reveal(key)
        if index is None:
            return False
        if self.tree_rows.rows.count == shown and index != self.cursor:
            self.cursor = index  # nothing had to be opened: two rows look different
            return True
        self.show(self.tree_rows.rows, index)
        self.post_message(self.Moved(self))
        return True

    # The filter

    class StepsRead(Message):
        """The filter has the steps of a large collection now."""

    def begin_filter(self) -> None:
        """From here on a filter is typed, and given up with an empty one."""
        key = self.node.key if self.node is not None else ()
        self._start = _Start(key, self.cursor - self.top, self.state.opened, key)

    def filter(self, text: str) -> None:
        """Show only the workflows and steps that hold every word of a text. With an empty one everything is shown
        again, where one was before it was typed; once it was kept, the cursor stays where it is."""
        start, key = self._start, self.node.key if self.node is not None else ()
        if text.strip():
            self.state.set_filter(text)
            index = self.state.index(start.at if start is not None else key)
            is_match = index is not None and self.state.is_match(self.state.nodes[index])
            self.show(self.tree_rows.rows, index if index is not None and is_match else self.state.first_match)
            self._read_steps()
        elif self.state.matches is not None:
            above = {key[:size] for size in range(1, len(key))}
            self.state.end_filter(start.expanded if start is not None else self.state.opened | above)
            cursor = self._nearest(start.key if start is not None else key)
            self._top_before = cursor - start.below_top if start is not None else None
            self.show(self.tree_rows.rows, cursor, top=self._top_before)
        self.post_message(self.Moved(self))

    def move_in_filter(self, by: int) -> None:
        """Move the cursor while a filter is typed."""
        self.cursor += by
        if self._start is not None and self.node is not None:
            self._start = replace(self._start, at=self.node.key)

    def keep_filter(self) -> NodeKey:
        """The filter is typed and stays; the node that the cursor was on before."""
        start, self._start = self._start, None
        return start.key if start is not None else ()

    def _read_steps(self) -> None:
        """Read in the background what the filter has yet to be given."""
        texts = self.state.unread
        if texts is None or (self._reading is not None and self._reading[0] is texts):
            return

        def read() -> None:
            worker = get_current_worker()
            texts.read(lambda: not worker.is_cancelled)
            if not worker.is_cancelled:
                self.post_message(self.StepsRead())

        self._reading = texts, self.run_worker(
            read, thread=True, exclusive=True, group="steps", description="reading steps"
        )  # fmt: skip

    async def wait_for_steps(self) -> None:
        """Wait until the filter has everything."""
        if self.state.unread is not None and self._reading is not None:
            with suppress(WorkerError):
                await self._reading[1].wait()
            self.filter(self.state.filter)

    def _show_anew(self, node: Node | None) -> None:
        """After a change of rows: the cursor on the same node, or on the nearest there is."""
        self.show(self.tree_rows.rows, self._nearest(node.key if node else ()))

    def _nearest(self, key: NodeKey) -> int:
        """The row of a node, else of what it stands below, else of the first workflow."""
        for size in range(len(key), 1 if self.state.filter else 0, -1):
            if (index := self.state.index(key[:size])) is not None:
                return index
        return self.state.first_workflow

    def open_first(self) -> None:
        """Open the first workflow, with the cursor on the node that it is on; where there is none, the first row."""
        first, node = self.state.first_workflow, self.node
        if self.cursor == first:
            self.action_open()
        else:
            self.state.open(first)
            self._show_anew(node)

    def action_open(self) -> None:
        node = self.node
        if node is not None and node.opens:
            if self.state.is_open(self.cursor):
                self.cursor += 1
            else:
                self.state.open(self.cursor)
                self.show(self.tree_rows.rows, self.cursor)

    def action_close(self) -> None:
        if self.node is not None:
            if self.state.is_open(self.cursor):
                self.state.close(self.cursor)
                self.show(self.tree_rows.rows, self.cursor)
            else:
                self.cursor = self.state.parent(self.cursor)

    def action_fold(self) -> None:
        if self.node is not None and self.state.is_open(self.cursor):
            self.action_close()
        elif self.node is not None and self.node.opens:
            self.action_open()

    def action_open_all(self) -> None:
        if self.node is not None:
            self.state.open_all(self.cursor)
            self.show(self.tree_rows.rows, self.cursor)

    def action_close_all(self) -> None:
        if (node := self.node) is not None:
            self.state.close_all()
            self._show_anew(node)
            self.post_message(self.Moved(self))

    def action_sibling(self, by: int) -> None:
        """Go to the next row below the same one, or to the previous (``by`` -1); stay where there is none."""
        if (node := self.node) is None:
            return
        nodes = self.state.nodes
        index = self.cursor + by
        while 0 <= index < len(nodes) and nodes[index].depth > node.depth:
            index += by
        if 0 <= index < len(nodes) and nodes[index].depth == node.depth:
            self.cursor = index
