"""The paths that runs can take through workflows, and what each needs of the outputs on it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kustui.analysis.flow import Edge
from kustui.analysis.reads import Fields
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import expressions_in
from kustui.definition.expressions.parse import may_hold_expression
from kustui.definition.models import Step
from kustui.definition.operators import Family, operator_named
from kustui.definition.platform import REGEX_ACTION, SCHEDULE_ACTION, TRIGGER_ID
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.solver import Contradiction, Solution, solve
from kustui.simulate.paths.symbolic import (
    Disjunction,
    PathRun,
    Scope,
    SymbolicRun,
    SymbolicState,
    ValueOrigin,
    constraints_for_edge,
)
from kustui.text.messages import quoted

MAX_RUNS = 20
"""Of one path."""
COMPUTED_ACTIONS = (REGEX_ACTION, SCHEDULE_ACTION)
"""Actions whose output nobody can choose."""
_MAX_SOLUTIONS = 16
_SCHEDULE_WEIGHT = 10
"""How many steps a schedule counts for when the farthest path is chosen."""


@dataclass(frozen=True, slots=True)
class PathStep:
    """One trigger or step of a path, and how it is left."""

    node: str
    edge: Edge | None
    """None where the run ends."""
    fails: bool
    """Whether the step has to fail for it."""
    constraints: Disjunction
    run: int = 0
    """Of which run, counted from 0."""

    @property
    def pointer(self) -> str:
        """That of its edge; empty where the run ends."""
        return self.edge.transition.pointer if self.edge is not None else ""


@dataclass(frozen=True, slots=True)
class WorkflowPath:
    """A path through a workflow, from its trigger or a later node, and through those that it schedules if asked."""

    steps: tuple[PathStep, ...]
    solutions: tuple[Solution, ...]
    """For each combination of constraints that takes the whole path; none where it contradicts itself."""
    runs: tuple[PathRun, ...]
    """In the order in which they begin."""
    contradiction: Contradiction | None = None
    complete: bool = True
    """Whether every combination was tried."""
    pending_runs: tuple[PathRun, ...] = ()
    """Scheduled on the path, and not yet begun."""
    not_followed: tuple[str, ...] = ()
    """What it schedules and does not go on with, and why, in words."""


class PathSearch:
    """Searches for paths through one workflow, and with ``follow`` on through those that it schedules.

    ``budget`` counts the nodes that are entered, over all paths. ``data`` and ``now``, in milliseconds since 1970, are
    those of the run so far. With ``failures`` steps may fail where error cases follow.
    """

    def __init__(
        self,
        analysis: WorkflowAnalysis,
        data: Mapping[str, Any],
        now: int,
        budget: int,
        *,
        failures: bool,
        farthest: bool = False,
        follow: Organisation | None = None,
    ) -> None:
        self.analysis, self.budget = analysis, budget
        self._data, self._now, self._failures, self._farthest = data, now, failures, farthest
        self._follow = follow
        self._likely: dict[tuple[str, str, Fields], tuple[Any, ...]] = dict(_likely_values(analysis))
        self._cache: dict[Hashable, Mapping[ValueOrigin, Any] | bool] = {}
        self._weights: dict[str, int] = {}

    def paths_from(self, node: str) -> Iterator[WorkflowPath]:
        """Every path on from a node, its own output unknown, until the budget is spent; the farthest first if asked."""
        start = WorkflowPath((), (Solution((), {}, ()),), (PathRun(self.analysis),))
        pending: list[tuple[WorkflowPath, str | None]] = [(start, node)]
        while pending:
            path, node_or_none = pending.pop()
            if node_or_none is None:
                yield path
                continue
            if self.budget <= 0:
                return
            self.budget -= 1
            run = len(path.runs) - 1
            steps = self._steps_from(path.runs[run].analysis, node_or_none)
            pending.extend(reversed([self._extended(path, replace(step, run=run)) for step in steps]))

    def _steps_from(self, analysis: WorkflowAnalysis, node: str) -> list[PathStep]:
        """The outcomes with which a node can be left."""
        part = analysis.flow.part(node)
        edges = analysis.flow.declared_edges.get(node, ())
        steps = list(_path_steps(analysis, node, [edge for edge in edges if not edge.after_failure], fails=False))
        if self._farthest:
            steps.sort(key=lambda step: -self._weight(step.edge.target) if step.edge else 1)
        error_cases = [edge for edge in edges if edge.after_failure]
        if self._failures and error_cases and isinstance(part, Step) and part.action is not None:
            failing = _path_steps(analysis, node, error_cases, fails=True)
            steps.extend(step for step in failing if step.edge is not None)
        return steps

    def _extended(self, path: WorkflowPath, step: PathStep) -> tuple[WorkflowPath, str | None]:
        """The path with one more step, and the node where it goes on; None where it ends."""
        path = self._solved(path, step)
        if not path.solutions:
            return path, None
        path = self._scheduled(path, step)
        target = step.edge.target if step.edge is not None else ""
        visited = {earlier.node for earlier in path.steps if earlier.run == step.run}
        if target in path.runs[-1].analysis.flow.steps and target not in visited:
            return path, target
        if not path.pending_runs:
            return path, None
        next_run = min(path.pending_runs, key=lambda run: run.due)  # of those due together the first scheduled
        if next_run.analysis.key not in {key for key, *_ in self._likely}:
            self._likely |= _likely_values(next_run.analysis)
        remaining = tuple(run for run in path.pending_runs if run is not next_run)
        return replace(path, runs=(*path.runs, next_run), pending_runs=remaining), TRIGGER_ID

    def _solved(self, path: WorkflowPath, step: PathStep) -> WorkflowPath:
        """The path with one more step, and the solutions that take it."""
        steps = (*path.steps, step)
        state = self._symbolic_state(path.runs, steps)
        choices = step.constraints.in_scope(Scope(step.run, _last_failed(steps, step.run)))
        solutions: list[Solution] = []
        contradiction: Contradiction | None = None
        for earlier in path.solutions:
            for conjunction in choices.conjunctions:
                new = (constraint for constraint in conjunction if constraint not in earlier.constraints)
                result = solve((*earlier.constraints, *new), state)
                if isinstance(result, Contradiction):
                    contradiction = contradiction or result
                else:
                    solutions.append(result)
        solutions.sort(key=lambda solution: len(solution.unsolved))
        return replace(
            path,
            steps=steps,
            solutions=tuple(solutions[:_MAX_SOLUTIONS]),
            contradiction=None if solutions else contradiction,
            complete=path.complete and choices.complete and len(solutions) <= _MAX_SOLUTIONS,
        )

    def _scheduled(self, path: WorkflowPath, step: PathStep) -> WorkflowPath:
        """The path with the run that its last step schedules, if schedules are followed."""
        part = path.runs[-1].analysis.flow.part(step.node)
        if self._follow is None or not isinstance(part, Step) or not part.schedules or step.fails:
            return path
        scope = Scope(step.run, _last_failed(path.steps, step.run))
        run = _follow_schedule(self._follow, (*path.runs, *path.pending_runs), scope, part, self._now)
        if isinstance(run, PathRun):
            return replace(path, pending_runs=(*path.pending_runs, run))
        return replace(path, not_followed=(*path.not_followed, run))

    def _symbolic_state(self, runs: Sequence[PathRun], steps: Sequence[PathStep]) -> SymbolicState:
        symbolic_runs = tuple(
            self._symbolic_run(run, [step for step in steps if step.run == number], first=number == 0)
            for number, run in enumerate(runs)
        )
        cache_key = tuple((run.analysis.key, run.step, run.scheduled_in) for run in runs)
        return SymbolicState(symbolic_runs, self._likely, cache_key, self._cache)

    def _symbolic_run(self, run: PathRun, steps: Sequence[PathStep], *, first: bool) -> SymbolicRun:
        unknown: set[str] = set()
        computed: set[str] = set()
        outputs: dict[str, Any] = {**self._data["steps"]} if first else {}
        for step in steps:
            part = run.analysis.flow.part(step.node)
            if not isinstance(part, Step):
                unknown.add(step.node)
            elif step.fails or part.action is None:
                continue  # it has no output
            elif part.schedules:
                outputs[step.node] = {}
            else:
                (computed if part.action in COMPUTED_ACTIONS else unknown).add(step.node)
        data = {**self._data, "steps": outputs}
        return SymbolicRun(run, data, frozenset(unknown), frozenset(computed), self._now + run.due)

    def _weight(self, node: str) -> int:
        """How far a run gets from a step, at most: its steps, and its schedules much more."""
        flow = self.analysis.flow
        if node not in flow.steps:
            return 0
        order = [node]
        for here in order:  # grows while it is walked
            if here not in self._weights:
                order.extend(edge.target for edge in flow.edges.get(here, ()) if edge.target not in order)
        for here in reversed(order):
            if here not in self._weights:
                onward = [self._weights.get(edge.target, 0) for edge in flow.edges[here] if not edge.after_failure]
                own = 1 + _SCHEDULE_WEIGHT * flow.steps[here].schedules
                self._weights[here] = own + max(onward, default=0)
        return self._weights[node]


def _path_steps(analysis: WorkflowAnalysis, node: str, edges: Sequence[Edge], *, fails: bool) -> Iterator[PathStep]:
    """How a node can be left by one of these edges, or by none of them."""
    conditions = [analysis.flow.conditions.get(edge.transition.pointer) for edge in edges]
    for index, edge in [*enumerate(edges), (None, None)]:
        constraints = constraints_for_edge(conditions, index)
        if constraints.conjunctions:  # else an earlier one always holds
            yield PathStep(node, edge, fails, constraints)


def _last_failed(steps: Sequence[PathStep], run: int) -> str:
    """The step of a run that has failed last."""
    return next((step.node for step in reversed(steps) if step.run == run and step.fails), "")


def _likely_values(analysis: WorkflowAnalysis) -> Iterator[tuple[tuple[str, str, Fields], tuple[Any, ...]]]:
    """The literals that the workflow compares each field with, as values it may have."""
    likely: dict[tuple[str, str, Fields], list[Any]] = {}
    for node in analysis.flow.declared_edges:
        for inferred in analysis.inferred_fields.get(node, ()):
            compares = operator_named(inferred.operator).family is Family.EQUALITY
            if compares and isinstance(inferred.literal, str | bool | int | float):
                likely.setdefault((analysis.key, node, inferred.fields), []).append(inferred.literal)
    for place, values in likely.items():
        yield place, tuple(dict.fromkeys(values))


# The runs that schedules add to a path


def _follow_schedule(
    organisation: Organisation, runs: Sequence[PathRun], scope: Scope, step: Step, now: int
) -> PathRun | str:
    """The run that a step schedules which is executed in a scope; or why it is not followed, in a clause."""
    id_ = step.params.get("workflowId")
    if isinstance(id_, str) and may_hold_expression(id_):
        return f"{step.name} schedules a workflow known only at run time"
    analysis = organisation.by_id(id_) if isinstance(id_, str) else None
    if analysis is None:
        return f"{step.name} schedules {quoted(str(id_))}, which is not here"
    words = f"{step.name} schedules {analysis.title}"
    if not analysis.entry.item.enabled or not analysis.workflow.callable:
        return f"{words}, which cannot be called"
    due = _due(organisation, step, runs[scope.run].due, now)
    if due is None:
        return f"{words}, and does not say when"
    if analysis.key in _ancestors(runs, scope):
        return f"{words} again: a ring is followed once"
    if len(runs) >= MAX_RUNS:
        return f"{words}: no more than {MAX_RUNS} runs are followed"
    return PathRun(analysis, due, scope, step.id, step.params.get("inputs"))


def _due(organisation: Organisation, step: Step, clock: int, now: int) -> int | None:
    run_at = step.params.get("runAt")
    if any(expression.paths for _, expression in expressions_in(run_at)):
        return clock  # nobody knows how much later
    due = organisation.due_time(run_at, clock, now)
    return due if isinstance(due, int) else None


def _ancestors(runs: Sequence[PathRun], scope: Scope | None) -> Iterator[str]:
    """The keys of the workflows whose runs have led to a scope, that of its own run first."""
    while scope is not None:
        run = runs[scope.run]
        yield run.analysis.key
        scope = run.scheduled_in
