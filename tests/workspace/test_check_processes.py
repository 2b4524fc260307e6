"""A large collection is checked by other processes, to the same outcome."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import zlib
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from kustui.check.checker import Results, check_workflows
from kustui.check.problems import Problem
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, read_document
from kustui.workspace import check_processes
from kustui.workspace.check_processes import check_in_pool
from kustui.workspace.snapshot import CheckOptions, Snapshot, check_snapshot, open_paths, partly_checked
from tests.benchmarks.generate import definition
from tests.support.definitions import write_json
from tests.support.patience import PATIENCE

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
    return list(map(_row, snapshot.problems))


def _row(problem: Problem) -> tuple[object, ...]:
    return problem.rule, problem.message, problem.document, problem.entry, problem.span(), problem.related


def in_subprocess(opened: Snapshot, settings: Settings | None = None) -> Snapshot:
    return check_processes.check_in_subprocess(opened, CheckOptions(settings))


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
    assert there.between is not None, "or the first save looks for it again"
    assert list(map(_row, there.between)) == list(map(_row, here.between or ()))


def test_what_is_known_is_not_checked_again(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    here = check_snapshot(opened)
    known = dict(list(here.results.items())[:-2])
    untold = {key: replace(result, problems=()) for key, result in known.items()}
    monkeypatch.setattr(check_processes, "check_snapshot", None)
    seen: list[int] = []
    there = check_processes.check_in_subprocess(
        replace(opened, results=untold), CheckOptions(progress=lambda done, total: seen.append(done))
    )
    assert seen[0] == len(known)
    assert there.results == {**here.results, **untold}
    hidden = [_row(problem) for result in known.values() for problem in result.problems]
    assert hidden
    assert told(there) == [row for row in told(here) if row not in hidden]


def test_the_settings_go_with_it(opened: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_processes, "check_snapshot", None)
    settings = Settings(severities={"unknown-target": None, "unknown-step-reference": None, "unknown-workflow": None})
    assert not [problem for problem in told(in_subprocess(opened, settings)) if problem[0] == "unknown-target"]


def test_progress_is_told(opened: Snapshot) -> None:
    seen: list[tuple[int, int]] = []
    check_processes.check_in_subprocess(opened, CheckOptions(progress=lambda done, total: seen.append((done, total))))
    assert seen == [(0, 24), (10, 24), (20, 24)]


class Listener:
    """Looks at the last workflow first, then at the one before it."""

    def __init__(self, opened: Snapshot) -> None:
        self.keys = [entry.key for entry in opened.collection.entries]
        self.selected = self.keys[-1]
        self.counts: list[int] = []

    def take(self, results: Results, *, at_once: bool) -> None:
        self.counts.append(len(results))
        if at_once:
            assert self.selected in results
            self.selected = self.keys[-2]


@pytest.mark.parametrize("elsewhere", [True, False], ids=["subprocess", "here"])
def test_what_is_selected_is_checked_first_and_the_results_grow(
    opened: Snapshot, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Listener(opened)
    checks = check_processes.check_in_subprocess if elsewhere else check_snapshot
    checked = checks(opened, CheckOptions(listener=listener))
    assert told(checked) == told(check_snapshot(opened))
    assert listener.selected == listener.keys[-2]
    assert listener.counts[0] == (1 if elsewhere else 2)
    assert listener.counts == sorted(listener.counts)


def test_what_is_known_so_far_is_a_snapshot(opened: Snapshot) -> None:
    whole = check_snapshot(opened)
    some = {key: whole.results[key] for key in list(whole.results)[3:20]}
    partial = partly_checked(opened, some, Settings(), whole.analyses)
    assert not partial.is_checked
    assert whole.is_checked
    assert partial.problems == tuple(problem for result in some.values() for problem in result.problems)
    assert set(partial.problems) <= set(whole.problems or ())
    assert partial.schedules is not None
    assert whole.schedules is not None
    assert {call.caller for call in partial.schedules.calls} <= some.keys()


def test_what_is_no_longer_wanted_is_ended(opened: Snapshot) -> None:
    assert check_processes.check_in_subprocess(opened, CheckOptions(wanted=lambda: False)).problems is None


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
    alone = check_workflows(opened, Settings())
    with ExitStack() as pools:
        together = check_in_pool(pools, opened, Settings(), processes)
    assert together == alone
    assert any(result.problems for result in together.values()), "the sample has mistakes"
    assert list(together) == list(alone)


def test_a_small_collection_is_looked_at_by_one_process() -> None:
    assert check_processes.processes_for(collection().entries) == 1


def test_a_mistake_of_ours_in_another_process_is_told_in_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(check_processes, "check_workflow", fail)
    with pytest.raises(ZeroDivisionError, match="of ours"), ExitStack() as pools:
        check_in_pool(pools, collection(), Settings(), 2)


_COMMAND = """
import os, sys
from kustui.workspace import check_processes
check_processes.WORTH_IT = 1
check_processes.processes_for = lambda collection: 3
def endless(*_):
    os.write(1, b"working\\n")  # in one piece, as three write at once
    while True:
        pass
check_processes.check_workflow = endless
from kustui.cli import main
sys.exit(main(["check", *sys.argv[1:]]))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system does not say which processes there are")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_whatever_ends_a_command_ends_its_workers(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "a.json").write_text(json.dumps(definition(12, 5, seed=1, mistakes=3)))
    with subprocess.Popen(
        [sys.executable, "-c", _COMMAND, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        for _ in range(3):
            assert command.stdout.readline() == "working\n"
        workers = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split()
        assert len(workers) == 3
        command.send_signal(number)
        assert command.stdout.read() == ""  # the workers have it too: its end is theirs
        assert command.stderr.read() == ""
        assert command.wait() == (130 if number == signal.SIGINT else -number)


def test_the_process_of_the_screen_ends_with_it(tmp_path: Path) -> None:
    endless = "import os, sys; from kustui.workspace import check_processes as processes\n"
    endless += "def forever(*_, **options):\n    print('working', flush=True)\n    while True: pass\n"
    endless += "processes.check_snapshot = forever\nprocesses.main()"
    snapshot = open_paths([str(write_json(tmp_path / "a.json", definition(2, 2, seed=1)))])
    fingerprint = [(document.path, zlib.crc32(document.source.data)) for document in snapshot.collection.documents]
    asked = pickle.dumps((snapshot.paths, fingerprint, None, 0))
    with subprocess.Popen([sys.executable, "-c", endless], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(asked)
        child.stdin.flush()
        assert child.stdout.readline() == b"working\n"
        child.stdin.close()  # as the end of the screen does
        assert child.wait(PATIENCE) == 1
