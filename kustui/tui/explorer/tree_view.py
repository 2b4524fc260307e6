"""The explorer's tree on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from kustui.tui.bindings import bindings
from kustui.tui.tree.nodes import Moves, Node
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, Rows
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.workspace.difference import Difference


_NOT_FOUND = "no name, id or event contains this; Esc shows all workflows"
_NOTHING_LEFT = "the files contain no workflows any more; saved ones appear here"


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
        self._displaced: NodeKey = ()
        """The node that the cursor was on when that went away."""

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
        key = self._displaced or (moved(self.node.key) if self.node is not None else ())
        in_view = self.top <= self.cursor < self.top + self.page
        anchor = self.cursor if in_view else min(self.top, len(self.state.nodes) - 1)
        top_key = key if in_view else moved(self.state.nodes[anchor].key) if self.state.nodes else ()
        below_top = anchor - self.top
        self.state.take(snapshot, difference)
        self.show(self.tree_rows.rows, self._nearest(key), top=self._nearest(top_key) - below_top, follow=in_view)
        node = self.node
        # What comes back, as a file that is deleted and made again, is where the cursor was.
        self._displaced = key if node is not None and node.key != key and len(node.key) < len(key) else ()

    def show(self, rows: Rows, cursor: int = 0, *, top: int | None = None, follow: bool = True) -> None:
        self.empty = _NOT_FOUND if self.state.filter else _NOTHING_LEFT
        super().show(rows, cursor, top=top, follow=follow)

    def watch_cursor(self, before: int, now: int) -> None:
        self._displaced = ()
        super().watch_cursor(before, now)

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

    def filter(self, text: str) -> None:
        """Show only the workflows that hold every word of a text."""
        before = self.node
        self.state.set_filter(text)
        self._show_anew(before)
        self.post_message(self.Moved(self))

    def _show_anew(self, node: Node | None) -> None:
        """After a change of rows: the cursor on the same node, or on the nearest there is."""
        self.show(self.tree_rows.rows, self._nearest(node.key if node else ()))

    def _nearest(self, key: NodeKey) -> int:
        """The row of a node, else of what it stands below, else of the first workflow."""
        for size in range(len(key), 1 if self.state.filter else 0, -1):
            if (index := self.state.index(key[:size])) is not None:
                return index
        return self.state.first_workflow

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
