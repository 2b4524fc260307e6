"""A workflow as a rail: a row a step, with lanes for branches beside it, and what each row says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.schedules import ScheduleCall
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.glyphs import FAILING, GLYPHS, NodeKind, legend
from kustui.diagrams.labels import (
    call_line,
    edge_label,
    event_label,
    incoming_label,
    node_name,
    short_action,
    step_label,
)
from kustui.diagrams.layout.geometry import Arrow
from kustui.diagrams.layout.rail_layout import Join, Rail, Stop, rail
from kustui.diagrams.styled_lines import Line, Piece, fitted, joined, width_of
from kustui.text.quantities import counted

TRIGGER, STEP, BRANCH, FOLDED = "◆", "●", "◇", "◈"
"""What stands in a lane for a node."""

_LANE, _FAILING = "│", "╎"
_ALONG, _FAILING_ALONG = "─", "╌"
# By what a line does in a column beside the node: where it ends there, and where it goes on beyond; left and right.
_TURNS = {
    Join.OPENS: (("╭", "┬"), ("╮", "┬")),
    Join.ENTERS: (("├", "┼"), ("┤", "┼")),
    Join.ENDS: (("╰", "┴"), ("╯", "┴")),
    Join.BACK: (("↺", "↺"), ("↺", "↺")),
    Join.LOST: (("✗", "✗"), ("✗", "✗")),
}


_OPEN, _CLOSE, _ITSELF = ("“", "muted"), ("”", "muted"), ("itself", "muted")
_NAME = 24
"""Cells of the name of what a way leads back to, at most."""
_SHORTEST = 8
"""Cells of a step's own name, at least."""


class RailRow(NamedTuple):
    """What a row says."""

    line: Line
    aside: Line
    mark: Line


@dataclass(frozen=True, eq=False)
class RailDrawing:
    """The rail of a workflow. Rows are made when they are drawn."""

    analysis: WorkflowAnalysis
    marks: Mapping[str, Line] = field(default_factory=dict)
    """What stands at the right edge of a node's row."""
    folded: frozenset[str] = frozenset()
    """Nodes whose rows stand for those of all that only they lead to."""
    signs: Mapping[str, Piece] = field(default_factory=dict)
    """What stands in the lane of a node instead of the glyph of its kind."""

    @property
    def flow(self) -> FlowGraph:
        return self.analysis.flow

    @cached_property
    def heads(self) -> Mapping[str, str]:
        """The folded node whose row stands for each node that has none of its own."""
        found: dict[str, str] = {}
        folded = [step.id for step in self.flow.order if step.id in self.folded]
        if TRIGGER_ID in self.folded:
            folded.insert(0, TRIGGER_ID)
        for head in folded:  # outermost first: what is behind it stays behind it
            if head not in found:
                found.update((step.id, head) for step in self.flow.order if self.flow.has_always_run(head, step.id))
        return found

    def showing(self, node: str) -> RailDrawing:
        """The same, unfolded as far as a node needs it to have a row of its own."""
        unfolded = self
        while (head := unfolded.heads.get(node)) is not None:
            unfolded = replace(unfolded, folded=unfolded.folded - {head})
        return unfolded

    @cached_property
    def hidden(self) -> Mapping[str, int]:
        """How many steps the row of each folded node stands for beside its own."""
        counts: dict[str, int] = {}
        for head in self.heads.values():
            counts[head] = counts.get(head, 0) + 1
        return counts

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The node of each row."""
        trigger = (TRIGGER_ID,) if self.flow.workflow.trigger is not None else ()
        return (*trigger, *(step.id for step in self.flow.order if step.id not in self.heads))

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each node, or of the one that stands for it."""
        own = {node: row for row, node in enumerate(self.nodes)}
        return own | {node: own[head] for node, head in self.heads.items() if head in own}

    @cached_property
    def rail(self) -> Rail:
        return rail(self.nodes, self._arrows())

    def _arrows(self) -> Iterator[Arrow]:
        for node, edges in self.flow.declared_edges.items():
            source = self.heads.get(node, node)
            for edge in edges:
                target = self.heads.get(edge.target, edge.target)
                if source != target or (node == edge.target and not self.heads):
                    yield Arrow(source, target, edge.after_failure)

    @property
    def width(self) -> int:
        """Cells of all lanes."""
        return 2 * len(self.rail.columns)

    @cached_property
    def _calls(self) -> Mapping[str, ScheduleCall]:
        return {call.step: call for call in self.analysis.calls}

    def row(self, index: int, first: int = 0, columns: int | None = None, width: int | None = None) -> RailRow:
        """The row of a node, with so many columns of its lanes from the first on, or all. What is not drawn has room
        in so many cells: its own name is cut for where it leads back to."""
        node = self.nodes[index]
        lanes = self.lanes(index, first, len(self.rail.columns) if columns is None else columns)
        mark = self.marks.get(node, ())
        room = None if width is None else width - width_of(lanes) - (width_of(mark) + 1 if mark else 0)
        return RailRow((*lanes, *self._said(node, room)), self._does(node), mark)

    def told(self, index: int) -> Line:
        """All that the row of a node says, without lanes."""
        node = self.nodes[index]
        does = self._does(node)
        return (*self._said(node, None), *((("  ", ""), *does) if does else ()))

    @cached_property
    def legend(self) -> Line:
        """The signs that are in it, and what they mean."""
        signs = {text for node in self.nodes for text, _ in (self._glyph(node),)}
        signs |= {GLYPHS[NodeKind.SCHEDULE][0]} if self._calls else set()
        signs |= (
            {FAILING}
            if any(edge.after_failure for edges in self.flow.declared_edges.values() for edge in edges)
            else set()
        )
        return legend(signs)

    def _does(self, node: str) -> Line:
        """What the step of a node does, where its name does not tell."""
        step = self.flow.part(node)
        return ((short_action(step.action), "muted"),) if isinstance(step, Step) and step.name != step.id else ()

    def lanes(self, index: int, first: int, columns: int) -> Line:
        """The lanes beside a row, two cells a column; what goes on out of sight ends in ``‹`` or ``›``."""
        rail, stop = self.rail, self.rail.stops[index]
        low = min(stop.column, *(link.column for link in stop.links), stop.column)
        high = max(stop.column, *(link.column for link in stop.links), stop.column)
        last = min(first + columns, len(rail.columns))
        pieces: list[Piece] = []
        for column in range(first, last):
            pieces.append(self._cell(index, column, stop, low, high))
            pieces.append(_along(stop, column) if low <= column < high else (" ", ""))
        if pieces and first and (low < first or any(rail.passing(index, column) for column in range(first))):
            pieces[0] = ("‹", "muted")
        hidden = range(last, len(rail.columns))
        if pieces and hidden and (high >= last or any(rail.passing(index, column) for column in hidden)):
            pieces[-1] = ("›", "muted")
        return _run_together(pieces)

    def _cell(self, index: int, column: int, stop: Stop, low: int, high: int) -> Piece:
        if column == stop.column:
            return self._glyph(stop.node)
        for link in stop.links:
            if link.column == column:
                right = column > stop.column
                glyph = _TURNS[link.join][right][low < column < high]
                look = "error" if link.join is Join.LOST else "warning" if link.after_failure else "muted"
                return glyph, look
        if (lane := self.rail.passing(index, column)) is not None:
            return (_LANE, "muted") if lane.sound <= index else (_FAILING, "warning")
        return _along(stop, column if column > stop.column else column - 1) if low < column < high else (" ", "")

    def _glyph(self, node: str) -> Piece:
        if (sign := self.signs.get(node)) is not None:
            return sign
        part = self.flow.part(node)
        if not isinstance(part, Step):
            return TRIGGER, "event"
        look = "action" if node in self.flow.reachable else "muted"
        if self.hidden.get(node):
            return FOLDED, look
        return (BRANCH if part.action is None else STEP), look

    def _said(self, node: str, room: int | None) -> Line:
        part = self.flow.part(node)
        if not isinstance(part, Step):
            return ((event_label(part), "event"), *self._folded(node), *self._astray(node))
        line: Line = tuple((text, look or "name") for text, look in step_label(part))
        if astray := self._astray(node):
            if room is not None:
                line = fitted(line, max(_SHORTEST, room - width_of(astray) - 1))
            line = (*line, *astray)
        if (call := self._calls.get(node)) is not None:
            line = (*line, (" ", ""), *call_line(call, self.analysis.collection, self.analysis.settings))
        if node not in self.flow.reachable:
            line = (*line, (" never reached", "warning"))
        if words := incoming_label(self.flow, node):
            after_failure = all(edge.after_failure for edge in self.flow.incoming[node])
            line = (*line, (" ↯ " if after_failure else "  ", "warning"), (words, "muted"))
        return (*line, *self._folded(node), *self._back_when(node))

    def _folded(self, node: str) -> Line:
        count = self.hidden.get(node, 0)
        return ((f"  +{counted(count, 'step')}", "info"),) if count else ()

    def _astray(self, node: str) -> Line:
        """Where the ways lead that are told instead of drawn: back to a row above, and to steps that are not there."""
        back = dict.fromkeys(edge.target for edge in self._back(node))
        names: list[Line] = [
            (_ITSELF,)
            if target == node
            else (_OPEN, *fitted(((node_name(self.flow, target), "muted"),), _NAME), _CLOSE)
            for target in back
        ]
        told: list[Line] = []
        if names:
            told.append(((" ↺ back to ", "warning"), *joined(names, (", ", "muted"))))
        lost = dict.fromkeys(edge.target for edge in self.flow.declared_edges[node] if edge.target not in self.rows)
        told.extend(((" ✗ no step ", "error"), (target, "fault")) for target in lost)
        return joined(told, (",", "muted"))

    def _back(self, node: str) -> list[Edge]:
        """The ways that lead to this row or one above."""
        if node in self.heads:
            return []
        own = self.rows[node]
        return [
            edge
            for edge in self.flow.declared_edges[node]
            if edge.target not in self.heads and self.rows.get(edge.target, own + 1) <= own
        ]

    def _back_when(self, node: str) -> Line:
        """When the ways back are taken."""
        words = dict.fromkeys(filter(None, (edge_label(self.flow, edge) for edge in self._back(node))))
        return ((f"  ↺ {', or '.join(words)}", "muted"),) if words else ()


def _along(stop: Stop, column: int) -> Piece:
    """What runs sideways between a column and the next, for the links on the far side of it."""
    right = column >= stop.column
    beyond = [
        link.after_failure for link in stop.links if (link.column > column) == right and link.column != stop.column
    ]
    return (_FAILING_ALONG, "warning") if all(beyond) else (_ALONG, "muted")


def _run_together(pieces: Iterable[Piece]) -> Line:
    """The same in as few pieces as can be: each is a change of colour, and a blank has none."""
    found: list[Piece] = []
    for text, look in pieces:
        if found and (text == " " or look == found[-1][1]):
            found[-1] = (found[-1][0] + text, found[-1][1])
        else:
            found.append((text, look))
    return tuple(found)
