"""``kustui check --fix``: fixes in rounds, as one puts right what another is judged by, and what is then written."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from msgspec import Struct

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check.incremental import reusable_results
from kustui.check.problems import Problem
from kustui.commands.output import ExitStatus, ReaderGoneError, say, write_bytes, write_difference
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Document, read_document
from kustui.definition.imported_files import imports_of
from kustui.definition.source.source import Source
from kustui.fix.changes import changes_of, make
from kustui.fix.edits import Fix, TextEdit, by_source, composed, edited
from kustui.fix.quick_fixes import fixes_of, safe_fixes
from kustui.text.messages import counted
from kustui.workspace.snapshot import Checker, CheckOptions, Snapshot

_MOST_ROUNDS = 100
"""Fixes that put right what others broke, and so on, would go on without it; a syntax error takes a round."""


class FixResult(NamedTuple):
    """What was fixed, and what is left."""

    snapshot: Snapshot
    """What the files hold after it, whether that is written or not."""
    problems: tuple[Problem, ...]
    """Those that are left."""
    edits: tuple[TextEdit, ...]
    """Of the files as they were read."""
    fixed: int
    """How many problems were fixed."""
    hidden: int
    """How many of those that are left have a fix that is not safe."""


class FixRounds(Struct, frozen=True):
    """Fixes the problems of a snapshot until nothing is left that can be fixed."""

    checker: Checker
    settings: Settings
    reported: Callable[[Snapshot], tuple[Problem, ...]]
    """The problems of a snapshot that are to be fixed: without those of a baseline, and of other files."""
    unsafe: bool = False

    def fixed(self, snapshot: Snapshot) -> FixResult:
        edits: dict[str, tuple[TextEdit, ...]] = {}
        count, problems = 0, self.reported(snapshot)
        for _ in range(_MOST_ROUNDS):
            fixes = self._fixes(snapshot, _split(snapshot, problems)[0])
            if not fixes:
                break
            count += len(fixes)
            snapshot = self._checked(snapshot, _added(edits, fixes.values()))
            problems = self.reported(snapshot)
        # A suppression that hides nothing any more is judged by the last state.
        others = _split(snapshot, problems)[1]
        fixes = self._fixes(snapshot, others)
        _added(edits, fixes.values())
        analyses = AnalysisCache(snapshot.collection, self.settings)
        made = {id(others[index]) for index in fixes}
        left = tuple(problem for problem in problems if id(problem) not in made)
        hidden = 0 if self.unsafe else sum(bool(fixes_of(problem, analyses)) for problem in left)
        all_edits = tuple(edit for own_edits in edits.values() for edit in own_edits)
        return FixResult(snapshot, left, all_edits, count + len(fixes), hidden)

    def _fixes(self, snapshot: Snapshot, problems: Sequence[Problem]) -> Mapping[int, Fix]:
        """By which of the problems each is of."""
        return safe_fixes(problems, AnalysisCache(snapshot.collection, self.settings), unsafe=self.unsafe)

    def _checked(self, before: Snapshot, data: dict[Source, bytes]) -> Snapshot:
        """The snapshot with other texts of some files, checked: only what is different is worked out again."""
        documents = tuple(
            _read_again(document, data) if not data.keys().isdisjoint(document.source.files) else document
            for document in before.collection.documents
        )
        collection = Collection(documents, before.collection.others)
        known = reusable_results(before.collection, before.results, collection)
        read = Snapshot(collection, paths=before.paths, settings=before.settings, results=known, earlier=before)
        return self.checker(read, CheckOptions(self.settings))


def _read_again(document: Document, data: Mapping[Source, bytes]) -> Document:
    """A document with other texts of its file, or of those that it imports."""
    source = document.source.text_source
    contents = dict(imports_of(document))
    contents |= {file.path: file.encoded(data[file]) for file in document.source.files if file in data}
    return read_document(document.path, source.encoded(data.get(source, source.data)), document, contents.get)


def _split(snapshot: Snapshot, problems: Sequence[Problem]) -> tuple[list[Problem], list[Problem]]:
    """The problems of the definitions, and those of what is beside them: the configuration, a baseline."""
    own = {source for document in snapshot.collection.documents for source in (document.source, *document.source.files)}
    return (
        [problem for problem in problems if problem.document.source in own],
        [problem for problem in problems if problem.document.source not in own],
    )


def _added(edits: dict[str, tuple[TextEdit, ...]], fixes: Iterable[Fix]) -> dict[Source, bytes]:
    """Add the edits of fixes to those of the files as they were read; returns what the files hold then."""
    new = by_source(edit for fix in fixes for edit in fix.edits)
    for source, later in new.items():
        edits[source.path] = composed(edits.get(source.path, ()), later)
    return {source: edited(source, own_edits) for source, own_edits in new.items()}


# What comes of it


def write_fixes(result: FixResult, stdin: str | None) -> None:
    """Write all files, or none; the text of standard input, fixed or not, which stands for a file, to standard output.

    Raises KustuiError, and ReaderGoneError where nobody reads standard output any more.
    """
    make(changes_of(edit for edit in result.edits if edit.source.path != stdin))
    for document in result.snapshot.collection.documents:
        if document.path == stdin:
            source = document.source.text_source
            write_bytes(source.encoded(source.data))


def report_difference(options: Namespace, result: FixResult) -> int:
    """Print what the fixes would change; the exit status."""
    with suppress(ReaderGoneError):
        write_difference(options, result.edits)
    would = f"would fix {counted(result.fixed, 'problem')}" if result.fixed else "nothing would be fixed"
    say(f"{would}{f', {result.hidden:,} more with --unsafe-fixes' if result.hidden else ''}")
    return ExitStatus.PROBLEMS if result.edits else ExitStatus.OK
