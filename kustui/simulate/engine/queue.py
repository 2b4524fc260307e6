"""What is due in a rehearsal, in order: immutable values."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from kustui.simulate import MINUTE

WINDOW = WINDOW_MINUTES * MINUTE
"""Milliseconds of a window; the first begins with the rehearsal [assumed]."""


class QueueItem(NamedTuple):
    """A scheduled run or an event that is to come."""

    at: int
    """When it is due, in milliseconds after the start."""
    number: int
    """In which order they were queued: first of those due at the same time, first served."""
    key: str = ""
    """The workflow of a scheduled run; empty for an event."""
    event: str = ""
    only_workflow: str = ""
    """The key of the one workflow that starts, where a person has started one and no event."""
    payload: Any = None
    """The inputs of a run, or the payload of an event."""
    cause: str = ""
    """Which step has queued it, for a person; empty where a person did."""
    drafted: bool = False
    """Whether nobody has reviewed the payload."""
    caused_by: int = 0
    """The number of the entry of the step that has caused the event by what it wrote [assumed]; 0 for any other."""
    depth: int = 0
    """How many events in a row have led here, each caused by a run that the one before started."""


class Dequeued(NamedTuple):
    """What comes next, when, and what remains."""

    item: QueueItem
    clock: int
    queue: Queue

    @property
    def waited(self) -> int:
        """Milliseconds that a run waited for a window."""
        return self.clock - self.item.at if self.item.key else 0


class Queue(Struct, frozen=True):
    """Scheduled runs, which share 1,000 starts per 15 minutes, and events, which do not wait; by when they are due."""

    runs: tuple[QueueItem, ...] = ()
    events: tuple[QueueItem, ...] = ()
    window: int = 0
    """Which window the latest scheduled run began in."""
    started: int = 0
    """How many have begun in it."""

    def __bool__(self) -> bool:
        return bool(self.runs or self.events)

    def plus(self, *items: QueueItem) -> Queue:
        """The queue with more items."""
        runs, events = [item for item in items if item.key], [item for item in items if not item.key]
        return Queue(_inserted(self.runs, runs), _inserted(self.events, events), self.window, self.started)

    def next(self, clock: int) -> Dequeued | None:
        """What comes next, and when; None where nothing is to come."""
        event = self.events[0] if self.events else None
        run = self.runs[0] if self.runs else None
        start = self._start_of(max(clock, run.at)) if run else 0
        if event and (run is None or (max(clock, event.at), event.number) <= (start, run.number)):
            remaining = Queue(self.runs, self.events[1:], self.window, self.started)
            return Dequeued(event, max(clock, event.at), remaining)
        if run is None:
            return None
        window = start // WINDOW
        started = self.started + 1 if window == self.window else 1
        return Dequeued(run, start, Queue(self.runs[1:], self.events, window, started))

    def _start_of(self, at: int) -> int:
        """When a run that is due begins: then, or with the next window where that one's is full."""
        window = at // WINDOW
        full = window == self.window and self.started >= RUNS_PER_WINDOW
        return (window + 1) * WINDOW if full else at


def _inserted(ordered: tuple[QueueItem, ...], items: Sequence[QueueItem]) -> tuple[QueueItem, ...]:
    if len(items) > 1:
        return tuple(sorted((*ordered, *items), key=_turn))
    for item in items:
        place = bisect_left(ordered, _turn(item), key=_turn)
        ordered = (*ordered[:place], item, *ordered[place:])
    return ordered


def _turn(item: QueueItem) -> tuple[int, int]:
    return item.at, item.number
