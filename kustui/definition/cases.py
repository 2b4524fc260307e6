"""What comparisons say together: cases, sets of facts of which one has to be true (a disjunctive normal form), and
whether a case contradicts itself. What kustui cannot tell is no fact, so that what contradicts itself does so for
certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import pairwise, product
from typing import Any, NamedTuple

from msgspec import Struct, field

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
from kustui.definition.values import MISSING, Undecided, is_number, may_be_nothing, number_of, text_of
from kustui.groups import grouped

_MOST_CASES = 16
"""What would make more cases is no fact."""
_MOST_COMPARISONS = 300
"""Of one value. More are not looked at together."""
_MOST_INEQUALITIES = 40
"""Of one value that is compared with nothing that it is. More are not looked at together."""


class Fact(NamedTuple):
    """A comparison that holds, or that does not."""

    key: str
    """The same for comparisons of the same values that say the same."""
    holds: bool


Case = frozenset[Fact]
Cases = tuple[Case, ...]
"""Of which one has to be true: none where that is impossible."""
ANY: Cases = (frozenset(),)


def both(one: Cases, other: Cases) -> Cases:
    """What is true where one of each is; not all that is known, where that would be too much."""
    if len(one) * len(other) > _MOST_CASES:
        return one
    return tuple(dict.fromkeys(left | right for left, right in product(one, other)))


def all_cases(parts: Iterable[Cases]) -> Cases:
    """What is true where one of each is."""
    return reduce(both, parts, ANY)


def any_cases(parts: Sequence[Cases]) -> Cases:
    """What is true where one of any is; ANY where there is none to be."""
    cases = tuple(dict.fromkeys(case for part in parts for case in part))
    return cases if parts and len(cases) <= _MOST_CASES else ANY


class Term(NamedTuple):
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

    @property
    def outcome_of_missing(self) -> bool | None:
        """Whether the comparison holds where the value is missing, where that decides it."""
        meaning = self.meaning
        if meaning.reads < 2:
            return outcome_if_missing(self.operator, (MISSING,), (True,))
        literals = (MISSING, self.literal) if self.place == 0 else (self.literal, MISSING)
        return outcome_if_missing(self.operator, literals, [place == self.place for place in range(meaning.reads)])


class FactTable(Struct, frozen=True, eq=False):
    """The facts of conditions, and what they say together."""

    terms: dict[str, Term] = field(default_factory=dict)
    """By the key of the fact."""
    _presence: dict[Case, tuple[bool, bool]] = field(default_factory=dict)
    """What is known of single values; paths come to the same facts again and again."""
    _of_missing: dict[Fact, bool] = field(default_factory=dict)

    def consistent(self, cases: Cases) -> Cases:
        """Those of the cases that do not contradict themselves."""
        return tuple(case for case in cases if len(case) < 2 or self._is_consistent(case))

    def _is_consistent(self, case: Case) -> bool:
        if len({fact.key for fact in case}) < len(case):
            return False  # one of them holds and does not hold
        by_value = grouped((value, fact) for fact in case if (value := self.terms[fact.key].value))
        there: dict[tuple[str, ...], tuple[bool, bool]] = {}
        for value, of_value in by_value.items():
            facts = frozenset(of_value)
            if facts not in self._presence:
                self._presence[facts] = self._may_be(facts)
            there[value] = self._presence[facts]
            if not any(there[value]):
                return False
        needed = {value[:end] for value, (_, missing) in there.items() if not missing for end in range(1, len(value))}
        return not any(not present and value in needed for value, (present, _) in there.items())

    def _may_be(self, facts: Case) -> tuple[bool, bool]:
        """Whether a value of which facts are known may be there, and whether it may be missing."""
        terms = [(self.terms[fact.key], fact) for fact in sorted(facts)[:_MOST_COMPARISONS]]
        may_be_missing = all(map(self._may_be_of_missing, (fact for _, fact in terms)))
        return _may_be_there([(term, fact.holds is not term.negated) for term, fact in terms]), may_be_missing

    def _may_be_of_missing(self, fact: Fact) -> bool:
        """Whether a fact may be true where the value is missing."""
        if fact not in self._of_missing:
            term = self.terms[fact.key]
            self._of_missing[fact] = term.outcome_of_missing in (None, fact.holds is not term.negated)
        return self._of_missing[fact]


def _may_be_there(required: Sequence[tuple[Term, bool]]) -> bool:
    """Whether some value may meet comparisons that have to hold, or not to."""
    if {("true", True), ("false", True)} <= {(term.operator, holds) for term, holds in required}:
        return False
    equals = _equalities(required)
    if not equals and (len(required) > _MOST_INEQUALITIES or not all(_is_exhausted(term) for term, _ in required)):
        return True
    candidates = _spellings(equals[0].literal) if equals else _candidates([term for term, _ in required])
    texts, numbers, others = _sorted_out(required)
    for value in candidates:
        rest = list(others)
        if not isinstance(value, str):  # a text is the same as no other text
            rest += texts.asked
        elif not texts.takes(value):
            continue
        if (number := number_of(value)) is None:  # a number, or a text that spells one, is the same as no other number
            rest += numbers.asked
        elif not numbers.takes(number):
            continue
        if _fit(rest, value):
            return True
    return False


class _Alike(NamedTuple):
    """Comparisons with texts, or with numbers, that ask whether a value is the same, or is not."""

    asked: list[tuple[Term, bool]]
    same: set[str | int | float]
    different: set[str | int | float]

    def takes(self, value: str | int | float) -> bool:
        """Whether a value of that kind meets them all."""
        return value not in self.different and not self.same - {value}


def _sorted_out(required: Iterable[tuple[Term, bool]]) -> tuple[_Alike, _Alike, list[tuple[Term, bool]]]:
    """The comparisons with texts, those with numbers, and those that say anything else."""
    texts, numbers, others = _Alike([], set(), set()), _Alike([], set(), set()), list[tuple[Term, bool]]()
    for term, holds in required:
        literal = term.literal
        equal = asks_equal(term.operator)
        if equal is None or not (isinstance(literal, str) or is_number(literal)):
            others.append((term, holds))
            continue
        alike, key = (texts, literal) if isinstance(literal, str) else (numbers, number_of(literal) or 0)
        alike.asked.append((term, holds))
        (alike.same if holds is equal else alike.different).add(key)
    return texts, numbers, others


def _fit(required: Iterable[tuple[Term, bool]], value: Any) -> bool:
    return all(_fits(term, holds, value) for term, holds in required)


def _equalities(required: Sequence[tuple[Term, bool]]) -> list[Term]:
    """The comparisons that a value meets only by being the literal."""
    equals = [term for term, holds in required if term.meaning.is_equality and holds]
    return equals + [term for term, holds in required if OPPOSITES.get(term.operator) == "eq" and not holds]


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


def _is_exhausted(term: Term) -> bool:
    """Whether the candidates leave no case out."""
    dates = term.meaning.family is Family.DATE and parse_date(term.literal) is not None
    return dates or term.meaning.is_exhausted_by_examples


def _fits(term: Term, holds: bool, value: Any) -> bool:
    """Whether a value that is there may be one for which a comparison holds, or does not."""
    literal = term.literal
    pair = (value, literal) if term.place == 0 else (literal, value)
    answer = compare(term.operator, *pair)
    if isinstance(answer, Undecided):
        # What is no number is neither more nor less than one, in any reading; likewise dates.
        family = term.meaning.family
        ordered = family is Family.DATE or (family is Family.ORDER and number_of(literal) is not None)
        return not (ordered and holds)
    return answer is holds


def _spellings(literal: Any) -> Iterator[Any]:
    """The values that may be cast to a literal."""
    yield from (literal, [literal])
    if (number := number_of(literal)) is not None:
        yield from (number, text_of(number))
    if isinstance(literal, bool) or literal in ("true", "false"):
        yield from (str(literal).lower(), str(literal).lower() == "true")


def _candidates(terms: Sequence[Term]) -> Iterator[Any]:
    """Values that stand for all others: like what a value is compared with, beside it, between, and like none of it."""
    yield from ("like nothing else", True, False, 0)
    literals = [literal for term in terms if (literal := term.literal) is not MISSING]
    for literal in literals:
        yield from _spellings(literal)
        yield other_than(literal)
    numbers = sorted({number for literal in literals if (number := number_of(literal)) is not None})
    yield from (beside for number in numbers for beside in (number - 1, number + 1))
    yield from ((lower + upper) / 2 for lower, upper in pairwise(numbers))
    moments = sorted({moment for literal in literals if (moment := parse_date(literal)) is not None})
    yield from (iso_date(beside) for moment in moments for beside in (moment - 1_000, moment + 1_000))
