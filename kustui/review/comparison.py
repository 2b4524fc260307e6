"""Two states of a collection: what is different between them, workflow by workflow.

The old state is read after the new one, under its paths: what is the same in both is the same value.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Mapping
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.loader import Progress, Reader
from kustui.files import resolved
from kustui.review.states import State
from kustui.review.value_changes import Identities
from kustui.simulate.organisation import Organisation
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.difference import Difference, difference
from kustui.workspace.snapshot import CheckOptions, Snapshot


class WorkflowPair(NamedTuple):
    """A workflow in the two states; at least one of them is there."""

    old: Entry | None
    new: Entry | None
    steps: Mapping[str, str]
    """The ids of steps that have another one now, and that one."""


class Comparison(Struct, frozen=True, eq=False, dict=True):
    """Two states, checked, and what is different."""

    old_state: State
    new_state: State
    old: Snapshot
    new: Snapshot

    @cached_property
    def difference(self) -> Difference:
        """What came, went and changed; problems too, where both are checked."""
        return difference(self.old, self.new, most_opened=sys.maxsize)

    @cached_property
    def pairs(self) -> tuple[WorkflowPair, ...]:
        """Every workflow that is not the same in both, in the order of the files."""
        steps: dict[str, dict[str, str]] = {}
        for (key, old), new in self.difference.steps.items():
            steps.setdefault(key, {})[old] = new
        entries = dict.fromkeys(entry.key for snapshot in (self.new, self.old) for entry in snapshot.collection.entries)
        order = {key: number for number, key in enumerate(entries)}
        pairs = [
            WorkflowPair(old, new, steps.get(new.key, {}) if new is not None else {})
            for old, new in self.difference.pairs
        ]
        return tuple(sorted(pairs, key=lambda pair: order[(pair.new or pair.old).key]))  # type: ignore[union-attr]

    @cached_property
    def workflow_ids(self) -> Mapping[str, str]:
        """The new ids of workflows by their old ones, where they are others."""
        ids = ((pair.old.id, pair.new.id) for pair in self.pairs if pair.old and pair.new)
        return {old: new for old, new in ids if old and new and old != new}

    def identities(self, pair: WorkflowPair | None) -> Identities:
        """What has another id now, of all workflows and of the steps of one."""
        return Identities(pair.steps if pair is not None else {}, self.workflow_ids)

    def old_analysis(self, entry: Entry) -> WorkflowAnalysis:
        return self.old.analyses.of(entry)

    def new_analysis(self, entry: Entry) -> WorkflowAnalysis:
        return self.new.analyses.of(entry)

    @cached_property
    def old_organisation(self) -> Organisation:
        return Organisation(self.old.analyses, self.old.by_entry)

    @cached_property
    def new_organisation(self) -> Organisation:
        return Organisation(self.new.analyses, self.new.by_entry)


def read_state(state: State, like: Collection | None = None) -> Snapshot:
    """The definitions of a state, unchecked. Of a file that is the same in the collection ``like``, its document is
    taken from there, and so are those that are no part of the revision. Raises PathError for a path that is not
    there."""
    if state.texts is None:
        return Snapshot(Reader(state.paths, like=like).read(), paths=state.paths)
    others = {document.path for document in like.documents} - state.texts.keys() if like is not None else set[str]()
    revision, texts = state.revision if others else None, state.definitions
    if revision is not None and (linked := revision.linked(others)):
        files = {resolved(path) for path in linked}
        texts = {**{path: text for path, text in texts.items() if resolved(path) not in files}, **linked}
    reader = Reader([path for path in state.paths if path in texts], like=like, read_import=state.read_import)
    reader.texts = texts
    collection = reader.read()
    if like is not None and revision is not None and (left_out := revision.unversioned(others - texts.keys())):
        collection = _with_documents(collection, like, left_out)
    return Snapshot(collection, paths=state.paths)


def _with_documents(collection: Collection, like: Collection, paths: Container[str]) -> Collection:
    """A collection with the documents of some paths of another, where these stand there."""
    places = {document.path: place for place, document in enumerate(like.documents)}
    more = [document for document in like.documents if document.path in paths]
    documents: list[Document] = []
    for document in collection.documents:
        while more and places[more[0].path] < places.get(document.path, -1):
            documents.append(more.pop(0))
        documents.append(document)
    return Collection((*documents, *more), collection.others)


def old_snapshot(state: State, new: Snapshot, read: Snapshot | None = None) -> Snapshot:
    """The definitions of the old state, unchecked, with those results of the new state that are the same there: what
    is left for a check is what is different. ``read``: where they were read before."""
    from kustui.check.incremental import reusable_results

    read = read or read_state(state, like=new.collection)
    if not new.is_checked or new.settings is None:
        return read
    results = reusable_results(new.collection, new.every_result, read.collection)
    return Snapshot(read.collection, paths=new.paths, settings=new.settings, results=results, earlier=new)


def check_states(
    old_state: State, new_state: State, settings: Settings, check: CachedCheck, progress: Progress | None = None
) -> Comparison:
    """Two states read, and checked as far as their problems may differ. Raises PathError."""
    new = read_state(new_state)
    old = read_state(old_state, like=new.collection)
    # Scenarios run workflows that are the same in both, too.
    if not old_state.scenarios and not new_state.scenarios:
        from kustui.review.changed_check import check_changed  # with all rules

        if (checked := check_changed(old, new, settings)) is not None:
            return Comparison(old_state, new_state, *checked)
    now = check(new, CheckOptions(settings, progress))
    check.keep()
    before = check(old_snapshot(old_state, now, old), CheckOptions(settings, progress))
    return Comparison(old_state, new_state, before, now)
