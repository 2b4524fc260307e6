"""The map of the organisation on the screen: what is around a workflow, event, field or host, and lists of them."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.actions import SkipAction
from textual.binding import BindingType

from kustui.text.messages import counted
from kustui.text.styled_lines import StyledRow, wrapped
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.schedule_views import AroundView
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.rows import NodeKey, Row, Rows, node_key, workflow_key
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.analysis.organisation_graph import Kind, Link, Node
    from kustui.diagrams.organisation_map import MapRow, OrganisationMap
    from kustui.tui.diagrams.rate_input import RateInput

_REACH, _MOST_REACH = 2, 20
"""Edges around a node that are shown, and at most."""
_MANY = 300
"""Workflows from which the graph is made while the keys go on."""
_FIRST = 1
"""The row of a list below its titles."""


class _Place(NamedTuple):
    """What it shows, for coming back."""

    centre: Node | None
    """None for the workflow that is selected in the tree."""
    kind: Kind | None
    """What is listed; None for the map."""
    cursor: int


class MapView(AroundView):
    """Around the selected workflow, or around what Enter was pressed on; or a list of everything of a kind."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("map")
    NAME = "0 Map"
    ABOUT = (
        "What happens around the selected workflow: the events that start it, what its steps write and publish, and "
        "what that starts. Or all workflows, events, fields and hosts as lists. What no definition says is dashed."
    )
    KEYS = (
        "map.choose", "map.back", "map.lists", "map.sort", "map.further", "view.map-boxes", "go.definition",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    reach = _REACH
    kind: Kind | None = None
    """What is listed; None for the map."""
    is_grouped = False
    words = ""
    """What a list is narrowed to."""
    _centre: Node | None = None
    """None for the workflow that is selected in the tree."""
    _column = 0
    """The index of the column that a list is sorted by; that of its name behind the last."""
    _map: tuple[Snapshot, OrganisationMap] | None = None
    _chooses = False
    """Whether Enter was pressed before there was a row."""
    _rows: tuple[MapRow, ...] = ()
    """What the rows stand for."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rates: dict[str, float] = {}
        """How often a minute events happen, by their names, as far as somebody said so."""
        self._behind: list[_Place] = []
        self._listeners: list[Callable[[], None]] = []

    def when_drawn(self, tell: Callable[[], None]) -> None:
        """Call this each time that something else is around the centre, or another node is it."""
        self._listeners.append(tell)

    # What is drawn

    @property
    def title(self) -> str:
        is_usual = self.kind is not None or self.reach == _REACH
        return self.NAME if is_usual else f"{self.NAME} {counted(self.reach, 'link')} each way"

    @property
    def node(self) -> Node | None:
        """The node that the row of the cursor names."""
        return self._rows[self.cursor].node if self.cursor < len(self._rows) else None

    @property
    def position(self) -> tuple[int, int]:
        """Of a list which of its things; the titles above them and the load below are none."""
        if self.kind is None:
            return super().position
        things = [index for index, row in enumerate(self._rows) if row.node is not None]
        return bisect_right(things, self.cursor), len(things)

    def _changed(self, *, same_workflow: bool) -> None:
        if not same_workflow and self.kind is None:
            self._centre = None
        self._draw(self.cursor if same_workflow or self.kind is not None else 0)

    @property
    def drawing(self) -> OrganisationMap | None:
        """None while it is yet to be made."""
        return self._map[1] if self._map is not None and self._map[0] is self._snapshot else None

    @property
    def centre(self) -> Node | None:
        """What is around which it is drawn; None without such."""
        from kustui.analysis.organisation_graph import Kind, Node

        if self._centre is None and self._entry is not None:
            return Node(Kind.WORKFLOW, self._entry.key)
        return self._centre

    @property
    def _drawing(self) -> OrganisationMap:
        assert self._map is not None
        return self._map[1]

    def _draw(self, cursor: int) -> None:
        snapshot = self._snapshot
        if snapshot is None or not snapshot.is_checked:
            self._show_nothing("")
            return
        if self.drawing is None and len(snapshot.collection.entries) > _MANY:
            if self._map is None:
                self._show_nothing("drawing the map …")
            self.work_out(snapshot, lambda: self._read(snapshot), lambda: self._draw(cursor))
            return
        if self.drawing is None:
            self._read(snapshot)
        self._rows = tuple(self._listed() if self.kind is not None else self._around())
        if self._rows:
            self.show(Rows(len(self._rows), self._row), cursor)
        else:
            self._show_nothing("select a workflow to draw what is around it here; o lists everything")
        self._retitle()
        for tell in self._listeners:
            tell()
        if self._chooses:
            self.action_choose()

    def _read(self, snapshot: Snapshot) -> None:
        """Make the graph of a snapshot from the last one. Of many workflows not in the thread of the keys."""
        from kustui.diagrams.organisation_map import OrganisationMap

        self._map = snapshot, OrganisationMap.of(snapshot, self._map[1].graph if self._map is not None else None)

    async def map_of(self, snapshot: Snapshot) -> OrganisationMap:
        """The map of a checked snapshot, which takes a moment to make."""
        if self._map is None or self._map[0] is not snapshot:
            await asyncio.to_thread(self._read, snapshot)
        return self._drawing

    def _around(self) -> Iterator[MapRow]:
        if self._centre is not None and self._centre not in self._drawing.graph:
            self._centre = None
        centre = self.centre
        return self._drawing.around(centre, self.reach) if centre is not None else iter(())

    def _listed(self) -> Iterator[MapRow]:
        assert self.kind is not None
        assert self._snapshot is not None
        from kustui.diagrams.chain_lines import ChainLines
        from kustui.diagrams.organisation_lists import LISTS, NAME, Listing
        from kustui.diagrams.organisation_map import MapRow

        listing = Listing(self.kind, (*LISTS[self.kind], NAME)[self._column], self.words, self.is_grouped)
        problems = {key: len(problems) for key, problems in self._snapshot.by_entry.items()}
        yield from self._drawing.listed(listing, self._room, problems, self.rates)
        if self.kind == "event" and self.rates:
            yield MapRow()
            for line in self._drawing.load(self.rates, ChainLines.of(self._snapshot)):
                yield from map(MapRow, wrapped(line, self._room, 2))

    def _row(self, index: int) -> Row:
        row = self._rows[index]
        return Row.of(StyledRow(row.line, mark=row.mark), self._link_of(row.node, row.link))

    def _link_of(self, node: Node | None, link: Link | None) -> NodeKey:
        """The workflow that a row names, the step of it that leads on, or the step that does what it says."""
        summaries = self._drawing.graph.summaries
        if node is not None and node.name in summaries and (link is None or not _stands_in(link, node)):
            return workflow_key(summaries[node.name].entry)
        return node_key(summaries[link.workflow].entry, link.step) if link is not None else ()

    # Narrowing a list

    @property
    def is_narrowed(self) -> bool:
        """Whether a list does not show all."""
        return bool(self.words)

    def narrow(self, words: str) -> None:
        """List only what holds every one of some words."""
        self.words = words
        self._draw(_FIRST)

    def show_all(self) -> None:
        self.words = ""

    def on_rows_view_widened(self) -> None:
        if self.kind is not None:
            self._draw(self.cursor)

    # Keys

    def action_choose(self) -> None:
        self._chooses = not self.rows.count  # it is yet to be drawn
        if (node := self.node) is not None:
            self.centre_on(node)

    def centre_on(self, node: Node) -> None:
        """Draw what is around a node; ``[`` comes back."""
        self._behind.append(_Place(self._centre, self.kind, self.cursor))
        self._centre, self.kind = node, None
        self._draw(0)

    def action_back(self) -> None:
        if not self._behind:
            raise SkipAction  # the place before is not one of the map
        self._centre, self.kind, cursor = self._behind.pop()
        self._draw(cursor)

    def action_lists(self) -> None:
        from kustui.diagrams.organisation_lists import LISTS

        kinds = (None, *LISTS)
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self._column, self.words = 0, ""
        self._draw(_FIRST)

    def action_sort(self) -> None:
        from kustui.diagrams.organisation_lists import LISTS

        if self.kind is None:
            self.action_lists()
        else:
            self._column = (self._column + 1) % (len(LISTS[self.kind]) + 1)
            self._draw(_FIRST)

    def action_group(self) -> None:
        if self.kind is None:
            self.action_lists()
        self.is_grouped = not self.is_grouped
        self._draw(_FIRST)

    def action_rate(self) -> None:
        from kustui.analysis.organisation_graph import Kind

        if self.node is not None and self.node.kind is Kind.EVENT:
            from kustui.tui.diagrams.rate_input import RateInput

            RateInput.open_in(self)
        else:
            self.screen.query_one(StatusBar).announce(Row((("a rate is of an event: select one", "muted"),)))

    async def on_rate_input_entered(self, event: RateInput.Entered) -> None:
        node, asked = self.node, event.text
        rate = await event.close_with_rate()
        if node is not None and asked is not None and (rate is not None or not asked):
            self.rates = {name: known for name, known in self.rates.items() if name != node.name}
            self.rates |= {node.name: rate} if rate else {}
            self.kind, self._column = node.kind, 0
            self._draw(_FIRST)
            self.cursor = next((index for index, row in enumerate(self._rows) if row.node == node), _FIRST)

    def action_reach(self, by: int) -> None:
        self.reach = max(1, min(self.reach + by, _MOST_REACH))
        self._draw(self.cursor)


def _stands_in(link: Link, workflow: Node) -> bool:
    """Whether an edge is that of a step of a workflow."""
    return link.workflow == workflow.name and link.target != workflow
