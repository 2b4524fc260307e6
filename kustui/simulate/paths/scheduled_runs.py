"""The runs that schedules add to a path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kustui.definition.expressions import expressions_in
from kustui.definition.expressions.parse import may_hold_expression
from kustui.definition.models import Step
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.symbolic import PathRun, Scope
from kustui.text.messages import quoted

MAX_RUNS = 50
"""Of one path."""


def follow_schedule(
    organisation: Organisation, runs: Sequence[PathRun], scope: Scope, step: Step, now: int
) -> PathRun | str:
    """The run that a step schedules which is executed in a scope; or why it is not followed, in a clause."""
    id_ = step.params.get("workflowId")
    if isinstance(id_, str) and may_hold_expression(id_):
        return f"{step.name} schedules a workflow known only at run time"
    analysis = organisation.by_id(id_) if isinstance(id_, str) else None
    if analysis is None:
        return f"{step.name} schedules {quoted(str(id_))}, which is not here"
    words = f"{step.name} schedules {analysis.title}"
    if not analysis.entry.item.enabled or not analysis.workflow.callable:
        return f"{words}, which cannot be called"
    due = _due(organisation, step, runs[scope.run].due, now)
    if due is None:
        return f"{words}, and does not say when"
    if analysis.key in _ancestors(runs, scope):
        return f"{words} again: a ring is followed once"
    if len(runs) >= MAX_RUNS:
        return f"{words}: no more than {MAX_RUNS} runs are followed"
    return PathRun(analysis, due, scope, step.id, step.params.get("inputs"))


def _due(organisation: Organisation, step: Step, clock: int, now: int) -> int | None:
    run_at = step.params.get("runAt")
    if any(expression.paths for _, expression in expressions_in(run_at)):
        return clock  # nobody knows how much later
    due = organisation.due_time(run_at, clock, now)
    return due if isinstance(due, int) else None


def _ancestors(runs: Sequence[PathRun], scope: Scope | None) -> Iterator[str]:
    """The keys of the workflows whose runs have led to a scope, that of its own run first."""
    while scope is not None:
        run = runs[scope.run]
        yield run.analysis.key
        scope = run.scheduled_in
