"""What modules have beside their own file: the files that they import, and whether git ignores them."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby

from kustui.definition.collection import AppEntry, Document, Entry
from kustui.definition.source.recognition import is_module
from kustui.definition.source.source import Extent
from kustui.files import ReadFile, Stamp, absolute, exists, identity_of, read_regular_file, stamp_of

_GIT_SECONDS = 10


class ImportedFiles:
    """Reads the files that modules import, and says whether any of them has changed since."""

    def __init__(self) -> None:
        self.texts: Mapping[str, bytes] = {}
        """What stands for the content of files, by normalized path."""
        self.read_elsewhere: ReadFile | None = None
        """What reads all other files, where they are not those on the disk but an earlier state of them."""
        self._stamps: dict[str, Stamp | None] = {}

    def read(self, path: str) -> bytes | None:
        """What a file holds; None where there is none that can be read."""
        if path in self.texts:
            return self.texts[path]
        if self.read_elsewhere is not None:
            return self.read_elsewhere(path)
        self._stamps[path] = _stamp(_status(path))
        with suppress(OSError):
            return read_regular_file(path)
        return None

    def have_changed(self, document: Document, touched: Container[tuple[int, int] | None]) -> bool:
        """Whether what a document imports may be other than it was, or is among those ``touched`` by identity."""
        return any(
            self.read(path) != content
            if path in self.texts or self.read_elsewhere is not None
            else self._has_changed(path, touched)
            for path, content in imports_of(document).items()
        )

    def _has_changed(self, path: str, touched: Container[tuple[int, int] | None]) -> bool:
        status = _status(path)
        if path not in self._stamps or _stamp(status) != self._stamps[path]:
            return True
        return status is not None and identity_of(status) in touched

    def are_as_read(self, document: Document) -> bool:
        """Whether what a document imports holds what it held."""
        return all(self.read(path) == content for path, content in imports_of(document).items())


def imports_of(document: Document) -> Mapping[str, bytes | None]:
    """What was read for a document beside its own file, by path."""
    origins = document.source.origins
    return origins.contents if origins is not None else {}


def imported_paths(documents: Iterable[Document]) -> frozenset[str]:
    """The files that modules import, and those that they would import if they were there."""
    return frozenset(path for document in documents for path in imports_of(document))


def _status(path: str) -> os.stat_result | None:
    with suppress(OSError):
        return os.stat(path)  # noqa: PTH116
    return None


def _stamp(status: os.stat_result | None) -> Stamp | None:
    return stamp_of(status) if status is not None else None


def without_parts(documents: Sequence[Document], named: Container[str]) -> tuple[Document, ...]:
    """The documents without those that others import whole: a workflow in a file of its own belongs to the app that is
    made of it. Those that a person ``named`` stay."""
    importing = [document for document in documents if imports_of(document)]
    if not importing:
        return tuple(documents)
    by_path = {absolute(document.path): document for document in documents}
    parts: set[Document] = set()
    for document in importing:
        if document in parts:
            continue
        held = {*_places(document, document.entries), *_places(document, document.apps)}
        for path in {path for path, _ in held} & by_path.keys():
            part = by_path[path]
            is_part = part is not document and part.path not in named and bool(part.entries)
            if is_part and held.issuperset(_places(part, part.entries)):
                parts.add(part)
    return tuple(document for document in documents if document not in parts)


def _places(document: Document, entries: Iterable[Entry | AppEntry]) -> Iterator[tuple[str, Extent]]:
    """Where some workflows and apps of a document are written: the file, and its bytes."""
    for entry in entries:
        source, extent = document.source.written(entry.item.extent)
        yield absolute(source.path), extent


def ignored_modules(documents: Iterable[Document]) -> frozenset[Document]:
    """Which of some documents are modules that git ignores, as what a compiler has made; none where there is no
    repository, or no git."""
    modules = {document.path: document for document in documents if is_module(document.path)}
    if not modules:
        return frozenset()
    import subprocess  # only for modules

    ignored: set[Document] = set()
    for folder, own in groupby(sorted(modules, key=os.path.dirname), key=os.path.dirname):
        names = {os.path.basename(path): modules[path] for path in own}  # noqa: PTH119
        if not _is_in_repository(folder):
            continue
        with suppress(OSError, subprocess.SubprocessError):
            command = ["git", "-C", folder or os.curdir, "check-ignore", "-z", "--stdin"]
            listed = "\0".join(names).encode(errors="surrogateescape")
            result = subprocess.run(command, input=listed, capture_output=True, timeout=_GIT_SECONDS, check=False)
            answers = result.stdout.decode(errors="surrogateescape").split("\0")
            ignored.update(names[name] for name in answers if name in names)
    return frozenset(ignored)


def _is_in_repository(folder: str) -> bool:
    folder = absolute(folder)
    while not exists(os.path.join(folder, ".git")):  # noqa: PTH118
        folder, below = os.path.dirname(folder), folder  # noqa: PTH120
        if folder == below:
            return False
    return True
