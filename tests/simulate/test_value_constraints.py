"""What a value has to be or must not be, or what limits it, many times over: seen without a search, and the same as one
would find."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.check.rule import step, to, when, workflow
from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.paths.symbolic import ValueOrigin
from kustui.simulate.paths.value_constraints import ValueConstraints
from kustui.simulate.scenarios.explore import ExploredPath, explore_paths
from tests.benchmarks.growth import counted
from tests.support.runs import organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUS = "/#steps.1.status"
LITERALS = ("open", "done", "5", 5, 5.0, 4, 6.5, True, "true", "")


def explored(*steps: Any) -> Sequence[ExploredPath]:
    there = organisation(workflow("W", *steps))
    return explore_paths(there.analysis(there.collection.entries[0].key)).paths


def row(*conditions: Any) -> list[Any]:
    """Steps each of which leads to the next if a condition holds, and else to the last one."""
    return row_of(*((condition, True) for condition in conditions))


def row_of(*conditions: tuple[Any, bool]) -> list[Any]:
    """The same, where some lead to the next if their condition does not hold."""
    ways = [
        (to(f"s{at + 1}", condition), to("end")) if holds else (to("end", condition), to(f"s{at + 1}"))
        for at, (condition, holds) in enumerate(conditions)
    ]
    return [step(f"s{at}", *way) for at, way in enumerate(ways)] + [step(f"s{len(ways)}"), step("end")]


def mesh(count: int, operator: str) -> list[Any]:
    """Steps each of which leads to every later one, comparing the same field with something else."""
    literals = [f"2026-01-{at + 1:02}" if operator == "gt-date" else at for at in range(count)]
    ways = (
        [to(f"s{at}", when(operator, STATUS, literals[at])) for at in range(own + 1, count)] for own in range(count)
    )
    return [step(f"s{own}", *way) for own, way in enumerate(ways)]


@pytest.mark.parametrize("operator", ["eq", "gt", "gt-date"])
def test_a_way_is_not_held_against_all_that_were_refused_before_it(operator: str) -> None:
    explored(*mesh(3, operator))  # once, as modules are imported on the way
    for_each_way = [
        counted(partial(explored, *mesh(count, operator))) / (count * (count - 1) / 2) for count in (10, 20)
    ]
    assert for_each_way[1] < 1.1 * for_each_way[0]


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (when("eq", STATUS, "open"), when("eq", STATUS, "done"), 'status is "open" and status is "done"'),
        (when("lt", STATUS, 3), when("gte", STATUS, 3), "status < 3 and status >= 3"),
    ],
)
def test_of_many_the_one_is_told_that_a_further_one_contradicts(one: Any, other: Any, told: str) -> None:
    refused = [when("neq", STATUS, f"v{at}") for at in range(30)]
    paths = explored(*row(*refused, one, other))
    assert {path.contradiction for path in paths if path.is_contradiction and len(path.nodes) > 32} == {told}


def test_a_list_is_made_of_all_that_it_has_to_contain_before_texts_that_hold_it_are_tried() -> None:
    paths = explored(*row(when("contains", STATUS, "a"), when("contains", STATUS, "other")))
    farthest = next(path for path in paths if "s2" in path.nodes)
    assert _told(farthest)[-1] == [{ValueOrigin(0, TRIGGER_ID, ("status",)): ["a", "other"]}]


@pytest.mark.parametrize("operator", ["gt", "gte", "lt", "lte"])
@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("limit", [2**53, 1e20, -1e20])
def test_there_are_numbers_beside_one_too_large_to_be_changed_by_1(operator: str, holds: bool, limit: float) -> None:
    paths = explored(*row_of((when("exists", STATUS), True), (when(operator, STATUS, limit), holds)))
    farthest = next(path for path in paths if "s2" in path.nodes)
    assert not farthest.is_contradiction
    assert farthest.unsolved == ()


def test_a_value_that_is_compared_with_numbers_and_with_dates_is_a_date_in_milliseconds() -> None:
    paths = explored(*row(when("gt", STATUS, 0), when("gt-date", STATUS, "2026-01-01")))
    farthest = next(path for path in paths if "s2" in path.nodes)
    assert farthest.unsolved == ()
    assert _told(farthest)[-1] == [{ValueOrigin(0, TRIGGER_ID, ("status",)): 1_767_225_600_001}]


DATES = ("2026-01-01", "2026-01-01T10:00:00.000Z", "2026-02")


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.builds(
                    when,
                    st.sampled_from(("eq", "neq", "gt", "gte", "lt", "lte", "contains")),
                    st.just(STATUS),
                    st.sampled_from(LITERALS),
                ),
                st.builds(when, st.sampled_from(("gt-date", "lt-date", "eq")), st.just(STATUS), st.sampled_from(DATES)),
                st.builds(
                    lambda operator, literal: when(operator, literal, STATUS),
                    st.sampled_from(("eq", "gt")),
                    st.sampled_from(LITERALS),
                ),
                st.just(when("exists", STATUS)),
            ),
            st.booleans(),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_what_is_seen_without_a_search_is_what_one_finds(conditions: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ValueConstraints, "opposed_to", lambda *_: None)
        patch.setattr(ValueConstraints, "text_for", lambda *_: None)
        searched = explored(*row_of(*conditions))
    assert [_told(path) for path in explored(*row_of(*conditions))] == [_told(path) for path in searched]


def _told(path: ExploredPath) -> tuple[object, ...]:
    values = [solution.values for solution in path.workflow_path.solutions]
    return path.nodes, path.is_contradiction, path.unsolved, path.contradiction, values
