"""Boxes in layers with wires between them, to the cell: a picture as geometry.

Arrows to the same node run together (see ``layers``). Wires leave a box at its lower edge and arrive at the upper edge
of a lower one; those of loops the other way round. They cross, but never run along each other, nor through a box."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from kustui.diagrams.layout.columns import Columns, columns
from kustui.diagrams.layout.geometry import LOOP, Along, Arrow, Band, Box, Down, Port, Size
from kustui.diagrams.layout.layers import Hop, Layers, layered, ordered
from kustui.diagrams.layout.routing import Net, routed


@dataclass(frozen=True)
class Stack:
    nodes: Sequence[str]
    sizes: Sequence[Size]
    found: Layers
    order: Sequence[Sequence[int]]
    drawn: Columns

    def bands(self) -> Iterator[tuple[Band, Sequence[Port], int]]:
        """From top to bottom, with the ports of their boxes and the rows they take."""
        y = 0
        for level, layer in enumerate(self.order):
            height = max((self.sizes[place].height for place in layer if place < self.found.nodes), default=1)
            yield *self._layer(layer, y, height), height
            y += height
            if level + 1 < len(self.order):
                band, rows = self._channel(self.found.hops[level], y)
                yield band, (), rows
                y += rows

    def _layer(self, layer: Sequence[int], y: int, height: int) -> tuple[Band, Sequence[Port]]:
        """The boxes of a layer, their ports, and the wires that pass it or lead on from below a box."""
        found: list[Box] = []
        downs: list[Down] = []
        ports: list[Port] = []
        for place in layer:
            left = self.drawn.left[place]
            if place >= self.found.nodes:
                wire = self.found.passing[place - self.found.nodes]
                downs.append(Down(left, y, y + height - 1, wire, True, True))
                continue
            width, loop = self.drawn.widths[place], self.found.loops.get(place)
            box = Box(self.nodes[place], left, y, width, self.sizes[place].height, loop)
            found.append(box)
            for wire, column in self.drawn.upper[place].items():
                ports.append(Port(column, y, box.node, wire, self._arrives(wire, place), below=False))
            for wire, column in self.drawn.lower[place].items():
                ports.append(Port(column, box.bottom, box.node, wire, self._arrives(wire, place), below=True))
                if box.bottom + 1 < y + height:
                    downs.append(Down(column, box.bottom + 1, y + height - 1, wire, True, True))
        widest = max((box.width + LOOP for box in found), default=0)
        return Band(y, tuple(found), tuple(sorted(downs)), {}, widest), ports

    def _arrives(self, wire: int, place: int) -> bool:
        return self.found.wires[wire].target == place

    def _channel(self, hops: Sequence[Hop], y: int) -> tuple[Band, int]:
        """The wires between a layer and the next, and how many rows they need."""
        nets: list[Net] = []
        straight: dict[int, int] = {}
        for wire, its in groupby(hops, attrgetter("wire")):  # those of a wire stand together
            ends = [(self.drawn.out_of(above, wire), self.drawn.into(below, wire)) for above, below, _ in its]
            if len(ends) == 1 and ends[0][0] == ends[0][1]:
                straight[ends[0][0]] = wire
            else:
                upper, lower = map(set, zip(*ends, strict=True))
                nets.append(Net(wire, tuple(sorted(upper)), tuple(sorted(lower))))
        heads = any(self.found.wires[wire].upward and above < self.found.nodes for above, _, wire in hops)
        runs, tracks = routed(nets, straight)
        first = y + (1 if heads else 0)
        rows = first - y + tracks + 1
        bottom = y + rows - 1
        downs = [Down(column, y, bottom, wire, True, True) for column, wire in straight.items()]
        alongs: dict[int, list[Along]] = {}
        whole = {net.wire: net for net in nets}
        joints: dict[tuple[int, int], list[int]] = {}
        for net, track in runs:
            own = whole[net.wire]
            row = first + track
            alongs.setdefault(row, []).append(Along(row, *net.span, net.wire))
            for column in net.upper:
                if column in own.upper:
                    downs.append(Down(column, y, row, net.wire, True, False))
                else:
                    joints.setdefault((net.wire, column), []).append(row)
            for column in net.lower:
                if column in own.lower:
                    downs.append(Down(column, row, bottom, net.wire, False, True))
                else:
                    joints.setdefault((net.wire, column), []).append(row)
        downs.extend(
            Down(column, min(between), max(between), wire, False, False) for (wire, column), between in joints.items()
        )
        sorted_alongs = {row: tuple(sorted(each)) for row, each in alongs.items()}
        return Band(y, (), tuple(sorted(downs)), sorted_alongs), rows


class Strand(NamedTuple):
    """What arrows to one node have in common."""

    target: str
    sources: tuple[str, ...]
    after_failure: bool
    upward: bool


@dataclass(frozen=True)
class Boxes:
    """A picture of ``width`` times ``height`` cells."""

    width: int
    height: int
    bands: tuple[Band, ...]
    strands: tuple[Strand, ...]
    ports: tuple[Port, ...]
    """In the order of rows."""

    @cached_property
    def by_node(self) -> Mapping[str, Box]:
        return {box.node: box for band in self.bands for box in band.boxes}

    @cached_property
    def by_layer(self) -> tuple[tuple[Box, ...], ...]:
        """The boxes of each layer from left to right."""
        return tuple(band.boxes for band in self.bands if band.boxes)

    @cached_property
    def layer_of(self) -> Mapping[str, int]:
        """The place of each node's layer among ``by_layer``."""
        return {box.node: place for place, boxes in enumerate(self.by_layer) for box in boxes}

    @cached_property
    def ports_of(self) -> Mapping[str, tuple[Port, ...]]:
        found: dict[str, list[Port]] = {}
        for port in self.ports:
            found.setdefault(port.node, []).append(port)
        return {node: tuple(ports) for node, ports in found.items()}

    @cached_property
    def _tops(self) -> tuple[int, ...]:
        return tuple(band.top for band in self.bands)

    def band(self, row: int) -> Band:
        """What is in a row."""
        return self.bands[max(0, bisect_right(self._tops, row) - 1)]


def boxes(sizes: Mapping[str, Size], arrows: Iterable[Arrow]) -> Boxes:
    """Lay out nodes, given in their order with the size that what they hold needs."""
    nodes = tuple(sizes)
    found = layered(nodes, arrows)
    order = ordered(found)
    drawn = columns([size.width for size in sizes.values()], found, order)
    bands: list[Band] = []
    ports: list[Port] = []
    height = 0
    for band, its_ports, rows in Stack(nodes, tuple(sizes.values()), found, order, drawn).bands():
        bands.append(band)
        ports.extend(its_ports)
        height += rows
    strands = tuple(
        Strand(nodes[wire.target], tuple(nodes[each] for each in wire.sources), wire.after_failure, wire.upward)
        for wire in found.wires
    )
    return Boxes(1 + max((band.right for band in bands), default=0), height, tuple(bands), strands, tuple(ports))
