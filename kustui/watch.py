"""Tells when what was opened changed on disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_DEBOUNCE, _STEP = 50, 10
"""Milliseconds within which changes are one, and within which no more must come for them to be told."""
_TICK = 500
"""Milliseconds after which files are looked at that no event tells of: those that changed before the watching began,
and those above the folders that are watched."""

Stamps = dict[str, tuple[int, int, int]]


def changes(paths: Sequence[str], also: Sequence[str] = (), stop: threading.Event | None = None) -> Iterator[None]:
    """Yields at once, and again after each change of the files that the paths name, until ``stop`` is set.

    A folder among the paths stands for every ``*.json`` below it; ``also`` are more files, which need not be there.
    Watched are folders, for most editors replace a file instead of writing to it.
    """
    folders = [path for path in paths if Path(path).is_dir()]
    files = [path for path in (*paths, *also) if path not in folders]
    named, below = _stamps(files), _stamps_below(folders)
    yield
    for happened in _wakings(folders, files, stop):
        before = named, below
        named = _stamps(files)
        if happened:
            below = _stamps_below(folders)
        if (named, below) != before:
            yield


def _wakings(folders: list[str], files: list[str], stop: threading.Event | None) -> Iterator[bool]:
    """Whether something happened in the folders that are watched, again and again: the first time as if it had."""
    from watchfiles import watch

    # All below the folder of a file would be too much: where folders are watched, single files wait for the tick.
    around = {str(Path(place(file)).parent) for file in files for place in (os.path.abspath, os.path.realpath)}
    watched = folders or [folder for folder in sorted(around) if Path(folder).is_dir()]
    first = True
    for found in watch(
        *watched,
        watch_filter=None,
        debounce=_DEBOUNCE,
        step=_STEP,
        stop_event=stop,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        recursive=bool(folders),
        ignore_permission_denied=True,
    ):
        yield first or bool(found)
        first = False


def _stamps_below(folders: Iterable[str]) -> Stamps:
    return _stamps(
        f"{root}{os.sep}{name}"
        for folder in folders
        for root, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(".json")
    )


def _stamps(files: Iterable[str]) -> Stamps:
    """What changes with a file, for each that is there."""
    found: Stamps = {}
    for file in files:
        try:
            status = os.stat(file)  # noqa: PTH116  # a path as it was given
        except OSError:
            continue
        found[file] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
