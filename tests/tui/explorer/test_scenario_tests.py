"""The pane of tests: every scenario with what came of it, after each save; and what is done from there."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from kustui.simulate.scenarios.suite import ScenarioResult
from kustui.text.signs import GLYPHS
from kustui.tui.explorer.fix_pane import FixPane
from kustui.tui.explorer.scenarios_view import ScenariosView, said_of
from kustui.tui.rehearsal.screen import RehearsalScreen
from tests.support.explorer import ExplorerPilot, explorer
from tests.support.saves import atomically
from tests.support.scenarios import BOTH, STOPPED, WATCH, scenario, watched_folder, write_scenario
from tests.support.trees import row_text

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SHORT = scenario("Only one runs", "a")
TORN = '{"scenario": "x",}'


def view(ui: ExplorerPilot) -> ScenariosView:
    return ui.explorer.query_one(ScenariosView)


def listed(ui: ExplorerPilot) -> list[str]:
    return [row_text(view(ui).rows.make(index)) for index in range(view(ui).rows.count)]


def bar(ui: ExplorerPilot, name: str = "problem") -> str:
    """What the bar at the bottom says, or the banner at the top."""
    widget = ui.explorer.query_one(f"#{name}")
    lines = ("".join(piece.text for piece in widget.render_line(y)) for y in range(widget.size.height))
    return " ".join(" ".join(lines).split())


def title(ui: ExplorerPilot) -> str:
    return str(view(ui).border_title)


async def replayed(ui: ExplorerPilot) -> None:
    await ui.wait_until(lambda: ui.explorer.waiting.is_replayed)


async def test_each_scenario_is_listed_with_what_came_of_it(tmp_path: Path) -> None:
    watched_folder(tmp_path, good=BOTH, short=SHORT, torn=TORN)
    async with explorer(tmp_path, size=(160, 40)) as ui:
        await ui.press("T")
        assert ui.focus == "tests"
        short, torn, good = listed(ui)
        assert short.startswith('✗ Only one runs  "b" runs, but the run is expected to have ended')
        assert short.endswith("2/2 steps, 2/2 transitions")
        assert torn.startswith("✗ torn.scenario.json  a comma before the closing }")
        assert good.startswith("✓ Both steps run")
        assert good.endswith("2/2 steps, 2/2 transitions")
        assert "T:Tests   1 passed, 2 failed · 100 % of 2 steps, 100 % of 2 transitions" in title(ui)
        await ui.wait_until(lambda: "short.scenario.json:" in bar(ui))
        assert bar(ui).startswith('✗ "b" runs, but the run is expected to have ended short.scenario.json:')
        await ui.press("j")
        await ui.wait_until(lambda: "torn.scenario.json:1:17" in bar(ui))
        assert bar(ui).startswith("✗ a comma before the closing } (remove the comma)")
        await ui.press("j")
        await ui.wait_until(lambda: bar(ui).startswith("✓ takes 2 of 2 steps, 2 of 2 transitions of 1 workflow"))
        assert "2 scenarios fail" in ui.status
        assert all(ord(char) < 128 for row in listed(ui) for char in row.translate(GLYPHS))
        await ui.press("T")
        assert ui.focus == "tree"
        assert not view(ui).display


async def test_a_save_that_breaks_one_is_said_without_a_key_and_so_is_one_that_mends_it(tmp_path: Path) -> None:
    definition = watched_folder(tmp_path, good=BOTH)
    async with explorer(tmp_path, size=(80, 24)) as ui:
        await replayed(ui)
        assert "scenario fails" not in ui.status
        await ui.press("E")
        atomically(definition, json.dumps(STOPPED))
        await ui.wait_until(lambda: "1 scenario fails" in ui.status)
        at_the_top = 'Both steps run: the run ends before "b": no further steps good.scenario.json:'
        await ui.wait_until(lambda: at_the_top in bar(ui, "banner"))
        marked = [row for row in (row_text(ui.explorer.tree_view.rows.make(i)) for i in range(5)) if "1 fails" in row]
        assert len(marked) == 2, "the workflow, and the step after which it should have gone on"
        atomically(definition, json.dumps(WATCH))
        await ui.wait_until(lambda: "scenario passes again" in ui.keys)
        assert "scenario fails" not in ui.status
        assert "Both steps run" not in bar(ui, "banner")


async def test_what_a_save_has_broken_is_first_in_the_list_until_somebody_looks(tmp_path: Path) -> None:
    definition = watched_folder(tmp_path, a=scenario("Old", "x"), z=BOTH)
    async with explorer(tmp_path, size=(80, 24)) as ui:
        await replayed(ui)
        atomically(definition, json.dumps(STOPPED))
        await ui.wait_until(lambda: "Both steps run" in bar(ui, "banner"))
        await ui.press("T")
        assert listed(ui)[0].startswith("✗ new Both steps run")
        assert "Both steps run" not in bar(ui, "banner"), "it is under the cursor now"


async def test_the_banner_leads_to_the_list(tmp_path: Path) -> None:
    definition = watched_folder(tmp_path, good=BOTH)
    (tmp_path / "kustui.toml").write_text('[rules]\nunreachable-step = "off"\n')
    async with explorer(tmp_path, size=(80, 24)) as ui:
        await replayed(ui)
        atomically(definition, json.dumps({**STOPPED, "steps": STOPPED["steps"][:1]}))
        await ui.wait_until(lambda: "Both steps run" in bar(ui, "banner"))
        await ui.pilot.click("#banner")
        await ui.rest()
        assert ui.focus == "tests"


async def test_the_place_of_the_difference_is_shown_beside_the_list(tmp_path: Path) -> None:
    watched_folder(tmp_path, short=SHORT, good=BOTH)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        await ui.press("T")
        assert "kustomer.note.create" in ui.cursor_row or "note.create" in ui.cursor_row
        await ui.press("d")
        assert ui.focus == "tree"
        assert "Watch" in ui.cursor_row


async def test_enter_rehearses_it_from_the_first_difference(tmp_path: Path) -> None:
    watched_folder(tmp_path, short=SHORT)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        await ui.press("T", "enter")
        await ui.wait_for_keys()
        screen = ui.app.screen
        assert isinstance(screen, RehearsalScreen)
        session = screen.current.value
        assert session is not None
        assert session.scenario is not None
        assert session.position[1] == "b"
        assert '✗ "b" runs, but the run is expected to have ended' in "".join(
            p.text for p in screen.status.render_line(1)
        )
        await ui.press("escape")
        assert ui.focus == "tests", "and back to where one was"


async def test_a_save_while_a_scenario_is_opened_holds_nothing_up(tmp_path: Path) -> None:
    watched_folder(tmp_path, short=SHORT)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        await ui.press("T")
        ui.type_ahead("enter")
        while not isinstance(ui.app.screen, RehearsalScreen):
            await asyncio.sleep(0)
        screen = ui.app.screen
        await asyncio.sleep(0.01)  # it is under way, or done where this is quick
        screen.show_snapshot(replace(ui.explorer.snapshot))
        await ui.wait_for_keys()
        assert not screen.is_preparing
        assert screen.current.value is not None
        assert screen.current.value.scenario is not None
        await ui.press("escape")
        assert ui.focus == "tests"


async def test_one_that_cannot_be_replayed_is_to_be_edited(tmp_path: Path) -> None:
    watched_folder(tmp_path, torn=TORN)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        await ui.press("T", "enter")
        assert "it cannot be replayed as it is: e edits it" in ui.keys
        await ui.press("a")
        assert "a comma before the closing }" in " ".join((ui.keys, *ui.notifications))


def test_of_many_errors_the_rest_are_counted() -> None:
    result = ScenarioResult("x.scenario.json", errors=tuple(f"x.scenario.json:{n}:1: wrong {n}" for n in range(1, 7)))
    lines = ["".join(text for text, _ in line) for line in said_of(result, 80)]
    assert lines[-2:] == ["✗ wrong 4", "x.scenario.json:1:1  cannot be replayed  and 2 more"]


async def test_what_came_is_accepted_after_a_look_and_undone(tmp_path: Path) -> None:
    watched_folder(tmp_path, short=SHORT, other=scenario("Another", "b"), good=BOTH)
    path = tmp_path / "short.scenario.json"
    before = path.read_text()
    async with explorer(tmp_path, size=(120, 40)) as ui:
        await ui.press("T", "slash", *"only", "enter")
        assert len(listed(ui)) == 1
        await ui.press("a")
        assert ui.focus == "fix-pane"
        rows = ui.app.screen.query_one("#fix-pane", FixPane).rows
        assert any(row_text(rows.make(index)).startswith("+") for index in range(rows.count))
        assert path.read_text() == before, "nothing is written yet"
        await ui.press("enter")
        await ui.wait_for_news("done: expect what came of")
        assert json.loads(path.read_text())["expect"] == BOTH["expect"]
        await ui.wait_until(lambda: listed(ui)[0].startswith("✓"))
        await ui.press("U")
        await ui.wait_for_news("undone: ")
        assert path.read_text() == before
        await ui.wait_until(lambda: listed(ui)[0].startswith("✗"))


async def test_all_that_fail_can_be_accepted_at_once(tmp_path: Path) -> None:
    watched_folder(tmp_path, short=SHORT, other=scenario("Another", "b"), good=BOTH, torn=TORN)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        await ui.press("T", "A")
        rows = ui.app.screen.query_one("#fix-pane", FixPane).rows
        shown = " ".join(" ".join(row_text(rows.make(index)) for index in range(rows.count)).split())
        assert "a comma before the closing }" in shown, "what cannot be accepted, and why"
        await ui.press("enter")
        await ui.wait_for_news("done: expect what came of 2 scenarios that fail")
        await ui.wait_until(lambda: "1 scenario fails" in ui.status)
        for name in ("short", "other"):
            assert json.loads((tmp_path / f"{name}.scenario.json").read_text())["expect"] == BOTH["expect"]


async def test_the_list_is_narrowed_to_those_that_fail_and_to_words(tmp_path: Path) -> None:
    watched_folder(tmp_path, short=SHORT, good=BOTH)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        await ui.press("T", "o")
        assert len(listed(ui)) == 1
        assert "T:Tests, only failed" in title(ui)
        await ui.press("escape")
        assert len(listed(ui)) == 2
        await ui.press("slash", *"both", "enter")
        assert [row[:16] for row in listed(ui)] == ["✓ Both steps run"]
        assert ui.focus == "tests"
        await ui.press("o")
        assert "no scenario contains these words; Esc shows all" in view(ui).empty


async def test_the_folder_of_all_scenarios_is_no_word_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    watched_folder(folder, short=SHORT, good=BOTH)
    async with explorer(folder, size=(120, 40)) as ui:
        await ui.press("T", "slash", *"both", "enter")
        assert [row[:16] for row in listed(ui)] == ["✓ Both steps run"]


async def test_from_the_palette_it_is_said_where_the_scenarios_are(tmp_path: Path) -> None:
    watched_folder(tmp_path, short=SHORT)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        for action in ("tests.accept", "tests.accept-all", "tests.definition", "tests.edit"):
            ui.explorer.status.say("")
            await ui.explorer.action_carry_out(action)
            await ui.rest()
            assert "T lists the scenarios" in ui.keys, action


async def test_without_any_a_line_says_how_one_is_made(tmp_path: Path) -> None:
    definition = watched_folder(tmp_path)
    async with explorer(definition, size=(120, 40)) as ui:
        await ui.press("T")
        assert view(ui).empty == (
            "no scenario lies with the definitions: r rehearses a workflow and S saves that as one, or make one of "
            f"every path: kustui simulate {definition} --explore --save FOLDER"
        )
        write_scenario(tmp_path, "made")
        await ui.wait_until(lambda: listed(ui))
        await ui.press("a", "enter")


async def test_a_key_that_comes_early_waits_for_the_replay(tmp_path: Path) -> None:
    """What a key does never depends on how far the background has come."""
    watched_folder(tmp_path, good=BOTH, short=SHORT)
    async with explorer(tmp_path, size=(120, 40)) as ui:
        ui.type_ahead("T", "j", "d")
        await ui.wait_until(lambda: ui.focus == "tree" and not ui.app.held)
        assert len(listed(ui)) == 2


async def test_a_thousand_are_listed(tmp_path: Path) -> None:
    watched_folder(tmp_path)
    for number in range(1_000):
        write_scenario(tmp_path, f"s{number:04}", scenario(f"Number {number}", "a", "b" if number % 2 else "x"))
    async with explorer(tmp_path, size=(80, 24)) as ui:
        await ui.press("T")
        await replayed(ui)
        assert view(ui).rows.count == 1_000
        assert "500 scenarios fail" in ui.status
        await ui.press("G")
        assert view(ui).cursor == 999
        await ui.press("slash", *"number 77", "enter")
        await ui.wait_until(lambda: view(ui).rows.count == 19)
