"""What files, workflows and problems are called outside of kustui, the same from one run and machine to the next."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.loading import STDIN_NAME

if TYPE_CHECKING:
    from kustui.check.problems import Problem


class Identity(NamedTuple):
    """Which problem it is, whatever line it moves to. Several of one workflow may share it."""

    file: str
    workflow: str
    step: str
    rule: str


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
