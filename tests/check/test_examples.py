"""The examples that ``kustui explain`` shows are true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kustui.check.rule_pages import found_in
from kustui.check.rules import RULES

if TYPE_CHECKING:
    from kustui.check.rule import Rule


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_the_bad_example_gives_its_one_problem(rule: Rule) -> None:
    assert [problem.rule for problem in found_in(rule.bad)] == [rule.name]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_the_bad_example_is_as_severe_as_its_rule(rule: Rule) -> None:
    assert [problem.severity for problem in found_in(rule.bad)] == [rule.severity]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_the_good_example_gives_none(rule: Rule) -> None:
    assert found_in(rule.good) == ()
