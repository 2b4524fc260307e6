"""Channel routing: each wire between two layers goes down, sideways on a track of its own, and down to its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import NamedTuple

from msgspec import Struct, field

from kustui.diagrams.layout.tracks import Tracks


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


def route_channel(nets: Sequence[Net], straight: Iterable[int]) -> tuple[tuple[Run, ...], int]:
    """A track for every net, and how many there are. No two nets share a column above or one below; in the
    ``straight`` columns wires go straight down.

    Where one net comes down in the column in which another goes on down, it has to turn aside above the other. Of a
    cycle of such nets, one is led through a free column, on two tracks.
    """
    router = _ChannelRouter([*nets], {*straight, *(column for net in nets for column in (*net.upper, *net.lower))})
    router.route()
    return tuple(router.runs), len(router.tracks)


class _ChannelRouter(Struct):
    nets: list[Net]
    occupied: set[int]
    """Columns in which some net comes in or goes out."""
    runs: list[Run] = field(default_factory=list)
    tracks: Tracks = field(default_factory=Tracks)
    first_tracks: dict[int, int] = field(default_factory=dict)
    """The first track that each net may have; nets are known by their number."""
    waits_for: dict[int, list[int]] = field(default_factory=dict)
    """The nets that have to be above each net."""
    releases: dict[int, list[int]] = field(default_factory=dict)
    """The nets that have to be below each net."""

    def route(self) -> None:
        comes_in = {column: index for index, net in enumerate(self.nets) for column in net.upper}
        for index, net in enumerate(self.nets):
            for column in net.lower:
                if (other := comes_in.get(column, index)) != index:
                    self.releases.setdefault(other, []).append(index)
                    self.waits_for.setdefault(index, []).append(other)
        pending = sorted(range(len(self.nets)), key=lambda index: self.nets[index].span, reverse=True)
        ready = [index for index in pending if index not in self.waits_for]
        waiting = {index: len(self.waits_for[index]) for index in reversed(pending) if index in self.waits_for}
        while ready or waiting:
            if not ready:
                ready.append(self._break_cycle(waiting))
            index = ready.pop()
            net = self.nets[index]
            track = self.tracks.take(*net.span, self.first_tracks.get(index, 0))
            self.runs.append(Run(net, track))
            for other in self.releases.get(index, ()):
                self.first_tracks[other] = max(self.first_tracks.get(other, 0), track + 1)
                waiting[other] -= 1
                if not waiting[other]:
                    del waiting[other]
                    ready.append(other)

    def _break_cycle(self, waiting: dict[int, int]) -> int:
        """Split a net of a cycle: its upper part leads to a free column above all that wait for it, its lower part on
        from there below all that it waits for. The number of the upper part, which waits for nothing."""
        index, seen = next(iter(waiting)), set[int]()
        while index not in seen:
            seen.add(index)
            index = next(other for other in self.waits_for[index] if other in waiting)
        whole, upper = self.nets[index], len(self.nets)
        column = self._free_column(whole)
        self.nets[index] = Net(whole.wire, (column,), whole.lower)
        self.nets.append(Net(whole.wire, whole.upper, (column,)))
        self.releases[upper] = [*self.releases.pop(index), index]
        for other in self.releases[upper]:
            self.waits_for[other] = [upper if net == index else net for net in self.waits_for[other]]
        self.waits_for[index] = [*self.waits_for[index], upper]
        waiting[index] += 1
        return upper

    def _free_column(self, net: Net) -> int:
        """The nearest column to the middle of a net in which nothing comes in or goes out, nor beside it."""
        middle = sum(net.span) // 2
        for away in count():
            for column in (middle + away, middle - away):
                if column >= 0 and self.occupied.isdisjoint((column - 1, column, column + 1)):
                    self.occupied.add(column)
                    return column
        raise AssertionError("columns never end")
