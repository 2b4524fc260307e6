"""Who schedules whom on the screen: around the selected workflow, or all chains in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kustui.diagrams.styled_lines import Line, wrapped
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import STILL_READING, DiagramView
from kustui.tui.widgets.rows import Row, Rows, node_key, workflow_key
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.binding import BindingType

    from kustui.analysis.chains import Link
    from kustui.definition.collection import Entry
    from kustui.diagrams.chain_lines import ChainLines, Listed
    from kustui.tui.tree.nodes import Node
    from kustui.tui.tree.tree_state import TreeState
    from kustui.tui.widgets.rows import NodeKey
    from kustui.workspace.snapshot import Snapshot

_STEPS = 3
_MOST_STEPS = 99
_GUIDES = "│├└─ "
"""What the branches left of a row are drawn with."""


class ChainsView(RowsView, DiagramView):
    """Around a workflow, so many schedules before it and after it; or the list of all chains, in one of its orders."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("chains")
    NAME = "7 Chains"
    ABOUT = (
        "Who schedules whom, after how long, with which inputs and what is wrong with them: around the selected "
        "workflow, or all chains in a list."
    )
    SIGNS = "⇒↺✗▲·"
    KEYS = (
        "rows.choose", "chains.overview", "chains.sort", "chains.further", "view.timeline",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    FOOT = 3

    steps = _STEPS
    listing = False
    """Whether all chains are listed."""
    _order = 0
    _tree: TreeState | None = None
    _snapshot: Snapshot | None = None
    _entry: Entry | None = None
    _lines: ChainLines | None = None
    _listed: tuple[Listed, ...] | None = None

    @property
    def title(self) -> str:
        if self.listing:
            from kustui.diagrams.chain_lines import ORDERS

            return f"{self.NAME} by {ORDERS[self._order]}"
        return f"{self.NAME} {self.steps} steps either way" if self.steps != _STEPS else self.NAME

    @property
    def pointed_at(self) -> NodeKey:
        return ()  # the drawing is around what the tree points at: it would move away under the cursor

    def tell(self, tree: TreeState, node: Node) -> None:
        entry = node.entry
        same = entry is not None and self._entry is not None and entry.key == self._entry.key
        if same and tree.snapshot is self._snapshot:
            return
        if tree.snapshot is not self._snapshot:
            self._lines = self._listed = None
        self._tree, self._snapshot, self._entry = tree, tree.snapshot, entry
        if not self.listing or self._listed is None:
            self._put(self.cursor if same or self.listing else 0)

    def _put(self, cursor: int) -> None:
        if self._snapshot is None or self._snapshot.schedules is None:
            self.empty = STILL_READING
            self.show(Rows.of(()))
        elif self.listing:
            self.empty = "nothing here schedules a workflow: o shows the one that is selected"
            self.show(Rows(len(self._chains), self._chain_row), cursor)
        elif self._entry is None:
            self.empty = "choose a workflow: who schedules whom around it is drawn here; o lists all chains"
            self.show(Rows.of(()))
        else:
            self.show(Rows.of(list(self._around(self._entry))), cursor)

    @property
    def _told_by(self) -> ChainLines:
        if self._lines is None:
            from kustui.diagrams.chain_lines import ChainLines

            assert self._tree is not None
            assert self._snapshot is not None
            self._lines = ChainLines(self._snapshot.analyses, self._snapshot.by_entry)
        return self._lines

    # Around a workflow

    def _around(self, entry: Entry) -> Iterator[Row]:
        from kustui.analysis.chains import callers_of, chain_from

        assert self._snapshot is not None
        schedules = self._snapshot.schedules
        assert schedules is not None
        lines = self._told_by
        callers = callers_of(schedules, entry.key, self.steps)
        chain = chain_from(schedules, entry.key, lines.settings.relative_unit_minutes, self.steps)
        for link in chain.links:
            yield Row(lines.line(link, chain), link=self._key(link.key), mark=self._mark(link))
            for told in lines.told_problems(link):
                assert link.call is not None
                for line in wrapped(told, max(20, self.size.width - 1), 3 * link.depth + 2):
                    yield Row(line, link=node_key(lines.entry(link.call.caller), link.call.step))
        if len(chain.links) == 1:
            yield Row((("   schedules nothing", "muted"),))
        yield Row()
        yield Row((("Scheduled by", "heading"),))
        for link in callers:
            yield Row(lines.line(link), link=self._key(link.key))
        if not callers:
            yield Row((("   nothing that is opened here", "muted"),))

    def _key(self, key: str) -> NodeKey:
        return workflow_key(self._told_by.entry(key)) if key else ()

    def _mark(self, link: Link) -> Line:
        from kustui.diagrams.glyphs import problem_mark

        return problem_mark(self._told_by.problems(link.call)) if link.call is not None else ()

    def on_rows_view_widened(self) -> None:
        if not self.listing:
            self._put(self.cursor)

    # All of them

    @property
    def _chains(self) -> tuple[Listed, ...]:
        from kustui.diagrams.chain_lines import listed

        if self._listed is None:
            assert self._snapshot is not None
            assert self._snapshot.schedules is not None
            self._listed = listed(self._snapshot.schedules, self._told_by, self._order)
        return self._listed

    def _chain_row(self, index: int) -> Row:
        from kustui.diagrams.chain_lines import chain_row

        chain = self._chains[index]
        line, aside, mark = chain_row(chain, self._told_by)
        return Row(line, aside, mark, link=self._key(chain.root))

    def foot(self, width: int) -> Sequence[Line]:
        """The row of the cursor in full where it is cut."""
        line, aside, *_ = self.row
        line = line[1:] if line and not line[0][0].strip(_GUIDES) else line
        return self.in_full((*line, ("  ", ""), *aside) if aside else line, width)

    def action_choose(self) -> None:
        key = self.row.link
        if not key:
            return
        if self.listing:
            self.listing = False
        self.follow(key)

    def action_overview(self) -> None:
        self.listing = not self.listing
        self._put(0)
        self._retitle()

    def action_sort(self) -> None:
        from kustui.diagrams.chain_lines import ORDERS

        if self.listing:
            self._order = (self._order + 1) % len(ORDERS)
        self.listing = True
        self._listed = None
        self._put(0)
        self._retitle()

    def action_further(self) -> None:
        self._reach(self.steps + 1)

    def action_nearer(self) -> None:
        self._reach(self.steps - 1)

    def _reach(self, steps: int) -> None:
        self.steps = max(1, min(steps, _MOST_STEPS))
        if not self.listing:
            self._put(self.cursor)
        self._retitle()

    def _retitle(self) -> None:
        self.post_message(self.Retitled())
