"""Events that steps cause, and whether they start a workflow: what no JSON names, and hurts most.

A step that writes an object makes Kustomer publish that object's event, which starts every enabled workflow on it. What
an action causes and which fields it writes is [assumed], and stands in ``definition/platform.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import product
from typing import Any, NamedTuple

from kustui.analysis.abstract_run import UNKNOWN, AbstractRun
from kustui.analysis.evaluation import PartlyKnown
from kustui.analysis.flow import FlowGraph
from kustui.analysis.guards import may_pass_by
from kustui.analysis.schedules import grouped
from kustui.definition.expressions import expressions_in
from kustui.definition.expressions.parse import may_hold_expression
from kustui.definition.models import Step
from kustui.definition.platform import (
    FIELDS_OF_ACTIONS,
    FIELDS_OF_EVERY_WRITE,
    KEYS_OF_OBJECT,
    PUBLISH_ACTION,
    REST_ACTIONS,
    TRIGGER_ID,
    call_event,
    called_by_address,
    written_event,
)
from kustui.definition.values import MISSING

CUSTOM = "custom"
_MOST_KEPT = 3
"""Of so many written fields it is considered that they may have had the value before."""


class Reach(Enum):
    """Whether the runs that an event starts come to a step."""

    CANNOT = "cannot"
    MAY = "may"
    MUST = "must"


class Effect(NamedTuple):
    """The event that a step causes."""

    step: str
    pointer: str
    """Of the step."""
    event: str
    fields: frozenset[str] | None = frozenset()
    """What the step writes of an object: ``status``, ``custom.sizeStr``; ``custom`` where only a run knows which of
    those. None if nothing is known of what it writes."""
    values: Mapping[str, Any] = {}
    """The literals that it writes, by field."""
    asks: frozenset[str] | None = None
    """The fields of its own trigger's object of which one has to have changed for a run to come to the step; None if a
    run may come to it whatever has changed."""
    repeats: Reach = Reach.CANNOT
    """Whether its event starts its own workflow again and leads to the step."""


def effects_of(flow: FlowGraph) -> tuple[Effect, ...]:
    """What the steps of a workflow cause that a run can come to, in flow order, schedules left aside."""
    effects = [effect for step in flow.order if step.id in flow.possible.reachable for effect in _effects_of_step(step)]
    if not effects or flow.workflow.trigger is None:
        return ()
    event = flow.workflow.trigger.event_name
    if asked := changes_asked(flow):
        unasked = frozenset(AbstractRun(flow, _event_data(Effect("", "", event))).nodes())
        effects = [effect if effect.step in unasked else effect._replace(asks=asked) for effect in effects]
    own = grouped((_what_is_known(effect), effect) for effect in effects if effect.event == event)
    repeats = {step: answer for alike in own.values() for step, answer in reach(flow, alike[0], alike).items()}
    return tuple(effect._replace(repeats=repeats.get(effect.step, Reach.CANNOT)) for effect in effects)


def _what_is_known(effect: Effect) -> tuple[str, frozenset[str] | None, str]:
    """The same for effects that start the same runs."""
    return effect.event, effect.fields, repr(effect.values)


def _effects_of_step(step: Step) -> Iterator[Effect]:
    action, params = step.action or "", step.params
    if action == PUBLISH_ACTION and isinstance(name := params.get("name"), str) and not may_hold_expression(name):
        yield Effect(step.id, step.pointer, name)
    elif action in REST_ACTIONS and _may_be_post(params.get("method")):
        called = called_by_address(str(params.get("uri", params.get("url", ""))))
        if called is not None:
            yield Effect(step.id, step.pointer, call_event(called))
    elif event := written_event(action, params.get("klass", params.get("klassName"))):
        fields = _written_fields(action.rpartition(".")[2], params)
        if fields != frozenset():  # without params it writes nothing
            values = {field: value for field, value in _members(params) if _is_literal(value)}
            yield Effect(step.id, step.pointer, event, fields, values if fields and fields >= values.keys() else {})


def _may_be_post(method: object) -> bool:
    return isinstance(method, str) and (method.upper() == "POST" or may_hold_expression(method))


def _written_fields(verb: str, params: Mapping[str, Any]) -> frozenset[str] | None:
    if verb in FIELDS_OF_ACTIONS:
        return frozenset({FIELDS_OF_ACTIONS[verb]})
    if verb not in ("create", "create-with-customer", "update"):
        return None
    return frozenset(field for field, _ in _members(params))


def _members(params: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of an object that params name, those of ``custom`` one by one."""
    for key, value in params.items():
        if key == CUSTOM and isinstance(value, Mapping):
            yield from ((f"{CUSTOM}.{name}", member) for name, member in value.items())
        elif key not in KEYS_OF_OBJECT:
            yield key, value


def _is_literal(value: object) -> bool:
    if isinstance(value, str):
        return not may_hold_expression(value)
    return value is None or isinstance(value, bool | int | float)


def changes_asked(flow: FlowGraph) -> frozenset[str]:
    """The fields of which the conditions of a workflow ask whether, or how, they have changed."""
    fields = set()
    for edges in flow.declared_edges.values():
        for edge in edges:
            if edge.transition.condition is not None:
                for _, expression in expressions_in(edge.transition.condition.values):
                    for path in expression.paths:
                        if path.step is not None and flow.node(path.step) == TRIGGER_ID:
                            fields.add(_changed_field(path.fields))
    return frozenset(fields - {""})


def _changed_field(path: tuple[str, ...]) -> str:
    """The field of ``changes.attributes.custom.after.sizeStr``: ``custom.sizeStr``; empty for any other path."""
    match path:
        case ("changes", "attributes", "custom", _, name, *_):
            return f"{CUSTOM}.{name}"
        case ("changes", "attributes", field, *_):
            return field
    return ""


# What an event leads to


def reach(flow: FlowGraph, cause: Effect, effects: Sequence[Effect]) -> Mapping[str, Reach]:
    """Whether the event of an effect, where it starts a workflow, leads to some effects of its steps; by step.

    CANNOT is certain, short of what is assumed of events. MUST leaves failures aside.
    """
    kept = _may_be_kept(cause, changes_asked(flow)) if cause.fields else []
    if len(kept) > _MOST_KEPT:
        cause, kept = cause._replace(fields=None, values={}), []
    answers: dict[str, set[Reach]] = {effect.step: set() for effect in effects}
    for chosen in product((False, True), repeat=len(kept)):
        keeps = frozenset().union(*(fields for fields, is_kept in zip(kept, chosen, strict=True) if is_kept))
        data = _event_data(cause, keeps)
        run = AbstractRun(flow, data)
        nodes, ways = frozenset(run.nodes()), run.ways()
        for effect in effects:
            must = effect.asks is None and effect.step in ways and not may_pass_by(ways, TRIGGER_ID, (effect.step,))
            answer = Reach.MUST if must else Reach.MAY if effect.step in nodes else Reach.CANNOT
            answers[effect.step].add(answer)
    return {step: next(iter(reaches)) if len(reaches) == 1 else Reach.MAY for step, reaches in answers.items()}


def _may_be_kept(cause: Effect, asked: frozenset[str]) -> list[frozenset[str]]:
    """Written fields that may have had the value before, each or together, where it is asked whether they changed."""
    custom = frozenset(field for field in cause.fields or () if field.startswith(f"{CUSTOM}."))
    literals = [field for field in cause.values if field in asked or (field in custom and CUSTOM in asked)]
    unknown = custom - cause.values.keys() if CUSTOM in asked else frozenset()
    return [*(frozenset({field}) for field in literals), *([unknown] if unknown else [])]


def _event_data(effect: Effect, kept: frozenset[str] = frozenset()) -> PartlyKnown:
    """What an event gives to a workflow: what was written is known. ``kept`` are the fields that had the written value
    before."""
    fields: dict[str, Any] = {field: value for field, value in effect.values.items() if "." not in field}
    custom = _custom(effect.values)
    if custom:
        fields[CUSTOM] = PartlyKnown(custom)
    if effect.event.endswith(".update"):
        fields["changes"] = PartlyKnown({"attributes": _Changes(effect, kept)})
    return PartlyKnown(fields)


def _custom(values: Mapping[str, Any]) -> dict[str, Any]:
    prefix = f"{CUSTOM}."
    return {field.removeprefix(prefix): value for field, value in values.items() if field.startswith(prefix)}


class _Changes(PartlyKnown):
    """``changes.attributes`` of the event of an update: what the step did not write is missing."""

    def __init__(self, effect: Effect, kept: frozenset[str]) -> None:
        super().__init__({})
        self.effect, self.kept = effect, kept

    def __getitem__(self, key: str) -> Any:
        fields = self.effect.fields
        if fields is None or key in FIELDS_OF_EVERY_WRITE:
            return UNKNOWN
        if key == CUSTOM and CUSTOM not in fields:
            names = {field for field in fields if field.startswith(f"{CUSTOM}.")}
            sides = {side: _Side(self, side == "after") for side in ("before", "after")}
            return PartlyKnown(sides) if names - self.kept else MISSING
        if key in self.kept or key not in fields:
            return MISSING
        return PartlyKnown({"after": self.effect.values[key]}) if key in self.effect.values else UNKNOWN

    def of_custom(self, name: str, *, after: bool) -> Any:
        field = f"{CUSTOM}.{name}"
        if field in self.kept or field not in (self.effect.fields or ()):
            return MISSING
        return self.effect.values.get(field, UNKNOWN) if after else UNKNOWN


class _Side(PartlyKnown):
    """``changes.attributes.custom.before`` or ``after``."""

    def __init__(self, changes: _Changes, after: bool) -> None:
        super().__init__({})
        self.changes, self.after = changes, after

    def __getitem__(self, key: str) -> Any:
        return self.changes.of_custom(key, after=self.after)
