"""How much of the screen each pane takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kustui.config.preferences import LARGEST, PANES, SMALLEST

if TYPE_CHECKING:
    from textual.widget import Widget

_STEP = 4
"""Per cent by which a pane grows or shrinks."""
_WIDEST_TREE, _TREE_ASIDE = "66", "34%"
"""What the tree takes at most, and where there is little room and the keys go elsewhere, while nobody asked for a
width."""


def size_variables(sizes: Mapping[str, int]) -> dict[str, str]:
    """The variables of the style sheet that say how large the panes are."""
    found = {f"{name}-size": f"{size}%" for name, size in sizes.items()}
    if sizes["tree"] == PANES["tree"]:
        return found | {"tree-widest": _WIDEST_TREE, "tree-aside": _TREE_ASIDE}
    return found | {"tree-widest": "100%", "tree-aside": found["tree-size"]}


def resized(sizes: Mapping[str, int], pane: Widget, by: int) -> dict[str, int]:
    """The sizes once a pane has grown or shrunk by a step; the drawings do as the tree does not."""
    name, sign = (pane.id, 1) if pane.id in PANES else ("tree", -1)
    now = sizes[name]
    if name == "tree":  # it may be less than was asked for
        tree = pane if pane.id == "tree" else pane.screen.query_one("#tree")
        now = round(tree.outer_size.width * 100 / max(1, pane.screen.size.width))
    return {**sizes, name: max(SMALLEST, min(LARGEST, now + sign * by * _STEP))}
