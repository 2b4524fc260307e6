"""The screen of a rehearsal: prepared beside the keys, and carried over when the definition changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work

from kustui.tui.bindings import bindings, carry_out
from kustui.tui.rehearsal.context_view import ContextView
from kustui.tui.rehearsal.panes import COURSE
from kustui.tui.rehearsal.prompts import Choices
from kustui.tui.rehearsal.scenario_actions import Keeping, told_of
from kustui.tui.widgets.rows import NodeKey, Row, node_key
from kustui.tui.widgets.rows_view import LinesView, RowsView

if TYPE_CHECKING:
    from textual.binding import BindingType

    from kustui.simulate.organisation import Organisation
    from kustui.tui.rehearsal.session import Session
    from kustui.workspace.snapshot import Snapshot

_SHARED = ("view.next-pane", "view.previous-pane", "view.maximise")


class Rehearse(Keeping):
    """A rehearsal of one workflow of a snapshot, and of the next snapshot as soon as there is one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("rehearse"),
        *(binding for binding in bindings("view") if getattr(binding, "id", "") in _SHARED),
    ]

    def __init__(self, snapshot: Snapshot, key: str) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._key = key
        self._edited = False
        """Whether the files have changed since it was last prepared; else they were only examined meanwhile."""

    def on_mount(self) -> None:
        self.query_one("#heading", LinesView).tell(Row((("Rehearsal ", "heading"), ("preparing …", "info"))))
        self.course_view.focus()
        self.offer_keys()
        self._prepare(self._snapshot, None)

    def on_key(self) -> None:
        self.announce()

    # What is rehearsed

    def take(self, snapshot: Snapshot) -> None:
        """Go on with what the files say now; what has been decided is decided again."""
        if snapshot is not self._snapshot:
            self._edited = self._edited or snapshot.collection is not self._snapshot.collection
            self._snapshot = snapshot
            if self.runs_on:
                self.workers.cancel_group(self, "run")
                self.runs_on = False
            self._prepare(snapshot, self.session)

    # Described in words: Textual would write out the arguments, the whole of the files among them.
    @work(thread=True, exclusive=True, group="prepare", description="preparing a rehearsal")
    def _prepare(self, snapshot: Snapshot, before: Session | None) -> None:
        from kustui.simulate.organisation import Organisation
        from kustui.tui.rehearsal import context_view, history_rows, run_rail, step_rows  # noqa: F401
        from kustui.tui.rehearsal.scenario_follow import carried
        from kustui.tui.rehearsal.session import Session

        organisation = Organisation(snapshot.analyses, snapshot.by_entry)
        if before is not None:
            found = carried(before, organisation)
            self.app.call_from_thread(self._carried, before, found)
        elif self._key in snapshot.collection.by_key:
            self.app.call_from_thread(self._prepared, organisation, snapshot, Session.of(organisation, self._key))
        else:
            self.app.call_from_thread(self.dismiss, ())

    def _prepared(self, organisation: Organisation, snapshot: Snapshot, session: Session) -> None:
        if self.is_attached:
            self.paths = snapshot.paths
            self.turn(session)

    def _carried(self, before: Session, found: object) -> None:
        from kustui.tui.rehearsal.scenario_follow import Carried

        if not self.is_attached:
            return
        if self.session is not before:  # somebody has gone on meanwhile
            self._prepare(self._snapshot, self.session)
            return
        edited, self._edited = self._edited, False
        if not isinstance(found, Carried):
            self.announce(("▲ the workflow is gone from the files: ", "warning"), ("this is how it was", "muted"))
            return
        look = "warning" if found.lost else "new"
        if not edited:
            self.turn(found.session)
            return
        self.turn(found.session, ("reloaded · ", look), *(told_of(found.session) or ((found.told, ""),)))

    # Panes

    @property
    def panes(self) -> Rehearse:
        """What carries out the actions that are shared with the explorer's panes."""
        return self

    async def action_carry_out(self, id_: str) -> None:
        await carry_out(self, id_)

    def _go_to(self, name: str) -> None:
        self.arrangement = self.arrangement.looked_at(name)
        self.lay_out()
        self.pane(name).focus()

    def action_course(self) -> None:
        self._go_to("course")

    def action_table(self) -> None:
        self._go_to("table")

    def action_context(self) -> None:
        self._go_to("context")

    def action_queue(self) -> None:
        self._go_to("queue")

    def action_log(self) -> None:
        self._go_to("log")

    def action_coverage(self) -> None:
        self._go_to("coverage")

    def next_pane(self) -> None:
        self._turn_to(1)

    def previous_pane(self) -> None:
        self._turn_to(-1)

    def _turn_to(self, by: int) -> None:
        from kustui.tui.rehearsal.panes import PANES

        here = self.focused.id if self.focused is not None and self.focused.id in PANES else COURSE
        self._go_to(PANES[(PANES.index(str(here)) + by) % len(PANES)])

    def maximise(self) -> None:
        self.toggle_class("-maximised")
        self.lay_out()

    async def action_leave_rehearsal(self) -> None:
        """One thing after the other: what is asked, what runs on, the pane alone, the rehearsal."""
        if self.asking is not None:
            await self.done_asking()
        elif self.halt():
            pass
        elif self.has_class("-maximised"):
            self.maximise()
        else:
            self.dismiss(self._place())

    def _place(self) -> NodeKey:
        """The node of the tree that is rehearsed."""
        session = self.session
        if session is None:
            return ()
        key, node = session.place
        return node_key(session.organisation.collection.by_key[key], node)

    @on(RowsView.Chosen)
    async def _chosen(self, event: RowsView.Chosen) -> None:
        view = event.view
        if isinstance(view, Choices):
            if view.chosen(view.cursor) and self.asking is view.parent:
                await self.done_asking()
            return
        if isinstance(view, ContextView):
            view.turn()
            return
        session = self.ready()
        if session is None:
            return
        match view.row.link:
            case ("way", pointer):
                self.force(pointer)
            case ("entry", number):
                self.turn(session.at_entry(int(number)))
            case _ if view.id == COURSE:
                self.action_table()
            case _:
                pass
