"""What is due: scheduled runs, which share 1,000 per 15 minutes, and events, which do not wait."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES

WINDOW = WINDOW_MINUTES * 60_000
"""Milliseconds of a window; the first begins with the rehearsal [assumed]."""


class QueueItem(NamedTuple):
    """A scheduled run or an event that is to come."""

    at: int
    """Milliseconds after the start."""
    number: int
    """In which order they were made: first of those due at the same time, first served."""
    key: str = ""
    """The workflow of a run; empty for an event."""
    event: str = ""
    alone: str = ""
    """The one workflow that starts, where a person has started one and no event."""
    payload: Any = None
    """The inputs of a run, or the payload of an event."""
    cause: str = ""
    """Which step has put it here, for a person; empty where a person did."""
    drafted: bool = False
    """Whether nobody has looked at the payload."""


class Dequeued(NamedTuple):
    """What comes next."""

    due: QueueItem
    clock: int
    queue: Queue

    @property
    def waited(self) -> int:
        """Milliseconds that a run waited for a window."""
        return self.clock - self.due.at if self.due.key else 0


@dataclass(frozen=True, slots=True)
class Queue:
    """Both in the order in which they are due."""

    runs: tuple[QueueItem, ...] = ()
    events: tuple[QueueItem, ...] = ()
    window: int = 0
    """Which window the latest scheduled run began in."""
    started: int = field(default=0)
    """How many have begun in it."""

    def __bool__(self) -> bool:
        return bool(self.runs or self.events)

    def plus(self, due: QueueItem) -> Queue:
        if due.key:
            return Queue(_with(self.runs, due), self.events, self.window, self.started)
        return Queue(self.runs, _with(self.events, due), self.window, self.started)

    def next(self, clock: int) -> Dequeued | None:
        """What comes next, and when; None where nothing is to come."""
        event = self.events[0] if self.events else None
        run = self.runs[0] if self.runs else None
        begins = self._begins(max(clock, run.at)) if run else 0
        if event and (run is None or (max(clock, event.at), event.number) <= (begins, run.number)):
            rest = Queue(self.runs, self.events[1:], self.window, self.started)
            return Dequeued(event, max(clock, event.at), rest)
        if run is None:
            return None
        window = begins // WINDOW
        started = self.started + 1 if window == self.window else 1
        return Dequeued(run, begins, Queue(self.runs[1:], self.events, window, started))

    def _begins(self, at: int) -> int:
        """When a run begins that could at a time: then, or with the next window where that one's is full."""
        window = at // WINDOW
        full = window == self.window and self.started >= RUNS_PER_WINDOW
        return (window + 1) * WINDOW if full else at


def _with(ordered: tuple[QueueItem, ...], due: QueueItem) -> tuple[QueueItem, ...]:
    place = bisect_left(ordered, (due.at, due.number), key=lambda each: (each.at, each.number))
    return (*ordered[:place], due, *ordered[place:])
