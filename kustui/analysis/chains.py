"""Chains of schedules: from a workflow to all that its runs bring about, as a tree.

It ends where it would repeat itself: rings are marked once and not followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kustui.analysis.walks import breadth_first
from kustui.definition.models import relative_minutes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kustui.analysis.schedules import ScheduleCall, Schedules


class End(Enum):
    """Why nothing is told below a link."""

    RING = auto()
    """It leads back to a workflow that it comes from."""
    TOLD = auto()
    """What its workflow schedules is told further up."""
    UNKNOWN = auto()
    """The collection has no such workflow, or only a run can tell which it is."""
    FAR = auto()
    """More follows than was asked for."""


class Link(NamedTuple):
    """One workflow in a chain, and how a run comes to it."""

    key: str
    """The key of the workflow; empty where the collection has none."""
    call: ScheduleCall | None = None
    """The call that leads here; None for the workflow that the chain begins with."""
    depth: int = 0
    more: tuple[bool, ...] = ()
    """For each level down to this one, whether another link of that level follows."""
    end: End | None = None
    parent: int = -1
    """The place in the chain of the workflow that makes the call."""
    delay: float | None = None
    """Minutes from the caller's run to this one; None where that is not known."""
    due: float | None = 0.0
    """Minutes from the start of the chain; None where the time of a call on the way is not known."""


@dataclass(frozen=True, eq=False)
class Chain:
    links: tuple[Link, ...]
    """Each behind the one that leads to it."""

    @property
    def root(self) -> str:
        return self.links[0].key

    @cached_property
    def length(self) -> int:
        """How many schedules follow one another at most."""
        return max(link.depth for link in self.links)

    @cached_property
    def delay(self) -> float:
        """Minutes until the last run is due, as far as that is known and before anything comes round again."""
        return max(link.due or 0.0 for link in self.links)

    @cached_property
    def rings(self) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.end is End.RING)

    def period(self, link: Link) -> float | None:
        """Minutes after which a link that leads back comes round again; None where that is not known."""
        place = link.parent
        while place >= 0 and self.links[place].key != link.key:
            place = self.links[place].parent
        began = self.links[place].due
        return link.due - began if link.due is not None and began is not None else None


def chain_from(schedules: Schedules, root: str, unit: float, most: int | None = None) -> Chain:
    """All that a run of a workflow brings about, at most so many schedules deep. ``unit`` is that of a relative
    ``runAt`` in minutes."""
    found: list[Link] = []
    told: set[str] = set()
    pending = [Link(root)]
    while pending:
        link = pending.pop()
        end = link.end or _end(link, found, told)
        calls = schedules.from_workflow.get(link.key, ()) if end is None else ()
        if calls and most is not None and link.depth >= most:
            end, calls = End.FAR, ()
        place = len(found)
        found.append(link._replace(end=end))
        if end is None:
            told.add(link.key)
        for index in range(len(calls) - 1, -1, -1):
            call = calls[index]
            target = schedules.target(call)
            delay = relative_minutes(call.run_at, unit)
            due = link.due + delay if link.due is not None and delay is not None else None
            more = (*link.more, index + 1 < len(calls))
            unknown = None if target is not None else End.UNKNOWN
            pending.append(Link(target or "", call, link.depth + 1, more, unknown, place, delay, due))
    return Chain(tuple(found))


def _end(link: Link, found: Sequence[Link], told: set[str]) -> End | None:
    above = link.parent
    while above >= 0:
        if found[above].key == link.key:
            return End.RING
        above = found[above].parent
    return End.TOLD if link.key in told else None


def callers_of(schedules: Schedules, key: str, most: int) -> tuple[Link, ...]:
    """Who schedules a workflow, and who schedules those, at most so many steps back. The call of a link is the one
    that its workflow makes; nobody is told twice."""
    found: list[Link] = []
    told = {key}
    pending = [Link(key)]
    while pending:
        link = pending.pop()
        place = len(found)
        found.append(link)
        calls = schedules.to_workflow.get(link.key, ()) if link.end is None else ()
        if calls and link.depth >= most:
            found[-1] = link._replace(end=End.FAR)
            continue
        for index in range(len(calls) - 1, -1, -1):
            call = calls[index]
            end = End.TOLD if call.caller in told else None
            told.add(call.caller)
            more = (*link.more, index + 1 < len(calls))
            pending.append(Link(call.caller, call, link.depth + 1, more, end, place))
    return tuple(found[1:])


def beginning_of(schedules: Schedules, key: str) -> str:
    """The workflow that the nearest chain with this one in it begins with; of a ring that nothing leads to, itself."""

    def callers(workflow: str) -> tuple[str, ...]:
        return tuple(call.caller for call in schedules.to_workflow.get(workflow, ()))

    return next((workflow for workflow in breadth_first((key,), callers) if not callers(workflow)), key)


def beginnings(schedules: Schedules, keys: Iterable[str]) -> Iterator[str]:
    """The workflows, of those given, that chains begin with: they schedule, and nothing schedules them; and of each
    ring that none of these leads to, the first."""
    in_order = [key for key in keys if key in schedules.from_workflow]
    first = [key for key in in_order if key not in schedules.to_workflow]
    reached: set[str] = set()
    for key in first:
        reached.update(breadth_first((key,), schedules.targets))
    for key in in_order:
        if key in first:
            yield key
        elif key not in reached:
            reached.update(breadth_first((key,), schedules.targets))
            yield key
