"""Marks: a letter for a place, and back to it; and the labels of the panes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from kustui.tui.bindings import BY_ID
from kustui.tui.explorer.marks import BookmarkMenu
from tests.support.definitions import write_json
from tests.support.explorer import CHAIN, ExplorerPilot, explorer

if TYPE_CHECKING:
    from pathlib import Path


def menu(ui: ExplorerPilot) -> BookmarkMenu | None:
    return next(iter(ui.explorer.query(BookmarkMenu)), None)


async def test_a_letter_marks_a_place_and_goes_back_to_it() -> None:
    async with explorer(CHAIN) as ui:
        await ui.go_to("Whose conversation")
        there = ui.cursor_row
        await ui.press("m", "a")
        assert "marked a followup-timer-1-of-4-start › Whose conversation" in ui.keys
        await ui.press("C", "G")
        await ui.press("apostrophe", "a")
        assert ui.cursor_row == there
        assert ui.focus == "tree"
        await ui.press("left_square_bracket")
        assert ui.cursor_row != there
        await ui.press("grave_accent", "a")
        assert ui.cursor_row == there


async def test_the_marks_are_listed_and_one_is_chosen_or_forgotten_there() -> None:
    async with explorer(CHAIN) as ui:
        for letter, text in (("b", "followup-timer-2"), ("a", "Whose conversation"), ("A", "on conversation")):
            await ui.go_to(text)
            await ui.press("m", letter)
        await ui.press("apostrophe")
        shown = menu(ui)
        assert shown is not None
        assert [row.split()[0] for row in ui.rows(shown)] == ["A", "a", "b"]
        assert ui.rows(shown)[0] == "A  followup-timer-1-of-4-start › the trigger"
        await ui.press("down", "enter")
        assert "Whose conversation" in ui.cursor_row
        await ui.press("apostrophe", "down", "delete", "escape")
        assert ui.explorer.navigator.marks.keys() == {"A", "b"}
        await ui.press("apostrophe", "a")
        assert "no mark a" in ui.keys


async def test_another_key_ends_it_and_the_pane_has_the_keys_again() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.press("3", "m")
        assert menu(ui) is not None
        await ui.press("escape")
        assert (menu(ui), ui.focus) == (None, "source")
        assert ui.explorer.navigator.marks == {}
        await ui.press("m", "tab")
        assert (menu(ui), ui.focus) == (None, "source")
        await ui.press("apostrophe")
        assert "no marks yet: m and a letter" in ui.keys


async def test_twice_the_key_goes_where_one_was_before_the_jump() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("m", "a")
        before = ui.cursor_row
        await ui.go_to("Look again in an hour")
        await ui.press("apostrophe", "a")
        await ui.press("apostrophe", "apostrophe")
        assert "Look again in an hour" in ui.cursor_row
        assert before != ui.cursor_row


async def test_a_mark_is_kept_by_who_it_is_and_said_to_be_gone_when_it_is(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = write_json(tmp_path / "chain.json", definition)
    async with explorer(path) as ui:
        await ui.go_to("followup-timer-4")
        await ui.press("m", "x")

        async def saved() -> None:
            before = ui.explorer.snapshot
            write_json(path, definition)
            await ui.wait_until(lambda: ui.explorer.snapshot is not before)
            await ui.rest()

        definition["workflows"].insert(0, definition["workflows"].pop(3))
        definition["workflows"][0]["name"] = "renamed"
        await saved()
        await ui.press("G", "apostrophe", "x")
        assert "renamed" in ui.cursor_row
        del definition["workflows"][0]
        await saved()
        await ui.press("apostrophe")
        shown = menu(ui)
        assert shown is not None
        assert "gone" in ui.rows(shown)[0]


async def test_every_pane_says_the_key_that_goes_to_it() -> None:
    keys = ("view.tree", "view.detail", "view.source", "view.problems", "view.flow", "view.boxes", "view.chains",
            "view.timeline", "view.uses", "view.changes")  # fmt: skip
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.go_to("Whose conversation")
        await ui.press("u", "1")
        for id_ in keys:
            key = BY_ID[id_].keys.split(",")[0]
            await ui.press(key)
            focused = ui.app.focused
            assert focused is not None
            title = str(focused.border_title)
            assert re.search(rf"(^|\[bold\](\[/[^\]]*\])?){key}:", title), id_
            if id_ == "view.problems":
                await ui.press("4", "2", "1")
                await ui.go_to("Whose conversation")
                await ui.press("u")
