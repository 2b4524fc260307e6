"""The rail of the workflow of a rehearsal, with where the run stands, has been and stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.glyphs import flow_glyph, legend, problem_marks
from kustui.diagrams.rail_drawing import RailDrawing
from kustui.text.styled_lines import Line, Piece, fitted
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.rail_view import RailView
from kustui.tui.rehearsal.session import SCHEDULE, Session, StopPoint

HERE, ASKS, STOP, BEEN, FAILED, EARLIER, NOT_BEEN = "▶", "?", "■", "✓", "╳", "∙", "○"
_ROWS_AHEAD = 2
"""Rows below the current step that are kept in view, where there are some."""


def draw_rail(session: Session, analysis: WorkflowAnalysis) -> RailDrawing:
    """The rail of a workflow with the state of the rehearsal.

    A sign in the lane of each node says whether the current run has been there; at the right edge are problems,
    breakpoint, and whether any run has taken it.
    """
    return RailDrawing(analysis, _marks(session, analysis), glyphs=_signs(session, analysis))


def _visited(session: Session, key: str) -> frozenset[str]:
    run = session.state.run or session.state.last_run
    return frozenset(run.visited) if run is not None and run.key == key else frozenset()


def _signs(session: Session, analysis: WorkflowAnalysis) -> Mapping[str, Piece]:
    key = analysis.entry.key
    visited = _visited(session, key)
    signs: dict[str, Piece] = {}
    for node in analysis.flow.declared_edges:
        if node in visited:
            signs[node] = (flow_glyph(analysis.flow, node), "good")
        elif node != TRIGGER_ID:
            signs[node] = (NOT_BEEN, "muted")
    if session.state.run is not None and session.state.run.key == key:
        signs[session.state.run.node] = (ASKS, "warning") if session.state.before is not None else (HERE, "new")
    return signs


def _marks(session: Session, analysis: WorkflowAnalysis) -> Mapping[str, Line]:
    key, flow = analysis.entry.key, analysis.flow
    visited = _visited(session, key)
    here = session.state.run.node if session.state.run is not None and session.state.run.key == key else ""
    taken = session.taken.get(key) or ()
    scheduling = {call.step for call in analysis.calls} if SCHEDULE in session.stop_points else frozenset()
    problems = problem_marks(analysis, session.organisation.problems.get(key, ()))
    marks: dict[str, Line] = {}
    for node in flow.declared_edges:
        part = flow.part(node)
        stops = StopPoint("step", key, node) in session.stop_points or node in scheduling
        if node == here:
            state: Piece = (ASKS, "warning") if session.state.before is not None else (HERE, "new")
        elif node in visited:
            entry = session.last_entry_of(key, node)
            state = (FAILED, "error") if entry is not None and entry.failure is not None else (BEEN, "good")
        else:
            state = (EARLIER if part is not None and part.pointer in taken else " ", "muted")
        marks[node] = (*problems.get(node, ()), (f" {STOP}" if stops else "  ", "error"), state)
    return marks


_LEGEND = legend((HERE, BEEN, FAILED, NOT_BEEN, EARLIER, STOP))


class RunRailView(RailView, inherit_bindings=False):
    """A rail whose keys are those of the rehearsal: nothing folds, and no tree follows."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")

    def draw(self, rail: RailDrawing, node: str) -> None:
        """Show a rail with the cursor on a node."""
        same = self.drawing is not None and self.drawing.analysis.key == rail.analysis.key
        row = rail.row_of.get(node, 0)
        # what may come next is in view as well
        top = max(self.top if same else 0, row - self.page + 1 + _ROWS_AHEAD)
        self.show_drawing(rail, row, top=max(0, min(top, row - 1)))

    def foot(self, width: int) -> Sequence[Line]:
        """The row of the cursor in full where it is cut, and the signs that a flow does not have."""
        assert self.drawing is not None
        return (*self.in_full(self.drawing.full_line(self.cursor), width, 1), fitted(_LEGEND, width))

    def moved(self, *, searched: bool = False) -> None:
        """Nothing else follows this cursor but what hears ``Moved``."""

    def action_choose(self) -> None:
        self.post_message(self.Chosen(self))
