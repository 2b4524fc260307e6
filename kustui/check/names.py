"""What files, workflows and problems are called outside of kustui, the same from one run and machine to the next."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.loader import STDIN_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kustui.check.problems import Problem


class Identity(NamedTuple):
    """Which problem it is, whatever line it moves to. Several of one workflow may share it."""

    file: str
    workflow: str
    step: str
    rule: str


Named = tuple[Identity, str]
"""A problem by which it is and what it says."""


def identity(problem: Problem, folder: str) -> Identity:
    """``folder`` is what the file is told relative to."""
    return Identity(relative(problem.document.path, folder), workflow_name(problem), problem.step, problem.rule)


def workflow_name(problem: Problem) -> str:
    """The name of its workflow, else its id, else nothing."""
    return (problem.entry.item.name or problem.entry.item.id or "") if problem.entry else ""


def relative(path: str, folder: str) -> str:
    """A path as seen from a folder, with slashes; absolute where the two have nothing in common."""
    if path == STDIN_NAME:
        return path
    try:
        seen = os.path.relpath(path, folder)
    except ValueError:  # on another drive
        seen = os.path.abspath(path)  # noqa: PTH100  # resolves no links
    return PurePath(seen).as_posix()


def fixed_and_new(before: Iterable[Problem], now: Iterable[Problem]) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems that are gone, and those that have come. One that only moved is the same; of several that look the
    same, the last are those."""
    old, new = _by_identity(before), _by_identity(now)
    return tuple(_beyond(old, new)), tuple(_beyond(new, old))


def _beyond(ones: Mapping[Named, list[Problem]], others: Mapping[Named, list[Problem]]) -> Iterator[Problem]:
    for same, problems in ones.items():
        yield from problems[len(others.get(same, ())) :]


def _by_identity(problems: Iterable[Problem]) -> dict[Named, list[Problem]]:
    found: dict[Named, list[Problem]] = {}
    for problem in problems:
        found.setdefault((identity(problem, os.curdir), problem.message), []).append(problem)
    return found
