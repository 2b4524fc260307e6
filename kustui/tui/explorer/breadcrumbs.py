"""The line that says where you are and what there is, made without a screen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.styled_lines import Line, joined
from kustui.tui.widgets.rows import BREADCRUMB_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.check.problems import Problem
    from kustui.tui.tree.nodes import Node
    from kustui.tui.tree.tree_rows import TreeRows
    from kustui.tui.tree.tree_state import TreeState


def breadcrumbs(tree: TreeState, rows: TreeRows, node: Node) -> Line:
    """What a node stands below, and the node itself: ``orders.json › order-created › ● Find the customer``."""
    crumbs: list[Line] = []
    if tree.index(node.key[:1]) is None:  # a file that is one workflow has no row of its own
        crumbs.append(((node.document.path, "muted"),))
    for size in range(1, len(node.key) + 1):
        if (index := tree.index(node.key[:size])) is not None:
            look = "name" if size == len(node.key) else "muted"
            crumbs.append(tuple((text, look) for text, _ in rows.name(index)))
    return joined(crumbs, BREADCRUMB_SEPARATOR)


def counts(problems: Sequence[Problem] | None) -> Line:
    """How many problems there are of each kind; nothing while nobody has looked."""
    if problems is None:
        return ()
    if not problems:
        return (("no problem found", "muted"),)
    found = Counter(problem.severity for problem in problems)
    marks = ((SEVERITY_GLYPHS[severity], found[severity]) for severity in sorted(found, reverse=True))
    return tuple((f" {glyph}{count:,}", look) for (glyph, look), count in marks)
