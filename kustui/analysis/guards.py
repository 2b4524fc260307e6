"""Which condition decides whether a step is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.analysis.must_reach import holds_always
from kustui.definition.models import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.analysis.flow import FlowGraph
    from kustui.definition.models import Transition


def deciding_edges(flow: FlowGraph, step_id: str) -> tuple[Transition, ...]:
    """The last ways to a step that are conditional: going back from it, those into the first step that has some.

    Empty where that is not told in so few words: several ways meet, and one of them always holds or follows a failure.
    """
    node, seen = step_id, {TRIGGER_ID}
    while node not in seen:
        seen.add(node)
        edges = flow.incoming[node]
        if any(edge.after_failure for edge in edges):
            return ()
        conditional = tuple(edge.transition for edge in edges if not holds_always(edge.transition))
        if conditional:
            return conditional if len(conditional) == len(edges) else ()
        sources = {edge.source for edge in edges}
        if len(sources) != 1:
            return ()
        (node,) = sources
    return ()
