"""What a rule is given to look at: one workflow, or what was found out about all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from kustui.check.closest import closest
from kustui.check.settings import Settings
from kustui.definition.expressions import parse_condition
from kustui.graph.flow import Flow
from kustui.graph.references import Read, reads_of
from kustui.graph.schedules import Call, Schedules, calls_of

if TYPE_CHECKING:
    from kustui.definition.collection import Collection, Document, Entry
    from kustui.definition.expressions import Condition
    from kustui.definition.models import Schema, Transition, Workflow
    from kustui.definition.reading import Reading

    W = TypeVar("W", bound=Transition)


@dataclass(frozen=True, eq=False)
class Subject:
    """One workflow, with what was worked out about it once."""

    collection: Collection
    entry: Entry
    reading: Reading
    settings: Settings = field(default_factory=Settings)

    @property
    def workflow(self) -> Workflow:
        return self.reading.workflow

    @cached_property
    def document(self) -> Document:
        return self.collection.document_of(self.entry)

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.workflow)

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        return tuple(reads_of(self.flow))

    @cached_property
    def conditions(self) -> tuple[tuple[str, Condition], ...]:
        """The condition of every transition and error case, with the node it leaves."""
        return tuple(
            (node, parse_condition(written.op, written.values, f"{way.transition.pointer}/condition"))
            for node, ways in self.flow.written.items()
            for way in ways
            if (written := way.transition.condition) is not None
        )

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        return calls_of(self.entry.key, self.flow)

    @cached_property
    def assumed(self) -> Flow | None:
        """The flow as it was probably meant, for rules that ask what leads where: a target that is not there stands
        for the closest name that is. None where that cannot be told, or where parts could not be read: what would
        be found then follows from what is reported already."""
        if not self.whole or self.flow.shadowed:
            return None
        if not self.flow.lost:
            return self.flow
        meant = {way.target: closest(way.target, self.flow.steps) for way in self.flow.lost}
        return Flow(_retargeted(self.workflow, meant)) if all(meant.values()) else None

    @cached_property
    def whole(self) -> bool:
        """Whether every step and transition could be read: if not, what is missing may be what was left out."""
        return not any(fault.rule == "invalid-shape" for fault in self.reading.faults)


def _retargeted(workflow: Workflow, meant: Mapping[str, str]) -> Workflow:
    """The workflow with other targets for its transitions and error cases."""

    def ways(transitions: tuple[W, ...]) -> tuple[W, ...]:
        return tuple(way.model_copy(update={"target": meant.get(way.target, way.target)}) for way in transitions)

    trigger = workflow.trigger and workflow.trigger.model_copy(
        update={"transitions": ways(workflow.trigger.transitions)}
    )
    steps = tuple(
        step.model_copy(update={"transitions": ways(step.transitions), "error_cases": ways(step.error_cases)})
        for step in workflow.steps
    )
    return workflow.model_copy(update={"trigger": trigger, "steps": steps})


@dataclass(frozen=True, slots=True)
class Facts:
    """What other workflows, and the collection as a whole, want to know of a workflow. Its model is not kept."""

    entry: Entry
    id: str | None
    name: str
    pointer: str
    callable: bool
    event_name: str
    inputs: Schema | None
    """The schema of a callable workflow's inputs, where it declares one."""
    calls: tuple[Call, ...]
    certain: frozenset[str]
    """The schedule steps (by pointer) that every run reaches, whatever its conditions decide."""


@dataclass(frozen=True, eq=False)
class Survey:
    """All workflows of a collection, as facts in the order of its entries."""

    collection: Collection
    facts: Mapping[str, Facts]
    """By the key of the workflow."""
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def by_id(self) -> Mapping[str, Facts]:
        """The first workflow of each id."""
        return {id_: self.facts[entry.key] for id_, entry in self.collection.by_id.items()}

    @cached_property
    def schedules(self) -> Schedules:
        calls = (call for facts in self.facts.values() for call in facts.calls)
        return Schedules.of(calls, {id_: entry.key for id_, entry in self.collection.by_id.items()})

    def target(self, call: Call) -> Facts | None:
        """The workflow that a call schedules, or None where the collection has none."""
        return self.by_id.get(call.workflow_id) if call.workflow_id is not None else None
