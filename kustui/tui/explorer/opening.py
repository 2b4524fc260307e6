"""Opening: what was read is shown; in the background what the panes need is imported, the last place is restored, every
workflow is checked, and the files are followed."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from textual.app import App

from kustui.definition.collection_messages import nothing_to_open
from kustui.definition.loader import PathError
from kustui.garbage_collection import gc_paused
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import TypeAhead
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
_ANSWERED_IN, _MOMENT = 0.1, 0.005
"""Seconds in which a key is answered that waits for nothing else, and between two looks whether it is."""


class Opening(Part):
    """Leads the screen from its first paint to where every key is answered."""

    def __init__(
        self,
        shared: Shared,
        background: BackgroundWorkspace,
        *,
        take: Callable[[Snapshot], None],
        release_keys: Callable[[], None],
        opened: Callable[[], None],
        keeps_session: bool,
        configuration: Configuration | None,
        poll: bool,
    ) -> None:
        """``take`` shows a snapshot; ``opened`` is called when the panes can show everything."""
        super().__init__(shared)
        self._background = background
        self._take, self._release_keys, self._opened_all = take, release_keys, opened
        self._keeps_session, self._configuration, self._poll = keeps_session, configuration, poll
        self.session: SessionKeeper | None = None
        """What keeps the place; None where it is to be forgotten, or nobody has looked yet."""
        self.clicked = False
        """Whether something was clicked: then nothing is opened by itself any more, for that stood elsewhere."""

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
        self._views.status.announce(keys_row(self._screen.app, FIRST_KEYS))
        self._screen.call_after_refresh(self.follow)

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
        with short_switch_interval(), gc_paused(freeze=False):  # importing makes no garbage
            # What the tree needs to open a workflow, imported in the background instead of before the first paint.
            from kustui.analysis import workflow_analysis  # noqa: F401
            from kustui.diagrams import labels  # noqa: F401

        app = self._screen.app
        app.call_from_thread(self._go_where_it_opens, self._new_session() if self._keeps_session else None)
        self._let_keys_go_first(app)
        with short_switch_interval(), gc_paused():
            # What the panes need. A key that looks at them before that imports it itself.
            from kustui.diagrams import rail_drawing  # noqa: F401
            from kustui.fix import quick_fixes  # noqa: F401
            from kustui.tui.explorer import detail, source_rows  # noqa: F401

        app.call_from_thread(self._presenter.follow_now)
        if self._screen.is_running:  # else nobody would end it
            self._background.follow(
                lambda event: self._screen.post_message(BackgroundEvent(event)), self._configuration, poll=self._poll
            )

    def _let_keys_go_first(self, app: App[Any]) -> None:
        """Wait until keys that were typed ahead are answered, unless they wait for something themselves: another thread
        takes half of a processor from them."""
        latest = monotonic() + _ANSWERED_IN
        while isinstance(app, TypeAhead) and (app.held or app.is_handling) and monotonic() < latest:
            sleep(_MOMENT)

    def _new_session(self) -> SessionKeeper:
        from kustui.tui.explorer.session import SessionKeeper, session_file

        file = session_file(self._background.workspace.snapshot.paths)
        return SessionKeeper(self._shared, file)

    def _go_where_it_opens(self, session: SessionKeeper | None) -> None:
        """Go back to where one was the last time, or open a small collection; from here on every key is answered."""
        self._presenter.ready = True
        self.session = session
        restored = session is not None and session.restore(marks_only=self.clicked)
        if session is not None and session.obstacle:
            reason = terminal_safe(session.obstacle)
            self._screen.notify(f"nothing of this session is saved: {reason}", severity="warning", markup=False)
        tree = self._views.tree
        if not restored and not self.clicked and len(tree.state.snapshot.collection.entries) <= _MAX_OPENED:
            tree.action_open()
        self._problem_navigator.open_source()
        self._opened_all()
        self._release_keys()
