"""A real pseudo-terminal with a command in it, and the screen that somebody sitting there would see."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyte

from tests.support.patience import PATIENCE
from tests.support.processes import are_at_rest, processor_seconds
from tests.support.terminal_process import Copied, Executed, TerminalProcess, set_size
from tests.support.terminal_screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from pyte.screens import Char

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"


_SCRIPT = Path(sys.executable).with_name("kustui")
KUSTUI = (str(_SCRIPT),) if _SCRIPT.exists() else (sys.executable, "-m", "kustui")

_LEFT_OUT = ("NO_COLOR", "SSH_CONNECTION", "COLORFGBG", "LC_ALL", "LC_CTYPE", "COLUMNS", "LINES", "TMUX")
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$p")
_UNFINISHED = re.compile(rb"\x1b(\[[<>=?0-9;$]*)?\Z")
_KEY_ESCAPE = re.compile(rb"\x1b(?!\[[<?0-9;]*[A-Za-z~])")
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")

_WHERE_IS_CURSOR = b"\x1b[6n"
_PACKET = 512
"""Bytes that a slow line carries at once."""

_IDLE = 0.03
"""Seconds of a processor that a command uses at most while nothing happens, in what ``settle`` takes for quiet."""
_WAITING = 0.03
"""Of a processor, what waiting for longer takes at most where the machine is slow."""
_QUIET = 0.4
"""Seconds without a sign of life that are one of rest where there is no better."""
_SOON = 0.3
"""Seconds: what kustui and Textual do once something rests, they do after less."""
_ESCAPE = 0.25
"""Seconds without another key after which Textual takes an Escape, and what follows it, for keys."""
_LOOK = 0.01
"""Seconds between two looks at whether a command is at rest."""
_OPEN_OTHER_END = 0x5441
"""Linux's ``TIOCGPTPEER``."""

MOUSE_MODES = (1000, 1002, 1003, 1006, 1015)
BRACKETED_PASTE, FOCUS_REPORTS, CURSOR, WRAPPING = 2004, 1004, 25, 7


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """That of a plain terminal, whatever the tests themselves run in."""
    found = {
        name: value for name, value in os.environ.items() if name not in _LEFT_OUT and not name.startswith("TEXTUAL")
    }
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        found.setdefault(name, os.devnull)  # where nothing can be kept
    found |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    return found | dict(changes or {})


@dataclass(frozen=True, slots=True)
class LineDiscipline:
    """How the kernel treats what is typed."""

    echo: bool
    canonical: bool
    signals: bool
    output: bool
    """Whether a line feed becomes carriage return and line feed."""


class Terminal:
    """A command under way in a terminal of its own.

    A context manager: whatever still runs at its end is killed.
    """

    def __init__(
        self,
        arguments: Sequence[str | Path] = (),
        *,
        command: Sequence[str] = KUSTUI,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        bytes_per_second: int | None = None,
        answers: bool = False,
        is_loaded: bool = False,
    ) -> None:
        """``bytes_per_second`` is what the line to the terminal carries; ``answers`` says whether the terminal tells
        where its cursor is when it is asked, as every real one does; ``is_loaded`` lets kustui begin as a copy of a
        process that has loaded it, where nothing that is tested comes before."""
        words = [*command, *(str(argument) for argument in arguments)]
        self._screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._bytes = bytearray()
        self._chunks: list[tuple[float, int]] = []
        self._drawn = 0
        self._sizes: list[tuple[int, int, int]] = []
        """Sizes to come, each after so many bytes: the screen is drawn only when it is looked at."""
        self._closed = False
        self.bytes_per_second = bytes_per_second
        self._free_at = 0.0
        """When the line has carried what was read last."""
        self.answers = answers
        self._answered = 0
        self._unread = self._typed_escape = False
        """Whether something typed may wait to be read, and may begin with an Escape that waits for what comes next."""
        self._read_at = 0.0
        """When that was not known to be read yet (``monotonic``)."""
        self.began = time.perf_counter()
        begin: Callable[..., TerminalProcess] = Copied if is_loaded else Executed
        self._process = begin(words, (columns, rows), environment(env), cwd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.status() is None:
            os.kill(self.pid, signal.SIGKILL)
            self._process.status(wait=True)
        self._process.close()

    # What it wrote

    def pump(self, seconds: float = 0.0) -> bool:
        """Take what is written, waiting for at most so long until there is something; whether there was."""
        if self._closed:
            return False
        while self.answers and self._answered < self._bytes.count(_WHERE_IS_CURSOR):
            self._answered += 1
            self.press("\x1b[1;1R")
        try:
            if (busy := self._free_at - time.perf_counter()) > 0:  # the line carries what was read last
                time.sleep(min(busy, max(0.0, seconds)))
                if busy > seconds:
                    return False
                seconds -= busy
            ready, _, _ = select.select([self._process.fd], [], [], max(0.0, seconds))
            if not ready:
                return False
            found = os.read(self._process.fd, 1 << 16 if self.bytes_per_second is None else _PACKET)
        except OSError:  # Linux's way to say that nobody holds the other end any more
            found = b""
        self._closed = not found
        self._bytes += found
        self._chunks.append((time.perf_counter(), len(self._bytes)))
        if self.bytes_per_second is not None:
            self._free_at = time.perf_counter() + len(found) / self.bytes_per_second
        return bool(found)

    def scribble(self, text: str) -> None:
        """Something else writes on the terminal."""
        self._bytes += text.encode()

    @property
    def raw(self) -> bytes:
        """Every byte so far."""
        self._take()
        return bytes(self._bytes)

    def _take(self) -> None:
        while self.pump():
            pass

    @property
    def written(self) -> int:
        """How many bytes were taken so far: a mark for ``raw[mark:]``."""
        return len(self._bytes)

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        self._take()
        while self._sizes:
            mark, columns, rows = self._sizes.pop(0)
            self._draw(mark)
            self._screen.resize(rows, columns)
        self._draw(len(self._bytes))
        return self._screen.display

    def _draw(self, mark: int) -> None:
        found = bytes(self._bytes[self._drawn : mark])
        if unfinished := _UNFINISHED.search(found):
            found = found[: unfinished.start()]
        self._drawn += len(found)
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", found))

    @property
    def moment(self) -> float:
        """When something came last (``perf_counter``)."""
        return self._chunks[-1][0] if self._chunks else self.began

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def styled(self, row: int) -> list[Char]:
        """The cells of a row."""
        self.lines  # noqa: B018  # draws
        return [self._screen.buffer[row][column] for column in range(self._screen.columns)]

    @property
    def has_ended(self) -> bool:
        """Whether the command has closed the terminal."""
        return self._closed

    # Waiting

    def wait_until(self, holds: Callable[[], bool], what: str | Callable[[], str], seconds: float = PATIENCE) -> None:
        """Take output until something holds. Raises AssertionError with the screen when it never does."""
        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            if left <= 0 or (self._closed and not holds()):
                reason = "ended" if self._closed else f"waited {seconds:g} s"
                what = what if isinstance(what, str) else what()
                raise AssertionError(f"{reason} without {what}; the screen:\n{self.text}")
            self.pump(min(left, 0.2))

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Until the text is on the screen, within one row."""
        self.wait_until(lambda: any(text in line for line in self.lines), repr(text), seconds)

    def wait_for_bytes(self, wanted: bytes, mark: int = 0, seconds: float = PATIENCE) -> None:
        """Until the bytes have come, after a mark. No screen is drawn, which would slow what is measured."""
        end = time.monotonic() + seconds
        while self._bytes.find(wanted, max(0, mark)) < 0:
            if self._closed or time.monotonic() > end:
                raise AssertionError(f"no {wanted!r} came; the screen:\n{self.text}")
            mark = max(mark, len(self._bytes) - len(wanted))
            self.pump(0.5)

    def replayed(self) -> Iterator[tuple[float, list[str]]]:
        """Each moment (``perf_counter``) at which something came, with the screen as it was then.

        Drawn afterwards, so that drawing does not slow what is measured. For one size of the screen only.
        """
        screen = Screen(self._screen.columns, self._screen.lines)
        stream = pyte.ByteStream(screen)
        fed = 0
        for moment, total in self._chunks:
            found = bytes(self._bytes[fed:total])
            if unfinished := _UNFINISHED.search(found):
                found = found[: unfinished.start()]
            fed += len(found)
            stream.feed(_UNKNOWN_TO_PYTE.sub(b"", found))
            yield moment, screen.display

    def settle(self, quiet: float = 0.0, seconds: float = PATIENCE) -> None:
        """Until the command has nothing left to do, and until nothing was written and computed for so long, however
        slow a busy machine makes that."""
        end = time.monotonic() + seconds
        while not self._comes_to_rest() or (quiet and self._stirs(quiet)):
            assert time.monotonic() < end, f"still at work after {seconds:g} s; the screen:\n{self.text}"

    def rest(self, seconds: float) -> None:
        """Take what is written for so long, or until the command has nothing left to do and would do nothing more."""
        end = time.monotonic() + seconds
        while not self._closed and (left := end - time.monotonic()) > 0:
            if not self.pump(min(left, _LOOK)) and not self._is_unread() and self._is_at_rest():
                return

    def settle_untaken(self) -> None:
        """Until the command has read what was typed and has nothing left to do, with what it wrote left where it is."""
        end = time.monotonic() + PATIENCE
        while self._is_unread() or not self._is_at_rest():
            assert time.monotonic() < end, f"still at work after {PATIENCE:g} s; the screen:\n{self.text}"
            time.sleep(_LOOK)

    def _stirs(self, seconds: float) -> bool:
        """Whether something is written or computed within so long."""
        before = self.processor_seconds
        idle = max(_IDLE, seconds * _WAITING)
        return self.pump(seconds) or abs(self.processor_seconds - before) > idle  # less once a thread has ended

    def _comes_to_rest(self) -> bool:
        """Whether it does before it writes something. What never sleeps long, as a field with something that turns,
        or where the system does not say, is at rest once it has been quiet for a while."""
        end, before = time.monotonic() + _QUIET, self.processor_seconds
        while not self.pump(_LOOK) and not self._is_unread():
            if self._is_at_rest():
                return not self.pump()
            if time.monotonic() > end:
                return abs(self.processor_seconds - before) <= _IDLE
        return False

    def _is_at_rest(self) -> bool:
        """Whether the command sleeps, with no timer that runs out soon."""
        self._typed_escape = self._typed_escape and time.monotonic() - self._read_at < _ESCAPE
        return self._closed or (not self._typed_escape and bool(are_at_rest(self.pid, _SOON)))

    def _is_unread(self) -> bool:
        """Whether something that was typed waits to be read."""
        if self._unread:
            self._read_at = time.monotonic()
            try:
                other_end = fcntl.ioctl(self._process.fd, _OPEN_OTHER_END, os.O_NOCTTY | os.O_RDONLY)
            except OSError:  # another system, or nobody there any more
                self._unread = False
            else:
                self._unread = bool(select.select([other_end], [], [], 0)[0])
                os.close(other_end)
        return self._unread

    def ended(self, seconds: float = PATIENCE) -> int:
        """The exit status, negative for the signal that killed it. Waits for the end."""
        end = time.monotonic() + seconds
        while not self._closed and time.monotonic() < end:
            self.pump(0.2)
            if self._process.status() is not None:
                self._take()  # the rest
                break
        while (status := self._process.status()) is None:
            assert time.monotonic() < end, f"did not end in {seconds:g} s; the screen:\n{self.text}"
            time.sleep(0.01)
        return status

    # Doing

    def press(self, keys: str) -> None:
        """Type, all at once."""
        data = keys.encode()
        self._unread, self._typed_escape = True, self._typed_escape or _KEY_ESCAPE.search(data) is not None
        while data:
            data = data[os.write(self._process.fd, data) :]

    def resize(self, columns: int, rows: int) -> None:
        self._take()
        self._sizes.append((len(self._bytes), columns, rows))  # what was written so far was for the old size
        set_size(self._process.fd, columns, rows)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the window with the command still running."""
        self._closed = True
        self._process.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    # Its state

    @property
    def processor_seconds(self) -> float:
        """What the command and its own processes have used of a processor (tests/support/processes.py)."""
        return processor_seconds(self.pid)

    @property
    def line_discipline(self) -> LineDiscipline:
        _, output, _, local, *_ = termios.tcgetattr(self._process.fd)
        return LineDiscipline(
            echo=bool(local & termios.ECHO),
            canonical=bool(local & termios.ICANON),
            signals=bool(local & termios.ISIG),
            output=bool(output & termios.OPOST),
        )

    @property
    def modes(self) -> dict[int, bool]:
        """Every private mode that was set or reset, as it is now."""
        found: dict[int, bool] = {}
        for match in _MODE.finditer(self.raw):
            for mode in match[1].split(b";"):
                found[int(mode)] = match[2] == b"h"
        return found
