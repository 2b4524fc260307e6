"""Graphs to lay out: any, with loops, fan-outs, merges, arrows to nowhere and nodes that nothing leads to."""

from __future__ import annotations

from hypothesis import strategies as st

from kustui.diagrams.layout.layers import Arrow

Graph = tuple[tuple[str, ...], tuple[Arrow, ...]]


@st.composite
def graphs(draw: st.DrawFn, most: int = 12, lost: bool = True) -> Graph:
    """Nodes in an order, and arrows between them; with ``lost``, some to what is no node."""
    nodes = tuple(f"n{index}" for index in range(draw(st.integers(1, most))))
    target = st.sampled_from((*nodes, "gone") if lost else nodes)
    arrow = st.builds(Arrow, st.sampled_from(nodes), target, st.booleans())
    return nodes, tuple(draw(st.lists(arrow, max_size=2 * most)))
