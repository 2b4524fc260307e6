"""Where the value of a path expression comes from: from which field of an output, or from what is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kustui.analysis.reads import DEEPEST_FIELD
from kustui.definition.expressions import Expression, Literal, Reference, expressions_in, parse
from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.paths.symbolic import OutputKind, Scope, SymbolicRun, ValueOrigin

_MAX_TRANSFORMS = 20
"""Through which a value is followed from one to the next."""


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


def provenance_of(runs: Sequence[SymbolicRun], scope: Scope, segments: Sequence[str], through: int = 0) -> Provenance:
    """Where the value of a path expression comes from that is read in a scope. ``through`` counts the transforms that
    have passed it on."""
    run = runs[scope.run]
    if len(segments) > DEEPEST_FIELD:
        return _OPAQUE
    match [*segments]:
        case ["error", *fields]:
            return _of_failure(scope, fields)
        case ["steps", step, *fields]:
            node = run.analysis.flow.node(step)
            kind = run.outputs.get(node) if node is not None else None
            passed_on = _passed_on(run, scope, node, fields)
            if passed_on is not None and through < _MAX_TRANSFORMS:
                return _of_written(runs, passed_on, through + (kind is OutputKind.COMPUTED))
            if passed_on is not None or kind is OutputKind.COMPUTED:
                return _OPAQUE
            if node is None or kind is not OutputKind.UNKNOWN:
                return _FIXED
            if node == TRIGGER_ID and not fields:
                return Provenance(direct=False)  # always an object
            return Provenance((ValueOrigin(scope.run, node, (*fields,)),))
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


class _Written(NamedTuple):
    """A field of a value that is written in a definition."""

    scope: Scope
    """In which it is resolved."""
    value: Any
    fields: Sequence[str]
    """Those below it."""


def _passed_on(run: SymbolicRun, scope: Scope, node: str | None, fields: Sequence[str]) -> _Written | None:
    """What is written where an output is that of a transform, or the inputs of a scheduled run."""
    if node == TRIGGER_ID and run.path_run.scheduled_in is not None:
        written = _Written(run.path_run.scheduled_in, run.path_run.inputs, fields)
    elif fields[:1] == ["output"] and (step := next((it for it in run.transforms if it.id == node), None)) is not None:
        written = _Written(Scope(scope.run), step.params, fields[1:])
    else:
        return None
    while written.fields and isinstance(written.value, Mapping):
        written = _Written(written.scope, written.value.get(written.fields[0]), written.fields[1:])
    return written


def written_expression(
    runs: Sequence[SymbolicRun], scope: Scope, expression: Expression | None
) -> tuple[Expression | None, Scope]:
    """What is written where a reference reads what others have passed on unchanged, and where it is resolved."""
    for _ in range(_MAX_TRANSFORMS):
        path = expression.path if isinstance(expression, Reference) else None
        if path is None or path.step is None:
            break
        run = runs[scope.run]
        written = _passed_on(run, scope, run.analysis.flow.node(path.step), [*path.fields])
        if written is None or written.fields or not isinstance(written.value, str):
            break
        expression, scope = parse(written.value), written.scope
    return expression, scope


def _of_written(runs: Sequence[SymbolicRun], passed_on: _Written, through: int) -> Provenance:
    """Where a value comes from that is written in a definition."""
    scope, written, fields = passed_on
    if isinstance(written, str):
        expression = parse(written)
        if isinstance(expression, Literal):
            return _FIXED
        if isinstance(expression, Reference):
            path = expression.path
            return provenance_of(runs, scope, (*path.segments, *fields), through) if path is not None else _OPAQUE
    paths = [path.segments for _, expression in expressions_in(written) for path in expression.paths]
    # What is made of several that are made of several again is followed twice and no further: it may take too long.
    through += _MAX_TRANSFORMS // 2
    return _made_of(provenance_of(runs, scope, path, through) for path in paths) if paths else _FIXED


def _made_of(parts: Iterable[Provenance]) -> Provenance:
    parts = [*parts]
    if any(part.opaque for part in parts):
        return _OPAQUE
    return Provenance(tuple(dict.fromkeys(origin for part in parts for origin in part.origins)), direct=False)
