"""Breakpoints, and going back and forth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.check.rule import app, called, schedule, step, to, workflow
from kustui.simulate.engine.engine import ClearOverrides, ExecuteStep, SetFailure, advance
from kustui.simulate.engine.history import (
    Breakpoint,
    History,
    after_failure,
    after_schedule,
    at_scheduled_run,
    at_step,
    run_until_stopped,
)
from tests.support.runs import started

if TYPE_CHECKING:
    from kustui.simulate.engine.state import State

ID = "5f8e148232731d0015c14657"
W, C = "0.json#W", f"0.json#{ID}"


def initial_state() -> State:
    return started(app(workflow("W", step("aB3", to("cD4")), schedule("cD4", ID)), called("C", ID, step("eF5"))))


def where(state: State) -> tuple[str, str]:
    return (state.run.key, state.run.node) if state.run else ("", "")


@pytest.mark.parametrize(
    ("stops", "place", "entries"),
    [
        (at_step(W, "cD4"), (W, "cD4"), 3),
        (at_step(C, "1"), (C, "1"), 4),
        (at_scheduled_run, (C, "1"), 4),
        (after_schedule, ("", ""), 4),
        (after_failure, ("", ""), 6),
    ],
)
def test_a_breakpoint_stops(stops: Breakpoint, place: tuple[str, str], entries: int) -> None:
    state = [*run_until_stopped(initial_state(), 50, stops)][-1]
    assert (where(state), len(state.trace)) == (place, entries)


def test_a_failure_stops() -> None:
    state = [*run_until_stopped(initial_state(), 50, at_step(W, "aB3"))][-1]
    state = [*run_until_stopped(advance(state, SetFailure(500)), 50, after_failure)][-1]
    assert state.last is not None
    assert state.last.failure is not None


def test_back_to_the_start_and_down_another_branch() -> None:
    history = History((initial_state(),))
    history = history.followed_by([*run_until_stopped(history.state, 50)])
    ended = history.state
    assert ended.finished
    history = history.restarted()
    assert history.state.clock == 0
    assert history.can_go_forward
    while where(history.state) != (W, "aB3"):
        history = history.forward()
    other = history.decided(SetFailure(500)).decided(ExecuteStep())
    assert not other.can_go_forward
    assert other.state.last is not None
    assert other.state.last.ended == "the step failed and has no error case"
    assert history.states[-1] is ended  # what there was is as it was


def test_what_changes_nothing_is_no_step() -> None:
    history = History((initial_state(),))
    assert history.decided(ClearOverrides()) is history
    assert not history.can_go_back


@given(st.lists(st.sampled_from(["step", "back", "forward"]), max_size=30))
def test_back_after_forward_is_identity(moves: list[str]) -> None:
    history = History((_BEGINNING,))
    for move in moves:
        match move:
            case "step":
                history = history.decided(ExecuteStep())
            case "back":
                history = history.back()
            case "forward":
                history = history.forward()
        if history.can_go_forward:
            assert history.forward().back() == history
        if history.can_go_back:
            assert history.back().forward() == history
            assert history.back().decided(ExecuteStep()).state.trace == history.state.trace


_BEGINNING = initial_state()
