"""Reading files, writing them whole or not at all, never over another by mistake; where they are, and where kustui has
its own. Nothing here needs a home or a current folder: some users have none, or may not look into it."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from kustui.errors import KustuiError, reason_of

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_LEAST, _MOST = 1 << 20, 1 << 26
"""Bytes of a file for which memory is kept: less is there anyway, and more is too much."""
_SLACK, _PIECE, _PAGE = 1 << 16, 1 << 20, 1 << 12
_DEFAULT_FOLDERS = {"config": (".config",), "state": (".local", "state"), "cache": (".cache",)}


Stamp = tuple[int, int, int]
"""What changes with a file: when it was written, its size, and which file it is. Of a pipe, a socket or a device only
which it is, as time and size change while it is read."""


class ReadError(KustuiError):
    """A file that cannot be read; the cause is the system's own error."""


class WriteError(KustuiError):
    """A file that could not be written; what was there before is still there."""


class ExistsError(WriteError):
    """A file of that name already exists and may not be replaced."""


ReadFile = Callable[[str], bytes | None]
"""The bytes of the file at a path; None where there is none that can be read."""


def no_file(path: str) -> None:
    """Reads nothing."""


def identity_of(status: os.stat_result) -> tuple[int, int]:
    """Which file or folder it is, by whatever path it is reached."""
    return status.st_dev, status.st_ino


def stamp_of(status: os.stat_result) -> Stamp:
    if kind_of_special(status.st_mode):
        return 0, stat.S_IFMT(status.st_mode), status.st_ino
    return status.st_mtime_ns, status.st_size, status.st_ino


def kind_of_special(mode: int) -> str:
    """``a pipe``, ``a socket`` or ``a device``, by the mode of a status; nothing for a file or a folder."""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"


def read_file(path: str | Path) -> bytes:
    """The contents of a file, or of a pipe. Raises ReadError."""
    try:
        return read_whole(path)
    except OSError as error:
        raise ReadError(f"{path}: {reason_of(error)}") from error


def read_whole(path: str | Path) -> bytes:
    """What a file holds, or a pipe once somebody has written to it. Raises OSError, also for a device, which might
    never end."""
    status = os.stat(path)  # noqa: PTH116  # Path("") would be the current folder
    refuse_device(status)
    if stat.S_ISSOCK(status.st_mode):
        raise _not_a_file(status)
    return Path(path).read_bytes()


def refuse_device(status: os.stat_result) -> None:
    """Raises OSError for a device, but for the one that is empty."""
    is_device = stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)
    if is_device and status.st_rdev != os.stat(os.devnull).st_rdev:  # noqa: PTH116
        raise _not_a_file(status)


def _not_a_file(status: os.stat_result) -> OSError:
    return OSError(errno.EINVAL, f"not a file but {kind_of_special(status.st_mode)}")


class ReadBuffer:
    """Memory for the next reading of a large file: to get pages from the system takes longer than to fill them. It is
    kept after a file was read, by ``prepare``, for when the file has changed."""

    def __init__(self) -> None:
        self._size = 0
        """Bytes of the large file that was read last; 0 where no memory is to be kept for it."""
        self._room: io.BytesIO | None = None

    def prepare(self) -> None:
        """Get memory for the large file that was read last, and a little more."""
        if self._room is None and self._size:
            self._room = io.BytesIO(bytes(self._size + _SLACK))
            with self._room.getbuffer() as view:
                for start in range(0, len(view), _PIECE):  # in pieces: other threads have to wait for each
                    piece = view[start : start + _PIECE : _PAGE]
                    piece[:] = bytes(len(piece))

    def read(self, file: io.FileIO, size: int) -> bytes:
        """What a file holds, which has about ``size`` bytes. Raises OSError."""
        if size < _LEAST:
            return file.readall()
        room, self._room = self._room, None
        data = file.readall() if room is None else _read_into(room, file)
        self._size = len(data) if size <= _MOST else 0
        return data


def _read_into(room: io.BytesIO, file: io.FileIO) -> bytes:
    """What a file holds, in the memory of ``room`` where that is enough."""
    size = 0
    with room.getbuffer() as view:
        while count := file.readinto(view[size:]):
            size += count
        is_full = size == len(view)
    room.truncate(size)
    return room.getvalue() + (file.readall() if is_full else b"")  # no copy, where nothing is added


def open_regular_file(path: str) -> io.FileIO:
    """A file to be read. Raises OSError, also for what would wait for somebody to write, or never end."""
    try:
        handle = os.open(path, _READ | getattr(os, "O_NONBLOCK", 0))
    except BlockingIOError:  # another process holds a lease on it: that ends
        handle = os.open(path, _READ)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise _not_a_file(os.stat(path)) from error  # noqa: PTH116  # a socket, or a device that is not connected
    file = io.FileIO(handle)
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        file.close()
        raise _not_a_file(status)
    return file


def size_of(file: io.FileIO) -> int:
    """How many bytes an open file has."""
    return os.fstat(file.fileno()).st_size


def read_regular_file(path: str, buffer: ReadBuffer | None = None) -> bytes:
    """What a file holds. Raises OSError as ``open_regular_file``."""
    with open_regular_file(path) as file:
        return buffer.read(file, size_of(file)) if buffer is not None else file.readall()


def write_file(path: str | Path, pieces: Iterable[str | bytes], *, replace: bool, private: bool = False) -> None:
    """Write the pieces, text as UTF-8, to a new file beside the target and move it there: a reader sees the old content
    or the new, never a part.

    A symbolic link stays one, and the file that it leads to keeps its mode, and its owner where the user may give files
    away. Other names of the same file (hard links) keep the old content. What is not a regular file, such as
    ``/dev/stdout`` or a FIFO, is written to directly. The folder has to exist. A new file is readable for the user
    alone if it is ``private``. Raises ExistsError where there is a file and ``replace`` is false, and WriteError for
    what the system refuses.
    """
    target = Path(resolved(path))
    try:
        old = _status(target)
        if old is not None and not stat.S_ISREG(old.st_mode):
            with target.open("wb") as special:
                special.writelines(map(_encoded, pieces))
        elif old is not None and not replace:
            raise FileExistsError
        else:
            _put_in_place(target, pieces, old, replace=replace, private=private)
    except FileExistsError as error:
        raise ExistsError(f"{path}: the file already exists") from error
    except OSError as error:
        reason = reason_of(error)
        if isinstance(error, PermissionError) and is_folder(target.parent) and not os.access(target.parent, os.W_OK):
            reason += f": no file may be made in {target.parent}"
        raise WriteError(f"{path}: {reason}") from error


def _status(target: Path) -> os.stat_result | None:
    """None where there is no file. Raises OSError."""
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _put_in_place(
    target: Path, pieces: Iterable[str | bytes], old: os.stat_result | None, *, replace: bool, private: bool
) -> None:
    """Write beside the target, with the owner and mode of the old one, and rename. Raises OSError."""
    content = b"".join(map(_encoded, pieces))  # before there is a file, which would stay where kustui is killed
    part = target.with_name(f".{target.name[:40]}.{os.getpid()}-{os.urandom(4).hex()}.part")
    permissions = 0o600 if private else 0o666  # less what the umask takes away
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)  # a power failure leaves the old or the new as well
        if old is not None:
            with suppress(OSError):  # who may not give a file away owns the new one
                os.chown(part, old.st_uid, old.st_gid)
            part.chmod(stat.S_IMODE(old.st_mode))
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


def own_folder(kind: Literal["config", "state", "cache"]) -> Path | None:
    """kustui's folder among the user's configurations, saved states or caches, whether it exists or not; None where the
    user has no home."""
    if (folder := os.environ.get(f"XDG_{kind.upper()}_HOME", "")) and Path(folder).is_absolute():
        return Path(folder) / "kustui"
    if sys.platform in ("darwin", "win32"):
        import platformdirs  # slow to import, and elsewhere the folder is as below

        path = Path(getattr(platformdirs, f"user_{kind}_dir")("kustui", appauthor=False))
    else:
        path = Path(os.path.expanduser("~"), *_DEFAULT_FOLDERS[kind], "kustui")  # noqa: PTH111  # Path's own raises
    return path if path.is_absolute() else None


def current_folder() -> str:
    """The current folder; what it was called, or the root, where it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return os.environ.get("PWD") or os.sep


def absolute(path: str | Path) -> str:
    """A path from the root, without ``..``; links stay what they are."""
    return os.path.normpath(os.path.join(current_folder(), path))  # noqa: PTH118


def resolved(path: str | Path) -> str:
    """A path from the root, without ``..`` and links."""
    return os.path.realpath(os.path.join(current_folder(), path))  # noqa: PTH118


# Path's own methods raise where a folder above may not be entered, or a name is too long.


def exists(path: str | Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: str | Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: str | Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112
