"""What comparisons say together: cases, sets of facts of which one has to be true (a disjunctive normal form), and
whether a case contradicts itself. What kustui cannot tell is no fact, so that what contradicts itself does so for
certain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from typing import NamedTuple

from msgspec import Struct, field

from kustui.definition.possible_values import PossibleValues, Term

_MOST_CASES = 16
"""What would make more cases is no fact."""
_DEEPEST = 100
"""How many segments of a path are looked at for what it is in: a person's has some ten [assumed]."""


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
    """What is true where one of each is. What is certain is put together at once: it may be many facts."""
    certain, others = set[Fact](), list[Cases]()
    for part in parts:
        if not part:
            return ()
        if len(part) == 1:
            certain |= part[0]
        else:
            others.append(part)
    return reduce(both, others, (frozenset(certain),))


def any_cases(parts: Sequence[Cases]) -> Cases:
    """What is true where one of any is; ANY where there is none to be."""
    cases = tuple(dict.fromkeys(case for part in parts for case in part))
    return cases if parts and len(cases) <= _MOST_CASES else ANY


class FactTable(Struct, frozen=True, eq=False):
    """The facts of conditions, and what they say together."""

    terms: dict[str, Term] = field(default_factory=dict)
    """By the key of the fact."""
    _values_of: dict[Fact, PossibleValues] = field(default_factory=dict)
    """What a fact says alone of the value that it compares."""

    def values_of(self, fact: Fact, known: PossibleValues | None) -> PossibleValues:
        """The values that are possible where a fact is true, of those that are known of the value that it compares."""
        term = self.terms[fact.key]
        if known is not None:
            return known.meeting(term, fact.holds is not term.negated)
        if fact not in self._values_of:
            self._values_of[fact] = PossibleValues().meeting(term, fact.holds is not term.negated)
        return self._values_of[fact]

    def consistent(self, cases: Cases) -> Cases:
        """Those of the cases that do not contradict themselves."""
        return tuple(case for case in cases if len(case) < 2 or _Known().extension(case, self) is not None)

    def combination(self, cases: Cases = ANY) -> Combination:
        """What is true where one of some cases is, to which more is added."""
        return Combination(self, cases)


class _Extension(Struct, frozen=True):
    """What a case adds to what is known."""

    facts: Case
    values: dict[tuple[str, ...], PossibleValues]
    needed: Collection[tuple[str, ...]]
    """What has to be there, so that something in it can be."""
    absent: Collection[tuple[str, ...]]
    """What cannot be there."""


class _Known:
    """A case that does not contradict itself, and what it says of each value."""

    def __init__(self) -> None:
        self.facts: set[Fact] = set()
        self._values: dict[tuple[str, ...], PossibleValues] = {}
        self._needed: set[tuple[str, ...]] = set()
        self._absent: set[tuple[str, ...]] = set()

    def copy(self) -> _Known:
        copy = _Known()
        copy.facts, copy._values = self.facts.copy(), self._values.copy()
        copy._needed, copy._absent = self._needed.copy(), self._absent.copy()
        return copy

    def extend(self, extension: _Extension) -> None:
        self.facts |= extension.facts
        self._values |= extension.values
        self._needed.update(extension.needed)
        self._absent.difference_update(extension.values)
        self._absent.update(extension.absent)

    def extension(self, case: Case, table: FactTable) -> _Extension | None:
        """What a case adds, looked at beside what is known of the same values only; None where it contradicts that, or
        itself."""
        new = case - self.facts
        values: dict[tuple[str, ...], PossibleValues] = {}
        for fact in sorted(new) if len(new) > 1 else new:
            opposite = Fact(fact.key, not fact.holds)
            if opposite in self.facts or opposite in new:
                return None
            if value := table.terms[fact.key].value:
                possible = table.values_of(fact, values.get(value) or self._values.get(value))
                if not possible.is_possible:
                    return None
                values[value] = possible
        needed, absent = set[tuple[str, ...]](), set[tuple[str, ...]]()
        for value, possible in values.items():
            if not possible.may_be_missing:
                needed.update(value[:end] for end in range(1, min(len(value), _DEEPEST)))
            elif not possible.may_be_there:
                absent.add(value)
        if absent and not (absent.isdisjoint(self._needed) and absent.isdisjoint(needed)):
            return None
        is_in_absent = any(value in self._absent and value not in values for value in needed)
        return _Extension(new, values, needed, absent) if not is_in_absent else None


class Combination:
    """What is true where one of each of some cases is, put together one after the other: what comes is looked at beside
    what is known of the same values, not of all. What contradicts itself is left out, and so is what would make too
    many cases."""

    def __init__(self, table: FactTable, cases: Cases) -> None:
        self._table = table
        self._alternatives = [_Known()]
        self.add(cases)

    @property
    def is_impossible(self) -> bool:
        return not self._alternatives

    @property
    def most_facts(self) -> int:
        """In one case."""
        return max((len(known.facts) for known in self._alternatives), default=0)

    def add(self, cases: Cases) -> None:
        """From now on one of these has to be true as well."""
        if len(self._alternatives) * len(cases) > _MOST_CASES:
            return
        alternatives = []
        for known, extension in self._extensions(cases):
            alternatives.append(known if len(cases) == 1 else known.copy())
            alternatives[-1].extend(extension)
        if len(alternatives) > 1:
            alternatives = [*{frozenset(known.facts): known for known in alternatives}.values()]
        self._alternatives = alternatives

    def allows(self, cases: Cases) -> bool:
        """Whether one of these may be true as well."""
        if len(self._alternatives) * len(cases) > _MOST_CASES:
            return True
        return any(True for _ in self._extensions(cases))

    def with_(self, cases: Cases) -> Cases:
        """What is true where one of these is, too."""
        if len(self._alternatives) * len(cases) > _MOST_CASES:
            return self.cases
        return tuple(dict.fromkeys(extension.facts.union(known.facts) for known, extension in self._extensions(cases)))

    @property
    def cases(self) -> Cases:
        return tuple(frozenset(known.facts) for known in self._alternatives)

    def _extensions(self, cases: Cases) -> Iterator[tuple[_Known, _Extension]]:
        for known, case in product(self._alternatives, cases):
            if (extension := known.extension(case, self._table)) is not None:
                yield known, extension
