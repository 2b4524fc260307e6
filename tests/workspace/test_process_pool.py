"""Work that several processes share: all of it is answered, mistakes are raised here, and no process stays behind."""

from __future__ import annotations

import multiprocessing
import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from kustui.simulate.scenarios.suite import ScenarioText, replay_all
from kustui.workspace import scenario_pool
from kustui.workspace.process_pool import answers_of
from kustui.workspace.scenario_pool import replay_with_pool
from tests.support.runs import RING, organisation, ring_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no process is forked elsewhere")


def test_every_part_is_answered_by_one_of_the_processes() -> None:
    def work(parts: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        for part in parts:
            yield os.getpid(), [part * part]

    with closing(answers_of(work, range(10), 2)) as answers:
        given = list(answers)
    assert sorted(square for _, squares in given for square in squares) == [part * part for part in range(10)]
    assert len({process for process, _ in given}) == 2
    assert os.getpid() not in {process for process, _ in given}


def test_what_a_process_raises_is_raised_and_ends_the_others() -> None:
    def work(parts: Sequence[int]) -> Iterator[int]:
        for part in parts:
            if part == 3:
                raise ZeroDivisionError("three")
            yield part

    with pytest.raises(ZeroDivisionError, match="three"), closing(answers_of(work, range(10), 2)) as answers:
        list(answers)
    assert not multiprocessing.active_children()


def test_who_stops_asking_leaves_no_process_behind() -> None:
    with closing(answers_of(lambda parts: iter(parts), range(10_000), 2)) as answers:
        next(answers)
    assert not multiprocessing.active_children()


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
