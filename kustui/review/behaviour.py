"""What two states of some workflows do differently."""

from __future__ import annotations

from dataclasses import dataclass

from kustui.definition.collection import Entry
from kustui.review.comparison import Comparison
from kustui.review.event_runs import Side
from kustui.review.path_changes import PathComparison, compare_paths
from kustui.review.scenario_changes import ScenarioChange, compare_scenarios


@dataclass(frozen=True)
class WorkflowBehaviour:
    """A workflow that is there in both states, and which events go another way through it now."""

    old: Entry
    new: Entry
    paths: PathComparison


@dataclass(frozen=True)
class Behaviour:
    """The changed behaviour of all workflows. All paths of one that came are new, all of one that went are gone: none
    is listed."""

    workflows: tuple[WorkflowBehaviour, ...] = ()
    """Those of which there is something to say."""
    scenarios: tuple[ScenarioChange, ...] = ()
    """Those that come to something else."""


def compare_behaviour(comparison: Comparison) -> Behaviour:
    """The changed behaviour between two states. Takes a while: up to a second for each workflow that changed, and for
    some hundred scenarios."""
    workflows = []
    for pair in comparison.pairs:
        if pair.old is not None and pair.new is not None:
            paths = compare_paths(*Side.both(comparison, pair))
            if paths != PathComparison():
                workflows.append(WorkflowBehaviour(pair.old, pair.new, paths))
    return Behaviour(tuple(workflows), compare_scenarios(comparison))
