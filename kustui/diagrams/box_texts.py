"""What stands in the boxes of a picture, and how large they have to be for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from kustui.diagrams.layout.arrows import Arrow
from kustui.diagrams.layout.bands import Size
from kustui.diagrams.pictures import GLYPHS, Kind
from kustui.diagrams.styled_lines import fitted, joined, width_of, wrapped
from kustui.text.terminal_safe import shown

if TYPE_CHECKING:
    from kustui.diagrams.pictures import Picture, Vertex
    from kustui.diagrams.styled_lines import Line

_WIDEST = 32
"""Cells of a text in a box; what is longer is cut."""
_FRAME = 4
"""Cells of the edges and of the blanks beside them."""


class BoxText(NamedTuple):
    lines: tuple[Line, ...]
    size: Size
    numbers: Mapping[tuple[str, bool], int]
    """The number of the ways to each target, and after a failure; none where there is nothing to tell apart."""


def box_texts(picture: Picture) -> Mapping[str, BoxText]:
    """For each vertex its name, what it does, and when each of its ways is taken.

    The words stand in the box that the ways leave, numbered as they are tried; the numbers stand where they leave it.
    """
    groups: dict[str, dict[tuple[str, bool], list[str]]] = {vertex.id: {} for vertex in picture.vertices}
    for edge in picture.edges:
        groups[edge.source].setdefault((edge.target, edge.failing), []).append(edge.words)
    return {vertex.id: _text(vertex, groups[vertex.id]) for vertex in picture.vertices}


def arrows_of(picture: Picture) -> tuple[Arrow, ...]:
    return tuple(Arrow(edge.source, edge.target, edge.failing) for edge in picture.edges)


def _text(vertex: Vertex, groups: Mapping[tuple[str, bool], list[str]]) -> BoxText:
    glyph, look = GLYPHS[vertex.kind]
    lines: list[Line] = [((f"{glyph} ", look), (shown(vertex.name), "name"))]
    if vertex.kind is not Kind.TRIGGER:
        lines.append((("  ", ""), (shown(vertex.about), "muted")))
    numbers: dict[tuple[str, bool], int] = {}
    told = len(groups) > 1
    for number, ((target, failing), edges) in enumerate(groups.items(), start=1):
        words = shown(", or ".join(dict.fromkeys(edge or "always" for edge in edges)))
        sign = "↺ " if target == vertex.id else ""
        if told:
            numbers[target, failing] = number
            lines.extend(_broken(((f"{number} ", "key"), (sign, "warning"), (words, _look(failing))), 2))
        elif sign or any(edges):
            lines.extend(_broken(((sign, "warning"), (words, _look(failing)))))
    lines = [fitted(line, _WIDEST) for line in lines]
    width = max(width_of(line) for line in lines) + _FRAME
    return BoxText(tuple(lines), Size(width, len(lines) + 2), numbers)


def _look(failing: bool) -> str:
    return "warning" if failing else "muted"


def _broken(line: Line, indent: int = 0) -> tuple[Line, ...]:
    """A line on two, with what is left of it at the end of the second to be cut."""
    first, *rest = wrapped(line, _WIDEST, indent)
    if not rest:
        return (first,)
    more = joined((one[1:] if index and indent else one for index, one in enumerate(rest)), (" ", ""))
    return first, more
