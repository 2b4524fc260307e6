"""A large collection is examined by another process, to the same outcome."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kustui.config.check_settings import Settings
from kustui.workspace import subprocess_checker
from kustui.workspace.snapshot import Snapshot, examined, open_paths
from tests.benchmarks.generate import definition

FILES = 2


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    monkeypatch.setattr(subprocess_checker, "WORTH_IT", 1)
    for seed in range(FILES):
        value = definition(12, 5, seed=seed, mistakes=3)
        value["workflows"][0]["name"] = f"workflow {seed}"
        (tmp_path / f"{seed}.json").write_text(json.dumps(value))
    return open_paths([str(tmp_path)])


def told(snapshot: Snapshot) -> list[tuple[object, ...]]:
    assert snapshot.problems is not None
    return [
        (problem.rule, problem.message, problem.document, problem.entry, problem.span(), problem.related)
        for problem in snapshot.problems
    ]


def beside(opened: Snapshot, settings: Settings | None = None) -> Snapshot:
    return subprocess_checker.examined_beside(opened, settings, lambda done, total: None, lambda: True)


def test_the_outcome_is_the_same(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    here = examined(opened)
    monkeypatch.setattr(subprocess_checker, "examined", None)  # it is not done in this process
    there = beside(opened)
    assert told(there) == told(here)
    assert told(there)
    assert there.schedules is not None
    assert here.schedules is not None
    assert there.schedules.calls == here.schedules.calls
    assert there.schedules.to_workflow.keys() == here.schedules.to_workflow.keys()
    assert there.examined == here.examined


def test_the_settings_go_with_it(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess_checker, "examined", None)
    settings = Settings(severities={"unknown-target": None, "unknown-step-reference": None, "unknown-workflow": None})
    assert not [problem for problem in told(beside(opened, settings)) if problem[0] == "unknown-target"]


def test_progress_is_told(opened: Snapshot) -> None:
    seen: list[tuple[int, int]] = []
    subprocess_checker.examined_beside(opened, None, lambda done, total: seen.append((done, total)), lambda: True)
    assert seen == [(10, 24), (20, 24)]


def test_what_is_no_longer_wanted_is_ended(opened: Snapshot) -> None:
    assert subprocess_checker.examined_beside(opened, None, lambda done, total: None, lambda: False).problems is None


def test_files_that_changed_meanwhile_are_examined_as_they_were_read(opened: Snapshot) -> None:
    path = Path(opened.collection.documents[0].path)
    path.write_text("{}")
    assert told(beside(opened)) == told(examined(opened))


def test_an_answer_that_breaks_off_is_done_without(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess_checker, "_COMMAND", "print('done 5000', flush=True); print('half an answer')")
    assert told(beside(opened)) == told(examined(opened))


def test_a_process_that_cannot_be_started_is_done_without(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert told(beside(opened)) == told(examined(opened))
