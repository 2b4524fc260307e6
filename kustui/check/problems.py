"""A problem: a value that the explorer marks and every report prints, and by what it is known again.

Files, workflows and problems have the same names outside of kustui from one run and machine to the next.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

from kustui.config.severity import Severity
from kustui.definition.collection import Document, Entry
from kustui.definition.loader import STDIN_NAME
from kustui.definition.source.positions import extent_within
from kustui.definition.source.source import Extent, Span


class Related(NamedTuple):
    """Another place that belongs to a problem: where what it is about is defined."""

    message: str
    document: Document
    pointer: str
    extent: Extent | None = None

    def where(self) -> Extent:
        """Its bytes in the file."""
        return self.extent or self.document.spot(self.pointer).value

    def span(self) -> Span:
        """Its lines and columns."""
        return self.document.source.span(self.where())


class Problem(NamedTuple):
    """One thing wrong. Lines and columns are worked out when asked: most problems are only counted."""

    rule: str
    severity: Severity
    message: str
    document: Document
    hint: str = ""
    pointer: str = ""
    extent: Extent | None = None
    """Its bytes, where the pointer cannot say it."""
    within: tuple[int, int] | None = None
    """Characters of the string at the pointer, where only a part of it is wrong."""
    on_key: bool = False
    """Whether it is the member's key that is wrong, not its value."""
    entry: Entry | None = None
    step: str = ""
    related: tuple[Related, ...] = ()

    def where(self) -> Extent:
        """Its bytes in the file."""
        if self.extent is not None:
            return self.extent
        value, key = self.document.spot(self.pointer)
        if self.on_key and key is not None:
            return key
        return extent_within(self.document.source.data, value, *self.within) if self.within else value

    def span(self) -> Span:
        """Its lines and columns."""
        return self.document.source.span(self.where())

    @property
    def workflow_name(self) -> str:
        """The name of its workflow, else its id, else nothing."""
        return (self.entry.item.name or self.entry.item.id or "") if self.entry else ""

    def identity(self, folder: str) -> Identity:
        """``folder`` is what the file is named relative to."""
        return Identity(relative_path(self.document.path, folder), self.workflow_name, self.step, self.rule)


class Identity(NamedTuple):
    """Which problem it is, whatever line it moves to. Several of one workflow may share it."""

    file: str
    workflow: str
    step: str
    rule: str


def relative_path(path: str, folder: str) -> str:
    """A path as seen from a folder, with slashes; absolute where the two have nothing in common."""
    if path == STDIN_NAME:
        return path
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # on another drive
        relative = os.path.abspath(path)  # noqa: PTH100  # resolves no links
    return PurePath(relative).as_posix()


def fixed_and_new(before: Iterable[Problem], now: Iterable[Problem]) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems that are gone, and those that have come. One that only moved is the same; of several that look the
    same, the last are those."""
    old, new = _grouped(before), _grouped(now)
    return tuple(_surplus(old, new)), tuple(_surplus(new, old))


_Groups = Mapping[tuple[Identity, str], list[Problem]]
"""By identity and message."""


def _surplus(problems: _Groups, others: _Groups) -> Iterator[Problem]:
    for key, group in problems.items():
        yield from group[len(others.get(key, ())) :]


def _grouped(problems: Iterable[Problem]) -> _Groups:
    groups: dict[tuple[Identity, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.identity(os.curdir), problem.message), []).append(problem)
    return groups
