"""Operators and how many values they take."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.check.rule import step, to, when, workflow
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.definition.operators import OPERATORS
from tests.support.rules import only, place, problems_in, rules_of, told

OPEN = when("eq", "/#steps.1.status", "open")


def asking(condition: dict[str, Any]) -> dict[str, Any]:
    return workflow("W", step("aB3"), entry=(to("aB3", condition),))


def text(condition: str) -> str:
    edge = f'{{"target": "aB3", "condition":\n{condition}}}'
    step = '{"id": "aB3", "transitions": []}'
    return f'{{"name": "W", "trigger": {{"eventName": "e", "transitions": [{edge}]}}, "steps": [{step}]}}'


# unknown-operator


def test_an_unknown_operator_is_told_where_it_stands() -> None:
    problem = only(text('{"values": ["/#steps.1.größe", "\\u00e4"], "op": "resembles"}'))
    assert (problem.rule, problem.severity, problem.step) == ("unknown-operator", Severity.WARNING, "1")
    assert place(problem) == "2:49-2:60"
    assert problem.message == 'unknown operator "resembles"'
    assert problem.hint.startswith("operators: and, contains, dne, ")
    assert all(name in problem.hint for name in OPERATORS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("equals", "eq"), ("EQ", "eq"), ("==", "eq"), ("not-equals", "neq"), ("Not Equal", "neq"), ("!=", "neq"),
        (">", "gt"), ("greater_than", "gt"), ("lessThanOrEqual", "lte"), ("includes", "contains"),
        ("doesNotContain", "not-contains"), ("does-not-exist", "dne"), ("exist", "exists"), ("ne", "neq"),
        ("&&", "and"), ("not_in", "not-contains"), ("always", "true"), ("contain", "contains"), ("in", "contains"),
        ("nin", "not-contains"), ("dnc", "not-contains"), ("lessThan", "lt"), ("lt_date", "lt-date"),
        ("gtDate", "gt-date"), ("before", "lt-date"), ("isEmpty", "dne"), ("notContains", "not-contains"),
        ("not contains", "not-contains"), ("conatins", "contains"), ("Exists", "exists"),
    ],
)  # fmt: skip
def test_words_of_other_languages_are_understood(written: str, meant: str) -> None:
    problem = only(asking(when(written, "/#steps.1.x", "y")))
    assert (problem.rule, problem.hint) == ("unknown-operator", f'did you mean "{meant}"?')


@pytest.mark.parametrize(
    ("written", "closest"),
    [
        ("startsWith", "contains"), ("ends_with", "contains"), ("matches", "contains"), ("regex", "contains"),
        ("not", "false"), ("!", "false"), ("doesNotStartWith", "not-contains"), ("between", "gte"),
        ("gte-date", "gt-date"), ("lteDate", "lt-date"),
    ],
)  # fmt: skip
def test_of_what_kustomer_has_no_operator_for_the_closest_is_named(written: str, closest: str) -> None:
    problem = only(asking(when(written, "/#steps.1.x", "y")))
    assert (problem.rule, problem.hint) == (
        "unknown-operator",
        f'there is no such operator; the closest is "{closest}"',
    )


def test_what_stands_in_an_unknown_operator_is_not_judged_as_a_condition() -> None:
    assert only(asking(when("not", when("equals", "/#steps.1.x", "y")))).pointer.endswith("/condition/op")
    assert only(asking(when("not", OPEN, OPEN, 7))).rule == "unknown-operator"


def test_operators_may_be_made_known() -> None:
    known = Settings(operators=frozenset({"resembles"}))
    assert rules_of(asking(when("resembles", "/#steps.1.x", "y")), settings=known) == []
    assert only(asking(when("resemble", "/#steps.1.x", "y")), settings=known).hint == 'did you mean "resembles"?'


def test_operators_are_looked_for_at_any_depth_and_in_error_cases() -> None:
    nested = when("and", OPEN, when("or", OPEN, when("and", when("is like", "/#steps.1.x", "y"))))
    at = "/condition/values/1/values/1/values/0/op"
    definition = workflow("W", step("aB3", to("cD4", nested), errorCases=[to("cD4", nested)]), step("cD4"))
    assert [problem.pointer for problem in problems_in(definition)] == [
        f"/steps/0/errorCases/0{at}",
        f"/steps/0/transitions/0{at}",
    ]


# operator-arity


def test_too_few_values_are_told_at_the_values() -> None:
    problem = only(text('{"op": "eq", "values": ["/#steps.1.x"]}'))
    assert (problem.rule, problem.severity, place(problem)) == ("operator-arity", Severity.WARNING, "2:24-2:39")
    assert (problem.message, problem.hint) == ('"eq" takes 2 values, found 1', "add the other value")


NESTING = {"and", "or"}


@pytest.mark.parametrize("name", sorted(OPERATORS.keys() - NESTING))
def test_every_operator_takes_as_many_values_as_its_table_says(name: str) -> None:
    operator = OPERATORS[name]
    assert operator.most is not None
    for count in range(4):
        holds = operator.least <= count <= operator.most
        found = rules_of(asking(when(name, *(f"/#steps.1.x{at}" for at in range(count)))))
        never = ["unreachable-step"] if name == "false" and not count else []
        assert found == (never if holds else ["operator-arity"]), count


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (when("exists"), '"exists" takes 1 or 2 values, found 0'),
        (when("true", "/#steps.1.x", True, True), '"true" takes 0 to 2 values, found 3'),
        (when("gt", 1, 2, 3), '"gt" takes 2 values, found 3'),
        (when("and"), '"and" combines conditions, but there are none'),
        (when("or"), '"or" combines conditions, but there are none'),
    ],
)
def test_how_many_were_found(condition: dict[str, Any], message: str) -> None:
    assert told(asking(condition)) == [f"operator-arity at /trigger/transitions/0/condition/values: {message}"]


def test_a_part_that_is_no_condition_is_of_the_wrong_shape() -> None:
    assert told(asking(when("and", OPEN, "open"))) == [
        "invalid-shape at /trigger/transitions/0/condition/values/1: "
        "a condition is expected here: an object with op and values"
    ]
