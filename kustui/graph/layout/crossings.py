"""The order of the places in each layer, such that few wires cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kustui.graph.layout.layers import Hop, Layers

_SWEEPS = 8
_WORTH_COUNTING = 40_000
"""Hops above which the last order is taken for the best, uncounted."""


def ordered(found: Layers) -> tuple[tuple[int, ...], ...]:
    """The places of each layer from left to right: each near the middle of those it is connected with, swept down and
    up several times, and the best of what came of it."""
    places = 1 + max((place for layer in found.layers for place in layer), default=0)
    above: list[list[int]] = [[] for _ in range(places)]
    below: list[list[int]] = [[] for _ in range(places)]
    for hops in found.hops:
        for hop in hops:
            below[hop.upper].append(hop.lower)
            above[hop.lower].append(hop.upper)
    layers = [list(layer) for layer in found.layers]
    best, fewest = layers, _crossings(layers, found.hops)
    counted = sum(map(len, found.hops)) <= _WORTH_COUNTING
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        downward = sweep % 2 == 0
        layers = _swept(layers, above if downward else below, downward=downward)
        crossings = _crossings(layers, found.hops) if counted else fewest
        if crossings < fewest or not counted:
            best, fewest = layers, crossings
    return tuple(map(tuple, best))


def _swept(layers: list[list[int]], beside: Sequence[Sequence[int]], *, downward: bool) -> list[list[int]]:
    """Every layer put in order by the one before it."""
    found = list(layers)
    numbers = range(1, len(layers)) if downward else range(len(layers) - 2, -1, -1)
    for number in numbers:
        other = found[number - 1 if downward else number + 1]
        place = {each: index for index, each in enumerate(other)}
        own = {each: index for index, each in enumerate(found[number])}
        size = len(found[number])

        def middle(each: int, place: dict[int, int] = place, own: dict[int, int] = own, size: int = size) -> float:
            near = beside[each]
            if not near:
                return own[each] * len(place) / size  # where it is, in the measure of the others
            return sum(place[other] for other in near) / len(near)

        found[number] = sorted(found[number], key=middle)
    return found


def _crossings(layers: Sequence[Sequence[int]], hops: Sequence[Sequence[Hop]]) -> int:
    total = 0
    for number, between in enumerate(hops):
        upper = {each: index for index, each in enumerate(layers[number])}
        lower = {each: index for index, each in enumerate(layers[number + 1])}
        seen: list[int] = []
        for _, end in sorted((upper[hop.upper], lower[hop.lower]) for hop in between):
            total += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return total
