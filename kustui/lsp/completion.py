"""What can stand where something is being typed: ids, references, fields, inputs, operators, actions, events and keys.

The text hardly ever parses there: where the place is comes from what is written before it, and what there is to choose
from the last state that could be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lsprotocol import types

from kustui.analysis.apps import declarations_of
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Document, Entry
from kustui.definition.functions import FUNCTIONS, HELPERS
from kustui.definition.json_schema import described_keys
from kustui.definition.keys import APP, PARTS, WORKFLOW, parts_below
from kustui.definition.operators import OPERATORS
from kustui.definition.platform import ACTIONS, ERROR_ACTIONS, EVENTS, TRIGGER_ID, call_event, name_in_app
from kustui.definition.source.recognition import is_module, is_workflow
from kustui.diagrams import labels
from kustui.lsp.state import State
from kustui.lsp.typed_text import Position
from kustui.lsp.unfinished import Place, place_at

_LARGEST = 1_000_000
"""Bytes before a place outside of all workflows that are looked at for where it is."""
_AROUND = {"workflows", "data", "workflow", "attributes"}
"""The keys around a workflow."""
_ROOTS = {"steps": "what a step or the trigger gave", "variables": "a variable", "error": "why the step failed"}


class Choice(NamedTuple):
    """Something that can stand at a place."""

    text: str
    """The whole string that it makes, or the key."""
    label: str
    detail: str = ""
    kind: types.CompletionItemKind = types.CompletionItemKind.Value


class _Context(NamedTuple):
    """What is typed, and what is known around it."""

    state: State
    document: Document | None
    analysis: WorkflowAnalysis | None
    """Of the workflow around the place, as it was when it could be read last."""
    place: Place
    keys: Sequence[str | int]
    """From the workflow on, or from the app definition where the place is outside of all workflows."""
    outer: Sequence[Any]
    """The values around the place, from the same on."""
    part: str


def items(state: State, path: str, position: Position) -> Iterator[types.CompletionItem]:
    """What can stand at a position."""
    context = _context(state, path, position)
    if context is None:
        return
    text, place = state.texts[path].text, context.place
    choices = _keys(context) if place.is_key else _values(context)
    range_ = types.Range(*(types.Position(*text.position(offset)) for offset in place.extent))
    for number, choice in enumerate({choice.text: choice for choice in choices}.values()):
        inside = json.dumps(choice.text, ensure_ascii=False)[1:-1]
        written = inside if place.is_quoted else f'"{inside}": ' if place.is_key else f'"{inside}"'
        yield types.CompletionItem(
            choice.label,
            kind=choice.kind,
            detail=choice.detail or None,
            filter_text=written,
            sort_text=f"{number:05}",
            text_edit=types.TextEdit(range_, written),
        )


def _context(state: State, path: str, position: Position) -> _Context | None:
    opened = state.texts.get(path)
    if opened is None:
        return None
    document, offset = state.document(path), opened.text.offset(position)
    if is_module(path):
        return None  # what stands there is no JSON
    entry, start = _workflow_at(state, document, offset)
    if entry is None and offset > _LARGEST:
        return None
    place = place_at(opened.text.data, start, offset)
    above = next((at for at, key in enumerate(place.keys) if not (isinstance(key, int) or key in _AROUND)), 0)
    if entry is None and above == 0 and not _is_workflow(place.outer):
        part = APP if place.outer and "app" in place.outer[0] else ""
    else:
        part = WORKFLOW
    analysis = state.analysis(entry) if entry is not None else None
    return _Context(state, document, analysis, place, place.keys[above:], place.outer[above:], part)


def _is_workflow(outer: Sequence[Any]) -> bool:
    return bool(outer) and isinstance(outer[0], dict) and is_workflow(outer[0].keys())


def _workflow_at(state: State, document: Document | None, offset: int) -> tuple[Entry | None, int]:
    """The workflow around a byte of the text, and where it begins there."""
    if document is None:
        return None, 0
    for entry in document.entries_between(at := state.earlier(document, offset), at + 1):
        return entry, state.later(document, entry.item.extent.start)
    return None, 0


# Keys


def _keys(context: _Context) -> Iterator[Choice]:
    match context.keys:
        case ["steps", _, "params", "inputs", _]:
            yield from _inputs(context)
            return
    names = [context.part] if context.part else [APP, WORKFLOW]
    for name in names:
        if (part := _part_at(context, name)) is None:
            continue
        described = described_keys().get(part, {})
        written = context.outer[-1] if context.outer and isinstance(context.outer[-1], dict) else {}
        for key in sorted(
            PARTS[part].keys - written.keys() - context.place.following, key=lambda key: (not described.get(key), key)
        ):
            yield Choice(key, key, described.get(key, ""), types.CompletionItemKind.Property)


def _part_at(context: _Context, part: str) -> str | None:
    """What the object is in which a key is typed, by what messages call it."""
    below: str | None = part
    for key, value in zip(context.keys[:-1], context.outer, strict=False):
        if isinstance(key, str) and below is not None:
            below = parts_below(value, below).get(key) if isinstance(value, dict) else None
    return below


def _inputs(context: _Context) -> Iterator[Choice]:
    """The inputs of the workflow that a step schedules, those that it needs first."""
    params = context.outer[-2]
    id_ = params.get("workflowId") if isinstance(params, dict) else None
    if id_ is None and context.analysis is not None:  # it is written behind its inputs
        step = next((step for step in context.analysis.workflow.steps if step.id == context.outer[2].get("id")), None)
        id_ = step.params.get("workflowId") if step is not None else None
    entry = context.state.snapshot.collection.by_id.get(id_) if isinstance(id_, str) else None
    schema = context.state.analysis(entry).inputs if entry is not None else None
    if schema is None:
        return
    given = context.outer[-1].keys() | context.place.following
    for name in sorted(schema.names - given, key=lambda name: (name not in schema.required, name)):
        detail = f"{schema.type_of(name)}{', required' if name in schema.required else ''}".lstrip(", ")
        yield Choice(name, name, detail, types.CompletionItemKind.Field)


# Values


def _values(context: _Context) -> Iterator[Choice]:
    match context.keys:
        case ["trigger", "eventName"]:
            yield from _events(context)
        case [*_, "transitions" | "errorCases", int(), "target"]:
            yield from _steps(context)
        case [*_, "errorAction", "type"]:
            yield from (Choice(type_, type_, words) for type_, words in ERROR_ACTIONS.items())
        case [*above, "op"] if "condition" in above:
            kind = types.CompletionItemKind.Operator
            yield from (Choice(name, name, operator.words, kind) for name, operator in OPERATORS.items())
        case ["steps", _, "action"]:
            kind = types.CompletionItemKind.Function
            yield from (Choice(name, name, detail, kind) for name, detail in _actions(context).items())
        case ["steps", _, "params", "workflowId"]:
            yield from _workflows(context)
        case ["steps", _, "params", "runAt", "type"]:
            yield Choice("relative", "relative", "a number of minutes from now")
        case ["steps", _, "params", *_]:
            yield from _expressions(context)
        case [*above, "values", int()] if "condition" in above:
            yield from _expressions(context)


def _steps(context: _Context) -> Iterator[Choice]:
    if context.analysis is not None:
        for step in context.analysis.workflow.steps:
            yield Choice(step.id, step.id, _what(context.analysis, step.id), types.CompletionItemKind.Method)


def _what(analysis: WorkflowAnalysis, step_id: str) -> str:
    """What a step is called, and does."""
    if step_id == TRIGGER_ID and step_id not in analysis.flow.steps:
        return labels.event_label(analysis.workflow.trigger)
    step = analysis.flow.steps.get(step_id)
    if step is None:
        return ""
    does = labels.what_it_does(analysis.flow, step)
    return does if step.name == step.id else f"{step.name}: {does}"


def _actions(context: _Context) -> Mapping[str, str]:
    """The actions of the platform, those that the app declares, and those that the workflow uses."""
    actions: dict[str, str] = {}
    document = context.document
    for app in document.apps if document is not None else ():
        if document is not None and (declared := declarations_of(document, app)) is not None:
            names = declared.actions or {}
            actions |= {name_in_app(declared.app, name): f"of {declared.app}" for name in names}
    if context.analysis is not None:
        actions |= {step.action: "used here" for step in context.analysis.workflow.steps if step.action}
    return {**actions, **{name: actions.get(name, "") for name in ACTIONS}}


def _events(context: _Context) -> Iterator[Choice]:
    """The event of a call where the workflow can be called, those of the platform, and those that others listen to."""
    events: dict[str, str] = {}
    workflow = context.outer[0] if context.outer else {}
    if isinstance(id_ := workflow.get("id"), str):
        events[call_event(id_)] = "when it is called"
    events |= dict.fromkeys(EVENTS, "")
    others = (entry.item for entry in context.state.snapshot.collection.entries)
    events |= {item.event: "used elsewhere" for item in others if item.event and not item.callable}
    yield from (Choice(name, name, detail, types.CompletionItemKind.Event) for name, detail in events.items())


def _workflows(context: _Context) -> Iterator[Choice]:
    """The ids of the workflows that can be called."""
    for id_, entry in context.state.snapshot.collection.by_id.items():
        if entry.item.callable:
            yield Choice(id_, f"{entry.title} ({id_})", "", types.CompletionItemKind.Class)


# Expressions


def _expressions(context: _Context) -> Iterator[Choice]:
    """References, functions, and what can stand in a template."""
    typed = context.place.typed
    if "{{" in typed and (tag := typed.rpartition("{{")[2]).count("}") == 0:
        word = tag.lstrip("{#/&~(").split()[-1:] if not tag.endswith((" ", "(")) else []
        before = typed.removesuffix(word[0]) if word else typed
        yield from _paths(context, before, word[0] if word else "")
        helpers = (Choice(f"{before}{name}", name, "helper", types.CompletionItemKind.Function) for name in HELPERS)
        yield from helpers
    elif typed.startswith("/#fn:"):
        before, comma, argument = typed.rpartition(",")
        if comma:
            yield from _paths(context, f"{before},", argument)
        else:
            for name, function in FUNCTIONS.items():
                detail = f"of a {function.input}" if function.input else ""
                yield Choice(f"/#fn:{name},", name, detail, types.CompletionItemKind.Function)
    elif "/#".startswith(typed[:2]):
        yield from _paths(context, "/#", typed[2:])
        if "/#fn:".startswith(typed):
            yield Choice("/#fn:", "fn:", "a function", types.CompletionItemKind.Function)


def _paths(context: _Context, before: str, typed: str) -> Iterator[Choice]:
    """The paths that begin like one, by one segment more."""
    match typed.split("."):
        case ["steps", _] if context.analysis is not None:
            for id_ in (TRIGGER_ID, *context.analysis.flow.steps):
                kind = types.CompletionItemKind.Event if id_ == TRIGGER_ID else types.CompletionItemKind.Method
                yield Choice(f"{before}steps.{id_}", id_, _what(context.analysis, id_), kind)
        case ["steps", step, *fields] if context.analysis is not None:
            for name, detail in _fields(context.analysis, step, fields[:-1]):
                text = ".".join((f"{before}steps", step, *fields[:-1], name))
                yield Choice(text, name, detail, types.CompletionItemKind.Field)
        case [_]:
            for root, detail in _ROOTS.items():
                yield Choice(f"{before}{root}", root, detail, types.CompletionItemKind.Module)


def _fields(analysis: WorkflowAnalysis, step: str, above: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The next segments of the fields that a step or the trigger is known to give, each with its type."""
    node, above = analysis.flow.node(step), tuple(above)
    if node is None:
        return
    part = analysis.flow.steps.get(node)
    schema = analysis.output_schema(part.action or "") if part is not None else analysis.inputs
    if schema is not None and not above:
        yield from ((name, schema.type_of(name)) for name in sorted(schema.names))
    for fields, inferred in analysis.inferred_fields.get(node, {}).items():
        if fields[: len(above)] == above and len(fields) > len(above):
            is_last = len(fields) == len(above) + 1
            yield from ((fields[len(above)], field.kind if is_last else "") for field in inferred)
