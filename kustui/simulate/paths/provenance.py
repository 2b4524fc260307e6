"""Where a value of a run comes from: an output, a payload or a failure, also through what a schedule hands over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.expressions import Literal, Reference, expressions_in, parse
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING
from kustui.simulate.engine.trace import Failure
from kustui.simulate.paths.drafts import placed, without
from kustui.simulate.values.evaluation import EvaluationContext, resolve

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from kustui.analysis.inferred_fields import Fields
    from kustui.simulate.engine.organisation import Member

STATUS = ("statusCode",)
MESSAGE = ("body", "message")
USUAL_STATUS = 500
_USUAL_BODY = {"message": "it fails, for the sake of this path"}


class ValueOrigin(NamedTuple):
    """A field of what nobody knows beforehand."""

    run: int
    """Which run on the way, counted from 0."""
    node: str
    fields: Fields
    failure: bool = False
    """Whether it is of the node's failure instead of its output: ``STATUS``, or ``body`` and what is below."""


class Scope(NamedTuple):
    """From where something is read."""

    run: int = 0
    failed: str = ""
    """The step whose failure ``/#error`` tells; empty where none has failed on the way."""


@dataclass(frozen=True, slots=True)
class SymbolicRun:
    """What is known of one run while its way is looked for."""

    member: Member
    data: Mapping[str, Any]
    """That of the run so far; the outputs that are not known yet are missing."""
    unknown: frozenset[str]
    """The nodes on the way whose output may be anything."""
    opaque: frozenset[str]
    """The nodes on the way whose output will be computed."""
    now: int
    scheduled_in: Scope | None = None
    """Where it was scheduled; None where a payload starts it."""
    inputs: Any = None
    """What it is handed over, as that is written."""


@dataclass(frozen=True, slots=True)
class SymbolicState:
    """What is known of the runs of a way while it is looked for."""

    runs: tuple[SymbolicRun, ...]
    likely: Mapping[tuple[str, str, Fields], tuple[Any, ...]] = field(default_factory=dict)
    """Values that a workflow itself compares a field with: by its key, the node, and the field."""
    before: Hashable = ()
    """What tells these runs from others that ``found`` has to do with."""
    found: dict[Hashable, Mapping[ValueOrigin, Any] | bool] = field(default_factory=dict)
    """What came of groups of wants that were looked at before: they come again with every step of a way."""


class Provenance(NamedTuple):
    """Where what stands at a path comes from."""

    origins: tuple[ValueOrigin, ...] = ()
    direct: bool = True
    """Whether the value is that of its origin, and not made of it."""
    opaque: bool = False
    """Whether nobody can tell."""


_FIXED = Provenance()
_OPAQUE = Provenance(opaque=True)


def provenance_of(runs: Sequence[SymbolicRun], scope: Scope, segments: Sequence[str]) -> Provenance:
    """Where the value of a path comes from that is read in a scene. No origin: it is what the data has there."""
    run = runs[scope.run]
    match [*segments]:
        case ["error", *fields]:
            return _of_failure(scope, fields)
        case ["steps", step, *fields]:
            node = run.member.flow.node(step)
            if node in run.opaque:
                return _OPAQUE
            if node == TRIGGER_ID and run.scheduled_in is not None:
                return _of_written(runs, run.scheduled_in, run.inputs, fields)
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
    """Where a field of a value comes from that is written in a definition and worked out in a scene."""
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
    found = [*parts]
    if any(each.opaque for each in found):
        return _OPAQUE
    return Provenance(tuple(dict.fromkeys(origin for each in found for origin in each.origins)), direct=False)


def context(runs: Sequence[SymbolicRun], scope: Scope, values: Mapping[ValueOrigin, Any]) -> EvaluationContext:
    """What a scene would see if the origins had these values."""
    run = runs[scope.run]
    steps = dict(run.data["steps"])
    if TRIGGER_ID in run.unknown:
        steps.setdefault(TRIGGER_ID, {})
    for origin, value in values.items():
        if origin.run == scope.run and not origin.failure and value is not MISSING:
            steps[origin.node] = placed(steps.get(origin.node, MISSING), origin.fields, value)
    if run.scheduled_in is not None:
        handed = resolve(run.inputs, context(runs, run.scheduled_in, values))
        steps[TRIGGER_ID] = handed if isinstance(handed, Mapping) else {}
    trigger = run.member.workflow.trigger
    if trigger is not None and TRIGGER_ID in steps:
        steps[trigger.id] = steps[TRIGGER_ID]
    error = {"error": failure_of(values, scope.run, scope.failed).error} if scope.failed else {}
    return EvaluationContext({**run.data, "steps": steps, **error}, run.now)


def failure_of(values: Mapping[ValueOrigin, Any], run: int, node: str) -> Failure:
    """How a step fails if its origins have these values."""
    status: int | None = USUAL_STATUS
    body: Any = _USUAL_BODY
    for origin, value in values.items():
        if (origin.run, origin.node, origin.failure) != (run, node, True):
            continue
        if origin.fields == STATUS:
            status = None if value is MISSING else value
        elif value is MISSING:
            body = without(body, origin.fields[1:])
        else:
            body = placed(body, origin.fields[1:], value)
    return Failure(status, None if body is MISSING else body)
