"""Decoded JSON as the models take it: what they do not name is set apart, and what may be left out or be written in
another way is as they expect it."""

from __future__ import annotations

from typing import Any

from msgspec import ValidationError, convert

from kustui.definition.keys import PARTS, WORKFLOW, has_mistyped
from kustui.definition.models import GIVEN, OTHERS, POINTER, Part, Schema, Trigger, Workflow, keys_of


def set_apart(part: dict[str, Any], model: type[Part]) -> None:
    """Put the members that a model does not name where it keeps them."""
    named = keys_of(model)
    if not named.issuperset(part):
        others = {key: part[key] for key in part if key not in named}
        for key in (OTHERS, POINTER, GIVEN):
            part.pop(key, None)  # a file may have them after all
        part[OTHERS] = others


def set_apart_below(workflow: dict[str, Any]) -> None:
    """Do so for all parts below a workflow that have a model, but for schemas."""
    pending = [(workflow, WORKFLOW)]
    while pending:
        part, kind = pending.pop()
        for key, below in PARTS[kind].parts.items():
            inner, model = part.get(key), PARTS[below].model
            if model is None or model is Schema:
                continue
            for one in inner if isinstance(inner, list) else (inner,):
                if isinstance(one, dict):
                    set_apart(one, model)
                    pending.append((one, below))


def note_given(part: dict[str, Any], model: type[Part]) -> None:
    """Say in a workflow, its trigger or an app which keys of its model it has."""
    part[GIVEN] = keys_of(model).intersection(part)
    if model is Workflow and isinstance(trigger := part.get("trigger"), dict):
        note_given(trigger, Trigger)


def prepare_schema(part: dict[str, Any]) -> None:
    """Make the schema of a part what its model takes."""
    if "schema" in part:
        part["schema"] = _as_schema(part["schema"])


def schema_of(value: object) -> Schema | None:
    """The schema that a value of a definition is; None where it is none, or does not say what it declares."""
    if not isinstance(value, dict) or has_mistyped(value, "properties"):
        return None
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
