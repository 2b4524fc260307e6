"""A picture of boxes on the screen: a window that is moved over the drawing, of which one box is selected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Region
from textual.strip import Strip

from kustui.text.styled_lines import Line, TextSearch, changed_cells, fitted, joined, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.theme import looks_of
from kustui.tui.widgets.rows_view import width_inside

if TYPE_CHECKING:
    from kustui.diagrams.box_drawing import BoxDrawing  # drawings come after the first paint
    from kustui.diagrams.layout.box_layout import Box
    from kustui.diagrams.overview import Overview


_COLUMNS, _ROWS = 8, 4
"""Cells by which one key moves the window."""
_WHEEL_ROWS = 3
_LEAST_FOOT = 3
"""Lines at the lower edge that there are at least for what does not stand in the selected box; or a quarter of all."""
OVERVIEW, NORMAL = "overview", "normal"
ZOOMS = (OVERVIEW, "compact", NORMAL, "full")
"""From small to large: a sign for each node, and three sizes of boxes."""


class BoxesWindow(DiagramView, can_focus=True):
    """One box is selected, and kept in view unless the window is moved away from it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("boxes")

    drawing: BoxDrawing | None = None
    zoom = NORMAL
    selected = ""
    left = top = 0
    """The cell of the drawing in the upper left corner."""
    search = TextSearch("")
    """What was looked for last."""
    highlights_matches = False
    """Whether it is marked where it stands."""
    _overview: Overview | None = None
    _foot: tuple[Line, ...] = ()
    _in_view: frozenset[str] = frozenset()
    """The nodes that would be in view, were the overview as large as the boxes that it leaves out."""
    _width = 0
    _grip: tuple[int, int] | None = None
    """Where the drag of the drawing began."""
    _pressed: tuple[Offset, Box | None] | None = None
    """Where the mouse was pressed last, and on which box."""

    @property
    def nothing(self) -> str:
        """What to say where there is no drawing."""
        raise NotImplementedError

    @property
    def legend(self) -> Line:
        """The glyphs that are in the drawing, and what they mean."""
        return self.drawing.legend if self.drawing is not None else ()

    @property
    def title(self) -> str:
        return self.NAME if self.zoom == NORMAL else f"{self.NAME} {self.zoom}"

    # The zoom

    @property
    def box_zoom(self) -> str:
        """The size of the boxes; of those that the overview leaves out too."""
        return ZOOMS[1] if self.zoom == OVERVIEW else self.zoom

    def show_zoom(self, zoom: str) -> None:
        """Draw it smaller or larger, with the selected box in view."""
        if zoom in ZOOMS and zoom != self.zoom:
            self.zoom = zoom
            self.lay_out_again()
            self.post_message(self.Retitled())

    def action_zoom(self, by: int) -> None:
        self.show_zoom(ZOOMS[max(0, min(ZOOMS.index(self.zoom) + by, len(ZOOMS) - 1))])

    def lay_out_again(self) -> None:
        if self.drawing is not None:
            from kustui.diagrams.box_drawing import BoxDrawing, Zoom

            self.drawing = BoxDrawing.of(
                self.drawing.diagram, self.drawing.marks, Zoom(self.box_zoom), width_inside(self)
            )
            self.look_at_selected()
            self._move_to(self.left, self.top)
            self._bring_into_view()
            self._mark_view()
        self.refresh()

    def look_at_selected(self) -> None:
        """Say below what does not stand in the selected box, and mark in the overview what is near it."""
        drawing, width = self.drawing, self.size.width
        self._foot = ()
        if drawing is None or self.selected not in drawing.lines or not width:
            self._overview = None
            return
        texts = drawing.whole_lines(self.selected)
        if self.zoom == OVERVIEW or drawing.is_cut(self.selected) or texts != drawing.full_lines(self.selected):
            line = joined((text if text[0][0].strip() else text[1:] for text in texts), ("  ", ""))
            lines, most = [*wrapped(line, width - 2, 2)], self._most_foot
            over = len(lines) > most
            whole = [*lines[: most - 1], fitted((*lines[most - 1], ("…", "muted")), width - 2)] if over else lines
            self._foot = ((("─" * width, "muted"),), *(((" ", ""), *part) for part in whole))
        if self.zoom == OVERVIEW:
            self._overview = self._overview_of(drawing)
        else:
            self._overview = None

    @property
    def _most_foot(self) -> int:
        return max(_LEAST_FOOT, self.size.height // 4)

    def _overview_of(self, drawing: BoxDrawing) -> Overview:
        from kustui.diagrams.overview import Overview

        size = self.size.width, self.size.height - self._most_foot - 2
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
        width, base, looks = self.size.width, self.visual_style.rich_style, looks_of(self.app)
        line: Line = ()
        if self.drawing is not None and y >= self._page:
            line = self._foot[y - self._page]
        elif self.drawing is not None and y == self._page - 1 and (self._overview or y > self.drawing.layout.height):
            line = fitted(((" ", ""), *self.legend), width)
        elif self._overview is not None:
            line = self._overview.row(y, self.selected, self._in_view)
        elif self.drawing is not None:
            line = self.drawing.window_row(self.top + y, self.left, width, self.selected)
            line = self.search.highlighted(line) if self.highlights_matches else line
        elif y == 0:
            line = fitted(((self.nothing, "muted"),), width)
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
        # What did not fit has the same width in a narrower window; in a wider one it may be brought to fit.
        if drawing is not None and (width > self._width or (width < self._width and drawing.fits)):
            self.lay_out_again()
        elif drawing is not None:
            self.look_at_selected()
            self._bring_into_view()
            self._mark_view()
        self._width = width

    def action_pan_columns(self, by: int) -> None:
        self._move_to(self.left + by * _COLUMNS, self.top)

    def action_pan_rows(self, by: int) -> None:
        self._move_to(self.left, self.top + by * _ROWS)

    def action_page(self, by: int) -> None:
        self._move_to(self.left, self.top + by * max(1, self._page - 2))

    # The mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, -1)

    def on_mouse_scroll_left(self) -> None:
        self.action_pan_columns(-1)

    def on_mouse_scroll_right(self) -> None:
        self.action_pan_columns(1)

    def _scroll(self, event: events.MouseEvent, by: int) -> None:
        if event.shift or event.ctrl:
            self.action_pan_columns(by)
        else:
            self._move_to(self.left, self.top + by * _WHEEL_ROWS)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._grip = (self.left + event.screen_x, self.top + event.screen_y)
        self._pressed = event.screen_offset, self._box_at(event)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._grip is not None:
            self._move_to(self._grip[0] - event.screen_x, self._grip[1] - event.screen_y)

    def on_mouse_up(self) -> None:
        self._grip = None
        self.release_mouse()

    def _box_at(self, event: events.MouseEvent) -> Box | None:
        offset = event.get_content_offset(self)  # none on the title
        if offset is None or self.drawing is None:
            return None
        if self._overview is not None:
            return self.drawing.layout.box_of.get(self._overview.node_at(offset.x, offset.y))
        return self.drawing.layout.box_at(self.left + offset.x, self.top + offset.y)

    def on_click(self, event: events.Click) -> None:
        box = self._box_at(event)
        if self._pressed is not None and self._pressed[0] == event.screen_offset:
            box = self._pressed[1]  # the pane has got more room since, with the keys
        if box is not None:
            self._go_to(box)
            if event.chain == 2:
                self.action_choose()

    # The selection

    @property
    def _box(self) -> Box | None:
        return self.drawing.layout.box_of.get(self.selected) if self.drawing is not None else None

    def _go_to(self, box: Box | None) -> None:
        """Select a box, if there is one, and let the tree follow."""
        if box is not None:
            self.select(box.node)
            self.moved()

    def select(self, step: str) -> None:
        """Select a box, and bring it into view."""
        before, foot, self.selected = self.selected, self._foot, step
        self.look_at_selected()
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

    def action_beside(self, by: int) -> None:
        self._go_to(self.drawing.layout.beside(self.selected, by) if self.drawing is not None else None)

    def action_next_layer(self, by: int) -> None:
        self._go_to(self.drawing.layout.in_next_layer(self.selected, by) if self.drawing is not None else None)

    def action_first(self) -> None:
        self.go_to_position(0)

    def action_last(self) -> None:
        self.go_to_position(len(self._boxes) - 1)

    def action_choose(self) -> None:
        """Enter on the selected box, or a double click."""
        raise NotImplementedError

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
