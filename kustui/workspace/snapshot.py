"""What was opened, as one immutable value: the collection, and once checked, its problems and schedules.

A Workspace makes such values of the same paths, one after the other, and works out anew only what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.check.problems import UNUSED_SUPPRESSION, Problem
from kustui.definition.collection import Collection, Document
from kustui.definition.loader import Progress, Reader
from kustui.definition.source.file_text import OutlineOf
from kustui.definition.source.outline import outline
from kustui.garbage_collection import gc_paused
from kustui.groups import grouped

if TYPE_CHECKING:
    from kustui.analysis.analysis_cache import AnalysisCache
    from kustui.analysis.schedules import Schedules
    from kustui.check.checker import CheckListener, Results, SpreadBeside
    from kustui.config.check_settings import Settings


_MOST_SHARED = 8
"""Workflows that are checked again after a save up to which their analyses are kept: the screen asks for them."""


class Snapshot(Struct, frozen=True, eq=False, dict=True, weakref=True):
    """The state that every screen renders."""

    collection: Collection = field(default_factory=Collection)
    problems: tuple[Problem, ...] | None = None
    """None until the first workflows were checked."""
    schedules: Schedules | None = None
    """None until the first workflows were checked."""
    paths: tuple[str, ...] = ()
    """What was asked to be opened."""
    settings: Settings | None = None
    """What it was checked with."""
    results: Results = field(default_factory=dict)
    """What was by_document out about each workflow by itself; of all of them once there are problems."""
    between: tuple[Problem, ...] | None = None
    """What is wrong between workflows, whether suppressed or not; None where that is not kept."""
    earlier: Snapshot | None = None
    """The last one that was checked, until this one is."""
    partly: bool = False
    """Whether the problems and schedules are only those of the workflows that have results."""
    shared: AnalysisCache | None = None
    """Analyses for the same collection and settings, made before it."""
    kept_results: Callable[[], Results] | None = None
    """Reads the results without which it was made, as far as they are kept."""

    @property
    def is_checked(self) -> bool:
        """Whether every workflow was checked."""
        return self.problems is not None and not self.partly

    def results_under(self, settings: Settings) -> Results:
        """Its results, where they are the same with these settings; otherwise none."""
        return self.results if self.settings is None or settings.judges_like(self.settings) else {}

    def with_kept_results(self) -> Snapshot:
        """The same with the results that are kept, where it was made without."""
        if self.kept_results is None:
            return self
        with gc_paused():
            return replace(self, results=self.kept_results(), kept_results=None)

    @cached_property
    def every_result(self) -> Results:
        """The results of all workflows, once they are checked: where it was made without, read or found out again."""
        from kustui.check.checker import check_workflows  # the rules: not before the first paint

        assert self.settings is not None, "checked"
        with gc_paused(freeze=self.kept_results is not None):
            kept = self.kept_results() if self.kept_results is not None else self.results
            return check_workflows(self.collection, self.settings, known=kept)

    @cached_property
    def analyses(self) -> AnalysisCache:
        if self.shared is not None:
            return self.shared
        from kustui.analysis.analysis_cache import AnalysisCache  # not before the first paint

        return AnalysisCache(self.collection, self.settings)

    @cached_property
    def by_entry(self) -> Mapping[str, tuple[Problem, ...]]:
        """The problems of each workflow that has some, by its key."""
        return grouped((problem.entry.key, problem) for problem in self.problems or () if problem.entry is not None)

    @cached_property
    def by_document(self) -> Mapping[Document, tuple[Problem, ...]]:
        """The problems of each file that has some, those of its workflows included."""
        return grouped((problem.document, problem) for problem in self.problems or ())


def open_paths(
    paths: Sequence[str],
    stdin: bytes = b"",
    progress: Progress | None = None,
    *,
    stdin_path: str | None = None,
    outline_of: OutlineOf = outline,
) -> Snapshot:
    """Read what the paths name. Raises PathError. Workflows are listed and not yet checked. ``stdin_path``: the file
    whose content is ``stdin``; ``outline_of`` looks at a file as a whole."""
    return Workspace(paths, stdin, stdin_path=stdin_path, outline_of=outline_of).open(progress)


def always() -> bool:
    return True


class CheckOptions(NamedTuple):
    """How a check is carried out."""

    settings: Settings | None = None
    progress: Progress | None = None
    wanted: Callable[[], bool] = always
    """Asked now and then: it is given up once that is no longer so."""
    listener: CheckListener | None = None
    spread_beside: SpreadBeside | None = None
    """What works out what takes long on all processors, where it is not to be done one after the other."""
    for_now: bool = False
    """Whether nothing but the problems is asked for: the snapshot is neither kept nor the earlier one of another, and
    no map is made of it."""


DEFAULT_OPTIONS = CheckOptions()


def check_snapshot(snapshot: Snapshot, options: CheckOptions = DEFAULT_OPTIONS) -> Snapshot:
    """The same with the problems and schedules of every workflow; still without them once it is no longer wanted, but
    with the results until then.

    Problems that the settings suppress are left out; suppressions that hide nothing are among them.
    """
    from kustui.check.checker import all_problems, check_workflows  # the rules: not before the first paint
    from kustui.check.suppressions import covers_suppressions, may_remove_suppressions, suppress
    from kustui.config.check_settings import Settings

    settings, progress, wanted, listener, spread_beside, for_now = options
    collection, settings = snapshot.collection, settings or Settings()
    known = snapshot.results_under(settings)
    analyses = None
    if snapshot.earlier is not None and len(collection.entries) - len(known) <= _MOST_SHARED:
        from kustui.analysis.analysis_cache import AnalysisCache

        analyses = AnalysisCache(collection, settings)
    with gc_paused(freeze=not known):
        results = check_workflows(collection, settings, progress, wanted, known, listener, analyses, for_now=for_now)
        if len(results) < len(collection.entries):
            return replace(snapshot, settings=settings, results=results)
        between, schedules = _between(snapshot, results, settings, spread_beside)
        problems = all_problems(collection, results, between, settings)
        complete = covers_suppressions(snapshot.paths, collection, settings)
        removable = may_remove_suppressions(snapshot.paths, collection, settings)
        problems = suppress(collection, problems, settings, complete=complete, removable=removable)
        whole = problems, schedules, snapshot.paths, settings, results, between
        return Snapshot(collection, *whole, shared=analyses)


def partly_checked(snapshot: Snapshot, results: Results, settings: Settings, shared: AnalysisCache) -> Snapshot:
    """The same with the problems and schedules of the workflows that have results, file by file."""
    from kustui.check.checker import collection_analysis, file_problems
    from kustui.check.suppressions import suppress

    collection = snapshot.collection
    visible_settings = replace(settings, severities={**settings.severities, UNUSED_SUPPRESSION: None})
    results = {entry.key: results[entry.key] for entry in collection.entries if entry.key in results}
    problems = [*file_problems(collection, settings), *(one for key in results for one in results[key].problems)]
    visible = suppress(collection, problems, visible_settings)
    schedules = collection_analysis(collection, results, settings).schedules
    return Snapshot(collection, visible, schedules, snapshot.paths, settings, results, partly=True, shared=shared)


def _between(
    snapshot: Snapshot, results: Results, settings: Settings, spread_beside: SpreadBeside | None
) -> tuple[tuple[Problem, ...], Schedules]:
    """What is wrong between workflows, and who schedules whom: as it was, where nothing can have changed that."""
    from kustui.check.checker import check_between
    from kustui.check.incremental import reusable_between

    before = snapshot.earlier
    if (
        before is not None
        and before.between is not None
        and len(before.results) == len(before.collection.entries)
        and before.schedules is not None
        and before.settings is not None
        and settings.judges_like(before.settings)
    ):
        between = reusable_between(before.collection, before.results, before.between, snapshot.collection, results)
        if between is not None:
            return between, before.schedules
    analysis, problems = check_between(snapshot.collection, results, settings, spread_beside)
    return problems, analysis.schedules


Checker = Callable[[Snapshot, CheckOptions], Snapshot]
"""What does as ``check_snapshot``."""


class Workspace:
    """Some paths, and the snapshot of what they name: the one thing here that changes. For one thread at a time.

    ``keep`` says whether a file that can no longer be read stays what it was, with what is the matter beside it.
    """

    def __init__(
        self,
        paths: Sequence[str],
        stdin: bytes = b"",
        *,
        keep: bool = False,
        checker: Checker = check_snapshot,
        stdin_path: str | None = None,
        outline_of: OutlineOf = outline,
    ) -> None:
        self.snapshot = Snapshot(paths=tuple(paths))
        self._reader = Reader(paths, stdin, keep=keep, stdin_path=stdin_path, outline_of=outline_of)
        self._checker = checker

    @property
    def reading(self) -> str:
        """The file or folder that is being read just now; empty while none is."""
        return self._reader.at

    def prepare(self) -> None:
        """Do ahead what reading a changed file needs: while nothing else is to be done."""
        self._reader.buffer.prepare()

    @contextmanager
    def at(self, path: str) -> Iterator[None]:
        """Something of a file is read beside all else: ``reading`` says so."""
        self._reader.at = path
        try:
            yield
        finally:
            self._reader.at = ""

    def overlay(self, texts: Mapping[str, bytes]) -> None:
        """From now on these texts stand for the content of files, by path, as an editor has them."""
        self._reader.texts = texts

    def open(self, progress: Progress | None = None) -> Snapshot:
        """Read what the paths name. Raises PathError. Workflows are listed and not yet checked."""
        self.snapshot = Snapshot(self._reader.read(progress=progress), paths=self.snapshot.paths)
        return self.snapshot

    def refresh(
        self,
        changed: Iterable[str] = (),
        settings: Settings | None = None,
        progress: Progress | None = None,
        wanted: Callable[[], bool] = lambda: True,
        listener: CheckListener | None = None,
    ) -> Snapshot:
        """The snapshot of what the paths name now, checked; the same one where nothing is different.

        Read are files whose time, size or identity has changed, and those ``changed``; checked the workflows whose
        text has changed, and those whose answer depends on it. Given up, and without problems, once it is no longer
        ``wanted``: the next time goes on from there. Raises PathError as ``open`` does.
        """
        from kustui.check.incremental import reusable_results
        from kustui.config.check_settings import Settings

        settings = settings or Settings()
        before, collection = self.snapshot, self._reader.read(changed)
        if collection is before.collection and before.problems is not None and settings == before.settings:
            return before
        before = before.with_kept_results()
        known = reusable_results(before.collection, before.results, collection)
        earlier = before if before.problems is not None else before.earlier
        read = Snapshot(collection, paths=before.paths, settings=before.settings, results=known, earlier=earlier)
        self.snapshot = self._checker(read, CheckOptions(settings, progress, wanted, listener))
        return self.snapshot
