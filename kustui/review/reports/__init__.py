"""The report formats of ``kustui diff``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple, Protocol, cast

from kustui.check.problems import Problem
from kustui.review.changed_files import Review
from kustui.review.states import State

FORMATS = ("text", "markdown", "json")


class ReportOptions(NamedTuple):
    full: bool = False
    """Whether everything is listed, each with its places; else the first of what there is much of."""
    width: int = 80
    """Cells of a line of text."""
    colour: bool = False


class Report(Protocol):
    """The pieces of the text, in order. Text from a definition is made harmless in it."""

    def __call__(self, review: Review, options: ReportOptions) -> Iterator[str]: ...


def place_of(problem: Problem, state: State) -> str:
    """``file:line:column``, where a problem of a state is written."""
    return f"{state.name_of(problem.path)}:{problem.span().start}"


def report_of(name: str) -> Report:
    """The report in one of FORMATS."""
    return cast("Report", import_module(f"{__name__}.{name}").report)
