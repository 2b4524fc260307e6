"""The order of the places in each layer, such that few wires cross."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kustui.diagrams.layout.layers import Hop, Layers

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
