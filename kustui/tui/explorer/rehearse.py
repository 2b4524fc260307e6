"""From the explorer into a rehearsal of the selected workflow, and back to the place that is rehearsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.explorer.navigation import Travel

if TYPE_CHECKING:
    from kustui.tui.rehearsal.screen import Rehearse
    from kustui.tui.widgets.rows import NodeKey
    from kustui.workspace.snapshot import Snapshot


class Rehearsing(Travel):
    """Panes over which a rehearsal can be opened."""

    def __init__(self) -> None:
        super().__init__()
        self._rehearsal: Rehearse | None = None

    def action_rehearse(self) -> None:
        node = self.tree_view.node
        if self.snapshot is None or node is None:
            return
        entry = node.entry or next(iter(node.document.entries), None)
        if entry is None:
            self.notify("no workflow is here to rehearse", timeout=2, markup=False)
            return
        from kustui.tui.rehearsal.screen import Rehearse  # not before somebody asks for it

        self._rehearsal = Rehearse(self.snapshot, entry.key)
        self.app.push_screen(self._rehearsal, self._rehearsed)

    def _rehearsed(self, place: NodeKey | None) -> None:
        self._rehearsal = None
        node = self.tree_view.node
        if place and (node is None or node.key != place):
            self.jump(place)

    def hand_on(self, snapshot: Snapshot) -> None:
        """Let a rehearsal that is under way go on with another snapshot."""
        if self._rehearsal is not None:
            self._rehearsal.take(snapshot)
