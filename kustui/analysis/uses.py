"""What names what: targets of transitions, references, workflow ids, inputs; and from these, who uses a part."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from kustui.analysis.references import reads_of
from kustui.definition.models import ErrorCase
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.positions import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.analysis.flow import FlowGraph
    from kustui.analysis.schedules import Schedules
    from kustui.definition.collection import Collection, Entry
    from kustui.definition.models import Step, Transition, Trigger


class How(Enum):
    """In which way something is named."""

    TRANSITION = "transition"
    ERROR_CASE = "error case"
    REFERENCE = "reference"
    SCHEDULE = "schedule"
    INPUT = "input"


class Use(NamedTuple):
    """A place that names a part of a workflow."""

    how: How
    entry: Entry
    """The workflow in which it stands."""
    node: str
    """The trigger or step in which it stands."""
    pointer: str
    """Of the string that names it."""
    target: Entry
    """The workflow that has what is named, or is it."""
    named: str
    """The pointer of what is named: a workflow, trigger, step, or property of a schema."""
    words: str = ""
    """Of a reference, the fields that are read; of an input, its name."""
    edge: Transition | None = None
    """The transition or error case that it is, or on whose condition it stands."""


def uses_in(collection: Collection, entry: Entry, flow: FlowGraph) -> Iterator[Use]:
    """Everything that a workflow names, its own steps and trigger and other workflows, as its file has it."""
    workflow = flow.workflow
    parts: list[tuple[str, Trigger | Step]] = [(step.id, step) for step in workflow.steps]
    if workflow.trigger is not None:
        parts.insert(0, (TRIGGER_ID, workflow.trigger))
    for node, part in parts:
        for edge in part.edges:
            if (step := flow.steps.get(edge.target)) is not None:
                how = How.ERROR_CASE if isinstance(edge, ErrorCase) else How.TRANSITION
                yield Use(how, entry, node, f"{edge.pointer}/target", entry, step.pointer, edge=edge)
    for read in reads_of(flow):
        for path in read.expression.paths:
            found = flow.node(path.step) if path.step is not None else None
            named = flow.part(found) if found is not None else None
            if named is None:
                continue
            words = ".".join(path.fields)
            use = Use(How.REFERENCE, entry, read.node, read.pointer, entry, named.pointer, words, read.transition)
            yield use
            if found == TRIGGER_ID and path.fields and (field := property_of(entry, path.fields[0])):
                yield use._replace(named=field)
    for step in workflow.steps:
        if (schedule := step.schedule) is None or not isinstance(schedule.workflow_id, str):
            continue
        if (target := collection.by_id.get(schedule.workflow_id)) is not None:
            pointer = f"{step.pointer}/params"
            called = f"{pointer}/workflowId"
            yield Use(How.SCHEDULE, entry, step.id, called, target, target.item.pointer)
            for name in schedule.inputs:
                if field := property_of(target, name):
                    given = f"{pointer}/inputs/{escape(name)}"
                    yield Use(How.INPUT, entry, step.id, given, target, field, name)


def property_of(entry: Entry, name: str) -> str:
    """The pointer of a property of the schema of a workflow's inputs; an empty string where it has none of the name."""
    trigger = entry.workflow.trigger
    if trigger is None or trigger.input_schema is None or name not in trigger.input_schema.properties:
        return ""
    known = set(entry.pointers)
    written = (f"{trigger.pointer}/schema/properties/{escape(name)}", f"{trigger.pointer}/schema/{escape(name)}")
    return next((pointer for pointer in written if pointer in known), "")


def part_of(entry: Entry, pointer: str) -> str:
    """The pointer of what can be used that holds a value: a property of the schema, a step, the trigger, else the
    workflow."""
    workflow = entry.workflow
    trigger = workflow.trigger
    if trigger is not None and pointer.startswith(f"{trigger.pointer}/schema/"):
        for name in trigger.input_schema.properties if trigger.input_schema is not None else ():
            found = property_of(entry, name)
            if found and _within(pointer, found):
                return found
    parts = (part.pointer for part in (trigger, *workflow.steps) if part is not None)
    return next((part for part in parts if _within(pointer, part)), entry.item.pointer)


def uses_of(
    collection: Collection, schedules: Schedules | None, entry: Entry, flow: FlowGraph, named: str
) -> Iterator[Use]:
    """Who uses a part of a workflow: in itself, and with ``schedules`` in those that schedule it."""
    from kustui.analysis.flow import FlowGraph

    callers = (call.caller for call in (schedules.to_workflow.get(entry.key, ()) if schedules is not None else ()))
    for key in dict.fromkeys((entry.key, *callers)):
        other = collection.by_key[key]
        around = flow if other is entry else FlowGraph(other.read().workflow)
        for use in uses_in(collection, other, around):
            if use.target is entry and use.named == named:
                yield use


def named_at(uses: Iterator[Use], pointer: str) -> tuple[Use, ...]:
    """What is named by a value or in it: of a transition its target, of a schedule call its workflow; each once."""
    found = [use for use in uses if _within(use.pointer, pointer)]
    first = [use for use in found if use.pointer in (f"{pointer}/target", f"{pointer}/workflowId")]
    places = {(use.target.key, use.named): use for use in reversed(first or found)}
    # A reference to what a schema declares names its property as well as the trigger: the property says more.
    finer = {use.pointer for use in places.values() if use.how is How.REFERENCE and "/schema/" in use.named}
    kept = (use for use in places.values() if "/schema/" in use.named or use.pointer not in finer)
    return tuple(sorted(kept, key=found.index))


def _within(pointer: str, part: str) -> bool:
    return pointer == part or pointer.startswith(f"{part}/")
