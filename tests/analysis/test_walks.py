"""Walks of any graph, held against those of networkx."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.analysis.walks import (
    breadth_first,
    cycles,
    reachability,
    reverse_postorder,
    shortest_path,
    strongly_connected_components,
    topological_order,
)

Graph = Mapping[str, str]
"""The successors of each node, a letter each."""

GRAPHS = st.dictionaries(st.sampled_from("abcdefgh"), st.text("abcdefgh", max_size=4)).map(
    lambda graph: {node: graph.get(node, "") for node in "abcdefgh"}
)
NODES = st.sampled_from("abcdefgh")


def same(graph: Graph) -> nx.DiGraph[Any]:
    found: nx.DiGraph[Any] = nx.DiGraph()
    found.add_nodes_from(graph)
    found.add_edges_from((node, target) for node, targets in graph.items() for target in targets)
    return found


def test_the_nearest_comes_first() -> None:
    graph = {"a": "bc", "b": "d", "c": "d", "d": "a"}
    assert list(breadth_first("a", graph.__getitem__)) == ["a", "b", "c", "d"]
    assert list(breadth_first("cb", graph.__getitem__)) == ["c", "b", "d", "a"]


def test_a_node_comes_after_all_that_lead_to_it_and_the_first_successor_first() -> None:
    graph = {"a": "bc", "b": "d", "c": "d", "d": ""}
    assert reverse_postorder("a", graph.__getitem__) == ("a", "b", "c", "d")
    assert reverse_postorder("cb", graph.__getitem__) == ("c", "b", "d")


@given(GRAPHS)
def test_each_node_of_some_comes_after_what_leads_to_it(graph: Graph) -> None:
    order = topological_order("cdefgh", graph.__getitem__)
    assert sorted(order) == list("cdefgh")
    known = same(graph).subgraph(order)
    onwards = [(source, target) for source, target in known.edges if not nx.has_path(known, target, source)]
    assert all(order.index(source) < order.index(target) for source, target in onwards)


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": "b", "b": "c", "c": ""}, ()),
        ({"a": "a"}, ("a",)),
        ({"b": "a", "a": "b"}, ("ba",)),
        ({"x": "a", "a": "b", "b": "c", "c": "a"}, ("abc",)),
        ({"a": "bd", "b": "c", "c": "a", "d": "a"}, ("ad",)),
        ({"c": "d", "d": "c", "a": "b", "b": "a"}, ("cd", "ab")),
    ],
)
def test_a_cycle_begins_with_the_node_that_stands_first(graph: Graph, found: tuple[str, ...]) -> None:
    assert tuple("".join(cycle) for cycle in cycles(graph, graph.__getitem__)) == found


def test_no_walk_recurses() -> None:
    ring = 100_000
    assert len(cycles(range(ring), lambda node: ((node + 1) % ring,))[0]) == ring
    assert len(reverse_postorder((0,), lambda node: ((node + 1) % ring,))) == ring


@given(GRAPHS, st.permutations("abcdefgh"), NODES)
def test_a_node_leads_to_what_networkx_says_and_to_itself_on_a_cycle(graph: Graph, order: list[str], node: str) -> None:
    leads_to, targets = reachability(order, graph.__getitem__), set(graph[node])
    found = {other for other in graph if leads_to(node, other)}
    assert found == targets.union(*(nx.descendants(same(graph), target) for target in targets))


def test_what_leads_where_takes_few_turns_however_many_edges_lead_back() -> None:
    visited: list[int] = []

    def successors(node: int) -> list[int]:
        visited.append(node)
        return [other for other in (node - 1, node + 1) if 0 <= other < 2_000]

    assert reachability(range(2_000), successors)(1_999, 0)
    assert len(visited) <= 4 * 2_000


@given(GRAPHS, NODES, NODES)
def test_a_path_is_one_and_as_short_as_that_of_networkx(graph: Graph, source: str, target: str) -> None:
    found = shortest_path(source, target, graph.__getitem__)
    assert bool(found) == nx.has_path(same(graph), source, target)
    if found:
        assert (found[0], found[-1]) == (source, target)
        assert all(there in graph[here] for here, there in itertools.pairwise(found))
        assert len(found) == len(nx.shortest_path(same(graph), source, target))


@given(GRAPHS)
def test_components_are_those_of_networkx(graph: Graph) -> None:
    found = [frozenset(component) for component in strongly_connected_components(graph, graph.__getitem__)]
    assert len(found) == len(set(found))
    assert set(found) == set(map(frozenset, nx.strongly_connected_components(same(graph))))


@given(GRAPHS)
def test_there_is_a_cycle_for_each_component_that_has_one(graph: Graph) -> None:
    found = cycles(graph, graph.__getitem__)
    for cycle in found:
        assert all(there in graph[here] for here, there in itertools.pairwise((*cycle, cycle[0])))
        assert len(set(cycle)) == len(cycle)
        component = nx.descendants(same(graph), cycle[0]) & nx.ancestors(same(graph), cycle[0]) | {cycle[0]}
        assert cycle[0] == min(component)
    leads_to = reachability([*graph], graph.__getitem__)
    on_a_cycle = {node for node in graph if leads_to(node, node)}
    assert on_a_cycle == set().union(
        *(nx.descendants(same(graph), cycle[0]) & nx.ancestors(same(graph), cycle[0]) | set(cycle) for cycle in found)
    )
    assert [cycle[0] for cycle in found] == sorted(cycle[0] for cycle in found)


@given(GRAPHS, st.lists(NODES, unique=True))
def test_every_edge_leads_on_in_the_order_but_for_those_that_close_a_cycle(graph: Graph, roots: list[str]) -> None:
    order = reverse_postorder(roots, graph.__getitem__)
    leads_to = reachability([*graph], graph.__getitem__)
    assert sorted(order) == sorted(set(breadth_first(roots, graph.__getitem__)))
    for node in order:
        for target in graph[node]:
            assert order.index(node) < order.index(target) or leads_to(target, node)
