from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.expressions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Unreadable,
    constant_outcome,
    in_words,
    parse_condition,
    value_in_words,
)
from kustui.definition.expressions.nodes import Path
from kustui.definition.operators import OPERATORS
from tests.support.strategies import EXPRESSION_VALUES

OPEN = {"op": "eq", "values": ["/#steps.1.status", "open"]}
VIP = {"op": "contains", "values": ["/#steps.1.tags", "vip"]}
LATE = {"op": "gt", "values": ["/#steps.1.days", "3"]}
ALWAYS = {"op": "true", "values": [True]}
NEVER = {"op": "false", "values": [True]}


def both(op: str, *values: object) -> dict[str, object]:
    return {"op": op, "values": list(values)}


def read(raw: dict[str, Any]) -> Condition:
    return parse_condition(raw["op"], raw["values"])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (ALWAYS, "always"),
        (NEVER, "never"),
        (OPEN, 'status is "open"'),
        (both("and", OPEN, VIP), 'status is "open" and tags contains "vip"'),
        (
            both("and", OPEN, both("and", VIP, LATE)),
            'status is "open" and tags contains "vip" and days > "3"',
        ),
        (
            both("and", OPEN, both("or", VIP, LATE)),
            'status is "open" and (tags contains "vip" or days > "3")',
        ),
        (
            both("or", OPEN, both("and", VIP, LATE)),
            'status is "open" or (tags contains "vip" and days > "3")',
        ),
        (
            both("or", both("and", both("or", OPEN, VIP)), LATE),
            'status is "open" or tags contains "vip" or days > "3"',
        ),
        (both("not", OPEN), 'not(status is "open")'),
        (both("nor", both("and", OPEN, VIP), LATE), 'nor(status is "open" and tags contains "vip", days > "3")'),
        (both("startsWith", "/#steps.1.name", "A"), 'name startsWith "A"'),
        (both("lt-date", "/#steps.1.createdAt", "2026-01-01"), 'createdAt is before "2026-01-01"'),
        (both("gt-date", "/#steps.1.createdAt", "2026-01-01"), 'createdAt is after "2026-01-01"'),
        (both("not-contains", "/#steps.1.tags", "vip"), 'tags does not contain "vip"'),
        (both("and"), "all of nothing"),
        (both("neq", "/#steps.order.status", "done"), 'order.status is not "done"'),
        (both("gt", "/#steps.1.qty", 200), "qty > 200"),
        (both("exists", "/#steps.1.email"), "email exists"),
        (both("exists", "/#steps.1.email", ""), "email exists"),
        (both("exists", True), "always"),
        (both("eq", "a", "b"), "never"),
        (both("and", both("exists", True), OPEN, ALWAYS), 'status is "open"'),
        (both("or", both("and", NEVER, OPEN), both("or", VIP, NEVER)), 'tags contains "vip"'),
        (both("and", OPEN, both("or", both("and", VIP, ALWAYS), NEVER)), 'status is "open" and tags contains "vip"'),
        (both("or", OPEN, ALWAYS), "always"),
        (both("dne", "/#steps.1.email", "/#steps.1.email"), "email does not exist"),
        (both("true", "/#steps.1.vip"), "vip is true"),
        (both("contains", ["a", "b"], "/#steps.1.x"), '["a", "b"] contains x'),
        (both("contains", "/#steps.1.x", list("abcdefg")), 'x contains ["a", "b", "c", "d", "e", …]'),
        (both("eq", "/#steps.1", "/#error.code"), "steps.1 is error.code"),
        (both("eq", "/#variables.v", None), "variables.v is null"),
        (both("eq", "{{{steps.1.status}}}", "x"), 'status is "x"'),
        (both("eq", "Order {{steps.1.id}}\n", "x"), '"Order {{steps.1.id}}" is "x"'),
        (both("gte", "/#fn:parseInt,steps.1.n,10", 1), "parseInt(n, 10) >= 1"),
        (both("eq", "/#step.1", 'a "b"\n'), '"/#step.1" is "a \\"b\\"\\n"'),
        (both("eq", "/#steps.1.a", "\u202e\x1b"), 'a is "\\u202e\\u001b"'),
        (both("eq", "/#steps.1.a", "x" * 100), f'a is "{"x" * 39}…"'),
        (both("eq", "/#steps.1.a"), "a is ?"),
        (both("eq"), "? is ?"),
        (both("frobs", "/#steps.1.a", 1, 2), "a frobs 1, 2"),
        (both("frobs"), "? frobs"),
        (both("and", OPEN, "x"), 'status is "open" and (unreadable)'),
    ],
)
def test_a_condition_is_read_as_a_person_reads_it(raw: dict[str, Any], words: str) -> None:
    assert in_words(read(raw)) == words


def test_the_reader_may_name_the_paths() -> None:
    assert in_words(read(OPEN), lambda path: f"{path.step}→{path.fields[-1]}") == '1→status is "open"'


@pytest.mark.parametrize("longest", [1, 10, 100, 1_000])
def test_of_a_long_condition_only_the_beginning_is_put_into_words(longest: int) -> None:
    parts = [{"op": "or", "values": [OPEN, {"op": "exists", "values": [f"/#steps.1.f{at}"]}]} for at in range(100)]
    condition, words = read({"op": "and", "values": parts}), 'status is "open"'
    start = in_words(condition, longest=longest)
    assert start == in_words(condition)[: longest - 1] + "…"
    assert in_words(read(OPEN), longest=len(words)) == words
    asked: list[str] = []

    def name(path: Path) -> str:
        asked.append(path.text)
        return path.text

    in_words(condition, name, longest)
    assert len(asked) <= 2 + longest // 10


def test_every_part_knows_its_pointer() -> None:
    condition = parse_condition("and", [OPEN, both("or", VIP), 7, both("eq")], "/transitions/0/condition")
    assert isinstance(condition, AllOf)
    first, group, unreadable, _ = condition.parts
    assert isinstance(first, Comparison)
    assert first.operands[1].pointer == "/transitions/0/condition/values/0/values/1"
    assert isinstance(group, AnyOf)
    assert group.parts[0].pointer == "/transitions/0/condition/values/1/values/0"
    assert isinstance(unreadable, Unreadable)
    assert unreadable.pointer == "/transitions/0/condition/values/2"


@pytest.mark.parametrize(
    ("nested", "message"),
    [
        ("/#steps.1.a", "a condition is expected here"),
        ({"values": []}, "has no op"),
        ({"op": 3, "values": []}, "has no op"),
        ({"op": "eq"}, "no list of values"),
        ({"op": "eq", "values": "ab"}, "no list of values"),
    ],
)
def test_a_part_that_is_no_condition_says_so(nested: object, message: str) -> None:
    condition = parse_condition("or", [nested])
    part = condition.parts[0]  # type: ignore[union-attr]
    assert isinstance(part, Unreadable)
    assert message in part.message


def test_nesting_is_bounded() -> None:
    raw = both("eq")
    for _ in range(5_000):
        raw = both("and", raw)
    assert in_words(read(raw)) == "(unreadable)"


@pytest.mark.parametrize(
    ("op", "values", "fits"),
    [
        ("exists", ["/#steps.1.a"], True),
        ("exists", ["/#steps.1.a", ""], True),
        ("exists", [], False),
        ("dne", ["/#steps.1.a", "x"], True),
        ("eq", ["x"], False),
        ("eq", ["x", "y", "z"], False),
        ("gt", ["/#steps.1.a", "200"], True),
        ("frobs", [], True),
    ],
)
def test_an_operator_takes_the_values_that_real_definitions_give_it(op: str, values: list[object], fits: bool) -> None:
    condition = parse_condition(op, values)
    assert isinstance(condition, Comparison)
    assert condition.arity_holds == fits
    assert condition.known == (op in OPERATORS)


def test_what_was_seen_is_told_from_what_is_assumed() -> None:
    seen = {name for name, operator in OPERATORS.items() if operator.seen}
    assert seen == {"true", "eq", "dne", "exists", "contains", "gt", "and", "or"}


@pytest.mark.parametrize(
    ("raw", "always", "never"),
    [
        (ALWAYS, True, False),
        (both("true", "true"), True, False),
        (both("true"), True, False),
        (both("true", False), False, True),
        (both("true", True, True), True, False),
        (both("true", "yes"), False, False),
        (both("exists", True), True, False),
        (both("exists", "true", ""), True, False),
        (both("exists", 0), True, False),
        (both("exists", "a word"), True, False),
        (both("exists", True, "/#steps.1.a"), True, False),
        (both("exists", None), False, True),
        (both("exists", ""), False, False),
        (both("exists"), False, False),
        (both("exists", "/#steps.1.a", True), False, False),
        (both("exists", "/#step.1"), False, False),
        (both("exists", "is /#steps.1.a"), False, False),
        (both("exists", "{{randomId}}"), False, False),
        (both("dne", None), True, False),
        (both("dne", "x", "x"), False, True),
        (both("eq", "a", "a"), True, False),
        (both("eq", 1, "1"), True, False),
        (both("eq", "a", "b"), False, True),
        (both("eq", "yes", True), False, False),
        (both("eq", 1, 1, 1), False, False),
        (both("eq", "a"), False, False),
        (both("neq", "a", "b"), True, False),
        (both("neq", "a", "a"), False, True),
        (both("gt", 2, "1"), True, False),
        (both("lte", 2, 1), False, True),
        (both("gt", "b", "a"), False, False),
        (both("contains", ["a", "b"], "a"), True, False),
        (both("contains", ["a", "/#steps.1.a"], "a"), False, False),
        (both("contains", "abc", "x"), False, True),
        (both("frobs", 1, 1), False, False),
        (both("true", "/#steps.1.a"), False, False),
        (NEVER, False, True),
        (both("false"), False, True),
        (both("false", False), True, False),
        (both("false", "/#steps.1.a"), False, False),
        (both("and", both("exists", True), both("eq", 1, 1)), True, False),
        (both("or", OPEN, both("dne", None)), True, False),
        (both("and", ALWAYS, ALWAYS), True, False),
        (both("and", ALWAYS, OPEN), False, False),
        (both("and", NEVER, OPEN), False, True),
        (both("or", ALWAYS, OPEN), True, False),
        (both("or", NEVER, NEVER), False, True),
        (both("not", ALWAYS), False, False),
        (both("and"), False, False),
        (both("or"), False, False),
        (OPEN, False, False),
        (both("or", both("exists", "/#steps.1.a"), both("dne", "/#steps.1.a", "")), True, False),
        (both("and", both("true", "/#steps.1.a"), both("false", "/#steps.1.a")), False, True),
        (both("and", both("eq", "/#steps.1.a", 1), both("eq", "/#steps.1.a", "1")), False, False),
        (both("or", both("eq", "/#steps.1.a"), both("neq", "/#steps.1.a")), False, False),
    ],
)
def test_what_is_decided_without_a_run(raw: dict[str, Any], always: bool, never: bool) -> None:
    assert constant_outcome(read(raw)) is (True if always else False if never else None)


operators = st.one_of(st.sampled_from(sorted(OPERATORS)), st.text(max_size=5))
conditions = st.recursive(
    EXPRESSION_VALUES,
    lambda inner: st.fixed_dictionaries({"op": operators, "values": st.lists(inner, max_size=3)}),
    max_leaves=8,
)


@given(operators, st.lists(conditions, max_size=3))
def test_any_json_has_words_on_one_line(op: str, values: list[object]) -> None:
    condition = parse_condition(op, values)
    assert in_words(condition).isprintable()
    assert constant_outcome(condition) in (True, False, None)


def test_a_value_of_any_depth_and_size_has_words() -> None:
    deep: object = []
    for _ in range(5_000):
        deep = [deep, {"k": deep}]
    assert value_in_words(deep) == '[[…], {"k": […]}]' or "…" in value_in_words(deep)
    assert value_in_words(json.loads("1" + "0" * 4_000)).endswith("…")
