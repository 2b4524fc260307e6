"""What a layout is made of: arrows between nodes; boxes with their ports, and segments of wires, in bands of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

SELF_LOOP_WIDTH = 3
"""Columns beside a box for an arrow from it to itself."""


class Arrow(NamedTuple):
    """From one node to another."""

    source: str
    target: str
    after_failure: bool = False
    """Whether it is only taken after a failure: drawn in another way than those that are not."""


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
    self_loop: bool | None = None
    """An arrow to itself is drawn at its right edge: True where it is only taken after a failure."""

    @property
    def bottom(self) -> int:
        return self.y + self.height - 1

    @property
    def right(self) -> int:
        return self.x + self.width - 1

    @property
    def middle(self) -> float:
        """Between its left and its right edge."""
        return self.x + self.width / 2


class Port(NamedTuple):
    """Where a wire meets the edge of a box."""

    x: int
    y: int
    node: str
    wire: int
    incoming: bool
    below: bool
    """Whether it is the lower edge."""


class VerticalSegment(NamedTuple):
    """A piece of a wire from above to below, both ends included."""

    x: int
    top: int
    bottom: int
    wire: int
    joins_above: bool
    """Whether it comes from what is above its top, another piece or a box, rather than turns there."""
    joins_below: bool
    """Whether it goes on to what is below its bottom."""


class HorizontalSegment(NamedTuple):
    """A piece of a wire from left to right, both ends included."""

    y: int
    left: int
    right: int
    wire: int


@dataclass(frozen=True)
class Band:
    """Rows with all that is in them, sorted by column: one layer of boxes, or the channel between two."""

    top: int
    boxes: tuple[Box, ...]
    verticals: tuple[VerticalSegment, ...]
    horizontals: Mapping[int, tuple[HorizontalSegment, ...]]
    """By row."""
    widest_box: int = 0
    """Columns, an arrow to itself included."""

    @property
    def right(self) -> int:
        """The last column in which something is, with room for an arrow to itself beside each box."""
        boxes = (box.right + SELF_LOOP_WIDTH for box in self.boxes)
        horizontals = (segment.right for segments in self.horizontals.values() for segment in segments)
        return max(chain(boxes, (segment.x for segment in self.verticals), horizontals), default=0)
