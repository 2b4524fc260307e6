"""Who schedules whom on the screen: as a tree around the selected workflow or a list, and on an axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from kustui.definition.collection import Entry
from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from kustui.text.messages import counted
from kustui.text.styled_lines import Line
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, Row, Rows, node_key
from kustui.tui.widgets.rows_view import RowsView, width_inside
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.analysis.schedules import Schedules
    from kustui.diagrams.chain_lines import ChainLines, ChainRow, ChainSummary  # drawings come after the first paint
    from kustui.diagrams.timeline import Timeline
    from kustui.tui.diagrams.rate_input import RateInput


_STEPS = 3
_MOST_STEPS = 99
_RATE = 100 / 60
"""Events a minute until somebody types another rate [assumed]."""
_NARROWEST = 20
_BRANCHES = "│├└─ "
"""What the branches left of a row are drawn with."""


class AroundView(RowsView, DiagramView):
    """A pane that draws what is around the selected workflow, which the tree's cursor leads to."""

    FOOT = 3

    _snapshot: Snapshot | None = None
    _entry: Entry | None = None

    @property
    def selected_key(self) -> NodeKey:
        return ()  # the drawing is around what the tree points at: it would move away under the cursor

    def show_node(self, tree: TreeState, node: Node) -> None:
        same = node.entry is not None and self._entry is not None and node.entry.key == self._entry.key
        if tree.snapshot is self._snapshot and (same or node.entry is self._entry):
            return
        self._snapshot, self._entry = tree.snapshot, node.entry
        self._changed(same_workflow=same)

    def _changed(self, *, same_workflow: bool) -> None:
        """There is another snapshot or workflow: draw it."""
        raise NotImplementedError

    @property
    def _room(self) -> int:
        """Cells of a row."""
        return max(_NARROWEST, width_inside(self) - 1)

    def _show_nothing(self, reason: str) -> None:
        is_checked = self._snapshot is not None and self._snapshot.is_checked
        self.empty = reason if is_checked else "reading the workflows …"
        self.show(Rows.of(()))

    def foot(self, width: int) -> Sequence[Line]:
        """The row of the cursor in full where it is cut."""
        line, aside, *_ = self.row
        line = line[1:] if line and not line[0][0].strip(_BRANCHES) else line
        return self.in_full((*line, ("  ", ""), *aside) if aside else line, width)

    def _retitle(self) -> None:
        self.post_message(self.Retitled())


class ScheduleView(AroundView):
    """A pane that draws schedules."""

    _lines: tuple[Snapshot, ChainLines] | None = None

    @property
    def _schedules(self) -> Schedules | None:
        """None until all workflows are read."""
        return self._snapshot.schedules if self._snapshot is not None else None

    @property
    def _chain_lines(self) -> ChainLines:
        assert self._snapshot is not None
        if self._lines is None or self._lines[0] is not self._snapshot:
            from kustui.diagrams.chain_lines import ChainLines

            self._lines = self._snapshot, ChainLines.of(self._snapshot)
        return self._lines[1]


class ChainsView(ScheduleView):
    """Around a workflow, so many schedules before it and after it; or the list of all chains, in one of its orders."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("chains")
    NAME = "7 Chains"
    ABOUT = (
        "Which workflow schedules which, after how long, with which inputs, and the problems there: around the "
        "selected workflow, or all chains in a list."
    )
    KEYS = (
        "rows.choose", "chains.overview", "chains.sort", "chains.further", "view.timeline",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    steps = _STEPS
    lists_all = False
    """Whether all chains are listed."""
    _order = 0
    _listed: tuple[Snapshot, tuple[ChainSummary, ...]] | None = None
    """The chains in the list, and what they are of."""

    @property
    def title(self) -> str:
        if self.lists_all:
            from kustui.diagrams.chain_lines import ORDERS

            return f"{self.NAME} by {ORDERS[self._order]}"
        return f"{self.NAME} {counted(self.steps, 'schedule')} each way" if self.steps != _STEPS else self.NAME

    def _changed(self, *, same_workflow: bool) -> None:
        if not self.lists_all or self._listed is None or self._listed[0] is not self._snapshot:
            self._draw(self.cursor if same_workflow or self.lists_all else 0)

    def _draw(self, cursor: int) -> None:
        schedules = self._schedules
        if schedules is None or (self._entry is None and not self.lists_all):
            self._show_nothing("select a workflow to draw the schedules around it here; o lists all chains")
        elif self.lists_all:
            summaries = self._summaries(schedules)
            self.empty = "no workflow here schedules another: o shows the selected one"
            self.show(Rows(len(summaries), lambda index: self._row(summaries[index].row)), cursor)
        elif self._entry is not None:
            from kustui.diagrams.chain_lines import chain_rows

            rows = chain_rows(self._chain_lines, schedules, self._entry.key, self.steps, self._room)
            self.show(Rows.of([self._row(row) for row in rows]), cursor)

    def _summaries(self, schedules: Schedules) -> tuple[ChainSummary, ...]:
        from kustui.diagrams.chain_lines import chain_summaries

        assert self._snapshot is not None
        if self._listed is None or self._listed[0] is not self._snapshot:
            self._listed = self._snapshot, chain_summaries(schedules, self._chain_lines, self._order)
        return self._listed[1]

    def _row(self, row: ChainRow) -> Row:
        key: NodeKey = ()
        if row.workflow:
            entry = self._chain_lines.entry(row.workflow)
            key = node_key(entry, row.step)
        return Row.of(row.row, key)

    def on_rows_view_widened(self) -> None:
        if not self.lists_all:
            self._draw(self.cursor)

    def action_choose(self) -> None:
        if key := self.row.link:
            self.lists_all = False
            self.follow(key)

    def action_overview(self) -> None:
        self.lists_all = not self.lists_all
        self._draw(0)
        self._retitle()

    def action_sort(self) -> None:
        from kustui.diagrams.chain_lines import ORDERS

        if self.lists_all:
            self._order = (self._order + 1) % len(ORDERS)
        self.lists_all = True
        self._listed = None
        self._draw(0)
        self._retitle()

    def action_reach(self, by: int) -> None:
        self.steps = max(1, min(self.steps + by, _MOST_STEPS))
        if not self.lists_all:
            self._draw(self.cursor)
        self._retitle()


class TimelineView(ScheduleView):
    """From the workflow that the chain of the selected one begins with."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("timeline")
    NAME = "8 Timeline"
    ABOUT = (
        "The chain of the selected workflow on a time axis, rings with their period, and how many runs it causes at "
        f"a given rate of events, against the platform's limit of {RUNS_PER_WINDOW:,} in {WINDOW_MINUTES} minutes."
    )
    KEYS = (
        "timeline.rate", "timeline.later", "view.chains", "view.flow", "view.leave",
        "view.maximise", "app.help",
    )  # fmt: skip

    FOOT = 0

    per_minute = _RATE
    _first = 0
    """The first moment of the axis that is in view."""
    _timeline: Timeline | None = None

    def _changed(self, *, same_workflow: bool) -> None:
        self._lay_out()
        if not same_workflow:
            self._first = 0
        self._draw(self.cursor if same_workflow else 0)

    def _lay_out(self) -> None:
        self._timeline = None
        if self._schedules is not None and self._entry is not None:
            from kustui.diagrams.timeline import timeline_of

            self._timeline = timeline_of(self._chain_lines, self._schedules, self._entry.key, self.per_minute)

    def _draw(self, cursor: int) -> None:
        if self._timeline is None:
            no_chain = "this workflow is in no chain: it schedules nothing and is not scheduled here"
            choose = "select a workflow to draw its chain of schedules here"
            self._show_nothing(no_chain if self._entry is not None else choose)
            return
        self._first = max(0, min(self._first, self._timeline.last_first(self._room)))
        self.show(Rows.of([Row(line) for line in self._timeline.rows(self._room, self._first)]), cursor)

    def on_rows_view_widened(self) -> None:
        self._draw(self.cursor)

    def action_scroll(self, by: int) -> None:
        self._first += by
        self._draw(self.cursor)

    def action_choose(self) -> None:
        self.action_rate()

    def action_rate(self) -> None:
        from kustui.tui.diagrams.rate_input import RateInput

        RateInput.open_in(self)

    async def on_rate_input_entered(self, event: RateInput.Entered) -> None:
        if (rate := await event.close_with_rate()) is not None:
            self.per_minute = rate
            self._lay_out()
            self._draw(self.cursor)
