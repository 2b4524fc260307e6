"""Numbers with what they count."""

from __future__ import annotations

import pytest

from kustui.text.quantities import counted, duration_in_words


@pytest.mark.parametrize(("number", "words"), [(0, "0 steps"), (1, "1 step"), (2, "2 steps"), (1200, "1,200 steps")])
def test_a_noun_follows_its_number(number: int, words: str) -> None:
    assert counted(number, "step") == words


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (0, "0 min"),
        (1, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (90, "90 min"),
        (1440, "1 d"),
        (2160, "36 h"),
        (10080, "1 w"),
        (20160, "2 w"),
        (10**400, "longer than anybody waits"),
        (11520, "8 d"),
        (0.5, "0.5 min"),
        (60.0, "1 h"),
        (-60, "-1 h"),
    ],
)
def test_a_duration_is_told_in_the_largest_unit_that_needs_no_fraction(duration: float, words: str) -> None:
    assert duration_in_words(duration) == words
