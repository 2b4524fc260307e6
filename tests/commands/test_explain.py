"""``kustui explain``: the pages of the rules."""

from __future__ import annotations

import re

import pytest

from kustui.check.rule import format_example
from kustui.check.rules import RULES
from kustui.commands.explain import problems_in
from kustui.config.severity import Severity
from tests.support.commands import run_command


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return run_command(capsys, "explain", *arguments)


def test_alone_it_lists_every_rule_with_severity_and_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, errors = run(capsys)
    assert (status, errors) == (0, "")
    rows = [line.split(None, 2) for line in told.splitlines()]
    assert [row[0] for row in rows] == list(RULES)
    assert all(row[1] in ("error", "warning", "info") and row[2] for row in rows)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.bad])
def test_a_page_says_what_why_and_shows_both_examples(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, told, errors = run(capsys, name)
    assert (status, errors) == (0, "")
    assert told.startswith(f"{name} ({RULES[name].severity})\n\nFinds ")
    assert "\x1b" not in told
    bad, _, good = told.partition(f"\n{RULES[name].example_titles[1]}\n")
    assert f"[{name}]" in bad
    assert good.strip()
    assert max(map(len, re.sub(r"\[.*", "", told).splitlines())) < 200


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.bad])
def test_a_bad_example_gives_its_problem_and_a_good_one_nothing(name: str) -> None:
    assert [problem.rule for problem in problems_in(RULES[name].bad)] == [name]
    assert not problems_in(RULES[name].good)


def test_what_is_only_worth_knowing_is_not_called_bad(capsys: pytest.CaptureFixture[str]) -> None:
    for rule in (rule for rule in RULES.values() if rule.severity is Severity.INFO):
        _, told, _ = run(capsys, rule.name)
        assert "\nfound here\n" in told
        assert "\nbad\n" not in told


def test_a_rule_without_examples_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "unreadable-file")
    assert status == 0
    assert "bad" not in told.splitlines()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("lop", 'kustui: unknown rule "lop": did you mean "loop"?\n'),
        ("xyzzy", 'kustui: unknown rule "xyzzy": kustui explain lists all rules\n'),
        ("\x1b[31m", 'kustui: unknown rule "^[[31m": kustui explain lists all rules\n'),
    ],
)
def test_an_unknown_rule_is_refused(capsys: pytest.CaptureFixture[str], name: str, told: str) -> None:
    assert run(capsys, name) == (2, "", told)


def test_colour_when_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    plain, coloured = run(capsys, "loop")[1], run(capsys, "loop", "--color", "always")[1]
    assert "\x1b[1m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "--help")
    assert status == 0
    assert "examples:\n  kustui explain" in told


def test_examples_are_json_with_a_line_for_what_has_room() -> None:
    assert format_example({"a": [1, 2]}) == '{"a": [1, 2]}\n'
    long = {"key": ["x" * 60, {"inner": "y" * 60}], "é": 1}
    assert format_example(long) == (
        '{\n  "key": [\n    "' + "x" * 60 + '",\n    {"inner": "' + "y" * 60 + '"}\n  ],\n  "\\u00e9": 1\n}\n'
    )
