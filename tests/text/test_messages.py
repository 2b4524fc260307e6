"""Numbers with what they count, and which name was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.text.messages import (
    Suggestion,
    closest,
    counted,
    duration_in_words,
    hint_of,
    shortened_message,
    suggested,
    suggestion,
)


@pytest.mark.parametrize(("number", "words"), [(0, "0 steps"), (1, "1 step"), (2, "2 steps"), (1200, "1,200 steps")])
def test_a_noun_follows_its_number(number: int, words: str) -> None:
    assert counted(number, "step") == words


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "0 min"),
        (1, "1 min"),
        (59, "59 min"),
        (60, "60 min"),
        (90, "90 min"),
        (1440, "1 d"),
        (120, "2 h"),
        (1501, "1 d 1 h 1 min"),
        (2160, "1 d 12 h"),
        (10080, "7 d"),
        (20160, "14 d"),
        (10**400, "longer than anybody waits"),
        (11520, "8 d"),
        (0.5, "0.5 min"),
        (60.0, "60 min"),
        (-60, "-60 min"),
    ],
)
def test_a_duration_is_told_in_minutes_and_from_two_hours_on_in_hours_and_days(duration: float, words: str) -> None:
    assert duration_in_words(duration) == words


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("wX3kQ8xA-", ["wX3kQ8xA_", "other"], "wX3kQ8xA_"),
        ("timerStartAt", ["@timerStartAt"], "@timerStartAt"),
        ("recieve", ["receive"], "receive"),
        ("STATUS", ["status"], "status"),
        ("abc", ["abd", "abcd"], "abcd"),
        ("a", ["b"], ""),
        ("a", ["b", "A"], "A"),
        ("a", ["ab"], "ab"),
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


def test_a_name_of_a_million_characters_is_compared_with_others() -> None:
    """In no more than a look at each: the square of them would take minutes."""
    known = f"{'ab' * 250_000}cd{'ab' * 250_000}"
    assert closest(f"x{'ab' * 250_000}dc{'ab' * 250_000}", [known, "a" * 1_000_000]) == known


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


@pytest.mark.parametrize(
    ("name", "names", "intended", "is_certain"),
    [
        ("statuss", ["status", "tags"], "status", True),
        ("cD5", ["cD4", "eF6"], "cD4", True),
        ("cD5", ["cD4", "cD6"], "cD4", False),
        ("colour", ["tags"], None, False),
    ],
)
def test_a_suggestion_is_certain_where_no_other_name_is_close(
    name: str, names: list[str], intended: str | None, is_certain: bool
) -> None:
    found = suggestion(name, names, "fields")
    assert (found.intended, found.is_certain) == (intended, is_certain)
    assert found.hint == hint_of(name, names, "fields")


def test_a_suggestion_for_a_part_is_one_for_the_whole() -> None:
    whole = suggested("get-orders", ["get-order"]).within("kustomer.app.get-orders.get-orders", "get-orders")
    assert whole.intended == "kustomer.app.get-orders.get-order"
    assert Suggestion("none").within("a", "a") == Suggestion("none")


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ('no step "x"', 'no step "x"'),
        (f'no step "{"x " * 90}", did you mean "y"?', f'no step "{"x " * 49}x…", did you mean "y"?'),
        (f"steps.{'x' * 200} is missing", f"steps.{'x' * 94}… is missing"),
        (f'"a" is {"so " * 60}"b"', f'"a" is {"so " * 60}"b"'),
    ],
)
def test_a_message_says_the_beginning_of_long_names(message: str, shown: str) -> None:
    assert shortened_message(message) == shown


@pytest.mark.parametrize("part", ["x", "x ", '"', '" ', "\n", "漢"])
def test_no_message_is_longer_than_anybody_reads(part: str) -> None:
    assert len(shortened_message(f'the step "{part * 100_000}" is missing')) < 2_100


def test_a_name_of_nothing_is_not_listed() -> None:
    assert suggestion("abc", ["", "zzzzz"], "steps").hint == "steps: zzzzz"
    assert suggestion("abc", [""], "steps").hint == "there are no steps"
