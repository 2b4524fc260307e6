"""Bounds of one value: the first of many that a further one contradicts is found by its place in their order, and not
by holding each against it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from math import isfinite
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec import Struct, field

from kustui.definition.dates import parse_date
from kustui.definition.operators import Family, operator_named
from kustui.definition.values import is_number, number_of
from kustui.simulate.paths.constraint_evaluation import LiteralTest
from kustui.simulate.paths.symbolic import Constraint

_UPPER, _EXCLUDED = {"lt", "lte", "lt-date"}, {"gt", "lt", "gt-date", "lt-date"}
"""Operators that ask for less, and that their limit itself does not meet."""


class Placed(NamedTuple):
    """A constraint, and its place among all."""

    place: int
    constraint: Constraint


class Limit(NamedTuple):
    """Where what is possible begins. Of two, the greater one leaves less."""

    at: int | float
    is_excluded: bool = False
    """Whether it must not be that itself."""


class Bound(NamedTuple):
    """What limits a value at one side."""

    family: Family
    """Whether it is of numbers or of dates."""
    is_upper: bool
    limit: Limit
    """An upper one is that of the value times -1."""
    needs_order: bool = True
    """Whether what has no order, such as a missing value, does not meet it."""

    @property
    def opposite(self) -> Limit:
        """The least limit at the other side that leaves nothing beside it."""
        return Limit(-self.limit.at, not self.limit.is_excluded)

    def opposes(self, other: Bound) -> bool:
        """Whether nothing meets both."""
        is_other_side = (self.family, self.is_upper) == (other.family, not other.is_upper)
        return is_other_side and other.limit >= self.opposite and (self.needs_order or other.needs_order)


def bound_of(test: LiteralTest) -> Bound | None:
    """The bound that a constraint is; None for any other, and for one whose limit stands before the value."""
    family, literal = operator_named(test.operator).family, test.literal
    at = parse_date(literal) if family is Family.DATE else number_of(literal) if is_number(literal) else None
    if family not in (Family.ORDER, Family.DATE) or test.place or at is None or not isfinite(at):
        return None
    is_upper = (test.operator in _UPPER) is test.holds
    limit = Limit(-at if is_upper else at, (test.operator in _EXCLUDED) is test.holds)
    return Bound(family, is_upper, limit, needs_order=test.holds)


def bounds_of_equal(literal: Any) -> Iterator[Bound]:
    """Those of a value that is equal to something written down."""
    for family, at in ((Family.ORDER, number_of(literal)), (Family.DATE, parse_date(literal))):
        if at is not None:
            yield from (Bound(family, False, Limit(at)), Bound(family, True, Limit(-at)))


class Bounds(Struct, frozen=True):
    """The bounds among some constraints on one value."""

    _closer: Mapping[tuple[Family, bool, bool], tuple[tuple[Limit, Placed], ...]] = field(default_factory=dict)
    """Of each side the first one, and those that leave less than all before them; of all, and of those that need an
    order."""

    def plus(self, bound: Bound, placed: Placed) -> Bounds:
        """These and one more."""
        closer = dict(self._closer)
        for are_ordered in {False, bound.needs_order}:
            key = (bound.family, bound.is_upper, are_ordered)
            before = closer.get(key, ())
            if not before or before[-1][0] < bound.limit:
                closer[key] = (*before, (bound.limit, placed))
        return Bounds(closer)

    def opposed_to(self, bound: Bound) -> Placed | None:
        """The first of them that a further one contradicts."""
        other = self._closer.get((bound.family, not bound.is_upper, not bound.needs_order), ())
        at = bisect_left(other, bound.opposite, key=itemgetter(0))
        return other[at][1] if at < len(other) else None
