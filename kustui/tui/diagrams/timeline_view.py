"""The chain of the selected workflow on an axis of time, on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import STILL_READING, DiagramView
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from textual.binding import BindingType

    from kustui.definition.collection import Entry
    from kustui.diagrams.timeline import Timeline
    from kustui.tui.diagrams.rate import Rate
    from kustui.tui.tree.nodes import Node
    from kustui.tui.tree.tree_state import TreeState
    from kustui.tui.widgets.rows import NodeKey
    from kustui.workspace.snapshot import Snapshot

_RATE = 100 / 60
"""Events a minute until somebody types another rate [assumed]."""


_CHOOSE = "choose a workflow: its chain of schedules is drawn here"


class TimelineView(RowsView, DiagramView):
    """From the workflow that the chain of the selected one begins with."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("timeline")
    NAME = "8 Timeline"
    ABOUT = (
        "The chain of the selected workflow on an axis of time, rings with their period, and how many runs it "
        f"brings about for a rate of events, against the platform's {RUNS_PER_WINDOW:,} in {WINDOW_MINUTES} minutes."
    )
    SIGNS = "↺"
    KEYS = (
        "timeline.rate", "timeline.later", "view.chains", "view.flow", "view.leave",
        "view.maximise", "app.help",
    )  # fmt: skip

    per_minute = _RATE
    _first = 0
    """The first moment of the axis that is in view."""
    _drawn: Timeline | None = None
    _tree: TreeState | None = None
    _snapshot: Snapshot | None = None
    _entry: Entry | None = None

    @property
    def pointed_at(self) -> NodeKey:
        return ()

    def tell(self, tree: TreeState, node: Node) -> None:
        entry = node.entry
        if tree.snapshot is self._snapshot and entry is self._entry:
            return
        same = entry is not None and self._entry is not None and entry.key == self._entry.key
        self._tree, self._snapshot, self._entry = tree, tree.snapshot, entry
        self._lay_out()
        if not same:
            self._first = 0
        self._put(self.cursor if same else 0)

    def _lay_out(self) -> None:
        """The chain that the workflow is in: from where it begins, or from itself where nothing schedules it."""
        self._drawn = None
        if self._snapshot is None or self._snapshot.schedules is None or self._tree is None or self._entry is None:
            return
        from kustui.analysis.chains import beginning_of, chain_from
        from kustui.diagrams.chain_lines import ChainLines
        from kustui.diagrams.timeline import Timeline

        schedules, settings = self._snapshot.schedules, self._tree.settings
        root = beginning_of(schedules, self._entry.key)
        if not schedules.from_workflow.get(root):
            return
        chain = chain_from(schedules, root, settings.relative_unit_minutes)
        lines = ChainLines(self._snapshot.analyses, self._snapshot.by_entry)
        self._drawn = Timeline(chain, lines, self.per_minute)

    def _put(self, cursor: int) -> None:
        if self._drawn is None:
            waiting = self._snapshot is None or self._snapshot.schedules is None
            reason = "this workflow is in no chain: it schedules nothing, and nothing here schedules it"
            self.empty = STILL_READING if waiting else reason if self._entry else _CHOOSE
            self.show(Rows.of(()))
            return
        width = max(20, self.size.width - 1)
        self._first = max(0, min(self._first, self._drawn.last_first(width)))
        self.show(Rows.of([Row(line) for line in self._drawn.rows(width, self._first)]), cursor)

    def on_rows_view_widened(self) -> None:
        self._put(self.cursor)

    def action_earlier(self) -> None:
        self._first -= 1
        self._put(self.cursor)

    def action_later(self) -> None:
        self._first += 1
        self._put(self.cursor)

    def action_choose(self) -> None:
        self.action_rate()

    # The rate

    def action_rate(self) -> None:
        from kustui.tui.diagrams.rate import Rate

        if not self.query(Rate):
            line = Rate()
            self.mount(line)
            line.focus()

    async def on_rate_typed(self, event: Rate.Typed) -> None:
        from kustui.diagrams.timeline import per_minute

        rate = per_minute(event.text) if event.text else None
        if event.text and rate is None:
            told = "a rate is a number, by the hour or as in 5/min, 2000/d"
            self.screen.query_one(StatusBar).announce(Row(((told, "warning"),)))
            return
        await self.query("Rate").remove()
        self.focus()
        if rate is not None:
            self.per_minute = rate
            self._lay_out()
            self._put(self.cursor)
