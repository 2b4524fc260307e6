"""Systems that are poor or broken: a user without a name, a home and rights, and a full disk. As any user, where
the system has user namespaces."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.patience import PATIENCE
from tests.support.terminal import environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOBODY = ("unshare", "--user", "--map-user=4242", "--map-group=4242")
"""What comes before a command for it to run as somebody who is in no list of users, owns what the tests do, and may
enter no folder that is closed to its owner."""
_DISK = 'mount -t tmpfs -o size="$1" none "$2" && cd "$2" && shift 2 && "$@"'
_CLOSED = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "PYTHONUNBUFFERED")


def small_disk(folder: Path, size: str = "64k") -> tuple[str, ...]:
    """What comes before a command for it to run in a folder, on a disk of that size which is empty and gone again
    afterwards."""
    return ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _DISK, "sh", size, str(folder))


@cache
def _works(before: tuple[str, ...]) -> bool:
    if not shutil.which(before[0]):
        return False
    return subprocess.run([*before, "true"], capture_output=True, check=False, cwd="/").returncode == 0


def needs(before: tuple[str, ...]) -> None:
    """Skip the test where the system cannot do this."""
    if not _works(before):
        pytest.skip(f"{before[0]} cannot be used here")


def bare_environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """One that says nothing of anybody's folders, and leaves Python's buffers as they are."""
    return {name: value for name, value in environment().items() if name not in _CLOSED} | dict(changes or {})


def run_in(
    before: Sequence[str], *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | str = "/"
) -> subprocess.CompletedProcess[str]:
    """The command in such a system, with nothing on standard input."""
    return subprocess.run(
        [*before, *map(str, command)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=bare_environment(env),
        cwd=cwd,
        timeout=PATIENCE,
    )


def closed(folder: Path) -> Path:
    """The folder, which nobody but root may enter any more."""
    folder.chmod(0)
    return folder
