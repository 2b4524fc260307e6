"""The source pane: wrapping, scrolling, folding and searching, as somebody sees it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.explorer import CHAIN, ExplorerPilot, explorer
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.tui.explorer.source_view import SourceView
    from tests.support.clipboard import Clipboard

ORDERS = SAMPLES / "orders.json"
LONG = " ".join(f"word{number}" for number in range(200))


def source(ui: ExplorerPilot) -> SourceView:
    return ui.explorer.side.source


def screen(ui: ExplorerPilot) -> list[str]:
    view = source(ui)
    lines = ("".join(piece.text for piece in view.render_line(y)).rstrip() for y in range(view.size.height))
    return [line for line in lines if line]


def selected(ui: ExplorerPilot) -> str:
    """The lines that are drawn with the cursor."""
    return "\n".join(line for line in screen(ui) if line.startswith("▌"))


def written(path: Path, value: Any, *, indent: int | None = 2) -> Path:
    path.write_text(json.dumps(value, indent=indent))
    return path


# Wrapping and scrolling


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)])
async def test_long_lines_wrap_and_every_word_of_them_is_on_the_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    text = " ".join(f"word{number}" for number in range(60))
    async with explorer(written(tmp_path / "a.json", workflow("a", step("a"), description=text)), size=size) as ui:
        await ui.press("3", "z", "S", "slash", *"word0", "enter")
        shown = screen(ui)
        words = "".join(line.partition("╎")[2].strip() for line in shown if "╎" in line)
        assert "word40" in words
        number = next(line for line in shown if "word0" in line).split()[0].lstrip("▌")
        (line,) = [n for n, text in enumerate((tmp_path / "a.json").read_text().split("\n"), 1) if "word0" in text]
        assert number in (str(line), "▌")
        assert "wrapped" in ui.titles
        await ui.press("S")
        assert not any("╎" in line for line in screen(ui))


async def test_a_line_higher_than_the_pane_is_gone_through_line_by_line(tmp_path: Path) -> None:
    long = " ".join(f"word{number}" for number in range(2_000))
    async with explorer(written(tmp_path / "a.json", workflow("a", step("a"), description=long)), size=(80, 24)) as ui:
        await ui.press("3", "S", "slash", *"word0", "enter")
        cursor = source(ui).cursor
        assert "word0" in selected(ui)
        await ui.press("pagedown", "pagedown")
        assert source(ui).cursor == cursor
        assert "word0 " not in selected(ui)
        seen = screen(ui)
        await ui.press("j")
        assert screen(ui)[:-1] == seen[1:]
        await ui.press("k")
        assert screen(ui) == seen
        await ui.press("dollar_sign")
        assert "word1999" in selected(ui)
        await ui.press("j")
        assert source(ui).cursor == cursor + 1
        await ui.press("k", "0")
        assert "word0 " in selected(ui)


@pytest.mark.parametrize("wrapped", [False, True])
async def test_the_cursor_is_always_in_view(*, wrapped: bool) -> None:
    async with explorer(ORDERS, size=(60, 20)) as ui:
        await ui.press("3", "o", *["S"] * wrapped, "g")
        for key in ("pagedown", "j", "ctrl+d", "G", "k", "pageup", "ctrl+u", "k", "h", "J", "K", "C", "E", "G", "g"):
            await ui.press(key)
            assert selected(ui), key
            assert f" {ui.status.split(':')[1].split()[0]} " in selected(ui)[1:6].rjust(6, " ") + " ", key


async def test_a_long_line_scrolls_sideways_to_its_end_and_back(tmp_path: Path) -> None:
    async with explorer(written(tmp_path / "a.json", workflow("a", step("a"), description=LONG)), size=(80, 24)) as ui:
        await ui.press("3", "slash", *"word0", "enter")
        assert "word199" not in selected(ui)
        await ui.press("dollar_sign")
        assert "word199" in selected(ui)
        assert selected(ui).split()[0].strip("▌").isdigit() or selected(ui).split()[1].isdigit()
        await ui.press("0")
        assert '"description"' in selected(ui)
        await ui.press("L")
        assert '"description"' not in selected(ui)
        await ui.press("shift+left")
        assert '"description"' in selected(ui)


async def test_what_is_found_far_to_the_right_is_scrolled_to(tmp_path: Path) -> None:
    async with explorer(written(tmp_path / "a.json", workflow("a", step("a"), description=LONG)), size=(80, 24)) as ui:
        await ui.press("3", "slash", *"word150", "enter")
        assert "word150" in selected(ui)


# Strings


async def test_space_unfolds_a_string_and_folds_it_again(tmp_path: Path, board: Clipboard) -> None:
    note = json.dumps({"text": "Hello\u001b[31m", "items": [1, 2]})
    path = written(tmp_path / "a.json", workflow("a", step("a", params={"body": note, "text": "one\ntwo\u202e"})))
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press("3", "slash", *"body", "enter", "escape", "space")
        assert "▾ JSON in a string, 7 lines" in selected(ui)
        assert any('│   "text": "Hello\\u001b[31m",' in line for line in screen(ui))
        await ui.press("j", "y", "j")
        assert json.loads(board.terminal.pop()) == note
        await ui.press("y", "p")
        assert board.terminal.pop() == "/steps/0/params/body"
        await ui.press("space")
        assert '"body": "{' in selected(ui)
        await ui.press("j", "l")
        assert any("│ two<U+202E>" in line for line in screen(ui))
        await ui.press("h")
        assert not any("│ two" in line for line in screen(ui))


# The whole file


async def test_the_whole_file_is_shown_where_the_selection_is_and_follows_the_tree() -> None:
    async with explorer(ORDERS, size=(120, 40)) as ui:
        await ui.press("3", "o")
        assert "whole file" in ui.titles
        assert "/workflows/0" in ui.status
        await ui.press("1")
        await ui.go_to("order-shipped")
        view = source(ui)
        assert view.row.target is not None
        assert view.row.target.pointer == "/workflows/1"
        await ui.press("3", "G", "o")
        assert view.row.target.pointer == "/workflows/1"


async def test_enter_goes_to_the_step_of_the_line() -> None:
    async with explorer(ORDERS, size=(120, 40)) as ui:
        await ui.press("3", "o", "slash", *"kustomer.company.create", "enter", "escape")
        pointer = source(ui).row.target
        assert pointer is not None
        await ui.press("enter")
        assert ui.focus == "tree"
        node = ui.explorer.tree_view.node
        assert node is not None
        assert pointer.pointer.startswith(node.pointer)
        assert "/" in node.pointer[1:]


async def test_folds_are_kept_over_a_save(tmp_path: Path) -> None:
    value = workflow("a", step("a", params={"x": {"y": 1, "z": 2}}), step("b"))
    path = written(tmp_path / "a.json", value)
    async with explorer(path, size=(120, 40)) as ui:
        await ui.press("3", "slash", *'"x"', "enter", "escape", "space")
        assert '"x": { 2 keys }' in selected(ui)
        value["description"] = "more lines"
        value["steps"][0]["params"] = {"w": 1, **value["steps"][0]["params"]}
        written(path, value)
        await ui.wait_for_news("1 step changed")
        assert any('"x": { 2 keys }' in line for line in screen(ui))
        assert any('"w": 1' in line for line in screen(ui))


async def test_a_search_unfolds_what_it_finds() -> None:
    async with explorer(CHAIN, size=(120, 40)) as ui:
        await ui.press("3", "g", "h")
        assert source(ui).rows.count == 1
        await ui.press("slash", *"eventname", "enter")
        assert "eventName" in selected(ui)


async def test_the_problem_of_a_line_is_said_in_full_and_shows_through_a_fold() -> None:
    async with explorer(SAMPLES / "broken" / "missing-input.json", size=(100, 40)) as ui:
        await ui.press("3", "o", "slash", *'"fooAt"', "enter", "escape")
        bar = "".join(piece.text for y in range(3) for piece in ui.explorer.problem_bar.render_line(y))
        assert "fooAt" in bar
        await ui.press("h", "h")
        assert "in it ✗" in selected(ui)


# Any file


@pytest.mark.parametrize(("text", "told"), [("", "is empty"), ("   \n\t\n", "contains only whitespace")])
async def test_a_file_without_anything_says_so(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.json").write_text(text)
    async with explorer(tmp_path / "a.json") as ui:
        await ui.press("3", "o", "S", "space", "h", "l", "C", "E", "J", "K", "L", "H", "0", "dollar_sign", "y")
        assert any(f"the file {told}" in row for row in ui.rows(source(ui)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_a_broken_file_of_one_line_is_shown_at_its_fault_searched_and_wrapped(
    tmp_path: Path, encoding: str
) -> None:
    long = {"description": "ü"} | workflow("s0", *(step(f"s{number}", f"s{number + 1}") for number in range(300)))
    text = json.dumps(long, ensure_ascii=False).replace('"id": "s200"', '"id" oops "s200"')
    (tmp_path / "a.json").write_text(text, encoding=encoding)
    async with explorer(tmp_path / "a.json", size=(80, 24)) as ui:
        assert any("oops" in line for line in screen(ui))
        await ui.press("3", "0")
        assert '{"description": "ü"' in selected(ui)
        await ui.press("slash", *'"s250"', "enter")
        assert '"s250"' in selected(ui)
        await ui.press("n")
        assert "2 of 2" in ui.keys
        await ui.press("S", "0")
        assert '"s250"' not in selected(ui)
        await ui.press("n", "n")
        assert '"s250"' in selected(ui)


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_huge_string_costs_what_is_seen_of_it(tmp_path: Path, *, wrapped: bool) -> None:
    value = workflow("a", step("a", params={"body": "é" + "x" * 6_000_000 + "end"}))
    async with explorer(written(tmp_path / "a.json", value, indent=None), size=(80, 24)) as ui:
        await ui.press("3", *["S"] * wrapped, "slash", *"xend", "enter")
        assert "xend" in "".join(line[1:].strip("╎ ") for line in selected(ui).split("\n"))
        await ui.press("0", "j", "k", "G", "g", "pagedown", "pagedown", "pageup", "space")
        assert len(screen(ui)) > 5


# What is broken


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 48)])
async def test_lines_that_have_room_are_not_scrolled_for_a_fault_further_right(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    half = tmp_path / "half.json"
    half.write_text(ORDERS.read_text()[:9000].rstrip())
    async with explorer(half, size=size) as ui:
        await ui.press("3")
        shown = screen(ui)
        assert any("{{{steps.1.attributes.data.order.number}}}"[-8:] in line for line in shown), "the fault is in view"
        assert not [line for line in shown if not line.lstrip("▌ ").partition(" ")[2].strip()], "no line is empty"


async def test_the_source_of_a_broken_file_that_has_room_begins_at_its_first_column() -> None:
    async with explorer(SAMPLES / "broken" / "invalid-json.json", size=(80, 24)) as ui:
        await ui.press("3")
        assert any('"id": "/#steps.1.id"' in line for line in screen(ui))
        await ui.press("z")
        assert not any("…" in line for line in screen(ui))
