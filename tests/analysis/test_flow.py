"""What is asked of one workflow's flow: order, reach, dominators, paths, loops."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.growth import counted
from tests.support.definitions import ALWAYS
from tests.support.flows import arrows, flow, flow_of, step, workflow

if TYPE_CHECKING:
    from kustui.analysis.flow import FlowGraph


def ids(found: FlowGraph) -> list[str]:
    return [step.id for step in found.order]


# Order


def test_steps_are_told_in_the_order_in_which_a_run_meets_them_not_in_that_of_the_file() -> None:
    assert ids(arrows("c", a="", b="a", c="b")) == ["c", "b", "a"]


def test_the_first_transition_is_told_first() -> None:
    assert ids(arrows("a", right="", left="", a="left right")) == ["a", "left", "right"]


def test_a_branch_is_told_to_its_end_before_the_next() -> None:
    assert ids(arrows("a", a="b c", c="d", b="e", d="", e="")) == ["a", "b", "e", "c", "d"]


def test_where_branches_meet_comes_after_all_of_them() -> None:
    assert ids(arrows("a", a="b c", end="", b="end", c="d", d="end")) == ["a", "b", "c", "d", "end"]


def test_error_cases_come_after_transitions() -> None:
    assert ids(flow("a", step("sorry"), step("fine"), step("a", "fine", "sorry"))) == ["a", "fine", "sorry"]


def test_a_loop_is_told_from_where_a_run_enters_it() -> None:
    assert ids(arrows("b", a="b", b="c", c="a")) == ["b", "c", "a"]


def test_steps_that_nothing_leads_to_are_in_the_order_of_their_own_paths() -> None:
    assert ids(arrows("mistyped", d="", c="d", a="b c", b="c")) == ["a", "b", "c", "d"]


def test_steps_that_nothing_leads_to_come_last_as_written() -> None:
    found = arrows("z", y="x", x="", z="", w="")
    assert ids(found) == ["z", "y", "x", "w"]
    assert [step.id for step in found.unreachable] == ["y", "x", "w"]
    assert found.reachable == {"1", "z"}


def test_a_workflow_without_a_trigger_reaches_nothing() -> None:
    found = flow_of({"name": "w", "steps": [step("a", "b"), step("b")]})
    assert ids(found) == ["a", "b"]
    assert found.reachable == {"1"}
    assert found.part("1") is None


def test_ten_thousand_steps_in_a_row_are_no_depth_to_fail_at() -> None:
    count = 10_000
    found = flow("s0", *(step(f"s{index}", f"s{index + 1}") for index in range(count)))
    assert ids(found) == [f"s{index}" for index in range(count)]
    assert len(found.dangling) == 1


# Names


def test_a_second_step_with_an_id_is_a_node_of_nobodys() -> None:
    found = flow("a", step("a", "b"), step("b"), step("a", "c"), step("c"))
    assert [step.pointer for step in found.duplicates] == ["/steps/2"]
    assert [step.pointer for step in found.order] == ["/steps/0", "/steps/1", "/steps/3"]
    assert "c" not in found.reachable


def test_a_step_that_takes_the_triggers_id_is_shadowed_by_it() -> None:
    found = flow("1", step("1", "a"), step("a"))
    assert [step.id for step in found.duplicates] == ["1"]
    assert found.part("1") is found.workflow.trigger
    assert [edge.target for edge in found.dangling] == ["1"]


def test_a_trigger_is_read_by_its_own_id_as_well() -> None:
    definition = workflow("a", step("a", "start"), step("start"))
    definition["trigger"]["id"] = "start"
    found = flow_of(definition)
    assert found.node("start") == found.node("1") == "1"
    assert [step.id for step in found.duplicates] == ["start"]
    assert [edge.target for edge in found.dangling] == ["start"]


def test_an_id_that_nothing_has_names_no_node() -> None:
    found = arrows("a", a="")
    assert found.node("a") == "a"
    assert found.node("b") is None


# Ways


def test_ways_to_a_step_that_is_not_there_are_lost_and_lead_nowhere() -> None:
    found = flow("a nowhere", step("a", "b gone", "lost"), step("b"))
    assert [(edge.source, edge.target, edge.after_failure) for edge in found.dangling] == [
        ("1", "nowhere", False),
        ("a", "gone", False),
        ("a", "lost", True),
    ]
    assert [edge.target for edge in found.edges["a"]] == ["b"]
    assert [edge.target for edge in found.declared_edges["a"]] == ["b", "gone", "lost"]


def test_ways_into_a_step_come_in_flow_order_each_as_often_as_it_is_written() -> None:
    found = flow("b", step("a", "c"), step("c"), step("b", "c a c", "c"))
    assert [(edge.source, edge.after_failure) for edge in found.incoming["c"]] == [
        ("b", False),
        ("b", False),
        ("b", True),
        ("a", False),
    ]
    assert [edge.source for edge in found.incoming["b"]] == ["1"]
    assert found.incoming["1"] == ()


def test_ways_from_steps_that_cannot_be_reached_are_told_last() -> None:
    found = arrows("b", a="b", b="")
    assert [edge.source for edge in found.incoming["b"]] == ["1", "a"]


# What has run, and what can


def test_always_before_are_the_steps_on_every_path_nearest_first() -> None:
    found = arrows("a", a="b c", b="d", c="d", d="e", e="")
    assert found.always_before("e") == ("d", "a", "1")
    assert found.always_before("d") == ("a", "1")
    assert found.always_before("1") == ()


def test_an_error_case_is_a_path_like_another() -> None:
    found = flow("a", step("a", "b", "c"), step("b", "c"), step("c"))
    assert found.always_before("c") == ("a", "1")


def test_nothing_has_run_before_a_step_that_cannot_be_reached() -> None:
    assert arrows("a", a="", b="").always_before("b") == ()


def test_a_way_from_an_unreachable_step_takes_nothing_from_what_always_ran_before() -> None:
    assert arrows("a", a="b", b="", island="b").always_before("b") == ("a", "1")


def test_a_step_leads_to_itself_only_in_a_loop() -> None:
    found = arrows("a", a="b", b="c", c="b")
    assert [found.leads_to("a", node) for node in "1abc"] == [False, False, True, True]
    assert [found.leads_to("b", node) for node in "1abc"] == [False, False, True, True]
    assert [found.leads_to("1", node) for node in "1abc"] == [False, True, True, True]
    assert arrows("a", a="a").leads_to("a", "a")


def test_a_path_is_a_shortest_one() -> None:
    found = arrows("a", a="b d", b="c", c="d", d="")
    assert [(edge.source, edge.target) for edge in found.path("1", "d")] == [("1", "a"), ("a", "d")]


def test_of_two_paths_as_short_the_one_that_is_tried_first_is_told() -> None:
    found = arrows("b a", a="c", b="c", c="")
    assert [edge.target for edge in found.path("1", "c")] == ["b", "c"]


def test_there_is_no_path_against_the_direction_of_the_arrows() -> None:
    assert arrows("a", a="b", b="c", c="").path("c", "a") == ()


# Loops


@pytest.mark.parametrize(
    ("found", "loops"),
    [
        (arrows("a", a="b", b="c", c=""), ()),
        (arrows("a", a="a"), (("a",),)),
        (arrows("b", a="b", b="a"), (("b", "a"),)),
        (arrows("x", c="a", b="c", a="b", x="a"), (("a", "b", "c"),)),
        (arrows("a", a="b", b="c a", c="b"), (("a", "b"),)),
        (arrows("a c", c="d", d="c", a="b", b="a"), (("a", "b"), ("c", "d"))),
        (arrows("", b="c", c="b"), (("b", "c"),)),
        (flow("a", step("a", "", "b"), step("b", "a")), (("a", "b"),)),
    ],
    ids=["none", "self", "two", "behind others", "nested", "apart", "unreachable", "by an error case"],
)
def test_a_loop_is_told_from_its_earliest_step(found: FlowGraph, loops: tuple[tuple[str, ...], ...]) -> None:
    assert found.loops == loops


def test_a_loop_inside_a_longer_one_is_told_by_its_shortest_way_back() -> None:
    assert arrows("a", a="b d", b="c", c="a", d="a").loops == (("a", "d"),)


# Any graph


@st.composite
def flows(draw: st.DrawFn, *, acyclic: bool = False) -> FlowGraph:
    names = [f"s{index}" for index in range(draw(st.integers(0, 8)))]
    anything = st.sampled_from([*names, "nobody"])

    def targets(later: list[str]) -> str:
        chosen = st.sampled_from([*later, "nobody"]) if acyclic else anything
        return " ".join(draw(st.lists(chosen, max_size=3)))

    steps = [step(name, targets(names[index + 1 :]), targets(names[index + 1 :])) for index, name in enumerate(names)]
    first = targets(names)
    return flow(first, *draw(st.permutations(steps)))


def graph_of(found: FlowGraph) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(found.declared_edges)
    graph.add_edges_from((edge.source, edge.target) for edges in found.edges.values() for edge in edges)
    return graph


def reached(found: FlowGraph, without: str | None = None) -> set[str]:
    """What a run can reach, worked out the plain way."""
    seen: set[str] = set()
    waiting = [] if without == "1" else ["1"]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(edge.target for edge in found.edges[node] if edge.target != without)
    return seen


@given(flows())
def test_every_step_is_told_once(found: FlowGraph) -> None:
    assert sorted(ids(found)) == sorted(found.steps)


@given(flows(acyclic=True))
def test_without_loops_no_step_is_told_before_one_that_leads_to_it(found: FlowGraph) -> None:
    place = {name: index for index, name in enumerate(["1", *ids(found)])}
    for edges in found.edges.values():
        for edge in edges:
            if edge.source in found.reachable:
                assert place[edge.source] < place[edge.target]


@given(flows())
def test_reachable_is_what_some_path_leads_to(found: FlowGraph) -> None:
    assert found.reachable == reached(found)


@given(flows())
def test_a_step_always_runs_before_another_if_that_cannot_be_reached_without_it(found: FlowGraph) -> None:
    for node in found.reachable:
        before = {other for other in found.reachable - {node} if node not in reached(found, without=other)}
        assert set(found.always_before(node)) == before
        assert len(found.always_before(node)) == len(before)


@given(flows())
def test_the_nearest_that_always_ran_before_has_all_farther_ones_before_it(found: FlowGraph) -> None:
    for node in found.reachable:
        before = found.always_before(node)
        for here, above in itertools.pairwise(before):
            assert above in found.always_before(here)


@given(flows())
def test_loops_are_loops_and_there_is_one_wherever_steps_form_one(found: FlowGraph) -> None:
    for loop in found.loops:
        for here, there in itertools.pairwise((*loop, loop[0])):
            assert any(edge.target == there for edge in found.edges[here])
        assert len(set(loop)) == len(loop)
    assert bool(found.loops) == (not nx.is_directed_acyclic_graph(graph_of(found)))
    earliest = [ids(found).index(loop[0]) for loop in found.loops]
    assert earliest == sorted(earliest)


@given(flows(), st.data())
def test_a_path_leads_where_it_says(found: FlowGraph, data: st.DataObject) -> None:
    nodes = st.sampled_from(sorted(found.declared_edges))
    source, target = data.draw(nodes), data.draw(nodes)
    path = found.path(source, target)
    for here, there in itertools.pairwise(path):
        assert here.target == there.source
    if path:
        assert (path[0].source, path[-1].target) == (source, target)
    elif source != target:
        assert not nx.has_path(graph_of(found), source, target)


@given(flows())
def test_a_node_leads_to_what_paths_lead_to(found: FlowGraph) -> None:
    for node in found.declared_edges:
        assert {other for other in found.declared_edges if found.leads_to(node, other)} == set().union(
            *({edge.target, *nx.descendants(graph_of(found), edge.target)} for edge in found.edges[node])
        )


# Error actions


def acting(*types: str, targets: str = "", failing: str = "") -> dict[str, Any]:
    """A step ``a`` whose error cases have these error actions, in front of those that lead to a step."""
    found = step("a", targets, failing)
    actions = [{"condition": ALWAYS, "errorAction": {"type": type_}} for type_ in types]
    return {**found, "errorCases": [*actions, *found["errorCases"]]}


def test_after_a_continue_the_transitions_of_the_step_are_taken_without_its_output() -> None:
    found = flow("a", acting("continue", targets="b"), step("b"))
    assert [(edge.target, edge.after_failure) for edge in found.edges["a"]] == [("b", False), ("b", True)]
    assert [edge.continues for edge in found.incoming["b"]] == [False, True]
    assert ids(found) == ["a", "b"]


@pytest.mark.parametrize("type_", ["retry-action", "retry-workflow", "stop-processing", "unheard-of"])
def test_no_other_error_action_leads_to_a_step_or_forms_a_loop(type_: str) -> None:
    found = flow("a", acting(type_, targets="b", failing="c"), step("b"), step("c"))
    assert [edge.target for edge in found.edges["a"]] == ["b", "c"]
    assert (found.loops, found.dangling) == ((), ())
    assert [edge.error_action for edge in found.declared_edges["a"]] == ["", type_, ""]


def test_many_continues_lead_on_once() -> None:
    found = flow("a", acting("continue", "continue", targets="b c"), step("b"), step("c"))
    assert len(found.edges["a"]) == 4


@pytest.mark.parametrize("value", [lambda at: f"v{at}", lambda at: at])
def test_what_the_ways_before_one_rule_out_is_looked_at_in_proportion_to_their_number(value: Any) -> None:
    def work(count: int) -> int:
        conditions = [{"op": "eq", "values": ["/#steps.1.status", value(at)]} for at in range(count)]
        targets = [{"target": "b", "condition": condition} for condition in conditions]
        flow = flow_of({"trigger": {"id": "1", "transitions": targets}, "steps": [step("b")]})
        assert len(flow.conditions) == count
        return counted(lambda: flow.impossible)

    assert work(160) < 5 * work(40)
