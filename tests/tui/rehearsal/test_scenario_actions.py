"""Rehearsals saved and replayed as scenarios, paths that are begun, and definitions that change meanwhile."""

from __future__ import annotations

import asyncio
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.cli import main
from kustui.tui.rehearsal.screen import RehearsalScreen
from kustui.tui.rehearsal.session import begin_failure
from kustui.tui.widgets.rows import Row
from kustui.tui.widgets.rows_view import LinesView
from tests.support.definitions import write_json
from tests.support.rehearsal import CHAIN, FOUR, MISSING_INPUT, RehearsalPilot, rehearsal
from tests.support.trees import row_text, text_of

if TYPE_CHECKING:
    from pathlib import Path

CALLED = "5f8e148232731d0015c14657"


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """The timer chain in a folder of its own, its scenarios beside it."""
    for path in (CHAIN, *CHAIN.parent.glob("timer-chain*.scenario.json")):
        shutil.copy(path, tmp_path)
    return tmp_path / CHAIN.name


async def until_news(ui: RehearsalPilot, text: str) -> None:
    await ui.wait_until(lambda: text in ui.news)


async def test_a_rehearsal_is_saved_as_a_scenario_that_holds(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    shutil.copy(CHAIN, path)
    async with rehearsal(path) as ui:
        await ui.until("9YLjj12HE")
        await ui.do("w", "j", "enter", "s", "s")
        await ui.do("S")
        assert ui.typed == str(tmp_path / f"{FOUR[0]}.scenario.json")
        await ui.do("enter")
        assert ui.news.startswith("✓ saved")
    saved = tmp_path / f"{FOUR[0]}.scenario.json"
    scenario = json.loads(saved.read_text())
    assert scenario["choices"][0]["take"] == "lRQbINWoR"
    assert len(scenario["expect"]["path"]) > 4, "what was not gone through yet is: to the end"
    assert main(["simulate", str(path), str(saved)]) == 0


async def test_a_file_that_is_there_is_never_overwritten_without_asking(chain: Path) -> None:
    there = chain.with_name("timer-chain.scenario.json")
    before = there.read_bytes()
    async with rehearsal(chain) as ui:
        await ui.do("S")
        await ui.type("nowhere.json")
        await ui.do("enter")
        assert ui.question == "✗ the file name must end in .scenario.json"
        await ui.type(str(chain.parent / "no" / "folder.scenario.json"))
        await ui.do("enter")
        assert "no such file or directory" in ui.question
        await ui.type(str(there))
        await ui.do("enter")
        assert "already exists. Replace it?" in ui.question
        assert there.read_bytes() == before
        await ui.type("n")
        await ui.do("enter")
        assert there.read_bytes() == before
        assert "nothing was saved" in ui.news
        await ui.do("S")
        await ui.type(str(there))
        await ui.do("enter")
        await ui.type("y")
        await ui.do("enter")
        assert "is rehearsed" in json.loads(there.read_text())["scenario"]
        assert not [*chain.parent.glob(".*")], "nothing is left beside it"


async def test_a_ring_without_end_is_saved_up_to_where_it_stands(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", app(called("C", CALLED, schedule("aB3", CALLED))))
    async with rehearsal(path) as ui:
        await ui.do("s", "s", "S", "enter")
        assert "up to here: it does not come to an end" in ui.news
        written = json.loads((tmp_path / "C.scenario.json").read_text())
        assert (written["maxSteps"], written["expect"]["cut"]) == (3, True)
        await ui.do("o", "enter")
        assert "passed" in ui.news


async def test_scenarios_beside_the_definition_are_listed_and_replayed(chain: Path) -> None:
    chain.with_name("broken.scenario.json").write_text("{")
    async with rehearsal(chain) as ui:
        await ui.do("o")
        assert [row.partition("  ")[0] for row in ui.choices] == [
            "broken.scenario.json",
            "timer-chain-done.scenario.json",
            "timer-chain.scenario.json",
        ]
        await ui.do("enter")
        assert ui.news.startswith("✗ ")
        await ui.do("o", "G", "enter")
        assert ui.news.startswith("✓ passed: Nobody answers for a week")
        assert ui.state.finished
        assert ui.place.startswith(FOUR[3])
        await ui.do("r")
        await ui.until("9YLjj12HE")
        assert any("returns  mocked" in row for row in ui.pane("table"))


async def test_the_first_difference_is_shown_where_it_happened(chain: Path) -> None:
    scenario = json.loads(chain.with_name("timer-chain.scenario.json").read_text())
    scenario["expect"]["path"][1]["steps"][1] = "TZK54EHdd"
    chain.with_name("wrong.scenario.json").write_text(json.dumps(scenario))
    async with rehearsal(chain) as ui:
        await ui.do("o", "G", "enter")
        assert ui.news.startswith('✗ "hBPvv9M45" runs, not "TZK54EHdd"')
        assert ui.state.last is not None
        assert ui.state.last.node == "hBPvv9M45"
        assert any('!! "hBPvv9M45" runs, not "TZK54EHdd"' in row for row in ui.pane("log"))


async def test_whoever_decides_otherwise_goes_on_with_the_scenario_s_answers(chain: Path) -> None:
    async with rehearsal(chain) as ui:
        await ui.do("o", "j", "enter", "r")
        await ui.until("9YLjj12HE")
        await ui.do("w", "j", "enter")
        while ui.place != f"{FOUR[1]}: a0PCeCIpC":
            await ui.do("s")
        assert "returns  mocked" in " ".join(ui.pane("table"))
        assert "held" not in ui.status


async def test_a_path_is_begun_from_the_list_of_all() -> None:
    async with rehearsal(CHAIN, workflow=FOUR[1]) as ui:
        await ui.do("p")
        assert len([row for row in ui.choices if " fails" not in row]) == 4
        assert 'a0PCeCIpC → Switch the timer off  if a0PCeCIpC.status is "done"' in ui.choices[0]
        await ui.do("enter")
        assert ui.session.steps_taken == 0
        await ui.do("c")
        assert [entry.node for entry in ui.state.trace if entry.run == 1] == ["1", "a0PCeCIpC", "TZK54EHdd"]


async def test_a_path_that_contradicts_itself_is_marked_and_not_begun(tmp_path: Path) -> None:
    steps = (
        step("aB3", to("cD4", when("eq", "/#steps.1.status", "open"))),
        step("cD4", to("eF5", when("eq", "/#steps.1.status", "done"))),
        step("eF5"),
    )
    async with rehearsal(write_json(tmp_path / "app.json", app(workflow("W", *steps)))) as ui:
        before = ui.session
        await ui.do("p")
        clash = next(index for index, row in enumerate(ui.choices) if "✗ cannot hold" in row)
        ui.screen.query_one("#choices").cursor = clash  # type: ignore[attr-defined]
        await ui.do("enter")
        assert "this path cannot hold" in ui.news
        assert ui.session is before


async def test_paths_go_on_through_the_chain_and_are_told_in_full_where_they_are_cut() -> None:
    async with rehearsal(MISSING_INPUT, size=(80, 24)) as ui:
        await ui.do("P")
        assert any("⇒ chain-4-of-4" in row for row in ui.choices)
        await ui.do("j")
        in_full = " ".join(row_text(row) for row in ui.screen.query_one("#in-full", LinesView).rows)
        assert " ".join(in_full.split()).startswith("2 JQ8BAdxU2")
        assert "if custom.@fooAt exists" in " ".join(in_full.split())


# Reloading


def two(*, value: str = "open", more: tuple[Any, ...] = ()) -> Any:
    entry = (to("aB3", when("eq", "/#steps.1.status", value)), to("cD4"))
    return app(workflow("W", step("aB3", to("cD4")), step("cD4"), *more, entry=entry))


async def test_an_edited_definition_is_gone_through_again_as_far_as_before(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two())
    async with rehearsal(path) as ui:
        await ui.until("cD4")
        at = ui.session.steps_taken
        write_json(path, two(more=(step("eF5"),)))
        await until_news(ui, "reloaded")
        assert "the run is the same" in ui.news
        assert ui.place == "W: cD4"
        assert ui.session.steps_taken == at
        write_json(path, two(value="done"))
        await until_news(ui, "the run differs from")
        assert ui.place == "W: cD4" or ui.state.finished


async def test_what_is_gone_is_told(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two())
    async with rehearsal(path) as ui:
        await ui.until("cD4")
        await ui.do("f", "enter", "s")
        gone = app(workflow("W", step("aB3"), entry=(to("aB3"),)))
        write_json(path, gone)
        await until_news(ui, "the run differs from")
        assert ui.session.steps_taken == 2, "what is still there was done again"
        write_json(path, app(workflow("Another", step("aB3"))))
        await until_news(ui, "the workflow is no longer in the files")
        await ui.do("b", "s", "c")
        write_json(path, two())
        await until_news(ui, "reloaded")


async def test_a_step_that_a_save_took_away_is_not_failed() -> None:
    async with rehearsal(CHAIN) as ui:
        begun = begin_failure(ui.session, "gone")
        assert begun.session is ui.session
        assert text_of(begun.news) == "▲ no longer in the workflow: gone"


async def test_a_question_that_is_withdrawn_before_it_is_drawn_does_no_harm() -> None:
    async with rehearsal(CHAIN) as ui:
        screen = ui.app.screen
        assert isinstance(screen, RehearsalScreen)
        for sheet in (False, True):
            asking = asyncio.create_task(screen.prompts.ask(Row((("Why?", ""),)), "", lambda _: "", sheet=sheet))
            choosing = asyncio.create_task(screen.prompts.choose("Which?", [Row((("This", ""),))], lambda _: True))
            while screen.prompts.open is None:
                await asyncio.sleep(0)
            await screen.prompts.close()
            await asyncio.gather(asking, choosing)
            await ui.settle()
            await screen.prompts.close()
            assert screen.prompts.open is None


async def test_a_scenario_that_changes_on_disk_is_replayed_again(chain: Path) -> None:
    done = chain.with_name("timer-chain-done.scenario.json")
    async with rehearsal(chain) as ui:
        await ui.do("o", "enter")
        assert ui.news.startswith("✓ passed")
        scenario = json.loads(done.read_text())
        scenario["expect"]["path"][1]["steps"] = []
        done.write_text(json.dumps(scenario))
        await until_news(ui, "but the run is expected to have ended")


async def test_a_scenario_is_replayed_again_when_the_definition_changes(chain: Path) -> None:
    async with rehearsal(chain) as ui:
        await ui.do("o", "enter")
        assert ui.news.startswith("✓ passed")
        chain.write_text(chain.read_text().replace('"value": 60', '"value": 61'))
        await until_news(ui, "is due at T+61 min")


async def test_leaving_and_coming_back_shows_what_the_files_say_now(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two())
    async with rehearsal(path, size=(100, 30)) as ui:
        await ui.do("c", "q")
        await ui.rest()
        await ui.do("R")
        assert ui.session.steps_taken == 0
