"""Which schedule steps every run reaches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.analysis.guards import Branching, may_pass_by, must_reach, unavoidable
from kustui.check.rule import ALWAYS, schedule, step, to, when, workflow
from tests.benchmarks.growth import counted
from tests.support.flows import flow_of

OPEN = when("eq", "/#steps.1.status", "open")
OR_ALWAYS = when("or", OPEN, ALWAYS)


def certain(*steps: dict[str, Any], entry: tuple[dict[str, Any], ...] | None = None) -> list[str]:
    """The ids of the schedule steps that are certain."""
    found = flow_of(workflow("W", *steps, entry=entry))
    pointers = must_reach(found)
    return sorted(step.id for step in found.steps.values() if step.pointer in pointers)


def plan(id_: str, *edges: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**schedule(id_, "5f8e", *edges), **more}


def test_a_step_on_the_only_way_is_certain() -> None:
    assert certain(step("a", to("b")), plan("b", to("c")), plan("c")) == ["b", "c"]


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ((to("plan", OPEN),), []),
        ((to("plan", OR_ALWAYS),), ["plan"]),
        ((to("other", OPEN), to("plan")), ["plan"]),
        ((to("plan", OPEN), to("other")), ["plan"]),
        ((to("plan", OPEN), to("end")), []),
        ((to("end", OPEN), to("plan")), []),
        ((to("plan"), to("end")), ["plan"]),
        ((to("plan", OPEN), to("other", OPEN)), []),
        ((to("plan"), to("nowhere")), ["plan"]),
        ((to("nowhere", OPEN), to("plan")), []),
    ],
)
def test_a_run_may_end_or_go_round(edges: tuple[dict[str, Any], ...], found: list[str]) -> None:
    steps = (step("fork", *edges), plan("plan"), step("other", to("plan")), step("end"))
    assert certain(*steps) == found
    assert certain(*steps[1:], step("last"), entry=edges) == found


def test_failures_do_not_count() -> None:
    assert certain(step("a", to("b"), errorCases=[to("c")]), plan("b"), step("c")) == ["b"]
    assert certain(step("a", errorCases=[to("b")]), plan("b")) == []


def test_what_cannot_be_reached_is_not_certain() -> None:
    assert certain(step("a"), plan("b")) == []
    assert certain(plan("a"), entry=()) == []


def test_a_loop_ends_where_it_may() -> None:
    assert certain(step("a", to("a", OPEN), to("b")), plan("b", to("a", OPEN))) == ["b"]


@pytest.mark.slow
def test_a_long_chain_is_read() -> None:
    ids = [f"s{number}" for number in range(3_000)]
    steps = [plan(id_, to(next_)) for id_, next_ in zip(ids, [*ids[1:], "end"], strict=True)]
    assert certain(*steps, step("end")) == sorted(ids)


@given(
    ways=st.lists(
        st.builds(Branching, st.lists(st.integers(0, 5), max_size=3).map(tuple), st.booleans()), min_size=6, max_size=6
    )
)
def test_what_cannot_be_avoided_is_what_no_run_passes_by(ways: list[Branching[int]]) -> None:
    reached = {0: ways[0]}
    pending = [0]
    while pending:
        for target in reached[pending.pop()].targets:
            if target not in reached:
                reached[target] = ways[target]
                pending.append(target)
    assert unavoidable(reached, 0) == {place for place in reached if not may_pass_by(reached, 0, {place})}


def test_it_takes_no_longer_for_each_step_where_there_are_more() -> None:
    def work(count: int) -> int:
        flow = flow_of(workflow("W", *(plan(f"s{at}", to(f"s{at + 1}")) for at in range(count)), step(f"s{count}")))
        must_reach(flow)  # what the flow takes is not counted
        return counted(lambda: must_reach(flow))

    assert work(80) < 6 * work(20)
