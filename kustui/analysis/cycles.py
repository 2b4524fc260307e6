"""Whether there is any loop at all: asked first, since nearly always there is none and networkx can stay away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter


def has_cycle(graph: Mapping[str, Iterable[str]]) -> bool:
    """Whether a graph, given by what each node leads to, has a node that leads back to itself."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False
