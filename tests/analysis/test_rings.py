"""Rings of schedules against an oracle of another kind: every run of small workflows one by one, every set of workflows
tried for one that never ends, and networkx over who schedules whom."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.analysis import rings
from kustui.analysis.rings import Ring, all_at_once, rings_of
from kustui.check.checker import check
from kustui.check.rule import ALWAYS, app, called, schedule, step, to, when
from kustui.definition.collection import Collection
from tests.support.definitions import document_of
from tests.support.strategies import comparisons, nested_conditions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Definition = dict[str, Any]
IDS = ("w0", "w1", "w2", "w3")
STEPS = ("s0", "s1", "s2", "s3", "s4")
GONE = object()
VALUES = ("x", "y", GONE)
"""What the inputs ``a`` and ``b`` of a run are."""


def rings_in(*workflows: Definition) -> tuple[Ring, ...]:
    return check(Collection((document_of(app(*workflows)),)))[0].rings


# Generated collections

_CONDITIONS = st.one_of(
    st.just(ALWAYS),
    st.just(ALWAYS),
    nested_conditions(
        [
            *comparisons(["/#steps.1.a", "/#steps.1.a", "/#steps.1.b"], ["x", "y"]),
            *(ALWAYS, when("exists", True, ""), when("false", True)) * 5,
        ]
    ),
)


@functools.cache
def _ways(targets: tuple[str, ...], most: int) -> st.SearchStrategy[list[Definition]]:
    return st.lists(st.builds(to, st.sampled_from(targets), _CONDITIONS), max_size=most)


@st.composite
def collections(draw: st.DrawFn) -> tuple[Definition, ...]:
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    return tuple(draw(_workflows(id_, ids)) for id_ in ids)


@st.composite
def _workflows(draw: st.DrawFn, id_: str, ids: Sequence[str]) -> Definition:
    names = STEPS[: draw(st.integers(1, len(STEPS)))]

    def edges(at: int, most: int) -> list[Definition]:
        targets = names[at + 1 :]
        return draw(_ways(targets, most)) if targets else []

    steps = []
    for at, name in enumerate(names):
        transitions, failing = edges(at, 3), edges(at, 1)
        if draw(st.integers(0, 2)):
            steps.append(schedule(name, draw(st.sampled_from(ids)), *transitions) | {"errorCases": failing})
        else:
            steps.append(step(name, *transitions, errorCases=failing))
    whole = called(id_, id_, *steps, inputs={"a": "string", "b": "string"})
    whole["trigger"]["transitions"] = edges(-1, 3)
    return {**whole, "enabled": False} if draw(st.integers(0, 9)) == 0 else whole


# The oracle


def holds(condition: Definition, inputs: Mapping[str, object]) -> bool:
    op, values = condition["op"], condition["values"]
    if op in ("and", "or"):
        return (all if op == "and" else any)(holds(value, inputs) for value in values)
    if op in ("true", "false"):
        return bool(op == "true")
    first = inputs[values[0][-1]] if isinstance(values[0], str) else values[0]
    if op in ("exists", "dne"):
        return (first is not GONE) is bool(op == "exists")
    return bool(first == values[1]) is bool(op == "eq")


def outcomes(workflow: Definition, *, failures: bool, values: Sequence[object] = VALUES) -> Iterator[frozenset[str]]:
    """What each run schedules, whatever its inputs and, with failures, whichever steps fail."""
    steps = {part["id"]: part for part in workflow["steps"]}
    failing = [frozenset(names) for count in range(len(steps) + 1) for names in itertools.combinations(steps, count)]
    for a, b, failed in itertools.product(values, values, failing if failures else failing[:1]):
        node, scheduled = workflow["trigger"], set()
        edges = node["transitions"]
        while edge := next((edge for edge in edges if holds(edge["condition"], {"a": a, "b": b})), None):
            node = steps[edge["target"]]
            if node["id"] in failed:
                edges = node["errorCases"]
                continue
            if "workflowId" in node.get("params", {}):
                scheduled.add(node["params"]["workflowId"])
            edges = node["transitions"]
        yield frozenset(scheduled)


def who_schedules_whom(workflows: Sequence[Definition]) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    running = {workflow["id"]: workflow for workflow in workflows if workflow.get("enabled", True)}
    graph.add_nodes_from(running)
    for id_, workflow in running.items():
        for scheduled in outcomes(workflow, failures=True):
            graph.add_edges_from((id_, target) for target in scheduled if target in running)
    return graph


def never_ending(workflows: Sequence[Definition], graph: nx.DiGraph[str]) -> set[str]:
    """All workflows of the sets of which every run schedules one again; every set is tried."""
    runs = {workflow["id"]: set(outcomes(workflow, failures=False)) for workflow in workflows}
    found: set[str] = set()
    for count in range(1, len(graph) + 1):
        for members in map(set, itertools.combinations(graph, count)):
            part = graph.subgraph(members)
            if nx.is_strongly_connected(part) and all(run & members for id_ in members for run in runs[id_]):
                found |= members
    return found


def going_on(workflows: Sequence[Definition], graph: nx.DiGraph[str], ring: frozenset[str]) -> set[str]:
    """The workflows of a ring that schedule each other for ever with the inputs that are passed on, which are none."""
    members = {workflow["id"]: workflow for workflow in workflows if workflow["id"] in ring}
    without = {id_: set(outcomes(part, failures=False, values=[GONE])) for id_, part in members.items()}
    onward: nx.DiGraph[str] = nx.DiGraph()
    for id_, part in members.items():
        for scheduled in outcomes(part, failures=True, values=[GONE]):
            onward.add_edges_from((id_, target) for target in scheduled & ring)
    starts = {target for caller, target in graph.edges if caller not in ring and target in ring}
    if not starts:  # nothing is known of the first inputs
        starts = {target for id_ in ring for target in graph.successors(id_) if target in ring}
    onward.add_nodes_from(starts)
    reached = {id_ for start in starts for id_ in (start, *nx.descendants(onward, start))}
    found: set[str] = set()
    for count in range(1, len(reached) + 1):
        for some in map(set, itertools.combinations(reached, count)):
            if nx.is_strongly_connected(onward.subgraph(some)) and all(
                run & some for id_ in some for run in without[id_]
            ):
                found |= some
    return found


@settings(max_examples=300, deadline=None)
@given(collections())
def test_rings_are_those_of_all_runs(workflows: tuple[Definition, ...]) -> None:
    graph = who_schedules_whom(workflows)
    rings = [(ring, [name_of(key) for key in ring.members]) for ring in rings_in(*workflows)]
    endless = never_ending(workflows, graph)
    assert {name for ring, names in rings if ring.endless and not ring.by_inputs for name in names} == endless
    components = {frozenset(names) for names in nx.strongly_connected_components(graph)}
    in_rings = {names for names in components if len(names) > 1 or graph.has_edge(*names, *names)}
    may_end = {names: going_on(workflows, graph, names) for names in in_rings if not names & endless}
    assert {frozenset(names) for ring, names in rings if not ring.endless} == {
        names for names, members in may_end.items() if not members
    }
    by_inputs = [set(names) for ring, names in rings if ring.by_inputs]
    assert len(by_inputs) == len([members for members in may_end.values() if members])
    assert all(any(names <= members for members in may_end.values()) for names in by_inputs)
    for ring, names in rings:
        shortest = [name_of(key) for key in ring.workflows]
        assert all(graph.has_edge(*hop) for hop in itertools.pairwise((*shortest, shortest[0])))
        if not ring.endless:
            (ending,) = (workflow for workflow in workflows if workflow["id"] == name_of(ring.ending))
            assert any(run.isdisjoint(names) for run in outcomes(ending, failures=False))


def name_of(key: str) -> str:
    return key.rpartition("#")[2]


# Told by themselves


@settings(max_examples=100, deadline=None)
@given(collections(), st.sampled_from([1, 3, 10_000]))
def test_rings_that_are_looked_for_in_shares_are_the_same(workflows: tuple[Definition, ...], runs: int) -> None:
    analysis = check(Collection((document_of(app(*workflows)),)))[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rings, "MOST_RUNS", runs)
        at_once, in_shares = (
            rings_of(analysis.schedules, lambda key: analysis.analysis(key).flow, spread)
            for spread in (all_at_once, one_in_each_process)
        )
    assert in_shares == at_once


def one_in_each_process(work: Callable[[Sequence[Any]], Iterable[Any]], parts: Sequence[Any], /) -> Iterator[Any]:
    """The answers, the last part's first."""
    return (answer for part in reversed(parts) for answer in work([part]))


def test_a_condition_that_was_asked_before_ends_nothing() -> None:
    asked = when("eq", "/#steps.1.a", "x")
    poll = called("Poll", "w0", step("f", to("again", asked)), schedule("again", "w0"), inputs={"a": "string"})
    poll["trigger"]["transitions"] = [to("f", asked), to("other")]
    poll["steps"].append(schedule("other", "w0"))
    (ring,) = rings_in(poll)
    assert ring.endless


@pytest.mark.parametrize("count", [3, 300])
def test_a_long_ring_is_one_ring(count: int) -> None:
    ids = [f"w{number}" for number in range(count)]
    (ring,) = rings_in(*(called(id_, id_, schedule("s", ids[at - 1])) for at, id_ in enumerate(ids)))
    assert ring.endless
    assert len(ring.workflows) == count
