"""Drafts of payloads: how much is tried for them."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.analysis.condition_evaluation import evaluate_condition
from kustui.check.rule import step, to, when, workflow
from kustui.simulate.paths.drafts import draft_payload
from tests.benchmarks.growth import counted
from tests.support.runs import organisation


def _number_of_trials(definition: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many comparisons are evaluated to draft the payload of a workflow."""
    calls = 0

    def counting(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        return evaluate_condition(*given)

    there = organisation(definition)
    with monkeypatch.context() as patch:
        patch.setattr("kustui.simulate.paths.constraint_evaluation.evaluate_condition", counting)
        draft_payload(*(there.analysis(entry.key) for entry in there.collection.entries))
    return calls


def test_a_reference_deeper_than_any_value_is_not_drafted() -> None:
    deep = "/#steps.1." + ".".join(f"a{number}" for number in range(3_000))
    entry = (to("aB3", when("and", when("eq", deep, "x"), when("eq", "/#steps.1.status", "open"))),)
    there = organisation(workflow("W", step("aB3"), entry=entry))
    payload = draft_payload(*(there.analysis(one.key) for one in there.collection.entries))
    assert payload == {"id": "draft-id", "status": "open"}


def _fan(op: str, count: int) -> Any:
    steps = [step(f"s{number}") for number in range(count)]
    return workflow(
        "W", *steps, entry=tuple(to(f"s{number}", when(op, "/#steps.1.k", number)) for number in range(count))
    )


def _fan_after_a_step(op: str, count: int) -> Any:
    ways = [to(f"s{number}", when(op, "/#steps.1.k", number)) for number in range(count)]
    return workflow("W", step("aB3", *ways), *(step(f"s{number}") for number in range(count)), entry=(to("aB3"),))


def _fan_on_two_fields(op: str, count: int) -> Any:
    """Each way is refused by either of its fields, and the last, which is for what is left, leads farthest."""
    ways = [
        to("s0", when("and", when(op, "/#steps.1.k", number), when("eq", "/#steps.1.kind", number % 7)))
        for number in range(count)
    ]
    return workflow("W", step("s0"), step("far", to("s0")), entry=(*ways, to("far")))


@pytest.mark.parametrize("definition", [_fan, _fan_after_a_step, _fan_on_two_fields])
@pytest.mark.parametrize("op", ["eq", "gt", "contains"])
def test_drafting_takes_no_longer_than_there_are_transitions(
    op: str, definition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (_number_of_trials(definition(op, count), monkeypatch) for count in (50, 200))
    assert many <= 5 * max(few, 10)


def test_each_way_before_the_farthest_is_refused_by_the_first_thing_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _number_of_trials(_fan_on_two_fields("eq", 100), monkeypatch) <= 200


def test_the_farthest_way_is_drafted_for_also_where_the_first_are_shorter() -> None:
    ends = [step(f"s{number}") for number in range(80)]
    ways = [to(f"s{number}", when("eq", "/#steps.1.k", number)) for number in range(80)]
    far = workflow("W", *ends, step("aB3", to("s0")), entry=(*ways, to("aB3", when("exists", "/#steps.1.k"))))
    there = organisation(far)
    payload = draft_payload(there.analysis(there.collection.entries[0].key))
    assert payload["k"] not in range(80)


@pytest.mark.parametrize("ways", [1, 2])
def test_a_draft_looks_no_farther_ahead_in_a_long_workflow(ways: int) -> None:
    """Each step of a run has one of its own."""

    def calls(count: int) -> int:
        steps = [
            step(f"s{at}", *(to(f"s{at + way}") for way in range(1, ways + 1) if at + way < count))
            for at in range(count)
        ]
        there = organisation(workflow("W", *steps, entry=(to("s0", when("eq", "/#steps.1.k", 1)),)))
        analysis = there.analysis(there.collection.entries[0].key)
        draft_payload(analysis)
        return counted(lambda: draft_payload(analysis))

    assert calls(800) <= 1.01 * calls(400)


def test_the_places_that_read_a_field_are_not_gone_through_for_each_draft() -> None:
    def calls(count: int) -> int:
        elsewhere = step("cD4", *(to("aB3", when("eq", "/#steps.1.k", f"v{at}")) for at in range(count)))
        there = organisation(workflow("W", step("aB3"), elsewhere))
        analysis = there.analysis(there.collection.entries[0].key)
        assert draft_payload(analysis)["k"] == "v0"
        return counted(lambda: draft_payload(analysis))

    assert calls(400) <= 1.05 * calls(20)
