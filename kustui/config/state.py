"""What kustui saves for the next time, in files of its own. None of it is needed: what cannot be read counts as never
saved, and what is broken is set aside and made anew."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kustui.errors import KustuiError, reason_of
from kustui.files import is_file, own_folder, write_file

MOST_BYTES = 64_000
"""Of one file: a larger one is not ours."""
_PATIENCE, _INTERVAL = 1.0, 0.01
"""Seconds to wait for another kustui, and between two attempts."""


def state_path(*names: str) -> Path | None:
    """A file in the folder of saved states, whether it exists or not; None where the user has no home."""
    folder = own_folder("state")
    return folder and folder.joinpath(*names)


def read_state(path: Path | None, most: int = MOST_BYTES) -> bytes | None:
    """What was saved, cut behind ``most`` bytes, with which it cannot be ours; None where nothing was, or it cannot be
    read."""
    with suppress(OSError):
        if path is not None and is_file(path):  # a pipe would wait for somebody to write
            with path.open("rb") as file:
                return file.read(most + 1)
    return None


def write_state(path: Path | None, content: bytes) -> str:
    """Save for the next time, for the user's eyes alone; why that is not possible, or an empty string."""
    if reason := why_not_saved(path):
        return reason
    assert path is not None, "there is a reason"
    try:
        write_file(path, [content], replace=True, private=True)
    except KustuiError as error:
        return str(error)
    return ""


def why_not_saved(path: Path | None) -> str:
    """Why nothing can be saved in a file, whose folder is made; an empty string where that is possible."""
    if path is None:
        return "there is no home folder (set HOME or XDG_STATE_HOME)"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        return f"{path.parent}: {reason_of(error)}"
    return "" if os.access(path.parent, os.W_OK | os.X_OK) else f"{path.parent}: permission denied"


def set_aside(path: Path) -> None:
    """Keep a broken file under another name, in place of the last that was broken."""
    with suppress(OSError):
        path.replace(path.with_suffix(".broken"))


@contextmanager
def state_locked(path: Path) -> Iterator[None]:
    """While no other kustui saves in the folder of a file. One that takes too long is not waited for."""
    import fcntl  # which nobody needs before the first paint

    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError:  # there is nothing yet to be locked
        yield
        return
    try:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_INTERVAL)
                continue
            except OSError:  # a file system without locks
                pass
            break
        yield
    finally:
        os.close(folder)
