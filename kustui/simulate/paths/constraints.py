"""What has to hold for an edge to be taken: comparisons and how each has to come out, in disjunctive normal form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from kustui.definition.expressions import AllOf, Always, AnyOf, Comparison, Condition, Never, Not, Unreadable
from kustui.simulate.paths.provenance import Scope

MAX_CONJUNCTIONS = 16
"""Combinations that are tried. A condition with more is never said to be impossible."""


class Constraint(NamedTuple):
    """A comparison that has to come out true, or false."""

    comparison: Comparison
    holds: bool
    scope: Scope = Scope()


Conjunction = tuple[Constraint, ...]
"""Constraints that have to be met together."""


class Disjunction(NamedTuple):
    """Conjunctions of which any is enough."""

    conjunctions: tuple[Conjunction, ...]
    complete: bool
    """Whether there are no others."""

    def and_(self, other: Disjunction) -> Disjunction:
        """Both have to be met."""
        pairs = product(self.conjunctions, other.conjunctions)
        conjunctions = tuple(_distinct((*left, *right)) for left, right in islice(pairs, MAX_CONJUNCTIONS))
        whole = len(self.conjunctions) * len(other.conjunctions) <= MAX_CONJUNCTIONS
        return Disjunction(conjunctions, self.complete and other.complete and whole)

    def or_(self, other: Disjunction) -> Disjunction:
        """One of both has to be met."""
        conjunctions = (*self.conjunctions, *other.conjunctions)
        whole = len(conjunctions) <= MAX_CONJUNCTIONS
        return Disjunction(conjunctions[:MAX_CONJUNCTIONS], self.complete and other.complete and whole)

    def in_scope(self, scope: Scope) -> Disjunction:
        """The same, read in a scope."""
        conjunctions = (tuple(part._replace(scope=scope) for part in conjunction) for conjunction in self.conjunctions)
        return Disjunction(tuple(conjunctions), self.complete)


ALWAYS_MET = Disjunction(((),), complete=True)
NEVER_MET = Disjunction((), complete=True)
UNKNOWN = Disjunction(((),), complete=False)
"""Nobody can say what meets it."""


def constraints_for(condition: Condition | None, holds: bool) -> Disjunction:
    """What makes a condition true, or false."""
    match condition:
        case None | Unreadable():
            return UNKNOWN
        case Always():
            return ALWAYS_MET if holds else NEVER_MET
        case Never():
            return NEVER_MET if holds else ALWAYS_MET
        case Not(part):
            return constraints_for(part, not holds)
        case Comparison():
            return Disjunction(((Constraint(condition, holds),),), complete=True)
        case AllOf(parts) | AnyOf(parts) if not parts:
            return UNKNOWN
        case AllOf(parts):
            return _all(parts, holds) if holds else _any(parts, holds)
        case AnyOf(parts):
            return _any(parts, holds) if holds else _all(parts, holds)


def constraints_for_edge(conditions: Sequence[Condition | None], index: int | None) -> Disjunction:
    """What makes one of several edges win: its condition holds, and none before it. With None: none of them holds."""
    earlier = conditions if index is None else conditions[:index]
    result = ALWAYS_MET if index is None else constraints_for(conditions[index], True)
    for condition in earlier:
        result = result.and_(constraints_for(condition, False))
    return result


def _all(parts: Iterable[Condition], holds: bool) -> Disjunction:
    result = ALWAYS_MET
    for part in parts:
        result = result.and_(constraints_for(part, holds))
    return result


def _any(parts: Iterable[Condition], holds: bool) -> Disjunction:
    result = NEVER_MET
    for part in parts:
        result = result.or_(constraints_for(part, holds))
    return result


def _distinct(conjunction: Conjunction) -> Conjunction:
    # Operands may hold lists, which have no hash: a comparison is identified by where it stands.
    if len(conjunction) < 2:
        return conjunction
    return tuple({(part.comparison.pointer, part.holds): part for part in conjunction}.values())


def literals_in(comparison: Comparison) -> Iterator[object]:
    """The values in a comparison that are written down and read nothing."""
    for operand in comparison.operands:
        expression = operand.expression
        if expression is None or not expression.paths:
            yield operand.value
