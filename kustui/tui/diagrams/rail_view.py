"""The rail of a workflow on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.binding import BindingType

from kustui.text.styled_lines import Line, fitted
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.places import drawn
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, Row, Rows, laid_out, node_key, node_of, workflow_key
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from kustui.diagrams.rail_drawing import RailDrawing  # drawings come after the first paint


_SHARE = 3
"""Of how many parts of the width the lanes take one at most."""
_WIDTH = 100
"""Cells of a row at least, where it is not for the pane."""


class RailView(RowsView, DiagramView):
    """A row a step; lanes beyond a third of the width scroll sideways, and what the rows say stays put."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rail")
    NAME = "5 Flow"
    ABOUT = (
        "The selected workflow, one row per step, with lanes for branches as in a git log: one line leads down to "
        "each step, and every transition to the step joins that line. A row shows the condition under which a run "
        "reaches it. The tree and the other panes follow the cursor."
    )
    draws_both_states = True
    KEYS = (
        "rows.choose", "rail.fold", "view.boxes", "view.chains", "view.timeline",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    FOOT = 4

    drawing: RailDrawing | None = None
    _first = 0
    """The first column of the lanes that is in view."""
    _moves_cursor = False
    """Whether the cursor is moved by what is shown, not by a key."""
    _workflow: NodeKey = ()
    """The workflow that is drawn."""

    # What is drawn

    def show_node(self, tree: TreeState, node: Node) -> None:
        follows = self.accept(node)
        if node.entry is None:
            self.drawing, self._workflow = None, ()
            self.empty = "select a workflow to draw its flow here"
            self.show(Rows.of(()))
            return
        from kustui.diagrams.rail_drawing import RailDrawing

        analysis, changes = drawn(tree, node)
        marks = self.marks_of(tree, analysis)
        before, same = self.drawing, self._workflow == workflow_key(analysis.entry)
        drawing = before if before is not None and same else RailDrawing(analysis, marks, changes=changes)
        if drawing.analysis is not analysis or drawing.marks != marks:
            drawing = RailDrawing(analysis, marks, drawing.folded, changes=changes)
        step = node_of(node.key)
        if same and not follows and before is not None and self.node in drawing.flow.declared_edges:
            step = self.node
        drawing = drawing.unfolded_to(step)
        self._workflow = workflow_key(analysis.entry)
        self.show_drawing(drawing, drawing.row_of.get(step, 0), top=None if same else 0)

    def show_drawing(self, drawing: RailDrawing, row: int, *, top: int | None = None) -> None:
        """Show a rail, the cursor in one of its rows and, if it can be, another at the upper edge."""
        self._moves_cursor = True
        if drawing is not self.drawing:
            self.drawing = drawing
            self._first = min(self._first, self._last_first)
            self.show(Rows(len(drawing.nodes), self._row), row, top=top)
            self._keep_node_in_view()
        else:
            self.cursor = row  # where it was already, the lanes stay where somebody scrolled them
        self._moves_cursor = False

    def _row(self, index: int) -> Row:
        assert self.drawing is not None
        return Row.of(self.drawing.row(index, self._first, self._columns, self.size.width - 1))

    def whole(self) -> Iterator[Line]:
        if self.drawing is not None:
            yield ((self.drawing.analysis.title, "heading"),)
            for index in range(len(self.drawing.nodes)):
                yield laid_out(Row.of(self.drawing.row(index)), max(self.size.width, _WIDTH))

    def foot(self, width: int) -> Sequence[Line]:
        """The row of the cursor in full where it is cut, and what the glyphs mean."""
        assert self.drawing is not None
        return (*self.in_full(self.drawing.full_line(self.cursor), width, 1), fitted(self.drawing.legend, width))

    # The lanes

    @property
    def _columns(self) -> int:
        """How many columns of lanes are in view."""
        columns = len(self.drawing.layout.columns) if self.drawing is not None else 0
        return min(columns, max(3, self.size.width // _SHARE // 2))

    @property
    def _last_first(self) -> int:
        """The first column when the last one is in view."""
        return len(self.drawing.layout.columns) - self._columns if self.drawing is not None else 0

    def _keep_node_in_view(self) -> None:
        """Scroll the lanes so far that the node of the cursor is among them."""
        if self.drawing is not None and self.drawing.nodes:
            column = self.drawing.layout.rows[self.cursor].column
            self._show_from(max(min(self._first, column), column - self._columns + 1))

    def _show_from(self, first: int) -> None:
        first = max(0, min(first, self._last_first))
        if first != self._first:
            self._first = first
            self.refresh()

    def watch_cursor(self, before: int, now: int) -> None:
        super().watch_cursor(before, now)
        self._keep_node_in_view()
        if not self._moves_cursor:
            self.moved()

    def action_lanes(self, by: int) -> None:
        self._show_from(self._first + by)

    # Going and folding

    @property
    def node(self) -> str:
        """The trigger or step of the cursor; an empty string where nothing is drawn."""
        return self.drawing.nodes[self.cursor] if self.drawing is not None and self.drawing.nodes else ""

    @property
    def selected_key(self) -> NodeKey:
        return node_key(self.drawing.analysis.entry, self.node) if self.drawing is not None and self.node else ()

    def action_choose(self) -> None:
        if self.drawing is None or not self.node:
            return
        if self.drawing.hidden.get(self.node):
            self.action_fold_branch()
            return
        target = self.drawing.analysis.scheduled_by(self.node)
        self.follow(workflow_key(target) if target is not None else ())

    def action_fold_branch(self) -> None:
        """Put what only the step of the cursor leads to behind its row, or back."""
        if self.drawing is not None and self.node:
            self._fold(self.drawing.folded ^ {self.node})

    def action_unfold_all(self) -> None:
        if self.drawing is not None and self.node:
            self._fold(frozenset())

    def _fold(self, folded: frozenset[str]) -> None:
        assert self.drawing is not None
        node, drawing = self.node, replace(self.drawing, folded=folded)
        self.show_drawing(drawing, drawing.row_of[node])
