"""Decoded JSON as the models take it: what they do not name is set apart, and what may be left out or be written in
another way is as they expect it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import ValidationError, convert

from kustui.definition.models import (
    GIVEN,
    OTHERS,
    POINTER,
    App,
    Condition,
    ErrorAction,
    ErrorCase,
    Part,
    Response,
    Schema,
    Step,
    Transition,
    Trigger,
    Workflow,
    keys_of,
)

_KEYS: Mapping[type[Part], frozenset[str]] = {
    model: keys_of(model)
    for model in (App, Condition, ErrorAction, ErrorCase, Response, Schema, Step, Transition, Trigger, Workflow)
}


def set_apart(part: dict[str, Any], model: type[Part]) -> None:
    """Put the members that a model does not name where it keeps them."""
    named = _KEYS[model]
    if not named.issuperset(part):
        others = {key: part[key] for key in part if key not in named}
        for key in (OTHERS, POINTER, GIVEN):
            part.pop(key, None)  # a file may have them after all
        part[OTHERS] = others


def note_given(part: dict[str, Any], model: type[Part]) -> None:
    """Say in a workflow, its trigger or an app which keys of its model it has."""
    part[GIVEN] = _KEYS[model].intersection(part)
    if model is Workflow and isinstance(trigger := part.get("trigger"), dict):
        note_given(trigger, Trigger)


def prepare_edge(edge: dict[str, Any], model: type[Transition]) -> None:
    """Make a transition or error case what its model takes."""
    set_apart(edge, model)
    for key, inner in (("condition", Condition), ("errorAction", ErrorAction)):
        if isinstance(part := edge.get(key), dict):
            set_apart(part, inner)
    if model is ErrorCase and edge.get("errorAction") is not None and edge.get("target") is None:
        edge["target"] = ""


def prepare_schema(part: dict[str, Any]) -> None:
    """Make the schema of a part what its model takes."""
    if "schema" in part:
        part["schema"] = _as_schema(part["schema"])


def schema_of(value: object) -> Schema | None:
    """The schema that a value is; None where it is none."""
    try:
        return convert(_as_schema(value), Schema)
    except ValidationError:
        return None


def _as_schema(value: object) -> object:
    """A bare map ``{"input1": "string"}`` stands for its properties [seen]."""
    if not isinstance(value, dict):
        return value
    if value.get("type") == "object" or value.keys() & {"properties", "required"}:
        schema = dict(value)
        set_apart(schema, Schema)
        return schema
    return {"properties": {name: {"type": kind} if isinstance(kind, str) else kind for name, kind in value.items()}}
