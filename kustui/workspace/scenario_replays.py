"""The scenarios that lie with some definitions, replayed in a thread of their own: all of them once, and after each
change those that it concerns."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kustui.workspace.events import Failed, Notify, ScenariosReplayed
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:  # not before there are scenarios
    from kustui.simulate.organisation import Organisation
    from kustui.simulate.scenarios.suite import ScenarioResult, ScenarioText

_MOST_SCENARIOS = 10_000
"""Scenarios that are looked for."""
_PAUSE = 0.3
"""Seconds between two reports of replays that are under way."""
_GRACE = 0.3
"""Seconds for which a scenario has to stay unreadable, or gone, before that is reported: it may be half written."""
_MAX_WAIT = 3.0
"""Seconds after which it is reported even so, of what is written all the time."""


class ScenarioReplays:
    """Reports what comes of the scenarios beside what was opened, and again after each change."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._snapshot: Snapshot | None = None
        self._is_due = self._is_closed = False
        self._results: dict[str, ScenarioResult] = {}
        """What came of each, by its path."""
        self._reported: tuple[ScenarioResult, ...] | None = None
        """What came of them when all were replayed last; None until they were."""
        self._concerning: set[str] = set()
        """The paths of those that have named a workflow which is, or was, there."""
        self._worse_since: float | None = None
        """Since when something is gone, or cannot be read, that was not reported to be so."""

    def follow(self, snapshot: Snapshot) -> None:
        """Replay what a snapshot concerns."""
        with self._changed:
            self._snapshot = snapshot
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="scenarios", daemon=True)
            self._thread.start()
        self.look()

    def look(self) -> None:
        """A scenario may have changed, come or gone."""
        with self._changed:
            self._is_due = True
            self._changed.notify_all()

    def close(self) -> None:
        """It ends as soon as it can."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    # In the thread

    def _run(self) -> None:
        try:
            while (snapshot := self._take()) is not None:
                self._replay(snapshot)
                del snapshot  # it is not to outlive the next one
        except Exception as error:  # an internal error: the screen ends with it
            self._notify(Failed(error))

    def _take(self) -> Snapshot | None:
        """The snapshot of which scenarios are to be looked at; None once it is closed."""
        self._wait(None)
        with self._changed:
            self._is_due = False
            return None if self._is_closed else self._snapshot

    def _wait(self, seconds: float | None) -> bool:
        """Wait for something to do, for so long at most; whether there is something."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_due or self._is_closed, seconds)

    def _replay(self, snapshot: Snapshot) -> None:
        """Replay what is due; given up once there is something newer."""
        from kustui.simulate.scenarios.file import find_scenarios

        paths = find_scenarios(snapshot.paths, _MOST_SCENARIOS)
        if not paths and not self._reported:
            if self._reported is None:
                self._reported = ()
                self._notify(ScenariosReplayed())
            return
        from kustui.simulate.organisation import Organisation
        from kustui.simulate.scenarios.suite import read_texts, replay_one, reusable_results

        organisation, texts = Organisation(snapshot.analyses, snapshot.by_entry), read_texts(paths)
        reusable = reusable_results(texts, organisation, self._results.values())
        due = [text for text in texts if text.path not in reusable]
        inside = frozenset(find_scenarios(snapshot.paths, _MOST_SCENARIOS, beside_files=False))
        reported = time.monotonic()
        self._results |= reusable
        for index, text in enumerate(due):
            if self._wait(0):
                return
            if time.monotonic() - reported > _PAUSE:
                reported = time.monotonic()
                self._notify(ScenariosReplayed(self._listed(texts, inside), len(due) - index))
            self._results[text.path] = replay_one(text, organisation)
        if self._is_worse(texts):
            self._worse_since = self._worse_since or time.monotonic()
            if time.monotonic() - self._worse_since < _MAX_WAIT and self._wait(_GRACE):
                return
        self._worse_since = None
        self._results = {text.path: self._results[text.path] for text in texts}
        self._report(self._listed(texts, inside), organisation)

    def _is_worse(self, texts: Sequence[ScenarioText]) -> bool:
        """Whether a scenario is gone, or can no longer be read, that was reported to be well."""
        readable = {result.path for result in self._reported or () if not result.errors}
        return not readable <= {text.path for text in texts if not self._results[text.path].errors}

    def _listed(self, texts: Sequence[ScenarioText], inside: frozenset[str]) -> tuple[ScenarioResult, ...]:
        """The results so far, but for scenarios beside a single file that are about other files."""
        results = [self._results[text.path] for text in texts if text.path in self._results]
        self._concerning.update(result.path for result in results if result.concerns)
        return tuple(
            result for result in results if not result.title or result.path in inside or result.path in self._concerning
        )

    def _report(self, results: tuple[ScenarioResult, ...], organisation: Organisation) -> None:
        from kustui.simulate.scenarios.suite import coverage_of

        before = self._reported
        if before is not None and [*map(id, before)] == [*map(id, results)]:
            return
        self._reported = results
        new = _failing(results) - _failing(before) if before is not None else frozenset()
        coverage = coverage_of(results, organisation)
        self._notify(ScenariosReplayed(results, 0, new, coverage.steps, coverage.edges))


def _failing(results: Iterable[ScenarioResult]) -> frozenset[str]:
    """The paths of those that have not passed."""
    return frozenset(result.path for result in results if not result.passed)
