"""Nodes in layers from top to bottom, wires through the layers between, and few crossings: Sugiyama's method.

A wire is what all arrows to one node have in common that lead the same way (down, or up in a loop) and are of the same
kind: they run together, as what splits from it could only come to that node. In each layer that it passes it has one
dummy vertex of its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from kustui.analysis.walks import reverse_postorder
from kustui.groups import grouped

N = TypeVar("N")

_EFFORT = 120_000
"""Hops to look at in all sweeps; fewer sweeps for more hops, and no diagram of so many is read as a whole."""
_SWEEPS = 8


class Arrow(NamedTuple):
    """From one node to another."""

    source: str
    target: str
    after_failure: bool = False
    """Whether it is only taken after a failure: drawn in another way than those that are not."""
    mark: str = ""
    """What a comparison says of it (``added``, ``removed``, ``changed``): drawn in another way too."""


class Wire(NamedTuple, Generic[N]):
    """Arrows that run together to their target."""

    target: N
    sources: tuple[N, ...]
    after_failure: bool
    upward: bool
    """Whether it leads to a layer above those it comes from: an arrow of a loop."""
    mark: str = ""
    """That of its arrows."""


class Hop(NamedTuple):
    """A wire between two neighbouring layers, from one vertex to another."""

    upper: int
    lower: int
    wire: int


class Layering(Struct, frozen=True, dict=True):
    """Vertices are numbers: of nodes as they were given, and after them of the dummies of wires that pass a layer."""

    node_count: int
    layers: tuple[tuple[int, ...], ...]
    """The vertices of each layer."""
    wires: tuple[Wire[int], ...]
    hops: tuple[tuple[Hop, ...], ...]
    """From each layer to the next."""
    self_loops: Mapping[int, bool]
    """Nodes with an arrow to themselves, and whether it is only taken after a failure."""
    dummies: Sequence[int]
    """The wires of the vertices after the nodes."""

    @cached_property
    def hop_count(self) -> int:
        return sum(map(len, self.hops))

    @cached_property
    def above(self) -> Sequence[Sequence[int]]:
        """The vertices in the layer above that each is connected with."""
        above: list[list[int]] = [[] for _ in range(self.node_count + len(self.dummies))]
        for hops in self.hops:
            for upper, lower, _ in hops:
                above[lower].append(upper)
        return above

    @cached_property
    def below(self) -> Sequence[Sequence[int]]:
        """The vertices in the layer below that each is connected with."""
        below: list[list[int]] = [[] for _ in range(self.node_count + len(self.dummies))]
        for hops in self.hops:
            for upper, lower, _ in hops:
                below[upper].append(lower)
        return below


# Layers


def assign_layers(nodes: Sequence[str], arrows: Iterable[Arrow]) -> Layering:
    """Put each node below all that lead to it, but for arrows that lead back in a loop. Arrows to what is no node are
    left out. Where there are two states in one drawing, the nodes are given in an order that suits both."""
    number = {node: index for index, node in enumerate(nodes)}
    successors: list[dict[int, None]] = [{} for _ in nodes]
    kinds: dict[tuple[int, int, bool, str], None] = {}
    self_loops: dict[int, bool] = {}
    for arrow in arrows:
        source, target = number.get(arrow.source), number.get(arrow.target)
        if source is None or target is None:
            continue
        if source == target:
            self_loops[source] = self_loops.get(source, True) and arrow.after_failure
        else:
            successors[source][target] = None
            kinds[source, target, arrow.after_failure, arrow.mark] = None
    order = tuple(range(len(nodes))) if any(mark for *_, mark in kinds) else _topological_order(successors)
    rank = [0] * len(nodes)
    for index, node in enumerate(order):
        rank[node] = index
    bundles = grouped(
        ((target, after_failure, rank[target] < rank[source], mark), source)
        for source, target, after_failure, mark in kinds
    )
    wires = tuple(
        Wire(target, tuple(sources), after_failure, upward, mark)
        for (target, after_failure, upward, mark), sources in bundles.items()
    )
    return _with_dummies(_longest_paths(order, rank, successors), order, wires, self_loops)


def _topological_order(successors: Sequence[Iterable[int]]) -> tuple[int, ...]:
    """Each node after all that lead to it, but for arrows that lead back in a loop; those given first come first."""
    led_to = {target for targets in successors for target in targets}
    roots = [node for node in range(len(successors)) if node not in led_to]
    return reverse_postorder((*reversed(range(len(successors))), *roots), successors.__getitem__)


def _longest_paths(order: Sequence[int], rank: Sequence[int], successors: Sequence[Iterable[int]]) -> list[int]:
    """The layer of each node: as far up as it can be."""
    below: list[list[int]] = [[] for _ in order]
    for source, targets in enumerate(successors):
        for target in targets:
            upper, lower = (source, target) if rank[source] < rank[target] else (target, source)
            below[upper].append(lower)
    layer_of = [0] * len(order)
    for node in order:
        for lower in below[node]:
            layer_of[lower] = max(layer_of[lower], layer_of[node] + 1)
    return layer_of


def _with_dummies(
    layer_of: Sequence[int], order: Sequence[int], wires: tuple[Wire[int], ...], self_loops: Mapping[int, bool]
) -> Layering:
    """Give each wire a dummy in every layer between its ends."""
    count = max(layer_of, default=-1) + 1
    layers: list[list[int]] = [[] for _ in range(count)]
    for node in order:
        layers[layer_of[node]].append(node)
    hops: list[list[Hop]] = [[] for _ in range(max(0, count - 1))]
    dummies: list[int] = []
    for index, wire in enumerate(wires):
        end = layer_of[wire.target]
        ends = [layer_of[source] for source in wire.sources]
        # Downward from its highest source to its target; upward the same way, seen from the target.
        between = range(end + 1, max(ends)) if wire.upward else range(min(ends) + 1, end)
        vertex_in = {}
        for level in between:
            vertex_in[level] = len(layer_of) + len(dummies)
            layers[level].append(vertex_in[level])
            dummies.append(index)
        vertex_in[end] = wire.target
        starts = [*zip(wire.sources, ends, strict=True), *((vertex_in[level], level) for level in between)]
        for vertex, level in starts:
            if wire.upward:
                hops[level - 1].append(Hop(vertex_in[level - 1], vertex, index))
            else:
                hops[level].append(Hop(vertex, vertex_in[level + 1], index))
    return Layering(len(layer_of), tuple(map(tuple, layers)), wires, tuple(map(tuple, hops)), self_loops, dummies)


# Crossings


def sweep_count(hops: int, most: int) -> int:
    """How often so many hops are gone through, down and up in turn."""
    return max(2, min(most, _EFFORT // max(1, hops)))


def reduce_crossings(layering: Layering) -> tuple[tuple[int, ...], ...]:
    """The vertices of each layer from left to right: each near the middle of those it is connected with, swept down and
    up several times, and the best of what came of it."""
    layers = [list(layer) for layer in layering.layers]
    best, fewest = layers, _crossings(layers, layering.hops)
    for sweep in range(sweep_count(layering.hop_count, _SWEEPS)):
        if not fewest:
            break
        downward = sweep % 2 == 0
        layers = _by_barycenters(layers, layering.above if downward else layering.below, downward=downward)
        crossings = _crossings(layers, layering.hops)
        if crossings < fewest:
            best, fewest = layers, crossings
    return tuple(map(tuple, best))


def _by_barycenters(
    layers: Sequence[list[int]], neighbours: Sequence[Sequence[int]], *, downward: bool
) -> list[list[int]]:
    """Every layer put in order by the one before it."""
    ordered = list(layers)
    at = [0.0] * len(neighbours)
    """The index of each vertex in its layer, or in its turn the one that it wants."""
    for index, vertex in enumerate(ordered[0 if downward else -1]):
        at[vertex] = index
    for level in range(1, len(layers)) if downward else range(len(layers) - 2, -1, -1):
        layer = ordered[level]
        other = len(ordered[level - 1 if downward else level + 1])
        for index, vertex in enumerate(layer):
            near = neighbours[vertex]
            if len(near) == 1:
                at[vertex] = at[near[0]]
            elif near:
                at[vertex] = sum([at[neighbour] for neighbour in near]) / len(near)
            else:
                at[vertex] = index * other / len(layer)  # where it is, in the measure of the others
        ordered[level] = layer = sorted(layer, key=at.__getitem__)
        for index, vertex in enumerate(layer):
            at[vertex] = index
    return ordered


def _crossings(layers: Sequence[Sequence[int]], hops: Sequence[Sequence[Hop]]) -> int:
    total = 0
    at: dict[int, int] = {}
    for layer in layers:
        at.update({vertex: index for index, vertex in enumerate(layer)})
    for between in hops:
        seen: list[int] = []
        for _, end in sorted([(at[upper], at[lower]) for upper, lower, _ in between]):
            place = bisect_right(seen, end)
            if place == len(seen):
                seen.append(end)
            else:
                total += len(seen) - place
                seen.insert(place, end)
    return total
