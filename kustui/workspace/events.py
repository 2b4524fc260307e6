"""What the background tells: a snapshot, how far it has come, what it cannot do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from kustui.config.preferences import Preferences
from kustui.text.messages import counted, seconds_in_words
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.simulate.engine.history import CoverageRatio
    from kustui.simulate.scenarios.suite import ScenarioResult
    from kustui.workspace.difference import Difference


class SnapshotReady(Struct, frozen=True):
    """The next snapshot is there; the first has nothing that it differs from."""

    snapshot: Snapshot
    difference: Difference | None = None


class WorkflowSeen(Struct, frozen=True):
    """A save has changed a workflow: what that fixed or made wrong in it. The snapshot with all of it follows."""

    difference: Difference
    analysis: WorkflowAnalysis
    """That of the workflow, which is in no snapshot."""


class PartlyChecked(Struct, frozen=True):
    """The first snapshot with the problems and schedules that are known so far."""

    snapshot: Snapshot


class CheckProgress(Struct, frozen=True):
    """How many workflows of how many are checked."""

    done: int
    total: int
    seconds: float | None = None
    """What the rest is going to take; None until that can be said."""

    @property
    def in_words(self) -> str:
        """``checking 120 of 500 · about 8 s``."""
        left = f" · about {seconds_in_words(self.seconds)}" if self.seconds is not None else ""
        return f"checking {self.done:,} of {self.total:,}{left}"


class ScenariosReplayed(Struct, frozen=True):
    """What came of the scenarios that lie with the definitions, as far as they are replayed."""

    results: tuple[ScenarioResult, ...] = ()
    due: int = 0
    """How many of them are yet to be replayed; what came of these earlier stands until then."""
    new: frozenset[str] = frozenset()
    """The paths of those that fail and did not before."""
    steps: CoverageRatio | None = None
    """What all of them take of the workflows that ran; None where there are none, or some are due."""
    edges: CoverageRatio | None = None

    @property
    def in_words(self) -> str:
        """``replaying 1,200 more scenarios …``; nothing once all are replayed."""
        return f"replaying {counted(self.due, 'more scenario')} …" if self.due else ""


class StillReading(Struct, frozen=True):
    """A file or folder takes its time, as one on a dead mount does; with an empty path, none does any more."""

    path: str


class ConfigurationRefused(Struct, frozen=True):
    """What is wrong with the configuration, a line each: what it said before still applies."""

    lines: tuple[str, ...]


class WatchRefused(Struct, frozen=True):
    """The system does not tell of changes: the files are looked at instead, as the words say."""

    words: str


class PreferencesRead(Struct, frozen=True):
    """What a configuration without a mistake says of the screen."""

    preferences: Preferences


class Failed(Struct, frozen=True):
    """An internal error has ended the thread."""

    error: Exception


Event = (
    SnapshotReady
    | WorkflowSeen
    | PartlyChecked
    | CheckProgress
    | ScenariosReplayed
    | StillReading
    | ConfigurationRefused
    | WatchRefused
    | PreferencesRead
    | Failed
)
Notify = Callable[[Event], object]
