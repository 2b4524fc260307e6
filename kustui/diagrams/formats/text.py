"""``text``: the drawings of the explorer, for a terminal or a pull request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from kustui.analysis.chains import chain_from, chain_starts
from kustui.analysis.schedules import Schedules
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.diagrams.box_drawing import BoxDrawing
from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.diagram import flow_diagram
from kustui.diagrams.rail_drawing import RailDrawing
from kustui.text.styled_lines import Line, fitted
from kustui.text.terminal_safe import painter, pieces_to_ascii, terminal_safe

_LOOKS = {
    "muted": "2", "name": "1", "heading": "1;34", "event": "36", "action": "33", "link": "36;4", "string": "32",
    "number": "33", "key": "34", "error": "1;31", "warning": "1;33", "info": "36", "good": "32", "fault": "1;4;31",
    "new": "1;35", "gone": "9;31",
}  # fmt: skip

_MOST_CELLS = 10_000_000
"""Of a drawing of boxes: thousands of columns and rows, which grow with each other."""


def writer(*, colour: bool, ascii_only: bool) -> Callable[[Line], str]:
    """How a line is written: with colours or without, in ASCII or not; no blanks at its end."""
    paint = painter(_LOOKS, colour=colour)

    def write(line: Line) -> str:
        texts = [terminal_safe(text) for text, _ in line]
        if ascii_only:
            texts = pieces_to_ascii(texts)
        pieces = [(text, look) for text, (_, look) in zip(texts, line, strict=True)]
        while pieces and not pieces[-1][0].strip(" "):
            pieces.pop()
        if pieces:
            pieces[-1] = (pieces[-1][0].rstrip(" "), pieces[-1][1])
        return "".join(paint(look, text) for text, look in pieces) + "\n"

    return write


def rail_text(
    analysis: WorkflowAnalysis, marks: Mapping[str, Line], width: int, write: Callable[[Line], str]
) -> Iterator[str]:
    """A workflow with its name above: a row a step, cut at a width."""
    yield write(((analysis.title, "heading"),))
    yield from _rail_rows(analysis, marks, width, write)


def _rail_rows(
    analysis: WorkflowAnalysis, marks: Mapping[str, Line], width: int, write: Callable[[Line], str]
) -> Iterator[str]:
    drawing = RailDrawing(analysis, marks)
    columns = max(3, width // 6)
    for index in range(len(drawing.nodes)):
        first = max(0, drawing.layout.rows[index].column - columns + 1)
        yield write(drawing.row(index, first, columns, width).arranged(width))


def boxes_text(
    analysis: WorkflowAnalysis, marks: Mapping[str, Line], width: int, write: Callable[[Line], str]
) -> Iterator[str]:
    """A workflow with its name above, as boxes and arrows: of a width, or wider where boxes stand beside each other.
    Where steps lead to so many others that nobody could read that, a row a step instead."""
    yield write(((analysis.title, "heading"),))
    drawing = BoxDrawing.of(flow_diagram(analysis), marks, room=width)
    across, down = drawing.layout.width, drawing.layout.height
    if across * down > _MOST_CELLS:
        reason = f"too large for boxes ({across:,} columns, {down:,} rows): one step per row instead"
        yield write(((reason, "muted"),))
        yield from _rail_rows(analysis, marks, width, write)
        return
    for y in range(drawing.layout.height):
        yield write(drawing.row(y))


def chains_text(lines: ChainLines, schedules: Schedules, width: int, write: Callable[[Line], str]) -> Iterator[str]:
    """Who schedules whom, from each workflow that a chain begins with; what is wrong stands below the call."""
    roots = list(chain_starts(schedules, [entry.key for entry in lines.collection.entries]))
    for number, root in enumerate(roots):
        if number:
            yield "\n"
        chain = chain_from(schedules, root, lines.settings.relative_unit_minutes)
        for link in chain.links:
            for line in (lines.link_line(link, chain), *lines.problem_lines(link, chain, width)):
                yield write(fitted(line, width))
    if not roots:
        yield write((("nothing here schedules a workflow", "muted"),))
