"""Where a value of a run comes from: an output, a payload or a failure, also through what a schedule passes on.

A path leads through one or more runs, of which the first is started and the others are scheduled. While the path is
searched nobody knows what their steps return: each field of an output that is read is an unknown, a ``ValueOrigin``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kustui.analysis.reads import Fields
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import Literal, Reference, expressions_in, parse
from kustui.definition.expressions.parse import may_hold_expression
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.organisation import Organisation
from kustui.text.json_words import quoted

STATUS = ("statusCode",)
MESSAGE = ("body", "message")
MAX_RUNS = 20
"""Of one path."""


class ValueOrigin(NamedTuple):
    """A field whose value is unknown while a path is searched."""

    run: int
    """Which run of the path, counted from 0."""
    node: str
    fields: Fields
    failure: bool = False
    """Whether it is of the node's failure instead of its output: ``STATUS``, or ``body`` and what is below."""


class Scope(NamedTuple):
    """From where something is read."""

    run: int = 0
    failed: str = ""
    """The step whose failure ``/#error`` reads; empty where none has failed on the path."""


@dataclass(frozen=True, slots=True)
class PathRun:
    """One run of a path: of which workflow, and where it is scheduled."""

    analysis: WorkflowAnalysis
    due: int = 0
    """Milliseconds after the first run, as far as that is written down."""
    scheduled_in: Scope | None = None
    """None for the first, which a payload starts."""
    step: str = ""
    """The step that schedules it."""
    inputs: Any = None
    """What the step passes on, as it is written."""


@dataclass(frozen=True, slots=True)
class SymbolicRun:
    """What is known of one run while its path is searched."""

    path_run: PathRun
    data: Mapping[str, Any]
    """The run's data so far; outputs that are not known yet are missing."""
    unknown: frozenset[str]
    """The nodes on the path whose output may be anything."""
    computed: frozenset[str]
    """The nodes on the path whose output nobody can choose, since kustui computes it."""
    now: int
    """Milliseconds since 1970."""

    @property
    def analysis(self) -> WorkflowAnalysis:
        return self.path_run.analysis


@dataclass(frozen=True, slots=True)
class SymbolicState:
    """What is known of the runs of a path while it is searched."""

    runs: tuple[SymbolicRun, ...]
    likely: Mapping[tuple[str, str, Fields], tuple[Any, ...]] = field(default_factory=dict)
    """Values that a workflow itself compares a field with: by its key, the node, and the field."""
    cache_key: Hashable = ()
    """What distinguishes these runs from others that share the cache."""
    cache: dict[Hashable, Mapping[ValueOrigin, Any] | bool] = field(default_factory=dict)
    """What came of groups of constraints that were solved before: they come again with every step of a path."""


# Where a value comes from


class Provenance(NamedTuple):
    """Where the value of a path expression comes from."""

    origins: tuple[ValueOrigin, ...] = ()
    """None: it is what the data has there."""
    direct: bool = True
    """Whether the value is that of its origin, and not made of it."""
    opaque: bool = False
    """Whether nobody can say."""


_FIXED = Provenance()
_OPAQUE = Provenance(opaque=True)


def provenance_of(runs: Sequence[SymbolicRun], scope: Scope, segments: Sequence[str]) -> Provenance:
    """Where the value of a path expression comes from that is read in a scope."""
    run = runs[scope.run]
    match [*segments]:
        case ["error", *fields]:
            return _of_failure(scope, fields)
        case ["steps", step, *fields]:
            node = run.analysis.flow.node(step)
            if node in run.computed:
                return _OPAQUE
            if node == TRIGGER_ID and run.path_run.scheduled_in is not None:
                return _of_written(runs, run.path_run.scheduled_in, run.path_run.inputs, fields)
            if node == TRIGGER_ID and not fields and node in run.unknown:
                return Provenance(direct=False)  # always an object
            return Provenance((ValueOrigin(scope.run, node, (*fields,)),)) if node in run.unknown else _FIXED
    return _OPAQUE


def _of_failure(scope: Scope, fields: Sequence[str]) -> Provenance:
    if not scope.failed:
        return _FIXED
    match [*fields]:
        case []:
            return Provenance(direct=False)
        case ["statusCode", _, *_]:
            return _FIXED  # a number has no parts
        case ["statusCode"] | ["body", *_]:
            return Provenance((ValueOrigin(scope.run, scope.failed, (*fields,), failure=True),))
    return Provenance((ValueOrigin(scope.run, scope.failed, ("body", *fields), failure=True),))


def _of_written(runs: Sequence[SymbolicRun], scope: Scope, written: Any, fields: Sequence[str]) -> Provenance:
    """Where a field of a value comes from that is written in a definition and resolved in a scope."""
    while fields and isinstance(written, Mapping):
        written, fields = written.get(fields[0]), fields[1:]
    if isinstance(written, str):
        expression = parse(written)
        if isinstance(expression, Literal):
            return _FIXED
        if isinstance(expression, Reference):
            path = expression.path
            return provenance_of(runs, scope, (*path.segments, *fields)) if path is not None else _OPAQUE
    paths = [path.segments for _, expression in expressions_in(written) for path in expression.paths]
    return _made_of(provenance_of(runs, scope, path) for path in paths) if paths else _FIXED


def _made_of(parts: Iterable[Provenance]) -> Provenance:
    parts = [*parts]
    if any(part.opaque for part in parts):
        return _OPAQUE
    return Provenance(tuple(dict.fromkeys(origin for part in parts for origin in part.origins)), direct=False)


# The runs that schedules add to a path


def follow_schedule(
    organisation: Organisation, runs: Sequence[PathRun], scope: Scope, step: Step, now: int
) -> PathRun | str:
    """The run that a step schedules which is executed in a scope; or why it is not followed, in a clause."""
    id_ = step.params.get("workflowId")
    if isinstance(id_, str) and may_hold_expression(id_):
        return f"{step.name} schedules what only a run can tell"
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
