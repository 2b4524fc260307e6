"""The session on the screen, which the parts of the screen read, and replace by another."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.screen import Screen
from textual.worker import Worker

from kustui.text.styled_lines import Line, Piece
from kustui.tui.bindings import BY_ID, first_key
from kustui.tui.prompts import Announce
from kustui.tui.rehearsal.session import Session


class CurrentSession:
    """Holds the session, and shows each that replaces it.

    ``screen`` is the screen in whose workers the parts carry out what takes time.
    """

    def __init__(self, screen: Screen[Any], show: Callable[[Session], None], announce: Announce) -> None:
        self.value: Session | None = None
        self.is_running = False
        """Whether it runs on by itself just now."""
        self._work: Worker[None] | None = None
        self.screen, self._show, self.announce = screen, show, announce

    @property
    def session(self) -> Session:
        """The session, for what is carried out where there is one."""
        assert self.value is not None, "asked before"
        return self.value

    def ready(self) -> Session | None:
        """The session if something can be decided now; else it is announced why not."""
        if self.value is None:
            self.announce(("the rehearsal is still being prepared", "muted"))
        elif self.is_running:
            self.announce(("still running: Esc stops it", "muted"))
        else:
            return self.value
        return None

    def replace(self, session: Session, *news: Piece) -> None:
        """Show another session, and announce ``news`` if there are any."""
        self.value = session
        self._show(session)
        if news:
            self.announce(*news)

    def in_background(self, work: Callable[[], Coroutine[None, None, None]], group: str, description: str) -> None:
        """Carry out something that takes time; it ends what the same group still does, which may not have begun."""
        # The description is given: Textual would write out the arguments, the whole of the files among them.
        self._work = self.screen.run_worker(work, group=group, exclusive=True, description=description)

    @property
    def is_at_work(self) -> bool:
        """Whether what was asked for last is not done yet."""
        return self._work is not None and not self._work.is_finished

    def cancel(self) -> bool:
        """Give up what was asked for last; whether it was still at work."""
        was_at_work = self.is_at_work
        if was_at_work and self._work is not None:
            self._work.cancel()
            self.announce(("cancelled", "name"))
        return was_at_work

    def key_hints(self, *ids: str) -> Line:
        """The keys that the person may want next, each with what it does."""
        pieces: list[Piece] = []
        for id_ in ids:
            if key := first_key(self.screen.app, id_):
                pieces += [("   ", ""), (key, "key"), (f" {BY_ID[id_].verb}", "muted")]
        return tuple(pieces)
