"""What two states of some workflows do differently."""

from __future__ import annotations

from msgspec import Struct

from kustui.definition.collection import Entry
from kustui.definition.loader import Progress
from kustui.review.comparison import Comparison
from kustui.review.event_runs import Side
from kustui.review.path_changes import PathComparison, compare_paths
from kustui.review.scenario_changes import ScenarioChange, compare_scenarios


class WorkflowBehaviour(Struct, frozen=True):
    """A workflow that is there in both states, and which events go another way through it now."""

    new: Entry
    paths: PathComparison


class Behaviour(Struct, frozen=True):
    """The changed behaviour of all workflows. All paths of one that came are new, all of one that went are gone: none
    is listed."""

    workflows: tuple[WorkflowBehaviour, ...] = ()
    """Those of which there is something to say."""
    scenarios: tuple[ScenarioChange, ...] = ()
    """Those that come to something else."""
    not_compared: int = 0
    """Workflows that changed and were not compared, as there are too many."""


def compare_behaviour(comparison: Comparison, most: int | None = None, progress: Progress | None = None) -> Behaviour:
    """The changed behaviour between two states, of at most so many workflows that changed. Takes a while: up to a
    second for each of them, and for some hundred scenarios."""
    changed = [(pair, pair.new) for pair in comparison.pairs if pair.old and pair.new]
    compared = changed[:most]
    workflows = []
    for done, (pair, new) in enumerate(compared):
        if progress is not None:
            progress(done, len(compared))
        paths = compare_paths(*Side.both(comparison, pair))
        if paths != PathComparison():
            workflows.append(WorkflowBehaviour(new, paths))
    return Behaviour(tuple(workflows), compare_scenarios(comparison), len(changed) - len(compared))
