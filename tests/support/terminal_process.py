"""The command in a pseudo-terminal: begun by itself, or as a copy of a process that has loaded it already."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import termios
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import pexpect

from tests.support.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class TerminalProcess(Protocol):
    """A process that a terminal belongs to."""

    pid: int
    fd: int
    """The terminal's end: what is written there is typed."""

    def status(self, wait: bool = False) -> int | None:
        """The exit status, negative for the signal that ended it; None while it runs, unless that is waited for."""

    def close(self) -> None:
        """Close the terminal's end."""


def set_size(fd: int, columns: int, rows: int) -> None:
    """Give a terminal another size."""
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Executed:
    """A command of its own."""

    def __init__(self, words: Sequence[str], size: tuple[int, int], env: dict[str, str], cwd: Path) -> None:
        columns, rows = size
        child = pexpect.spawn(
            words[0],
            list(words[1:]),
            dimensions=(rows, columns),
            env=env,
            cwd=str(cwd),
            encoding=None,
            timeout=PATIENCE,
        )
        self._child = cast("Any", child)  # its types know less than it can
        self._child.ptyproc.delayafterclose = 0.01
        self._child.ptyproc.delayafterterminate = 0.01
        self.pid, self.fd = int(self._child.pid), int(self._child.child_fd)

    def status(self, wait: bool = False) -> int | None:
        if wait:
            self._child.wait()
        if self._child.isalive():
            return None
        return int(self._child.exitstatus) if self._child.exitstatus is not None else -int(self._child.signalstatus)

    def close(self) -> None:
        self._child.ptyproc.fileobj.close()
        self._child.ptyproc.closed = True


class _Loaded:
    """A process with kustui loaded (``tests/support/loaded.py``)."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """``env``: what Python reads of it is read once and for all."""
        self._line, theirs = socket.socketpair()
        self._terminal, other_end = os.openpty()  # so that Python makes its streams as for a terminal
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(Path(__file__).with_name("loaded.py")), str(theirs.fileno())],
                stdin=other_end,
                stdout=other_end,
                stderr=other_end,
                pass_fds=[theirs.fileno()],
                env=env,
                start_new_session=True,
            )
        os.close(other_end)
        self._answers = self._line.makefile("rb")
        atexit.register(self.end)

    def ask(self, *descriptors: int, **asked: Any) -> Any:
        data = json.dumps(asked).encode() + b"\n"
        sent = socket.send_fds(self._line, [data], descriptors)
        self._line.sendall(data[sent:])
        return json.loads(self._answers.readline())

    def end(self) -> None:
        self._answers.close()
        self._line.close()
        self._process.wait()
        os.close(self._terminal)


@cache
def _loaded(env: frozenset[tuple[str, str]]) -> _Loaded:
    return _Loaded(dict(env))


_READ_AT_ONCE = ("PYTHON", "LANG", "LC_", "TEXTUAL")
"""How the variables begin that are read as kustui is loaded, for all copies."""


class Copied:
    """kustui as a copy of a process that has loaded it: to load it is half of what a start takes of a processor."""

    def __init__(self, words: Sequence[str], size: tuple[int, int], env: dict[str, str], cwd: Path) -> None:
        read = (item for item in env.items() if item[0].startswith(_READ_AT_ONCE))
        self._source = _loaded(frozenset(read))
        self._status: int | None = None
        self.fd, other_end = os.openpty()
        set_size(self.fd, *size)
        self.pid = int(self._source.ask(other_end, words=list(words), env=env, cwd=str(cwd)))
        os.close(other_end)

    def status(self, wait: bool = False) -> int | None:
        if self._status is None:
            self._status = self._source.ask(pid=self.pid, wait=wait)
        return self._status

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
