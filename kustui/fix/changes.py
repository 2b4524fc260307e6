"""Changes of files on disk: made all or none, only where a file still holds what it held, and undone the same way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kustui.definition.loader import STDIN_NAME
from kustui.definition.source.source import Extent, Source, UndecodableError
from kustui.errors import KustuiError
from kustui.files import ReadError, WriteError, exists, is_folder, read_file, resolved, write_file
from kustui.fix.edits import TextEdit, by_source, edited, overlaps, shared, with_breaks

_MOST_KEPT = 200_000_000
"""Bytes of files that are kept to undo what was made of them."""


class ChangeError(KustuiError):
    """A change that was not made; every file holds what it held."""


class OutdatedError(ChangeError):
    """A change of a file that holds other text by now."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: the file has changed meanwhile, nothing was written: look again, then repeat")
        self.path = path


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


class Made(NamedTuple):
    """What was made of files together, and is undone together."""

    title: str
    changes: tuple[Change, ...]

    @property
    def size(self) -> int:
        """Bytes that are kept of it."""
        return sum(len(content or b"") for change in self.changes for content in change[1:])


class ChangeHistory(NamedTuple):
    """What was made, and what was undone and can be made again, each the latest last."""

    made: tuple[Made, ...] = ()
    undone: tuple[Made, ...] = ()

    def with_made(self, made: Made) -> ChangeHistory:
        """The history after another change, from which nothing can be made again any more. What was made first is
        forgotten where all of it is too much to keep."""
        kept = [made]
        size = made.size
        for earlier in reversed(self.made):
            size += earlier.size
            if size > _MOST_KEPT:
                break
            kept.append(earlier)
        return ChangeHistory(tuple(reversed(kept)))

    def after_undoing(self) -> ChangeHistory:
        return ChangeHistory(self.made[:-1], (*self.undone, self.made[-1]))

    def after_redoing(self) -> ChangeHistory:
        return ChangeHistory((*self.made, self.undone[-1]), self.undone[:-1])


def changes_of(edits: Iterable[TextEdit]) -> tuple[Change, ...]:
    """What edits make of the files, of which nothing is written yet.

    Raises ChangeError where a file was read from standard input, cannot be read any more, holds other text than the
    edits were made for, or where edits overlap.
    """
    sources: dict[str, Source] = {}  # a file may be given by two names, or have been read twice
    edits_of_files = []
    for edit in edits:
        if edit.source.path == STDIN_NAME:
            raise ChangeError(obstacle(STDIN_NAME))
        source = sources.setdefault(resolved(edit.source.path), edit.source)
        if source.data != edit.source.data:
            raise OutdatedError(source.path)
        edits_of_files.append(edit._replace(source=source))
    return tuple(_change(source, own) for source, own in by_source(edits_of_files).items())


def _change(source: Source, edits: Sequence[TextEdit]) -> Change:
    if overlaps(edits):
        raise ChangeError(f"{source.path}: two changes of the same place: make one, then the other")
    try:
        raw = read_file(source.path)
        now = Source.of(source.path, raw)
    except (ReadError, UndecodableError) as error:
        raise OutdatedError(source.path) from error
    if now.data != source.data:
        raise OutdatedError(source.path)
    return Change(source.path, raw, now.encoded(edited(source, edits)))


def make(changes: Sequence[Change]) -> None:
    """Write all files, or none. Raises ChangeError where one no longer holds what it held before, and WriteError where
    one cannot be written: those that were written are as they were then."""
    for change in changes:
        if reason := obstacle(change.path):
            raise ChangeError(reason)
        if _bytes_of(change.path) != change.before:
            raise OutdatedError(change.path)
    done: list[Change] = []
    try:
        for change in changes:
            _write(change)
            done.append(change)
    except WriteError:
        for change in reversed(done):
            _write(change.reversed)
        raise


def obstacle(path: str) -> str:
    """Why a file cannot be changed, as far as that is known before it is tried; an empty string where it can."""
    if path == STDIN_NAME:
        return "read from standard input: there is no file that could be changed"
    target = Path(resolved(path))
    if exists(target) and not os.access(target, os.W_OK):
        return f"{path}: read-only: you have no permission to change it"
    if is_folder(target.parent) and not os.access(target.parent, os.W_OK):
        return f"{path}: read-only: you have no permission to make a file in its folder"
    return ""


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
