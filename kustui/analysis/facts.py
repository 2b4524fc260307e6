"""What a run knows of values once conditions have been asked, and whether that contradicts itself.

A fact is a comparison that holds or does not. Cases are sets of facts of which one has to be true: a disjunctive normal
form. What kustui cannot tell is no fact, so that what contradicts itself does so for certain.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise, product
from typing import Any, NamedTuple

from kustui.analysis.flow import FlowGraph
from kustui.definition.dates import iso_date, parse_date
from kustui.definition.expressions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Function,
    Never,
    Operand,
    Path,
    Reference,
    Template,
    Unreadable,
    condition_key,
    expressions_in,
)
from kustui.definition.functions import FUNCTIONS
from kustui.definition.operators import OPPOSITES, Family, Presence, compare, operator_named, other_than
from kustui.definition.values import MISSING, Undecided, may_be_nothing, number_of, text_of

_MOST_CASES = 16
"""What would make more cases is no fact."""
_MOST_COMPARISONS = 300
"""Of one value. More are not looked at together."""
_CLOCKED = frozenset({"inBusinessHours"})
"""Functions that may give something else a moment later."""

Field = tuple[str, str]
"""A node, and the first field of its output that is read; an empty one stands for all of it."""


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


def all_of(parts: Iterable[Cases]) -> Cases:
    """What is true where one of each is."""
    return reduce(both, parts, ANY)


def any_of(parts: Sequence[Cases]) -> Cases:
    """What is true where one of any is; ANY where there is none to be."""
    cases = tuple(dict.fromkeys(case for part in parts for case in part))
    return cases if parts and len(cases) <= _MOST_CASES else ANY


class _Term(NamedTuple):
    """What a fact is about."""

    comparison: Comparison
    negated: bool
    """Whether the fact holds where the comparison does not."""
    fields: frozenset[Field]
    value: tuple[str, ...]
    """The path whose value is compared with what is written down; empty for any other comparison."""
    place: int
    """Which operand that is."""


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts that the conditions of a workflow tell."""

    flow: FlowGraph

    @cached_property
    def _terms(self) -> dict[str, _Term]:
        return {}

    # From conditions to facts

    def cases(
        self, condition: Condition | None, holds: bool, missing: Container[str], place: str, subject: str = ""
    ) -> Cases:
        """What is true where a condition holds, or does not, while nodes have no output.

        ``place`` is where it is asked: what may change is known there alone. A condition on the ``subject`` that is
        reported as malformed may have been intended to ask whether it is there.
        """
        match condition:
            case None:
                return ANY
            case Always() | Never():
                return ANY if isinstance(condition, Always) is holds else ()
            case Unreadable():
                return () if holds else ANY
            case Comparison():
                return self._cases_of_comparison(condition, holds, missing, place, subject)
            case AllOf(parts) | AnyOf(parts):
                alternatives = [self.cases(part, holds, missing, place, subject) for part in parts]
                return all_of(alternatives) if isinstance(condition, AllOf) is holds else any_of(alternatives)

    def _cases_of_comparison(
        self, comparison: Comparison, holds: bool, missing: Container[str], place: str, subject: str
    ) -> Cases:
        if not comparison.known and holds and any(node == subject for node, _ in self.fields(comparison)):
            return ()
        outcome = self._outcome_without(comparison, missing)
        if outcome is not None:
            return ANY if outcome is holds else ()
        key = condition_key(comparison)
        negated = key.startswith("not ")
        key = key.removeprefix("not ")
        if not self._is_fixed(comparison, missing):
            key = f"{key} at {place}"
        if key not in self._terms:
            self._terms[key] = _Term(comparison, negated, self.fields(comparison), *self._compared(comparison))
        return (frozenset({Fact(key, holds is not negated)}),)

    def fields(self, comparison: Comparison) -> frozenset[Field]:
        """What a comparison reads."""
        return frozenset(
            (self.flow.node(path.step) or path.step, (*path.fields, "")[0])
            for operand in comparison.operands
            for _, expression in expressions_in(operand.value)
            for path in expression.paths
            if path.step is not None
        )

    def fields_of(self, fact: Fact) -> frozenset[Field]:
        """What the comparison of a fact reads."""
        return self._terms[fact.key].fields

    def _is_fixed(self, comparison: Comparison, missing: Container[str]) -> bool:
        """Whether a comparison has the same outcome wherever in a run it is asked."""
        return all(
            not any(path.root == "error" or self._is_missing(path, missing) for path in expression.paths)
            and not (isinstance(expression, Template) and expression.only is None)
            and not (isinstance(expression, Function) and expression.name not in FUNCTIONS.keys() - _CLOCKED)
            for operand in comparison.operands
            for _, expression in expressions_in(operand.value)
        )

    def _compared(self, comparison: Comparison) -> tuple[tuple[str, ...], int]:
        operands = comparison.operands[: comparison.meaning.reads]
        places = [place for place, operand in enumerate(operands) if any(expressions_in(operand.value))]
        if len(places) == 1 and comparison.known and len(operands) == comparison.meaning.reads:
            expression = operands[places[0]].expression
            if isinstance(expression, Reference) and expression.path is not None and expression.path.step:
                path = expression.path
                return (self.flow.node(path.step or "") or "", *path.fields), places[0]
        return (), 0

    # Comparisons of what is missing

    def _outcome_without(self, comparison: Comparison, missing: Container[str]) -> bool | None:
        """Whether a comparison holds while nodes have no output, where that decides it."""
        gone = [self._goes_missing(operand, missing) for operand in comparison.operands[: comparison.meaning.reads]]
        return _outcome_if_missing(comparison, gone) if any(gone) else None

    def _goes_missing(self, operand: Operand, missing: Container[str]) -> bool:
        """Whether an operand has no value while nodes have no output."""
        expression = operand.expression
        if expression is None:
            return False
        if expression.faults or expression.embedded or any(self._is_unknown(path) for path in expression.paths):
            return True  # reported as malformed: it may have been intended to
        if isinstance(expression, Template) and expression.only is None:
            return False  # the surrounding text is still there
        return any(self._is_missing(path, missing) for path in expression.paths)

    def _is_missing(self, path: Path, missing: Container[str]) -> bool:
        return path.step is not None and self.flow.node(path.step) in missing

    def _is_unknown(self, path: Path) -> bool:
        return path.step is not None and self.flow.node(path.step) is None

    # Contradictions

    def consistent(self, cases: Cases) -> Cases:
        """Those of the cases that do not contradict themselves."""
        return tuple(case for case in cases if len(case) < 2 or self._is_consistent(case))

    def _is_consistent(self, case: Case) -> bool:
        if any(Fact(fact.key, not fact.holds) in case for fact in case):
            return False
        by_value: dict[tuple[str, ...], set[Fact]] = {}
        for fact in case:
            if value := self._terms[fact.key].value:
                by_value.setdefault(value, set()).add(fact)
        there: dict[tuple[str, ...], tuple[bool, bool]] = {}
        for value, of_value in by_value.items():
            facts = frozenset(of_value)
            if facts not in self._presence:
                self._presence[facts] = self._may_be(facts)
            there[value] = self._presence[facts]
            if not any(there[value]):
                return False
        return not any(
            not present and not there[other][1]
            for value, (present, _) in there.items()
            for other in there
            if len(other) > len(value) and other[: len(value)] == value
        )

    @cached_property
    def _presence(self) -> dict[Case, tuple[bool, bool]]:
        """What is known of single values; paths come to the same facts again and again."""
        return {}

    def _may_be(self, facts: Case) -> tuple[bool, bool]:
        """Whether a value of which facts are known may be there, and whether it may be missing."""
        terms = [(self._terms[fact.key], fact.holds) for fact in sorted(facts)[:_MOST_COMPARISONS]]
        required = [(term, holds is not term.negated) for term, holds in terms]
        may_be_missing = all(_outcome_of_missing(term) in (None, holds) for term, holds in required)
        equals = [self._terms[fact.key] for fact in sorted(facts) if fact.holds and fact.key.startswith("eq ")]
        exhaustive = all(_is_exhausted(term) for term, _ in required)
        if not equals and not exhaustive:
            return True, may_be_missing
        candidates = _spellings(_literal(equals[0])) if equals else _candidates([term for term, _ in required])
        return any(all(_fits(term, holds, value) for term, holds in required) for value in candidates), may_be_missing


def _outcome_if_missing(comparison: Comparison, missing: Sequence[bool]) -> bool | None:
    """Whether a comparison holds where some of its values are missing, where that decides it."""
    opposite = OPPOSITES.get(comparison.operator)
    operator = operator_named(opposite or comparison.operator)
    if operator.is_equality and comparison.asks_if_there:
        return opposite is None if sum(missing) == 1 else None
    if operator.casts_nothing and any(may_be_nothing(operand.value) for operand in comparison.operands):
        return None
    match operator.presence:
        case Presence.NEEDS_BOTH if sum(missing) == 1:
            return opposite is not None
        case Presence.NEEDS_FIRST | Presence.ASKS if missing[0]:
            return opposite is not None
    return None


def _outcome_of_missing(term: _Term) -> bool | None:
    return _outcome_if_missing(term.comparison, [place == term.place for place in range(term.comparison.meaning.reads)])


def _literal(term: _Term) -> Any:
    """What the value is compared with; MISSING where it is compared with nothing."""
    others = [operand.value for place, operand in enumerate(term.comparison.operands) if place != term.place]
    return others[0] if others and term.comparison.meaning.reads > 1 else MISSING


def _is_exhausted(term: _Term) -> bool:
    """Whether the candidates leave no case out."""
    dates = term.comparison.meaning.family is Family.DATE and parse_date(_literal(term)) is not None
    return dates or term.comparison.meaning.is_exhausted_by_examples


def _fits(term: _Term, holds: bool, value: Any) -> bool:
    """Whether a value that is there may be one for which a comparison holds, or does not."""
    literal = _literal(term)
    pair = (value, literal) if term.place == 0 else (literal, value)
    answer = compare(term.comparison.operator, *pair)
    if isinstance(answer, Undecided):
        # What is no number is neither more nor less than one, in any reading; likewise dates.
        family = term.comparison.meaning.family
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


def _candidates(terms: Sequence[_Term]) -> Iterator[Any]:
    """Values that stand for all others: like what a value is compared with, beside it, between, and like none of it."""
    yield from ("like nothing else", True, False, 0)
    literals = [literal for term in terms if (literal := _literal(term)) is not MISSING]
    for literal in literals:
        yield from _spellings(literal)
        yield other_than(literal)
    numbers = sorted({number for literal in literals if (number := number_of(literal)) is not None})
    yield from (beside for number in numbers for beside in (number - 1, number + 1))
    yield from ((lower + upper) / 2 for lower, upper in pairwise(numbers))
    moments = sorted({moment for literal in literals if (moment := parse_date(literal)) is not None})
    yield from (iso_date(beside) for moment in moments for beside in (moment - 1_000, moment + 1_000))
