"""What a definition says, as values: app, workflow, trigger, step, transition, condition, schema, schedule.

Keys that these models do not name are kept (``model_extra``) and shown: API exports and future versions of
the platform have more of them [seen]. All fields but the vital ones have a default, so that a part that is half
written can be read as far as it goes; ``parsed_workflow`` reports what is missing or mistyped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator
from pydantic.alias_generators import to_camel

from kustui.definition.expressions import is_plain, value_in_words
from kustui.definition.expressions.words import Namer, path_in_words
from kustui.definition.platform import ERROR_ACTIONS, RELATIVE_UNIT_MINUTES, SCHEDULE_ACTION, TRIGGER_ID
from kustui.text.messages import duration_in_words

POINTER = "\0pointer"
"""The key under which parsed_workflow puts the JSON pointer of a part: none that a person writes."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", alias_generator=to_camel, populate_by_name=True)


def _as_properties(schema: object) -> object:
    """A bare map ``{"input1": "string"}`` stands for its properties [seen]."""
    if not isinstance(schema, dict) or schema.get("type") == "object" or schema.keys() & {"properties", "required"}:
        return schema
    return {"properties": {name: {"type": kind} if isinstance(kind, str) else kind for name, kind in schema.items()}}


class Schema(Part):
    """What a callable workflow takes or returns: ``{properties: {name: {type}}, required: [names]}``."""

    properties: dict[str, Any] = Field(default_factory=dict, description="The fields by name, each with its type.")
    required: tuple[str, ...] = Field((), description="The names of the fields that have to be given.")

    @property
    def names(self) -> frozenset[str]:
        """Every name that it declares."""
        return frozenset((*self.properties, *self.required))

    @property
    def is_open(self) -> bool:
        """Whether it takes names that it does not declare too."""
        return (self.model_extra or {}).get("additionalProperties", False) not in (None, False)

    def type_of(self, name: str) -> str:
        """The declared type of a property, or an empty string."""
        declared = self.properties.get(name)
        kind = declared.get("type", "") if isinstance(declared, dict) else declared
        return kind if isinstance(kind, str) else ""


TolerantSchema = Annotated[Schema, BeforeValidator(_as_properties)]


class Condition(Part):
    """``{op, values}``; ``and`` and ``or`` nest conditions in ``values``."""

    op: str = Field(description="How the values are compared.")
    values: tuple[Any, ...] = Field(
        description="What is compared: literals, references, templates; conditions in and/or."
    )


class Transition(Part):
    """An edge to another step, taken when its condition holds."""

    target: str = Field(description="The id of the step that it leads to.")
    condition: Condition | None = Field(None, description="When it is taken; the first transition that holds wins.")
    meta: dict[str, Any] | None = Field(None, description="What people call it.")
    pointer: str = Field(default="", validation_alias=POINTER)

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


class ErrorAction(Part):
    """What an error case does instead of leading to a step: one of ``ERROR_ACTIONS`` [api]."""

    type: str = Field(min_length=1, description="What is done in place of leading to a step.")


class ErrorCase(Transition):
    """A transition that is taken when the step has failed; its condition may read ``/#error`` [docs].

    It has a target [docs], or in its place an ``errorAction`` [api]; a target wins where both are given [assumed].
    """

    error_action: ErrorAction | None = Field(None, description="What is done where there is no target.")

    @model_validator(mode="before")
    @classmethod
    def _needs_no_target(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("errorAction") is not None and value.get("target") is None:
            return {**value, "target": ""}
        return value

    @property
    def error_action_type(self) -> str:
        return self.error_action.type if self.error_action is not None and not self.target else ""


class Trigger(Part):
    """What starts a run: an event, or for a callable workflow a call with the inputs of its schema."""

    id: str = Field(TRIGGER_ID, description="By convention 1.")
    event_name: str = Field("", description="The event that starts a run; kustomer.workflow.<id>.call if callable.")
    transitions: tuple[Transition, ...] = Field((), description="Where a run begins: the first that holds is taken.")
    callable: StrictBool = Field(False, description="Whether other workflows can schedule or call it.")
    input_schema: TolerantSchema | None = Field(
        default=None, alias="schema", description="The inputs of a callable workflow."
    )
    app_version: str | None = Field(None, description="The app of the event, and a range of its versions.")
    meta: dict[str, Any] | None = Field(None, description="What people call it.")
    pointer: str = Field(default="", validation_alias=POINTER)

    @property
    def edges(self) -> tuple[Transition, ...]:
        """Its transitions, in the order in which they are tried."""
        return self.transitions


class RunAt(Part):
    """When a scheduled run is due: ``relative`` minutes from now [assumed], or an absolute date [assumed]."""

    type: Any = Field(None, description="relative, with a number of minutes as the value; or a date as the value.")
    value: Any = Field(None, description="How many minutes from now, or the date.")


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


class ScheduleCall(Part):
    """The params of a step that schedules another workflow."""

    workflow_id: Any = Field(None, description="The id of the workflow that is scheduled.")
    run_at: RunAt | None = Field(None, description="When it is due.")
    inputs: dict[str, Any] = Field(default_factory=dict, description="Its inputs, by name.")


class Step(Part):
    """A step of a workflow. Without an ``action`` it only branches [seen]."""

    id: str = Field(description="By which transitions and references name the step.")
    action: str | None = Field(None, description="What it does; without one it only branches.")
    params: dict[str, Any] = Field(
        default_factory=dict, description="What the action is given: literals, references, templates."
    )
    transitions: tuple[Transition, ...] = Field((), description="Where the run goes on: the first that holds is taken.")
    error_cases: tuple[ErrorCase, ...] = Field((), description="Where the run goes on after a failure.")
    app_version: str | None = Field(None, description="The app of the action, and a range of its versions.")
    meta: dict[str, Any] | None = Field(None, description="What people call it: displayName, description.")
    pointer: str = Field(default="", validation_alias=POINTER)

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
            run_at=RunAt.model_validate(run_at) if isinstance(run_at, dict) else None,
            inputs=inputs if isinstance(inputs, dict) else {},
        )

    @property
    def edges(self) -> tuple[Transition, ...]:
        """Its transitions, then its error cases, in the order in which they are tried."""
        return (*self.transitions, *self.error_cases)


class Response(Part):
    """What a callable workflow returns [seen]."""

    output_schema: TolerantSchema | None = Field(default=None, alias="schema", description="The fields of the answer.")


W = TypeVar("W", bound=Transition)


class Workflow(Part):
    """A trigger and the steps it leads to; ``steps`` are in the file's order, not in the order they run."""

    id: str | None = Field(None, description="By which other workflows schedule it.")
    name: str = Field("", description="By which people identify it.")
    description: str | None = Field(None, description="What it is for.")
    enabled: StrictBool | None = Field(None, description="With false it never runs.")
    trigger: Trigger | None = Field(None, description="What starts a run.")
    steps: tuple[Step, ...] = Field((), description="What a run does, in no particular order.")
    response: Response | None = Field(None, description="What a callable workflow answers.")
    meta: dict[str, Any] | None = Field(None, description="What people call it: displayName.")
    pointer: str = Field(default="", validation_alias=POINTER)

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
            return tuple(edge.model_copy(update={"target": targets.get(edge.target, edge.target)}) for edge in given)

        trigger = self.trigger and self.trigger.model_copy(update={"transitions": edges(self.trigger.transitions)})
        steps = tuple(
            step.model_copy(update={"transitions": edges(step.transitions), "error_cases": edges(step.error_cases)})
            for step in self.steps
        )
        return self.model_copy(update={"trigger": trigger, "steps": steps})


class App(Part):
    """An app definition but for its workflows. It needs ``app``, ``version`` and ``title`` [docs]."""

    app: str = Field("", description="Its name, without blanks and dashes.")
    version: str = Field("", description="Its semantic version.")
    title: str = Field("", description="What people call it.")
    description: str | None = Field(None, description="What it is for.")
    dependencies: tuple[str, ...] = Field((), description="The apps that it needs, each a name, a dash and a range.")
    actions: tuple[dict[str, Any], ...] = Field((), description="The actions that its workflows can use.")
    hooks: tuple[dict[str, Any], ...] = Field((), description="The events that it receives from outside.")
    triggers: tuple[dict[str, Any], ...] = Field((), description="The events that it declares.")
    commands: tuple[dict[str, Any], ...] = Field((), description="What it can be asked to do.")
    settings: dict[str, Any] = Field(default_factory=dict, description="Its settings, by category and name.")
    pointer: str = Field(default="", validation_alias=POINTER)


def _text(meta: dict[str, Any] | None, *keys: str) -> str:
    for key in keys:
        value = (meta or {}).get(key)
        if isinstance(value, str) and value:
            return value
    return ""
