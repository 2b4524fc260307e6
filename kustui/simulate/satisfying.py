"""Values that meet what is wanted of them, found by trying: the engine's own comparisons say which do.

Each path of an output that nobody knows yet is given values that are likely from what it is compared with. Where all of
these fail, and the comparisons are such that no other could do better, the wants contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.expressions import Reference
from kustui.simulate.casting import number_of, text_of
from kustui.simulate.deciding import decided
from kustui.simulate.drafts import by_name, fitting, other_than, placed
from kustui.simulate.surroundings import Surroundings
from kustui.simulate.values import MISSING
from kustui.simulate.wanting import Want, literals_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kustui.definition.expressions import Path

Segments = tuple[str, ...]
"""A path from ``steps`` on."""

_TELLING = frozenset(("eq", "neq", "ne", "gt", "gte", "lt", "lte", "exists", "dne", "true", "false", "in", "nin"))
"""Operators of which the values that are tried leave no case out, where they compare a reference with a literal."""
_ORDERING = frozenset(("gt", "gte", "lt", "lte"))
_MOST_WANTS = 200


class Contradiction(NamedTuple):
    """Wants that no value meets together."""

    path: Segments
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a run while its way is looked for."""

    data: Mapping[str, Any]
    """That of the run so far; the outputs that are not known yet are missing."""
    unknown: frozenset[str]
    """The nodes on the way whose output may be anything."""
    opaque: frozenset[str]
    """The nodes on the way whose output will be computed."""
    now: int
    likely: Mapping[Segments, tuple[Any, ...]] = field(default_factory=dict)
    """Values that the workflow itself compares a path with."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Values that meet the wants, but for those that are left open."""

    values: Mapping[Segments, Any]
    open: tuple[Want, ...]
    """Nobody can say what meets them: they have to be forced."""


def solved(wants: Sequence[Want], known: Known) -> Solution | Contradiction:
    """Values for the unknown paths that meet all wants; or those that contradict each other for certain."""
    groups = _Groups(wants[:_MOST_WANTS], known)
    values: dict[Segments, Any] = {}
    left_open = [*groups.open, *wants[_MOST_WANTS:]]
    for group in groups.groups():
        found = _fitting_all(group, known, values)
        if found is not None:
            values |= found
        elif _is_certain(group, known, values):
            return Contradiction(group.paths[0], tuple(group.wants))
        else:
            left_open.extend(group.wants)
    left_open.extend(want for want in groups.others if not _met(want, known, values))
    for want in groups.fixed:
        verdict = decided(want.comparison, Surroundings(known.data, known.now))
        if verdict.holds is None:
            left_open.append(want)
        elif verdict.holds is not want.holds:
            return Contradiction((), (want,))
    return Solution(values, tuple(left_open))


class _Group(NamedTuple):
    """Paths that have to have the same value, and what is wanted of it."""

    paths: tuple[Segments, ...]
    wants: list[Want]


class _Groups:
    """Sorts wants by the paths they are about."""

    def __init__(self, wants: Iterable[Want], known: Known) -> None:
        self.open: list[Want] = []
        self.fixed: list[Want] = []
        self.others: list[Want] = []
        self._known = known
        self._same: dict[Segments, Segments] = {}
        self._wants: dict[Segments, list[Want]] = {}
        single: list[tuple[Segments, Want]] = []
        several: list[Segments] = []
        for want in wants:
            paths = [
                path for operand in want.comparison.operands if operand.expression for path in operand.expression.paths
            ]
            if not want.comparison.known or any(map(self._is_opaque, paths)):
                self.open.append(want)
                continue
            free = list(dict.fromkeys(path.segments for path in paths if path.step in known.unknown))
            if not free:
                self.fixed.append(want)
            elif len(free) == 1:
                single.append((free[0], want))
            elif len(free) == 2 and want.comparison.operator == "eq" and want.holds and _are_references(want):
                self._join(*free)
            else:
                self.others.append(want)
                several.extend(free)
        for path in several:
            self._wants.setdefault(self._root(path), [])
        for path, want in single:
            self._wants.setdefault(self._root(path), []).append(want)

    def groups(self) -> Iterator[_Group]:
        members: dict[Segments, list[Segments]] = {}
        for path in (*self._same, *self._wants):
            members.setdefault(self._root(path), []).append(path)
        # The longest first: an object is what its parts have made of it.
        for root in sorted(members, key=lambda each: -max(map(len, members[each]))):
            yield _Group(tuple(dict.fromkeys((root, *members[root]))), self._wants.get(root, []))

    def _is_opaque(self, path: Path) -> bool:
        return path.root != "steps" or path.step in self._known.opaque

    def _root(self, path: Segments) -> Segments:
        while self._same.get(path, path) != path:
            path = self._same[path]
        return path

    def _join(self, one: Segments, other: Segments) -> None:
        self._same.setdefault(one, one)
        self._same[self._root(other)] = self._root(one)


def _are_references(want: Want) -> bool:
    return all(isinstance(operand.expression, Reference) for operand in want.comparison.operands)


def _fitting_all(group: _Group, known: Known, values: Mapping[Segments, Any]) -> dict[Segments, Any] | None:
    """The first value that is tried and meets all wants of a group, at all its paths."""
    if _overlaps(group, values):  # an object of which a part has its value already is left as that makes it
        return {} if all(_met(want, known, values) for want in group.wants) else None
    for candidate in _candidates(group, known):
        assigned = dict.fromkeys(group.paths, candidate)
        if all(_met(want, known, assigned) for want in group.wants):
            return {} if candidate is MISSING and not group.wants else assigned
    return None


def _overlaps(group: _Group, values: Mapping[Segments, Any]) -> bool:
    return any(_below(path, other) for path in group.paths for other in values)


def _below(one: Segments, other: Segments) -> bool:
    shorter = min(len(one), len(other))
    return len(one) != len(other) and one[:shorter] == other[:shorter]


def _met(want: Want, known: Known, values: Mapping[Segments, Any]) -> bool:
    return _holds(want, known, values) is want.holds


def _holds(want: Want, known: Known, values: Mapping[Segments, Any]) -> bool | None:
    data: Any = known.data
    for path, value in values.items():
        if value is not MISSING:
            data = placed(data, path, value)
    return decided(want.comparison, Surroundings(data, known.now)).holds


def _candidates(group: _Group, known: Known) -> Iterator[Any]:
    """What is tried, the likely first."""
    literals = [each for want in group.wants for each in literals_in(want.comparison)]
    fixed = [value for want in group.wants for value in _fixed_values(want, known)]
    for want in group.wants:
        if want.holds:
            for literal in (*literals_in(want.comparison), *_fixed_values(want, known)):
                yield from _unless_missing(fitting(want.comparison.operator, literal))
    for path in group.paths:
        yield from known.likely.get(path, ())
    yield by_name(group.paths[0][2:], known.now)
    numbers = [number for each in (*literals, *fixed) if (number := number_of(each)) is not None]
    for number in numbers:
        yield from (number, number + 1, number - 1, text_of(number), text_of(number + 1), text_of(number - 1))
    for one, other in zip(sorted(numbers), sorted(numbers)[1:], strict=False):
        yield (one + other) / 2
    for each in (*literals, *fixed):
        yield each
        yield from _unless_missing(other_than(each))
        yield from each if isinstance(each, list | tuple) else [[each]]
    contained = [want for want in group.wants if want.holds and want.comparison.operator == "contains"]
    yield [part for want in contained for each in literals_in(want.comparison) for part in _parts(each)]
    yield from (True, False, "draft", 1, 0, [], MISSING)


def _parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _unless_missing(value: Any) -> Iterator[Any]:
    if value is not MISSING:
        yield value


def _fixed_values(want: Want, known: Known) -> Iterator[Any]:
    """The values of its operands that are known already."""
    for seen in decided(want.comparison, Surroundings(known.data, known.now)).operands:
        expression = seen.operand.expression
        if expression is not None and expression.paths and seen.value is not MISSING:
            yield seen.value


def _is_certain(group: _Group, known: Known, values: Mapping[Segments, Any]) -> bool:
    """Whether no other value than those tried could meet the wants, and each of those fails one for certain."""
    if _overlaps(group, values) or not all(_is_telling(want, group) for want in group.wants):
        return False
    for candidate in _candidates(group, known):
        if isinstance(candidate, list):
            continue  # whether a list counts as its only element is not known, but it would for each of the wants
        assigned = dict.fromkeys(group.paths, candidate)
        if not any(_fails(want, known, assigned) for want in group.wants):
            return False
    return True


def _fails(want: Want, known: Known, values: Mapping[Segments, Any]) -> bool:
    """Whether values fail a want for certain; what has no order is neither more nor less, whoever is asked."""
    holds = _holds(want, known, values)
    return holds is (not want.holds) or (holds is None and want.comparison.operator in _ORDERING)


def _is_telling(want: Want, group: _Group) -> bool:
    """Whether it compares the value of the group itself with what is written down."""
    if not want.comparison.operands:
        return False
    first, *others = want.comparison.operands
    return (
        want.comparison.operator in _TELLING
        and isinstance(first.expression, Reference)
        and first.expression.path is not None
        and first.expression.path.segments in group.paths
        # How long a list is, and what a late element of it is, is tried for short lists alone.
        and not any(each == "length" or each.isdigit() for each in first.expression.path.fields)
        and not any(operand.expression and operand.expression.paths for operand in others)
    )
