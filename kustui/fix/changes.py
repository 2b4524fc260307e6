"""Changes of files on disk: made all or none, only where a file still holds what it held, and undone the same way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kustui.definition.loader import STDIN_NAME
from kustui.definition.source.source import Extent, Source, UndecodableError, encoded_like
from kustui.errors import KustuiError
from kustui.files import ReadError, WriteError, read_file, resolved, write_file
from kustui.fix.edits import TextEdit, by_source, edited, overlaps, shared, with_breaks


class ChangeError(KustuiError):
    """A change that was not made; every file holds what it held."""


class Change(NamedTuple):
    """The bytes of one file before and after; None where there is no file."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def reversed(self) -> Change:
        """The change that undoes it."""
        return Change(self.path, self.after, self.before)

    @property
    def edit(self) -> TextEdit:
        """The lines that differ, as one edit of what there was, of which ``edits.difference`` can be shown."""
        source = Source.of(self.path, self.before or b"")
        old, new = map(with_breaks, (source.data, Source.of("", self.after or b"").data))
        start = shared(old, new)
        end = shared(old[start:][::-1], new[start:][::-1])
        extent = Extent(len(b"".join(old[:start])), len(b"".join(old[: len(old) - end])))
        return TextEdit(source, extent, b"".join(new[start : len(new) - end]).decode())


def changes_of(edits: Iterable[TextEdit]) -> tuple[Change, ...]:
    """What edits make of the files, of which nothing is written yet.

    Raises ChangeError where a file was read from standard input, cannot be read any more, holds other text than the
    edits were made for, or where edits overlap.
    """
    sources: dict[str, Source] = {}  # a file may be given by two names, or have been read twice
    edits_of_files = []
    for edit in edits:
        if edit.source.path == STDIN_NAME:
            raise ChangeError("what was read from standard input has no file that could be changed")
        source = sources.setdefault(resolved(edit.source.path), edit.source)
        if source.data != edit.source.data:
            raise _refusal(source.path)
        edits_of_files.append(edit._replace(source=source))
    return tuple(_change(source, own) for source, own in by_source(edits_of_files).items())


def _change(source: Source, edits: Sequence[TextEdit]) -> Change:
    if overlaps(edits):
        raise ChangeError(f"{source.path}: two changes of the same place: make one, then the other")
    try:
        raw = read_file(source.path)
        now = Source.of(source.path, raw)
    except (ReadError, UndecodableError) as error:
        raise _refusal(source.path) from error
    if now.data != source.data:
        raise _refusal(source.path)
    return Change(source.path, raw, encoded_like(raw, edited(source, edits)))


def make(changes: Sequence[Change]) -> None:
    """Write all files, or none. Raises ChangeError where one no longer holds what it held before, and WriteError where
    one cannot be written: those that were written are as they were then."""
    for change in changes:
        if _bytes_of(change.path) != change.before:
            raise _refusal(change.path)
    done: list[Change] = []
    try:
        for change in changes:
            _write(change)
            done.append(change)
    except WriteError:
        for change in reversed(done):
            _write(change.reversed)
        raise


def _refusal(path: str) -> ChangeError:
    return ChangeError(f"{path}: the file has changed meanwhile, nothing was written: look again, then repeat")


def _bytes_of(path: str) -> bytes | None:
    """What a file holds; None where there is none. Raises ChangeError."""
    try:
        return read_file(path)
    except ReadError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise ChangeError(*error.lines) from error


def _write(change: Change) -> None:
    """Raises WriteError."""
    if change.after is not None:
        write_file(change.path, [change.after], replace=change.before is not None)
        return
    try:
        Path(resolved(change.path)).unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{change.path}: {error.strerror}") from error
