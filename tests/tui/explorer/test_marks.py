"""Marks: a letter for a place, and back to it; and the labels of the panes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kustui.tui.bindings import BY_ID
from kustui.tui.explorer.bookmarks import BookmarkMenu
from tests.tui.explorer.test_explorer import CHAIN, Eye, explorer, written

if TYPE_CHECKING:
    from pathlib import Path


def menu(eye: Eye) -> BookmarkMenu | None:
    return next(iter(eye.explorer.query(BookmarkMenu)), None)


async def test_a_letter_marks_a_place_and_goes_back_to_it() -> None:
    async with explorer(CHAIN) as eye:
        await eye.go_to("Whose conversation")
        there = eye.here
        await eye.press("m", "a")
        assert "marked a followup-timer-1-of-4-start › Whose conversation" in eye.keys
        await eye.press("C", "G")
        await eye.press("apostrophe", "a")
        assert eye.here == there
        assert eye.focus == "tree"
        await eye.press("left_square_bracket")
        assert eye.here != there
        await eye.press("grave_accent", "a")
        assert eye.here == there


async def test_the_marks_are_listed_and_one_is_chosen_or_forgotten_there() -> None:
    async with explorer(CHAIN) as eye:
        for letter, text in (("b", "followup-timer-2"), ("a", "Whose conversation"), ("A", "on conversation")):
            await eye.go_to(text)
            await eye.press("m", letter)
        await eye.press("apostrophe")
        shown = menu(eye)
        assert shown is not None
        assert [row.split()[0] for row in eye.rows(shown)] == ["A", "a", "b"]
        assert eye.rows(shown)[0] == "A  followup-timer-1-of-4-start › the trigger"
        await eye.press("down", "enter")
        assert "Whose conversation" in eye.here
        await eye.press("apostrophe", "down", "delete", "escape")
        assert eye.explorer.bookmarks.places.keys() == {"A", "b"}
        await eye.press("apostrophe", "a")
        assert "no place is marked with a" in eye.keys


async def test_another_key_ends_it_and_the_pane_has_the_keys_again() -> None:
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.press("3", "m")
        assert menu(eye) is not None
        await eye.press("escape")
        assert (menu(eye), eye.focus) == (None, "source")
        assert eye.explorer.bookmarks.places == {}
        await eye.press("m", "tab")
        assert (menu(eye), eye.focus) == (None, "source")
        await eye.press("apostrophe")
        assert "no place is marked yet: m and a letter" in eye.keys


async def test_twice_the_key_goes_where_one_was_before_the_jump() -> None:
    async with explorer(CHAIN) as eye:
        await eye.press("m", "a")
        before = eye.here
        await eye.go_to("Look again in an hour")
        await eye.press("apostrophe", "a")
        await eye.press("apostrophe", "apostrophe")
        assert "Look again in an hour" in eye.here
        assert before != eye.here


async def test_a_mark_is_kept_by_who_it_is_and_said_to_be_gone_when_it_is(tmp_path: Path) -> None:
    definition = json.loads(CHAIN.read_text())
    path = written(tmp_path / "chain.json", definition)
    async with explorer(path) as eye:
        await eye.go_to("followup-timer-4")
        await eye.press("m", "x")

        async def saved() -> None:
            before = eye.explorer.snapshot
            written(path, definition)
            for _ in range(500):
                if eye.explorer.snapshot is not before:
                    break
                await eye.pilot.pause(0.01)
            await eye.rest()

        definition["workflows"].insert(0, definition["workflows"].pop(3))
        definition["workflows"][0]["name"] = "renamed"
        await saved()
        await eye.press("G", "apostrophe", "x")
        assert "renamed" in eye.here
        del definition["workflows"][0]
        await saved()
        await eye.press("apostrophe")
        shown = menu(eye)
        assert shown is not None
        assert "gone" in eye.rows(shown)[0]


async def test_every_pane_says_the_key_that_goes_to_it() -> None:
    keys = ("view.tree", "view.detail", "view.source", "view.problems", "view.flow", "view.boxes", "view.chains",
            "view.timeline", "view.uses", "view.changes")  # fmt: skip
    async with explorer(CHAIN, size=(160, 48)) as eye:
        await eye.go_to("Whose conversation")
        await eye.press("u", "1")
        for id_ in keys:
            key = BY_ID[id_].keys.split(",")[0]
            await eye.press(key)
            focused = eye.app.focused
            assert focused is not None
            assert str(focused.border_title).startswith(f"{key} "), id_
            if id_ == "view.problems":
                await eye.press("4", "2", "1")
                await eye.go_to("Whose conversation")
                await eye.press("u")
