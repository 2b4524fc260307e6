"""Values that meet what is wanted of them, found by trying: the engine's own comparisons say which do.

Each field of an output, or of a failure, that nobody knows yet is given values that are likely from what it is compared
with. Where all of these fail, and the comparisons are such that no other could do better, the wants contradict each
other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.expressions import Reference, expressions_in
from kustui.definition.operators import Family
from kustui.definition.values import MISSING
from kustui.simulate.paths.candidates import can_be_written, candidates, verdict_of
from kustui.simulate.paths.provenance import MESSAGE, Provenance, provenance_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kustui.definition.expressions import Comparison
    from kustui.simulate.paths.constraints import Constraint
    from kustui.simulate.paths.provenance import SymbolicState, ValueOrigin
    from kustui.simulate.values.condition_evaluation import Verdict

_MOST_WANTS = 200


class Contradiction(NamedTuple):
    """Wants that no value meets together."""

    constraints: tuple[Constraint, ...]
    verdict: Verdict | None = None
    """What comes of it where that is about what is there, or missing, whatever happens."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Values that meet the wants, but for those that are left open."""

    values: Mapping[ValueOrigin, Any]
    open: tuple[Constraint, ...]
    """Nobody can say what meets them: they have to be forced."""


def solve(constraints: Sequence[Constraint], symbolic: SymbolicState) -> Solution | Contradiction:
    """Values for the unknown origins that meet all wants; or those that contradict each other for certain."""
    groups = _Groups(constraints[:_MOST_WANTS], symbolic)
    values: dict[ValueOrigin, Any] = {}
    beside: dict[Part, list[ValueOrigin]] = {}
    left_open = [*groups.open, *constraints[_MOST_WANTS:]]
    for group in groups.groups():
        overlaps = any(_below(origin, other) for origin in group.origins for other in beside.get(_part(origin), ()))
        found = _fitting_beside(group, symbolic, values) if overlaps else _looked_up(group, symbolic)
        if isinstance(found, Mapping):
            values |= found
            for origin in found:
                beside.setdefault(_part(origin), []).append(origin)
        elif found:
            return Contradiction(tuple(group.constraints))
        else:
            left_open.extend(group.constraints)
    left_open.extend(constraint for constraint in groups.others if not _met(constraint, symbolic, values))
    for constraint in groups.fixed:
        verdict = verdict_of(constraint, symbolic, {})
        if verdict.holds is None:
            left_open.append(constraint)
        elif verdict.holds is not constraint.holds:
            return Contradiction((constraint,), verdict)
    return Solution(values, tuple(left_open))


class _Group(NamedTuple):
    """Origins that have to have the same value, and what is wanted of it."""

    origins: tuple[ValueOrigin, ...]
    constraints: list[Constraint]


class _Groups:
    """Sorts wants by the origins they are about."""

    def __init__(self, constraints: Iterable[Constraint], symbolic: SymbolicState) -> None:
        self.open: list[Constraint] = []
        self.fixed: list[Constraint] = []
        self.others: list[Constraint] = []
        self._same: dict[ValueOrigin, ValueOrigin] = {}
        self._wants: dict[ValueOrigin, list[Constraint]] = {}
        single: list[tuple[ValueOrigin, Constraint]] = []
        several: list[ValueOrigin] = []
        for constraint in constraints:
            sources = [*_sources(constraint, symbolic)]
            if not _is_readable(constraint.comparison) or any(each.opaque for each in sources):
                self.open.append(constraint)
                continue
            free = list(dict.fromkeys(origin for each in sources for origin in each.origins))
            if not all(each.direct for each in sources):
                self.others.append(constraint)
                several.extend(free)
            elif not free:
                self.fixed.append(constraint)
            elif len(free) == 1:
                single.append((free[0], constraint))
            elif (
                len(free) == 2
                and constraint.comparison.meaning.is_equality
                and constraint.holds
                and _are_references(constraint)
            ):
                self._join(*free)
            else:
                self.others.append(constraint)
                several.extend(free)
        for origin in several:
            self._wants.setdefault(self._root(origin), [])
        for origin, constraint in single:
            self._wants.setdefault(self._root(origin), []).append(constraint)

    def groups(self) -> Iterator[_Group]:
        members: dict[ValueOrigin, list[ValueOrigin]] = {}
        for origin in (*self._same, *self._wants):
            members.setdefault(self._root(origin), []).append(origin)
        # The longest first: an object is what its parts have made of it.
        for root in sorted(members, key=lambda each: -max(len(origin.fields) for origin in members[each])):
            yield _Group(tuple(dict.fromkeys((root, *members[root]))), self._wants.get(root, []))

    def _root(self, origin: ValueOrigin) -> ValueOrigin:
        while self._same.get(origin, origin) != origin:
            origin = self._same[origin]
        return origin

    def _join(self, one: ValueOrigin, other: ValueOrigin) -> None:
        self._same.setdefault(one, one)
        self._same[self._root(other)] = self._root(one)


def _is_readable(comparison: Comparison) -> bool:
    """Whether it is known, and has all the values that it compares."""
    return comparison.known and len(comparison.operands) >= comparison.meaning.reads


def _sources(constraint: Constraint, symbolic: SymbolicState) -> Iterator[Provenance]:
    """Where all that a comparison reads comes from."""
    for operand in constraint.comparison.operands:
        if operand.expression is not None:
            for path in operand.expression.paths:
                yield provenance_of(symbolic.runs, constraint.scope, path.segments)
        else:  # a list or an object may hold what is read
            for _, expression in expressions_in(operand.value):
                for path in expression.paths:
                    yield provenance_of(symbolic.runs, constraint.scope, path.segments)._replace(direct=False)


def _are_references(constraint: Constraint) -> bool:
    return all(isinstance(operand.expression, Reference) for operand in constraint.comparison.operands)


Part = tuple[int, str, bool]
"""Of which output or failure an origin is a field."""


def _part(origin: ValueOrigin) -> Part:
    return origin.run, origin.node, origin.failure


def _below(one: ValueOrigin, other: ValueOrigin) -> bool:
    """Whether one of two fields of the same is a part of the other."""
    shorter = min(len(one.fields), len(other.fields))
    return len(one.fields) != len(other.fields) and one.fields[:shorter] == other.fields[:shorter]


def _fitting_beside(
    group: _Group, symbolic: SymbolicState, values: Mapping[ValueOrigin, Any]
) -> Mapping[ValueOrigin, Any] | bool:
    """The same of an object of which a part has its value already: it is left as that makes it."""
    return {} if all(_met(constraint, symbolic, values) for constraint in group.constraints) else False


def _looked_up(group: _Group, symbolic: SymbolicState) -> Mapping[ValueOrigin, Any] | bool:
    """Values that meet a group's wants; where none do, whether that is certain."""
    constraints = tuple(
        (constraint.comparison.pointer, constraint.holds, constraint.scope) for constraint in group.constraints
    )
    key = (symbolic.before, group.origins, constraints)
    if key not in symbolic.found:
        found = _fitting(group, symbolic)
        symbolic.found[key] = found if found is not None else _is_certain(group, symbolic)
    return symbolic.found[key]


def _fitting(group: _Group, symbolic: SymbolicState) -> Mapping[ValueOrigin, Any] | None:
    """The first value that is tried and meets all wants of a group, at all its origins."""
    for candidate in filter(can_be_written, candidates(group.origins, group.constraints, symbolic)):
        assigned = dict.fromkeys(group.origins, candidate)
        if all(_met(constraint, symbolic, assigned) for constraint in group.constraints):
            return {} if candidate is MISSING and not group.constraints else assigned
    return None


def _met(constraint: Constraint, symbolic: SymbolicState, values: Mapping[ValueOrigin, Any]) -> bool:
    return _holds(constraint, symbolic, values) is constraint.holds


def _holds(constraint: Constraint, symbolic: SymbolicState, values: Mapping[ValueOrigin, Any]) -> bool | None:
    return verdict_of(constraint, symbolic, values).holds


def _is_certain(group: _Group, symbolic: SymbolicState) -> bool:
    """Whether no other value than those tried could meet the wants, and each of those fails one for certain."""
    if not all(_is_telling(constraint, group, symbolic) for constraint in group.constraints):
        return False
    for candidate in candidates(group.origins, group.constraints, symbolic):
        if isinstance(candidate, list):
            continue  # whether a list counts as its only element is not known, but it would for each of the wants
        assigned = dict.fromkeys(group.origins, candidate)
        if not any(_fails(constraint, symbolic, assigned) for constraint in group.constraints):
            return False
    return True


def _fails(constraint: Constraint, symbolic: SymbolicState, values: Mapping[ValueOrigin, Any]) -> bool:
    """Whether values fail a want for certain; what has no order is neither more nor less, whoever is asked."""
    holds, operator = _holds(constraint, symbolic, values), constraint.comparison.meaning
    return holds is (not constraint.holds) or (holds is None and operator.family is Family.ORDER)


def _is_telling(constraint: Constraint, group: _Group, symbolic: SymbolicState) -> bool:
    """Whether it compares the value of the group itself with what is written down, here or where it is handed over."""
    if not constraint.comparison.operands:
        return False
    first, *others = constraint.comparison.operands
    if not isinstance(first.expression, Reference) or first.expression.path is None:
        return False
    origins = provenance_of(symbolic.runs, constraint.scope, first.expression.path.segments).origins
    return (
        constraint.comparison.meaning.is_exhausted_by_examples
        and all(origin in group.origins for origin in origins)
        # How long a list is, and what a late element of it is, is tried for short lists alone; and a failure has a
        # message also where nothing in its body says one.
        and not any(each == "length" or each.isdigit() for origin in origins for each in origin.fields)
        and not any(origin.failure and origin.fields[:2] == MESSAGE for origin in origins)
        and all(
            source == Provenance()
            for operand in others
            if operand.expression is not None
            for source in (
                provenance_of(symbolic.runs, constraint.scope, path.segments) for path in operand.expression.paths
            )
        )
    )
