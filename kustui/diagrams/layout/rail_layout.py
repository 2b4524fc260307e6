"""A row a node, and beside the rows lanes for what splits and joins, as ``git log --graph`` has them.

A lane is a vertical line in one column that leads down to one node. Every arrow to that node from above runs into its
lane, so there are never more lanes than nodes waiting to be met. A line that comes from above goes straight on down;
what runs sideways comes out of the node of that row, or, where a lane ends beside its node, into it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kustui.diagrams.layout.geometry import Arrow


class Join(Enum):
    """How a node meets a column beside its own, in its row."""

    OPENS = auto()
    """A lane begins there, and leads down."""
    ENTERS = auto()
    """A lane comes from above and goes on down; an arrow of the node runs into it."""
    ENDS = auto()
    """The lane that leads to the node comes from above and turns to it."""
    BACK = auto()
    """An arrow leads to this row or one above: told, not drawn."""
    LOST = auto()
    """An arrow leads to what is no node."""


class Link(NamedTuple):
    column: int
    join: Join
    after_failure: bool
    """Whether all arrows along it are taken only after a failure."""


class Stop(NamedTuple):
    """A node in its row."""

    node: str
    column: int
    links: tuple[Link, ...] = ()


class Lane(NamedTuple):
    """A vertical line from below one row to above, or beside, another."""

    first: int
    """The row where it begins, at a node or beside it."""
    last: int
    """The row of the node that it leads to."""
    sound: int
    """The row from which on an arrow runs along that is not only taken after a failure; ``last`` where none does."""


@dataclass(frozen=True)
class Rail:
    stops: tuple[Stop, ...] = ()
    columns: tuple[tuple[Lane, ...], ...] = ()
    """The lanes of each column, from the top."""

    @cached_property
    def _starts(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(lane.first for lane in lanes) for lanes in self.columns)

    def passing(self, row: int, column: int) -> Lane | None:
        """The lane that comes through a row in a column, from above and on down."""
        index = bisect_left(self._starts[column], row) - 1
        lane = self.columns[column][index] if index >= 0 else None
        return lane if lane is not None and lane.first < row < lane.last else None


def rail(nodes: Sequence[str], arrows: Iterable[Arrow]) -> Rail:
    """Lay nodes out, a row each, in the order given. Arrows of a node are given in the order in which they are tried.

    The time is that of a pass over nodes and arrows; what a row looks like is worked out when it is drawn.
    """
    place = {node: row for row, node in enumerate(nodes)}
    out: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        out.setdefault(arrow.source, []).append(arrow)
    laying = _Laying(place)
    stops = tuple(laying.stop(row, node, out.get(node, ())) for row, node in enumerate(nodes))
    return Rail(stops, tuple(tuple(sorted(lanes)) for lanes in laying.columns))


@dataclass
class _Open:
    """A lane whose node is yet to come."""

    column: int
    first: int
    sound: int | None


@dataclass
class _Laying:
    """The rows so far."""

    place: Mapping[str, int]
    columns: list[list[Lane]] = field(default_factory=list)
    open: dict[str, _Open] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)
    """Columns that no open lane stands in, in order."""

    def stop(self, row: int, node: str, arrows: Sequence[Arrow]) -> Stop:
        onward: dict[str, bool] = {}
        stubs: dict[Join, bool] = {}
        for arrow in arrows:
            there = self.place.get(arrow.target)
            if there is not None and there > row:
                onward[arrow.target] = onward.get(arrow.target, True) and arrow.after_failure
            else:
                join = Join.LOST if there is None else Join.BACK
                stubs[join] = stubs.get(join, True) and arrow.after_failure
        arriving = self.open.pop(node, None)
        links: list[Link] = []
        if arriving is None:
            column = self._take(0)
        else:
            sound = row if arriving.sound is None else arriving.sound
            self.columns[arriving.column].append(Lane(arriving.first, row, sound))
            column = arriving.column
            if (left := self._left_of(column)) < column and not stubs and self._clear_of(left, onward):
                links.append(Link(column, Join.ENDS, arriving.sound is None))
                self.free.remove(left)
                column = left
        new = sorted((target for target in onward if target not in self.open), key=lambda each: self.place[each])
        new.sort(key=lambda each: onward[each])  # what happens when nothing fails goes straight on
        for target in onward:
            if (lane := self.open.get(target)) is not None:
                links.append(Link(lane.column, Join.ENTERS, onward[target]))
                if lane.sound is None and not onward[target]:
                    lane.sound = row
        for index, target in enumerate(new):
            place = column if index == 0 else self._take(column + 1)
            self.open[target] = _Open(place, row, None if onward[target] else row)
            if index:
                links.append(Link(place, Join.OPENS, onward[target]))
        taken = []
        for join, after_failure in sorted(stubs.items(), key=lambda each: each[0].value):
            taken.append(self._take(column + 1))
            links.append(Link(taken[-1], join, after_failure))
        for each in (*taken, *(() if new else (column,)), *(link.column for link in links if link.join is Join.ENDS)):
            insort(self.free, each)
        return Stop(node, column, tuple(sorted(links)))

    def _take(self, least: int) -> int:
        """The first free column from one on, no longer free."""
        index = bisect_left(self.free, least)
        if index < len(self.free):
            return self.free.pop(index)
        self.columns.append([])
        return len(self.columns) - 1

    def _left_of(self, column: int) -> int:
        """The leftmost column from which nothing but free ones lead to this one."""
        index = bisect_right(self.free, column) - 1
        while index >= 0 and self.free[index] == column - 1:
            column, index = column - 1, index - 1
        return column

    def _clear_of(self, column: int, onward: Iterable[str]) -> bool:
        """Whether nothing of a node in a column would run to its right, where its own lane ends."""
        targets = list(onward)
        if len(targets) > 1:
            return False
        return all((lane := self.open.get(target)) is None or lane.column < column for target in targets)
