"""About how far a run gets from a step, by which the farthest path is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from kustui.analysis.flow import FlowGraph
from kustui.analysis.walks import breadth_first

_SCHEDULE_LENGTH = 10
"""How many steps a schedule counts for."""
_MAX_EDGES = 300
"""That are looked at: each step of a run has a look ahead of its own, and no path of a draft gets farther."""


class RunLengths:
    """How far runs get from the steps of a workflow: their steps, and their schedules much more."""

    def __init__(self, flow: FlowGraph) -> None:
        self._flow = flow
        self._known: dict[str, int] = {}
        self._entered: set[str] = set()
        self._looked_at = 0

    def of(self, node: str) -> int:
        """About how far a run gets from a step, as far as may be looked ahead; 0 where there is no such step."""
        flow, known = self._flow, self._known
        if node not in flow.steps:
            return 0
        for here in reversed(tuple(breadth_first((node,), self._enter))):
            if here not in known:
                edges = flow.edges[here] if here in self._entered else ()
                onward = [known.get(edge.target, 0) for edge in edges if not edge.after_failure]
                known[here] = 1 + _SCHEDULE_LENGTH * flow.steps[here].schedules + max(onward, default=0)
        return known[node]

    def _enter(self, node: str) -> Sequence[str]:
        """Where to look on from a step."""
        if node in self._known or self._looked_at > _MAX_EDGES:
            return ()
        self._entered.add(node)
        targets = self._flow.targets(node)
        self._looked_at += len(targets)
        return targets
