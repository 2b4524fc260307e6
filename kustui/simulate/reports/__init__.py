"""Reports of rehearsals, their coverage and the paths of workflows, for people and programs: a module a format."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Protocol, cast

from kustui.simulate.engine.history import Coverage
from kustui.simulate.scenarios.suite import Render, ScenarioResult

FORMATS = ("text", "json", "junit")


class Report(Protocol):
    """The pieces of the text, in order. Whatever comes from a definition is harmless to a terminal in it.

    ``coverage`` is that of all results together; None where nobody is to see it. ``shown`` are the paths of the results
    that were asked for, where the others were reported before: only ``text`` leaves those out.
    """

    def __call__(
        self,
        results: Sequence[ScenarioResult],
        coverage: Coverage | None = None,
        *,
        shown: Collection[str] | None = None,
        colour: bool = False,
    ) -> Iterator[str]: ...


def report_of(name: str) -> Report:
    """The report in one of FORMATS; only ``text`` knows colours."""
    return cast("Report", import_module(f"{__name__}.{name}").report)


def render_of(name: str, *, show_steps: bool = True, colour: bool = False) -> Render | None:
    """What makes the part of the report that is about a replay itself; None where it has none.

    ``show_steps`` is whether every step is shown: ``json`` always does, ``junit`` never.
    """
    if name == "json":
        return cast("Render", import_module(f"{__name__}.{name}").render)
    if name == "text" and show_steps:
        return partial(import_module(f"{__name__}.{name}").render, colour=colour)
    return None
