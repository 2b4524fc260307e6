"""What stands beside the tree: a drawing of the selected workflow, and what is selected in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

from kustui.tui.diagrams.boxes_view import BoxesView
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.diagrams.rail_view import RailView
from kustui.tui.diagrams.schedule_views import ChainsView, TimelineView
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.widget import Widget

    from kustui.tui.tree.nodes import Node
    from kustui.tui.tree.tree_state import TreeState

DIAGRAMS = ("flow", "boxes", "chains", "timeline")
"""The drawings, of which one is shown at a time."""
PANES = (*DIAGRAMS, "detail", "source")


class DetailView(RowsView):
    NAME = "2 Detail"
    ABOUT = (
        "What is selected, in words: where a step comes from and goes, what has always run before it, who reads "
        "its output; who schedules a workflow, and with which inputs. Rows that name something lead there."
    )
    SIGNS = "→↯⇒✗▲·"


class SourceView(RowsView):
    NAME = "3 Source"
    ABOUT = (
        "The JSON of what is selected, with the line numbers of the file and what is wrong marked in it. What is "
        "copied or edited here begins in the line of the cursor."
    )
    SIGNS = "✗▲·"


class Side(Vertical):
    """Where there is little room, one of its panes is shown at a time; the screen's classes say which."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.diagram = DIAGRAMS[0]
        """The drawing that is shown, or was last."""
        self._told: tuple[TreeState, Node] | None = None

    def compose(self) -> ComposeResult:
        for view in (RailView(id="flow"), BoxesView(id="boxes"), ChainsView(id="chains"), TimelineView(id="timeline")):
            view.add_class("diagram", *(("-chosen",) if view.id == self.diagram else ()), update=False)
            yield view
        yield DetailView(cursor_always=False, id="detail")
        yield SourceView(id="source")

    def tell(self, tree: TreeState, node: Node) -> None:
        """Draw a node of the tree, or the workflow that it is a part of."""
        self._told = (tree, node)
        self.query_one(f"#{self.diagram}", DiagramView).tell(tree, node)

    def bring(self, name: str) -> Widget:
        """Show one of the panes where only one is, and a drawing instead of the other drawings; the pane."""
        another = name in DIAGRAMS and name != self.diagram
        if another:
            self.diagram = name
        set_css_classes(self.screen, {f"-beside-{each}": each == name for each in PANES})
        for each in DIAGRAMS:
            self.query_one(f"#{each}").set_class(each == self.diagram, "-chosen")
        if another and self._told is not None:
            self.tell(*self._told)
        return self.query_one(f"#{name}")

    def titles(self, *, alone: bool) -> Iterator[tuple[DiagramView, str, str]]:
        """What the drawings' panes are called, and what else there is, with its keys; ``alone`` where neither detail
        nor source is shown with them."""
        views = [self.query_one(f"#{name}", DiagramView) for name in DIAGRAMS]
        for view in views:
            others = (other.NAME for other in views if other is not view)
            rest = ("2 Detail", "3 Source") if alone else ()
            yield view, view.title, "  ".join((*others, *rest))


def set_css_classes(node: DOMNode, classes: Mapping[str, bool]) -> None:
    """Give a node the classes that are true and take from it those that are not, at once: each change of them works
    out anew the styles of all that is in it."""
    wanted = (node.classes - classes.keys()) | {name for name, on in classes.items() if on}
    if wanted != node.classes:
        node.set_classes(wanted)
