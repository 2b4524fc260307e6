"""Examining a large collection in a process of its own, so that the keys of this one are answered meanwhile.

The other process reads the same files and answers with problems and schedules, which name files and workflows by
their place in the collection. Where it cannot, or the files have changed meanwhile, nothing is lost: it is done here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, BinaryIO

from kustui.check.worker_pool import WORTH_IT, dumped, loaded
from kustui.workspace.snapshot import Snapshot, examined, open_paths

if TYPE_CHECKING:
    from kustui.check.run import Examined
    from kustui.config.check_settings import Settings
    from kustui.definition.collection import Collection
    from kustui.definition.loader import Progress

_PIECE = 50
"""Workflows that are answered at once: a key waits while they are loaded."""
_COMMAND = "from kustui.workspace.subprocess_checker import main; main()"


def examined_beside(
    snapshot: Snapshot,
    settings: Settings | None,
    progress: Progress | None,
    wanted: Callable[[], bool],
) -> Snapshot:
    """What ``workspace.examined`` gives, by another process where that is worth it."""
    due = sum(entry.size for entry in snapshot.collection.entries if entry.key not in snapshot.examined)
    if due >= WORTH_IT and "-" not in snapshot.paths:
        answer = _asked(snapshot, settings, progress, wanted)
        if answer is not None or not wanted():
            return answer or snapshot
    return examined(snapshot, settings, progress, wanted)


def _asked(
    snapshot: Snapshot, settings: Settings | None, progress: Progress | None, wanted: Callable[[], bool]
) -> Snapshot | None:
    """The answer of another process; None where it has none, or is no longer wanted."""
    try:
        # -P: not what lies in the current folder under the name of one of our modules.
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", _COMMAND],
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
    found: dict[str, Examined] = {}
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
            problems, schedules, known = loaded(answer, snapshot.collection)
            return Snapshot(snapshot.collection, problems, schedules, snapshot.paths, known, found)
        found |= {each.facts.entry.key: each for each in loaded(answer, snapshot.collection)}
    return None


def _fingerprint(collection: Collection) -> list[tuple[str, int]]:
    """What tells whether the other process has read the same."""
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

    found = examined(opened, settings, progress)
    each = list(found.examined.values())
    for start in range(0, len(each), _PIECE):
        _send(out, b"part", dumped(each[start : start + _PIECE], opened.collection))
    _send(out, b"done", dumped((found.problems, found.schedules, found.settings), opened.collection))


def _send(out: BinaryIO, kind: bytes, answer: bytes) -> None:
    out.write(b"%s %d\n" % (kind, len(answer)))
    out.write(answer)
    out.flush()
