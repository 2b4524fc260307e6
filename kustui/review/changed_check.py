"""A check of two states that looks only at what differs, where that cannot change what is wrong with anything else."""

from __future__ import annotations

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.walks import breadth_first
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.checker import Results, check_workflow
from kustui.check.incremental import looks_the_same
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection
from kustui.groups import grouped
from kustui.workspace.snapshot import Snapshot, partly_checked

_MOST_CHANGED = 40
"""Workflows: with more of them all are checked, by all processors."""
_MOST_FOLLOWED = 60
"""Workflows that are looked at for a ring through one that has changed."""


def check_changed(old: Snapshot, new: Snapshot, settings: Settings) -> tuple[Snapshot, Snapshot] | None:
    """Two states with the problems of the workflows that differ: those of all others are the same in both. None where
    that cannot be told from so few, so that everything has to be checked.

    It can where no workflow came or went and each looks to others as it did, and where none that has changed is in a
    ring, or calls what is not there.
    """
    before, now = old.collection, new.collection
    if settings.suppressions or len(before.entries) != len(now.entries):
        return None  # whether a suppression is used depends on all problems
    pairs = zip(before.entries, now.entries, strict=True)
    changed = [(one, other) for one, other in pairs if not other.has_text_of(one)]
    if len(changed) > _MOST_CHANGED:
        return None
    results = {one.key: check_workflow(WorkflowAnalysis(before, one, settings)) for one, _ in changed}
    results_now = {other.key: check_workflow(WorkflowAnalysis(now, other, settings)) for _, other in changed}
    if not looks_the_same(before, results, now, results_now, whatever_flow=True):
        return None
    if not _Surroundings(now, results_now, settings).are_sound():  # and so are those before, as all looks the same
        return None
    return _checked(old, results, settings), _checked(new, results_now, settings)


def _checked(snapshot: Snapshot, results: Results, settings: Settings) -> Snapshot:
    return partly_checked(snapshot, results, settings, AnalysisCache(snapshot.collection, settings))


class _Surroundings:
    """What the changed workflows of a collection may start."""

    def __init__(self, collection: Collection, results: Results, settings: Settings) -> None:
        self._collection = collection
        self._changed = {key: result.summary for key, result in results.items()}
        self._started: dict[str, tuple[str, ...]] = {}
        self._analyses = AnalysisCache(collection, settings)
        self._listeners = grouped((entry.item.event, entry.key) for entry in collection.entries)

    def are_sound(self) -> bool:
        """Whether every call of a changed workflow is to a callable one, and none of them starts itself again."""
        calls = (call for summary in self._changed.values() for call in summary.calls)
        targets = (self._collection.by_id.get(call.workflow_id or "") for call in calls)
        if not all(target is not None and target.item.callable for target in targets):
            return False
        return not any(key in breadth_first(self._started_by(key), self._started_by) for key in self._changed) and (
            len(self._started) <= _MOST_FOLLOWED
        )

    def _started_by(self, key: str) -> tuple[str, ...]:
        """The workflows that one may start, through a schedule or an event; none once too many were looked at."""
        if key not in self._started and len(self._started) <= _MOST_FOLLOWED:
            workflow = self._changed.get(key) or self._analyses.of(self._collection.by_key[key])
            targets = (self._collection.by_id.get(call.workflow_id or "") for call in workflow.calls)
            listeners = (key for effect in workflow.effects for key in self._listeners.get(effect.event, ()))
            self._started[key] = (*(target.key for target in targets if target is not None), *listeners)
        return self._started.get(key, ())
