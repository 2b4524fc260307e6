"""``/`` in every pane, and ``n`` and ``N`` through what it found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.text.styled_lines import TextSearch, lowered, next_position
from kustui.tui.diagrams.boxes_view import BoxesView
from kustui.tui.tree.nodes import Kind
from kustui.tui.widgets.filter_input import FilterInput
from kustui.tui.widgets.rows_view import RowsView
from tests.benchmarks.generate import definition
from tests.support.definitions import write_json
from tests.support.explorer import CHAIN, ORGANISATION, ExplorerPilot, explorer
from tests.support.trees import SAMPLES, text_of

pytestmark = pytest.mark.slow

ONE_PER_FILE = SAMPLES / "one-per-file"


def view_of(ui: ExplorerPilot, name: str) -> RowsView:
    return ui.explorer.query_one(f"#{name}", RowsView)


def drawn(view: RowsView) -> str:
    return "\n".join("".join(segment.text for segment in view.render_line(y)) for y in range(view.size.height))


def marked_in(view: RowsView) -> list[str]:
    """The texts that are drawn as found."""
    return [
        segment.text
        for y in range(view.size.height)
        for segment in view.render_line(y)
        if segment.style is not None and segment.style.reverse
    ]


# The tree and the problems


async def test_n_goes_through_the_workflows_that_the_filter_left_and_round() -> None:
    async with explorer(ONE_PER_FILE) as ui:
        await ui.press("slash", *"promise:", "enter")
        await ui.go_to("Promise: broken")
        await ui.press("n")
        assert "Promise: due" in ui.cursor_row
        await ui.press("l", "l", "n")
        assert "Promise: note" in ui.cursor_row
        await ui.press("n")
        assert "Promise: broken" in ui.cursor_row
        assert "1 of 3" in ui.keys
        assert "wrapped around" in ui.keys
        await ui.press("N")
        assert "Promise: note" in ui.cursor_row
        await ui.press("j")
        assert "3 of 3" not in ui.keys


async def test_n_goes_on_after_everything_is_shown_again() -> None:
    async with explorer(ONE_PER_FILE) as ui:
        everything = len(ui.tree)
        await ui.press("slash", *"promise:", "enter", "escape", "g", "n")
        assert len(ui.tree) == everything
        assert "Promise: broken" in ui.cursor_row
        await ui.press("n")
        assert "Promise: due" in ui.cursor_row


async def test_n_opens_the_file_of_a_workflow_that_is_closed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        app = {"app": name, "version": "1.0.0", "workflows": [{"id": f"{name}{n}", "name": f"{name}{n}", "steps": []}
               for n in range(2)]}  # fmt: skip
        write_json(tmp_path / f"{name}.json", app)
    async with explorer(tmp_path) as ui:
        await ui.press("slash", *"b1", "enter", "escape")
        await ui.go_to("b.json")
        await ui.press("h", "g", "n")
        assert ui.cursor_row.startswith("b1") or ui.cursor_row.startswith("▸ b1")


async def test_typing_finds_steps_by_name_id_action_and_what_they_do_and_opens_the_way_to_them() -> None:
    async with explorer(ORGANISATION) as ui:
        closed = len(ui.tree)
        for words in (
            "Looks like a card",
            "2o3ti8JDn",
            "company.find",
            "carrier.example.com",
            "tags + machine",
        ):
            await ui.press("slash", *words)
            view = ui.explorer.tree_view
            assert view.node is not None, words
            assert view.node.kind is Kind.STEP, words
            assert view.state.is_match(view.node)
            assert ui.explorer.presenter.shown == view.node.key
            steps = [node for node in view.state.nodes if node.kind is Kind.STEP]
            assert all(map(view.state.is_match, steps))
            assert f"{len(steps)} step" in ui.titles
            await ui.press("escape")
            assert len(ui.tree) == closed


async def test_escape_comes_back_to_cursor_scroll_and_what_was_open() -> None:
    async with explorer(ORGANISATION, size=(80, 24)) as ui:
        view = ui.explorer.tree_view
        await ui.press("j", "E", *["j"] * 6, "C", *["j"] * 30, "l")
        before = (ui.cursor_row, ui.tree, view.top)
        await ui.press("slash", *"note", "down", "down", "escape")
        assert (ui.cursor_row, ui.tree, view.top) == before
        await ui.press("slash", *"note", *["backspace"] * 4)
        assert (ui.cursor_row, ui.tree) == before[:2]
        assert ui.focus == "filter"


async def test_after_enter_the_match_stays_selected_when_the_filter_ends_and_back_leads_to_where_one_was() -> None:
    async with explorer(ORGANISATION) as ui:
        before = ui.cursor_row
        await ui.press("slash", *"Looks like a card", "enter")
        assert ui.cursor_row == "▸ ● Looks like a card?"
        assert "“Looks like a card”" in ui.titles
        await ui.press("escape")
        assert ui.cursor_row == "▸ ● Looks like a card?"
        assert "“Looks" not in ui.titles
        assert ui.sees_the_cursor
        await ui.press("left_square_bracket")
        assert ui.cursor_row == before
        await ui.press("right_square_bracket")
        assert ui.cursor_row == "▸ ● Looks like a card?"


async def test_a_jump_out_of_a_filter_and_back_has_the_filter_again() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("slash", *"timer-1", "enter")
        filtered = ui.tree
        await ui.press("l", "E")
        await ui.go_to("⇒ followup-timer-2")
        await ui.press("enter")
        assert not ui.explorer.tree_view.state.filter
        await ui.press("left_square_bracket")
        assert ui.cursor_row.startswith("⇒ followup-timer-2")
        assert "“timer-1”" in ui.titles
        assert len(ui.tree) >= len(filtered)
        await ui.press("right_square_bracket")
        assert "“timer-1”" not in ui.titles
        assert "followup-timer-2" in ui.cursor_row


async def test_n_goes_over_all_matches_of_the_collection_opening_the_way_and_round() -> None:
    async with explorer(ORGANISATION) as ui:
        view = ui.explorer.tree_view
        await ui.press("slash", *"note", "enter")
        matches = view.state.matches
        assert matches is not None
        await ui.press("escape", "C", "g")
        seen = []
        for number in range(matches.total):
            await ui.press("n")
            assert view.node is not None
            assert f"{number + 1} of {matches.total}" in ui.keys
            seen.append(view.node.key)
        assert len(set(seen)) == matches.total
        await ui.press("n")
        assert view.node is not None
        assert view.node.key == seen[0]
        assert "wrapped around" in ui.keys
        await ui.press("N")
        assert view.node.key == seen[-1]


async def test_what_the_tree_does_not_hold_is_handed_over_to_the_finder() -> None:
    async with explorer(ORGANISATION, size=(80, 24)) as ui:
        before = ui.cursor_row
        await ui.press("slash", *"problem:")
        assert "Enter searches everything" in drawn(ui.explorer.tree_view).replace("\n", " ")
        await ui.press("enter")
        assert ui.focus == "finder-input"
        pane = ui.explorer.finder.pane
        assert pane is not None
        assert pane.input.value == "problem:"
        assert not ui.explorer.tree_view.state.filter
        await ui.press("escape")
        assert (ui.focus, ui.cursor_row) == ("tree", before)


async def test_a_workflow_in_a_filter_is_closed_and_then_opened_with_all_its_steps() -> None:
    async with explorer(ORGANISATION) as ui:
        await ui.press("slash", *"Looks like a card", "enter", "h")
        assert ui.cursor_row.startswith("▾ Mask card numbers")
        matching = len(ui.tree)
        await ui.press("h")
        assert len(ui.tree) == matching - 1
        assert "1 step" in text_of(ui.explorer.tree_view.row.aside)
        await ui.press("l")
        assert len(ui.tree) > matching
        await ui.press("escape")
        assert ui.cursor_row.startswith("▾ Mask card numbers")


async def test_the_steps_of_a_large_collection_are_read_while_one_types(tmp_path: Path) -> None:
    path = write_json(tmp_path / "large.json", definition(100, 40))
    async with explorer(path) as ui:
        view = ui.explorer.tree_view
        last = ui.explorer.snapshot.collection.entries[-1].workflow.steps[-1]
        await ui.press("slash", *last.id, "enter")
        assert view.node is not None
        assert view.node.key[2] == f"step {last.id}"
        assert view.state.unread is None


async def test_a_reload_keeps_a_filter_of_steps_and_finds_what_is_new(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = write_json(tmp_path / "chain.json", definition)
    async with explorer(path) as ui:
        before = ui.cursor_row
        await ui.press("slash", *"brandnew")
        assert ui.tree == []
        definition["workflows"][1]["steps"][0]["meta"] = {"displayName": "brandnew"}
        write_json(path, definition)
        await ui.wait_until(lambda: ui.tree)
        assert any("brandnew" in row for row in ui.tree)
        await ui.press("escape")
        assert ui.cursor_row == before


async def test_n_without_a_filter_says_what_to_do() -> None:
    async with explorer(CHAIN) as ui:
        before = ui.cursor_row
        await ui.press("n")
        assert ui.cursor_row == before
        assert "/ searches" in ui.keys


async def test_n_goes_from_problem_to_problem_and_not_to_what_belongs_to_them() -> None:
    async with explorer(SAMPLES / "broken", size=(120, 40)) as ui:
        await ui.press("4", "slash", *"duplicate", "enter", "n")
        view = ui.explorer.problems
        at = [view.cursor]
        for _ in range(len(view.first_rows) - 1):
            await ui.press("n")
            at.append(view.cursor)
        assert sorted(at) == list(view.first_rows)
        assert 1 < len(at) < view.rows.count


# Searching a pane


@pytest.mark.parametrize(("key", "name"), [("2", "detail"), ("3", "source"), ("5", "flow"), ("7", "chains")])
async def test_a_text_is_marked_in_a_pane_and_n_goes_to_it(key: str, name: str) -> None:
    async with explorer(CHAIN, size=(120, 50)) as ui:
        await ui.press(key, "g", "slash", *"timer")
        view = view_of(ui, name)
        found = list(view.matches)
        assert found
        assert view.search_position == found[0]
        assert any(text.lower() == "timer" for text in marked_in(view))
        await ui.press("enter")
        await ui.rest()
        assert (ui.focus, view.search_position) == (name, found[0])
        assert f"{len(found)} with “" in str(view.border_title)
        for _ in found[1:]:
            before = view.search_position
            await ui.press("n")
            assert view.search_position > before
        await ui.press("n")
        assert view.search_position == found[0]
        await ui.press("N")
        assert view.search_position == found[-1]


async def test_the_boxes_are_searched_by_what_stands_in_them() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.press("6", "slash", *"vip", "enter")
        boxes = ui.explorer.query_one(BoxesView)
        assert boxes.drawing is not None
        assert any("vip" in text_of(line).lower() for line in boxes.drawing.lines[boxes.selected])
        found = boxes.matches
        for _ in found:
            await ui.press("n")
        assert boxes.search_position in found


async def test_what_changed_is_searched(tmp_path: Path) -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("c", "slash", *"x", "enter")
        assert ui.focus == "changes"


async def test_escape_while_typing_puts_the_cursor_back_and_afterwards_only_unmarks() -> None:
    async with explorer(CHAIN, size=(120, 50)) as ui:
        await ui.press("3", "g", "j", "j")
        view = view_of(ui, "source")
        await ui.press("slash", *"target")
        assert view.cursor > 2
        await ui.press("escape")
        assert view.cursor == 2
        assert not view.highlights_matches
        await ui.press("slash", *"target", "enter")
        there = view.cursor
        await ui.press("escape")
        assert (ui.focus, view.cursor, marked_in(view)) == ("source", there, [])
        await ui.press("n")
        assert view.cursor > there
        assert "target" in marked_in(view)
        await ui.press("escape", "escape")
        assert ui.focus == "tree"


async def test_enter_without_a_text_looks_for_the_last_one_again() -> None:
    async with explorer(CHAIN, size=(120, 50)) as ui:
        await ui.press("3", "g", "slash", *"target", "enter")
        view = view_of(ui, "source")
        first = view.cursor
        await ui.press("slash", "enter")
        assert view.search.text == "target"
        assert view.cursor > first


async def test_a_capital_letter_means_itself() -> None:
    async with explorer(CHAIN, size=(120, 50)) as ui:
        view = view_of(ui, "source")
        await ui.press("3", "slash", *"workflowid", "enter")
        assert view.matches
        await ui.press("slash", *"WorkflowiD", "enter")
        assert not view.matches
        await ui.press("n")
        assert "“WorkflowiD” was not found" in ui.keys


async def test_arrow_keys_go_through_what_is_found_while_it_is_typed() -> None:
    async with explorer(CHAIN, size=(120, 50)) as ui:
        view = view_of(ui, "source")
        await ui.press("3", "g", "slash", *"target")
        first = view.cursor
        await ui.press("down")
        assert view.search_position in view.matches
        assert view.cursor > first
        await ui.press("up")
        assert view.cursor == first
        assert ui.focus == "filter"


async def test_a_search_is_not_lost_by_a_reload_and_finds_what_is_new(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = write_json(tmp_path / "chain.json", definition)
    async with explorer(path, size=(120, 50)) as ui:
        view = view_of(ui, "source")
        await ui.press("3", "slash", *"brandnew")
        assert not view.matches
        workflow = definition["workflows"][0]
        workflow["description"] = "brandnew"
        write_json(path, definition)
        await ui.wait_until(lambda: view.matches)
        assert ui.explorer.query_one(FilterInput).value == "brandnew"
        assert ui.focus == "filter"
        assert "brandnew" in drawn(view)


# Without a screen


@given(st.text(max_size=30), st.text(max_size=3))
def test_what_is_marked_is_what_was_looked_for(text: str, looked_for: str) -> None:
    search = TextSearch(looked_for)
    spans = list(search.spans(text))
    assert bool(spans) == search.is_in(text)
    assert all(lowered(text[start:end]) == lowered(looked_for) for start, end in spans)
    assert "".join(piece for piece, _ in search.highlighted(((text[:7], ""), (text[7:], "name")))) == text


def test_the_next_of_some_places_is_found_from_any_place() -> None:
    assert next_position([2, 5], 0, 1) == (2, False)
    assert next_position([2, 5], 2, 1) == (5, False)
    assert next_position([2, 5], 5, 1) == (2, True)
    assert next_position([2, 5], 2, -1) == (5, True)
    assert next_position([0, 1], 0.5, -1) == (0, False)
