"""A row for each node, and beside the rows lanes for what splits and joins, as ``git log --graph`` has them.

A lane is a vertical line in one column that leads down to one node. Every arrow to that node from above runs into its
lane, so there are never more lanes than nodes waiting to be met. A line that comes from above goes straight on down;
what runs sideways comes out of the node of that row, or, where a lane ends beside its node, into it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct, field

from kustui.diagrams.layout.layers import Arrow
from kustui.groups import grouped
from kustui.text.signs import REMOVED


class LinkKind(Enum):
    """How a node is connected, in its row, with a column beside its own."""

    OPENS_LANE = auto()
    """A lane begins there, and leads down."""
    JOINS_LANE = auto()
    """A lane comes from above and goes on down; an arrow of the node runs into it."""
    CLOSES_LANE = auto()
    """The lane that leads to the node comes from above and turns to it."""
    BACK_EDGE = auto()
    """An arrow leads to this row or one above: it is named, not drawn."""
    DANGLING = auto()
    """An arrow leads to what is no node."""


class LineStyle(NamedTuple):
    """What all arrows along a line have in common."""

    after_failure: bool
    """Whether each is taken only after a failure."""
    mark: str = ""
    """What a comparison says of each; empty where that is not the same."""

    def joined_by(self, arrow: Arrow) -> LineStyle:
        """That of the same line with one more arrow."""
        return LineStyle(self.after_failure and arrow.after_failure, self.mark if self.mark == arrow.mark else "")


class Link(NamedTuple):
    column: int
    kind: LinkKind
    after_failure: bool
    """Whether all arrows along it are taken only after a failure."""
    mark: str = ""
    """What a comparison says of all arrows along it."""


class RailRow(NamedTuple):
    """A node in its row."""

    node: str
    column: int
    links: tuple[Link, ...] = ()


class Lane(NamedTuple):
    """A vertical line from below one row to above, or beside, another."""

    first: int
    """The row where it begins, at a node or beside it."""
    last: int
    """The row of the node that it leads to."""
    solid_from: int
    """The row from which on it carries an arrow that is not only taken after a failure; ``last`` where none is."""
    mark: str = ""
    """What a comparison says of the arrows that it begins with."""
    mixed_from: int = 0
    """The row from which on it carries others too."""

    def mark_at(self, row: int) -> str:
        """What a comparison says of all arrows that it carries in a row."""
        return self.mark if row < self.mixed_from else ""


class RailLayout(Struct, frozen=True, dict=True):
    rows: tuple[RailRow, ...] = ()
    columns: tuple[tuple[Lane, ...], ...] = ()
    """The lanes of each column, from the top."""

    @cached_property
    def _starts(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(lane.first for lane in lanes) for lanes in self.columns)

    def lane_through(self, row: int, column: int) -> Lane | None:
        """The lane that passes a row in a column, from above and on down."""
        index = bisect_left(self._starts[column], row) - 1
        lane = self.columns[column][index] if index >= 0 else None
        return lane if lane is not None and lane.last > row else None


def lay_out_rail(nodes: Sequence[str], arrows: Iterable[Arrow]) -> RailLayout:
    """A row for each node, in the order given. Arrows of a node are given in the order in which they are tried.

    The time is that of a pass over nodes and arrows; what a row looks like is worked out when it is drawn.
    """
    outgoing = grouped((arrow.source, arrow) for arrow in arrows)
    builder = _RailBuilder({node: row for row, node in enumerate(nodes)})
    rows = tuple(builder.row(row, node, outgoing.get(node, ())) for row, node in enumerate(nodes))
    return RailLayout(rows, tuple(tuple(sorted(lanes)) for lanes in builder.columns))


class _OpenLane(Struct):
    """A lane whose node is yet to come."""

    column: int
    first: int
    solid_from: int | None
    mark: str
    mixed_from: int | None = None

    def join(self, row: int, style: LineStyle) -> None:
        """Let more arrows run into it."""
        if self.solid_from is None and not style.after_failure:
            self.solid_from = row
        if self.mixed_from is None and style.mark != self.mark:
            self.mixed_from = row


class _RailBuilder(Struct):
    """The rows so far."""

    row_of: Mapping[str, int]
    columns: list[list[Lane]] = field(default_factory=list)
    open: dict[str, _OpenLane] = field(default_factory=dict)
    """By the node that each leads to."""
    free: list[int] = field(default_factory=list)
    """Columns that no open lane stands in, in order."""

    def row(self, row: int, node: str, arrows: Sequence[Arrow]) -> RailRow:
        """Lay out the next row: close the lane that leads to its node, and join or open those that it leads on to."""
        onward, stubs = self._sort_out(row, arrows)
        column, closed = self._meet(row, node, onward, bool(stubs))
        joined = self._join_lanes(row, onward)
        going_on, opened = self._open_lanes(row, column, onward)
        ends = []
        for kind, style in sorted(stubs.items(), key=lambda stub: stub[0].value):
            ends.append(Link(self._take(column + 1), kind, *style))
        for link in (*ends, *closed):
            insort(self.free, link.column)
        if not going_on:
            insort(self.free, column)
        return RailRow(node, column, tuple(sorted((*closed, *joined, *opened, *ends))))

    def _sort_out(self, row: int, arrows: Sequence[Arrow]) -> tuple[dict[str, LineStyle], dict[LinkKind, LineStyle]]:
        """The nodes below to which arrows lead, and the kinds of arrows that are not drawn to their end; of each
        what all such arrows have in common."""
        onward: dict[str, LineStyle] = {}
        stubs: dict[LinkKind, LineStyle] = {}
        for arrow in arrows:
            target = self.row_of.get(arrow.target)
            first = LineStyle(True, arrow.mark)
            if target is not None and target > row:
                onward[arrow.target] = onward.get(arrow.target, first).joined_by(arrow)
            else:
                kind = LinkKind.DANGLING if target is None else LinkKind.BACK_EDGE
                stubs[kind] = stubs.get(kind, first).joined_by(arrow)
        return onward, stubs

    def _meet(self, row: int, node: str, onward: Mapping[str, LineStyle], has_stubs: bool) -> tuple[int, list[Link]]:
        """The column of a node, and the link to the lane that leads to it where that ends beside the node."""
        lane = self.open.pop(node, None)
        if lane is None:
            return self._take(0), []
        solid_from = row if lane.solid_from is None else lane.solid_from
        mixed_from = row if lane.mixed_from is None else lane.mixed_from
        self.columns[lane.column].append(Lane(lane.first, row, solid_from, lane.mark, mixed_from))
        left = self._leftmost_free(lane.column)
        if left < lane.column and not has_stubs and self._is_clear_of(left, onward):
            self._take(left)
            mark = lane.mark if lane.mixed_from is None else ""
            return left, [Link(lane.column, LinkKind.CLOSES_LANE, lane.solid_from is None, mark)]
        return lane.column, []

    def _join_lanes(self, row: int, onward: Mapping[str, LineStyle]) -> list[Link]:
        """Links to the lanes that lead to the same nodes from further up."""
        links = []
        for target, style in onward.items():
            lane = self.open.get(target)
            if lane is not None:
                links.append(Link(lane.column, LinkKind.JOINS_LANE, *style))
                lane.join(row, style)
        return links

    def _open_lanes(self, row: int, column: int, onward: Mapping[str, LineStyle]) -> tuple[bool, list[Link]]:
        """Open lanes to the nodes that none leads to yet, the first of them below the node itself; whether there is
        one, and links to the others."""
        targets = sorted((target for target in onward if target not in self.open), key=self.row_of.__getitem__)
        # What happens when nothing fails goes straight on, and what still happens rather than what no longer does.
        targets.sort(key=lambda target: (onward[target].mark == REMOVED, onward[target].after_failure))
        links = []
        for index, target in enumerate(targets):
            place = self._take(column + 1) if index else column
            style = onward[target]
            self.open[target] = _OpenLane(place, row, None if style.after_failure else row, style.mark)
            if index:
                links.append(Link(place, LinkKind.OPENS_LANE, *style))
        return bool(targets), links

    def _take(self, least: int) -> int:
        """The first free column from one on, no longer free."""
        index = bisect_left(self.free, least)
        if index < len(self.free):
            return self.free.pop(index)
        self.columns.append([])
        return len(self.columns) - 1

    def _leftmost_free(self, column: int) -> int:
        """The leftmost column from which nothing but free ones lead to this one."""
        free, last = self.free, bisect_left(self.free, column) - 1
        if last < 0 or free[last] != column - 1:
            return column
        # Those that follow each other are as far apart as their places among all free ones.
        return free[bisect_left(range(last), free[last] - last, key=lambda at: free[at] - at)]

    def _is_clear_of(self, column: int, onward: Iterable[str]) -> bool:
        """Whether nothing of a node in a column would run to its right, where its own lane ends."""
        targets = list(onward)
        if len(targets) > 1:
            return False
        return all((lane := self.open.get(target)) is None or lane.column < column for target in targets)
