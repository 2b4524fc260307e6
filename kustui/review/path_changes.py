"""Events that go another way through a workflow than they did, and the paths that are gone or new with them.

Paths are searched on both sides, an event is drafted for each that a change can concern, and the engine runs every
event on both: only what it confirms is a change.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kustui.analysis.flow import FlowGraph
from kustui.analysis.walks import breadth_first
from kustui.definition.dates import parse_date
from kustui.definition.models import Step
from kustui.definition.platform import RETRY_WORKFLOW, TRIGGER_ID
from kustui.review.divergence import (
    BREAKS_OFF,
    ENDS,
    IS_RETRIED,
    UNDECIDED,
    Divergence,
    Path,
    PathStep,
    divergence_in_words,
)
from kustui.review.event_runs import Event, EventRun, Place, Side, event_in_words, run_event, smallest_event, step_namer
from kustui.simulate import DEFAULT_START
from kustui.simulate.paths.path_search import PathSearch, WorkflowPath
from kustui.simulate.paths.path_search import PathStep as WorkflowStep
from kustui.simulate.paths.symbolic import NOT_CHOSEN
from kustui.simulate.scenarios.explore import MAX_PATHS
from kustui.simulate.scenarios.path_scenario import draft_for_solution
from kustui.text.messages import counted

_MOST_STEPS = 4_000
"""That are executed for the comparison of one workflow, in all its runs; as many again to make the events small."""
_MOST_ALIKE = 4
"""Events that come along the changed parts in the same way, one after the other without showing anything new."""
_NODES_PER_PATH = 60
"""That a search for many paths may enter, on average."""
_MOST_CONTINUATIONS = 3
"""Paths that are the same as far as a change can concern them."""
_NODES_PER_STEP = 20
"""That a search for one path may enter for each of its steps."""
_MOST_ASKED = 3
"""Pairs of paths that differ in the same way of which it is asked whether they are gone or new."""
_MOST_UNDECIDED = 5


@dataclass(frozen=True)
class PathChange:
    """An event whose run takes another path now."""

    event: Event
    old: EventRun
    new: EventRun
    is_gone: bool
    """Whether no event takes the old path any more."""
    is_new: bool
    """Whether no event took the new path before."""
    words: str
    """What is different: ``Escalate no longer runs; the run ends after Find order``."""
    condition: str
    """What the event holds: ``status "open"``; empty for an event without anything."""
    others: int = 0
    """How many more pairs of paths differ in the same way, as the engine has confirmed."""

    @property
    def kind(self) -> str:
        """``gone``, ``new``, ``replaced`` for both, or ``elsewhere``: both paths exist on both sides, as far as can
        be told, and the event takes the other one."""
        if self.is_gone and self.is_new:
            return "replaced"
        return "gone" if self.is_gone else "new" if self.is_new else "elsewhere"

    @property
    def sentence(self) -> str:
        """The change for a person, with the event that shows it."""
        return f"with {self.condition or 'an empty event'}: {self.words}"


@dataclass(frozen=True)
class PathComparison:
    """The changed behaviour of one workflow."""

    changes: tuple[PathChange, ...] = ()
    undecided: tuple[str, ...] = ()
    """What nobody can decide in a run on either side, so that the event says nothing, and why."""
    limits: tuple[str, ...] = ()
    """What was not looked at, because there is too much of it."""


def compare_paths(old: Side, new: Side) -> PathComparison:
    """The changed behaviour of a workflow that is there in both states."""
    affected = _affected_nodes(old, new)
    return _Comparison(old, new, affected).result() if affected else PathComparison()


# What a change can concern


def _affected_nodes(old: Side, new: Side) -> frozenset[str]:
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
            edge.transition.condition and (edge.transition.condition.op, _text(edge.transition.condition.values)),
        )
        for edge in flow.declared_edges.get(node, ())
    ]
    if not isinstance(part, Step):
        return edges, part.id if part is not None else None
    if part.action not in NOT_CHOSEN:
        return edges, part.action is None, _blocked(side, part)
    return edges, part.action, _text(part.params), _blocked(side, part)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _blocked(side: Side, step: Step) -> str:
    """Why a run breaks off at a step; empty where it does not."""
    places = (f"{step.pointer}/params", f"{step.pointer}/action", f"{step.pointer}/appVersion")
    problem = side.organisation.blocking_problem(side.analysis.key, *places)
    return problem.message if problem is not None else ""


# The paths of a side


def reaching(nodes: Iterable[str], flow: FlowGraph) -> frozenset[str]:
    """The nodes from which a run may come to some nodes, these included."""
    before: dict[str, list[str]] = {}
    for node, edges in flow.declared_edges.items():
        for edge in edges:
            before.setdefault(edge.target, []).append(node)
    return frozenset(breadth_first(nodes, lambda node: before.get(node, ())))


class _Paths:
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
        complete: Counter[Hashable] = Counter()

        def decided(steps: Sequence[WorkflowStep]) -> Hashable:
            """The path up to where it has passed the last of them; None before."""
            passed = False
            for end, step in enumerate(steps, start=1):
                passed = passed or step.node in changed
                onward = step.edge.target if step.edge is not None else step.node if step.is_retried else ""
                if onward not in leading:
                    return tuple((step.node, step.pointer, step.choice, step.fails) for step in steps[:end])
            return None

        def leads_on(steps: Sequence[WorkflowStep]) -> bool:
            way = decided(steps)
            return way is None or (any(step.node in changed for step in steps) and complete[way] < _MOST_CONTINUATIONS)

        paths: list[WorkflowPath] = []
        search = self._search(_NODES_PER_PATH * MAX_PATHS + len(flow.steps), leads_on)
        for path in search.paths_from(TRIGGER_ID, spread_after=MAX_PATHS // 2):
            if not path.solutions or not any(step.node in changed for step in path.steps):
                continue
            if len(paths) == MAX_PATHS:
                return paths, True
            paths.append(path)
            complete[decided(path.steps)] += 1
        return paths, search.budget <= 0

    def excludes(self, path: Path) -> bool:
        """Whether it is certain that no event takes a path: this path alone is searched, whatever others there are."""
        ends_there = False
        if not {step.node for step in path.steps} <= self._nodes:
            return True

        def begins_so(steps: Sequence[WorkflowStep]) -> bool:
            """Whether the path may begin with these steps."""
            nonlocal ends_there
            rest = path.steps[len(steps) :]
            if self._steps(steps) != path.steps[: len(steps)]:
                return False
            ends_there = ends_there or not rest
            edge = steps[-1].edge
            return not rest or edge is None or self._side.id_now(edge.target) == rest[0].node

        search = self._search(_NODES_PER_STEP * len(path.steps), begins_so)
        for match in search.paths_from(TRIGGER_ID):
            if not match.solutions:
                if not match.complete:
                    return False
            elif (
                self._steps(match.steps) == path.steps and self._end(match) == path.end and not self._is_blocked(match)
            ):
                return False
        # Where a value makes a run break off is not searched.
        return search.budget > 0 and not (path.end == BREAKS_OFF and ends_there)

    def _search(self, budget: int, accepts: Callable[[Sequence[WorkflowStep]], bool]) -> PathSearch:
        data: dict[str, Any] = {"steps": {}, "variables": {}}
        now = parse_date(DEFAULT_START) or 0
        return PathSearch(self._side.analysis, data, now, budget, failures=True, accepts=accepts)

    def _steps(self, steps: Sequence[WorkflowStep]) -> tuple[PathStep, ...]:
        return tuple(PathStep(self._side.id_now(step.node), step.fails) for step in steps)

    def _end(self, path: WorkflowPath) -> str:
        last = path.steps[-1]
        if last.edge is not None:  # it leads to a step that is not there, or that the run has been through
            return BREAKS_OFF
        is_retried = last.error_case is not None and last.error_case.error_action == RETRY_WORKFLOW
        return IS_RETRIED if is_retried else ENDS

    def _is_blocked(self, path: WorkflowPath) -> bool:
        """Whether a run breaks off on a path because of what is wrong with a step."""
        steps = (self._side.analysis.flow.part(step.node) for step in path.steps)
        return any(isinstance(step, Step) and _blocked(self._side, step) for step in steps)


# The events that are tried


class _Draft(NamedTuple):
    """An event that takes a path, as far as can be told without a run."""

    side: Side
    path: WorkflowPath
    solution: int

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


def _drafts(side: Side, paths: Iterable[WorkflowPath], affected: frozenset[str]) -> list[list[_Draft]]:
    """The events that can show a change, together those that come along the changed parts in the same way: those of the
    shortest paths first, and the likeliest of each path."""
    drafts: dict[tuple[Any, ...], list[_Draft]] = {}
    for path in sorted(paths, key=lambda path: len(path.steps)):
        passage = tuple(
            (step.node, step.pointer, step.choice, step.fails)
            for step in path.steps
            if side.id_now(step.node) in affected
        )
        if passage:
            drafts.setdefault(passage, []).extend(_Draft(side, path, number) for number in range(len(path.solutions)))
    return [sorted(among, key=lambda draft: draft.solution) for among in drafts.values()]


# The comparison


class _Shown(NamedTuple):
    """What one event has shown."""

    event: Event
    old: EventRun
    new: EventRun


class _Comparison:
    def __init__(self, old: Side, new: Side, affected: frozenset[str]) -> None:
        self._old, self._new = old, new
        self._old_paths, self._new_paths = _Paths(old), _Paths(new)
        (paths, more), (paths_now, more_now) = (side.explore(affected) for side in (self._old_paths, self._new_paths))
        self._drafts = [*_drafts(old, paths, affected), *_drafts(new, paths_now, affected)]
        self._are_more = more or more_now
        self._steps_left = _MOST_STEPS
        self._shown: dict[Hashable, dict[tuple[Path, Path], _Shown]] = {}
        """The smallest event for each two paths, by where they part."""
        self._undecided: dict[str, None] = {}
        self._untried = 0

    def result(self) -> PathComparison:
        self._try_events()
        self._steps_left = _MOST_STEPS
        changes = tuple(self._change([*alike.values()]) for alike in self._shown.values())
        return PathComparison(changes, tuple(self._undecided)[:_MOST_UNDECIDED], tuple(self._limits()))

    def _limits(self) -> Iterator[str]:
        if self._are_more:
            yield f"only {MAX_PATHS} of its paths were searched for changes"
        if self._untried:
            yield f"{counted(self._untried, 'event')} more might show a change and had no turn"

    def _try_events(self) -> None:
        """Try one event of each kind in turn, as long as the kind shows anything new."""
        pending = [(iter(drafts), 0) for drafts in self._drafts]
        while pending:
            drafts, idle = pending.pop(0)
            if (draft := next(drafts, None)) is None or idle == _MOST_ALIKE:
                continue
            if self._steps_left <= 0:
                self._untried += 1 + sum(1 for _ in drafts)
                continue
            pending.append((drafts, 0 if self._shows_new(self._run(draft.event())) else idle + 1))

    def _shows_new(self, shown: _Shown) -> bool:
        """Keep what an event has shown; whether its paths part in a way that was not seen before."""
        paths = shown.old.path, shown.new.path
        if UNDECIDED in (paths[0].end, paths[1].end):
            self._undecided |= {run.why: None for run in shown[1:] if run.path.end == UNDECIDED}
            return False
        if paths[0] == paths[1]:
            return False
        turn = Divergence.of(*paths).turn
        alike = self._shown.setdefault(turn, {})
        is_new = not alike
        if paths not in alike or shown.event.size < alike[paths].event.size:
            alike[paths] = shown
        return is_new

    def _run(self, event: Event) -> _Shown:
        shown = _Shown(event, run_event(self._old, event), run_event(self._new, event))
        self._steps_left -= len(shown.old.path.steps) + len(shown.new.path.steps)
        return shown

    def _change(self, alike: Sequence[_Shown]) -> PathChange:
        """One change for those that turn from the old path in the same way, shown by the smallest event; if one of the
        smaller ones shows that a path is gone or new, by that."""
        by_size = sorted(alike, key=lambda shown: shown.event.size)
        claims = ((shown, self._claims(shown)) for shown in by_size[:_MOST_ASKED])
        first, claim = next((pair for pair in claims if any(pair[1])), (by_size[0], (False, False)))
        paths = first.old.path, first.new.path

        def still(event: Event) -> bool:
            return all(self._goes(event, *side) for side in zip((self._old, self._new), paths, strict=True))

        event, old, new = self._run(smallest_event(first.event, still))
        names = step_namer(self._old, self._new)
        words, condition = divergence_in_words(*paths, new.why, names), event_in_words(event, names)
        return PathChange(event, old, new, *claim, words, condition, len(alike) - 1)

    def _goes(self, event: Event, side: Side, path: Path) -> bool:
        """Whether an event takes a path on a side; not where no more steps are allowed."""
        if self._steps_left <= 0:
            return False
        run = run_event(side, event, path)
        self._steps_left -= len(run.path.steps)
        return run.path == path

    def _claims(self, shown: _Shown) -> tuple[bool, bool]:
        """Whether the old path is gone, and whether the new one is new."""
        return self._new_paths.excludes(shown.old.path), self._old_paths.excludes(shown.new.path)
