"""What changed in JSON values that have no sentences of their own: params, inputs, settings, whatever else there is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from kustui.definition.expressions.words import Namer, path_in_words, value_in_words
from kustui.definition.platform import call_event, called_id
from kustui.definition.values import MISSING, canonical_json
from kustui.review.part_changes import (
    Changes,
    Owner,
    PartChange,
    Place,
    as_objects,
    differing_members,
    named,
    sentence,
    shown,
)
from kustui.text.messages import LONGEST_TEXT, quoted
from kustui.text.styled_lines import Line
from kustui.workspace.difference import MOVED

_IDENTITIES = ("id", "name", "eventName", "key", "url")
"""Keys by which the elements of a list are known, where each has another value there."""
_CALLED = r"(kustomer\.workflow\.)([^\s{}]+?)(?=\.call)"
"""An event that starts a workflow, in a text."""
_CONTEXT = 12
"""Characters on either side of what differs in a text."""
_LONGEST_EXCERPT = 60
_DEEPEST = 50
"""Levels of nesting in which values are compared member by member."""


class Identities(Struct, frozen=True, eq=False, dict=True):
    """Steps and workflows that have other ids now: what named them names them still."""

    steps: Mapping[str, str] = field(default_factory=dict)
    """The new id of a step by its old one."""
    workflows: Mapping[str, str] = field(default_factory=dict)
    """The new id of a workflow by its old one."""

    @cached_property
    def _named(self) -> re.Pattern[str]:
        steps = "|".join(map(re.escape, self.steps)) or r"\Z."
        return re.compile(rf"(?<![\w@.-])(steps\.\[?)({steps})(?![\w@-])|{_CALLED}")

    @cached_property
    def _are_exchanged(self) -> bool:
        """Whether an id is that of another step now, so that a text which is the same names another one."""
        return not self.steps.keys().isdisjoint(self.steps.values())

    def text(self, text: str) -> str:
        """A text of the old state as it would read now."""
        if not self.steps and not self.workflows:
            return text
        if text in self.workflows:
            return self.workflows[text]
        if (called := called_id(text)) is not None and called in self.workflows:
            return call_event(self.workflows[called])
        return self._named.sub(self._renamed, text)

    def _renamed(self, match: re.Match[str]) -> str:
        before, step, prefix, workflow = match.groups()
        if step is not None:
            return f"{before}{self.steps[step]}"
        return f"{prefix}{self.workflows.get(workflow, workflow)}"

    def value(self, value: Any) -> Any:
        """The same for every text in a JSON value."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(member) for member in value]
            case dict():
                return {key: self.value(member) for key, member in value.items()}
        return value

    def same(self, old: Any, new: Any) -> bool:
        """Whether an old value and a new one say the same: 1 is no true, and 1.0 is 1. The order of keys says nothing.

        Raises RecursionError."""
        match old, new:
            case dict(), dict():
                return old.keys() == new.keys() and all(self.same(value, new[key]) for key, value in old.items())
            case list(), list():
                return len(old) == len(new) and all(map(self.same, old, new))
            case str(), str():
                return (old == new and not self._are_exchanged) or self.text(old) == new
        return isinstance(old, bool) is isinstance(new, bool) and bool(old == new)


class ValueComparison(Struct, frozen=True, eq=False):
    """Says how values differ, with what paths are called in the old state and in the new one."""

    identities: Identities = field(default_factory=Identities)
    old_name: Namer = path_in_words
    new_name: Namer = path_in_words

    def of(self, owner: Owner, noun: str, path: str, old: Place, new: Place, depth: int = 0) -> Changes:
        """The changes of a value of ``owner``, which sentences call by its noun and its path: the param ``body``."""
        if self.identities.same(old.value, new.value):
            return
        if depth < _DEEPEST:
            if isinstance(old.value, dict) and isinstance(new.value, dict) and old.value and new.value:
                for key in {**old.value, **new.value}:
                    yield from self.of(owner, noun, _joined(path, key), old.at(key), new.at(key), depth + 1)
                return
            if isinstance(old.value, list) and isinstance(new.value, list) and old.value and new.value:
                yield from self._lists(owner, noun, path, old, new, depth)
                return
        yield owner.change(noun, old, new, self._words(owner, noun, path, old.value, new.value))

    def rest(self, owner: Owner, old: Place, new: Place, handled: Collection[str], path: str = "") -> Changes:
        """The changes of all members of an object but those that something else says, which are named by their path:
        ``meta.name``."""
        for key, one, other in differing_members(old, new, self.identities.same):
            inner = _joined(path, key)
            if inner in handled:
                continue
            has_handled = any(name.startswith(f"{inner}.") for name in handled)
            if has_handled and (objects := as_objects(one, other)):
                yield from self.rest(owner, *objects, handled, inner)
                continue
            yield from self.of(owner, "value", inner, one, other)

    def _words(self, owner: Owner, noun: str, path: str, old: Any, new: Any) -> Line:
        thing = _thing(noun, path)
        if old is MISSING:
            return sentence("{} has the {} now: {}", owner.subject, thing, self.new_value(new))
        if new is MISSING:
            return sentence("{} no longer has the {}, which was {}", owner.subject, thing, self.old_value(old))
        before, after = self.pair(old, new)
        return sentence("the {} of {} is {} instead of {}", thing, owner.subject, after, before)

    def old_value(self, value: Any) -> Line:
        return shown(value_in_words(value, self.old_name))

    def new_value(self, value: Any) -> Line:
        return shown(value_in_words(value, self.new_name))

    def pair(self, old: Any, new: Any) -> tuple[Line, Line]:
        """Two values in words that differ; of long texts only where they do."""
        both_texts = isinstance(old, str) and isinstance(new, str)
        if not both_texts or max(len(old), len(new)) <= LONGEST_TEXT:
            before, after = self.old_value(old), self.new_value(new)
            if before != after:
                return before, after
        if not both_texts:
            old, new = map(canonical_json, (old, new))
        one, other = excerpts(old, new)
        return shown(one), shown(other)

    # Lists

    def _lists(self, owner: Owner, noun: str, path: str, old: Place, new: Place, depth: int) -> Changes:
        olds, news = old.elements, new.elements
        if (key := _identity(olds, news)) is not None:
            yield from self._by_identity(owner, noun, path, old, new, key, depth)
        elif all(not isinstance(place.value, dict | list) for place in (*olds, *news)):
            yield from self._scalars(owner, noun, path, old, new)
        else:
            olds, news = self._differing(olds, news)
            for one, other in zip(olds, news, strict=False):
                index = other.pointer.rpartition("/")[2]
                yield from self.of(owner, noun, _joined(path, index), one, other, depth + 1)
            paired = min(len(olds), len(news))
            for place in olds[paired:]:
                at = _joined(path, place.pointer.rpartition("/")[2])
                yield from self.of(owner, noun, at, place, Place(MISSING, new.pointer), depth + 1)
            for place in news[paired:]:
                at = _joined(path, place.pointer.rpartition("/")[2])
                yield from self.of(owner, noun, at, Place(MISSING, old.pointer), place, depth + 1)

    def _differing(self, olds: list[Place], news: list[Place]) -> tuple[list[Place], list[Place]]:
        """What is left of two lists without the same elements at their beginnings and ends."""
        shorter = min(len(olds), len(news))
        pairs = range(shorter)
        start = next((at for at in pairs if not self.identities.same(olds[at].value, news[at].value)), shorter)
        pairs = range(1, shorter - start + 1)
        end = next((at for at in pairs if not self.identities.same(olds[-at].value, news[-at].value)), len(pairs) + 1)
        return olds[start : len(olds) - end + 1], news[start : len(news) - end + 1]

    def _by_identity(self, owner: Owner, noun: str, path: str, old: Place, new: Place, key: str, depth: int) -> Changes:
        olds = {self.identities.text(place.value[key]): place for place in old.elements}
        news = {place.value[key]: place for place in new.elements}
        for name in {**olds, **news}:
            one, other = olds.get(name, Place(MISSING, old.pointer)), news.get(name, Place(MISSING, new.pointer))
            yield from self.of(owner, noun, _joined(path, name), one, other, depth + 1)
        if [name for name in olds if name in news] != [name for name in news if name in olds]:
            yield _reordered(owner, noun, path, old, new)

    def _scalars(self, owner: Owner, noun: str, path: str, old: Place, new: Place) -> Changes:
        removed, added = elements_that_differ(map(self.identities.value, old.value), new.value)
        thing = (_thing(noun, path), owner.subject)
        if added and removed:
            alone = len(added) == len(removed) == 1
            before, after = self.pair(removed[0], added[0]) if alone else (self._listed(removed), self._listed(added))
            words = sentence("the {} of {} holds {} instead of {}", *thing, after, before)
        elif added:
            words = sentence("the {} of {} holds {} too", *thing, self._listed(added))
        elif removed:
            words = sentence("the {} of {} no longer holds {}", *thing, self._listed(removed))
        else:
            yield _reordered(owner, noun, path, old, new)
            return
        yield owner.change(noun, old, new, words)

    def _listed(self, values: Sequence[Any]) -> Line:
        return shown(value_in_words(values, self.new_name)[1:-1])


def elements_that_differ(old: Iterable[Any], new: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """The elements that one of two lists has more of: those that went, and those that came."""
    before, after = Counter(map(canonical_json, old)), Counter(map(canonical_json, new))
    return [*map(json.loads, (before - after).elements())], [*map(json.loads, (after - before).elements())]


def _reordered(owner: Owner, noun: str, path: str, old: Place, new: Place) -> PartChange:
    words = sentence("the {} of {} is in another order", _thing(noun, path), owner.subject)
    return owner.change(noun, old, new, words, MOVED)


def _thing(noun: str, path: str) -> Line:
    """The param ``body``, without the article; the noun alone where it says enough."""
    return sentence(f"{noun} {{}}", named(path)) if path else ((noun, ""),)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _identity(olds: Sequence[Place], news: Sequence[Place]) -> str | None:
    """The key by which the elements of two lists are known."""
    for key in _IDENTITIES:
        names = [[_name(place, key) for place in places] for places in (olds, news)]
        if all(name is not None for side in names for name in side) and all(
            len({*side}) == len(side) for side in names
        ):
            return key
    return None


def _name(place: Place, key: str) -> str | None:
    name = place.value.get(key) if isinstance(place.value, dict) else None
    return name if isinstance(name, str) and name else None


def excerpts(old: str, new: str) -> tuple[str, str]:
    """Where two texts differ, in quotes, with a few characters around it."""
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    return _excerpt(old, start, end), _excerpt(new, start, end)


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _excerpt(text: str, start: int, end: int) -> str:
    first = _word_start(text, start)
    last = len(text) - end
    blank = text.find(" ", last, last + _CONTEXT)
    last = blank if blank >= 0 else min(len(text), last + _CONTEXT)
    words = quoted(text[first:last], _LONGEST_EXCERPT)
    front, back = "…" if first else "", "…" if last < len(text) and not words.endswith('…"') else ""
    return f'"{front}{words[1:-1]}{back}"'


def _word_start(text: str, at: int) -> int:
    """A little before a place in a text, where a word begins."""
    earliest = max(0, at - _CONTEXT)
    blank = text.find(" ", earliest, at)
    return 0 if at <= _CONTEXT else (blank + 1 if blank >= 0 else earliest)
