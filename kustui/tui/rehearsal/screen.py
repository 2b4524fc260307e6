"""The screen of a rehearsal: its parts, what it shows above and below the panes, and each snapshot that comes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

from kustui.simulate.organisation import Organisation
from kustui.text.styled_lines import Piece
from kustui.tui.base_app import leave
from kustui.tui.bindings import BY_ID, bindings, carry_out
from kustui.tui.copy_menu import Copyable, CopyController, CopyMenu
from kustui.tui.prompts import ChoiceList, Prompts
from kustui.tui.rehearsal.current_session import CurrentSession
from kustui.tui.rehearsal.decision_actions import DecisionActions
from kustui.tui.rehearsal.earlier_answers import EarlierAnswers
from kustui.tui.rehearsal.history_rows import ENTRY
from kustui.tui.rehearsal.pane_actions import PaneSearchActions, pane_copyables
from kustui.tui.rehearsal.panes import FLOW, RehearsalPanes
from kustui.tui.rehearsal.scenario_actions import RebasedSession, ScenarioActions, rebase_session, replay_verdict
from kustui.tui.rehearsal.session import Session, begin_failure
from kustui.tui.rehearsal.step_actions import StepActions
from kustui.tui.rehearsal.step_rows import heading_rows, status_row
from kustui.tui.rehearsal.trace_rows import EDGE
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.filter_input import FilterInput
from kustui.tui.widgets.menu import Menu
from kustui.tui.widgets.rows import NodeKey, Row, node_key
from kustui.tui.widgets.rows_view import LinesView, RowsView
from kustui.workspace.snapshot import Snapshot

_KEYS = (
    "rehearse.step", "rehearse.step-back", "rehearse.run-on", "rehearse.run-to-schedule", "rehearse.edit-answer",
    "rehearse.fail", "rehearse.force", "app.help", "rehearse.return", "rehearse.breakpoint", "rehearse.restart",
    "rehearse.edit-event", "rehearse.follow-events", "rehearse.paths", "rehearse.scenarios", "rehearse.save",
    "view.maximise",
)  # fmt: skip
"""The keys that are offered while there is no question to answer."""
_KEYS_AT_THE_END = (
    "rehearse.restart", "rehearse.step-back", "rehearse.paths", "rehearse.save", "rehearse.edit-event", "app.help",
    "rehearse.return", "rehearse.another-event", "rehearse.follow-events", "rehearse.scenarios", "view.maximise",
)  # fmt: skip
"""Those that still do something once everything has run."""
_SHARED = ("view.next-pane", "view.previous-pane", "view.maximise", "find.filter", "find.next-match",
           "find.previous-match", "selected.copy")  # fmt: skip
"""Actions of the explorer's panes that these panes have too."""
_NEED_SESSION = ("steps", "decisions", "scenarios")
"""The parts whose actions change the session, or ask about it: they need one that is not running on."""


class RehearsalScreen(Screen[NodeKey]):
    """A rehearsal of one workflow of a snapshot, and of the next snapshot as soon as there is one.

    The registry of actions names the part that carries out each key: ``steps``, ``decisions``, ``scenarios``,
    ``prompts`` or ``panes``. The screen ends with the key of the node that was rehearsed last.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("rehearse"),
        *(
            binding
            for binding in bindings("view", "find", "selected")
            if isinstance(binding, Binding) and binding.id in _SHARED
        ),
    ]

    class Ready(Message):
        """What was asked for is done: keys that came before have waited for that, in vain where it is ``is_void``."""

        def __init__(self, *, is_void: bool = False) -> None:
            super().__init__()
            self.is_void = is_void

    DEFAULT_CSS = """
    RehearsalScreen { background: $background; layers: default above; }
    RehearsalScreen #heading { dock: top; height: 2; }
    """

    def __init__(
        self,
        snapshot: Snapshot,
        key: str,
        session: Session | None = None,
        *,
        earlier: EarlierAnswers | None = None,
        failing: str = "",
        scenario: str = "",
    ) -> None:
        """Begin a rehearsal of the workflow of a key, or go on with an earlier one of it. ``earlier`` answers are
        offered; ``failing`` is the step at which it begins, set to fail; ``scenario`` the file of one that is replayed.
        """
        super().__init__()
        self._failing, self._scenario = failing, scenario
        self._snapshot, self._key = snapshot, key
        self._edited = session is not None and session.organisation.collection is not snapshot.collection
        """Whether the files have changed since the session was prepared; else they were only examined meanwhile."""
        self.heading = LinesView(id="heading")
        self.status = StatusBar(id="status")
        self.panes = RehearsalPanes()
        self.current = CurrentSession(self, self._show, self.announce)
        self.current.value = session
        self.prompts = Prompts(self, self.announce, self.offer_keys, self.panes.rail)
        self.decisions = DecisionActions(self.current, self.prompts, earlier or EarlierAnswers(saved=False))
        self.steps = StepActions(self.current, self.prompts, self.panes.rail, self.decisions.answer)
        self.scenarios = ScenarioActions(self.current, self.prompts)
        self.filter = PaneSearchActions(self, self.panes, self.status)
        self.copier = CopyController(self, self.status, self._copyables)

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.panes
        yield self.status

    def on_mount(self) -> None:
        self.heading.show(Row((("Rehearsal ", "heading"), ("preparing …", "info"))))
        self.panes.rail.focus()
        self.offer_keys()
        self._prepare()

    def on_resize(self, event: events.Resize) -> None:
        self.panes.fit(event.size)

    def on_key(self) -> None:
        self.announce()

    async def action_carry_out(self, id_: str) -> None:
        if BY_ID[id_].target not in _NEED_SESSION or self.current.ready() is not None:
            await carry_out(self, id_)

    # What is rehearsed

    @property
    def is_preparing(self) -> bool:
        """Whether it has yet to begin."""
        return self.current.value is None or bool(self._failing or self._scenario)

    @property
    def is_at_work(self) -> bool:
        """Whether keys are to wait: for its beginning, for a list that takes its time, for a run that goes on."""
        return self.is_preparing or self.current.is_at_work

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.is_finished:
            self.post_message(self.Ready())

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Go on with what the files say now; what was decided is decided again."""
        if snapshot is not self._snapshot and self in self.app.screen_stack:  # else it is being left
            self._edited = self._edited or snapshot.collection is not self._snapshot.collection
            self._snapshot = snapshot
            if self.current.is_running:
                self.workers.cancel_group(self, "run")
                self.current.is_running = False
            self._prepare()

    def _prepare(self) -> None:
        session = self.current.value
        work = self._begin if session is None or self.is_preparing else partial(self._rebase, session)
        self.current.in_background(work, "prepare", "preparing a rehearsal")

    def _organisation(self) -> Organisation:
        snapshot = self._snapshot
        return Organisation(snapshot.analyses, snapshot.by_entry)

    async def _begin(self) -> None:
        organisation = self._organisation()
        if self._key not in organisation.collection.by_key:
            self.post_message(self.Ready(is_void=True))
            leave(self, ())
            return
        session = await asyncio.to_thread(Session.begin, organisation, self._key)
        self.scenarios.paths = self.decisions.paths = self._snapshot.paths
        self.current.replace(session)
        if self._scenario:
            await self.scenarios.replay(session, self._scenario)
            self._scenario = ""
        if self._failing:
            at_step, self._failing = await asyncio.to_thread(begin_failure, session, self._failing), ""
            failed = at_step.session is not session
            hints = self.current.key_hints("rehearse.step", "rehearse.fail") if failed else ()
            self.current.replace(at_step.session, *at_step.news, *hints)

    async def _rebase(self, session: Session) -> None:
        organisation = self._organisation()
        rebased = await asyncio.to_thread(rebase_session, session, organisation)
        while (now := self.current.value) is not None and now is not session:  # somebody has gone on meanwhile
            session = now
            rebased = await asyncio.to_thread(rebase_session, session, organisation)
        edited, self._edited = self._edited, False
        self.scenarios.paths = self.decisions.paths = self._snapshot.paths
        if rebased is None:
            self.announce(
                ("▲ the workflow is no longer in the files: ", "warning"), ("showing the earlier definition", "muted")
            )
        else:
            self.current.replace(rebased.session, *(_reload_news(rebased) if edited else ()))

    # What is shown

    def _show(self, session: Session) -> None:
        self.panes.show(session)
        self.heading.show(*heading_rows(session))
        self.status.show_location(status_row(session))
        self.offer_keys()
        self.on_rows_view_moved()

    def announce(self, *pieces: Piece) -> None:
        """Say something in the place of the keys, until the next key; nothing brings the keys back."""
        self.status.announce(Row(pieces))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, RowsView):  # in the same frame: the message comes when the rows are painted
            self.watch(event.widget, "cursor", self.on_rows_view_moved, init=False)
        self.offer_keys()
        self.on_rows_view_moved()

    def on_rows_view_moved(self) -> None:
        """Say where in the pane that has the keys the cursor is."""
        if isinstance(self.focused, RowsView):
            self.status.show_position(self.focused.position)

    def offer_keys(self) -> None:
        prompt = self.prompts.open
        if isinstance(self.focused, Menu):
            keys: Sequence[str] = self.focused.KEYS
        elif isinstance(self.focused, FilterInput):
            keys = ("filter.keep", "filter.drop", "filter.up", "filter.down")
        else:
            session = self.current.value
            is_over = session is not None and session.state.finished
            keys = prompt.keys if prompt is not None else _KEYS_AT_THE_END if is_over else _KEYS
        self.status.offer_keys(keys)

    # Searching and copying

    def _copyables(self) -> Iterable[Copyable]:
        return pane_copyables(self.current.value, self.panes) if self.current.value is not None else ()

    async def on_copy_menu_asked(self, event: CopyMenu.Asked) -> None:
        await self.copier.take(event.item, plain=event.plain)

    def on_input_changed(self, event: Input.Changed) -> None:
        self.filter.type(event.value)

    def on_filter_input_accepted(self, event: FilterInput.Accepted) -> None:
        self.filter.keep(event.text)

    def on_filter_input_cancelled(self) -> None:
        self.filter.drop()

    def on_filter_input_moved(self, event: FilterInput.Moved) -> None:
        self.filter.step(event.by)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.panes.press(event)

    async def on_click(self, event: events.Click) -> None:
        self.announce()
        if id_ := self.panes.action_at(event):
            await carry_out(self, id_)

    # Choosing and leaving

    @on(RowsView.Chosen)
    async def _choose(self, event: RowsView.Chosen) -> None:
        view = event.view
        if isinstance(view, ChoiceList):
            await self.prompts.take_choice()
            return
        session = self.current.ready()
        if session is None:
            return
        match view.row.link:
            case (kind, pointer) if kind == EDGE:
                self.decisions.force(pointer)
            case (kind, number) if kind == ENTRY:
                self.current.replace(session.at_entry(int(number)))
            case _ if view.id == "table" or (view.id == FLOW and self.panes.rail.node == session.position[1]):
                await self.steps.step()
            case _ if view.id == FLOW:
                self.panes.enter_pane("table")

    async def action_leave_rehearsal(self) -> None:
        """End what is open, one thing at a time: a prompt, running on or what else is at work, a search, the maximised
        pane, the rehearsal."""
        if self.prompts.open is not None:
            await self.prompts.close()
        elif self.steps.halt() or (not self.is_preparing and self.current.cancel()) or self.filter.end():
            pass
        elif self.panes.maximised:
            self.panes.maximise()
        else:
            leave(self, self._node_key())

    def _node_key(self) -> NodeKey:
        """The node of the tree that is rehearsed."""
        session = self.current.value
        if session is None:
            return ()
        key, node = session.position
        return node_key(session.organisation.collection.by_key[key], node)


def _reload_news(rebased: RebasedSession) -> tuple[Piece, ...]:
    look = "warning" if rebased.restarted else "new"
    return (("reloaded · ", look), *(replay_verdict(rebased.session) or ((rebased.summary, ""),)))
