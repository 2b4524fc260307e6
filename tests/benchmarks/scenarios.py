"""``kustui simulate FOLDER`` of 500 scenarios beside that of one, with one processor and with all; and what a save
costs that concerns a single one of them.

python -m tests.benchmarks.scenarios [--rounds 5] [--count 500]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from functools import partial
from pathlib import Path

from kustui.definition.folders import SCENARIO_SUFFIX
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.explore import expected_path_scenario, explore_paths
from kustui.simulate.scenarios.file import find_scenarios
from kustui.simulate.scenarios.suite import read_texts, replay_all, replay_one
from kustui.workspace.scenario_pool import replay_with_pool
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.benchmarks.check import command
from tests.benchmarks.generate import write
from tests.benchmarks.measure import in_turns, table
from tests.support.terminal import KUSTUI

WORKFLOWS, STEPS = 100, 40


def folder_with(count: int) -> Path:
    """A folder with workflows and so many scenarios, each of a path through one of them."""
    folder = Path(tempfile.gettempdir()) / "kustui-benchmarks" / f"scenarios-{count}"
    if folder.exists():
        return folder
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    write(part / "app.json", WORKFLOWS, STEPS)
    organisation = organisation_of(part)
    written = 0
    for entry in organisation.collection.entries:
        for path in explore_paths(organisation.analysis(entry.key), most=-(-count // WORKFLOWS) + 2).paths:
            scenario = expected_path_scenario(organisation, path)
            if scenario is not None and written < count:
                content = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
                (part / f"{written:04}{SCENARIO_SUFFIX}").write_text(json.dumps(content, indent=2))
                written += 1
    assert written == count, f"only {written} paths"
    part.rename(folder)
    return folder


def organisation_of(folder: Path) -> Organisation:
    snapshot = check_snapshot(open_paths([str(folder)]))
    return Organisation(snapshot.analyses, snapshot.by_entry)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=500)
    options = parser.parse_args()
    count, cpus = options.count, len(os.sched_getaffinity(0))
    many, single = folder_with(count), folder_with(1)
    organisation = organisation_of(many)
    texts = read_texts(find_scenarios([str(many)]))
    before = list(replay_all(texts, organisation))
    assert all(result.passed for result in before)
    saved = [texts[0]._replace(raw=texts[0].raw + b"\n"), *texts[1:]]

    def seconds(work: object, *arguments: object) -> tuple[float]:
        assert callable(work)
        began = time.perf_counter()
        work(*arguments)
        return (time.perf_counter() - began,)

    figures = in_turns(
        {
            "one": partial(seconds, lambda: [replay_one(text, organisation) for text in texts[:: count // 20]]),
            "serial": partial(seconds, lambda: list(replay_all(texts, organisation))),
            "pool": partial(seconds, replay_with_pool, texts, organisation),
            "save": partial(seconds, lambda: list(replay_all(saved, organisation, before))),
            "command one": partial(command, *KUSTUI, "simulate", single),
            "command many": partial(command, *KUSTUI, "simulate", many),
            "command many, one processor": partial(command, "taskset", "-c", "0", *KUSTUI, "simulate", many),
        },
        options.rounds,
    )
    one = figures["one"][0] / len(texts[:: count // 20])
    table(
        ("in a process that has read all", "ms", "to one"),
        [
            ("a scenario", one * 1e3, 1.0),
            (f"{count} scenarios, one processor", figures["serial"][0] * 1e3, figures["serial"][0] / one),
            (f"{count} scenarios, {cpus} processors", figures["pool"][0] * 1e3, figures["pool"][0] / one),
            (f"{count} scenarios after a save of one", figures["save"][0] * 1e3, figures["save"][0] / one),
        ],
    )
    alone = figures["command one"][0]
    names = ("command one", "command many, one processor", "command many")
    table(
        (f"kustui simulate, {WORKFLOWS} workflows of {STEPS} steps", "ms", "to one", "peak MB"),
        [(name, figures[name][0] * 1e3, figures[name][0] / alone, figures[name][1]) for name in names],
    )


if __name__ == "__main__":
    main()
