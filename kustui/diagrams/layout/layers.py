"""Nodes in layers from top to bottom, wires that lead through the layers between, and the order within each layer.

A wire is what all arrows to one node have in common that lead the same way (down, or up in a loop) and are of the same
kind: they run together, as what splits from it could only come to that node. In each layer that it passes it has one
place of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kustui.diagrams.layout.geometry import Arrow


class Wire(NamedTuple):
    """Arrows that run together to their target."""

    target: int
    sources: tuple[int, ...]
    after_failure: bool
    upward: bool
    """Whether it leads to a layer above those it comes from: an arrow of a loop."""


class Hop(NamedTuple):
    """A wire between two neighbouring layers, from one place to another."""

    upper: int
    lower: int
    wire: int


@dataclass(frozen=True)
class Layers:
    """Places are numbers: of nodes as they were given, and behind them of the wires that pass a layer."""

    nodes: int
    """How many of the places are nodes."""
    layers: tuple[tuple[int, ...], ...]
    """The places of each layer."""
    wires: tuple[Wire, ...]
    hops: tuple[tuple[Hop, ...], ...]
    """From each layer to the next."""
    loops: Mapping[int, bool]
    """Nodes with an arrow to themselves, and whether it is only taken after a failure."""
    passing: Sequence[int]
    """The wires of the places behind the nodes."""

    @cached_property
    def count(self) -> int:
        """How many hops there are."""
        return sum(map(len, self.hops))

    @cached_property
    def above(self) -> Sequence[Sequence[int]]:
        """The places that each is connected with in the layer above."""
        found: list[list[int]] = [[] for _ in range(self.nodes + len(self.passing))]
        for hops in self.hops:
            for upper, lower, _ in hops:
                found[lower].append(upper)
        return found

    @cached_property
    def below(self) -> Sequence[Sequence[int]]:
        """The places that each is connected with in the layer below."""
        found: list[list[int]] = [[] for _ in range(self.nodes + len(self.passing))]
        for hops in self.hops:
            for upper, lower, _ in hops:
                found[upper].append(lower)
        return found


def layered(nodes: Sequence[str], arrows: Iterable[Arrow]) -> Layers:
    """Put each node below all that lead to it, but for arrows that lead back in a loop. Arrows to what is no node are
    left out."""
    number = {node: index for index, node in enumerate(nodes)}
    onward: list[dict[int, None]] = [{} for _ in nodes]
    kinds: dict[tuple[int, int, bool], None] = {}
    loops: dict[int, bool] = {}
    for arrow in arrows:
        source, target = number.get(arrow.source), number.get(arrow.target)
        if source is None or target is None:
            continue
        if source == target:
            loops[source] = loops.get(source, True) and arrow.after_failure
        else:
            onward[source][target] = None
            kinds[source, target, arrow.after_failure] = None
    order = _order(onward)
    place = [0] * len(nodes)
    for index, node in enumerate(order):
        place[node] = index
    layer = _layers(order, place, onward)
    gathered: dict[tuple[int, bool, bool], list[int]] = {}
    for source, target, after_failure in kinds:
        gathered.setdefault((target, after_failure, place[target] < place[source]), []).append(source)
    wires = tuple(
        Wire(target, tuple(sources), after_failure, upward)
        for (target, after_failure, upward), sources in gathered.items()
    )
    return _strung(layer, order, wires, loops)


def _order(onward: Sequence[Iterable[int]]) -> list[int]:
    """Each node behind all that lead to it, but for arrows that lead back in a loop; those given first come first."""
    found: list[int] = []
    seen = [False] * len(onward)
    led_to = {target for targets in onward for target in targets}
    roots = [node for node in range(len(onward)) if node not in led_to]
    for root in (*reversed(roots), *range(len(onward))):
        if seen[root]:
            continue
        seen[root] = True
        stack = [(root, iter(reversed(list(onward[root]))))]
        while stack:
            node, targets = stack[-1]
            for target in targets:
                if not seen[target]:
                    seen[target] = True
                    stack.append((target, iter(reversed(list(onward[target])))))
                    break
            else:
                found.append(node)
                stack.pop()
    found.reverse()
    return found


def _layers(order: Sequence[int], place: Sequence[int], onward: Sequence[Iterable[int]]) -> list[int]:
    """The layer of each node: as far up as it can be."""
    below: list[list[int]] = [[] for _ in order]
    for source, targets in enumerate(onward):
        for target in targets:
            upper, lower = (source, target) if place[source] < place[target] else (target, source)
            below[upper].append(lower)
    layer = [0] * len(order)
    for node in order:
        for lower in below[node]:
            layer[lower] = max(layer[lower], layer[node] + 1)
    return layer


def _strung(layer: Sequence[int], order: Sequence[int], wires: tuple[Wire, ...], loops: Mapping[int, bool]) -> Layers:
    """Give each wire a place in every layer between its ends."""
    count = max(layer, default=-1) + 1
    layers: list[list[int]] = [[] for _ in range(count)]
    for node in order:
        layers[layer[node]].append(node)
    hops: list[list[Hop]] = [[] for _ in range(max(0, count - 1))]
    passing: list[int] = []
    for index, wire in enumerate(wires):
        end = layer[wire.target]
        ends = [layer[source] for source in wire.sources]
        # Downward from its highest source to its target; upward the same way, seen from the target.
        between = range(end + 1, max(ends)) if wire.upward else range(min(ends) + 1, end)
        own = {}
        for level in between:
            own[level] = len(layer) + len(passing)
            layers[level].append(own[level])
            passing.append(index)
        own[end] = wire.target
        for source, level in zip(wire.sources, ends, strict=True):
            if wire.upward:
                hops[level - 1].append(Hop(own[level - 1], source, index))
            else:
                hops[level].append(Hop(source, own[level + 1], index))
        for level in between:
            if wire.upward:
                hops[level - 1].append(Hop(own[level - 1], own[level], index))
            else:
                hops[level].append(Hop(own[level], own[level + 1], index))
    return Layers(len(layer), tuple(map(tuple, layers)), wires, tuple(map(tuple, hops)), loops, passing)


_EFFORT = 120_000
"""Hops to look at in all sweeps; fewer sweeps for more hops, and no picture of so many is read as a whole."""
_SWEEPS = 8


def sweeps(hops: int, most: int) -> int:
    """How often so many hops are gone through, down and up in turn."""
    return max(2, min(most, _EFFORT // max(1, hops)))


def ordered(found: Layers) -> tuple[tuple[int, ...], ...]:
    """The places of each layer from left to right: each near the middle of those it is connected with, swept down and
    up several times, and the best of what came of it."""
    layers = [list(layer) for layer in found.layers]
    best, fewest = layers, _crossings(layers, found.hops)
    for sweep in range(sweeps(found.count, _SWEEPS)):
        if not fewest:
            break
        downward = sweep % 2 == 0
        layers = _swept(layers, found.above if downward else found.below, downward=downward)
        crossings = _crossings(layers, found.hops)
        if crossings < fewest:
            best, fewest = layers, crossings
    return tuple(map(tuple, best))


def _swept(layers: list[list[int]], beside: Sequence[Sequence[int]], *, downward: bool) -> list[list[int]]:
    """Every layer put in order by the one before it."""
    found = list(layers)
    at = [0.0] * len(beside)
    """Where each place is in its layer, and after its turn where it wants to be."""
    for index, each in enumerate(found[0 if downward else -1]):
        at[each] = index
    for number in range(1, len(layers)) if downward else range(len(layers) - 2, -1, -1):
        layer = found[number]
        other = len(found[number - 1 if downward else number + 1])
        for index, each in enumerate(layer):
            near = beside[each]
            if len(near) == 1:
                at[each] = at[near[0]]
            elif near:
                at[each] = sum([at[one] for one in near]) / len(near)
            else:
                at[each] = index * other / len(layer)  # where it is, in the measure of the others
        found[number] = layer = sorted(layer, key=at.__getitem__)
        for index, each in enumerate(layer):
            at[each] = index
    return found


def _crossings(layers: Sequence[Sequence[int]], hops: Sequence[Sequence[Hop]]) -> int:
    total = 0
    at = {}
    for layer in layers:
        at.update({each: index for index, each in enumerate(layer)})
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
