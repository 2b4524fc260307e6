"""The shape of a ``*.scenario.json``: what starts, what steps return, which edges they take, and what is expected."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool
from pydantic.alias_generators import to_camel

_Text = Annotated[str, Field(min_length=1, strict=True)]
_StepId = Annotated[str, Field(strict=True)]
"""Any text: a definition may have a step whose id is empty."""
_Count = Annotated[int, Field(ge=1, strict=True)]
_Minutes = Annotated[float, Field(ge=0, le=5_000_000_000, allow_inf_nan=False, strict=True)]
_Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=True)]


class _Object(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Start(_Object):
    """An event that happens, or one workflow that is started."""

    after: _Minutes = Field(0, description="When it happens, in minutes after the start.")
    event: _Text | None = Field(None, description="The eventName: starts every enabled workflow that listens to it.")
    workflow: _Text | None = Field(None, description="Instead of an event: the id or the name of one workflow.")
    payload: dict[str, JsonValue] = Field({}, description="The payload, which the runs read as /#steps.1.")
    drafted: StrictBool = Field(False, description="Whether kustui drafted the payload and nobody has reviewed it.")


class MockedFailure(_Object):
    """How a step fails."""

    status: Annotated[int, Field(ge=100, le=599, strict=True)] | None = Field(
        None, description="The HTTP status, read as /#error.statusCode."
    )
    body: JsonValue = Field(None, description="The body of the response: a text, or an object with a message.")


class Place(_Object):
    """One step of one workflow."""

    workflow: _Text = Field(description="The id or the name of the workflow.")
    step: _StepId = Field(description='The id of the step; "1" is the trigger.')


class Mock(Place):
    """The outcome of a step, in place of Kustomer: it returns an output, or fails."""

    invocation: _Count | None = Field(
        None,
        description="Which invocation, counted from 1 over all runs; without it, every one without a mock of its own.",
    )
    returns: JsonValue = Field(None, description="The output, which later steps read as /#steps.<step>.")
    fails: MockedFailure | None = Field(None, description="Instead of an output: how the step fails.")
    drafted: StrictBool = Field(False, description="Whether kustui drafted the output and nobody has reviewed it.")


class Choice(Place):
    """A decision in place of the conditions, or about what cannot be known without Kustomer."""

    invocation: _Count | None = Field(None, description="Which invocation; without it, every one.")
    take: _StepId | None = Field(
        None,
        description="The step to go to, or the error action, whatever the conditions say; null ends the run.",
    )
    at: _Text | None = Field(
        None, description="Instead: the JSON pointer, from the workflow, to an undecided condition or value."
    )
    answer: JsonValue = Field(None, description="The answer to it: true or false for a condition, any value otherwise.")
    leave: _Text | None = Field(None, description="Instead: why the run is abandoned here.")


class ExpectedRun(_Object):
    """The steps that one run goes through."""

    workflow: _Text
    steps: tuple[_StepId, ...] = Field(description="Step ids in order, without the trigger.")


class ExpectedValue(Place):
    """The params or the output of a step."""

    invocation: _Count | None = Field(None, description="Which invocation; without it, the last.")
    value: JsonValue = Field(description="The exact value; of an object, at least these members.")


class ExpectedEnd(Place):
    """Where a run is left, because something is undecided there, or breaks off, because it cannot go on."""

    invocation: _Count | None = Field(None, description="Which invocation; without it, any.")


class ExpectedSchedule(_Object):
    """A scheduled run."""

    workflow: _Text = Field(description="The id or the name of the workflow, or an id that is not here.")
    at: _Minutes | None = Field(None, description="When it is due, in minutes after the start.")
    inputs: dict[str, JsonValue] | None = Field(None, description="The exact inputs that are passed.")


class ExpectedCoverage(_Object):
    """The least coverage of the workflows that run, in percent."""

    steps: _Percent = 0
    transitions: _Percent = Field(0, description="Of the transitions and error cases.")


class Expectations(_Object):
    """The expected results. Only what is given is compared."""

    path: tuple[ExpectedRun, ...] | None = Field(None, description="Every run, in the order in which they start.")
    scheduled: tuple[ExpectedSchedule, ...] | None = Field(None, description="Every run that is scheduled, in order.")
    outputs: tuple[ExpectedValue, ...] = Field((), description="The outputs of steps.")
    params: tuple[ExpectedValue, ...] = Field((), description="The params of the actions of steps.")
    not_run: tuple[Place, ...] = Field((), description="Steps that must not run.")
    left: tuple[ExpectedEnd, ...] = Field(
        (),
        description="Where runs are left undecided or break off; any other is a failure.",
    )
    cut: StrictBool = Field(
        False, description="Whether it is stopped by maxSteps before its end, which otherwise makes it fail."
    )
    coverage: ExpectedCoverage | None = None


class Scenario(_Object):
    """A rehearsal of workflows that kustui replays and checks."""

    scenario: _Text = Field(description="What it shows, in one line.")
    schema_: str | None = Field(None, alias="$schema")
    begins: _Text | None = Field(None, description="The date on the virtual clock at the start, in ISO 8601.")
    seed: str = Field("", description="The seed of random values.")
    variables: dict[str, JsonValue] = Field({}, description="The values of /#variables, by id; others are undecided.")
    max_steps: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] | None = Field(
        None, description="The number of steps after which it stops."
    )
    follow_events: StrictBool = Field(
        False, description="Whether what a step writes starts the workflows on the event of the object (assumed)."
    )
    start: tuple[Start, ...] = Field(
        min_length=1, description="The events that happen and the workflows that are called."
    )
    mocks: tuple[Mock, ...] = ()
    choices: tuple[Choice, ...] = ()
    expect: Expectations = Field(Expectations(), description="The expected results.")


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file."""
    document = Scenario.model_json_schema(by_alias=True)
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["title"] = "kustui scenario"
    return document
