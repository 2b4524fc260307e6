"""The rail of the workflow that is rehearsed: where the run stands, where it has been, where it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.glyphs import problem_marks
from kustui.diagrams.rail_drawing import BRANCH, STEP, TRIGGER, RailDrawing
from kustui.diagrams.styled_lines import Line, fitted, joined
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.rail_view import RailView
from kustui.tui.rehearsal.session import SCHEDULE, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.binding import BindingType

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.diagrams.styled_lines import Line, Piece
    from kustui.tui.rehearsal.session import Session

HERE, STOP, BEEN, EARLIER, NOT_BEEN = "▶", "■", "✓", "∙", "○"


def course(session: Session, analysis: WorkflowAnalysis) -> RailDrawing:
    """The rail of a workflow with what the rehearsal makes of it: a sign in the lane of each node for whether the run
    at hand has been there, and at the right edge problems, breakpoint, and whether any run has taken it."""
    return RailDrawing(analysis, _marks(session, analysis), glyphs=_signs(session, analysis))


def _been(session: Session, key: str) -> frozenset[str]:
    run = session.state.run or session.state.last_run
    return frozenset(run.visited) if run is not None and run.key == key else frozenset()


def _signs(session: Session, analysis: WorkflowAnalysis) -> Mapping[str, Piece]:
    key = analysis.entry.key
    been = _been(session, key)
    signs: dict[str, Piece] = {}
    for node in analysis.flow.declared_edges:
        part = analysis.flow.part(node)
        if node in been:
            glyph = (
                TRIGGER if node == TRIGGER_ID else BRANCH if isinstance(part, Step) and part.action is None else STEP
            )
            signs[node] = (glyph, "good")
        elif node != TRIGGER_ID:
            signs[node] = (NOT_BEEN, "muted")
    if session.state.run is not None and session.state.run.key == key:
        signs[session.state.run.node] = (HERE, "new")
    return signs


def _marks(session: Session, analysis: WorkflowAnalysis) -> Mapping[str, Line]:
    key, flow = analysis.entry.key, analysis.flow
    been = _been(session, key)
    here = session.state.run.node if session.state.run is not None and session.state.run.key == key else ""
    taken = session.taken.get(key, frozenset())
    scheduling = {call.step for call in analysis.calls} if SCHEDULE in session.stops else frozenset()
    problems = problem_marks(analysis, session.organisation.problems.get(key, ()))
    marks: dict[str, Line] = {}
    for node in flow.declared_edges:
        part = flow.part(node)
        stops = Stop("step", key, node) in session.stops or node in scheduling
        if node == here:
            state: Piece = (HERE, "new")
        elif node in been:
            state = (BEEN, "good")
        else:
            state = (EARLIER if part is not None and part.pointer in taken else " ", "muted")
        found: Line = (*problems.get(node, ()), (f" {STOP}" if stops else "  ", "error"), state)
        marks[node] = found
    return marks


_AHEAD = 2
"""Rows below the step at hand that are in view, where there are some."""
_LEGEND = joined(
    [((f"{sign} ", look), (words, "muted"))
     for sign, look, words in (("▶", "new", "next"), ("●", "good", "been"), ("○", "muted", "not yet"),
                               ("∙", "muted", "another run"), ("■", "error", "stop"))],
    ("  ", ""),
)  # fmt: skip


class CourseView(RailView, inherit_bindings=False):
    """A rail whose keys are those of the rehearsal: nothing folds, and no tree follows."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")

    def draw(self, rail: RailDrawing, node: str) -> None:
        """Show a rail, the cursor on a node of it."""
        same = self.drawing is not None and self.drawing.analysis.key == rail.analysis.key
        row = rail.row_of.get(node, 0)
        # What may come next is to be seen as well.
        top = max(self.top if same else 0, row - self.page + 1 + _AHEAD)
        self.show_drawing(rail, row, top=max(0, min(top, row - 1)))

    def foot(self, width: int) -> Sequence[Line]:
        """The row of the cursor in full where it is cut, and what is added to the signs of a flow."""
        assert self.drawing is not None
        return (*self.in_full(self.drawing.full_line(self.cursor), width), fitted(_LEGEND, width))

    def moved(self) -> None:
        """What follows its cursor is told by ``Moved``, as of every list."""

    def action_choose(self) -> None:
        self.post_message(self.Chosen(self))
