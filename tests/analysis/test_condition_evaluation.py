"""Conditions decided: a table of cases for each operator, each with the source of what is expected (format.md §3).

[spec], [docs] and [seen] are facts; [assumed] is our reading, and what nobody knows is undecided: ``None``.
"""

from __future__ import annotations

from typing import Any

import pytest

from kustui.analysis.condition_evaluation import evaluate_condition
from kustui.analysis.evaluation import EvaluationContext
from kustui.definition.expressions import parse_condition
from kustui.definition.operators import OPERATORS

EVENT = {
    "status": "open", "tags": ["vip", "new"], "one": ["vip"], "total": "200", "zero": 0, "empty": "", "none": None,
    "yes": True, "no": False, "name": "Ann Lee", "at": "2026-01-02T00:00:00Z", "list": [], "word": "yes",
    "after": {"status": "open"},
}  # fmt: skip
STATUS, TAGS, TOTAL, AT, GONE = (f"/#steps.1.{name}" for name in ("status", "tags", "total", "at", "gone"))


def held(op: str, *values: Any) -> bool | None:
    context = EvaluationContext({"steps": {"1": EVENT}, "variables": {}})
    return evaluate_condition(parse_condition(op, list(values)), context).holds


API = "and or exists dne true false eq neq gt gte lt lte lt-date gt-date contains not-contains"
"""The operators of Kustomer's API description."""

CASES = [
    # operator, values, outcome, source
    ("true", [True], True, "[seen] the condition of every default transition"),
    ("true", ["/#steps.1.yes"], True, "[assumed] asks whether its value is true"),
    ("true", ["/#steps.1.no"], False, "[assumed]"),
    ("true", [GONE], False, "[assumed] nothing is not true"),
    ("true", ["/#steps.1.word"], None, "[docs] values are cast, by rules that are not public"),
    ("true", [STATUS], None, "[docs] a text may be cast to true"),
    ("true", [TOTAL], None, "[docs] likewise"),
    ("true", [TAGS], None, "[docs] likewise"),
    ("false", [STATUS], None, "[docs] likewise"),
    ("false", [], False, "[assumed] never holds"),
    ("false", ["/#steps.1.no"], True, "[assumed]"),
    ("false", [GONE], None, "[assumed] whether nothing counts as false is not known"),
    ("eq", [STATUS, "open"], True, "[seen]"),
    ("eq", [STATUS, "Open"], False, "[assumed] letter case counts"),
    ("eq", [STATUS, "/#steps.1.after.status"], True, "[seen] two references"),
    ("eq", [TOTAL, 200], True, "[docs] values are cast"),
    ("eq", ["/#steps.1.yes", "true"], True, "[docs] values are cast"),
    ("eq", ["/#steps.1.yes", "yes"], None, "[docs] by rules that are not public"),
    ("eq", ["/#steps.1.yes", "open"], False, "no cast makes true of it"),
    ("eq", [GONE, "open"], False, "[assumed] nothing is like no other value"),
    ("eq", [GONE, False], None, "[assumed] nothing might be cast to false"),
    ("eq", [GONE, GONE], None, "[assumed]"),
    ("eq", ["/#steps.1.none", None], True, "JSON"),
    ("eq", [TAGS, ["vip", "new"]], True, "JSON"),
    ("eq", ["/#steps.1.one", "vip"], None, "[docs] casts of lists are not public"),
    ("eq", ["{{steps.1.name}}", "Ann Lee"], True, "[docs] operands may be templates"),
    ("eq", ["/#fn:parseInt,steps.1.total", 200], True, "[docs] operands may be functions"),
    ("eq", ["/#fn:nobodyKnows,steps.1.total", 200], None, "[docs] the list of functions is longer"),
    ("neq", [STATUS, "done"], True, "[assumed]"),
    ("neq", [STATUS, "open"], False, "[assumed]"),
    ("neq", [GONE, "done"], True, "[assumed]"),
    ("exists", [STATUS], True, "[seen]"),
    ("exists", [STATUS, ""], True, "[seen] the second value is meaningless"),
    ("exists", [True], True, "[seen]"),
    ("exists", [GONE], False, "[seen]"),
    ("exists", ["/#steps.1.none"], False, "[assumed] null is nothing"),
    ("exists", ["/#steps.1.no"], True, "[assumed] false is something"),
    ("exists", ["/#steps.1.empty"], None, "[assumed]"),
    ("dne", [GONE], True, "[seen]"),
    ("dne", [GONE, GONE], True, "[seen] the second value is meaningless"),
    ("dne", [STATUS], False, "[seen]"),
    ("contains", [TAGS, "vip"], True, "[seen] a list on the left"),
    ("contains", [TAGS, "old"], False, "[seen]"),
    ("contains", [TAGS, ["vip", "new"]], True, "[seen] lists on both sides: each is there"),
    ("contains", [TAGS, ["old", "gone"]], False, "[seen] lists on both sides: none is there"),
    ("contains", [TAGS, ["vip", "old"]], None, "[assumed] one enough, or all?"),
    ("contains", [STATUS, ["open", "done"]], True, "[seen] a list on the right"),
    ("contains", [STATUS, ["done"]], False, "[seen]"),
    ("contains", ["/#steps.1.name", "Lee"], True, "[assumed] a text in a text"),
    ("contains", ["/#steps.1.name", "lee"], False, "[assumed]"),
    ("contains", [GONE, "vip"], False, "[assumed]"),
    ("not-contains", [TAGS, "vip"], False, "[assumed]"),
    ("not-contains", [TAGS, "old"], True, "[assumed]"),
    ("not-contains", [GONE, "old"], True, "[assumed]"),
    ("contains", [TOTAL, [100, 200]], True, "[docs] values are cast"),
    ("not-contains", [STATUS, ["done"]], True, "[assumed] a list on the right"),
    ("not-contains", [STATUS, ["open"]], False, "[assumed]"),
    ("not-contains", [TAGS, ["vip", "old"]], None, "[assumed] one enough, or all?"),
    ("gt", [TOTAL, 30], True, "[seen] numbers given as strings: 200 is more than 30, though not as text"),
    ("gt", [TOTAL, "200"], False, "[seen]"),
    ("gt", [GONE, 1], False, "[assumed]"),
    ("gt", [STATUS, 1], None, "[docs] by rules that are not public"),
    ("gt", ["/#steps.1.at", "2026-01-01"], True, "[assumed] dates have an order"),
    ("gte", [TOTAL, 200], True, "[assumed]"),
    ("gte", [TOTAL, 201], False, "[assumed]"),
    ("lt", [TOTAL, 201], True, "[assumed]"),
    ("lt", [TOTAL, 200], False, "[assumed]"),
    ("lte", [TOTAL, 200], True, "[assumed]"),
    ("lte", [TOTAL, 199], False, "[assumed]"),
    ("lt-date", [AT, "2026-01-03"], True, "[assumed] instants"),
    ("lt-date", [AT, "2026-01-02T01:00:00+02:00"], False, "[assumed] an hour before, by the zone"),
    ("lt-date", [AT, AT], False, "[assumed]"),
    ("gt-date", [AT, "2026-01-01"], True, "[assumed]"),
    ("gt-date", [AT, "2026-01"], True, "[assumed]"),
    ("gt-date", [AT, "2026-01-02T00:00:00.000+00:00"], False, "[assumed] the same instant"),
    ("gt-date", [1767312001000, AT], True, "[assumed] milliseconds since 1970"),
    ("gt-date", [1767312001, AT], None, "seconds or milliseconds?"),
    ("gt-date", [1767312001, "2030-01-01"], False, "[assumed] neither as seconds nor as milliseconds"),
    ("gt-date", [AT, STATUS], None, "no date"),
    ("gt-date", [AT, "2026-02-30"], None, "no date"),
    ("gt-date", [AT, ""], None, "no date"),
    ("gt-date", [AT, True], None, "no date"),
    ("gt-date", [AT, 60], None, "no date, but perhaps minutes"),
    ("gt-date", [AT, "60"], None, "no date, but perhaps minutes"),
    ("gt-date", [AT, [AT]], None, "no date"),
    ("gt-date", [AT, {"value": AT}], None, "no date"),
    ("lt-date", [GONE, AT], False, "[assumed] nothing is neither before nor after"),
    ("gt-date", [GONE, AT], False, "[assumed]"),
    ("gt-date", [AT, GONE], False, "[assumed]"),
    ("startsWith", ["/#steps.1.name", "Ann"], None, "not Kustomer's: undecided, never guessed"),
    ("matches", ["/#steps.1.name", "^A"], None, "likewise"),
    ("in", [STATUS, ["open"]], None, "likewise"),
    ("ne", [STATUS, "done"], None, "likewise"),
    ("not", [{"op": "eq", "values": [STATUS, "done"]}], None, "likewise"),
    ("and", [{"op": "eq", "values": [STATUS, "done"]}, {"op": "ne", "values": [STATUS, "x"]}], False, "one decides"),
    ("and", [{"op": "exists", "values": [STATUS]}, {"op": "exists", "values": [GONE]}], False, "[seen]"),
    ("and", [{"op": "exists", "values": [STATUS]}, {"op": "exists", "values": [TAGS]}], True, "[seen]"),
    ("and", [{"op": "huh", "values": [1]}, {"op": "exists", "values": [GONE]}], False, "one that fails decides"),
    ("and", [{"op": "huh", "values": [1]}, {"op": "exists", "values": [STATUS]}], None, "it hangs on the unknown"),
    ("and", [], None, "combines nothing"),
    ("or", [{"op": "exists", "values": [GONE]}, {"op": "exists", "values": [STATUS]}], True, "[seen]"),
    ("or", [{"op": "exists", "values": [GONE]}, {"op": "dne", "values": [STATUS]}], False, "[seen]"),
    ("or", [{"op": "huh", "values": [1]}, {"op": "exists", "values": [STATUS]}], True, "one that holds decides"),
    ("or", [{"op": "huh", "values": [1]}, {"op": "exists", "values": [GONE]}], None, "it hangs on the unknown"),
    ("equals", [STATUS, "open"], None, "no operator: undecided, never guessed"),
    ("eq", [STATUS], None, "a value is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("op", "values", "outcome", "source"), CASES, ids=lambda each: str(each)[:40])
def test_an_operator(op: str, values: list[Any], outcome: bool | None, source: str) -> None:
    assert held(op, *values) is outcome, source


def test_the_operators_are_those_of_the_api_description() -> None:
    assert set(OPERATORS) == set(API.split())


def test_every_operator_has_cases_that_hold_and_that_do_not() -> None:
    for operator in OPERATORS:
        assert {outcome for op, _, outcome, _ in CASES if op == operator} >= {True, False}


def test_what_is_undecided_says_why_and_which_comparison_to_answer() -> None:
    parts = [{"op": "exists", "values": [STATUS]}, {"op": "huh", "values": [1]}]
    question = evaluate_condition(
        parse_condition("and", parts, "/c"), EvaluationContext({"steps": {"1": EVENT}})
    ).question
    assert question is not None
    assert (question.condition.pointer, question.why) == ("/c/values/1", 'kustui does not know the operator "huh"')


def test_an_answer_decides_the_comparison_it_is_given_for() -> None:
    parts = [{"op": "exists", "values": [STATUS]}, {"op": "huh", "values": [1]}]
    condition = parse_condition("and", parts, "/c")
    for answer in (True, False):
        verdict = evaluate_condition(
            condition, EvaluationContext({"steps": {"1": EVENT}}, answers={"/c/values/1": answer})
        )
        assert verdict.holds is answer
        assert verdict.parts[1].answered


def test_what_is_assumed_is_said() -> None:
    context = EvaluationContext({"steps": {"1": EVENT}})
    assert [*evaluate_condition(parse_condition("lt", [TOTAL, 5]), context).assumptions] == ["what lt does"]
    assert [*evaluate_condition(parse_condition("eq", [STATUS, "open"]), context).assumptions] == []
    assert [*evaluate_condition(parse_condition("eq", [GONE, "open"]), context).assumptions] == [
        "a missing value is like no other"
    ]


def test_what_holds_in_every_run_is_decided_where_its_parts_are_not() -> None:
    exists, missing = ({"op": op, "values": ["/#steps.1.empty"]} for op in ("exists", "dne"))
    assert held("exists", "/#steps.1.empty") is None
    assert held("or", exists, missing) is True
    assert held("and", exists, missing) is False
