"""Where a rehearsal stands: immutable values. Stepping makes the next; stepping back is taking the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from kustui.analysis.evaluation import Failure
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.dates import parse_date
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING
from kustui.simulate import DEFAULT_START
from kustui.simulate.engine.queue import Queue, Waiting
from kustui.simulate.engine.trace import OutputSource, Trace, TraceEntry
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.organisation import Organisation

KnownObjects = LayeredMap[tuple[str, str], LayeredMap[str, Any]]
"""What is known of each object, by its kind and id, and by field."""


class Run(Struct, frozen=True):
    """One run of a workflow."""

    number: int
    key: str
    data: Mapping[str, Any]
    """``steps``, the output of the trigger and of each step, by id; ``variables``; ``error`` after a failure."""
    node: str = TRIGGER_ID
    """The trigger or step that is next."""
    visited: LayeredMap[str, bool] = field(default_factory=LayeredMap)
    """The nodes it has been through."""
    cause: str = ""
    """The event that started it, or the step that scheduled it, for a person."""
    origin: OutputSource = OutputSource.EVENT
    """Where its payload or inputs come from."""
    waited: int = 0
    """Milliseconds that it waited for a window."""
    retries: int = 0
    """How often error cases have retried it or one of its steps."""
    caused_by: int = 0
    depth: int = 0
    """Both as in ``QueueItem``."""
    known: KnownObjects = field(default_factory=LayeredMap)
    """What the trigger and the steps gave of each object where events are followed."""

    @property
    def outputs(self) -> LayeredMap[str, Any]:
        """What the trigger and each step gave, by id."""
        steps: LayeredMap[str, Any] = self.data["steps"]
        return steps


class Question(Struct, frozen=True):
    """What has to be answered before the run goes on."""

    pointer: str
    """Whose value or outcome it is: where to answer."""
    why: str
    words: str
    """What is asked, for a person: the condition, or what the value is for."""
    condition: bool
    """Whether the answer is true or false; else it is any value."""


class Overrides(Struct, frozen=True):
    """What a person has decided about the next step before it is executed."""

    output: Any = MISSING
    drafted: bool = False
    """Whether nobody has reviewed that output."""
    failure: Failure | None = None
    edge: str | None = None
    """The pointer of the transition or error case that it is to take; empty: none, the run ends."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """By the pointer of what could not be decided."""


class State(Struct, frozen=True):
    """A rehearsal between two steps."""

    organisation: Organisation
    variables: Mapping[str, Any]
    """What ``/#variables`` reads, by id; others are unknown."""
    start_time: int
    """When it starts, in milliseconds since 1970: the clock counts from here."""
    seed: str = ""
    clock: int = 0
    """Milliseconds since the start. Steps take no time; waiting does."""
    run: Run | None = None
    """The current run; None between two."""
    waiting: Waiting[Run] = Waiting()
    """Runs that the same event has started, which come one after another [docs]."""
    queue: Queue = field(default_factory=Queue)
    overrides: Overrides = field(default_factory=Overrides)
    question: Question | None = None
    before: State | None = None
    """The state before the last step, where that has run and nobody can say yet which transition it takes: what is
    decided about it is decided there, and the step is executed again."""
    trace: Trace = field(default_factory=Trace)
    last_run: Run | None = None
    """The run that ended last, with all its data."""
    taken: LayeredMap[str, LayeredMap[str, bool]] = field(default_factory=LayeredMap)
    """Pointers of the triggers, steps, transitions and error cases that were taken, by workflow."""
    invocations: LayeredMap[str, LayeredMap[str, int]] = field(default_factory=LayeredMap)
    """How often each step was executed, by workflow and id."""
    run_count: int = 0
    """How many runs were started."""
    queued_count: int = 0
    """How many items were ever queued."""
    follows_events: bool = False
    """Whether what a step writes starts what listens to the event of the object [assumed]."""
    objects: KnownObjects = field(default_factory=LayeredMap)
    """What was written of each object where events are followed."""

    @property
    def finished(self) -> bool:
        """Whether nothing is left to be done."""
        return self.run is None and not self.waiting and not self.queue

    @property
    def last(self) -> TraceEntry | None:
        """What happened last."""
        return self.trace.last

    @property
    def now(self) -> int:
        """Milliseconds since 1970 on the virtual clock."""
        return self.start_time + self.clock

    @property
    def analysis(self) -> WorkflowAnalysis | None:
        """The workflow of the current run."""
        return self.organisation.analysis(self.run.key) if self.run else None

    @property
    def invocation(self) -> int:
        """Which invocation executing the next step will be, or was where it asks, counted from 1 over all runs."""
        if self.before is not None:
            return self.before.invocation
        if self.run is None:
            return 0
        counts = self.invocations.get(self.run.key)
        return ((counts.get(self.run.node) if counts else None) or 0) + 1


def initial_state(
    organisation: Organisation,
    seed: str = "",
    start_time: str = DEFAULT_START,
    variables: Mapping[str, Any] | None = None,
    *,
    follows_events: bool = False,
) -> State:
    """A rehearsal in which nothing has happened yet. Raises ValueError where ``start_time`` is not an ISO 8601 date."""
    moment = parse_date(start_time)
    if moment is None:
        raise ValueError(f"{start_time!r} is not an ISO 8601 date")
    return State(organisation, variables or {}, moment, seed, follows_events=follows_events)
