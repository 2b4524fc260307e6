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
from kustui.simulate.paths.candidates import can_be_written, candidates, verdict_of
from kustui.simulate.paths.provenance import MESSAGE, Traced, traced
from kustui.simulate.values.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kustui.definition.expressions import Comparison
    from kustui.simulate.paths.constraints import Want
    from kustui.simulate.paths.provenance import Known, Origin
    from kustui.simulate.values.conditions import Verdict

_TELLING = frozenset(("eq", "neq", "ne", "gt", "gte", "lt", "lte", "exists", "dne", "true", "false", "in", "nin"))
"""Operators of which the values that are tried leave no case out, where they compare a reference with a literal."""
_ORDERING = frozenset(("gt", "gte", "lt", "lte"))
_MOST_WANTS = 200


class Contradiction(NamedTuple):
    """Wants that no value meets together."""

    wants: tuple[Want, ...]
    verdict: Verdict | None = None
    """What comes of it where that is about what is there, or missing, whatever happens."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Values that meet the wants, but for those that are left open."""

    values: Mapping[Origin, Any]
    open: tuple[Want, ...]
    """Nobody can say what meets them: they have to be forced."""


def solved(wants: Sequence[Want], known: Known) -> Solution | Contradiction:
    """Values for the unknown origins that meet all wants; or those that contradict each other for certain."""
    groups = _Groups(wants[:_MOST_WANTS], known)
    values: dict[Origin, Any] = {}
    beside: dict[Part, list[Origin]] = {}
    left_open = [*groups.open, *wants[_MOST_WANTS:]]
    for group in groups.groups():
        overlaps = any(_below(origin, other) for origin in group.origins for other in beside.get(_part(origin), ()))
        found = _fitting_beside(group, known, values) if overlaps else _looked_up(group, known)
        if isinstance(found, Mapping):
            values |= found
            for origin in found:
                beside.setdefault(_part(origin), []).append(origin)
        elif found:
            return Contradiction(tuple(group.wants))
        else:
            left_open.extend(group.wants)
    left_open.extend(want for want in groups.others if not _met(want, known, values))
    for want in groups.fixed:
        verdict = verdict_of(want, known, {})
        if verdict.holds is None:
            left_open.append(want)
        elif verdict.holds is not want.holds:
            return Contradiction((want,), verdict)
    return Solution(values, tuple(left_open))


class _Group(NamedTuple):
    """Origins that have to have the same value, and what is wanted of it."""

    origins: tuple[Origin, ...]
    wants: list[Want]


class _Groups:
    """Sorts wants by the origins they are about."""

    def __init__(self, wants: Iterable[Want], known: Known) -> None:
        self.open: list[Want] = []
        self.fixed: list[Want] = []
        self.others: list[Want] = []
        self._same: dict[Origin, Origin] = {}
        self._wants: dict[Origin, list[Want]] = {}
        single: list[tuple[Origin, Want]] = []
        several: list[Origin] = []
        for want in wants:
            sources = [*_sources(want, known)]
            if not _is_readable(want.comparison) or any(each.opaque for each in sources):
                self.open.append(want)
                continue
            free = list(dict.fromkeys(origin for each in sources for origin in each.origins))
            if not all(each.direct for each in sources):
                self.others.append(want)
                several.extend(free)
            elif not free:
                self.fixed.append(want)
            elif len(free) == 1:
                single.append((free[0], want))
            elif len(free) == 2 and want.comparison.operator == "eq" and want.holds and _are_references(want):
                self._join(*free)
            else:
                self.others.append(want)
                several.extend(free)
        for origin in several:
            self._wants.setdefault(self._root(origin), [])
        for origin, want in single:
            self._wants.setdefault(self._root(origin), []).append(want)

    def groups(self) -> Iterator[_Group]:
        members: dict[Origin, list[Origin]] = {}
        for origin in (*self._same, *self._wants):
            members.setdefault(self._root(origin), []).append(origin)
        # The longest first: an object is what its parts have made of it.
        for root in sorted(members, key=lambda each: -max(len(origin.fields) for origin in members[each])):
            yield _Group(tuple(dict.fromkeys((root, *members[root]))), self._wants.get(root, []))

    def _root(self, origin: Origin) -> Origin:
        while self._same.get(origin, origin) != origin:
            origin = self._same[origin]
        return origin

    def _join(self, one: Origin, other: Origin) -> None:
        self._same.setdefault(one, one)
        self._same[self._root(other)] = self._root(one)


def _is_readable(comparison: Comparison) -> bool:
    """Whether it is known, and has all the values that it compares."""
    meaning = comparison.meaning
    return meaning is not None and len(comparison.operands) >= meaning.reads


def _sources(want: Want, known: Known) -> Iterator[Traced]:
    """Where all that a comparison reads comes from."""
    for operand in want.comparison.operands:
        if operand.expression is not None:
            for path in operand.expression.paths:
                yield traced(known.runs, want.scene, path.segments)
        else:  # a list or an object may hold what is read
            for _, expression in expressions_in(operand.value):
                for path in expression.paths:
                    yield traced(known.runs, want.scene, path.segments)._replace(direct=False)


def _are_references(want: Want) -> bool:
    return all(isinstance(operand.expression, Reference) for operand in want.comparison.operands)


Part = tuple[int, str, bool]
"""Of which output or failure an origin is a field."""


def _part(origin: Origin) -> Part:
    return origin.run, origin.node, origin.failure


def _below(one: Origin, other: Origin) -> bool:
    """Whether one of two fields of the same is a part of the other."""
    shorter = min(len(one.fields), len(other.fields))
    return len(one.fields) != len(other.fields) and one.fields[:shorter] == other.fields[:shorter]


def _fitting_beside(group: _Group, known: Known, values: Mapping[Origin, Any]) -> Mapping[Origin, Any] | bool:
    """The same of an object of which a part has its value already: it is left as that makes it."""
    return {} if all(_met(want, known, values) for want in group.wants) else False


def _looked_up(group: _Group, known: Known) -> Mapping[Origin, Any] | bool:
    """Values that meet a group's wants; where none do, whether that is certain."""
    wants = tuple((want.comparison.pointer, want.holds, want.scene) for want in group.wants)
    key = (known.before, group.origins, wants)
    if key not in known.found:
        found = _fitting(group, known)
        known.found[key] = found if found is not None else _is_certain(group, known)
    return known.found[key]


def _fitting(group: _Group, known: Known) -> Mapping[Origin, Any] | None:
    """The first value that is tried and meets all wants of a group, at all its origins."""
    for candidate in filter(can_be_written, candidates(group.origins, group.wants, known)):
        assigned = dict.fromkeys(group.origins, candidate)
        if all(_met(want, known, assigned) for want in group.wants):
            return {} if candidate is MISSING and not group.wants else assigned
    return None


def _met(want: Want, known: Known, values: Mapping[Origin, Any]) -> bool:
    return _holds(want, known, values) is want.holds


def _holds(want: Want, known: Known, values: Mapping[Origin, Any]) -> bool | None:
    return verdict_of(want, known, values).holds


def _is_certain(group: _Group, known: Known) -> bool:
    """Whether no other value than those tried could meet the wants, and each of those fails one for certain."""
    if not all(_is_telling(want, group, known) for want in group.wants):
        return False
    for candidate in candidates(group.origins, group.wants, known):
        if isinstance(candidate, list):
            continue  # whether a list counts as its only element is not known, but it would for each of the wants
        assigned = dict.fromkeys(group.origins, candidate)
        if not any(_fails(want, known, assigned) for want in group.wants):
            return False
    return True


def _fails(want: Want, known: Known, values: Mapping[Origin, Any]) -> bool:
    """Whether values fail a want for certain; what has no order is neither more nor less, whoever is asked."""
    holds = _holds(want, known, values)
    return holds is (not want.holds) or (holds is None and want.comparison.operator in _ORDERING)


def _is_telling(want: Want, group: _Group, known: Known) -> bool:
    """Whether it compares the value of the group itself with what is written down, here or where it is handed over."""
    if not want.comparison.operands:
        return False
    first, *others = want.comparison.operands
    if not isinstance(first.expression, Reference) or first.expression.path is None:
        return False
    origins = traced(known.runs, want.scene, first.expression.path.segments).origins
    return (
        want.comparison.operator in _TELLING
        and all(origin in group.origins for origin in origins)
        # How long a list is, and what a late element of it is, is tried for short lists alone; and a failure has a
        # message also where nothing in its body says one.
        and not any(each == "length" or each.isdigit() for origin in origins for each in origin.fields)
        and not any(origin.failure and origin.fields[:2] == MESSAGE for origin in origins)
        and all(
            source == Traced()
            for operand in others
            if operand.expression is not None
            for source in (traced(known.runs, want.scene, path.segments) for path in operand.expression.paths)
        )
    )
