"""Going from place to place: jumps, back and forward, the next problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import LinkFollowed, NodeSelected
from kustui.tui.explorer.detail_sync import Telling
from kustui.tui.explorer.history import Bookmarks, History
from kustui.tui.widgets.rows import NodeKey, Target
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import BindingType


class Travel(Telling):
    """Panes in which one goes to a place, and back to where one was."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("go")

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.bookmarks = Bookmarks()

    @on(RowsView.Chosen)
    def _chosen(self, event: RowsView.Chosen) -> None:
        view = self.tree_view
        if event.view is not view:
            row = event.view.row
            current = row.target is not None and view.state is not None and view.state.holds(row.target.document)
            if row.target is not None and (current or not row.link):
                self.jump_to(row.target)
            elif row.link and view.state is not None:
                self.jump(view.state.key_of_place(row.link))
            return
        node, tree = view.node, view.state
        if node is None or tree is None:
            return
        if link := tree.link(node):
            self.jump(link)
        elif node.opens:
            view.action_fold()
        else:
            self.action_detail()

    @on(NodeSelected)
    def _pointed(self, event: NodeSelected) -> None:
        """Let the tree follow the cursor of a drawing, and the other panes the tree.

        At once, for that cursor has rested: told only once the tree's has too, the drawing would be sent back from
        where its cursor went meanwhile.
        """
        self._show(event.key)
        event.diagram.reached(event.key)
        self.tell()

    @on(LinkFollowed)
    def _followed(self, event: LinkFollowed) -> None:
        focused = self.focused
        if not event.key:
            self.action_detail()
        else:
            self.jump(event.key)
            if focused is not None:
                focused.focus()

    def jump_to(self, target: Target) -> None:
        """Go to the node that holds a place of a file, and in its source to the line."""
        tree = self.tree_view.state
        if tree is not None and not tree.holds(target.document):
            place = target.document.source.place(target.offset)
            self.announce(f"that is in {target.document.path}:{place}")
        elif tree is not None:
            self.target = target
            self.jump(tree.key_at(target.document, target.pointer))
            self.told = None
            self.tell()

    def jump(self, key: NodeKey) -> None:
        """Go to a node, remembering where you were."""
        node = self.tree_view.node
        if node is not None:
            self.history.leave(node.key)
        self._go(key)

    def _show(self, key: NodeKey) -> bool:
        """Put the cursor of the tree on a node; whether it is there."""
        if self.tree_view.state is not None and self.tree_view.state.filter and not self._visible(key):
            self.tree_view.filter("")
            self.title_panes()
        return self.tree_view.go_to(key)

    def _go(self, key: NodeKey) -> None:
        if self._show(key):
            self.action_tree()
        else:
            self.announce("that is gone", "warning")

    def _visible(self, key: NodeKey) -> bool:
        tree = self.tree_view.state
        return tree is not None and tree.index(key[:2]) is not None

    def action_back(self) -> None:
        self._travel(self.history.back)

    def action_forward(self) -> None:
        self._travel(self.history.forward)

    def _travel(self, turn: Callable[[NodeKey], NodeKey]) -> None:
        node = self.tree_view.node
        key = turn(node.key) if node is not None else ()
        if key:
            self._go(key)
        else:
            self.announce("no further", "muted")

    def action_next_problem(self) -> None:
        self._go_to_problem(1)

    def action_previous_problem(self) -> None:
        self._go_to_problem(-1)

    def _go_to_problem(self, by: int) -> None:
        tree = self.tree_view.state
        if tree is None or self.snapshot is None or self.snapshot.problems is None:
            self.announce("still checking", "info")
            return
        problem = tree.problem_beyond(self.tree_view.cursor, by)
        if problem is None:
            self.announce("nothing is wrong", "good")
        else:
            self.jump_to(Target(problem.document, problem.pointer, problem.where().start))
