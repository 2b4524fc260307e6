"""Finding anything from the explorer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kustui.search.index_lines import Kind
from kustui.search.query import KEYS
from kustui.tui.widgets.rows import laid_out
from kustui.tui.widgets.rows_view import LinesView
from tests.support.trees import SAMPLES, text_of
from tests.tui.explorer.test_explorer import CHAIN, ORGANISATION, Eye, explorer, written

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.tui.finder.finder import Finder


def finder(eye: Eye) -> Finder:
    found = eye.explorer.finder
    assert found is not None
    return found


def found(eye: Eye) -> list[str]:
    return eye.rows(finder(eye).list)


def here(eye: Eye) -> str:
    return text_of(finder(eye).list.row.line).strip()


def hint(eye: Eye) -> str:
    return text_of(laid_out(finder(eye).query_one(LinesView).rows[0], 200))


async def opened(eye: Eye, *keys: str) -> None:
    await eye.press("F")
    for _ in range(500):
        index = finder(eye).index
        if index is not None and index.complete:
            break
        await eye.pilot.pause(0.01)
    await eye.press(*keys)


async def test_what_is_found_is_gone_to_and_the_way_back_is_known() -> None:
    async with explorer(ORGANISATION) as eye:
        before = eye.here
        await opened(eye, *"escal vip")
        assert here(eye).startswith("Escalate VIP conversations")
        await eye.press("enter")
        assert eye.focus == "tree"
        assert "Escalate VIP conversations" in eye.here
        assert not finder(eye).display
        await eye.press("left_square_bracket")
        assert eye.here == before


async def test_a_parameter_is_gone_to_in_its_step_and_in_the_source_on_its_line() -> None:
    async with explorer(ORGANISATION, size=(160, 48)) as eye:
        await opened(eye, *"VIP {{{steps", "enter")
        assert "step" in eye.explorer.tree_view.node.key[2] if eye.explorer.tree_view.node else False
        source = eye.explorer.source
        assert "VIP {{{steps" in text_of(source.row.line)


async def test_a_condition_is_gone_to_as_the_transition_that_it_is_on() -> None:
    async with explorer(CHAIN) as eye:
        await opened(eye, *"timer started", "enter")
        assert eye.here.startswith("→") or "Timer started" in eye.here


async def test_escape_goes_back_to_where_it_was_and_what_was_asked_stays() -> None:
    async with explorer(ORGANISATION, size=(160, 48)) as eye:
        await eye.press("3", "j", "j")
        place, row = eye.explorer.source.cursor, eye.here
        await opened(eye, *"vip", "down", "escape")
        assert (eye.focus, eye.explorer.source.cursor, eye.here) == ("source", place, row)
        await eye.press("ctrl+k")
        assert finder(eye).line.value == "vip"
        await eye.press(*"route")  # typed over what was asked before
        assert finder(eye).line.value == "route"


async def test_arrow_keys_pass_the_headings() -> None:
    async with explorer(ORGANISATION) as eye:
        await opened(eye, *"vip")
        seen = [here(eye)]
        for _ in range(5):
            await eye.press("down")
            seen.append(here(eye))
        assert len(set(seen)) == 6
        assert not {kind.value for kind in Kind} & {row.split("  ")[0].rstrip(" 0123456789") for row in seen}
        for row in reversed(seen[:-1]):
            await eye.press("up")
            assert here(eye) == row
        await eye.press("up", "up")
        assert here(eye) == seen[0]
        await eye.press("pagedown")
        assert here(eye) != seen[0]
        await eye.press("pageup")
        assert here(eye) == seen[0]


async def test_without_a_query_the_keys_are_listed_and_enter_begins_with_one() -> None:
    async with explorer(ORGANISATION) as eye:
        await opened(eye)
        assert [row.split()[0] for row in found(eye)] == [f"{key}:" for key in KEYS]
        await eye.press("down", "down", "enter")
        assert finder(eye).line.value == "event:"


@pytest.mark.parametrize("key", ["tab", "right"])
async def test_a_key_and_its_value_are_completed(key: str) -> None:
    async with explorer(ORGANISATION) as eye:
        await opened(eye, *"act")
        assert "action:" in hint(eye)
        await eye.press(key)
        assert finder(eye).line.value == "action:"
        await eye.press(*"rest", key)
        assert finder(eye).line.value == "action:kustomer.rest-api.json "
        assert found(eye)[0] == "Steps 11"
        await eye.press(key)
        assert finder(eye).line.value == "action:kustomer.rest-api.json "


async def test_an_action_that_many_steps_have_becomes_the_query_for_them() -> None:
    async with explorer(ORGANISATION) as eye:
        await opened(eye, *"rest-api", "enter")
        assert finder(eye).line.value == "action:kustomer.rest-api.json "
        assert found(eye)[0] == "Steps 11"
        await eye.press("enter")
        assert eye.focus == "tree"


async def test_an_unknown_key_is_told_with_the_nearest() -> None:
    async with explorer(ORGANISATION) as eye:
        await opened(eye, *"acton:x")
        assert "“acton:” is looked for as text; did you mean action:?" in hint(eye)


async def test_problems_are_found_by_their_rule() -> None:
    async with explorer(SAMPLES / "broken") as eye:
        await opened(eye, *"problem:unknown-target", "enter")
        assert eye.focus == "tree"
        assert any("unknown-target" in row for row in eye.detail)


async def test_a_reload_keeps_what_is_typed_and_finds_what_is_new(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = written(tmp_path / "chain.json", definition)
    async with explorer(path) as eye:
        await opened(eye, *"brandnew")
        assert found(eye) == []
        definition["workflows"][0]["name"] = "brandnew-workflow"
        written(path, definition)
        for _ in range(500):
            if found(eye):
                break
            await eye.pilot.pause(0.01)
        assert found(eye) == ["Workflows 1", "brandnew-workflow"]
        assert finder(eye).line.value == "brandnew"
        assert eye.focus == "finder-input"
        await eye.press("enter")
        assert "brandnew-workflow" in eye.here


async def test_what_was_found_and_is_gone_is_said(tmp_path: Path) -> None:
    async with explorer(CHAIN) as eye:
        await opened(eye, *"followup-timer-4")
        eye.explorer.snapshot = type(eye.explorer.snapshot)()  # type: ignore[misc]
        await eye.press("enter")
        assert "that is gone" in eye.keys


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
async def test_it_takes_the_lower_half_and_leaves_the_rest_as_it_is(size: tuple[int, int]) -> None:
    async with explorer(ORGANISATION, size=size) as eye:
        await eye.press("4", "1")
        before = [pane for pane in eye.panes if pane != "problems"]
        await opened(eye, *"vip")
        region = finder(eye).region
        assert region.width == size[0]
        assert size[1] // 3 <= region.height <= size[1] * 2 // 3
        assert set(eye.panes) <= set(before)
        assert finder(eye).list.size.height >= 4
        await eye.press("escape")
        assert "problems" in eye.panes or size == (60, 20)


async def test_a_click_goes_there() -> None:
    async with explorer(ORGANISATION) as eye:
        await opened(eye, *"vip")
        await eye.pilot.click(finder(eye).list, offset=(10, 3), times=2)
        await eye.rest()
        assert "Escalate VIP conversations" in eye.here
        assert eye.focus == "tree"


async def test_markup_in_what_is_found_is_text(tmp_path: Path) -> None:
    nasty = {"name": "[bold]x[/] \x1b[31m", "trigger": {"eventName": "[red]e"}, "steps": [{"id": "[b]s"}]}
    async with explorer(written(tmp_path / "a.json", nasty)) as eye:
        await opened(eye, *"bold")
        view = finder(eye).list
        drawn = "".join(segment.text for segment in view.render_line(1))
        assert "[bold]x[/]" in drawn
        assert "\x1b" not in drawn
