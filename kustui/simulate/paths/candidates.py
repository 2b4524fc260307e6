"""Values that are tried for what nobody knows, the likely first; what comes of them is worked out as in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kustui.definition.operators import other_than
from kustui.definition.values import MISSING, number_of, text_of
from kustui.simulate.paths.constraints import literals_in
from kustui.simulate.paths.drafts import by_name
from kustui.simulate.paths.provenance import STATUS, USUAL_STATUS, context
from kustui.simulate.values.condition_evaluation import evaluate_condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.simulate.paths.constraints import Constraint
    from kustui.simulate.paths.provenance import SymbolicState, ValueOrigin
    from kustui.simulate.values.condition_evaluation import Verdict

_BEYOND_MEASURE = 1e300
_STATUSES = (404, 400, 401, 403, 409, 422, 429, 502, 503, 200)
"""Of failures, beside the usual one."""


def verdict_of(constraint: Constraint, symbolic: SymbolicState, values: Mapping[ValueOrigin, Any]) -> Verdict:
    return evaluate_condition(constraint.comparison, context(symbolic.runs, constraint.scope, values))


def candidates(
    origins: Sequence[ValueOrigin], constraints: Sequence[Constraint], symbolic: SymbolicState
) -> Iterator[Any]:
    """What is tried, the likely first; of a status no more than what one can be."""
    if not any(_is_status(origin) for origin in origins):
        yield from _all_candidates(origins, constraints, symbolic)
        return
    for candidate in _all_candidates(origins, constraints, symbolic):
        status = number_of(candidate)
        if candidate is MISSING or (isinstance(status, int) and 100 <= status <= 599):
            yield MISSING if candidate is MISSING else status


def _is_status(origin: ValueOrigin) -> bool:
    return origin.failure and origin.fields == STATUS


def can_be_written(value: Any) -> bool:
    """Whether a value is the same once it was written as JSON and read again: numbers beyond all measure are not."""
    if isinstance(value, int | float):
        return abs(value) < _BEYOND_MEASURE
    if isinstance(value, list | tuple):
        return all(map(can_be_written, value))
    return not isinstance(value, Mapping) or all(map(can_be_written, value.values()))


def _all_candidates(
    origins: Sequence[ValueOrigin], constraints: Sequence[Constraint], symbolic: SymbolicState
) -> Iterator[Any]:
    literals = [each for constraint in constraints for each in literals_in(constraint.comparison)]
    fixed = [value for constraint in constraints for value in _fixed_values(constraint, symbolic)]
    for constraint in constraints:
        if constraint.holds:
            for literal in (*literals_in(constraint.comparison), *_fixed_values(constraint, symbolic)):
                yield from _unless_missing(constraint.comparison.meaning.example(literal))
    for origin in origins:
        if not origin.failure:
            yield from symbolic.likely.get((symbolic.runs[origin.run].member.key, origin.node, origin.fields), ())
    yield from _usual(origins[0], symbolic)
    numbers = [number for each in (*literals, *fixed) if (number := number_of(each)) is not None]
    for number in numbers:
        yield from (number, number + 1, number - 1, text_of(number), text_of(number + 1), text_of(number - 1))
    for one, other in zip(sorted(numbers), sorted(numbers)[1:], strict=False):
        yield (one + other) / 2
    for each in (*literals, *fixed):
        yield each
        yield from _unless_missing(other_than(each))
        yield from each if isinstance(each, list | tuple) else [[each]]
    contained = [
        constraint for constraint in constraints if constraint.holds and constraint.comparison.meaning.is_containment
    ]
    yield [part for constraint in contained for each in literals_in(constraint.comparison) for part in _parts(each)]
    yield from (True, False, "draft", 1, 0, [], MISSING)


def _usual(origin: ValueOrigin, symbolic: SymbolicState) -> Iterator[Any]:
    """What stands there where nothing is wanted of it."""
    if _is_status(origin):
        yield from (USUAL_STATUS, *_STATUSES)
    else:
        yield by_name(origin.fields, symbolic.runs[0].now) if origin.fields else {}


def _parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _unless_missing(value: Any) -> Iterator[Any]:
    if value is not MISSING:
        yield value


def _fixed_values(constraint: Constraint, symbolic: SymbolicState) -> Iterator[Any]:
    """The values of its operands that are known already."""
    for seen in verdict_of(constraint, symbolic, {}).operands:
        expression = seen.operand.expression
        if expression is not None and expression.paths and seen.value is not MISSING:
            yield seen.value
