"""What is due in a rehearsal, in order: immutable values of which one with more, or without the first, shares most with
the one that it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from kustui.simulate import MINUTE

WINDOW = WINDOW_MINUTES * MINUTE
"""Milliseconds of a window; the first begins with the rehearsal [assumed]."""


T = TypeVar("T")


class Waiting(Struct, Generic[T], frozen=True):
    """What comes one after another."""

    items: tuple[T, ...] = ()
    gone: int = 0
    """How many of them are no longer waiting."""

    def __len__(self) -> int:
        return len(self.items) - self.gone

    def __iter__(self) -> Iterator[T]:
        for place in range(self.gone, len(self.items)):
            yield self.items[place]

    @property
    def first(self) -> T:
        return self.items[self.gone]

    @property
    def rest(self) -> Waiting[T]:
        """All but the first. Those that are gone are kept until they are as many as the others."""
        gone = self.gone + 1
        return Waiting(self.items, gone) if 2 * gone < len(self.items) else Waiting(self.items[gone:])


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


class DueItems(Struct, frozen=True, eq=False):
    """Items by when they are due; of two at the same time the one that was queued first."""

    lines: tuple[Waiting[QueueItem], ...] = ()
    """Each in order, none of them empty, and the latest first: one with more items joins those that are shorter."""

    def __len__(self) -> int:
        return sum(map(len, self.lines))

    def __iter__(self) -> Iterator[QueueItem]:
        return merge(*self.lines, key=_turn)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DueItems) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # payloads have none

    @property
    def first(self) -> QueueItem | None:
        return min((line.first for line in self.lines), key=_turn, default=None)

    @property
    def rest(self) -> DueItems:
        """All but the first."""
        first = self.first
        rests = (line.rest if line.first is first else line for line in self.lines)
        return DueItems(tuple(line for line in rests if line))

    def plus(self, *items: QueueItem) -> DueItems:
        latest, lines = sorted(items, key=_turn), [*self.lines]
        while lines and 2 * len(latest) > len(lines[0]):
            latest = sorted((*lines.pop(0), *latest), key=_turn)
        return DueItems((Waiting(tuple(latest)), *lines)) if items else self

    def with_changed(self, changed: QueueItem, copies: dict[int, tuple[QueueItem, ...]]) -> DueItems:
        """With an item in the place of that which has its number. ``copies`` holds the copies of what several share, by
        the ids of what they are made from."""
        for line in self.lines:
            if id(line.items) not in copies:
                same = (changed if item.number == changed.number else item for item in line.items)
                copies[id(line.items)] = tuple(same)
        return DueItems(tuple(Waiting(copies[id(line.items)], line.gone) for line in self.lines))


def _turn(item: QueueItem) -> tuple[int, int]:
    return item.at, item.number


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

    runs: DueItems = DueItems()
    events: DueItems = DueItems()
    """Those that steps have brought about."""
    starts: DueItems = DueItems()
    """The events that a person, or a scenario, has started."""
    window: int = 0
    """Which window the latest scheduled run began in."""
    started: int = 0
    """How many have begun in it."""

    def __len__(self) -> int:
        return len(self.runs) + len(self.events) + len(self.starts)

    def __iter__(self) -> Iterator[QueueItem]:
        return merge(self.runs, self.events, self.starts, key=_turn)

    def plus(self, *items: QueueItem) -> Queue:
        """The queue with more items."""
        return replace(
            self,
            runs=self.runs.plus(*(item for item in items if item.key)),
            events=self.events.plus(*(item for item in items if not item.key and item.cause)),
            starts=self.starts.plus(*(item for item in items if not item.key and not item.cause)),
        )

    def next(self, clock: int) -> Dequeued | None:
        """What comes next, and when; None where nothing is to come."""
        run, events, starts = self.runs.first, self.events.first, self.starts.first
        event = min((first for first in (events, starts) if first), key=_turn, default=None)
        start = self._start_of(max(clock, run.at)) if run else 0
        if event and (run is None or (max(clock, event.at), event.number) <= (start, run.number)):
            rest = {"starts": self.starts.rest} if event is starts else {"events": self.events.rest}
            return Dequeued(event, max(clock, event.at), replace(self, **rest))
        if run is None:
            return None
        window = start // WINDOW
        started = self.started + 1 if window == self.window else 1
        return Dequeued(run, start, replace(self, runs=self.runs.rest, window=window, started=started))

    def _start_of(self, at: int) -> int:
        """When a run that is due begins: then, or with the next window where that one's is full."""
        window = at // WINDOW
        full = window == self.window and self.started >= RUNS_PER_WINDOW
        return (window + 1) * WINDOW if full else at
