"""Which condition decides whether a step is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.analysis.must_reach import holds_always
from kustui.definition.models import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.analysis.flow import Flow
    from kustui.definition.models import Transition


def deciding_ways(flow: Flow, step_id: str) -> tuple[Transition, ...]:
    """The last ways to a step that are conditional: going back from it, those into the first step that has some.

    Empty where that is not told in so few words: several ways meet, and one of them always holds or follows a failure.
    """
    node, seen = step_id, {TRIGGER_ID}
    while node not in seen:
        seen.add(node)
        ways = flow.into[node]
        if any(way.after_failure for way in ways):
            return ()
        conditional = tuple(way.transition for way in ways if not holds_always(way.transition))
        if conditional:
            return conditional if len(conditional) == len(ways) else ()
        sources = {way.source for way in ways}
        if len(sources) != 1:
            return ()
        (node,) = sources
    return ()
