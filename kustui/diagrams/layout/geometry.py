"""What a layout is made of: arrows between nodes, boxes with their ports, and pieces of wire, in rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple


class Arrow(NamedTuple):
    """From one node to another."""

    source: str
    target: str
    after_failure: bool = False
    """Whether it is only taken after a failure: drawn in another way than those that are not."""


LOOP = 3
"""Columns beside a box for an arrow from it to itself."""


class Size(NamedTuple):
    """Cells of a box, its edges among them; at least 5 and 3, and with an arrow to itself 4 rows."""

    width: int
    height: int


class Box(NamedTuple):
    node: str
    x: int
    y: int
    width: int
    height: int
    loop: bool | None = None
    """An arrow to itself is drawn at its right edge: True where it is only taken after a failure."""

    @property
    def bottom(self) -> int:
        return self.y + self.height - 1

    @property
    def right(self) -> int:
        return self.x + self.width - 1


class Port(NamedTuple):
    """Where a wire meets the edge of a box."""

    x: int
    y: int
    node: str
    wire: int
    arrives: bool
    below: bool
    """Whether it is the lower edge."""


class Down(NamedTuple):
    """A piece of a wire from above to below, both ends included."""

    x: int
    top: int
    bottom: int
    wire: int
    from_above: bool
    """Whether it comes from what is above its top, another piece or a box, rather than turns there."""
    further: bool
    """Whether it goes on to what is below its bottom."""


class Along(NamedTuple):
    """A piece of a wire from left to right, both ends included."""

    y: int
    left: int
    right: int
    wire: int


@dataclass(frozen=True)
class Band:
    """Rows of the picture with all that is in them, sorted by column: one layer, or what is between two."""

    top: int
    boxes: tuple[Box, ...]
    downs: tuple[Down, ...]
    alongs: Mapping[int, tuple[Along, ...]]
    """By row."""
    widest: int = 0
    """Of its boxes, with their loops."""

    @property
    def right(self) -> int:
        """The last column in which something is, with room for a loop beside each box."""
        boxed = (box.right + LOOP for box in self.boxes)
        along = (each.right for alongs in self.alongs.values() for each in alongs)
        return max(chain(boxed, (down.x for down in self.downs), along), default=0)
