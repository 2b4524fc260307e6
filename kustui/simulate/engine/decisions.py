"""What a person, or a scenario, can decide. Each is given to ``engine.advance``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ExecuteStep:
    """Carry out what is next: the step at hand as planned, or else begin the next run, or let the next event happen."""


@dataclass(frozen=True, slots=True)
class SetOutput:
    """The step at hand is to answer this."""

    output: Any
    drafted: bool = False
    """Whether nobody has looked at it, so that it stays marked as a draft."""


@dataclass(frozen=True, slots=True)
class SetFailure:
    """The step at hand is to fail."""

    status: int | None = None
    body: Any = None


@dataclass(frozen=True, slots=True)
class ForceEdge:
    """The step at hand is to take this way, whatever the conditions say; with no pointer the run ends there."""

    pointer: str = ""


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """How something undecided is to be taken: a condition as true or false, a value as any JSON value."""

    pointer: str
    value: Any


@dataclass(frozen=True, slots=True)
class StartEvent:
    """An event is to happen, after what is under way; or one workflow is to be started, by its key."""

    payload: Any
    event: str = ""
    key: str = ""
    after: int = 0
    """Milliseconds from now."""
    drafted: bool = False
    """Whether nobody has looked at the payload."""


@dataclass(frozen=True, slots=True)
class ClearOverrides:
    """Forget what was planned for the step at hand."""


@dataclass(frozen=True, slots=True)
class AbandonRun:
    """End the run at hand here, for instance because nobody can answer what it asks."""

    why: str = ""


Decision = ExecuteStep | SetOutput | SetFailure | ForceEdge | AnswerQuestion | StartEvent | ClearOverrides | AbandonRun
