"""The explorer's tree on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kustui.tui.actions import bindings
from kustui.tui.rows import RowsView
from kustui.tui.tree import Node, Tree

if TYPE_CHECKING:
    from textual.binding import BindingType

    from kustui.tui.lines import Key
    from kustui.workspace import Snapshot


class TreeView(RowsView):
    """Workflows, their triggers and steps; rows are opened and closed here."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("tree")

    tree_of: Tree | None = None

    @property
    def node(self) -> Node | None:
        """The node of the cursor."""
        tree = self.tree_of
        return tree.nodes[self.cursor] if tree is not None and tree.nodes else None

    def take(self, snapshot: Snapshot) -> None:
        """Show a snapshot, keeping what is open and where the cursor is."""
        before = self.node
        if self.tree_of is None:
            self.tree_of = Tree(snapshot)
            self.show(self.tree_of.rows, self.tree_of.first_workflow)
            return
        self.tree_of.take(snapshot)
        self._shown_again(before)

    def go_to(self, key: Key) -> bool:
        """Put the cursor on a node, opening what it stands below; False where it is nowhere."""
        if self.tree_of is None:
            return False
        index = self.tree_of.reveal(key)
        if index is None:
            return False
        self.show(self.tree_of.rows, index)
        self.post_message(self.Moved(self))
        return True

    def filter(self, text: str) -> None:
        """Show only the workflows that hold every word of a text."""
        if self.tree_of is not None:
            before = self.node
            self.tree_of.set_filter(text)
            self._shown_again(before)
            self.post_message(self.Moved(self))

    def _shown_again(self, node: Node | None) -> None:
        """After a change of rows: the cursor on the same node, or on the nearest there is."""
        tree = self.tree_of
        assert tree is not None
        key = node.key if node else ()
        for size in range(len(key), 1 if tree.filter else 0, -1):
            if (index := tree.index(key[:size])) is not None:
                self.show(tree.rows, index)
                return
        self.show(tree.rows, tree.first_workflow)

    def action_open(self) -> None:
        tree, node = self.tree_of, self.node
        if tree is None or node is None:
            return
        if node.opens and not tree.is_open(self.cursor):
            tree.open(self.cursor)
            self.show(tree.rows, self.cursor)
        elif node.opens:
            self.cursor += 1

    def action_close(self) -> None:
        tree = self.tree_of
        if tree is None or self.node is None:
            return
        if tree.is_open(self.cursor):
            tree.close(self.cursor)
            self.show(tree.rows, self.cursor)
        else:
            self.cursor = tree.parent(self.cursor)

    def action_fold(self) -> None:
        if self.tree_of is not None and self.node is not None:
            if self.tree_of.is_open(self.cursor):
                self.action_close()
            elif self.node.opens:
                self.action_open()

    def action_open_all(self) -> None:
        if self.tree_of is not None and self.node is not None:
            self.tree_of.open_all(self.cursor)
            self.show(self.tree_of.rows, self.cursor)

    def action_close_all(self) -> None:
        if self.tree_of is not None and (node := self.node) is not None:
            self.tree_of.close_all()
            self._shown_again(node)
            self.post_message(self.Moved(self))
