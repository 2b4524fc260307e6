"""Opening: what was read is shown; in the background what the panes need is imported, the last place is restored, every
workflow is checked, and the files are followed.

Keys that were typed ahead are answered where it opens. The steps of a workflow, be it opened by itself or open the last
time, take an analysis. Keys that need no more than the names of workflows go before its import.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from textual.app import App

from kustui.definition.collection_messages import nothing_to_open
from kustui.definition.loader import PathError
from kustui.garbage_collection import gc_paused
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import TypeAhead, paint
from kustui.tui.bindings import actions_of
from kustui.tui.explorer.background_events import BackgroundEvent
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.widgets.bars import FIRST_KEYS, keys_row
from kustui.workspace.background import BackgroundWorkspace, short_switch_interval
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.config.configuration import Configuration
    from kustui.tui.explorer.session import SessionKeeper

_MAX_OPENED = 60
"""Workflows of which the first is opened by itself, where no session is restored."""
_ENDS = ("rows.first", "rows.last")
"""Actions that lead to the same row of the tree before something is opened between the two as afterwards."""
_ANSWERED_IN, _MOMENT = 0.1, 0.002
"""Seconds in which a key is answered that waits for nothing else, and between two looks whether it is."""


class Opening(Part):
    """Leads the screen from its first paint to where every key is answered."""

    def __init__(
        self,
        shared: Shared,
        background: BackgroundWorkspace,
        *,
        take: Callable[[Snapshot], None],
        opened: Callable[[], None],
        keeps_session: bool,
        configuration: Configuration | None,
        poll: bool,
    ) -> None:
        """``take`` shows a snapshot; ``opened`` is called when the panes can show everything."""
        super().__init__(shared)
        self._background = background
        self._take, self._opened_all = take, opened
        self._keeps_session, self._configuration, self._poll = keeps_session, configuration, poll
        self.session: SessionKeeper | None = None
        """What keeps the place; None where it is to be forgotten, or nobody has looked yet."""
        self.clicked = False
        """Whether something was clicked: then nothing is opened by itself any more, for that stood elsewhere."""
        self.is_done = False
        """Whether it is where it opens: every key is answered."""
        self._opens_first_only = False
        """Whether it is known that nothing is restored: at the most, the first workflow is opened."""

    def is_ready_for(self, key: str) -> bool:
        """Whether a key does at once what it does when all is where it opens."""
        tree = self._views.tree
        if not (self._opens_first_only and tree.has_focus and tree.state.nodes):
            return False
        ends = [id_ for id_ in _ENDS if key in actions_of(self._screen.app)[id_].key_list]
        opens_last = tree.state.first_workflow == len(tree.state.nodes) - 1
        return bool(ends) and not (opens_last and "rows.last" in ends)

    def begin(self) -> None:
        """Show what was read, as soon as everything was."""
        if self._background.done:
            self._opened()
        else:
            self._views.tree.empty = self._background.reading_in_words
            self._screen.run_worker(self._wait, thread=True, description="reading")

    def _wait(self) -> None:
        app = self._screen.app
        while not self._background.wait(0.1):
            app.call_from_thread(self._presenter.show_progress, self._background.reading_in_words)
        app.call_from_thread(self._opened)

    def _opened(self) -> None:
        """Everything is read: show it, or leave where there is nothing to show."""
        self._presenter.show_progress("")
        try:
            snapshot = self._background.result()
            reason = nothing_to_open(snapshot.collection)
        except PathError as error:
            reason = str(error)
        if reason:
            self._screen.app.exit(return_code=2, message=f"kustui: {reason}")
            return
        self._take(snapshot)
        self.select()
        self._panes.show_position()  # else it would be painted by itself
        self._views.status.announce(keys_row(self._screen.app, FIRST_KEYS))
        self._screen.call_later(self._paint_and_follow)

    def _paint_and_follow(self) -> None:
        paint(self._screen)  # what was read, without waiting for the turn of a frame, as all else waits for this
        self.follow()

    def select(self) -> None:
        """What the cursor is on is checked before all else."""
        node = self._views.tree.node
        if node is not None and node.entry is not None:
            self._background.select(node.entry.key)

    def follow(self) -> None:
        """Check every workflow with every rule, then follow the files, in the background."""
        # Described in words: Textual would write out the arguments, the whole of the files among them.
        self._screen.run_worker(self._follow, thread=True, group="follow", description="following")

    def _follow(self) -> None:
        app = self._screen.app
        session = self._new_session() if self._keeps_session else None
        restored = session if session is not None and session.restores else None
        if restored.needs_analysis if restored is not None else self._opens_first:
            if restored is None:
                self._answer_keys(app, self._expect_first)
            with short_switch_interval(), gc_paused(freeze=False):  # importing makes no garbage
                # What the tree needs to open a workflow, imported in the background instead of before the first paint.
                from kustui.analysis import workflow_analysis  # noqa: F401
                from kustui.diagrams import labels  # noqa: F401

        self._answer_keys(app, partial(self._go_where_it_opens, session))
        with short_switch_interval(), gc_paused():
            # What the panes need. A key that looks at them before that imports it itself.
            from kustui.diagrams import rail_drawing  # noqa: F401
            from kustui.fix import quick_fixes  # noqa: F401
            from kustui.tui.explorer import detail, source_rows  # noqa: F401

        app.call_from_thread(self._show_panes)
        if self._screen.is_running:  # else nobody would end it
            self._background.follow(
                lambda event: self._screen.post_message(BackgroundEvent(event)), self._configuration, poll=self._poll
            )

    @property
    def _opens_first(self) -> bool:
        """Whether the collection is so small that its first workflow is opened by itself, where nothing is restored."""
        return len(self._views.tree.state.snapshot.collection.entries) <= _MAX_OPENED

    def _show_panes(self) -> None:
        self._presenter.ready = True
        self._presenter.follow_now()
        if self.session is not None and self.session.obstacle:  # no key that was typed ahead waits for this
            reason = terminal_safe(self.session.obstacle)
            self._screen.notify(f"nothing of this session is saved: {reason}", severity="warning", markup=False)

    def _answer_keys(self, app: App[Any], go_on: Callable[[], object]) -> None:
        """Go on, and wait until keys that were typed ahead are answered, unless they wait for something themselves:
        another thread takes half of a processor from them."""

        async def release() -> None:
            go_on()
            if isinstance(app, TypeAhead):
                await app.release(_ANSWERED_IN)

        released: Callable[[], Any] = release  # else it cannot be told what calling it returns
        app.call_from_thread(released)
        latest = monotonic() + _ANSWERED_IN
        while isinstance(app, TypeAhead) and (app.is_handling or app.is_writing) and monotonic() < latest:
            sleep(_MOMENT)

    def _expect_first(self) -> None:
        """No place is restored: keys that do nothing else later are answered."""
        self._opens_first_only = True

    def _new_session(self) -> SessionKeeper:
        from kustui.tui.explorer.session import SessionKeeper, session_file

        file = session_file(self._background.workspace.snapshot.paths)
        return SessionKeeper(self._shared, file)

    def _go_where_it_opens(self, session: SessionKeeper | None) -> None:
        """Go back to where one was the last time, or open a small collection; from here on every key is answered."""
        self.is_done = True
        self.session = session
        restored = session is not None and session.restore(marks_only=self.clicked)
        if not restored and not self.clicked and self._opens_first:
            self._views.tree.open_first()
        self._problem_navigator.open_source()
        self._opened_all()
