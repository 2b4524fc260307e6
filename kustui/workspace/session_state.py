"""Where somebody was in a collection, saved for the next time: ids, paths and what was typed, nothing else of a
definition."""

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
"""Of one file: a larger one is not ours."""
_MOST_FILES = 200
"""Those written to least recently go first."""
MAX_OPEN = 400
"""Nodes that are saved as open."""

NodeName = tuple[str, ...]
"""Which node of the tree it is: its file, its workflow, and what it is of that."""


class SessionState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is restored, as it is written to its file."""

    version: int = _VERSION
    selected: NodeName = ()
    open: tuple[NodeName, ...] = ()
    """What was open, but for files."""
    closed: tuple[NodeName, ...] = ()
    """Files that were closed."""
    pane: str = "tree"
    """Which had the focus."""
    drawing: str = "flow"
    filter: str = ""
    marks: dict[str, NodeName] = {}


def session_file(paths: Sequence[str]) -> Path:
    """Where the state of a collection is saved: by the paths that it was opened with, however they were written."""
    from hashlib import sha256  # which few need, and nobody before the first paint

    identity = "\0".join(sorted({os.path.realpath(path) for path in paths}))
    return own_folder("state") / _FOLDER / f"{sha256(os.fsencode(identity)).hexdigest()[:32]}.json"


def read_session(file: Path) -> SessionState | None:
    """What was saved; None where nothing was, or nothing that can be used."""
    with suppress(OSError, msgspec.MsgspecError):
        if file.stat().st_size <= _MOST_BYTES:
            state = msgspec.json.decode(file.read_bytes(), type=SessionState)
            return state if state.version == _VERSION else None
    return None


def write_session(file: Path, state: SessionState) -> None:
    """Save it for the next time, where that is possible."""
    with suppress(OSError, UnicodeEncodeError, KustuiError):
        encoded = msgspec.json.encode(state)
        if len(encoded) > _MOST_BYTES:
            encoded = msgspec.json.encode(msgspec.structs.replace(state, open=()))
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(file, [encoded], replace=True, private=True)
        for old in _surplus(file.parent):
            old.unlink(missing_ok=True)


def _surplus(folder: Path) -> Iterator[Path]:
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    yield from files[_MOST_FILES:]
