"""The samples keep what their README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from kustui.check.checker import check
from kustui.check.rules import RULES
from kustui.config.severity import Severity
from kustui.definition.folders import is_definition
from kustui.definition.loader import Reader

SAMPLES = Path(__file__).parents[2] / "samples"
BROKEN = sorted(path for path in (SAMPLES / "broken").iterdir() if is_definition(path.name))
GOOD = sorted(path for path in SAMPLES.iterdir() if is_definition(path.name) or path.name == "one-per-file")
NOT_IN_A_FILE = {"unknown-import", "unused-suppression", "unreadable-file"}


def rules_found(path: Path, least: Severity) -> list[str]:
    found = check(Reader([str(path)]).read())
    return [f"{each.rule} {each.span().start}" for each in found[1] if each.severity >= least]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_a_good_sample_gives_no_error_and_no_warning(path: Path) -> None:
    assert rules_found(path, Severity.WARNING) == []


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_sample_gives_its_one_problem(path: Path) -> None:
    assert [found.split()[0] for found in rules_found(path, Severity.INFO)] == [path.stem]


def test_every_rule_has_a_broken_sample() -> None:
    assert {path.stem for path in BROKEN} == RULES.keys() - NOT_IN_A_FILE


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_problem_says_what_to_do_about_it(path: Path) -> None:
    assert all(problem.hint for problem in check(Reader([str(path)]).read())[1])
