"""Commands grow no faster than what they read and write: in calls of functions, which are the same in every run.
``python -m tests.benchmarks.growth`` measures the time, and more commands."""

from __future__ import annotations

import pytest

from tests.benchmarks.growth import costs_of, exponent, warm_up
from tests.benchmarks.shapes import SHAPES

COMMANDS = ("check", "graph", "graph --boxes", "graph --format mermaid", "simulate --max-steps 150", "finder")
"""One after the other in a process, so that those after the check are not charged with it. No counted shape takes as
many steps as that, except those that have no end."""
EXPLORED = ("forward_mesh", "ways_in", "any_of_all", "unclosed_blocks")
"""Shapes that are explored and compared too: paths take longer than anything else."""
MISTAKEN = (
    "surplus_values", "error_readers", "undeclared_apps", "missing_inputs", "mistaken_events", "misshapen_workflows",
)  # fmt: skip
"""Shapes of problems that have quick fixes, for the report that has these."""
FIXES = "check --format json"
LIMIT = 1.6
"""Well below the square. What is looked at together is limited to the first few hundred, so that work grows faster in
definitions as small as these than in larger ones."""
LIMIT_OF_FIXES = 1.05
"""Most of the report is no fix, so that a square among the fixes shows as little more than 1 in small definitions."""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    warm_up((*COMMANDS, "simulate --explore", "diff", FIXES))


@pytest.mark.slow
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in MISTAKEN])
def test_work_grows_no_faster_than_input_and_output(shape: str) -> None:
    crafted = SHAPES[shape]
    commands = (*COMMANDS, *(["simulate --explore", "diff"] if shape in EXPLORED else []))
    sizes = (1, crafted.counted, 4 * crafted.counted)
    smallest, small, large = (costs_of(commands, crafted.bytes_of(size), count=True) for size in sizes)
    assert large.keys() == {*commands}, "one was given up"
    powers = {command: exponent(smallest[command], small[command], large[command]) for command in commands}
    assert {command: power for command, power in powers.items() if power > LIMIT} == {}


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["many_dependencies", *MISTAKEN])
def test_the_fixes_of_a_problem_take_no_longer_where_there_are_more(shape: str) -> None:
    crafted = SHAPES[shape]
    costs = [
        costs_of(("check", FIXES), crafted.bytes_of(size), count=True)
        for size in (1, 2 * crafted.counted, 8 * crafted.counted)
    ]
    assert exponent(*(cost[FIXES] for cost in costs)) <= LIMIT_OF_FIXES  # the problems are known from the check
