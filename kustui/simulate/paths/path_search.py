"""The ways that a run of one workflow can go, and what each needs of the outputs on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kustui.definition.models import Step
from kustui.definition.operators import Family, operator_named
from kustui.definition.platform import REGEX_ACTION, SCHEDULE_ACTION, TRIGGER_ID
from kustui.simulate.paths.constraints import Constraint, Disjunction, to_take
from kustui.simulate.paths.path_runs import PathRun, follow_schedule
from kustui.simulate.paths.provenance import Scope, SymbolicRun, SymbolicState
from kustui.simulate.paths.solver import Contradiction, Solution, solve

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from kustui.analysis.flow import Edge
    from kustui.analysis.inferred_fields import Fields
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.paths.provenance import ValueOrigin

_MOST_WORLDS = 16
COMPUTED = (REGEX_ACTION, SCHEDULE_ACTION)
"""Actions whose output nobody can choose."""
_SCHEDULING = 10
"""How many steps a schedule weighs when the way is chosen that goes farthest."""


@dataclass(frozen=True, slots=True)
class PathStep:
    """One trigger or step of a way, and how it is left."""

    node: str
    edge: Edge | None
    """None where the run ends."""
    fails: bool
    """Whether the step has to fail for it."""
    constraints: Disjunction
    run: int = 0
    """Of which run, counted from 0."""


@dataclass(frozen=True, slots=True)
class SolvedConstraints:
    """One combination of wants that goes the whole way, and values that meet them."""

    constraints: tuple[Constraint, ...]
    solution: Solution


@dataclass(frozen=True, slots=True)
class WorkflowPath:
    """A way through a workflow, from its trigger or a later node, and through those that it schedules if asked."""

    steps: tuple[PathStep, ...]
    solutions: tuple[SolvedConstraints, ...]
    """Empty where it contradicts itself."""
    runs: tuple[PathRun, ...]
    """In the order in which they begin."""
    contradiction: Contradiction | None = None
    complete: bool = True
    """Whether every combination was looked at."""
    waiting: tuple[PathRun, ...] = ()
    """Scheduled on the way, and not yet begun."""
    not_followed: tuple[str, ...] = ()
    """What it schedules and does not go on with, and why, in words."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """Of the first run."""
        return tuple(path_step.node for path_step in self.steps if not path_step.run)


class PathSearch:
    """Looks for ways through one workflow, and with ``follow`` on through those that it schedules.

    ``budget`` counts the nodes that are entered, over all of them.
    """

    def __init__(
        self,
        member: Member,
        data: Mapping[str, Any],
        now: int,
        budget: int,
        *,
        failures: bool,
        farthest: bool = False,
        follow: Organisation | None = None,
    ) -> None:
        self.member, self.budget = member, budget
        self._data, self._now, self._failures, self._farthest = data, now, failures, farthest
        self._follow = follow
        self._likely: dict[tuple[str, str, Fields], tuple[Any, ...]] = dict(_likely(member))
        self._found: dict[Hashable, Mapping[ValueOrigin, Any] | bool] = {}
        self._weights: dict[str, int] = {}

    def from_(self, node: str) -> Iterator[WorkflowPath]:
        """Every way on from a node, its own output unknown, until the budget is spent; the farthest first if asked."""
        start = WorkflowPath((), (SolvedConstraints((), Solution({}, ())),), (PathRun(self.member),))
        pending: list[tuple[WorkflowPath, str | None]] = [(start, node)]
        while pending:
            path, here = pending.pop()
            if here is None:
                yield path
                continue
            if self.budget <= 0:
                return
            self.budget -= 1
            run = len(path.runs) - 1
            steps = self._legs(path.runs[run].member, here)
            pending.extend(reversed([self._next(path, replace(path_step, run=run)) for path_step in steps]))

    def _next(self, path: WorkflowPath, path_step: PathStep) -> tuple[WorkflowPath, str | None]:
        """The way with one more leg, and the node where it goes on."""
        further = self._further(path, path_step)
        if not further.solutions:
            return further, None
        member = further.runs[-1].member
        part = member.flow.part(path_step.node)
        if self._follow is not None and isinstance(part, Step) and part.schedules and not path_step.fails:
            scope = Scope(path_step.run, _failed(further.steps, path_step.run))
            found = follow_schedule(self._follow, (*further.runs, *further.waiting), scope, part, self._now)
            if isinstance(found, PathRun):
                further = replace(further, waiting=(*further.waiting, found))
            else:
                further = replace(further, not_followed=(*further.not_followed, found))
        target = path_step.edge.target if path_step.edge is not None else ""
        if target in member.flow.steps and all(
            each.node != target for each in further.steps if each.run == path_step.run
        ):
            return further, target
        if not further.waiting:
            return further, None
        begins = min(further.waiting, key=lambda each: each.due)  # of those due together the first scheduled
        if begins.member.key not in {key for key, *_ in self._likely}:
            self._likely |= _likely(begins.member)
        rest = tuple(each for each in further.waiting if each is not begins)
        return replace(further, runs=(*further.runs, begins), waiting=rest), TRIGGER_ID

    def _legs(self, member: Member, node: str) -> list[PathStep]:
        part = member.flow.part(node)
        edges = member.flow.declared_edges.get(node, ())
        plain = [edge for edge in edges if not edge.after_failure]
        found = list(_of(member, node, plain, fails=False))
        if self._farthest:
            found.sort(key=lambda path_step: -self._weight(path_step.edge.target) if path_step.edge else 1)
        failing = [edge for edge in edges if edge.after_failure]
        if self._failures and failing and isinstance(part, Step) and part.action is not None:
            found.extend(
                path_step for path_step in _of(member, node, failing, fails=True) if path_step.edge is not None
            )
        return found

    def _further(self, path: WorkflowPath, path_step: PathStep) -> WorkflowPath:
        steps = (*path.steps, path_step)
        symbolic = self._known(path.runs, steps)
        alternatives = path_step.constraints.seen_from(Scope(path_step.run, _failed(steps, path_step.run)))
        solutions: list[SolvedConstraints] = []
        contradiction: Contradiction | None = None
        complete = path.complete and path_step.constraints.complete
        for solved in path.solutions:
            for alternative in alternatives.among:
                constraints = (
                    *solved.constraints,
                    *(constraint for constraint in alternative if constraint not in solved.constraints),
                )
                found = solve(constraints, symbolic)
                if isinstance(found, Contradiction):
                    contradiction = contradiction or found
                else:
                    solutions.append(SolvedConstraints(constraints, found))
        # What leaves least open first.
        solutions.sort(key=lambda solved: len(solved.solution.open))
        return replace(
            path,
            steps=steps,
            solutions=tuple(solutions[:_MOST_WORLDS]),
            contradiction=None if solutions else contradiction,
            complete=complete and len(solutions) <= _MOST_WORLDS,
        )

    def _known(self, runs: Sequence[PathRun], steps: Sequence[PathStep]) -> SymbolicState:
        found = []
        for number, run in enumerate(runs):
            unknown: set[str] = set()
            opaque: set[str] = set()
            outputs: dict[str, Any] = {}
            for path_step in steps:
                if path_step.run != number:
                    continue
                part = run.member.flow.part(path_step.node)
                if not isinstance(part, Step):
                    unknown.add(path_step.node)
                elif path_step.fails or part.action is None:
                    continue  # it gives nothing
                elif part.schedules:
                    outputs[path_step.node] = {}
                else:
                    (opaque if part.action in COMPUTED else unknown).add(path_step.node)
            data = self._data if number == 0 else {**self._data, "steps": {}}
            data = {**data, "steps": {**data["steps"], **outputs}}
            found.append(
                SymbolicRun(
                    run.member,
                    data,
                    frozenset(unknown),
                    frozenset(opaque),
                    self._now + run.due,
                    run.scheduled_in,
                    run.inputs,
                )
            )
        before = tuple((run.member.key, run.step, run.scheduled_in) for run in runs)
        return SymbolicState(tuple(found), self._likely, before, self._found)

    def _weight(self, node: str) -> int:
        """How far a run gets from a step, at most: its steps, and its schedules much more."""
        if node not in self.member.flow.steps:
            return 0
        order = [node]
        for here in order:
            if here not in self._weights:
                order.extend(edge.target for edge in self.member.flow.edges.get(here, ()) if edge.target not in order)
        for here in reversed(order):
            if here not in self._weights:
                step = self.member.flow.steps[here]
                onward = [
                    self._weights.get(edge.target, 0) for edge in self.member.flow.edges[here] if not edge.after_failure
                ]
                self._weights[here] = 1 + _SCHEDULING * step.schedules + max(onward, default=0)
        return self._weights[node]


def _of(member: Member, node: str, edges: Sequence[Edge], *, fails: bool) -> Iterator[PathStep]:
    conditions = [member.conditions.get(edge.transition.pointer) for edge in edges]
    for index, edge in enumerate(edges):
        constraints = to_take(conditions, index)
        if constraints.among:  # else an earlier one always holds
            yield PathStep(node, edge, fails, constraints)
    constraints = to_take(conditions, None)
    if constraints.among:
        yield PathStep(node, None, fails, constraints)


def _failed(steps: Sequence[PathStep], run: int) -> str:
    """The step of a run that has failed last."""
    return next((path_step.node for path_step in reversed(steps) if path_step.run == run and path_step.fails), "")


def _likely(member: Member) -> Iterator[tuple[tuple[str, str, Fields], tuple[Any, ...]]]:
    """The literals that the workflow compares each field with, as values it may have."""
    found: dict[tuple[str, str, Fields], list[Any]] = {}
    for node in member.flow.declared_edges:
        for demand in member.inferred_fields.get(node, ()):
            compares = operator_named(demand.operator).family is Family.EQUALITY
            if compares and isinstance(demand.literal, str | bool | int | float):
                found.setdefault((member.key, node, demand.fields), []).append(demand.literal)
    for place, values in found.items():
        yield place, tuple(dict.fromkeys(values))
