"""What changed in the schema of inputs or answers, in words."""

from __future__ import annotations

from typing import Any, NamedTuple

from kustui.review.part_changes import Changes, Owner, Place, as_objects, differing_members, named, sentence, shown
from kustui.review.value_changes import ValueComparison
from kustui.text.styled_lines import Line


class SchemaComparison(NamedTuple):
    """Says how two schemas of ``owner`` differ. In which order names are required is no difference."""

    values: ValueComparison
    owner: Owner
    noun: str
    """What one property is called: ``input``, ``answer``."""
    takes: str
    """What ``owner`` does with a property: ``takes``, ``gives``."""
    path: str = "schema."
    """Before the keys of the schema that have no words of their own."""

    def changes(self, old: Place, new: Place) -> Changes:
        if (objects := as_objects(old, new)) is None:
            yield from self.values.of(self.owner, "schema", "", old, new)
            return
        for key, one, other in differing_members(*objects, self.values.identities.same):
            both = [place.value for place in (one, other) if place.is_there]
            if key == "properties" and (properties := as_objects(one, other)):
                yield from self._properties(*properties, new.at("required").value)
            elif key == "required" and any(both) and all(map(_is_names, both)):
                yield from self._required(one, other, old.at("properties").value, new.at("properties").value)
            else:
                yield from self._word(key, one, other)

    def _word(self, key: str, old: Place, new: Place) -> Changes:
        """The changes of what a schema says beside its properties."""
        if key == "type" and isinstance(old.value, str) and isinstance(new.value, str):
            words = sentence("{} is of type {} instead of {}", self.owner.subject, shown(new.value), shown(old.value))
            yield self.owner.change(self.noun, old, new, words)
        else:
            yield from self.values.of(self.owner, "value", f"{self.path}{key}", old, new)

    def _properties(self, old: Place, new: Place, required: Any) -> Changes:
        for name, one, other in differing_members(old, new, self.values.identities.same):
            subject = sentence("the {} of {}", self._thing(name), self.owner.subject)
            if not one.is_there:
                kind = other.value.get("type") if isinstance(other.value, dict) else other.value
                notes = [
                    *([kind] if isinstance(kind, str) else []),
                    *(["required"] if name in _names(required) else []),
                ]
                about = sentence(" ({})", shown(", ".join(notes))) if notes else ()
                words = sentence("{} {} the {}{} now", self.owner.subject, self._takes, self._thing(name), about)
                yield self.owner.change(self.noun, one, other, words)
            elif not other.is_there:
                words = sentence("{} no longer {} the {}", self.owner.subject, self._takes, self._thing(name))
                yield self.owner.change(self.noun, one, other, words)
            elif isinstance(one.value, dict) and isinstance(other.value, dict):
                whole = self.owner._replace(subject=subject)
                yield from SchemaComparison(self.values, whole, self.noun, "has", "").changes(one, other)
            else:
                before, after = self.values.pair(one.value, other.value)
                words = sentence("{} is {} instead of {}", subject, after, before)
                yield self.owner.change(self.noun, one, other, words)

    def _required(self, old: Place, new: Place, was_declared: Any, is_declared: Any) -> Changes:
        """The names that are required now, or no longer, unless the property came or went with that."""
        olds, news = _names(old.value), _names(new.value)
        for name in [name for name in news if name not in olds]:
            if _holds(was_declared, name) or not _holds(is_declared, name):
                words = sentence("{} requires the {} now", self.owner.subject, self._thing(name))
                yield self.owner.change(self.noun, old, new, words)
        for name in [name for name in olds if name not in news]:
            if _holds(is_declared, name) or not _holds(was_declared, name):
                words = sentence("{} no longer requires the {}", self.owner.subject, self._thing(name))
                yield self.owner.change(self.noun, old, new, words)
        if olds.keys() == news.keys() and len(old.value or ()) != len(new.value or ()):
            yield from self.values.of(self.owner, "value", f"{self.path}required", old, new)

    @property
    def _takes(self) -> Line:
        return ((self.takes, ""),)

    def _thing(self, name: str) -> Line:
        return sentence(f"{self.noun} {{}}", named(name))


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _names(value: Any) -> dict[str, None]:
    return dict.fromkeys(value) if _is_names(value) else {}


def _holds(properties: Any, name: str) -> bool:
    return isinstance(properties, dict) and properties.get(name) is not None
