"""What the drawings of the selected workflow have in common as panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from kustui.definition.models import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.tui.lines import Key
    from kustui.tui.tree import Node, Tree


class Pointed(Message):
    """The cursor of a drawing came to rest on a node of the tree."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key


class Followed(Message):
    """Enter in a drawing: to another place, or into the detail of the node that it is on."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key
        """Empty for the detail."""


class Diagram(Widget):
    """A pane that draws what the tree's cursor is on, or is a part of."""

    NAME = ""
    """What the pane is called, with its key."""

    @property
    def title(self) -> str:
        """The same, with what there is to say of what it shows."""
        return self.NAME

    def tell(self, tree: Tree, node: Node) -> None:
        """Show a node of the tree, of this snapshot or another, keeping the place where it is the same one."""
        raise NotImplementedError


def step_of(node: Node) -> str:
    """The trigger or step that a row of the tree is, or is a part of; an empty string where it is none."""
    name = node.key[2] if len(node.key) > 2 else ""
    return TRIGGER_ID if name == "trigger" else name.removeprefix("step ") if name.startswith("step ") else ""
