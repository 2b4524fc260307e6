"""The panes of the main screen: which there are, what they are called, and which of them has the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from kustui.text.cells import cells
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import BY_ID, actions_of, panes_in, with_keys_in_force
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.explorer.changes_view import ChangesView
from kustui.tui.explorer.problems_view import ProblemsView
from kustui.tui.explorer.side_panes import DIAGRAMS, Side, set_css_classes
from kustui.tui.explorer.side_panes import PANES as PANES
from kustui.tui.explorer.tree_view import TreeView
from kustui.tui.tree.nodes import Kind
from kustui.tui.widgets.bars import Banner, StatusBar
from kustui.tui.widgets.rows import Row
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.geometry import Size
    from textual.widget import Widget

    from kustui.workspace.snapshot import Snapshot

_NARROW = 72
"""Columns below which one pane is shown at a time."""
_SLIM = 110
"""Columns below which what is beside the tree takes most of them while the keys go there."""
_TALL = 34
"""Rows from which detail and source are shown together."""
_TREE_KEYS = (
    "rows.choose", "find.filter", "view.problems", "view.flow", "go.back", "view.next-pane", "app.help", "app.quit",
    "go.next-problem", "selected.copy", "selected.edit", "view.maximise", "tree.open-all",
    "tree.close-all", "app.palette",
)  # fmt: skip
_FINDER_KEYS = ("finder.go", "finder.leave", "finder.complete", "finder.down", "finder.up")
_RATE_KEYS = ("rate.keep", "rate.drop")
_FILTER_KEYS = ("filter.keep", "filter.drop", "filter.up", "filter.down")
_PANE_KEYS = (
    "rows.choose", "view.leave", "view.next-pane", "find.filter", "view.maximise", "go.back", "app.help", "app.quit",
    "app.palette",
)  # fmt: skip
_KEYS = {"tree": _TREE_KEYS, "filter": _FILTER_KEYS, "finder-input": _FINDER_KEYS, "rate": _RATE_KEYS}
"""The keys that are offered where the focus is; elsewhere those of a pane."""


class Panes(Screen[None]):
    """The tree at the left; beside it a drawing, detail and source; below them the lists, when asked for."""

    def __init__(self) -> None:
        super().__init__(classes=f"-on-tree -beside-{DIAGRAMS[0]}")  # what the first paint shows, styled once
        self.snapshot: Snapshot | None = None
        self.ready = False
        """Whether what the panes need is imported: it is, after the first paint."""
        self.filtered: Widget | None = None
        """The pane that the filter is for."""
        self._titles: dict[Widget, tuple[str, str]] = {}

    def compose(self) -> ComposeResult:
        self._fit(self.app.size)
        yield Banner(id="banner")
        with Horizontal(id="panes"):
            yield TreeView(id="tree")
            yield Side(id="side")
        yield ProblemsView(id="problems")
        yield ChangesView(empty="nothing has changed on disk since it was opened; a save is told here", id="changes")
        yield StatusBar(id="status")

    @property
    def tree_view(self) -> TreeView:
        return self.query_one("#tree", TreeView)

    @property
    def side(self) -> Side:
        return self.query_one("#side", Side)

    @property
    def detail(self) -> RowsView:
        return self.query_one("#detail", RowsView)

    @property
    def source(self) -> RowsView:
        return self.query_one("#source", RowsView)

    @property
    def problems(self) -> ProblemsView:
        return self.query_one("#problems", ProblemsView)

    @property
    def changes(self) -> ChangesView:
        return self.query_one("#changes", ChangesView)

    @property
    def status(self) -> StatusBar:
        return self.query_one("#status", StatusBar)

    def announce(self, text: str, look: str = "") -> None:
        """Say something short in the place of the keys, until the next one is pressed."""
        self.status.announce(Row(((text, look),)))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        focused = event.widget.id
        if focused == "finder-input":  # what is behind it stays as it is
            self._offer_keys()
            return
        if focused == "filter" and self.filtered is not None:
            focused = self.filtered.id  # what is being filtered is to be seen
        if focused in ("copy-menu", "marks"):  # above the panes, which stay as they are
            return
        classes = {f"-on-{name}": focused == name for name in ("tree", *PANES, "problems", "changes", "uses")}
        set_css_classes(self, classes | ({"-beside": True} if focused in PANES else {}))
        if focused in PANES:
            self.side.bring(focused)
        self._offer_keys()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)
        self.title_panes()

    def _fit(self, size: Size) -> None:
        width, height = size
        set_css_classes(self, {"-narrow": width < _NARROW, "-slim": width < _SLIM, "-short": height < _TALL})

    def title_panes(self) -> None:
        """Name the panes with their keys, and in one that stands for two, the other."""
        tree, node = self.tree_view.state, self.tree_view.node
        count = len(self.snapshot.collection.entries) if self.snapshot is not None else 0
        title = f"1 Workflows {count:,}" if count else "1 Workflows"
        if tree is not None and tree.filter:
            found = sum(1 for node in tree.nodes if node.kind is Kind.WORKFLOW)
            title = f"1 Workflows {found:,} of {count:,} with “{tree.filter}”"
        line = node.document.span(node.pointer).start.line if node and self.ready else 0
        place = f" from line {line:,}" if line else ""
        alone = self.has_class("-short")
        self._title(self.tree_view, title)
        self._title(self.detail, "2 Detail", "3 Source  5 Flow" if alone else "")
        self._title(self.problems, self.problems.title)
        self._title(self.changes, "c What changed on disk")
        self._title(self.source, f"3 Source{place}", "2 Detail  5 Flow" if alone else "")
        for view, title, others in self.side.titles(alone=alone):
            self._title(view, title, others)

    def _title(self, view: Widget, title: str, others: str = "") -> None:
        """Its name, what was looked for in it, and with less weight the other panes in its place."""
        if getattr(view, "marking", False):
            title += f"   {len(view.found):,} with “{view.search.text}”"  # type: ignore[attr-defined]
        title, others = (with_keys_in_force(told, actions_of(self.app)) for told in (title, others))
        if self._titles.get(view) != (title, others):  # a new title repaints the whole pane
            self._titles[view] = title, others
            name = Content(terminal_safe(title))  # content, since text would go through a markup parser
            view.border_title = name + Content.styled(f"   {others}", "not bold $muted") if others else name

    @on(events.Click)
    async def _title_clicked(self, event: events.Click) -> None:
        """To the pane whose name is clicked in the title of another, which begins with its own."""
        if event.widget is None or event.y != 0:
            return
        name, others = self._titles.get(event.widget, ("", ""))
        title = terminal_safe(f"{name}   {others}")
        for start, end, id_ in panes_in(title):
            left, right = (1 + cells(title[:place]) for place in (start, end))  # behind the corner
            if start and left <= event.x < right:
                await self.run_action(BY_ID[id_].carried_out_by)

    @on(DiagramView.Retitled)
    def _retitled(self) -> None:
        self.title_panes()

    def _offer_keys(self) -> None:
        name = self.focused.id if self.focused is not None else "tree"
        keys: tuple[str, ...] = _KEYS.get(name or "", _PANE_KEYS)
        if isinstance(self.focused, DiagramView):
            keys = self.focused.KEYS
        self.status.offer([BY_ID[id_] for id_ in keys])

    def action_tree(self) -> None:
        self.remove_class("-beside")
        self.set_focus(self.tree_view)

    def action_detail(self) -> None:
        self.enter("detail")

    def action_source(self) -> None:
        self.enter("source")

    def action_flow(self) -> None:
        self.enter("flow")

    def action_boxes(self) -> None:
        self.enter("boxes")

    def action_chains(self) -> None:
        self.enter("chains")

    def action_timeline(self) -> None:
        self.enter("timeline")

    def enter(self, name: str) -> None:
        """Into one of the panes at the right."""
        self.add_class("-beside")
        self.set_focus(self.side.bring(name))  # at once: the next key is for it
        self.title_panes()

    def action_problems(self) -> None:
        """Into the list of problems, or away with it from inside."""
        if self.focused is self.problems:
            self.remove_class("-problems")
            self.problems.look_at_all()
            self.action_tree()
        else:
            self.enter_problems()

    def enter_problems(self) -> None:
        self.remove_class("-changes", "-uses")
        self.add_class("-problems")
        self.show_problems()
        self.set_focus(self.problems)

    def show_problems(self) -> None:
        if self.has_class("-problems"):
            self.problems.list_problems()

    def action_changes(self) -> None:
        """To what changed on disk, or away from it: then everything was looked at."""
        if self.focused is self.changes:
            self.remove_class("-changes")
            if self.tree_view.state is not None:
                self.tree_view.state.look_at_all()
                self.tree_view.refresh()
            self.action_tree()
        else:
            self.enter_changes()

    def enter_changes(self) -> None:
        self.remove_class("-problems", "-uses")
        self.add_class("-changes")
        self.set_focus(self.changes)

    def leave_list(self) -> bool:
        """Away with a list that was asked for in passing, back to where that was; whether one had the keys."""
        return False

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        panes: dict[str, Callable[[], object]] = {
            "tree": self.action_tree,
            self.side.diagram: partial(self.enter, self.side.diagram),
            "detail": self.action_detail,
            "source": self.action_source,
        }
        if self.has_class("-problems"):
            panes["problems"] = self.enter_problems
        if self.has_class("-changes"):
            panes["changes"] = self.enter_changes
        if self.has_class("-uses"):
            panes["uses"] = lambda: self.set_focus(self.query_one("#uses"))
        names = list(panes)
        here = names.index(self.focused.id) if self.focused is not None and self.focused.id in panes else 0
        panes[names[(here + by) % len(names)]]()

    def action_maximise(self) -> None:
        self.toggle_class("-maximised")
