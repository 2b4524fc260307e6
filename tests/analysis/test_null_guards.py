"""Who has asked whether a step's output is there before it is read."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.check.rule import step, to, when, workflow
from tests.support.rules import problems_in, rules_of

OPEN = when("eq", "/#steps.1.status", "open")
URGENT = when("gt", "/#steps.1.priority", 3)
EXISTS = when("exists", "/#steps.ask.id")
MISSING = when("dne", "/#steps.ask.id")
MAY_BE_MISSING = "reference-may-be-missing"
SHADOWED = "shadowed-transition"


def passing(*edges: dict[str, Any], value: object = "/#steps.ask.id") -> dict[str, Any]:
    """A workflow whose step "ask" is skipped on one path; after both, "fork" has the ways, and "read" reads it."""
    return workflow(
        "W",
        step("ask", to("fork")),
        step("fork", *edges),
        step("read", params={"x": value}),
        step("other"),
        entry=(to("ask", URGENT), to("fork")),
    )


def told_at_the_reader(definition: dict[str, Any]) -> bool:
    """Whether something is told of what the step "read" reads, rather than of the conditions before it."""
    found = [problem for problem in problems_in(definition) if problem.step == "read"]
    assert {problem.rule for problem in found} <= {MAY_BE_MISSING}
    return bool(found)


@pytest.mark.parametrize(
    "condition",
    [
        EXISTS,
        when("exists", "/#steps.ask.id", ""),
        when("exists", "{{{steps.ask.id}}}"),
        when("exists", "/#fn:parseInt,steps.ask.id"),
        when("and", OPEN, EXISTS),
        when("and", OPEN, when("or", EXISTS, when("and", EXISTS, OPEN))),
        when("or", EXISTS, when("eq", "/#steps.ask.kind", "vip")),
        when("eq", "/#steps.ask.kind", "vip"),
        when("eq", "vip", "/#steps.ask.kind"),
        when("eq", "/#steps.ask.ok", True),
        when("eq", "/#fn:isValidEmailAddress,steps.ask.email", True),
        when("true", "/#steps.ask.ok"),
        when("contains", "/#steps.ask.tags", "vip"),
        when("contains", ["vip", "new"], "/#steps.ask.kind"),
        when("contains", "/#steps.ask.kind", ["vip", "new"]),
        when("lt-date", "/#steps.ask.at", "2026-01-01"),
        when("gt-date", "2026-01-01", "/#steps.ask.at"),
        when("and", OPEN, when("gt-date", "/#steps.ask.at", "/#steps.1.createdAt")),
        when("gt", "/#steps.ask.count", 0),
        when("gte", "/#steps.ask.count", "5"),
        when("eq", "/#fn:ifExists,steps.ask.id", True),
    ],
)
def test_a_condition_on_the_way_guards(condition: dict[str, Any]) -> None:
    assert not told_at_the_reader(passing(to("read", condition)))


@pytest.mark.parametrize(
    "condition",
    [
        OPEN,
        MISSING,
        when("or", EXISTS, OPEN),
        when("gt-date", "/#steps.1.at", "2026-01-01"),
        when("gt-date", "/#steps.ask.at", "/#steps.ask.closedAt"),
        when("exists", "/#steps.1.id"),
        when("exists", "/#steps.fork.id"),
        when("exists", "/#steps.1.id", "/#steps.ask.id"),
        when("exists", "id: {{{steps.ask.id}}}"),
        when("neq", "/#steps.ask.kind", "vip"),
        when("not-contains", "/#steps.ask.kind", ["vip"]),
        when("not-contains", "/#steps.ask.tags", "vip"),
        when("lt", "/#steps.ask.count", 3),
        when("lte", "/#steps.ask.count", 3),
        when("gt", 3, "/#steps.ask.count"),
        when("gte", "/#steps.ask.count", 0),
        when("false", "/#steps.ask.ok"),
        when("eq", "/#steps.ask.kind", ""),
        when("eq", "/#steps.ask.kind", None),
        when("eq", "/#steps.ask.kind", False),
        when("eq", "/#steps.ask.kind", "0"),
        when("eq", "/#steps.ask.kind", []),
        when("eq", "/#steps.ask.kind", {}),
        when("eq", "/#steps.ask.kind", "/#steps.ask.other"),
        when("eq", "kind: {{steps.ask.kind}}", "kind: "),
        when("contains", "/#steps.ask.tags", ""),
        when("contains", "/#steps.ask.kind", ["vip", ""]),
        when("contains", "/#steps.1.kind", ["vip", "/#steps.ask.kind"]),
    ],
)
def test_a_condition_that_may_hold_without_the_step_does_not_guard(condition: dict[str, Any]) -> None:
    assert told_at_the_reader(passing(to("read", condition)))


@pytest.mark.parametrize(
    ("earlier", "told"),
    [
        (MISSING, False),
        (when("or", OPEN, MISSING), False),
        (when("and", OPEN, MISSING), True),
        (EXISTS, True),
        (OPEN, True),
    ],
)
def test_the_first_way_that_holds_is_taken(earlier: dict[str, Any], told: bool) -> None:
    assert told_at_the_reader(passing(to("other", earlier), to("read"))) is told


def test_a_guard_on_one_of_two_paths_is_not_enough() -> None:
    definition = passing(to("read", EXISTS), to("other"))
    definition["steps"][3]["transitions"] = [to("read")]
    (problem,) = problems_in(definition)
    assert problem.message.endswith('step "ask" has not run on the path trigger → fork → other → read')
    definition["steps"][3]["transitions"] = [to("read", EXISTS)]
    assert rules_of(definition) == []


def test_a_guard_in_an_error_case_guards_what_it_leads_to() -> None:
    definition = passing(to("other"))
    definition["steps"][1]["errorCases"] = [to("read", EXISTS)]
    assert rules_of(definition) == []
    definition["steps"][1]["errorCases"] = [to("read")]
    assert rules_of(definition) == [MAY_BE_MISSING]


def test_a_way_that_never_holds_is_no_path() -> None:
    assert rules_of(passing(to("other"), to("read", when("false")))) == ["unreachable-step"]


# What asks where it reads.


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (EXISTS, [SHADOWED]),
        (MISSING, []),
        (when("and", EXISTS, when("eq", "/#steps.ask.kind", "")), []),
        (when("or", MISSING, when("lt", "/#steps.ask.count", 3)), []),
        (when("exists", "/#fn:parseInt,steps.ask.count"), []),
        (when("eq", "/#steps.ask.kind", "vip"), [MAY_BE_MISSING]),
        (when("and", when("exists", "/#steps.1.id"), when("eq", "/#steps.ask.kind", "vip")), [MAY_BE_MISSING]),
    ],
)
def test_a_condition_that_asks_may_read(condition: dict[str, Any], told: list[str]) -> None:
    assert rules_of(passing(to("other", condition), to("read", when("and", EXISTS, OPEN)))) == told


@pytest.mark.parametrize(
    "value",
    [
        "/#fn:ifExists,steps.ask.id",
        "{{#if steps.ask.id}}{{steps.ask.name}}{{/if}}",
        "{{#if steps.ask.id}}yes{{else}}no{{/if}}",
        "{{#unless steps.ask.id}}no{{else}}{{steps.ask.id}}{{/unless}}",
        "{{^steps.ask.list}}none{{else}}{{steps.ask.id}}{{/steps.ask.list}}",
        "{{#each steps.ask.list}}{{this}} of {{@root.steps.ask.id}}{{/each}}",
        "{{#with steps.ask}}{{id}}{{/with}}",
        "{{#if steps.1.x}}{{#if (eq steps.ask.kind 'vip')}}{{steps.ask.id}}{{/if}}{{/if}}",
        "{{#if steps.1.x}}a{{else if steps.ask.id}}{{steps.ask.id}}{{/if}}",
        "{{#ifKind steps.ask.kind 'vip'}}{{steps.ask.id}}{{else}}{{steps.ask.name}}{{/ifKind}}",
    ],
)
def test_a_value_that_asks_may_read(value: str) -> None:
    assert rules_of(passing(to("read", OPEN), to("other"), value=value)) == []


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ("{{steps.ask.id}}", 2),
        ("{{#if steps.1.x}}{{steps.ask.id}}{{/if}}", 19),
        ("{{#if steps.ask.id}}a{{else}}{{steps.ask.id}}{{/if}}", 31),
        ("{{#unless steps.ask.id}}{{steps.ask.id}}{{/unless}}", 26),
        ("{{#if steps.ask.id}}a{{/if}} {{steps.ask.id}} {{steps.ask.name}}", 31),
        ("/#fn:parseInt,steps.ask.id", 14),
    ],
)
def test_a_value_that_asks_elsewhere_is_told_once(value: str, column: int) -> None:
    (problem,) = problems_in(passing(to("read", OPEN), to("other"), value=value))
    assert (problem.rule, problem.within and problem.within[0]) == (MAY_BE_MISSING, column)


# One mistake is one problem.


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        (when("exist", "/#steps.ask.id"), "unknown-operator"),
        (when("exists", "/#steps.asks.id"), "unknown-step-reference"),
        (when("exists", "/#step.ask.id"), "malformed-reference"),
        (when("exists", "{{steps.ask.id"), "malformed-template"),
        (when("exists", " /#steps.ask.id"), "embedded-reference"),
        (when("and", "x", OPEN), "invalid-shape"),
    ],
)
def test_a_guard_that_is_badly_written_is_one_problem(condition: dict[str, Any], rule: str) -> None:
    assert rules_of(passing(to("read", condition), to("other"))) == [rule]


def test_a_dominator_needs_no_guard() -> None:
    definition = workflow(
        "W",
        step("ask", to("a", OPEN), to("b"), errorCases=[to("c")]),
        *(step(id_, to("read")) for id_ in "abc"),
        step("read", params={"x": "/#steps.ask.id"}),
    )
    (problem,) = problems_in(definition)
    assert problem.message.endswith('step "ask" has failed on the path trigger → ask → fails → c → read')
    definition["steps"][0]["errorCases"] = []
    assert rules_of({**definition, "steps": [part for part in definition["steps"] if part["id"] != "c"]}) == []
