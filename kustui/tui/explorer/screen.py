"""The main screen: what is read, examined and followed, shown in its panes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work

from kustui.diagrams.styled_lines import Line
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings, first_key
from kustui.tui.explorer.copy import Copying
from kustui.tui.explorer.filter_control import Filtering
from kustui.tui.explorer.find import Seeking
from kustui.tui.explorer.go_to import Defining
from kustui.tui.explorer.live import Live
from kustui.tui.explorer.pane_sizes import Resizing
from kustui.tui.explorer.rehearse import Rehearsing
from kustui.tui.explorer.session import Placing
from kustui.tui.explorer.side_panes import DIAGRAMS
from kustui.tui.tree.nodes import Moves
from kustui.tui.widgets.bars import Banner, broken_files
from kustui.tui.widgets.rows import Row, Target

if TYPE_CHECKING:
    from pathlib import Path

    from textual import events
    from textual.binding import BindingType

    from kustui.config.configuration import Configuration
    from kustui.workspace.background_load import BackgroundLoad
    from kustui.workspace.difference import Difference
    from kustui.workspace.session_state import Place
    from kustui.workspace.snapshot import Snapshot

_MOMENT = 0.03
"""Seconds after which the panes tell of another snapshot."""


class Explorer(Copying, Defining, Rehearsing, Seeking, Placing, Filtering, Resizing):
    """The panes of a snapshot, and of the next one as soon as there is one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("view")

    def __init__(
        self,
        opening: BackgroundLoad,
        configuration: Configuration | None = None,
        *,
        poll: bool = False,
        keeps_place: bool = False,
    ) -> None:
        super().__init__()
        self.opening = opening
        self._configuration = configuration
        self._keeps_place = keeps_place
        self._kept_in: Path | None = None
        """The file that the place is kept in; None where it is to be forgotten, or nobody has looked yet."""
        self._poll = poll
        self._live: Live | None = None
        """What examines and follows the files; None until they are read."""
        self._touched = False
        """Whether a key was pressed: then nothing opens by itself any more."""

    def on_mount(self) -> None:
        self.side.bring(DIAGRAMS[0])
        self.tree_view.focus()
        self._offer_keys()
        if self.opening.done:
            self._opened()
        else:
            self.tree_view.empty = "reading …"
            self._wait_for_opening()
        self.title_panes()  # once it is known how many workflows there are: another title paints the pane again

    @work(thread=True)
    def _wait_for_opening(self) -> None:
        while not self.opening.wait(0.1):
            read, total = self.opening.progress
            told = f"reading … {read * 100 // total} %" if total else "reading …"
            self.app.call_from_thread(self.tell_progress, told)
        self.app.call_from_thread(self._opened)

    def _opened(self) -> None:
        """Everything is read: show it, or leave where there is nothing to show."""
        from kustui.definition.loader import PathError, nothing_to_show

        self.progress = ""
        try:
            snapshot = self.opening.result()
            reason = nothing_to_show(snapshot.collection)
        except PathError as error:
            reason = str(error)
        if reason:
            self.app.exit(return_code=2, message=f"kustui: {reason}")
            return
        self.take(snapshot)
        if not self._touched:
            self.status.announce(_hint(self.app))
        self.call_after_refresh(self._follow)

    def take(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
        """Show a snapshot, and what is different in it."""
        self.snapshot = snapshot
        if difference is not None and self.described is not None:
            self.described = Moves(difference).key(self.described)
            self.history.move(Moves(difference).key)
            self.bookmarks.move(Moves(difference).key)
        self.tree_view.take(snapshot, difference)
        self.problems.take(snapshot.problems, difference.new if difference is not None else ())
        self.query_one(Banner).take(snapshot)
        self.hand_on(snapshot)
        self.show_problems()
        self.seek_in_next()
        self.told = None
        self.tell_where()
        self.set_timer(_MOMENT, self._tell_all)  # what is wrong is painted and written out first

    def _tell_all(self) -> None:
        self.title_panes()
        self.tell()

    # Described in words: Textual would write out the arguments, the whole of the files among them.
    @work(thread=True, group="follow", description="following")
    def _follow(self) -> None:
        """Look at every workflow with every rule, then at what changes, beside the keys."""
        from kustui.diagrams import rail_drawing  # noqa: F401  # what the panes need, paid for beside the keys
        from kustui.tui.explorer import (
            detail,  # noqa: F401
            source_rows,  # noqa: F401
        )
        from kustui.workspace.session_state import place_file, read_place

        kept_in = place_file(self.opening.workspace.snapshot.paths) if self._keeps_place else None
        self.app.call_from_thread(self._warm, kept_in, read_place(kept_in) if kept_in is not None else None)
        live = self._live = Live(self.opening.workspace, self.post_message, self._configuration, poll=self._poll)
        if self.is_running:  # else nobody would end it
            live.run()

    def on_unmount(self) -> None:
        if self._live is not None:
            self._live.close()

    def on_live_next(self, event: Live.Next) -> None:
        self.progress = ""
        if (found := event.difference) is None:
            self.take(event.snapshot)
            return
        self.take(event.snapshot, found)
        from kustui.tui.explorer.change_rows import change_rows

        assert self.tree_view.state is not None
        time = datetime.now().strftime("%H:%M:%S")
        self.changes.take(change_rows(time, found, self.tree_view.state.problem_place))
        key = (first_key(self.app, "view.changes"), "key")
        line = (("reloaded ", "new"), (f"{time} · {found.words}", ""))
        self.status.announce(Row(line, mark=(key, (" what changed", "muted"))))

    def on_live_progress(self, event: Live.Progress) -> None:
        self.tell_progress(f"checking {event.done:,} of {event.total:,}")

    def on_live_refused(self, event: Live.Refused) -> None:
        told = "\n".join(terminal_safe(line) for line in event.lines)
        self.notify(told, severity="error", timeout=20, markup=False)

    def on_live_preferred(self, event: Live.Preferred) -> None:
        from kustui.tui.app import Kustui

        if isinstance(self.app, Kustui) and (names := self.app.prefer(event.preferences)):
            self.title_panes()
            self._offer_keys()
            self.announce(f"the configuration was read again: {', '.join(names)}")

    def on_banner_clicked(self) -> None:
        if self.snapshot is not None and (broken := broken_files(self.snapshot)):
            fault = broken[0].faults[0]
            self.jump_to(Target(broken[0], fault.pointer, broken[0].fault_extent(fault).start))

    def _warm(self, kept_in: Path | None, place: Place | None) -> None:
        self.ready = True
        self._kept_in = kept_in
        view = self.tree_view
        if place is not None:
            self.restore(place, whole=not self._touched)
        elif not self._touched and self.snapshot is not None and len(self.snapshot.collection.entries) <= 60:
            view.action_open()
        self.tell()

    def keep_place(self) -> None:
        """Keep where one is for the next time, unless one was not yet there."""
        if self._kept_in is not None and self.ready and (place := self.place) is not None:
            from kustui.workspace.session_state import keep_place

            keep_place(self._kept_in, place)

    def on_key(self) -> None:
        self._touched = True
        self.status.announce(Row())
        self.look()

    def on_click(self, event: events.Click) -> None:
        self.on_key()


def _hint(app: object) -> Row:
    """What somebody who has never been here needs, until the first key is pressed."""
    keys = (
        ("app.help", "explains every key and sign"),
        ("rows.choose", "opens"),
        ("go.next-problem", "what is wrong"),
        ("app.quit", "leaves"),
    )
    line: Line = ()
    for id_, what in keys:
        if key := first_key(app, id_):
            line = (*line, ("   " if line else "", ""), (key, "key"), (f" {what}", "muted"))
    return Row(line)
