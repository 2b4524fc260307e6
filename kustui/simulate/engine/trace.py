"""What has happened in a rehearsal, step by step; of a long one, the latest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from msgspec import Struct, field

from kustui.analysis.condition_evaluation import Verdict
from kustui.analysis.evaluation import Failure
from kustui.check.problems import Problem
from kustui.definition.values import MISSING

CHUNK = 256
MAX_CHUNKS = 40
"""At most 10,240 entries are kept, so that a rehearsal without end has bounded memory."""


class OutputSource(Enum):
    """Where an output comes from. Whatever was not computed is shown with this word."""

    EVENT = "event"
    """The payload of an event, given or drafted by its caller."""
    INPUTS = "inputs"
    """Passed by the step that scheduled the run."""
    COMPUTED = "computed"
    """Worked out as Kustomer would."""
    MOCKED = "mocked"
    """Given by a person or a scenario in place of what the action would return."""
    DRAFTED = "drafted"
    """Made up by kustui from what later steps read of it."""


class EntryKind(Enum):
    """What an entry is about."""

    EVENT = "event"
    """An event happened, and started runs."""
    START = "start"
    """A run began: its trigger's transitions were tried."""
    STEP = "step"
    SKIPPED = "skipped"
    """A scheduled run that could not begin."""
    ABANDONED = "left"
    """A run was left before its next step could be executed."""


class TriedEdge(Struct, frozen=True):
    """A transition or an error case that was tried, and the verdict on its condition."""

    pointer: str
    name: str
    target: str
    """The step that it leads to, or the type of its error action."""
    verdict: Verdict | None
    """None where it has no condition."""
    target_name: str = ""
    """What people call the step that it leads to."""


class ScheduledRun(Struct, frozen=True):
    """A run that a step has scheduled."""

    workflow_id: str
    key: str | None
    """None where the collection has no such workflow: its run is not rehearsed."""
    title: str
    due: int
    """Milliseconds after the start."""
    inputs: Mapping[str, Any]


class CausedEvent(NamedTuple):
    """The event that a step caused by what it wrote, or by a call [assumed]; there only where events are followed."""

    event: str
    of_object: str
    """``conversation``, ``kobject.order``; empty for a call."""
    fields: tuple[str, ...]
    """What was written of it; none where that is not known."""
    starts: int
    """How many workflows here listen to it."""
    dropped: str = ""
    """Why it is not followed."""


class TraceEntry(Struct, frozen=True):
    """One thing that happened: an event, the start of a run, a step."""

    number: int
    kind: EntryKind
    at: int
    """Milliseconds after the start."""
    run: int = 0
    """Which run, counted from 1; 0 where it is none."""
    key: str = ""
    """Of the workflow."""
    title: str = ""
    node: str = ""
    """``"1"`` for the trigger, else the id of the step."""
    name: str = ""
    """What people call the trigger or the step, or the event."""
    action: str = ""
    invocation: int = 0
    """How often the step was executed in this rehearsal, this time included."""
    params: Any = None
    """As resolved; parts may be Undecided."""
    omitted: tuple[str, ...] = ()
    """Pointers of the params that were left out, since they refer to something that is missing."""
    output: Any = MISSING
    """What the entry added to the run's data under its node."""
    source: OutputSource | None = None
    """Where the output comes from."""
    failure: Failure | None = None
    tried: tuple[TriedEdge, ...] = ()
    """In the order in which they were tried."""
    taken: str = ""
    """The pointer of the transition or error case that won."""
    target: str = ""
    error_case: str = ""
    """The pointer of the error case that won and has an error action; after ``continue`` a transition may win too."""
    error_action: str = ""
    """Its type: ``retry-action``, ``retry-workflow``, ``continue`` or ``stop-processing``."""
    forced: bool = False
    """Whether a person chose it, whatever the conditions say."""
    scheduled: ScheduledRun | None = None
    published: str = ""
    """The event that the step published."""
    caused: CausedEvent | None = None
    caused_by: int = 0
    """The number of the entry of the step that caused this event, or this run, by what it wrote; 0 for any other."""
    started: tuple[str, ...] = ()
    """Keys of the workflows that an event started."""
    ended: str = ""
    """Why the run ends here, in a clause; empty while it goes on."""
    left: bool = False
    """Whether it ends because nobody could say how it goes on, or a person left it."""
    broken: bool = False
    """Whether it ends because it could not go on, whatever the conditions say."""
    problem: Problem | None = None
    """What is wrong with the definition there, where that is known."""
    problems: tuple[Problem, ...] = ()
    """Other problems of this place."""
    notes: tuple[str, ...] = ()
    """What else a person should know."""
    assumed: tuple[str, ...] = ()
    """What in this is assumed about a format that is not public."""
    cause: str = ""
    """The event or the step that caused it; empty where a person did."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What a person has answered where it could not be decided, by pointer."""
    waited: int = 0
    """Milliseconds beyond its time that a scheduled run had to wait for a window."""

    @property
    def is_mocked_step(self) -> bool:
        """Whether it is a step whose output or failure was not computed."""
        given = self.failure is not None or self.source in (OutputSource.MOCKED, OutputSource.DRAFTED)
        return given and self.kind is EntryKind.STEP


class Trace(Struct, frozen=True):
    """Entries, of which only the latest are kept. Adding one copies no more than a chunk."""

    full: tuple[tuple[TraceEntry, ...], ...] = ()
    latest: tuple[TraceEntry, ...] = ()
    dropped: int = 0

    def plus(self, entry: TraceEntry) -> Trace:
        """The trace with one more entry."""
        if len(self.latest) < CHUNK:
            return Trace(self.full, (*self.latest, entry), self.dropped)
        full = (*self.full, self.latest)
        if len(full) < MAX_CHUNKS:
            return Trace(full, (entry,), self.dropped)
        return Trace(full[1:], (entry,), self.dropped + CHUNK)

    @property
    def last(self) -> TraceEntry | None:
        return self.latest[-1] if self.latest else None

    def __iter__(self) -> Iterator[TraceEntry]:
        for chunk in self.full:
            yield from chunk
        yield from self.latest

    def __len__(self) -> int:
        """How much happened, what is no longer kept included."""
        return self.dropped + len(self.full) * CHUNK + len(self.latest)
