"""The fields of a workflow by their names: what it reads, and what its steps declare, wherever one of a name is asked
for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from heapq import merge

from msgspec import Struct

from kustui.analysis.reads import Read
from kustui.definition.expressions import Path
from kustui.definition.models import Schema, Step
from kustui.groups import grouped


class OfferedFields(Struct, frozen=True, eq=False, dict=True):
    """References to fields, by the name of the field."""

    paths: Sequence[tuple[Read, Path, str | None]]
    """What is read, with the node that gives it."""
    steps: Sequence[Step]
    schemas: Mapping[str, Schema | None]
    """That of the output of each action, as far as one is declared."""

    def named(self, name: str) -> Iterator[tuple[str, str]]:
        """The references to fields of a name, each with the node that it reads: those that are written, then those to
        outputs that are declared, in the order of the workflow. Each once."""
        read = self._read.get(name, {})
        yield from read.items()
        for at in merge(*(self._places[action] for action in self._actions.get(name, ()))):
            id_ = self.steps[at].id
            if (reference := f"/#steps.{id_}.{name}") not in read:
                yield reference, id_

    @cached_property
    def _read(self) -> Mapping[str, Mapping[str, str]]:
        read: dict[str, dict[str, str]] = {}
        for _, path, node in self.paths:
            if node is not None and path.fields:
                read.setdefault(path.fields[-1], {}).setdefault(f"/#{path.text}", node)
        return read

    @cached_property
    def _places(self) -> Mapping[str, Sequence[int]]:
        """By action: which of the steps have it."""
        return grouped((step.action, at) for at, step in enumerate(self.steps) if step.action is not None)

    @cached_property
    def _actions(self) -> Mapping[str, Sequence[str]]:
        """By name of a field: the actions that declare it."""
        declared = ((action, schema) for action, schema in self.schemas.items() if schema is not None)
        return grouped((name, action) for action, schema in declared for name in schema.names)
