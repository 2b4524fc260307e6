"""Chains of schedules: from a workflow to all that its runs bring about, as a tree, and how many runs that is in a day.

A chain ends where it would repeat itself: rings are marked once and not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.walks import breadth_first, cycles, reverse_postorder, strongly_connected_components
from kustui.definition.models import relative_minutes
from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from kustui.groups import grouped


class End(Enum):
    """Why a chain ends at a link, or another tree of what happens at a branch."""

    RING = auto()
    """The same already occurs on the path to it."""
    REPEATED = auto()
    """What is below it is listed elsewhere."""
    UNKNOWN = auto()
    """The collection has no such workflow, or only a run can determine it."""
    CANNOT = auto()
    """What leads to it does not start it, or does not get it beyond its trigger."""
    TOO_DEEP = auto()
    """There is more than the requested depth."""


class Link(Struct, frozen=True):
    """One workflow in a chain, and how a run gets there."""

    key: str
    """The key of the workflow; empty if the collection does not have it."""
    call: ScheduleCall | None = None
    """The call that leads here; None for the workflow that the chain begins with."""
    depth: int = 0
    is_followed: bool = False
    """Whether another link follows that the same one leads to."""
    end: End | None = None
    parent: int = -1
    """The index of the link that leads to this one; -1 where none does."""
    delay: float | None = None
    """Minutes from the caller's run to this one; None if unknown."""
    due: float | None = 0.0
    """Minutes from the start of the chain; None if the time of a call before it is unknown."""


class Chain(Struct, frozen=True, eq=False, dict=True):
    links: tuple[Link, ...]
    """Each link after the one that leads to it."""

    @property
    def root(self) -> str:
        return self.links[0].key

    @cached_property
    def length(self) -> int:
        """The largest number of successive schedules."""
        return max(link.depth for link in self.links)

    @cached_property
    def delay(self) -> float:
        """Minutes until the last run is due, as far as known and without repeating a ring."""
        return max(link.due or 0.0 for link in self.links)

    @cached_property
    def rings(self) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.end is End.RING)

    def period(self, link: Link) -> float | None:
        """Minutes that one round takes for a link that leads back; None if unknown."""
        place = link.parent
        while place >= 0 and self.links[place].key != link.key:
            place = self.links[place].parent
        began = self.links[place].due
        return link.due - began if link.due is not None and began is not None else None


def chain_from(schedules: Schedules, root: str, unit: float, most: int | None = None) -> Chain:
    """Everything that a run of a workflow leads to, to a limited depth of schedules. ``unit`` is the unit of a relative
    ``runAt``, in minutes."""
    links: list[Link] = []
    expanded: set[str] = set()
    path: list[str] = []
    on_path: set[str] = set()
    pending = [Link(root)]
    while pending:
        link = pending.pop()
        on_path.difference_update(path[link.depth :])
        del path[link.depth :]
        end = link.end
        if end is None and link.key in expanded:
            end = End.RING if link.key in on_path else End.REPEATED
        calls = schedules.from_workflow.get(link.key, ()) if end is None else ()
        if calls and most is not None and link.depth >= most:
            end, calls = End.TOO_DEEP, ()
        place = len(links)
        links.append(replace(link, end=end))
        if end is None:
            expanded.add(link.key)
            on_path.add(link.key)
            path.append(link.key)
        for index in range(len(calls) - 1, -1, -1):
            call = calls[index]
            target = schedules.target(call)
            delay = relative_minutes(call.run_at, unit)
            due = link.due + delay if link.due is not None and delay is not None else None
            is_followed, unknown = index + 1 < len(calls), None if target is not None else End.UNKNOWN
            pending.append(Link(target or "", call, link.depth + 1, is_followed, unknown, place, delay, due))
    return Chain(tuple(links))


def branches(links: Sequence[Link], link: Link) -> tuple[bool, ...]:
    """For each level down to a link, whether another link of that level follows; ``links`` are all of its tree."""
    follows = []
    while link.call is not None:
        follows.append(link.is_followed)
        if link.parent < 0:
            break
        link = links[link.parent]
    return tuple(reversed(follows))


def callers_of(schedules: Schedules, key: str, most: int) -> tuple[Link, ...]:
    """The workflows that schedule a workflow, directly or indirectly, to a limited depth. The call of a link is the one
    that its workflow makes; no workflow is listed twice."""
    links: list[Link] = []
    listed = {key}
    pending = [Link(key)]
    while pending:
        link = pending.pop()
        place = len(links) - 1  # without the first
        links.append(link)
        calls = schedules.to_workflow.get(link.key, ()) if link.end is None else ()
        if calls and link.depth >= most:
            links[-1] = replace(link, end=End.TOO_DEEP)
            continue
        for index in range(len(calls) - 1, -1, -1):
            call = calls[index]
            end = End.REPEATED if call.caller in listed else None
            listed.add(call.caller)
            pending.append(Link(call.caller, call, link.depth + 1, index + 1 < len(calls), end, place))
    return tuple(links[1:])


def chain_start(schedules: Schedules, key: str) -> str:
    """The first workflow of the nearest chain that contains this one; itself in a ring that nothing leads to."""

    def callers(workflow: str) -> tuple[str, ...]:
        return tuple(call.caller for call in schedules.to_workflow.get(workflow, ()))

    return next((workflow for workflow in breadth_first((key,), callers) if not callers(workflow)), key)


def chain_starts(schedules: Schedules, keys: Iterable[str]) -> Iterator[str]:
    """The given workflows that start chains: they schedule others and nothing schedules them; also the first one of
    each ring that none of these leads to."""
    in_order = [key for key in keys if key in schedules.from_workflow]
    first = [key for key in in_order if key not in schedules.to_workflow]
    reached = set(breadth_first(first, schedules.targets))

    def targets(key: str) -> tuple[str, ...]:
        return () if key in reached else schedules.targets(key)

    for key in in_order:
        if key not in schedules.to_workflow:
            yield key
        elif key not in reached:
            reached.update([*breadth_first((key,), targets)])
            yield key


# Load, against what the platform runs


DAY = 24 * 60


class Load(Struct, frozen=True):
    """What happens in each window of the first day after the events begin."""

    due: tuple[float, ...]
    """Runs that become due."""
    waiting: tuple[float, ...]
    """Runs that are due but not started at the end of the window."""
    in_the_long_run: float | None
    """Runs due per window in the long run; None if they grow without limit."""

    @property
    def over(self) -> int | None:
        """Minutes until runs begin to wait; None if they never do on the first day."""
        return next((index * WINDOW_MINUTES for index, waiting in enumerate(self.waiting) if waiting >= 1), None)

    def due_after(self, minutes: int) -> float:
        """Runs due in the window that ends so many minutes after the beginning."""
        return self.due[minutes // WINDOW_MINUTES - 1]

    def waiting_after(self, minutes: int) -> float:
        return self.waiting[minutes // WINDOW_MINUTES - 1]


def load_of(
    chain: Chain,
    per_minute: float,
    happens: Callable[[ScheduleCall], bool] = lambda _: True,
    rounds: Callable[[Link], int] = lambda _: 0,
) -> Load:
    """The load of a chain whose first workflow starts so many times a minute, counting the calls that happen.

    ``rounds`` says how often the ring that a link closes comes round at most; 0 if that is not known.

    A call whose time is not known, or less than a minute away, is due a minute later.
    """
    return load_of_all([(chain, per_minute)], happens, rounds)


def load_of_all(
    chains: Iterable[tuple[Chain, float]],
    happens: Callable[[ScheduleCall], bool] = lambda _: True,
    rounds: Callable[[Link], int] = lambda _: 0,
) -> Load:
    """The same of several chains, each with how often a minute it starts: they share what the platform runs."""
    starts: dict[_Node, float] = {}
    calls: list[tuple[_Node, int, _Node]] = []
    totals: list[float | None] = []
    for number, (chain, per_minute) in enumerate(chains):
        links = [link for link in chain.links if link.call and link.end is not End.UNKNOWN and happens(link.call)]
        root: _Node = (chain.root, 1)
        starts[f"{number} {chain.root}", 1] = per_minute
        calls.extend(
            ((f"{number} {caller[0]}", caller[1]), delay, (f"{number} {target[0]}", target[1]))
            for caller, delay, target in _calls(root, links, lambda link: _few(rounds(link)))
        )
        totals.append(_in_the_long_run(root, per_minute, _calls(root, links, rounds)))
    due, waiting = _first_day(starts, calls)
    finite = [total for total in totals if total is not None]
    return Load(due, waiting, sum(finite) if len(finite) == len(totals) else None)


def _few(rounds: int) -> int:
    return rounds if rounds <= _MOST_ROUNDS else 0


def _first_day(
    starts: Mapping[_Node, float], calls: Sequence[tuple[_Node, int, _Node]]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The runs that become due in each window, and those that then wait."""
    nodes = dict.fromkeys((*starts, *(node for caller, _, target in calls for node in (caller, target))))
    horizon = DAY + 1
    pending: dict[_Node, list[float]] = {node: [0.0] * horizon for node in starts}
    reached: list[_Node] = []
    made: list[tuple[_Node, int, _Node]] = []
    ready = dict.fromkeys(nodes, 0.0)
    due: list[float] = []
    waiting: list[float] = []
    budget, became_due = 0.0, 0.0
    for minute in range(1, DAY + 1):
        if (minute - 1) % WINDOW_MINUTES == 0:
            budget, became_due = float(RUNS_PER_WINDOW), 0.0
        if len(reached) < len(pending):  # most of a long chain is not reached that day
            reached = [node for node in nodes if node in pending]
            made = [call for call in calls if call[0] in pending]
        for node in reached:
            ready[node] += pending[node][minute]
            became_due += pending[node][minute]
        total = sum(ready[node] for node in reached)
        share = min(1.0, budget / total) if total else 0.0
        budget -= total * share
        for node, delay, target in made:
            runs = ready[node] * share + starts.get(node, 0.0)
            if runs and minute + delay < horizon:
                if target not in pending:
                    pending[target] = [0.0] * horizon
                pending[target][minute + delay] += runs
        for node in reached:
            ready[node] -= ready[node] * share
        if minute % WINDOW_MINUTES == 0:
            due.append(became_due)
            waiting.append(sum(ready[node] for node in reached))
    return tuple(due), tuple(waiting)


_MOST_ROUNDS = 100
"""A ring that comes round more often is taken for one without an end in the figures of the first day."""
_Node = tuple[str, int]
"""A workflow, and in which round of its ring it runs."""


def _calls(root: _Node, links: Sequence[Link], rounds: Callable[[Link], int]) -> list[tuple[_Node, int, _Node]]:
    """Caller, delay in minutes and target of each call.

    A ring whose rounds are known is unrolled: a link that closes it leads to the next round, and no further after the
    last one."""
    onward = grouped((link.call.caller, link) for link in links if link.call is not None)

    def targets(key: str) -> Iterator[str]:
        return (link.key for link in onward.get(key, ()))

    sets = strongly_connected_components((root[0],), targets)
    ring_of = {key: number for number, keys in enumerate(sets) for key in keys}
    closing: dict[int, set[str]] = {}
    for link in links:
        if link.end is End.RING:
            closing.setdefault(ring_of.get(link.key, -1), set()).add(link.key)
    calls: list[tuple[_Node, int, _Node]] = []

    def following(node: _Node) -> Iterator[_Node]:
        key, number = node
        for link in onward.get(key, ()):
            inside = ring_of[link.key] == ring_of[key]
            target = (link.key, number + (link.end is End.RING and rounds(link) > 0) if inside else 1)
            if not inside or not rounds(link) or target[1] <= rounds(link) * len(closing[ring_of[key]]):
                calls.append((node, max(1, round(link.delay or 0)), target))
                yield target

    for _ in breadth_first((root,), following):
        pass
    return calls


def _in_the_long_run(root: _Node, per_minute: float, calls: list[tuple[_Node, int, _Node]]) -> float | None:
    """Each event counts for as many runs as there are paths through the chain; a ring has infinitely many."""
    onward = grouped((caller, target) for caller, _, target in calls)
    order = reverse_postorder((root,), lambda node: onward.get(node, ()))
    if cycles(order, lambda node: onward.get(node, ())):
        return None
    runs = {root: per_minute * WINDOW_MINUTES}
    total = 0.0
    for node in order:
        for target in onward.get(node, ()):
            runs[target] = runs.get(target, 0.0) + runs.get(node, 0.0)
            total += runs.get(node, 0.0)
    return total
