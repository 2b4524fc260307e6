"""Comparisons of one value that hold together, or contradict each other."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.definition.cases import Fact, FactTable, all_cases
from kustui.definition.possible_values import Term


@pytest.mark.parametrize(
    ("comparisons", "is_possible"),
    [
        ([("eq", 1, True), ("eq", 2, True)], False),
        ([("eq", 1, True), ("neq", 2, True), ("neq", "a", True)], True),
        ([("eq", 1, True), ("eq", "1.0", True)], True),  # cast, the text is the number
        ([("eq", "a", True), ("neq", 0, True)], True),
        ([("eq", True, True), ("eq", "a", True)], False),
        ([("eq", 2, True), ("gt", 3, True)], False),
        ([("eq", 2, True), *(("neq", number, True) for number in range(3, 300))], True),
        ([("eq", "a", False), ("lt-date", "15.03.2026", True)], True),  # a date that kustui does not know
        ([("eq", "a", False), ("lt-date", 1_773_532_800, True)], True),
        ([("eq", "a", False), ("lt-date", "tomorrow", True)], False),
        ([("eq", "a", True), ("lt-date", "2026-03-15", True)], False),
        ([("gt", 0, True), ("gt-date", "2026-03-15", True)], True),  # a date in milliseconds
        ([("gt", 0, True), ("lt", 5, True), ("gt-date", "2026-03-15", True)], False),
        ([("gt-date", "9999-12-31T23:59:59.999Z", True)], True),
    ],
)
def test_comparisons_with_texts_numbers_and_dates_hold_together_if_a_value_meets_them(
    comparisons: list[tuple[str, Any, bool]], is_possible: bool
) -> None:
    terms = {
        f"{at:03}": Term(operator, False, ("x",), 0, literal) for at, (operator, literal, _) in enumerate(comparisons)
    }
    case = frozenset(Fact(f"{at:03}", holds) for at, (*_, holds) in enumerate(comparisons))
    assert bool(FactTable(terms).consistent((case,))) is is_possible


def test_facts_that_are_certain_are_put_together_at_once() -> None:
    """And not copied with each that comes: that takes the square of their number."""
    copied = 0

    class Facts(frozenset[Fact]):
        def __or__(self, other: Any) -> Facts:
            nonlocal copied
            copied += len(self)
            return Facts(super().__or__(other))

        __ror__ = __or__

    facts = [Fact(f"{at}", True) for at in range(100)]
    assert all_cases((Facts([fact]),) for fact in facts) == (frozenset(facts),)
    assert copied < 2 * len(facts)
