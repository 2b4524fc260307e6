"""When a scheduled run is due."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.models import RunAt, due_in_words, relative_minutes


def run_at(type_: Any = "relative", value: Any = None) -> RunAt:
    return RunAt(type=type_, value=value)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        (None, "at no time given"),
        (run_at(value=60), "after 60 min"),
        (run_at(value=0), "after 0 min"),
        (run_at(value="60"), "at 60"),
        (run_at(value=True), "at True"),
        (run_at("absolute", "2026-01-01T00:00:00Z"), "at 2026-01-01T00:00:00Z"),
        (run_at("absolute", "/#steps.1.due"), "at due"),
        (run_at("absolute", "/#steps.aB3.due"), "at aB3.due"),
        (run_at("relative", "{{steps.1.minutes}}"), "after minutes"),
        (run_at("absolute", "{{date steps.1.due}}Z"), 'at "{{date steps.1.due}}Z"'),
        (run_at("absolute"), "at no time given"),
        (run_at("relative"), "at no time given"),
    ],
)
def test_when_a_run_is_due(given_: RunAt | None, words: str) -> None:
    assert due_in_words(given_) == words


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())))
def test_whatever_is_given_is_told_somehow(value: Any) -> None:
    assert due_in_words(run_at(value=value))


def test_only_a_relative_number_is_a_delay() -> None:
    assert relative_minutes(run_at(value=60)) == 60
    assert relative_minutes(None) is None
    assert relative_minutes(run_at("absolute", 60)) is None
    assert relative_minutes(run_at(value=True)) is None
    assert relative_minutes(run_at(value="60")) is None
