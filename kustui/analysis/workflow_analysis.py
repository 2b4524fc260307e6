"""What is worked out about a workflow, once for everybody: rules, rehearsal, diagrams, search and screen.

A ``WorkflowAnalysis`` holds the model of its workflow, so it is kept only of workflows that somebody has opened
(``AnalysisCache``). Of all others a ``WorkflowSummary`` is kept, and ``CollectionAnalysis`` is made of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from kustui.analysis.flow import FlowGraph
from kustui.analysis.guards import guards_of, must_reach
from kustui.analysis.inferred_fields import InferredField, inferred_fields_of
from kustui.analysis.null_guards import NullGuards
from kustui.analysis.references import Read, reads_of
from kustui.analysis.schedules import ScheduleCall, Schedules, calls_of
from kustui.config.check_settings import Settings
from kustui.definition.models import Schema
from kustui.definition.platform import TRIGGER_ID, called_id
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import parent
from kustui.text.suggestions import closest

if TYPE_CHECKING:
    from kustui.definition.collection import Collection, Document, Entry
    from kustui.definition.models import Transition, Workflow
    from kustui.definition.parsed_workflow import ParsedWorkflow

    W = TypeVar("W", bound=Transition)


@dataclass(frozen=True, eq=False)
class WorkflowAnalysis:
    """One workflow, with what was worked out about it once."""

    collection: Collection
    entry: Entry
    settings: Settings = field(default_factory=Settings)

    @property
    def key(self) -> str:
        return self.entry.key

    @property
    def title(self) -> str:
        return self.entry.title

    @cached_property
    def parsed(self) -> ParsedWorkflow:
        """Its model as far as it could be read, and what could not."""
        return self.entry.read()

    @property
    def workflow(self) -> Workflow:
        return self.parsed.workflow

    @cached_property
    def document(self) -> Document:
        return self.collection.document_of(self.entry)

    @cached_property
    def flow(self) -> FlowGraph:
        return FlowGraph(self.workflow)

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        return tuple(reads_of(self.flow))

    @cached_property
    def null_guards(self) -> NullGuards | None:
        """What guards reads of steps that may not have run, on the intended flow; None where there is none."""
        return NullGuards(self.assumed) if self.assumed is not None else None

    @cached_property
    def inferred_fields(self) -> Mapping[str, tuple[InferredField, ...]]:
        """What it reads of the trigger and of each step, by node, and what that says about the values."""
        return inferred_fields_of(self.flow, self.reads)

    @property
    def inputs(self) -> Schema | None:
        """The schema of a callable workflow's inputs; None for any other."""
        trigger = self.workflow.trigger
        return trigger.input_schema if trigger is not None and trigger.callable else None

    def output_schema(self, action: str) -> Schema | None:
        """The schema of what an action of its own app answers; None where the app does not declare it."""
        app = self.document.app
        for declared in app.actions if app is not None else ():
            name = declared.get("name")
            if isinstance(name, str) and (name == action or (name and action.endswith(f".{name}"))):
                try:
                    return Schema.model_validate(declared.get("outputSchema"))
                except ValidationError:
                    return None
        return None

    @cached_property
    def calls(self) -> tuple[ScheduleCall, ...]:
        return calls_of(self.entry.key, self.flow)

    def scheduled(self, step_id: str) -> Entry | None:
        """The workflow that a step schedules; None where it schedules none, or none that the collection has."""
        named = next((call.workflow_id for call in self.calls if call.step == step_id), None)
        return self.collection.by_id.get(named) if named is not None else None

    @cached_property
    def certain(self) -> frozenset[str]:
        """The schedule steps (by pointer) that every run reaches."""
        return must_reach(self.flow) if self.calls else frozenset()

    @property
    def deciding(self) -> Mapping[str, tuple[Transition, ...]]:
        """The edges whose conditions decide whether another schedule step (by pointer) is reached."""
        return {
            call.pointer: guards_of(self.flow, call.step) for call in self.calls if call.pointer not in self.certain
        }

    @cached_property
    def assumed(self) -> FlowGraph | None:
        """The flow as it was probably meant, for rules that ask what leads where: a target that is not there stands
        for the closest name that is. None where that cannot be told, or where parts could not be read: what would
        be found then follows from what is reported already."""
        if not self.whole or self.flow.duplicates:
            return None
        if not self.flow.dangling:
            return self.flow
        return FlowGraph(_retargeted(self.workflow, self.meant)) if all(self.meant.values()) else None

    @cached_property
    def meant(self) -> Mapping[str, str]:
        """For each target that is not there the closest step that is, or an empty string. A step that nothing else
        leads to comes first."""
        lone = [step.id for step in self.flow.unreachable]
        targets = {edge.target for edge in self.flow.dangling if self.flow.node(edge.target) is None}
        near = {target: closest(target, lone) or closest(target, self.flow.steps) for target in targets}
        return {edge.target: near.get(edge.target, "") for edge in self.flow.dangling}

    @cached_property
    def whole(self) -> bool:
        """Whether every step and transition could be read: if not, what is missing may be what was left out."""
        return self.workflow.trigger is not None and not any(
            fault.rule == "invalid-shape" and self._leads(fault.pointer) for fault in self.parsed.faults
        )

    def _leads(self, pointer: str) -> bool:
        """Whether what a pointer names, if left out, takes steps or ways with it."""
        match pointer.removeprefix(self.workflow.pointer).split("/")[1:]:
            case ["trigger", member, *_]:
                return member == "transitions"
            case ["steps", _, member, *_]:
                return member in ("id", "transitions", "errorCases")
            case [member]:
                return member in ("trigger", "steps")
            case ["response" | "meta", *_]:
                return False
        return True

    @cached_property
    def unclear(self) -> frozenset[str]:
        """Pointers of what is reported as badly written, or what only a run can tell: nothing is said of its inside."""
        found = {
            parent(fault.pointer) if fault.rule == "duplicate-key" else fault.pointer for fault in self.parsed.faults
        }
        for step in self.workflow.steps:
            if step.schedules and not isinstance(step.params.get("inputs", {}), dict):
                found.add(f"{step.pointer}/params/inputs")
        return frozenset(found)

    def clear(self, pointer: str) -> bool:
        """Whether what a pointer names can be judged."""
        return is_clear(pointer, self.unclear)

    @cached_property
    def versions(self) -> Mapping[str, tuple[str, str]]:
        """Each ``appVersion`` that is written: the pointer where it first is, and the step."""
        found: dict[str, tuple[str, str]] = {}
        trigger = self.workflow.trigger
        if trigger is not None and trigger.app_version is not None:
            found[trigger.app_version] = (f"{trigger.pointer}/appVersion", TRIGGER_ID)
        for step in self.workflow.steps:
            if step.app_version is not None and step.app_version not in found:
                found[step.app_version] = (f"{step.pointer}/appVersion", step.id)
        return found

    def summary(self) -> WorkflowSummary:
        """What is kept of it for the collection as a whole."""
        trigger = self.workflow.trigger
        return WorkflowSummary(
            self.entry,
            self.workflow.id,
            self.workflow.name,
            self.workflow.pointer,
            callable=self.workflow.callable,
            event_name=trigger.event_name if trigger else "",
            inputs=trigger.input_schema if trigger else None,
            calls=self.calls,
            certain=self.certain,
            deciding=self.deciding,
            unclear=self.unclear,
            versions=self.versions,
        )


_MOST_KEPT = 512
"""Workflows whose analyses are kept, each some eight times its text: more than a person opens."""


class AnalysisCache:
    """The analyses of the workflows of a collection that somebody has opened: the same one for everybody.

    The last ones that were asked for are kept. Who looks at all workflows once makes their own and keeps none.
    """

    def __init__(self, collection: Collection, settings: Settings | None = None) -> None:
        self.collection = collection
        self.settings = settings or Settings()
        make = partial(WorkflowAnalysis, collection, settings=self.settings)
        self._kept = lru_cache(maxsize=_MOST_KEPT)(make)

    def of(self, entry: Entry) -> WorkflowAnalysis:
        return self._kept(entry)


def is_clear(pointer: str, unclear: frozenset[str]) -> bool:
    """Whether neither a value nor anything in it is among what is unclear."""
    return not any(each == pointer or each.startswith(f"{pointer}/") for each in unclear)


def _retargeted(workflow: Workflow, meant: Mapping[str, str]) -> Workflow:
    """The workflow with other targets for its transitions and error cases."""

    def edges(transitions: tuple[W, ...]) -> tuple[W, ...]:
        return tuple(edge.model_copy(update={"target": meant.get(edge.target, edge.target)}) for edge in transitions)

    trigger = workflow.trigger and workflow.trigger.model_copy(
        update={"transitions": edges(workflow.trigger.transitions)}
    )
    steps = tuple(
        step.model_copy(update={"transitions": edges(step.transitions), "error_cases": edges(step.error_cases)})
        for step in workflow.steps
    )
    return workflow.model_copy(update={"trigger": trigger, "steps": steps})


@dataclass(frozen=True, slots=True)
class WorkflowSummary:
    """What other workflows, and the collection as a whole, want to know of a workflow. Its model is not kept."""

    entry: Entry
    id: str | None
    name: str
    pointer: str
    callable: bool
    event_name: str
    inputs: Schema | None
    """The schema of a callable workflow's inputs, where it declares one."""
    calls: tuple[ScheduleCall, ...]
    certain: frozenset[str]
    """The schedule steps (by pointer) that every run reaches, whatever its conditions decide."""
    deciding: Mapping[str, tuple[Transition, ...]]
    """The edges whose conditions decide whether another schedule step (by pointer) is reached."""
    unclear: frozenset[str]
    versions: Mapping[str, tuple[str, str]]
    """As the subject has them."""

    def clear(self, pointer: str) -> bool:
        """Whether what a pointer names can be judged."""
        return is_clear(pointer, self.unclear)


@dataclass(frozen=True, eq=False)
class CollectionAnalysis:
    """All workflows of a collection, as facts in the order of its entries."""

    collection: Collection
    facts: Mapping[str, WorkflowSummary]
    """By the key of the workflow."""
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def by_id(self) -> Mapping[str, WorkflowSummary]:
        """The first workflow of each id."""
        return {id_: self.facts[entry.key] for id_, entry in self.collection.by_id.items()}

    @cached_property
    def schedules(self) -> Schedules:
        calls = (call for _, call in self.calls)
        return Schedules.of(calls, {id_: entry.key for id_, entry in self.collection.by_id.items()})

    @property
    def calls(self) -> Iterator[tuple[WorkflowSummary, ScheduleCall]]:
        """Every schedule call, with the workflow that makes it."""
        for facts in self.facts.values():
            for call in facts.calls:
                yield facts, call

    @cached_property
    def by_event(self) -> Mapping[str, WorkflowSummary]:
        """Workflows by the id that their ``eventName`` calls them by, where it is not their own: that is reported."""
        found: dict[str, WorkflowSummary] = {}
        for facts in self.facts.values():
            called = called_id(facts.event_name)
            if called is not None and called != facts.entry.id:
                found.setdefault(called, facts)
        return found

    @cached_property
    def complete(self) -> bool:
        """Whether every file could be read: if not, a workflow that is not here may be in one that is broken."""
        return not any(document.shape is Shape.BROKEN for document in self.collection.documents)

    def target(self, call: ScheduleCall) -> WorkflowSummary | None:
        """The workflow that a call schedules, or None where the collection has none."""
        return self.by_id.get(call.workflow_id) if call.workflow_id is not None else None
