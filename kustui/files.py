"""Reading files, writing them whole or not at all, never over another by mistake; and where kustui has its own."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from kustui.errors import KustuiError, reason_of

_DEFAULT_FOLDERS = {"config": (".config",), "state": (".local", "state")}


class ReadError(KustuiError):
    """A file that cannot be read; the cause is the system's own error."""


class WriteError(KustuiError):
    """A file that could not be written; what was there before is still there."""


class ExistsError(WriteError):
    """A file of that name already exists and may not be replaced."""


def read_file(path: str | Path) -> bytes:
    """The contents of a file. Raises ReadError."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ReadError(f"{path}: {reason_of(error)}") from error


def write_file(path: str | Path, pieces: Iterable[str | bytes], *, replace: bool, private: bool = False) -> None:
    """Write the pieces, text as UTF-8, to a new file beside the target and move it there: a reader sees the old content
    or the new, never a part.

    A symbolic link stays one, and the file that it leads to keeps its mode. What is not a regular file, such as
    ``/dev/stdout`` or a FIFO, is written to directly. The folder has to exist. A new file is readable for the user
    alone if it is ``private``. Raises ExistsError where there is a file and ``replace`` is false, and WriteError for
    what the system refuses.
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
            raise FileExistsError
        else:
            _put_in_place(target, pieces, mode, replace=replace, private=private)
    except FileExistsError as error:
        raise ExistsError(f"{path}: the file already exists") from error
    except OSError as error:
        raise WriteError(f"{path}: {reason_of(error)}") from error


def _put_in_place(
    target: Path, pieces: Iterable[str | bytes], mode: int | None, *, replace: bool, private: bool
) -> None:
    """Write beside the target, with its mode where it has one, and rename. Raises OSError."""
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}-{os.urandom(4).hex()}.part")
    permissions = 0o600 if private else 0o666  # less what the umask takes away
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(map(_encoded, pieces))
        if mode is not None:
            part.chmod(stat.S_IMODE(mode))
        if replace or not _linked(part, target):
            part.replace(target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _linked(part: Path, target: Path) -> bool:
    """Whether the part now has the target's name too, which fails where another took that name in the meantime.

    False on a file system without links. Raises FileExistsError.
    """
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode("utf-8", "backslashreplace") if isinstance(piece, str) else piece


def own_folder(kind: Literal["config", "state"]) -> Path:
    """kustui's folder among the user's configurations or saved states, whether it exists or not."""
    if (folder := os.environ.get(f"XDG_{kind.upper()}_HOME", "")) and Path(folder).is_absolute():
        return Path(folder) / "kustui"
    if sys.platform in ("darwin", "win32"):
        import platformdirs  # slow to import, and elsewhere the folder is as below

        find = platformdirs.user_config_path if kind == "config" else platformdirs.user_state_path
        return find("kustui", appauthor=False)
    return Path.home().joinpath(*_DEFAULT_FOLDERS[kind], "kustui")
