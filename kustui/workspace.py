"""What was opened, as one immutable value: the collection, and once examined, its problems and schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.definition.collection import Collection
from kustui.definition.garbage import undisturbed
from kustui.definition.loading import Progress, load

if TYPE_CHECKING:
    from kustui.check.problems import Problem
    from kustui.check.settings import Settings
    from kustui.definition.collection import Document
    from kustui.graph.schedules import Schedules


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
    return Snapshot(load(paths, stdin, progress), paths=tuple(paths))


def examined(
    snapshot: Snapshot,
    settings: Settings | None = None,
    progress: Progress | None = None,
    wanted: Callable[[], bool] = lambda: True,
    processes: int = 1,
) -> Snapshot | None:
    """The same with the problems and schedules of every workflow; None once it is no longer ``wanted``.

    Problems that the settings suppress are left out; suppressions that hide nothing are among them.
    """
    from kustui.check.checking import check
    from kustui.check.settings import Settings
    from kustui.check.suppressing import covers, suppressed

    collection, settings = snapshot.collection, settings or Settings()
    with undisturbed():
        found = check(collection, settings, progress, wanted, processes)
        if found is None:
            return None
        survey, problems = found
        complete = covers(snapshot.paths, collection, settings)
        left = suppressed(collection, problems, settings, complete=complete)
        return Snapshot(collection, left, survey.schedules, snapshot.paths, settings)
