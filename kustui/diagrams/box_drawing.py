"""Boxes and wires as text: any window of the drawing, row by row."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from kustui.diagrams.diagram import Diagram, DiagramEdge, DiagramNode
from kustui.diagrams.glyphs import AFTER_FAILURE, NODE_GLYPHS, NodeKind, changed_line, legend, sign_line
from kustui.diagrams.labels import set_apart
from kustui.diagrams.layout.box_layout import Band, Box, BoxLayout, Port, arrange_boxes
from kustui.diagrams.layout.layers import Arrow
from kustui.groups import grouped
from kustui.text.cells import cells, crop, cut
from kustui.text.signs import CHANGE_SIGNS, REMOVED
from kustui.text.styled_lines import Line, Piece, fitted, joined, width_of, wrapped
from kustui.text.terminal_safe import terminal_safe


class Zoom(StrEnum):
    """How much stands in a box."""

    COMPACT = "compact"
    """Its name, on one line where there is room."""
    NORMAL = "normal"
    """Its name, what it does, and when each of its edges is taken, each on a few lines."""
    FULL = "full"
    """The same, and nothing of it is cut."""


_TEXT_WIDTH = {Zoom.COMPACT: 28, Zoom.NORMAL: 32, Zoom.FULL: 32}
"""Cells that each text has in a box at least; those that need more get them where there is room."""
_MOST_LINES = {Zoom.COMPACT: 5, Zoom.NORMAL: 5, Zoom.FULL: 60}
"""Of a text in a box; what is longer is cut."""
_LINES = {Zoom.COMPACT: 1, Zoom.NORMAL: 3, Zoom.FULL: 3}
"""Of a text in a box that has room."""
_LONGEST_WORD = 60
"""Cells of a word that a box is widened for; a longer one is broken."""
_WIDEST = 1000
"""Cells that a text is given at most: no screen is wider."""
_NARROWEST = 12
"""Cells of a box, whose text is longer."""
_FRAME = 4
"""Cells of the edges and of the blanks beside them."""
_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_WIRES = {
    _LEFT | _RIGHT: "─", _UP | _DOWN: "│", _DOWN | _RIGHT: "╭", _DOWN | _LEFT: "╮", _UP | _RIGHT: "╰",
    _UP | _LEFT: "╯", _LEFT | _RIGHT | _DOWN: "┬", _LEFT | _RIGHT | _UP: "┴", _UP | _DOWN | _RIGHT: "├",
    _UP | _DOWN | _LEFT: "┤", _LEFT | _RIGHT | _UP | _DOWN: "┼",
}  # fmt: skip
"""By the directions in which a wire leaves a cell."""
_DASHED = {"─": "╌", "│": "╎"}
_EDGES = {"h": "─", "v": "│", "tl": "┌", "tr": "┐", "bl": "└", "br": "┘", "up": "┴", "down": "┬", "right": "├"}
_HEAVY = {"h": "━", "v": "┃", "tl": "┏", "tr": "┓", "bl": "┗", "br": "┛", "up": "┻", "down": "┳", "right": "┣"}

_Span = tuple[int, str, str]
"""Where a text begins, the text, and its look."""


class EdgeGroup(Struct, frozen=True):
    """Edges of a node that are drawn as one."""

    target: str
    dashed: bool
    mark: str = ""


class BoxContent(Struct, frozen=True):
    texts: tuple[tuple[Line, int], ...]
    """What stands in it, and by how many cells each is indented but for its first line."""
    numbers: Mapping[EdgeGroup, int]
    """The number of each group of edges; none where there is only one."""
    ends: bool = False
    """Whether a run is over there."""

    def needed(self, zoom: Zoom) -> int:
        """The width of a box in which each text has a few lines at most."""
        return max(_needed(text, indent, _TEXT_WIDTH[zoom], _LINES[zoom]) for text, indent in self.texts) + _FRAME

    def lines(self, width: int, zoom: Zoom) -> tuple[Line, ...]:
        """What stands in a box of a width, line by line."""
        parts = (_broken(text, width - _FRAME, indent, _MOST_LINES[zoom]) for text, indent in self.texts)
        return tuple(part for broken in parts for part in broken)


class BoxDrawing(Struct, frozen=True, eq=False, dict=True):
    """A diagram laid out as boxes. Rows are made when they are drawn."""

    diagram: Diagram
    contents: Mapping[str, BoxContent]
    lines: Mapping[str, tuple[Line, ...]]
    """What stands in each node's box, line by line."""
    layout: BoxLayout
    fits: int
    """The width for which it was laid out; 0 where it is the same for each."""
    marks: Mapping[str, Line]
    """What stands in the upper edge of a node's box."""

    @classmethod
    def of(
        cls, diagram: Diagram, marks: Mapping[str, Line] | None = None, zoom: Zoom = Zoom.FULL, room: int = 0
    ) -> BoxDrawing:
        """Lay a diagram out, with boxes as wide as they need where so many cells have room for them."""
        contents = box_contents(diagram, zoom)
        arrows = (Arrow(edge.source, edge.target, edge.dashed, edge.mark) for edge in diagram.edges)
        least = max(_NARROWEST, min(_TEXT_WIDTH[zoom] + _FRAME, room or _TEXT_WIDTH[zoom] + _FRAME))
        needed = {node: content.needed(zoom) for node, content in contents.items()}
        arrangement = arrange_boxes(needed, arrows, least, room)
        lines = {node: contents[node].lines(width, zoom) for node, width in arrangement.widths.items()}
        layout = arrangement.lay_out({node: len(its_lines) + 2 for node, its_lines in lines.items()})
        fits = room if max(needed.values(), default=0) > least else 0
        return cls(diagram, contents, lines, layout, fits, marks or {})

    def with_marks(self, marks: Mapping[str, Line]) -> BoxDrawing:
        """The same with other marks, not laid out again."""
        return replace(self, marks=marks)

    @cached_property
    def legend(self) -> Line:
        """The glyphs that are in it, and what they mean."""
        nodes, edges = self.diagram.nodes, self.diagram.edges
        glyphs = {glyph for node in nodes for glyph in (node.glyph[0], NODE_GLYPHS[node.kind][0])}
        glyphs |= {CHANGE_SIGNS[mark][0] for parts in (nodes, edges) for mark in {part.mark for part in parts} if mark}
        return legend(glyphs | ({AFTER_FAILURE} if any(edge.after_failure for edge in edges) else set()))

    def row(self, y: int, first: int = 0, width: int | None = None, selected: str = "") -> Line:
        """A row of the drawing from a column on, so many cells wide: the box of one node with heavy edges, and the
        wires that meet it in another look."""
        last = first + (self.layout.width - first if width is None else width)
        if not 0 <= y < self.layout.height:
            return ((" " * (last - first), ""),)
        band = self.layout.band(y)
        spans = sorted((*self._wires(band, y, first, last, selected), *self._boxes(band, y, first, last, selected)))
        pieces: list[Piece] = []
        at = first
        for x, text, look in spans:
            size = cells(text)
            if x < at:  # it begins left of what is in view
                text, x = crop(text, at - x), at
                size = cells(text)
            if x >= last or not size:
                continue
            if x > at:
                pieces.append((" " * (x - at), ""))
            text = crop(text, 0, last - x)
            pieces.append((text, look))
            at = x + cells(text)
        if at < last:
            pieces.append((" " * (last - at), ""))
        return tuple(pieces)

    def window_row(self, y: int, first: int, width: int, selected: str = "") -> Line:
        """A row of a window, with a sign at each end at which what is drawn goes on out of sight."""
        line = self.row(y, first, width, selected)
        if not line:
            return line
        if not line[-1][0].endswith(" ") and self._is_drawn(y, first + width):
            text, look = line[-1]
            line = (*line[:-1], (cut(text, cells(text) - 1), look), ("›", "muted"))
        if not line[0][0].startswith(" ") and self._is_drawn(y, first - 1):
            text, look = line[0]
            line = (("‹", "muted"), (crop(text, 1), look), *line[1:])
        return line

    def _is_drawn(self, y: int, x: int) -> bool:
        """Whether anything stands in a cell."""
        return 0 <= x < self.layout.width and "".join(text for text, _ in self.row(y, x, 1)) != " "

    def full_lines(self, node: str) -> tuple[Line, ...]:
        """All that a box can say of a node, a line for each text, whatever this one has room for."""
        return tuple(text for text, _ in _content(self._nodes[node], self._edges.get(node, ()), Zoom.FULL).texts)

    def whole_lines(self, node: str) -> tuple[Line, ...]:
        """The same with the values that a summary cuts."""
        drawn = self._nodes[node]
        if not drawn.whole:
            return self.full_lines(node)
        unnamed = drawn.about == node
        drawn = replace(drawn, name=drawn.whole) if unnamed else replace(drawn, about=drawn.whole)
        return tuple(text for text, _ in _content(drawn, self._edges.get(node, ()), Zoom.FULL).texts)

    def mark_of(self, node: str) -> str:
        """What a comparison says of a node."""
        return self._nodes[node].mark

    @cached_property
    def _nodes(self) -> Mapping[str, DiagramNode]:
        return {node.id: node for node in self.diagram.nodes}

    @cached_property
    def _edges(self) -> Mapping[str, Sequence[DiagramEdge]]:
        return _edges_by_source(self.diagram)

    def is_cut(self, node: str) -> bool:
        """Whether its box says less than it can."""
        shown, whole = (
            "".join(text for line in lines for text, _ in line).replace(" ", "")
            for lines in (self.lines[node], self.full_lines(node))
        )
        return shown != whole

    def edge_number(self, node: str, port: Port) -> str:
        """What stands left of where edges leave a box: their number, where there is one."""
        if port.incoming:
            return ""
        wire = self.layout.wires[port.wire]
        number = self.contents[node].numbers.get(EdgeGroup(wire.target, wire.after_failure, wire.mark))
        return str(number)[-3:] if number is not None else ""

    # Wires

    def _wires(self, band: Band, y: int, first: int, last: int, selected: str) -> Iterator[_Span]:
        arms_at: dict[int, tuple[int, int]] = {}
        """The wire in each column, and the directions in which it leaves the cell."""
        for _, left, right, wire in band.horizontals.get(y, ()):
            for x in range(max(left, first), min(right + 1, last)):
                arms_at[x] = (wire, (_LEFT if x > left else 0) | (_RIGHT if x < right else 0))
        for x, wire, arms in _verticals(band, y, first, last):
            crossed = arms_at.get(x)
            # Wires that cross are not connected: the one that goes down passes over the other.
            arms_at[x] = (wire, arms | crossed[1] if crossed is not None and crossed[0] == wire else arms)
        heads = self._heads.get(y, {})
        for x, (index, arms) in arms_at.items():
            connection = self.layout.wires[index]
            glyph = heads.get(x) or _WIRES.get(arms, "·")
            glyph = _DASHED.get(glyph, glyph) if connection.after_failure else glyph
            look = "warning" if connection.after_failure else "muted"
            glyph, look = changed_line(glyph, look, connection.mark)
            if selected and (selected == connection.target or selected in connection.sources):
                look = "event"
            yield x, glyph, look

    @cached_property
    def _heads(self) -> Mapping[int, Mapping[int, str]]:
        """The heads of arrows by row and column."""
        heads: dict[int, dict[int, str]] = {}
        for port in self.layout.ports:
            if port.incoming:
                y, glyph = (port.y + 1, "△") if port.below else (port.y - 1, "▼")
                heads.setdefault(y, {})[port.x] = glyph
        return heads

    # Boxes

    def _boxes(self, band: Band, y: int, first: int, last: int, selected: str) -> Iterator[_Span]:
        start = bisect_left(band.boxes, first - band.widest_box, key=lambda box: box.x)
        for box in band.boxes[start:]:
            if box.x >= last:
                break
            if y <= box.bottom:
                yield from self._box(box, y, _HEAVY if box.node == selected else _EDGES, box.node == selected)

    def _box(self, box: Box, y: int, edges: Mapping[str, str], selected: bool) -> Iterator[_Span]:
        mark_of_node = self.mark_of(box.node)
        look = "event" if selected else CHANGE_SIGNS[mark_of_node][1] if mark_of_node else ""
        if y == box.y:
            mark = self.marks.get(box.node, ())
            yield box.x, self._top(box, edges, width_of(mark)), look
            yield from _spans(box.right - width_of(mark), mark)
            yield box.right, edges["tr"], look
        elif y == box.bottom:
            yield box.x, self._bottom(box, edges), look
        else:
            yield box.x, f"{edges['v']} ", look
            yield from _spans(box.x + 2, self.lines[box.node][y - box.y - 1])
            yield box.right, edges["right" if box.self_loop is not None and y == box.y + 1 else "v"], look
        if box.self_loop is not None and y in (box.y + 1, box.y + 2):
            line = ("╌╮" if box.self_loop else "─╮") if y == box.y + 1 else "◀╯"
            yield box.right + 1, line, "warning" if box.self_loop else "muted"

    def _top(self, box: Box, edges: Mapping[str, str], mark: int) -> str:
        """The upper edge as far as a mark so many cells wide."""
        line = [edges["tl"], *(edges["h"] * (box.width - 2))]
        for port in self.layout.ports_of.get(box.node, ()):
            if not port.below and not port.incoming:
                line[port.x - box.x] = edges["up"]
        return "".join(line[: len(line) - mark])

    def _bottom(self, box: Box, edges: Mapping[str, str]) -> str:
        line = [edges["bl"], *(edges["h"] * (box.width - 2)), edges["br"]]
        for port in self.layout.ports_of.get(box.node, ()):
            if port.below and not port.incoming:
                line[port.x - box.x] = edges["down"]
                for index, digit in enumerate(reversed(self.edge_number(box.node, port))):
                    line[port.x - box.x - 1 - index] = digit
        return "".join(line)


def _verticals(band: Band, y: int, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """The columns in view in which a wire runs vertically through a row, the wire, and where it leaves the cell."""
    for index in range(bisect_left(band.verticals, (first,)), len(band.verticals)):
        x, top, bottom, wire, joins_above, joins_below = band.verticals[index]
        if x >= last:
            break
        if top <= y <= bottom:
            yield x, wire, (_UP if y > top or joins_above else 0) | (_DOWN if y < bottom or joins_below else 0)


def _spans(x: int, line: Line) -> Iterator[_Span]:
    for text, look in line:
        yield x, text, look
        x += cells(text)


# What stands in a box


def box_contents(diagram: Diagram, zoom: Zoom) -> Mapping[str, BoxContent]:
    """For each node its name, what it does, and when each of its edges is taken.

    The conditions stand in the box that the edges leave, numbered as they are tried; the numbers stand where they
    leave it.
    """
    edges = _edges_by_source(diagram)
    return {node.id: _content(node, edges.get(node.id, ()), zoom) for node in diagram.nodes}


def _edges_by_source(diagram: Diagram) -> Mapping[str, Sequence[DiagramEdge]]:
    return grouped((edge.source, edge) for edge in diagram.edges)


def _content(node: DiagramNode, edges: Iterable[DiagramEdge], zoom: Zoom) -> BoxContent:
    groups = grouped((EdgeGroup(edge.target, edge.dashed, edge.mark), edge) for edge in edges)
    name_look = "gone" if node.mark == REMOVED else "name"
    name: Line = (*sign_line(node.mark), (f"{node.glyph[0]} ", node.glyph[1]), (terminal_safe(node.name), name_look))
    texts = [(name, 2)]
    numbers: dict[EdgeGroup, int] = {}
    if zoom is Zoom.COMPACT:
        loops = any(group.target == node.id for group in groups)
        return BoxContent((*texts, *([((("↺", "warning"),), 0)] if loops else [])), numbers, node.ends)
    if node.kind is not NodeKind.TRIGGER:
        glyph, look = NODE_GLYPHS[NodeKind.SCHEDULE] if node.kind is NodeKind.SCHEDULE else (" ", "")
        texts.append((((f"{glyph} ", look), *_with_references(node.about, node.references, "muted")), 2))
    for number, (group, its_edges) in enumerate(groups.items(), start=1):
        line = _edge_line(its_edges, group, is_loop=group.target == node.id)
        if len(groups) > 1:
            numbers[group] = number
            texts.append((((f"{number} ", "key"), *line), 2))
        elif group.target == node.id or any(edge.label for edge in its_edges):
            texts.append((line, 0))
    texts.extend(((("↯ ", "warning"), (terminal_safe(action.label), "warning")), 2) for action in node.error_actions)
    return BoxContent(tuple(texts), numbers, node.ends)


def _edge_line(edges: Iterable[DiagramEdge], group: EdgeGroup, *, is_loop: bool) -> Line:
    """When the edges to a target are taken."""
    by_label = {edge.label or "always": edge for edge in edges}
    look = CHANGE_SIGNS[group.mark][1] if group.mark else "warning" if group.dashed else "muted"
    labels = (_with_references(label, edge.references, look) for label, edge in by_label.items())
    return (("↺ " if is_loop else "", "warning"), *joined(labels, (", or ", look)))


def _with_references(text: str, references: Iterable[str], look: str) -> Line:
    """A text that is safe, the references in it set apart."""
    return tuple((terminal_safe(piece), piece_look) for piece, piece_look in set_apart(text, references, look))


def _needed(text: Line, indent: int, least: int, most: int) -> int:
    """The cells in which a text has at most so many lines, and at least some."""
    width = width_of(text)
    widest = min(width, _WIDEST)
    if width <= least or most == 1 or width // most >= _WIDEST:
        return widest
    longest = max(cells(word) for word in "".join(piece for piece, _ in text).split(" "))
    lower = max(least, width // most, min(longest + indent, _LONGEST_WORD))
    sizes = range(lower, widest, 4)

    def fits(size: int) -> bool:
        return sum(1 for _ in islice(wrapped(text, size, indent), most + 1)) <= most

    end = 1  # it is near the least, and a long text takes long to be broken into lines
    while end < len(sizes) and not fits(sizes[end - 1]):
        end *= 2
    at = bisect_left(sizes, True, end // 2, min(end, len(sizes)), key=fits)
    return sizes[at] if at < len(sizes) else widest


def _broken(text: Line, width: int, indent: int, most: int) -> tuple[Line, ...]:
    """A text on at most so many lines, the last one cut where that is not all."""
    if width_of(text) <= width:
        return (text,)
    first, *rest = wrapped(text, width, indent)
    kept, over = rest[: most - 1], rest[most - 1 :]
    if over:
        whole = joined((kept.pop(), *(line[1:] if indent else line for line in over)), (" ", ""))
        kept.append(whole)
    return tuple(fitted(line, width) for line in (first, *kept))
