"""Finding anything, and going there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.explorer.navigation import Travel
from kustui.tui.widgets.rows import Target

if TYPE_CHECKING:
    from textual.widget import Widget

    from kustui.tui.finder.finder import Finder


class Seeking(Travel):
    """Panes below which anything can be found."""

    def __init__(self) -> None:
        super().__init__()
        self._sought_from: Widget | None = None
        """The pane that had the keys before."""

    @property
    def finder(self) -> Finder | None:
        """None until somebody has asked for it."""
        from kustui.tui.finder.finder import Finder

        return next(iter(self.query(Finder)), None)

    async def action_everything(self) -> None:
        from kustui.tui.finder.finder import Finder

        finder = self.finder
        if finder is None:
            finder = Finder()
            await self.mount(finder, before="#status")
        if not self.has_class("-finding"):
            self._sought_from = self.focused
        self.add_class("-finding")
        self.set_focus(finder.input)
        if self.snapshot is not None:
            finder.take(self.snapshot)

    def seek_in_next(self) -> None:
        """There is another snapshot."""
        if self.has_class("-finding") and self.finder is not None and self.snapshot is not None:
            self.finder.take(self.snapshot)

    def on_finder_left(self) -> None:
        self.remove_class("-finding")
        self.set_focus(self._sought_from or self.tree_view)

    def on_finder_chosen(self, event: Finder.Chosen) -> None:
        self.remove_class("-finding")
        self.action_tree()
        if (problem := event.match.problem) is not None:
            self.jump_to(Target(problem.document, problem.pointer, problem.where().start))
            return
        collection = self.snapshot.collection if self.snapshot is not None else None
        entry = event.match.entry
        entry = collection.by_key.get(entry.key) if collection is not None and entry is not None else None
        if collection is None or entry is None:
            self.announce("that is gone", "warning")
            return
        document = collection.document_of(entry)
        self.jump_to(Target(document, event.pointer, document.spot(event.pointer).value.start))
