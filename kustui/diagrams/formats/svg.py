"""``svg``: boxes and wires, one drawing below the other."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from kustui.diagrams.box_drawing import BoxDrawing
from kustui.diagrams.diagram import DiagramSet
from kustui.diagrams.layout.box_layout import Band, Box, BoxLayout
from kustui.diagrams.layout.layers import Wire
from kustui.text.cells import cells
from kustui.text.signs import CHANGE_SIGNS, REMOVED
from kustui.text.styled_lines import Line
from kustui.text.terminal_safe import terminal_safe

_WIDTH, _HEIGHT = 8, 18
"""Units of a cell."""
_COLOURS = {
    "": "#1f2430", "name": "#1f2430", "muted": "#6b7280", "event": "#0e7490", "action": "#c2410c", "key": "#1d4ed8",
    "link": "#0e7490", "warning": "#b45309", "error": "#be123c", "info": "#0e7490", "good": "#1a7f37", "new": "#a16207",
    "gone": "#be123c",
}  # fmt: skip
_TITLE_ROWS = 3
_ROOM = 120
"""Cells that a drawing may take for wide boxes."""


def svg(diagram_set: DiagramSet) -> Iterator[str]:
    drawings = [
        BoxDrawing.of(diagram, diagram_set.marks[number] if diagram_set.marks else {}, room=_ROOM)
        for number, diagram in enumerate(diagram_set.diagrams)
    ]
    titles = [cells(terminal_safe(drawing.diagram.title)) for drawing in drawings]
    width = 2 + max([20, *titles, *(drawing.layout.width for drawing in drawings)])
    height = sum(drawing.layout.height + _TITLE_ROWS + 1 for drawing in drawings)
    size = f'width="{width * _WIDTH}" height="{height * _HEIGHT}" viewBox="0 0 {width * _WIDTH} {height * _HEIGHT}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="monospace" font-size="13">\n'
    yield f'<rect width="100%" height="100%" fill="#ffffff"/>\n{_HEAD}'
    top = 0
    for drawing in drawings:
        yield f'<g transform="translate({_WIDTH},{top * _HEIGHT})">\n'
        yield _text(0, 1, terminal_safe(drawing.diagram.title), "name")
        yield f'<g transform="translate(0,{_TITLE_ROWS * _HEIGHT})">\n'
        yield from _drawing(drawing)
        yield "</g>\n</g>\n"
        top += drawing.layout.height + _TITLE_ROWS + 1
    yield "</svg>\n"


_HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#6b7280"/></marker></defs>\n'
)


def _drawing(drawing: BoxDrawing) -> Iterator[str]:
    layout = drawing.layout
    for band in layout.bands:
        yield from _wires(layout, band)
    for port in layout.ports:
        if port.incoming:
            y = (port.y + 0.5) * _HEIGHT
            start = y + _HEIGHT if port.below else y - _HEIGHT
            line = f"M{_x(port.x)} {start:g}L{_x(port.x)} {y:g}"
            yield f'<path d="{line}" stroke="#6b7280" fill="none" marker-end="url(#head)"/>\n'
    for box in layout.box_of.values():
        yield "<g>\n"
        yield from _box(drawing, box)
        yield "</g>\n"


def _wires(layout: BoxLayout, band: Band) -> Iterator[str]:
    for vertical in band.verticals:
        top = vertical.top + (-0.5 if vertical.joins_above else 0.5)
        bottom = vertical.bottom + (1.5 if vertical.joins_below else 0.5)
        line = f"M{_x(vertical.x)} {top * _HEIGHT:g}V{bottom * _HEIGHT:g}"
        yield _path(line, layout.wires[vertical.wire])
    for segments in band.horizontals.values():
        for segment in segments:
            line = f"M{_x(segment.left)} {(segment.y + 0.5) * _HEIGHT:g}H{_x(segment.right)}"
            yield _path(line, layout.wires[segment.wire])


def _path(line: str, wire: Wire[str]) -> str:
    colour = _COLOURS["warning"] if wire.after_failure else "#6b7280"
    dashes = ' stroke-dasharray="4 3"' if wire.after_failure else ""
    if wire.mark:
        colour = _COLOURS[CHANGE_SIGNS[wire.mark][1]]
        dashes = ' stroke-dasharray="2 3"' if wire.mark == REMOVED else f'{dashes} stroke-width="2"'
    return f'<path d="{line}" stroke="{colour}" fill="none"{dashes}/>\n'


def _box(drawing: BoxDrawing, box: Box) -> Iterator[str]:
    left, top = box.x + 0.5, box.y + 0.5
    mark_of_node = drawing.mark_of(box.node)
    colour = _COLOURS[CHANGE_SIGNS[mark_of_node][1]] if mark_of_node else "#475569"
    stroke = ' stroke-width="3"' if drawing.contents[box.node].ends else ' stroke-width="2"' if mark_of_node else ""
    stroke += ' stroke-dasharray="2 3"' if mark_of_node == REMOVED else ""
    size = f'width="{(box.width - 1) * _WIDTH}" height="{(box.height - 1) * _HEIGHT}"'
    place = f'x="{left * _WIDTH:g}" y="{top * _HEIGHT:g}"'
    yield f'<rect {place} {size} rx="5" fill="#f8fafc" stroke="{colour}"{stroke}/>\n'
    yield f"<title>{escape(_title(drawing, box.node))}</title>\n"
    for index, line in enumerate(drawing.lines[box.node]):
        yield from _line(box.x + 2, box.y + 1 + index, line)
    for port in drawing.layout.ports_of.get(box.node, ()):
        if number := drawing.edge_number(box.node, port):
            yield _text(port.x - len(number), port.y, number, "key")
    mark = drawing.marks.get(box.node, ())
    yield from _line(box.right - sum(cells(text) for text, _ in mark), box.y, mark)
    if box.self_loop is not None:
        right, upper, lower = (
            (box.right + 0.5) * _WIDTH,
            (box.y + 1.5) * _HEIGHT,
            (box.y + 2.5) * _HEIGHT,
        )
        around = f"M{right:g} {upper:g}h{2 * _WIDTH}V{lower:g}h-{2 * _WIDTH}"
        loop = Wire(box.node, (box.node,), box.self_loop, upward=True)
        yield _path(around, loop).replace("/>", ' marker-end="url(#head)"/>')


def _title(drawing: BoxDrawing, node: str) -> str:
    """What a viewer shows of a node under the pointer: all of it, whatever its box has room for."""
    lines = ("".join(terminal_safe(text) for text, _ in line) for line in drawing.whole_lines(node))
    return "\n".join(lines)


def _line(x: int, y: int, line: Line) -> Iterator[str]:
    for text, look in line:
        yield _text(x, y, terminal_safe(text), look)
        x += cells(terminal_safe(text))


def _text(x: int, y: int, text: str, look: str) -> str:
    """Text that keeps to its cells, whatever the font."""
    if not text.strip():
        return ""
    weight = ' font-weight="bold"' if look == "name" else ' text-decoration="line-through"' if look == "gone" else ""
    length = cells(text) * _WIDTH
    place = f'x="{x * _WIDTH}" y="{(y + 0.75) * _HEIGHT:g}" textLength="{length}" lengthAdjust="spacingAndGlyphs"'
    return f'<text {place} xml:space="preserve" fill="{_COLOURS.get(look, "#1f2430")}"{weight}>{escape(text)}</text>\n'


def _x(column: int) -> str:
    return f"{(column + 0.5) * _WIDTH:g}"
