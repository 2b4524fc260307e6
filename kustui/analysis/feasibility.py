"""Which paths through a workflow a run can take: at each step the first condition that holds decides, a step that has
not run or has failed has no output, and what a condition has said of a value stays true.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from operator import length_hint
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.edge_choices import EdgeChoices
from kustui.analysis.facts import ERROR, NO_ERROR, Facts, Field
from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.guards import Branching, branching, branchings
from kustui.analysis.reads import Read
from kustui.analysis.walks import breadth_first, shortest_path
from kustui.definition.cases import ANY, Case, Cases, Fact
from kustui.definition.expressions import comparisons_in
from kustui.definition.models import ErrorCase
from kustui.definition.platform import RETRY_STEP, RETRY_WORKFLOW, TRIGGER_ID

_MOST_STATES = 4_000
"""How many states the searches through one workflow go through, all in all. Beyond, they find no path."""


class _AllBut:
    """All nodes but some."""

    def __init__(self, nodes: Collection[str]) -> None:
        self._nodes = nodes

    def __contains__(self, node: object) -> bool:
        return node not in self._nodes


class Place(NamedTuple):
    """A trigger or step with what a run knows when it comes there."""

    node: str
    number: int
    """Another one for each of what may be known; 0 at the trigger."""


START = Place(TRIGGER_ID, 0)


class _State(Struct, frozen=True):
    """How far a run has come, and what it knows."""

    node: str
    outputs: frozenset[str] = frozenset()
    """The nodes that have an output."""
    cases: Cases = ANY


class FeasiblePaths(Struct, frozen=True, eq=False, dict=True):
    """The paths of a flow graph that a run can take."""

    flow: FlowGraph

    @cached_property
    def _facts(self) -> Facts:
        return Facts(self.flow)

    @cached_property
    def _edges(self) -> EdgeChoices:
        return EdgeChoices(self.flow, self._facts)

    def path_without(self, node: str, read: Read) -> tuple[Edge, ...] | None:
        """A path from the trigger to a read on which a node has no output: it has not run, or has failed. Where a
        condition reads it, the run comes to that condition, and the other parts of it do not decide it.

        The shortest, if it can be taken. None if there is none, or none was found before the search was given up.
        """
        place = (node, read.node, read.pointer if read.transition is not None else "")
        if place not in self._paths:
            self._paths[place] = self._path_without(node, read) if not self._facts.is_given_up else None
        return self._paths[place]

    @cached_property
    def _paths(self) -> dict[tuple[str, str, str], tuple[Edge, ...] | None]:
        return {}

    def _path_without(self, node: str, read: Read) -> tuple[Edge, ...] | None:
        shortest = self._shortest_without(node, read.node)
        if shortest is None:
            return None
        state: _State | None = self._start
        for edge in shortest:
            state = self._along(state, edge, node) if state is not None else None
        return shortest if state is not None and self._comes_to(read, state, node) else self._search(node, read)

    def _along(self, state: _State, edge: Edge, subject: str) -> _State | None:
        """The state after an edge; None if no run takes it there. Worked out once for the reads of many nodes."""
        key = (state, edge.transition.pointer, edge.continues, self._subject_at(edge.source, subject))
        if key not in self._after:
            self._after[key] = next((after for _, after in self._onward(state, (edge,), subject)), None)
        return self._after[key]

    @cached_property
    def _after(self) -> dict[tuple[_State, str, bool, str], _State | None]:
        return {}

    def _subject_at(self, source: str, node: str) -> str:
        """A node, if the conditions of the edges out of a node may ask for it, or it is that; empty if not."""
        return node if node == source or node in self._nodes_asked_at[source] else ""

    @cached_property
    def _nodes_asked_at(self) -> Mapping[str, frozenset[str]]:
        return {source: frozenset(node for node, _ in fields) for source, fields in self._asked_at.items()}

    def _shortest_without(self, node: str, reader: str) -> tuple[Edge, ...] | None:
        """A shortest path of edges that can be taken one by one while the output is missing."""
        # Search backwards, up to the nearest common dominator: usually only a few steps.
        above = self.flow.always_before(reader)
        fork = next((fork for fork in above if self.flow.has_always_run(fork, node)), TRIGGER_ID)
        taken: dict[tuple[str, str], Edge] = {}

        def sources(target: str) -> Iterator[str]:
            for edge in self.flow.incoming[target] if not self._facts.is_given_up else ():
                if not _gives_output(edge, node) and self._is_open(edge, node):
                    taken.setdefault((edge.source, target), edge)
                    yield edge.source

        backwards = shortest_path(reader, fork, sources)
        if not backwards:
            return None
        after = (taken[source, target] for target, source in pairwise(backwards))
        return (*self.flow.path(TRIGGER_ID, fork), *reversed(tuple(after)))

    def _is_open(self, edge: Edge, node: str) -> bool:
        """Whether an edge can be taken while a node has no output."""
        source = edge.source
        key = (source, self._subject_at(source, node))
        if key not in self._open_edges:
            taken = self._edges.taken(self.flow.edges[source], ANY, ({node}, {node, source}), node)
            self._open_edges[key] = {(open_.transition.pointer, open_.continues) for open_, _ in taken}
        return (edge.transition.pointer, edge.continues) in self._open_edges[key]

    @cached_property
    def _open_edges(self) -> dict[tuple[str, str], set[tuple[str, bool]]]:
        """By their source, and by the node that has no output where they ask for it."""
        return {}

    # All runs

    def ways(self, *, failures: bool = False) -> Mapping[Place, Branching[Place]]:
        """How runs go on from each place that they come to if nothing fails, or also after ``failures``.

        Of more than 2,000 places, each step is one place, whatever the run knows there.
        """
        first, asked = self._start, self._asked_later(self.flow.reachable)
        places = {self._what_matters(first, asked[TRIGGER_ID]): START}
        ways: dict[Place, Branching[Place]] = {}
        pending = deque([(first, START)])
        while pending:
            state, place = pending.popleft()
            targets = []
            onward, may_end = self._onward_or_end(state)
            if failures and (failing := [edge for edge in self.flow.edges[state.node] if edge.after_failure]):
                onward.extend(after for _, after in self._onward(state, failing, ""))
            for after in onward:
                key = self._what_matters(after, asked[after.node])
                if key not in places:
                    places[key] = Place(after.node, len(places))
                    pending.append((replace(after, cases=self._of_fields(after.cases, asked[after.node])), places[key]))
                targets.append(places[key])
            ways[place] = Branching(tuple(targets), may_end)
            if len(places) > _MOST_STATES or self._facts.is_given_up:
                return self._ways_by_step(failures)
        return ways

    def _ways_by_step(self, failures: bool) -> Mapping[Place, Branching[Place]]:
        def way(node: str) -> Branching[str]:
            targets, may_end = branching(self.flow, node)
            after_failure = (edge.target for edge in self.flow.edges[node] if failures and edge.after_failure)
            return Branching((*targets, *after_failure), may_end)

        return {
            Place(node, 0): Branching(tuple(Place(target, 0) for target in targets), may_end)
            for node, (targets, may_end) in branchings(way).items()
        }

    def _onward_or_end(self, state: _State) -> tuple[list[_State], bool]:
        """The states after one without a failure, in the order of the transitions, and whether a run may end in it: no
        transition is taken, or one to a missing step."""
        outputs = self._outputs(state, failed=False)
        missing = _AllBut(outputs)
        followed = {edge.transition.pointer for edge in self.flow.edges[state.node] if not edge.after_failure}
        onward: list[_State] = []
        may_end = False
        for edge, before in self._edges.tried(state.node, state.cases, missing, "", after_failure=False):
            if edge is None:
                may_end = True
            elif edge.target not in self.flow.steps:
                may_end = may_end or before.allows(self._edges.holds(edge, True, missing, ""))
            elif edge.transition.pointer in followed and (
                cases := before.with_(self._edges.holds(edge, True, missing, ""))
            ):
                self._facts.spend(sum(map(len, cases)))
                onward.append(_State(edge.target, outputs, cases))
        return onward, may_end

    # One step on

    @cached_property
    def _start(self) -> _State:
        """What a run knows that begins, which may be a retry."""
        return _State(TRIGGER_ID, self._error_of_retry(RETRY_WORKFLOW, *self.flow.declared_edges) | {NO_ERROR})

    def _error_of_retry(self, action: str, *nodes: str) -> frozenset[str]:
        """The error that a run may have which had failed at one of some nodes."""
        retried = any(edge.error_action == action for node in nodes for edge in self.flow.declared_edges[node])
        return frozenset({ERROR} if retried else ())

    def _outputs(self, state: _State, *, failed: bool) -> frozenset[str]:
        """What has an output once the node of a state has run: also the error, as it stays after a failure."""
        if failed:
            return state.outputs - {NO_ERROR} | {ERROR}
        return state.outputs | {state.node} | self._error_of_retry(RETRY_STEP, state.node)

    def _onward(self, state: _State, edges: Sequence[Edge], subject: str) -> Iterator[tuple[Edge, _State]]:
        """The states after some of the edges of a node, in their order, without those that no run takes from there."""
        outputs = self._outputs(state, failed=False), self._outputs(state, failed=True)
        missing = _AllBut(outputs[False]), _AllBut(outputs[True])
        for edge, cases in self._edges.taken(edges, state.cases, missing, subject):
            self._facts.spend(sum(map(len, cases)))
            yield edge, _State(edge.target, outputs[edge.after_failure], cases)

    def _comes_to(self, read: Read, state: _State, subject: str) -> bool:
        """Whether it matters in a state what its node reads."""
        missing = _AllBut(self._outputs(state, failed=isinstance(read.transition, ErrorCase)))
        return bool(self._edges.where_matters(read, state.cases, missing, subject))

    # Search

    def _search(self, node: str, read: Read) -> tuple[Edge, ...] | None:
        """The first of the shortest paths that can be taken. Where these are too many to try, one that can be taken as
        far as the conditions tell that decide whether the node runs."""
        region = self._region(read.node, node)
        needed = self._needed(region, node, read)
        asked = self._asked_later(region, read, needed.get(TRIGGER_ID, frozenset()))
        path = self._first_path(node, read, needed, asked, self._budget)
        if path is None and not length_hint(self._budget) and not self._facts.is_given_up:
            forks = (fork for fork in (node, *self.flow.always_before(node)) if len(self.flow.edges[fork]) > 1)
            fork = next((fork for fork in forks if fork != node), TRIGGER_ID)
            few = self._asked_at[fork] | {(other, "") for other in (node, ERROR)}
            asked = {
                here: frozenset(field for field in fields if field in few or field[0] == node)
                for here, fields in asked.items()
            }
            path = self._first_path(node, read, needed, asked, self._coarse_budget)
        return path

    def _first_path(
        self,
        node: str,
        read: Read,
        needed: Mapping[str, Case],
        asked: Mapping[str, frozenset[Field]],
        budget: Iterator[int],
    ) -> tuple[Edge, ...] | None:
        """The first of the shortest paths that can be taken, as far as what is asked later tells."""
        seen: set[tuple[object, ...]] = set()
        pending: deque[tuple[_State, tuple[Edge, ...]]] = deque()
        always = needed.get(TRIGGER_ID, frozenset())

        def add(state: _State, path: tuple[Edge, ...]) -> None:
            cases = self._facts.combination(state.cases).with_((needed.get(state.node, frozenset()),))
            if cases:
                key = self._what_matters(replace(state, cases=cases), asked[state.node])
                if key not in seen:
                    seen.add(key)
                    pending.append((replace(state, cases=tuple(case | always for case in key[2])), path))

        add(self._start, ())
        while pending and next(budget, None) is not None and not self._facts.is_given_up:
            state, path = pending.popleft()
            if state.node == read.node and self._comes_to(read, state, node):
                return path
            passed = {state.node, *(earlier.source for earlier in path)}
            onward = [
                edge
                for edge in self.flow.edges[state.node]
                if edge.target in needed and edge.target not in passed and not _gives_output(edge, node)
            ]
            for edge, after in self._onward(state, onward, node):
                add(after, (*path, edge))
        return None

    def _region(self, target: str, node: str) -> frozenset[str]:
        """The nodes from which a target can be reached without the output of a node."""

        def sources(target: str) -> Iterator[str]:
            return (edge.source for edge in self.flow.incoming[target] if not _gives_output(edge, node))

        return frozenset(breadth_first((target,), sources))

    def _needed(self, region: frozenset[str], node: str, read: Read) -> dict[str, Case]:
        """What is true of the trigger's output on every path that goes on from each node of a region to a read."""
        needed: dict[str, Case] = {}
        for here in self._upwards:
            if here not in region:
                continue
            onward = [edge for edge in self.flow.edges[here] if edge.target in region and not _gives_output(edge, node)]
            ways = [(edge.target, cases) for edge, cases in self._edges.taken(onward, ANY, ((), {here}), node)]
            if here == read.node:
                ways = [("", self._edges.where_matters(read, ANY, (), node) or ANY)]
            common = [needed.get(target, frozenset()) | self._facts.common(cases) for target, cases in ways]
            needed[here] = frozenset.intersection(*common) if common else frozenset()
        return needed

    @cached_property
    def _upwards(self) -> tuple[str, ...]:
        return tuple(reversed((TRIGGER_ID, *(step.id for step in self.flow.order))))

    @cached_property
    def _coarse_budget(self) -> Iterator[int]:
        return iter(range(_MOST_STATES))

    @cached_property
    def _budget(self) -> Iterator[int]:
        return iter(range(_MOST_STATES))

    def _what_matters(self, state: _State, asked: frozenset[Field]) -> tuple[str, frozenset[str], frozenset[Case]]:
        """What later conditions may ask of a state: two that agree on it go on alike."""
        nodes = {node for node, _ in asked}
        if ERROR in nodes:
            nodes.add(NO_ERROR)
        return state.node, state.outputs & nodes, frozenset(self._of_fields(state.cases, asked))

    def _of_fields(self, cases: Cases, asked: frozenset[Field]) -> Cases:
        """What cases say of what is asked."""
        if not asked:
            return ANY
        return tuple(dict.fromkeys(frozenset(fact for fact in case if self._is_of(fact, asked)) for case in cases))

    def _is_of(self, fact: Fact, asked: frozenset[Field]) -> bool:
        key = (self._facts.fields_of(fact), asked)
        if key not in self._overlaps:
            self._overlaps[key] = _overlap(*key)
        return self._overlaps[key]

    @cached_property
    def _overlaps(self) -> dict[tuple[frozenset[Field], frozenset[Field]], bool]:
        return {}

    def _asked_later(
        self, region: frozenset[str], read: Read | None = None, needed: Case = frozenset()
    ) -> dict[str, frozenset[Field]]:
        """What the conditions of each node of a region, and of those after it, read (before a read), unless what is
        needed tells their outcome."""
        asked: dict[str, frozenset[Field]] = {}
        for node in self._upwards:
            if node not in region:
                continue
            ends = read is not None and node == read.node and read.transition is None
            fields = frozenset[Field]() if ends else self._asked_of(node, needed) if needed else self._asked_at[node]
            for target in self.flow.targets(node):
                later = asked.get(target, frozenset())
                fields = later if fields <= later else fields | later
            asked[node] = fields
        return asked

    @cached_property
    def _asked_at(self) -> Mapping[str, frozenset[Field]]:
        """What the conditions of the edges out of each node read."""
        return {node: self._asked_of(node, frozenset()) for node in self.flow.declared_edges}

    def _asked_of(self, node: str, needed: Case) -> frozenset[Field]:
        return frozenset(
            field
            for edge in self.flow.declared_edges[node]
            if (condition := self.flow.conditions.get(edge.transition.pointer)) is not None
            for comparison in comparisons_in(condition)
            if not (needed and self._facts.is_among(comparison, needed))
            for field in self._facts.fields(comparison)
        )


def _gives_output(edge: Edge, node: str) -> bool:
    """Whether a node has an output once an edge is taken."""
    return edge.source == node and not edge.after_failure


def _overlap(read: Iterable[Field], asked: frozenset[Field]) -> bool:
    return any(
        field in asked or (node, "") in asked or (not first and any(node == other for other, _ in asked))
        for field in read
        for node, first in (field,)
    )
