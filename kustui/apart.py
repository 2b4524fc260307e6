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
from typing import TYPE_CHECKING, BinaryIO

from kustui.check.parallel import WORTH_IT, dumped, loaded
from kustui.workspace import Snapshot, examined, open_paths

if TYPE_CHECKING:
    from kustui.check.settings import Settings
    from kustui.definition.collection import Collection
    from kustui.definition.loading import Progress

_COMMAND = "from kustui.apart import main; main()"


def examined_beside(
    snapshot: Snapshot,
    settings: Settings | None,
    progress: Progress,
    wanted: Callable[[], bool],
) -> Snapshot | None:
    """What ``workspace.examined`` gives, by another process where that is worth it."""
    if snapshot.collection.size >= WORTH_IT and "-" not in snapshot.paths:
        answer = _asked(snapshot, settings, progress, wanted)
        if not wanted():
            return None
        if answer is not None:
            problems, schedules, known = loaded(answer, snapshot.collection)
            return Snapshot(snapshot.collection, problems, schedules, snapshot.paths, known)
    return examined(snapshot, settings, progress, wanted)


def _asked(
    snapshot: Snapshot, settings: Settings | None, progress: Progress, wanted: Callable[[], bool]
) -> bytes | None:
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
            while line := child.stdout.readline():
                kind, *numbers = line.split()
                if not wanted():
                    break
                if kind == b"done":
                    answer = child.stdout.read()
                    return answer if len(answer) == int(numbers[0]) else None  # it was ended while it answered
                progress(int(numbers[0]), int(numbers[1]))
        except (OSError, ValueError):
            pass
        finally:
            child.kill()
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
    assert found is not None
    answer = dumped((found.problems, found.schedules, found.settings), opened.collection)
    out.write(b"done %d\n" % len(answer))
    out.write(answer)
    out.flush()
