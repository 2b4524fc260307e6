"""The widgets of the main screen, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Self

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from kustui.text.messages import counted
from kustui.tui.bindings import actions_of, with_keys_in_force
from kustui.tui.diagrams.boxes_view import BoxesView, MapBoxesView
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.diagrams.map_view import MapView
from kustui.tui.diagrams.rail_view import RailView
from kustui.tui.diagrams.schedule_views import ChainsView, TimelineView
from kustui.tui.explorer.list_panes import ChangesView, ListView, ProblemsView
from kustui.tui.explorer.source_view import SourceView
from kustui.tui.explorer.tree_view import TreeView
from kustui.tui.tree.nodes import Kind, Node
from kustui.tui.tree.places import as_of_now
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.bars import StatusBar, TextBar
from kustui.tui.widgets.border_titles import BorderTitles
from kustui.tui.widgets.ground import Ground
from kustui.tui.widgets.rows import Rows
from kustui.tui.widgets.rows_view import RowsView

DIAGRAM_VIEWS: Mapping[str, type[DiagramView]] = {
    "flow": RailView, "boxes": BoxesView, "chains": ChainsView, "timeline": TimelineView,
}  # fmt: skip
"""The widget of each diagram of a workflow, by the name of its pane."""
DIAGRAMS = (*DIAGRAM_VIEWS, "map", "map-boxes")
"""The diagrams, of which one is shown at a time."""
PANES = (*DIAGRAMS, "detail", "source")


class DetailView(RowsView):
    NAME = "2 Detail"
    ABOUT = (
        "What is selected, in words: where a step comes from and goes to, which steps always run before it, what "
        "reads its output; what schedules a workflow, and with which inputs. Rows that name something are links."
    )


class Side(Vertical, Ground):
    """The panes next to the tree. Where room is short, one is shown at a time: the screen's classes say which."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.detail = DetailView(cursor_always=False, id="detail")
        self.source = SourceView(id="source")
        self.map = MapView(id="map")
        self.diagrams: dict[str, DiagramView] = {name: view(id=name) for name, view in DIAGRAM_VIEWS.items()}
        self.diagrams |= {"map": self.map, "map-boxes": MapBoxesView(self.map, id="map-boxes")}
        self.diagram_name = DIAGRAMS[0]
        """The drawing that is shown, or was last."""
        for name, view in self.diagrams.items():
            view.add_class("diagram", *(("-chosen",) if name == self.diagram_name else ()), update=False)
        self._shown: tuple[TreeState, Node] | None = None

    def compose(self) -> ComposeResult:
        yield from self.diagrams.values()
        yield self.detail
        yield self.source

    @property
    def diagram(self) -> DiagramView:
        return self.diagrams[self.diagram_name]

    def show(self, tree: TreeState, node: Node) -> None:
        """Draw a node of the tree, or the workflow that it is a part of."""
        self._shown = (tree, node)
        self.diagram.show_node(tree, node if self.diagram.draws_both_states else as_of_now(tree, node))

    def clear(self) -> None:
        """Show nothing, as nothing is selected."""
        self.detail.show(Rows.of(()))
        self.source.clear()
        if self._shown is not None:
            tree, node = self._shown
            self.show(tree, replace(node, kind=Kind.DOCUMENT, key=(), entry=None, part=None))

    def bring(self, name: str, classes: Mapping[str, bool] = MappingProxyType({})) -> Widget:
        """Show one of the panes where only one is, and a drawing instead of the other drawings; the pane. ``classes``
        of the screen change with it."""
        another = name in DIAGRAMS and name != self.diagram_name
        if another:
            self.diagram_name = name
        set_css_classes(self.screen, {f"-beside-{pane}": pane == name for pane in PANES} | dict(classes))
        for diagram, view in self.diagrams.items():
            view.set_class(diagram == self.diagram_name, "-chosen")
        if another and self._shown is not None:
            self.show(*self._shown)
        return self.diagrams[name] if name in DIAGRAMS else self.detail if name == "detail" else self.source

    def titles(self, *, alone: bool) -> Iterator[tuple[DiagramView, str, str, str]]:
        """What the drawings' panes are called, and what else there is behind and before it, with its keys, always in
        the same order; ``alone`` where neither detail nor source is shown with them."""
        views = list(self.diagrams.values())
        names = ["" if view.stands_apart else view.NAME for view in views]
        rest = ("2 Detail", "3 Source") if alone else ()
        for index, view in enumerate(views):
            yield view, view.title, "  ".join((*filter(None, names[index + 1 :]), *rest)), "  ".join(names[:index])


class TreeAndSide(Horizontal, Ground):
    """The tree with the panes next to it."""


class Views(NamedTuple):
    """The widgets of the main screen that its parts share."""

    tree: TreeView
    side: Side
    problems: ProblemsView
    changes: ChangesView
    banner: TextBar
    problem_bar: TextBar
    status: StatusBar

    @classmethod
    def make(cls) -> Self:
        """New ones, each with the id by which it is asked for."""
        return cls(
            TreeView(id="tree"),
            Side(id="side"),
            ProblemsView(id="problems"),
            ChangesView(id="changes"),
            TextBar(id="banner"),
            TextBar(id="problem"),
            StatusBar(id="status"),
        )


class PaneTitles:
    """The names of the panes with their keys, and in a pane that stands for others, those of the others."""

    def __init__(self, screen: Screen[None], views: Views) -> None:
        self._screen, self._views = screen, views
        self._titles = BorderTitles()

    def update(self) -> None:
        """Name all panes anew, as far as they are called something else."""
        views, tree = self._views, self._views.tree.state
        count = len(tree.snapshot.collection.entries)
        title = f"1 Workflows ({count:,})" if count else "1 Workflows"
        if tree.matches is not None:
            steps = sum(map(len, tree.matches.steps.values()))
            below = f", {counted(steps, 'step')}" if steps else ""
            more = " …" if tree.unread is not None else ""
            title = f"1 Workflows “{tree.filter}” {len(tree.matches.workflows):,} of {count:,}{below}{more}"
        alone = self._screen.has_class("-short")
        self.name(views.tree, title, "4 Problems")
        self.name(views.side.detail, "2 Detail", "3 Source  5 Flow" if alone else "")
        for listed in self._screen.walk_children(ListView):
            self.name(listed, listed.title)
        self.name(views.changes, "c What changed on disk")
        self.name(views.side.source, views.side.source.title, *(("5 Flow", "2 Detail") if alone else ()))
        for view, name, others, before in views.side.titles(alone=alone):
            self.name(view, name, others, before)

    def name(self, view: Widget, title: str, others: str = "", before: str = "") -> None:
        """Give a pane its name, with what is searched for in it, and with less weight the other panes in its place."""
        if getattr(view, "highlights_matches", False):
            title += f"   {len(view.matches):,} with “{view.search.text}”"  # type: ignore[attr-defined]
        actions = actions_of(self._screen.app)
        self._titles.name(view, *(with_keys_in_force(text, actions) for text in (title, others, before)))

    def press(self, event: events.MouseDown) -> None:
        """The mouse is pressed."""
        self._titles.press(event)

    def action_at(self, event: events.Click) -> str:
        """The action that leads to the pane whose name is clicked in the title of another; empty for none."""
        return self._titles.action_at(event)


def set_css_classes(node: DOMNode, classes: Mapping[str, bool]) -> None:
    """Give a node the classes that are true and take from it those that are not, at once: each change of them works
    out anew the styles of all that is in it."""
    wanted = (node.classes - classes.keys()) | {name for name, on in classes.items() if on}
    if wanted != node.classes:
        node.set_classes(wanted)
