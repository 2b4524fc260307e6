"""Constraints on one value, by what it has to be or must not be: a further one is held against those alone that it may
contradict, and not against each of thousands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.simulate.paths.constraint_evaluation import literal_test
from kustui.simulate.paths.contradictions import MAX_PAIRS
from kustui.simulate.paths.symbolic import Constraint, LayeredMap, SymbolicState

_Literal = tuple[type, Any]
"""Something written down, with its type: 1 is not true."""


class _Placed(NamedTuple):
    """A constraint, and its place among all."""

    place: int
    constraint: Constraint


class Equalities(Struct, frozen=True):
    """Constraints that read the value of one origin and nothing else, in their order."""

    count: int = 0
    _first: LayeredMap[tuple[_Literal, bool], _Placed] = field(default_factory=LayeredMap)
    """The first that asks for a value, or rules it out."""
    _wanted: tuple[tuple[_Literal, _Placed], ...] = ()
    """The first that asks for any value, and the first that asks for another one."""
    _others: tuple[_Placed, ...] = ()
    """Those of the first that ask for anything else."""
    is_of_texts: bool = True
    """Whether each asks for a text or rules one out."""

    def plus(self, constraint: Constraint, state: SymbolicState) -> Equalities:
        """These and a further constraint."""
        placed, wanted, asked = _Placed(self.count, constraint), self._wanted, _asked(constraint, state)
        if asked is None:
            others = (*self._others, placed) if self.count < MAX_PAIRS else self._others
            return replace(self, count=self.count + 1, _others=others, is_of_texts=False)
        literal, wants = asked
        if wants and len(wanted) < 2 and literal not in dict(wanted):
            wanted = (*wanted, (literal, placed))
        first = self._first if self._first.get(asked) else self._first.plus({asked: placed})
        is_of_texts = self.is_of_texts and literal[0] is str
        return Equalities(self.count + 1, first, wanted, self._others, is_of_texts)

    def opposed_to(self, constraint: Constraint, state: SymbolicState) -> Sequence[Constraint]:
        """Where it asks for what one of them does not allow, or the other way round: the first of these, after those
        before it of which that cannot be told. Else none."""
        if (asked := _asked(constraint, state)) is None:
            return ()
        literal, wants = asked
        opposed = [placed for other, placed in self._wanted if wants and other != literal]
        if (excluding := self._first.get((literal, not wants))) is not None:
            opposed.append(excluding)
        if not opposed:
            return ()
        first = min(opposed)
        return [*(other.constraint for other in self._others if other.place < first.place), first.constraint]

    def text_for(self, constraint: Constraint, state: SymbolicState) -> str | None:
        """The text that a further constraint asks for, which meets all of them, if nothing else need be tried."""
        if not self.is_of_texts or (asked := _asked(constraint, state)) is None or self.opposed_to(constraint, state):
            return None
        (type_, text), wants = asked
        return text if wants and type_ is str else None


def _asked(constraint: Constraint, state: SymbolicState) -> tuple[_Literal, bool] | None:
    """What a constraint asks the value to be, or not to be; None where it asks for anything else."""
    compared = literal_test(constraint, state)
    if compared is None or (wants := compared[0].wants_equal) is None:
        return None
    literal = compared[0].literal
    return ((type(literal), literal), wants) if isinstance(literal, str | bool | int | float) else None
