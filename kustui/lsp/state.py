"""One state of what an editor has open: a snapshot, and the texts that it was made of; positions to bytes and back; its
problems, as an editor shows them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types
from msgspec import Struct
from pygls.uris import from_fs_path

from kustui.analysis.uses import Use, UseKind, uses_in
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.definition.collection import Document, Entry
from kustui.definition.source.edits import Edit, edit_between
from kustui.definition.source.source import Extent, Source
from kustui.files import absolute
from kustui.groups import grouped
from kustui.lsp.typed_text import Position, Text
from kustui.text.terminal_safe import terminal_safe
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.analysis.organisation_graph import OrganisationGraph


class OpenText(NamedTuple):
    """A document as the editor has it."""

    uri: str
    version: int
    text: Text


class Spot(NamedTuple):
    """A place in a document that is asked about."""

    document: Document
    offset: int
    """In the data of the document, which is the last good one."""
    pointer: str
    """Of the innermost value there."""
    entry: Entry | None

    @property
    def on_key(self) -> bool:
        """Whether it is in the key of the value."""
        key = self.document.spot(self.pointer).key
        return key is not None and key.start <= self.offset <= key.end

    @property
    def extent(self) -> Extent:
        value, key = self.document.spot(self.pointer)
        return key if key is not None and self.on_key else value


class State(Struct, frozen=True, eq=False, dict=True):
    """A snapshot with the open texts that it was made of. Never changed."""

    snapshot: Snapshot
    texts: Mapping[str, OpenText]
    """By path."""
    encoding: str
    revision: int

    @cached_property
    def _documents(self) -> Mapping[str, Document]:
        return {absolute(document.path): document for document in self.snapshot.collection.documents}

    @cached_property
    def _by_target(self) -> Mapping[str, Document]:
        """The documents by what links lead to."""
        return {os.path.realpath(path): document for path, document in self._documents.items()}

    def document(self, path: str) -> Document | None:
        """The document of a path; None where it defines nothing."""
        document = self._documents.get(path)
        return document if document is not None else self._by_target.get(os.path.realpath(path))

    def open_text(self, path: str) -> OpenText | None:
        """What the editor has of a document."""
        if (text := self.texts.get(absolute(path))) is not None or not self.texts:
            return text
        target = os.path.realpath(path)
        return next((text for path, text in self.texts.items() if os.path.realpath(path) == target), None)

    def uri(self, path: str) -> str:
        """The URI of a document, as the editor calls it."""
        if (text := self.open_text(path)) is not None:
            return text.uri
        return from_fs_path(absolute(path)) or path

    def analysis(self, entry: Entry) -> WorkflowAnalysis:
        return self.snapshot.analyses.of(entry)

    @cached_property
    def organisation(self) -> OrganisationGraph:
        """All workflows as one graph, of a checked snapshot."""
        from kustui.diagrams.organisation_map import OrganisationMap  # networkx: only once it is asked for

        return OrganisationMap.of(self.snapshot).graph

    # From positions

    def spot(self, path: str, position: Position) -> Spot | None:
        """What is at a position of a document; None where the document defines nothing."""
        document, text = self.document(path), self.texts.get(path)
        if document is None or text is None:
            return None
        offset = text.text.offset(position)
        offset = self.earlier(document, offset)
        source = document.source
        if source.origins is not None:
            offset = source.origins.offset(source.data, source.text_source, offset, Extent(0, len(source.data)))
        pointer = document.pointer_at(offset)
        return Spot(document, offset, pointer, document.entry_at(pointer))

    def uses(self, spot: Spot) -> Sequence[Use]:
        """What the very place names: the key of an input its declaration, any other place what its value names."""
        if spot.entry is None:
            return ()
        uses = [use for use in uses_in(self.snapshot.analyses, spot.entry) if use.pointer == spot.pointer]
        return [use for use in uses if (use.kind is UseKind.INPUT) is spot.on_key]

    def earlier(self, document: Document, offset: int) -> int:
        """Where a byte of the text of a document was when that could be read last."""
        return offset if document.broken is None else _earlier(self._edit(document), offset)

    def later(self, document: Document, offset: int) -> int:
        """Where something that began at a byte begins now."""
        if document.broken is None or offset <= (edit := self._edit(document)).start:
            return offset
        return max(edit.start, offset + edit.new_end - edit.old_end)

    def _edit(self, document: Document) -> Edit:
        """What was typed since a document could be read."""
        if document not in self._edits:
            before = document.source.text_source.data
            now = document.broken.source.text_source.data if document.broken is not None else before
            self._edits[document] = edit_between(before, now)
        return self._edits[document]

    @cached_property
    def _edits(self) -> dict[Document, Edit]:
        return {}

    # To positions

    def text_of(self, source: Source) -> Text:
        """The text that a source was read from."""
        if (text := self.open_text(source.path)) is not None and text.text.data == source.data:
            return text.text
        if source not in self._others:
            self._others[source] = Text.of(source.data, self.encoding)
        return self._others[source]

    @cached_property
    def _others(self) -> dict[Source, Text]:
        return {}

    def range(self, document: Document, extent: Extent) -> types.Range | None:
        """The range of some bytes of a document as it is now; None where they are no longer what they were."""
        source, extent = document.source.written(extent)
        if document.broken is None or source is not document.source.text_source:
            return self.range_in(source, extent)
        moved = _later(self._edit(document), extent)
        return self.range_in(document.broken.source, moved) if moved is not None else None

    def range_in(self, source: Source, extent: Extent) -> types.Range:
        text = self.text_of(source)
        return types.Range(*(types.Position(*text.position(offset)) for offset in extent))

    def location(self, document: Document, extent: Extent) -> types.Location | None:
        range_ = self.range(document, extent)
        return types.Location(self.uri(document.source.path_of(extent)), range_) if range_ is not None else None


def _earlier(edit: Edit, offset: int) -> int:
    """Where a byte was before an edit; of one that was typed, where it was typed."""
    if offset >= edit.new_end:
        return offset - edit.new_end + edit.old_end
    return min(offset, edit.start)


def _later(edit: Edit, extent: Extent) -> Extent | None:
    """Where a range is after an edit; None where the edit cut it."""
    if extent.end <= edit.start:  # what is typed right behind it is no part of it
        return extent
    is_whole = extent.start >= edit.old_end or (extent.start <= edit.start and edit.old_end <= extent.end)
    return edit.moved(extent) if is_whole else None


# Diagnostics

SOURCE = "kustui"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}

RulePage = Callable[[str], str]
"""The URI of the page of a rule, by its name; empty where there is none."""
Diagnostics = Mapping[str, Sequence[types.Diagnostic]]
"""By the path of a file."""


def diagnostics_of(state: State, page: RulePage) -> Diagnostics:
    """What is wrong with each file, by its path; of a file whose text does not parse, what was wrong when it did too,
    as far as that has not been typed over."""
    return grouped(
        (absolute(problem.path), diagnostic)
        for problem in state.snapshot.problems or ()
        if (diagnostic := diagnostic_of(state, problem, page)) is not None
    )


def diagnostic_of(state: State, problem: Problem, page: RulePage) -> types.Diagnostic | None:
    """A problem as the protocol has it; None where what it is about has been typed over."""
    range_ = state.range(problem.document, problem.where())
    if range_ is None:
        return None
    message = terminal_safe(problem.message)
    href = page(problem.rule)
    return types.Diagnostic(
        range=range_,
        message=f"{message}\nhint: {terminal_safe(problem.hint)}" if problem.hint else message,
        severity=_SEVERITIES[problem.severity],
        code=problem.rule,
        code_description=types.CodeDescription(href) if href else None,
        source=SOURCE,
        related_information=[*_related(state, problem)] or None,
    )


def _related(state: State, problem: Problem) -> Iterator[types.DiagnosticRelatedInformation]:
    for related in problem.notes:
        location = state.location(related.document, related.where())
        if location is not None:
            yield types.DiagnosticRelatedInformation(location, terminal_safe(related.message))
