"""Rehearsals saved and replayed as scenarios, paths that are begun, and definitions that change meanwhile."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.examples import app, called, schedule, step, to, when, workflow
from kustui.cli import main
from kustui.tui.widgets.rows_view import LinesView
from tests.support.rehearsals import CHAIN, FOUR, MISSING_INPUT, Player, rehearsal
from tests.support.trees import told
from tests.tui.explorer.test_explorer import written

if TYPE_CHECKING:
    from pathlib import Path

CALLED = "5f8e148232731d0015c14657"


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """The timer chain in a folder of its own, its scenarios beside it."""
    for path in (CHAIN, *CHAIN.parent.glob("timer-chain*.scenario.json")):
        shutil.copy(path, tmp_path)
    return tmp_path / CHAIN.name


async def until_news(player: Player, text: str) -> None:
    for _ in range(600):
        if text in player.news:
            return
        await player.pilot.pause(0.02)
    raise AssertionError(f"{text!r} is never told, but {player.news!r}")


async def test_a_rehearsal_is_saved_as_a_scenario_that_holds(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    shutil.copy(CHAIN, path)
    async with rehearsal(path) as player:
        await player.until("9YLjj12HE")
        await player.do("w", "j", "enter", "s", "s")
        await player.do("S")
        assert player.typed == str(tmp_path / f"{FOUR[0]}.scenario.json")
        await player.do("enter")
        assert player.news.startswith("✓ saved")
    saved = tmp_path / f"{FOUR[0]}.scenario.json"
    scenario = json.loads(saved.read_text())
    assert scenario["choices"][0]["take"] == "lRQbINWoR"
    assert len(scenario["expect"]["path"]) > 4, "what was not gone through yet is: to the end"
    assert main(["simulate", str(path), str(saved)]) == 0


async def test_a_file_that_is_there_is_never_overwritten_without_asking(chain: Path) -> None:
    there = chain.with_name("timer-chain.scenario.json")
    before = there.read_bytes()
    async with rehearsal(chain) as player:
        await player.do("S")
        await player.type("nowhere.json")
        await player.do("enter")
        assert player.question == "✗ the name of a scenario ends with .scenario.json"
        await player.type(str(chain.parent / "no" / "folder.scenario.json"))
        await player.do("enter")
        assert "no such file or directory" in player.question
        await player.type(str(there))
        await player.do("enter")
        assert "is there already. Replace it?" in player.question
        assert there.read_bytes() == before
        await player.type("n")
        await player.do("enter")
        assert there.read_bytes() == before
        assert "nothing was written" in player.news
        await player.do("S")
        await player.type(str(there))
        await player.do("enter")
        await player.type("y")
        await player.do("enter")
        assert "is rehearsed" in json.loads(there.read_text())["scenario"]
        assert not [*chain.parent.glob(".*")], "nothing is left beside it"


async def test_a_ring_without_end_is_saved_without_expectations(tmp_path: Path) -> None:
    path = written(tmp_path / "app.json", app(called("C", CALLED, schedule("aB3", CALLED))))
    async with rehearsal(path) as player:
        await player.do("s", "s", "S", "enter")
        assert "without expectations: it does not come to its end" in player.news
        assert "expect" not in json.loads((tmp_path / "C.scenario.json").read_text())


async def test_scenarios_beside_the_definition_are_listed_and_replayed(chain: Path) -> None:
    chain.with_name("broken.scenario.json").write_text("{")
    async with rehearsal(chain) as player:
        await player.do("o")
        assert [row.partition("  ")[0] for row in player.choices] == [
            "broken.scenario.json",
            "timer-chain-done.scenario.json",
            "timer-chain.scenario.json",
        ]
        await player.do("enter")
        assert player.news.startswith("✗ ")
        await player.do("o", "G", "enter")
        assert player.news.startswith("✓ held: Nobody answers for a week")
        assert player.state.finished
        assert player.place.startswith(FOUR[3])
        await player.do("r")
        await player.until("9YLjj12HE")
        assert any("answers  mocked" in row for row in player.pane("table"))


async def test_the_first_difference_is_shown_where_it_happened(chain: Path) -> None:
    scenario = json.loads(chain.with_name("timer-chain.scenario.json").read_text())
    scenario["expect"]["path"][1]["steps"][1] = "TZK54EHdd"
    chain.with_name("wrong.scenario.json").write_text(json.dumps(scenario))
    async with rehearsal(chain) as player:
        await player.do("o", "G", "enter")
        assert player.news.startswith('✗ "hBPvv9M45" runs, not "TZK54EHdd"')
        assert player.state.last is not None
        assert player.state.last.node == "hBPvv9M45"
        assert any('!! "hBPvv9M45" runs, not "TZK54EHdd"' in row for row in player.pane("log"))


async def test_whoever_decides_otherwise_goes_on_with_the_scenario_s_answers(chain: Path) -> None:
    async with rehearsal(chain) as player:
        await player.do("o", "j", "enter", "r")
        await player.until("9YLjj12HE")
        await player.do("w", "j", "enter")
        while player.place != f"{FOUR[1]}: a0PCeCIpC":
            await player.do("s")
        assert "answers  mocked" in " ".join(player.pane("table"))
        assert "held" not in player.screen.status._where.line[-1][0]


async def test_a_path_is_begun_from_the_list_of_all() -> None:
    async with rehearsal(CHAIN, workflow=FOUR[1]) as player:
        await player.do("p")
        assert len(player.choices) == 4
        assert 'a0PCeCIpC → Switch the timer off  if a0PCeCIpC.status is "done"' in player.choices[0]
        await player.do("enter")
        assert player.session.history.at == 0
        await player.do("c")
        assert [entry.node for entry in player.state.trace if entry.run == 1] == ["1", "a0PCeCIpC", "TZK54EHdd"]


async def test_a_path_that_contradicts_itself_is_marked_and_not_begun(tmp_path: Path) -> None:
    steps = (
        step("aB3", to("cD4", when("eq", "/#steps.1.status", "open"))),
        step("cD4", to("eF5", when("eq", "/#steps.1.status", "done"))),
        step("eF5"),
    )
    async with rehearsal(written(tmp_path / "app.json", app(workflow("W", *steps)))) as player:
        before = player.session
        await player.do("p")
        clash = next(index for index, row in enumerate(player.choices) if "✗ contradicts itself" in row)
        player.screen.query_one("#choices").cursor = clash  # type: ignore[attr-defined]
        await player.do("enter")
        assert "it contradicts itself" in player.news
        assert player.session is before


async def test_paths_go_on_through_the_chain_and_are_told_in_full_where_they_are_cut() -> None:
    async with rehearsal(MISSING_INPUT, size=(80, 24)) as player:
        await player.do("P")
        assert any("⇒ chain-4-of-4" in row for row in player.choices)
        await player.do("j")
        in_full = " ".join(told(row) for row in player.screen.query_one("#in-full", LinesView).rows)
        assert " ".join(in_full.split()).startswith("2 JQ8BAdxU2")
        assert "if custom.@fooAt exists" in " ".join(in_full.split())


# Reloading


def two(*, value: str = "open", more: tuple[Any, ...] = ()) -> Any:
    entry = (to("aB3", when("eq", "/#steps.1.status", value)), to("cD4"))
    return app(workflow("W", step("aB3", to("cD4")), step("cD4"), *more, entry=entry))


async def test_an_edited_definition_is_gone_through_again_as_far_as_before(tmp_path: Path) -> None:
    path = written(tmp_path / "app.json", two())
    async with rehearsal(path) as player:
        await player.until("cD4")
        at = player.session.history.at
        written(path, two(more=(step("eF5"),)))
        await until_news(player, "reloaded")
        assert "it goes the same way" in player.news
        assert player.place == "W: cD4"
        assert player.session.history.at == at
        written(path, two(value="done"))
        await until_news(player, "it goes another way from")
        assert player.place == "W: cD4" or player.state.finished


async def test_what_is_gone_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "app.json", two())
    async with rehearsal(path) as player:
        await player.until("cD4")
        await player.do("f", "enter", "s")
        gone = app(workflow("W", step("aB3"), entry=(to("aB3"),)))
        written(path, gone)
        await until_news(player, "it begins again: what was decided about is gone")
        assert player.session.history.at == 0
        written(path, app(workflow("Another", step("aB3"))))
        await until_news(player, "the workflow is gone from the files")
        await player.do("b", "s", "c")
        written(path, two())
        await until_news(player, "reloaded")


async def test_a_scenario_that_changes_on_disk_is_replayed_again(chain: Path) -> None:
    done = chain.with_name("timer-chain-done.scenario.json")
    async with rehearsal(chain) as player:
        await player.do("o", "enter")
        assert player.news.startswith("✓ held")
        scenario = json.loads(done.read_text())
        scenario["expect"]["path"][1]["steps"] = []
        done.write_text(json.dumps(scenario))
        await until_news(player, "and the run is expected to be over")


async def test_a_scenario_is_replayed_again_when_the_definition_changes(chain: Path) -> None:
    async with rehearsal(chain) as player:
        await player.do("o", "enter")
        assert player.news.startswith("✓ held")
        chain.write_text(chain.read_text().replace('"value": 60', '"value": 61'))
        await until_news(player, "is due at T+61 min")


async def test_leaving_and_coming_back_shows_what_the_files_say_now(tmp_path: Path) -> None:
    path = written(tmp_path / "app.json", two())
    async with rehearsal(path, size=(100, 30)) as player:
        await player.do("c", "q")
        await player.rest()
        await player.do("r")
        assert player.session.history.at == 0
