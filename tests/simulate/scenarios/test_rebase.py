"""A rehearsal goes on after the definition was edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, workflow
from kustui.simulate.engine.engine import ExecuteStep, SetOutput, StartEvent
from kustui.simulate.engine.history import History, at_step, run_until_stopped
from kustui.simulate.engine.state import initial_state
from kustui.simulate.engine.trace import OutputSource
from kustui.simulate.scenarios.file import ScenarioError
from kustui.simulate.scenarios.record import rebase, record_scenario
from tests.support.runs import EVENT, organisation, told

if TYPE_CHECKING:
    from kustui.simulate.organisation import Organisation

ID = "5f8e148232731d0015c14657"


def edition(text: str, name: str = "cD4") -> Organisation:
    tells = step(name, params={"text": text, "id": "/#steps.aB3.id"})
    return organisation(app(workflow("W", step("aB3", to(name)), tells), called("C", ID, schedule("eF5", ID))))


def under_way() -> History:
    """Before the second step, the output of the first given, and with another event to come."""
    history = History((initial_state(edition("before")),))
    for start in (StartEvent({"n": 1}, EVENT), StartEvent({"n": 2}, EVENT, after=60_000)):
        history = history.decided(start)
    history = history.followed_by([*run_until_stopped(history.state, 20, at_step("0.json#W", "aB3"))])
    return history.decided(SetOutput({"id": "c7"})).decided(ExecuteStep())


def test_it_stands_where_it_stood_with_what_was_given() -> None:
    history = under_way()
    after = rebase(history, edition("after"))
    assert told(after.state) == told(history.state)
    assert (after.state.run and after.state.run.node) == "cD4"
    gone_on = after.decided(ExecuteStep())
    assert gone_on.state.last is not None
    assert gone_on.state.last.params == {"text": "after", "id": "c7"}
    assert after.back().state.last is not None
    assert len(gone_on.state.queue.starts) == 1  # the one that is to come


def test_one_that_has_not_begun_begins_anew() -> None:
    stage = edition("after")
    after = rebase(History((initial_state(edition("before"), "s"),)), stage)
    assert (after.state.organisation, after.state.seed, after.state.finished) == (stage, "s", True)


def test_what_was_decided_about_a_step_that_is_gone_is_left_out() -> None:
    after = rebase(under_way(), organisation(workflow("W", step("xY9"))))
    assert [entry.node for entry in after.state.trace if entry.run] == ["1", "xY9"]


def test_a_step_that_is_gone_from_another_workflow_takes_nothing_along() -> None:
    history = under_way()
    for _ in range(20):
        history = history.followed_by([*run_until_stopped(history.state, 1)])
    called_step = organisation(
        app(workflow("W", step("aB3", to("cD4")), step("cD4", params={"text": "", "id": "/#steps.aB3.id"})),
            called("C", ID, schedule("other", ID)))
    )  # fmt: skip
    given = [entry.output for entry in rebase(history, called_step).state.trace if entry.node == "aB3"]
    assert given[0] == {"id": "c7"}


def test_a_workflow_that_is_gone_is_told() -> None:
    history = History((initial_state(edition("before")),)).decided(StartEvent({}, key="0.json#W"))
    with pytest.raises(ScenarioError, match="unknown workflow"):
        rebase(history, organisation(workflow("V", step("xY9"))))


def test_outputs_keep_their_marks() -> None:
    history = under_way()
    marks: list[Any] = [entry.source for entry in rebase(history, edition("after")).state.trace]
    assert marks == [entry.source for entry in history.state.trace]
    assert OutputSource.MOCKED in marks


def test_events_that_are_to_come_are_saved_with_the_rehearsal() -> None:
    assert [each.get("after", 0) for each in record_scenario("x", under_way().state)["start"]] == [0, 1]
