"""Looking at the workflows of a large collection on all processors.

Only where a process can be forked: the collection is then there in each of them without being sent. What comes back
names files and workflows by their place in it.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
import threading
from typing import TYPE_CHECKING, Any

from kustui.definition.collection import Collection, Document, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.check.run import Examined
    from kustui.config.check_settings import Settings

WORTH_IT = 4_000_000
"""Bytes of definitions from which it is quicker: starting processes and sending results cost about 50 ms."""
_PIECES = 4
"""Pieces a process: the last one done should not be waited for long."""

_shared: tuple[Collection, Sequence[Entry], Settings] | None = None
"""What the processes look at; set before they are forked."""


def processes_for(collection: Collection) -> int:
    """How many processes to look with: 1 where more would not be quicker, or cannot be had."""
    if collection.size < WORTH_IT or sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), 8)


def examined_by(
    processes: int, collection: Collection, entries: Sequence[Entry], settings: Settings
) -> dict[str, Examined]:
    """Each of some workflows by itself, by its key, in their order."""
    global _shared
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    total = len(entries)
    step = max(1, -(-total // (processes * _PIECES)))
    _shared = collection, entries, settings
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            pieces = pool.map(_piece, range(0, total, step), [step] * -(-total // step))
            found = [examined for piece in pieces for examined in loaded(piece, collection)]
    finally:
        _shared = None
    return {examined.facts.entry.key: examined for examined in found}


def _piece(start: int, count: int) -> bytes:
    """In a process of its own: a stretch of the workflows, examined."""
    from kustui.check.run import examine

    assert _shared is not None
    collection, entries, settings = _shared
    return dumped([examine(collection, entry, settings) for entry in entries[start : start + count]], collection)


def dumped(thing: object, collection: Collection) -> bytes:
    """Something to be sent to a process that has the same collection, which is not sent with it."""
    out = io.BytesIO()
    _Pickler(out, collection).dump(thing)
    return out.getvalue()


def loaded(data: bytes, collection: Collection) -> Any:
    """What ``dumped`` made, about the collection of this process."""
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
