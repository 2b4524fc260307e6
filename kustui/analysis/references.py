"""Who reads whose output: every reference, function and template of a workflow, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.expressions import Expression, expressions_in
from kustui.definition.platform import TRIGGER_ID

if TYPE_CHECKING:
    from kustui.analysis.flow import FlowGraph
    from kustui.definition.models import Step, Transition, Trigger


class Read(NamedTuple):
    """One string that is not a plain literal."""

    node: str
    """The trigger or step it belongs to."""
    pointer: str
    expression: Expression
    transition: Transition | None = None
    """The transition or error case whose condition it stands in; None in the params of a step."""


def reads_of(flow: FlowGraph) -> Iterator[Read]:
    """Every expression of a workflow, the trigger's first, then step by step as the file has them."""
    if (trigger := flow.workflow.trigger) is not None:
        yield from _reads_of_ways(TRIGGER_ID, trigger)
    for step in flow.workflow.steps:
        for pointer, expression in expressions_in(step.params, f"{step.pointer}/params"):
            yield Read(step.id, pointer, expression)
        yield from _reads_of_ways(step.id, step)


def _reads_of_ways(node: str, part: Trigger | Step) -> Iterator[Read]:
    for edge in part.edges:
        if edge.condition is not None:
            pointer = f"{edge.pointer}/condition/values"
            for at, expression in expressions_in(edge.condition.values, pointer):
                yield Read(node, at, expression, edge)


def reads_from(reads: Iterable[Read], flow: FlowGraph, node: str) -> Iterator[Read]:
    """Those of the reads that read the output of a trigger or step."""
    for read in reads:
        if any(path.step is not None and flow.node(path.step) == node for path in read.expression.paths):
            yield read
