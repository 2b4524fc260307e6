"""The paths through a workflow that a change can concern, and events that take them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kustui.analysis.flow import FlowGraph
from kustui.analysis.walks import breadth_first
from kustui.definition.dates import parse_date
from kustui.definition.models import Step
from kustui.definition.platform import RETRY_WORKFLOW, TRIGGER_ID
from kustui.definition.values import canonical_json
from kustui.groups import grouped
from kustui.review.divergence import BREAKS_OFF, ENDS, IS_RETRIED, Path, PathStep
from kustui.review.event_runs import Event, Place, Side
from kustui.simulate import DEFAULT_START
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.paths.path_search import PathSearch, Steps, WorkflowPath
from kustui.simulate.paths.path_search import PathStep as WorkflowStep
from kustui.simulate.paths.symbolic import NOT_CHOSEN
from kustui.simulate.scenarios.path_scenario import draft_for_solution

MOST_PATHS = 60
"""Through the changed parts of a workflow that are searched on each side."""
_NODES_PER_PATH = 60
"""That a search for many paths may enter, on average."""
_MOST_CONTINUATIONS = 2
"""Paths that are the same as far as a change can concern them."""
_NODES_PER_STEP = 20
"""That a search for one path may enter for each of its steps."""


# What a change can concern


def affected_nodes(old: Side, new: Side) -> frozenset[str]:
    """The trigger and the steps, by their ids now, at which a run may go on otherwise."""
    before, now = _outcomes(old), _outcomes(new)
    return frozenset(node for node in {**before, **now} if before.get(node) != now.get(node))


def _outcomes(side: Side) -> Mapping[str, Any]:
    """What decides how a run goes on at each node, as it is written."""
    flow = side.analysis.flow
    return {side.id_now(node): _outcome(side, node) for node in (TRIGGER_ID, *flow.steps)}


def _outcome(side: Side, node: str) -> Any:
    flow = side.analysis.flow
    part = flow.part(node)
    edges = [
        (
            side.id_now(edge.target),
            edge.error_action,
            edge.after_failure,
            edge.transition.condition
            and (edge.transition.condition.op, canonical_json(edge.transition.condition.values)),
        )
        for edge in flow.declared_edges.get(node, ())
    ]
    if not isinstance(part, Step):
        return edges, part.id if part is not None else None
    if part.action not in NOT_CHOSEN:
        return edges, part.action is None, _blocked(side, part)
    return edges, part.action, canonical_json(part.params), _blocked(side, part)


def _blocked(side: Side, step: Step) -> str:
    """Why a run breaks off at a step; empty where it does not."""
    places = (f"{step.pointer}/params", f"{step.pointer}/action", f"{step.pointer}/appVersion")
    problem = side.organisation.blocking_problem(side.analysis.key, *places)
    return problem.message if problem is not None else ""


# The paths of a side


def reaching(nodes: Iterable[str], flow: FlowGraph) -> frozenset[str]:
    """The nodes from which a run may come to some nodes, these included."""
    before = grouped((edge.target, node) for node, edges in flow.declared_edges.items() for edge in edges)
    return frozenset(breadth_first(nodes, lambda node: before.get(node, ())))


def steps_of(side: Side, steps: Iterable[WorkflowStep]) -> tuple[PathStep, ...]:
    return tuple(PathStep(side.id_now(step.node), step.fails) for step in steps)


def path_of(side: Side, path: WorkflowPath) -> Path:
    """The path that a run takes, where nothing breaks it off before."""
    last = path.steps[-1]
    end = IS_RETRIED if last.error_case is not None and last.error_case.error_action == RETRY_WORKFLOW else ENDS
    if last.edge is not None:  # it leads to a step that is not there, or that the run has been through
        end = BREAKS_OFF
    return Path(steps_of(side, path.steps), end)


class _Turns:
    """How often each way through the changed parts was found, so that only some of what follows it is searched."""

    def __init__(self, changed: Container[str], leading: Container[str]) -> None:
        self._changed, self._leading = changed, leading
        self._ways: dict[tuple[Any, ...], int] = {}
        self._complete: Counter[int] = Counter()
        self._passed: dict[int, tuple[Steps, bool, int | None]] = {}
        """By the identity of the steps of a path so far: these, whether they pass a changed part, and which way they
        are once they have passed the last."""

    def lead_on(self, steps: Steps) -> bool:
        """Whether a path is searched further: it may pass a changed part, or has, and not been found too often."""
        assert steps is not None, "it has begun"
        step, before = steps
        _, passed, way = self._passed[id(before)] if before is not None else (None, False, None)
        passed = passed or step.node in self._changed
        if way is None and self._is_last(step):
            way = self._way(_in_order(steps))
        self._passed[id(steps)] = steps, passed, way
        return way is None or (passed and self._complete[way] < _MOST_CONTINUATIONS)

    def count(self, path: WorkflowPath) -> None:
        """Count a path that was found."""
        last = next((end for end, step in enumerate(path.steps, start=1) if self._is_last(step)), len(path.steps))
        self._complete[self._way(path.steps[:last])] += 1

    def _is_last(self, step: WorkflowStep) -> bool:
        """Whether no changed part can follow a step."""
        onward = step.edge.target if step.edge is not None else step.node if step.is_retried else ""
        return onward not in self._leading

    def _way(self, steps: Sequence[WorkflowStep]) -> int:
        key = tuple((step.node, step.pointer, step.choice, step.fails) for step in steps)
        return self._ways.setdefault(key, len(self._ways))


def _in_order(steps: Steps) -> tuple[WorkflowStep, ...]:
    ordered = []
    while steps is not None:
        step, steps = steps
        ordered.append(step)
    return tuple(reversed(ordered))


class Paths:
    """The paths through a workflow in one state."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._nodes = set(map(side.id_now, side.analysis.flow.declared_edges))

    def explore(self, affected: frozenset[str]) -> tuple[list[WorkflowPath], bool]:
        """The paths through some of the trigger and the steps, which are given by their ids now, and whether there are
        more. Of those that differ only after the last of these, a few."""
        flow = self._side.analysis.flow
        changed = {node for node in flow.declared_edges if self._side.id_now(node) in affected}
        leading = reaching(changed, flow)
        turns = _Turns(changed, leading)
        paths: list[WorkflowPath] = []
        search = self._search(_NODES_PER_PATH * MOST_PATHS + len(flow.steps), turns.lead_on)
        for path in search.paths_from(TRIGGER_ID, spread_after=MOST_PATHS // 2):
            if not path.solutions or not any(step.node in changed for step in path.steps):
                continue
            if len(paths) == MOST_PATHS:
                return paths, True
            paths.append(path)
            turns.count(path)
        return paths, search.budget <= 0

    def excludes(self, path: Path) -> bool:
        """Whether it is certain that no event takes a path: this path alone is searched, whatever others there are."""
        ends_there = False
        if not {step.node for step in path.steps} <= self._nodes:
            return True

        depths: dict[int, tuple[Steps, int]] = {}

        def begins_so(steps: Steps) -> bool:
            """Whether the path may begin with these steps, where it may with those before the last."""
            nonlocal ends_there
            assert steps is not None, "it has begun"
            depth = depths[id(steps[1])][1] + 1 if steps[1] is not None else 1
            depths[id(steps)] = steps, depth
            rest = path.steps[depth : depth + 1]
            if steps_of(self._side, steps[:1]) != path.steps[depth - 1 : depth]:
                return False
            ends_there = ends_there or not rest
            edge = steps[0].edge
            return not rest or edge is None or self._side.id_now(edge.target) == rest[0].node

        search = self._search(_NODES_PER_STEP * len(path.steps), begins_so, one_solution=True)
        for match in search.paths_from(TRIGGER_ID):
            if not match.solutions:
                if not match.complete:
                    return False
            elif path_of(self._side, match) == path and not self._is_blocked(match):
                return False
        # Where a value makes a run break off is not searched.
        return search.budget > 0 and not (path.end == BREAKS_OFF and ends_there)

    def _search(self, budget: int, accepts: Callable[[Steps], bool], *, one_solution: bool = False) -> PathSearch:
        analysis, now = self._side.analysis, parse_date(DEFAULT_START) or 0
        data: dict[str, Any] = {"steps": LayeredMap(), "variables": {}}
        return PathSearch(analysis, data, now, budget, failures=True, accepts=accepts, one_solution=one_solution)

    def _is_blocked(self, path: WorkflowPath) -> bool:
        """Whether a run breaks off on a path because of what is wrong with a step."""
        steps = (self._side.analysis.flow.part(step.node) for step in path.steps)
        return any(isinstance(step, Step) and _blocked(self._side, step) for step in steps)


# The events that are tried


class Draft(NamedTuple):
    """An event that takes a path, as far as can be told without a run."""

    side: Side
    path: WorkflowPath
    solution: int

    @property
    def expected_path(self) -> Path | None:
        """The path that it takes; None where it may be another."""
        solved = self.path.complete and not self.path.solutions[self.solution].unsolved
        return path_of(self.side, self.path) if solved else None

    def event(self) -> Event:
        draft = draft_for_solution(self.side.organisation, self.path, self.path.solutions[self.solution])
        outputs: dict[Place, Any] = {}
        failures: dict[Place, Mapping[str, Any]] = {}
        for mock in draft.get("mocks", ()):
            place = Place(self.side.id_now(mock["step"]), mock["invocation"])
            if "fails" in mock:
                failures[place] = mock["fails"]
            else:
                outputs[place] = mock["returns"]
        return Event(draft["start"][0]["payload"], outputs, failures)


def drafts_for(side: Side, paths: Iterable[WorkflowPath], affected: frozenset[str]) -> list[list[Draft]]:
    """The events that can show a change, together those that come along the changed parts in the same way: those of the
    shortest paths first, and the likeliest of each path."""
    drafts: dict[tuple[Any, ...], list[Draft]] = {}
    for path in sorted(paths, key=lambda path: len(path.steps)):
        passage = tuple(
            (step.node, step.pointer, step.choice, step.fails)
            for step in path.steps
            if side.id_now(step.node) in affected
        )
        if passage:
            drafts.setdefault(passage, []).extend(Draft(side, path, number) for number in range(len(path.solutions)))
    return [sorted(among, key=lambda draft: draft.solution) for among in drafts.values()]
