"""The schedule graph of a collection: its nodes are workflows, its edges schedule calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kustui.analysis import walks
from kustui.analysis.flow import Edge, FlowGraph
from kustui.definition.models import RunAt


@dataclass(frozen=True, slots=True)
class ScheduleCall:
    """One step that schedules a workflow."""

    caller: str
    """The key of the workflow whose step it is."""
    step: str
    step_name: str
    pointer: str
    workflow_id: str | None
    """The id it names; None if it is missing, or a reference that only a run can resolve."""
    run_at: RunAt | None
    inputs: Mapping[str, Any]
    edges: tuple[Edge, ...]
    """The edges into the step: their conditions are the conditions of the call."""


def calls_of(key: str, flow: FlowGraph) -> tuple[ScheduleCall, ...]:
    """The schedule calls of one workflow, in flow order."""
    calls = []
    for step in flow.order:
        if schedule := step.schedule:
            named = schedule.workflow_id
            followed = isinstance(named, str) and not named.startswith("/#") and "{{" not in named
            calls.append(
                ScheduleCall(
                    key,
                    step.id,
                    step.name,
                    step.pointer,
                    named if followed else None,
                    schedule.run_at,
                    schedule.inputs,
                    flow.incoming[step.id],
                )
            )
    return tuple(calls)


@dataclass(frozen=True, eq=False)
class Schedules:
    """The schedule calls between the workflows of a collection."""

    calls: tuple[ScheduleCall, ...]
    keys: Mapping[str, str]
    """The key of the workflow that each id names."""

    @classmethod
    def of(cls, calls: Iterable[ScheduleCall], keys: Mapping[str, str]) -> Schedules:
        return cls(tuple(calls), keys)

    def target(self, call: ScheduleCall) -> str | None:
        """The key of the workflow that a call schedules, or None if the collection does not have it."""
        return self.keys.get(call.workflow_id) if call.workflow_id is not None else None

    @cached_property
    def from_workflow(self) -> Mapping[str, tuple[ScheduleCall, ...]]:
        return _grouped((call.caller, call) for call in self.calls)

    @cached_property
    def to_workflow(self) -> Mapping[str, tuple[ScheduleCall, ...]]:
        """The calls that schedule each workflow."""
        return _grouped((target, call) for call in self.calls if (target := self.target(call)) is not None)

    def targets(self, key: str) -> tuple[str, ...]:
        """The keys of the workflows that a workflow schedules, in the order of the collection."""
        targets = {self.target(call) for call in self.from_workflow.get(key, ())}
        return tuple(sorted((target for target in targets if target is not None), key=self._places.__getitem__))

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {key: place for place, key in enumerate(self.keys.values())}

    @cached_property
    def rings(self) -> tuple[tuple[str, ...], ...]:
        """A shortest ring of each set of workflows that schedule each other, starting with the one that comes first."""
        return walks.cycles(self._places, self.targets)


def _grouped(pairs: Iterable[tuple[str, ScheduleCall]]) -> Mapping[str, tuple[ScheduleCall, ...]]:
    groups: dict[str, list[ScheduleCall]] = {}
    for key, call in pairs:
        groups.setdefault(key, []).append(call)
    return {key: tuple(calls) for key, calls in groups.items()}
