"""What changed in a workflow or an app, part by part, each as a sentence in the words of the screen."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from kustui.definition.source.positions import escape
from kustui.definition.values import MISSING
from kustui.text.messages import quoted, shortened
from kustui.text.styled_lines import Line, Piece
from kustui.workspace.difference import ADDED, CHANGED, REMOVED

_LONGEST_NAME = 80
NAME, VALUE = "key", "string"
"""The looks of what a sentence names, and of the values, conditions and durations in it."""


class PartChange(Struct, frozen=True):
    """Something in a workflow or an app that is no longer as it was."""

    kind: str
    """``added``, ``removed``, ``changed``, ``renamed`` or ``moved``, as in ``workspace.difference``."""
    noun: str
    """``workflow``, ``trigger``, ``step``, ``transition``, ``error case``, ``condition``, ``input``, ``param`` …"""
    name: str
    """What it belongs to, as the screen calls it: a step, ``the trigger``, a workflow, an app."""
    node: str
    """The id of the step that it belongs to, as it is now if it is still there, or of the trigger; empty for the
    workflow itself, and for an app."""
    sentence: Line
    old: str | None
    """The pointer of what it was; None where there was nothing."""
    new: str | None
    """The pointer of what it is; None where it is gone."""

    @property
    def text(self) -> str:
        """The sentence, with backquotes around names."""
        return plain(self.sentence)


def plain(sentence: Line) -> str:
    """A sentence without looks: names between backquotes."""
    return "".join(f"`{text}`" if look == NAME else text for text, look in sentence)


def named(text: str) -> Line:
    """A name in a sentence, cut where it is too long for one."""
    return ((shortened(text, _LONGEST_NAME), NAME),)


def shown(text: str) -> Line:
    """A value in a sentence; in quotes where a blank at an end of it would not be seen."""
    return ((text if text == text.strip() else quoted(text), VALUE),)


def sentence(template: str, *parts: Line) -> Line:
    """A template, each ``{}`` of which stands for a part."""
    words = template.split("{}")
    pieces: list[Piece] = [(words[0], "")]
    for part, after in zip(parts, words[1:], strict=True):
        pieces += [*part, (after, "")]
    return tuple(piece for piece in pieces if piece[0])


class Place(NamedTuple):
    """A value of a definition, and where it stands; MISSING where nothing stands there."""

    value: Any
    pointer: str

    @property
    def is_there(self) -> bool:
        return self.value is not MISSING

    @property
    def where(self) -> str | None:
        """The pointer; None where nothing stands there."""
        return self.pointer if self.is_there else None

    def at(self, key: str | int) -> Place:
        """A member of an object, or an element of a list that has it."""
        if isinstance(key, int):
            return Place(self.value[key], f"{self.pointer}/{key}")
        value = self.value.get(key, MISSING) if isinstance(self.value, dict) else MISSING
        return Place(value, f"{self.pointer}/{escape(key)}")

    @property
    def elements(self) -> list[Place]:
        """The elements of a list; none where it is no list."""
        return [self.at(index) for index in range(len(self.value))] if isinstance(self.value, list) else []


def kind_of(old: Place, new: Place) -> str:
    """Whether a value came, went or changed."""
    if not old.is_there:
        return ADDED
    return CHANGED if new.is_there else REMOVED


class Owner(NamedTuple):
    """What changes belong to."""

    name: str
    """As the screen calls it."""
    node: str = ""
    subject: Line = ()
    """The same in a sentence."""

    def change(self, noun: str, old: Place, new: Place, words: Line, kind: str = "") -> PartChange:
        """A change of a part of it."""
        return PartChange(kind or kind_of(old, new), noun, self.name, self.node, words, old.where, new.where)


Changes = Iterator[PartChange]
Same = Callable[[Any, Any], bool]
"""Whether an old value and a new one say the same."""

_NOTHING: Mapping[str, Any] = {"errorCases": [], "params": {}, "callable": False, "enabled": True, "meta": {}}
"""What says the same as nothing, by key: exports write out what an app definition leaves away."""


def as_objects(old: Place, new: Place) -> tuple[Place, Place] | None:
    """Two places as objects, an empty one where nothing stands; None where something else does, and where no member
    can say what differs."""
    old, new = (place if place.is_there else place._replace(value={}) for place in (old, new))
    are_objects = isinstance(old.value, dict) and isinstance(new.value, dict)
    return (old, new) if are_objects and (old.value or new.value) else None


def differing_members(old: Place, new: Place, same: Same, ignored: Container[str] = ()) -> Iterator[Member]:
    """The members of two objects that differ, each with both places. Null says nothing there [api]."""
    for key in {**old.value, **new.value}:
        one, other = _given(old, key), _given(new, key)
        if key not in ignored and (one.is_there or other.is_there) and not same(one.value, other.value):
            yield Member(key, one, other)


def differing_values(old: Place, new: Place, same: Same) -> Iterator[Member]:
    """The same of objects whose members are called by whoever wrote them: null and empty ones are values there."""
    for key in {**old.value, **new.value}:
        one, other = old.at(key), new.at(key)
        if not same(one.value, other.value):
            yield Member(key, one, other)


class Member(NamedTuple):
    key: str
    old: Place
    new: Place


def _given(place: Place, key: str) -> Place:
    """A member, which is not there where it says nothing."""
    member, nothing = place.at(key), _NOTHING.get(key)
    says_nothing = member.value is None or (type(member.value) is type(nothing) and member.value == nothing)
    return member._replace(value=MISSING) if says_nothing else member
