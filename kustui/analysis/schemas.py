"""Checks of arguments against a schema: the inputs of a workflow, the params of an action, and their types.

Kustomer casts values, by rules that are not public [docs]: what some cast could make fit is let pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from kustui.definition.collection import Document, Entry
from kustui.definition.expressions import is_plain
from kustui.definition.models import Schema
from kustui.definition.values import NUMBER, TRUTHS
from kustui.text.messages import Names, closest

EXPECTED = {
    "string": "text",
    "number": "a number",
    "integer": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}
"""The types of a schema in words."""


def can_be(value: object, type_: str) -> bool:
    """Whether a value may be cast to a type; True if that is unknown, as with every reference."""
    if value is None or type_ not in EXPECTED:
        return True
    if isinstance(value, str) and not is_plain(value):
        return True  # the value of a reference, function or template is known only in a run
    match type_:
        case "string":
            return not isinstance(value, dict | list)
        case "number" | "integer":
            return not isinstance(value, dict | list | str) or _is_number(value)
        case "boolean":
            return not isinstance(value, dict | list | str) or _is_truth(value)
        case "object":
            return isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{"))
        case _:
            return not isinstance(value, dict)  # a single value can be wrapped in a list


def _is_number(value: object) -> bool:
    return isinstance(value, str) and NUMBER.fullmatch(value) is not None


def _is_truth(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in TRUTHS


_SHORT = 3  # characters of a name


def _is_another_word(name: str, near: str) -> bool:
    """Whether a letter of a short name was exchanged for another, as in ``uri`` and ``url``: that makes a new word."""
    return len(name) == len(near) <= _SHORT and sorted(name.lower()) != sorted(near.lower())


class SchemaArguments(Struct, frozen=True, eq=False, dict=True):
    """The arguments of a step for something that declares a schema.

    A missing required name and an unknown name close to it are one mistake: the name is misspelt.
    """

    owner: str
    """What declares the schema, as messages name it."""
    noun: str
    """What one argument is called: ``input``, ``param``."""
    given: Mapping[str, object]
    pointer: str
    """The pointer of the arguments."""
    schema: Schema
    schema_document: Document
    schema_pointer: str
    entry: Entry
    """The workflow whose step has the arguments."""
    step: str

    @cached_property
    def declared(self) -> frozenset[str]:
        """Every name that the schema declares."""
        return self.schema.names

    @cached_property
    def names(self) -> Names:
        """Those that a mistyped one is compared with."""
        return Names(self.declared)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The required names that are not given and have no default."""
        return tuple(
            name
            for name in dict.fromkeys(self.schema.required)
            if name not in self.given and not self._has_default(name)
        )

    @cached_property
    def required_places(self) -> Mapping[str, int]:
        """Where each required name first stands in the list of them."""
        required = self.schema.required
        return {name: place for place, name in reversed([*enumerate(required)])}

    @property
    def certainly_misspelt(self) -> frozenset[str]:
        """The names given that can stand for nothing else: one is missing, and one is unknown."""
        sole = len(self.missing) == 1 and sum(name not in self.declared for name in self.given) == 1
        return frozenset(self.misspelt) if sole else frozenset()

    @cached_property
    def misspelt(self) -> Mapping[str, str]:
        """The missing name that each unknown one was probably meant to be."""
        intended: dict[str, str] = {}
        undeclared = Names(name for name in self.given if name not in self.declared)
        for name in self.missing:
            near = closest(name, undeclared, without=intended)
            if near and not _is_another_word(name, near):
                intended[near] = name
        return intended

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names given that the schema does not declare and that are not misspelt."""
        return tuple(name for name in self.given if name not in self.declared and name not in self.misspelt)

    def _has_default(self, name: str) -> bool:
        declared = self.schema.properties.get(name)
        return isinstance(declared, dict) and "default" in declared
