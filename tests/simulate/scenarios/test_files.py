"""Scenario files: found beside definitions, named, and written without losing what was there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kustui.check.rule import app, called, schedule, step, to, workflow
from kustui.simulate.engine.engine import StartEvent, advance
from kustui.simulate.engine.history import run_until_stopped
from kustui.simulate.engine.state import initial_state
from kustui.simulate.scenarios.file import as_file, find_scenarios, scenario_sources, unused_path
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.record import complete_scenario
from kustui.simulate.scenarios.replay import replay
from tests.support.runs import organisation, started

if TYPE_CHECKING:
    from pathlib import Path

CALLED = "5f8e148232731d0015c14657"


def test_scenarios_are_found_beside_files_and_below_folders_each_once(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("app.json", "a.scenario.json", "deep/b.SCENARIO.JSON", "deep/er/c.scenario.json"):
        (tmp_path / name).write_text("{}")
    names = [path.removeprefix(f"{tmp_path}/") for path in find_scenarios([str(tmp_path / "app.json"), str(tmp_path)])]
    assert names == ["a.scenario.json", "deep/b.SCENARIO.JSON", "deep/er/c.scenario.json"]
    assert find_scenarios(["-", str(tmp_path / "no" / "where.json")]) == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.scenario.json")
    (tmp_path / "folder.scenario.json").mkdir()
    (tmp_path / "gone.scenario.json").symlink_to("nowhere")
    assert find_scenarios([str(tmp_path)]) == ()


def test_a_name_is_taken_that_no_file_has(tmp_path: Path) -> None:
    assert unused_path(tmp_path, "Wörk / flow!").name == "Wörk-flow.scenario.json"
    (tmp_path / "Wörk-flow.scenario.json").touch()
    assert unused_path(tmp_path, "Wörk / flow!").name == "Wörk-flow-1.scenario.json"
    assert unused_path(tmp_path, "…").name == "rehearsal.scenario.json"


def test_a_rehearsal_that_is_not_over_is_saved_with_what_comes_of_it() -> None:
    state = started(app(workflow("W", step("aB3", to("cD4")), step("cD4"))))
    file = as_file(Scenario.model_validate(complete_scenario("t", state)))
    came = replay(file, state.organisation)
    assert came.held
    assert file.scenario.expect.path is not None
    assert file.scenario.expect.path[0].steps == ("aB3", "cD4")


def test_a_rehearsal_longer_than_others_are_cut_says_so_and_holds() -> None:
    found = organisation(app(workflow("W", step("aB3"), entry=(to("aB3"),))))
    state = initial_state(found)
    for _ in range(450):
        state = advance(state, StartEvent({}, key=found.collection.entries[0].key))
    *_, state = run_until_stopped(state, 3_000)
    written = complete_scenario("t", state)
    assert written["maxSteps"] > 1_000
    assert replay(as_file(Scenario.model_validate(written)), found).held


def test_a_ring_without_end_is_saved_as_one_that_is_cut() -> None:
    found = organisation(app(called("C", CALLED, schedule("aB3", CALLED))))
    state = advance(initial_state(found), StartEvent({}, key=found.collection.entries[0].key))
    for steps in (0, 5):
        *_, state = (state, *run_until_stopped(state, steps))
        file = as_file(Scenario.model_validate(complete_scenario("t", state)))
        assert (file.scenario.expect.cut, file.scenario.max_steps) == (True, max(1, len(state.trace)))
        assert replay(file, found).held


def test_a_rename_reaches_every_scenario_however_many_there_are(tmp_path: Path) -> None:
    for number in range(1_100):
        (tmp_path / f"s{number}.scenario.json").write_text("{}")
    assert len(list(scenario_sources([str(tmp_path)]))) == 1_100
