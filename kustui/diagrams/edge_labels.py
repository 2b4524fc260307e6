"""Under which conditions a run comes to a step, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.diagrams.words import condition_words, name_of

if TYPE_CHECKING:
    from kustui.analysis.flow import Edge, FlowGraph


def edge_words(flow: FlowGraph, edge: Edge) -> str:
    """``if status is "open"``, ``otherwise``, ``on failure``; nothing for a way that is always taken.

    The first way whose condition holds is taken [docs], so one that always holds is for what is left by those before.
    A name that people gave it comes first, in quotes.
    """
    label = f"“{edge.transition.label}”" if edge.transition.label else ""
    failure = "on failure" if edge.after_failure else ""
    return " ".join(filter(None, (label, failure, _condition(flow, edge))))


def leading_words(flow: FlowGraph, node: str) -> str:
    """The ways that lead to a node from others, each told once; nothing where every one of them is always taken."""
    edges = [(edge, edge_words(flow, edge)) for edge in flow.incoming[node] if edge.source != node]
    if not any(words for _, words in edges):
        return ""
    return ", or ".join(dict.fromkeys(words or f"after {name_of(flow, edge.source)}" for edge, words in edges))


def _condition(flow: FlowGraph, edge: Edge) -> str:
    if not flow.always_holds(edge.transition):
        return f"if {condition_words(flow, edge.transition)}"
    for tried in flow.declared_edges[edge.source]:
        if tried.transition is edge.transition:
            return ""
        if tried.after_failure == edge.after_failure:
            return "otherwise"
    return ""
