"""From paths to a Collection: files, folders and standard input."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.collection import Collection, Document, read_document
from kustui.definition.folders import walk_folders
from kustui.definition.imported_files import ImportedFiles, ignored_modules, without_parts
from kustui.definition.source.file_text import OutlineOf
from kustui.definition.source.outline import Shape, outline
from kustui.definition.source.recognition import as_plain_json, may_define
from kustui.definition.source.source import UNKNOWN_IMPORT, Extent, Fault, Source
from kustui.errors import KustuiError, reason_of
from kustui.files import ReadBuffer, ReadFile, Stamp, identity_of, read_regular_file, read_whole, stamp_of
from kustui.garbage_collection import gc_paused

STDIN = "-"
STDIN_NAME = "<stdin>"

_UNREADABLE = "unreadable-file"

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is: bytes while reading, workflows while checking."""


class PathError(KustuiError):
    """A path that cannot be opened, in words for the person who gave it."""


class _File(Struct, frozen=True):
    """A file to read, or a path that could not be entered."""

    path: str
    size: int = 0
    identity: tuple[int, int] | None = None
    """Equal for two paths to the same file."""
    stamp: Stamp | None = None
    named: bool = False
    """Whether the person named it, rather than a folder above it."""
    error: OSError | None = None
    is_special: bool = False
    """Whether it is a pipe or a device, which can be read once."""
    text: bytes | None = None
    """What stands for its content, as an editor has it."""

    @property
    def name(self) -> str:
        """The path of its Document."""
        return STDIN_NAME if self.path == STDIN else self.path

    @classmethod
    def of(cls, path: str, status: os.stat_result, *, named: bool = False) -> _File:
        if stat.S_ISREG(status.st_mode):
            return cls(path, status.st_size, identity_of(status), stamp_of(status), named)
        return cls(path, identity=identity_of(status), stamp=stamp_of(status), named=named, is_special=True)


class Reader:
    """Reads the files that paths name, and on each later reading only those that have changed.

    ``keep`` says whether a file that can no longer be read keeps its last good document, with the fault in its
    ``broken``; else it becomes a Document with a fault, as on the first reading. ``stdin`` is what stands for ``-``, or
    for the content of the file ``stdin_path``, whatever is on the disk. ``like`` is a collection in which the same
    files were read in another state: of a file that is the same there, its document is taken from it. ``read_import``
    reads what modules import, where that is not what is on the disk. ``outline_of`` looks at a file as a whole.
    """

    def __init__(
        self,
        paths: Sequence[str],
        stdin: bytes = b"",
        *,
        keep: bool = False,
        stdin_path: str | None = None,
        like: Collection | None = None,
        read_import: ReadFile | None = None,
        outline_of: OutlineOf = outline,
    ) -> None:
        self.paths = tuple(paths)
        self.keep = keep
        self.at = ""
        """What is being read just now."""
        self._stdin = stdin
        self._stdin_path = stdin_path
        self._outline_of = outline_of
        self.texts: Mapping[str, bytes] = {}
        """By path, what stands for the content of files, whatever is on the disk, as an editor has it. One that is
        below none of the paths is read after them, where it looks like a definition."""
        self._has_read = False
        """Whether the paths were read before: then nobody waits for what somebody might write to a pipe."""
        self._collection = like
        self._documents: tuple[Document, ...] = like.documents if like is not None else ()
        """All that were read, with those that are part of others."""
        self._stamps: dict[str, Stamp | None] = {}
        self._texts: dict[str, bytes | None] = {}
        self.buffer = ReadBuffer()
        self._imported = ImportedFiles()
        self._imported.read_elsewhere = read_import
        self._others: set[str] = set()
        """The files below folders that define nothing, when they were last read."""

    def read(self, touched: Iterable[str] = (), progress: Progress | None = None) -> Collection:
        """The collection that the paths name now: the same object as before if nothing has changed.

        A file is read where its time, its size or its identity has changed, or where it is among those ``touched``.
        Raises PathError for a path that is not there or cannot be read, unless it is kept.
        """
        self.at = next(iter(self.paths), "")
        try:
            return self._read_all(touched, progress)
        finally:
            self.at = ""

    def _read_all(self, touched: Iterable[str], progress: Progress | None) -> Collection:
        with gc_paused(freeze=self._collection is None):
            files = self._listed()
            self._imported.texts = {os.path.normpath(path): text for path, text in self.texts.items()}
            named = {file.name for file in files if file.named}
            read = tuple(self._read_documents(files, _identities(touched), progress))
            new = set(read) - set(self._documents)
            ignored = ignored_modules(document for document in new if document.path not in named | self.texts.keys())
            self._documents = tuple(document for document in read if document not in ignored)
            self._others |= {document.path for document in ignored}
            documents = without_parts(self._documents, named)
        self._has_read = True
        self._stamps = {file.name: file.stamp for file in files}
        self._texts = {file.name: file.text for file in files if file.text is not None}
        self._others.intersection_update(self._stamps)
        if self._collection is None or self._collection.documents != documents:
            self._collection = Collection(documents, len(self._others), self.paths)
        return self._collection

    def _listed(self) -> Sequence[_File]:
        """The files to read. Raises PathError where one cannot be that a person named."""
        files = list(_files(self.paths))
        if self._stdin_path is not None:
            files = _with_stdin(files, self._stdin_path)
        if self.texts:
            files = list(_with_texts(files, self.texts))
        for file in files:
            if file.named and file.error and not self._is_tolerant:
                raise _path_error(file.path, file.error) from file.error
        return files

    @property
    def _is_tolerant(self) -> bool:
        """Whether what the paths name may have become unreadable: it was read before, and stays what it was."""
        return self.keep and self._has_read

    def _read_documents(
        self, files: Sequence[_File], touched: Container[tuple[int, int] | None], progress: Progress | None
    ) -> Iterator[Document]:
        """The documents of all files; only those are read that may have changed, or are ``touched`` by identity."""
        before = {document.path: document for document in self._documents}
        due = {file.name for file in files if not self._is_known(file, before, touched)}
        total, done = sum(file.size for file in files if file.name in due), 0
        if progress:
            progress(done, total)
        for file in files:
            if file.name not in due:
                yield from filter(None, [before.get(file.name)])
                continue
            self._others.discard(file.name)
            self.at = file.name
            yield from self._read(file, before)
            done += file.size
            if progress:
                progress(done, total)

    def _is_known(
        self, file: _File, before: Mapping[str, Document], touched: Container[tuple[int, int] | None]
    ) -> bool:
        """Whether a file is unchanged since it was last read."""
        if file.error or not (file.name in before or file.name in self._others):
            return False
        if file.name in before and self._imported.have_changed(before[file.name], touched):
            return False
        if self._texts.get(file.name) is not file.text:
            return False
        if file.text is not None:
            return True
        if file.path == STDIN:
            return True
        if file.is_special:
            return self._stamps.get(file.path, file.stamp) == file.stamp
        return self._stamps.get(file.path) == file.stamp and file.identity not in touched

    def _read(self, file: _File, before: Mapping[str, Document]) -> Iterator[Document]:
        """The document of a file, or those of a folder that is gone."""
        if file.path == STDIN:
            yield _named(self._document(self._stdin_path or STDIN_NAME, self._stdin))
            return
        try:
            if file.error:
                raise file.error
            if file.text is not None:
                raw = file.text
            else:
                raw = read_regular_file(file.path, self.buffer) if self._has_read else read_whole(file.path)
        except OSError as error:
            yield from self._unreadable(file, before, error)
            return
        old = before.get(file.path)
        document = self._again(file, raw, old) if old is not None else self._first(file, raw)
        if document is not None:
            yield document
        else:
            self._others.add(file.name)

    def _again(self, file: _File, raw: bytes, old: Document) -> Document | None:
        """The document of a file that had one; None where it is something else now."""
        last = old.broken or old
        is_same = _is_unchanged(last.source, raw) and not any(fault.rule == _UNREADABLE for fault in last.faults)
        if is_same and self._imported.are_as_read(last):
            return old
        now = self._document(file.path, raw, old)
        if self.keep and old.is_fully_read and not now.is_fully_read:
            return replace(old, broken=now)
        if file.named:
            return _named(now)
        return now if now.is_recognized and may_define(raw, file.path) else None

    def _first(self, file: _File, raw: bytes) -> Document | None:
        """The document of a file that had none; None where a folder holds it and it is something else."""
        if file.named:
            return _named(self._document(file.path, raw))
        document = self._document(file.path, raw) if may_define(raw, file.path) else None
        return document if document is not None and document.is_recognized else None

    def _document(self, path: str, raw: bytes, before: Document | None = None) -> Document:
        return read_document(path, raw, before, self._imported.read, self._outline_of)

    def _unreadable(self, file: _File, before: Mapping[str, Document], error: OSError) -> Iterator[Document]:
        """What there is to show of a file or folder that cannot be read. Raises PathError if a person named it."""
        if file.named and not self._is_tolerant:
            raise _path_error(file.path, error) from error
        if not file.named and isinstance(error, FileNotFoundError):
            return  # it is gone since the folder was listed
        kept = self._kept(file.path, before, is_folder=not file.identity and not _is_gone(error))
        yield from (_broken_by(document, _unreadable(document.path, error)) for document in kept)
        if not kept:
            now, old = _unreadable(file.path, error), before.get(file.path)
            yield old if old is not None and (old.shape, old.faults) == (now.shape, now.faults) else now

    def _kept(self, path: str, before: Mapping[str, Document], *, is_folder: bool) -> list[Document]:
        """The good documents of a path that cannot be read: of a file its own, of what is still a folder all that were
        below it."""
        if not self.keep:
            return []
        below = f"{path.rstrip(os.sep)}{os.sep}"
        return [
            document
            for document in before.values()
            if (document.path == path or (document.path.startswith(below) and is_folder))
            and document.shape is not Shape.BROKEN
        ]


def _is_gone(error: OSError) -> bool:
    """Whether there is nothing at a path, or a link that leads nowhere."""
    return isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == errno.ELOOP


def _named(document: Document) -> Document:
    """A document that a person named; of nothing, and without faults, where it is of another kind as plain JSON. A
    module that builds nothing may do so for want of what it imports."""
    if document.is_recognized or all(fault.rule == UNKNOWN_IMPORT for fault in document.faults):
        return document
    plain = Source(document.path, as_plain_json(document.source.data))
    is_other = document.shape is Shape.NOTHING or outline(plain).shape is Shape.NOTHING
    return Document(document.source, Shape.NOTHING) if is_other else document


def _broken_by(document: Document, fault: Document) -> Document:
    """A document with what it holds now; the same object if that is nothing new."""
    if document.broken is not None and document.broken.faults == fault.faults:
        return document
    return replace(document, broken=fault)


def _unreadable(path: str, error: OSError) -> Document:
    fault = Fault(_UNREADABLE, reason_of(error), extent=Extent(0, 0))
    return Document(Source(path, b""), Shape.BROKEN, faults=(fault,))


def _is_unchanged(source: Source, raw: bytes) -> bool:
    """Whether bytes are those that were read, and not only the same text in another encoding."""
    return source.text_source.data == raw and source.encoding == "UTF-8" and not source.offset


def _path_error(path: str, error: OSError) -> PathError:
    return PathError(f"{path or repr(path)}: {reason_of(error)}")


def _identities(paths: Iterable[str]) -> set[tuple[int, int] | None]:
    """The identities of the files that paths lead to."""
    identities: set[tuple[int, int] | None] = set()
    for path in paths:
        with suppress(OSError):
            identities.add(identity_of(os.stat(path)))  # noqa: PTH116
    return identities


def _files(paths: Sequence[str]) -> Iterator[_File]:
    """Each file once, however often and by whatever links it is named."""
    seen: set[tuple[int, int] | None] = set()
    for path in dict.fromkeys(paths):
        if path == STDIN:
            yield _File(path, named=True)
            continue
        try:
            status = os.stat(path)  # noqa: PTH116  # Path("") would be the current folder
        except OSError as error:
            yield _File(path, named=True, error=error)
            continue
        for file in _below(path) if stat.S_ISDIR(status.st_mode) else [_File.of(path, status, named=True)]:
            if file.identity not in seen:
                seen |= {file.identity} - {None}
                yield file


def _with_stdin(files: Iterable[_File], path: str) -> list[_File]:
    """The files with standard input in place of the one at a path, or after them where there is none."""
    stdin, identities = _File(STDIN, named=True), _identities([path])
    replaced = [stdin if file.identity in identities else file for file in files]
    return replaced if stdin in replaced else [*replaced, stdin]


def _with_texts(files: Iterable[_File], texts: Mapping[str, bytes]) -> Iterator[_File]:
    """The files with what stands for the content of some, those that are not among them last."""
    by_identity = {identity: path for path in texts for identity in _identities([path])}
    rest = dict(texts)
    for file in files:
        path = file.path if file.path in rest else by_identity.get(file.identity, "")
        text = rest.pop(path, None)
        yield file if text is None else replace(file, size=len(text), text=text, error=None)
    for path, text in rest.items():
        yield _File(path, len(text), text=text)


def _below(folder: str) -> Iterator[_File]:
    """Every definition below a folder, sorted, then every folder that could not be entered."""
    refused: list[OSError] = []
    for root, _, names in walk_folders(folder, refused):
        for name in names:
            path = os.path.join(root, name)  # noqa: PTH118  # keeps the path as the person began it
            with suppress(OSError):  # a dangling link, or gone since the folder was listed
                status = Path(path).stat()
                if stat.S_ISREG(status.st_mode):  # reading a pipe would wait for somebody to write
                    yield _File.of(path, status)
    for error in refused:
        yield _File(error.filename, named=error.filename == folder, error=error)


def stamps_of(paths: Sequence[str]) -> Mapping[str, Stamp | None]:
    """The time, size and identity of every file that the paths name; None for what cannot be entered."""
    return {file.name: file.stamp for file in _files(paths)}
