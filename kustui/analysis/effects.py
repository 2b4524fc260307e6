"""What a step causes beyond its workflow: the event of what it writes, publishes or calls, and what that event gives to
the workflows that it starts.

What an action causes and which fields it writes is [assumed], and stands in ``definition/platform.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from kustui.analysis.abstract_run import UNKNOWN
from kustui.analysis.evaluation import PartlyKnown
from kustui.definition.expressions.parse import may_hold_expression
from kustui.definition.models import Step
from kustui.definition.platform import (
    FIELDS_OF_ACTIONS,
    FIELDS_OF_EVERY_WRITE,
    FIELDS_OF_LISTS,
    KEYS_OF_OBJECT,
    PUBLISH_ACTION,
    REST_ACTIONS,
    call_event,
    called_by_address,
    called_id,
    written_event,
)
from kustui.definition.values import MISSING, Undecided

CUSTOM = "custom"


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
    """The literals that it writes or publishes, by field."""
    added: tuple[Any, ...] = ()
    """The literals that it adds to the list that it writes."""
    removed: tuple[Any, ...] = ()
    """The literals that it takes from the list that it writes."""
    asks: frozenset[str] | None = None
    """The fields of its own trigger's object of which one has to have changed for a run to come to the step; None if a
    run may come to it whatever has changed."""
    repeats: Reach = Reach.CANNOT
    """Whether its event starts its own workflow again and leads to the step."""


def repeating(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Those that start their own workflow again, first one after which no condition can prevent it, if there is one."""
    again = [effect for effect in effects if effect.repeats is not Reach.CANNOT]
    first = min(again, key=lambda effect: effect.repeats is not Reach.MUST, default=None)
    return tuple(sorted(again, key=lambda effect: effect is not first))


def effects_of_step(step: Step, wanted: Container[str] | None = None) -> Iterator[Effect]:
    """What a step causes, should a run come to it, without what is known of the runs that do: calls, and the events
    that are ``wanted``, if not all are."""
    action, params = step.action or "", step.params
    if action == PUBLISH_ACTION and isinstance(name := params.get("name"), str) and not may_hold_expression(name):
        if wanted is not None and name not in wanted and called_id(name) is None:
            return
        payload = params.get("data", params.get("payload"))
        published = payload if isinstance(payload, Mapping) else {}
        values = {name: value for name, value in published.items() if _is_literal(value)}
        yield Effect(step.id, step.pointer, name, values=values)
    elif action in REST_ACTIONS and _may_be_post(params.get("method")):
        called = called_by_address(str(params.get("uri", params.get("url", ""))))
        if called is not None:
            yield Effect(step.id, step.pointer, call_event(called))
    elif wanted is None or written_event(action, class_of(params)) in wanted:
        yield from effects_of_write(step, params, _is_literal)


def effects_of_write(step: Step, params: Mapping[str, Any], is_known: Callable[[Any], bool]) -> Iterator[Effect]:
    """What a step causes by writing an object with these params, which may be those of a run; ``is_known`` are the
    values of which nothing else has to be worked out."""
    event = written_event(step.action or "", class_of(params))
    if not event:
        return
    verb = (step.action or "").rpartition(".")[2]
    members = members_of(params)
    fields, values = _written_fields(verb, members), {name: value for name, value in members if is_known(value)}
    if fields and isinstance(params.get(CUSTOM), PartlyKnown):
        fields |= {CUSTOM}
    if fields == frozenset():  # without params it writes nothing
        return
    if verb in FIELDS_OF_LISTS:
        elements = tuple(_elements(members, is_known))
        added, removed = ((), elements) if verb.startswith("remove-") else (elements, ())
        yield Effect(step.id, step.pointer, event, fields, added=added, removed=removed)
    else:
        yield Effect(step.id, step.pointer, event, fields, values if fields and fields >= values.keys() else {})


def _elements(members: Iterable[tuple[str, Any]], is_known: Callable[[Any], bool]) -> Iterator[Any]:
    """The elements that are known to be added to a list, or taken from it."""
    for _, value in members:
        for element in value if isinstance(value, list | tuple) else [value]:
            if is_known(element) and element is not None and "," not in str(element):
                yield element


def _may_be_post(method: object) -> bool:
    return isinstance(method, str) and (method.upper() == "POST" or may_hold_expression(method))


def _written_fields(verb: str, members: Iterable[tuple[str, Any]]) -> frozenset[str] | None:
    if verb in FIELDS_OF_ACTIONS:
        return frozenset({FIELDS_OF_ACTIONS[verb]})
    if verb not in ("create", "create-with-customer", "update"):
        return None
    return frozenset([field for field, _ in members])


def class_of(params: Mapping[str, Any]) -> object:
    """Which objects of a person's own the params of an action are of; None where they do not say."""
    return params.get("klass", params.get("klassName"))


def members_of(params: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The fields of an object that params name, those of ``custom`` one by one."""
    members: list[tuple[str, Any]] = []
    for key, value in params.items():
        if key == CUSTOM and isinstance(value, (dict, Mapping)):  # a dict is one at once
            members.extend([(f"{CUSTOM}.{name}", member) for name, member in value.items()])
        elif key not in KEYS_OF_OBJECT:
            members.append((key, value))
    return members


def _is_literal(value: object) -> bool:
    if isinstance(value, str):
        return not may_hold_expression(value)
    if isinstance(value, (list, tuple)):
        return all(map(_is_literal, value))
    return value is None or isinstance(value, (bool, int, float))


# What its event gives


def event_data(
    effect: Effect,
    kept: frozenset[str] = frozenset(),
    before: Mapping[str, Any] = {},
    others: Mapping[str, Any] = {},
    why: str = UNKNOWN.why,
) -> PartlyKnown:
    """What an event gives to a workflow: what was written is known. ``kept`` are the fields that had the written value
    before; ``before`` and ``others`` are what is known of the written ones as they were, and of those not written, and
    ``why`` nothing is known of the rest."""
    values = {**others, **effect.values}
    fields: dict[str, Any] = {field: value for field, value in values.items() if "." not in field}
    custom = custom_members(values)
    if custom:
        fields[CUSTOM] = PartlyKnown(custom, why)
    if effect.fields == frozenset():  # a published event, whose data can be read as that of a hook
        fields["attributes"] = PartlyKnown({"data": PartlyKnown(dict(fields))})
    if effect.event.endswith(".update"):
        fields["changes"] = PartlyKnown({"attributes": _Changes(effect, kept, before, why)}, why)
    return PartlyKnown(fields, why)


def data_of_written(effect: Effect, known: Mapping[str, Any], returned: Mapping[str, Any], why: str) -> PartlyKnown:
    """What the event of an object that a step of a run wrote gives to the workflows that it starts.

    ``known`` is what the run knew of the object before, by field, ``returned`` what the step gave of it, and ``why``
    nothing is known of the rest. What had the written value before has not changed.
    """
    before = {field: value for field, value in known.items() if field in (effect.fields or ())}
    kept = {field for field, value in before.items() if _is_same(value, effect.values.get(field, MISSING))}
    others = {field: value for field, value in {**known, **returned}.items() if not is_written(effect, field)}
    return event_data(effect, frozenset(kept), before, others, why)


def is_written(effect: Effect, field: str) -> bool:
    """Whether an effect may give a field another value."""
    fields = effect.fields
    if fields is None or field in fields or field in FIELDS_OF_EVERY_WRITE:
        return True
    return CUSTOM in fields and field.startswith(f"{CUSTOM}.")


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def custom_members(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``custom`` among the fields of an object, by their names in it."""
    prefix = f"{CUSTOM}."
    return {field.removeprefix(prefix): value for field, value in values.items() if field.startswith(prefix)}


class _Changes(PartlyKnown):
    """``changes.attributes`` of the event of an update: what the step did not write is missing."""

    def __init__(self, effect: Effect, kept: frozenset[str], before: Mapping[str, Any], why: str) -> None:
        changed = sorted((effect.fields or frozenset()) - kept)
        super().__init__(dict.fromkeys(field.partition(".")[0] for field in changed), why)
        self.effect, self.kept, self.before = effect, kept, before
        self.custom = [field for field in changed if field.startswith(f"{CUSTOM}.")]

    def __getitem__(self, key: str) -> Any:
        fields = self.effect.fields
        if fields is None or key in FIELDS_OF_EVERY_WRITE:
            return Undecided(self.why)
        if key == CUSTOM and CUSTOM not in fields:
            sides = {side: _Side(self, side == "after") for side in ("before", "after")}
            return PartlyKnown(sides, self.why) if self.custom else MISSING
        if key in self.kept or key not in fields:
            return MISSING
        both = (("before", self.before), ("after", self.effect.values))
        return PartlyKnown({side: values.get(key, Undecided(self.why)) for side, values in both}, self.why)

    def of_custom(self, name: str, *, after: bool) -> Any:
        field = f"{CUSTOM}.{name}"
        if field not in self.custom:
            return MISSING
        return (self.effect.values if after else self.before).get(field, Undecided(self.why))


class _Side(PartlyKnown):
    """``changes.attributes.custom.before`` or ``after``."""

    def __init__(self, changes: _Changes, after: bool) -> None:
        super().__init__(custom_members(dict.fromkeys(changes.custom)), changes.why)
        self.changes, self.after = changes, after

    def __getitem__(self, key: str) -> Any:
        return self.changes.of_custom(key, after=self.after)
