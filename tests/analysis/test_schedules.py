"""Who schedules whom."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kustui.analysis.schedules import ScheduleCall, Schedules, calls_of
from kustui.analysis.walks import reachability
from kustui.definition.platform import SCHEDULE_ACTION
from tests.support.flows import flow, step


def scheduling(id_: str, targets: str = "", **params: Any) -> dict[str, Any]:
    return step(id_, targets, action=SCHEDULE_ACTION, params=params)


def only_call(**params: Any) -> ScheduleCall:
    (call,) = calls_of("caller", flow("a", scheduling("a", **params)))
    return call


# The calls of a workflow


def test_a_call_says_whom_it_schedules_when_and_with_what() -> None:
    call = only_call(workflowId="other", runAt={"type": "relative", "value": 60}, inputs={"foo": "/#steps.1.name"})
    assert (call.caller, call.step, call.step_name, call.pointer) == ("caller", "a", "a", "/steps/0")
    assert call.workflow_id == "other"
    assert call.run_at is not None
    assert (call.run_at.type, call.run_at.value) == ("relative", 60)
    assert call.due == "after 60 min"
    assert call.inputs == {"foo": "/#steps.1.name"}


def test_a_time_that_is_read_is_called_by_the_name_of_the_step_that_gives_it() -> None:
    order = step("b", "a", meta={"displayName": "Find order"})
    due = {"type": "absolute", "value": "/#steps.b.dueAt"}
    (call,) = calls_of("caller", flow("b", order, scheduling("a", workflowId="x", runAt=due)))
    assert call.due == "at Find order.dueAt"


def test_a_delay_is_in_the_unit_of_the_configuration() -> None:
    calling = flow("a", scheduling("a", workflowId="x", runAt={"type": "relative", "value": 3}))
    assert [call.due for call in calls_of("caller", calling, 60)] == ["after 3 h"]


@pytest.mark.parametrize("named", [None, 5, "/#steps.1.workflow", "{{steps.1.workflow}}", ["other"]])
def test_whom_only_a_run_can_tell_is_not_followed(named: Any) -> None:
    assert only_call(workflowId=named).workflow_id is None


def test_a_call_without_params_is_a_call_all_the_same() -> None:
    call = only_call()
    assert (call.workflow_id, call.run_at, dict(call.inputs)) == (None, None, {})


def test_an_absolute_date_is_kept_as_it_is_written() -> None:
    call = only_call(workflowId="x", runAt={"type": "absolute", "value": "2026-01-01T00:00:00Z"})
    assert call.run_at is not None
    assert call.run_at.value == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("params", [{"runAt": "soon", "inputs": "none"}, {"runAt": [], "inputs": [1]}])
def test_members_of_the_wrong_type_are_left_out(params: dict[str, Any]) -> None:
    call = only_call(workflowId="x", **params)
    assert (call.run_at, dict(call.inputs)) == (None, {})


def test_calls_come_in_flow_order() -> None:
    found = flow("b", scheduling("a", workflowId="x"), scheduling("b", "a", workflowId="y"))
    calls = calls_of("caller", found)
    assert [call.workflow_id for call in calls] == ["y", "x"]


def test_another_action_schedules_nothing() -> None:
    assert calls_of("caller", flow("a", step("a", params={"workflowId": "x"}))) == ()


# The graph of a collection


def schedules(*pairs: str) -> Schedules:
    """``"ab"`` for a workflow a that schedules b; the workflows that stand first do so in the alphabet."""
    keys = {name: name.upper() for name in sorted({name for pair in pairs for name in pair[:2]} - {"?"})}
    calls = (
        ScheduleCall(pair[0].upper(), "s", "s", "/steps/0", pair[1] if pair[1:] else None, None, "", {})
        for pair in pairs
    )
    return Schedules.of(calls, keys)


def test_a_call_leads_to_the_workflow_of_its_id_or_nowhere() -> None:
    found = schedules("ab", "a?", "a")
    assert [found.target(call) for call in found.calls] == ["B", None, None]


def test_calls_are_found_by_who_makes_them_and_by_whom_they_schedule() -> None:
    found = schedules("ab", "ac", "bc", "a?")
    assert [call.workflow_id for call in found.from_workflow["A"]] == ["b", "c", "?"]
    assert [call.caller for call in found.to_workflow["C"]] == ["A", "B"]
    assert "A" not in found.to_workflow


@pytest.mark.parametrize(
    ("pairs", "components"),
    [
        (("ab", "bc"), ()),
        (("aa",), (("A",),)),
        (("ba", "ab"), (("A", "B"),)),
        (("bc", "ca", "ab"), (("A", "B", "C"),)),
        (("ab", "ba", "bc", "cb"), (("A", "B", "C"),)),
        (("dc", "cd", "ab", "ba", "bd"), (("A", "B"), ("C", "D"))),
        (("xa", "aa", "ab"), (("A",),)),
        (("ab", "ab", "ba"), (("A", "B"),)),
    ],
)
def test_workflows_that_schedule_each_other_are_one_component(
    pairs: tuple[str, ...], components: tuple[tuple[str, ...], ...]
) -> None:
    assert schedules(*pairs).components == components


def test_who_has_no_id_can_schedule_and_is_in_no_ring() -> None:
    def call(caller: str, scheduled: str) -> ScheduleCall:
        return ScheduleCall(caller, "s", "s", "/steps/0", scheduled, None, "", {})

    found = Schedules.of([call("NAMELESS", "a"), call("A", "a")], {"a": "A"})
    assert found.components == (("A",),)
    assert found.targets("NAMELESS") == ("A",)


def test_what_does_not_run_is_in_no_component() -> None:
    calls = schedules("ab", "ba", "bc", "cb", "cc").calls
    keys = {name: name.upper() for name in "abc"}
    assert Schedules.of(calls, keys, disabled=["A"]).components == (("B", "C"),)
    assert Schedules.of(calls, keys, not_callable=["B"]).components == (("C",),)
    unreachable = [replace(call, reachable=call.workflow_id != "b") for call in calls]
    assert Schedules.of(unreachable, keys).components == (("C",),)


@given(st.lists(st.text("abcdef", min_size=2, max_size=2), max_size=12))
def test_components_are_those_that_can_bring_each_other_about(pairs: list[str]) -> None:
    found = schedules(*pairs)
    keys = [*found.keys.values()]
    leads_to = reachability(keys, found.targets)
    expected = {
        tuple(sorted(other for other in keys if leads_to(key, other) and leads_to(other, key)))
        for key in keys
        if leads_to(key, key)
    }
    assert found.components == tuple(sorted(expected))
