"""Definitions as people have them are judged as ``cases/*/expected.json`` says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kustui.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).parent / "cases"
# Known to be judged wrongly as yet: whoever mends one takes it off, or the test fails.
NOT_YET: set[str] = set()


def cases() -> Iterator[object]:
    for expected in sorted(CASES.glob("*/expected.json")):
        for name, answer in json.loads(expected.read_text()).items():
            path = expected.parent / name
            case = f"{path.parent.name}/{name}"
            wrong = [pytest.mark.xfail(strict=True)] if case in NOT_YET else []
            yield pytest.param(path, answer, id=case, marks=wrong)


@pytest.mark.parametrize(("path", "answer"), cases())
def test_a_definition_is_judged_as_is_right(
    path: Path, answer: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["check", str(path), "--format", "json", "--no-config", "--no-cache"])
    output = capsys.readouterr()
    assert status in (0, 1), output.err
    problems = json.loads(output.out)
    lines = [f"{problem['rule']}: {problem['message']} · {problem['hint']}" for problem in problems]
    counted = [problem for problem in problems if problem["severity"] != "info"]
    for severity in ("error", "warning"):
        expected = answer[f"{severity}s"]
        count = sum(problem["severity"] == severity for problem in counted)
        assert expected is None or count == expected, lines
    if "rules" in answer:
        assert sorted(problem["rule"] for problem in counted) == answer["rules"], lines
    text = "\n".join(lines).casefold()
    assert [part for part in answer.get("says", []) if part.casefold() not in text] == [], lines
    assert [part for part in answer.get("never", []) if part.casefold() in text] == [], lines


def test_every_definition_is_expected_to_be_judged_somehow() -> None:
    for folder in CASES.iterdir():
        if folder.is_dir():
            expected = json.loads((folder / "expected.json").read_text())
            assert {path.name for path in folder.glob("*.json")} - {"expected.json"} == set(expected)
