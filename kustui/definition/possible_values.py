"""Which values meet all of the comparisons of one value: whether it may be there, and whether it may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice, pairwise
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.dates import iso_date, parse_date
from kustui.definition.operators import (
    OPPOSITES,
    Family,
    Operator,
    Presence,
    asks_equal,
    compare,
    operator_named,
    other_than,
)
from kustui.definition.values import MISSING, Undecided, beside, is_number, may_be_nothing, number_of, text_of

_MOST_COMPARISONS = 300
"""Of one value. More are not looked at together, but for what it is the same as."""
_MOST_INEQUALITIES = 40
"""Of one value that is compared with nothing that it is. More are not looked at together."""


class Term(Struct, frozen=True, dict=True):
    """What the comparison of a fact compares."""

    operator: str
    negated: bool
    """Whether the fact holds where the comparison does not."""
    value: tuple[str, ...]
    """The path, or a text in its place, whose value is compared with what is written down; empty for any other."""
    place: int
    """Which of the operands that is."""
    literal: Any
    """What it is compared with; MISSING where that is nothing."""

    @property
    def meaning(self) -> Operator:
        return operator_named(self.operator)

    @cached_property
    def outcome_of_missing(self) -> bool | None:
        """Whether the comparison holds where the value is missing, where that decides it."""
        meaning = self.meaning
        if meaning.reads < 2:
            return outcome_if_missing(self.operator, (MISSING,), (True,))
        literals = (MISSING, self.literal) if self.place == 0 else (self.literal, MISSING)
        return outcome_if_missing(self.operator, literals, [place == self.place for place in range(meaning.reads)])

    @cached_property
    def is_ordered(self) -> bool:
        """Whether what is no number, or no date, is neither more nor less than the literal, in any reading. What has
        digits may be a date that kustui does not know."""
        literal = self.literal
        if self.meaning.family is Family.DATE:
            has_digits = any(map(str.isdigit, literal)) if isinstance(literal, str) else is_number(literal)
            return parse_date(literal) is not None or not has_digits
        return self.meaning.family is Family.ORDER and number_of(literal) is not None


Required = tuple[Term, bool]
"""A comparison, and whether it has to hold."""


class _Alike(Struct, frozen=True):
    """Comparisons with texts, or with numbers, that ask whether a value is the same, or is not."""

    asked: tuple[Required, ...] = ()
    same: frozenset[str | int | float] = frozenset()
    different: frozenset[str | int | float] = frozenset()

    def takes(self, value: str | int | float) -> bool:
        """Whether a value of that kind meets them all."""
        return value not in self.different and not self.same - {value}

    def asking(self, required: Required, literal: str | int | float, is_equal: bool) -> _Alike:
        """With one more."""
        if is_equal:
            return _Alike((*self.asked, required), self.same | {literal}, self.different)
        return _Alike((*self.asked, required), self.same, self.different | {literal})


class _Comparisons(Struct, frozen=True):
    """What a value has to meet, sorted out: what compares it with texts, with numbers, and what says anything else."""

    texts: _Alike = _Alike()
    numbers: _Alike = _Alike()
    others: tuple[Required, ...] = ()

    def asking(self, term: Term, holds: bool) -> _Comparisons:
        """With one more."""
        literal, asked = term.literal, asks_equal(term.operator)
        if asked is None or not (isinstance(literal, str) or is_number(literal)):
            return replace(self, others=(*self.others, (term, holds)))
        if isinstance(literal, str):
            return replace(self, texts=self.texts.asking((term, holds), literal, asked is holds))
        return replace(self, numbers=self.numbers.asking((term, holds), number_of(literal) or 0, asked is holds))

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.texts.asked) + len(self.numbers.asked) + len(self.others)

    @property
    def terms(self) -> list[Term]:
        return [term for term, _ in (*self.texts.asked, *self.numbers.asked, *self.others)]

    def take(self, value: Any) -> bool:
        """Whether a value that is there may meet them all."""
        rest = list(self.others)
        if not isinstance(value, str):  # a text is the same as no other text
            rest += self.texts.asked
        elif not self.texts.takes(value):
            return False
        if (number := number_of(value)) is None:  # a number, or a text that spells one, is the same as no other number
            rest += self.numbers.asked
        elif not self.numbers.takes(number):
            return False
        return all(_fits(term, holds, value) for term, holds in rest)


class PossibleValues(Struct, frozen=True, eq=False):
    """The values that meet some comparisons. One more seldom takes a look at those before it: as long as the example
    that meets them meets it, too, there is nothing to look for."""

    may_be_there: bool = True
    may_be_missing: bool = True
    _comparisons: _Comparisons = _Comparisons()
    _example: tuple[Any, ...] = ("like nothing else",)
    """One that may meet them, if one was looked for."""
    _equals: tuple[Term, ...] = ()
    """The comparisons that a value meets only by being the literal."""
    _are_exhausted: bool = True
    """Whether the candidates leave no case out."""
    _is_excluded: bool = False
    """Whether nothing is what two of the comparisons ask for."""

    @property
    def is_possible(self) -> bool:
        return self.may_be_there or self.may_be_missing

    def meeting(self, term: Term, holds: bool) -> PossibleValues:
        """Those of them for which one more comparison holds, or does not."""
        may_be_missing = self.may_be_missing and term.outcome_of_missing in (None, holds)
        is_equal = asks_equal(term.operator) is holds
        count = self._comparisons.size
        if count >= _MOST_COMPARISONS and not is_equal:
            return replace(self, may_be_missing=may_be_missing)
        comparisons = self._comparisons.asking(term, holds)
        equals = (*self._equals, term) if is_equal else self._equals
        are_exhausted = self._are_exhausted and term.meaning.is_exhausted_by_examples
        is_excluded = self._is_excluded or _excludes(term, holds, comparisons.others)
        may_be_there, example = not is_excluded, self._example
        if may_be_there and (is_equal or not example or not _fits(term, holds, example[0])):
            is_searched = bool(equals) or (count < _MOST_INEQUALITIES and are_exhausted)
            candidates = [_spellings(each.literal) for each in equals] or [_nearest_candidates(term, comparisons)]
            found = [tuple(islice(filter(comparisons.take, each), 1)) for each in candidates] if is_searched else [()]
            example = found[0] if all(found) else ()
            may_be_there = bool(example) or not is_searched
        return PossibleValues(may_be_there, may_be_missing, comparisons, example, equals, are_exhausted, is_excluded)


def _excludes(term: Term, holds: bool, others: Iterable[Required]) -> bool:
    """Whether nothing is what a comparison asks for beside others: true and false at once."""
    if not holds or term.operator not in ("true", "false"):
        return False
    return any(
        other.operator != term.operator and must for other, must in others if other.operator in ("true", "false")
    )


def outcome_if_missing(operator: str, values: Sequence[Any], missing: Sequence[bool]) -> bool | None:
    """Whether a comparison of values, as written, holds where missing values decide it."""
    opposite = OPPOSITES.get(operator)
    meaning = operator_named(opposite or operator)
    if meaning.is_equality and any(value is None for value in values):
        return opposite is None if sum(missing) == 1 else None
    if meaning.casts_nothing and any(may_be_nothing(value) for value in values):
        return None
    match meaning.presence:
        case Presence.NEEDS_BOTH if sum(missing) == 1:
            return opposite is not None
        case Presence.NEEDS_FIRST | Presence.ASKS if missing[0]:
            return opposite is not None
    return None


def _fits(term: Term, holds: bool, value: Any) -> bool:
    """Whether a value that is there may be one for which a comparison holds, or does not."""
    literal = term.literal
    pair = (value, literal) if term.place == 0 else (literal, value)
    answer = compare(term.operator, *pair)
    if isinstance(answer, Undecided):
        return not (term.is_ordered and holds)
    return answer is holds


def _spellings(literal: Any) -> Iterator[Any]:
    """The values that may be cast to a literal."""
    yield from (literal, [literal])
    if (number := number_of(literal)) is not None:
        yield from (number, text_of(number))
    if isinstance(literal, bool) or literal in ("true", "false"):
        yield from (str(literal).lower(), str(literal).lower() == "true")


def _nearest_candidates(term: Term, comparisons: _Comparisons) -> Iterator[Any]:
    """Those of all comparisons, with what is like or beside the value of one of them first: of a row of bounds that
    become closer, the last one tells of a value that meets all."""
    yield from _candidates((term,))
    yield from _candidates(comparisons.terms)


def _candidates(terms: Sequence[Term]) -> Iterator[Any]:
    """Values that stand for all others: like what a value is compared with, beside it, between, and like none of it."""
    yield from ("like nothing else", True, False, 0)
    literals = [literal for term in terms if (literal := term.literal) is not MISSING]
    for literal in literals:
        yield from _spellings(literal)
        yield other_than(literal)
    moments = {moment for literal in literals if (moment := parse_date(literal)) is not None}
    numbers = sorted(moments.union(number for literal in literals if (number := number_of(literal)) is not None))
    yield from (beside(number, difference) for number in numbers for difference in (-1, 1))  # a date may be a number
    yield from ((lower + upper) / 2 for lower, upper in pairwise(numbers))
    yield from (iso_date(moment + difference) for moment in sorted(moments) for difference in (-1_000, 1_000))
