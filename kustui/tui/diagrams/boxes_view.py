"""The boxes of a workflow on the screen: a window that is moved over the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip

from kustui.text.styled_lines import Line, TextSearch, changed_cells, fitted, joined, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import DiagramView, step_of
from kustui.tui.theme import looks_of
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, node_key, workflow_key
from kustui.tui.widgets.rows_view import width_inside

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.diagrams.box_drawing import BoxDrawing  # drawings come after the first paint
    from kustui.diagrams.layout.box_layout import Box
    from kustui.diagrams.overview import Overview


_COLUMNS, _ROWS = 8, 4
"""Cells by which one key moves the window."""
_WHEEL_ROWS = 3
_MANY = 300
"""Steps from which the boxes are laid out while the keys go on."""
_NOTHING = "select a workflow to draw its boxes here"
_FOOT = 3
"""Lines at the lower edge for what does not stand in the selected box."""
OVERVIEW, NORMAL = "overview", "normal"
ZOOMS = (OVERVIEW, "compact", NORMAL, "full")
"""From small to large: a sign for each node, and three sizes of boxes."""


class BoxesView(DiagramView, can_focus=True):
    """One box is selected, and kept in view unless the window is moved away from it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("boxes")
    NAME = "6 Boxes"
    ABOUT = (
        "The selected workflow as boxes and arrows, each arrow with its condition. One box is selected, and the tree "
        "follows it. Pan with the keys or by dragging to see what does not fit, or zoom: out to names only and to an "
        "overview with a sign for each step, in until nothing is cut."
    )
    KEYS = (
        "boxes.choose", "boxes.down", "boxes.pan-down", "boxes.zoom-out", "view.flow", "view.chains",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    drawing: BoxDrawing | None = None
    _ready: Any = (None, None)
    """The drawing of a large workflow, behind what it was laid out for."""
    _shown: Any = ()
    """The tree and the node that were given last."""
    zoom = NORMAL
    _overview: Overview | None = None
    _foot: tuple[Line, ...] = ()
    _in_view: frozenset[str] = frozenset()
    """The nodes that would be in view, were the overview as large as the boxes that it leaves out."""
    _width = 0
    selected = ""
    left = top = 0
    """The cell of the drawing in the upper left corner."""
    search = TextSearch("")
    """What was looked for last."""
    highlights_matches = False
    """Whether it is marked where it stands."""
    _analysis: WorkflowAnalysis | None = None
    _grip: tuple[int, int] | None = None
    """Where the drag of the drawing began."""

    # What is drawn

    def show_node(self, tree: TreeState, node: Node) -> None:
        follows = self.accept(node)
        if node.entry is None:
            self.drawing, self._analysis, self.selected, self._worked_out = None, None, "", None
            self._look_at_selected()
            self.refresh()
            return
        analysis = tree.analysis(node.entry)
        same = self._analysis is not None and workflow_key(self._analysis.entry) == workflow_key(node.entry)
        self._shown = tree, node
        key = analysis, self._box_zoom, width_inside(self)
        if len(analysis.flow.steps) > _MANY and self._ready[0] != key:
            self._lay_out_later(key, same=same)
            return
        self._worked_out = None
        before, drawing = self.drawing, self._drawing_of(analysis, tree)
        self.drawing, self._analysis = drawing, analysis
        boxes = drawing.layout.box_of
        step = step_of(node)
        if step not in boxes or not follows:
            step = self.selected if same and self.selected in boxes else next(iter(boxes), "")
        if not same:
            self.left = self.top = 0
        if drawing is not before:
            self.refresh()
        if step != self.selected or drawing is not before:
            self._select(step)

    def _lay_out_later(self, key: tuple[WorkflowAnalysis, str, int], *, same: bool) -> None:
        """Lay out a large workflow while the keys go on."""
        self.drawing, self.selected = None, self.selected if same else ""
        self._look_at_selected()
        self.refresh()

        def lay_out() -> None:
            self._ready = key, _laid_out(*key)

        self.work_out(key, lay_out, lambda: self.show_node(*self._shown))

    def _drawing_of(self, analysis: WorkflowAnalysis, tree: TreeState) -> BoxDrawing:
        """The drawing of a workflow: the one that is there as far as it is still true."""
        marks, drawing = self.marks_of(tree, analysis), self.drawing
        if drawing is None or self._analysis is not analysis:
            key = analysis, self._box_zoom, width_inside(self)
            drawing = self._ready[1] if self._ready[0] == key else _laid_out(*key)
        return drawing if drawing.marks == marks else drawing.with_marks(marks)

    @property
    def title(self) -> str:
        return self.NAME if self.zoom == NORMAL else f"{self.NAME} {self.zoom}"

    # The zoom

    @property
    def _box_zoom(self) -> str:
        """The size of the boxes; of those that the overview leaves out too."""
        return ZOOMS[1] if self.zoom == OVERVIEW else self.zoom

    def show_zoom(self, zoom: str) -> None:
        """Draw it smaller or larger, with the selected box in view."""
        if zoom in ZOOMS and zoom != self.zoom:
            self.zoom = zoom
            self._lay_out_again()
            self.post_message(self.Retitled())

    def action_zoom_in(self) -> None:
        self.show_zoom(ZOOMS[min(ZOOMS.index(self.zoom) + 1, len(ZOOMS) - 1)])

    def action_zoom_out(self) -> None:
        self.show_zoom(ZOOMS[max(ZOOMS.index(self.zoom) - 1, 0)])

    def _lay_out_again(self) -> None:
        if self.drawing is not None and len(self.drawing.lines) > _MANY:
            self.show_node(*self._shown)
        elif self.drawing is not None:
            from kustui.diagrams.box_drawing import BoxDrawing, Zoom

            self.drawing = BoxDrawing.of(
                self.drawing.diagram, self.drawing.marks, Zoom(self._box_zoom), width_inside(self)
            )
            self._look_at_selected()
            self._move_to(self.left, self.top)
            self._bring_into_view()
            self._mark_view()
        self.refresh()

    def _look_at_selected(self) -> None:
        """Say below what does not stand in the selected box, and mark in the overview what is near it."""
        drawing, width = self.drawing, self.size.width
        self._foot = ()
        if drawing is None or self.selected not in drawing.lines or not width:
            self._overview = None
            return
        if self.zoom == OVERVIEW or drawing.is_cut(self.selected):
            texts = drawing.full_lines(self.selected)
            line = joined((text if text[0][0].strip() else text[1:] for text in texts), ("  ", ""))
            lines = [*wrapped(line, width - 2, 2)]
            cut = len(lines) > _FOOT
            whole = [*lines[: _FOOT - 1], fitted(joined(lines[_FOOT - 1 :], (" ", "")), width - 2)] if cut else lines
            self._foot = ((("─" * width, "muted"),), *(((" ", ""), *part) for part in whole))
        if self.zoom == OVERVIEW:
            self._overview = self._overview_of(drawing)
        else:
            self._overview = None

    def _overview_of(self, drawing: BoxDrawing) -> Overview:
        from kustui.diagrams.overview import Overview

        size = self.size.width, self.size.height - _FOOT - 2
        before = self._overview
        if before is not None and before.drawing is drawing and (before.width, before.height) == size:
            return before
        return Overview(drawing, *size)

    def _mark_view(self) -> None:
        if self._overview is not None and self.drawing is not None:
            self._in_view = frozenset(
                box.node
                for box in self.drawing.layout.boxes_between(self.top, self.top + self._page)
                if self.left <= box.right and box.x < self.left + self.size.width
            )

    @property
    def _page(self) -> int:
        """Rows of the drawing in view."""
        return self.size.height - len(self._foot)

    def render_line(self, y: int) -> Strip:
        width, base, looks = self.size.width, self.rich_style, looks_of(self.app)
        line: Line = ()
        if self.drawing is not None and y >= self._page:
            line = self._foot[y - self._page]
        elif self.drawing is not None and y == self._page - 1 and (self._overview or y > self.drawing.layout.height):
            line = fitted(((" ", ""), *self.drawing.legend), width)
        elif self._overview is not None:
            line = self._overview.row(y, self.selected, self._in_view)
        elif self.drawing is not None:
            line = self.drawing.window_row(self.top + y, self.left, width, self.selected)
            line = self.search.highlighted(line) if self.highlights_matches else line
        elif y == 0:
            count = len(self._worked_out[0].flow.steps) if self._worked_out else 0
            waiting = f"drawing {count:,} boxes …; the other panes can be used meanwhile"
            line = fitted(((waiting if count else _NOTHING, "muted"),), width)
        pieces = [Segment(terminal_safe(text), base + looks[look]) for text, look in line]
        return Strip(pieces).adjust_cell_length(width, base).simplify()

    def whole(self) -> Iterator[Line]:
        if self.drawing is not None:
            yield ((self.drawing.diagram.title, "heading"),)
            for y in range(self.drawing.layout.height):
                yield self.drawing.row(y)

    # The window

    def _move_to(self, left: int, top: int) -> bool:
        """Move the window as far as there is something to see; whether it was anywhere else."""
        layout = self.drawing.layout if self.drawing is not None else None
        left = max(0, min(left, layout.width - self.size.width)) if layout else 0
        top = max(0, min(top, layout.height - self._page)) if layout else 0
        if (left, top) == (self.left, self.top):
            return False
        self.left, self.top = left, top
        self.refresh()
        return True

    def _bring_into_view(self) -> bool:
        """Whether the window had to be moved for the selected box."""
        box = self._box
        if box is None or self._page < 1:
            return False
        width, height = self.size.width, self._page
        left, top = self.left, self.top
        if not left <= box.x <= box.right < left + width:
            left = box.x - max(0, width - box.width) // 2
        if not top <= box.y <= box.bottom < top + height:
            top = box.y - max(0, height - box.height) // 2
        return self._move_to(left, top)

    def on_resize(self) -> None:
        width, drawing = self.size.width, self.drawing
        if width != self._width and drawing is not None and (drawing.fits or self._width == 0):
            self._lay_out_again()
        elif drawing is not None:
            self._look_at_selected()
            self._bring_into_view()
            self._mark_view()
        self._width = width

    def action_pan_left(self) -> None:
        self._move_to(self.left - _COLUMNS, self.top)

    def action_pan_right(self) -> None:
        self._move_to(self.left + _COLUMNS, self.top)

    def action_pan_up(self) -> None:
        self._move_to(self.left, self.top - _ROWS)

    def action_pan_down(self) -> None:
        self._move_to(self.left, self.top + _ROWS)

    def action_page_up(self) -> None:
        self._move_to(self.left, self.top - max(1, self._page - 2))

    def action_page_down(self) -> None:
        self._move_to(self.left, self.top + max(1, self._page - 2))

    # The mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, -1)

    def on_mouse_scroll_left(self) -> None:
        self.action_pan_left()

    def on_mouse_scroll_right(self) -> None:
        self.action_pan_right()

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        if event.shift or event.ctrl:
            self._move_to(self.left + by * _COLUMNS, self.top)
        else:
            self._move_to(self.left, self.top + by * _WHEEL_ROWS)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._grip = (self.left + event.screen_x, self.top + event.screen_y)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._grip is not None:
            self._move_to(self._grip[0] - event.screen_x, self._grip[1] - event.screen_y)

    def on_mouse_up(self) -> None:
        self._grip = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)  # none on the title
        if offset is None or self.drawing is None:
            return
        if self._overview is not None:
            box = self.drawing.layout.box_of.get(self._overview.node_at(offset.x, offset.y))
        else:
            box = self.drawing.layout.box_at(self.left + offset.x, self.top + offset.y)
        if box is not None:
            self._go_to(box)
            if event.chain == 2:
                self.action_choose()

    # The selection

    @property
    def _box(self) -> Box | None:
        return self.drawing.layout.box_of.get(self.selected) if self.drawing is not None else None

    @property
    def selected_key(self) -> NodeKey:
        if self._analysis is None or self._analysis.flow.node(self.selected) is None:
            return ()  # a missing step
        return node_key(self._analysis.entry, self.selected)

    def _go_to(self, box: Box | None) -> None:
        """Select a box, if there is one, and let the tree follow."""
        if box is not None:
            self._select(box.node)
            self.moved()

    def _select(self, step: str) -> None:
        """Select a box, and bring it into view."""
        before, foot, self.selected = self.selected, self._foot, step
        self._look_at_selected()
        moved = self._bring_into_view()
        if self._overview is not None or self._foot != foot:
            self._mark_view()
            self.refresh()
        elif not moved:
            self._repaint(before)

    def _repaint(self, before: str) -> None:
        """Paint again what looks different since another box was selected: the two, and the wires that meet them."""
        assert self.drawing is not None
        for y in range(self.size.height):
            was, now = (
                self.drawing.row(self.top + y, self.left, self.size.width, selected)
                for selected in (before, self.selected)
            )
            if (cells := changed_cells(was, now)) is not None:
                self.refresh(Region(cells[0], y, cells[1] - cells[0] + 1, 1))

    def action_left(self) -> None:
        self._go_to(self.drawing.layout.beside(self.selected, -1) if self.drawing is not None else None)

    def action_right(self) -> None:
        self._go_to(self.drawing.layout.beside(self.selected, 1) if self.drawing is not None else None)

    def action_up(self) -> None:
        self._go_to(self.drawing.layout.in_next_layer(self.selected, -1) if self.drawing is not None else None)

    def action_down(self) -> None:
        self._go_to(self.drawing.layout.in_next_layer(self.selected, 1) if self.drawing is not None else None)

    def action_first(self) -> None:
        self.go_to_position(0)

    def action_last(self) -> None:
        self.go_to_position(len(self._boxes) - 1)

    def action_choose(self) -> None:
        if self._analysis is not None and self.selected_key:
            target = self._analysis.scheduled_by(self.selected)
            self.follow(workflow_key(target) if target is not None else ())

    # Searching

    @property
    def _boxes(self) -> Sequence[Box]:
        return tuple(self.drawing.layout.box_of.values()) if self.drawing is not None else ()

    @property
    def position(self) -> tuple[int, int]:
        return (self.search_position + 1 if self._boxes else 0), len(self._boxes)

    @property
    def matches(self) -> Sequence[int]:
        """The boxes that contain the search text."""
        contents = self.drawing.contents if self.drawing is not None else {}
        return [
            index
            for index, box in enumerate(self._boxes)
            if any(self.search.is_in("".join(text for text, _ in line)) for line, _ in contents[box.node].texts)
        ]

    @property
    def search_position(self) -> int:
        """The index of the selected box."""
        return next((index for index, box in enumerate(self._boxes) if box.node == self.selected), 0)

    def go_to_position(self, position: int) -> None:
        if 0 <= position < len(self._boxes):
            self._go_to(self._boxes[position])


def _laid_out(analysis: WorkflowAnalysis, zoom: str, width: int) -> BoxDrawing:
    from kustui.diagrams.box_drawing import BoxDrawing, Zoom
    from kustui.diagrams.diagram import flow_diagram

    return BoxDrawing.of(flow_diagram(analysis), {}, Zoom(zoom), width)
