"""Writing a file: whole or not at all, and never over another without being told to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kustui.errors import KustuiError, reason_of


class WriteError(KustuiError):
    """A file that could not be written; what was there before is still there."""


class ExistsError(WriteError):
    """There is a file of that name already, and nobody said that it may be replaced."""


def write_file(path: str | Path, pieces: Iterable[str | bytes], *, replace: bool) -> None:
    """Write the pieces, text as UTF-8, beside the file and rename it: readers see the old content or the new.

    A symbolic link stays one, and the file that it leads to keeps its mode. What is no regular file (``/dev/stdout``, a
    FIFO) is written to directly. The folder has to exist. Raises ExistsError where there is a file and ``replace`` is
    false, and WriteError for what the system refuses.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except OSError:
        mode = None
    try:
        if mode is not None and not stat.S_ISREG(mode):
            with target.open("wb") as special:
                special.writelines(map(_encoded, pieces))
        elif mode is not None and not replace:
            raise ExistsError(f"{path}: there is a file of that name already")
        else:
            _replace(target, pieces, mode)
    except OSError as error:
        raise WriteError(f"{path}: {reason_of(error)}") from error


def _replace(target: Path, pieces: Iterable[str | bytes], mode: int | None) -> None:
    """Write beside the target and rename, with its mode where it has one. Raises OSError."""
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}-{os.urandom(4).hex()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)  # less what the umask takes away
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(map(_encoded, pieces))
        if mode is not None:
            part.chmod(stat.S_IMODE(mode))
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode("utf-8", "backslashreplace") if isinstance(piece, str) else piece
