"""What a schema asks for, against what is given: the inputs of a workflow, the params of an action, their types.

Kustomer casts values, by rules that are not public [docs]: what some cast could make fit is let pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kustui.definition.collection import Document, Entry
from kustui.definition.expressions import Literal, parse
from kustui.definition.models import Schema
from kustui.definition.values import NUMBER, TRUTHS
from kustui.text.messages import closest

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
    """Whether a value may end up as one of the type; True where that is unknown, as with every reference."""
    if value is None or type_ not in EXPECTED:
        return True
    if isinstance(value, str) and not isinstance(parse(value), Literal):
        return True  # what a reference or a function stands for, or what a template puts out, a run decides
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
            return not isinstance(value, dict)  # a single value can be put into a list of its own


def _is_number(value: object) -> bool:
    return isinstance(value, str) and NUMBER.fullmatch(value) is not None


def _is_truth(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in TRUTHS


@dataclass(frozen=True, eq=False)
class SchemaArguments:
    """What a step gives to something that declares a schema.

    A required name that is missing beside an unknown one close to it is one mistake: the name is misspelt.
    """

    owner: str
    """Who declares the schema, as a message calls it."""
    noun: str
    """What one argument is called: ``input``, ``param``."""
    given: Mapping[str, object]
    pointer: str
    """Where what is given stands."""
    schema: Schema
    schema_document: Document
    schema_pointer: str
    entry: Entry
    """The workflow whose step gives it."""
    step: str

    @cached_property
    def declared(self) -> frozenset[str]:
        """Every name that the schema declares."""
        return frozenset((*self.schema.properties, *self.schema.required))

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The required names that are not given and have no default."""
        return tuple(
            name
            for name in dict.fromkeys(self.schema.required)
            if name not in self.given and not self._has_default(name)
        )

    @cached_property
    def misspelt(self) -> Mapping[str, str]:
        """The missing name that each unknown one was probably meant to be."""
        intended: dict[str, str] = {}
        for name in self.missing:
            if near := closest(name, (other for other in self.given if other not in self.declared | intended.keys())):
                intended[near] = name
        return intended

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names given that the schema does not declare and that are not misspelt."""
        return tuple(name for name in self.given if name not in self.declared and name not in self.misspelt)

    def _has_default(self, name: str) -> bool:
        declared = self.schema.properties.get(name)
        return isinstance(declared, dict) and "default" in declared
