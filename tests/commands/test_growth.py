"""A check grows no faster than what it reads and writes: in calls of functions, which are the same in every run.
``python -m tests.benchmarks.growth`` measures the time, and more commands."""

from __future__ import annotations

import pytest

from tests.benchmarks.growth import costs_of, exponent, warm_up
from tests.benchmarks.shapes import SHAPES

COMMANDS = ("check",)
LIMIT = 1.6
"""Well below the square. What is looked at together is limited to the first few hundred, so that work grows faster in
definitions as small as these than in larger ones."""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    warm_up(COMMANDS)


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_no_faster_than_input_and_output(shape: str) -> None:
    crafted = SHAPES[shape]
    sizes = (1, crafted.counted, 4 * crafted.counted)
    smallest, small, large = (costs_of(COMMANDS, crafted.bytes_of(size), count=True) for size in sizes)
    assert large.keys() == {*COMMANDS}, "one was given up"
    powers = {command: exponent(smallest[command], small[command], large[command]) for command in COMMANDS}
    assert {command: power for command, power in powers.items() if power > LIMIT} == {}
