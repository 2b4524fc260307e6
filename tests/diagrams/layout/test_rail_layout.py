"""Lanes beside rows: whoever follows a line comes to where the arrow leads, and nowhere else."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any

from hypothesis import given

from kustui.diagrams.layout.layers import Arrow
from kustui.diagrams.layout.rail_layout import LinkKind, RailLayout, lay_out_rail
from tests.support.layouts import Graph, graphs

if TYPE_CHECKING:
    from types import FrameType


def followed(drawn: RailLayout, row: int) -> set[str]:
    """Where the lines out of a row's node lead: along each link that leads out, then straight down."""
    rail_row = drawn.rows[row]
    columns = {link.column for link in rail_row.links if link.kind in (LinkKind.OPENS_LANE, LinkKind.JOINS_LANE)}
    found = set()
    for column in (rail_row.column, *columns):
        for lane in drawn.columns[column]:
            if lane.first <= row < lane.last and (lane.first == row or column in columns):
                found.add(drawn.rows[lane.last].node)
    return found


@given(graphs())
def test_the_lines_out_of_a_node_lead_to_its_targets_and_nowhere_else(graph: Graph) -> None:
    nodes, arrows = graph
    drawn = lay_out_rail(nodes, arrows)
    assert [rail_row.node for rail_row in drawn.rows] == list(nodes)
    place = {node: row for row, node in enumerate(nodes)}
    for row, rail_row in enumerate(drawn.rows):
        targets = [arrow.target for arrow in arrows if arrow.source == rail_row.node]
        assert followed(drawn, row) == {target for target in targets if place.get(target, -1) > row}
        kinds = {link.kind for link in rail_row.links}
        assert (LinkKind.DANGLING in kinds) == ("gone" in targets)
        assert (LinkKind.BACK_EDGE in kinds) == any(place.get(target, row + 1) <= row for target in targets)


@given(graphs())
def test_nothing_stands_on_anything_else(graph: Graph) -> None:
    drawn = lay_out_rail(*graph)
    for lanes in drawn.columns:
        assert all(above.last <= below.first for above, below in itertools.pairwise(lanes))
    for row, rail_row in enumerate(drawn.rows):
        taken = [rail_row.column, *(link.column for link in rail_row.links)]
        assert len(set(taken)) == len(taken)
        assert drawn.lane_through(row, rail_row.column) is None
        for link in rail_row.links:
            assert (drawn.lane_through(row, link.column) is not None) == (link.kind is LinkKind.JOINS_LANE)


@given(graphs())
def test_a_lane_that_ends_beside_its_node_cannot_be_taken_for_one_that_leads_on(graph: Graph) -> None:
    for rail_row in lay_out_rail(*graph).rows:
        ends = [link.column for link in rail_row.links if link.kind is LinkKind.CLOSES_LANE]
        others = [link.column for link in rail_row.links if link.kind is not LinkKind.CLOSES_LANE]
        assert len(ends) <= 1
        assert all((end > rail_row.column) != (other > rail_row.column) for end in ends for other in others)


@given(graphs())
def test_a_lane_is_of_failures_down_to_where_another_arrow_joins_it(graph: Graph) -> None:
    nodes, arrows = graph
    drawn = lay_out_rail(nodes, arrows)
    place = {node: row for row, node in enumerate(nodes)}
    for lane in itertools.chain.from_iterable(drawn.columns):
        target = drawn.rows[lane.last].node
        sound = [place[arrow.source] for arrow in arrows if arrow.target == target and not arrow.after_failure]
        assert lane.solid_from == min((row for row in sound if row < lane.last), default=lane.last)


def test_a_branch_that_joins_again_takes_one_lane_more() -> None:
    drawn = lay_out_rail("abc", [Arrow("a", "b"), Arrow("a", "c"), Arrow("b", "c")])
    assert [rail_row.column for rail_row in drawn.rows] == [0, 0, 0]
    assert len(drawn.columns) == 2


def test_what_happens_when_nothing_fails_goes_straight_on() -> None:
    drawn = lay_out_rail("abc", [Arrow("a", "b", after_failure=True), Arrow("a", "c")])
    assert [rail_row.column for rail_row in drawn.rows] == [0, 1, 0]


def test_one_handler_of_every_error_takes_one_lane() -> None:
    names = [f"n{index}" for index in range(50)]
    onward = [Arrow(one, other) for one, other in itertools.pairwise(names)]
    drawn = lay_out_rail([*names, "end"], [*onward, *(Arrow(name, "end", after_failure=True) for name in names)])
    assert len(drawn.columns) == 2


def test_the_work_for_nodes_that_close_their_lanes_grows_with_their_number() -> None:
    """And not with the square of it, as where each goes through all the columns that are free on its left."""

    def work(number: int) -> int:
        lines = 0

        def trace(_frame: FrameType, event: str, _argument: object) -> Any:
            nonlocal lines
            lines += event == "line"
            return trace

        names = [f"n{index}" for index in range(number)]
        arrows = [Arrow("hub", name) for name in names]
        sys.settrace(trace)
        try:
            drawn = lay_out_rail(["hub", *names], arrows)
        finally:
            sys.settrace(None)
        assert len(drawn.rows) == number + 1
        return lines

    assert work(200) < 6 * work(50)
