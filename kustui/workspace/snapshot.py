"""What was opened, as one immutable value: the collection, and once examined, its problems and schedules.

A Workspace makes such values of the same paths, one after the other, and works out anew only what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.definition.collection import Collection
from kustui.definition.loader import Progress, Reader
from kustui.garbage_collection import gc_paused

if TYPE_CHECKING:
    from kustui.analysis.schedules import Schedules
    from kustui.analysis.workflow_analysis import AnalysisCache
    from kustui.check.problems import Problem
    from kustui.check.run import Examined
    from kustui.config.check_settings import Settings
    from kustui.definition.collection import Document


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The state that every screen renders."""

    collection: Collection = field(default_factory=Collection)
    problems: tuple[Problem, ...] | None = None
    """None until every workflow was examined."""
    schedules: Schedules | None = None
    """None until every workflow was examined."""
    paths: tuple[str, ...] = ()
    """What was asked to be opened."""
    settings: Settings | None = None
    """What it was examined with."""
    examined: Mapping[str, Examined] = field(default_factory=dict)
    """What was found out about each workflow by itself, by its key; of all of them once there are problems."""
    between: tuple[Problem, ...] | None = None
    """What is wrong between workflows, whether suppressed or not; None where that is not kept."""
    earlier: Snapshot | None = None
    """The last one that was examined, until this one is."""

    @cached_property
    def analyses(self) -> AnalysisCache:
        from kustui.analysis.workflow_analysis import AnalysisCache  # pydantic: not before the first paint

        return AnalysisCache(self.collection, self.settings)

    @cached_property
    def by_entry(self) -> Mapping[str, tuple[Problem, ...]]:
        """The problems of each workflow that has some, by its key."""
        found: dict[str, list[Problem]] = {}
        for problem in self.problems or ():
            if problem.entry is not None:
                found.setdefault(problem.entry.key, []).append(problem)
        return {key: tuple(problems) for key, problems in found.items()}

    @cached_property
    def by_document(self) -> Mapping[Document, tuple[Problem, ...]]:
        """The problems of each file that has some, those of its workflows included."""
        found: dict[Document, list[Problem]] = {}
        for problem in self.problems or ():
            found.setdefault(problem.document, []).append(problem)
        return {document: tuple(problems) for document, problems in found.items()}


def open_paths(paths: Sequence[str], stdin: bytes = b"", progress: Progress | None = None) -> Snapshot:
    """Read what the paths name. Raises PathError. Workflows are listed and not yet examined."""
    return Workspace(paths, stdin).open(progress)


def examined(
    snapshot: Snapshot,
    settings: Settings | None = None,
    progress: Progress | None = None,
    wanted: Callable[[], bool] = lambda: True,
    processes: int = 1,
) -> Snapshot:
    """The same with the problems and schedules of every workflow; still without them once it is no longer ``wanted``,
    but with what was found out until then.

    Problems that the settings suppress are left out; suppressions that hide nothing are among them.
    """
    from kustui.check.run import all_problems, examine_all
    from kustui.check.suppressions import covers, suppressed
    from kustui.config.check_settings import Settings

    collection, settings = snapshot.collection, settings or Settings()
    known = snapshot.examined if snapshot.settings is None or settings.judges_like(snapshot.settings) else {}
    with gc_paused(freeze=not known):
        found = examine_all(collection, settings, progress, wanted, processes, known)
        if len(found) < len(collection.entries):
            return replace(snapshot, settings=settings, examined=found)
        between, schedules = _between(snapshot, found, settings)
        problems = all_problems(collection, found, between, settings)
        complete = covers(snapshot.paths, collection, settings)
        left = suppressed(collection, problems, settings, complete=complete)
        return Snapshot(collection, left, schedules, snapshot.paths, settings, found, between)


def _between(
    snapshot: Snapshot, found: Mapping[str, Examined], settings: Settings
) -> tuple[tuple[Problem, ...], Schedules]:
    """What is wrong between workflows, and who schedules whom: as it was, where nothing can have changed that."""
    from kustui.check.incremental import carried_between
    from kustui.check.run import survey_problems, surveyed

    before = snapshot.earlier
    if (
        before is not None
        and before.between is not None
        and before.schedules is not None
        and before.settings is not None
        and settings.judges_like(before.settings)
    ):
        kept = carried_between(before.collection, before.examined, before.between, snapshot.collection, found)
        if kept is not None:
            return kept, before.schedules
    survey = surveyed(snapshot.collection, found, settings)
    return tuple(survey_problems(survey)), survey.schedules


Examiner = Callable[["Snapshot", "Settings | None", "Progress | None", Callable[[], bool]], "Snapshot"]
"""What does as ``examined``."""


class Workspace:
    """Some paths, and the snapshot of what they name: the one thing here that changes. For one thread at a time.

    ``keep`` says whether a file that can no longer be read stays what it was, with what is the matter beside it.
    """

    def __init__(
        self, paths: Sequence[str], stdin: bytes = b"", *, keep: bool = False, examiner: Examiner = examined
    ) -> None:
        self.snapshot = Snapshot(paths=tuple(paths))
        self._reader = Reader(paths, stdin, keep=keep)
        self._examiner = examiner

    def open(self, progress: Progress | None = None) -> Snapshot:
        """Read what the paths name. Raises PathError. Workflows are listed and not yet examined."""
        self.snapshot = Snapshot(self._reader.read(progress=progress), paths=self.snapshot.paths)
        return self.snapshot

    def refresh(
        self,
        changed: Iterable[str] = (),
        settings: Settings | None = None,
        progress: Progress | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> Snapshot:
        """The snapshot of what the paths name now, examined; the same one where nothing is different.

        Read are files whose time, size or identity has changed, and those ``changed``; examined the workflows whose
        text has changed, and those whose answer depends on it. Given up, and without problems, once it is no longer
        ``wanted``: the next time goes on from there. Raises PathError as ``open`` does.
        """
        from kustui.check.incremental import carried
        from kustui.config.check_settings import Settings

        settings = settings or Settings()
        before, collection = self.snapshot, self._reader.read(changed)
        if collection is before.collection and before.problems is not None and settings == before.settings:
            return before
        known = carried(before.collection, before.examined, collection)
        earlier = before if before.problems is not None else before.earlier
        read = Snapshot(collection, paths=before.paths, settings=before.settings, examined=known, earlier=earlier)
        self.snapshot = self._examiner(read, settings, progress, wanted)
        return self.snapshot
