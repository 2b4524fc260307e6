"""Constraints on one value, by what it has to be or must not be, and by what limits it: a further one is held against
those alone that it may contradict, and not against each of thousands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.paths.bounds import Bound, Bounds, Placed, bound_of, bounds_of_equal
from kustui.simulate.paths.constraint_evaluation import literal_test
from kustui.simulate.paths.contradictions import MAX_PAIRS, Contradiction, contradiction_with
from kustui.simulate.paths.symbolic import Constraint, SymbolicState, ValueOrigin

_Literal = tuple[type, Any]
"""Something written down, with its type: 1 is not true."""


class _Equality(NamedTuple):
    """What a value has to be, or must not be."""

    literal: _Literal
    is_wanted: bool


class Opposed(NamedTuple):
    """What a further constraint contradicts, or may contradict."""

    first: Constraint
    before: tuple[Constraint, ...]
    """Those before it of which that cannot be told."""
    is_certain: bool
    """Whether nothing meets both; else casts may."""


class ValueConstraints(Struct, frozen=True):
    """Constraints that read the value of one origin and nothing else, in their order."""

    count: int = 0
    _first: LayeredMap[_Equality, Placed] = field(default_factory=LayeredMap)
    """The first that asks for a value, or rules it out."""
    _wanted: tuple[tuple[_Literal, Placed], ...] = ()
    """The first that asks for any value, and the first that asks for another one."""
    _bounds: Bounds = Bounds()
    _others: tuple[Placed, ...] = ()
    """Those of the first that ask for anything else."""
    is_of_texts: bool = True
    """Whether each asks for a text or rules one out."""

    def plus(self, constraint: Constraint, state: SymbolicState) -> ValueConstraints:
        """These and a further constraint."""
        placed, wanted, asked = Placed(self.count, constraint), self._wanted, _asked(constraint, state)
        if isinstance(asked, Bound):
            return replace(self, count=self.count + 1, _bounds=self._bounds.plus(asked, placed), is_of_texts=False)
        if asked is None:
            others = (*self._others, placed) if self.count < MAX_PAIRS else self._others
            return replace(self, count=self.count + 1, _others=others, is_of_texts=False)
        if asked.is_wanted and len(wanted) < 2 and asked.literal not in dict(wanted):
            wanted = (*wanted, (asked.literal, placed))
        first = self._first if self._first.get(asked) else self._first.plus({asked: placed})
        is_of_texts = self.is_of_texts and asked.literal[0] is str
        return replace(self, count=self.count + 1, _first=first, _wanted=wanted, is_of_texts=is_of_texts)

    def contradiction(
        self, constraint: Constraint, origins: tuple[ValueOrigin, ...], state: SymbolicState
    ) -> Contradiction | None:
        """A further one and the first that it contradicts, where that is seen without a search."""
        if (opposed := self.opposed_to(constraint, state)) is None:
            return None
        held_against = opposed.before if opposed.is_certain else (*opposed.before, opposed.first)
        key = ("opposed", state.number, constraint.key, *(other.key for other in held_against))
        found = state.once(key, lambda: contradiction_with(constraint, held_against, origins, state))
        return Contradiction((opposed.first, constraint)) if found is None and opposed.is_certain else found

    def opposed_to(self, constraint: Constraint, state: SymbolicState) -> Opposed | None:
        """Where it asks for what one of them does not allow, or the other way round: the first of these."""
        asked = _asked(constraint, state)
        opposed = [*(self._opposed_to_bound(asked) if isinstance(asked, Bound) else self._opposed_to_equality(asked))]
        if not opposed:
            return None
        first = min(opposed)
        before = tuple(other.constraint for other in self._others if other.place < first.place)
        is_certain = isinstance(asked, Bound) and isinstance(_asked(first.constraint, state), Bound)
        return Opposed(first.constraint, before, is_certain)

    def _opposed_to_equality(self, asked: _Equality | None) -> Iterator[Placed]:
        if asked is None:
            return
        if (excluding := self._first.get(asked._replace(is_wanted=not asked.is_wanted))) is not None:
            yield excluding
        if asked.is_wanted:
            yield from (placed for other, placed in self._wanted if other != asked.literal)
            yield from filter(None, map(self._bounds.opposed_to, bounds_of_equal(asked.literal[1])))

    def _opposed_to_bound(self, asked: Bound) -> Iterator[Placed]:
        if (first := self._bounds.opposed_to(asked)) is not None:
            yield first
        for (_, value), placed in self._wanted:
            if any(asked.opposes(bound) for bound in bounds_of_equal(value)):
                yield placed

    def text_for(self, constraint: Constraint, state: SymbolicState) -> str | None:
        """The text that a further constraint asks for, which meets all of them, if nothing else need be tried."""
        asked = _asked(constraint, state)
        if not self.is_of_texts or not isinstance(asked, _Equality) or self.opposed_to(constraint, state):
            return None
        type_, text = asked.literal
        return text if asked.is_wanted and type_ is str else None


def _asked(constraint: Constraint, state: SymbolicState) -> _Equality | Bound | None:
    """What a constraint asks of the value; None where it asks for neither."""
    if (compared := literal_test(constraint, state)) is None:
        return None
    test, _ = compared
    if (wants := test.wants_equal) is None:
        return bound_of(test)
    literal = test.literal
    return _Equality((type(literal), literal), wants) if isinstance(literal, str | bool | int | float) else None
