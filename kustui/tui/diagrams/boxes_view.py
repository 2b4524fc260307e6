"""The boxes of a workflow on the screen, and those of the map of the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from kustui.diagrams.glyphs import ChangeMarks
from kustui.text.styled_lines import Line
from kustui.tui.bindings import bindings, carry_out
from kustui.tui.diagrams.boxes_window import BoxesWindow
from kustui.tui.diagrams.map_view import MapView
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.places import drawn
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, node_key, node_of, workflow_key
from kustui.tui.widgets.rows_view import width_inside

if TYPE_CHECKING:
    from kustui.analysis.organisation_graph import Node as MapNode
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.diagrams.box_drawing import BoxDrawing  # drawings come after the first paint

    _Drawn = tuple[WorkflowAnalysis, ChangeMarks]


_MANY = 300
"""Steps from which the boxes are laid out while the keys go on."""
_NOTHING = "select a workflow to draw its boxes here"


class BoxesView(BoxesWindow):
    """The selected workflow; the tree follows the selected box."""

    NAME = "6 Boxes"
    ABOUT = (
        "The selected workflow as boxes and arrows, each arrow with its condition. One box is selected, and the tree "
        "follows it. Pan with the keys or by dragging to see what does not fit, or zoom: out to names only and to an "
        "overview with a sign for each step, in until names and conditions are whole."
    )
    draws_both_states = True
    KEYS = (
        "boxes.choose", "boxes.down", "boxes.pan-down", "boxes.zoom-out", "view.flow", "view.chains",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip

    _ready: Any = (None, None)
    """The drawing of a large workflow, behind what it was laid out for."""
    _shown: Any = ()
    """The tree and the node that were given last."""
    _analysis: WorkflowAnalysis | None = None

    @property
    def nothing(self) -> str:
        count = len(self._worked_out[0][0].flow.steps) if self._worked_out else 0
        return f"drawing {count:,} boxes …; the other panes can be used meanwhile" if count else _NOTHING

    def show_node(self, tree: TreeState, node: Node) -> None:
        follows = self.accept(node)
        if node.entry is None:
            self.drawing, self._analysis, self.selected, self._worked_out = None, None, "", None
            self.look_at_selected()
            self.refresh()
            return
        both = analysis, _ = drawn(tree, node)
        same = self._analysis is not None and workflow_key(self._analysis.entry) == workflow_key(analysis.entry)
        self._shown = tree, node
        key = both, self.box_zoom, width_inside(self)
        if len(analysis.flow.steps) > _MANY and self._ready[0] != key:
            self._lay_out_later(key, same=same)
            return
        self._worked_out = None
        before, drawing = self.drawing, self._drawing_of(both, tree)
        self.drawing, self._analysis = drawing, analysis
        boxes = drawing.layout.box_of
        step = node_of(node.key)
        if step not in boxes or not follows:
            step = self.selected if same and self.selected in boxes else next(iter(boxes), "")
        if not same:
            self.left = self.top = 0
        if drawing is not before:
            self.refresh()
        if step != self.selected or drawing is not before:
            self.select(step)

    def _lay_out_later(self, key: tuple[_Drawn, str, int], *, same: bool) -> None:
        """Lay out a large workflow while the keys go on."""
        self.drawing, self.selected = None, self.selected if same else ""
        self.look_at_selected()
        self.refresh()

        def lay_out() -> None:
            self._ready = key, _laid_out(*key)

        self.work_out(key, lay_out, lambda: self.show_node(*self._shown))

    def _drawing_of(self, both: _Drawn, tree: TreeState) -> BoxDrawing:
        """The drawing of a workflow: the one that is there as far as it is still true."""
        analysis = both[0]
        marks, drawing = self.marks_of(tree, analysis), self.drawing
        if drawing is None or self._analysis is not analysis:
            key = both, self.box_zoom, width_inside(self)
            drawing = self._ready[1] if self._ready[0] == key else _laid_out(*key)
        return drawing if drawing.marks == marks else drawing.with_marks(marks)

    def lay_out_again(self) -> None:
        if self.drawing is not None and len(self.drawing.lines) > _MANY:
            self.show_node(*self._shown)
            self.refresh()
        else:
            super().lay_out_again()

    @property
    def selected_key(self) -> NodeKey:
        if self._analysis is None or self._analysis.flow.node(self.selected) is None:
            return ()  # a missing step
        return node_key(self._analysis.entry, self.selected)

    def action_choose(self) -> None:
        if self._analysis is not None and self.selected_key:
            target = self._analysis.scheduled_by(self.selected)
            self.follow(workflow_key(target) if target is not None else ())


def _laid_out(both: _Drawn, zoom: str, width: int) -> BoxDrawing:
    from kustui.diagrams.box_drawing import BoxDrawing, Zoom
    from kustui.diagrams.diagram import flow_diagram

    return BoxDrawing.of(flow_diagram(*both), {}, Zoom(zoom), width)


_MOST = 150
"""Boxes in which somebody still finds their way, and which are laid out at once."""


class MapBoxesView(BoxesWindow):
    """What the map shows as rows; both are around the same node."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("map")
    NAME = "B Map as boxes"
    ABOUT = (
        "What the map shows, as boxes and arrows: around the selected workflow, or the event, field or host that was "
        "chosen in the map. What no definition says is dashed."
    )
    KEYS = (
        "map.choose", "map.back", "map.further", "map.nearer", "boxes.down", "boxes.pan-down", "view.map",
        "view.leave", "view.maximise", "app.help",
    )  # fmt: skip
    stands_apart = True

    _subject: tuple[Any, ...] = ()
    """What was drawn last: the graph, the node, how far, and for which width."""
    _node_of_box: Mapping[str, MapNode] = {}
    """By the names of their boxes."""
    _nothing = ""

    def __init__(self, rows: MapView, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = rows
        rows.when_drawn(self._draw)

    @property
    def nothing(self) -> str:
        return self._nothing or self._rows.empty

    @property
    def legend(self) -> Line:
        from kustui.diagrams.organisation_map import LEGEND

        return LEGEND

    @property
    def title(self) -> str:
        return self._rows.title.replace(MapView.NAME, self.NAME)

    @property
    def selected_key(self) -> NodeKey:
        return ()  # the drawing is around what the tree points at: it would move away under the cursor

    def show_node(self, tree: TreeState, node: Node) -> None:
        self._rows.show_node(tree, node)
        self._draw()

    def _draw(self) -> None:
        drawing, centre = self._rows.drawing, self._rows.centre
        subject = drawing, centre, self._rows.reach, width_inside(self)
        if subject == self._subject or not self.display:
            return
        self._subject, self._nothing = subject, ""
        before, self.drawing, self._node_of_box = self.drawing, None, {}
        if drawing is not None and centre is not None:
            around = drawing.graph.around(centre, self._rows.reach)
            diagram = drawing.diagram(around)
            if len(diagram.nodes) > _MOST:
                self._nothing = f"{len(diagram.nodes):,} boxes are too many to draw: - reaches less far, 0 lists them"
            else:
                from kustui.diagrams.box_drawing import BoxDrawing, Zoom

                self._node_of_box = {str(node): node for node in around.distances}
                self.drawing = BoxDrawing.of(diagram, {}, Zoom(self.box_zoom), width_inside(self))
        if self.drawing is None:
            self.selected = ""
            self.look_at_selected()
        elif before is None or self.selected not in self.drawing.layout.box_of:
            self.left = self.top = 0
            self.select(str(centre))
        else:
            self.select(self.selected)
        self.refresh()

    def on_resize(self) -> None:
        self._draw()
        super().on_resize()

    def action_choose(self) -> None:
        if (node := self._node_of_box.get(self.selected)) is not None:
            self.selected = str(node)
            self._rows.centre_on(node)

    def action_back(self) -> None:
        self._rows.action_back()

    def action_reach(self, by: int) -> None:
        self._rows.action_reach(by)

    async def action_lists(self) -> None:
        self._rows.action_lists()
        await carry_out(self.screen, "view.map")

    async def action_sort(self) -> None:
        self._rows.action_sort()
        await carry_out(self.screen, "view.map")

    async def action_group(self) -> None:
        self._rows.action_group()
        await carry_out(self.screen, "view.map")
