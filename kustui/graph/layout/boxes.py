"""Boxes in layers with wires between them, to the cell: a picture as geometry.

Arrows to the same node run together (see ``layers``). Wires leave a box at its lower edge and arrive at the upper edge
of a lower one; those of loops the other way round. They cross, but never run along each other, nor through a box.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kustui.graph.layout.crossings import ordered
from kustui.graph.layout.layers import Layers, Wire, layered
from kustui.graph.layout.placing import placed, placed_within
from kustui.graph.layout.routing import Net, routed

if TYPE_CHECKING:
    from kustui.graph.layout.arrows import Arrow

_BETWEEN = 3
"""Columns between boxes in a layer, and between a box and a wire."""
_APART = 4
"""Columns from one wire to the next at the edge of a box: room for the number of an arrow between them."""
_LOOP = 3
"""Columns beside a box for an arrow from it to itself."""
_SWEEPS = 6
_STIFF = 8.0
"""How much straighter a wire between two layers wants to be than one to a box."""


class Size(NamedTuple):
    """Cells of a box, its edges among them; at least 5 and 3, and with an arrow to itself 4 rows."""

    width: int
    height: int


class Box(NamedTuple):
    node: str
    x: int
    y: int
    width: int
    height: int
    loop: bool | None = None
    """An arrow to itself is drawn at its right edge: True where it is only taken after a failure."""

    @property
    def bottom(self) -> int:
        return self.y + self.height - 1

    @property
    def right(self) -> int:
        return self.x + self.width - 1


class Port(NamedTuple):
    """Where a wire meets the edge of a box."""

    x: int
    y: int
    node: str
    wire: int
    arrives: bool
    below: bool
    """Whether it is the lower edge."""


class Down(NamedTuple):
    """A piece of a wire from above to below, both ends included."""

    x: int
    top: int
    bottom: int
    wire: int
    from_above: bool
    """Whether it comes from what is above its top, another piece or a box, rather than turns there."""
    further: bool
    """Whether it goes on to what is below its bottom."""


class Along(NamedTuple):
    """A piece of a wire from left to right, both ends included."""

    y: int
    left: int
    right: int
    wire: int


class Strand(NamedTuple):
    """What arrows to one node have in common."""

    target: str
    sources: tuple[str, ...]
    failing: bool
    upward: bool


@dataclass(frozen=True)
class Band:
    """Rows of the picture with all that is in them, sorted by column: one layer, or what is between two."""

    top: int
    boxes: tuple[Box, ...]
    downs: tuple[Down, ...]
    alongs: Mapping[int, tuple[Along, ...]]
    """By row."""
    widest: int = 0
    """Of its boxes, with their loops."""


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
    return _Drawing(nodes, [sizes[node] for node in nodes], found, ordered(found)).picture()


@dataclass
class _Drawing:
    nodes: tuple[str, ...]
    sizes: Sequence[Size]
    found: Layers
    order: tuple[tuple[int, ...], ...]
    widths: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    """The first column of each place."""
    upper: dict[tuple[int, int], int] = field(default_factory=dict)
    """The column in which a wire (second) meets the upper edge of a place (first)."""
    lower: dict[tuple[int, int], int] = field(default_factory=dict)

    def picture(self) -> Boxes:
        above, below = self._ends()
        self.widths = [
            max(size.width, _APART * max(len(above[node]), len(below[node])) + 1)
            for node, size in enumerate(self.sizes)
        ]
        self._place()
        for layer in self.order:
            for place in layer:
                self._upper_ports(place, above[place])
        for layer in self.order:
            for place in layer:
                self._lower_ports(place, below[place])
        return self._built(above, below)

    def _ends(self) -> tuple[list[dict[int, list[int]]], list[dict[int, list[int]]]]:
        """The wires at the upper and at the lower edge of each place, with the places that they lead to there."""
        count = 1 + max((place for layer in self.order for place in layer), default=-1)
        above: list[dict[int, list[int]]] = [{} for _ in range(count)]
        below: list[dict[int, list[int]]] = [{} for _ in range(count)]
        for hops in self.found.hops:
            for hop in hops:
                below[hop.upper].setdefault(hop.wire, []).append(hop.lower)
                above[hop.lower].setdefault(hop.wire, []).append(hop.upper)
        return above, below

    # Columns

    def _width(self, place: int) -> int:
        return self.widths[place] if place < self.found.nodes else 1

    def _place(self) -> None:
        """Boxes above and below what they are connected with, as far as there is room."""
        count = 1 + max((place for layer in self.order for place in layer), default=-1)
        above: list[list[int]] = [[] for _ in range(count)]
        below: list[list[int]] = [[] for _ in range(count)]
        for hops in self.found.hops:
            for hop in hops:
                above[hop.lower].append(hop.upper)
                below[hop.upper].append(hop.lower)
        middles = [0.0] * count
        gaps = []
        for layer in self.order:
            gap = [0.0]
            for one, other in itertools.pairwise(layer):
                loop = _LOOP if one in self.found.loops else 0
                wide = _BETWEEN if min(one, other) < self.found.nodes else 2
                gap.append((self._width(one) + self._width(other)) / 2 + wide + loop)
            gaps.append(gap)
            for place, middle in zip(layer, placed([0.0] * len(layer), gap), strict=True):
                middles[place] = middle
        for sweep in range(_SWEEPS):
            downward = sweep % 2 == 0
            for level in range(len(self.order)) if downward else range(len(self.order) - 1, -1, -1):
                layer = self.order[level]
                wanted, weights = [], []
                for place in layer:
                    beside = (above[place] or below[place]) if downward else (below[place] or above[place])
                    if not beside:
                        wanted.append(middles[place])
                        weights.append(0.1)
                        continue
                    wanted.append(_middle([middles[each] for each in beside]))
                    straight = place >= self.found.nodes and len(beside) == 1
                    weights.append(_STIFF if straight else 1.0)
                for place, middle in zip(layer, placed(wanted, gaps[level], weights), strict=True):
                    middles[place] = middle
        first = min((middles[place] - self._width(place) / 2 for place in range(count)), default=0.0)
        self.left = [0] * count
        for layer in self.order:
            free = 0
            for place in layer:
                self.left[place] = max(free, round(middles[place] - first - (self._width(place) - 1) / 2))
                loop = _LOOP if place in self.found.loops else 0
                free = self.left[place] + self._width(place) + loop + 2

    def _center(self, place: int) -> int:
        return self.left[place] + (self._width(place) - 1) // 2

    def _upper_ports(self, place: int, wires: Mapping[int, Sequence[int]]) -> None:
        if place >= self.found.nodes:
            self.upper.update(((place, wire), self.left[place]) for wire in wires)
            return
        far = {wire: sum(map(self._center, ends)) / len(ends) for wire, ends in wires.items()}
        in_order = sorted(wires, key=lambda wire: far[wire])
        middle = self._center(place)
        wanted = [middle + _APART * index - _APART * (len(in_order) - 1) // 2 for index in range(len(in_order))]
        self._ports(self.upper, place, in_order, wanted)

    def _lower_ports(self, place: int, wires: Mapping[int, Sequence[int]]) -> None:
        if place >= self.found.nodes:
            self.lower.update(((place, wire), self.left[place]) for wire in wires)
            return
        far = {wire: round(sum(self.upper[end, wire] for end in ends) / len(ends)) for wire, ends in wires.items()}
        in_order = sorted(wires, key=lambda wire: far[wire])
        self._ports(self.lower, place, in_order, [far[wire] for wire in in_order])

    def _ports(
        self, ports: dict[tuple[int, int], int], place: int, wires: Sequence[int], wanted: Sequence[int]
    ) -> None:
        low, high = self.left[place] + 2, self.left[place] + self._width(place) - 3
        for wire, column in zip(wires, placed_within(wanted, _APART, low, high), strict=True):
            ports[place, wire] = column

    # Rows

    def _built(
        self, above: Sequence[Mapping[int, Sequence[int]]], below: Sequence[Mapping[int, Sequence[int]]]
    ) -> Boxes:
        bands: list[Band] = []
        ports: list[Port] = []
        y, width = 0, 1
        for level, layer in enumerate(self.order):
            height = max((self.sizes[place].height for place in layer if place < self.found.nodes), default=1)
            band, found = self._layer(layer, y, height, below)
            bands.append(band)
            ports.extend(found)
            width = max(width, *(self.left[place] + self._width(place) + _LOOP for place in layer))
            y += height
            if level + 1 < len(self.order):
                band, rows = self._channel(level, y)
                bands.append(band)
                width = max([width, *(along.right + 1 for runs in band.alongs.values() for along in runs)])
                y += rows
        strands = tuple(
            Strand(self.nodes[wire.target], tuple(self.nodes[each] for each in wire.sources), wire.failing, wire.upward)
            for wire in self.found.wires
        )
        return Boxes(width, y, tuple(bands), strands, tuple(ports))

    def _layer(
        self, layer: Sequence[int], y: int, height: int, below: Sequence[Mapping[int, Sequence[int]]]
    ) -> tuple[Band, list[Port]]:
        """The boxes of a layer, their ports, and the wires that pass it or lead on from below a box."""
        found: list[Box] = []
        downs: list[Down] = []
        ports: list[Port] = []
        for place in layer:
            if place >= self.found.nodes:
                (wire,) = below[place]
                downs.append(Down(self.left[place], y, y + height - 1, wire, True, True))
                continue
            box = Box(
                self.nodes[place], self.left[place], y, self.widths[place], self.sizes[place].height,
                self.found.loops.get(place),
            )  # fmt: skip
            found.append(box)
            for (owner, wire), column in self._of(self.upper, place):
                ports.append(Port(column, y, box.node, wire, self._wire(wire).target == owner, below=False))
            for (owner, wire), column in self._of(self.lower, place):
                ports.append(Port(column, box.bottom, box.node, wire, self._wire(wire).target == owner, below=True))
                if box.bottom + 1 < y + height:
                    downs.append(Down(column, box.bottom + 1, y + height - 1, wire, True, True))
        widest = max((box.width + _LOOP for box in found), default=0)
        return Band(y, tuple(found), tuple(sorted(downs)), {}, widest), ports

    def _wire(self, wire: int) -> Wire:
        return self.found.wires[wire]

    def _of(self, ports: Mapping[tuple[int, int], int], place: int) -> list[tuple[tuple[int, int], int]]:
        wires = self._by_place(ports is self.upper).get(place, ())
        return [((place, wire), ports[place, wire]) for wire in wires]

    def _by_place(self, upper: bool) -> Mapping[int, Sequence[int]]:
        return self._wires_above if upper else self._wires_below

    @cached_property
    def _wires_above(self) -> Mapping[int, Sequence[int]]:
        return _grouped(self.upper)

    @cached_property
    def _wires_below(self) -> Mapping[int, Sequence[int]]:
        return _grouped(self.lower)

    def _channel(self, level: int, y: int) -> tuple[Band, int]:
        """The wires between a layer and the next, and how many rows they need."""
        ends: dict[int, tuple[set[int], set[int]]] = {}
        heads = False
        for hop in self.found.hops[level]:
            upper, lower = ends.setdefault(hop.wire, (set(), set()))
            upper.add(self.lower[hop.upper, hop.wire])
            lower.add(self.upper[hop.lower, hop.wire])
            heads = heads or (self._wire(hop.wire).upward and hop.upper < self.found.nodes)
        nets = [Net(wire, tuple(sorted(upper)), tuple(sorted(lower))) for wire, (upper, lower) in ends.items()]
        runs, tracks = routed(nets)
        first = y + (1 if heads else 0)
        rows = first - y + tracks + 1
        bottom = y + rows - 1
        downs: list[Down] = []
        alongs: dict[int, list[Along]] = {}
        joints: dict[tuple[int, int], list[int]] = {}
        for net, track in runs:
            own = ends[net.wire]
            if net.straight:
                downs.append(Down(net.upper[0], y, bottom, net.wire, True, True))
                continue
            row = first + track
            alongs.setdefault(row, []).append(Along(row, *net.span, net.wire))
            for column in net.upper:
                if column in own[0]:
                    downs.append(Down(column, y, row, net.wire, True, False))
                else:
                    joints.setdefault((net.wire, column), []).append(row)
            for column in net.lower:
                if column in own[1]:
                    downs.append(Down(column, row, bottom, net.wire, False, True))
                else:
                    joints.setdefault((net.wire, column), []).append(row)
        downs.extend(
            Down(column, min(between), max(between), wire, False, False) for (wire, column), between in joints.items()
        )
        sorted_alongs = {row: tuple(sorted(each)) for row, each in alongs.items()}
        return Band(y, (), tuple(sorted(downs)), sorted_alongs), rows


def _grouped(ports: Iterable[tuple[int, int]]) -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = {}
    for place, wire in ports:
        found.setdefault(place, []).append(wire)
    return found


def _middle(values: Sequence[float]) -> float:
    in_order = sorted(values)
    half = len(in_order) // 2
    return in_order[half] if len(in_order) % 2 else (in_order[half - 1] + in_order[half]) / 2
