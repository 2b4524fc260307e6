"""Work that several processes share: all of it is answered, mistakes are raised here, and no process stays behind."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.rule import app, called, schedule
from kustui.definition.collection import Collection
from kustui.simulate.scenarios.suite import ScenarioResult, ScenarioText, replay_all, replay_one
from kustui.workspace import check_processes, scenario_pool
from kustui.workspace.process_pool import answers_of
from kustui.workspace.scenario_pool import replay_with_pool
from kustui.workspace.snapshot import Snapshot, check_snapshot
from tests.support.definitions import document_of
from tests.support.patience import PATIENCE
from tests.support.runs import RING, organisation, ring_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no process is forked elsewhere")


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """All that are forked."""
    forked, fork = list[int](), os.fork

    def recorded() -> int:
        if process := fork():
            forked.append(process)
        return process

    monkeypatch.setattr(os, "fork", recorded)
    return forked


def _are_gone(processes: Sequence[int]) -> bool:
    return len(processes) == 2 and not any(Path(f"/proc/{process}").exists() for process in processes)


def test_every_part_is_answered_by_one_of_the_processes() -> None:
    def work(parts: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        for part in parts:
            yield os.getpid(), [part * part]

    with closing(answers_of(work, range(10), 2)) as answers:
        given = list(answers)
    assert sorted(square for _, squares in given for square in squares) == [part * part for part in range(10)]
    assert len({process for process, _ in given}) == 2
    assert os.getpid() not in {process for process, _ in given}


def test_what_one_process_comes_to_late_another_does() -> None:
    first, others = os.pipe()

    def work(parts: Sequence[int]) -> Iterator[int]:
        for part in parts:
            if part == 0:
                assert select.select([first], [], [], PATIENCE)[0]
            if part == 6:  # which would be the first one's, too
                os.write(others, b"6")
            yield part

    with closing(answers_of(work, range(8), 2)) as answers:
        assert sorted(answers) == list(range(8))
    os.close(first)
    os.close(others)


def test_what_a_process_raises_is_raised_and_ends_the_others(processes: list[int]) -> None:
    def work(parts: Sequence[int]) -> Iterator[int]:
        for part in parts:
            if part == 3:
                raise ZeroDivisionError("three")
            yield part

    with pytest.raises(ZeroDivisionError, match="three"), closing(answers_of(work, range(10), 2)) as answers:
        list(answers)
    assert _are_gone(processes)


def test_who_stops_asking_leaves_no_process_behind(processes: list[int]) -> None:
    with closing(answers_of(lambda parts: iter(parts), range(10_000), 2)) as answers:
        next(answers)
    assert _are_gone(processes)


def test_processes_are_gone_where_the_system_keeps_none_until_it_is_waited_for(
    processes: list[int],
) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as whoever starts this process may have set it
    try:
        with closing(answers_of(iter, range(10), 2)) as answers:
            assert sorted(answers) == list(range(10))
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert _are_gone(processes)


def test_what_is_yet_to_be_written_is_written_once(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w") as file:
        file.write("once")  # into a buffer, of which each process has a copy
        with closing(answers_of(iter, range(10), 2)) as answers:
            assert sorted(answers) == list(range(10))
    assert (tmp_path / "a").read_text() == "once"


def test_what_a_process_was_to_answer_that_is_killed_is_missing() -> None:
    def work(parts: Sequence[int]) -> Iterator[object]:
        for part in parts:
            yield os.getpid() if part == 0 else bytes(10_000_000)

    with closing(answers_of(work, range(2), 1)) as answers:
        process = next(answers)
        while " S " not in Path(f"/proc/{process}/stat").read_text():  # in the middle of the other, which nobody reads
            time.sleep(0.001)
        os.kill(process, signal.SIGKILL)
        assert not list(answers)


def test_scenarios_are_replayed_here_whose_process_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_pool, "TRIAL", 0.0)
    monkeypatch.setattr(scenario_pool, "WORTH_IT", 0.0)
    monkeypatch.setattr(scenario_pool, "available_processes", lambda: 2)
    here = os.getpid()

    def killed_elsewhere(text: ScenarioText, *more: Any) -> ScenarioResult:
        if os.getpid() != here and text.path == "5.scenario.json":
            os.kill(os.getpid(), signal.SIGKILL)
        return replay_one(text, *more)

    monkeypatch.setattr(scenario_pool, "replay_one", killed_elsewhere)
    stage = organisation(RING)
    texts = [ScenarioText(f"{number}.scenario.json", ring_scenario(f"S{number}", 2)) for number in range(8)]
    assert replay_with_pool(texts, stage) == list(replay_all(texts, stage))


def test_rings_are_looked_for_here_where_a_process_is_killed(
    monkeypatch: pytest.MonkeyPatch, processes: list[int]
) -> None:
    def killed(
        work: Callable[..., Any], parts: Sequence[Any], processes: int, **more: Any
    ) -> Generator[Any, None, None]:
        def in_process(share: Sequence[Any]) -> Iterator[Any]:
            if share[0] == parts[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            yield from work(share)

        return answers_of(in_process, parts, processes, **more)

    monkeypatch.setattr(check_processes, "available_processes", lambda: 2)
    monkeypatch.setattr(check_processes, "answers_of", killed)
    workflows = [called(f"ring {number}", id_, schedule("s", id_)) for number, id_ in enumerate("abcdef")]
    opened = Snapshot(Collection((document_of(app(*workflows)),)))
    found = check_processes.check_with_pool(opened)
    assert found.problems == check_snapshot(opened).problems
    assert found.problems
    assert _are_gone(processes)


def test_scenarios_have_the_same_results_in_the_same_order_however_many_replay_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scenario_pool, "TRIAL", 0.0)
    monkeypatch.setattr(scenario_pool, "WORTH_IT", 0.0)
    stage = organisation(RING)
    texts = [ScenarioText(f"{number}.scenario.json", ring_scenario(f"S{number}", 15)) for number in range(40)]
    texts.insert(7, ScenarioText("broken.scenario.json", b"{"))
    told: list[tuple[int, int, int]] = []
    results = replay_with_pool(texts, stage, progress=lambda *counts: told.append(counts))
    assert results == list(replay_all(texts, stage))
    assert told[-1] == (41, 41, 1)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    again = replay_with_pool(texts, stage, results)
    assert all(one is other for one, other in zip(again, results, strict=True))
