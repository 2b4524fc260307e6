"""What something is given against what its schema asks for: the inputs of a workflow, the params of an action."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.check.problems import Related
from kustui.check.rule import Finding
from kustui.definition.source.positions import escape
from kustui.text.quantities import plural
from kustui.text.suggestions import closest

if TYPE_CHECKING:
    from kustui.definition.collection import Document, Entry
    from kustui.definition.models import Schema

_MOST_LISTED = 8


@dataclass(frozen=True, eq=False)
class Supply:
    """A required name that is missing beside an unknown one close to it is one mistake: the name is misspelt."""

    owner: str
    """Who asks, as a message calls it."""
    noun: str
    """What it asks for: ``input``, ``param``."""
    given: Mapping[str, object]
    pointer: str
    """Where what is given stands."""
    schema: Schema
    schema_document: Document
    schema_pointer: str
    entry: Entry
    step: str

    @cached_property
    def known(self) -> frozenset[str]:
        """Every name that the schema declares."""
        return frozenset((*self.schema.properties, *self.schema.required))

    @cached_property
    def wanting(self) -> tuple[str, ...]:
        """The required names that are not given and have no default."""
        return tuple(
            name
            for name in dict.fromkeys(self.schema.required)
            if name not in self.given and not self._has_default(name)
        )

    @cached_property
    def misspelt(self) -> Mapping[str, str]:
        """The required name that each unknown one was probably meant to be."""
        found: dict[str, str] = {}
        for name in self.wanting:
            if near := closest(name, (each for each in self.given if each not in self.known | found.keys())):
                found[near] = name
        return found

    def missing(self) -> Iterator[Finding]:
        """Each misspelt name where it is written, and all other missing ones together."""
        if not self.wanting:
            return
        for given, name in self.misspelt.items():
            yield Finding(
                self._at(given),
                f'{self.owner} requires the {self.noun} "{name}", and is given "{given}"',
                f'did you mean "{name}"?',
                self.step,
                related=(self._required(name),),
                entry=self.entry,
                on_key=True,
            )
        rest = [name for name in self.wanting if name not in self.misspelt.values()]
        if rest:
            named = f"{plural(len(rest), self.noun)} {_listed(rest)}"
            verb = "is" if len(rest) == 1 else "are"
            yield Finding(
                self.pointer,
                f"{self.owner} requires the {named}, which {verb} not given",
                "",
                self.step,
                related=tuple(map(self._required, rest)),
                entry=self.entry,
            )

    def unknown(self) -> Iterator[Finding]:
        """Each name that nothing asks for, but for those told as misspelt."""
        for name in self.given:
            if name not in self.known and name not in self.misspelt:
                yield Finding(
                    self._at(name),
                    f'{self.owner} has no {self.noun} "{name}"',
                    self._hint(name),
                    self.step,
                    related=(
                        Related(f"its {self.noun}s are declared here", self.schema_document, self.schema_pointer),
                    ),
                    entry=self.entry,
                    on_key=True,
                )

    def _at(self, name: str) -> str:
        return f"{self.pointer}/{escape(name)}"

    def _required(self, name: str) -> Related:
        place = f"{self.schema_pointer}/required/{self.schema.required.index(name)}"
        return Related("required here", self.schema_document, place)

    def _hint(self, name: str) -> str:
        if near := closest(name, self.known - self.given.keys()):
            return f'did you mean "{near}"?'
        if not self.known:
            return f"it has no {self.noun}s"
        return f"its {self.noun}s: {', '.join(sorted(self.known))}" if len(self.known) <= _MOST_LISTED else ""

    def _has_default(self, name: str) -> bool:
        declared = self.schema.properties.get(name)
        return isinstance(declared, dict) and "default" in declared


def _listed(names: Collection[str]) -> str:
    *others, last = (f'"{name}"' for name in names)
    return f"{', '.join(others)} and {last}" if others else last
