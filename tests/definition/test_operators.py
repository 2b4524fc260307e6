"""The table of operators: what its entries say of each other, and that one entry is all there is to an operator."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.check.rule import step, to, when, workflow
from kustui.definition.expressions import in_words, parse_condition
from kustui.definition.operators import OPERATOR_BY_ALIAS, OPERATORS, Family, Operator, Presence, compare, equal_to_any
from kustui.definition.values import MISSING, Undecided, any_of, equal
from kustui.simulate.scenarios.explore import explore_paths
from tests.benchmarks.growth import counted
from tests.support.rules import rules_of
from tests.support.runs import follows, organisation

literals = st.one_of(
    st.text(max_size=5), st.integers(-9, 9), st.booleans(), st.lists(st.text(min_size=1, max_size=3), max_size=3)
)


@given(st.sampled_from(sorted(OPERATORS)), literals)
def test_no_example_fails_its_operator(name: str, literal: Any) -> None:
    example = OPERATORS[name].example(literal)
    if example is not MISSING:
        assert compare(name, example, literal) is not False


@given(st.sampled_from([name for name in sorted(OPERATORS) if OPERATORS[name].mirror]), literals, literals)
def test_a_mirror_says_the_same_with_the_values_exchanged(name: str, one: Any, other: Any) -> None:
    answers = compare(name, one, other), compare(OPERATORS[name].mirror, other, one)
    assert len({answer for answer in answers if not isinstance(answer, Undecided)}) <= 1


@given(st.sampled_from(sorted(OPERATORS)), literals)
def test_nothing_holds_that_needs_what_is_missing(name: str, literal: Any) -> None:
    if OPERATORS[name].presence in (Presence.NEEDS_FIRST, Presence.NEEDS_BOTH, Presence.ASKS):
        assert compare(name, MISSING, literal) is not True
    if OPERATORS[name].presence is Presence.NEEDS_BOTH:
        assert compare(name, literal, MISSING) is not True


def test_what_other_languages_call_an_operator_is_no_operator_of_kustomers() -> None:
    assert not OPERATOR_BY_ALIAS.keys() & OPERATORS.keys()


def test_one_entry_makes_an_operator_known_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    condition = when("between", "/#steps.1.total", [5, 7])
    definition = workflow("W", step("aB3"), step("cD4"), entry=(to("aB3", condition), to("cD4")))
    assert "unknown-operator" in rules_of(definition)

    def between(value: Any, bounds: Any) -> bool:
        return isinstance(value, int) and bounds[0] <= value <= bounds[1]

    entry = Operator("between", "is between", between, Family.ORDER, example=lambda bounds: bounds[0])
    monkeypatch.setitem(OPERATORS, "between", entry)
    assert "unknown-operator" not in rules_of(definition)
    assert in_words(parse_condition(condition["op"], condition["values"])) == "total is between [5, 7]"
    assert compare("between", 6, [5, 7]) is True
    stage = organisation(definition)
    paths = explore_paths(stage.analysis(stage.collection.entries[0].key)).paths
    assert {path.nodes: follows(stage, path) for path in paths} == {("1", "aB3"): True, ("1", "cD4"): True}


@pytest.mark.parametrize("sought", ["x", "v0"])
def test_a_text_is_looked_for_among_texts_without_a_comparison_for_each(sought: str) -> None:
    few, many = ([f"v{at}" for at in range(count)] for count in (3, 300))
    assert counted(partial(compare, "contains", many, sought)) == counted(partial(compare, "contains", few, sought))


ELEMENTS = st.sampled_from(("a", "5", "", "true", 5, 0, True, None, 1.0, ["a"], [], {"a": "a"}, Undecided("unknown")))


@given(st.lists(ELEMENTS, max_size=4), ELEMENTS)
def test_among_values_is_what_is_equal_to_any(values: list[Any], value: Any) -> None:
    found, compared = equal_to_any(values, value), any_of(equal(element, value) for element in values)
    assert isinstance(found, Undecided) if isinstance(compared, Undecided) else found is compared
