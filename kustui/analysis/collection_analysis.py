"""All workflows of a collection together: who calls whom, what starts what, and the rings that come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.effects import Reach, repeating
from kustui.analysis.event_rings import Cause, EventGraph, EventRing
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.schemas import SchemaArguments
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.analysis.workflow_summary import WorkflowSummary
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection
from kustui.definition.platform import called_id
from kustui.definition.source.positions import parent

if TYPE_CHECKING:  # imported where there is a ring: few files have one
    from kustui.analysis.rings import Ring, Spread


class CollectionAnalysis(Struct, frozen=True, eq=False, dict=True):
    """All workflows of a collection together."""

    collection: Collection
    summaries: Mapping[str, WorkflowSummary]
    """By the key of the workflow, in the order of the collection."""
    settings: Settings = field(default_factory=Settings)
    spread: Spread | None = None
    """By whom rings are looked for, if not by this process alone."""

    @cached_property
    def has_unknown_workflows(self) -> bool:
        """Whether a module may build workflows, or ids of them, that only a run of it knows."""
        return any(
            document.is_unknown(pointer)
            for document in self.collection.documents
            if document.has_unknown
            for pointer in {
                "",
                *(place for entry in document.entries for place in (entry.item.pointer, parent(entry.item.pointer))),
                *(place for app in document.apps for place in (app.item.pointer, f"{app.item.pointer}/workflows")),
            }
        )

    @cached_property
    def by_id(self) -> Mapping[str, WorkflowSummary]:
        """The first workflow of each id."""
        return {id_: self.summaries[entry.key] for id_, entry in self.collection.by_id.items()}

    @cached_property
    def schedules(self) -> Schedules:
        entries = self.collection.entries
        return Schedules.of(
            (call for _, call in self.calls),
            {id_: entry.key for id_, entry in self.collection.by_id.items()},
            disabled=(entry.key for entry in entries if not entry.item.enabled),
            not_callable=(key for key, summary in self.summaries.items() if not summary.callable),
        )

    @cached_property
    def rings(self) -> tuple[Ring, ...]:
        """A ring of each set of workflows that schedule each other."""
        if not self.schedules.components:
            return ()
        from kustui.analysis.rings import all_at_once, rings_of

        return rings_of(self.schedules, lambda key: self.analysis(key).flow, self.spread or all_at_once)

    @cached_property
    def event_rings(self) -> tuple[EventRing, ...]:
        """A ring of each set of steps that cause each other through events, those that cause themselves left aside."""
        effects = {key: summary.effects for key, summary in self.summaries.items()}
        event_of = {key: summary.event_name for key, summary in self.summaries.items() if not summary.callable}
        return EventGraph(effects, event_of, self.schedules, lambda key: self.analysis(key).flow).rings

    @property
    def own_rings(self) -> Iterator[EventRing]:
        """Of each enabled workflow that starts itself again the step that does."""
        for key, summary in self.summaries.items():
            for effect in repeating(summary.effects)[:1] if summary.entry.item.enabled else ():
                yield EventRing((Cause(key, effect),), certain=effect.repeats is Reach.MUST)

    @cached_property
    def _analyses(self) -> AnalysisCache:
        return AnalysisCache(self.collection, self.settings)

    def analysis(self, key: str) -> WorkflowAnalysis:
        """The analysis of a workflow, made again: for the few of which the summary says too little."""
        return self._analyses.of(self.summaries[key].entry)

    @property
    def calls(self) -> Iterator[tuple[WorkflowSummary, ScheduleCall]]:
        """Every schedule call, with the workflow that makes it."""
        for summary in self.summaries.values():
            for call in summary.calls:
                yield summary, call

    @cached_property
    def call_arguments(self) -> tuple[SchemaArguments, ...]:
        """The inputs of each call that can be checked against the schema of the called workflow."""
        return tuple(self._call_arguments())

    def _call_arguments(self) -> Iterator[SchemaArguments]:
        for caller, call in self.calls:
            target = self.target(call)
            if target is None or not target.callable or target.inputs is None:
                continue
            schema = f"{target.pointer}/trigger/schema"
            params = f"{call.pointer}/params"
            if (
                target.is_readable(schema)
                and caller.is_readable(f"{params}/inputs")
                and params not in caller.unreadable
            ):
                yield SchemaArguments(
                    f'"{target.entry.title}"',
                    "input",
                    call.inputs,
                    f"{params}/inputs",
                    target.inputs,
                    self.collection.document_of(target.entry),
                    schema,
                    caller.entry,
                    call.step,
                )

    @cached_property
    def by_event(self) -> Mapping[str, WorkflowSummary]:
        """Workflows by the id in their ``eventName``, if that is not their own id (which is reported)."""
        by_event: dict[str, WorkflowSummary] = {}
        for summary in self.summaries.values():
            called = called_id(summary.event_name)
            if called is not None and called != summary.entry.id:
                by_event.setdefault(called, summary)
        return by_event

    @cached_property
    def fully_read(self) -> bool:
        """Whether every file could be read. If not, a missing workflow may be in a broken one."""
        return all(document.is_fully_read for document in self.collection.documents)

    def target(self, call: ScheduleCall) -> WorkflowSummary | None:
        """The workflow that a call schedules, or None if it is not in the collection."""
        return self.by_id.get(call.workflow_id) if call.workflow_id is not None else None
