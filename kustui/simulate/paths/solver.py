"""Values that meet constraints, found by trying: the engine's own comparisons say which do.

Each field of an output, or of a failure, that is unknown is given values that are likely from what it is compared
with. Fields that overlap, or are compared with each other, form a component and are solved together. Where no value
tried meets what is asked of one field, and the comparisons are such that no other could do better, the constraints
contradict each other. Where that is not certain, they stay unsolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product, takewhile
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.analysis.reads import Fields
from kustui.definition.expressions import Comparison, Reference, expressions_in
from kustui.definition.operators import Presence
from kustui.definition.values import MISSING
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.paths.candidates import can_be_written, candidates
from kustui.simulate.paths.constraint_evaluation import Values, ValueTests, evaluate_constraint
from kustui.simulate.paths.contradictions import (
    Contradiction,
    Group,
    contradiction_in,
    fails,
    is_met,
)
from kustui.simulate.paths.provenance import Provenance, provenance_of
from kustui.simulate.paths.symbolic import Constraint, SymbolicState, ValueOrigin, is_of_list
from kustui.simulate.paths.value_constraints import ValueConstraints

_MAX_TRIALS = 500
"""Values that are tried for the fields of one component together."""


class _Reading(NamedTuple):
    """A constraint, and what it reads."""

    constraint: Constraint
    origins: tuple[ValueOrigin, ...]
    direct: bool
    """Whether it reads their values, and nothing made of them."""


class Component(Struct, frozen=True):
    """Constraints on origins that depend on each other, and values that meet them, but for the unsolved."""

    readings: tuple[_Reading, ...]
    origins: tuple[ValueOrigin, ...]
    values: Values
    unsolved: tuple[Constraint, ...]
    number: int
    """What distinguishes its constraints and origins from those of others."""
    on_value: ValueConstraints | None = None
    """All constraints, where they read one origin and nothing else."""


Bucket = tuple[int, str, bool, Fields]
"""Where a component is looked for: run, node, whether it is of the failure, and the fields down to the first list."""


class Solution(Struct, frozen=True):
    """Constraints, and values that meet them, but for the unsolved."""

    unsolved: tuple[Constraint, ...] = ()
    """No value was found that meets them: their edges have to be forced."""
    components: LayeredMap[Bucket, tuple[Component, ...]] = field(default_factory=LayeredMap)
    _above: LayeredMap[Bucket, bool] = field(default_factory=LayeredMap)
    """The places that have others with components below them."""

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
        by_origins: dict[tuple[ValueOrigin, ...], list[_Reading]] = {}
        unsolved: list[Constraint] = []
        for constraint in constraints:
            provenances = [*_provenances(constraint, state)]
            if not _is_readable(constraint.comparison) or any(provenance.opaque for provenance in provenances):
                unsolved.append(constraint)
                continue
            origins = tuple(dict.fromkeys(origin for provenance in provenances for origin in provenance.origins))
            if origins:
                direct = all(provenance.direct for provenance in provenances)
                by_origins.setdefault(origins, []).append(_Reading(constraint, origins, direct))
                continue
            verdict = evaluate_constraint(constraint, state, {})
            if verdict.holds is None:
                unsolved.append(constraint)
            elif verdict.holds is not constraint.holds:
                return Contradiction((constraint,), verdict)
        solution = replace(self, unsolved=(*self.unsolved, *unsolved)) if unsolved else self
        for origins, group in by_origins.items():
            result = solution._with_component(origins, group, state)
            if isinstance(result, Contradiction):
                return result
            solution = result
        return solution

    def _with_component(
        self, origins: tuple[ValueOrigin, ...], readings: Sequence[_Reading], state: SymbolicState
    ) -> Solution | Contradiction:
        """The solution with constraints on some origins, solved anew together with those that they depend on."""
        merged = self._merged(origins)
        all_origins = (*dict.fromkeys((*(origin for part in merged for origin in part.origins), *origins)),)
        before = _value_constraints(merged, all_origins)
        if before is not None and (contradiction := _contradiction(before, readings, origins, state)):
            return contradiction
        together = (*chain.from_iterable(component.readings for component in merged), *readings)
        parts = (tuple(part.number for part in merged), origins, tuple(reading.constraint.key for reading in readings))
        number = state.numbered("component", state.number, *parts)
        component = Component(together, all_origins, {}, (), number, _with_readings(before, readings, state))
        solved = _unchanged(merged, component, readings, state) or state.once(
            ("solved", number),
            lambda: _with_text(component, before, readings, state) or _Search(component, state).result(),
        )
        if isinstance(solved, Contradiction):
            return solved
        return self._replaced(merged, solved)

    def _replaced(self, merged: Sequence[Component], solved: Component) -> Solution:
        """The solution with one component in place of those that were merged to it."""
        settled = {reading.constraint.key for reading in solved.readings} if self.unsolved else ()
        unsolved = (*(part for part in self.unsolved if part.key not in settled), *solved.unsolved)
        gone = {id(component) for component in merged}
        buckets = {
            bucket: (*(part for part in self.components.get(bucket) or () if id(part) not in gone), solved)
            for bucket in map(_bucket, solved.origins)
        }
        above = {outer: True for bucket in buckets for outer in _outer(bucket) if not self._above.get(outer)}
        return Solution(unsolved, self.components.plus(buckets), self._above.plus(above) if above else self._above)

    def _merged(self, origins: tuple[ValueOrigin, ...]) -> list[Component]:
        """The components that depend on some origins."""
        near = {id(component): component for origin in origins for component in self._near(origin)}
        return [part for part in near.values() if any(_overlap(*pair) for pair in product(part.origins, origins))]

    def _near(self, origin: ValueOrigin) -> Iterator[Component]:
        """Components among which are all that the value of an origin depends on."""
        bucket = _bucket(origin)
        for place in (bucket, *_outer(bucket)):
            yield from self.components.get(place) or ()
        if self._above.get(bucket):
            for other, components in self.components.merged.items():
                if other[:3] == bucket[:3]:
                    yield from components


def _bucket(origin: ValueOrigin) -> Bucket:
    """Where a component with an origin is looked for. All of a failure depends on each other."""
    fields = () if origin.failure else tuple(takewhile(lambda name: not is_of_list(name), origin.fields))
    return origin.run, origin.node, origin.failure, fields


def _outer(bucket: Bucket) -> Iterator[Bucket]:
    """The places around one, the innermost first."""
    run, node, failure, fields = bucket
    for end in reversed(range(len(fields))):
        yield run, node, failure, fields[:end]


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
    return one.failure or apart is None or any(map(is_of_list, apart))


# A component


def _value_constraints(merged: Sequence[Component], origins: tuple[ValueOrigin, ...]) -> ValueConstraints | None:
    """The constraints of the components on one origin; None where there are others, or several origins."""
    if len(origins) > 1:
        return None
    return merged[0].on_value if merged else ValueConstraints()


def _contradiction(
    before: ValueConstraints, readings: Sequence[_Reading], origins: tuple[ValueOrigin, ...], state: SymbolicState
) -> Contradiction | None:
    """One further constraint and one before it that contradicts it, where that is seen without a search."""
    if len(readings) > 1 or not readings[0].direct:
        return None
    return before.contradiction(readings[0].constraint, origins, state)


def _with_readings(
    on_value: ValueConstraints | None, readings: Sequence[_Reading], state: SymbolicState
) -> ValueConstraints | None:
    for reading in readings:
        on_value = on_value.plus(reading.constraint, state) if on_value is not None and reading.direct else None
    return on_value


def _unchanged(
    merged: Sequence[Component], component: Component, readings: Sequence[_Reading], state: SymbolicState
) -> Component | None:
    """The component with the values that those have which are merged to it, if these meet further constraints too."""
    values = {origin: value for part in merged for origin, value in part.values.items()}
    if any(part.unsolved for part in merged) or not values.keys() >= {*component.origins}:
        return None
    if not all(is_met(reading.constraint, state, values) for reading in readings):
        return None
    return replace(component, values=values)


def _with_text(
    component: Component, before: ValueConstraints | None, readings: Sequence[_Reading], state: SymbolicState
) -> Component | None:
    """The component with the text that one further constraint asks for, where that is seen without a search."""
    if component.on_value is None or before is None or len(readings) > 1:
        return None
    text = before.text_for(readings[0].constraint, state)
    return None if text is None else replace(component, values={component.origins[0]: text})


class _Search:
    """The search for values of one component's origins."""

    def __init__(self, component: Component, state: SymbolicState) -> None:
        self.component, self.state = component, state
        self.readings, self.origins = component.readings, component.origins
        self.constraints = tuple(reading.constraint for reading in self.readings)
        self.trials = 0
        self._same: dict[ValueOrigin, ValueOrigin] = {origin: origin for origin in self.origins}
        for constraint, read, _ in self.readings:
            if len(read) == 2 and _equates_references(constraint):
                one, other = read
                self._same[self._root(other)] = self._root(one)
        self.groups = self._groups()

    def _root(self, origin: ValueOrigin) -> ValueOrigin:
        while self._same[origin] != origin:
            origin = self._same[origin]
        return origin

    def _groups(self) -> list[Group]:
        """Those of an object before those of its fields."""
        groups: dict[ValueOrigin, Group] = {}
        for origin in sorted(self.origins, key=lambda origin: len(origin.fields)):
            root = self._root(origin)
            group = groups.setdefault(root, Group((), [], []))
            groups[root] = group._replace(origins=(*group.origins, origin))
        for constraint, read, direct in self.readings:
            for root in dict.fromkeys(map(self._root, read)):
                groups[root].about.append(constraint)
                if direct and len(read) == 1:
                    groups[root].constraints.append(constraint)
        return list(groups.values())

    def result(self) -> Component | Contradiction:
        values = self._values()
        if values is not None:
            return replace(self.component, values=values)
        for group in self.groups:
            if contradiction := contradiction_in(group, self.state):
                return contradiction
        if contradiction := self._missing_object():
            return contradiction
        values = {}
        for group in self.groups:
            values |= self._first_alone(group)
        unsolved = tuple(constraint for constraint in self.constraints if not is_met(constraint, self.state, values))
        return replace(self.component, values=values, unsolved=unsolved)

    def _values(self) -> Values | None:
        """Values for all groups that meet all constraints; None where none were found within the trials."""
        if len(self.groups) == 1:
            return self._value_of_one()
        checks = self._checks()
        stack: list[tuple[Iterator[Any], Values]] = [(self._candidates(self.groups[0]), {})]
        while stack and self.trials < _MAX_TRIALS and self.state.trials.remaining > 0:
            tried, before = stack[-1]
            index = len(stack) - 1
            candidate = next(tried, None)
            if candidate is None:
                stack.pop()
                continue
            self.trials += 1
            self.state.trials.remaining -= 1
            values = {**before, **dict.fromkeys(self.groups[index].origins, candidate[0])}
            if not all(is_met(constraint, self.state, values) for constraint in checks[index]):
                continue
            if index + 1 == len(self.groups):
                return values
            stack.append((self._candidates(self.groups[index + 1]), values))
        return None

    def _value_of_one(self) -> Values | None:
        """The value that meets all constraints where there is but one to find."""
        group, remaining = self.groups[0], self.state.trials
        tests = ValueTests(self.constraints, group.origins, self.state)
        for (candidate,) in self._candidates(group):
            if self.trials >= _MAX_TRIALS or remaining.remaining <= 0:
                break
            self.trials += 1
            remaining.remaining -= 1
            if tests.are_met(candidate):
                return dict.fromkeys(group.origins, candidate)
        return None

    def _candidates(self, group: Group) -> Iterator[tuple[Any]]:
        """Each in a tuple, as None is a candidate too."""
        for candidate in candidates(group.origins, group.about, self.state):
            if can_be_written(candidate):
                yield (candidate,)

    def _checks(self) -> list[list[Constraint]]:
        """The constraints that can be judged once a group has its value, by the group's index."""
        checks: list[list[Constraint]] = [[] for _ in self.groups]
        for constraint, read, _ in self.readings:
            last = max(
                index
                for index, group in enumerate(self.groups)
                if any(_overlap(origin, other) for origin in group.origins for other in read)
            )
            checks[last].append(constraint)
        for group_checks in checks:
            group_checks.sort(key=lambda constraint: not constraint.holds)  # these rule out most
        return checks

    def _first_alone(self, group: Group) -> Values:
        """The first value that meets what is asked of a group alone, if any."""
        tests = ValueTests(group.constraints, group.origins, self.state)
        for (candidate,) in self._candidates(group):
            if tests.are_met(candidate):
                return dict.fromkeys(group.origins, candidate)
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
                failing = (part for part in other.constraints if fails(part, self.state, values))
                if needed := next(failing, None):
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
