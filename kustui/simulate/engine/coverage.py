"""How much of the workflows a rehearsal has taken, and what never."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kustui.analysis.flow import Edge
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.engine.state import State


class Share(NamedTuple):
    """So many of so many."""

    taken: int
    of: int

    @property
    def percent(self) -> float:
        return 100.0 if not self.of else 100 * self.taken / self.of

    def plus(self, other: Share) -> Share:
        return Share(self.taken + other.taken, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Covered:
    """One workflow. Steps that no path leads to count: nothing takes them."""

    member: Member
    steps: Share
    edges: Share
    """Transitions and error cases."""
    steps_left: tuple[str, ...]
    """Ids of the steps that were never taken, in flow order."""
    edges_left: tuple[Edge, ...]
    """The ways that were never taken, in flow order."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The workflows that have run, in the collection's order."""

    workflows: tuple[Covered, ...]

    @classmethod
    def of(cls, *states: State) -> Coverage:
        """That of one or more rehearsals of the same organisation."""
        taken: dict[str, frozenset[str]] = {}
        for state in states:
            for key, pointers in state.taken.items():
                taken[key] = taken.get(key, frozenset()) | pointers
        return cls(tuple(_covered(states[0].organisation, taken)) if states else ())

    @property
    def steps(self) -> Share:
        return _sum(each.steps for each in self.workflows)

    @property
    def edges(self) -> Share:
        return _sum(each.edges for each in self.workflows)


def _sum(shares: Iterable[Share]) -> Share:
    total = Share(0, 0)
    for share in shares:
        total = total.plus(share)
    return total


def _covered(organisation: Organisation, taken: Mapping[str, frozenset[str]]) -> Iterable[Covered]:
    for entry in organisation.collection.entries:
        if entry.key not in taken:
            continue
        member, pointers = organisation.member(entry.key), taken[entry.key]
        steps = member.flow.order
        edges = [edge for node in ("1", *(step.id for step in steps)) for edge in member.flow.declared_edges[node]]
        steps_left = tuple(step.id for step in steps if step.pointer not in pointers)
        edges_left = tuple(edge for edge in edges if edge.transition.pointer not in pointers)
        yield Covered(
            member,
            Share(len(steps) - len(steps_left), len(steps)),
            Share(len(edges) - len(edges_left), len(edges)),
            steps_left,
            edges_left,
        )
