"""The rail of a workflow on the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from kustui.diagrams.styled_lines import fitted
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import DiagramView, step_of
from kustui.tui.widgets.rows import Row, Rows, laid_out, node_key, workflow_key
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.binding import BindingType

    from kustui.diagrams.rail_drawing import RailDrawing
    from kustui.diagrams.styled_lines import Line
    from kustui.tui.tree.nodes import Node
    from kustui.tui.tree.tree_state import TreeState
    from kustui.tui.widgets.rows import NodeKey

_SHARE = 3
"""Of how many parts of the width the lanes take one at most."""


_WIDTH = 100
"""Cells of a row at least, where it is not for the pane."""


class RailView(RowsView, DiagramView):
    """A row a step; lanes beyond a third of the width scroll sideways, and what the rows say stays put."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rail")
    NAME = "5 Flow"
    ABOUT = (
        "The selected workflow, a row a step, with lanes for branches as in a git log: a line leads down to one "
        "step, and all ways to a step run into its line. A row says under which condition a run comes to it. The "
        "tree and the other panes follow the cursor."
    )
    SIGNS = "◆●◇↯│↺◈⇒✗▲·"
    KEYS = (
        "rows.choose", "rail.fold", "view.boxes", "view.chains", "view.timeline",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    FOOT = 4

    drawn: RailDrawing | None = None
    _first = 0
    """The first column of the lanes that is in view."""
    _putting = False
    """Whether the cursor is moved by what is told, not by a key."""
    _key: NodeKey = ()
    """The workflow that is drawn."""

    # What is drawn

    def tell(self, tree: TreeState, node: Node) -> None:
        follows = self.told(node)
        if node.entry is None:
            self.drawn, self._key = None, ()
            self.empty = "choose a workflow: its flow is drawn here"
            self.show(Rows.of(()))
            return
        from kustui.diagrams.glyphs import problem_marks
        from kustui.diagrams.rail_drawing import RailDrawing

        analysis = tree.analysis(node.entry)
        marks = problem_marks(analysis, tree.snapshot.by_entry.get(node.entry.key, ()))
        before, same = self.drawn, self._key == workflow_key(node.entry)
        drawn = before if before is not None and same else RailDrawing(analysis, marks)
        if drawn.analysis is not analysis or drawn.marks != marks:
            drawn = RailDrawing(analysis, marks, drawn.folded)
        step = step_of(node)
        if same and not follows and before is not None and self.node in drawn.flow.declared_edges:
            step = self.node
        self.drawn = drawn = drawn.unfolded_to(step)
        self._key = workflow_key(node.entry)
        self._put(drawn.row_of.get(step, 0), anew=drawn is not before, top=None if same else 0)

    def _put(self, row: int, *, anew: bool, top: int | None = None) -> None:
        assert self.drawn is not None
        self._putting = True
        if anew:
            self._first = min(self._first, self._last_first)
            self.show(Rows(len(self.drawn.nodes), self._row), row, top=top)
        else:
            self.cursor = row
        self._putting = False
        self._keep_node_in_view()

    def _row(self, index: int) -> Row:
        assert self.drawn is not None
        row = self.drawn.row(index, self._first, self._columns, self.size.width - 1)
        return Row(row.line, row.aside, row.mark)

    def whole(self) -> Iterator[Line]:
        if self.drawn is not None:
            yield ((self.drawn.analysis.entry.title, "heading"),)
            for index in range(len(self.drawn.nodes)):
                row = self.drawn.row(index, 0, len(self.drawn.layout.columns))
                yield laid_out(Row(row.line, row.aside, row.mark), max(self.size.width, _WIDTH))

    def foot(self, width: int) -> Sequence[Line]:
        """The row of the cursor in full where it is cut, and what the signs mean."""
        assert self.drawn is not None
        legend = fitted(self.drawn.legend, width)
        return (*self.in_full(self.drawn.full_line(self.cursor), width), legend)

    # The lanes

    @property
    def _columns(self) -> int:
        """How many columns of lanes are in view."""
        wanted = len(self.drawn.layout.columns) if self.drawn is not None else 0
        return min(wanted, max(3, self.size.width // _SHARE // 2))

    @property
    def _last_first(self) -> int:
        """The first column when the last one is in view."""
        return len(self.drawn.layout.columns) - self._columns if self.drawn is not None else 0

    def _keep_node_in_view(self) -> None:
        """Scroll the lanes so far that the node of the cursor is among them."""
        if self.drawn is not None and self.drawn.nodes:
            column = self.drawn.layout.rows[self.cursor].column
            self._show_from(max(min(self._first, column), column - self._columns + 1))

    def _show_from(self, first: int) -> None:
        first = max(0, min(first, self._last_first))
        if first != self._first:
            self._first = first
            self.refresh()

    def watch_cursor(self, before: int, now: int) -> None:
        super().watch_cursor(before, now)
        self._keep_node_in_view()
        if not self._putting:
            self.moved()

    def action_lanes_left(self) -> None:
        self._show_from(self._first - 1)

    def action_lanes_right(self) -> None:
        self._show_from(self._first + 1)

    # Going and folding

    @property
    def node(self) -> str:
        """The trigger or step of the cursor; an empty string where nothing is drawn."""
        return self.drawn.nodes[self.cursor] if self.drawn is not None and self.drawn.nodes else ""

    @property
    def selected_key(self) -> NodeKey:
        return node_key(self.drawn.analysis.entry, self.node) if self.drawn is not None and self.node else ()

    def action_choose(self) -> None:
        if self.drawn is None or not self.node:
            return
        if self.drawn.hidden.get(self.node):
            self.action_fold_branch()
            return
        target = self.drawn.analysis.scheduled_by(self.node)
        self.follow(workflow_key(target) if target is not None else ())

    def action_fold_branch(self) -> None:
        """Put what only the step of the cursor leads to behind its row, or back."""
        drawn, node = self.drawn, self.node
        if drawn is not None and node:
            self.drawn = replace(drawn, folded=drawn.folded ^ {node})
            self._put(self.drawn.row_of[node], anew=True)

    def action_unfold_all(self) -> None:
        if self.drawn is not None and self.node:
            node = self.node
            self.drawn = replace(self.drawn, folded=frozenset())
            self._put(self.drawn.row_of[node], anew=True)
