"""Work done by all processors, where a process can be forked: what it needs is then there in each of them without being
sent."""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

WORTH_IT = 4_000_000
"""Bytes of definitions from which it is quicker: starting processes and sending what they find cost about 50 ms."""
_MOST_PROCESSES = 8
_SHARES = 16
"""For each process: one that is quicker, or has less to do, takes more of them."""

_LENGTH = 8
"""Bytes that say how long an answer is."""

Part = TypeVar("Part")


def available_processes() -> int:
    """How many processes work at once; 1 where no other can be forked."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)


def answers_of(
    work: Callable[[Sequence[Part]], Iterable[Any]],
    parts: Sequence[Part],
    processes: int,
    dumped: Callable[[Any], bytes] = pickle.dumps,
    loaded: Callable[[bytes], Any] = pickle.loads,
    meanwhile: Callable[[], object] = lambda: None,
) -> Generator[Any, None, None]:
    """The answers of ``work`` on shares of the parts, as the processes send them. Raises what a process raised.

    What is missing was to come from a process that was killed, as systems do that run out of memory: whoever asks does
    it alone. ``dumped`` and ``loaded`` say how an answer is sent. This process does something else ``meanwhile``,
    before it takes the first. The processes end with the generator: close it.
    """
    workers: dict[int, int] = {}  # by the pipe from which the answers of each are read
    lifeline, (waiting, numbers) = os.pipe(), os.pipe()
    shares = [parts[index :: processes * _SHARES] for index in range(min(len(parts), processes * _SHARES))]
    os.write(numbers, bytes(range(processes, len(shares))))
    os.close(numbers)  # so that the last number is the end
    ready = select.poll()
    try:
        for index in range(min(processes, len(shares))):
            receiver, sender = os.pipe()
            process = os.fork()
            if process == 0:
                _work(work, shares, index, waiting, dumped, sender, lifeline)
            workers[receiver] = process
            os.close(sender)  # so that the end of the process is the end of what it sends
            ready.register(receiver, select.POLLIN)
        meanwhile()
        left = len(workers)
        while left:
            for receiver, _ in ready.poll():
                received = _received(receiver)
                if received is None:
                    ready.unregister(receiver)
                    left -= 1
                    continue
                answer = loaded(received)
                if isinstance(answer, Exception):
                    raise answer
                yield answer
    finally:
        for receiver, process in workers.items():
            with suppress(ProcessLookupError, ChildProcessError):  # gone, where who started this one ignores SIGCHLD
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            os.close(receiver)
        for end in (*lifeline, waiting):
            os.close(end)


def _work(
    work: Callable[[Sequence[Part]], Iterable[Any]],
    shares: Sequence[Sequence[Part]],
    first: int,
    waiting: int,
    dumped: Callable[[Any], bytes],
    sender: int,
    lifeline: tuple[int, int],
) -> NoReturn:
    """In a process of its own: send the answers on one share after the other, or the exception that ended it. The
    numbers of those that no process has begun are in the pipe ``waiting``. Nothing of what the process has of the other
    is ended or written there as well, such as buffers of standard output."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the command is told as well, and is the one to say so
        os.close(lifeline[1])
        end_with_parent(lifeline[0])
        share = bytes([first])
        try:
            while share:
                for answer in work(shares[share[0]]):
                    _send(sender, dumped(answer))
                share = os.read(waiting, 1)
        except Exception as error:
            _send(sender, pickle.dumps(error))
    finally:
        os._exit(0)


def _send(sender: int, answer: bytes) -> None:
    """Write an answer to a pipe, and before it how many bytes it has."""
    with open(sender, "wb", closefd=False) as pipe:
        pipe.write(len(answer).to_bytes(_LENGTH, "big") + answer)


def _received(receiver: int) -> bytes | None:
    """The next answer from a pipe; None where no more comes, or no whole one."""
    length = _read(receiver, _LENGTH)
    size = int.from_bytes(length, "big")
    answer = _read(receiver, size)
    return answer if len(length) == _LENGTH and len(answer) == size else None


def _read(receiver: int, size: int) -> bytes:
    """So many bytes from a pipe, or those until its end."""
    data = bytearray()
    while len(data) < size and (piece := os.read(receiver, size - len(data))):
        data += piece
    return bytes(data)


def end_with_parent(lifeline: int) -> None:
    """End this process as soon as the one that holds the other end of a pipe has ended, by whatever signal: nobody
    else would end it, and it would wait for ever to be read."""

    def wait() -> None:
        os.read(lifeline, 1)
        os._exit(1)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
