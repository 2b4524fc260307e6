"""Waiting for the end of the check, and for what a key has begun in the background: what depends on all workflows is
done then, so that a key never does something else because it came early."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.worker import Worker

from kustui.text.styled_lines import Line
from kustui.tui.bindings import actions_of, carry_out, key_names
from kustui.tui.explorer.views import Views
from kustui.tui.widgets.rows import Row
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.workspace.difference import Difference

_NEEDS_SCENARIOS = "view.tests"
"""The action whose outcome depends on what came of the scenarios."""
_NEED_ALL = (
    "go.next-problem", "go.previous-problem", "go.uses", "fix.show", "fix.show-all", "fix.rename", "fix.suppress",
)  # fmt: skip
"""The actions whose outcome depends on every workflow."""


class CheckWaiter:
    """Holds back an action until every workflow is checked, and says so. The application holds back later keys."""

    def __init__(self, screen: Screen[None], views: Views, done: Callable[[], object]) -> None:
        self._screen, self._views, self._done = screen, views, done
        self._id = ""
        self._progress = ""
        self.is_behind = False
        """Whether something is said of a save whose snapshot is yet to come."""
        self.is_replayed = False
        """Whether every scenario was replayed once."""
        self._begun: Worker[None] | None = None
        self._awaited: tuple[Callable[[Snapshot], bool], asyncio.Future[Difference | None]] | None = None
        """What holds for the snapshot that is waited for, and what takes how it differs from the one before."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._id) or (self._begun is not None and not self._begun.is_finished)

    def wait_for(self, begun: Worker[None]) -> None:
        """Hold back keys until something that a key has begun is done."""
        self._begun = begun

    def run(self, work: Callable[[], Coroutine[None, None, None]], group: str, *, exclusive: bool = False) -> None:
        """Begin something that a key asks for, and hold back keys until it is done."""
        self.wait_for(self._screen.run_worker(work, group=group, exclusive=exclusive, description=group))

    def holds_back(self, id_: str, *, needs_all: bool = False) -> bool:
        """Whether an action is to be carried out later."""
        waits = needs_all or id_ in _NEED_ALL or id_ == _NEEDS_SCENARIOS
        if not waits or self._is_known(id_):
            return False
        self._id = id_
        self.show_progress(self._progress)
        return True

    def _is_known(self, id_: str) -> bool:
        """Whether there is all that an action depends on."""
        if id_ == _NEEDS_SCENARIOS:
            return self.is_replayed
        return self._views.tree.state.snapshot.is_checked and not self.is_behind

    def show_progress(self, words: str) -> None:
        """Say how far the check has come, and what waits for it."""
        self._progress = words
        if self._id:
            actions = actions_of(self._screen.app)
            key, leave = (next(iter(key_names(actions[id_])), "") for id_ in (self._id, "view.leave"))
            is_checked = self._views.tree.state.snapshot.is_checked
            what = "scenarios" if self._id == _NEEDS_SCENARIOS and is_checked else "check"
            line: Line = ((key, "key"), (f" waits for the {what}{': ' if words else ''}{words}", "info"))
            self._views.status.announce(Row((*line, (" · ", "muted"), (leave, "key"), (" cancels", "muted"))))

    def cancel(self) -> bool:
        """Do not wait any longer; whether something did."""
        was_waiting, self._id = self.is_waiting, ""
        if was_waiting:
            if self._begun is not None:
                self._begun.cancel()
            self._views.status.announce(Row())
            self._done()  # for the keys that came after the one that cancels
        return was_waiting

    def expect(self, is_it: Callable[[Snapshot], bool]) -> asyncio.Future[Difference | None]:
        """What is done when a snapshot comes for which something holds: with how it differs from the one before."""
        future: asyncio.Future[Difference | None] = asyncio.get_running_loop().create_future()
        self._awaited = (is_it, future)
        return future

    def take(self, difference: Difference | None = None) -> None:
        """There is another snapshot: carry out what waits for it, if that is the one."""
        if self._awaited is not None and self._awaited[0](self._views.tree.state.snapshot):
            _, future = self._awaited
            self._awaited = None
            if not future.done():
                future.set_result(difference)
        if self._id and self._is_known(self._id):
            self._screen.call_later(self._carry_out)

    async def _carry_out(self) -> None:
        if id_ := self._id:
            self._views.status.announce(Row())
            await carry_out(self._screen, id_)
            self._id = ""
            self._done()
