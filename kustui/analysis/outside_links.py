"""What links a workflow to the rest of the organisation beside what it causes: the fields that it reads, the hosts that
it calls. They are kept packed: a check finds them, and only what shows the organisation looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from kustui.analysis.effects import CUSTOM, class_of
from kustui.analysis.events import changed_field
from kustui.analysis.flow import FlowGraph
from kustui.analysis.reads import Read
from kustui.definition.platform import REST_ACTIONS, called_by_address, host_of, object_of_action, object_of_event


class Mention(Struct, frozen=True, array_like=True):
    """A step that names something outside of its workflow."""

    step: str
    pointer: str
    """Of the string that names it, from the workflow on."""
    name: str
    """A field of an object, ``conversation.custom.sizeStr``, or a host."""
    assumed: bool = False
    """Whether kustui assumes that it is that object's, from what an action gives; of events it is documented."""


class OutsideLinks(Struct, frozen=True, array_like=True):
    """Of one workflow."""

    reads: tuple[Mention, ...] = ()
    """Each field once a step [assumed: what an action gives is the object that it is named for]."""
    hosts: tuple[Mention, ...] = ()
    names: Mapping[str, str] = {}
    """The names of steps that have one beside their id."""

    def packed(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def unpacked(cls, data: bytes) -> OutsideLinks:
        return msgspec.msgpack.decode(data, type=cls)


def outside_links_of(flow: FlowGraph, reads: Iterable[Read], causing: Iterable[str]) -> OutsideLinks:
    """The links of a workflow. ``causing`` are the steps whose names are asked for in any case."""
    fields = tuple({(read.step, read.name): read for read in fields_read(flow, reads)}.values())
    hosts = tuple(hosts_called(flow))
    named = {*causing, *(mention.step for mention in (*fields, *hosts))}
    names = {step.id: step.name for step in flow.steps.values() if step.id in named and step.name != step.id}
    return OutsideLinks(fields, hosts, names)


def fields_read_at(flow: FlowGraph, reads: Iterable[Read], pointer: str) -> tuple[str, ...]:
    """The fields of objects that the string at a pointer reads, ``conversation.custom.sizeStr``, each once."""
    mentions = fields_read(flow, (read for read in reads if read.pointer == pointer))
    return tuple(dict.fromkeys(mention.name for mention in mentions))


def fields_read(flow: FlowGraph, reads: Iterable[Read]) -> Iterator[Mention]:
    """The fields of objects that some expressions of a workflow read."""
    objects, base = dict(_objects(flow)), flow.workflow.pointer
    for read in reads:
        for path in read.expression.paths:
            if (given := objects.get(path.step)) and (field := _field(path.fields)):
                yield Mention(read.node, read.pointer.removeprefix(base), f"{given[0]}.{field}", given[1])


def _objects(flow: FlowGraph) -> Iterator[tuple[str | None, tuple[str, bool]]]:
    """The ids of the trigger and of the steps whose output is an object, with the object, and whether that is
    assumed."""
    for id_ in (*flow.trigger_names, *flow.steps):
        if given := object_given(flow, id_):
            yield id_, (given, id_ not in flow.trigger_names)


def object_given(flow: FlowGraph, id_: str) -> str:
    """The object that the trigger or a step gives, by its id: ``conversation``, ``kobject.order``; empty for none."""
    if id_ in flow.trigger_names:
        trigger = flow.workflow.trigger
        return object_of_event(trigger.event_name) if trigger is not None else ""
    step = flow.steps.get(id_)
    return object_of_action(step.action or "", class_of(step.params)) if step is not None else ""


def _field(fields: tuple[str, ...]) -> str:
    """The field that a path of an object reads; empty for the object itself, which is no field."""
    if not fields or fields[0] == "id":
        return ""
    if fields[0] == "changes":
        return changed_field(fields)
    return f"{CUSTOM}.{fields[1]}" if fields[0] == CUSTOM and len(fields) > 1 else fields[0]


def hosts_called(flow: FlowGraph) -> Iterator[Mention]:
    """The hosts that steps of a workflow call."""
    for step in flow.steps.values():
        if step.action in REST_ACTIONS:
            key = "uri" if "uri" in step.params else "url"
            address = step.params.get(key)
            if isinstance(address, str) and called_by_address(address) is None:
                pointer = f"{step.pointer}/params/{key}".removeprefix(flow.workflow.pointer)
                yield Mention(step.id, pointer, host_of(address))
