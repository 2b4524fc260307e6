"""Scenarios replayed in the background, with real files and the real watch: what is told, and after which save."""

from __future__ import annotations

import json
import queue
import time
from typing import TYPE_CHECKING

import pytest

from kustui.config.configuration import Configuration
from kustui.workspace.background import BackgroundWorkspace
from kustui.workspace.events import Event, Failed, ScenariosReplayed, SnapshotReady
from tests.support.flows import step, workflow
from tests.support.patience import PATIENCE
from tests.support.saves import atomically
from tests.support.scenarios import BOTH, STOPPED, WATCH, scenario, watched_folder, write_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


class Followed:
    """What the background tells of scenarios."""

    def __init__(self, *paths: Path, poll: bool = False) -> None:
        names = [str(path) for path in paths]
        self.events: list[Event] = []
        self._told: queue.Queue[ScenariosReplayed] = queue.Queue()
        self.background = BackgroundWorkspace(names)
        self.background.follow(self._take, Configuration(names), poll=poll)

    def _take(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Failed):
            raise event.error
        if isinstance(event, ScenariosReplayed) and not event.due:
            self._told.put(event)

    def told(self) -> dict[str, str]:
        """The next thing that is told once all are replayed: what came of each, by the name of its file."""
        self.event = self._told.get(timeout=PATIENCE)
        return {result.path.rpartition("/")[2].partition(".")[0]: result.outcome.value for result in self.event.results}

    def until(self, expected: dict[str, str]) -> None:
        end = time.monotonic() + PATIENCE
        while (told := self.told()) != expected:
            assert time.monotonic() < end, told


@pytest.fixture(params=[False, True], ids=["watched", "polled"])
def follow(request: pytest.FixtureRequest) -> Iterator[Callable[..., Followed]]:
    followed: list[Followed] = []

    def begin(*paths: Path) -> Followed:
        followed.append(Followed(*paths, poll=request.param))
        return followed[-1]

    yield begin
    for one in followed:
        one.background.close()


def test_they_are_replayed_once_everything_is_checked(tmp_path: Path, follow: Callable[..., Followed]) -> None:
    watched_folder(tmp_path, good=BOTH, bad=scenario("Only one runs", "a"), torn='{"scenario": "x",}')
    there = follow(tmp_path)
    assert there.told() == {"bad": "failed", "good": "passed", "torn": "unreadable"}
    kinds = [type(event) for event in there.events]
    assert kinds.index(SnapshotReady) < kinds.index(ScenariosReplayed)
    assert not there.event.new, "nobody has broken them meanwhile"
    assert (there.event.steps, there.event.edges) == ((2, 2), (2, 2))


def test_a_save_of_a_definition_says_which_fail_now(tmp_path: Path, follow: Callable[..., Followed]) -> None:
    definition = watched_folder(tmp_path, good=BOTH, short=scenario("Only one runs", "a"))
    there = follow(tmp_path)
    there.until({"good": "passed", "short": "failed"})
    atomically(definition, json.dumps(STOPPED))
    there.until({"good": "failed", "short": "passed"})
    assert there.event.new == {str(tmp_path / "good.scenario.json")}
    good, key = there.event.results[0], f"{definition}#watch"
    difference = good.differences[0]
    assert difference.message == 'the run ends before "b": no further steps'
    assert (difference.workflow, difference.node, good.workflows) == (key, "a", (key,))
    assert (good.steps, good.edges) == ((1, 2), (1, 1))
    atomically(definition, json.dumps(WATCH))
    there.until({"good": "passed", "short": "failed"})
    assert there.event.new == {str(tmp_path / "short.scenario.json")}


def test_scenarios_that_come_change_and_go_are_seen(tmp_path: Path, follow: Callable[..., Followed]) -> None:
    watched_folder(tmp_path)
    there = follow(tmp_path)
    assert there.told() == {}
    path = write_scenario(tmp_path, "new")
    there.until({"new": "passed"})
    atomically(path, json.dumps(scenario("x", "b")))
    there.until({"new": "failed"})
    assert there.event.new == {str(path)}
    path.unlink()
    there.until({})


def test_those_beside_a_single_file_are_its_own(tmp_path: Path, follow: Callable[..., Followed]) -> None:
    """Beside it may lie scenarios of other definitions, which are nothing to it."""
    other = {**scenario("Another", "x"), "start": [{"workflow": "other"}], "expect": {}}
    definition = watched_folder(tmp_path, good=BOTH, other=other)
    there = follow(definition)
    assert there.told() == {"good": "passed"}
    write_scenario(tmp_path, "more", BOTH)
    there.until({"good": "passed", "more": "passed"})
    atomically(definition, json.dumps({**WATCH, "id": "renamed", "name": "Renamed"}))
    there.until({"good": "unreadable", "more": "unreadable"})


def test_one_that_is_half_written_is_not_told(tmp_path: Path) -> None:
    watched_folder(tmp_path, good=BOTH)
    there = Followed(tmp_path)
    assert there.told() == {"good": "passed"}
    text = json.dumps(BOTH)
    write_scenario(tmp_path, "good", text[:40])
    time.sleep(0.1)
    write_scenario(tmp_path, "good", f"{text}\n")
    there.until({"good": "passed"})
    assert not any(
        result.errors for event in there.events if isinstance(event, ScenariosReplayed) for result in event.results
    )
    there.background.close()


def test_only_what_a_save_concerns_is_replayed(tmp_path: Path) -> None:
    definition = watched_folder(tmp_path, good=BOTH)
    (tmp_path / "other.json").write_text(json.dumps(workflow("x", step("x"), id="other", name="Other")))
    write_scenario(tmp_path, "elsewhere", {**scenario("x"), "start": [{"workflow": "other"}], "expect": {}})
    there = Followed(tmp_path)
    assert there.told() == {"good": "passed", "elsewhere": "passed"}
    before = {result.title: result for result in there.event.results}
    atomically(definition, json.dumps(STOPPED))
    there.told()
    after = {result.title: result for result in there.event.results}
    assert after["x"] is before["x"]
    assert after["Both steps run"] is not before["Both steps run"]
    there.background.close()
