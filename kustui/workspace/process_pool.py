"""Work done by all processors, where a process can be forked: what it needs is then there in each of them without being
sent."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WORTH_IT = 4_000_000
"""Bytes of definitions from which it is quicker: starting processes and sending what they find cost about 50 ms."""
_MOST_PROCESSES = 8
_SHARES = 16
"""For each process: one that is quicker, or has less to do, takes more of them."""

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
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    context = get_context("fork")
    workers = {}
    lifeline, (waiting, numbers) = os.pipe(), os.pipe()
    shares = [parts[index :: processes * _SHARES] for index in range(min(len(parts), processes * _SHARES))]
    os.write(numbers, bytes(range(processes, len(shares))))
    os.close(numbers)  # so that the last number is the end
    try:
        for index in range(min(processes, len(shares))):
            receiver, sender = context.Pipe(duplex=False)
            task = (work, shares, index, waiting, dumped, sender, lifeline)
            worker = context.Process(target=_work, args=task, daemon=True)
            worker.start()
            sender.close()  # so that the end of the process is the end of what it sends
            workers[receiver] = worker
        meanwhile()
        receivers = list(workers)
        while receivers:
            for ready in cast("list[Connection]", wait(receivers)):
                try:
                    received = ready.recv_bytes()
                except (EOFError, OSError):  # the second where it was killed in the middle of an answer
                    receivers.remove(ready)
                    continue
                answer = loaded(received)
                if isinstance(answer, Exception):
                    raise answer
                yield answer
    finally:
        for worker in workers.values():
            worker.terminate()
            worker.join()
        for end in (*lifeline, waiting):
            os.close(end)


def _work(
    work: Callable[[Sequence[Part]], Iterable[Any]],
    shares: Sequence[Sequence[Part]],
    first: int,
    waiting: int,
    dumped: Callable[[Any], bytes],
    sender: Connection,
    lifeline: tuple[int, int],
) -> None:
    """In a process of its own: send the answers on one share after the other, or the exception that ended it. The
    numbers of those that no process has begun are in the pipe ``waiting``."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the command is told as well, and is the one to say so
    os.close(lifeline[1])
    end_with_parent(lifeline[0])
    share = bytes([first])
    try:
        while share:
            for answer in work(shares[share[0]]):
                sender.send_bytes(dumped(answer))
            share = os.read(waiting, 1)
    except Exception as error:
        sender.send_bytes(pickle.dumps(error))


def end_with_parent(lifeline: int) -> None:
    """End this process as soon as the one that holds the other end of a pipe has ended, by whatever signal: nobody
    else would end it, and it would wait for ever to be read."""

    def wait() -> None:
        os.read(lifeline, 1)
        os._exit(1)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
