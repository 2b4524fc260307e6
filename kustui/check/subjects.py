"""What a rule is given to look at: one workflow of the collection, with what was worked out about it once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.graph.flow import Flow
from kustui.graph.references import Read, reads_of
from kustui.graph.schedules import Call, calls_of

if TYPE_CHECKING:
    from kustui.check.problems import Related, Severity
    from kustui.definition.collection import Collection, Document, Entry
    from kustui.definition.models import Workflow
    from kustui.definition.reading import Reading


@dataclass(frozen=True, eq=False)
class Subject:
    """One workflow."""

    collection: Collection
    entry: Entry
    reading: Reading

    @property
    def workflow(self) -> Workflow:
        return self.reading.workflow

    @cached_property
    def document(self) -> Document:
        return self.collection.document_of(self.entry)

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.workflow)

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        return tuple(reads_of(self.flow))

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        return calls_of(self.entry.key, self.flow)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule reports: the place by JSON pointer, and what a person should read."""

    pointer: str
    message: str
    hint: str = ""
    step: str = ""
    within: tuple[int, int] | None = None
    """Characters of the string at the pointer, where the mistake is only a part of it."""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    """Other than the rule's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name, how bad what it finds is, and how it looks. It only looks and reports."""

    name: str
    severity: Severity
    summary: str
    look: Callable[[Subject], Iterator[Finding]]
