"""The shape of a ``*.scenario.json``: what starts, what steps return, which edges they take, and what is expected."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool
from pydantic.alias_generators import to_camel

_Text = Annotated[str, Field(min_length=1, strict=True)]
_Count = Annotated[int, Field(ge=1, strict=True)]
_Minutes = Annotated[float, Field(ge=0, le=5_000_000_000, allow_inf_nan=False, strict=True)]
_Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=True)]


class _Object(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Start(_Object):
    """An event that happens, or one workflow that is started."""

    after: _Minutes = Field(0, description="When, in minutes after the beginning.")
    event: _Text | None = Field(None, description="Its eventName: every enabled workflow that listens to it starts.")
    workflow: _Text | None = Field(None, description="Instead of an event: the id or the name of one workflow.")
    payload: dict[str, JsonValue] = Field({}, description="What the runs read as /#steps.1.")
    drafted: StrictBool = Field(False, description="Whether kustui made the payload up and nobody has looked at it.")


class MockedFailure(_Object):
    """How a step fails."""

    status: Annotated[int, Field(ge=100, le=599, strict=True)] | None = Field(
        None, description="The HTTP status, read as /#error.statusCode."
    )
    body: JsonValue = Field(None, description="What was answered; a text, or an object with a message.")


class Place(_Object):
    """One step of one workflow."""

    workflow: _Text = Field(description="The id or the name of the workflow.")
    step: _Text = Field(description='The id of the step; "1" is the trigger.')


class Mock(Place):
    """What the action of a step answers, in place of Kustomer: it returns something, or fails."""

    invocation: _Count | None = Field(
        None,
        description="Which time, counted from 1 over all runs; without it, every time that has no mock of its own.",
    )
    returns: JsonValue = Field(None, description="What later steps read as /#steps.<step>.")
    fails: MockedFailure | None = Field(None, description="Instead: that it fails, and how.")
    drafted: StrictBool = Field(False, description="Whether kustui made the output up and nobody has looked at it.")


class Choice(Place):
    """A decision in place of the conditions, or of what nobody can know."""

    invocation: _Count | None = Field(None, description="Which time; without it, every time.")
    take: _Text | None = Field(None, description="The step to go to, whatever the conditions say; null ends the run.")
    at: _Text | None = Field(
        None, description="Instead: the JSON pointer, from the workflow, of a condition or value that is undecided."
    )
    answer: JsonValue = Field(None, description="How that is taken: true or false for a condition, else any value.")
    leave: _Text | None = Field(None, description="Instead: that the run is left here, and why.")


class ExpectedRun(_Object):
    """The steps that one run goes through."""

    workflow: _Text
    steps: tuple[_Text, ...] = Field(description="Step ids in order, without the trigger.")


class ExpectedValue(Place):
    """What a step is given or gives."""

    invocation: _Count | None = Field(None, description="Which time; without it, the last.")
    value: JsonValue = Field(description="Exactly this; in an object, at least these members.")


class ExpectedSchedule(_Object):
    """A run that is put on the queue."""

    workflow: _Text = Field(description="The id or the name of the workflow, or an id that is not here.")
    at: _Minutes | None = Field(None, description="When it is due, in minutes after the beginning.")
    inputs: dict[str, JsonValue] | None = Field(None, description="Exactly what is handed over.")


class ExpectedCoverage(_Object):
    """How much is taken at least, in percent, of the workflows that run."""

    steps: _Percent = 0
    transitions: _Percent = Field(0, description="Of transitions and error cases.")


class Expectations(_Object):
    """What must come of it. What is not said is not looked at."""

    path: tuple[ExpectedRun, ...] | None = Field(None, description="Every run in the order in which they begin.")
    scheduled: tuple[ExpectedSchedule, ...] | None = Field(None, description="Every run that is scheduled, in order.")
    outputs: tuple[ExpectedValue, ...] = Field((), description="What steps answer.")
    params: tuple[ExpectedValue, ...] = Field((), description="What the actions of steps are given.")
    not_run: tuple[Place, ...] = Field((), description="Steps that must not run.")
    coverage: ExpectedCoverage | None = None


class Scenario(_Object):
    """A rehearsal of workflows that kustui replays and checks."""

    scenario: _Text = Field(description="What it shows, in a line.")
    schema_: str | None = Field(None, alias="$schema")
    begins: _Text | None = Field(None, description="The date on the virtual clock at the beginning, in ISO 8601.")
    seed: str = Field("", description="What random values are drawn from.")
    variables: dict[str, JsonValue] = Field({}, description="What /#variables reads, by id; others are undecided.")
    max_steps: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] | None = Field(
        None, description="After how many steps it is cut."
    )
    start: tuple[Start, ...] = Field(min_length=1, description="What happens by itself.")
    mocks: tuple[Mock, ...] = ()
    choices: tuple[Choice, ...] = ()
    expect: Expectations = Field(Expectations(), description="What must come of it.")


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file."""
    document = Scenario.model_json_schema(by_alias=True)
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["title"] = "kustui scenario"
    return document
