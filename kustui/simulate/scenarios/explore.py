"""Every path through a workflow, or through all that it schedules, and what each needs, in words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from msgspec import Struct, field

from kustui.analysis.names import node_name, path_namer
from kustui.analysis.walks import breadth_first
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.dates import parse_date
from kustui.definition.expressions import in_words
from kustui.definition.platform import CONTINUE, TRIGGER_ID
from kustui.groups import grouped
from kustui.simulate import DEFAULT_START
from kustui.simulate.engine.words import operands
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.path_search import PathSearch, PathStep, WorkflowPath
from kustui.simulate.paths.symbolic import Constraint, PathRun
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.path_scenario import PathScenario, scenario_for_path, with_expectations
from kustui.simulate.scenarios.replay import Replay
from kustui.text.messages import counted

MAX_PATHS = 100
_NODES_PER_PATH = 60


class DescribedRun(Struct, frozen=True):
    """One run of a path, in words."""

    path_run: PathRun
    nodes: tuple[str, ...]
    """The trigger and its steps; last the step that nothing can lead to, where the path contradicts itself there."""
    needs: tuple[str, ...]
    """What has to hold in it; what always holds is left out."""

    @property
    def analysis(self) -> WorkflowAnalysis:
        return self.path_run.analysis

    def name(self, node: str) -> str:
        """What people call the trigger or a step."""
        return node_name(self.analysis.flow, node)


class ExploredPath(Struct, frozen=True, eq=False, dict=True):
    """A path from a trigger to where the run ends, or on through the runs that it schedules, in words."""

    workflow_path: WorkflowPath
    _needs: dict[Hashable, str] = field(default_factory=dict)
    """What steps need that were described before, which paths of an exploration share."""

    @property
    def analysis(self) -> WorkflowAnalysis:
        """The workflow of its first run."""
        return self.workflow_path.runs[0].analysis

    @cached_property
    def described_runs(self) -> tuple[DescribedRun, ...]:
        """Its runs in the order in which they begin; one unless schedules are followed."""
        return tuple(self._described(number) for number in range(len(self.workflow_path.runs)))

    @property
    def nodes(self) -> tuple[str, ...]:
        """The trigger and the steps of its first run."""
        return self.described_runs[0].nodes

    @property
    def steps_in_words(self) -> str:
        """The steps of all its runs by name: ``a -> b``."""
        return " -> ".join(run.name(node) for run in self.described_runs for node in run.nodes if node != TRIGGER_ID)

    @property
    def is_contradiction(self) -> bool:
        """Whether nothing can make a run take it."""
        return not self.workflow_path.solutions and self.workflow_path.complete

    @property
    def needs(self) -> tuple[str, ...]:
        """What has to hold on it; for a later run with its workflow."""
        return tuple(
            f"in {run.analysis.title}: {need}" if number else need
            for number, run in enumerate(self.described_runs)
            for need in run.needs
        )

    @property
    def not_followed(self) -> tuple[str, ...]:
        """What it schedules and does not go on with, and why."""
        return self.workflow_path.not_followed

    @property
    def contradiction(self) -> str:
        """What contradicts itself on it; an empty string where nothing does."""
        contradiction = self.workflow_path.contradiction
        if contradiction is None:
            return ""
        words = " and ".join(dict.fromkeys(self._in_words(constraint) for constraint in contradiction.constraints))
        if contradiction.verdict is None:
            return words
        of_last = self.workflow_path.runs[contradiction.constraints[-1].scope.run].analysis
        values = ", ".join(operands(contradiction.verdict, path_namer(of_last.flow)))
        return f"{words}, and on this path {values}" if values else f"{words}, which cannot be"

    @property
    def unsolved(self) -> tuple[str, ...]:
        """The conditions on it for which no value was found, so that they have to be forced; empty where another
        solution has values for all."""
        solution = next(iter(self.workflow_path.solutions), None)
        return tuple(dict.fromkeys(map(self._in_words, solution.unsolved))) if solution is not None else ()

    def _in_words(self, constraint: Constraint) -> str:
        runs = self.workflow_path.runs
        analysis = runs[constraint.scope.run].analysis
        where = f"in {analysis.title}: " if len(runs) > 1 else ""
        comparison = in_words(constraint.comparison, path_namer(analysis.flow))
        return f"{where}{'' if constraint.holds else 'not '}{comparison}"

    def _described(self, number: int) -> DescribedRun:
        path = self.workflow_path
        run = path.runs[number]
        steps = [step for step in path.steps if step.run == number]
        blocked = steps and not path.solutions and steps[-1] is path.steps[-1]
        last = steps[-1].edge if blocked else None
        nodes = (*(step.node for step in steps), *([last.target] if last is not None else []))
        needs = (self._need(run.analysis, step) for step in steps)
        return DescribedRun(run, nodes, tuple(filter(None, needs)))

    def _need(self, analysis: WorkflowAnalysis, step: PathStep) -> str:
        error_case = step.error_case.transition.pointer if step.error_case is not None else ""
        key = (analysis.key, step.node, step.pointer, step.fails, error_case)
        if key not in self._needs:
            self._needs[key] = _need(analysis, step)
        return self._needs[key]


def _need(analysis: WorkflowAnalysis, step: PathStep) -> str:
    """What has to hold for a step to be left so; an empty string where that always does."""
    namer = path_namer(analysis.flow)
    fails = f"{node_name(analysis.flow, step.node)} fails" if step.fails else ""
    if step.error_case is not None:
        condition = analysis.flow.conditions.get(step.error_case.transition.pointer)
        words = in_words(condition, namer) if condition is not None else "always"
        fails += "" if words == "always" else f" and {words}"
        fails += f" ({step.error_case.destination})"
    if step.edge is None and step.error_case is not None and step.error_case.error_action != CONTINUE:
        words = ""
    elif step.edge is None:
        edges = analysis.flow.declared_edges.get(step.node, ())
        handles = step.fails and step.error_case is None
        passed = any(edge.after_failure == handles for edge in edges)
        edge = "error case" if handles else "transition"
        words = f"no {edge} from {node_name(analysis.flow, step.node)} holds" if passed else ""
    else:
        condition = analysis.flow.conditions.get(step.edge.transition.pointer)
        words = in_words(condition, namer) if condition is not None else ""
        words = "" if words == "always" else words
    return " and ".join(filter(None, (fails, words)))


class Exploration(Struct, frozen=True, dict=True):
    """The paths from one workflow."""

    analysis: WorkflowAnalysis
    paths: tuple[ExploredPath, ...]
    cut: bool
    """Whether there are more."""

    def summary(self, which: str = "") -> str:
        """How many there are, with words about them: ``3 paths from W, and 1 that cannot hold``."""
        impossible = sum(path.is_contradiction for path in self.paths)
        words = f"{counted(len(self.paths) - impossible, 'path')}{which}"
        return f"{words}, and {impossible} that cannot hold" if impossible else words

    @cached_property
    def titles(self) -> Mapping[ExploredPath, str]:
        """What each path is called: what is needed on it, as far as that tells it from others that do not need all of
        it; with the steps, where another needs exactly the same."""
        possible = [path for path in self.paths if not path.is_contradiction]
        needing = {need: frozenset(paths) for need, paths in grouped((n, p) for p in possible for n in p.needs).items()}
        alike = grouped((frozenset(path.needs), path) for path in possible)
        titles = {}
        for path in possible:
            others, chosen = frozenset(possible), set[str]()
            for need in sorted(path.needs, key=lambda need: len(needing[need])):
                if len(others) > 1 and not others <= needing[need]:
                    others &= needing[need]
                    chosen.add(need)
            words = "; ".join(dict.fromkeys(need for need in path.needs if need in (chosen or path.needs)))
            is_alone = len(alike[frozenset(path.needs)]) == 1
            titles[path] = words if words and is_alone else ": ".join(filter(None, (words, path.steps_in_words)))
        return {path: f"{path.analysis.title}: {words or 'no step'}" for path, words in titles.items()}


def explore_paths(analysis: WorkflowAnalysis, most: int = MAX_PATHS, follow: Organisation | None = None) -> Exploration:
    """The distinct paths through a workflow, at most so many, and as many that contradict themselves; with failures.

    With ``follow`` they go on through the workflows of that organisation which are scheduled on them.
    """
    data: dict[str, Any] = {"steps": LayeredMap(), "variables": {}}
    budget = most * _NODES_PER_PATH + len(analysis.flow.steps)
    search = PathSearch(analysis, data, parse_date(DEFAULT_START) or 0, budget, failures=True, follow=follow)
    paths: list[ExploredPath] = []
    counts = {False: 0, True: 0}  # those that contradict themselves take no place of another
    needs: dict[Hashable, str] = {}
    for path in (ExploredPath(path, needs) for path in search.paths_from(TRIGGER_ID, spread_after=most // 2)):
        counts[path.is_contradiction] += 1
        if counts[path.is_contradiction] <= most:
            paths.append(path)
        elif not path.is_contradiction:
            return Exploration(analysis, tuple(paths), cut=True)
    return Exploration(analysis, tuple(paths), cut=search.budget <= 0)


def chain_heads(organisation: Organisation) -> Iterator[WorkflowAnalysis]:
    """The workflows that chains begin with: those that no other schedules, and of a ring the one that stands first."""
    visited: set[str] = set()
    analyses = [organisation.analysis(entry.key) for entry in organisation.collection.entries]
    onward = {analysis.key: _scheduled_by(organisation, analysis) for analysis in analyses}
    scheduled = {target for key, targets in onward.items() for target in targets if target != key}

    def not_visited(key: str) -> Sequence[str]:
        return () if key in visited else onward[key]

    for analysis in sorted(analyses, key=lambda analysis: analysis.workflow.callable and analysis.key in scheduled):
        if analysis.key not in visited:
            yield analysis
            visited.update(tuple(breadth_first((analysis.key,), not_visited)))


def _scheduled_by(organisation: Organisation, analysis: WorkflowAnalysis) -> list[str]:
    """The keys of the workflows that a workflow schedules."""
    ids = [step.params.get("workflowId") for step in analysis.flow.steps.values() if step.schedules]
    return [target.key for id_ in ids if isinstance(id_, str) and (target := organisation.by_id(id_)) is not None]


def build_path_scenario(organisation: Organisation, path: ExploredPath, title: str = "") -> PathScenario:
    """A scenario that takes a path, to start from, and where that has to be forced; called by what the path needs,
    unless there is another title."""
    title = title or f"{path.analysis.title}: {'; '.join(path.needs) or path.steps_in_words or 'no step'}"
    return scenario_for_path(organisation, path.workflow_path, title)


def expected_path_scenario(organisation: Organisation, path: ExploredPath, title: str = "") -> Scenario | None:
    """That scenario, with its result as expectations; None where the path contradicts itself."""
    scenario = build_path_scenario(organisation, path, title).scenario
    return with_expectations(organisation, scenario) if scenario is not None else None


# The paths that scenarios take


class TakenPaths:
    """What replays of scenarios have taken. ``chain``: a path is all runs from the first one on, in the order in which
    they begin; else it is one run."""

    def __init__(self, replays: Iterable[Replay], *, chain: bool) -> None:
        self._chain = chain
        of_replays = map(_runs_of, replays)
        self._places = grouped((run, (runs, index)) for runs in of_replays for index, run in enumerate(runs))
        """Where a run comes: the runs of a replay, and its index in them."""

    def __contains__(self, replay: Replay) -> bool:
        """Whether one of them has taken the path of a replay."""
        runs = _runs_of(replay)
        places = self._places.get(runs[0], ()) if runs else ()
        return any(not self._chain or _is_within(runs[1:], islice(among, index + 1, None)) for among, index in places)


_RunPath = tuple[str, ...]
"""The key of a workflow, then each node of a run with the edges that were taken there."""


def _runs_of(replay: Replay) -> tuple[_RunPath, ...]:
    runs: dict[int, list[str]] = {}
    for entry in replay.entries:
        if entry.run:
            failed = "fails" if entry.failure is not None else ""
            run = runs.setdefault(entry.run, [entry.key])
            run.extend((entry.node, failed, entry.error_case, entry.error_action, entry.taken))
    return tuple(map(tuple, runs.values()))


def _is_within(runs: Sequence[_RunPath], among: Iterable[_RunPath]) -> bool:
    """Whether some runs are among others, in the same order."""
    rest = iter(among)
    return all(run in rest for run in runs)
