"""The map of the organisation as boxes on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from kustui.text.styled_lines import Line
from kustui.tui.bindings import bindings, carry_out
from kustui.tui.diagrams.boxes_window import BoxesWindow
from kustui.tui.diagrams.map_view import MapView
from kustui.tui.tree.nodes import Node as TreeNode
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey
from kustui.tui.widgets.rows_view import width_inside

if TYPE_CHECKING:
    from kustui.analysis.organisation_graph import Node

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
    _node_of_box: Mapping[str, Node] = {}
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

    def show_node(self, tree: TreeState, node: TreeNode) -> None:
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
