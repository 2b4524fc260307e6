"""An event loop that tells when nothing is left to do: every message is handled, with all that came of it, and only
timers, threads and other processes could bring more."""

from __future__ import annotations

import asyncio
import selectors
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Tells whenever the loop would fall asleep, and does not let it if it is asked not to."""

    def __init__(self, stay_awake: Callable[[], bool]) -> None:
        super().__init__()
        self._stay_awake = stay_awake

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:  # else something is ready to be called
            ready = super().select(0)
            if ready or self._stay_awake():
                return ready
        return super().select(timeout)


class IdleLoop(asyncio.SelectorEventLoop):
    """Can be waited for."""

    def __init__(self) -> None:
        super().__init__(_Selector(self._tell))
        self._waiting: list[asyncio.Future[None]] = []
        self._held_back = 0
        self._skipped = 0.0

    def time(self) -> float:
        return super().time() + self._skipped

    def skip(self, seconds: float) -> None:
        """Let so much time pass at once: for timers, not for threads or for other processes."""
        self._skipped += seconds

    def _tell(self) -> bool:
        """Let those go on who wait for it; whether there were any."""
        if self._held_back or not self._waiting:
            return False
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
        return True

    async def idle(self) -> None:
        """Wait until it has nothing left to do."""
        future: asyncio.Future[None] = self.create_future()
        self._waiting.append(future)
        await future

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """It is not idle meanwhile, though it may seem so."""
        self._held_back += 1
        try:
            yield
        finally:
            self._held_back -= 1


class IdleLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """Makes it the loop of every test, also of those for which a plugin or Textual starts one."""

    def new_event_loop(self) -> IdleLoop:
        return IdleLoop()


def run(work: Coroutine[Any, Any, T]) -> T:
    """As ``asyncio.run``, for what waits for that without pytest."""
    with asyncio.Runner(loop_factory=IdleLoop) as runner:
        return runner.run(work)


def running_loop() -> IdleLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, IdleLoop), loop
    return loop


async def idle() -> None:
    """Wait until the running loop has nothing left to do."""
    await running_loop().idle()
