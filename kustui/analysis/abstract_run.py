"""Runs of which only a part is known, followed all at once: the inputs or the event that they begin with, and what they
work out of that. A condition that this does not decide may hold or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from msgspec import Struct, field

from kustui.analysis.condition_evaluation import evaluate_condition
from kustui.analysis.evaluation import EvaluationContext, PartlyKnown, resolve
from kustui.analysis.flow import FlowGraph
from kustui.analysis.guards import Branching, branching, branchings
from kustui.analysis.walks import breadth_first
from kustui.definition import regex
from kustui.definition.expressions import AllOf, Always, AnyOf, Comparison, Condition, Never, Operand, Path, parts_of
from kustui.definition.models import Transition
from kustui.definition.platform import COMPUTED_ACTIONS, REGEX_ACTION, TRIGGER_ID
from kustui.definition.values import MISSING, Undecided, text_of

UNKNOWN = Undecided("only a run knows it")
_DEEPEST = 20
"""How many steps a value is followed back through."""


def nothing_known() -> EvaluationContext:
    """The context of all runs of all workflows."""
    return EvaluationContext({"steps": UNKNOWN, "error": UNKNOWN}, of_one_run=False)


class AbstractRun(Struct, frozen=True, eq=False):
    """The runs of a workflow that are given the same inputs, whatever else happens."""

    flow: FlowGraph
    inputs: Mapping[str, Any] | Undecided
    """The output of the trigger."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """Those of other steps that were worked out, by id."""
    outcomes: dict[str, bool | None] = field(default_factory=dict)
    """Of the conditions of transitions, by pointer."""
    answers: Mapping[str, bool] = field(default_factory=dict)
    """What else is known of conditions and their parts, by pointer."""

    def nodes(self) -> Iterator[str]:
        """The trigger and the steps that these runs may come to."""
        return breadth_first((TRIGGER_ID,), self.targets)

    def targets(self, node: str) -> Iterator[str]:
        """The steps that may follow a node, failures included."""
        is_over = False
        for edge in self.flow.edges[node]:
            if is_over and not edge.after_failure:
                continue
            holds = self._holds(edge.transition, node)
            if holds is not False:
                yield edge.target
            is_over = is_over or (holds is True and not edge.after_failure)

    def is_over_at_once(self) -> bool:
        """Whether a run may end at its trigger."""
        return branching(self.flow, TRIGGER_ID, partial(self._holds, node=TRIGGER_ID)).may_end

    def ways(self) -> Mapping[str, Branching[str]]:
        """How these runs go on from each node that they come to without a failure."""
        return branchings(lambda node: branching(self.flow, node, partial(self._holds, node=node)))

    def _holds(self, transition: Transition, node: str) -> bool | None:
        """Whether the condition of a transition of a node holds in all of these runs, or in none."""
        if transition.pointer not in self.outcomes:
            self.outcomes[transition.pointer] = self.outcome(self.flow.conditions.get(transition.pointer), node)
        return self.outcomes[transition.pointer]

    def outcome(self, condition: Condition | None, node: str) -> bool | None:
        """Whether a condition of a node holds in all of these runs, or in none."""
        match condition:
            case Always():  # most of them
                return True
            case Never():
                return False
        if condition is None or not self.may_decide(condition):
            return None
        return evaluate_condition(condition, self.context(node)).holds

    def may_decide(self, condition: Condition) -> bool:
        """Whether some part of a condition compares nothing but what may be known."""
        return any(
            not isinstance(part, Comparison)
            or all(self._may_be_known(path) for operand in part.operands for path in _paths(operand))
            for part in parts_of(condition)
            if not isinstance(part, AllOf | AnyOf)
        )

    def _may_be_known(self, path: Path) -> bool:
        node = self.flow.node(path.step) if path.step is not None else None
        return node == TRIGGER_ID or (node is not None and self.flow.steps[node].action in COMPUTED_ACTIONS)

    def context(self, node: str, depth: int = 0) -> EvaluationContext:
        """What is known at a node of the run's data."""
        data = {"steps": _Steps(self, node, depth), "error": UNKNOWN}
        return EvaluationContext(data, answers=self.answers, of_one_run=False)

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
        if node in self.flow.failing:
            return UNKNOWN
        if node not in self.outputs:
            params = resolve(step.params, self.context(node, depth + 1))
            self.outputs[node] = _output(step.action, params)
        return self.outputs[node]


def settled_outcomes(flow: FlowGraph) -> dict[str, bool | None]:
    """The outcomes of the conditions of a workflow that are the same whatever its runs are given, by the pointer of the
    transition: what runs with many inputs begin with."""
    run = AbstractRun(flow, UNKNOWN)
    outcomes: dict[str, bool | None] = {}
    for pointer, condition in flow.conditions.items():
        if isinstance(condition, Always | Never) or not run.may_decide(condition):
            outcomes[pointer] = run.outcome(condition, TRIGGER_ID)
    return outcomes


def _paths(operand: Operand) -> tuple[Path, ...]:
    return operand.expression.paths if operand.expression is not None else ()


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
