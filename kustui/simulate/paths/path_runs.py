"""The runs that a way leads through: the first, and those that its schedules bring about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kustui.definition.expressions import expressions_in
from kustui.definition.expressions.parse import may_hold_expression
from kustui.simulate.engine.actions import due_of
from kustui.text.json_words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.definition.models import Step
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.paths.provenance import Scope

MAX_RUNS = 20
"""Of one way."""


@dataclass(frozen=True, slots=True)
class PathRun:
    """One run of a way: of which workflow, and where it is scheduled."""

    member: Member
    due: int = 0
    """Milliseconds after the first run, as far as that is written down."""
    scheduled_in: Scope | None = None
    """None for the first."""
    step: str = ""
    """The step that schedules it."""
    inputs: Any = None
    """What that hands over, as it is written."""


def follow_schedule(
    organisation: Organisation, runs: Sequence[PathRun], scope: Scope, step: Step, now: int
) -> PathRun | str:
    """The run that a step brings about which is carried out in a scene; or why it is not followed, in a clause."""
    id_ = step.params.get("workflowId")
    if isinstance(id_, str) and may_hold_expression(id_):
        return f"{step.name} schedules what only a run can tell"
    member = organisation.of_id(id_) if isinstance(id_, str) else None
    if member is None:
        return f"{step.name} schedules {quoted(str(id_))}, which is not here"
    words = f"{step.name} schedules {member.title}"
    if not member.entry.item.enabled or not member.workflow.callable:
        return f"{words}, which cannot be called"
    due = _due(organisation, step, runs[scope.run].due, now)
    if due is None:
        return f"{words}, and does not say when"
    if member.key in _ancestors(runs, scope):
        return f"{words} again: a ring is gone round once"
    if len(runs) >= MAX_RUNS:
        return f"{words}: no more than {MAX_RUNS} runs are followed"
    return PathRun(member, due, scope, step.id, step.params.get("inputs"))


def _due(organisation: Organisation, step: Step, clock: int, now: int) -> int | None:
    run_at = step.params.get("runAt")
    if any(expression.paths for _, expression in expressions_in(run_at)):
        return clock  # nobody knows how much later
    due = due_of(run_at, organisation.settings.relative_unit_minutes, clock, now)
    return due if isinstance(due, int) else None


def _ancestors(runs: Sequence[PathRun], scope: Scope | None) -> Iterator[str]:
    """The keys of the workflows whose runs have led to a scene, that of its own run first."""
    while scope is not None:
        path_run = runs[scope.run]
        yield path_run.member.key
        scope = path_run.scheduled_in
