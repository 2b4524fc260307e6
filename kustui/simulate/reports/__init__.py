"""The results of rehearsals, and the paths of workflows, as text for a person or a program: a module per format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Protocol, cast

from kustui.simulate.scenarios.replay import Replay

FORMATS = ("text", "json", "junit")


class Report(Protocol):
    """The pieces of the text, in order. Whatever comes from a definition is harmless to a terminal in it.

    ``show_steps`` is whether every step is shown of a scenario that held; ``json`` always does, ``junit`` never.
    """

    def __call__(
        self, replays: Sequence[Replay], *, show_steps: bool = True, colour: bool = False
    ) -> Iterator[str]: ...


def report_of(name: str) -> Report:
    """The report in one of FORMATS; only ``text`` knows colours."""
    return cast("Report", import_module(f"{__name__}.{name}").report)
