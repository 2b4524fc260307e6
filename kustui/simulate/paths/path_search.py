"""The paths that runs can take through workflows, and what each needs of the outputs on it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.flow import Edge
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import Condition
from kustui.definition.models import Step
from kustui.definition.platform import CONTINUE, RETRY_STEP, TRIGGER_ID
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.contradictions import Contradiction
from kustui.simulate.paths.run_lengths import RunLengths
from kustui.simulate.paths.scheduled_runs import follow_schedule
from kustui.simulate.paths.solver import Solution
from kustui.simulate.paths.symbolic import (
    ALWAYS_MET,
    Constraint,
    Disjunction,
    PathRun,
    SymbolicRun,
    SymbolicState,
    Trials,
    constraints_for,
)

_MAX_SOLUTIONS = 16


class PathStep(Struct, frozen=True):
    """One trigger or step of a path, and how it is left."""

    node: str
    edge: Edge | None
    """None where the run ends."""
    fails: bool
    """Whether the step has to fail for it."""
    run: int = 0
    """Of which run, counted from 0."""
    error_case: Edge | None = None
    """The one with an error action that holds before, if there is one: after ``continue`` the edge follows, after any
    other action there is none."""

    @property
    def is_retried(self) -> bool:
        """Whether the step is executed once more, which does not fail again. What a retry of the whole run leads to is
        not searched: its steps may then answer otherwise."""
        return self.error_case is not None and self.error_case.error_action == RETRY_STEP

    @property
    def pointer(self) -> str:
        """That of its edge; empty where the run ends."""
        return self.edge.transition.pointer if self.edge is not None else ""

    @property
    def choice(self) -> str | None:
        """What has to be taken there: the id of a step or the type of an error action; None where the run ends."""
        if self.error_case is not None:
            return self.error_case.error_action
        return self.edge.target if self.edge is not None else None


class WorkflowPath(Struct, frozen=True):
    """A path through a workflow, from its trigger or a later node, and through those that it schedules if asked."""

    steps: tuple[PathStep, ...]
    solutions: tuple[Solution, ...]
    """For each combination of constraints that takes the whole path; none where it contradicts itself."""
    runs: tuple[PathRun, ...]
    """In the order in which they begin."""
    contradiction: Contradiction | None = None
    complete: bool = True
    """Whether every combination was tried."""
    not_followed: tuple[str, ...] = ()
    """What it schedules and does not go on with, and why, in words."""


Steps = tuple[PathStep, "Steps"] | None
"""Those of a path so far, the last first, each with those before it, which other paths share."""


class _Branch(Struct, frozen=True):
    """A path as it is searched."""

    state: SymbolicState
    node: str | None
    """That it goes on with; None where it ends."""
    solutions: tuple[Solution, ...]
    steps: Steps = None
    contradiction: Contradiction | None = None
    complete: bool = True
    pending_runs: tuple[PathRun, ...] = ()
    """Scheduled on the path, and not yet begun."""
    not_followed: tuple[str, ...] = ()

    @property
    def path(self) -> WorkflowPath:
        steps = []
        rest = self.steps
        while rest is not None:
            step, rest = rest
            steps.append(step)
        return WorkflowPath(
            tuple(reversed(steps)),
            self.solutions,
            tuple(run.path_run for run in self.state.runs),
            self.contradiction,
            self.complete,
            self.not_followed,
        )


class _Way(NamedTuple):
    """An edge out of a node, or the end."""

    edge: Edge | None
    number: int
    """How many edges have to be refused for it: all before it."""


class _Refusals:
    """What has to hold for each edge out of a node not to be taken. It is solved as far as somebody asks for it."""

    def __init__(self, branch: _Branch, *, together: bool) -> None:
        """Of a path that has come to the node; ``together`` solves constraints without a choice with those of the next
        edge that has one."""
        self._together = together
        self._refusing: list[Disjunction] = []
        self._numbers, self._branches = [0], [branch]
        """The path where so many edges are refused, as far as it is solved."""

    def __len__(self) -> int:
        return len(self._refusing)

    def append(self, refusing: Disjunction) -> None:
        self._refusing.append(refusing)

    def taken(self, number: int, taking: Disjunction) -> _Branch:
        """The path where the first edges, so many, are refused and something is met."""
        has_choice = not all(map(_has_no_choice, self._refusing[:number]))
        if self._together and has_choice and (taken := self._taken_at_once(number, taking)).solutions:
            return taken
        known = bisect_right(self._numbers, number) - 1
        start, branch = self._numbers[known], self._branches[known]
        pending: list[Constraint] = []
        for done, refusing in enumerate(self._refusing[start:number], start=start + 1):
            if self._together and _has_no_choice(refusing):
                pending.extend(refusing.conjunctions[0])
            else:
                branch, pending = _solved(branch, _all_of(pending).and_(refusing)), []
                self._keep(done, branch)
        return _solved(branch, taking.and_(_all_of(pending)))

    def _taken_at_once(self, number: int, taking: Disjunction) -> _Branch:
        """The same where each edge is refused by the first thing that would: one solution is enough."""
        first = [part for refusing in self._refusing[:number] for part in refusing.conjunctions[0]]
        taken = _solved(self._branches[0], taking.and_(_all_of(first)))
        return replace(taken, solutions=tuple(part for part in taken.solutions if not part.unsolved))

    def _keep(self, number: int, branch: _Branch) -> None:
        if not self._together:  # edges are asked for in their order
            self._numbers.clear()
            self._branches.clear()
        self._numbers.append(number)
        self._branches.append(branch)


def _has_no_choice(refusing: Disjunction) -> bool:
    return refusing.complete and len(refusing.conjunctions) == 1


def _all_of(constraints: Sequence[Constraint]) -> Disjunction:
    return Disjunction((tuple(constraints),), complete=True)


class PathSearch:
    """Searches for paths through one workflow, and with ``follow`` on through those that it schedules.

    ``budget`` counts the nodes that are entered, over all paths; each workflow that is scheduled adds its steps once,
    so that a long chain comes to its end. ``data`` and ``now``, in milliseconds since 1970, are those of the run so
    far. With ``failures`` steps may fail where error cases follow. Only paths are searched whose first steps
    ``accepts`` accepts, however many they are; with ``one_solution`` of those that take each, one is enough.
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
        accepts: Callable[[Steps], bool] | None = None,
        one_solution: bool = False,
    ) -> None:
        self.analysis, self.budget, self._accepts = analysis, budget, accepts
        self._data, self._now, self._failures, self._follow = data, now, failures, follow
        self._farthest, self._together = farthest, farthest or one_solution
        self._trials = Trials()
        self._cache: dict[Hashable, Any] = {}
        self._failed: dict[tuple[str, str], _Branch] = {}
        """The path on which a step fails that has no error cases, by its workflow and its id."""
        self._begun = {analysis.key}
        self._lengths = RunLengths(analysis.flow)

    def paths_from(self, node: str, spread_after: int = 0) -> Iterator[WorkflowPath]:
        """Every path on from a node, its own output unknown, until the budget is spent; the farthest first if asked.

        They differ at their ends at first. After so many come some that differ at places all over the first ones, if
        ``spread_after`` is not 0. Last, with failures, come the paths on which a step without error cases fails: one
        for each such step, and none where schedules are followed.
        """
        run = SymbolicRun(PathRun(self.analysis), self._data, self._now)
        start = _Branch(SymbolicState((run,), self._trials, self._cache), node, (Solution(),))
        pending: list[Iterator[_Branch]] = [iter((start,))]
        count = 0
        for branch in self._complete(pending):
            yield branch.path
            count += bool(branch.solutions)
            if count == spread_after:
                break
        if pending and self.budget > 0:
            yield from self._spread(pending)
            yield from (branch.path for branch in self._complete(pending))
        if not pending:
            yield from (branch.path for branch in self._failed.values())

    def _complete(self, pending: list[Iterator[_Branch]]) -> Iterator[_Branch]:
        """The paths to which branches lead, those of the last first; ``pending`` holds what is yet to be searched."""
        while pending:
            branch = next(pending[-1], None)
            if branch is None:
                pending.pop()
            elif branch.node is None:
                if branch.contradiction is not None and not self._farthest:
                    self.budget -= 1
                yield branch
            elif self.budget <= 0:
                return
            else:
                self.budget -= 1
                if (failure := self._unhandled_failure(branch)) is not None:
                    self._failed.setdefault((branch.state.runs[-1].analysis.key, branch.node), failure)
                pending.append(self._branches(branch))

    def _spread(self, pending: list[Iterator[_Branch]]) -> Iterator[WorkflowPath]:
        """A path for the next branch at each place, places far from each other first; for half of the budget."""
        least, width = self.budget // 2, len(pending).bit_length()
        others: list[Iterator[_Branch]] = []
        for place in sorted(range(len(pending)), key=lambda place: f"{place:0{width}b}"[::-1]):
            branch = next(pending[place], None) if self.budget > least else None
            own = [iter((branch,))] if branch is not None else []
            for complete in self._complete(own):
                yield complete.path
                if complete.solutions:
                    break
            others += own
        pending[:0] = others

    def _branches(self, branch: _Branch) -> Iterator[_Branch]:
        """The outcomes with which the node can be left that a path has come to."""
        flow = branch.state.runs[-1].analysis.flow
        assert branch.node is not None, "the path goes on"
        part, edges = flow.part(branch.node), flow.declared_edges.get(branch.node, ())
        yield from self._ways_out(branch, [edge for edge in edges if not edge.after_failure], fails=False)
        error_cases = [edge for edge in edges if edge.after_failure]
        fails_again = branch.steps is not None and branch.steps[0].is_retried
        if self._failures and not fails_again and error_cases and isinstance(part, Step) and part.action is not None:
            yield from self._ways_out(branch, error_cases, fails=True)

    def _unhandled_failure(self, branch: _Branch) -> _Branch | None:
        """The path on which the step fails that it has come to, which has no error cases: the run ends there."""
        node, is_searched = branch.node, self._failures and self._follow is None
        assert node is not None, "the path goes on"
        step = branch.state.runs[-1].analysis.flow.part(node)
        if not is_searched or not isinstance(step, Step) or step.action is None or step.error_cases:
            return None
        state = branch.state.after(node, fails=True)
        last = PathStep(node, None, fails=True, run=state.scope.run)
        return self._extended(replace(branch, state=state), (last, branch.steps))

    def _ways_out(
        self, branch: _Branch, edges: Sequence[Edge], *, fails: bool, error_case: Edge | None = None
    ) -> Iterator[_Branch]:
        """A path with one more step: by each of some edges, of which the first that holds is taken, or by none.

        ``error_case`` is the one that has continued with these edges after a failure.
        """
        node, state = branch.node or TRIGGER_ID, branch.state.after(branch.node or TRIGGER_ID, fails=fails)
        flow = state.runs[-1].analysis.flow
        refusals = _Refusals(replace(branch, state=state), together=self._together)
        ways: Iterable[_Way] = self._ways(refusals, edges, flow.conditions)
        if self._farthest:
            ways = sorted(ways, key=lambda way: -self._lengths.of(way.edge.target) if way.edge is not None else 1)
        for edge, number in ways:
            taking = constraints_for(flow.conditions.get(edge.transition.pointer), True) if edge else ALWAYS_MET
            if not taking.conjunctions:
                continue
            leads_on = edge is not None and edge.error_action == CONTINUE
            if leads_on and (taken := refusals.taken(number, taking)).solutions:
                onward = [other for other in flow.declared_edges[node] if not other.after_failure]
                yield from self._ways_out(taken, onward, fails=True, error_case=edge)
                continue
            ended_by, onward_by = (edge, None) if edge is not None and edge.error_action else (error_case, edge)
            steps = PathStep(node, onward_by, fails, state.scope.run, ended_by), branch.steps
            if self._accepts is None or self._accepts(steps):  # before it is solved
                yield self._extended(refusals.taken(number, taking), steps)

    def _ways(
        self, refusals: _Refusals, edges: Sequence[Edge], conditions: Mapping[str, Condition | None]
    ) -> Iterator[_Way]:
        """Each edge that may be taken where none before it is, and the end where none of them is."""
        for edge in edges:
            yield _Way(edge, len(refusals))
            refusing = constraints_for(conditions.get(edge.transition.pointer), False)
            if not refusing.conjunctions:
                return  # it always holds
            refusals.append(refusing)
        yield _Way(None, len(refusals))

    def _extended(self, branch: _Branch, steps: tuple[PathStep, Steps]) -> _Branch:
        """The path with one more step, and the node where it goes on."""
        step, branch = steps[0], replace(branch, steps=steps, node=None)
        if not branch.solutions:
            return branch
        branch = self._scheduled(branch, step)
        target = step.edge.target if step.edge is not None else ""
        run = branch.state.runs[-1]
        if target in run.analysis.flow.steps and run.outputs.get(target) is None:
            return replace(branch, node=target)
        if step.is_retried:
            return replace(branch, node=step.node)
        if not branch.pending_runs:
            return branch
        next_run = min(branch.pending_runs, key=lambda run: run.due)  # of those due together the first scheduled
        begun = SymbolicRun(next_run, {**self._data, "steps": LayeredMap()}, self._now + next_run.due)
        if begun.analysis.key not in self._begun:
            self._begun.add(begun.analysis.key)
            self.budget += len(begun.analysis.flow.steps)
        state = branch.state.beginning(begun)
        remaining = tuple(run for run in branch.pending_runs if run is not next_run)
        return replace(branch, state=state, pending_runs=remaining, node=TRIGGER_ID)

    def _scheduled(self, branch: _Branch, step: PathStep) -> _Branch:
        """The path with the run that its last step schedules, if schedules are followed."""
        state = branch.state
        part = state.runs[-1].analysis.flow.part(step.node)
        if self._follow is None or not isinstance(part, Step) or not part.schedules or step.fails:
            return branch
        runs = (*(run.path_run for run in state.runs), *branch.pending_runs)
        run = follow_schedule(self._follow, runs, state.scope, part, self._now)
        if isinstance(run, PathRun):
            return replace(branch, pending_runs=(*branch.pending_runs, run))
        return replace(branch, not_followed=(*branch.not_followed, run))


def _solved(branch: _Branch, choices: Disjunction) -> _Branch:
    """The path where one more choice of constraints has to be met, with the solutions that do."""
    choices = choices.in_scope(branch.state.scope)
    solutions: list[Solution] = []
    contradiction = branch.contradiction
    for earlier in branch.solutions:
        for conjunction in choices.conjunctions:
            result = earlier.extended(conjunction, branch.state)
            if isinstance(result, Contradiction):
                contradiction = contradiction or result
            else:
                solutions.append(result)
    solutions.sort(key=lambda solution: len(solution.unsolved))
    return replace(
        branch,
        solutions=tuple(solutions[:_MAX_SOLUTIONS]),
        contradiction=None if solutions else contradiction,
        complete=branch.complete and choices.complete and len(solutions) <= _MAX_SOLUTIONS,
    )
