"""What the panes tell: of the node that the tree's cursor is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from kustui.tui.diagrams.diagram_view import REST
from kustui.tui.explorer.breadcrumbs import breadcrumbs, counts
from kustui.tui.explorer.panes import Panes
from kustui.tui.widgets.rows import NodeKey, Row, Rows, Target
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from textual.timer import Timer

    from kustui.tui.tree.nodes import Node


class Telling(Panes):
    """Panes that follow the cursor of the tree, once it rests."""

    def __init__(self) -> None:
        super().__init__()
        self.told: NodeKey | None = None
        """The node that the panes tell of; None where they are to be told anew."""
        self.described: NodeKey | None = None
        """The node that they told of last: told anew, its place in them is kept."""
        self.target: Target | None = None
        """The place in a file that was jumped to and is yet to be shown."""
        self.progress = ""
        """How far what takes its time has come."""
        self._resting: Timer | None = None

    @on(RowsView.Moved, "#tree")
    def _moved(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        self._resting = None
        self.look()
        self.tell()

    def enter(self, name: str) -> None:
        self.tell()  # whoever is quicker than the cursor rests finds the pane at what the cursor is on
        super().enter(name)

    def look(self) -> None:
        """Somebody looks at the node of the cursor: if it was marked as different, it is no more."""
        view = self.tree_view
        if view.state is not None and view.node is not None and view.state.look_at(view.node.key):
            view.refresh()

    def tell(self) -> None:
        """Show the node of the cursor in the panes at the right and in the status line."""
        self.tell_where()
        node, tree = self.tree_view.node, self.tree_view.state
        if not self.ready or tree is None:
            return
        if node is None:
            self.detail.show(Rows.of(()))
            self.source.show(Rows.of(()))
            return
        if self.told == node.key:
            return
        from kustui.tui.explorer.detail import described
        from kustui.tui.explorer.source_rows import source_rows

        again = node.key == self.described
        self.told = self.described = node.key
        width = max(20, self.detail.content_size.width - 1)
        rows = Rows.of(described(tree, node, width))
        if again:
            self.detail.show_again(rows)
        else:
            self.detail.show(rows, top=0)
        self._show_source(source_rows(node.document, node.pointer, tree.problems(node)), node, again=again)
        self.side.tell(tree, node)
        self.title_panes()

    def _show_source(self, rows: Rows, node: Node, *, again: bool) -> None:
        """Show source, its cursor on the line that was jumped to, if one was."""
        target, self.target = self.target, None
        if again and target is None:
            self.source.show_again(rows, lambda row: row.line[1:])  # the number of a line may be another
            return
        line = 0
        if target is not None and target.document is node.document and rows.first_line:
            line = target.document.source.place(target.offset).line - rows.first_line
        self.source.show(rows, line, top=max(0, line - self.source.page // 2))

    def tell_where(self) -> None:
        node, tree = self.tree_view.node, self.tree_view.state
        where = breadcrumbs(tree, self.tree_view.tree_rows, node) if tree is not None and node is not None else ()
        found = self.snapshot.problems if self.snapshot is not None else None
        self.status.tell(Row(where, mark=((self.progress, "info"),) if self.progress else counts(found)))

    def tell_progress(self, text: str) -> None:
        self.progress = text
        if self.snapshot is None:
            self.tree_view.empty = text
            self.tree_view.refresh()
        self.tell_where()

    @on(RowsView.Widened, "#detail")
    def _widened(self) -> None:
        self.told = None
        self.tell()
