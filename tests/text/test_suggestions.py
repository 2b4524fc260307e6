"""Which name was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.text.suggestions import closest, hint_of


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("wX3kQ8xA-", ["wX3kQ8xA_", "other"], "wX3kQ8xA_"),
        ("timerStartAt", ["@timerStartAt"], "@timerStartAt"),
        ("recieve", ["receive"], "receive"),
        ("STATUS", ["status"], "status"),
        ("abc", ["abd", "abcd"], "abcd"),
        ("a", ["b"], "b"),
        ("abc", ["xyz"], ""),
        ("abcdef", ["abxxxf"], ""),
        ("abcdefghijkl", ["abcdefgh"], ""),
        ("abc", [], ""),
        ("abc", ["abc"], ""),
        ("", ["a"], "a"),
    ],
)
def test_the_nearest_name_within_a_few_edits_is_meant(name: str, known: list[str], found: str) -> None:
    assert closest(name, known) == found


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=6))
def test_what_is_meant_is_a_known_name_other_than_the_one_given(name: str, known: list[str]) -> None:
    assert closest(name, known) in {"", *known} - ({name} - {""})


@given(st.text(max_size=12), st.permutations(["alpha", "alphb", "beta", "Alpha"]))
def test_the_order_in_which_names_are_known_changes_no_hint(name: str, known: list[str]) -> None:
    assert hint_of(name, known, "steps") == hint_of(name, sorted(known), "steps")


def test_a_hint_asks_whether_the_near_name_was_meant() -> None:
    assert hint_of("statuss", ["status", "tags"], "fields") == 'did you mean "status"?'


def test_a_hint_lists_what_there_is_where_it_is_few() -> None:
    assert hint_of("colour", ["tags", "id"], "fields") == "fields: id, tags"
    assert hint_of("colour", [f"field{index}" for index in range(9)], "fields") == ""


def test_a_hint_says_that_there_is_nothing() -> None:
    assert hint_of("x", [], "steps") == "there are no steps"
