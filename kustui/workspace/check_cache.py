"""Checks that were made before, from the cache: of all files together where nothing has changed, else of each workflow
whose text, and whatever else its result depends on, is the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from kustui.cache import Cache, key_of
from kustui.check.problems import Problem
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.source.outline import Shape
from kustui.workspace.plain_results import CollectionData, WorkflowData
from kustui.workspace.snapshot import DEFAULT_OPTIONS, Checker, CheckOptions, Snapshot

if TYPE_CHECKING:
    from kustui.check.checker import CheckListener, Results, WorkflowResult

_Record = tuple[bytes, bytes]
"""A key of the cache, and the value."""
_T = TypeVar("_T")

_UNKEPT = (msgspec.MsgspecError, OverflowError, RecursionError, TypeError, ValueError, LookupError)
"""What is raised of what cannot be kept, such as half a surrogate pair or an integer of more than 64 bits, and of what
was kept and is not what it should be."""
KEPT_AT_ONCE = 200
"""Results that are written while others are still being checked."""
_NOT_AROUND = {"workflows", "version"}
"""The members of an app that none of its workflows is checked against."""


class CachedCheck:
    """Does as another checker, and reads from the cache what was checked before. What is new is written there when
    ``keep`` is called, for which nobody has to wait. ``checker`` gives the other one, which is slow to import: only
    where the cache has not everything."""

    def __init__(self, cache: Cache, checker: Callable[[], Checker]) -> None:
        self._cache, self._checker = cache, checker
        self._latest: Snapshot | None = None
        self._kept: Results = {}
        """Those of its results that were in the cache."""
        self._keys: _CheckKeys | None = None
        self._workflow_keys: _WorkflowKeys | None = None

    def __call__(self, snapshot: Snapshot, options: CheckOptions = DEFAULT_OPTIONS) -> Snapshot:
        if self._cache.path is None:
            return self._checker()(snapshot, options)
        settings, listener = options.settings or Settings(), options.listener
        is_first = snapshot.earlier is None and not snapshot.results
        if is_first and (checked := self._kept_snapshot(snapshot, settings)) is not None:
            return checked
        known = snapshot.results_under(settings)
        keys = self._workflow_keys_of(snapshot.collection, settings)
        self._kept = {**known, **_kept_results(self._cache, keys, known)}
        read = replace(snapshot, settings=settings, results=self._kept)
        if listener is not None:
            listener = _KeepingListener(listener, partial(self._keep_results, read))
        for_now = options.for_now and not self._cache.keeps
        self._latest = self._checker()(read, options._replace(settings=settings, listener=listener, for_now=for_now))
        return self._latest

    @property
    def has_none(self) -> bool:
        """Whether nothing is in the cache, so that the other checker is needed for certain."""
        return not self._cache.size

    def prepare(self) -> None:
        """Import the other checker."""
        self._checker()

    def kept_problems(self, snapshot: Snapshot, settings: Settings) -> tuple[Problem, ...] | None:
        """The problems alone, for whoever needs nothing else; None where they are not kept."""
        if not self._cache.size or not _is_whole(snapshot.collection):
            return None
        key = self._keys_of(snapshot, settings).problems
        return _restored(self._cache.read([key]).get(key), CollectionData(snapshot.collection, settings).problems)

    def _kept_snapshot(self, snapshot: Snapshot, settings: Settings) -> Snapshot | None:
        """The snapshot as it was checked, without the results of its workflows; None where it is not kept."""
        if not self._cache.size or not _is_whole(snapshot.collection):
            return None
        data, keys = CollectionData(snapshot.collection, settings), self._keys_of(snapshot, settings)
        kept = self._cache.read([keys.problems, keys.schedules, keys.between])
        problems = _restored(kept.get(keys.problems), data.problems)
        schedules = _restored(kept.get(keys.schedules), data.schedules)
        if problems is None or schedules is None:
            return None
        between = _restored(kept.get(keys.between), data.problems)
        results = partial(_kept_results, self._cache, self._workflow_keys_of(snapshot.collection, settings), {})
        whole = problems, schedules, snapshot.paths, settings
        return Snapshot(snapshot.collection, *whole, between=between, kept_results=results)

    def _keys_of(self, snapshot: Snapshot, settings: Settings) -> _CheckKeys:
        """The keys of a collection, of which all bytes are looked at: once, until there is another."""
        if self._keys is None or not self._keys.are_of(snapshot, settings):
            self._keys = _CheckKeys.of(snapshot, settings, self._workflow_keys_of(snapshot.collection, settings))
        return self._keys

    def _workflow_keys_of(self, collection: Collection, settings: Settings) -> _WorkflowKeys:
        if self._workflow_keys is None or not self._workflow_keys.are_of(collection, settings):
            self._workflow_keys = _WorkflowKeys(collection, settings)
        return self._workflow_keys

    def _keep_results(self, snapshot: Snapshot, results: Results) -> None:
        """Write what was found out until now: the check may be left before it ends."""
        new = [entry for entry in snapshot.collection.entries if entry.key in results and entry.key not in self._kept]
        self._kept = {**self._kept, **{entry.key: results[entry.key] for entry in new}}
        keys = self._workflow_keys_of(snapshot.collection, snapshot.settings or Settings())
        self._cache.write(_result_records(replace(snapshot, results=results), new, keys))

    def keep(self) -> None:
        """Write what the last check came to."""
        snapshot, kept = self._latest, self._kept
        self._latest, self._kept = None, {}
        if snapshot is not None and snapshot.is_checked and snapshot.settings is not None:
            new = [entry for entry in snapshot.collection.entries if entry.key not in kept]
            # What the next opening needs is written first: kustui may be left at any moment.
            self._cache.write(self._snapshot_records(snapshot, snapshot.settings))
            keys = self._workflow_keys_of(snapshot.collection, snapshot.settings)
            self._cache.write(_result_records(snapshot, new, keys))
        self._keys = self._workflow_keys = None  # the next collection is another one

    def _snapshot_records(self, snapshot: Snapshot, settings: Settings) -> Iterator[_Record]:
        if _is_whole(snapshot.collection) and snapshot.problems is not None and snapshot.schedules is not None:
            problems, schedules = snapshot.problems, snapshot.schedules
            data, keys = CollectionData(snapshot.collection, settings), self._keys_of(snapshot, settings)
            yield from _record(keys.problems, lambda: data.plain_problems(problems))
            yield from _record(keys.schedules, lambda: data.plain_schedules(schedules))
            if (between := snapshot.between) is not None:
                yield from _record(keys.between, lambda: data.plain_problems(between, located=False))


class _KeepingListener:
    """A listener, with those results kept now and then that have come since the last time."""

    def __init__(self, listener: CheckListener, keep: Callable[[Results], None]) -> None:
        self._listener, self._keep = listener, keep
        self._next = KEPT_AT_ONCE

    @property
    def selected(self) -> str:
        return self._listener.selected

    @selected.setter
    def selected(self, key: str) -> None:
        self._listener.selected = key

    def take(self, results: Results, *, at_once: bool) -> None:
        self._listener.take(results, at_once=at_once)
        if len(results) >= self._next:
            self._next = len(results) + KEPT_AT_ONCE
            self._keep(results)


# Of all files together


def _is_whole(collection: Collection) -> bool:
    """Whether every file is what it holds, and none what it held before it broke."""
    return all(document.broken is None for document in collection.documents)


class _CheckKeys(Struct, frozen=True):
    collection: Collection
    paths: tuple[str, ...]
    settings: Settings
    """What they are the keys of."""
    problems: bytes
    schedules: bytes
    between: bytes

    def are_of(self, snapshot: Snapshot, settings: Settings) -> bool:
        return self.collection is snapshot.collection and self.settings is settings and self.paths == snapshot.paths

    @classmethod
    def of(cls, snapshot: Snapshot, settings: Settings, workflows: _WorkflowKeys) -> _CheckKeys:
        """``workflows`` are the keys of its workflows, so that their bytes are looked at once for both."""
        collection = snapshot.collection
        parts = [_plain_settings(settings), *map(_plain_outline, collection.documents), *_relative_paths(collection)]
        if settings.suppressions:
            from kustui.check.suppressions import covers_suppressions, may_remove_suppressions

            limits = covers_suppressions, may_remove_suppressions
            parts.append(repr([holds(snapshot.paths, collection, settings) for holds in limits]).encode())
            for suppression in settings.suppressions:
                plain = (suppression.rule, suppression.workflow, suppression.step, suppression.extent)
                parts.append(_bytes_of(plain))
        for document in collection.documents:
            parts.extend(_between_workflows(document))
        whole = key_of(*parts, *map(workflows.of, collection.entries))
        keys = (key_of(what, whole) for what in ("problems", "schedules", "between"))
        return cls(collection, snapshot.paths, settings, *keys)


def _between_workflows(document: Document) -> Iterator[bytes]:
    """The bytes of a file before, between and after its workflows."""
    data, at = document.source.data, 0
    for start, end in sorted(entry.item.extent for entry in document.entries):
        yield data[at:start]
        at = max(at, end)
    yield data[at:]


def _plain_settings(settings: Settings) -> bytes:
    """Those that the rules ask."""
    severities = sorted((rule, severity and int(severity)) for rule, severity in settings.severities.items())
    names = [sorted(names) for names in (settings.external, settings.operators, settings.functions, settings.actions)]
    return _bytes_of((severities, names, settings.relative_unit_minutes))


def _plain_outline(document: Document) -> bytes:
    """What its bytes alone do not say of a file: how it was encoded, whether it was read as a definition, and how many
    of the workflows of all files are its own."""
    source = document.source
    faults = [(fault.rule, fault.message, fault.pointer) for fault in document.faults]
    shape = document.shape.name, document.is_recognized, len(document.entries)
    return _bytes_of((source.encoding, source.offset, shape, faults))


def _relative_paths(collection: Collection) -> Iterator[bytes]:
    """The paths of the files without what they have in common: another machine may have them elsewhere."""
    paths = [document.path for document in collection.documents]
    above = len(os.path.commonprefix(paths).rpartition(os.sep)[0])  # noqa: RUF071  # down to a separator
    return (_bytes_of(path[above:]) for path in paths)


def _bytes_of(value: object) -> bytes:
    return repr(value).encode(errors="surrogatepass")


# Of each workflow


def _kept_results(cache: Cache, keys: _WorkflowKeys, known: Results) -> dict[str, WorkflowResult]:
    """The results of workflows that are not ``known``, as far as they are kept."""
    if not cache.size:
        return {}  # its keys are those of all bytes
    collection = keys.collection
    ids = _Ids(cache, collection)
    due = [(entry, keys.of(entry)) for entry in collection.entries if entry.key not in known]
    kept = cache.read([key for _, key in due])
    results: dict[str, WorkflowResult] = {}
    for entry, key in due:
        if (result := _restored(kept.get(key), partial(_result, collection, entry, ids))) is not None:
            results[entry.key] = result
    return results


def _result(collection: Collection, entry: Entry, ids: _Ids, plain: Any) -> WorkflowResult | None:
    digest, data = plain
    return WorkflowData(collection.document_of(entry), entry).result(data) if ids.are_same(digest, entry) else None


def _result_records(snapshot: Snapshot, entries: Iterable[Entry], keys: _WorkflowKeys) -> Iterator[_Record]:
    """The records of the results of some workflows."""
    collection = snapshot.collection
    ids = _Ids.plain(collection)
    digest = key_of("ids", ids)
    yield digest, ids
    for entry in entries:
        data, result = WorkflowData(collection.document_of(entry), entry), snapshot.results[entry.key]
        yield from _record(keys.of(entry), partial(_plain_result, digest, data, result))


def _plain_result(digest: bytes, data: WorkflowData, result: WorkflowResult) -> object:
    return digest, data.plain(result)


class _WorkflowKeys:
    """The keys of workflows: all that their results depend on, but for what the ids in their texts name."""

    def __init__(self, collection: Collection, settings: Settings) -> None:
        self.collection, self._of_settings, self._settings = collection, settings, _plain_settings(settings)
        self._around: dict[Document, bytes] = {}
        self._keys: dict[str, bytes] = {}

    def are_of(self, collection: Collection, settings: Settings) -> bool:
        return self.collection is collection and self._of_settings is settings

    def of(self, entry: Entry) -> bytes:
        if entry.key not in self._keys:  # asked for when it is read, and again when it is written
            self._keys[entry.key] = self._key_of(entry)
        return self._keys[entry.key]

    def _key_of(self, entry: Entry) -> bytes:
        document = self.collection.document_of(entry)
        if document not in self._around:
            self._around[document] = _plain_around(document)
        own = _bytes_of((entry.title, entry.item.partial, self.collection.has_taken_id(entry)))
        return key_of("workflow", self._settings, self._around[document], own, entry.text())


def _plain_around(document: Document) -> bytes:
    """The parts of its own file that a workflow is checked against."""
    data = document.source.data
    apps = []
    for app in document.apps:
        members = [(key, data[start:end]) for key, (start, end) in app.item.members.items() if key not in _NOT_AROUND]
        apps.append((app.item.pointer, app.item.resource, members))
    faults = [(fault.rule, fault.pointer, fault.member) for fault in document.faults]
    return _bytes_of((document.shape is Shape.EXPORT, apps, faults))


class _Ids:
    """Which ids name other workflows than when a result was kept."""

    def __init__(self, cache: Cache, collection: Collection) -> None:
        self._cache, self._now = cache, self.plain(collection)
        self._changed: dict[bytes, frozenset[bytes] | None] = {key_of("ids", self._now): frozenset()}

    @staticmethod
    def plain(collection: Collection) -> bytes:
        """What each id names."""
        pairs = sorted((id_, entry.title) for id_, entry in collection.by_id.items())
        return msgspec.msgpack.encode([[part.encode(errors="surrogatepass") for part in pair] for pair in pairs])

    def are_same(self, digest: bytes, entry: Entry) -> bool:
        """Whether the ids in the text of a workflow name the same as they did when all ids had a digest."""
        from kustui.check.incremental import mentions

        if digest not in self._changed:
            then = _restored(self._cache.read([digest]).get(digest), _pairs)
            now = _restored(self._now, _pairs)
            self._changed[digest] = None if then is None or now is None else frozenset(id_ for id_, _ in then ^ now)
        changed = self._changed[digest]
        return changed is not None and not (changed and mentions(entry.text(), changed))


def _pairs(plain: Any) -> frozenset[tuple[bytes, bytes]]:
    return frozenset((id_, title) for id_, title in plain)


# Records


def _record(key: bytes, plain: Callable[[], object]) -> Iterator[_Record]:
    """The record of plain data; none where that cannot be kept."""
    with suppress(*_UNKEPT):
        yield key, msgspec.msgpack.encode(plain())


def _restored(value: bytes | None, restore: Callable[[Any], _T | None]) -> _T | None:
    """What plain data stands for; None where there is none, or it is not what it should be."""
    with suppress(*_UNKEPT):
        return restore(msgspec.msgpack.decode(value)) if value is not None else None
    return None
