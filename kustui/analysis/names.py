"""What people call the steps of a workflow, and the paths that it reads."""

from __future__ import annotations

from collections.abc import Callable

from kustui.analysis.flow import FlowGraph
from kustui.definition.expressions import Path
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID


def node_name(flow: FlowGraph, node: str) -> str:
    """What people call a node, with the id of a step whose name others have as well; a missing step by its id."""
    known = flow.node(node)
    part = flow.part(known) if known is not None else None
    if isinstance(part, Step):
        return flow.name_of(part)
    return node if known is None else "the trigger"


def path_namer(flow: FlowGraph) -> Callable[[Path], str]:
    """What people call a path: the trigger's fields by themselves, a step's behind the step's name."""

    def name_of(path: Path) -> str:
        if path.step is None:
            return path.text
        fields = ".".join(path.fields)
        node = flow.node(path.step)
        if node == TRIGGER_ID:
            return fields or "the trigger"
        name = node_name(flow, node) if node is not None else path.step
        return f"{name}.{fields}" if fields else name

    return name_of
