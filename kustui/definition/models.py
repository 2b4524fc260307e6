"""What a definition says, as values: app, workflow, trigger, step, transition, condition, schema, schedule.

Keys that these models do not name are kept as ``others`` and shown: API exports and future versions of the platform
have more of them [seen]. All fields but the vital ones have a default, so that a part that is half written can be read
as far as it goes; ``parsed_workflow`` reports what is missing or mistyped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from kustui.definition.expressions import is_plain, value_in_words
from kustui.definition.expressions.words import Namer, path_in_words
from kustui.definition.platform import ERROR_ACTIONS, RELATIVE_UNIT_MINUTES, SCHEDULE_ACTION, TRIGGER_ID
from kustui.text.messages import duration_in_words

_OWN = "\x7f"
"""The beginning of keys that no person writes, under which ``parsed_workflow`` puts what it knows of a part."""
OTHERS, POINTER, GIVEN = f"{_OWN}others", f"{_OWN}pointer", f"{_OWN}given"


class Part(Struct, frozen=True, kw_only=True, rename="camel"):
    others: dict[str, Any] = field(name=OTHERS, default_factory=dict)
    """The members that the model does not name."""


@cache
def keys_of(model: type[Part]) -> frozenset[str]:
    """The keys that a model names."""
    return frozenset(key for key in model.__struct_encode_fields__ if not key.startswith(_OWN))


class Schema(Part, frozen=True, kw_only=True):
    """What a callable workflow takes or returns: ``{properties: {name: {type}}, required: [names]}``."""

    properties: Annotated[dict[str, Any], Meta(description="The fields by name, each with its type.")] = field(
        default_factory=dict
    )
    required: Annotated[tuple[str, ...], Meta(description="The names of the fields that have to be given.")] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name that it declares."""
        return frozenset((*self.properties, *self.required))

    @property
    def is_open(self) -> bool:
        """Whether it takes names that it does not declare too."""
        return self.others.get("additionalProperties", False) not in (None, False)

    def type_of(self, name: str) -> str:
        """The declared type of a property, or an empty string."""
        declared = self.properties.get(name)
        kind = declared.get("type", "") if isinstance(declared, dict) else declared
        return kind if isinstance(kind, str) else ""


class Condition(Part, frozen=True, kw_only=True):
    """``{op, values}``; ``and`` and ``or`` nest conditions in ``values``."""

    op: Annotated[str, Meta(description="How the values are compared.")]
    values: Annotated[
        tuple[Any, ...], Meta(description="What is compared: literals, references, templates; conditions in and/or.")
    ]


class Transition(Part, frozen=True, kw_only=True):
    """An edge to another step, taken when its condition holds."""

    target: Annotated[str, Meta(description="The id of the step that it leads to.")]
    condition: Annotated[
        Condition | None, Meta(description="When it is taken; the first transition that holds wins.")
    ] = None
    meta: Annotated[dict[str, Any] | None, Meta(description="What people call it.")] = None
    pointer: str = field(name=POINTER, default="")

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


class ErrorAction(Part, frozen=True, kw_only=True):
    """What an error case does instead of leading to a step: one of ``ERROR_ACTIONS`` [api]."""

    type: Annotated[str, Meta(min_length=1, description="What is done in place of leading to a step.")]


class ErrorCase(Transition, frozen=True, kw_only=True):
    """A transition that is taken when the step has failed; its condition may read ``/#error`` [docs].

    It has a target [docs], or in its place an ``errorAction`` [api]; a target wins where both are given [assumed].
    """

    error_action: Annotated[ErrorAction | None, Meta(description="What is done where there is no target.")] = None

    @property
    def error_action_type(self) -> str:
        return self.error_action.type if self.error_action is not None and not self.target else ""


class Trigger(Part, frozen=True, kw_only=True):
    """What starts a run: an event, or for a callable workflow a call with the inputs of its schema."""

    id: Annotated[str, Meta(description="By convention 1.")] = TRIGGER_ID
    event_name: Annotated[
        str, Meta(description="The event that starts a run; kustomer.workflow.<id>.call if callable.")
    ] = ""
    transitions: Annotated[
        tuple[Transition, ...], Meta(description="Where a run begins: the first that holds is taken.")
    ] = ()
    callable: Annotated[bool, Meta(description="Whether other workflows can schedule or call it.")] = False
    input_schema: Annotated[Schema | None, Meta(description="The inputs of a callable workflow.")] = field(
        name="schema", default=None
    )
    app_version: Annotated[str | None, Meta(description="The app of the event, and a range of its versions.")] = None
    meta: Annotated[dict[str, Any] | None, Meta(description="What people call it.")] = None
    pointer: str = field(name=POINTER, default="")
    given: frozenset[str] = field(name=GIVEN, default=frozenset())
    """The keys of the model that it has, and that could be read."""

    @property
    def edges(self) -> tuple[Transition, ...]:
        """Its transitions, in the order in which they are tried."""
        return self.transitions


class RunAt(Part, frozen=True, kw_only=True):
    """When a scheduled run is due: ``relative`` minutes from now [assumed], or an absolute date [assumed]."""

    type: Annotated[
        Any, Meta(description="relative, with a number of minutes as the value; or a date as the value.")
    ] = None
    value: Annotated[Any, Meta(description="How many minutes from now, or the date.")] = None

    @classmethod
    def of(cls, value: object) -> RunAt | None:
        """What a value says of when; None where it is no object."""
        return cls(type=value.get("type"), value=value.get("value")) if isinstance(value, dict) else None


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


def due_in_words(run_at: RunAt | None, unit: float = RELATIVE_UNIT_MINUTES, name: Namer = path_in_words) -> str:
    """When a run is due: ``after 60 min``, ``at 2026-01-01T00:00``, ``at remindAt`` where that is read in a run.

    ``name`` says what to call a path that is read.
    """
    delay = relative_minutes(run_at, unit)
    if delay is not None:
        return f"after {duration_in_words(delay)}"
    if run_at is None or run_at.value is None:
        return "at no time given"
    computed = isinstance(run_at.value, str) and not is_plain(run_at.value)
    words = value_in_words(run_at.value, name) if computed else f"{run_at.value}"
    return f"after {words}" if computed and run_at.type == "relative" else f"at {words}"


class ScheduleCall(Part, frozen=True, kw_only=True):
    """The params of a step that schedules another workflow."""

    workflow_id: Annotated[Any, Meta(description="The id of the workflow that is scheduled.")] = None
    run_at: Annotated[RunAt | None, Meta(description="When it is due.")] = None
    inputs: Annotated[dict[str, Any], Meta(description="Its inputs, by name.")] = field(default_factory=dict)


class Step(Part, frozen=True, kw_only=True):
    """A step of a workflow. Without an ``action`` it only branches [seen]."""

    id: Annotated[str, Meta(description="By which transitions and references name the step.")]
    action: Annotated[str | None, Meta(description="What it does; without one it only branches.")] = None
    params: Annotated[
        dict[str, Any], Meta(description="What the action is given: literals, references, templates.")
    ] = field(default_factory=dict)
    transitions: Annotated[
        tuple[Transition, ...], Meta(description="Where the run goes on: the first that holds is taken.")
    ] = ()
    error_cases: Annotated[tuple[ErrorCase, ...], Meta(description="Where the run goes on after a failure.")] = ()
    app_version: Annotated[str | None, Meta(description="The app of the action, and a range of its versions.")] = None
    meta: Annotated[dict[str, Any] | None, Meta(description="What people call it: displayName, description.")] = None
    pointer: str = field(name=POINTER, default="")

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
            run_at=RunAt.of(run_at),
            inputs=inputs if isinstance(inputs, dict) else {},
        )

    @property
    def edges(self) -> tuple[Transition, ...]:
        """Its transitions, then its error cases, in the order in which they are tried."""
        return (*self.transitions, *self.error_cases)


class Response(Part, frozen=True, kw_only=True):
    """What a callable workflow returns [seen]."""

    output_schema: Annotated[Schema | None, Meta(description="The fields of the answer.")] = field(
        name="schema", default=None
    )


W = TypeVar("W", bound=Transition)


class Workflow(Part, frozen=True, kw_only=True):
    """A trigger and the steps it leads to; ``steps`` are in the file's order, not in the order they run."""

    id: Annotated[str | None, Meta(description="By which other workflows schedule it.")] = None
    name: Annotated[str, Meta(description="By which people identify it.")] = ""
    description: Annotated[str | None, Meta(description="What it is for.")] = None
    enabled: Annotated[bool | None, Meta(description="With false it never runs.")] = None
    trigger: Annotated[Trigger | None, Meta(description="What starts a run.")] = None
    steps: Annotated[tuple[Step, ...], Meta(description="What a run does, in no particular order.")] = ()
    response: Annotated[Response | None, Meta(description="What a callable workflow answers.")] = None
    meta: Annotated[dict[str, Any] | None, Meta(description="What people call it: displayName.")] = None
    pointer: str = field(name=POINTER, default="")
    given: frozenset[str] = field(name=GIVEN, default=frozenset())
    """The keys of the model that it has, and that could be read."""

    @property
    def callable(self) -> bool:
        return self.trigger is not None and self.trigger.callable

    @property
    def transitions(self) -> Sequence[Transition]:
        """All transitions and error cases as they are written, those of steps whose id is taken included."""
        parts = (self.trigger, *self.steps)
        return [transition for part in parts if part is not None for transition in part.edges]

    def retargeted(self, targets: Mapping[str, str]) -> Workflow:
        """It with other targets of its transitions and error cases."""

        def edges(given: tuple[W, ...]) -> tuple[W, ...]:
            return tuple(replace(edge, target=targets.get(edge.target, edge.target)) for edge in given)

        trigger = self.trigger and replace(self.trigger, transitions=edges(self.trigger.transitions))
        steps = tuple(
            replace(step, transitions=edges(step.transitions), error_cases=edges(step.error_cases))
            for step in self.steps
        )
        return replace(self, trigger=trigger, steps=steps)


class App(Part, frozen=True, kw_only=True):
    """An app definition but for its workflows. It needs ``app``, ``version`` and ``title`` [docs]."""

    app: Annotated[str, Meta(description="Its name, without blanks and dashes.")] = ""
    version: Annotated[str, Meta(description="Its semantic version.")] = ""
    title: Annotated[str, Meta(description="What people call it.")] = ""
    description: Annotated[str | None, Meta(description="What it is for.")] = None
    dependencies: Annotated[
        tuple[str, ...], Meta(description="The apps that it needs, each a name, a dash and a range.")
    ] = ()
    actions: Annotated[tuple[dict[str, Any], ...], Meta(description="The actions that its workflows can use.")] = ()
    hooks: Annotated[tuple[dict[str, Any], ...], Meta(description="The events that it receives from outside.")] = ()
    triggers: Annotated[tuple[dict[str, Any], ...], Meta(description="The events that it declares.")] = ()
    commands: Annotated[tuple[dict[str, Any], ...], Meta(description="What it can be asked to do.")] = ()
    settings: Annotated[dict[str, Any], Meta(description="Its settings, by category and name.")] = field(
        default_factory=dict
    )
    pointer: str = field(name=POINTER, default="")
    given: frozenset[str] = field(name=GIVEN, default=frozenset())
    """The keys of the model that it has, and that could be read."""


def _text(meta: dict[str, Any] | None, *keys: str) -> str:
    for key in keys:
        value = (meta or {}).get(key)
        if isinstance(value, str) and value:
            return value
    return ""
