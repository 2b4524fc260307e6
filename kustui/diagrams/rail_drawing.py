"""A workflow as a rail: a row a step, with lanes for branches beside it, and what each row says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.names import node_name
from kustui.analysis.schedules import ScheduleCall
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.glyphs import (
    AFTER_FAILURE,
    ERROR_CASE,
    FOLDED,
    NO_CHANGES,
    NODE_GLYPHS,
    ChangeMarks,
    NodeKind,
    changed_line,
    common_mark,
    flow_glyph,
    legend,
    sign_line,
)
from kustui.diagrams.labels import (
    LONGEST_IN_ROW,
    LONGEST_LABEL,
    LONGEST_SUMMARY,
    LONGEST_WHOLE,
    NameRecorder,
    call_line,
    condition_line,
    edge_label,
    event_label,
    incoming_label,
    step_label,
    summary_line,
)
from kustui.diagrams.layout.layers import Arrow
from kustui.diagrams.layout.rail_layout import LinkKind, RailLayout, RailRow, lay_out_rail
from kustui.groups import grouped
from kustui.text.messages import counted
from kustui.text.signs import CHANGE_SIGNS, REMOVED
from kustui.text.styled_lines import Line, Piece, StyledRow, fitted, joined, width_of

_LANE, _DASHED_LANE = "│", "╎"
_SIDEWAYS, _DASHED_SIDEWAYS = "─", AFTER_FAILURE
# By what a line does in a column beside the node: where it ends there, and where it goes on beyond; left and right.
_TURNS = {
    LinkKind.OPENS_LANE: (("╭", "┬"), ("╮", "┬")),
    LinkKind.JOINS_LANE: (("├", "┼"), ("┤", "┼")),
    LinkKind.CLOSES_LANE: (("╰", "┴"), ("╯", "┴")),
    LinkKind.BACK_EDGE: (("↺", "↺"), ("↺", "↺")),
    LinkKind.DANGLING: (("✗", "✗"), ("✗", "✗")),
}
_OPEN, _CLOSE, _ITSELF = ("“", "muted"), ("”", "muted"), ("itself", "muted")
_TARGET_WIDTH = 24
"""Cells of the name of what an edge leads back to, at most."""
_NAME_WIDTH = 8
"""Cells of a step's own name, at least."""


class RailDrawing(Struct, frozen=True, eq=False, dict=True):
    """The rail of a workflow. Rows are made when they are drawn."""

    analysis: WorkflowAnalysis
    marks: Mapping[str, Line] = field(default_factory=dict)
    """What stands at the right edge of a node's row."""
    folded: frozenset[str] = frozenset()
    """Nodes whose rows stand for those of all that only they lead to."""
    glyphs: Mapping[str, Piece] = field(default_factory=dict)
    """What stands in the lane of a node instead of the glyph of its kind."""
    changes: ChangeMarks = NO_CHANGES
    """What a comparison says of its nodes and edges, where the flow is that of both states."""

    @property
    def flow(self) -> FlowGraph:
        return self.analysis.flow

    # Folding

    @cached_property
    def folded_into(self) -> Mapping[str, str]:
        """The folded node whose row stands for each node that has none of its own."""
        folded_into: dict[str, str] = {}
        heads = [step.id for step in self.flow.order if step.id in self.folded]
        if TRIGGER_ID in self.folded:
            heads.insert(0, TRIGGER_ID)
        for head in heads:  # outermost first: what is behind it stays behind it
            if head not in folded_into:
                folded_into.update(
                    (step.id, head) for step in self.flow.order if self.flow.has_always_run(head, step.id)
                )
        return folded_into

    def unfolded_to(self, node: str) -> RailDrawing:
        """The same, unfolded as far as a node needs it to have a row of its own."""
        drawing = self
        while (head := drawing.folded_into.get(node)) is not None:
            drawing = replace(drawing, folded=drawing.folded - {head})
        return drawing

    @cached_property
    def hidden(self) -> Mapping[str, int]:
        """How many steps the row of each folded node stands for beside its own."""
        return Counter(self.folded_into.values())

    # The layout

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The node of each row."""
        trigger = (TRIGGER_ID,) if self.flow.workflow.trigger is not None else ()
        return (*trigger, *(step.id for step in self.flow.order if step.id not in self.folded_into))

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """The row of each node, or of the one that stands for it."""
        own = {node: row for row, node in enumerate(self.nodes)}
        return own | {node: own[head] for node, head in self.folded_into.items() if head in own}

    @cached_property
    def layout(self) -> RailLayout:
        return lay_out_rail(self.nodes, self._arrows())

    def _arrows(self) -> Iterator[Arrow]:
        for node, edges in self.flow.declared_edges.items():
            source = self.folded_into.get(node, node)
            for edge in edges:
                if edge.error_action:
                    continue
                head = self.flow.target_node(edge)
                target = self.folded_into.get(head, head)
                if source != target or (node == head and not self.folded_into):
                    yield Arrow(source, target, edge.after_failure, self.changes.of_edge(edge))

    # Rows

    def row(self, index: int, first: int = 0, columns: int | None = None, width: int | None = None) -> StyledRow:
        """The row of a node, with so many columns of its lanes from the first on, or all. Where it is longer than so
        many cells, what it does is said in fewer words, and its own name is cut so that the names of what it leads back
        to have room."""
        node = self.nodes[index]
        lanes = self.lanes(index, first, len(self.layout.columns) if columns is None else columns)
        mark = self.marks.get(node, ())
        whole = StyledRow(
            (*lanes, *self._label(node, None, LONGEST_SUMMARY)), self._action(node, LONGEST_SUMMARY), mark
        )
        if width is None or whole.width <= width:
            return whole
        room = width - width_of(lanes) - (width_of(mark) + 1 if mark else 0)
        return StyledRow((*lanes, *self._label(node, room, LONGEST_LABEL)), self._action(node, LONGEST_LABEL), mark)

    def full_line(self, index: int) -> Line:
        """All that the row of a node says, without lanes."""
        node = self.nodes[index]
        action = self._action(node, LONGEST_WHOLE)
        return (*self._label(node, None, LONGEST_WHOLE), *((("  ", ""), *action) if action else ()))

    @cached_property
    def legend(self) -> Line:
        """The glyphs that are in it, and what they mean."""
        glyphs = {self._glyph(node)[0] for node in self.nodes}
        if self._calls:
            glyphs.add(NODE_GLYPHS[NodeKind.SCHEDULE][0])
        edges = (edge for edges in self.flow.declared_edges.values() for edge in edges)
        if any(edge.after_failure and not edge.error_action for edge in edges):
            glyphs.add(AFTER_FAILURE)
        if any(True for node in self.nodes for _ in self._error_actions(node)):
            glyphs.add(ERROR_CASE)
        glyphs.update(CHANGE_SIGNS[mark][0] for mark in (*self.changes.nodes.values(), *self.changes.edges.values()))
        return legend(glyphs)

    @cached_property
    def _calls(self) -> Mapping[str, ScheduleCall]:
        return {call.step: call for call in self.analysis.calls}

    def _action(self, node: str, longest: int) -> Line:
        """What the step of a node does in so many characters, where its name does not say it."""
        step = self.flow.part(node)
        if not isinstance(step, Step) or step.name == step.id:
            return ()
        return summary_line(self.flow, step, "muted", longest)

    def _glyph(self, node: str) -> Piece:
        if (glyph := self.glyphs.get(node)) is not None:
            return glyph
        part = self.flow.part(node)
        if not isinstance(part, Step):
            return NODE_GLYPHS[NodeKind.TRIGGER]
        look = "muted" if self.flow.is_never_reached(node) else "action"
        if self.hidden.get(node):
            return FOLDED, look
        return flow_glyph(self.flow, node), look

    def _label(self, node: str, room: int | None, longest: int) -> Line:
        part, sign = self.flow.part(node), self.changes.sign(node)
        if not isinstance(part, Step):
            return (*sign, (event_label(part), "event"), *self._folded_count(node), *self._undrawn_targets(node))
        name_look = "gone" if self.changes.nodes.get(node) == REMOVED else "name"
        line: Line = (*sign, *((text, look or name_look) for text, look in step_label(self.flow, part, longest)))
        if undrawn := self._undrawn_targets(node):
            if room is not None:
                line = fitted(line, max(_NAME_WIDTH, room - width_of(undrawn) - 1))
            line = (*line, *undrawn)
        if (call := self._calls.get(node)) is not None:
            line = (*line, (" ", ""), *call_line(call, self.analysis.collection))
        if self.flow.is_never_reached(node):
            line = (*line, (" never reached", "warning"))
        line = (*line, *self._incoming(node))
        return (*line, *self._folded_count(node), *self._back_edge_label(node))

    def _incoming(self, node: str) -> Line:
        """What leads to a node. Worked out once: a condition may be long, and rows are drawn after every key."""
        if (line := self._incoming_lines.get(node)) is None:
            names = NameRecorder(self.flow)
            label = incoming_label(self.flow, node, names, self.changes)
            incoming = self.flow.incoming[node] if label else ()
            look = "warning" if all(edge.after_failure for edge in incoming) else "muted"
            if mark := common_mark(map(self.changes.of_edge, incoming)):
                look = CHANGE_SIGNS[mark][1]
            line = self._incoming_lines[node] = (("  ", ""), *names.set_apart(label, look)) if label else ()
        return line

    @cached_property
    def _incoming_lines(self) -> dict[str, Line]:
        return {}

    def _folded_count(self, node: str) -> Line:
        count = self.hidden.get(node, 0)
        return ((f"  +{counted(count, 'step')}", "info"),) if count else ()

    def _undrawn_targets(self, node: str) -> Line:
        """Where the edges lead that are named instead of drawn: back to a row above, to missing steps, and to none."""
        back = grouped((self.flow.target_node(edge), self.changes.of_edge(edge)) for edge in self._back_edges(node))
        names: list[Line] = [
            (*sign_line(common_mark(marks)), *((_ITSELF,) if target == node else self._quoted_name(target)))
            for target, marks in back.items()
        ]
        parts: list[Line] = []
        if names:
            parts.append(((" ↺ back to ", "warning"), *joined(names, (", ", "muted"))))
        missing = dict.fromkeys(
            edge.target
            for edge in self.flow.declared_edges[node]
            if self.flow.target_node(edge) not in self.row_of and not edge.error_action
        )
        parts.extend(((" ✗ no step ", "error"), (target, "fault")) for target in missing)
        if actions := dict.fromkeys(edge.destination for edge in self._error_actions(node)):
            parts.append(((" ↯ ", "warning"), (", ".join(actions), "muted")))
        return joined(parts, (",", "muted"))

    def _error_actions(self, node: str) -> Iterator[Edge]:
        return (edge for edge in self.flow.declared_edges[node] if edge.error_action)

    def _quoted_name(self, node: str) -> Line:
        return (_OPEN, *fitted(((node_name(self.flow, node), "muted"),), _TARGET_WIDTH), _CLOSE)

    def _back_edges(self, node: str) -> list[Edge]:
        """The edges that lead to this row or one above."""
        if node in self.folded_into:
            return []
        own = self.row_of[node]
        return [
            edge
            for edge in self.flow.declared_edges[node]
            if (target := self.flow.target_node(edge)) not in self.folded_into
            and self.row_of.get(target, own + 1) <= own
        ]

    def _back_edge_label(self, node: str) -> Line:
        """When the edges back and the error actions are taken."""
        back = ((edge, edge_label(self.flow, edge, longest=LONGEST_IN_ROW)) for edge in self._back_edges(node))
        labels = dict.fromkeys(filter(None, (self.changes.edge_label(*edge) for edge in back)))
        line: Line = ((f"  ↺ {', or '.join(labels)}", "muted"),) if labels else ()
        actions = [*self._error_actions(node)]
        for edge in actions:
            mark = self.changes.of_edge(edge)
            if mark or not self.flow.always_holds(edge.transition):
                action = edge.destination if len(actions) > 1 else ""  # a single one has just been named
                words: Line = (("  ↯ " if action else "  ↯", "warning"), (action, "muted"))
                line = (*line, *words, *sign_line(mark), *condition_line(self.analysis, edge.transition))
        return line

    # Lanes

    def lanes(self, index: int, first: int, columns: int) -> Line:
        """The lanes beside a row, two cells a column; what goes on out of sight ends in ``‹`` or ``›``."""
        layout, row = self.layout, self.layout.rows[index]
        low = min(row.column, *(link.column for link in row.links), row.column)
        high = max(row.column, *(link.column for link in row.links), row.column)
        last = min(first + columns, len(layout.columns))
        pieces: list[Piece] = []
        for column in range(first, last):
            pieces.append(self._lane_cell(index, column, row, low, high))
            pieces.append(_sideways(row, column) if low <= column < high else (" ", ""))
        if pieces and first and (low < first or any(layout.lane_through(index, column) for column in range(first))):
            pieces[0] = ("‹", "muted")
        hidden = range(last, len(layout.columns))
        if pieces and hidden and (high >= last or any(layout.lane_through(index, column) for column in hidden)):
            pieces[-1] = ("›", "muted")
        return _merged(pieces)

    def _lane_cell(self, index: int, column: int, row: RailRow, low: int, high: int) -> Piece:
        if column == row.column:
            return self._glyph(row.node)
        for link in row.links:
            if link.column == column:
                glyph = _TURNS[link.kind][column > row.column][low < column < high]
                look = "error" if link.kind is LinkKind.DANGLING else "warning" if link.after_failure else "muted"
                return changed_line(glyph, look, link.mark)
        if (lane := self.layout.lane_through(index, column)) is not None:
            line = (_LANE, "muted") if lane.solid_from <= index else (_DASHED_LANE, "warning")
            return changed_line(*line, lane.mark_at(index))
        return _sideways(row, column if column > row.column else column - 1) if low < column < high else (" ", "")


def _sideways(row: RailRow, column: int) -> Piece:
    """What runs sideways between a column and the next, for the links on the far side of it."""
    right = column >= row.column
    beyond = [link for link in row.links if (link.column > column) == right and link.column != row.column]
    line = (_DASHED_SIDEWAYS, "warning") if all(link.after_failure for link in beyond) else (_SIDEWAYS, "muted")
    return changed_line(*line, common_mark(link.mark for link in beyond))


def _merged(pieces: Iterable[Piece]) -> Line:
    """The same in as few pieces as can be: each is a change of colour, and a blank has none."""
    merged: list[Piece] = []
    for text, look in pieces:
        if merged and (text == " " or look == merged[-1][1]):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        else:
            merged.append((text, look))
    return tuple(merged)
