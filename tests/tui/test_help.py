"""The help: what the pane at hand is, then everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from unittest import mock

import pytest
from textual.dom import DOMNode

from kustui.text.signs import SIGNS
from kustui.tui.bindings import ACTIONS
from kustui.tui.help import Help
from kustui.tui.palette import commands
from kustui.tui.widgets.rows import laid_out
from kustui.tui.widgets.rows_view import RowsView
from tests.support.explorer import CHAIN, ExplorerPilot, explorer
from tests.support.trees import text_of

if TYPE_CHECKING:
    from textual.screen import Screen


def lines(ui: ExplorerPilot) -> list[str]:
    """What the help says."""
    screen = ui.app.screen
    assert isinstance(screen, Help)
    return ui.rows(screen.query_one("#help", RowsView))


@pytest.mark.parametrize(
    ("key", "name", "about", "own"),
    [
        ("1", "1 Workflows", "Files and their workflows.", "close every workflow"),
        ("2", "2 Detail", "What is selected, in words", "open the row, or follow its link"),
        ("3", "3 Source", "The JSON of the selection", "the last row"),
        ("4", "4 Problems", "All problems, the worst", "the first row"),
        ("5", "5 Flow", "The selected workflow, one row per step", "show every step again"),
        ("6", "6 Boxes", "The selected workflow as boxes", "select the box below"),
        ("7", "7 Chains", "Which workflow schedules which", "show one more schedule in each direction"),
        ("8", "8 Timeline", "The chain of the selected workflow", "scroll to later times"),
        ("c", "What changed on disk", "What each save changed", "a page down"),
    ],
)
async def test_the_pane_that_one_comes_from_is_explained_first(key: str, name: str, about: str, own: str) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press(key, "question_mark")
        found = lines(ui)
        assert found[0] == name
        assert found[1].startswith(about)
        titles = {line: place for place, line in enumerate(found)}
        here, everywhere = titles["Keys here"], titles["Navigation"]
        assert titles["Signs on the screen"] < here < everywhere
        assert any(line.endswith(own) for line in found[here:everywhere])
        await ui.press("escape")
        assert ui.focus == {"1": "tree", "c": "changes"}.get(key, name[2:].lower())


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize("key", ["1", "6"])
async def test_every_action_and_sign_is_told_once_and_nothing_is_cut_off(size: tuple[int, int], key: str) -> None:
    async with explorer(CHAIN, size=size) as ui:
        await ui.press(key, "question_mark")
        view = ui.app.screen.query_one("#help", RowsView)
        rows = [laid_out(view.rows.make(index), size[0] - 1) for index in range(view.rows.count)]
        told = " ".join(" ".join(text_of(row).split()) for row in rows)
        assert "…" not in told
        for action in ACTIONS:
            assert told.count(f" {action.help}") >= 1, action.id
        for sign in SIGNS:
            assert sum([*text_of(row).split()][:2] == [sign.glyph, sign.meaning.split()[0]] for row in rows) == 1, sign


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_the_signs_on_the_screen_come_first_and_no_others_with_them(size: tuple[int, int]) -> None:
    async with explorer(CHAIN, size=size) as ui:
        glyphs = {sign.glyph for sign in SIGNS if not sign.glyph.isascii()}
        shown = glyphs & set(ui.app.export_screenshot())
        await ui.press("question_mark")
        told = lines(ui)
        here = told[told.index("Signs on the screen") + 1 : told.index("Keys here") - 1]
        assert {line[0] for line in here if line[0] in glyphs and line[1:2] == " "} == shown
        assert "◆" in shown
        assert "■" not in shown


async def test_words_narrow_it_and_escape_shows_everything_again() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("question_mark")
        everything = lines(ui)
        await ui.press("slash", *"maximise")
        assert [line for line in lines(ui) if line.startswith("z")] == lines(ui)[1:]
        await ui.press("enter", "escape")
        assert lines(ui) == everything
        await ui.press("slash", *"JSON pointer")
        assert any(line.endswith("its JSON pointer") for line in lines(ui))
        await ui.press("down", "escape")
        assert lines(ui) == everything
        await ui.press("slash", *"nothing has these")
        assert lines(ui) == []
        await ui.press("enter", "j", "escape", "q")
        assert ui.app.screen is ui.explorer
        assert ui.explorer.tree_view.state is not None
        assert ui.explorer.tree_view.state.filter == ""


async def test_words_that_look_like_markup_are_words() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("question_mark", "slash", "left_square_bracket", "slash", "x", "right_square_bracket")
        assert lines(ui) == []
        assert "[/x]" in str(ui.app.screen.query_one("#help", RowsView).border_title)


async def test_it_scrolls() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("question_mark", "G")
        view = ui.app.screen.query_one("#help", RowsView)
        assert view.top > 0
        assert view.cursor == view.rows.count - 1


async def test_the_first_line_of_keys_is_for_those_who_are_new_and_goes_with_the_first_key() -> None:
    async with explorer(CHAIN, size=(60, 20)) as ui:
        assert "q quit" in ui.keys
        assert "…" not in ui.keys
    async with explorer(CHAIN, size=(80, 24)) as ui:
        assert "? explain every key" in ui.keys
        assert "…" not in ui.keys
        await ui.press("j")
        assert "Enter open" in ui.keys
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.pilot.click(ui.explorer.tree_view, offset=(8, 2))
        await ui.rest()
        assert "Enter close" in ui.keys


async def test_the_lists_that_come_and_go_are_explained_as_well() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.go_to("▸ followup-timer-2")
        await ui.press("u", "question_mark")
        assert lines(ui)[0] == "9 Uses"
        assert lines(ui)[1].startswith("What leads to, reads or schedules")
        await ui.press("escape")
        assert ui.focus == "uses"
        await ui.press("F", "f1")
        assert lines(ui)[0] == "Finding anything"
        assert any(line.startswith("Enter") and line.endswith("go to the match") for line in lines(ui))


async def test_what_is_chosen_from_a_list_is_told_with_the_key_that_opens_it() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        with mock.patch.object(DOMNode, "query", autospec=True, side_effect=DOMNode.query) as query:
            offered = {command.title: command.help for command in commands(ui.app, cast("Screen[object]", ui.explorer))}
        assert query.call_count < 10, "not for each command, which the palette would do with every key"
        assert offered["copy: id"].startswith("y i")
        await ui.press("question_mark")
        assert any(line.split() == ["y", "i", "its", "id"] for line in lines(ui))


async def test_the_help_pages_at_once() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("question_mark")
        view = ui.app.screen.query_one("#help", RowsView)
        await ui.press("pagedown")
        assert view.top == view.page - 1
        await ui.press("pageup")
        assert view.top == 0
