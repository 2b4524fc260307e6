"""Searching in the panes of a rehearsal, copying from them, and clicking on their titles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from textual.content import Content

from kustui.tui.copy_menu import CopyMenu
from kustui.tui.rehearsal.screen import RehearsalScreen
from kustui.tui.widgets.filter_input import FilterInput
from kustui.tui.widgets.rows_view import RowsView
from tests.support.rehearsal import CHAIN, FOUR, RehearsalPilot, rehearsal

if TYPE_CHECKING:
    from tests.support.clipboard import Clipboard


def marked(ui: RehearsalPilot, pane: str) -> list[str]:
    """The texts of a pane that are drawn as matches."""
    view = ui.screen.query_one(f"#{pane}", RowsView)
    segments = (segment for y in range(view.size.height) for segment in view.render_line(y))
    return [segment.text for segment in segments if segment.style is not None and segment.style.reverse]


def row(ui: RehearsalPilot, pane: str) -> str:
    return ui.pane(pane)[ui.screen.query_one(f"#{pane}", RowsView).cursor]


async def until_copied(ui: RehearsalPilot, board: Clipboard) -> str:
    await ui.wait_until(lambda: bool(board.terminal))
    return board.terminal.pop()


# Searching


async def test_a_text_is_searched_in_the_flow_and_n_goes_through_its_matches() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as ui:
        await ui.do("slash", *"conversation")
        assert set(marked(ui, "flow")) == {"conversation"}
        assert "with “conversation”" in str(ui.screen.query_one("#flow").border_title)
        await ui.do("enter")
        assert ui.focus == "flow"
        first = ui.screen.panes.rail.node
        await ui.do("n")
        assert ui.screen.panes.rail.node != first
        assert " of " in ui.news
        await ui.do("N")
        assert ui.screen.panes.rail.node == first
        await ui.do("escape")
        assert not marked(ui, "flow"), "Escape ends the search first"
        assert isinstance(ui.app.screen, RehearsalScreen)


async def test_escape_while_typing_goes_back_to_where_the_search_began() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("c", "5", "g", "slash", *"scheduled", "escape")
        assert ui.focus == "log"
        assert ui.screen.query_one("#log", RowsView).cursor == 0
        assert not ui.screen.query_one(FilterInput).display


async def test_a_search_in_the_context_looks_into_closed_values() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("s", "3")
        assert not any("@timerStartAt" in text and "▸" not in text for text in ui.pane("context"))
        closed = ui.pane("context")
        await ui.do("slash", *"@timerstart", "escape")
        assert ui.pane("context") == closed
        await ui.do("slash", *"@timerstart", "enter")
        assert row(ui, "context").strip().startswith("@timerStartAt")


async def test_a_list_to_choose_from_is_searched_too() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("i", "slash", *"4-of-4", "enter")
        assert ui.focus == "choices"
        assert FOUR[3] in row(ui, "choices")
        await ui.do("enter")
        assert ui.question.startswith("Its payload")


# Copying


async def test_a_step_of_the_flow_is_copied_by_what_it_has_and_gave(board: Clipboard) -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("PbymBzfzS")
        await ui.do("k")
        for key, text in (
            ("r", "/#steps.9YLjj12HE"), ("i", "9YLjj12HE"), ("n", "Whose conversation"),
            ("p", "/workflows/0/steps/0"),
        ):  # fmt: skip
            await ui.do("y")
            assert ui.screen.query_one(CopyMenu).region.bottom <= ui.screen.size.height - 2
            await ui.do(key)
            assert await until_copied(ui, board) == text
        await ui.do("y", "v")
        assert json.loads(await until_copied(ui, board)) == {"tags": ["vip"]}
        await ui.do("y", "j")
        assert json.loads(await until_copied(ui, board))["id"] == "9YLjj12HE"


async def test_a_value_of_the_context_is_copied_with_its_reference(board: Clipboard) -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("PbymBzfzS")
        await ui.do("3", "l", "l", "l")
        assert row(ui, "context") == '0  "vip"'
        for key, text in (("v", "vip"), ("j", '"vip"'), ("r", "/#steps.9YLjj12HE.tags.0"), ("n", "0")):
            await ui.do("y", key)
            assert await until_copied(ui, board) == text
        await ui.do("y", "q")
        assert ui.focus == "context"
        assert not ui.screen.query(CopyMenu)
        assert "s step" in ui.news


async def test_a_row_of_the_log_and_a_transition_are_copied(board: Clipboard) -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("PbymBzfzS")
        await ui.do("5", "G", "y", "t")
        assert await until_copied(ui, board) == row(ui, "log").strip()
        await ui.do("y", "r")
        assert await until_copied(ui, board) == "/#steps.9YLjj12HE"
        await ui.do("2", "j", "j", "y", "p")
        assert (await until_copied(ui, board)).startswith("/workflows/0/steps/")


# Titles


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 48)])
async def test_a_click_on_the_name_of_a_pane_leads_there(size: tuple[int, int]) -> None:
    async with rehearsal(CHAIN, size=size) as ui:
        for name, pane in (("Queue", "queue"), ("Context", "context"), ("Coverage", "coverage"), ("Log", "log")):
            shown = [view for view in ui.screen.query("#panes RowsView") if view.region.area]
            titles = [(view, Content.from_markup(str(view.border_title)).plain) for view in shown]
            named = [(view, text.index(f":{name}")) for view, text in titles if f":{name}" in text]
            assert named, f"{name} stands in a title"
            view, at = named[0]
            if at > 2:  # its own title needs no click
                await ui.pilot.click(view, offset=(1 + at + 1, 0))
                await ui.pilot.pause()
                assert ui.focus == pane
