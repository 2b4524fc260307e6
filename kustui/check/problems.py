"""Problems, as reports print them and the explorer marks them, and their identity.

The identity of a problem is the same from one run and machine to the next.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import NamedTuple

from msgspec import Struct

from kustui.config.severity import Severity
from kustui.definition.collection import Document, Entry
from kustui.definition.loader import STDIN_NAME
from kustui.definition.source.character_places import extent_within
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import parent
from kustui.definition.source.source import Extent, Span
from kustui.files import absolute
from kustui.groups import grouped

UNUSED_SUPPRESSION = "unused-suppression"
"""The rule of a suppression, or an entry of a baseline, that no longer hides anything."""


_MOST_USES = 3


class Related(Struct, frozen=True):
    """A related place, such as the definition of what a problem is about."""

    message: str
    document: Document
    pointer: str
    extent: Extent | None = None

    def where(self) -> Extent:
        """Its bytes in the file."""
        return self.extent or self.document.spot(self.pointer).value

    @property
    def path(self) -> str:
        """The file in which it is written."""
        return self.document.source.path_of(self.where())

    def span(self) -> Span:
        """Its lines and columns."""
        return self.document.source.span(self.where())


class Problem(NamedTuple):
    """One thing wrong. Lines and columns are computed on demand, as most problems are only counted."""

    rule: str
    severity: Severity
    message: str
    document: Document
    hint: str = ""
    pointer: str = ""
    extent: Extent | None = None
    """Its bytes, if the pointer is not precise enough."""
    within: tuple[int, int] | None = None
    """Character offsets in the string at the pointer, if only a part of it is wrong."""
    on_key: bool = False
    """Whether the member's key is wrong, not its value."""
    entry: Entry | None = None
    step: str = ""
    related: tuple[Related, ...] = ()
    intended: str | None = None
    """What was probably intended in that very place: a name, or other text; an empty string where nothing was."""
    is_certain: bool = False
    """Whether only one thing can have been intended, so that it is mended without asking."""

    def where(self) -> Extent:
        """Its bytes in the file."""
        if self.extent is not None:
            return self.extent
        value, key = self.document.spot(self.pointer)
        if self.on_key and key is not None:
            return key
        return extent_within(self.document.source, value, *self.within) if self.within else value

    def span(self) -> Span:
        """Its lines and columns."""
        return self.document.source.span(self.where())

    @property
    def path(self) -> str:
        """The file in which it is written: its document's, or one that it imports."""
        return self.document.source.path_of(self.where())

    @property
    def notes(self) -> tuple[Related, ...]:
        """The related places, and those where a value is used that is written as a constant elsewhere."""
        origins = self.document.source.origins
        if origins is None:
            return self.related
        around = self.entry.item.extent if self.entry is not None else None
        uses = islice(origins.uses(self.where(), around), _MOST_USES)
        return (
            *self.related,
            *(Related("used here", Document(source, Shape.NOTHING), "", extent) for source, extent in uses),
        )

    @property
    def workflow_name(self) -> str:
        """The name of its workflow, or its id, or an empty string."""
        return (self.entry.item.name or self.entry.item.id or "") if self.entry else ""

    @property
    def key(self) -> tuple[str, ...]:
        """What finds it again among the problems of a later check, wherever it moves in its file."""
        entry = self.entry.key if self.entry is not None else ""
        return self.document.path, entry, self.step, self.rule, self.message


def by_part(problems: Iterable[Problem], parts: Container[str]) -> Mapping[str, tuple[Problem, ...]]:
    """The problems at and inside some parts of a workflow, by their pointers, each at the innermost that it is in."""
    return grouped((part, problem) for problem in problems if (part := _part_of(problem.pointer, parts)))


def _part_of(pointer: str, parts: Container[str]) -> str:
    while pointer and pointer not in parts:
        pointer = parent(pointer)
    return pointer


def worst_first(problems: Iterable[Problem]) -> list[Problem]:
    """By severity, and otherwise in the order that they have."""
    return sorted(problems, key=lambda problem: -problem.severity)


class Identity(NamedTuple):
    """Identifies a problem wherever it moves in the file. Several problems of a workflow may share one."""

    file: str
    workflow: str
    step: str
    rule: str


class ProblemIdentities:
    """Makes the identities of problems, with the paths of their files relative to a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._paths: dict[str, str] = {}
        """The relative paths of the files that were asked about: most problems share a few."""

    def of(self, problem: Problem) -> Identity:
        path = problem.document.path
        if path not in self._paths:
            self._paths[path] = relative_path(path, self._folder)
        return Identity(self._paths[path], problem.workflow_name, problem.step, problem.rule)


Words = tuple[Identity, str]
"""What identifies a problem, and its message."""


_NAME = re.compile(r'"[^"]*"|[\w-]+')
"""What may be the name of a workflow or step in a message: what is quoted, and words."""


class Renames:
    """What workflows and steps are called now, where messages call them as they were called before."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, str]] = {}
        """New names by old ones: of steps by the key of their workflow, of workflows by an empty one."""

    def add(self, names: Mapping[str, str], workflow: str = "") -> None:
        """New names by old ones, those of workflows and steps in quotes, ids without."""
        for old, new in names.items():
            if old != new:
                self._names.setdefault(workflow, {}).setdefault(old, new)

    def apply(self, message: str, workflow: str = "") -> str:
        """A message about a workflow, of the key ``workflow``, in the words of now."""
        names, own = self._names.get("", {}), self._names.get(workflow, {})
        if not names and not own:
            return message
        return _NAME.sub(lambda name: own.get(name[0], names.get(name[0], name[0])), message)


def relative_path(path: str, folder: str) -> str:
    """A path relative to a folder, with slashes; absolute if they are on different drives."""
    if path == STDIN_NAME:
        return path
    try:
        relative = os.path.relpath(absolute(path), folder)
    except ValueError:  # on another drive
        relative = absolute(path)
    return PurePath(relative).as_posix()


def fixed_and_new(
    before: Iterable[Problem], now: Iterable[Problem], words_now: Callable[[Problem], Words] | None = None
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems that are gone, and the new ones. A problem that only moved is neither; of several equal ones, the
    last count as gone or new. Nor is one with another message at the same place, unless it is more severe, where what
    is written there is as it was, so that something elsewhere changed, or where only a number differs. ``words_now``
    gives what identifies an old one, where names have changed."""
    identities = ProblemIdentities(os.curdir)

    def words(problem: Problem) -> Words:
        return identities.of(problem), problem.message

    words_before = words_now or words
    old = grouped((words_before(problem), problem) for problem in before)
    new = grouped((words(problem), problem) for problem in now)
    fixed: dict[tuple[Identity, _Place], list[tuple[Problem, str]]] = {}
    for (identity, message), problem in _surplus(old, new):
        fixed.setdefault((identity, _place(problem)), []).append((problem, message))
    came = []
    for (identity, _), problem in _surplus(new, old):
        candidates = fixed.get((identity, _place(problem)), [])
        same = next((pair for pair in candidates if _goes_on(*pair, problem)), None)
        if same is not None:
            candidates.remove(same)
        else:
            came.append(problem)
    return tuple(problem for pairs in fixed.values() for problem, _ in pairs), tuple(came)


_Groups = Mapping[Words, Sequence[Problem]]


def _surplus(problems: _Groups, others: _Groups) -> Iterator[tuple[Words, Problem]]:
    for key, group in problems.items():
        yield from ((key, problem) for problem in group[len(others.get(key, ())) :])


_Place = tuple[str, bool, int]
_STEP = re.compile(r"(/attributes)?/steps/\d+")
_NUMBER = re.compile(r'("[^"]*"|[\w.-]*[^\W\d][\w.-]*)|\d[\d,.]*')
"""A number, but for those in names."""


def _place(problem: Problem) -> _Place:
    """Where it is in its step, or in its workflow."""
    own = problem.pointer.removeprefix(problem.entry.item.pointer) if problem.entry is not None else problem.pointer
    inner = _STEP.sub("", own, count=1) if problem.step else own
    return inner, problem.on_key, problem.within[0] if problem.within else -1


def _goes_on(old: Problem, message: str, new: Problem) -> bool:
    """Whether an old problem, in the words of now, is the new one of the same rule at the same place."""
    if new.severity > old.severity:
        return False
    return _written(old) == _written(new) or _numberless(message) == _numberless(new.message)


def _numberless(message: str) -> str:
    return _NUMBER.sub(lambda match: match[1] or "0", message)


def _written(problem: Problem) -> bytes:
    """What stands at its place, whatever its layout."""
    start, end = problem.where()
    return b"".join(problem.document.source.data[start:end].split())
