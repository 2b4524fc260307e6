"""A large collection is checked by other processes, to the same outcome."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kustui.check.checker import check_workflows
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, read_document
from kustui.workspace import check_processes
from kustui.workspace.check_processes import check_in_pool
from kustui.workspace.snapshot import Snapshot, check_snapshot, open_paths
from tests.benchmarks.generate import definition

pytestmark = pytest.mark.slow

FILES = 2


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    monkeypatch.setattr(check_processes, "WORTH_IT", 1)
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


def in_subprocess(opened: Snapshot, settings: Settings | None = None) -> Snapshot:
    return check_processes.check_in_subprocess(opened, settings, lambda done, total: None, lambda: True)


def test_the_outcome_is_the_same(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    here = check_snapshot(opened)
    monkeypatch.setattr(check_processes, "check_snapshot", None)  # it is not done in this process
    there = in_subprocess(opened)
    assert told(there) == told(here)
    assert told(there)
    assert there.schedules is not None
    assert here.schedules is not None
    assert there.schedules.calls == here.schedules.calls
    assert there.schedules.to_workflow.keys() == here.schedules.to_workflow.keys()
    assert there.results == here.results


def test_the_settings_go_with_it(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_processes, "check_snapshot", None)
    settings = Settings(severities={"unknown-target": None, "unknown-step-reference": None, "unknown-workflow": None})
    assert not [problem for problem in told(in_subprocess(opened, settings)) if problem[0] == "unknown-target"]


def test_progress_is_told(opened: Snapshot) -> None:
    seen: list[tuple[int, int]] = []
    check_processes.check_in_subprocess(opened, None, lambda done, total: seen.append((done, total)), lambda: True)
    assert seen == [(10, 24), (20, 24)]


def test_what_is_no_longer_wanted_is_ended(opened: Snapshot) -> None:
    assert check_processes.check_in_subprocess(opened, None, lambda done, total: None, lambda: False).problems is None


def test_files_that_changed_meanwhile_are_checked_as_they_were_read(opened: Snapshot) -> None:
    path = Path(opened.collection.documents[0].path)
    path.write_text("{}")
    assert told(in_subprocess(opened)) == told(check_snapshot(opened))


def test_an_answer_that_breaks_off_is_done_without(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_processes, "CHILD", "print('done 5000', flush=True); print('half an answer')")
    assert told(in_subprocess(opened)) == told(check_snapshot(opened))


def test_a_process_that_cannot_be_started_is_done_without(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert told(in_subprocess(opened)) == told(check_snapshot(opened))


def collection() -> Collection:
    files = [definition(9, 6, seed=seed, mistakes=4) for seed in (1, 2)]
    for place, value in enumerate(files):
        value["workflows"][0]["name"] = f"{place}\nname"
        value["workflows"][1]["steps"][0]["id"] = 7
    return Collection(
        tuple(read_document(f"{place}.json", json.dumps(value).encode()) for place, value in enumerate(files))
    )


@pytest.mark.parametrize("processes", [2, 3])
def test_a_pool_has_the_same_results(processes: int) -> None:
    opened = collection()
    alone, together = check_workflows(opened, Settings()), check_in_pool(opened, Settings(), processes)
    assert together == alone
    assert any(result.problems for result in together.values()), "the sample has mistakes"
    assert list(together) == list(alone)


def test_a_small_collection_is_looked_at_by_one_process() -> None:
    assert check_processes.processes_for(collection()) == 1


def test_a_mistake_of_ours_in_another_process_is_told_in_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(check_processes, "check_workflow", fail)
    with pytest.raises(ZeroDivisionError, match="of ours"):
        check_in_pool(collection(), Settings(), 2)
