"""What a condition asks for that it did not, and the other way round, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from kustui.definition.expressions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Unreadable,
    condition_key,
    constant_outcome,
    in_words,
)
from kustui.definition.expressions.conditions import texts_read
from kustui.definition.expressions.words import Namer, value_in_words
from kustui.definition.values import canonical_json
from kustui.review.part_changes import sentence, shown
from kustui.review.value_changes import elements_that_differ, excerpts
from kustui.text.styled_lines import Line
from kustui.workspace.difference import ADDED, CHANGED, REMOVED

_OUTCOMES = {True: ("always holds", "always held"), False: ("never holds", "never held")}
_ASKS = ("{} asks for {} too", "{} no longer asks for {}", "{} asks for {} instead of {}")
_HOLDS = ("{} also holds if {}", "{} no longer holds if {}", "{} holds if {} instead of {}")
_ACCEPTS = ("{} accepts {} as well", "{} no longer accepts {}", "{} accepts {} instead of {}")
"""What is said of a part of a condition that came, of one that went, and of one in place of another: of those that all
have to hold, of those of which one is enough, and of the latter within the former."""
_HOLDS_ELEMENT = ("holds {} too", "no longer holds {}", "holds {} instead of {}")
"""What is said of elements of a list that a value is compared with."""
_LIST = "…"
"""What stands for such a list."""


class ConditionChange(NamedTuple):
    kind: str
    words: Line


class ConditionComparison(NamedTuple):
    """Says how the conditions of what a sentence calls ``subject`` differ; the old one names everything by its new id.

    What only stands in another order, or in brackets that change nothing, is no difference.
    """

    subject: Line
    old_name: Namer
    new_name: Namer

    def of(self, old: Condition, new: Condition) -> Iterator[ConditionChange]:
        """The changes; none where both say the same."""
        if condition_key(old) == condition_key(new) and not isinstance(old, Unreadable):
            return
        outcomes = constant_outcome(old), constant_outcome(new)
        if outcomes != (None, None) or isinstance(old, Unreadable) or isinstance(new, Unreadable):
            yield self._change(CHANGED, "{} {} now; before, it {}", self._effect(new), self._effect(old, is_old=True))
            return
        joint = _common_joint(old, new)
        if joint is None:
            yield self._instead("{} asks for {} instead of {}", old, new)
            return
        yield from self._parts(_parts(old, joint), _parts(new, joint), joint, _ASKS if joint is AllOf else _HOLDS)

    def _effect(self, condition: Condition, *, is_old: bool = False) -> Line:
        outcome = constant_outcome(condition)
        if outcome is not None:
            return ((_OUTCOMES[outcome][is_old], ""),)
        if isinstance(condition, Unreadable):
            return (("could not be read" if is_old else "cannot be read", ""),)
        verb = "asked for" if is_old else "asks for"
        return sentence(f"{verb} {{}}", shown(in_words(condition, self.old_name if is_old else self.new_name)))

    def _parts(
        self, olds: Sequence[Condition], news: Sequence[Condition], joint: Joint, templates: Sequence[str]
    ) -> Iterator[ConditionChange]:
        """The parts of a group that came and went."""
        removed, added = _without(olds, news), _without(news, olds)
        for old, new in _pairs(removed, added):
            removed.remove(old)
            added.remove(new)
            inner = _common_joint(old, new)
            if joint is AllOf and inner is AnyOf and _shares_parts(old, new):
                yield from self._parts(_parts(old, AnyOf), _parts(new, AnyOf), AnyOf, _ACCEPTS)
            else:
                yield self._instead(templates[2], old, new)
        if removed and added:
            yield self._instead(templates[2], _joined(removed, joint), _joined(added, joint))
        elif added:
            yield self._change(ADDED, templates[0], shown(in_words(_joined(added, joint), self.new_name)))
        elif removed:
            yield self._change(REMOVED, templates[1], shown(in_words(_joined(removed, joint), self.old_name)))

    def _instead(self, template: str, old: Condition, new: Condition) -> ConditionChange:
        if (change := self._elements(old, new)) is not None:
            return change
        before, after = in_words(old, self.old_name), in_words(new, self.new_name)
        if before == after:  # in what the words leave out, such as the end of a long text
            before, after = excerpts(condition_key(old), condition_key(new))
        return self._change(CHANGED, template, shown(after), shown(before))

    def _elements(self, old: Condition, new: Condition) -> ConditionChange | None:
        """Which elements came or went of a list that a value is compared with; None where more differs."""
        if (lists := _lists_that_differ(old, new)) is None:
            return None
        comparison, removed, added = lists
        gone = [shown(value_in_words(removed, self.old_name)[1:-1])] if removed else []
        came = [shown(value_in_words(added, self.new_name)[1:-1])] if added else []
        if gone == came:  # in what the words leave out
            return None
        template = _HOLDS_ELEMENT[2 if gone and came else 1 if gone else 0]
        around = in_words(comparison, self.new_name).replace(f'"{_LIST}"', _LIST)
        return self._change(CHANGED, f"the list in {{}} {template} ({{}})", *came, *gone, shown(around))

    def _change(self, kind: str, template: str, *parts: Line) -> ConditionChange:
        return ConditionChange(kind, sentence(template, self.subject, *parts))


Joint = type[AllOf] | type[AnyOf]


def _common_joint(old: Condition, new: Condition) -> Joint | None:
    """What joins the parts of both conditions; a single one can be a part of either."""
    joints = {type(condition) for condition in (old, new) if isinstance(condition, AllOf | AnyOf)}
    if len(joints) > 1:
        return None
    return next(iter(joints), AllOf)


def _parts(condition: Condition, joint: Joint) -> list[Condition]:
    """The parts of a group that depend on the run, those of groups of the same kind in it among them."""
    if not isinstance(condition, joint):
        return [condition]
    parts: list[Condition] = []
    for part in condition.parts:
        if constant_outcome(part) is None:
            parts += _parts(part, joint)
    return parts


def _joined(parts: Sequence[Condition], joint: Joint) -> Condition:
    return parts[0] if len(parts) == 1 else joint(tuple(parts), "")


def _without(parts: Sequence[Condition], others: Sequence[Condition]) -> list[Condition]:
    keys = {condition_key(other) for other in others}
    return [part for part in {condition_key(part): part for part in parts}.values() if condition_key(part) not in keys]


def _pairs(removed: Sequence[Condition], added: Sequence[Condition]) -> list[tuple[Condition, Condition]]:
    """The parts that came in place of others: the only ones that ask about the same values."""
    by_reads: dict[object, tuple[list[Condition], list[Condition]]] = {}
    for side, parts in enumerate((removed, added)):
        for part in parts:
            by_reads.setdefault(_reads(part), ([], []))[side].append(part)
    return [(olds[0], news[0]) for olds, news in by_reads.values() if len(olds) == len(news) == 1]


def _reads(condition: Condition) -> object:
    """What a part asks about; groups are alike."""
    return None if isinstance(condition, AllOf | AnyOf) else texts_read(condition)


def _lists_that_differ(old: Condition, new: Condition) -> tuple[Comparison, list[Any], list[Any]] | None:
    """The new of two comparisons that differ only in the elements of a list, which is ``_LIST`` in it, with those that
    went and those that came."""
    if not isinstance(old, Comparison) or not isinstance(new, Comparison) or old.operator != new.operator:
        return None
    olds, news = ([canonical_json(operand.value) for operand in side.operands] for side in (old, new))
    differing = [at for at, (one, other) in enumerate(zip(olds, news, strict=False)) if one != other]
    if len(olds) != len(news) or len(differing) != 1:
        return None
    (at,) = differing
    before, after = (side.operands[at].value for side in (old, new))
    if not isinstance(before, list) or not isinstance(after, list) or not before or not after:
        return None
    removed, added = elements_that_differ(before, after)
    operands = (*new.operands[:at], replace(new.operands[at], value=_LIST), *new.operands[at + 1 :])
    return (replace(new, operands=operands), removed, added) if removed or added else None


def _shares_parts(old: Condition, new: Condition) -> bool:
    keys = {condition_key(part) for part in _parts(old, AnyOf)}
    return any(condition_key(part) in keys for part in _parts(new, AnyOf))
