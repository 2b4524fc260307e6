"""What was worked out before, kept in the user's cache folder: values of bytes under keys that say all they depend on.

None of it is needed. Where there is no folder, or it is full, locked or may not be written to, nothing is kept; what is
broken is made anew. It is one SQLite file, which several kustuis may read and write at once.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kustui import __version__
from kustui.files import is_file, own_folder

if TYPE_CHECKING:
    from sqlite3 import Connection

FILE = "results-1.sqlite"
"""The number is that of the layout of its table."""
MOST_BYTES = 256_000_000
"""Of the file: what was not used for longest is removed first."""
_DAY = 24 * 60 * 60
_LONGEST = 30 * _DAY
"""Seconds after which a value that nobody used is removed."""
_PATIENCE = 0.5
"""Seconds to wait for another kustui."""
_MOST_KEYS = 500
"""In one question: SQLite has a limit."""
_CHECKSUM = 4
"""Bytes after each value."""
_REFUSED = {3, 5, 6, 7, 9, 10, 13, 14, 15, 22, 23}
"""What SQLite answers where the file is not to blame: PERM, BUSY, LOCKED, NOMEM, INTERRUPT, IOERR, FULL, CANTOPEN,
PROTOCOL, NOLFS, AUTH."""
_READONLY = 8
_LAYERS = ("analysis", "check", "config", "definition", "diagrams", "search", "text", "workspace")
"""Whose code decides what is kept, with the modules below all layers."""
_LIBRARIES = ("google_re2-", "msgspec-", "pydantic-", "pydantic_core-", "rapidfuzz-", "wcwidth-")


class Cache:
    """The values in a file; none where the ``path`` is None."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path

    @property
    def size(self) -> int:
        """Bytes of the file; 0 where there is none, and nobody needs to make a key."""
        with suppress(OSError):
            if self.path is not None:
                return self.path.stat().st_size
        return 0

    @property
    def keeps(self) -> bool:
        """Whether there is a file that may be written, now at least."""
        if self.path is None:
            return False
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)
        return is_file(self.path) and self._may_be_written  # a pipe would wait for somebody to write

    def read(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values of those keys that have one."""
        values: dict[bytes, bytes] = {}
        aged: list[bytes] = []
        now = int(time.time())

        def select(connection: Connection) -> None:
            for start in range(0, len(keys), _MOST_KEYS):
                some = keys[start : start + _MOST_KEYS]
                where = f"key IN ({','.join('?' * len(some))})"
                for key, used, kept in connection.execute(f"SELECT key, used, value FROM result WHERE {where}", some):
                    value = _unpacked(key, kept)
                    if value is not None:
                        values[key] = value
                        aged.extend([] if isinstance(used, int) and used >= now - _DAY else [key])

        def mark(connection: Connection) -> None:
            connection.executemany("UPDATE result SET used = ? WHERE key = ?", [(now, key) for key in aged])

        if self.path is not None and is_file(self.path) and self.size:
            self._ask(select, "ro")
        if aged:
            self._ask(mark, "rw")
        return values

    def write(self, values: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep some values under their keys. They are made where they can be kept, before others have to wait."""
        now = int(time.time())

        def insert(connection: Connection) -> None:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS result (key BLOB PRIMARY KEY, used INTEGER NOT NULL, value BLOB NOT NULL)"
            )
            connection.execute("CREATE INDEX IF NOT EXISTS by_use ON result (used)")
            connection.execute("DELETE FROM result WHERE used < ? OR used > ?", (now - _LONGEST, now + _DAY))
            connection.executemany("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", rows)
            while _bytes_used(connection) > MOST_BYTES and _remove_oldest(connection):
                pass

        if self.keeps:
            rows = [(key, now, _packed(key, value)) for key, value in values]
            self._ask(insert, "rw")

    def _ask(self, question: Callable[[Connection], None], mode: str) -> None:
        """Ask in a transaction. Given up where that is refused; a file that is damaged is removed."""
        assert self.path is not None
        try:
            import sqlite3  # not every Python has it
        except ImportError:
            return
        try:
            uri = f"{self.path.as_uri()}?mode={mode}"
            with closing(sqlite3.connect(uri, timeout=_PATIENCE, uri=True)) as connection:
                connection.execute("PRAGMA synchronous = OFF")  # what a power cut breaks is made anew
                with connection:
                    question(connection)
        except (sqlite3.Error, ValueError) as error:  # a message about what is damaged may itself not be decodable
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in _REFUSED and (code != _READONLY or (mode == "rw" and self._may_be_written)):
                for name in (self.path.name, f"{self.path.name}-journal"):
                    with suppress(OSError):
                        self.path.with_name(name).unlink()

    @property
    def _may_be_written(self) -> bool:
        return self.path is not None and all(os.access(path, os.W_OK) for path in (self.path, self.path.parent))


def _bytes_used(connection: Connection) -> int:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _remove_oldest(connection: Connection) -> bool:
    """Remove a quarter of the values; whether there were any."""
    count = connection.execute("SELECT count(*) FROM result").fetchone()[0]
    oldest = "SELECT rowid FROM result ORDER BY used, rowid LIMIT ?"
    return connection.execute(f"DELETE FROM result WHERE rowid IN ({oldest})", (count // 4 + 1,)).rowcount > 0


def _packed(key: bytes, value: bytes) -> bytes:
    """A value as it is kept."""
    return value + zlib.crc32(key + value).to_bytes(_CHECKSUM)


def _unpacked(key: object, kept: object) -> bytes | None:
    """The value that was kept; None where it is damaged."""
    if not (isinstance(key, bytes) and isinstance(kept, bytes)):
        return None
    value = kept[:-_CHECKSUM]
    return value if _packed(key, value) == kept else None


def cache_path() -> Path | None:
    """The file of the user's cache, whether it exists or not; None where the user has no home."""
    folder = own_folder("cache")
    return folder and folder / FILE


# Keys


def key_of(*parts: bytes | str) -> bytes:
    """The key of something that depends on some parts, and on kustui itself."""
    digest = blake2b(version(), digest_size=16)
    for part in parts:
        data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8))
        digest.update(data)
    return digest.digest()


@cache
def version() -> bytes:
    """What is different wherever another kustui might come to another result: its version alone does not say so where
    it is being developed, or installed from a repository."""
    digest = blake2b(f"{__version__} {sys.version}".encode())
    own = Path(__file__).parent
    in_layers = (path for layer in _LAYERS for path in (own / layer).rglob("*.py"))
    for path in sorted((*own.glob("*.py"), *in_layers)):
        digest.update(f"\n{path.relative_to(own).as_posix()}\n".encode())
        with suppress(OSError):
            digest.update(path.read_bytes())
    library = find_spec("msgspec")
    if library is not None and library.origin is not None:  # where the others are too
        with suppress(OSError):
            names = [path.name for path in Path(library.origin).parent.parent.iterdir()]
            digest.update(repr(sorted(name for name in names if name.lower().startswith(_LIBRARIES))).encode())
    return digest.digest()
