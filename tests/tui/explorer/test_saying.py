"""What is said in short: news at the bottom, one toast at a time, and what a pane says that has nothing to show."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, cast

import pytest

from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.widgets.rows_view import RowsView
from tests.support.definitions import write_json
from tests.support.explorer import CHAIN, explorer
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from textual.widget import Widget


def drawn(view: Widget) -> str:
    """What a pane shows, without its border."""
    assert isinstance(view, RowsView | DiagramView)
    lines = ("".join(segment.text for segment in view.render_line(y)) for y in range(view.size.height))
    return " ".join(" ".join(lines).split())


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Two workflows in which nothing is wrong, and neither schedules the other."""
    pair = [workflow("a", step("a"), name=name, id=name) for name in ("first", "second")]
    return write_json(tmp_path / "good.json", pair)


async def test_short_news_stand_at_the_bottom_until_the_next_key() -> None:
    async with explorer(CHAIN) as ui:
        for key in ("left_square_bracket", "right_square_bracket"):
            await ui.press(key)
            assert "no further" in ui.keys
        await ui.press("j")
        assert "no further" not in ui.keys
        await ui.press("8", "i", *"many", "enter")
        assert "a rate is a number" in ui.keys
        assert ui.focus == "rate"
        assert not ui.notifications


async def test_no_next_problem_is_offered_where_there_is_none(good: Path) -> None:
    for path, is_offered in ((good, False), (CHAIN, True)):
        async with explorer(path, size=(160, 48)) as ui:
            await ui.press("j")
            assert ("p problem" in ui.keys) == is_offered


async def test_one_toast_is_shown_at_a_time_and_markup_in_it_is_text() -> None:
    async with explorer(CHAIN) as ui:
        for text in ("one", "two [b]three[/b] [/"):
            ui.app.notify(text, severity="error")
            await ui.rest()
        assert ui.notifications == ["two [b]three[/b] [/"]


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        ("5", "flow", "select a workflow to draw its flow here"),
        ("6", "boxes", "select a workflow to draw its boxes here"),
        (
            "7",
            "chains",
            "select a workflow to draw the schedules around it here; o lists all chains",
        ),
        ("8", "timeline", "select a workflow to draw its chain of schedules here"),
        ("c", "changes", "nothing has changed on disk yet; changes are listed here as you save"),
    ],
)
async def test_a_pane_without_anything_says_what_to_do(good: Path, key: str, name: str, said: str) -> None:
    async with explorer(good, size=(80, 24)) as ui:
        await ui.press("g", key)
        assert drawn(ui.explorer.query_one(f"#{name}")) == said


async def test_what_is_not_found_is_told_with_the_way_back(good: Path) -> None:
    async with explorer(good, size=(80, 24)) as ui:
        await ui.press("slash", *"zzz")
        assert drawn(ui.explorer.tree_view) == (
            "no workflow or step contains this; Enter searches everything for it, Esc shows all"
        )
        await ui.press("escape", "4")
        assert drawn(ui.explorer.problems) == "no problems"
        await ui.press("slash", *"zzz")
        assert drawn(ui.explorer.problems) == "no problem contains these words; Esc shows all"
        await ui.press("escape", "4", "7", "o")
        assert "no workflow here schedules another" in drawn(ui.explorer.query_one("#chains"))
        await ui.press("o", "1", "j", "8")
        assert "is not scheduled here" in drawn(ui.explorer.query_one("#timeline"))


async def test_files_that_are_gone_are_not_said_to_be_filtered(good: Path) -> None:
    async with explorer(good.parent, size=(80, 24)) as ui:
        good.unlink()
        view = ui.explorer.tree_view
        await ui.wait_until(lambda: not view.rows.count)
        assert drawn(view) == "the files contain no workflows any more; saved ones appear here"
        await ui.wait_until(lambda: "select a workflow" in drawn(ui.explorer.query_one("#flow")))
        await ui.press("y")
        assert "nothing is selected" in ui.keys
        await ui.press("e")
        assert "nothing is selected" in ui.keys
        write_json(good, cast("object", workflow("a", step("a"), name="again")))
        await ui.wait_until(lambda: any("again" in row for row in ui.tree))
        assert any("again" in row for row in ui.tree)


async def test_the_folder_of_the_only_file_is_no_word_of_its_problems(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    shutil.copy(SAMPLES / "broken" / "missing-input.json", folder / "missing-input.json")
    async with explorer(folder, size=(80, 24)) as ui:
        await ui.press("4", "slash", *"orders")
        assert drawn(ui.explorer.problems) == "no problem contains these words; Esc shows all"
        await ui.press("escape", "4", "slash", *"input.json")
        assert ui.explorer.problems.rows.count
