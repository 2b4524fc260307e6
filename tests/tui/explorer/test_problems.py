"""What is wrong is said in full where the cursor is, and after a save that brings it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from kustui.config.severity import Severity
from kustui.tui.explorer.list_panes import ProblemsView
from kustui.tui.widgets.rows_view import RowsView
from tests.support.definitions import a_workflow, write_json
from tests.support.explorer import ExplorerPilot, bar_text, explorer, is_said
from tests.support.flows import step
from tests.support.saves import save
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path


SIZES = ((80, 24), (60, 20))


def two_mistakes(*more: dict[str, object]) -> list[dict[str, object]]:
    """Two workflows, each with a transition to a step that is not there and a reference inside a text."""
    return [named(name, step("a", "gone", params={"x": "see /#steps.1.id"})) for name in ("first", "second")] + list(
        more
    )


def named(name: str, *steps: dict[str, object]) -> dict[str, object]:
    return a_workflow(name, steps=list(steps))


async def test_p_goes_to_what_a_save_has_brought_before_everything_else(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two_mistakes())
    async with explorer(path, size=(80, 24)) as ui:
        broken = named("third", step("a", params={"x": "/#steps.nowhere.id"}))
        save(path, two_mistakes(broken))
        await ui.wait_until(lambda: "third" in bar_text(ui, "banner"))
        assert "p goes there" in bar_text(ui, "banner")
        await ui.press("p")
        await ui.wait_until(lambda: "nowhere" in bar_text(ui, "problem"))
        assert not bar_text(ui, "banner"), "what was gone to needs no banner"
        save(path, two_mistakes(named("third", step("a"))))
        await ui.wait_until(lambda: not bar_text(ui, "problem"))


async def test_a_save_moves_no_row_of_the_panes_for_what_it_says(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", [a_workflow("one")])
    async with explorer(path, size=(80, 24)) as ui:
        await ui.settle()
        screen, tree, diagram = ui.explorer, ui.explorer.tree_view, ui.explorer.side.diagram
        bars = (screen.problem_bar, screen.banner, screen.status)
        places = tree.region.offset, diagram.region.offset

        def has_room() -> bool:
            return tree.region.bottom == min(bar.region.y for bar in bars if bar.region.area)

        for workflows, words in (
            (two_mistakes(), "gone"),
            (two_mistakes(named("third", step("a", "nowhere"))), "nowhere"),
            ([a_workflow("one")], ""),
        ):
            save(path, workflows)
            await ui.wait_until(partial(says, ui, words))
            assert (tree.region.offset, diagram.region.offset) == places
            await ui.wait_until(has_room)
            lines = painted(tree)
            tree.refresh()
            assert lines == painted(tree), "only what changed was painted"


def says(ui: ExplorerPilot, words: str) -> bool:
    """Whether the banner has some words, or none where there are to be none."""
    text = bar_text(ui, "banner")
    return words in text if words else not text


def painted(view: RowsView) -> list[str]:
    return [strip.text for strip in view.render_lines(view.outer_size.region)]


async def test_the_banner_leaves_when_what_it_says_is_mended(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", [a_workflow("one")])
    async with explorer(path, size=(80, 24)) as ui:
        save(path, two_mistakes())
        await ui.wait_until(lambda: "gone" in bar_text(ui, "banner"))
        save(path, [a_workflow("one")])
        await ui.wait_until(lambda: not bar_text(ui, "banner"))


async def test_moving_in_the_list_previews_the_place_and_enter_goes_there(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two_mistakes())
    async with explorer(path, size=(80, 30)) as ui:
        await ui.press("4", "G")
        assert ui.focus == "problems"
        await ui.wait_until(lambda: "second" in ui.status and "create note" in ui.cursor_row)
        await ui.press("k", "enter")
        assert ui.focus == "tree"
        place = ui.explorer.problems.cursor
        await ui.press("4")
        assert ui.explorer.problems.cursor == place


async def test_the_list_shows_one_severity_or_one_rule(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two_mistakes())
    async with explorer(path, size=(80, 30)) as ui:
        view = ui.explorer.problems
        await ui.press("4")
        severities = {problem.severity for problem in ui.explorer.snapshot.problems or ()}
        assert {Severity.ERROR, Severity.WARNING} <= severities
        count = view.rows.count
        await ui.press("s")
        assert "4:Problems, only errors" in ui.titles
        assert view.problem is not None
        assert view.problem.severity is Severity.ERROR
        assert view.rows.count < count
        await ui.press("escape", "o")
        assert f"4:Problems, only {view.problem.rule}" in ui.titles
        await ui.press("escape")
        assert view.rows.count == count
        await ui.press("escape")
        assert ui.focus == "tree"


async def test_a_rule_is_explained_below_the_panes(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two_mistakes())
    async with explorer(path, size=(80, 30)) as ui:
        await ui.press("4", "i")
        assert "9 unknown-target" in ui.titles or "9 embedded-reference" in ui.titles
        assert ui.explorer.panes.uses is not None
        assert any(row == "Good" for row in ui.rows(ui.explorer.panes.uses))
        await ui.press("escape")
        assert ui.focus == "problems"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_a_problem_of_the_list_is_wrapped_where_there_is_room(size: tuple[int, int]) -> None:
    async with explorer(SAMPLES / "broken" / "missing-input.json", size=size) as ui:
        await ui.press("4")
        view = ui.explorer.query_one(ProblemsView)
        problem = view.problem
        assert problem is not None
        await ui.wait_until(lambda: is_said(problem, bar_text(ui, "problems").replace("▌ ", "")))
        await ui.press("j")
        y = next(y for y in range(view.size.height) if "required here" in view.render_line(y).text)
        assert view.render_line(y).text.startswith("▌")
        await ui.pilot.click("#problems", offset=(10, y))
        assert view.cursor == 0


async def test_a_click_on_the_counts_lists_the_problems(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two_mistakes())
    async with explorer(path, size=(80, 30)) as ui:
        await ui.pilot.click("#status", offset=(77, 0))
        await ui.wait_until(lambda: ui.focus == "problems")


async def test_a_file_that_cannot_be_read_opens_at_the_fault_and_heals_on_save(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text('{"name": "greet", oops}')
    async with explorer(path, size=(80, 24)) as ui:
        assert "one.json:1:19" in bar_text(ui, "banner")
        assert "last good version" not in bar_text(ui, "banner")
        await ui.wait_until(
            lambda: "source" in ui.panes and any("oops" in row for row in ui.rows(ui.explorer.side.source))
        )
        save(path, [a_workflow("one")])
        await ui.wait_until(lambda: not bar_text(ui, "banner"))
        assert "flow" in ui.panes
        assert any("one" in row for row in ui.tree)


async def test_an_empty_file_opens_and_heals_on_save(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text("")
    async with explorer(path, size=(80, 24)) as ui:
        assert "the file is empty" in bar_text(ui, "banner")
        save(path, [a_workflow("one")])
        await ui.wait_until(lambda: not bar_text(ui, "banner"))


async def test_the_list_says_in_full_what_its_cursor_is_on_as_soon_as_it_opens() -> None:
    async with explorer(SAMPLES / "orders.json", size=(80, 24)) as ui:
        cursor = ui.cursor_row
        await ui.press("4")
        await ui.wait_until(lambda: "schedule-ring at orders.json:859:27" in bar_text(ui, "problem"))
        assert ui.cursor_row == cursor, "nothing moves before somebody moves"


@pytest.mark.parametrize("name", ["invalid-json", "missing-input", "operator-arity", "unknown-action-input"])
async def test_enter_on_the_row_of_a_problem_shows_its_line(name: str) -> None:
    async with explorer(SAMPLES / "broken" / f"{name}.json", size=(80, 24)) as ui:
        await ui.press("p")
        before, problem = ui.tree, ui.explorer.presenter.current_problem
        assert problem is not None
        assert "Enter shows the source" in ui.keys
        await ui.press("enter")
        assert ui.focus == "source"
        view = ui.explorer.side.source
        assert view.source is not None
        assert view.source.lines.number(view.cursor) == problem.span().start.line
        await ui.press("escape")
        assert ui.tree == before, "nothing was closed or opened"
        assert bar_text(ui, "problem")


async def test_p_stays_on_the_row_that_says_what_is_wrong_with_a_file() -> None:
    async with explorer(SAMPLES / "broken" / "invalid-json.json", size=(80, 24)) as ui:
        assert "✗ a comma" in ui.cursor_row
        await ui.press("p")
        assert "✗ a comma" in ui.cursor_row
        assert ui.explorer.selection.current is not None
        target = ui.explorer.selection.current
        assert target.document.source.place(target.offset).line == 32


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_of_several_files_that_cannot_be_read_one_row_says_how_many(
    size: tuple[int, int], tmp_path: Path
) -> None:
    write_json(tmp_path / "a.json", [a_workflow("one")])
    for name in ("b.json", "c.json", "d.json"):
        (tmp_path / name).write_text('{"workflows": [oops]}')
    async with explorer(tmp_path, size=size) as ui:
        assert ui.explorer.banner.size.height == 1
        assert "3 files cannot be read" in bar_text(ui, "banner")
        assert "p goes to them 4 lists them" in bar_text(ui, "banner")
        await ui.press("p")
        assert "✗ oops is not a JSON value" in ui.cursor_row
        (tmp_path / "c.json").unlink()
        (tmp_path / "d.json").unlink()
        await ui.wait_until(lambda: "b.json:1:" in bar_text(ui, "banner"))


async def test_p_goes_to_an_error_wherever_the_cursor_is_and_then_to_what_is_less_bad(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two_mistakes(a_workflow("third")))
    async with explorer(path, size=(80, 24)) as ui:
        await ui.go_to("third")
        severities = []
        for _ in ui.explorer.snapshot.problems or ():
            await ui.press("p")
            problem = ui.explorer.presenter.current_problem
            assert problem is not None
            severities.append(problem.severity)
        assert severities[0] is Severity.ERROR
        assert severities == sorted(severities, reverse=True)


async def test_the_bottom_line_does_not_repeat_the_banner(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", [named("one", step("a"))])
    async with explorer(path, size=(80, 24)) as ui:
        save(path, [named("one", step("a", "gone"))])
        await ui.wait_until(lambda: "gone" in bar_text(ui, "banner"))
        assert bar_text(ui, "problem").startswith("unknown-target at app.json:")
        await ui.press("p")
        await ui.wait_until(lambda: "gone" in bar_text(ui, "problem"))
        assert not bar_text(ui, "banner")


async def test_a_file_of_several_that_cannot_be_read_takes_two_rows_at_the_top() -> None:
    async with explorer(SAMPLES / "broken", size=(80, 24)) as ui:
        assert ui.explorer.banner.size.height == 2
        assert "invalid-json.json:32:33" in bar_text(ui, "banner")
