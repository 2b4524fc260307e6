"""Reports of the problems of a collection, one module per format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path, PurePath
from typing import Protocol, cast

from msgspec import Struct

from kustui.check.problems import Problem, relative_path
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Document
from kustui.definition.loader import STDIN_NAME
from kustui.definition.source.outline import Shape
from kustui.definition.source.source import Extent, Source
from kustui.files import absolute, current_folder, exists, resolved

FORMATS = ("text", "json", "jsonl", "sarif", "github", "junit")
FORMATS_WITH_FIXES = ("json", "jsonl", "sarif")


class ReportedEdit(Protocol):
    """New text for a range of a file, as ``fix`` makes them."""

    @property
    def source(self) -> Source: ...
    @property
    def extent(self) -> Extent: ...
    @property
    def text(self) -> str: ...


class ReportedFix(Protocol):
    """A fix of a problem, likewise."""

    @property
    def title(self) -> str: ...
    @property
    def edits(self) -> Sequence[ReportedEdit]: ...
    @property
    def is_safe(self) -> bool: ...


class CheckResult(Struct, frozen=True):
    """The content of a report: everything that was checked, and its problems in the order of the report."""

    collection: Collection
    problems: tuple[Problem, ...]
    fail_on: Severity | None = Severity.ERROR
    """Lowest severity that makes the check fail; None if nothing does."""
    folder: str = "."
    """The folder to which the paths in ``sarif`` and ``github`` are relative: the root of the repository."""
    fixes_of: Callable[[Problem], Sequence[ReportedFix]] = lambda _: ()
    """The fixes of a problem, for a report of FORMATS_WITH_FIXES."""
    fixed: int | None = None
    """How many problems were fixed before the report, if some were to be fixed."""
    hidden: int = 0
    """How many of the problems have a fix that was not made, as it is not safe."""
    full: bool = False
    """Whether ``text`` lists all problems, also where many in a step are of one kind."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files that contain a workflow or a problem."""
        concerned = {problem.document for problem in self.problems}
        return tuple(
            document
            for document in self.collection.documents
            if document.shape is not Shape.NOTHING or document in concerned
        )

    @property
    def failing(self) -> bool:
        return any(self.fails(problem) for problem in self.problems)

    def fails(self, problem: Problem) -> bool:
        return self.fail_on is not None and problem.severity >= self.fail_on


def repository_folder(paths: Iterable[str] = ()) -> str:
    """The root of the repository that is checked: ``GITHUB_WORKSPACE``, else the folder with ``.git`` at or above the
    current folder or else one of the paths, whichever is above a path; else the current folder.

    In a container ``GITHUB_WORKSPACE`` may name the folder as the machine around it sees it.
    """
    here = Path(current_folder())
    starts = (here, *(here / path for path in paths))
    files = starts[1:] or (here,)
    git_roots = (folder for start in starts for folder in (start, *start.parents) if exists(folder / ".git"))
    roots = (*filter(None, [os.environ.get("GITHUB_WORKSPACE")]), *map(str, git_roots))
    return next((root for root in roots if any(_relative(str(file), root) for file in files)), str(here))


def path_below(path: str, folder: str) -> str:
    """The path of a file relative to a folder; absolute outside of it, as ``..`` means nothing on another machine."""
    return _relative(path, folder) or PurePath(absolute(path)).as_posix()


def _relative(path: str, folder: str) -> str:
    """The path of a file relative to a folder; an empty string outside of it."""
    for whole in (absolute, resolved):  # a folder may be named through a link
        relative = relative_path(whole(path) if path != STDIN_NAME else path, whole(folder))
        if not relative.startswith("../") and not PurePath(relative).is_absolute():
            return relative
    return ""


class Report(Protocol):
    """The pieces of the text, in order. Text from a definition is made safe for a terminal."""

    def __call__(self, checked: CheckResult, *, colour: bool = False) -> Iterator[str]: ...


def report_of(name: str) -> Report:
    """The report in one of FORMATS; only ``text`` has colours."""
    module, function = ("json", "report_lines") if name == "jsonl" else (name, "report")
    return cast("Report", getattr(import_module(f"{__name__}.{module}"), function))
