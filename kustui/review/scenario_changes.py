"""Scenarios that come to something else than they did: each is replayed in the old and in the new state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from itertools import islice, starmap, zip_longest
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.names import node_name
from kustui.definition.values import to_json_value
from kustui.groups import grouped
from kustui.review.comparison import Comparison, WorkflowPair
from kustui.review.divergence import Path, PathStep, divergence_in_words
from kustui.review.event_runs import Side, end_of, step_namer
from kustui.simulate.engine import words
from kustui.simulate.engine.trace import ScheduledRun, TraceEntry
from kustui.simulate.scenarios.replay import Replay
from kustui.simulate.scenarios.suite import Outcome, ScenarioResult, replay_all
from kustui.text.messages import quoted
from kustui.workspace.difference import ADDED, CHANGED, REMOVED


class ScenarioChange(Struct, frozen=True):
    """A scenario that comes to something else."""

    path: str
    title: str
    old: ScenarioResult
    """In the old state; of a scenario that came, with the text that it has now."""
    new: ScenarioResult
    status: str
    """``added``, ``removed`` or ``changed`` where the scenario itself was; else empty."""
    words: str
    """What it comes to: ``fails now: "note" runs, not "escalate"``."""

    @property
    def kind(self) -> str:
        """``fails``, ``passes``, ``unreadable``, or ``elsewhere`` where only the way is another."""
        if self.old.outcome is self.new.outcome and (self.new.passed or self.status != ADDED):
            return "elsewhere"
        kinds = {Outcome.FAILED: "fails", Outcome.PASSED: "passes", Outcome.UNREADABLE: "unreadable"}
        return kinds[self.new.outcome]


def compare_scenarios(comparison: Comparison) -> tuple[ScenarioChange, ...]:
    """The scenarios of both states that come to something else, in the order of their paths. One that was changed is
    replayed as it was then, and as it is now."""
    return tuple(_Scenarios(comparison).changes())


# The way of a replay


class _Run(NamedTuple):
    key: str
    """Of the workflow in the new state."""
    path: Path
    last: TraceEntry


class _Way(NamedTuple):
    """What happens in a replay, in terms of the new state."""

    runs: tuple[_Run, ...]
    scheduled: tuple[ScheduledRun, ...]


class _Scenarios:
    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._old_ways: dict[str, _Way] = {}
        self._new_ways: dict[str, _Way] = {}

    def changes(self) -> Iterator[ScenarioChange]:
        comparison = self._comparison
        old, new = comparison.old_state.scenarios, comparison.new_state.scenarios
        paths = sorted({**old, **new})
        first, last = ([here.get(path) or there[path] for path in paths] for here, there in ((old, new), (new, old)))
        before = [*replay_all(first, comparison.old_organisation, render=self._keep_old)]
        now = replay_all(last, comparison.new_organisation, before, render=self._keep_new)
        for path, earlier, result in zip(paths, before, now, strict=True):
            is_changed = path in old and path in new and old[path].raw != new[path].raw
            status = ADDED if path not in old else REMOVED if path not in new else CHANGED if is_changed else ""
            if change := "; ".join(self._words(status, earlier, result)):
                yield ScenarioChange(path, result.title or earlier.title, earlier, result, status, change)

    def _words(self, status: str, old: ScenarioResult, new: ScenarioResult) -> Iterator[str]:
        """What a scenario comes to now, in clauses; nothing where it is the same, or goes without saying."""
        is_other = new.outcome is not old.outcome
        if new.outcome is Outcome.UNREADABLE:
            if (is_other and status != REMOVED) or status == ADDED:
                yield f"cannot be replayed now: {new.errors[0]}"
        elif new.outcome is Outcome.FAILED and (is_other or status == ADDED):
            yield f"{'would fail' if status == REMOVED else 'fails'} now: {new.differences[0].message}"
        elif is_other:
            before = old.differences[0].message if old.differences else old.errors[0]
            yield f"passes now, and failed before: {before}" if old.differences else "can be replayed now, and passes"
        elif new is not old:
            yield from self._way_in_words(self._old_ways[new.path], self._new_ways[new.path])

    def _way_in_words(self, old: _Way, new: _Way) -> Iterator[str]:
        """The first difference between the runs of two replays, and the first between what they schedule."""
        is_only = len(new.runs) == 1
        runs = (self._run_in_words(*pair, is_only=is_only) for pair in zip_longest(old.runs, new.runs))
        schedules = starmap(_schedule_in_words, zip_longest(old.scheduled, new.scheduled))
        yield from islice(filter(None, runs), 1)
        yield from islice(filter(None, schedules), 1)

    def _run_in_words(self, old: _Run | None, new: _Run | None, *, is_only: bool) -> str:
        """What is different between two runs; nothing where they are the same."""
        if new is None:
            assert old is not None, "there are two of them"
            return f"{quoted(old.last.title)} no longer runs"
        title = quoted(new.last.title)
        if old is None:
            return f"{title} runs as well"
        if old.key != new.key:
            return f"{title} runs instead of {quoted(old.last.title)}"
        if old.path == new.path:
            return ""
        clause = divergence_in_words(old.path, new.path, words.why(new.last), self._names(new.key))
        return clause if is_only else f"in {title}: {clause}"

    def _names(self, key: str) -> Callable[[str], str]:
        """What people call the steps of a workflow of now."""
        comparison = self._comparison
        if (pair := self._pairs.get(key)) is not None:
            return step_namer(*Side.both(comparison, pair))
        return partial(node_name, comparison.new_organisation.analysis(key).flow)

    @cached_property
    def _pairs(self) -> Mapping[str, WorkflowPair]:
        """The workflows that are there in both and not the same, by their keys now."""
        return {pair.new.key: pair for pair in self._comparison.pairs if pair.old and pair.new}

    # The way of a replay

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        """The keys of workflows now, by those that they had."""
        return {old: entry.key for old, entry in self._comparison.difference.workflows.items()}

    @cached_property
    def _steps(self) -> Mapping[str, Mapping[str, str]]:
        """The ids of steps that have another one now, and that one, by the key that the workflow had."""
        return {pair.old.key: pair.steps for pair in self._comparison.pairs if pair.old is not None}

    def _keep_old(self, replay: Replay) -> str:
        ids = self._comparison.workflow_ids
        self._old_ways[replay.file.path] = _way(replay, self._keys, self._steps, ids)
        return ""

    def _keep_new(self, replay: Replay) -> str:
        self._new_ways[replay.file.path] = _way(replay, {}, {}, {})
        return ""


def _way(
    replay: Replay, keys: Mapping[str, str], steps: Mapping[str, Mapping[str, str]], ids: Mapping[str, str]
) -> _Way:
    """``keys`` and ``ids`` of workflows, and ``steps`` of each, by its key, are those that are others now."""
    runs = []
    for run in grouped((entry.run, entry) for entry in replay.entries if entry.run).values():
        last = run[-1]
        renamed = steps.get(last.key, {})
        path = [PathStep(renamed.get(entry.node, entry.node), entry.failure is not None) for entry in run]
        runs.append(_Run(keys.get(last.key, last.key), Path(tuple(path), end_of(last)), last))
    scheduled = (entry.scheduled for entry in replay.entries if entry.scheduled is not None)
    named = (replace(run, workflow_id=ids.get(run.workflow_id, run.workflow_id)) for run in scheduled)
    return _Way(tuple(runs), tuple(named))


def _schedule_in_words(old: ScheduledRun | None, new: ScheduledRun | None) -> str:
    """What is different between two schedules; nothing where they are the same."""
    if new is None:
        assert old is not None, "there are two of them"
        return f"{quoted(old.title)} is no longer scheduled"
    title = quoted(new.title)
    if old is None:
        return f"{title} is scheduled for {words.moment(new.due)} as well"
    if old.workflow_id != new.workflow_id:
        return f"{title} is scheduled instead of {quoted(old.title)}"
    if old.due != new.due:
        return f"{title} is scheduled for {words.moment(new.due)} instead of {words.moment(old.due)}"
    return f"{title} receives other inputs" if to_json_value(old.inputs) != to_json_value(new.inputs) else ""
