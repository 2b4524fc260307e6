"""Boxes in layers with wires between them, to the cell: a picture as geometry.

Arrows to the same node run together (see ``layers``). Wires leave a box at its lower edge and arrive at the upper edge
of a lower one; those of loops the other way round. They cross, but never run along each other, nor through a box.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kustui.diagrams.layout.columns import columns
from kustui.diagrams.layout.crossings import ordered
from kustui.diagrams.layout.layers import layered
from kustui.diagrams.layout.stack import Stack

if TYPE_CHECKING:
    from kustui.diagrams.layout.arrows import Arrow
    from kustui.diagrams.layout.bands import Band, Box, Port, Size


class Strand(NamedTuple):
    """What arrows to one node have in common."""

    target: str
    sources: tuple[str, ...]
    failing: bool
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
        Strand(nodes[wire.target], tuple(nodes[each] for each in wire.sources), wire.failing, wire.upward)
        for wire in found.wires
    )
    return Boxes(1 + max((band.right for band in bands), default=0), height, tuple(bands), strands, tuple(ports))
