"""Checking a large collection in other processes: a pool of them for a command, a single one for the screen, so that
the keys of this one are answered meanwhile.

Both answer with results that name files and workflows by their place in the collection, which is not sent with them.
What no other process has answered is checked in this one, so nothing is lost where one cannot be started or is ended.
"""

from __future__ import annotations

import io
import itertools
import os
import pickle
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

from msgspec.structs import replace

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.checker import Results, WorkflowResult, analyses_for, check_workflow, selected_entry
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.loader import STDIN, Progress
from kustui.garbage_collection import gc_paused
from kustui.workspace.process_pool import WORTH_IT, answers_of, available_processes, end_with_parent
from kustui.workspace.snapshot import DEFAULT_OPTIONS, CheckOptions, Snapshot, check_snapshot, open_paths

if TYPE_CHECKING:
    from queue import SimpleQueue

    from kustui.analysis.rings import Spread

P = TypeVar("P")
A = TypeVar("A")

_PARTS_WORTH_IT = 4
"""Sets of workflows that schedule each other, each of which takes some 20 ms, from which it is quicker too."""
_PIECE = 50
"""Workflows that are answered at once: a key waits while they are loaded."""
_PAUSE = 0.5
"""Seconds after which fewer are answered."""
_LOOK = 0.05
"""Seconds between two looks at which workflow is selected."""


# A pool


def check_with_pool(snapshot: Snapshot, options: CheckOptions = DEFAULT_OPTIONS) -> Snapshot:
    """What ``check_snapshot`` gives, by all processors where that is quicker. The pool is not given up, and no listener
    is told of it."""
    settings = options.settings or Settings()
    known = snapshot.results_under(settings)
    due = [entry for entry in snapshot.collection.entries if entry.key not in known]
    processes = processes_for(due)
    with ExitStack() as pools:  # processes take some time to end, in which this one goes on
        if processes > 1:
            with gc_paused():
                found = check_in_pool(
                    pools, snapshot.collection, settings, processes, options.progress, due, for_now=options.for_now
                )
                results = {**known, **found}
            snapshot = replace(snapshot, settings=settings, results=results)
        return check_snapshot(snapshot, options._replace(spread_beside=partial(_spread_over_pool, pools)))


def _spread_over_pool(pools: ExitStack, meanwhile: Callable[[], object]) -> Spread:
    """What gives the answers of some work on parts that take long, by all processors where that is quicker. This one
    does something else ``meanwhile``. The processes end with ``pools``."""

    def spread(work: Callable[[Sequence[P]], Iterable[A]], parts: Sequence[P], /) -> list[A]:
        processes = available_processes() if len(parts) >= _PARTS_WORTH_IT else 1
        if processes == 1:
            return list(work(parts))

        def on_share(share: Sequence[P]) -> Iterator[tuple[int, list[A]]]:
            yield len(share), list(work(share))

        shares = answers_of(on_share, parts, min(processes, len(parts)), meanwhile=meanwhile)
        answers, left = list[A](), len(parts)
        for size, of_share in pools.enter_context(closing(shares)):
            answers += of_share
            left -= size
            if not left:
                return answers
        return list(work(parts))

    return spread


def processes_for(due: Sequence[Entry]) -> int:
    """How many processes to check workflows with: 1 where more would not be quicker, or cannot be had."""
    return available_processes() if sum(entry.size for entry in due) >= WORTH_IT else 1


def check_in_pool(
    pools: ExitStack,
    collection: Collection,
    settings: Settings,
    processes: int,
    progress: Progress | None = None,
    due: Sequence[Entry] | None = None,
    *,
    for_now: bool = False,
) -> dict[str, WorkflowResult]:
    """The results of every workflow, or those that are ``due``, by its key, in the order of the collection, as far as
    no process was killed. Raises what a process raised. The processes end with ``pools``."""

    analysis_of = analyses_for(collection, settings, for_now=for_now)

    def work(entries: Sequence[Entry]) -> Iterator[list[WorkflowResult]]:
        for start in range(0, len(entries), _PIECE):
            yield [check_workflow(analysis_of(entry)) for entry in entries[start : start + _PIECE]]

    due = collection.entries if due is None else due
    results: dict[str, WorkflowResult] = {}
    dumped, loaded = partial(_dumped, collection=collection), partial(_loaded, collection=collection)
    for answer in pools.enter_context(closing(answers_of(work, due, processes, dumped, loaded))):
        results |= {result.summary.entry.key: result for result in answer}
        if progress:
            progress(len(results), len(due))
        if len(results) == len(due):
            break
    return {entry.key: results[entry.key] for entry in due if entry.key in results}


# A single process, which reads the same files

CHILD = "from kustui.workspace.check_processes import main; main()"
"""What the other process runs."""


def check_in_subprocess(snapshot: Snapshot, options: CheckOptions = DEFAULT_OPTIONS) -> Snapshot:
    """What ``check_snapshot`` gives, by another process where that is worth it. What the listener looks at is checked
    in this one, without waiting for the other to begin."""
    settings = options.settings or Settings()
    known = snapshot.results_under(settings)
    due = sum(entry.size for entry in snapshot.collection.entries if entry.key not in known)
    if due >= WORTH_IT and all(map(_can_be_read_again, snapshot.paths)):
        answer = _asked(replace(snapshot, results=known), settings, options)
        if answer is not None or not options.wanted():
            return answer or snapshot
    return check_snapshot(snapshot, options)


def _can_be_read_again(path: str) -> bool:
    """Neither standard input nor a pipe can."""
    return path != STDIN and (Path(path).is_file() or Path(path).is_dir())


def _asked(snapshot: Snapshot, settings: Settings, options: CheckOptions) -> Snapshot | None:
    """The answer of another process; None where it has none, or is no longer wanted."""
    import subprocess  # a command that checks a small file goes without

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
    with suppress(OSError, ValueError), child:  # closing what it reads may write what it takes no more
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            question = threading.Thread(target=_ask, args=(child.stdin, snapshot, settings), name="asking", daemon=True)
            question.start()  # it takes as long as the other process takes to start
            return _answer_from(_received(child.stdout), snapshot, settings, options)
        finally:
            child.kill()
    return None


def _ask(asked: IO[bytes], snapshot: Snapshot, settings: Settings) -> None:
    """Send what is to be checked, and which results there are. Stays open as long as the answer is wanted."""
    pieces = range(0, len(snapshot.results), _PIECE)
    with suppress(OSError, ValueError):
        pickle.dump((snapshot.paths, _fingerprint(snapshot.collection), settings, len(pieces)), asked)
        for start in pieces:  # so that no key waits for all of them
            piece = list(itertools.islice(snapshot.results.values(), start, start + _PIECE))
            pickle.dump(_dumped(piece, snapshot.collection), asked)
        asked.flush()


_Received = tuple[bytes, list[int], bytes]
"""What kind of answer it is, its numbers and its content."""


def _received(out: IO[bytes]) -> SimpleQueue[_Received | None]:
    """What another process answers, as it comes; None at the end."""
    from queue import SimpleQueue

    received: SimpleQueue[_Received | None] = SimpleQueue()

    def receive() -> None:
        with suppress(OSError, ValueError):
            while line := out.readline():
                kind, *words = line.split()
                numbers = list(map(int, words))
                content = out.read(numbers[0]) if kind != b"at" else b""
                if kind != b"at" and len(content) < numbers[0]:  # it was ended while it answered
                    break
                received.put((kind, numbers, content))
        received.put(None)

    threading.Thread(target=receive, name="checking", daemon=True).start()
    return received


def _answer_from(
    received: SimpleQueue[_Received | None], snapshot: Snapshot, settings: Settings, options: CheckOptions
) -> Snapshot | None:
    from queue import Empty

    collection, progress, listener = snapshot.collection, options.progress, options.listener
    results: dict[str, WorkflowResult] = dict(snapshot.results)
    if progress:
        progress(len(results), len(collection.entries))
    while options.wanted():
        if listener is not None and (selected := selected_entry(collection, results, listener)) is not None:
            results[selected.key] = check_workflow(WorkflowAnalysis(collection, selected, settings))
            listener.take(results, at_once=True)
        try:
            answer = received.get(timeout=_LOOK)
        except Empty:
            continue
        if answer is None:
            return None
        kind, numbers, content = answer
        if kind == b"at":
            if progress:
                progress(numbers[0], numbers[1])
        elif kind == b"part":
            with gc_paused(freeze=snapshot.earlier is None):  # else a key waits until all of them are looked at
                results |= {result.summary.entry.key: result for result in _loaded(content, collection)}
            if listener is not None:
                listener.take(results, at_once=False)
        else:
            problems, schedules, settings, between = _loaded(content, collection)
            return Snapshot(collection, problems, schedules, snapshot.paths, settings, results, between)
    return None


def _fingerprint(collection: Collection) -> list[tuple[str, int]]:
    """What says whether the other process has read the same."""
    return [(document.path, zlib.crc32(document.source.data)) for document in collection.documents]


def main() -> None:
    """The other process: asked on standard input, it answers on standard output, and lets others go first."""
    if hasattr(os, "nice"):
        os.nice(10)
    _answer(sys.stdin.buffer, sys.stdout.buffer, lifeline=sys.stdin.fileno())


def _answer(asked: BinaryIO, out: BinaryIO, *, lifeline: int) -> None:
    paths, fingerprint, settings, pieces = pickle.load(asked)
    known = [pickle.load(asked) for _ in range(pieces)]
    end_with_parent(lifeline)
    opened = open_paths(paths)
    if _fingerprint(opened.collection) != fingerprint:
        return

    results = [result for piece in known for result in _loaded(piece, opened.collection)]
    opened = replace(opened, results={result.summary.entry.key: result for result in results})
    sender = _Sender(opened.collection, out, sent=len(results))
    checked = check_snapshot(opened, CheckOptions(settings, sender.progress, listener=sender))
    sender.send(checked.results)
    whole = checked.problems, checked.schedules, checked.settings, checked.between
    _send(out, b"done", _dumped(whole, opened.collection))


class _Sender:
    """Sends the results of a check as they come."""

    def __init__(self, collection: Collection, out: BinaryIO, *, sent: int = 0) -> None:
        self._collection, self._out = collection, out
        self.selected = ""
        self._sent, self._last = sent, time.monotonic()

    def progress(self, done: int, total: int) -> None:
        if done % 10 == 0:
            self._out.write(b"at %d %d\n" % (done, total))
            self._out.flush()

    def take(self, results: Results, *, at_once: bool) -> None:
        if len(results) - self._sent >= _PIECE or time.monotonic() - self._last > _PAUSE:
            self.send(results)

    def send(self, results: Results) -> None:
        """Send those that were not sent before."""
        while self._sent < len(results):
            piece = list(itertools.islice(results.values(), self._sent, self._sent + _PIECE))
            _send(self._out, b"part", _dumped(piece, self._collection))
            self._sent += len(piece)
        self._last = time.monotonic()


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


def _document_at(place: int) -> Document:
    """Stands for a file of the collection in what is sent; ``_Unpickler`` has its own in place of this."""
    raise LookupError(place)


def _entry_of(key: str) -> Entry:
    """Stands for a workflow likewise."""
    raise LookupError(key)


class _Pickler(pickle.Pickler):
    """Asks of documents and entries alone how to send them: a ``persistent_id`` would be asked of every object."""

    def __init__(self, out: io.BytesIO, collection: Collection) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        places = {document: place for place, document in enumerate(collection.documents)}

        def named(document: Document) -> Any:
            """One that is not in the collection, such as a configuration, is sent."""
            if document in places:
                return _document_at, (places[document],)
            return document.__reduce_ex__(pickle.HIGHEST_PROTOCOL)

        self.dispatch_table = {Document: named, Entry: lambda entry: (_entry_of, (entry.key,))}


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, collection: Collection) -> None:
        super().__init__(io.BytesIO(data))
        self._found = {
            (__name__, _document_at.__name__): collection.documents.__getitem__,
            (__name__, _entry_of.__name__): collection.by_key.__getitem__,
        }

    def find_class(self, module: str, name: str) -> Any:
        return self._found.get((module, name)) or super().find_class(module, name)
