"""Rings of schedules that a counter ends: the bound that is reported is the number of runs of a rehearsal."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.analysis.counters import NO_BOUND, Bound
from kustui.check.checker import check
from kustui.check.rule import ALWAYS, app, called, schedule, step, to, when, workflow
from kustui.definition.collection import Collection
from tests.support.definitions import document_of
from tests.support.runs import UNJUDGED, started, to_the_end

A, B = "64b0f2a7c3d9e8151a2b3c4d", "64b0f2a7c3d9e8151a2b3c5e"
PLUS = '{{math steps.1.n "+" 1}}'


def bound_of(definition: object) -> Bound:
    """The bound of the only ring, which is not endless."""
    (ring,) = check(Collection((document_of(definition),)))[0].rings
    assert not ring.endless
    return ring.bound


def runs(definition: object) -> int:
    """How often a workflow runs at most in a rehearsal of one event."""
    state = to_the_end(started(definition, settings=UNJUDGED), 2_000)
    assert state.question is None
    keys = {entry.run: entry.key for entry in state.trace if entry.run}
    return Counter(keys.values()).most_common(1)[0][1]


def start(**inputs: object) -> dict[str, Any]:
    return workflow("Start", schedule("s", A, inputs=inputs))


def counting(condition: dict[str, Any], *steps: dict[str, Any], value: object = PLUS, **more: object) -> dict[str, Any]:
    """A workflow that schedules itself with another ``n`` while a condition holds."""
    first = step("f", to(steps[0]["id"] if steps else "again", condition))
    return called("Poll", A, first, *steps, schedule("again", A, inputs={"n": value, **more}), inputs={"n": "number"})


def matched(template: str, pattern: str = ".*") -> dict[str, Any]:
    params = {"testString": template, "regex": pattern}
    return step("m", to("again"), action="kustomer.regex-match.generic", params=params)


LESS = when("lt", "/#steps.1.n", 6)


@pytest.mark.parametrize(
    ("definition", "rounds"),
    [
        ((start(n=1), counting(LESS)), 6),
        ((start(n=0), counting(LESS)), 7),
        ((start(n="1"), counting(LESS)), 6),
        ((start(n=9), counting(LESS)), 1),
        ((start(), counting(LESS)), 1),
        ((start(n=1), counting(when("lte", "/#steps.1.n", 6))), 7),
        ((start(n=1), counting(when("lt", "/#fn:parseInt,steps.1.n", "6"))), 6),
        ((start(n=1), counting(when("neq", "/#steps.1.n", 4))), 4),
        ((start(n=1), counting(when("and", ALWAYS, LESS))), 6),
        ((start(n=1), counting(when("or", LESS, when("eq", "/#steps.1.n", 6)))), 7),
        ((start(n=3), counting(when("gt", "/#steps.1.n", 0), value='{{math steps.1.n "-" 1}}')), 4),
        ((start(n=1), counting(when("lt", "/#steps.1.n", 100), value='{{math steps.1.n "*" 3}}')), 6),
        ((start(n=1), counting(LESS, matched(PLUS), value="/#steps.m.match")), 6),
        ((start(n=1), counting(LESS, matched(PLUS, r"\d+"), value="/#fn:parseInt,steps.m.match")), 6),
        ((start(n=1, top=4), counting(when("lt", "/#steps.1.n", "/#steps.1.top"), top="/#steps.1.top")), 4),
        ((start(n=10, top=8), counting(LESS, n="/#steps.1.top", top=PLUS)), 1),
        ((start(n=1), counting(LESS, value=6)), 2),
    ],
)
def test_a_counter_bounds_the_rounds(definition: tuple[dict[str, Any], ...], rounds: int) -> None:
    assert bound_of(app(*definition)) == Bound(rounds)
    assert runs(app(*definition)) == rounds


def test_a_counter_may_be_passed_on_under_other_names() -> None:
    one = called("One", A, schedule("go", B, inputs={"k": "/#steps.1.n"}), inputs={"n": "number"})
    again = schedule("again", A, inputs={"n": '{{math steps.1.k "+" 1}}'})
    two = called("Two", B, step("f", to("again", when("lt", "/#steps.1.k", 3))), again, inputs={"k": "number"})
    definition = app(start(n=0), one, two)
    assert bound_of(definition) == Bound(4)
    assert runs(definition) == 4


def test_the_branch_that_ends_may_be_the_one_with_the_counter() -> None:
    exits = step("f", to("end", when("gte", "/#steps.1.n", 5)), to("again"))
    again = schedule("again", A, inputs={"n": PLUS})
    definition = app(start(n=1), called("Poll", A, exits, again, step("end"), inputs={"n": "number"}))
    assert bound_of(definition) == Bound(5)
    assert runs(definition) == 5


def test_the_largest_bound_of_several_starts_counts() -> None:
    later = workflow("Later", schedule("s", A, inputs={"n": 3}))
    assert bound_of(app(start(n=2), later, counting(LESS))) == Bound(5)
    assert bound_of(app(later, {**start(n=0), "enabled": False}, counting(LESS))) == Bound(4)


def test_a_first_value_may_come_through_another_workflow() -> None:
    between = called("Between", B, schedule("s", A, inputs={"n": "/#steps.1.from"}), inputs={"from": "number"})
    first = workflow("Start", schedule("s", B, inputs={"from": 4}))
    assert bound_of(app(first, between, counting(LESS))) == Bound(3)


@pytest.mark.parametrize("value", ["/#steps.1.count", "{{steps.1.count}}", "/#fn:parseInt,steps.1.count", "{{{date}}}"])
def test_a_counter_whose_first_value_only_a_run_knows_has_no_bound(value: str) -> None:
    assert bound_of(app(start(n=value), counting(LESS))) == Bound(counter=True)


def test_a_counter_that_nothing_starts_has_no_bound() -> None:
    assert bound_of(app(counting(LESS))) == Bound(counter=True)


@pytest.mark.parametrize(
    "definition",
    [
        (start(n=1), counting(LESS, value="/#steps.f.n")),
        (start(n=1), counting(LESS, value="{{{randomId size=1}}}")),
        (start(n=1), counting(when("lt", "/#steps.f.n", 6))),
        (start(n=1), counting(when("or", LESS, when("eq", "/#steps.f.status", "open")))),
        (start(n=1), counting(when("or", when("lt", "/#steps.1.n", 0), when("eq", "/#steps.f.status", "open")))),
        (start(n=1), counting(when("lt", "/#steps.1.n", 1_000_000_000))),
        (start(inputs="/#steps.1"), counting(when("eq", "/#steps.f.status", "open"))),
    ],
)
def test_what_does_not_count_towards_an_end_has_no_bound(definition: tuple[dict[str, Any], ...]) -> None:
    assert bound_of(app(*definition)) == NO_BOUND


@pytest.mark.parametrize(
    "definition",
    [
        (start(n=1), counting(when("gt", "/#steps.1.n", 0))),
        (start(n=1), counting(LESS, value="/#steps.1.n")),
        (start(n=1), counting(LESS, value="{{steps.1.n}}")),
        (start(n=1), counting(LESS, value=2)),
        (counting(LESS, value=2),),
        (start(n=1), counting(when("exists", "/#steps.1.n"), value="/#steps.1.n")),
        (start(n=1), counting(when("neq", "/#steps.1.n", 0.5))),
        (start(n=0), counting(when("neq", "/#steps.1.n", 5), value='{{math steps.1.n "+" 2}}')),
        (start(n=0), counting(when("lt", "/#steps.1.n", 6), value='{{math steps.1.n "-" 1}}')),
        (start(n=0), counting(when("lt", "/#fn:parseInt,steps.1.n", 6), value='{{math steps.1.n "-" 1}}')),
        (start(n=1), counting(when("neq", "/#steps.1.n", 0), value='{{math steps.1.n "*" -1}}')),
        (start(n=0), counting(when("gt", "/#steps.1.n", -1), value='{{math steps.1.n "%" 3}}')),
        (start(n=3, top=2), counting(when("gt", "/#steps.1.n", "/#steps.1.top"), top="/#steps.1.top")),
        (start(n=1), counting(when("or", LESS, when("eq", "/#steps.f.status", "open")), value="/#steps.1.n")),
        (start(n="open"), counting(when("contains", ["open", "new"], "/#steps.1.n"), value="/#steps.1.n")),
    ],
)
def test_a_ring_that_its_inputs_never_end_is_endless(definition: tuple[dict[str, Any], ...]) -> None:
    (ring,) = check(Collection((document_of(app(*definition)),)))[0].rings
    assert ring.endless
    assert ring.by_inputs
    if len(definition) > 1:
        state = to_the_end(started(app(*definition), settings=UNJUDGED), 300)
        assert state.question is not None or state.run is not None or state.queue, "the rehearsal goes on"


@pytest.mark.parametrize(
    "definition",
    [
        (start(n="/#steps.1.n"), counting(when("gt", "/#steps.1.n", 0))),
        (start(n=1), counting(when("and", when("gt", "/#steps.1.n", 0), when("exists", "/#steps.f.a")))),
        (start(n=1), counting(when("lt", "/#steps.1.n", "/#steps.1.top"), top='{{math steps.1.top "+" 1}}')),
        (start(n=1), counting(when("not-contains", "/#steps.1.n", "9"))),
    ],
)
def test_what_may_end_a_ring_is_not_endless(definition: tuple[dict[str, Any], ...]) -> None:
    assert not bound_of(app(*definition)).endless


def test_a_ring_of_two_that_passes_a_value_on_under_another_name_is_endless() -> None:
    one = called("One", A, schedule("go", B, inputs={"k": "/#steps.1.n"}), inputs={"n": "number"})
    again = schedule("again", A, inputs={"n": "/#steps.1.k"})
    two = called("Two", B, step("f", to("again", when("lt", "/#steps.1.k", 3))), again, inputs={"k": "number"})
    (ring,) = check(Collection((document_of(app(start(n=0), one, two)),)))[0].rings
    assert ring.endless
    assert len(ring.workflows) == 2


@pytest.mark.slow
def test_every_counter_that_runs_away_is_followed() -> None:
    """However many there are: they do not use up what is followed."""
    ids = [f"{number:024d}" for number in range(200)]
    parts = []
    for id_ in ids:
        parts.append(workflow(f"Start {id_}", schedule("s", id_, inputs={"n": 5})))
        first = step("f", to("again", when("gt", "/#steps.1.n", 0)))
        again = schedule("again", id_, inputs={"n": PLUS})
        parts.append(called(id_, id_, first, again, inputs={"n": "number"}))
    rings = check(Collection((document_of(app(*parts)),)))[0].rings
    assert [ring.endless for ring in rings].count(True) >= 90


def test_a_failure_goes_round_the_counter() -> None:
    first = step("f", to("again", LESS), errorCases=[to("again")])
    again = schedule("again", A, inputs={"n": PLUS})
    assert bound_of(app(start(n=1), called("Poll", A, first, again, inputs={"n": "number"}))) == NO_BOUND


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-3, 12),
    st.integers(-3, 3),
    st.sampled_from(["lt", "lte", "gt", "gte", "eq", "neq"]),
    st.integers(-3, 15),
    st.booleans(),
)
def test_the_bound_is_the_number_of_runs(first: int, change: int, op: str, limit: int, through_step: bool) -> None:
    template = f'{{{{math steps.1.n "+" {change}}}}}'
    steps, value = ([matched(template)], "/#steps.m.match") if through_step else ([], template)
    definition = app(start(n=first), counting(when(op, "/#steps.1.n", limit), *steps, value=value))
    (ring,) = check(Collection((document_of(definition),)))[0].rings
    if ring.bound.rounds:
        assert runs(definition) == ring.bound.rounds
    else:
        assert ring.endless or through_step
        state = to_the_end(started(definition, settings=UNJUDGED), 100)  # more than any ring here has that ends
        assert state.run is not None or state.queue, "the rehearsal goes on"
