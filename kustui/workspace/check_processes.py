"""Checking a large collection in other processes: a pool of them for a command, a single one for the screen, so that
the keys of this one are answered meanwhile.

Both answer with results that name files and workflows by their place in the collection, which is not sent with them.
What no other process has answered is checked in this one, so nothing is lost where one cannot be started or is ended.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from kustui.check.checker import WorkflowResult, check_workflow
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.loader import Progress
from kustui.garbage_collection import gc_paused
from kustui.workspace.snapshot import Snapshot, always, check_snapshot, open_paths

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WORTH_IT = 4_000_000
"""Bytes of definitions from which it is quicker: starting processes and sending results cost about 50 ms."""
_MOST_PROCESSES = 8
_PIECE = 50
"""Workflows that are answered at once: a key waits while they are loaded."""


# A pool, where a process can be forked: the collection is then there in each of them without being sent


def check_with_pool(
    snapshot: Snapshot,
    settings: Settings | None = None,
    progress: Progress | None = None,
    wanted: Callable[[], bool] = always,
) -> Snapshot:
    """What ``check_snapshot`` gives, by all processors where that is quicker. The pool tells nothing of its progress,
    and is not given up."""
    settings = settings or Settings()
    processes = processes_for(snapshot.collection)
    if processes > 1 and not snapshot.results:
        with gc_paused():
            results = check_in_pool(snapshot.collection, settings, processes)
        snapshot = replace(snapshot, settings=settings, results=results)
    return check_snapshot(snapshot, settings, progress, wanted)


def processes_for(collection: Collection) -> int:
    """How many processes to check with: 1 where more would not be quicker, or cannot be had."""
    if collection.size < WORTH_IT or sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)


def check_in_pool(collection: Collection, settings: Settings, processes: int) -> dict[str, WorkflowResult]:
    """The results of every workflow, by its key, in the order of the collection. Raises what a process raised."""
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    context = get_context("fork")
    results: dict[str, WorkflowResult] = {}
    workers = {}
    try:
        for index in range(processes):
            receiver, sender = context.Pipe(duplex=False)
            entries = collection.entries[index::processes]
            worker = context.Process(target=_work, args=(collection, entries, settings, sender), daemon=True)
            worker.start()
            sender.close()  # so that the end of the process is the end of what it sends
            workers[receiver] = worker
        receivers = list(workers)
        while receivers:
            for ready in cast("list[Connection]", wait(receivers)):
                try:
                    answer = _loaded(ready.recv_bytes(), collection)
                except EOFError:
                    receivers.remove(ready)
                    continue
                if isinstance(answer, Exception):
                    raise answer
                results |= {result.summary.entry.key: result for result in answer}
    finally:
        for worker in workers.values():
            worker.terminate()
            worker.join()
    return {entry.key: results[entry.key] for entry in collection.entries if entry.key in results}


def _work(collection: Collection, entries: Sequence[Entry], settings: Settings, sender: Connection) -> None:
    """In a process of its own: send the results of some workflows, or the exception that ended it."""
    try:
        for start in range(0, len(entries), _PIECE):
            results = [check_workflow(collection, entry, settings) for entry in entries[start : start + _PIECE]]
            sender.send_bytes(_dumped(results, collection))
    except KeyboardInterrupt:
        pass  # the command is told as well
    except Exception as error:
        sender.send_bytes(pickle.dumps(error))


# A single process, which reads the same files

CHILD = "from kustui.workspace.check_processes import main; main()"
"""What the other process runs."""


def check_in_subprocess(
    snapshot: Snapshot, settings: Settings | None, progress: Progress | None, wanted: Callable[[], bool]
) -> Snapshot:
    """What ``check_snapshot`` gives, by another process where that is worth it."""
    due = sum(entry.size for entry in snapshot.collection.entries if entry.key not in snapshot.results)
    if due >= WORTH_IT and "-" not in snapshot.paths:
        answer = _asked(snapshot, settings, progress, wanted)
        if answer is not None or not wanted():
            return answer or snapshot
    return check_snapshot(snapshot, settings, progress, wanted)


def _asked(
    snapshot: Snapshot, settings: Settings | None, progress: Progress | None, wanted: Callable[[], bool]
) -> Snapshot | None:
    """The answer of another process; None where it has none, or is no longer wanted."""
    try:
        # -P: not what lies in the current folder under the name of one of our modules.
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(pickle.dumps((snapshot.paths, _fingerprint(snapshot.collection), settings)))
            child.stdin.close()
            return _answer_from(child.stdout, snapshot, progress, wanted)
        except (OSError, ValueError):
            return None
        finally:
            child.kill()


def _answer_from(
    out: IO[bytes], snapshot: Snapshot, progress: Progress | None, wanted: Callable[[], bool]
) -> Snapshot | None:
    results: dict[str, WorkflowResult] = {}
    while line := out.readline():
        kind, *numbers = line.split()
        if not wanted():
            return None
        if kind == b"at":
            if progress:
                progress(int(numbers[0]), int(numbers[1]))
            continue
        answer = out.read(int(numbers[0]))
        if len(answer) < int(numbers[0]):  # it was ended while it answered
            return None
        if kind == b"done":
            problems, schedules, settings = _loaded(answer, snapshot.collection)
            return Snapshot(snapshot.collection, problems, schedules, snapshot.paths, settings, results)
        results |= {result.summary.entry.key: result for result in _loaded(answer, snapshot.collection)}
    return None


def _fingerprint(collection: Collection) -> list[tuple[str, int]]:
    """What says whether the other process has read the same."""
    return [(document.path, zlib.crc32(document.source.data)) for document in collection.documents]


def main() -> None:
    """The other process: asked on standard input, it answers on standard output, and lets others go first."""
    if hasattr(os, "nice"):
        os.nice(10)
    _answer(sys.stdin.buffer, sys.stdout.buffer)


def _answer(asked: BinaryIO, out: BinaryIO) -> None:
    paths, fingerprint, settings = pickle.load(asked)
    opened = open_paths(paths)
    if _fingerprint(opened.collection) != fingerprint:
        return

    def progress(done: int, total: int) -> None:
        if done % 10 == 0:
            out.write(b"at %d %d\n" % (done, total))
            out.flush()

    checked = check_snapshot(opened, settings, progress)
    for piece in _pieces(list(checked.results.values())):
        _send(out, b"part", _dumped(piece, opened.collection))
    _send(out, b"done", _dumped((checked.problems, checked.schedules, checked.settings), opened.collection))


def _pieces(results: Sequence[WorkflowResult]) -> Iterator[Sequence[WorkflowResult]]:
    return (results[start : start + _PIECE] for start in range(0, len(results), _PIECE))


def _send(out: BinaryIO, kind: bytes, answer: bytes) -> None:
    out.write(b"%s %d\n" % (kind, len(answer)))
    out.write(answer)
    out.flush()


# What is sent


def _dumped(thing: object, collection: Collection) -> bytes:
    """Something to be sent to a process that has the same collection, which is not sent with it."""
    out = io.BytesIO()
    _Pickler(out, collection).dump(thing)
    return out.getvalue()


def _loaded(data: bytes, collection: Collection) -> Any:
    """What ``_dumped`` made, about the collection of this process."""
    return _Unpickler(data, collection).load()


class _Pickler(pickle.Pickler):
    def __init__(self, out: io.BytesIO, collection: Collection) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self._documents = {document: place for place, document in enumerate(collection.documents)}

    def persistent_id(self, thing: object) -> tuple[str, int | str] | None:
        if isinstance(thing, Document):  # one that is not in it, such as a configuration, is sent
            return ("document", self._documents[thing]) if thing in self._documents else None
        return ("entry", thing.key) if isinstance(thing, Entry) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, collection: Collection) -> None:
        super().__init__(io.BytesIO(data))
        self._collection = collection

    def persistent_load(self, name: tuple[str, int | str]) -> Document | Entry:
        kind, at = name
        if isinstance(at, int):
            return self._collection.documents[at]
        assert kind == "entry"
        return self._collection.by_key[at]
