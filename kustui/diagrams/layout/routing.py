"""Wires between two layers: down from where they leave, sideways on a track of their own, down to where they arrive."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple


class Net(NamedTuple):
    """One wire between two layers: the columns at which it comes in above and goes out below."""

    wire: int
    upper: tuple[int, ...]
    lower: tuple[int, ...]

    @property
    def span(self) -> tuple[int, int]:
        columns = (*self.upper, *self.lower)
        return min(columns), max(columns)


class Run(NamedTuple):
    """A net, or the part of one, with the track on which it runs sideways, counted from above."""

    net: Net
    track: int


def routed(nets: Sequence[Net], passing: Iterable[int] = ()) -> tuple[tuple[Run, ...], int]:
    """A track for every net, and how many there are. No two nets share a column above or one below; in those of
    ``passing`` wires go straight down.

    Where one net comes down in the column in which another goes on down, it has to turn aside above the other. Where
    that goes round in a circle, a net of it is led through a column that is nobody's, on two tracks.
    """
    routing = _Routing([*nets], {*passing, *(column for net in nets for column in (*net.upper, *net.lower))})
    routing.route()
    return tuple(routing.runs), len(routing.tracks)


@dataclass
class _Routing:
    nets: list[Net]
    taken: set[int]
    """Columns in which some net comes in or goes out."""
    runs: list[Run] = field(default_factory=list)
    tracks: list[list[tuple[int, int]]] = field(default_factory=list)
    """What of each track is taken, in order."""
    least: dict[int, int] = field(default_factory=dict)
    """The first track a net may have, by its number."""
    above: dict[int, list[int]] = field(default_factory=dict)
    """The nets that have to be above a net, by its number."""
    below: dict[int, list[int]] = field(default_factory=dict)

    def route(self) -> None:
        comes_in = {column: index for index, net in enumerate(self.nets) for column in net.upper}
        for index, net in enumerate(self.nets):
            for column in net.lower:
                if (other := comes_in.get(column, index)) != index:
                    self.below.setdefault(other, []).append(index)
                    self.above.setdefault(index, []).append(other)
        pending = sorted(range(len(self.nets)), key=lambda index: self.nets[index].span, reverse=True)
        ready = [index for index in pending if index not in self.above]
        waiting = {index: len(self.above[index]) for index in reversed(pending) if index in self.above}
        while ready or waiting:
            if not ready:
                ready.append(self._broken(waiting))
            index = ready.pop()
            track = self._put(self.nets[index], self.least.get(index, 0))
            for other in self.below.get(index, ()):
                self.least[other] = max(self.least.get(other, 0), track + 1)
                waiting[other] -= 1
                if not waiting[other]:
                    del waiting[other]
                    ready.append(other)

    def _broken(self, waiting: dict[int, int]) -> int:
        """Lead a net of a circle to a column that is free, above all that wait for it, and from there on below all
        that it waits for; the number of its upper part, which waits for nothing."""
        index, seen = next(iter(waiting)), set[int]()
        while index not in seen:
            seen.add(index)
            index = next(other for other in self.above[index] if other in waiting)
        net, upper = self.nets[index], len(self.nets)
        column = self._free_column(net)
        self.nets[index] = Net(net.wire, (column,), net.lower)
        self.nets.append(Net(net.wire, net.upper, (column,)))
        self.below[upper] = [*self.below.pop(index), index]
        for other in self.below[upper]:
            self.above[other] = [upper if each == index else each for each in self.above[other]]
        self.above[index] = [*self.above[index], upper]
        waiting[index] += 1
        return upper

    def _free_column(self, net: Net) -> int:
        """One near the middle of a net in which nothing comes in or goes out, nor beside it."""
        middle = sum(net.span) // 2
        for away in count():
            for column in (middle + away, middle - away):
                if column >= 0 and self.taken.isdisjoint((column - 1, column, column + 1)):
                    self.taken.add(column)
                    return column
        raise AssertionError("columns never end")

    def _put(self, net: Net, least: int) -> int:
        """The first track from one on with room for a net, a blank between it and others."""
        low, high = net.span
        for track in count(least):
            if track == len(self.tracks):
                self.tracks.append([])
            spans = self.tracks[track]
            place = bisect_left(spans, (low, high))
            before = spans[place - 1][1] if place else low - 2
            after = spans[place][0] if place < len(spans) else high + 2
            if before + 1 < low and high + 1 < after:
                insort(spans, (low, high))
                self.runs.append(Run(net, track))
                return track
        raise AssertionError("tracks never end")
