"""From paths to a Collection: files, folders and standard input."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.definition.collection import Collection, Document, document
from kustui.definition.faults import Fault
from kustui.definition.garbage import undisturbed
from kustui.definition.outline import Shape
from kustui.definition.source import Extent, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STDIN = "-"
STDIN_NAME = "<stdin>"

SCENARIO_SUFFIX = ".scenario.json"
"""How the name of a scenario ends, which ``kustui simulate`` replays: it defines nothing."""

_SKIPPED_FOLDERS = {"node_modules"}

Progress = Callable[[int, int], None]
"""Told how much is done and how much there is: bytes in reading, workflows in examining."""


class PathError(Exception):
    """A path that cannot be opened, in words for the person who gave it."""


@dataclass(frozen=True, slots=True)
class _File:
    """Something to be read, or what could not be entered in search of it."""

    path: str
    size: int = 0
    identity: tuple[int, int] | None = None
    """The same for two paths to one file."""
    named: bool = False
    """Whether the person named it, rather than a folder above it."""
    error: OSError | None = None

    @classmethod
    def of(cls, path: str, status: os.stat_result, *, named: bool = False) -> _File:
        return cls(path, status.st_size, (status.st_dev, status.st_ino), named)


def load(paths: Sequence[str], stdin: bytes = b"", progress: Progress | None = None) -> Collection:
    """Read every file that the paths name. ``stdin`` is what stands for ``-``.

    Raises PathError for a path that is not there or cannot be read. What cannot be read below a folder, or is
    no JSON, is a Document with a fault.
    """
    documents: list[Document] = []
    with undisturbed():
        files = list(_files(paths))
        total, done = sum(file.size for file in files), 0
        for file in files:
            documents.append(document(STDIN_NAME, stdin) if file.path == STDIN else _read(file))
            done += file.size
            if progress:
                progress(done, total)
    return Collection(tuple(documents))


def nothing_to_show(collection: Collection) -> str:
    """Why a collection has no workflow, in a line; an empty string where it has one."""
    if collection.entries:
        return ""
    for found in collection.documents:
        for fault in found.faults:
            place = found.source.place(found.fault_extent(fault).start)
            hint = f" ({fault.hint})" if fault.hint else ""
            return f"{found.path}:{place}: {fault.message}{hint}"
    match collection.documents:
        case ():
            return "no *.json file below the folders given"
        case (one,):
            files = f"{one.path} holds"
        case (one, other):
            files = f"{one.path} and {other.path} hold"
        case (one, *others):
            files = f"{one.path} and {len(others)} more files hold"
    return f"{files} no workflow: expected an app definition, a workflow, a list of them or an API export"


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
            raise PathError(f"{path or repr(path)}: {_reason(error)}") from error
        for file in _below(path) if stat.S_ISDIR(status.st_mode) else [_File.of(path, status, named=True)]:
            if file.identity not in seen:
                seen |= {file.identity} - {None}
                yield file


def _below(folder: str) -> Iterator[_File]:
    """Every ``*.json`` below a folder that is no scenario, sorted, then every folder that could not be entered.

    Links are followed, but into no folder twice. Raises PathError where ``folder`` itself could not be
    entered.
    """
    entered: set[str] = set()
    refused: list[OSError] = []
    for root, folders, names in os.walk(folder, followlinks=True, onerror=refused.append):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith("."))
        for name in sorted(names):
            if is_definition(name):
                path = os.path.join(root, name)  # noqa: PTH118  # keeps the path as the person began it
                with suppress(OSError):  # a dangling link, or gone since the folder was listed
                    status = Path(path).stat()
                    if stat.S_ISREG(status.st_mode):  # reading a pipe would wait for somebody to write
                        yield _File.of(path, status)
    for error in refused:
        if error.filename == folder:
            raise PathError(f"{folder}: {_reason(error)}") from error
        yield _File(error.filename, error=error)


def is_definition(name: str) -> bool:
    """Whether a file of that name, found below a folder, may hold a definition."""
    lowered = name.lower()
    return lowered.endswith(".json") and not lowered.endswith(SCENARIO_SUFFIX) and not name.startswith(".")


def _read(file: _File) -> Document:
    try:
        if file.error:
            raise file.error
        return document(file.path, Path(file.path).read_bytes())
    except OSError as error:
        if file.named:
            raise PathError(f"{file.path}: {_reason(error)}") from error
        fault = Fault("unreadable-file", _reason(error), extent=Extent(0, 0))
        return Document(Source(file.path, b""), Shape.BROKEN, faults=(fault,))


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
