"""A rehearsal in words."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.check.rule import step, to, when, workflow
from kustui.definition.values import MISSING, Undecided
from kustui.simulate.engine import words
from tests.support.runs import started, to_the_end


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "T+0"),
        (60, "T+60 min"),
        (119, "T+119 min"),
        (120, "T+2 h"),
        (90 * 60, "T+3 d 18 h"),
        (11_820, "T+8 d 5 h"),
        (1501, "T+1 d 1 h 1 min"),
        (0.5, "T+0.5 min"),
    ],
)
def test_a_time_of_the_clock(minutes: float, told: str) -> None:
    assert words.moment(round(minutes * 60_000)) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (MISSING, "missing"),
        (Undecided("nobody knows"), "undecided (nobody knows)"),
        ("/#steps.1.id", '"/#steps.1.id"'),  # a value that looks like a reference is none
        ('a "b"', '"a \\"b\\""'),
        (["/#steps.1.id"], '["/#steps.1.id"]'),
        ({"a": True, "b": None}, '{"a": true, "b": null}'),
        ("x" * 100, '"' + "x" * 59 + '…"'),
    ],
)
def test_a_value_of_a_run(value: Any, told: str) -> None:
    assert words.value(value) == told


def test_a_run_that_ends_because_something_is_missing_says_what() -> None:
    edges = to("aB3", when("eq", "/#steps.1.@fooAt", "x")), to("aB3", when("gt", "/#steps.1.n", 3))
    entry = to_the_end(started(workflow("W", step("aB3"), entry=edges), n=1)).last
    assert entry is not None
    assert words.why(entry) == "no transition holds: @fooAt is missing"
