"""Values that meet constraints, found by trying: the engine's own comparisons say which do.

Each field of an output, or of a failure, that is unknown is given values that are likely from what it is compared
with. Where all of these fail, and the comparisons are such that no other could do better, the constraints contradict
each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kustui.analysis.condition_evaluation import Verdict
from kustui.definition.expressions import Comparison, Reference, expressions_in
from kustui.definition.operators import Family
from kustui.definition.values import MISSING
from kustui.simulate.paths.candidates import can_be_written, candidates, evaluate_constraint
from kustui.simulate.paths.symbolic import MESSAGE, Constraint, Provenance, SymbolicState, ValueOrigin, provenance_of

_MAX_CONSTRAINTS = 200

Values = Mapping[ValueOrigin, Any]


class Contradiction(NamedTuple):
    """Constraints that no values meet together."""

    constraints: tuple[Constraint, ...]
    verdict: Verdict | None = None
    """That on a constraint that reads nothing unknown, and so fails on every run of the path."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Constraints, and values that meet them, but for the unsolved."""

    constraints: tuple[Constraint, ...]
    values: Values
    unsolved: tuple[Constraint, ...]
    """Nobody can say what meets them: their edges have to be forced."""


def solve(constraints: Sequence[Constraint], state: SymbolicState) -> Solution | Contradiction:
    """Values for the unknown origins that meet all constraints; or those that contradict each other for certain."""
    partition = _Partition(constraints[:_MAX_CONSTRAINTS], state)
    values: dict[ValueOrigin, Any] = {}
    solved_parts: dict[tuple[int, str, bool], list[ValueOrigin]] = {}
    unsolved = [*partition.opaque, *constraints[_MAX_CONSTRAINTS:]]
    for group in partition.groups():
        overlaps = any(
            _overlap(origin, other) for origin in group.origins for other in solved_parts.get(_part(origin), ())
        )
        # An object of which a part has its value already is left as that makes it.
        result = _keep(group, state, values) if overlaps else _cached_values(group, state)
        if isinstance(result, Mapping):
            values |= result
            for origin in result:
                solved_parts.setdefault(_part(origin), []).append(origin)
        elif result:
            return Contradiction(tuple(group.constraints))
        else:
            unsolved.extend(group.constraints)
    unsolved.extend(constraint for constraint in partition.mixed if not _is_met(constraint, state, values))
    for constraint in partition.fixed:
        verdict = evaluate_constraint(constraint, state, {})
        if verdict.holds is None:
            unsolved.append(constraint)
        elif verdict.holds is not constraint.holds:
            return Contradiction((constraint,), verdict)
    return Solution(tuple(constraints), values, tuple(unsolved))


# The constraints by what they are about


class _Group(NamedTuple):
    """Origins that have to have the same value, and the constraints on it."""

    origins: tuple[ValueOrigin, ...]
    constraints: list[Constraint]


class _Partition:
    """The constraints by the origins that they read."""

    def __init__(self, constraints: Iterable[Constraint], state: SymbolicState) -> None:
        self.opaque: list[Constraint] = []
        """Of which nobody can say what they read."""
        self.fixed: list[Constraint] = []
        """That read nothing unknown."""
        self.mixed: list[Constraint] = []
        """That read several origins, or values made of them: checked once all have their values."""
        self._same: dict[ValueOrigin, ValueOrigin] = {}
        self._mixed_origins: list[ValueOrigin] = []
        self._single: list[tuple[ValueOrigin, Constraint]] = []
        for constraint in constraints:
            self._add(constraint, [*_provenances(constraint, state)])
        self._by_root: dict[ValueOrigin, list[Constraint]] = {}
        for origin in self._mixed_origins:
            self._by_root.setdefault(self._root(origin), [])
        for origin, constraint in self._single:
            self._by_root.setdefault(self._root(origin), []).append(constraint)

    def _add(self, constraint: Constraint, provenances: Sequence[Provenance]) -> None:
        if not _is_readable(constraint.comparison) or any(provenance.opaque for provenance in provenances):
            self.opaque.append(constraint)
            return
        origins = list(dict.fromkeys(origin for provenance in provenances for origin in provenance.origins))
        direct = all(provenance.direct for provenance in provenances)
        if direct and not origins:
            self.fixed.append(constraint)
        elif direct and len(origins) == 1:
            self._single.append((origins[0], constraint))
        elif direct and len(origins) == 2 and _equates_references(constraint):
            self._join(*origins)
        else:
            self.mixed.append(constraint)
            self._mixed_origins.extend(origins)

    def groups(self) -> Iterator[_Group]:
        members: dict[ValueOrigin, list[ValueOrigin]] = {}
        for origin in (*self._same, *self._by_root):
            members.setdefault(self._root(origin), []).append(origin)
        # The longest first: an object is what its parts have made of it.
        for root in sorted(members, key=lambda root: -max(len(origin.fields) for origin in members[root])):
            yield _Group(tuple(dict.fromkeys((root, *members[root]))), self._by_root.get(root, []))

    def _root(self, origin: ValueOrigin) -> ValueOrigin:
        while self._same.get(origin, origin) != origin:
            origin = self._same[origin]
        return origin

    def _join(self, one: ValueOrigin, other: ValueOrigin) -> None:
        self._same.setdefault(one, one)
        self._same[self._root(other)] = self._root(one)


def _is_readable(comparison: Comparison) -> bool:
    """Whether its operator is known, and it has all the values that it compares."""
    return comparison.known and len(comparison.operands) >= comparison.meaning.reads


def _provenances(constraint: Constraint, state: SymbolicState) -> Iterator[Provenance]:
    """Where all that a comparison reads comes from."""
    for operand in constraint.comparison.operands:
        if operand.expression is not None:
            for path in operand.expression.paths:
                yield provenance_of(state.runs, constraint.scope, path.segments)
        else:  # a list or an object may hold what is read
            for _, expression in expressions_in(operand.value):
                for path in expression.paths:
                    yield provenance_of(state.runs, constraint.scope, path.segments)._replace(direct=False)


def _equates_references(constraint: Constraint) -> bool:
    """Whether it says that two references have the same value."""
    comparison = constraint.comparison
    references = all(isinstance(operand.expression, Reference) for operand in comparison.operands)
    return constraint.holds and references and comparison.meaning.is_equality


def _part(origin: ValueOrigin) -> tuple[int, str, bool]:
    """Of which output or failure an origin is a field."""
    return origin.run, origin.node, origin.failure


def _overlap(one: ValueOrigin, other: ValueOrigin) -> bool:
    """Whether one of two fields of the same output or failure is a part of the other."""
    shorter = min(len(one.fields), len(other.fields))
    return len(one.fields) != len(other.fields) and one.fields[:shorter] == other.fields[:shorter]


# The values of a group


def _keep(group: _Group, state: SymbolicState, values: Values) -> Values | bool:
    """No further values, where those there are meet the constraints; else False."""
    return {} if all(_is_met(constraint, state, values) for constraint in group.constraints) else False


def _cached_values(group: _Group, state: SymbolicState) -> Values | bool:
    """Values that meet a group's constraints; where none do, whether that is certain."""
    constraints = tuple((each.comparison.pointer, each.holds, each.scope) for each in group.constraints)
    key = (state.cache_key, group.origins, constraints)
    if key not in state.cache:
        values = _first_values(group, state)
        state.cache[key] = values if values is not None else _is_contradiction(group, state)
    return state.cache[key]


def _first_values(group: _Group, state: SymbolicState) -> Values | None:
    """The first value that is tried and meets all constraints of a group, at all its origins."""
    for candidate in filter(can_be_written, candidates(group.origins, group.constraints, state)):
        values = dict.fromkeys(group.origins, candidate)
        if all(_is_met(constraint, state, values) for constraint in group.constraints):
            return {} if candidate is MISSING and not group.constraints else values
    return None


def _is_met(constraint: Constraint, state: SymbolicState, values: Values) -> bool:
    return evaluate_constraint(constraint, state, values).holds is constraint.holds


def _is_contradiction(group: _Group, state: SymbolicState) -> bool:
    """Whether no value at all could meet the constraints: those tried leave no case out, and each fails for certain."""
    if not all(_is_exhaustive(constraint, group, state) for constraint in group.constraints):
        return False
    for candidate in candidates(group.origins, group.constraints, state):
        if isinstance(candidate, list):
            continue  # whether a list counts as its only element is not known, but it would in each of the comparisons
        values = dict.fromkeys(group.origins, candidate)
        if not any(_fails(constraint, state, values) for constraint in group.constraints):
            return False
    return True


def _fails(constraint: Constraint, state: SymbolicState, values: Values) -> bool:
    """Whether values fail a constraint for certain. What has no order is neither more nor less, in any reading."""
    holds = evaluate_constraint(constraint, state, values).holds
    ordered = constraint.comparison.meaning.family is Family.ORDER
    return holds is (not constraint.holds) or (holds is None and ordered)


def _is_exhaustive(constraint: Constraint, group: _Group, state: SymbolicState) -> bool:
    """Whether the candidates leave no case out: it compares the group's own value with what is written down, here or
    where it is passed on, by an operator for which the examples stand for all values."""
    if not constraint.comparison.operands:
        return False
    first, *others = constraint.comparison.operands
    if not isinstance(first.expression, Reference) or first.expression.path is None:
        return False
    origins = provenance_of(state.runs, constraint.scope, first.expression.path.segments).origins
    written = [path.segments for other in others if other.expression is not None for path in other.expression.paths]
    return (
        constraint.comparison.meaning.is_exhausted_by_examples
        and all(origin in group.origins and not _has_untried_values(origin) for origin in origins)
        and all(provenance_of(state.runs, constraint.scope, segments) == Provenance() for segments in written)
    )


def _has_untried_values(origin: ValueOrigin) -> bool:
    """How long a list is, and what a late element of it is, is tried for short lists alone; and a failure has a
    message also where nothing in its body says one."""
    about_list = any(field == "length" or field.isdigit() for field in origin.fields)
    return about_list or (origin.failure and origin.fields[:2] == MESSAGE)
