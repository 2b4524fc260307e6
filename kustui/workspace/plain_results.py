"""What a check comes to as plain data, to be kept: lists, texts and numbers, in which files and workflows are named by
their place in the collection, or left out where their own text is what the data is kept for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from kustui.check.problems import Problem, Related
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.source.source import Extent

if TYPE_CHECKING:
    from kustui.analysis.effects import Effect
    from kustui.analysis.schedules import ScheduleCall, Schedules
    from kustui.check.checker import WorkflowResult
    from kustui.definition.models import RunAt, Schema

Plain = list[Any]


class NotPlainError(ValueError):
    """Something that plain data cannot express."""


# The problems and schedules of a collection


class CollectionData(Struct, frozen=True, eq=False, dict=True):
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

    def plain_problems(self, problems: Iterable[Problem], *, located: bool = True) -> Plain:
        """``located``: with the bytes of each place, so that nobody has to look for it. Those are other ones after an
        edit before it; without them it is found by its pointer then."""
        return [
            [
                self._places[problem.document],
                None if problem.entry is None else self._entry_places[problem.entry.key],
                *_plain_problem(problem, problem.pointer, problem.where() if located else problem.extent),
                [
                    [one.message, self._places[one.document], one.pointer, one.where() if located else one.extent]
                    for one in problem.related
                ],
            ]
            for problem in problems
        ]

    def problems(self, plain: Plain) -> tuple[Problem, ...]:
        documents, entries = self._documents, self.collection.entries
        problems = []
        for document, entry, *fields, related in plain:
            notes = (Related(words, documents[at], place, _extent(where)) for words, at, place, where in related)
            place = documents[document], None if entry is None else entries[entry]
            problems.append(_problem(*place, fields, tuple(notes)))
        return tuple(problems)

    def plain_schedules(self, schedules: Schedules) -> Plain:
        places = self._entry_places
        calls = [[places[call.caller], *_plain_call(call), call.pointer] for call in schedules.calls]
        return [calls, sorted(places[key] for key in schedules.not_callable)]

    def schedules(self, plain: Plain) -> Schedules:
        from kustui.analysis.schedules import Schedules  # whoever needs problems alone goes without

        entries = self.collection.entries
        calls, not_callable = plain
        return Schedules.of(
            [_call(entries[caller].key, pointer, fields) for caller, *fields, pointer in calls],
            {id_: entry.key for id_, entry in self.collection.by_id.items()},
            (entry.key for entry in entries if not entry.item.enabled),
            (entries[place].key for place in not_callable),
        )


# The result of a workflow


class WorkflowData(Struct, frozen=True, eq=False):
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
            _plain_schema(summary.inputs),
            [[*_plain_call(call), self._inner(call.pointer)] for call in summary.calls],
            [self._plain_effect(effect) for effect in summary.effects],
            summary.digest,
            sorted(map(self._inner, summary.unreadable)),
            [[text, self._inner(at), step] for text, (at, step) in summary.app_versions.items()],
            _plain_set(summary.filter.asks),
            summary.filter.reach.value,
            summary.links,
        ]

    def result(self, plain: Plain) -> WorkflowResult:
        from kustui.analysis.effects import Reach
        from kustui.analysis.events import TriggerFilter
        from kustui.analysis.workflow_summary import WorkflowSummary
        from kustui.check.checker import WorkflowResult

        base = self.entry.item.pointer
        problems, name, inner, callable_, event, inputs, calls, effects, digest, unreadable, *others = plain
        versions, asks, reach, links = others
        summary = WorkflowSummary(
            self.entry,
            name,
            base + inner,
            callable_,
            event,
            _schema(inputs),
            tuple(_call(self.entry.key, base + at, fields) for *fields, at in calls),
            tuple(map(self._effect, effects)),
            digest,
            frozenset(base + at for at in unreadable),
            {text: (base + at, step) for text, at, step in versions},
            TriggerFilter(None if asks is None else frozenset(asks), Reach(reach)),
            links,
        )
        return WorkflowResult(summary, tuple(map(self._problem, problems)))

    def _plain_problem(self, problem: Problem) -> Plain:
        if problem.document is not self.document or problem.entry is not self.entry:
            raise NotPlainError
        pointer, extent = self._inner(problem.pointer), self._plain_extent(problem.where())
        return [
            *_plain_problem(problem, pointer, extent),
            [self._plain_related(related) for related in problem.related],
        ]

    def _problem(self, plain: Plain) -> Problem:
        *fields, related = plain
        item, notes = self.entry.item, tuple(self._related(*one) for one in related)
        return _problem(self.document, self.entry, fields, notes, item.pointer, item.extent.start)

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
        step, pointer, event, fields, values, added, removed, asks, repeats = effect
        _require_json([values, *added, *removed])
        inner = self._inner(pointer)
        return [step, inner, event, _plain_set(fields), values, added, removed, _plain_set(asks), repeats.value]

    def _effect(self, plain: Plain) -> Effect:
        from kustui.analysis.effects import Effect, Reach

        step, inner, event, fields, values, added, removed, asks, repeats = plain
        pointer = self.entry.item.pointer + inner
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


def _plain_problem(problem: Problem, pointer: str, extent: Extent | None) -> Plain:
    """A problem without its file, its workflow and what is related to it."""
    place = [pointer, extent, problem.within, problem.on_key, problem.step]
    return [
        problem.rule,
        int(problem.severity),
        problem.message,
        problem.hint,
        *place,
        problem.intended,
        problem.is_certain,
    ]


def _problem(
    document: Document, entry: Entry | None, plain: Plain, related: tuple[Related, ...], base: str = "", start: int = 0
) -> Problem:
    """The problem again; ``base`` and ``start`` are where its place counts from."""
    rule, severity, message, hint, pointer, where, within, on_key, step, *near = plain
    extent = _extent(where, start)
    place = base + pointer, extent, None if within is None else tuple(within), on_key, entry, step
    return Problem(rule, Severity(severity), message, document, hint, *place, related, *near)


def _extent(plain: Plain | None, start: int = 0) -> Extent | None:
    return None if plain is None else Extent(*plain).moved(start)


def _plain_call(call: ScheduleCall) -> Plain:
    """A call without its caller and its place."""
    _require_json(call.inputs)
    run_at = _plain_time(call.run_at)
    return [call.step, call.step_name, call.workflow_id, run_at, call.due, call.inputs, call.reachable]


def _call(caller: str, pointer: str, plain: Plain) -> ScheduleCall:
    from kustui.analysis.schedules import ScheduleCall
    from kustui.definition.models import RunAt

    step, name, workflow_id, run_at, due, inputs, reachable = plain
    at = None if run_at is None else RunAt(type=run_at[0], value=run_at[1])
    return ScheduleCall(caller, step, name, pointer, workflow_id, at, due, inputs, reachable)


def _plain_time(run_at: RunAt | None) -> Plain | None:
    if run_at is None:
        return None
    plain = [run_at.type, run_at.value]
    _require_json(plain)
    return plain


def _plain_schema(schema: Schema | None) -> Plain | None:
    if schema is None:
        return None
    plain = [schema.properties, list(schema.required), schema.others]
    _require_json(plain)
    return plain


def _schema(plain: Plain | None) -> Schema | None:
    from kustui.definition.models import Schema

    if plain is None:
        return None
    properties, required, others = plain
    return Schema(properties=properties, required=tuple(required), others=others)


def _plain_set(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


_SCALARS = {str, int, float, bool, type(None)}


def _require_json(value: object) -> None:
    """Raises NotPlainError where something in a value would not come back as it is."""
    pending = [value] if type(value) not in _SCALARS else []
    while pending:
        part = pending.pop()
        if type(part) is dict:
            members: Iterable[object] = (*part, *part.values())
        elif type(part) is list:
            members = part
        else:
            raise NotPlainError
        pending.extend([member for member in members if type(member) not in _SCALARS])
