"""Which of the ways out of a step a run can take: the first whose condition holds decides, and none before it does."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from msgspec import Struct

from kustui.analysis.facts import Facts
from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.reads import Read
from kustui.definition.cases import Cases, Combination
from kustui.definition.expressions import AllOf, AnyOf
from kustui.definition.models import ErrorCase
from kustui.definition.platform import CONTINUE


class EdgeChoices(Struct, frozen=True, eq=False):
    """The edges out of each node of a flow graph, with what is true where each is tried or taken. All out of a node are
    gone through once, whatever comes before each."""

    flow: FlowGraph
    facts: Facts

    def taken(
        self, edges: Sequence[Edge], known: Cases, missing: tuple[Container[str], Container[str]], subject: str
    ) -> Iterator[tuple[Edge, Cases]]:
        """Those of the edges out of a node that can be taken while nodes have no output, before and after it has
        failed, each with what is true then: its condition holds, none before it does, and what is known."""
        taken = [edge for edge in edges if not edge.continues]
        for after_failure in (False, True):
            own = [edge for edge in taken if edge.after_failure is after_failure]
            yield from self._first(own, known, missing[after_failure], subject, after_failure)
        if continuing := [edge for edge in edges if edge.continues]:
            handling = [edge for edge in self.flow.declared_edges[edges[0].source] if edge.error_action == CONTINUE]
            handled = [
                case for _, cases in self._first(handling, known, missing[True], subject, True) for case in cases
            ]
            yield from self._first(continuing, tuple(handled), missing[True], subject, False)

    def _first(
        self, edges: Sequence[Edge], known: Cases, missing: Container[str], subject: str, after_failure: bool
    ) -> Iterator[tuple[Edge, Cases]]:
        """Those of the edges out of a node whose condition can be the first that holds, each with what is true then."""
        wanted = {edge.transition.pointer: edge for edge in edges}
        if not wanted:
            return
        for edge, before in self.tried(edges[0].source, known, missing, subject, after_failure=after_failure):
            if edge is not None and (own := wanted.pop(edge.transition.pointer, None)) is not None:
                if cases := before.with_(self.holds(edge, True, missing, subject)):
                    yield own, cases
                if not wanted:
                    return

    def tried(
        self, node: str, known: Cases, missing: Container[str], subject: str, *, after_failure: bool
    ) -> Iterator[tuple[Edge | None, Combination]]:
        """The transitions of a node, or its error cases, one after the other, each with what is true where it is tried:
        what is known, and that no condition before it holds. At last None, with what is true where none does."""
        before = self.facts.combination(known)
        for edge in self.flow.declared_edges[node]:
            if before.is_impossible:
                return
            if edge.after_failure is after_failure:
                yield edge, before
                before.add(self.holds(edge, False, missing, subject))
        if not before.is_impossible:
            yield None, before

    def holds(self, edge: Edge, holds: bool, missing: Container[str], subject: str) -> Cases:
        """What is true where the condition of an edge holds, or does not, while nodes have no output."""
        condition = self.flow.conditions.get(edge.transition.pointer)
        return self.facts.cases(condition, holds, missing, edge.source, subject)

    def where_matters(self, read: Read, known: Cases, missing: Container[str], subject: str) -> Cases:
        """What is true where it matters what is read, while nodes have no output."""
        transition = read.transition
        if transition is None:
            return known
        is_error_case = isinstance(transition, ErrorCase)
        tried = self.tried(read.node, known, missing, subject, after_failure=is_error_case)
        here = next((before for edge, before in tried if edge is not None and edge.transition is transition), None)
        condition = self.flow.conditions.get(transition.pointer)
        while here is not None and isinstance(condition, AllOf | AnyOf):
            others = condition.parts
            inner = next((part for part in others if read.pointer.startswith(f"{part.pointer}/")), None)
            for part in others:
                if part is not inner:
                    here.add(self.facts.cases(part, isinstance(condition, AllOf), missing, read.node, subject))
            condition = inner
        return here.cases if here is not None else ()
