"""Many scenarios replayed by all processors, where that is quicker than by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing

from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.suite import (
    DEFAULT_OPTIONS,
    Render,
    ReplayOptions,
    ScenarioResult,
    ScenarioText,
    replay_one,
    reusable_results,
)
from kustui.workspace.process_pool import answers_of, available_processes

TRIAL = 0.1
"""Seconds for which this process replays before it asks others: few scenarios take longer, and those that do say how
long the others will."""
WORTH_IT = 0.2
"""Seconds of work from which it is quicker to share it: forking a process costs some 10 ms for each."""
_GROUPS = 4
"""For each process: scenarios beside each other run the same workflows, which are then read once."""
_PIECE = 0.1
"""Seconds of work after which a process sends its results."""

Progress = Callable[[int, int, int], object]
"""Is told how many scenarios are replayed, of how many, and how many of them have not passed."""


def replay_with_pool(
    texts: Sequence[ScenarioText],
    organisation: Organisation,
    before: Iterable[ScenarioResult] = (),
    options: ReplayOptions = DEFAULT_OPTIONS,
    render: Render | None = None,
    progress: Progress = lambda done, total, failed: None,
) -> list[ScenarioResult]:
    """What ``replay_all`` gives, by all processors where that is quicker."""
    reusable = reusable_results(texts, organisation, before, options)
    due = [(index, text) for index, text in enumerate(texts) if text.path not in reusable]
    results = {index: reusable[text.path] for index, text in enumerate(texts) if text.path in reusable}
    failed = 0

    def work(groups: Sequence[Sequence[tuple[int, ScenarioText]]]) -> Iterator[dict[int, ScenarioResult]]:
        piece, began = {}, time.monotonic()
        for index, text in (member for group in groups for member in group):
            piece[index] = replay_one(text, organisation, options, render)
            if time.monotonic() - began > _PIECE:
                yield piece
                piece, began = {}, time.monotonic()
        yield piece

    def take(piece: dict[int, ScenarioResult]) -> None:
        nonlocal failed
        results.update(piece)
        failed += sum(not result.passed for result in piece.values())
        progress(len(results) - len(reusable), len(due), failed)

    began = time.monotonic()
    for done, (index, text) in enumerate(due):
        seconds = time.monotonic() - began
        if done and seconds > TRIAL and seconds / done * (len(due) - done) > WORTH_IT:
            processes = min(available_processes(), len(due) - done)
            if processes > 1:
                size = -(-(len(due) - done) // (processes * _GROUPS))
                groups = [due[start : start + size] for start in range(done, len(due), size)]
                with closing(answers_of(work, groups, processes)) as answers:
                    for piece in answers:
                        take(piece)
                for left, missing in due:
                    if left not in results:  # its process was killed
                        take({left: replay_one(missing, organisation, options, render)})
                break
        take({index: replay_one(text, organisation, options, render)})
    return [results[index] for index in range(len(texts))]
