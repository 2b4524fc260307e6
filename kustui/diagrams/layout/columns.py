"""Where boxes and wires stand from left to right."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kustui.diagrams.layout.geometry import LOOP
from kustui.diagrams.layout.layers import Layers, sweeps


def placed(
    wanted: Sequence[float], gaps: Sequence[float], weights: Sequence[float] | None = None, least: float | None = None
) -> list[float]:
    """Positions with the least sum of weighted squared distances from the wanted ones (pool adjacent violators).

    ``gaps`` says how far each has to be from the one before it; its first element counts for nothing.
    ``least`` is what no position may be below.
    """
    if not wanted:
        return []
    offsets = [0.0]
    for gap in gaps[1:]:
        offsets.append(offsets[-1] + gap)
    # Less the room taken up by those before it, positions only must not fall.
    pools: list[tuple[float, float, int]] = []
    for index, want in enumerate(wanted):
        weight = weights[index] if weights else 1.0
        mean, total, count = want - offsets[index], weight, 1
        while pools and pools[-1][0] > mean:
            other, heavy, many = pools.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, count = total + heavy, count + many
        pools.append((mean, total, count))
    found: list[float] = []
    for mean, _, count in pools:
        level = mean if least is None else max(mean, least)
        for _ in range(count):
            found.append(level + offsets[len(found)])
    return found


def placed_within(wanted: Sequence[int], gap: int, low: int, high: int) -> list[int]:
    """Whole positions from ``low`` to ``high``, at least a gap apart, in order; there has to be room for all."""
    found: list[int] = []
    for index, position in enumerate(placed(wanted, [gap] * len(wanted))):
        least = low if not found else found[-1] + gap
        most = high - gap * (len(wanted) - 1 - index)
        found.append(min(max(round(position), least), most))
    return found


_BETWEEN = 3
"""Columns between boxes in a layer, and between a box and a wire."""
_APART = 4
"""Columns from one wire to the next at the edge of a box: room for the number of an arrow between them."""
_SWEEPS = 6
_STIFF = 8.0
"""How much straighter a wire between two layers wants to be than one to a box."""

_Ends = Mapping[int, Sequence[int]]
"""The wires at an edge of a node, with the places that they lead to there."""


@dataclass(frozen=True)
class Columns:
    """The first column of each place, and the columns of the wires that meet the edges of each node."""

    left: Sequence[int]
    widths: Sequence[int]
    """Of nodes: a wire is one column wide."""
    upper: Sequence[Mapping[int, int]]
    """By node, and there by wire."""
    lower: Sequence[Mapping[int, int]]

    def width(self, place: int) -> int:
        return self.widths[place] if place < len(self.widths) else 1

    def into(self, place: int, wire: int) -> int:
        """Where a wire meets the upper edge of a place."""
        return self.upper[place][wire] if place < len(self.upper) else self.left[place]

    def out_of(self, place: int, wire: int) -> int:
        """Where a wire meets the lower edge of a place."""
        return self.lower[place][wire] if place < len(self.lower) else self.left[place]


def columns(needed: Sequence[int], found: Layers, order: Sequence[Sequence[int]]) -> Columns:
    """Boxes above and below what they are connected with, as far as there is room; each as wide as what it holds needs,
    and as its wires do."""
    above, below = _ends(found)
    widths = [
        max(width, _APART * max(len(above[node]), len(below[node])) + 1) for node, width in enumerate(needed)
    ]  # fmt: skip
    left = _left(widths, found, order)
    upper = [_upper_ports(node, left, widths, above[node]) for node in range(found.nodes)]
    half = Columns(left, widths, upper, ())
    return Columns(left, widths, upper, [_lower_ports(node, half, below[node]) for node in range(found.nodes)])


def _ends(found: Layers) -> tuple[list[_Ends], list[_Ends]]:
    """The wires at the upper and at the lower edge of each node."""
    above: list[dict[int, list[int]]] = [{} for _ in range(found.nodes)]
    below: list[dict[int, list[int]]] = [{} for _ in range(found.nodes)]
    for hops in found.hops:
        for upper, lower, wire in hops:
            if upper < found.nodes:
                below[upper].setdefault(wire, []).append(lower)
            if lower < found.nodes:
                above[lower].setdefault(wire, []).append(upper)
    return [*above], [*below]


# Places


def _left(widths: Sequence[int], found: Layers, order: Sequence[Sequence[int]]) -> Sequence[int]:
    middles, gaps = _side_by_side(widths, found, order)
    for sweep in range(sweeps(found.count, _SWEEPS)):
        downward = sweep % 2 == 0
        for level in range(len(order)) if downward else range(len(order) - 1, -1, -1):
            _drawn_near(order[level], gaps[level], middles, found, downward=downward)
    sizes = [*widths, *([1] * len(found.passing))]
    first = min((middle - size / 2 for middle, size in zip(middles, sizes, strict=True)), default=0.0)
    left = [0] * len(sizes)
    for layer in order:
        free = 0
        for place in layer:
            left[place] = max(free, round(middles[place] - first - (sizes[place] - 1) / 2))
            free = left[place] + sizes[place] + (LOOP if place in found.loops else 0) + 2
    return left


def _side_by_side(
    widths: Sequence[int], found: Layers, order: Sequence[Sequence[int]]
) -> tuple[list[float], list[list[float]]]:
    """The middles of all places, each layer about the same column, and how far each has to be from the one before."""
    middles = [0.0] * (found.nodes + len(found.passing))
    gaps = []
    for layer in order:
        gap = [0.0]
        for one, other in itertools.pairwise(layer):
            boxed = widths[one] if one < found.nodes else 1, widths[other] if other < found.nodes else 1
            wide = _BETWEEN if min(one, other) < found.nodes else 2
            gap.append(sum(boxed) / 2 + wide + (LOOP if one in found.loops else 0))
        at = list(itertools.accumulate(gap))
        mean = sum(at) / len(at)
        for place, middle in zip(layer, at, strict=True):
            middles[place] = middle - mean
        gaps.append(gap)
    return middles, gaps


def _drawn_near(
    layer: Sequence[int], gap: Sequence[float], middles: list[float], found: Layers, *, downward: bool
) -> None:
    """Move the places of a layer towards those that they are connected with."""
    first, second = (found.above, found.below) if downward else (found.below, found.above)
    wanted, weights = [], []
    for place in layer:
        beside = first[place] or second[place]
        if len(beside) == 1:
            wanted.append(middles[beside[0]])
            weights.append(_STIFF if place >= found.nodes else 1.0)
        elif beside:
            wanted.append(_middle([middles[each] for each in beside]))
            weights.append(1.0)
        else:
            wanted.append(middles[place])
            weights.append(0.1)
    for place, middle in zip(layer, placed(wanted, gap, weights), strict=True):
        middles[place] = middle


def _middle(values: Sequence[float]) -> float:
    in_order = sorted(values)
    half = len(in_order) // 2
    return in_order[half] if len(in_order) % 2 else (in_order[half - 1] + in_order[half]) / 2


# Ports


def _upper_ports(node: int, left: Sequence[int], widths: Sequence[int], wires: _Ends) -> Mapping[int, int]:
    """In the order of what they come from, about the middle."""

    def center(place: int) -> int:
        return left[place] + (widths[place] - 1) // 2 if place < len(widths) else left[place]

    far = {wire: sum(map(center, ends)) / len(ends) for wire, ends in wires.items()}
    in_order = sorted(wires, key=lambda wire: far[wire])
    first = center(node) - _APART * (len(in_order) - 1) // 2
    return _ports(in_order, range(first, first + _APART * len(in_order), _APART), left[node], widths[node])


def _lower_ports(node: int, drawn: Columns, wires: _Ends) -> Mapping[int, int]:
    """As near as may be to where they lead."""
    far = {wire: round(sum(drawn.into(end, wire) for end in ends) / len(ends)) for wire, ends in wires.items()}
    in_order = sorted(wires, key=lambda wire: far[wire])
    return _ports(in_order, [far[wire] for wire in in_order], drawn.left[node], drawn.widths[node])


def _ports(wires: Sequence[int], wanted: Sequence[int], left: int, width: int) -> Mapping[int, int]:
    return dict(zip(wires, placed_within(wanted, _APART, left + 2, left + width - 3), strict=True))
