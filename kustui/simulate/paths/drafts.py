"""Payloads and outputs made up from what is read of them, for want of an organisation that would send them.

A draft is never more than that: whatever comes of one is marked as drafted. The same rehearsal makes the same draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kustui.analysis.inferred_fields import Fields, InferredField
from kustui.definition.dates import iso_date
from kustui.definition.operators import operator_named
from kustui.definition.platform import REST_ACTIONS, TRIGGER_ID
from kustui.definition.values import MISSING, Undecided, is_missing, look_up, number_of, text_of

if TYPE_CHECKING:
    from kustui.definition.models import Schema, Step
    from kustui.simulate.engine.organisation import Member

_TYPED: Mapping[str, Any] = {"number": 1, "integer": 1, "boolean": True, "array": [], "object": {}}
_MOST_ELEMENTS = 20
"""Beyond this index nobody drafts a list."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def payload(member: Member, now: int, targets: Mapping[Fields, Any] | None = None) -> dict[str, Any]:
    """What starts a run of a workflow: an event's payload, or a callable's inputs. ``now`` is the date it has."""
    schema = member.inputs
    start = _of_schema(schema, now) if schema is not None else {"id": "draft-id"}
    return _filled(start, member.inferred_fields.get(TRIGGER_ID, ()), {}, now, targets or {})


def output(
    member: Member, step: Step, data: Mapping[str, Any], now: int, targets: Mapping[Fields, Any] | None = None
) -> dict[str, Any]:
    """What a step's action answers in a run with this data."""
    start: dict[str, Any] = {}
    declared = member.output_schema(step.action) if step.action else None
    if declared is not None:
        start = _of_schema(declared, now)
    elif step.action in REST_ACTIONS:
        start = {"response": {"statusCode": 200}, "body": {}}  # [seen]
    return _filled(start, member.inferred_fields.get(step.id, ()), data, now, targets or {})


def _of_schema(schema: Schema, now: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in dict.fromkeys((*schema.properties, *schema.required)):
        declared = schema.properties.get(name)
        if isinstance(declared, Mapping) and "default" in declared:
            found[name] = declared["default"]
        else:
            typed = _TYPED.get(schema.type_of(name), MISSING)
            found[name] = by_name((name,), now) if typed is MISSING else typed
    return found


def _filled(
    start: dict[str, Any],
    inferred_fields: Iterable[InferredField],
    data: Mapping[str, Any],
    now: int,
    targets: Mapping[Fields, Any],
) -> dict[str, Any]:
    by_fields: dict[Fields, list[InferredField]] = {}
    for demand in inferred_fields:
        by_fields.setdefault(demand.fields, []).append(demand)
    # The longest first: what has fields of its own is no plain value, whoever else reads it.
    for fields in sorted(by_fields.keys() | targets.keys(), key=lambda each: (-len(each), each)):
        if fields in targets:
            start = without(start, fields) if targets[fields] is MISSING else placed(start, fields, targets[fields])
            continue
        if any(fields[: len(gone)] == gone for gone, value in targets.items() if value is MISSING):
            continue
        there = look_up(start, fields)
        told = any(demand.operator or demand.kind for demand in by_fields[fields])
        if there is MISSING or (told and not isinstance(there, Mapping | list)):
            start = placed(start, fields, _value(fields, by_fields[fields], data, now), certain=False)
    return start


def placed(start: Any, fields: Fields, value: Any, *, certain: bool = True) -> Any:
    """The same with a value at a place, objects and lists made on the way. Unless it is ``certain``, it replaces no
    object and no list."""
    if not fields:
        return value if certain or is_missing(start) or not isinstance(start, Mapping | list) else start
    field, *rest = fields
    if field == "length" and not rest:
        return _of_length(start, number_of(value))
    if field.isascii() and field.isdigit() and not (isinstance(start, Mapping) and start):
        index = int(field) if len(field) < 4 else _MOST_ELEMENTS + 1
        if index > _MOST_ELEMENTS:
            return start
        elements = list(start) if isinstance(start, list) else []
        elements += [{} if rest else None for _ in range(index + 1 - len(elements))]
        elements[index] = placed(elements[index], tuple(rest), value, certain=certain)
        return elements
    members = dict(start) if isinstance(start, Mapping) else {}
    members[field] = placed(members.get(field, MISSING), tuple(rest), value, certain=certain)
    return members


def without(start: Any, fields: Fields) -> Any:
    """The same without what stands at a place in objects; MISSING where that is all of it."""
    if not fields:
        return MISSING
    field, *rest = fields
    if not isinstance(start, Mapping) or field not in start:
        return start
    left = without(start[field], tuple(rest))
    return {name: left if name == field else each for name, each in start.items() if name != field or rest}


def _of_length(start: Any, length: Any) -> Any:
    wanted = int(length) if isinstance(length, int) and 0 <= length <= _MOST_ELEMENTS else 1
    if isinstance(start, str):
        return start
    elements = list(start) if isinstance(start, list) else []
    return (
        [*elements, *("draft" for _ in range(wanted - len(elements)))] if wanted >= len(elements) else elements[:wanted]
    )


def _value(fields: Fields, inferred_fields: list[InferredField], data: Mapping[str, Any], now: int) -> Any:
    for demand in inferred_fields:
        if demand.like:
            other = look_up(data, demand.like)
            equal = operator_named(demand.operator).is_equality
            if equal and not is_missing(other) and not isinstance(other, Undecided):
                return other
    for demand in inferred_fields:
        found = operator_named(demand.operator).example(demand.literal)
        if found is not MISSING:
            return text_of(found) if demand.kind == "number in text" else found
    for demand in inferred_fields:
        match demand.kind:
            case "date":
                return iso_date(now)
            case "number":
                return 1
            case "number in text":
                return "1"
            case "list":
                return ["draft"]
            case "email":
                return "ann@example.com"
            case "phone":
                return "+12125550100"
    return by_name(fields, now)


def by_name(fields: Fields, now: int) -> Any:
    """A value from nothing but what a field is called; custom fields end with their type [seen]."""
    name = next((each for each in reversed(fields) if not each.isdigit()), "")
    words = [word.lower() for word in _WORDS.findall(name)]
    last = words[-1] if words else ""
    if last in ("at", "date") and name != last:
        return iso_date(now)
    if last == "bool":
        return True
    if last in ("num", "count", "total", "amount", "quantity", "attempt", "round"):
        return 1
    if last in ("tags", "items", "list", "ids") and fields[-1] == name:
        return []
    if last == "email":
        return "ann@example.com"
    if last == "phone":
        return "+12125550100"
    if name == "statusCode":
        return 200
    return f"draft-{name}" if name else "draft"
