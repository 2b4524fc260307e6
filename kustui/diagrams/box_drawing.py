"""Boxes and wires as text: any window of the drawing, row by row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from kustui.diagrams.diagram import Diagram, DiagramNode
from kustui.diagrams.glyphs import FAILING, GLYPHS, NodeKind, legend
from kustui.diagrams.layout.box_layout import Boxes, boxes
from kustui.diagrams.layout.geometry import Arrow, Band, Box, Port, Size
from kustui.diagrams.styled_lines import Line, Piece, fitted, joined, width_of, wrapped
from kustui.text.cells import cells, cropped
from kustui.text.terminal_safe import shown

_WIDEST = 32
"""Cells of a text in a box; what is longer is cut."""
_FRAME = 4
"""Cells of the edges and of the blanks beside them."""


class BoxText(NamedTuple):
    lines: tuple[Line, ...]
    size: Size
    numbers: Mapping[tuple[str, bool], int]
    """The number of the ways to each target, and after a failure; none where there is nothing to tell apart."""


def box_texts(diagram: Diagram) -> Mapping[str, BoxText]:
    """For each vertex its name, what it does, and when each of its ways is taken.

    The words stand in the box that the ways leave, numbered as they are tried; the numbers stand where they leave it.
    """
    groups: dict[str, dict[tuple[str, bool], list[str]]] = {node.id: {} for node in diagram.nodes}
    for edge in diagram.edges:
        groups[edge.source].setdefault((edge.target, edge.after_failure), []).append(edge.words)
    return {node.id: _text(node, groups[node.id]) for node in diagram.nodes}


def arrows_of(diagram: Diagram) -> tuple[Arrow, ...]:
    return tuple(Arrow(edge.source, edge.target, edge.after_failure) for edge in diagram.edges)


def _text(node: DiagramNode, groups: Mapping[tuple[str, bool], list[str]]) -> BoxText:
    glyph, look = GLYPHS[node.kind]
    lines: list[Line] = [((f"{glyph} ", look), (shown(node.name), "name"))]
    if node.kind is not NodeKind.TRIGGER:
        lines.append((("  ", ""), (shown(node.about), "muted")))
    numbers: dict[tuple[str, bool], int] = {}
    told = len(groups) > 1
    for number, ((target, after_failure), edges) in enumerate(groups.items(), start=1):
        words = shown(", or ".join(dict.fromkeys(edge or "always" for edge in edges)))
        sign = "↺ " if target == node.id else ""
        if told:
            numbers[target, after_failure] = number
            lines.extend(_broken(((f"{number} ", "key"), (sign, "warning"), (words, _look(after_failure))), 2))
        elif sign or any(edges):
            lines.extend(_broken(((sign, "warning"), (words, _look(after_failure)))))
    lines = [fitted(line, _WIDEST) for line in lines]
    width = max(width_of(line) for line in lines) + _FRAME
    return BoxText(tuple(lines), Size(width, len(lines) + 2), numbers)


def _look(after_failure: bool) -> str:
    return "warning" if after_failure else "muted"


def _broken(line: Line, indent: int = 0) -> tuple[Line, ...]:
    """A line on two, with what is left of it at the end of the second to be cut."""
    first, *rest = wrapped(line, _WIDEST, indent)
    if not rest:
        return (first,)
    more = joined((one[1:] if index and indent else one for index, one in enumerate(rest)), (" ", ""))
    return first, more


_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_LINES = {
    _LEFT | _RIGHT: "─", _UP | _DOWN: "│", _DOWN | _RIGHT: "╭", _DOWN | _LEFT: "╮", _UP | _RIGHT: "╰",
    _UP | _LEFT: "╯", _LEFT | _RIGHT | _DOWN: "┬", _LEFT | _RIGHT | _UP: "┴", _UP | _DOWN | _RIGHT: "├",
    _UP | _DOWN | _LEFT: "┤", _LEFT | _RIGHT | _UP | _DOWN: "┼",
}  # fmt: skip
_FAILING = {"─": "╌", "│": "╎"}
_EDGE = {"h": "─", "v": "│", "tl": "┌", "tr": "┐", "bl": "└", "br": "┘", "up": "┴", "down": "┬", "right": "├"}
_HEAVY = {"h": "━", "v": "┃", "tl": "┏", "tr": "┓", "bl": "┗", "br": "┛", "up": "┻", "down": "┳", "right": "┣"}

_Span = tuple[int, str, str]
"""Where a text begins, the text, and its look."""


@dataclass(frozen=True, eq=False)
class BoxDrawing:
    """A picture laid out as boxes. Rows are made when they are drawn."""

    diagram: Diagram
    marks: Mapping[str, Line] = field(default_factory=dict)
    """What stands in the upper edge of a vertex's box."""

    def marked(self, marks: Mapping[str, Line]) -> BoxDrawing:
        """The same with other marks, not laid out again."""
        found = BoxDrawing(self.diagram, marks)
        found.__dict__.update(texts=self.texts, boxes=self.boxes)  # where cached properties keep what they found
        return found

    @cached_property
    def texts(self) -> Mapping[str, BoxText]:
        return box_texts(self.diagram)

    @cached_property
    def boxes(self) -> Boxes:
        return boxes({id_: text.size for id_, text in self.texts.items()}, arrows_of(self.diagram))

    @cached_property
    def legend(self) -> Line:
        """The signs that are in it, and what they mean."""
        signs = {GLYPHS[node.kind][0] for node in self.diagram.nodes}
        return legend(signs | ({FAILING} if any(edge.after_failure for edge in self.diagram.edges) else set()))

    def row(self, y: int, first: int = 0, width: int | None = None, selected: str = "") -> Line:
        """A row of the picture from a column on, so many cells wide: the box of one vertex with heavy edges, and the
        wires that meet it in another look."""
        last = first + (self.boxes.width - first if width is None else width)
        if not 0 <= y < self.boxes.height:
            return ((" " * (last - first), ""),)
        band = self.boxes.band(y)
        spans = sorted((*self._wires(band, y, first, last, selected), *self._boxes(band, y, first, last, selected)))
        pieces: list[Piece] = []
        at = first
        for x, text, look in spans:
            size = cells(text)
            if x < at:  # it begins left of what is in view
                text, x = cropped(text, at - x), at
                size = cells(text)
            if x >= last or not size:
                continue
            if x > at:
                pieces.append((" " * (x - at), ""))
            text = cropped(text, 0, last - x)
            pieces.append((text, look))
            at = x + cells(text)
        if at < last:
            pieces.append((" " * (last - at), ""))
        return tuple(pieces)

    # Wires

    def _wires(self, band: Band, y: int, first: int, last: int, selected: str) -> Iterator[_Span]:
        found: dict[int, tuple[int, int]] = {}
        for _, left, right, wire in band.alongs.get(y, ()):
            for x in range(max(left, first), min(right + 1, last)):
                found[x] = (wire, (_LEFT if x > left else 0) | (_RIGHT if x < right else 0))
        downs = band.downs
        for index in range(bisect_left(downs, (first,)), len(downs)):
            x, top, bottom, wire, from_above, further = downs[index]
            if x >= last:
                break
            if top <= y <= bottom:
                arms = (_UP if y > top or from_above else 0) | (_DOWN if y < bottom or further else 0)
                before = found.get(x)
                # Lines that cross are not connected: the one that goes down passes over the other.
                found[x] = (wire, arms | before[1]) if before is not None and before[0] == wire else (wire, arms)
        heads = self._heads.get(y, {})
        for x, (wire, arms) in found.items():
            strand = self.boxes.strands[wire]
            look = "warning" if strand.after_failure else "muted"
            if selected and (selected == strand.target or selected in strand.sources):
                look = "event"
            glyph = heads.get(x) or _LINES.get(arms, "·")
            yield x, _FAILING.get(glyph, glyph) if strand.after_failure else glyph, look

    @cached_property
    def _heads(self) -> Mapping[int, Mapping[int, str]]:
        """The heads of arrows by row and column."""
        found: dict[int, dict[int, str]] = {}
        for port in self.boxes.ports:
            if port.arrives:
                y, glyph = (port.y + 1, "▲") if port.below else (port.y - 1, "▼")
                found.setdefault(y, {})[port.x] = glyph
        return found

    # Boxes

    def _boxes(self, band: Band, y: int, first: int, last: int, selected: str) -> Iterator[_Span]:
        start = bisect_left(band.boxes, first - band.widest, key=lambda box: box.x)
        for box in band.boxes[start:]:
            if box.x >= last:
                break
            if y <= box.bottom:
                yield from self._box(box, y, _HEAVY if box.node == selected else _EDGE, box.node == selected)

    def _box(self, box: Box, y: int, edge: Mapping[str, str], selected: bool) -> Iterator[_Span]:
        look = "event" if selected else ""
        if y == box.y:
            yield box.x, self._top(box, edge), look
            at = box.right - width_of(self.marks.get(box.node, ()))
            for text, severity in self.marks.get(box.node, ()):
                yield at, text, severity
                at += cells(text)
            yield box.right, edge["tr"], look
        elif y == box.bottom:
            yield box.x, self._bottom(box, edge), look
        else:
            yield box.x, f"{edge['v']} ", look
            at = box.x + 2
            for text, each in self.texts[box.node].lines[y - box.y - 1]:
                yield at, text, each
                at += cells(text)
            loop = box.loop is not None and y == box.y + 1
            yield box.right, edge["right" if loop else "v"], look
        if box.loop is not None and y in (box.y + 1, box.y + 2):
            line = ("╌╮" if box.loop else "─╮") if y == box.y + 1 else "◀╯"
            yield box.right + 1, line, "warning" if box.loop else "muted"

    def _top(self, box: Box, edge: Mapping[str, str]) -> str:
        line = [edge["tl"], *(edge["h"] * (box.width - 2))]
        for port in self.boxes.ports_of.get(box.node, ()):
            if not port.below and not port.arrives:
                line[port.x - box.x] = edge["up"]
        return "".join(line[: len(line) - width_of(self.marks.get(box.node, ()))])

    def _bottom(self, box: Box, edge: Mapping[str, str]) -> str:
        line = [edge["bl"], *(edge["h"] * (box.width - 2)), edge["br"]]
        for port in self.boxes.ports_of.get(box.node, ()):
            if port.below and not port.arrives:
                line[port.x - box.x] = edge["down"]
                for index, digit in enumerate(reversed(self.number(box.node, port))):
                    line[port.x - box.x - 1 - index] = digit
        return "".join(line)

    def number(self, node: str, port: Port) -> str:
        """What stands left of where ways leave a box: their number, where there is one."""
        if port.arrives:
            return ""
        strand = self.boxes.strands[port.wire]
        number = self.texts[node].numbers.get((strand.target, strand.after_failure))
        return str(number)[-3:] if number is not None else ""
