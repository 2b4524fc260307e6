"""Whether constraints contradict each other for certain: that none of the values tried meets them proves it only where
they leave no case out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from kustui.analysis.condition_evaluation import Verdict
from kustui.definition.dates import parse_date
from kustui.definition.expressions import Expression, Operand, Reference, Template, expressions_in
from kustui.definition.operators import Family, compare
from kustui.definition.values import beside
from kustui.simulate.paths.candidates import candidates
from kustui.simulate.paths.constraint_evaluation import Values, ValueTests, evaluate_constraint
from kustui.simulate.paths.provenance import Provenance, provenance_of
from kustui.simulate.paths.symbolic import MESSAGE, Constraint, SymbolicState, ValueOrigin, is_of_list

MAX_PAIRS = 20
"""Constraints that are held against the latest of them one by one."""


class Contradiction(NamedTuple):
    """Constraints that no values meet together."""

    constraints: tuple[Constraint, ...]
    verdict: Verdict | None = None
    """That on a constraint that reads nothing unknown, and so fails on every run of the path."""


class Group(NamedTuple):
    """Origins that have to have the same value, and the constraints on it alone."""

    origins: tuple[ValueOrigin, ...]
    constraints: list[Constraint]
    about: list[Constraint]
    """All constraints that read it, of what they are made notwithstanding."""


def is_met(constraint: Constraint, state: SymbolicState, values: Values) -> bool:
    return evaluate_constraint(constraint, state, values).holds is constraint.holds


def contradiction_in(group: Group, state: SymbolicState) -> Contradiction | None:
    """The latest constraint of a group and the first that contradicts it; or else all, where they do together."""
    if not group.constraints:
        return None
    *earlier, latest = group.constraints
    if contradiction := contradiction_with(latest, earlier[:MAX_PAIRS], group.origins, state):
        return contradiction
    return Contradiction(tuple(group.constraints)) if _is_contradiction(group, state) else None


def contradiction_with(
    latest: Constraint, earlier: Sequence[Constraint], origins: tuple[ValueOrigin, ...], state: SymbolicState
) -> Contradiction | None:
    """A constraint on origins that have the same value, and the first of some others that contradicts it."""
    for constraint in earlier:
        if _is_contradiction(Group(origins, [constraint, latest], []), state):
            return Contradiction((constraint, latest))
    return None


def _is_contradiction(group: Group, state: SymbolicState) -> bool:
    """Whether no value at all could meet the constraints: those tried leave no case out, and each fails for certain."""
    if not all(_is_exhaustive(constraint, group, state) for constraint in group.constraints):
        return False
    tried = [*candidates(group.origins, group.constraints, state)]
    if not any(isinstance(part.operands[0].expression, Template) for part in group.constraints):
        # Whether a list counts as its only element is not known, but it would in each of the comparisons.
        tried = [value for value in tried if not isinstance(value, list)]
    dates = [dict.fromkeys(group.origins, value) for value in tried if parse_date(value) is not None]
    tests = ValueTests(group.constraints, group.origins, state)
    for candidate in tried:
        if state.trials.remaining <= 0:
            return False
        state.trials.remaining -= 1
        if tests.any_fails(candidate):
            continue
        if not _no_order_meets(group.constraints, state, dict.fromkeys(group.origins, candidate), dates):
            return False
    return True


def fails(constraint: Constraint, state: SymbolicState, values: Values) -> bool:
    """Whether values fail a constraint for certain."""
    return evaluate_constraint(constraint, state, values).holds is (not constraint.holds)


def _no_order_meets(
    constraints: Sequence[Constraint], state: SymbolicState, values: Values, dates: Sequence[Values]
) -> bool:
    """Whether what a value leaves undecided cannot be met together, whatever its order beside each literal may be, and
    whatever date it may stand for. What has no order at all only meets constraints that are not to hold."""
    of_orders: dict[str, list[tuple[Constraint, Any]]] = {}
    of_dates: list[Constraint] = []
    needs_order = False
    for constraint in constraints:
        family = constraint.comparison.meaning.family
        if family not in (Family.ORDER, Family.DATE):
            continue
        verdict = evaluate_constraint(constraint, state, values)
        if verdict.holds is not None:
            continue
        needs_order = needs_order or constraint.holds
        if family is Family.DATE:
            of_dates.append(constraint)
            continue
        literal = verdict.operands[1].value
        is_number = type(literal) in (int, float)  # a number in text may be put in order as a text
        scale = "numbers" if is_number else repr(literal)
        of_orders.setdefault(scale, []).append((constraint, literal if is_number else 0))
    impossible = not all(map(_have_a_place, of_orders.values()))
    no_date = bool(of_dates and dates) and all(any(fails(part, state, date) for part in of_dates) for date in dates)
    return needs_order and (impossible or no_date)


def _have_a_place(compared: Sequence[tuple[Constraint, int | float]]) -> bool:
    """Whether something has a place in an order, at, between or beyond what it is compared with, that meets all."""
    at = sorted({number for _, number in compared})
    places = (*at, beside(at[0], -1), beside(at[-1], 1), *((lower + upper) / 2 for lower, upper in pairwise(at)))
    return any(
        all(compare(part.comparison.meaning.name, place, number) is part.holds for part, number in compared)
        for place in places
    )


def _is_exhaustive(constraint: Constraint, group: Group, state: SymbolicState) -> bool:
    """Whether the candidates leave no case out: it compares the group's own value with what is written down, here or
    where it is passed on, by an operator for which the examples stand for all values."""
    key = ("exhaustive", state.number, constraint.key, group.origins)
    return state.once(key, lambda: _has_no_other_case(constraint, group, state))


def _has_no_other_case(constraint: Constraint, group: Group, state: SymbolicState) -> bool:
    if not constraint.operands:
        return False
    first, *others = constraint.operands
    if not _is_value_itself(first.expression):
        return False
    origins = [*_origins(first, constraint, state)]
    written = [path.segments for other in others if other.expression is not None for path in other.expression.paths]
    return (
        constraint.comparison.meaning.is_exhausted_by_examples
        and all(origin in group.origins and not _has_untried_values(origin) for origin in origins)
        and all(provenance_of(state.runs, constraint.scope, segments) == Provenance() for segments in written)
        and not any(operand.expression is None and [*expressions_in(operand.value)] for operand in others)
    )


def _is_value_itself(expression: Expression | None) -> bool:
    """Whether it is a reference, or a template that makes a text of one value and of nothing else."""
    if isinstance(expression, Template):
        return expression.only is not None and expression.only.reads_run
    return isinstance(expression, Reference) and expression.path is not None


def _origins(operand: Operand, constraint: Constraint, state: SymbolicState) -> Iterator[ValueOrigin]:
    for path in operand.expression.paths if operand.expression is not None else ():
        yield from provenance_of(state.runs, constraint.scope, path.segments).origins


def _has_untried_values(origin: ValueOrigin) -> bool:
    """How long a list is, and what a late element of it is, is tried for short lists alone; and a failure has a
    message also where nothing in its body says one."""
    about_list = any(map(is_of_list, origin.fields))
    return about_list or (origin.failure and origin.fields[:2] == MESSAGE)
