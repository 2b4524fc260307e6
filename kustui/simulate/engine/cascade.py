"""What a step causes beyond its workflow, followed on request [assumed]: what it writes changes the object, whose event
starts the workflows that listen to it. What is not known of the object stays so, and is asked for where it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from kustui.analysis.effects import (
    Effect,
    class_of,
    custom_members,
    data_of_written,
    effects_of_write,
    is_written,
    members_of,
)
from kustui.analysis.evaluation import PartlyKnown
from kustui.analysis.flow import FlowGraph
from kustui.analysis.outside_links import object_given
from kustui.definition.models import Step
from kustui.definition.platform import (
    FIELDS_OF_LISTS,
    REST_ACTIONS,
    call_event,
    called_by_address,
    object_of_action,
    object_of_event,
)
from kustui.definition.values import Undecided, undecided_in
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import KnownObjects, Run, State
from kustui.simulate.engine.trace import CausedEvent
from kustui.simulate.layered_map import LayeredMap

MOST_EVENTS = 10
"""How many events in a row are followed, each caused by a run that the one before started: they may form a ring."""
ASSUMED = "what a step writes makes Kustomer publish the event of the object, with what is known of it"


class Consequence(NamedTuple):
    """What a step causes, and what it changes."""

    caused: CausedEvent
    payload: Any
    objects: KnownObjects
    """What was written of each object so far."""
    workflow: str = ""
    """The key of the only workflow that it starts, where it is a call."""


def consequence_of(state: State, run: Run, step: Step, params: Mapping[str, Any], output: Any) -> Consequence | None:
    """What a step with resolved params causes by writing an object or calling a workflow; None for nothing."""
    if step.action in REST_ACTIONS:
        return _call(state, params)
    effect = next(effects_of_write(step, params, lambda value: undecided_in(value) is None), None)
    given = output if isinstance(output, Mapping) else {}
    return _write(state, run, step, params, given, effect) if effect is not None else None


def _write(
    state: State, run: Run, step: Step, params: Mapping[str, Any], given: Mapping[str, Any], effect: Effect
) -> Consequence:
    of_object, created = object_of_event(effect.event), effect.event.endswith(".create")
    id_ = (given if created else params).get("id")
    place = (of_object, id_) if isinstance(id_, str) and id_ else None
    before = {} if created or place is None else _known_of(state, run, place)
    if (step.action or "").rpartition(".")[2] in FIELDS_OF_LISTS:
        effect = _with_list(effect, before, params)
    why = f"what else the {of_object} holds is not known"
    returned = {**dict(members_of(given)), **({"id": id_} if place else {})}
    payload = data_of_written(effect, before, returned, why)
    starts, fields = len(state.organisation.listeners(effect.event)), effect.fields or frozenset()
    caused = CausedEvent(effect.event, of_object, tuple(sorted(fields)), starts, _why_dropped(run, starts))
    if place is None:
        return Consequence(caused, payload, state.objects)
    written = fields.union(field for field in before if is_written(effect, field))
    values = {field: effect.values.get(field, Undecided(why)) for field in sorted(written)}
    return Consequence(caused, payload, _with_fields(state.objects, place, values))


def with_given(known: KnownObjects, flow: FlowGraph, node: str, output: Any) -> KnownObjects:
    """What is known of each object once a trigger or a step has given something."""
    id_ = output.get("id") if isinstance(output, Mapping) else None
    if not isinstance(id_, str):
        return known
    fields = {field: value for field, value in members_of(output) if field != "changes"}
    return _with_fields(known, (object_given(flow, node), id_), fields)


def _with_fields(known: KnownObjects, place: tuple[str, str], fields: Mapping[str, Any]) -> KnownObjects:
    return known.plus({place: known.get(place, LayeredMap()).plus(fields)})


def queued(state: State, run: Run, consequence: Consequence, cause: str, entry: int) -> State:
    """The state in which the event waits for its turn, unless nothing is to come of it. ``entry`` is the number of the
    entry of the step."""
    caused, number = consequence.caused, state.queued_count + 1
    state = replace(state, objects=consequence.objects)
    if caused.dropped or not caused.starts:
        return state
    item = QueueItem(
        state.clock,
        number,
        event=caused.event,
        only_workflow=consequence.workflow,
        payload=consequence.payload,
        cause=f"run {run.number} of {cause}",
        caused_by=entry,
        depth=run.depth + 1,
    )
    return replace(state, queue=state.queue.plus(item), queued_count=number)


def as_written(state: State, step: Step, params: Mapping[str, Any], draft: Any) -> Any:
    """The draft of what a step gives of an object, with what was written of that one so far; one that is no object, as
    where its ``length`` is read, stays."""
    if not isinstance(draft, dict):
        return draft
    of_object, id_ = object_of_action(step.action or "", class_of(step.params)), params.get("id")
    written = state.objects.get((of_object, id_), LayeredMap()).merged if isinstance(id_, str) else {}
    fields = {field: value for field, value in written.items() if undecided_in(value) is None}
    if custom := custom_members(fields):
        there = draft.get("custom")
        custom = {"custom": {**(there if isinstance(there, Mapping) else {}), **custom}}
    return {**draft, **{field: value for field, value in fields.items() if "." not in field}, **custom}


def _why_dropped(run: Run, starts: int) -> str:
    if starts and run.depth >= MOST_EVENTS:
        return f"not followed: {MOST_EVENTS} events in a row have led here, which may go on for ever"
    return ""


def _known_of(state: State, run: Run, place: tuple[str, str]) -> Mapping[str, Any]:
    """What a run knows of an object, by field: what its trigger and steps gave of it, and what was written since."""
    given, written = (known.get(place, LayeredMap()).merged for known in (run.known, state.objects))
    return {**given, **written}


def _with_list(effect: Effect, before: Mapping[str, Any], params: Mapping[str, Any]) -> Effect:
    """The effect with the list that it leaves, where all that is in it is known."""
    (field,) = effect.fields or ("",)
    elements = before.get(field)
    given = sum(len(value) if isinstance(value, list | tuple) else 1 for _, value in members_of(params))
    if not isinstance(elements, list | tuple) or given != len(effect.added) + len(effect.removed):
        return effect
    remaining = [element for element in elements if element not in effect.removed]
    added = [element for element in dict.fromkeys(effect.added) if element not in remaining]
    return effect._replace(values={field: [*remaining, *added]})


def _call(state: State, params: Mapping[str, Any]) -> Consequence | None:
    """What a request calls: ``POST /v1/workflows/<id>/call``, with its data as the inputs [assumed]."""
    method, address = params.get("method"), params.get("uri", params.get("url"))
    if not isinstance(method, str) or method.upper() != "POST" or not isinstance(address, str):
        return None
    called = called_by_address(address)
    if not called:
        return None
    data = params.get("data")
    target = state.organisation.by_id(called)
    inputs = data if isinstance(data, Mapping) else PartlyKnown({}, "what a request passes to a workflow is not known")
    caused = CausedEvent(call_event(called), "", (), 1 if target is not None else 0)
    return Consequence(caused, inputs, state.objects, target.key if target is not None else "")
