"""Boxes in layers with wires between them, to the cell: a diagram as geometry.

Arrows to the same node run together (see ``layers``). Wires leave a box at its lower edge and arrive at the upper edge
of a lower one; those of loops the other way round. They cross, but never run along each other, nor through a box.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from kustui.diagrams.layout.columns import SELF_LOOP_WIDTH, Columns, fit_columns
from kustui.diagrams.layout.layers import Arrow, Hop, Layering, Wire, assign_layers, reduce_crossings
from kustui.diagrams.layout.routing import Net, Run, route_channel
from kustui.groups import grouped


class Box(NamedTuple):
    node: str
    x: int
    y: int
    width: int
    height: int
    self_loop: bool | None = None
    """An arrow to itself is drawn at its right edge: True where it is only taken after a failure."""

    @property
    def bottom(self) -> int:
        return self.y + self.height - 1

    @property
    def right(self) -> int:
        return self.x + self.width - 1

    @property
    def middle(self) -> float:
        """Between its left and its right edge."""
        return self.x + self.width / 2


class Port(NamedTuple):
    """Where a wire meets the edge of a box."""

    x: int
    y: int
    node: str
    wire: int
    incoming: bool
    below: bool
    """Whether it is the lower edge."""


class VerticalSegment(NamedTuple):
    """A piece of a wire from above to below, both ends included."""

    x: int
    top: int
    bottom: int
    wire: int
    joins_above: bool
    """Whether it comes from what is above its top, another piece or a box, rather than turns there."""
    joins_below: bool
    """Whether it goes on to what is below its bottom."""


class HorizontalSegment(NamedTuple):
    """A piece of a wire from left to right, both ends included."""

    y: int
    left: int
    right: int
    wire: int


class Band(Struct, frozen=True):
    """Rows with all that is in them, sorted by column: one layer of boxes, or the channel between two."""

    top: int
    boxes: tuple[Box, ...]
    verticals: tuple[VerticalSegment, ...]
    horizontals: Mapping[int, tuple[HorizontalSegment, ...]]
    """By row."""
    widest_box: int = 0
    """Columns, an arrow to itself included."""

    @property
    def right(self) -> int:
        """The last column in which something is, with room for an arrow to itself beside each box."""
        boxes = (box.right + SELF_LOOP_WIDTH for box in self.boxes)
        horizontals = (segment.right for segments in self.horizontals.values() for segment in segments)
        return max(chain(boxes, (segment.x for segment in self.verticals), horizontals), default=0)


class BoxLayout(Struct, frozen=True, dict=True):
    """A drawing of ``width`` times ``height`` cells."""

    width: int
    height: int
    bands: tuple[Band, ...]
    wires: tuple[Wire[str], ...]
    ports: tuple[Port, ...]
    """In the order of rows."""

    @cached_property
    def box_of(self) -> Mapping[str, Box]:
        """By node."""
        return {box.node: box for band in self.bands for box in band.boxes}

    @cached_property
    def layers(self) -> tuple[tuple[Box, ...], ...]:
        """The boxes of each layer from left to right."""
        return tuple(band.boxes for band in self.bands if band.boxes)

    @cached_property
    def layer_of(self) -> Mapping[str, int]:
        """The index among ``layers`` of each node's layer."""
        return {box.node: index for index, boxes in enumerate(self.layers) for box in boxes}

    @cached_property
    def ports_of(self) -> Mapping[str, tuple[Port, ...]]:
        """By node."""
        return grouped((port.node, port) for port in self.ports)

    @cached_property
    def _tops(self) -> tuple[int, ...]:
        return tuple(band.top for band in self.bands)

    def band(self, row: int) -> Band:
        """What is in a row."""
        return self.bands[max(0, bisect_right(self._tops, row) - 1)]

    def boxes_between(self, top: int, bottom: int) -> Iterator[Box]:
        """The boxes in the rows from one up to another."""
        for band in self.bands[max(0, bisect_right(self._tops, top) - 1) : bisect_right(self._tops, bottom - 1)]:
            yield from (box for box in band.boxes if box.y < bottom and box.bottom >= top)

    # Neighbours

    def box_at(self, x: int, y: int) -> Box | None:
        """The box in which a cell is."""
        boxes = self.band(y).boxes
        return next((box for box in boxes if box.x <= x <= box.right and box.y <= y <= box.bottom), None)

    def beside(self, node: str, by: int) -> Box | None:
        """The box so many to the right in the same layer."""
        if node not in self.box_of:
            return None
        boxes = self.layers[self.layer_of[node]]
        index = boxes.index(self.box_of[node]) + by
        return boxes[index] if 0 <= index < len(boxes) else None

    def in_next_layer(self, node: str, by: int) -> Box | None:
        """The box so many layers down whose middle is nearest."""
        if node not in self.box_of or not 0 <= self.layer_of[node] + by < len(self.layers):
            return None
        middle = self.box_of[node].middle
        return min(self.layers[self.layer_of[node] + by], key=lambda box: abs(box.middle - middle))


class Arrangement(Struct, frozen=True):
    """Boxes and wires in their columns, before it is known how high the boxes are."""

    nodes: Sequence[str]
    layering: Layering
    order: Sequence[Sequence[int]]
    columns: Columns

    @property
    def widths(self) -> Mapping[str, int]:
        """Cells of each box, its edges among them."""
        return dict(zip(self.nodes, self.columns.widths, strict=True))

    def lay_out(self, heights: Mapping[str, int]) -> BoxLayout:
        """With so many rows for each box, its edges among them: at least 3, and with an arrow to itself 4."""
        bands: list[Band] = []
        ports: list[Port] = []
        height = 0
        rows = _Rows(self.nodes, [heights[node] for node in self.nodes], self.layering, self.order, self.columns)
        for band, band_ports, count in rows.bands():
            bands.append(band)
            ports.extend(band_ports)
            height += count
        wires = tuple(
            Wire(
                self.nodes[wire.target],
                tuple(self.nodes[source] for source in wire.sources),
                wire.after_failure,
                wire.upward,
                wire.mark,
            )
            for wire in self.layering.wires
        )
        return BoxLayout(1 + max((band.right for band in bands), default=0), height, tuple(bands), wires, tuple(ports))


def arrange_boxes(needed: Mapping[str, int], arrows: Iterable[Arrow], least: int, room: int) -> Arrangement:
    """Arrange nodes, given in their order with the width that what they hold needs, at least 5, its edges among it.
    They get it as far as there is room in so many columns, and ``least`` in any case."""
    nodes = tuple(needed)
    layering = assign_layers(nodes, arrows)
    order = reduce_crossings(layering)
    return Arrangement(nodes, layering, order, fit_columns([*needed.values()], layering, order, least, room))


class _Rows(Struct, frozen=True):
    """A layer of boxes, the channel of wires between it and the next, and so on down."""

    nodes: Sequence[str]
    heights: Sequence[int]
    layering: Layering
    order: Sequence[Sequence[int]]
    columns: Columns

    def bands(self) -> Iterator[tuple[Band, Sequence[Port], int]]:
        """From top to bottom, with the ports of their boxes and the number of their rows."""
        y = 0
        for level, layer in enumerate(self.order):
            heights = (self.heights[vertex] for vertex in layer if vertex < self.layering.node_count)
            height = max(heights, default=1)
            yield *self._layer(layer, y, height), height
            y += height
            if level + 1 < len(self.order):
                band, rows = self._channel(self.layering.hops[level], y)
                yield band, (), rows
                y += rows

    def _layer(self, layer: Sequence[int], y: int, height: int) -> tuple[Band, Sequence[Port]]:
        """The boxes of a layer, their ports, and the wires that pass it or lead on from below a box."""
        boxes: list[Box] = []
        verticals: list[VerticalSegment] = []
        ports: list[Port] = []
        for vertex in layer:
            left = self.columns.left[vertex]
            if vertex >= self.layering.node_count:
                wire = self.layering.dummies[vertex - self.layering.node_count]
                verticals.append(VerticalSegment(left, y, y + height - 1, wire, True, True))
                continue
            width, self_loop = self.columns.widths[vertex], self.layering.self_loops.get(vertex)
            box = Box(self.nodes[vertex], left, y, width, self.heights[vertex], self_loop)
            boxes.append(box)
            for wire, column in self.columns.upper[vertex].items():
                ports.append(Port(column, y, box.node, wire, self._is_target(vertex, wire), below=False))
            for wire, column in self.columns.lower[vertex].items():
                ports.append(Port(column, box.bottom, box.node, wire, self._is_target(vertex, wire), below=True))
                if box.bottom + 1 < y + height:
                    verticals.append(VerticalSegment(column, box.bottom + 1, y + height - 1, wire, True, True))
        widest = max((box.width + SELF_LOOP_WIDTH for box in boxes), default=0)
        return Band(y, tuple(boxes), tuple(sorted(verticals)), {}, widest), ports

    def _is_target(self, vertex: int, wire: int) -> bool:
        return self.layering.wires[wire].target == vertex

    def _channel(self, hops: Sequence[Hop], y: int) -> tuple[Band, int]:
        """The wires between a layer and the next, and how many rows they need."""
        nets, straight = self._nets(hops)
        runs, tracks = route_channel(nets, straight)
        has_heads = any(self.layering.wires[wire].upward and self._is_node(above) for above, _, wire in hops)
        first = y + (1 if has_heads else 0)
        bottom = first + tracks
        verticals = [VerticalSegment(column, y, bottom, wire, True, True) for column, wire in straight.items()]
        verticals.extend(_verticals(nets, runs, y, first, bottom))
        rows = ((first + track, net) for net, track in runs)
        horizontals = grouped((row, HorizontalSegment(row, *net.span, net.wire)) for row, net in rows)
        in_order = {row: tuple(sorted(segments)) for row, segments in horizontals.items()}
        return Band(y, (), tuple(sorted(verticals)), in_order), bottom - y + 1

    def _is_node(self, vertex: int) -> bool:
        return vertex < self.layering.node_count

    def _nets(self, hops: Sequence[Hop]) -> tuple[list[Net], dict[int, int]]:
        """The wires that turn aside on their way through a channel, and the columns of those that go straight down."""
        nets: list[Net] = []
        straight: dict[int, int] = {}
        for wire, its_hops in groupby(hops, attrgetter("wire")):  # those of a wire stand together
            ends = [(self.columns.out_of(above, wire), self.columns.into(below, wire)) for above, below, _ in its_hops]
            if len(ends) == 1 and ends[0][0] == ends[0][1]:
                straight[ends[0][0]] = wire
            else:
                upper, lower = map(set, zip(*ends, strict=True))
                nets.append(Net(wire, tuple(sorted(upper)), tuple(sorted(lower))))
        return nets, straight


def _verticals(whole: Iterable[Net], runs: Iterable[Run], y: int, first: int, bottom: int) -> Iterator[VerticalSegment]:
    """The vertical segments of whole nets to and from the tracks of a channel. Where a net was split in two, a segment
    joins its tracks."""
    ends = {net.wire: (frozenset(net.upper), frozenset(net.lower)) for net in whole}  # a wire may have thousands
    joints: dict[tuple[int, int], list[int]] = {}
    for net, track in runs:
        row, (upper, lower) = first + track, ends[net.wire]
        for column in net.upper:
            if column in upper:
                yield VerticalSegment(column, y, row, net.wire, True, False)
            else:
                joints.setdefault((net.wire, column), []).append(row)
        for column in net.lower:
            if column in lower:
                yield VerticalSegment(column, row, bottom, net.wire, False, True)
            else:
                joints.setdefault((net.wire, column), []).append(row)
    for (wire, column), rows in joints.items():
        yield VerticalSegment(column, min(rows), max(rows), wire, False, False)
