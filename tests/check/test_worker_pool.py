"""Looking with several processes finds what looking with one does."""

from __future__ import annotations

import json

import pytest

from kustui.check import worker_pool
from kustui.check.run import check
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, read_document
from tests.benchmarks.generate import definition


def collection() -> Collection:
    files = [definition(9, 6, seed=seed, mistakes=4) for seed in (1, 2)]
    for place, value in enumerate(files):
        value["workflows"][0]["name"] = f"{place}\nname"
        value["workflows"][1]["steps"][0]["id"] = 7
    return Collection(
        tuple(read_document(f"{place}.json", json.dumps(value).encode()) for place, value in enumerate(files))
    )


@pytest.mark.parametrize("processes", [2, 3])
def test_the_outcome_is_the_same(processes: int) -> None:
    opened = collection()
    alone, together = check(opened, Settings()), check(opened, Settings(), processes=processes)
    assert together[1] == alone[1]
    assert together[1], "the sample has mistakes"
    assert list(together[0].summaries) == list(alone[0].summaries)
    assert together[0].schedules.calls == alone[0].schedules.calls


def test_a_small_collection_is_looked_at_by_one_process() -> None:
    assert worker_pool.processes_for(collection()) == 1


def test_a_mistake_of_ours_in_another_process_is_told_in_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("kustui.check.run.examine", fail)
    with pytest.raises(ZeroDivisionError, match="of ours"):
        check(collection(), Settings(), processes=2)
