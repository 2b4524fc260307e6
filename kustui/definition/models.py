"""What a definition says, as values: app, workflow, trigger, step, transition, condition, schema, schedule.

Keys that these models do not name are kept (``extra``) and shown: API exports and future versions of
the platform have more of them [seen]. All fields but the vital ones have a default, so that a part that is half
written can be read as far as it goes; ``parsed_workflow`` reports what is missing or mistyped.

They are read by ``read_part`` and not by a library: those that tell of all that is wrong take longer to import than a
small definition takes to be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin

import msgspec

from kustui.definition.platform import ERROR_ACTIONS, RELATIVE_UNIT_MINUTES, SCHEDULE_ACTION, TRIGGER_ID
from kustui.text.messages import duration_in_words

POINTER = "\0pointer"
"""The key under which parsed_workflow puts the JSON pointer of a part: none that a person writes."""


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    extra: Mapping[str, Any] = {}
    """What is under the keys that the model does not name."""
    given: frozenset[str] = frozenset()
    """The names of the fields that were there."""


_INNER = ("extra", "given", "pointer")
"""Fields that stand for no key that a person writes."""


def keys_of(model: type[Part]) -> Mapping[str, str]:
    """The key of each field of a model, by its name."""
    names = zip(model.__struct_fields__, model.__struct_encode_fields__, strict=True)
    return {name: key for name, key in names if name not in _INNER}


def _as_properties(schema: object) -> object:
    """A bare map ``{"input1": "string"}`` stands for its properties [seen]."""
    if not isinstance(schema, dict) or schema.get("type") == "object" or schema.keys() & {"properties", "required"}:
        return schema
    return {"properties": {name: {"type": kind} if isinstance(kind, str) else kind for name, kind in schema.items()}}


class Schema(Part, frozen=True):
    """What a callable workflow takes or returns: ``{properties: {name: {type}}, required: [names]}``."""

    properties: dict[str, Any] = {}
    required: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name that it declares."""
        return frozenset((*self.properties, *self.required))

    @property
    def is_open(self) -> bool:
        """Whether it takes names that it does not declare too."""
        return self.extra.get("additionalProperties", False) not in (None, False)

    def type_of(self, name: str) -> str:
        """The declared type of a property, or an empty string."""
        declared = self.properties.get(name)
        kind = declared.get("type", "") if isinstance(declared, dict) else declared
        return kind if isinstance(kind, str) else ""


TolerantSchema = Annotated[Schema, _as_properties]


class Condition(Part, frozen=True):
    """``{op, values}``; ``and`` and ``or`` nest conditions in ``values``."""

    op: str
    values: tuple[Any, ...]


class Transition(Part, frozen=True):
    """An edge to another step, taken when its condition holds."""

    target: str
    condition: Condition | None = None
    meta: dict[str, Any] | None = None
    pointer: str = ""

    @property
    def label(self) -> str:
        """The name that a person gave it, or an empty string."""
        return _text(self.meta, "name", "displayName")

    @property
    def error_action_type(self) -> str:
        """The type of the error action that an error case without a target has; empty for all others."""
        return ""

    @property
    def destination(self) -> str:
        """The id of the step that it leads to, or its error action in words: ``retry the step``."""
        type_ = self.error_action_type
        return ERROR_ACTIONS.get(type_, type_) or self.target


_NOT_EMPTY = "text that is not empty"


class ErrorAction(Part, frozen=True):
    """What an error case does instead of leading to a step: one of ``ERROR_ACTIONS`` [api]."""

    type: Annotated[str, _NOT_EMPTY]


def _needs_no_target(value: object) -> object:
    if isinstance(value, dict) and value.get("errorAction") is not None and value.get("target") is None:
        return {**value, "target": ""}
    return value


class ErrorCase(Transition, frozen=True):
    """A transition that is taken when the step has failed; its condition may read ``/#error`` [docs].

    It has a target [docs], or in its place an ``errorAction`` [api]; a target wins where both are given [assumed].
    """

    error_action: ErrorAction | None = None

    @property
    def error_action_type(self) -> str:
        return self.error_action.type if self.error_action is not None and not self.target else ""


class Trigger(Part, frozen=True):
    """What starts a run: an event, or for a callable workflow a call with the inputs of its schema."""

    id: str = TRIGGER_ID
    event_name: str = ""
    transitions: tuple[Transition, ...] = ()
    callable: bool = False
    input_schema: TolerantSchema | None = msgspec.field(default=None, name="schema")
    app_version: str | None = None
    meta: dict[str, Any] | None = None
    pointer: str = ""

    @property
    def edges(self) -> Iterator[Transition]:
        """Its transitions, in the order in which they are tried."""
        yield from self.transitions


class RunAt(Part, frozen=True):
    """When a scheduled run is due: ``relative`` minutes from now [assumed], or an absolute date [assumed]."""

    type: Any = None
    value: Any = None


_LONGEST_DELAY = 1e300


def relative_minutes(run_at: RunAt | None, unit: float = RELATIVE_UNIT_MINUTES) -> float | None:
    """The delay of a relative ``runAt`` in minutes, or None where it is none. ``unit`` is its unit in minutes.

    A number of a file may have any number of digits: it is cut at what a float can still add up.
    """
    if run_at is None or run_at.type != "relative" or isinstance(run_at.value, bool):
        return None
    if not isinstance(run_at.value, int | float):
        return None
    return max(-_LONGEST_DELAY, min(_LONGEST_DELAY, run_at.value)) * unit


def due_in_words(run_at: RunAt | None, unit: float = RELATIVE_UNIT_MINUTES) -> str:
    """When a run is due: ``after 60 min``, ``at 2026-01-01T00:00``."""
    if run_at is None:
        return "at no time given"
    delay = relative_minutes(run_at, unit)
    if delay is not None:
        return f"after {duration_in_words(delay)}"
    return f"at {run_at.value}" if run_at.value is not None else "at no time given"


class ScheduleCall(Part, frozen=True):
    """The params of a step that schedules another workflow."""

    workflow_id: Any = None
    run_at: RunAt | None = None
    inputs: dict[str, Any] = {}


class Step(Part, frozen=True):
    """A step of a workflow. Without an ``action`` it only branches [seen]."""

    id: str
    action: str | None = None
    params: dict[str, Any] = {}
    transitions: tuple[Transition, ...] = ()
    error_cases: tuple[Annotated[ErrorCase, _needs_no_target], ...] = ()
    app_version: str | None = None
    meta: dict[str, Any] | None = None
    pointer: str = ""

    @property
    def name(self) -> str:
        """Its display name, else its id."""
        return _text(self.meta, "displayName", "name") or self.id

    @property
    def description(self) -> str:
        return _text(self.meta, "description")

    @property
    def schedules(self) -> bool:
        return self.action == SCHEDULE_ACTION

    @property
    def schedule(self) -> ScheduleCall | None:
        """The schedule call this step makes, or None where it makes none.

        A member of the wrong type is left out here, and reported by a rule.
        """
        if not self.schedules:
            return None
        run_at, inputs = self.params.get("runAt"), self.params.get("inputs")
        return ScheduleCall(
            workflow_id=self.params.get("workflowId"),
            run_at=read_part(RunAt, run_at) if isinstance(run_at, dict) else None,
            inputs=inputs if isinstance(inputs, dict) else {},
        )

    @property
    def edges(self) -> Iterator[Transition]:
        """Its transitions, then its error cases, in the order in which they are tried."""
        yield from self.transitions
        yield from self.error_cases


class Response(Part, frozen=True):
    """What a callable workflow returns [seen]."""

    output_schema: TolerantSchema | None = msgspec.field(default=None, name="schema")


class Workflow(Part, frozen=True):
    """A trigger and the steps it leads to; ``steps`` are in the file's order, not in the order they run."""

    id: str | None = None
    name: str = ""
    description: str | None = None
    enabled: bool | None = None
    trigger: Trigger | None = None
    steps: tuple[Step, ...] = ()
    response: Response | None = None
    meta: dict[str, Any] | None = None
    pointer: str = ""

    @property
    def callable(self) -> bool:
        return self.trigger is not None and self.trigger.callable


class App(Part, frozen=True):
    """An app definition but for its workflows. It needs ``app``, ``version`` and ``title`` [docs]."""

    app: str = ""
    version: str = ""
    title: str = ""
    description: str | None = None
    dependencies: tuple[str, ...] = ()
    actions: tuple[dict[str, Any], ...] = ()
    hooks: tuple[dict[str, Any], ...] = ()
    triggers: tuple[dict[str, Any], ...] = ()
    commands: tuple[dict[str, Any], ...] = ()
    settings: dict[str, Any] = {}
    pointer: str = ""


def _text(meta: dict[str, Any] | None, *keys: str) -> str:
    for key in keys:
        value = (meta or {}).get(key)
        if isinstance(value, str) and value:
            return value
    return ""


# Reading them

Location = tuple[int | str, ...]
"""The keys and places in lists that lead from a value to a part of it."""


class PartError(NamedTuple):
    """What is wrong with a value."""

    location: Location
    value: object
    """What is there; what lacks it, where nothing is."""
    expected: str = ""
    """What it must be; empty where it is missing."""


P = TypeVar("P", bound=Part)
_EXPECTED = {str: "text in quotes", bool: "true or false", dict: "an object", list: "a list"}
_Reader = Callable[[Any, Location, "int | str", list[PartError]], Any]
"""Makes the value of a field of a JSON value that is of the right kind, the location of its part, and its key there;
adds what is wrong."""


class _Field(NamedTuple):
    name: str
    key: str
    is_required: bool
    is_nullable: bool
    kind: type | None
    """What its JSON value has to be; None where that may be anything."""
    read: _Reader | None
    """None where it is its JSON value."""


def read_part(model: type[P], value: dict[str, Any], errors: list[PartError] | None = None) -> P | None:
    """A part from its JSON value; None where something is wrong with it, which is added to the errors, in the order of
    the fields."""
    return _read(model, value, (), [] if errors is None else errors)


def _read(model: type[P], value: dict[str, Any], location: Location, errors: list[PartError]) -> P | None:
    fields, keys = _fields(model)
    members: dict[str, Any] = {}
    for name, key, is_required, is_nullable, kind, read in fields:
        if key not in value:
            if is_required:
                errors.append(PartError((*location, key), value))
            continue
        member = members[name] = value[key]
        if member is None and is_nullable:
            continue
        if kind is not None and type(member) is not kind:
            errors.append(PartError((*location, key), member, _EXPECTED[kind]))
        elif read is not None:
            members[name] = read(member, location, key, errors)
    if errors:
        return None
    members["given"] = frozenset(members)
    if POINTER in keys and POINTER in value:
        members["pointer"] = value[POINTER]
    if len(value) >= len(members):
        members["extra"] = {key: member for key, member in value.items() if key not in keys}
    return model(**members)


@cache
def _fields(model: type[Part]) -> tuple[Sequence[_Field], frozenset[str]]:
    """The fields of a model, and the keys that are not extra ones."""
    fields = [
        _Field(field.name, field.encode_name, field.required, *_type(field.type))
        for field in msgspec.structs.fields(model)
        if field.name not in _INNER
    ]
    keys = {field.key for field in fields} | ({POINTER} if "pointer" in model.__struct_fields__ else set())
    return fields, frozenset(keys)


def _type(type_: Any) -> tuple[bool, type | None, _Reader | None]:
    """Of a type of a field, whether a value may be null, what it has to be, and what reads it."""
    origin, (inner, *others) = get_origin(type_), get_args(type_) or (type_,)
    if type(None) in others:
        return (True, *_type(inner)[1:])
    if origin is tuple:
        return False, list, _list_reader(*_type(inner)[1:])
    if origin is Annotated and others[0] is _NOT_EMPTY:
        return False, str, _read_not_empty
    if origin is Annotated:
        return False, None, _part_reader(inner, others[0])
    if inner is Any:
        return False, None, None
    kind = origin or inner
    return (False, None, _part_reader(kind)) if issubclass(kind, Part) else (False, kind, None)


def _part_reader(model: type[Part], prepare: Callable[[Any], Any] | None = None) -> _Reader:
    def read(value: Any, location: Location, key: int | str, errors: list[PartError]) -> Part | None:
        if prepare is not None:
            value = prepare(value)
        if type(value) is dict:
            return _read(model, value, (*location, key), errors)
        errors.append(PartError((*location, key), value, _EXPECTED[dict]))
        return None

    return read


def _list_reader(kind: type | None, read: _Reader | None) -> _Reader:
    def read_list(value: Any, location: Location, key: int | str, errors: list[PartError]) -> tuple[Any, ...]:
        if kind is None and read is None:
            return tuple(value)
        inner = (*location, key)
        if read is not None:
            return tuple([read(element, inner, index, errors) for index, element in enumerate(value)])
        assert kind is not None
        for index, element in enumerate(value):
            if type(element) is not kind:
                errors.append(PartError((*inner, index), element, _EXPECTED[kind]))
        return tuple(value)

    return read_list


def _read_not_empty(value: str, location: Location, key: int | str, errors: list[PartError]) -> str:
    if not value:
        errors.append(PartError((*location, key), value, _NOT_EMPTY))
    return value
