"""Runs of which only a part is known, followed all at once: the inputs or the event that they begin with, and what they
work out of that. A condition that this does not decide may hold or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kustui.analysis.condition_evaluation import evaluate_condition
from kustui.analysis.evaluation import EvaluationContext, PartlyKnown, resolve
from kustui.analysis.flow import FlowGraph
from kustui.analysis.guards import Branching, branching, branchings
from kustui.analysis.walks import breadth_first
from kustui.definition import regex
from kustui.definition.platform import COMPUTED_ACTIONS, REGEX_ACTION, TRIGGER_ID
from kustui.definition.values import MISSING, Undecided, text_of

UNKNOWN = Undecided("only a run knows it")
_DEEPEST = 20
"""How many steps a value is followed back through."""


def nothing_known() -> EvaluationContext:
    """The context of all runs of all workflows."""
    return EvaluationContext({"steps": UNKNOWN, "error": UNKNOWN}, of_one_run=False)


@dataclass(frozen=True, eq=False)
class AbstractRun:
    """The runs of a workflow that are given the same inputs, whatever else happens."""

    flow: FlowGraph
    inputs: Mapping[str, Any] | Undecided
    """The output of the trigger."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """Those of other steps that were worked out, by id."""

    def nodes(self) -> Iterator[str]:
        """The trigger and the steps that these runs may come to."""
        return breadth_first((TRIGGER_ID,), self.targets)

    def targets(self, node: str) -> Iterator[str]:
        """The steps that may follow a node, failures included."""
        context, is_over = self.context(node), False
        for edge in self.flow.edges[node]:
            if is_over and not edge.after_failure:
                continue
            condition = self.flow.conditions.get(edge.transition.pointer)
            holds = evaluate_condition(condition, context).holds if condition is not None else None
            if holds is not False:
                yield edge.target
            is_over = is_over or (holds is True and not edge.after_failure)

    def ways(self) -> Mapping[str, Branching]:
        """How these runs go on from each node that they come to without a failure."""

        def branching_of(node: str) -> Branching:
            context = self.context(node)
            return branching(self.flow, node, lambda condition: evaluate_condition(condition, context).holds)

        return branchings(branching_of)

    def context(self, node: str, depth: int = 0) -> EvaluationContext:
        """What is known at a node of the run's data."""
        return EvaluationContext({"steps": _Steps(self, node, depth), "error": UNKNOWN}, of_one_run=False)

    def output(self, step_id: str, reader: str, depth: int) -> Any:
        """The output of a step where another reads it."""
        node = self.flow.node(step_id)
        if node is None:
            return MISSING
        if node == TRIGGER_ID:
            return self.inputs
        step = self.flow.steps[node]
        if step.action not in COMPUTED_ACTIONS or depth > _DEEPEST or not self.flow.has_always_run(node, reader):
            return UNKNOWN
        if any(edge.after_failure for edge in self.flow.edges[node]):
            return UNKNOWN
        if node not in self.outputs:
            params = resolve(step.params, self.context(node, depth + 1))
            self.outputs[node] = _output(step.action, params)
        return self.outputs[node]


class _Steps(PartlyKnown):
    """The outputs of steps, by id, worked out when they are read."""

    def __init__(self, run: AbstractRun, reader: str, depth: int) -> None:
        super().__init__({})
        self.run, self.reader, self.depth = run, reader, depth

    def get(self, key: str, default: Any = None) -> Any:
        return self.run.output(key, self.reader, self.depth)


def _output(action: str | None, params: Mapping[str, Any]) -> Any:
    if action != REGEX_ACTION:
        return {"output": params}
    text, pattern = params.get("testString"), params.get("regex")
    if isinstance(text, Undecided) or not isinstance(pattern, str):
        return UNKNOWN
    match = regex.search(pattern, text_of(text))
    return {} if match is MISSING else {"match": match}
