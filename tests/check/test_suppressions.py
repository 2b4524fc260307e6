"""Suppressions and baselines: what they hide, and what is said of those that hide nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.checker import check
from kustui.check.rules import RULES
from kustui.check.suppressions import (
    Baseline,
    covers_suppressions,
    read_baseline,
    suppress,
    without_baseline,
    write_baseline,
)
from kustui.config.check_settings import Settings
from kustui.config.configuration import parse_settings
from kustui.definition.collection import Collection, read_document
from kustui.errors import KustuiError

if TYPE_CHECKING:
    from kustui.check.problems import Problem

ALWAYS = {"op": "true", "values": [True]}


def workflow(name: str = "Greet", *unreachable: str, **more: Any) -> dict[str, Any]:
    """A workflow with steps that nothing leads to."""
    first = {"id": "aB3", "action": "kustomer.note.create", "transitions": []}
    others = [{"id": id_, "action": "kustomer.note.create", "transitions": []} for id_ in unreachable]
    trigger = {"id": "1", "eventName": "kustomer.note.create", "transitions": [{"target": "aB3", "condition": ALWAYS}]}
    return {"name": name, "trigger": trigger, "steps": [first, *others], **more}


def collection(*workflows: Any, path: str = "a.json", indent: int | None = None) -> Collection:
    return Collection((read_document(path, json.dumps(list(workflows), indent=indent).encode()),))


def found_in(files: Collection, settings: Settings | None = None) -> tuple[Problem, ...]:
    return check(files, settings or Settings())[1]


def left(toml: str, files: Collection, *, complete: bool = True) -> list[str]:
    """What is told under a configuration."""
    settings = parse_settings("kustui.toml", toml.encode(), RULES)
    problems = suppress(files, found_in(files, settings), settings, complete=complete)
    return [f"{problem.rule} {problem.step}".strip() for problem in problems]


def suppression(**fields: str) -> str:
    fields = {"rule": "unreachable-step", "reason": "looked at", **fields}
    return "[[suppress]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


# Suppressions


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, []),
        ({"workflow": "Greet"}, []),
        ({"workflow": "63b44f9c294f27edb0f71083"}, []),
        ({"workflow": "Greet", "step": "cD4"}, ["unreachable-step eF5"]),
        ({"workflow": "Greet", "step": "gH6"}, ["unreachable-step cD4", "unreachable-step eF5", "unused-suppression"]),
        ({"workflow": "Gret"}, ["unreachable-step cD4", "unreachable-step eF5", "unused-suppression"]),
        ({"rule": "loop"}, ["unreachable-step cD4", "unreachable-step eF5", "unused-suppression"]),
    ],
)
def test_a_suppression_hides_what_it_names_and_nothing_else(fields: dict[str, str], told: list[str]) -> None:
    files = collection(workflow("Greet", "cD4", "eF5", id="63b44f9c294f27edb0f71083"))
    assert left(suppression(**fields), files) == told


def test_one_that_hides_nothing_is_told_at_its_line() -> None:
    settings = parse_settings("kustui.toml", ("\n" + suppression(workflow="Gret")).encode(), RULES)
    files = collection(workflow())
    (problem,) = suppress(files, found_in(files), settings)
    assert problem.document.path == "kustui.toml"
    assert problem.span().start == (2, 3)
    assert problem.message == 'unused suppression: there is no workflow "Gret"'
    assert problem.hint == 'did you mean "Greet"?'
    assert str(problem.severity) == "warning"


def test_two_that_hide_the_same_are_both_used() -> None:
    assert left(suppression() + suppression(workflow="Greet"), collection(workflow("Greet", "cD4"))) == []


def test_of_a_rule_that_is_off_nothing_is_said() -> None:
    assert left(suppression() + '[rules]\nunreachable-step = "off"\n', collection(workflow())) == []


def test_it_can_itself_be_switched_off() -> None:
    assert left(suppression() + '[rules]\nunused-suppression = "off"\n', collection(workflow())) == []


def test_one_about_a_file_that_was_not_looked_at_is_left_alone() -> None:
    files = collection(workflow())
    assert left(suppression(workflow="Elsewhere"), files, complete=False) == []
    assert left(suppression(workflow="Elsewhere"), files) == ["unused-suppression"]
    assert left(suppression(workflow="Greet"), files, complete=False) == ["unused-suppression"]


def test_what_counts_as_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = parse_settings("kustui.toml", suppression().encode(), RULES)
    files = collection(workflow(), path="flows/a.json")
    app = Collection(
        (read_document("app.json", json.dumps({"app": "a", "version": "1.0.0", "workflows": []}).encode()),)
    )
    assert covers_suppressions(["."], files, settings)
    assert covers_suppressions([".."], files, settings)
    assert not covers_suppressions(["flows"], files, settings)
    assert not covers_suppressions(["flows/a.json"], files, settings)
    assert not covers_suppressions(["-"], files, settings)
    assert covers_suppressions(["app.json"], app, settings)


# Baselines


def written(folder: Path, files: Collection) -> Baseline:
    path = str(folder / "baseline.json")
    write_baseline(path, found_in(files))
    return read_baseline(path)


def told(known: Baseline, files: Collection, settings: Settings | None = None) -> list[str]:
    settings = settings or Settings()
    return [
        f"{problem.rule} {problem.step}".strip()
        for problem in without_baseline(known, files, found_in(files, settings), settings)
    ]


def test_a_baseline_hides_what_was_there_wherever_it_moved(tmp_path: Path) -> None:
    path = str(tmp_path / "a.json")
    known = written(tmp_path, collection(workflow("Greet", "cD4"), path=path))
    moved = collection(workflow("First"), workflow("Greet", "cD4"), path=path, indent=4)
    assert told(known, moved) == []
    more = collection(workflow("Greet", "cD4", "eF5"), workflow("Other", "cD4"), path=path)
    assert told(known, more) == ["unreachable-step eF5", "unreachable-step cD4"]


def test_its_file_is_sorted_a_problem_a_line_and_relative_to_itself(tmp_path: Path) -> None:
    files = collection(
        workflow("Other", "cD4"), workflow("Größe", "eF5", "cD4"), path=str(tmp_path / "flows" / "a.json")
    )
    written(tmp_path, files)
    assert (tmp_path / "baseline.json").read_text(encoding="utf-8") == (
        '{\n  "version": 1,\n  "problems": [\n'
        '    {"file": "flows/a.json", "workflow": "Größe", "step": "cD4", "rule": "unreachable-step", "count": 1},\n'
        '    {"file": "flows/a.json", "workflow": "Größe", "step": "eF5", "rule": "unreachable-step", "count": 1},\n'
        '    {"file": "flows/a.json", "workflow": "Other", "step": "cD4", "rule": "unreachable-step", "count": 1}\n'
        "  ]\n}\n"
    )


def test_it_can_be_used_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flows").mkdir()
    known = written(tmp_path, collection(workflow("Greet", "cD4"), path=str(tmp_path / "flows" / "a.json")))
    monkeypatch.chdir(tmp_path / "flows")
    assert told(known, collection(workflow("Greet", "cD4"), path="a.json")) == []


def test_an_entry_that_hides_nothing_is_told_at_its_line(tmp_path: Path) -> None:
    path = str(tmp_path / "a.json")
    known = written(tmp_path, collection(workflow("Greet", "cD4", "eF5"), path=path))
    files = collection(workflow("Greet", "cD4"), path=path)
    (problem,) = without_baseline(known, files, found_in(files), Settings())
    assert problem.rule == "unused-suppression"
    assert problem.document.path == str(tmp_path / "baseline.json")
    assert problem.span().start == (5, 5)
    assert 'no unreachable-step in workflow "Greet", step "eF5"' in problem.message


def test_several_of_one_identity_are_counted(tmp_path: Path) -> None:
    def twice(number: int) -> Collection:
        wrong = workflow("Greet")
        wrong["steps"][0]["params"] = {f"key{index}": "/#stps.1" for index in range(number)}
        return collection(wrong, path=str(tmp_path / "a.json"))

    known = written(tmp_path, twice(2))
    assert told(known, twice(2)) == []
    assert told(known, twice(3)) == ["malformed-reference aB3"]
    (problem,) = without_baseline(known, twice(1), found_in(twice(1)), Settings())
    assert problem.message == 'this entry records 2 malformed-reference in workflow "Greet", step "aB3", found 1'


def test_entries_about_files_that_were_not_looked_at_are_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    known = written(tmp_path, collection(workflow("Greet", "cD4"), path=str(other)))
    files = collection(workflow(), path=str(tmp_path / "a.json"))
    assert told(known, files) == []
    other.unlink()
    assert told(known, files) == ["unused-suppression"]


def test_entries_of_rules_that_did_not_look_are_left_alone(tmp_path: Path) -> None:
    path = str(tmp_path / "a.json")
    known = written(tmp_path, collection(workflow("Greet", "cD4"), path=path))
    off = Settings(severities={"unreachable-step": None})
    assert told(known, collection(workflow(), path=path), off) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "baseline.json: no such file or directory (create it with --write-baseline)"),
        ("{", "baseline.json:1:2: "),
        ("", "baseline.json:1:1: "),
        ("[]", "baseline.json:1:1: not a baseline written by --write-baseline"),
        ('{"version": 2, "problems": []}', "baseline.json:1:1: not a baseline"),
        ('{"version": 1, "problems": {}}', "baseline.json:1:1: not a baseline"),
        ('{"version": 1, "problems": [3]}', "baseline.json:1:29: not an entry written by --write-baseline"),
        ('{"version": 1, "problems": [\n{"rule": "loop"}]}', "baseline.json:2:1: not an entry"),
        ("[" * 100_000, "baseline.json:1:"),
        ('{"version": ' + "1" * 5000 + "}", "baseline.json:1:"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str | None, reason: str) -> None:
    path = tmp_path / "baseline.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(KustuiError) as caught:
        read_baseline(str(path))
    (line,) = caught.value.lines
    assert line.startswith(f"{tmp_path}/{reason}")
