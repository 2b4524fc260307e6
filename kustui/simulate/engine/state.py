"""Where a rehearsal stands: an immutable value. Stepping makes the next; stepping back is taking the one before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kustui.definition.dates import parse_date
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING
from kustui.simulate.engine.queue import Queue
from kustui.simulate.engine.trace import OutputSource, Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.engine.trace import Failure, TraceEntry

DEFAULT_START = "2026-01-05T09:00:00Z"
"""When a rehearsal begins unless somebody says otherwise: a Monday morning."""
DEFAULT_MAX_STEPS = 1_000
"""After how many steps a rehearsal is cut unless somebody says otherwise: schedules may go round for ever."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a workflow."""

    number: int
    key: str
    data: Mapping[str, Any]
    """``steps``, what the trigger and each step gave, by id; ``variables``; ``error`` after a failure."""
    at: str = TRIGGER_ID
    """The trigger or step that is next."""
    path: tuple[str, ...] = ()
    """What it has been through, the trigger first."""
    cause: str = ""
    """The event that started it, or the step that scheduled it, for a person."""
    origin: OutputSource = OutputSource.EVENT
    """Where its payload or inputs come from."""
    waited: int = 0
    """Milliseconds that it waited for a window."""

    @property
    def steps(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.data["steps"]
        return found


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be answered before the run goes on."""

    pointer: str
    """Whose value or outcome it is: where to answer."""
    why: str
    words: str
    """What is asked, for a person: the condition, or what the value is for."""
    condition: bool
    """Whether the answer is true or false; else it is any value."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a person has decided of the step at hand before it is carried out."""

    output: Any = MISSING
    drafted: bool = False
    """Whether nobody has looked at that output."""
    failure: Failure | None = None
    edge: str | None = None
    """The pointer of the way that it is to take; empty: none, the run ends."""
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """A rehearsal between two steps."""

    organisation: Organisation
    variables: Mapping[str, Any]
    """What ``/#variables`` reads, by id; of others nobody knows."""
    began: int
    """When, in milliseconds since 1970: the clock counts from here."""
    seed: str = ""
    clock: int = 0
    """Milliseconds since the start. Steps take no time; waiting does."""
    run: Run | None = None
    """The run at hand; None between two."""
    waiting: tuple[Run, ...] = ()
    """Runs that the same event has started, which come one after another [docs]."""
    queue: Queue = field(default_factory=Queue)
    overrides: Overrides = field(default_factory=Overrides)
    question: Question | None = None
    trace: Trace = field(default_factory=Trace)
    last_run: Run | None = None
    """The run that was over last, with all its data."""
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Pointers of the triggers, steps, transitions and error cases that were taken, by workflow."""
    invocations: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often each step was carried out, by workflow and id."""
    runs: int = 0
    """How many have been made."""
    queued_count: int = 0
    """How many were ever put on the queue."""

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
        return self.began + self.clock

    @property
    def member(self) -> Member | None:
        """The workflow of the run at hand."""
        return self.organisation.member(self.run.key) if self.run else None

    @property
    def invocation(self) -> int:
        """Which invocation carrying out the step at hand will be, counted from 1 over all runs."""
        if self.run is None:
            return 0
        return self.invocations.get(self.run.key, {}).get(self.run.at, 0) + 1


def initial_state(
    organisation: Organisation, seed: str = "", began: str = DEFAULT_START, variables: Mapping[str, Any] | None = None
) -> State:
    """A rehearsal in which nothing has happened yet. Raises ValueError where ``began`` is no date in ISO 8601."""
    moment = parse_date(began)
    if moment is None:
        raise ValueError(f"{began!r} is no date in ISO 8601")
    return State(organisation, variables or {}, moment, seed)
