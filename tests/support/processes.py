"""What a command and its own processes are at, as the system tells: Linux does, others leave it unknown."""

from __future__ import annotations

import platform
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPOLL_WAITS, _FUTEX = {"x86_64": ((232, 281), 202), "aarch64": ((22,), 98)}.get(platform.machine(), ((), -1))
"""The numbers of the system calls in which an event loop waits, with the milliseconds as the fourth argument, and of
that in which a thread waits for another."""


def processor_seconds(pid: int) -> float:
    """What a process and its own have used of a processor. One that waits for a processor counts as using it. 0 where
    the system does not say."""
    nanoseconds = 0
    for thread in _threads(pid):
        with suppress(OSError, ValueError):  # a thread that has just ended
            ran, waited, _ = (thread / "schedstat").read_text().split()
            nanoseconds += int(ran) + int(waited)
    return nanoseconds / 1e9


def are_at_rest(pid: int, seconds: float) -> bool | None:
    """Whether there was a moment at which every thread of a process and of its own slept, and no event loop among them
    had a timer that runs out within so many seconds. Its first thread does not rest while it waits for another, as
    where the terminal is given back. None where the system does not say."""
    if not _EPOLL_WAITS:
        return None
    milliseconds = int(seconds * 1000)
    try:
        before: dict[Path, _Sleep] = {}
        for thread in _threads(pid):
            before[thread] = sleep = _sleep_of(thread)
            if not sleep.is_asleep or 0 <= sleep.milliseconds <= milliseconds:
                return False
            if sleep.is_for_thread and thread.name == str(pid):
                return False
        # Whoever has not run between two looks slept all the time, and so all did after the first look at the last.
        return all(before.get(thread) == _sleep_of(thread) for thread in _threads(pid))
    except (FileNotFoundError, ProcessLookupError):  # one that has just ended
        return False
    except (OSError, ValueError):
        return None


class _Sleep(NamedTuple):
    is_asleep: bool
    turns: int
    """How often the thread has run."""
    milliseconds: int
    """For how long it waits at most as an event loop; -1 for ever, or not as one."""
    is_for_thread: bool
    """Whether it waits for another thread."""


def _sleep_of(thread: Path) -> _Sleep:
    state = (thread / "stat").read_text().rpartition(") ")[2][0]
    turns = int((thread / "schedstat").read_text().split()[2])
    call = (thread / "syscall").read_text().split()
    number = int(call[0]) if call[0].isdecimal() else -1
    milliseconds = int(call[4], 16) & 0xFFFFFFFF if number in _EPOLL_WAITS else -1
    is_for_thread = state == "S" and number == _FUTEX
    return _Sleep(state in "SZTt", turns, -1 if milliseconds >= 1 << 31 else milliseconds, is_for_thread)


def _threads(pid: int) -> Iterator[Path]:
    """The folder of each thread of a process and of those that it has begun; nothing where the system has none."""
    threads: list[Path] = []
    with suppress(OSError):  # a process that has just ended
        threads += Path(f"/proc/{pid}/task").iterdir()
    for thread in threads:
        yield thread
        with suppress(OSError):
            for child in (thread / "children").read_text().split():
                yield from _threads(int(child))
