"""Lateness: what the product does in the background, or once something rests, comes late; so races show at will.

``pytest --late 0.3 tests/tui`` delays all of that by up to so many seconds, the same in every run of a seed, and
``--starve 0.05`` keeps the event loop busy for so long now and then, as other programs on a busy machine do. A test
that fails with either reads before something is shown, or has found a key that does something else because it came
early.
"""

from __future__ import annotations

import asyncio
import functools
import random
import time
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.message_pump import MessagePump
from textual.worker import Worker

from kustui.workspace.background import BackgroundWorkspace
from kustui.workspace.watch import ChangeWatcher
from tests.support.idle import running_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

_LATE, _STARVED = 0.02, 0.01
"""The share of the messages that are handled late, and of those before which the loop is kept busy."""


class Lateness:
    """Delays of up to ``late`` seconds, and a loop that is busy for ``starve`` seconds now and then."""

    def __init__(self, late: float, starve: float, seed: str) -> None:
        self._late, self._starve, self._random = late, starve, random.Random(seed)

    def _delay(self) -> float:
        """Mostly short, now and then as long as it may be."""
        return self._late * self._random.random() ** 2

    def _before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """What is called in a thread of the product, called late."""

        @functools.wraps(function)
        def late(*args: Any, **kwargs: Any) -> Any:
            time.sleep(self._delay())
            return function(*args, **kwargs)

        return late

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        self._delay_threads(patch)
        self._delay_background(patch)
        self._delay_queues(patch)
        set_timer = MessagePump.set_timer

        def set_late_timer(pump: MessagePump, delay: float, *args: Any, **kwargs: Any) -> Any:
            return set_timer(pump, delay + self._delay(), *args, **kwargs)

        patch.setattr(MessagePump, "set_timer", set_late_timer)

    def _delay_threads(self, patch: pytest.MonkeyPatch) -> None:
        to_thread, run = asyncio.to_thread, Worker.run

        async def late_thread(*args: Any, **kwargs: Any) -> Any:
            result = await to_thread(*args, **kwargs)
            await asyncio.sleep(self._delay())
            return result

        async def late_worker(worker: Worker[Any]) -> Any:
            await asyncio.sleep(self._delay())
            return await run(worker)

        patch.setattr(asyncio, "to_thread", late_thread)
        patch.setattr(Worker, "run", late_worker)
        patch.setattr(App, "call_from_thread", self._before(App.call_from_thread))

    def _delay_background(self, patch: pytest.MonkeyPatch) -> None:
        follow, take = BackgroundWorkspace.follow, ChangeWatcher.take

        def follow_late(background: BackgroundWorkspace, notify: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
            follow(background, self._before(notify), *args, **kwargs)

        def take_late(changes: ChangeWatcher, *args: Any, **kwargs: Any) -> Any:
            changed = take(changes, *args, **kwargs)
            time.sleep(self._delay() if changed else 0)
            return changed

        patch.setattr(BackgroundWorkspace, "follow", follow_late)
        patch.setattr(BackgroundWorkspace, "load", self._before(BackgroundWorkspace.load))
        patch.setattr(ChangeWatcher, "take", take_late)

    def _delay_queues(self, patch: pytest.MonkeyPatch) -> None:
        """Widgets handle what is in their queues in an order of their own."""
        get_message = MessagePump._get_message

        async def get_late(pump: MessagePump) -> Any:
            message = await get_message(pump)
            if self._random.random() < _LATE:
                with running_loop().held_back():
                    await asyncio.sleep(self._delay() / 4)
            if self._random.random() < _STARVED:
                time.sleep(self._starve)
            return message

        patch.setattr(MessagePump, "_get_message", get_late)
