"""A configuration that is written while the explorer is open: real files, the real watch, and what somebody sees."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.color import Color

from kustui.config.configuration import Configuration
from kustui.config.preferences import LARGEST, SMALLEST
from kustui.tui.app import Kustui
from kustui.workspace.background_load import BackgroundLoad
from tests.tui.explorer.test_explorer import Eye, written
from tests.tui.explorer.test_reload import called, save, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@asynccontextmanager
async def explorer(path: Path, size: tuple[int, int] = (100, 40)) -> AsyncIterator[Eye]:
    app = Kustui(BackgroundLoad([str(path)]), configuration=Configuration([str(path)]))
    async with app.run_test(size=size) as pilot:
        eye = Eye(pilot)
        await eye.settle()
        yield eye


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "kustui.toml").write_text("")
    return written(tmp_path / "app.json", [called("first"), called("second")])


def configure(path: Path, text: str) -> None:
    save(path.with_name("kustui.toml"), text)


def told(eye: Eye) -> str:
    return "\n".join(str(note.message) for note in eye.app._notifications)


async def test_other_colours_are_there_when_they_are_saved_and_gone_with_their_line(path: Path) -> None:
    async with explorer(path) as eye:
        configure(path, 'theme = "light"')
        await until(eye, lambda: eye.app.theme == "light")
        assert eye.explorer.tree_view.rich_style.bgcolor == Color.parse("#fbfaf7").rich_color
        assert "the configuration was read again: theme" in eye.keys
        configure(path, "")
        await until(eye, lambda: eye.app.theme == "dark")


async def test_other_keys_do_it_and_are_told_and_the_former_come_back(path: Path) -> None:
    async with explorer(path, size=(160, 48)) as eye:
        configure(path, '[keys]\n"view.flow" = "W"\n"rows.down" = "U"\n')
        await until(eye, lambda: "W Flow" in str(eye.explorer.query_one("#flow").border_title))
        first = eye.here
        await eye.press("j")
        assert eye.here == first
        assert "W flow" in eye.keys
        await eye.press("U")
        assert eye.here != first
        await eye.press("W")
        assert eye.focus == "flow"
        configure(path, "")
        await until(eye, lambda: "5 Flow" in str(eye.explorer.query_one("#flow").border_title))
        await eye.press("1", "W")
        assert eye.focus == "tree"
        await eye.press("5")
        assert eye.focus == "flow"


async def test_panes_take_other_sizes(path: Path) -> None:
    async with explorer(path, size=(160, 48)) as eye:
        configure(path, "[panes]\ntree = 25\n")
        await until(eye, lambda: eye.explorer.tree_view.outer_size.width == 40)
        assert eye.focus == "tree"


async def test_sizes_made_by_hand_stay_where_something_else_is_saved(path: Path) -> None:
    async with explorer(path, size=(160, 48)) as eye:
        await eye.press("less_than_sign")
        width = eye.explorer.tree_view.outer_size.width
        configure(path, 'theme = "light"')
        await until(eye, lambda: eye.app.theme == "light")
        assert eye.explorer.tree_view.outer_size.width == width


async def test_a_mistake_is_told_with_its_place_and_what_held_holds_on(path: Path) -> None:
    async with explorer(path, size=(160, 48)) as eye:
        configure(path, 'theme = "light"\n[keys]\n"view.flow" = "W"\n[panes]\ntree = 25\n')
        await until(eye, lambda: eye.app.theme == "light")
        wrong = f'theme = "terminal"\n[keys]\n"view.flow" = "Wibble"\n[panes]\ntree = {LARGEST + SMALLEST}\n'
        configure(path, wrong)
        await until(eye, lambda: "kustui.toml:" in told(eye))
        assert 'kustui.toml:5:1: "tree" must be' in told(eye)
        assert eye.app.theme == "light"
        assert eye.explorer.tree_view.outer_size.width == 40
        await eye.press("W")
        assert eye.focus == "flow"
        configure(path, 'theme = "high-contrast"\n')
        await until(eye, lambda: eye.app.theme == "high-contrast")


async def test_nothing_is_kept_once_nothing_is_to_be_remembered(path: Path) -> None:
    async with explorer(path) as eye:
        configure(path, "state = false")
        await until(eye, lambda: not eye.app.preferences.state)
        assert "state" in eye.keys
