"""What has to hold for a way to be taken: comparisons and how each has to come out, in every combination that does."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.expressions import AllOf, Always, AnyOf, Comparison, Condition, Never, Not, Unreadable
from kustui.simulate.paths.provenance import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_CONJUNCTIONS = 16
"""Combinations that are looked at. Of a condition with more, nobody can say that it cannot be met."""


class Constraint(NamedTuple):
    """A comparison that has to come out so."""

    comparison: Comparison
    holds: bool
    scope: Scope = Scope()


Conjunction = tuple[Constraint, ...]
"""Wants that have to be met together."""


class Disjunction(NamedTuple):
    """Any of these is enough."""

    among: tuple[Conjunction, ...]
    complete: bool
    """Whether there are no others."""

    def and_(self, other: Disjunction) -> Disjunction:
        """Both are to be met."""
        pairs = product(self.among, other.among)
        among = tuple(_once((*one, *more)) for one, more in islice(pairs, MAX_CONJUNCTIONS))
        whole = len(self.among) * len(other.among) <= MAX_CONJUNCTIONS
        return Disjunction(among, self.complete and other.complete and whole)

    def seen_from(self, scope: Scope) -> Disjunction:
        """The same, read in a scene."""
        among = tuple(tuple(constraint._replace(scope=scope) for constraint in each) for each in self.among)
        return Disjunction(among, self.complete)

    def or_(self, other: Disjunction) -> Disjunction:
        """One of both is to be met."""
        among = (*self.among, *other.among)
        whole = len(among) <= MAX_CONJUNCTIONS
        return Disjunction(among[:MAX_CONJUNCTIONS], self.complete and other.complete and whole)


NOTHING = Disjunction(((),), complete=True)
"""Met whatever happens."""
IMPOSSIBLE = Disjunction((), complete=True)
UNKNOWN = Disjunction(((),), complete=False)
"""Nobody can say what meets it."""


def to_hold(condition: Condition | None, holds: bool) -> Disjunction:
    """What makes a condition come out so."""
    match condition:
        case None | Unreadable():
            return UNKNOWN
        case Always():
            return NOTHING if holds else IMPOSSIBLE
        case Never():
            return IMPOSSIBLE if holds else NOTHING
        case Not(part):
            return to_hold(part, not holds)
        case Comparison():
            return Disjunction(((Constraint(condition, holds),),), complete=True)
        case AllOf(parts) | AnyOf(parts) if not parts:
            return UNKNOWN
        case AllOf(parts):
            return _all(parts, holds) if holds else _any(parts, holds)
        case AnyOf(parts):
            return _any(parts, holds) if holds else _all(parts, holds)


def to_take(conditions: Sequence[Condition | None], index: int | None) -> Disjunction:
    """What makes the way of that place win: its condition holds, and none before it; None: none of them holds."""
    before = conditions if index is None else conditions[:index]
    found = NOTHING if index is None else to_hold(conditions[index], True)
    for condition in before:
        found = found.and_(to_hold(condition, False))
    return found


def _all(parts: Iterable[Condition], holds: bool) -> Disjunction:
    found = NOTHING
    for part in parts:
        found = found.and_(to_hold(part, holds))
    return found


def _any(parts: Iterable[Condition], holds: bool) -> Disjunction:
    found = IMPOSSIBLE
    for part in parts:
        found = found.or_(to_hold(part, holds))
    return found


def _once(constraints: Conjunction) -> Conjunction:
    # Operands may hold lists, so what tells comparisons apart is where they stand.
    return (
        tuple({(constraint.comparison.pointer, constraint.holds): constraint for constraint in constraints}.values())
        if len(constraints) > 1
        else constraints
    )


def literals_in(comparison: Comparison) -> Iterator[object]:
    """What a comparison compares with that is written down."""
    for operand in comparison.operands:
        expression = operand.expression
        if expression is None or not expression.paths:
            yield operand.value
