"""Where boxes and wires stand from left to right."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from msgspec import Struct

from kustui.diagrams.layout.layers import Layering, sweep_count

SELF_LOOP_WIDTH = 3
"""Columns beside a box for an arrow from it to itself."""
_BOX_GAP = 3
"""Columns between boxes in a layer, and between a box and a wire."""
_WIRE_GAP = 2
_PORT_GAP = 4
"""Columns from one wire to the next at the edge of a box: room for the number of an arrow between them."""
_SWEEPS = 6
_SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Of the room, how much the boxes of a layer are given at first, and where they do not find room beside the others."""
_SMALLER = 83
"""Percent of the least width that boxes may be reduced to, where that brings a drawing into the room."""
_LEEWAY = 1.15
"""How much wider a drawing may become that takes more than the room anyway."""
_MOST_VERTICES = 2_000
"""For which widths are tried: a larger drawing is never in view as a whole."""
_DUMMY_WEIGHT = 8.0
"""How much straighter a wire between two layers is to be than one to a box."""
_LONE_WEIGHT = 0.1

_Ends = Mapping[int, Sequence[int]]
"""The wires at an edge of a node, with the vertices that they lead to there."""


class Columns(Struct, frozen=True):
    """The first column of each vertex, and the columns of the wires that meet the edges of each node."""

    left: Sequence[int]
    widths: Sequence[int]
    """Of nodes: a wire is one column wide."""
    upper: Sequence[Mapping[int, int]]
    """By node, and there by wire."""
    lower: Sequence[Mapping[int, int]]

    @property
    def width(self) -> int:
        """Of the boxes and the wires together."""
        nodes = (left + width + SELF_LOOP_WIDTH for left, width in zip(self.left, self.widths, strict=False))
        return max((*nodes, *(left + 1 for left in self.left[len(self.widths) :])), default=0)

    def into(self, vertex: int, wire: int) -> int:
        """Where a wire meets the upper edge of a vertex."""
        return self.upper[vertex][wire] if vertex < len(self.upper) else self.left[vertex]

    def out_of(self, vertex: int, wire: int) -> int:
        """Where a wire meets the lower edge of a vertex."""
        return self.lower[vertex][wire] if vertex < len(self.lower) else self.left[vertex]


def assign_columns(needed: Sequence[int], layering: Layering, order: Sequence[Sequence[int]]) -> Columns:
    """Boxes above and below what they are connected with, as far as there is room; each as wide as what it holds needs
    (given in columns, by node), and as its wires do."""
    above, below = _ends(layering)
    widths = [
        max(width, _PORT_GAP * max(len(above[node]), len(below[node])) + 1) for node, width in enumerate(needed)
    ]  # fmt: skip
    left = _left_columns(widths, layering, order)
    upper = [_upper_ports(node, left, widths, above[node]) for node in range(layering.node_count)]
    half = Columns(left, widths, upper, ())
    return Columns(left, widths, upper, [_lower_ports(node, half, below[node]) for node in range(layering.node_count)])


def fit_columns(
    needed: Sequence[int], layering: Layering, order: Sequence[Sequence[int]], least: int, room: int
) -> Columns:
    """Columns in which each box is as wide as it needs, as far as the boxes of a layer have room beside each other in
    so many columns, or in as many as the drawing takes anyway with boxes of ``least``."""
    narrow = assign_columns([min(width, least) for width in needed], layering, order)
    if narrow.width > room:
        smaller = least * _SMALLER // 100
        columns = assign_columns([min(width, smaller) for width in needed], layering, order)
        if columns.width <= room:
            narrow, least = columns, smaller
    if max(needed, default=0) <= least or len(needed) + len(layering.dummies) > _MOST_VERTICES:
        return narrow
    room = room if narrow.width <= room else int(narrow.width * _LEEWAY)
    for share in _SHARES:
        columns = assign_columns(_shared(needed, layering, order, least, int(room * share)), layering, order)
        if columns.width <= room:
            return columns
    return narrow


def _shared(
    needed: Sequence[int], layering: Layering, order: Sequence[Sequence[int]], least: int, room: int
) -> Sequence[int]:
    """The width of each node where the boxes of each layer share the room."""
    widths = [0] * len(needed)
    for layer in order:
        nodes = [vertex for vertex in layer if vertex < layering.node_count]
        taken = len(layer) * _BOX_GAP + sum(SELF_LOOP_WIDTH for node in nodes if node in layering.self_loops)
        cap = max(least, _fair_share([needed[node] for node in nodes], room - taken))
        for node in nodes:
            widths[node] = min(needed[node], cap)
    return widths


def _fair_share(needed: Sequence[int], room: int) -> int:
    """The most that each may have, where those that need less leave the rest to the others."""
    for index, width in enumerate(sorted(needed)):
        share = room // (len(needed) - index)
        if width > share:
            return share
        room -= width
    return max(needed, default=0)


def _ends(layering: Layering) -> tuple[list[_Ends], list[_Ends]]:
    """The wires at the upper and at the lower edge of each node."""
    above: list[dict[int, list[int]]] = [{} for _ in range(layering.node_count)]
    below: list[dict[int, list[int]]] = [{} for _ in range(layering.node_count)]
    for hops in layering.hops:
        for upper, lower, wire in hops:
            if upper < layering.node_count:
                below[upper].setdefault(wire, []).append(lower)
            if lower < layering.node_count:
                above[lower].setdefault(wire, []).append(upper)
    return [*above], [*below]


# Vertices


def _left_columns(widths: Sequence[int], layering: Layering, order: Sequence[Sequence[int]]) -> Sequence[int]:
    middles, gaps = _packed_layers(widths, layering, order)
    for sweep in range(sweep_count(layering.hop_count, _SWEEPS)):
        downward = sweep % 2 == 0
        for level in range(len(order)) if downward else range(len(order) - 1, -1, -1):
            _draw_near(order[level], gaps[level], middles, layering, downward=downward)
    sizes = [*widths, *([1] * len(layering.dummies))]
    first = min((middle - size / 2 for middle, size in zip(middles, sizes, strict=True)), default=0.0)
    left = [0] * len(sizes)
    for layer in order:
        free = 0
        for vertex in layer:
            left[vertex] = max(free, round(middles[vertex] - first - (sizes[vertex] - 1) / 2))
            free = left[vertex] + sizes[vertex] + (SELF_LOOP_WIDTH if vertex in layering.self_loops else 0) + _WIRE_GAP
    return left


def _packed_layers(
    widths: Sequence[int], layering: Layering, order: Sequence[Sequence[int]]
) -> tuple[list[float], list[list[float]]]:
    """The middles of all vertices, each layer about the same column, and how far each has to be from the one before."""
    nodes = layering.node_count
    middles = [0.0] * (nodes + len(layering.dummies))
    gaps = []
    for layer in order:
        gap = [0.0]
        for one, other in itertools.pairwise(layer):
            width = (widths[one] if one < nodes else 1) + (widths[other] if other < nodes else 1)
            between = _BOX_GAP if min(one, other) < nodes else _WIRE_GAP
            gap.append(width / 2 + between + (SELF_LOOP_WIDTH if one in layering.self_loops else 0))
        at = list(itertools.accumulate(gap))
        mean = sum(at) / len(at)
        for vertex, middle in zip(layer, at, strict=True):
            middles[vertex] = middle - mean
        gaps.append(gap)
    return middles, gaps


def _draw_near(
    layer: Sequence[int], gaps: Sequence[float], middles: list[float], layering: Layering, *, downward: bool
) -> None:
    """Move the vertices of a layer towards those that they are connected with."""
    first, second = (layering.above, layering.below) if downward else (layering.below, layering.above)
    targets, weights = [], []
    for vertex in layer:
        neighbours = first[vertex] or second[vertex]
        if not neighbours:
            targets.append(middles[vertex])
            weights.append(_LONE_WEIGHT)
        else:
            targets.append(_median([middles[neighbour] for neighbour in neighbours]))
            straight = len(neighbours) == 1 and vertex >= layering.node_count
            weights.append(_DUMMY_WEIGHT if straight else 1.0)
    for vertex, middle in zip(layer, nearest_positions(targets, gaps, weights), strict=True):
        middles[vertex] = middle


def _median(values: Sequence[float]) -> float:
    in_order = sorted(values)  # importing ``statistics`` would cost 10 ms
    half = len(in_order) // 2
    return in_order[half] if len(in_order) % 2 else (in_order[half - 1] + in_order[half]) / 2


# Ports


def _upper_ports(node: int, left: Sequence[int], widths: Sequence[int], wires: _Ends) -> Mapping[int, int]:
    """In the order of what they come from, about the middle."""

    def center(vertex: int) -> int:
        return left[vertex] + (widths[vertex] - 1) // 2 if vertex < len(widths) else left[vertex]

    origins = {wire: sum(map(center, ends)) / len(ends) for wire, ends in wires.items()}
    in_order = sorted(wires, key=origins.__getitem__)
    first = center(node) - _PORT_GAP * (len(in_order) - 1) // 2
    targets = range(first, first + _PORT_GAP * len(in_order), _PORT_GAP)
    return _ports(in_order, targets, left[node], widths[node])


def _lower_ports(node: int, columns: Columns, wires: _Ends) -> Mapping[int, int]:
    """As near as may be to where they lead."""
    targets = {wire: round(sum(columns.into(end, wire) for end in ends) / len(ends)) for wire, ends in wires.items()}
    in_order = sorted(wires, key=targets.__getitem__)
    return _ports(in_order, [targets[wire] for wire in in_order], columns.left[node], columns.widths[node])


def _ports(wires: Sequence[int], targets: Sequence[int], left: int, width: int) -> Mapping[int, int]:
    return dict(zip(wires, nearest_positions_within(targets, _PORT_GAP, left + 2, left + width - 3), strict=True))


# Positions


def nearest_positions(
    targets: Sequence[float], gaps: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """Positions in order, with the least sum of weighted squared distances from their targets: by pooling adjacent
    violators. ``gaps`` says how far each has to be from the one before it; its first element counts for nothing."""
    if not targets:
        return []
    offsets = [0.0, *itertools.accumulate(gaps[1:])]
    # Less the room taken up by those before it, positions only must not fall.
    pools: list[tuple[float, float, int]] = []
    for index, target in enumerate(targets):
        mean, weight, count = target - offsets[index], weights[index] if weights else 1.0, 1
        while pools and pools[-1][0] > mean:
            other_mean, other_weight, other_count = pools.pop()
            mean = (mean * weight + other_mean * other_weight) / (weight + other_weight)
            weight, count = weight + other_weight, count + other_count
        pools.append((mean, weight, count))
    levels = (mean for mean, _, count in pools for _ in range(count))
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def nearest_positions_within(targets: Sequence[int], gap: int, low: int, high: int) -> list[int]:
    """Whole positions from ``low`` to ``high``, at least a gap apart, in order; there has to be room for all."""
    positions: list[int] = []
    for index, position in enumerate(nearest_positions(targets, [gap] * len(targets))):
        least = positions[-1] + gap if positions else low
        most = high - gap * (len(targets) - 1 - index)
        positions.append(min(max(round(position), least), most))
    return positions
