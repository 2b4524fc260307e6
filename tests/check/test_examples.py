"""The examples that ``kustui explain`` shows are true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kustui.check.rules import RULES
from kustui.commands.explain import problems_in

if TYPE_CHECKING:
    from kustui.check.rule import Rule


SHOWN = {name: rule for name, rule in RULES.items() if rule.bad}
"""All but those that no definition can show."""


@pytest.mark.parametrize("rule", SHOWN.values(), ids=SHOWN.keys())
def test_the_bad_example_gives_its_one_problem(rule: Rule) -> None:
    assert [problem.rule for problem in problems_in(rule.bad)] == [rule.name]


@pytest.mark.parametrize("rule", SHOWN.values(), ids=SHOWN.keys())
def test_the_bad_example_is_as_severe_as_its_rule(rule: Rule) -> None:
    assert [problem.severity for problem in problems_in(rule.bad)] == [rule.severity]


@pytest.mark.parametrize("rule", SHOWN.values(), ids=SHOWN.keys())
def test_the_good_example_gives_none(rule: Rule) -> None:
    assert problems_in(rule.good) == ()
