"""Boxes and wires, read as somebody reads them: character by character."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given

from kustui.diagrams.box_drawing import BoxContent, BoxDrawing, EdgeGroup, Zoom
from kustui.diagrams.diagram import Diagram, DiagramEdge, DiagramNode
from kustui.diagrams.glyphs import NodeKind
from kustui.diagrams.layout.layers import Arrow
from kustui.diagrams.overview import Overview
from kustui.text.styled_lines import width_of
from kustui.text.terminal_safe import pieces_to_ascii
from tests.benchmarks.growth import counted
from tests.support.diagrams import sample_diagram_sets
from tests.support.layouts import Graph, graphs
from tests.support.trees import SAMPLE_PATHS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.diagrams.layout.box_layout import Box, Port
    from kustui.text.styled_lines import Line

LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)
Edge = tuple[int, int]
ARMS: dict[str, tuple[Edge, ...]] = {
    "─": (LEFT, RIGHT), "╌": (LEFT, RIGHT), "│": (UP, DOWN), "╎": (UP, DOWN),
    "╭": (RIGHT, DOWN), "╮": (LEFT, DOWN), "╰": (RIGHT, UP), "╯": (LEFT, UP),
    "├": (UP, DOWN, RIGHT), "┤": (UP, DOWN, LEFT), "┬": (LEFT, RIGHT, DOWN), "┴": (LEFT, RIGHT, UP),
    "┼": (LEFT, RIGHT, UP, DOWN),
}  # fmt: skip


def drawing_of(graph: Graph) -> BoxDrawing:
    names, arrows = graph
    nodes = tuple(DiagramNode(name, name * (1 + index % 7), "about", NodeKind.STEP) for index, name in enumerate(names))
    edges = (DiagramEdge(arrow.source, arrow.target, f"if {arrow.target}", arrow.after_failure) for arrow in arrows)
    return BoxDrawing.of(Diagram("", nodes, tuple(edges)))


def text_of(drawing: BoxDrawing, selected: str = "") -> list[str]:
    return [
        "".join(text for text, _ in drawing.row(y, selected=selected)).ljust(drawing.layout.width)
        for y in range(drawing.layout.height)
    ]


@dataclass
class Reader:
    """Follows lines on paper. Where lines cross, the one that goes down passes over the other."""

    paper: list[str]

    def arrivals(self, port: Port) -> set[tuple[int, int]]:
        """The cells of box edges to which heads of arrows point that a line out of a box leads to."""
        found = set()
        seen = set()
        pending = [(port.x, port.y + 1, DOWN) if port.below else (port.x, port.y - 1, UP)]
        while pending:
            step = pending.pop()
            if step in seen:
                continue
            seen.add(step)
            x, y, (right, down) = step
            glyph = self.paper[y][x]
            if glyph in "▼△":
                assert (right, down) == (DOWN if glyph == "▼" else UP), "the head points on"
                found.add((x, y + down))
                continue
            if glyph in "┬┴" and self._on_edge(x, y):
                continue  # where another line begins
            arms = ARMS[glyph]
            if (-right, -down) in arms:
                pending.extend((x + to[0], y + to[1], to) for to in arms if to != (-right, -down))
            else:
                assert down == 0, f"a line ends in nothing at {x}, {y}"
                assert glyph in "│╎", f"a line ends in nothing at {x}, {y}"
                pending.append((x + right, y, (right, down)))
        return found

    def _on_edge(self, x: int, y: int) -> bool:
        line = self.paper[y]
        while x > 0 and (line[x] in "─┬┴" or line[x].isdigit()):
            x -= 1
        return line[x] in "┌└"


def holding(drawing: BoxDrawing, x: int, y: int) -> str:
    (box,) = [box for box in drawing.layout.box_of.values() if box.x < x < box.right and y in (box.y, box.bottom)]
    return box.node


@given(graphs())
@example((("a", "b"), (Arrow("a", "b"), Arrow("b", "a"))))
@example((("a",), (Arrow("a", "a"),)))
@example((("a", "b", "c", "d"), (Arrow("a", "d"), Arrow("b", "c"), Arrow("a", "c"), Arrow("b", "d"))))
def test_each_line_leads_from_its_source_to_its_target_and_nowhere_else(graph: Graph) -> None:
    nodes, arrows = graph
    drawing = drawing_of(graph)
    reader = Reader(text_of(drawing))
    for node in nodes:
        leads_to = set()
        for port in drawing.layout.ports_of.get(node, ()):
            if port.incoming:
                continue
            places = reader.arrivals(port)
            assert len(places) == 1, "a line has one end"
            ((x, y),) = places
            target = holding(drawing, x, y)
            wire = drawing.layout.wires[port.wire]
            leads_to.add((target, wire.after_failure))
            number = drawing.contents[node].numbers.get(EdgeGroup(target, wire.after_failure))
            if number is not None and port.below:
                assert reader.paper[port.y][port.x - 1] == str(number)[-1]
        wanted = {(arrow.target, arrow.after_failure) for arrow in arrows if arrow.source == node}
        assert leads_to == {
            (target, after_failure) for target, after_failure in wanted if target in nodes and target != node
        }
        assert (drawing.layout.box_of[node].self_loop is not None) == any(target == node for target, _ in wanted)


def cells_of(box: Box) -> tuple[range, range]:
    """Columns and rows, an arrow to itself among them."""
    return range(box.x, box.right + 1 + (2 if box.self_loop is not None else 0)), range(box.y, box.bottom + 1)


@given(graphs())
def test_no_two_boxes_overlap_and_no_wire_passes_through_one(graph: Graph) -> None:
    drawn = drawing_of(graph).layout
    assert set(drawn.box_of) == set(graph[0])
    for one, other in combinations(drawn.box_of.values(), 2):
        (columns, rows), (others, other_rows) = cells_of(one), cells_of(other)
        assert (
            columns[-1] < others[0] or others[-1] < columns[0] or rows[-1] < other_rows[0] or other_rows[-1] < rows[0]
        )
    for x, y in wire_cells(drawn.bands):
        assert not any(x in columns and y in rows for columns, rows in map(cells_of, drawn.box_of.values()))
        assert x < drawn.width


def wire_cells(bands: object) -> Iterator[tuple[int, int]]:
    for band in bands:  # type: ignore[attr-defined]
        for down in band.verticals:
            yield from ((down.x, y) for y in range(down.top, down.bottom + 1))
        for runs in band.horizontals.values():
            for along in runs:
                yield from ((x, along.y) for x in range(along.left, along.right + 1))


@given(graphs())
def test_wires_cross_and_never_run_along_each_other(graph: Graph) -> None:
    for band in drawing_of(graph).layout.bands:
        going_down: dict[tuple[int, int], int] = {}
        for down in band.verticals:
            for y in range(down.top, down.bottom + 1):
                assert going_down.setdefault((down.x, y), down.wire) == down.wire
        aside: dict[tuple[int, int], int] = {}
        for along in (each for runs in band.horizontals.values() for each in runs):
            for x in range(along.left, along.right + 2):  # a blank between them
                assert aside.setdefault((x, along.y), along.wire) == along.wire


@given(graphs())
def test_the_same_graph_gives_the_same_picture_and_any_window_of_it_is_the_same(graph: Graph) -> None:
    drawing = drawing_of(graph)
    paper = text_of(drawing)
    assert paper == text_of(drawing_of(graph))
    for y in range(0, drawing.layout.height, 3):
        for first, width in ((0, 10), (7, 20), (drawing.layout.width - 3, 9)):
            window = "".join(text for text, _ in drawing.row(y, first, width))
            assert window == paper[y][first : first + width].ljust(width)


@given(graphs(most=6))
def test_in_ascii_it_is_the_same_picture(graph: Graph) -> None:
    for line in text_of(drawing_of(graph)):
        assert "".join(pieces_to_ascii([line])).isascii()
        assert len("".join(pieces_to_ascii([line]))) == len(line)


def test_labels_stand_whole_in_the_box_that_the_ways_leave() -> None:
    paper = text_of(drawing_of((("a", "b", "c"), (Arrow("a", "b"), Arrow("a", "c", after_failure=True)))))
    assert any("│ 1 if b " in line for line in paper)
    assert any("│ 2 if c " in line for line in paper)


@pytest.mark.parametrize(
    "name", ["漢字", "😀 party", "e\u0301te\u0301", "👨\u200d👩\u200d👧", "\x1b[31m", "a\nb", "]] --> <script>"]
)
def test_what_is_wide_or_has_no_width_keeps_the_edges_in_line(name: str) -> None:
    node = DiagramNode("a", name, "", NodeKind.STEP)
    drawing = BoxDrawing.of(
        Diagram("", (node, DiagramNode("b", "b", "", NodeKind.STEP)), (DiagramEdge("a", "b", name),))
    )
    for y in range(drawing.layout.height):
        assert width_of(drawing.row(y)) == drawing.layout.width
        for first in range(6):
            assert width_of(drawing.row(y, first, 5)) == 5


def test_a_selected_box_is_told_by_its_edges() -> None:
    drawing = drawing_of((("a", "b"), (Arrow("a", "b"),)))
    assert "┏" in "".join(text_of(drawing, "a"))
    assert "┏" not in "".join(text_of(drawing))


def test_problems_stand_in_the_upper_edge() -> None:
    plain = drawing_of((("a",), ()))
    marked = BoxDrawing.of(plain.diagram, {"a": (("✗2", "error"),)})
    assert text_of(marked)[0].rstrip().endswith("─✗2┐")
    assert len(text_of(marked)[0].rstrip()) == len(text_of(plain)[0].rstrip())


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_nothing_is_cut_that_there_is_room_for(name: str, width: int) -> None:
    for diagram in (diagram for diagrams in sample_diagram_sets(name)[:1] for diagram in diagrams.diagrams):
        full = BoxDrawing.of(diagram, zoom=Zoom.FULL, room=width)
        assert not [node.id for node in diagram.nodes if full.is_cut(node.id)]
        for zoom in (Zoom.COMPACT, Zoom.NORMAL):
            drawing = BoxDrawing.of(diagram, zoom=zoom, room=width)
            for boxes in drawing.layout.layers:
                cut = [box.node for box in boxes if drawing.is_cut(box.node)]
                if zoom is Zoom.COMPACT:
                    cut = [node for node in cut if bare(drawing.lines[node]) != bare(drawing.full_lines(node)[:1])]
                filled = sum(box.width for box in boxes)
                assert not cut or filled > max(width, drawing.layout.width) / 2, (diagram.title, cut)


def bare(lines: Sequence[Line]) -> str:
    return "".join(text for line in lines for text, _ in line).replace(" ", "")


def test_a_box_grows_where_there_is_room_and_never_loses_the_delay() -> None:
    node = DiagramNode("a", "Look again " * 4, f"{'very-' * 12}long after 15 min", NodeKind.SCHEDULE)
    diagram = Diagram("", (node,), ())
    narrow, wide = BoxDrawing.of(diagram, zoom=Zoom.NORMAL, room=40), BoxDrawing.of(diagram, zoom=Zoom.NORMAL, room=160)
    assert narrow.layout.width <= 40 < wide.layout.width
    for drawing in (narrow, wide):
        assert "after 15 min" in " ".join("".join(text_of(drawing)).replace("│", " ").split())
        assert not drawing.is_cut("a")


def test_what_is_read_is_set_apart_from_the_words_around_it() -> None:
    (orders, *_) = sample_diagram_sets("orders.json")
    drawing = BoxDrawing.of(orders.diagrams[0])
    pieces = [piece for lines in drawing.lines.values() for line in lines for piece in line]
    assert ("attributes.data.order.email", "key") in pieces
    assert any(look == "muted" and "exists" in text for text, look in pieces)


def test_the_overview_has_a_sign_for_each_step_and_shows_where_one_is() -> None:
    names = tuple(f"n{index}" for index in range(300))
    drawing = drawing_of((names, tuple(Arrow(one, other) for one, other in pairwise(names))))
    marked = drawing.with_marks({"n7": (("✗2", "error"),)})
    overview = Overview(marked, 80, 18)
    rows = ["".join(text for text, _ in overview.row(y, "n20", {"n19", "n20", "n21"})) for y in range(18)]
    assert sum(row.count("●") + row.count("✗") for row in rows) == 300
    assert all(len(row) <= 80 for row in rows)
    assert rows[7].startswith(" ✗"), "what is wrong stands for its step"
    assert [y for y, row in enumerate(rows) if "▶●" in row] == [2], "the second strip begins with the 19th"
    assert [y for y, row in enumerate(rows) if "▌●" in row] == [1, 3]
    sign = next(sign for sign in overview.signs if sign.node == "n20")
    assert overview.node_at(sign.x, sign.y) == "n20"


def test_the_overview_of_more_steps_than_cells_shows_what_is_wrong_first() -> None:
    names = tuple(f"n{index}" for index in range(3000))
    drawing = drawing_of((names, tuple(Arrow(one, other) for one, other in pairwise(names))))
    overview = Overview(drawing.with_marks({"n2999": (("✗", "error"),)}), 40, 10)
    assert {sign.y for sign in overview.signs} == set(range(10))
    assert all(sign.x < 40 for sign in overview.signs)
    assert "✗" in "".join(text for y in range(10) for text, _ in overview.row(y))


def test_a_handler_of_every_error_is_led_to_by_one_wire() -> None:
    nodes = tuple(f"n{index}" for index in range(30))
    arrows = tuple(Arrow(one, other) for one, other in pairwise(nodes))
    after_failure = tuple(Arrow(node, "end", after_failure=True) for node in nodes)
    drawn = drawing_of(((*nodes, "end"), (*arrows, *after_failure))).layout
    assert sum(wire.after_failure for wire in drawn.wires) == 1
    assert drawn.width < 80


def test_a_long_name_is_broken_into_lines_a_few_times_to_find_how_wide_its_box_is() -> None:
    name = "↵" * 5_000
    content = BoxContent((((("", ""), (name, "")), 2),), {})
    assert counted(lambda: content.needed(Zoom.FULL)) < 40 * len(name)
