"""Values that meet constraints, found by trying: the engine's own comparisons say which do.

Each field of an output, or of a failure, that is unknown is given values that are likely from what it is compared
with. Fields that overlap, or are compared with each other, form a component and are solved together. Where no value
tried meets what is asked of one field, and the comparisons are such that no other could do better, the constraints
contradict each other. Where that is not certain, they stay unsolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kustui.analysis.condition_evaluation import Verdict
from kustui.definition.dates import parse_date
from kustui.definition.expressions import Comparison, Expression, Operand, Reference, Template, expressions_in
from kustui.definition.operators import Family, Presence, compare
from kustui.definition.values import MISSING
from kustui.simulate.paths.candidates import can_be_written, candidates, evaluate_constraint
from kustui.simulate.paths.symbolic import (
    MESSAGE,
    Constraint,
    LayeredMap,
    Provenance,
    SymbolicState,
    ValueOrigin,
    provenance_of,
)

_MAX_TRIALS = 500
"""Values that are tried for the fields of one component together."""

Values = Mapping[ValueOrigin, Any]


class Contradiction(NamedTuple):
    """Constraints that no values meet together."""

    constraints: tuple[Constraint, ...]
    verdict: Verdict | None = None
    """That on a constraint that reads nothing unknown, and so fails on every run of the path."""


@dataclass(frozen=True, slots=True)
class Component:
    """Constraints on origins that depend on each other, and values that meet them, but for the unsolved."""

    constraints: tuple[Constraint, ...]
    origins: tuple[ValueOrigin, ...]
    values: Values
    unsolved: tuple[Constraint, ...]


Bucket = tuple[int, str, bool, str | None]
"""Where a component is looked for: run, node, whether it is of the failure, and the first field; None for the whole."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Constraints, and values that meet them, but for the unsolved."""

    unsolved: tuple[Constraint, ...] = ()
    """No value was found that meets them: their edges have to be forced."""
    components: LayeredMap[Bucket, tuple[Component, ...]] = field(default_factory=LayeredMap)

    @property
    def values(self) -> Values:
        """Those of an object stand before those of its fields, which are put into it."""
        values: dict[ValueOrigin, Any] = {}
        for components in self.components.merged.values():
            for component in components:
                values |= component.values
        return values

    def extended(self, constraints: Iterable[Constraint], state: SymbolicState) -> Solution | Contradiction:
        """A solution of further constraints as well; or those that contradict each other for certain."""
        by_origins: dict[tuple[ValueOrigin, ...], list[Constraint]] = {}
        unsolved: list[Constraint] = []
        for constraint in constraints:
            provenances = [*_provenances(constraint, state)]
            if not _is_readable(constraint.comparison) or any(provenance.opaque for provenance in provenances):
                unsolved.append(constraint)
                continue
            origins = tuple(dict.fromkeys(origin for provenance in provenances for origin in provenance.origins))
            if origins:
                by_origins.setdefault(origins, []).append(constraint)
                continue
            verdict = evaluate_constraint(constraint, state, {})
            if verdict.holds is None:
                unsolved.append(constraint)
            elif verdict.holds is not constraint.holds:
                return Contradiction((constraint,), verdict)
        solution = Solution((*self.unsolved, *unsolved), self.components) if unsolved else self
        for origins, group in by_origins.items():
            result = solution._with_component(origins, group, state)
            if isinstance(result, Contradiction):
                return result
            solution = result
        return solution

    def _with_component(
        self, origins: tuple[ValueOrigin, ...], constraints: Sequence[Constraint], state: SymbolicState
    ) -> Solution | Contradiction:
        """The solution with constraints on some origins, solved anew together with those that they depend on."""
        near = [*{id(component): component for origin in origins for component in self._near(origin)}.values()]
        merged = [part for part in near if any(_overlap(one, other) for one in part.origins for other in origins)]
        together = (*(constraint for component in merged for constraint in component.constraints), *constraints)
        all_origins = (*dict.fromkeys((*(origin for part in merged for origin in part.origins), *origins)),)
        solved = _solved_component(together, all_origins, state)
        if isinstance(solved, Contradiction):
            return solved
        unsolved = self.unsolved
        if solved.unsolved or any(part.unsolved for part in merged):
            settled = {constraint.key for constraint in together}
            unsolved = (*(part for part in unsolved if part.key not in settled), *solved.unsolved)
        buckets = dict.fromkeys(map(_bucket, all_origins))
        kept = {
            bucket: tuple(part for part in self.components.get(bucket) or () if not any(part is one for one in merged))
            for bucket in buckets
        }
        return Solution(unsolved, self.components.plus({bucket: (*parts, solved) for bucket, parts in kept.items()}))

    def _near(self, origin: ValueOrigin) -> Iterator[Component]:
        """Components among which are all that the value of an origin depends on."""
        bucket = _bucket(origin)
        if bucket[-1] is not None:
            yield from self.components.get(bucket) or ()
            yield from self.components.get((*bucket[:3], None)) or ()
            return
        for other, components in self.components.merged.items():
            if other[:3] == bucket[:3]:
                yield from components


def _bucket(origin: ValueOrigin) -> Bucket:
    """Where a component with an origin is looked for. All of a failure depends on each other."""
    whole = origin.failure or not origin.fields or _is_of_list(origin.fields[0])
    return origin.run, origin.node, origin.failure, None if whole else origin.fields[0]


def _is_readable(comparison: Comparison) -> bool:
    """Whether its operator is known, and it has all the values that it compares."""
    return comparison.known and len(comparison.operands) >= comparison.meaning.reads


def _provenances(constraint: Constraint, state: SymbolicState) -> Iterator[Provenance]:
    """Where all that a comparison reads comes from."""
    for operand in constraint.operands:
        if operand.expression is not None:
            for path in operand.expression.paths:
                yield provenance_of(state.runs, constraint.scope, path.segments)
        else:  # a list or an object may hold what is read
            for _, expression in expressions_in(operand.value):
                for path in expression.paths:
                    yield provenance_of(state.runs, constraint.scope, path.segments)._replace(direct=False)


def _overlap(one: ValueOrigin, other: ValueOrigin) -> bool:
    """Whether the value of one of two fields depends on that of the other: it is a part of it, or they are of the same
    list, or of the same failure, whose message is made of both."""
    if one[:2] != other[:2] or one.failure != other.failure:
        return False
    apart = next((pair for pair in zip(one.fields, other.fields, strict=False) if pair[0] != pair[1]), None)
    return one.failure or apart is None or any(map(_is_of_list, apart))


def _is_of_list(name: str) -> bool:
    """Whether a field is an element of a list, or its length."""
    return name == "length" or name.isdigit()


# A component


class _Group(NamedTuple):
    """Origins that have to have the same value, and the constraints on it alone."""

    origins: tuple[ValueOrigin, ...]
    constraints: list[Constraint]
    about: list[Constraint]
    """All constraints that read it, of what they are made notwithstanding."""


def _solved_component(
    constraints: tuple[Constraint, ...], origins: tuple[ValueOrigin, ...], state: SymbolicState
) -> Component | Contradiction:
    key = (state.cache_key, origins, tuple(constraint.key for constraint in constraints))
    if key not in state.cache:
        state.cache[key] = _Search(constraints, origins, state).result()
    result: Component | Contradiction = state.cache[key]
    return result


class _Search:
    """The search for values of one component's origins."""

    def __init__(
        self, constraints: tuple[Constraint, ...], origins: tuple[ValueOrigin, ...], state: SymbolicState
    ) -> None:
        self.constraints, self.origins, self.state = constraints, origins, state
        self.trials = 0
        self._same: dict[ValueOrigin, ValueOrigin] = {origin: origin for origin in origins}
        self._read = {constraint.key: self._origins_of(constraint) for constraint in constraints}
        for constraint in constraints:
            if _equates_references(constraint) and len(self._read[constraint.key]) == 2:
                one, other = self._read[constraint.key]
                self._same[self._root(other)] = self._root(one)
        self.groups = self._groups()

    def _origins_of(self, constraint: Constraint) -> tuple[ValueOrigin, ...]:
        provenances = _provenances(constraint, self.state)
        return tuple(dict.fromkeys(origin for provenance in provenances for origin in provenance.origins))

    def _root(self, origin: ValueOrigin) -> ValueOrigin:
        while self._same[origin] != origin:
            origin = self._same[origin]
        return origin

    def _groups(self) -> list[_Group]:
        """Those of an object before those of its fields."""
        groups: dict[ValueOrigin, _Group] = {}
        for origin in sorted(self.origins, key=lambda origin: len(origin.fields)):
            root = self._root(origin)
            group = groups.setdefault(root, _Group((), [], []))
            groups[root] = group._replace(origins=(*group.origins, origin))
        for constraint in self.constraints:
            read = self._read[constraint.key]
            direct = all(provenance.direct for provenance in _provenances(constraint, self.state))
            for root in dict.fromkeys(map(self._root, read)):
                groups[root].about.append(constraint)
                if direct and len(read) == 1:
                    groups[root].constraints.append(constraint)
        return list(groups.values())

    def result(self) -> Component | Contradiction:
        values = self._values()
        if values is not None:
            return Component(self.constraints, self.origins, values, ())
        for group in self.groups:
            if group.constraints and _is_contradiction(group, self.state):
                return Contradiction(tuple(group.constraints))
        if contradiction := self._missing_object():
            return contradiction
        values = {}
        for group in self.groups:
            values |= self._first_alone(group)
        unsolved = tuple(constraint for constraint in self.constraints if not _is_met(constraint, self.state, values))
        return Component(self.constraints, self.origins, values, unsolved)

    def _values(self) -> Values | None:
        """Values for all groups that meet all constraints; None where none were found within the trials."""
        checks = self._checks()
        stack: list[tuple[Iterator[Any], Values]] = [(self._candidates(self.groups[0]), {})]
        while stack and self.trials < _MAX_TRIALS and self.state.trials.left > 0:
            tried, before = stack[-1]
            index = len(stack) - 1
            candidate = next(tried, None)
            if candidate is None:
                stack.pop()
                continue
            self.trials += 1
            self.state.trials.left -= 1
            values = {**before, **dict.fromkeys(self.groups[index].origins, candidate[0])}
            if not all(_is_met(constraint, self.state, values) for constraint in checks[index]):
                continue
            if index + 1 == len(self.groups):
                return values
            stack.append((self._candidates(self.groups[index + 1]), values))
        return None

    def _candidates(self, group: _Group) -> Iterator[tuple[Any]]:
        """Each in a tuple, as None is a candidate too."""
        for candidate in candidates(group.origins, group.about, self.state):
            if can_be_written(candidate):
                yield (candidate,)

    def _checks(self) -> list[list[Constraint]]:
        """The constraints that can be judged once a group has its value, by the group's index."""
        checks: list[list[Constraint]] = [[] for _ in self.groups]
        for constraint in self.constraints:
            read = self._read[constraint.key]
            last = max(
                index
                for index, group in enumerate(self.groups)
                if any(_overlap(origin, other) for origin in group.origins for other in read)
            )
            checks[last].append(constraint)
        for group_checks in checks:
            group_checks.sort(key=lambda constraint: not constraint.holds)  # these rule out most
        return checks

    def _first_alone(self, group: _Group) -> Values:
        """The first value that meets what is asked of a group alone, if any."""
        for (candidate,) in self._candidates(group):
            values = dict.fromkeys(group.origins, candidate)
            if all(_is_met(constraint, self.state, values) for constraint in group.constraints):
                return values
        return {}

    def _missing_object(self) -> Contradiction | None:
        """That something has to be missing of which a field has to be there."""
        for group in self.groups:
            gone = next((part for part in group.constraints if _asks_for_nothing(part)), None)
            if gone is None:
                continue
            for other in self.groups:
                fields = (origin for origin in other.origins if origin.fields[-1:] != ("length",))
                if other is group or not any(_is_below(one, origin) for one in fields for origin in group.origins):
                    continue
                values = dict.fromkeys(other.origins, MISSING)
                fails = (part for part in other.constraints if _fails(part, self.state, values))
                if needed := next(fails, None):
                    return Contradiction((gone, needed))
        return None


def _equates_references(constraint: Constraint) -> bool:
    """Whether it says that two references have the same value."""
    references = all(isinstance(operand.expression, Reference) for operand in constraint.operands)
    return constraint.holds and references and constraint.comparison.meaning.is_equality


def _is_below(one: ValueOrigin, other: ValueOrigin) -> bool:
    """Whether it is a field of the other's value."""
    depth = len(other.fields)
    return (
        one[:2] == other[:2] and not (one.failure or other.failure) and one.fields[:depth] == other.fields != one.fields
    )


def _asks_for_nothing(constraint: Constraint) -> bool:
    asked = Presence.ASKS_IF_MISSING if constraint.holds else Presence.ASKS
    operands = constraint.operands
    return constraint.comparison.meaning.presence is asked and isinstance(operands[0].expression, Reference)


def _is_met(constraint: Constraint, state: SymbolicState, values: Values) -> bool:
    return evaluate_constraint(constraint, state, values).holds is constraint.holds


# What no value can meet


def _is_contradiction(group: _Group, state: SymbolicState) -> bool:
    """Whether no value at all could meet the constraints: those tried leave no case out, and each fails for certain."""
    if not all(_is_exhaustive(constraint, group, state) for constraint in group.constraints):
        return False
    tried = [*candidates(group.origins, group.constraints, state)]
    if not any(isinstance(part.operands[0].expression, Template) for part in group.constraints):
        # Whether a list counts as its only element is not known, but it would in each of the comparisons.
        tried = [value for value in tried if not isinstance(value, list)]
    dates = [dict.fromkeys(group.origins, value) for value in tried if parse_date(value) is not None]
    for candidate in tried:
        values = dict.fromkeys(group.origins, candidate)
        if any(_fails(constraint, state, values) for constraint in group.constraints):
            continue
        if not _no_order_meets(group.constraints, state, values, dates):
            return False
    return True


def _fails(constraint: Constraint, state: SymbolicState, values: Values) -> bool:
    """Whether values fail a constraint for certain. What is no number is neither more nor less than one."""
    verdict = evaluate_constraint(constraint, state, values)
    if verdict.holds is None and constraint.holds and constraint.comparison.meaning.family is Family.ORDER:
        return any(type(operand.value) in (int, float) for operand in verdict.operands)
    return verdict.holds is (not constraint.holds)


def _no_order_meets(
    constraints: Sequence[Constraint], state: SymbolicState, values: Values, dates: Sequence[Values]
) -> bool:
    """Whether what a value leaves undecided cannot be met together, whatever its order beside each literal may be, and
    whatever date it may stand for. What has no order at all only meets constraints that are not to hold."""
    signs: dict[str, set[int]] = {}
    of_dates: list[Constraint] = []
    needs_order = False
    for constraint in constraints:
        verdict = evaluate_constraint(constraint, state, values)
        meaning = constraint.comparison.meaning
        if verdict.holds is not None or meaning.family not in (Family.ORDER, Family.DATE):
            continue
        needs_order = needs_order or constraint.holds
        if meaning.family is Family.DATE:
            of_dates.append(constraint)
            continue
        possible = {sign for sign in (1, 2, 3) if compare(meaning.name, sign, 2) is constraint.holds}
        literal = repr(verdict.operands[1].value)
        signs[literal] = signs.get(literal, possible) & possible
    impossible = any(not possible for possible in signs.values())
    no_date = bool(of_dates and dates) and all(any(_fails(part, state, date) for part in of_dates) for date in dates)
    return needs_order and (impossible or no_date)


def _is_exhaustive(constraint: Constraint, group: _Group, state: SymbolicState) -> bool:
    """Whether the candidates leave no case out: it compares the group's own value with what is written down, here or
    where it is passed on, by an operator for which the examples stand for all values."""
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
    about_list = any(map(_is_of_list, origin.fields))
    return about_list or (origin.failure and origin.fields[:2] == MESSAGE)
