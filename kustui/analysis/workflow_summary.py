"""What is kept of the analysis of a workflow that nobody has opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from kustui.analysis.schedules import ScheduleCall
from kustui.definition.collection import Entry
from kustui.definition.models import Schema
from kustui.definition.source.positions import is_inside

if TYPE_CHECKING:  # imported by what works them out: opening a workflow on the screen needs none of them
    from kustui.analysis.effects import Effect
    from kustui.analysis.events import TriggerFilter


def is_readable(pointer: str, unreadable: frozenset[str]) -> bool:
    """Whether neither a value nor any part of it is unreadable."""
    return not any(is_inside(other, pointer) for other in unreadable)


class WorkflowSummary(NamedTuple):
    """What other workflows and the collection need to know about a workflow. Does not keep its model."""

    entry: Entry
    name: str
    pointer: str
    callable: bool
    event_name: str
    inputs: Schema | None
    """The schema of a callable workflow's inputs, if it declares one."""
    calls: tuple[ScheduleCall, ...]
    effects: tuple[Effect, ...]
    digest: bytes
    unreadable: frozenset[str]
    app_versions: Mapping[str, tuple[str, str]]
    """These five are the same as in ``WorkflowAnalysis``."""
    filter: TriggerFilter
    """What its trigger asks of an event."""
    links: bytes
    """What else links it to the organisation: ``OutsideLinks``, packed; empty where only problems are asked for, as is
    the digest."""

    def is_readable(self, pointer: str) -> bool:
        """Whether the value at a pointer can be checked."""
        return is_readable(pointer, self.unreadable)
