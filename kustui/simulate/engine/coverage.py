"""How much of the workflows a rehearsal has taken, and what never."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.platform import TRIGGER_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kustui.analysis.flow import Edge
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.engine.state import State


class CoverageRatio(NamedTuple):
    """So many of so many."""

    taken: int
    of: int

    @property
    def percent(self) -> float:
        return 100.0 if not self.of else 100 * self.taken / self.of

    def plus(self, other: CoverageRatio) -> CoverageRatio:
        return CoverageRatio(self.taken + other.taken, self.of + other.of)


@dataclass(frozen=True, slots=True)
class WorkflowCoverage:
    """One workflow. Steps that no path leads to count: nothing takes them."""

    member: Member
    steps: CoverageRatio
    edges: CoverageRatio
    """Transitions and error cases."""
    untaken_steps: tuple[str, ...]
    """Ids of the steps that were never taken, in flow order."""
    untaken_edges: tuple[Edge, ...]
    """The ways that were never taken, in flow order."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The workflows that have run, in the collection's order."""

    workflows: tuple[WorkflowCoverage, ...]

    @classmethod
    def of(cls, *states: State) -> Coverage:
        """That of one or more rehearsals of the same organisation."""
        taken: dict[str, frozenset[str]] = {}
        for state in states:
            for key, pointers in state.taken.items():
                taken[key] = taken.get(key, frozenset()) | pointers
        return cls(tuple(_covered(states[0].organisation, taken)) if states else ())

    @property
    def steps(self) -> CoverageRatio:
        return _sum(each.steps for each in self.workflows)

    @property
    def edges(self) -> CoverageRatio:
        return _sum(each.edges for each in self.workflows)


def _sum(shares: Iterable[CoverageRatio]) -> CoverageRatio:
    total = CoverageRatio(0, 0)
    for share in shares:
        total = total.plus(share)
    return total


def _covered(organisation: Organisation, taken: Mapping[str, frozenset[str]]) -> Iterable[WorkflowCoverage]:
    for entry in organisation.collection.entries:
        if entry.key not in taken:
            continue
        member, pointers = organisation.member(entry.key), taken[entry.key]
        steps = member.flow.order
        edges = [
            edge for node in (TRIGGER_ID, *(step.id for step in steps)) for edge in member.flow.declared_edges[node]
        ]
        untaken_steps = tuple(step.id for step in steps if step.pointer not in pointers)
        untaken_edges = tuple(edge for edge in edges if edge.transition.pointer not in pointers)
        yield WorkflowCoverage(
            member,
            CoverageRatio(len(steps) - len(untaken_steps), len(steps)),
            CoverageRatio(len(edges) - len(untaken_edges), len(edges)),
            untaken_steps,
            untaken_edges,
        )
