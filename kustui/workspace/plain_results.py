"""What a check comes to as plain data, to be kept: lists, texts and numbers, in which files and workflows are named by
their place in the collection, or left out where their own text is what the data is kept for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kustui.check.problems import Problem, Related
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.source.source import Extent
from kustui.definition.values import parts_of

if TYPE_CHECKING:
    from kustui.analysis.effects import Effect
    from kustui.analysis.outside_links import OutsideLinks
    from kustui.analysis.schedules import ScheduleCall, Schedules
    from kustui.check.checker import WorkflowResult
    from kustui.definition.models import Part

Plain = list[Any]


class NotPlainError(ValueError):
    """Something that plain data cannot express."""


# The problems and schedules of a collection


@dataclass(frozen=True, eq=False)
class CollectionData:
    """Converts what was found out about a collection with some settings."""

    collection: Collection
    settings: Settings

    @cached_property
    def _documents(self) -> Sequence[Document]:
        """Those of the collection, then those of the configuration, which problems may be about."""
        configured = (suppression.document for suppression in self.settings.suppressions)
        return tuple(dict.fromkeys((*self.collection.documents, *(one for one in configured if one is not None))))

    @cached_property
    def _places(self) -> Mapping[Document, int]:
        return {document: place for place, document in enumerate(self._documents)}

    @cached_property
    def _entry_places(self) -> Mapping[str, int]:
        return {entry.key: place for place, entry in enumerate(self.collection.entries)}

    def plain_problems(self, problems: Iterable[Problem]) -> Plain:
        return [
            [
                problem.rule,
                int(problem.severity),
                problem.message,
                self._places[problem.document],
                problem.hint,
                problem.pointer,
                problem.where(),
                problem.on_key,
                None if problem.entry is None else self._entry_places[problem.entry.key],
                problem.step,
                [
                    [related.message, self._places[related.document], related.pointer, related.where()]
                    for related in problem.related
                ],
                problem.intended,
                problem.is_certain,
            ]
            for problem in problems
        ]

    def problems(self, plain: Plain) -> tuple[Problem, ...]:
        documents, entries = self._documents, self.collection.entries
        return tuple(
            Problem(
                rule,
                Severity(severity),
                message,
                documents[document],
                hint,
                pointer,
                Extent(*extent),
                None,
                on_key,
                None if entry is None else entries[entry],
                step,
                tuple(Related(words, documents[at], place, Extent(*where)) for words, at, place, where in related),
                *near,
            )
            for rule, severity, message, document, hint, pointer, extent, on_key, entry, step, related, *near in plain
        )

    def plain_schedules(self, schedules: Schedules) -> Plain:
        places = self._entry_places
        calls = [[places[call.caller], *_plain_call(call), call.pointer] for call in schedules.calls]
        return [calls, sorted(places[key] for key in schedules.not_callable)]

    def schedules(self, plain: Plain) -> Schedules:
        from kustui.analysis.schedules import Schedules  # with pydantic: whoever needs problems alone goes without

        entries = self.collection.entries
        calls, not_callable = plain
        return Schedules.of(
            [_call(entries[caller].key, pointer, *fields) for caller, *fields, pointer in calls],
            {id_: entry.key for id_, entry in self.collection.by_id.items()},
            (entry.key for entry in entries if not entry.item.enabled),
            (entries[place].key for place in not_callable),
        )


# The result of a workflow


@dataclass(frozen=True, eq=False)
class WorkflowData:
    """Converts what was found out about a workflow by itself, wherever it stands in its file."""

    document: Document
    entry: Entry

    def plain(self, result: WorkflowResult) -> Plain:
        """Raises NotPlainError where it refers to something outside of the workflow that may move."""
        summary = result.summary
        return [
            [self._plain_problem(problem) for problem in result.problems],
            summary.name,
            self._inner(summary.pointer),
            summary.callable,
            summary.event_name,
            _plain_part(summary.inputs),
            [[*_plain_call(call), self._inner(call.pointer)] for call in summary.calls],
            [self._plain_effect(effect) for effect in summary.effects],
            summary.digest,
            sorted(map(self._inner, summary.unreadable)),
            [[text, self._inner(at), step] for text, (at, step) in summary.app_versions.items()],
            self._plain_links(summary.links),
        ]

    def result(self, plain: Plain) -> WorkflowResult:
        from kustui.analysis.workflow_analysis import WorkflowSummary
        from kustui.check.checker import WorkflowResult
        from kustui.definition.models import Schema

        base = self.entry.item.pointer
        problems, name, inner, callable_, event, inputs, calls, effects, digest, unreadable, versions, links = plain
        summary = WorkflowSummary(
            self.entry,
            name,
            base + inner,
            callable_,
            event,
            None if inputs is None else Schema.model_validate(inputs),
            tuple(_call(self.entry.key, base + at, *fields) for *fields, at in calls),
            tuple(self._effect(*fields) for fields in effects),
            digest,
            frozenset(base + at for at in unreadable),
            {text: (base + at, step) for text, at, step in versions},
            self._links(*links),
        )
        return WorkflowResult(summary, tuple(self._problem(*fields) for fields in problems))

    def _plain_links(self, links: OutsideLinks) -> Plain:
        reads, hosts = (
            [[mention.step, self._inner(mention.pointer), *mention[2:]] for mention in mentions]
            for mentions in (links.reads, links.hosts)
        )
        return [_plain_set(links.filter.asks), links.filter.reach.value, reads, hosts, links.names]

    def _links(
        self, asks: Plain | None, reach: str, reads: Plain, hosts: Plain, names: Mapping[str, str]
    ) -> OutsideLinks:
        from kustui.analysis.effects import Reach
        from kustui.analysis.events import TriggerFilter
        from kustui.analysis.outside_links import Mention, OutsideLinks

        base = self.entry.item.pointer
        own = TriggerFilter(None if asks is None else frozenset(asks), Reach(reach))

        def mentions(rows: Plain) -> tuple[Mention, ...]:
            return tuple(Mention(step, base + at, *others) for step, at, *others in rows)

        return OutsideLinks(own, mentions(reads), mentions(hosts), names)

    def _plain_problem(self, problem: Problem) -> Plain:
        if problem.document is not self.document or problem.entry is not self.entry:
            raise NotPlainError
        return [
            problem.rule,
            int(problem.severity),
            problem.message,
            problem.hint,
            self._inner(problem.pointer),
            self._plain_extent(problem.where()),
            problem.on_key,
            problem.step,
            [self._plain_related(related) for related in problem.related],
            problem.intended,
            problem.is_certain,
        ]

    def _problem(
        self,
        rule: str,
        severity: int,
        message: str,
        hint: str,
        pointer: str,
        extent: Plain,
        on_key: bool,
        step: str,
        related: Plain,
        intended: str | None,
        is_certain: bool,
    ) -> Problem:
        return Problem(
            rule,
            Severity(severity),
            message,
            self.document,
            hint,
            self.entry.item.pointer + pointer,
            self._extent(extent),
            None,
            on_key,
            self.entry,
            step,
            tuple(self._related(*fields) for fields in related),
            intended,
            is_certain,
        )

    def _plain_related(self, related: Related) -> Plain:
        """A place outside of all workflows is kept as it is: it is where it was as long as what is around them is."""
        if related.document is not self.document:
            raise NotPlainError
        if self.document.entry_at(related.pointer) is self.entry:
            return [related.message, self._inner(related.pointer), self._plain_extent(related.where())]
        if related.extent is not None or self.document.entry_at(related.pointer) is not None:
            raise NotPlainError
        return [related.message, related.pointer, None]

    def _related(self, message: str, pointer: str, extent: Plain | None) -> Related:
        if extent is None:
            return Related(message, self.document, pointer)
        return Related(message, self.document, self.entry.item.pointer + pointer, self._extent(extent))

    def _plain_effect(self, effect: Effect) -> Plain:
        _require_json([effect.values, *effect.added, *effect.removed])
        return [
            effect.step,
            self._inner(effect.pointer),
            effect.event,
            _plain_set(effect.fields),
            effect.values,
            effect.added,
            effect.removed,
            _plain_set(effect.asks),
            effect.repeats.value,
        ]

    def _effect(
        self,
        step: str,
        pointer: str,
        event: str,
        fields: Plain | None,
        values: Mapping[str, Any],
        added: Plain,
        removed: Plain,
        asks: Plain | None,
        repeats: str,
    ) -> Effect:
        from kustui.analysis.effects import Effect, Reach

        pointer = self.entry.item.pointer + pointer
        changed, asked = (None if names is None else frozenset(names) for names in (fields, asks))
        return Effect(step, pointer, event, changed, values, tuple(added), tuple(removed), asked, Reach(repeats))

    def _inner(self, pointer: str) -> str:
        """A pointer from the workflow on."""
        base = self.entry.item.pointer
        inner = pointer.removeprefix(base)
        if not pointer.startswith(base) or (inner and not inner.startswith("/")):
            raise NotPlainError
        return inner

    def _plain_extent(self, extent: Extent) -> Extent:
        start, end = self.entry.item.extent
        if not start <= extent.start <= extent.end <= end:
            raise NotPlainError
        return extent.moved(-start)

    def _extent(self, extent: Plain) -> Extent:
        return Extent(*extent).moved(self.entry.item.extent.start)


# Their parts


def _plain_call(call: ScheduleCall) -> Plain:
    """A call without its caller and its place."""
    _require_json(call.inputs)
    run_at = _plain_part(call.run_at)
    return [call.step, call.step_name, call.workflow_id, run_at, call.due, call.inputs, call.reachable]


def _call(
    caller: str,
    pointer: str,
    step: str,
    name: str,
    workflow_id: str | None,
    run_at: dict[str, Any] | None,
    due: str,
    inputs: Mapping[str, Any],
    reachable: bool,
) -> ScheduleCall:
    from kustui.analysis.schedules import ScheduleCall
    from kustui.definition.models import RunAt

    at = None if run_at is None else RunAt.model_validate(run_at)
    return ScheduleCall(caller, step, name, pointer, workflow_id, at, due, inputs, reachable)


def _plain_part(part: Part | None) -> Mapping[str, Any] | None:
    """A part of a definition as it was written."""
    if part is None:
        return None
    written = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in part.model_dump(by_alias=True, exclude_unset=True).items()
    }
    _require_json(written)
    return written


def _plain_set(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _require_json(value: object) -> None:
    """Raises NotPlainError where something in a value would not come back as it is."""
    for part in parts_of(value):
        for plain in (part, *part) if isinstance(part, Mapping) else (part,):
            if plain is not None and type(plain) not in (str, int, float, bool, list, dict):
                raise NotPlainError
