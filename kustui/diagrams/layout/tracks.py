"""The tracks of a channel, on which wires run sideways: the first with room for one more, without a look at each."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from math import inf

from msgspec import Struct, field


class Tracks(Struct):
    """Which columns of each track are taken. Between two spans on a track there is a blank.

    Where there is room is kept in trees, each in a list: at 1 what holds for all tracks, at ``2 * n`` and ``2 * n + 1``
    for either half of those at ``n``; the second half of the list has single tracks, also such that are to come.
    """

    spans: list[list[tuple[int, int]]] = field(default_factory=list)
    """Of each track, in order."""
    starts: list[float] = field(default_factory=lambda: [inf] * 2)
    """Where the first span begins; of several tracks the greatest."""
    ends: list[float] = field(default_factory=lambda: [-inf] * 2)
    """Where the last span ends; of several tracks the least."""
    gaps: list[float] = field(default_factory=lambda: [0] * 2)
    """How far two spans are apart at most; of several tracks the greatest. It may be less by now."""
    latest: float = -inf
    """Where the span begins that begins last."""

    def __len__(self) -> int:
        return len(self.spans)

    def take(self, low: int, high: int, least: int) -> int:
        """Take a span on the first track from ``least`` on that has room for it, which may be the next after all."""
        track = self._may_hold(low, high, least)
        while track < len(self.spans) and not self._holds(track, low, high):
            track = self._may_hold(low, high, track + 1)
        if track == len(self.spans):
            self.spans.append([])
            if track == len(self.starts) // 2:
                self._grow()
        self._put(track, low, high)
        return track

    def _may_hold(self, low: int, high: int, least: int) -> int:
        """The first track from one on that is free to the left or to the right of all its spans, or has a wide gap."""
        first = len(self.starts) // 2
        wide = high - low + 3 if low < self.latest else inf  # nothing stands beyond a gap
        at = first + least
        while at < 2 * first:
            if high + 1 < self.starts[at] or self.ends[at] + 1 < low or wide < self.gaps[at]:
                if at >= first:
                    return at - first
                at *= 2
            else:
                while at % 2:
                    at //= 2
                if not at:
                    break
                at += 1
        return first

    def _holds(self, track: int, low: int, high: int) -> bool:
        spans = self.spans[track]
        place = bisect_left(spans, (low, high))
        before = spans[place - 1][1] if place else -inf
        after = spans[place][0] if place < len(spans) else inf
        return before + 1 < low and high + 1 < after

    def _put(self, track: int, low: int, high: int) -> None:
        spans, at = self.spans[track], len(self.starts) // 2 + track
        place = bisect_left(spans, (low, high))
        spans.insert(place, (low, high))
        apart = [after[0] - before[1] for before, after in pairwise(spans[max(0, place - 1) : place + 2])]
        self.starts[at], self.ends[at] = spans[0][0], spans[-1][1]
        self.gaps[at] = max(self.gaps[at], *apart, 0)
        self.latest = max(self.latest, low)
        while at := at // 2:
            self._join(at)

    def _join(self, at: int) -> None:
        for tree, choose in ((self.starts, max), (self.ends, min), (self.gaps, max)):
            tree[at] = choose(tree[2 * at], tree[2 * at + 1])

    def _grow(self) -> None:
        """Make room for twice as many tracks."""
        first = len(self.starts) // 2
        for tree, none in ((self.starts, inf), (self.ends, -inf), (self.gaps, 0)):
            tree[:] = [none] * 2 * first + tree[first:] + [none] * first
        for at in range(2 * first - 1, 0, -1):
            self._join(at)
