"""Uses of names: targets of transitions, references, workflow ids and inputs, and what uses a given part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.schedules import Schedules
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Entry
from kustui.definition.models import ErrorCase, Transition
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.positions import escape, is_inside


class UseKind(Enum):
    """The way in which something is named."""

    TRANSITION = "transition"
    ERROR_CASE = "error case"
    REFERENCE = "reference"
    SCHEDULE = "schedule"
    INPUT = "input"


class Use(Struct, frozen=True):
    """A place that names a part of a workflow."""

    kind: UseKind
    entry: Entry
    """The workflow that contains it."""
    node: str
    """The trigger or step that contains it."""
    pointer: str
    """Of the string that names it."""
    target: Entry
    """The workflow that is named or that contains what is named."""
    target_pointer: str
    """Of what is named: a workflow, trigger, step, or property of a schema."""
    name: str = ""
    """Of a reference, the fields that are read; of an input, its name."""
    edge: Transition | None = None
    """The transition or error case that it is, or whose condition contains it."""


def uses_in(analyses: AnalysisCache, entry: Entry) -> Iterator[Use]:
    """All names that a workflow uses, of its own steps and trigger and of other workflows, in the order of the file."""
    analysis = analyses.of(entry)
    yield from _targets(analysis)
    yield from _references(analysis)
    yield from _schedules(analyses, analysis)


def _targets(analysis: WorkflowAnalysis) -> Iterator[Use]:
    workflow, entry = analysis.workflow, analysis.entry
    parts = [(TRIGGER_ID, workflow.trigger), *((step.id, step) for step in workflow.steps)]
    for node, part in parts:
        for edge in part.edges if part is not None else ():
            if (step := analysis.flow.steps.get(edge.target)) is not None:
                kind = UseKind.ERROR_CASE if isinstance(edge, ErrorCase) else UseKind.TRANSITION
                yield Use(kind, entry, node, f"{edge.pointer}/target", entry, step.pointer, edge=edge)


def _references(analysis: WorkflowAnalysis) -> Iterator[Use]:
    flow, entry = analysis.flow, analysis.entry
    for read in analysis.reads:
        for path in read.expression.paths:
            node = flow.node(path.step) if path.step is not None else None
            part = flow.part(node) if node is not None else None
            if part is None:
                continue
            fields = ".".join(path.fields)
            use = Use(UseKind.REFERENCE, entry, read.node, read.pointer, entry, part.pointer, fields, read.transition)
            yield use
            if node == TRIGGER_ID and path.fields and (field := property_of(analysis, path.fields[0])):
                yield replace(use, target_pointer=field)


def _schedules(analyses: AnalysisCache, analysis: WorkflowAnalysis) -> Iterator[Use]:
    entry = analysis.entry
    for step in analysis.workflow.steps:
        if (schedule := step.schedule) is None or not isinstance(schedule.workflow_id, str):
            continue
        if (target := analyses.collection.by_id.get(schedule.workflow_id)) is not None:
            params = f"{step.pointer}/params"
            yield Use(UseKind.SCHEDULE, entry, step.id, f"{params}/workflowId", target, target.item.pointer)
            for name in schedule.inputs:
                if field := property_of(analyses.of(target), name):
                    pointer = f"{params}/inputs/{escape(name)}"
                    yield Use(UseKind.INPUT, entry, step.id, pointer, target, field, name)


def property_of(analysis: WorkflowAnalysis, name: str) -> str:
    """The pointer of a property of the schema of a workflow's inputs; empty if it has no such property."""
    trigger = analysis.workflow.trigger
    if trigger is None or trigger.input_schema is None or name not in trigger.input_schema.properties:
        return ""
    spellings = (f"{trigger.pointer}/schema/properties/{escape(name)}", f"{trigger.pointer}/schema/{escape(name)}")
    return next((pointer for pointer in spellings if analysis.entry.holds(pointer)), "")


def part_of(analysis: WorkflowAnalysis, pointer: str) -> str:
    """The pointer of the usable part that contains a value: a property of the schema, a step, the trigger, or else the
    workflow."""
    workflow = analysis.workflow
    trigger = workflow.trigger
    if trigger is not None and pointer.startswith(f"{trigger.pointer}/schema/"):
        for name in trigger.input_schema.properties if trigger.input_schema is not None else ():
            field = property_of(analysis, name)
            if field and is_inside(pointer, field):
                return field
    parts = (part.pointer for part in (trigger, *workflow.steps) if part is not None)
    return next((part for part in parts if is_inside(pointer, part)), analysis.entry.item.pointer)


def uses_of(analyses: AnalysisCache, schedules: Schedules | None, entry: Entry, pointer: str) -> Iterator[Use]:
    """The uses of a part of a workflow: in itself and, with ``schedules``, in the workflows that schedule it."""
    callers = (call.caller for call in (schedules.to_workflow.get(entry.key, ()) if schedules is not None else ()))
    for key in dict.fromkeys((entry.key, *callers)):
        for use in uses_in(analyses, analyses.collection.by_key[key]):
            if use.target is entry and use.target_pointer == pointer:
                yield use


def targets_at(uses: Iterable[Use], pointer: str) -> tuple[Use, ...]:
    """What a value or a part of it names: a transition its target, a schedule call its workflow; no duplicates."""
    inside = [use for use in uses if is_inside(use.pointer, pointer)]
    main = [use for use in inside if use.pointer in (f"{pointer}/target", f"{pointer}/workflowId")]
    by_target = {(use.target.key, use.target_pointer): use for use in reversed(main or inside)}
    # A reference to what a schema declares names its property as well as the trigger: the property says more.
    to_property = {use.pointer for use in by_target.values() if _is_of_property(use) and use.kind is UseKind.REFERENCE}
    uses_left = (use for use in by_target.values() if _is_of_property(use) or use.pointer not in to_property)
    return tuple(sorted(uses_left, key=inside.index))


def named_at(uses: Iterable[Use], pointer: str) -> Use | None:
    """What the very value at a pointer names; of what a template names, the first."""
    return next(iter(targets_at((use for use in uses if use.pointer == pointer), pointer)), None)


def part_at(analyses: AnalysisCache, entry: Entry, pointer: str, uses: Iterable[Use]) -> tuple[Entry, str]:
    """The part that the value at a pointer names, as some uses in the workflow say, or else the part that it is in: a
    workflow, and the pointer of the part."""
    if (use := named_at(uses, pointer)) is not None:
        return use.target, use.target_pointer
    return entry, part_of(analyses.of(entry), pointer)


def _is_of_property(use: Use) -> bool:
    return "/schema/" in use.target_pointer


_HEXADECIMAL = re.compile(r"[0-9a-f]{16,}")


def looks_random(word: str) -> bool:
    """Whether a word is too random to be an ordinary word: then it is an id, whatever it stands in."""
    if _HEXADECIMAL.fullmatch(word):
        return True
    has_digit = any(map(str.isdigit, word))
    return has_digit and word != word.lower() and word != word.upper()
