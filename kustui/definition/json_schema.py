"""The JSON Schema of definitions, for editors that know no language server.

Made from the models, the tables of keys and those of the platform, and from how the outline tells the shapes of a file
apart: it takes whatever the reader takes, and refuses the shapes that ``invalid-shape`` reports, but for plain text as
the inputs of a schedule. What may come with a later version of the platform is suggested, and nothing else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic.json_schema import models_json_schema

from kustui.definition.keys import APP, AVAILABLE_APP, EVERY_KEY, PARTS
from kustui.definition.models import App, ScheduleCall, Workflow
from kustui.definition.operators import OPERATORS
from kustui.definition.parsed_workflow import DECLARED_TYPES, PURPOSES
from kustui.definition.platform import (
    ACTIONS,
    APP_KEYS,
    DISTINCTIVE_APP_KEYS,
    ERROR_ACTIONS,
    EVENTS,
    SCHEDULE_ACTION,
    WORKFLOW_KEYS,
)
from kustui.definition.pydantic_models import pydantic_model
from kustui.definition.source.outline import WRAPPED_KEYS

Schema = dict[str, Any]

_NULL: Schema = {"type": "null"}
_DECLARED = ("an action", "a command", "a hook", "a declared trigger")
_TYPE_NAMES = {str: "string", dict: "object"}


def _has(*keys: str) -> Schema:
    return {"type": "object", "required": list(keys)}


def _has_any(keys: Iterable[str]) -> Schema:
    return {"anyOf": [_has(key) for key in sorted(keys)]}


def _ref(title: str) -> Schema:
    return {"$ref": f"#/$defs/{title}"}


def _with(key: str, schema: Schema) -> Schema:
    """An object with a member that a schema takes."""
    return {**_has(key), "properties": {key: schema}}


def _one_of(names: Mapping[str, str], otherwise: Schema) -> Schema:
    """Names to suggest, each with what it means; others are taken too."""
    suggested = [{"const": name, **({"description": words} if words else {})} for name, words in names.items()]
    return {"anyOf": [*suggested, otherwise]}


_CONDITIONAL = {("workflow", "name"), ("trigger", "eventName"), ("error case", "target"), ("error case", "errorAction")}
"""The needed keys that are not needed everywhere."""
_MORE: Mapping[str, Schema] = {
    "Trigger": {
        "if": {"properties": {"callable": {"enum": [None, False]}}},
        "then": _with("eventName", {"type": "string"}),
    },
    "ErrorCase": {"anyOf": [_with("target", {"type": "string"}), _with("errorAction", {"type": "object"})]},
    "Step": {
        "if": _with("action", {"const": SCHEDULE_ACTION}),
        "then": _with("params", {"allOf": [_ref("Params"), _has("workflowId")]}),
    },
    "Condition": {
        "if": _with("op", {"enum": ["and", "or"]}),
        "then": {"properties": {"values": {"items": _ref("Condition")}}},
    },
    "Params": {"properties": {"workflowId": {"type": "string"}, "inputs": {"type": ["object", "string", "null"]}}},
}
"""What the models do not say of a part: what one key asks of another."""
_SUGGESTED: Mapping[tuple[str, str], tuple[Mapping[str, str], Schema]] = {
    ("Condition", "op"): ({name: operator.words for name, operator in OPERATORS.items()}, {"type": "string"}),
    ("ErrorAction", "type"): (ERROR_ACTIONS, {"type": "string", "minLength": 1}),
    ("Step", "action"): (dict.fromkeys(ACTIONS, ""), {"type": ["string", "null"]}),
    ("Trigger", "eventName"): (dict.fromkeys(EVENTS, ""), {"type": ["string", "null"]}),
}
"""The values that are known of a key."""


def schema() -> Schema:
    """The schema of a file, in draft 2020-12."""
    _, generated = models_json_schema([(pydantic_model(model), "validation") for model in (Workflow, App)])
    models: Mapping[str, Schema] = {**generated["$defs"], _title(APP): generated["$defs"]["App"]}
    parts = {_title(part): _part(part, models.get(_title(part))) for part in PARTS}
    parts[_title(APP)]["properties"]["workflows"] = {"type": ["array", "null"], "items": _ref("WorkflowOfApp")}
    parts[_title(AVAILABLE_APP)]["properties"]["workflows"] = {"items": _ref("WorkflowOrResource")}
    top = ("app", "version", "title", "workflows"), ("name", *WORKFLOW_KEYS)
    offered = {
        key: parts[title]["properties"][key]
        for title, keys in zip(("AppDefinition", "Workflow"), top, strict=True)
        for key in keys
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kustomer workflow definitions",
        **_ref("File"),
        "$defs": {
            "File": {
                "items": _ref("File"),
                "properties": {key: _described(property_) for key, property_ in offered.items()},
                **_file(),
            },
            "WorkflowOfApp": _workflow(_ref("NamedWorkflow")),
            "WorkflowOrResource": _workflow(_ref("Workflow")),
            "NamedWorkflow": {"allOf": [_ref("Workflow"), _with("name", {"type": "string"})]},
            **dict(sorted(parts.items())),
        },
    }


@lru_cache(maxsize=1)
def described_keys() -> Mapping[str, Mapping[str, str]]:
    """What each key is for that a part may have, by what messages call the part; empty where nobody has said."""
    parts = schema()["$defs"]
    properties = {part: parts[_title(part)]["properties"] for part in PARTS}
    return {part: {key: own[key].get("description", "") for key in own} for part, own in properties.items()}


def _described(property_: Schema) -> Schema:
    return {key: value for key, value in property_.items() if key == "description"}


def _title(part: str) -> str:
    """``ErrorCase`` for ``an error case``, as its model is called."""
    words = part.removeprefix("an ").removeprefix("a ").split()
    return "".join(f"{word[0].upper()}{word[1:]}" for word in words)


def _noun(title: str) -> str:
    """``error case``, as messages call it."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", title).lower()


def _part(part: str, model: Schema | None) -> Schema:
    """One kind of part: its keys, and what the model asks of their values; nothing where it has no model."""
    title, keys = _title(part), PARTS[part]
    more = _MORE.get(title, {})
    definition: Schema = {**more, "properties": _properties(part, model, more.get("properties", {}))}
    if EVERY_KEY in keys.parts:
        definition["additionalProperties"] = _ref(_title(keys.parts[EVERY_KEY]))
    if model is not None:
        definition["type"] = "object"
        needed = [key for noun, key in PURPOSES if noun == _noun(title) and (noun, key) not in _CONDITIONAL]
        if needed:
            definition["required"] = needed
    return definition


def _properties(part: str, model: Schema | None, more: Mapping[str, Schema]) -> dict[str, Schema]:
    """What may stand under each key of a part."""
    title, keys = _title(part), PARTS[part]
    given: Mapping[str, Schema] = model["properties"] if model is not None else {}
    properties: dict[str, Schema] = {}
    for key in sorted(keys.keys):
        properties[key] = _property(title, key, given[key]) if key in given else {}
        if key in keys.parts and "$ref" not in str(given.get(key)):
            properties[key] |= _loosely(keys.parts[key])
        if part in _DECLARED and key in DECLARED_TYPES:
            properties[key]["type"] = [_TYPE_NAMES[DECLARED_TYPES[key]], "null"]
        properties[key] |= more.get(key, {})
    if title == "Params":
        for field in pydantic_model(ScheduleCall).model_fields.values():
            if field.alias in properties:
                properties[field.alias]["description"] = field.description or ""
    return properties


def _loosely(part: str) -> Schema:
    """A part of which only the keys are suggested, alone or in a list."""
    loose = _ref(_title("a property" if part == "a schema" else part))
    return {**loose, "items": loose}


def _property(title: str, key: str, generated: Schema) -> Schema:
    """The schema of a key, null included where it is as good as nothing."""
    description = _described(generated)
    if (title, key) in _SUGGESTED:
        return {**description, **_one_of(*_SUGGESTED[title, key])}
    bare = {word: value for word, value in generated.items() if word not in ("default", "title", "description")}
    alternatives = [choice for choice in bare.pop("anyOf", [bare]) if choice != _NULL]
    if not all(alternatives):
        return description
    is_needed = (_noun(title), key) in PURPOSES and (_noun(title), key) not in _CONDITIONAL
    if not is_needed:
        alternatives.append(_NULL)
    return {**description, **(alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives})}


def _file() -> Schema:
    """What an object in a file is, as ``outline`` tells them apart; of anything else nothing is said."""
    words = _with("app", {"type": ["object", "array"]})
    no_list = _with("workflows", {"not": {"type": "array"}})
    only_app_keys = {"propertyNames": {"enum": sorted(APP_KEYS)}}
    inner_workflow = _with("attributes", _has_any(WORKFLOW_KEYS))
    resource = {"anyOf": [{**_has("attributes"), **_with_both("type", {"const": "workflow"})}, inner_workflow]}
    bare = _has_any(WORKFLOW_KEYS)
    named_app = {
        "allOf": [_with("type", {"pattern": "app", "type": "string"}), _with("attributes", _has("name", "version"))]
    }
    return _choice(
        ({"allOf": [_has("workflows"), {"anyOf": [words, {"allOf": [no_list, {"not": only_app_keys}]}]}]}, {}),
        (_has("workflows", "app"), _ref("AppDefinition")),
        (_has("workflows"), {"properties": {"workflows": {"type": "array", "items": _ref("WorkflowOfApp")}}}),
        ({"allOf": [resource, {"not": bare}]}, _ref("WorkflowOrResource")),
        (
            {"allOf": [{"not": resource}, {"anyOf": [_with("attributes", _has("workflows")), named_app]}]},
            {"properties": {"attributes": _ref(_title(AVAILABLE_APP))}},
        ),
        (bare, _ref("Workflow")),
        (
            {
                "allOf": [_has("app"), {"not": words}],
                "anyOf": [_has_any(DISTINCTIVE_APP_KEYS | {"version"}), only_app_keys],
            },
            _ref("AppDefinition"),
        ),
        (_has("data"), {"properties": {"data": _ref("File")}}),
        (_with("workflow", _has_any(("attributes", "data"))), {"properties": {"workflow": _ref("File")}}),
        (_with("workflow", _has_any(WRAPPED_KEYS)), {"properties": {"workflow": _ref("Workflow")}}),
    )


def _with_both(key: str, schema: Schema) -> Schema:
    return {"required": ["attributes", key], "properties": {key: schema}}


def _workflow(plain: Schema) -> Schema:
    """A workflow, or an API resource with one under its ``attributes``."""
    is_resource = {"allOf": [_has("attributes"), {"not": _has_any(WORKFLOW_KEYS)}]}
    resource = {"properties": {"attributes": plain, "id": {"type": ["string", "null"]}}}
    return _choice((is_resource, resource), (True, plain))


def _choice(*cases: tuple[Schema | bool, Schema]) -> Schema:
    """What the first condition that holds asks for; nothing where none does."""
    (condition, result), *others = cases
    if condition is True:
        return result
    return {"if": condition, "then": result, **({"else": _choice(*others)} if others else {})}
