"""The schedule graph of a collection: its nodes are workflows, its edges schedule calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from kustui.analysis import walks
from kustui.analysis.flow import FlowGraph
from kustui.analysis.names import path_namer
from kustui.definition.expressions import is_plain
from kustui.definition.models import RunAt, due_in_words
from kustui.definition.platform import RELATIVE_UNIT_MINUTES
from kustui.definition.source.positions import STRING, key_text
from kustui.groups import grouped

_NAMED_ID = re.compile(rb'"workflowId"[ \t\r\n]*:[ \t\r\n]*(' + STRING + rb")")


class ScheduleCall(Struct, frozen=True):
    """One step that schedules a workflow."""

    caller: str
    """The key of the workflow whose step it is."""
    step: str
    step_name: str
    pointer: str
    workflow_id: str | None
    """The id it names; None if it is missing, or a reference that only a run can resolve."""
    run_at: RunAt | None
    due: str
    """When the run is due, in words: ``after 60 min``."""
    inputs: Mapping[str, Any]
    reachable: bool = True
    """Whether a run can come to the step."""


def calls_of(key: str, flow: FlowGraph, unit: float = RELATIVE_UNIT_MINUTES) -> tuple[ScheduleCall, ...]:
    """The schedule calls of one workflow, in flow order. ``unit`` is that of a relative ``runAt``, in minutes."""
    calls = []
    name = path_namer(flow)
    for step in flow.order:
        if schedule := step.schedule:
            named = schedule.workflow_id
            followed = isinstance(named, str) and is_plain(named)
            calls.append(
                ScheduleCall(
                    key,
                    step.id,
                    step.name,
                    step.pointer,
                    named if followed else None,
                    schedule.run_at,
                    due_in_words(schedule.run_at, unit, name),
                    schedule.inputs,
                    step.id in flow.possible.reachable,
                )
            )
    return tuple(calls)


def ids_named_in(text: bytes) -> frozenset[str]:
    """All that the text of a workflow gives as a ``workflowId``, be it in a schedule call or elsewhere; quick."""
    return frozenset(key_text(literal) for literal in _NAMED_ID.findall(text))


class Schedules(Struct, frozen=True, eq=False, dict=True):
    """The schedule calls between the workflows of a collection."""

    calls: tuple[ScheduleCall, ...]
    keys: Mapping[str, str]
    """The key of the workflow that each id names."""
    disabled: frozenset[str] = frozenset()
    """The keys of workflows that never run."""
    not_callable: frozenset[str] = frozenset()
    """The keys of workflows that no call starts."""

    @classmethod
    def of(
        cls,
        calls: Iterable[ScheduleCall],
        keys: Mapping[str, str],
        disabled: Iterable[str] = (),
        not_callable: Iterable[str] = (),
    ) -> Schedules:
        return cls(tuple(calls), keys, frozenset(disabled), frozenset(not_callable))

    def target(self, call: ScheduleCall) -> str | None:
        """The key of the workflow that a call schedules, or None if the collection does not have it."""
        return self.keys.get(call.workflow_id) if call.workflow_id is not None else None

    @cached_property
    def from_workflow(self) -> Mapping[str, tuple[ScheduleCall, ...]]:
        return grouped((call.caller, call) for call in self.calls)

    @cached_property
    def to_workflow(self) -> Mapping[str, tuple[ScheduleCall, ...]]:
        """The calls that schedule each workflow."""
        return grouped((target, call) for call in self.calls if (target := self.target(call)) is not None)

    def targets(self, key: str) -> tuple[str, ...]:
        """The keys of the workflows that a workflow schedules, in the order of the collection."""
        targets = {self.target(call) for call in self.from_workflow.get(key, ())}
        return self._in_order(target for target in targets if target is not None)

    @cached_property
    def runs(self) -> Mapping[str, Mapping[str, tuple[ScheduleCall, ...]]]:
        """The calls that lead to a run, by the keys of caller and called workflow: a run of the caller can come to the
        step, both workflows are enabled, and the called one is callable."""
        runs: dict[str, dict[str, list[ScheduleCall]]] = {}
        for call in self.calls:
            target = self.target(call)
            if (
                target is not None
                and call.reachable
                and target not in self.not_callable
                and self.disabled.isdisjoint((call.caller, target))
            ):
                runs.setdefault(call.caller, {}).setdefault(target, []).append(call)
        return {
            caller: {target: tuple(calls[target]) for target in self._in_order(calls)} for caller, calls in runs.items()
        }

    def _in_order(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(keys, key=self._places.__getitem__))

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {key: place for place, key in enumerate(self.keys.values())}

    @cached_property
    def components(self) -> tuple[tuple[str, ...], ...]:
        """The sets of workflows that schedule each other, each in the order of the collection, as is the whole."""
        components = walks.strongly_connected_components(self._places, lambda key: self.runs.get(key, ()))
        rings = (keys for keys in components if len(keys) > 1 or keys[0] in self.runs.get(keys[0], ()))
        return tuple(sorted(map(self._in_order, rings), key=lambda keys: self._places[keys[0]]))
