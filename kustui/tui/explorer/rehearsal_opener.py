"""Going into a rehearsal and coming back: one is kept for each workflow until kustui is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kustui.definition.collection import Entry
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import enter, is_on_top
from kustui.tui.bindings import first_key
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.widgets.rows import NodeKey, Target
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.tui.rehearsal.earlier_answers import EarlierAnswers
    from kustui.tui.rehearsal.screen import RehearsalScreen
    from kustui.tui.rehearsal.session import Session
    from kustui.workspace.difference import Difference
_MOST_KEPT = 20
"""Rehearsals that are kept when they are left; the oldest goes first."""


class RehearsalOpener(Part):
    """Opens a rehearsal of the selected workflow, comes back to the place that was rehearsed, and keeps it."""

    def __init__(
        self, shared: Shared, selected: Callable[[], Target | None], left: Callable[[], object], *, keeps_answers: bool
    ) -> None:
        """``selected`` is what can fail; ``left`` is called when a rehearsal is left."""
        super().__init__(shared)
        self._selected, self._left, self._keeps_answers = selected, left, keeps_answers
        self._earlier: EarlierAnswers | None = None
        """What was given in rehearsals; read when the first of them is opened."""
        self._rehearsal: RehearsalScreen | None = None
        self._stays = False
        """Whether it was opened from a list, which keeps the keys."""
        self._kept: dict[str, Session] = {}
        """The rehearsals that were left, by the workflow that was chosen, the latest last."""

    def open(self) -> None:
        """Rehearse the selected workflow, from where its last rehearsal was left."""
        self._open(keep=True)

    def open_afresh(self) -> None:
        """Rehearse the selected workflow from the beginning."""
        self._open(keep=False)

    def open_failing(self) -> None:
        """Rehearse what happens when the selected step fails."""
        selected = self._selected()
        steps = selected.entry.workflow.steps if selected is not None and selected.entry is not None else ()
        pointer = f"{selected.pointer}/" if selected is not None else ""
        step = next((step for step in steps if pointer.startswith(f"{step.pointer}/")), None)
        if step is None:
            self._views.status.say("only a step can fail: select one", "muted")
        elif step.action is None:
            self._views.status.say(f"“{terminal_safe(step.name)}” only branches: it cannot fail", "muted")
        else:
            self._open(keep=False, failing=step.id)

    def open_scenario(self, entry: Entry, path: str) -> None:
        """Rehearse a scenario that starts a workflow, from its first difference; the way back leads here."""
        if is_on_top(self._screen):
            self._enter(entry.key, scenario=path)

    def _open(self, *, keep: bool, failing: str = "") -> None:
        node = self._views.tree.node
        if node is None or not is_on_top(self._screen):
            return
        entry = None if node.removed else node.entry or next(iter(node.document.entries), None)
        if entry is None:
            self._screen.notify("there is no workflow to rehearse", timeout=2, markup=False)
            return
        kept = (key for key, session in self._kept.items() if entry.key in (key, session.position[0]))
        latest = [*kept][-1:] if keep else [entry.key]
        session = self._kept.pop(latest[0], None) if latest else None
        session = session if keep else None
        self._enter(session.key if session is not None else entry.key, session, failing=failing)

    def _enter(self, key: str, session: Session | None = None, *, failing: str = "", scenario: str = "") -> None:
        from kustui.tui.rehearsal.earlier_answers import EarlierAnswers  # not before somebody asks for it
        from kustui.tui.rehearsal.screen import RehearsalScreen

        self._earlier = self._earlier or EarlierAnswers(saved=self._keeps_answers)
        self._stays = bool(scenario)
        snapshot = self._views.tree.state.snapshot
        self._rehearsal = RehearsalScreen(
            snapshot, key, session, earlier=self._earlier, failing=failing, scenario=scenario
        )
        enter(self._screen.app, self._rehearsal, self._came_back)

    def _came_back(self, place: NodeKey | None) -> None:
        session = self._rehearsal.current.value if self._rehearsal is not None else None
        self._rehearsal = None
        self._left()  # for the keys that came after the one that leaves
        if session is not None and not session.is_untouched:
            self._kept.pop(session.key, None)
            self._kept[session.key] = session
            if len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            keys = [first_key(self._screen.app, id_) for id_ in ("view.rehearse", "view.rehearse-afresh")]
            self._views.status.say(f"kept until you quit: {keys[0]} continues it, {keys[1]} starts afresh", "muted")
        node = self._views.tree.node
        looked_only = session is not None and session.is_untouched
        if place and not looked_only and not self._stays and (node is None or node.key != place):
            self._navigator.jump(place)

    @property
    def is_at_work(self) -> bool:
        """Whether a rehearsal cannot take keys yet."""
        return self._rehearsal is not None and self._rehearsal.is_at_work

    def take(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
        """Let a rehearsal in progress continue with another snapshot; those that were kept follow their workflows."""
        now = {key: entry.key for key, entry in difference.workflows.items()} if difference is not None else {}
        if any(key != now.get(key, key) for key in self._kept):
            sessions = [replace(session, key=now.get(key, key)) for key, session in self._kept.items()]
            self._kept = {session.key: session for session in sessions}
        if self._rehearsal is not None:
            self._rehearsal.show_snapshot(snapshot)
