"""Where somebody was in a collection, kept for the next time: whose are ids, paths and what was typed, nothing else of
a definition."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from kustui.errors import KustuiError
from kustui.files import own_folder, write_file

_VERSION = 1
_FOLDER = "places"
_MOST_BYTES = 64_000
"""Of one file: what is larger is not of ours."""
_MOST_FILES = 200
"""Those not written to for the longest time go first."""
MOST_OPEN = 400
"""Nodes whose being open is kept."""

Name = tuple[str, ...]
"""Who a node of the tree is: its file, its workflow, and what it is of that."""


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place, as it is written to its file."""

    version: int = _VERSION
    selected: Name = ()
    open: tuple[Name, ...] = ()
    """What was open, but for files."""
    closed: tuple[Name, ...] = ()
    """Files that were closed."""
    pane: str = "tree"
    """Which had the keys."""
    drawing: str = "flow"
    filter: str = ""
    marks: dict[str, Name] = {}


def place_file(paths: Sequence[str]) -> Path:
    """Where the place in a collection is kept: by the paths that it was opened with, however they were written."""
    from hashlib import sha256  # which few need, and nobody before the first paint

    named = "\0".join(sorted({os.path.realpath(path) for path in paths}))
    return own_folder("state") / _FOLDER / f"{sha256(os.fsencode(named)).hexdigest()[:32]}.json"


def read_place(file: Path) -> Place | None:
    """What was kept; None where nothing was, or nothing that can be made use of."""
    with suppress(OSError, msgspec.MsgspecError):
        if file.stat().st_size <= _MOST_BYTES:
            place = msgspec.json.decode(file.read_bytes(), type=Place)
            return place if place.version == _VERSION else None
    return None


def keep_place(file: Path, place: Place) -> None:
    """Keep it for the next time, where that can be kept."""
    with suppress(OSError, UnicodeEncodeError, KustuiError):
        written = msgspec.json.encode(place)
        if len(written) > _MOST_BYTES:
            written = msgspec.json.encode(msgspec.structs.replace(place, open=()))
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(file, [written], replace=True, private=True)
        for old in _surplus(file.parent):
            old.unlink(missing_ok=True)


def _surplus(folder: Path) -> Iterator[Path]:
    files = sorted(folder.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
    yield from files[_MOST_FILES:]
