"""Finding anything from the explorer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kustui.search.index_lines import LineKind
from kustui.search.query import KEYS
from kustui.tui.widgets.rows import laid_out
from kustui.tui.widgets.rows_view import LinesView
from tests.support.definitions import write_json
from tests.support.explorer import CHAIN, ORGANISATION, ExplorerPilot, explorer
from tests.support.trees import SAMPLES, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.tui.finder import Finder


def finder(ui: ExplorerPilot) -> Finder:
    found = ui.explorer.finder.pane
    assert found is not None
    return found


def found(ui: ExplorerPilot) -> list[str]:
    return ui.rows(finder(ui).results)


def here(ui: ExplorerPilot) -> str:
    return text_of(finder(ui).results.row.line).strip()


def hint(ui: ExplorerPilot) -> str:
    return text_of(laid_out(finder(ui).query_one(LinesView).rows[0], 200))


async def opened(ui: ExplorerPilot, *keys: str) -> None:
    await ui.press("F")
    await ui.wait_until(lambda: (index := finder(ui).index) is not None and index.is_complete)
    await ui.press(*keys)


async def test_what_is_found_is_gone_to_and_the_way_back_is_known() -> None:
    async with explorer(ORGANISATION) as ui:
        before = ui.cursor_row
        await opened(ui, *"escal vip")
        assert here(ui).startswith("Escalate VIP conversations")
        await ui.press("enter")
        assert ui.focus == "tree"
        assert "Escalate VIP conversations" in ui.cursor_row
        assert not finder(ui).display
        await ui.press("left_square_bracket")
        assert ui.cursor_row == before


async def test_a_parameter_is_gone_to_in_its_step_and_in_the_source_on_its_line() -> None:
    async with explorer(ORGANISATION, size=(160, 48)) as ui:
        await opened(ui, *"VIP {{{steps", "enter")
        assert "step" in ui.explorer.tree_view.node.key[2] if ui.explorer.tree_view.node else False
        source = ui.explorer.side.source
        assert "VIP {{{steps" in text_of(source.row.line)


async def test_a_condition_is_gone_to_as_the_transition_that_it_is_on() -> None:
    async with explorer(CHAIN) as ui:
        await opened(ui, *"timer started", "enter")
        assert ui.cursor_row.startswith("→") or "Timer started" in ui.cursor_row


async def test_escape_goes_back_to_where_it_was_and_what_was_asked_stays() -> None:
    async with explorer(ORGANISATION, size=(160, 48)) as ui:
        await ui.press("3", "j", "j")
        place, row = ui.explorer.side.source.cursor, ui.cursor_row
        await opened(ui, *"vip", "down", "escape")
        assert (ui.focus, ui.explorer.side.source.cursor, ui.cursor_row) == ("source", place, row)
        await ui.press("ctrl+k")
        assert finder(ui).input.value == "vip"
        await ui.press(*"route")  # typed over what was asked before
        assert finder(ui).input.value == "route"


async def test_arrow_keys_pass_the_headings() -> None:
    async with explorer(ORGANISATION) as ui:
        await opened(ui, *"vip")
        seen = [here(ui)]
        for _ in range(5):
            await ui.press("down")
            seen.append(here(ui))
        assert len(set(seen)) == 6
        assert not {kind.value for kind in LineKind} & {row.split("  ")[0].rstrip(" 0123456789") for row in seen}
        for row in reversed(seen[:-1]):
            await ui.press("up")
            assert here(ui) == row
        await ui.press("up", "up")
        assert here(ui) == seen[0]
        await ui.press("pagedown")
        assert here(ui) != seen[0]
        await ui.press("pageup")
        assert here(ui) == seen[0]


async def test_the_line_of_keys_says_which_match_an_arrow_goes_to() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await opened(ui, *"cus")
        assert "Down next   Up previous" in ui.keys


async def test_without_a_query_the_keys_are_listed_and_enter_begins_with_one() -> None:
    async with explorer(ORGANISATION) as ui:
        await opened(ui)
        assert [row.split()[0] for row in found(ui)] == [f"{key}:" for key in KEYS]
        await ui.press("down", "down", "enter")
        assert finder(ui).input.value == "event:"


@pytest.mark.parametrize("key", ["tab", "right"])
async def test_a_key_and_its_value_are_completed(key: str) -> None:
    async with explorer(ORGANISATION) as ui:
        await opened(ui, *"act")
        assert "action:" in hint(ui)
        await ui.press(key)
        assert finder(ui).input.value == "action:"
        await ui.press(*"rest", key)
        assert finder(ui).input.value == "action:kustomer.rest-api.json "
        assert found(ui)[0] == "Steps 11"
        await ui.press(key)
        assert finder(ui).input.value == "action:kustomer.rest-api.json "


async def test_an_action_that_many_steps_have_becomes_the_query_for_them() -> None:
    async with explorer(ORGANISATION) as ui:
        await opened(ui, *"rest-api", "enter")
        assert finder(ui).input.value == "action:kustomer.rest-api.json "
        assert found(ui)[0] == "Steps 11"
        await ui.press("enter")
        assert ui.focus == "tree"


async def test_an_unknown_key_is_told_with_the_nearest() -> None:
    async with explorer(ORGANISATION) as ui:
        await opened(ui, *"acton:x")
        assert "“acton:” is searched for as text; did you mean action:?" in hint(ui)


async def test_problems_are_found_by_their_rule() -> None:
    async with explorer(SAMPLES / "broken") as ui:
        await opened(ui, *"problem:unknown-target", "enter")
        assert ui.focus == "tree"
        assert any("unknown-target" in row for row in ui.detail)


async def test_a_reload_keeps_what_is_typed_and_finds_what_is_new(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = write_json(tmp_path / "chain.json", definition)
    async with explorer(path) as ui:
        await opened(ui, *"brandnew")
        assert found(ui) == []
        definition["workflows"][0]["name"] = "brandnew-workflow"
        write_json(path, definition)
        await ui.wait_until(lambda: found(ui))
        assert found(ui) == ["Workflows 1", "brandnew-workflow"]
        assert finder(ui).input.value == "brandnew"
        assert ui.focus == "finder-input"
        await ui.press("enter")
        assert "brandnew-workflow" in ui.cursor_row


async def test_what_was_found_and_is_gone_is_said(tmp_path: Path) -> None:
    async with explorer(CHAIN) as ui:
        await opened(ui, *"followup-timer-4")
        ui.explorer.tree_view.state.snapshot = type(ui.explorer.snapshot)()
        await ui.press("enter")
        assert "that no longer exists" in ui.keys


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
async def test_it_takes_the_lower_half_and_leaves_the_rest_as_it_is(size: tuple[int, int]) -> None:
    async with explorer(ORGANISATION, size=size) as ui:
        await ui.press("4", "1")
        before = [pane for pane in ui.panes if pane != "problems"]
        await opened(ui, *"vip")
        region = finder(ui).region
        assert region.width == size[0]
        assert size[1] // 3 <= region.height <= size[1] * 2 // 3
        assert set(ui.panes) <= set(before)
        assert finder(ui).results.size.height >= 4
        await ui.press("escape")
        assert "problems" in ui.panes or size == (60, 20)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
async def test_what_stands_behind_a_match_is_shown_where_there_is_room(size: tuple[int, int]) -> None:
    async with explorer(ORGANISATION, size=size) as ui:
        before = ui.cursor_row
        await opened(ui, *"VIP {{{steps")
        preview = finder(ui).preview
        await ui.wait_until(lambda: "VIP {{{steps" in text_of(preview.row.line))
        assert preview.content_size.height >= 2
        assert preview.top <= preview.cursor < preview.top + preview.page
        await ui.press("ctrl+u", *"escalate")
        await ui.wait_until(lambda: ui.rows(preview)[:1] == ["5 steps"])
        assert any("Highest priority" in row for row in ui.rows(preview))
        await ui.press("ctrl+u", *"rest-api")
        await ui.wait_until(lambda: any("Enter lists them" in row for row in ui.rows(preview)))
        await ui.press("ctrl+u")
        await ui.wait_until(lambda: not ui.rows(preview))
        assert ui.cursor_row == before
        assert ui.focus == "finder-input"


async def test_problems_are_previewed_where_they_are() -> None:
    async with explorer(SAMPLES / "broken") as ui:
        await opened(ui, *"problem:unknown-target")
        await ui.wait_until(lambda: "target" in text_of(finder(ui).preview.row.line))


async def test_a_click_goes_there() -> None:
    async with explorer(ORGANISATION) as ui:
        await opened(ui, *"vip")
        await ui.pilot.click(finder(ui).results, offset=(10, 3), times=2)
        await ui.rest()
        assert "Escalate VIP conversations" in ui.cursor_row
        assert ui.focus == "tree"


async def test_markup_in_what_is_found_is_text(tmp_path: Path) -> None:
    nasty = {"name": "[bold]x[/] \x1b[31m", "trigger": {"eventName": "[red]e"}, "steps": [{"id": "[b]s"}]}
    async with explorer(write_json(tmp_path / "a.json", nasty)) as ui:
        await opened(ui, *"bold")
        view = finder(ui).results
        drawn = "".join(segment.text for segment in view.render_line(1))
        assert "[bold]x[/]" in drawn
        assert "\x1b" not in drawn


@pytest.mark.parametrize(
    ("words", "name"), [("isvalidemail", "attributes.data.order."), ("we have your order", "steps.")]
)
async def test_references_are_set_apart_from_the_words_around_them(words: str, name: str) -> None:
    async with explorer(SAMPLES / "orders.json", size=(160, 48)) as ui:
        await opened(ui, *words)
        looks = {
            look
            for index in range(finder(ui).results.rows.count)
            for text, look in finder(ui).results.rows.make(index).line
            if text.startswith(name[:2])
        }
        assert "key" in looks
