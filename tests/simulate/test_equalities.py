"""What a value has to be or must not be, many times over: seen without a search, and the same as one would find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.analysis.condition_evaluation import evaluate_condition
from kustui.check.rule import step, to, when, workflow
from kustui.simulate.paths.equalities import Equalities
from kustui.simulate.scenarios.explore import ExploredPath, explore_paths
from tests.support.runs import organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUS = "/#steps.1.status"
LITERALS = ("open", "done", "5", 5, 5.0, True, "true", "")


def explored(*steps: Any) -> Sequence[ExploredPath]:
    there = organisation(workflow("W", *steps))
    return explore_paths(there.analysis(there.collection.entries[0].key)).paths


def row(*conditions: Any) -> list[Any]:
    """Steps each of which leads to the next if a condition holds, and else to the last one."""
    ways = [(to(f"s{at + 1}", condition), to("end")) for at, condition in enumerate(conditions)]
    return [step(f"s{at}", *way) for at, way in enumerate(ways)] + [step(f"s{len(ways)}"), step("end")]


def mesh(count: int) -> list[Any]:
    """Steps each of which leads to every later one, for another value of the same field."""
    ways = ([to(f"s{at}", when("eq", STATUS, f"v{at}")) for at in range(own + 1, count)] for own in range(count))
    return [step(f"s{own}", *way) for own, way in enumerate(ways)]


def test_a_way_is_not_held_against_all_that_were_refused_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = 0

    def counting(*arguments: Any) -> Any:
        nonlocal evaluated
        evaluated += 1
        return evaluate_condition(*arguments)

    monkeypatch.setattr("kustui.simulate.paths.constraint_evaluation.evaluate_condition", counting)
    for_each_way = []
    for count in (6, 18):
        evaluated = 0
        explored(*mesh(count))
        for_each_way.append(evaluated / (count * (count - 1) / 2))
    assert for_each_way[1] < 1.1 * for_each_way[0]


def test_of_many_the_one_is_told_that_a_further_one_contradicts() -> None:
    refused = [when("neq", STATUS, f"v{at}") for at in range(30)]
    paths = explored(*row(*refused, when("eq", STATUS, "open"), when("eq", STATUS, "done")))
    assert {path.contradiction for path in paths if path.is_contradiction and len(path.nodes) > 32} == {
        'status is "open" and status is "done"'
    }


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(
            st.builds(
                when, st.sampled_from(("eq", "neq", "gt", "contains")), st.just(STATUS), st.sampled_from(LITERALS)
            ),
            st.builds(lambda literal: when("eq", literal, STATUS), st.sampled_from(LITERALS)),
            st.just(when("exists", STATUS)),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_what_is_seen_without_a_search_is_what_one_finds(conditions: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Equalities, "opposed_to", lambda *_: ())
        patch.setattr(Equalities, "text_for", lambda *_: None)
        searched = explored(*row(*conditions))
    assert [_told(path) for path in explored(*row(*conditions))] == [_told(path) for path in searched]


def _told(path: ExploredPath) -> tuple[object, ...]:
    values = [solution.values for solution in path.workflow_path.solutions]
    return path.nodes, path.is_contradiction, path.unsolved, path.contradiction, values
