"""A whole workflow on one screen: a sign for each node, a row for each layer, read down and then on to the right."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import cached_property
from itertools import chain, takewhile
from typing import NamedTuple

from msgspec import Struct

from kustui.diagrams.box_drawing import BoxDrawing
from kustui.groups import grouped
from kustui.text.signs import CHANGE_SIGNS
from kustui.text.styled_lines import Line, Piece

_HERE, _IN_VIEW = "▶", "▌"
_SIZES = [*range(1, 8), *(size << shift for shift in range(20) for size in (8, 12))]
"""Layers that share a row."""
_CROWDED = 12
"""Signs of a row at most, where several layers share one."""


class Sign(NamedTuple):
    """Where the sign of a node stands."""

    node: str
    x: int
    y: int


class Overview(Struct, frozen=True, eq=False, dict=True):
    """The nodes of a drawing in so many cells. Where there are too many, several layers share a row, and of those rows
    what is wrong comes first."""

    drawing: BoxDrawing
    width: int
    height: int

    @cached_property
    def signs(self) -> tuple[Sign, ...]:
        """In the order of the layers, as far as there is room."""
        layers = [[box.node for box in boxes] for boxes in self.drawing.layout.layers]
        for together in takewhile(lambda size: size < 2 * len(layers) + 2, _SIZES):
            rows = [
                self._crowded([*chain.from_iterable(layers[first : first + together])], together)
                for first in range(0, len(layers), together)
            ]
            strips = [rows[first : first + self.height] for first in range(0, len(rows), max(1, self.height))]
            for gap in (2, 1):
                placed, taken = _placed(strips, gap)
                if taken <= self.width:
                    return placed
        return tuple(sign for sign in placed if sign.x < self.width)

    def _crowded(self, nodes: Sequence[str], together: int) -> Sequence[str]:
        if together == 1 or len(nodes) <= _CROWDED:
            return nodes
        marked = [node for node in nodes if node in self.drawing.marks][:_CROWDED]
        return [*marked, *(node for node in nodes[:_CROWDED] if node not in self.drawing.marks)][:_CROWDED]

    @cached_property
    def _rows(self) -> Mapping[int, Sequence[Sign]]:
        return grouped((sign.y, sign) for sign in self.signs)

    @cached_property
    def _glyphs(self) -> Mapping[str, Piece]:
        nodes = self.drawing.diagram.nodes
        return {node.id: CHANGE_SIGNS[node.mark] if node.mark else node.glyph for node in nodes}

    def row(self, y: int, selected: str = "", in_view: Container[str] = ()) -> Line:
        """A row: what is wrong by its mark, every other node by its kind; the selected one behind an arrow, and those
        that would be in view, were it larger, behind a bar."""
        pieces: list[Piece] = []
        at = 0
        for node, x, _ in self._rows.get(y, ()):
            glyph, look = self._glyphs[node]
            if mark := self.drawing.marks.get(node):
                glyph, look = mark[0][0][:1], mark[0][1]
            before = (_HERE, "new") if node == selected else (_IN_VIEW, "muted") if node in in_view else (" ", "")
            if x - 1 >= at:
                pieces.extend(((" " * (x - 1 - at), ""), before))
            pieces.append(before if x - 1 < at and node == selected else (glyph, look))
            at = x + 1
        return tuple(pieces)

    def node_at(self, x: int, y: int) -> str:
        """The node whose sign is nearest to a cell in its row; an empty string where there is none."""
        row = self._rows.get(y, ())
        return min(row, key=lambda sign: abs(sign.x - x)).node if row else ""


def _placed(strips: Sequence[Sequence[Sequence[str]]], gap: int) -> tuple[tuple[Sign, ...], int]:
    """The signs of strips of rows beside each other, so many cells apart, and how many cells they take."""
    placed: list[Sign] = []
    left = 1
    for strip in strips:
        for y, row in enumerate(strip):
            placed.extend(Sign(node, left + gap * index, y) for index, node in enumerate(row))
        left += gap * max(map(len, strip)) + 1
    return tuple(placed), left - 1
