"""What keys are called, held against what Textual calls them."""

from __future__ import annotations

import string

import pytest
from textual.binding import Binding, BindingsMap
from textual.keys import Keys, _character_to_key

from kustui.config.actions import ACTIONS, key_names, with_keys
from kustui.config.key_names import display_key, parse_key
from kustui.config.preferences import PANE_SIZES, Preferences, key_conflicts, merge_preferences, parse_keys


@pytest.mark.parametrize("character", [*string.printable[:95], "é", "ñ", "ß", "«", "€"])
def test_a_character_is_the_key_that_textual_hears(character: str) -> None:
    assert parse_key(character) == (_character_to_key(character) if character != " " else "space")


@pytest.mark.parametrize("key", ["escape", "enter", "tab", "backspace", "delete", "insert", "home", "end", "pageup"])
def test_the_keys_that_type_nothing_are_called_as_textual_calls_them(key: str) -> None:
    assert Keys(key).value == key == parse_key(key)
    assert parse_key(f"ctrl+{key}") == f"ctrl+{key}"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ctrl+o", "ctrl+o"), ("Ctrl+O", "ctrl+o"), ("Shift+Tab", "shift+tab"), ("shift+ctrl+up", "ctrl+shift+up"),
        ("PgDn", "pagedown"), ("Esc", "escape"), ("F5", "f5"), ("shift+a", "A"), ("+", "plus"), ("ctrl++", "ctrl+plus"),
        ("question_mark", "question_mark"), ("Left Square Bracket", "left_square_bracket"), (",", "comma"),
    ],
)  # fmt: skip
def test_keys_may_be_written_as_the_help_shows_them(written: str, key: str) -> None:
    assert parse_key(written) == key


@pytest.mark.parametrize("written", ["", "contrl+x", "ctrl+ctrl+x", "page", "f25", "ab", "\x1b", "+a", "a,b"])
def test_what_no_keyboard_has_is_no_key(written: str) -> None:
    assert parse_key(written) == ""


def test_what_is_shown_of_a_key_can_be_written() -> None:
    for action in ACTIONS:
        for key in action.key_list:
            assert parse_key(display_key(key)) == key
            assert parse_key(key) == key


def test_our_own_keys_are_such_as_textual_binds() -> None:
    for action in ACTIONS:
        assert set(BindingsMap([Binding(action.keys, "x")]).key_to_bindings) == set(action.key_list)


def test_our_own_table_has_no_clash() -> None:
    assert not list(key_conflicts({action.id: action.key_list for action in ACTIONS}))


def test_a_key_of_another_action_in_the_same_pane_clashes() -> None:
    assert list(key_conflicts({"go.back": ("right_square_bracket",)})) == [
        ("go.back", "right_square_bracket", "go.forward")
    ]
    assert list(key_conflicts({"tree.fold": ("p",)})) == [("tree.fold", "p", "go.next-problem")]
    both = {"view.flow": ("W",), "view.boxes": ("W",)}
    assert list(key_conflicts(both)) == [("view.boxes", "W", "view.flow")]


def test_a_key_of_another_pane_does_not_clash() -> None:
    assert not list(key_conflicts({"tree.fold": ("o",)}))  # the chains' own
    assert not list(key_conflicts({"go.back": ("right_square_bracket",), "go.forward": ("left_square_bracket",)}))


def test_the_later_table_holds_over_the_earlier_and_what_is_wrong_is_passed_over() -> None:
    found = merge_preferences(
        {"theme": "light", "ascii": True, "panes": {"tree": 30, "detail": 5}, "keys": {"view.flow": "W"}},
        {"theme": "drak", "state": False, "panes": {"source": 40}, "keys": {"view.flow": [], "go.back": "p", "x": "y"}},
    )
    assert found == Preferences(
        theme="light", ascii=True, state=False, panes={**PANE_SIZES, "tree": 30, "source": 40}, keys={"view.flow": ()}
    )


def test_keys_are_a_text_or_a_list_of_texts() -> None:
    assert parse_keys("?") == ("question_mark",)
    assert parse_keys(["a", "a", "Esc"]) == ("a", "escape")
    assert parse_keys([]) == ()
    assert parse_keys(3) is None
    assert parse_keys(["a", 3]) is None


def test_an_action_without_a_key_has_no_name_of_one() -> None:
    assert key_names(with_keys({"view.flow": ()})["view.flow"]) == ()
