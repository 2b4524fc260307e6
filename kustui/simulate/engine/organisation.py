"""The organisation that a rehearsal stands in for: its workflows, as they were opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kustui.analysis.flow import FlowGraph
from kustui.analysis.inferred_fields import InferredField, inferred_fields_of
from kustui.analysis.references import Read, reads_of
from kustui.analysis.workflow_lookup import alone, named
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.definition.expressions import parse_condition
from kustui.definition.models import Schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.check.problems import Problem
    from kustui.definition.collection import Collection, Entry
    from kustui.definition.expressions import Condition
    from kustui.definition.models import Workflow

STOPPING = frozenset(
    (
        *("invalid-shape", "unknown-target", "malformed-reference", "malformed-template", "unknown-workflow"),
        *("not-callable", "invalid-run-at", "unknown-action", "missing-param"),
    )
)
"""Rules whose problems leave nothing to rehearse where a run meets them. Every other problem is told and passed by:
a missing input, say, does to a rehearsal what it does to a run."""


@dataclass(frozen=True, eq=False)
class Member:
    """One workflow, with what was worked out about it once."""

    entry: Entry
    problems: tuple[Problem, ...] = ()
    actions: tuple[Mapping[str, Any], ...] = ()
    """What its app declares as actions."""

    @property
    def key(self) -> str:
        return self.entry.key

    @property
    def title(self) -> str:
        return self.entry.title

    @cached_property
    def workflow(self) -> Workflow:
        return self.entry.read().workflow

    @cached_property
    def flow(self) -> FlowGraph:
        return FlowGraph(self.workflow)

    @cached_property
    def conditions(self) -> Mapping[str, Condition | None]:
        """The condition of each transition and error case, by the way's pointer; None where it has none."""
        return {
            edge.transition.pointer: parse_condition(written.op, written.values, f"{edge.transition.pointer}/condition")
            if (written := edge.transition.condition) is not None
            else None
            for edges in self.flow.declared_edges.values()
            for edge in edges
        }

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """Every expression of the workflow."""
        return tuple(reads_of(self.flow))

    @cached_property
    def inferred_fields(self) -> Mapping[str, tuple[InferredField, ...]]:
        """What it reads of each trigger or step, and what that tells about the value that is wanted."""
        return inferred_fields_of(self.flow, self.reads)

    @property
    def inputs(self) -> Schema | None:
        """The schema of a callable workflow's inputs."""
        trigger = self.workflow.trigger
        return trigger.input_schema if trigger is not None and trigger.callable else None

    def output_schema(self, action: str) -> Schema | None:
        """What an action of its own app declares that it answers; None where that is not told."""
        for declared in self.actions:
            name = declared.get("name")
            if isinstance(name, str) and (name == action or (name and action.endswith(f".{name}"))):
                try:
                    return Schema.model_validate(declared.get("outputSchema"))
                except ValidationError:
                    return None
        return None

    @cached_property
    def _by_place(self) -> Mapping[str, tuple[Problem, ...]]:
        """Problems by the pointers of all that they stand in."""
        found: dict[str, list[Problem]] = {}
        for problem in self.problems:
            pointer = problem.pointer
            while len(pointer) >= len(self.entry.item.pointer):
                found.setdefault(pointer, []).append(problem)
                if not pointer:
                    break
                pointer = pointer.rpartition("/")[0]
        return {pointer: tuple(problems) for pointer, problems in found.items()}

    def problems_at(self, pointer: str) -> tuple[Problem, ...]:
        """The problems of what a pointer names and of everything in it."""
        return self._by_place.get(pointer, ())

    def stopping(self, *pointers: str) -> Problem | None:
        """The first problem there that leaves nothing to rehearse."""
        for pointer in pointers:
            for problem in self.problems_at(pointer):
                if problem.rule in STOPPING and problem.severity is Severity.ERROR:
                    return problem
        return None


@dataclass(frozen=True, eq=False)
class Organisation:
    """Every workflow that can run in a rehearsal. Models are made when one first runs."""

    collection: Collection
    settings: Settings = field(default_factory=Settings)
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    """By the key of the workflow, as ``Snapshot.by_entry`` has them."""
    _members: dict[str, Member] = field(default_factory=dict, repr=False)
    _names: dict[str, str] = field(default_factory=dict, repr=False)

    def member(self, key: str) -> Member:
        """The workflow of a key. Raises KeyError for one that is not here."""
        if key not in self._members:
            entry = self.collection.by_key[key]
            app = self.collection.document_of(entry).app
            self._members[key] = Member(entry, self.problems.get(key, ()), app.actions if app is not None else ())
        return self._members[key]

    def of_id(self, id_: str) -> Member | None:
        entry = self.collection.by_id.get(id_)
        return self.member(entry.key) if entry is not None else None

    @cached_property
    def _by_event(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for entry in self.collection.entries:
            if entry.item.enabled and entry.item.event and not entry.item.callable:
                found.setdefault(entry.item.event, []).append(entry.key)
        return {event: tuple(keys) for event, keys in found.items()}

    @property
    def events(self) -> tuple[str, ...]:
        """The events that start a workflow, in the order of the workflows."""
        return tuple(self._by_event)

    def listeners(self, event: str) -> tuple[str, ...]:
        """The keys of the enabled workflows that an event starts, in their order [docs]; callables are called."""
        return self._by_event.get(event, ())

    def named(self, name: str) -> tuple[Entry, ...]:
        """What a scenario means by a name, as ``check.meant`` has it; an id means the first that declares it."""
        by_id = self.collection.by_id.get(name)
        return (by_id,) if by_id is not None else named(self.collection, name)

    def name_of(self, key: str) -> str:
        """What a scenario calls a workflow."""
        if key not in self._names:
            self._names[key] = alone(self.collection, self.collection.by_key[key])
        return self._names[key]
