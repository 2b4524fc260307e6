"""A configuration that is written while the explorer is open: real files, the real watch, and what somebody sees."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import pytest
from textual.color import Color

from kustui.config.configuration import Configuration
from kustui.config.preferences import MAX_PANE_SIZE, MIN_PANE_SIZE
from tests.support.definitions import write_json
from tests.support.explorer import ExplorerPilot, explorer
from tests.support.flows import named_workflow
from tests.support.saves import save

if TYPE_CHECKING:
    from pathlib import Path


def reconfigured(path: Path, size: tuple[int, int] = (100, 40)) -> AbstractAsyncContextManager[ExplorerPilot]:
    return explorer(path, size=size, configuration=Configuration([str(path)]))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "kustui.toml").write_text("")
    return write_json(tmp_path / "app.json", [named_workflow("first"), named_workflow("second")])


def configure(path: Path, text: str) -> None:
    save(path.with_name("kustui.toml"), text)


def told(ui: ExplorerPilot) -> str:
    return "\n".join(ui.notifications)


async def test_other_colours_are_there_when_they_are_saved_and_gone_with_their_line(path: Path) -> None:
    async with reconfigured(path) as ui:
        configure(path, 'theme = "light"')
        await ui.wait_until(lambda: ui.app.theme == "light")
        assert ui.explorer.tree_view.rich_style.bgcolor == Color.parse("#fbfaf7").rich_color
        assert "configuration reloaded: theme" in ui.keys
        configure(path, "")
        await ui.wait_until(lambda: ui.app.theme == "dark")


async def test_other_keys_do_it_and_are_told_and_the_former_come_back(path: Path) -> None:
    async with reconfigured(path, size=(160, 48)) as ui:
        configure(path, '[keys]\n"view.flow" = "W"\n"rows.down" = "Y"\n')
        await ui.wait_until(lambda: "W:Flow" in str(ui.explorer.query_one("#flow").border_title))
        first = ui.cursor_row
        await ui.press("j")
        assert ui.cursor_row == first
        assert "j does nothing here" in ui.keys
        await ui.press("Y")
        assert "W flow" in ui.keys
        assert ui.cursor_row != first
        await ui.press("W")
        assert ui.focus == "flow"
        configure(path, "")
        await ui.wait_until(lambda: "5:Flow" in str(ui.explorer.query_one("#flow").border_title))
        await ui.press("1", "W")
        assert ui.focus == "tree"
        await ui.press("5")
        assert ui.focus == "flow"


async def test_a_list_is_called_by_the_key_that_leads_to_it_now(path: Path) -> None:
    async with reconfigured(path, size=(160, 48)) as ui:
        await ui.wait_until(lambda: ui.explorer.waiting.is_replayed)
        await ui.press("T")
        assert "T:Tests" in str(ui.explorer.query_one("#tests").border_title)
        configure(path, '[keys]\n"view.tests" = "W"\n')
        await ui.wait_until(lambda: "W:Tests" in str(ui.explorer.query_one("#tests").border_title))


async def test_panes_take_other_sizes(path: Path) -> None:
    async with reconfigured(path, size=(160, 48)) as ui:
        configure(path, "[panes]\ntree = 25\n")
        await ui.wait_until(lambda: ui.explorer.tree_view.outer_size.width == 40)
        assert ui.focus == "tree"


async def test_sizes_made_by_hand_stay_where_something_else_is_saved(path: Path) -> None:
    async with reconfigured(path, size=(160, 48)) as ui:
        await ui.press("less_than_sign")
        width = ui.explorer.tree_view.outer_size.width
        configure(path, 'theme = "light"')
        await ui.wait_until(lambda: ui.app.theme == "light")
        assert ui.explorer.tree_view.outer_size.width == width


async def test_a_mistake_is_told_with_its_place_and_what_held_holds_on(path: Path) -> None:
    async with reconfigured(path, size=(160, 48)) as ui:
        configure(path, 'theme = "light"\n[keys]\n"view.flow" = "W"\n[panes]\ntree = 25\n')
        await ui.wait_until(lambda: ui.app.theme == "light")
        wrong = f'theme = "terminal"\n[keys]\n"view.flow" = "Wibble"\n[panes]\ntree = {MAX_PANE_SIZE + MIN_PANE_SIZE}\n'
        configure(path, wrong)
        await ui.wait_until(lambda: "kustui.toml:" in told(ui))
        assert 'kustui.toml:5:1: "tree" must be' in told(ui)
        assert ui.app.theme == "light"
        assert ui.explorer.tree_view.outer_size.width == 40
        await ui.press("W")
        assert ui.focus == "flow"
        configure(path, 'theme = "high-contrast"\n')
        await ui.wait_until(lambda: ui.app.theme == "high-contrast")


async def test_nothing_is_kept_once_nothing_is_to_be_remembered(path: Path) -> None:
    async with reconfigured(path) as ui:
        configure(path, "state = false")
        await ui.wait_until(lambda: not ui.app.preferences.state)
        assert "state" in ui.keys
