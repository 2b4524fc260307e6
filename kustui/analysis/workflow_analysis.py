"""The analysis of a workflow, computed once for rules, rehearsal, diagrams, search and screen.

A ``WorkflowAnalysis`` holds the model of its workflow, so it is kept only of workflows that somebody has opened, by an
``AnalysisCache``. Of all others a ``WorkflowSummary`` is kept.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct, field

from kustui.analysis.flow import FlowGraph
from kustui.analysis.guards import NullGuards, must_reach
from kustui.analysis.offered_fields import OfferedFields
from kustui.analysis.reads import Fields, InferredFields, Read, equated_literals_of, inferred_fields_of, reads_of
from kustui.analysis.schedules import ScheduleCall, calls_of
from kustui.analysis.workflow_summary import WorkflowSummary, is_readable
from kustui.config.check_settings import Settings
from kustui.definition.collection import AppEntry, Collection, Document, Entry
from kustui.definition.expressions import AllOf, AnyOf, Condition, Path, parts_of
from kustui.definition.free_names import FreeNames
from kustui.definition.models import ErrorCase, Schema, Step, Workflow
from kustui.definition.parsed_workflow import ParsedWorkflow
from kustui.definition.part_values import schema_of
from kustui.definition.platform import COMPUTED_ACTIONS, TRIGGER_ID
from kustui.definition.source.json_values import UNKNOWN_VALUE
from kustui.definition.source.positions import parent
from kustui.definition.source.source import UNKNOWN_KEY
from kustui.groups import grouped
from kustui.text.messages import Names, closest

if TYPE_CHECKING:  # imported by what works them out: opening a workflow on the screen needs none of them
    from kustui.analysis.effects import Effect
    from kustui.analysis.feasibility import FeasiblePaths


class WorkflowAnalysis(Struct, frozen=True, eq=False, dict=True):
    """One workflow, with everything that is derived from it; each property is computed on first use."""

    collection: Collection
    entry: Entry
    settings: Settings = field(default_factory=Settings)
    heard: frozenset[str] | None = None
    """The events that start workflows, where only problems are asked for: what asks for no others is left out then."""

    @property
    def key(self) -> str:
        return self.entry.key

    @property
    def title(self) -> str:
        return self.entry.title

    @cached_property
    def parsed(self) -> ParsedWorkflow:
        """Its model as far as it could be read, and the faults of the rest."""
        return self.entry.parse()

    @property
    def workflow(self) -> Workflow:
        return self.parsed.workflow

    @cached_property
    def document(self) -> Document:
        return self.collection.document_of(self.entry)

    @cached_property
    def app(self) -> AppEntry | None:
        """The app definition that holds it, if one does."""
        return self.document.app_at(self.entry.item.pointer)

    @cached_property
    def flow(self) -> FlowGraph:
        return FlowGraph(self.workflow)

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """Every expression of the workflow."""
        return tuple(reads_of(self.flow))

    @cached_property
    def suspect_reads(self) -> Sequence[Read]:
        """Those with faults, or with references in their text: few."""
        return [read for read in self.reads if read.expression.faults or read.expression.embedded]

    @cached_property
    def paths(self) -> Sequence[tuple[Read, Path, str | None]]:
        """The paths that certainly read something, with the node that each reads, if there is one."""
        nodes: dict[str | None, str | None] = {None: None}
        paths: list[tuple[Read, Path, str | None]] = []
        for read in self.reads:
            for path in read.expression.certain_paths:
                step = path.step
                if step is not None and step not in nodes:
                    nodes[step] = self.flow.node(step)
                paths.append((read, path, nodes[step]))
        return paths

    @cached_property
    def condition_parts(self) -> Sequence[tuple[str, Condition]]:
        """The conditions of all transitions and error cases with every condition in them, each with its node."""
        return [
            (node, part)
            for node, edges in self.flow.declared_edges.items()
            for edge in edges
            if (condition := self.flow.conditions.get(edge.transition.pointer)) is not None
            for part in (parts_of(condition) if isinstance(condition, (AllOf, AnyOf)) else (condition,))
        ]

    @cached_property
    def uncertain_paths(self) -> Sequence[tuple[Read, Path, str]]:
        """The paths that read a step which gives an output, but need not have given it by then, with its node; without
        those of transitions that read the output of their own step."""
        if (flow := self.intended_flow) is None:
            return ()
        return [
            (read, path, node)
            for read, path, node in self._reachable_paths
            if node != TRIGGER_ID and node not in self._branches
            if node != read.node or read.transition is None or isinstance(read.transition, ErrorCase)
            if not flow.has_always_succeeded(node, read.node)
        ]

    @cached_property
    def branch_paths(self) -> Sequence[tuple[Read, Path, str]]:
        """The paths that read a step without an action, with its node."""
        return [place for place in self._reachable_paths if place[2] in self._branches]

    @cached_property
    def _branches(self) -> frozenset[str]:
        """The steps without an action, which have no output [seen]."""
        steps = (step for step in self.flow.steps.values() if step.action is None)
        return frozenset(step.id for step in steps if self.is_readable(f"{step.pointer}/action"))

    @cached_property
    def _reachable_paths(self) -> Sequence[tuple[Read, Path, str]]:
        """The paths that read a trigger or step, with its node, where a run of the intended flow can come to both: what
        is unreachable has rules of its own. In the body of an update without a trigger every step may be reached, but
        nothing is known of the trigger."""
        if (flow := self.intended_flow) is None:
            return ()
        reached = flow.possible.reachable if flow.workflow.trigger is not None else frozenset(flow.steps)
        return [
            (read, path, node)
            for read, path, node in self.paths
            if node is not None and node in reached and (read.node in reached or flow.workflow.trigger is None)
        ]

    @cached_property
    def inferred_fields(self) -> Mapping[str, InferredFields]:
        """What it reads of the trigger and of each step, by node and field, and what that says about the values."""
        return inferred_fields_of(self.flow, self.reads)

    @cached_property
    def equated_literals(self) -> Mapping[tuple[str, Fields], tuple[str | bool | int | float, ...]]:
        """The literals that its conditions ask for, or rule out, by the node and the field of its output."""
        return {
            (node, fields): literals
            for node, inferred_fields in self.inferred_fields.items()
            for fields, inferred in inferred_fields.items()
            if (literals := equated_literals_of(inferred))
        }

    def step_at(self, pointer: str) -> str:
        """The id of the step or trigger that the value at a pointer is in; empty outside of all that have one."""
        match pointer.removeprefix(self.workflow.pointer).split("/"):
            case ["", "trigger", *_]:
                return TRIGGER_ID
            case ["", "steps", index, *_]:
                step = self.steps_by_pointer.get(f"{self.workflow.pointer}/steps/{index}")
                return step.id if step is not None else ""
        return ""

    @cached_property
    def steps_by_pointer(self) -> Mapping[str, Step]:
        """All steps, those whose id is taken included."""
        return {step.pointer: step for step in self.workflow.steps}

    @cached_property
    def steps_by_action(self) -> Mapping[str | None, Sequence[Step]]:
        """The steps with each action."""
        return grouped((step.action, step) for step in self.flow.steps.values())

    @cached_property
    def free_step_ids(self) -> FreeNames:
        """Ids that neither a step nor the trigger has."""
        flow = self.flow
        return FreeNames(lambda id_: flow.node(id_) is not None, "-")

    @cached_property
    def offered_fields(self) -> OfferedFields:
        """What it reads, and what its steps declare, by the name of the field."""
        actions = dict.fromkeys(step.action for step in self.flow.steps.values() if step.action is not None)
        schemas = {action: self.output_schema(action) for action in actions}
        return OfferedFields(self.paths, tuple(self.flow.steps.values()), schemas)

    @property
    def inputs(self) -> Schema | None:
        """The schema of a callable workflow's inputs; None for any other."""
        trigger = self.workflow.trigger
        return trigger.input_schema if trigger is not None and trigger.callable else None

    def output_schema(self, action: str) -> Schema | None:
        """The schema of the output of an action of its own app; None if the app does not declare one."""
        from kustui.analysis.apps import declarations_of

        declared = declarations_of(self.document, self.app) if self.app is not None else None
        name = declared.own_name(action) if declared is not None else None
        if declared is None or declared.actions is None or name is None or name not in declared.actions:
            return None
        return schema_of(declared.actions[name][1].get("outputSchema"))

    # Schedules

    @cached_property
    def calls(self) -> tuple[ScheduleCall, ...]:
        return calls_of(self.entry.key, self.flow, self.settings.relative_unit_minutes)

    @cached_property
    def called_ids(self) -> frozenset[str | None]:
        """The ids of the workflows that it schedules."""
        return frozenset(call.workflow_id for call in self.calls)

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The events that its steps cause, schedules left aside."""
        from kustui.analysis.events import effects_of

        return effects_of(self.flow, self.heard)

    def scheduled_by(self, step_id: str) -> Entry | None:
        """The workflow that a step schedules; None if it schedules none, or one that is not in the collection."""
        id_ = next((call.workflow_id for call in self.calls if call.step == step_id), None)
        return self.collection.by_id.get(id_) if id_ is not None else None

    @cached_property
    def must_reach(self) -> frozenset[str]:
        """The schedule steps (by pointer) that every run reaches, whatever its conditions decide."""
        return must_reach(self.flow) if self.calls else frozenset()

    @cached_property
    def digest(self) -> bytes:
        """A hash of what decides whether, and with what, it starts others; empty if it starts none."""
        if self.heard is not None or not (self.calls or self.effects):
            return b""
        edges = [
            (edge.source, edge.target, edge.after_failure, (one := edge.transition.condition) and (one.op, one.values))
            for edges in self.flow.declared_edges.values()
            for edge in edges
        ]
        params = [(step.id, step.params) for step in self.flow.steps.values() if step.action in COMPUTED_ACTIONS]
        return blake2b(marshal.dumps((edges, params), 2), digest_size=16).digest()  # 2: the same for equal values

    # The probable intention behind misspelt names

    @cached_property
    def intended_flow(self) -> FlowGraph | None:
        """The flow as probably intended, for rules about paths: a target that does not exist is replaced by the closest
        existing one. None if there is none, or if parts could not be read: further problems would only follow from
        those already reported."""
        if not self.fully_parsed or self.flow.duplicates:
            return None
        if not self.flow.dangling:
            return self.flow
        if not all(self.intended_targets.values()):
            return None
        return FlowGraph(self.workflow.retargeted(self.intended_targets))

    @cached_property
    def step_names(self) -> Names:
        """Those that a mistyped target is compared with."""
        return Names(self.flow.steps)

    @cached_property
    def intended_targets(self) -> Mapping[str, str]:
        """For each target that does not exist, the closest step that does, or an empty string. Steps that nothing else
        leads to are preferred."""
        unreachable = Names(step.id for step in self.flow.unreachable)
        targets = {edge.target for edge in self.flow.dangling if self.flow.node(edge.target) is None}
        near = {target: closest(target, unreachable) or closest(target, self.step_names) for target in targets}
        return {edge.target: near.get(edge.target, "") for edge in self.flow.dangling}

    @cached_property
    def null_guards(self) -> NullGuards | None:
        """The guards of reads of steps that may not have run, on the intended flow; None without such a flow."""
        return NullGuards(self.intended_flow) if self.intended_flow is not None else None

    @cached_property
    def feasible_paths(self) -> FeasiblePaths | None:
        """The paths of the intended flow that a run can take; None without such a flow."""
        from kustui.analysis.feasibility import FeasiblePaths

        return FeasiblePaths(self.intended_flow.possible) if self.intended_flow is not None else None

    @cached_property
    def fully_parsed(self) -> bool:
        """Whether every step and transition could be read. If not, something missing may be among those left out, or in
        the part of the workflow that the body of an update does not have."""
        return self.knows_all_steps and self.knows_all_edges

    @property
    def knows_all_edges(self) -> bool:
        """Whether the transitions and error cases of whatever is there could be read, be it only the trigger."""
        return not any(map(self._is_of_flow, self._left_out))

    @cached_property
    def knows_all_steps(self) -> bool:
        """Whether trigger and steps could be read, if not their transitions: what names another step is wrong."""
        workflow = self.workflow
        if (workflow.trigger is None and not self.entry.item.partial) or "steps" not in workflow.given:
            return False
        if self.document.is_unknown(f"{workflow.pointer}/steps"):
            return False
        return not any(place[:1] == ["steps"] and place[2:] in ([], ["id"]) for place in self._left_out)

    @cached_property
    def _left_out(self) -> Sequence[Sequence[str]]:
        """The places of what could not be read: their keys, from the workflow on."""
        places = (
            fault.member or fault.pointer
            for fault in self.parsed.faults
            if fault.rule in ("invalid-shape", UNKNOWN_VALUE) or fault.member
            if fault.rule != UNKNOWN_VALUE or "/condition" not in fault.pointer  # the edge is there all the same
        )
        return [place.removeprefix(self.workflow.pointer).split("/")[1:] for place in places]

    @cached_property
    def places_of_misshapen(self) -> Mapping[str, int]:
        """The pointers of what has another shape than it should, each with how many stand before it."""
        pointers = (fault.pointer for fault in self.parsed.faults if fault.rule == "invalid-shape")
        return {pointer: place for place, pointer in enumerate(dict.fromkeys(pointers))}

    def _is_of_flow(self, place: Sequence[str]) -> bool:
        """Whether leaving out the value at a place also removes steps or transitions."""
        match place:
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
    def unreadable(self) -> frozenset[str]:
        """Pointers of values that are reported as malformed or known only in a run: their contents are not checked."""
        pointers = {
            parent(fault.pointer) if fault.rule == "duplicate-key" else fault.member or fault.pointer
            for fault in self.parsed.faults
            if fault.rule != UNKNOWN_KEY or fault.member
        }
        for step in self.workflow.steps:
            if step.schedules and not isinstance(step.params.get("inputs"), dict | None):
                pointers.add(f"{step.pointer}/params/inputs")
        return frozenset(pointers)

    def is_readable(self, pointer: str) -> bool:
        """Whether the value at a pointer can be checked, or that there is none."""
        return is_readable(pointer, self.unreadable) and not self.document.is_unknown(pointer)

    @cached_property
    def app_versions(self) -> Mapping[str, tuple[str, str]]:
        """Each ``appVersion``: the pointer of its first occurrence, and the step."""
        versions: dict[str, tuple[str, str]] = {}
        trigger = self.workflow.trigger
        if trigger is not None and trigger.app_version is not None:
            versions[trigger.app_version] = (f"{trigger.pointer}/appVersion", TRIGGER_ID)
        for step in self.workflow.steps:
            if step.app_version is not None and step.app_version not in versions:
                versions[step.app_version] = (f"{step.pointer}/appVersion", step.id)
        return versions

    def summary(self) -> WorkflowSummary:
        """The summary that is kept for the analysis of the whole collection."""
        from kustui.analysis.events import trigger_filter
        from kustui.analysis.outside_links import outside_links_of

        trigger, causing = self.workflow.trigger, (effect.step for effect in self.effects)
        return WorkflowSummary(
            self.entry,
            self.workflow.name,
            self.workflow.pointer,
            callable=self.workflow.callable,
            event_name=trigger.event_name if trigger else "",
            inputs=trigger.input_schema if trigger else None,
            calls=self.calls,
            effects=self.effects,
            digest=self.digest,
            unreadable=self.unreadable,
            app_versions=self.app_versions,
            filter=trigger_filter(self.flow),
            links=b"" if self.heard is not None else outside_links_of(self.flow, self.reads, causing).packed(),
        )
