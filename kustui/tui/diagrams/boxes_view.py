"""The boxes of a workflow on the screen: a window that is moved over the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from kustui.diagrams.styled_lines import differing, fitted
from kustui.search.text_search import TextSearch
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import DiagramView, step_of
from kustui.tui.theme import looks_of
from kustui.tui.widgets.rows import node_key, workflow_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.binding import BindingType

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.diagrams.box_drawing import BoxDrawing
    from kustui.diagrams.layout.geometry import Box
    from kustui.diagrams.styled_lines import Line
    from kustui.tui.tree.nodes import Node
    from kustui.tui.tree.tree_state import TreeState
    from kustui.tui.widgets.rows import NodeKey

_COLUMNS, _ROWS = 8, 4
"""Cells by which one key moves the window."""


class BoxesView(DiagramView, can_focus=True):
    """One box is selected, and kept in view unless the window is moved away from it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("boxes")
    NAME = "6 Boxes"
    ABOUT = (
        "The selected workflow as boxes and arrows, each arrow with its condition. One box is selected, and the "
        "tree follows it. What has no room is moved to with the keys, or by dragging."
    )
    SIGNS = "◆●◇↯↺⇒✗▲·"
    KEYS = (
        "boxes.choose", "boxes.down", "boxes.pan-down", "view.flow", "view.chains",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    drawn: BoxDrawing | None = None
    selected = ""
    left = top = 0
    """The cell of the picture in the upper left corner."""
    search = TextSearch("")
    """What was looked for last."""
    marking = False
    """Whether it is marked where it stands."""
    _subject: WorkflowAnalysis | None = None
    _held: tuple[int, int] | None = None
    """Where the mouse took hold of the picture."""

    # What is drawn

    def tell(self, tree: TreeState, node: Node) -> None:
        follows = self.told(node)
        if node.entry is None:
            self.drawn, self._subject, self.selected = None, None, ""
            self.refresh()
            return
        from kustui.diagrams.box_drawing import BoxDrawing
        from kustui.diagrams.diagram import flow_diagram
        from kustui.diagrams.glyphs import problem_marks

        analysis = tree.analysis(node.entry)
        marks = problem_marks(analysis, tree.snapshot.by_entry.get(node.entry.key, ()))
        same = self._subject is not None and workflow_key(self._subject.entry) == workflow_key(node.entry)
        before = self.drawn
        if self.drawn is None or self._subject is not analysis:
            self.drawn, self._subject = BoxDrawing.of(flow_diagram(analysis), marks), analysis
        elif self.drawn.marks != marks:
            self.drawn = self.drawn.with_marks(marks)
        by_node = self.drawn.layout.box_of
        step = step_of(node)
        if step not in by_node or not follows:
            step = self.selected if same and self.selected in by_node else next(iter(by_node), "")
        if not same:
            self.left = self.top = 0
        if self.drawn is not before:
            self.refresh()
        if step != self.selected or not same:
            self._put(step)

    def _put(self, step: str) -> None:
        """Select a box, and bring it into view."""
        before, self.selected = self.selected, step
        if not self._bring_into_view():
            self._repaint(before)

    def render_line(self, y: int) -> Strip:
        width, base, looks = self.size.width, self.rich_style, looks_of(self.app)
        line: Line = ()
        if self.drawn is not None and y == self.size.height - 1 > self.drawn.layout.height:
            line = fitted(((" ", ""), *self.drawn.legend), width)
        elif self.drawn is not None:
            line = self.drawn.row(self.top + y, self.left, width, self.selected)
            line = self.search.highlighted(line) if self.marking else line
        elif y == 0:
            line = (("choose a workflow: its boxes are drawn here", "muted"),)
        pieces = [Segment(terminal_safe(text), base + looks[look]) for text, look in line]
        return Strip(pieces).adjust_cell_length(width, base).simplify()

    def whole(self) -> Iterator[Line]:
        if self.drawn is not None and self._subject is not None:
            yield ((self._subject.entry.title, "heading"),)
            for y in range(self.drawn.layout.height):
                yield self.drawn.row(y)

    # The window

    def _move_to(self, left: int, top: int) -> bool:
        """Whether it was anywhere else."""
        boxes = self.drawn.layout if self.drawn is not None else None
        left = max(0, min(left, boxes.width - self.size.width)) if boxes else 0
        top = max(0, min(top, boxes.height - self.size.height)) if boxes else 0
        if (left, top) == (self.left, self.top):
            return False
        self.left, self.top = left, top
        self.refresh()
        return True

    def _bring_into_view(self) -> bool:
        """Whether the window had to be moved for the selected box."""
        box = self._box
        if box is None or not self.size.height:
            return False
        width, height = self.size.width, self.size.height
        left, top = self.left, self.top
        if not left <= box.x <= box.right < left + width:
            left = box.x - max(0, width - box.width) // 2
        if not top <= box.y <= box.bottom < top + height:
            top = box.y - max(0, height - box.height) // 2
        return self._move_to(left, top)

    def on_resize(self) -> None:
        self._bring_into_view()

    def action_pan_left(self) -> None:
        self._move_to(self.left - _COLUMNS, self.top)

    def action_pan_right(self) -> None:
        self._move_to(self.left + _COLUMNS, self.top)

    def action_pan_up(self) -> None:
        self._move_to(self.left, self.top - _ROWS)

    def action_pan_down(self) -> None:
        self._move_to(self.left, self.top + _ROWS)

    def action_page_up(self) -> None:
        self._move_to(self.left, self.top - max(1, self.size.height - 2))

    def action_page_down(self) -> None:
        self._move_to(self.left, self.top + max(1, self.size.height - 2))

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
            self._move_to(self.left, self.top + by * 3)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._held = (self.left + event.screen_x, self.top + event.screen_y)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held is not None:
            self._move_to(self._held[0] - event.screen_x, self._held[1] - event.screen_y)

    def on_mouse_up(self) -> None:
        self._held = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)  # none on the title
        if place is None:
            return
        x, y = self.left + place.x, self.top + place.y
        for box in self.drawn.layout.band(y).boxes if self.drawn is not None else ():
            if box.x <= x <= box.right and box.y <= y <= box.bottom:
                self._select(box)
                if event.chain == 2:
                    self.action_choose()

    # The selection

    @property
    def _box(self) -> Box | None:
        return self.drawn.layout.box_of.get(self.selected) if self.drawn is not None else None

    @property
    def selected_key(self) -> NodeKey:
        flow = self._subject.flow if self._subject is not None else None
        if flow is None or self._subject is None or flow.node(self.selected) is None:
            return ()  # a step that is not there
        return node_key(self._subject.entry, self.selected)

    def _select(self, box: Box) -> None:
        self._put(box.node)
        self.moved()

    def _repaint(self, before: str) -> None:
        """Paint again what looks different since another box was selected: the two, and the wires that meet them."""
        assert self.drawn is not None
        for y in range(self.size.height):
            was, now = (
                self.drawn.row(self.top + y, self.left, self.size.width, selected)
                for selected in (before, self.selected)
            )
            if (cells := differing(was, now)) is not None:
                self.refresh(Region(cells[0], y, cells[1] - cells[0] + 1, 1))

    @property
    def found(self) -> Sequence[int]:
        """The boxes in which what is looked for stands."""
        texts = self.drawn.contents if self.drawn is not None else {}
        return [
            place
            for place, box in enumerate(self._all)
            if any(self.search.is_in("".join(text for text, _ in line)) for line in texts[box.node].lines)
        ]

    @property
    def place(self) -> int:
        """Which of the boxes is selected."""
        return next((place for place, box in enumerate(self._all) if box.node == self.selected), 0)

    def put(self, place: int) -> None:
        if 0 <= place < len(self._all):
            self._select(self._all[place])

    @property
    def _all(self) -> Sequence[Box]:
        return tuple(self.drawn.layout.box_of.values()) if self.drawn is not None else ()

    def _beside(self, by: int) -> None:
        """Select the next box in the same layer."""
        if self.drawn is None or self._box is None:
            return
        boxes = self.drawn.layout.layers[self.drawn.layout.layer_of[self.selected]]
        place = boxes.index(self._box) + by
        if 0 <= place < len(boxes):
            self._select(boxes[place])

    def _beyond(self, by: int) -> None:
        """Select the box of the next layer whose middle is nearest."""
        if self.drawn is None or self._box is None:
            return
        layers = self.drawn.layout.layers
        place = self.drawn.layout.layer_of[self.selected] + by
        if 0 <= place < len(layers):
            here = self._box.x + self._box.width / 2
            self._select(min(layers[place], key=lambda box: abs(box.x + box.width / 2 - here)))

    def action_left(self) -> None:
        self._beside(-1)

    def action_right(self) -> None:
        self._beside(1)

    def action_up(self) -> None:
        self._beyond(-1)

    def action_down(self) -> None:
        self._beyond(1)

    def action_first(self) -> None:
        self.put(0)

    def action_last(self) -> None:
        self.put(len(self._all) - 1)

    def action_choose(self) -> None:
        if self._subject is not None and self.selected_key:
            target = self._subject.scheduled_by(self.selected)
            self.follow(workflow_key(target) if target is not None else ())
