"""Incremental checks: which results of a check are still valid for a later state of the files.

A workflow is checked again where its text has changed, and where its result depends on something else that has: what
its app declares, whether its id is taken, an id in one of its texts. Every other result is the same, only its places
have moved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from operator import attrgetter, is_

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.apps import AppDeclarations, declarations_of
from kustui.analysis.workflow_summary import WorkflowSummary
from kustui.check.checker import Results, WorkflowResult
from kustui.check.problems import Problem, Related
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.platform import call_event
from kustui.definition.source.outline import Item, Shape
from kustui.definition.source.source import Extent

_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SPELT_OUT = re.compile(rb"\\u00[2-7]")
"""An escape for a character that an id may have: what it spells is not decoded."""
_BETWEEN_WORDS = bytes(code if (chr(code).isalnum() and code < 128) or code in b"_-" else 0x20 for code in range(256))
_BESIDE_PLACE = attrgetter(*(name for name in Item._fields if name != "extent"))
_COMPARED = attrgetter(
    *(name for name in WorkflowSummary._fields if name not in ("entry", "effects", "digest", "filter", "links"))
)
"""The fields of two summaries that must be equal; others are compared separately, the last two not at all."""


def reusable_results(before: Collection, results: Results, now: Collection) -> dict[str, WorkflowResult]:
    """The results of the collection ``before`` that are still valid ``now``, by the keys of their workflows, without
    those of workflows that must be checked again."""
    if before is now:
        return dict(results)
    changes = _Changes(before, now)
    reusable: dict[str, WorkflowResult] = {}
    for entry in now.entries:
        old, result = before.by_key.get(entry.key), results.get(entry.key)
        if old is not None and result is not None and not changes.affect(old, entry):
            reusable[entry.key] = changes.moved(result, old, entry)
    return reusable


def reusable_between(
    before: Collection,
    results: Results,
    between: tuple[Problem, ...],
    now: Collection,
    results_now: Results,
) -> tuple[Problem, ...] | None:
    """The problems ``between`` the workflows of the collection ``before``, if they are the same now.

    None where that has to be checked again: where one of them is different to others, or what is written around them.
    Most saves change what a workflow does, not how others see it.
    """
    same = looks_the_same(before, results, now, results_now)
    return _Changes(before, now).all_moved(between) if same else None


def looks_the_same(
    before: Collection, results: Results, now: Collection, results_now: Results, *, whatever_flow: bool = False
) -> bool:
    """Whether each workflow looks to others as it did in the collection ``before``, and what is written around them is
    the same. Those without results are taken for the same; with ``whatever_flow``, only rings may go another way."""
    if len(before.documents) != len(now.documents) or len(before.entries) != len(now.entries):
        return False
    events = frozenset((*(entry.item.event for entry in now.entries), call_event("")))
    documents = zip(before.documents, now.documents, strict=True)
    entries = zip(before.entries, now.entries, strict=True)
    return all(_same_document(old, new) for old, new in documents) and all(
        old.key == new.key
        and old.title == new.title
        and (old.item is new.item or _BESIDE_PLACE(old.item) == _BESIDE_PLACE(new.item))
        and (
            new.key not in results_now
            or _same_summary(results[old.key].summary, results_now[new.key].summary, events, whatever_flow)
        )
        for old, new in entries
    )


def _same_document(old: Document, new: Document) -> bool:
    """Whether a file is unchanged outside its workflows."""
    return old is new or (
        (old.path, old.shape, old.pages) == (new.path, new.shape, new.pages) and _around(old) == _around(new)
    )


def _declared(document: Document) -> list[AppDeclarations | None]:
    return [declarations_of(document, app) for app in document.apps]


def _around(document: Document) -> list[tuple[str, dict[str, bytes]]]:
    """What is written in its apps beside their workflows, and where they are."""
    data = document.source.data
    return [
        (
            app.item.pointer,
            {key: b"" if key == "workflows" else data[at.start : at.end] for key, at in app.item.members.items()},
        )
        for app in document.apps
    ]


def _same_summary(old: WorkflowSummary, new: WorkflowSummary, events: frozenset[str], whatever_flow: bool) -> bool:
    """``events`` are those that start workflows, or may: no other effect matters."""
    if all(map(is_, old[1:], new[1:])):  # all but the entry: it was carried over
        return True
    fields = _COMPARED(old), _COMPARED(new)
    if not (all(map(is_, *fields)) or all(map(_same, *fields))):
        return False
    if old.effects is new.effects and old.digest == new.digest:
        return True
    effects = [[effect for effect in summary.effects if effect.event in events] for summary in (old, new)]
    return _same(*effects) and (whatever_flow or old.digest == new.digest or not (effects[1] or new.calls))


def _same(one: object, other: object) -> bool:
    """Equal for a rule too, which distinguishes 1 from true and the order of members."""
    return one is other or (one == other and repr(one) == repr(other))


class _Changes(Struct, frozen=True, eq=False, dict=True):
    """The changes from one collection to the next."""

    before: Collection
    now: Collection

    @cached_property
    def replaced(self) -> Mapping[Document, Document]:
        """The new document of each file that was read again."""
        now = {document.path: document for document in self.now.documents}
        return {
            document: now[document.path]
            for document in self.before.documents
            if document.path in now and now[document.path] is not document
        }

    @cached_property
    def _ids(self) -> frozenset[bytes]:
        """The ids that are new or gone, or that now name another workflow or one with another title."""
        before = {id_: (entry.key, entry.title) for id_, entry in self.before.by_id.items()}
        now = {id_: (entry.key, entry.title) for id_, entry in self.now.by_id.items()}
        return frozenset(id_.encode(errors="replace") for id_, _ in before.items() ^ now.items())

    def affect(self, old: Entry, entry: Entry) -> bool:
        """Whether the changes can invalidate the result of a workflow."""
        return (
            not entry.has_text_of(old)
            or old.item.partial != entry.item.partial
            or entry.key in self._other_owners
            or (bool(self._changed_around) and self.before.document_of(old) in self._changed_around)
            or (bool(self._ids) and mentions(entry.text(), self._ids))
        )

    @cached_property
    def _other_owners(self) -> frozenset[str]:
        """The keys of the workflows that were the first of their id and are not now, or the other way round."""
        return _with_taken_ids(self.before) ^ _with_taken_ids(self.now)

    @cached_property
    def _changed_around(self) -> frozenset[Document]:
        """The old documents of which the parts are different that their workflows are checked against."""
        return frozenset(
            old
            for old, new in self.replaced.items()
            if (old.shape is Shape.EXPORT) != (new.shape is Shape.EXPORT) or _declared(old) != _declared(new)
        )

    # Problems whose workflow has moved

    def moved(self, result: WorkflowResult, old: Entry, entry: Entry) -> WorkflowResult:
        """The same problem for the collection as it is now."""
        if old is entry and not self._is_about_replaced(result.problems):
            return result
        if not result.problems and old.item.pointer == entry.item.pointer:  # as of most: nothing in it has a place
            return WorkflowResult(_with_entry(result.summary, entry), ())
        move = _Move.between(old, entry)
        problems = tuple([self._problem(problem, entry, move) for problem in result.problems])
        return WorkflowResult(_moved_summary(result.summary, entry, move), problems)

    def _is_about_replaced(self, problems: tuple[Problem, ...]) -> bool:
        """Whether some problems refer to a file that was read again."""
        return any(
            problem.document in self.replaced or any(related.document in self.replaced for related in problem.related)
            for problem in problems
        )

    def all_moved(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """The problems, moved; all their workflows must still exist."""
        return tuple(map(self._one_moved, problems)) if self.replaced else problems

    def _one_moved(self, problem: Problem) -> Problem:
        if problem.entry is None:
            return problem._replace(document=self.replaced.get(problem.document, problem.document))
        entry = self.now.by_key[problem.entry.key]
        return self._problem(problem, entry, _Move.between(problem.entry, entry))

    def _problem(self, problem: Problem, entry: Entry, move: _Move) -> Problem:
        return problem._replace(
            document=self.now.document_of(entry),
            pointer=move.pointer(problem.pointer),
            extent=problem.extent and move.extent(problem.extent),
            entry=entry,
            related=tuple(self._related(related, move) for related in problem.related),
        )

    def _related(self, related: Related, within: _Move) -> Related:
        """``within`` is the move of the workflow with the problem, which contains places that have no pointer."""
        document = self.replaced.get(related.document, related.document)
        entry = related.document.entry_at(related.pointer)
        move = within
        if entry is not None and entry.key in self.now.by_key:
            move = _Move.between(entry, self.now.by_key[entry.key])
        pointer = move.pointer(related.pointer) if entry is not None else related.pointer
        return replace(
            related, document=document, pointer=pointer, extent=related.extent and move.extent(related.extent)
        )


class _Move(Struct, frozen=True):
    """The old and the new place of a workflow."""

    old_pointer: str
    new_pointer: str
    by: int
    """Bytes."""

    @classmethod
    def between(cls, old: Entry, new: Entry) -> _Move:
        return cls(old.item.pointer, new.item.pointer, new.item.extent.start - old.item.extent.start)

    def pointer(self, pointer: str) -> str:
        return f"{self.new_pointer}{pointer.removeprefix(self.old_pointer)}"

    def extent(self, extent: Extent) -> Extent:
        return extent.moved(self.by)


def _with_entry(summary: WorkflowSummary, entry: Entry) -> WorkflowSummary:
    return WorkflowSummary(entry, *summary[1:])  # a third of the time of _replace, for all that did not change


def _moved_summary(summary: WorkflowSummary, entry: Entry, move: _Move) -> WorkflowSummary:
    if move.old_pointer == move.new_pointer:
        return _with_entry(summary, entry)
    return summary._replace(
        entry=entry,
        pointer=move.pointer(summary.pointer),
        calls=tuple(replace(call, caller=entry.key, pointer=move.pointer(call.pointer)) for call in summary.calls),
        effects=tuple(effect._replace(pointer=move.pointer(effect.pointer)) for effect in summary.effects),
        unreadable=frozenset(map(move.pointer, summary.unreadable)),
        app_versions={text: (move.pointer(at), step) for text, (at, step) in summary.app_versions.items()},
    )


def _with_taken_ids(collection: Collection) -> frozenset[str]:
    """The keys of the workflows whose id an earlier one has."""
    if len(collection.by_id) == len(collection.entries):
        return frozenset()
    return frozenset(entry.key for entry in collection.entries if collection.has_taken_id(entry))


def mentions(text: bytes, ids: frozenset[bytes]) -> bool:
    """Whether one of the ids may occur in a text as a whole word."""
    if b"\\" in text:
        if _SPELT_OUT.search(text):
            return True
        text = _ESCAPE.sub(b" ", text)
    return not ids.isdisjoint(text.translate(_BETWEEN_WORDS).split())
