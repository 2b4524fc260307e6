"""The model of one workflow or app from its bytes, without the parts that are wrong.

The whole is validated at once, which is quick. Only if that fails, the smallest part at fault is reported and left
out, and the rest validated again: a mistyped description costs the description, a step without an id that step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from kustui.definition.keys import (
    APP,
    AVAILABLE_APP,
    WORKFLOW,
    has_mistyped,
    holds_unknown_key,
    mistyped_keys,
    unknown_words,
)
from kustui.definition.models import POINTER, App, Part, Workflow
from kustui.definition.part_values import note_given, prepare_schema, set_apart, set_apart_below
from kustui.definition.platform import ERROR_ACTIONS
from kustui.definition.source.json_values import UNKNOWN_BYTES, UNKNOWN_VALUE, decoded
from kustui.definition.source.positions import MAX_DEPTH, escape, holds, key_of, parent, scan, too_deep
from kustui.definition.source.source import Extent, Fault, duplicate_key, wrong_kind
from kustui.text.messages import expected_by, quoted
from kustui.text.terminal_safe import UNKNOWN

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

P = TypeVar("P", bound=Part)
Location = tuple[int | str, ...]

_NOUNS = {
    "steps": "step",
    "transitions": "transition",
    "errorCases": "error case",
    "errorAction": "error action",
    "condition": "condition",
}
_ALWAYS = 'one that always holds is {"op": "true", "values": [true]}'
_ERROR_ACTIONS = f"error actions: {', '.join(ERROR_ACTIONS)}"
PURPOSES = {
    ("workflow", "name"): "people identify workflows by it",
    ("trigger", "eventName"): "it says which event starts a run",
    ("transition", "target"): "it names the step to go to",
    ("transition", "condition"): _ALWAYS,
    ("error case", "target"): 'it names the step to go to; "errorAction" may say what to do instead',
    ("error case", "condition"): _ALWAYS,
    ("error case", "errorAction"): 'such as {"type": "retry-action"}',
    ("error action", "type"): _ERROR_ACTIONS,
    ("step", "id"): "transitions and references name a step by it",
    ("step", "transitions"): "where nothing follows, [] says so",
    ("condition", "op"): "it says how the values are compared",
    ("condition", "values"): "they are what is compared",
    ("app definition", "version"): "an app cannot be registered without one",
    ("app definition", "title"): "an app cannot be registered without one",
}
"""What the keys are for that a part needs: null for any other is as good as nothing."""
_SMALL_PARTS = {"condition": "a condition", "error action": "errorAction", "transition": "a transition"}
"""The parts of which an unknown key probably stands for what is missing, by what ``keys`` calls them."""
_NOT_ITS_ID = '"_id" is bookkeeping of exports: transitions and references name a step by its "id"'
_WORDS = {"string_type": "text in quotes"}
_DECLARED = ("actions", "hooks", "triggers", "commands")
DECLARED_TYPES = {"name": str, "eventName": str, "inputSchema": dict, "outputSchema": dict}
_CONTAINERS = {dict, list}
_ESCAPED_QUOTE = re.compile(rb'\\\\?":')
"""What looks like the end of a key, and is one only after a backslash that is escaped itself."""
_WHAT_MAKES_IT = {("id", "step"), ("target", "transition"), ("target", "error case"), ("errorAction", "error case")}
"""Parts without which the part around them is left out too: a step without an id, a transition without a target."""


class ParsedWorkflow(Struct, frozen=True):
    """A workflow as far as it could be read, and the faults of the rest."""

    workflow: Workflow
    faults: tuple[Fault, ...] = ()

    @property
    def judged_faults(self) -> tuple[Fault, ...]:
        """Those that are not about what only a run of a module knows."""
        unknown = {fault.pointer for fault in self.faults if fault.rule == UNKNOWN_VALUE}
        return tuple(fault for fault in self.faults if fault.pointer not in unknown) if unknown else self.faults


class _TooDeepError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_workflow(
    data: bytes, extent: Extent, pointer: str = "", *, resource: bool = False, partial: bool = False
) -> ParsedWorkflow:
    """The workflow in an extent of a file that is valid JSON. ``resource``: it is under ``attributes`` there.
    ``partial``: it may be the body of an update, with only some keys of a workflow [api]."""
    try:
        value, faults = _decode(data, extent, pointer)
    except _TooDeepError as error:
        fault = _placed_in_step(error.fault, data, extent, f"{pointer}/attributes" if resource else pointer)
        return ParsedWorkflow(Workflow(pointer=pointer), (fault,))
    if resource:
        id_, attributes = value.get("id"), value.get("attributes")
        if not isinstance(attributes, dict):
            faults.append(wrong_kind("attributes", "an object", attributes, f"{pointer}/attributes"))
            return ParsedWorkflow(Workflow(pointer=pointer), tuple(faults))
        # A resource has its id beside the attributes, an export of the editor inside.
        if isinstance(id_, str):
            attributes["id"] = id_
        elif id_ is not None:
            faults.append(wrong_kind("id", "text in quotes", id_, f"{pointer}/id"))
        value, pointer = attributes, f"{pointer}/attributes"
    if holds_unknown_key(value, WORKFLOW):
        faults.extend(mistyped_keys(value, WORKFLOW, pointer))
        set_apart_below(value)
    faults.extend(_placed(value, pointer, partial=partial))
    return ParsedWorkflow(_lenient(Workflow, value, faults), tuple(faults))


def read_app(
    data: bytes, members: Mapping[str, Extent], pointer: str = "", *, resource: bool = False
) -> tuple[App, tuple[Fault, ...]]:
    """An app definition without its workflows, from the extents of its members. ``resource``: they are the attributes
    of the API's view of it, which calls it ``name`` and needs nothing [api]."""
    faults: list[Fault] = []
    value: dict[str, Any] = {}
    for key, extent in members.items():
        if key != "workflows":
            try:
                value[key], member_faults = _decode(data, extent, f"{pointer}/{escape(key)}")
            except _TooDeepError as error:
                member_faults = [error.fault]
            faults.extend(member_faults)
    faults.extend(_mistyped_keys_of_app({**members, **value}, pointer, AVAILABLE_APP if resource else APP))
    if not resource:
        faults.extend(_missing("app definition", value, pointer, "version", "title"))
    elif value.get("app") is None:
        value["app"] = name if isinstance(name := value.get("name"), str) else None
    for key in [key for key in value if value[key] is None] if resource else ():
        del value[key]
    set_apart(value, App)
    value[POINTER] = pointer
    wrong = list(_wrong_members(value, pointer))
    app = _lenient(App, value, wrong)
    return app, (*faults, *(() if resource else wrong))  # what the API itself gives is right in another shape too


def _wrong_members(app: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """The faults of what has the wrong type in the parts that an app declares."""
    for key in _DECLARED:
        parts = app.get(key)
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            for name, value in part.items() if isinstance(part, dict) else ():
                if name in DECLARED_TYPES and value is not None and not isinstance(value, DECLARED_TYPES[name]):
                    expected = "text in quotes" if DECLARED_TYPES[name] is str else "an object"
                    yield wrong_kind(name, expected, value, f"{pointer}/{key}/{index}/{name}")


def _mistyped_keys_of_app(value: Mapping[str, Any], pointer: str, part: str) -> Iterator[Fault]:
    for fault in mistyped_keys(value, part, pointer) if holds_unknown_key(value, part) else ():
        required = ("version", "title") if part == APP else ()
        needed = next((key for key in required if fault.member == f"{pointer}/{key}"), "")
        # Without these an app is refused for certain, which a warning does not say.
        refused = replace(fault, rule="invalid-shape", message=f"{fault.message}, which has no {needed}")
        yield refused if needed else fault


def _decode(data: bytes, extent: Extent, pointer: str) -> tuple[Any, list[Fault]]:
    """The JSON value of an extent, and faults for the keys given twice in it. Raises _TooDeepError."""
    text = data[extent.start : extent.end]
    try:
        value = decoded(text)
        members = _count_members(value)
    except RecursionError:
        members = None
    if members is None:
        from kustui.definition.source.syntax import nested_too_deep  # what reads broken JSON, for few

        raise _TooDeepError(nested_too_deep(too_deep(data, extent.start) or extent.start, pointer))
    has_unknown = not text.isascii() and UNKNOWN_BYTES in text
    unknown = list(_unknown_values(value, pointer)) if has_unknown else []
    if not _may_repeat_key(text, members):
        return value, unknown
    repeats = scan(data, extent.start, pointer).repeats
    return value, [
        *unknown,
        *(duplicate_key(key_of(repeat.pointer), repeat.pointer, repeat.first, repeat.second) for repeat in repeats),
    ]


def _unknown_values(value: Any, pointer: str) -> Iterator[Fault]:
    """The faults of what only a run of a module knows."""
    pending = [(value, pointer)]
    while pending:
        value, at = pending.pop()
        if isinstance(value, str) and value[:1] == UNKNOWN:
            yield Fault(UNKNOWN_VALUE, "", pointer=at)
        elif isinstance(value, dict):
            if any(key[:1] == UNKNOWN for key in value):
                yield Fault(UNKNOWN_VALUE, "", pointer=at)
            pending.extend((member, f"{at}/{escape(key)}") for key, member in value.items())
        elif isinstance(value, list):
            if any(isinstance(element, str) and element[:1] == UNKNOWN for element in value):
                yield Fault(UNKNOWN_VALUE, "", pointer=at)
            pending.extend((element, f"{at}/{index}") for index, element in enumerate(value))


def _may_repeat_key(text: bytes, members: int) -> bool:
    """Whether a key may be given twice in a text, by how many members it comes to: looking at each takes longer. What
    looks like the end of a key may also be in a string; then there are more of them than members."""
    compact = text.translate(None, b" \t\n\r")
    keys = compact.count(b'":')
    if b"\\" in compact:
        escaped = _ESCAPED_QUOTE.findall(compact)
        keys = -1 if b'\\\\":' in escaped else keys - len(escaped)
    return keys != members


def _placed_in_step(fault: Fault, data: bytes, extent: Extent, pointer: str) -> Fault:
    """The fault of a workflow that is nested too deep, with the step in which it is."""
    spots = scan(data, extent.start, fault.pointer).spots
    for at, ((start, end), _) in spots.items():
        is_step = parent(at) == f"{pointer}/steps"
        if is_step and fault.extent is not None and start <= fault.extent.start < end:
            id_ = spots.get(f"{at}/id")
            step = decoded(data[slice(*id_.value)]) if id_ is not None else ""
            return replace(fault, pointer=at, step=step if isinstance(step, str) else "")
    return fault


def _count_members(value: object) -> int | None:
    """How many members the objects in a value have; None where it is nested more than MAX_DEPTH levels deep."""
    members = 0
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH + 1):
        members += sum([len(outer) for outer in level if type(outer) is dict])
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in _CONTAINERS
        ]
        if not level:
            return members
    return None


def _placed(workflow: dict[str, Any], pointer: str, *, partial: bool) -> Iterator[Fault]:
    """Make each part what its model takes and give it its pointer, before any is left out. Yields faults for what a
    part lacks."""
    set_apart(workflow, Workflow)
    workflow[POINTER] = pointer
    missing = list(_missing("workflow", workflow, pointer, "name"))
    if not partial:
        yield from missing
    for key in ("trigger", "steps"):
        if workflow.get(key) is None:  # creating a workflow asks for its name alone [api]
            workflow.pop(key, None)
    if not partial and not has_mistyped(workflow, "steps"):
        workflow.setdefault("steps", [])
    trigger = workflow.get("trigger")
    if isinstance(trigger, dict):
        prepare_schema(trigger)
        at = trigger[POINTER] = f"{pointer}/trigger"
        yield from _missing_event(trigger, at)
        yield from _placed_ways(trigger, at, "transitions")
    response = workflow.get("response")
    if isinstance(response, dict):
        prepare_schema(response)
    steps = workflow.get("steps")
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            at = step[POINTER] = f"{pointer}/steps/{index}"
            if step.get("transitions") is None and isinstance(step.get("id"), str):  # else it is left out whole
                yield from _missing("step", step, at, "transitions")
            yield from _placed_ways(step, at, "transitions", "errorCases")


def _missing_event(trigger: dict[str, Any], pointer: str) -> Iterator[Fault]:
    """The fault of a trigger that no event starts. A callable one needs no ``eventName`` [api]."""
    missing = list(_missing("trigger", trigger, pointer, "eventName"))
    if trigger.get("callable") in (None, False):
        yield from missing


def _placed_ways(part: dict[str, Any], pointer: str, *keys: str) -> Iterator[Fault]:
    for key in keys:
        edges = part.get(key)
        for index, edge in enumerate(edges if isinstance(edges, list) else ()):
            if isinstance(edge, dict):
                at = edge[POINTER] = f"{pointer}/{key}/{index}"
                condition = edge.get("condition")
                is_kept = "target" in edge or edge.get("errorAction") is not None  # else it is left out whole
                if condition is None and is_kept:
                    yield from _missing(_NOUNS[key], edge, at, "condition")
                if isinstance(condition, str) and condition[:1] == UNKNOWN:
                    edge["condition"] = {"op": condition, "values": []}
                if isinstance(condition, dict) and condition.get("op") is None and condition.get("values") is None:
                    del edge["condition"]
                    yield from _missing("condition", condition, f"{at}/condition", "op", "values")
                if key == "errorCases" and edge.get("target") is None and edge.get("errorAction") is not None:
                    edge["target"] = ""


def _missing(noun: str, part: dict[str, Any], pointer: str, *keys: str) -> Iterator[Fault]:
    """The fault of a part without keys that it needs; null counts as missing, and is left out."""
    missing = [key for key in keys if part.get(key) is None and not has_mistyped(part, key)]
    for key in missing:
        part.pop(key, None)
    if missing:
        yield _without(noun, part, pointer, *missing)


def _without(noun: str, part: Mapping[str, Any], pointer: str, *keys: str) -> Fault:
    *others, last = keys
    named = f"{', '.join(others)} or {last}" if others else last
    hints = [] if others or (noun, last) not in PURPOSES else [PURPOSES[noun, last]]
    if noun in _SMALL_PARTS and (unknown := unknown_words(part, _SMALL_PARTS[noun])):
        hints.append(f"found the unknown key {quoted(unknown[0])}")
    hint = "; ".join(hints)
    return Fault("invalid-shape", f"the {noun} has no {named}", hint, pointer)


def _lenient(model: type[P], value: dict[str, Any], faults: list[Fault]) -> P:
    """The model of a value without the parts at fault, which are added to the faults."""
    while True:
        note_given(value, model)
        try:
            return convert(value, model)
        except ValidationError:
            from kustui.definition.pydantic_models import errors_of  # pydantic: for few

            # From the back, so that leaving out one element does not move the next to be left out.
            details = errors_of(model, value)[::-1]
            assert details, "what msgspec refuses, pydantic refuses"
            reported = [_fault_of(value, detail) for detail in details if not _is_optional_null(detail)]
            faults.extend(fault for fault in reported if fault is not None)
            for detail in details:
                _leave_out(value, detail["loc"])


def _is_optional_null(error: ErrorDetails) -> bool:
    """Whether it is about a null for what need not be there: the API takes it, and answers it [api]."""
    *_, key = loc = error["loc"]
    return error["input"] is None and isinstance(key, str) and (_noun(loc[:-1]), key) not in PURPOSES


def _fault_of(value: Any, error: ErrorDetails) -> Fault | None:
    """pydantic's error in words, at the pointer of the part it is about; None for a key that was only mistyped."""
    loc, part = error["loc"], value
    pointer, noun = "", _noun(loc[:-1])
    for key in loc:
        part = value
        if isinstance(value, dict):
            pointer = value.get(POINTER, pointer)
        pointer = f"{pointer}/{escape(str(key))}"
        value = value[key] if holds(value, key) else None
    if error["type"] == "missing":
        alternatives = (str(loc[-1]), "errorAction") if loc[-1] == "target" else (str(loc[-1]),)
        if isinstance(part, dict) and any(has_mistyped(part, key) for key in alternatives):
            return None
        fault = _without(noun, part, parent(pointer), str(loc[-1]))
        return replace(fault, hint=_NOT_ITS_ID) if loc[-1] == "id" and holds(part, "_id") else fault
    name = str(loc[-1])
    if isinstance(loc[-1], int):
        name = _noun(loc) if loc[-2] in _NOUNS else f"every element of {loc[-2]}"
    expected = expected_by(error, _WORDS) or "of another kind"
    return wrong_kind(name, expected, error["input"], pointer, PURPOSES.get((noun, name), ""))


def _noun(loc: Location) -> str:
    """What the part at a location is called."""
    for key in reversed(loc):
        if key in _NOUNS:
            return _NOUNS[str(key)]
    return "trigger" if "trigger" in loc else "workflow"


def _leave_out(value: Any, loc: Location) -> None:
    """Remove the smallest part around ``loc`` that can be left out."""
    noun = _noun(loc[:-1])
    if noun in ("condition", "error action"):
        loc, noun = loc[:-1], _noun(loc[:-2])
    if (loc[-1], noun) in _WHAT_MAKES_IT:
        loc = loc[:-1]
    for key in loc[:-1]:
        if not holds(value, key):
            return  # its surroundings were left out already
        value = value[key]
    if holds(value, loc[-1]):
        del value[loc[-1]]
