"""Payloads and outputs made up from what is read of them, for want of an organisation that would send them.

A draft is never more than that, and stays marked as drafted. The same rehearsal makes the same draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from kustui.analysis.reads import Fields, InferredField, InferredFields
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.dates import iso_date, parse_date
from kustui.definition.models import Schema, Step
from kustui.definition.operators import operator_named
from kustui.definition.platform import REST_ACTIONS, TRIGGER_ID
from kustui.definition.values import MISSING, Undecided, is_missing, look_up, text_of, to_json_value
from kustui.simulate import DEFAULT_START
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.paths.candidates import value_by_name
from kustui.simulate.paths.constraint_evaluation import with_field, without_field
from kustui.simulate.paths.path_search import PathSearch
from kustui.simulate.paths.symbolic import is_of_list

_BY_TYPE: Mapping[str, Any] = {"number": 1, "integer": 1, "boolean": True, "array": [], "object": {}}
_BUDGET = 60
"""Nodes that are entered to find a draft's targets: one that aims shorter is still a draft."""


def draft_payload(*analyses: WorkflowAnalysis) -> dict[str, Any]:
    """The payload of an event, from all that the workflows read which it starts; or the inputs of a callable."""
    now = parse_date(DEFAULT_START) or 0
    draft: dict[str, Any] = {}
    for analysis in reversed(analyses):
        targets = target_values(analysis, TRIGGER_ID, {"steps": LayeredMap(), "variables": {}}, now)
        draft = _merged(draft, draft_start(analysis, now, targets))
    payload: dict[str, Any] = to_json_value(draft)
    return payload


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the other's values where both have some."""
    merged = dict(one)
    for name, value in other.items():
        there = merged.get(name)
        merged[name] = _merged(there, value) if isinstance(there, Mapping) and isinstance(value, Mapping) else value
    return merged


def draft_start(analysis: WorkflowAnalysis, now: int, targets: Mapping[Fields, Any]) -> dict[str, Any]:
    """What starts a run of one workflow. ``targets`` are values that fields have to have, MISSING for none; ``now``
    is the date it has, in milliseconds since 1970."""
    schema = analysis.inputs
    start = _from_schema(schema, now) if schema is not None else {"id": "draft-id"}
    return _filled(start, analysis.inferred_fields.get(TRIGGER_ID, {}), {}, now, targets)


def draft_output(
    analysis: WorkflowAnalysis, step: Step, data: Mapping[str, Any], now: int, targets: Mapping[Fields, Any]
) -> dict[str, Any]:
    """What a step's action returns in a run with this data. ``targets`` are values that fields have to have."""
    start: dict[str, Any] = {}
    declared = analysis.output_schema(step.action) if step.action else None
    if declared is not None:
        start = _from_schema(declared, now)
    elif step.action in REST_ACTIONS:
        start = {"response": {"statusCode": 200}, "body": {}}
    return _filled(start, analysis.inferred_fields.get(step.id, {}), data, now, targets)


def target_values(analysis: WorkflowAnalysis, node: str, data: Mapping[str, Any], now: int) -> Mapping[Fields, Any]:
    """Values for fields of a node's output, so that the run goes on as far as it can, schedules above all.

    The farthest path is searched first, and the first that does not contradict itself is aimed at.
    """
    if node not in analysis.inferred_fields:
        return {}
    for path in PathSearch(analysis, data, now, _BUDGET, failures=False, farthest=True).paths_from(node):
        for solution in path.solutions:
            return {
                origin.fields: value
                for origin, value in solution.values.items()
                if origin.node == node and origin.fields
            }
    return {}


def _from_schema(schema: Schema, now: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in dict.fromkeys((*schema.properties, *schema.required)):
        declared = schema.properties.get(name)
        if isinstance(declared, Mapping) and "default" in declared:
            values[name] = declared["default"]
        else:
            by_type = _BY_TYPE.get(schema.type_of(name), MISSING)
            values[name] = value_by_name((name,), now) if by_type is MISSING else by_type
    return values


def _filled(
    start: dict[str, Any],
    inferred_fields: InferredFields,
    data: Mapping[str, Any],
    now: int,
    targets: Mapping[Fields, Any],
) -> dict[str, Any]:
    """The start of a draft with everything that is read of it, and its targets as they are."""
    draft = start
    own: dict[int, object] = {}
    # Those of an object before those of its fields, as they were found.
    for fields in sorted(targets, key=len):
        value = targets[fields]
        draft = without_field(draft, fields) if value is MISSING else with_field(draft, fields, value, own=own)
    near = _Near(targets)
    expected = {fields: look_up(draft, fields) for fields in targets}
    # The longest first: what has fields of its own is no plain value, whoever else reads it.
    for fields in sorted(inferred_fields.keys() - targets.keys(), key=lambda fields: (-len(fields), fields)):
        there = look_up(draft, fields)
        constrained = any(inferred.operator or inferred.kind for inferred in inferred_fields[fields])
        if there is MISSING or (constrained and not isinstance(there, Mapping | list)):
            more, depending = _value(fields, inferred_fields[fields], data, now), near.to(fields)
            if not depending:
                draft = with_field(draft, fields, more, overwrite=False, own=own)
                continue
            changed = with_field(draft, fields, more, overwrite=False)
            if all(_is_still(expected[target], look_up(changed, target)) for target in depending):
                draft = changed
    return draft


class _Near:
    """Which of some targets depend on what stands at other fields: those above or below them, and of the same list."""

    def __init__(self, targets: Iterable[Fields]) -> None:
        self._at: dict[Fields, list[Fields]] = {}
        self._below: dict[Fields, list[Fields]] = {}
        for target in targets:
            place = _down_to_list(target)
            self._at.setdefault(place, []).append(target)
            for end in range(len(place) + 1):
                self._below.setdefault(place[:end], []).append(target)

    def to(self, fields: Fields) -> list[Fields]:
        place = _down_to_list(fields)
        above = (target for end in range(len(place)) for target in self._at.get(place[:end], ()))
        return [*self._below.get(place, ()), *above]


def _down_to_list(fields: Fields) -> Fields:
    return tuple(takewhile(lambda name: not is_of_list(name), fields))


def _is_still(expected: Any, value: Any) -> bool:
    """Whether a value is what was aimed at; what was only to be an object may have fields."""
    return bool(expected == value) or (isinstance(expected, Mapping) and not expected and isinstance(value, Mapping))


def _value(fields: Fields, inferred_fields: Sequence[InferredField], data: Mapping[str, Any], now: int) -> Any:
    """A value for a field: one that the workflow compares it with, else one of its kind, else one by its name."""
    for inferred in inferred_fields:
        if inferred.like and operator_named(inferred.operator).is_equality:
            other = look_up(data, inferred.like)
            if not is_missing(other) and not isinstance(other, Undecided):
                return other
    for inferred in inferred_fields:
        example = operator_named(inferred.operator).example(inferred.literal)
        if example is not MISSING:
            return text_of(example) if inferred.kind == "number in text" else example
    by_kind = {
        "date": iso_date(now),
        "number": 1,
        "number in text": "1",
        "list": ["draft"],
        "email": "ann@example.com",
        "phone": "+12125550100",
    }
    kinds = (inferred.kind for inferred in inferred_fields if inferred.kind in by_kind)
    kind = next(kinds, None)
    return value_by_name(fields, now) if kind is None else by_kind[kind]
