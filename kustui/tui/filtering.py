"""The filter: what narrows the tree, or the list of problems, while words are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kustui.tui.actions import bindings
from kustui.tui.panes import Panes

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.widgets import Input

    from kustui.tui.filter import Filter


class Filtering(Panes):
    """Panes of which the tree and the problems can be filtered."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("find")

    def action_leave(self) -> None:
        tree = self.tree_view.tree_of
        if self.has_class("-maximised"):
            self.action_maximise()
        elif self.focused is self.problems and self.problems.words:
            self.filtered = self.problems
            self.end_filter()
        elif self.focused is not self.tree_view:
            self.action_tree()
        elif tree is not None and tree.filter:
            self.filtered = self.tree_view
            self.end_filter()

    async def action_filter(self) -> None:
        from kustui.tui.filter import Filter

        fields = self.query(Filter)
        field = fields.first() if fields else Filter()
        if not fields:
            await self.mount(field)
        self.filtered = self.problems if self.focused is self.problems else self.tree_view
        if self.filtered is self.tree_view:
            self.remove_class("-beside")
        tree = self.tree_view.tree_of
        field.value = self.problems.words if self.filtered is self.problems else tree.filter if tree else ""
        field.add_class("-open")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, words: str) -> None:
        """Show only what holds every one of the words, in the pane that is being filtered."""
        if self.filtered is self.problems:
            self.problems.words = words
            self.show_problems()
        else:
            self.tree_view.filter(words)
        self.title_panes()

    def on_filter_kept(self) -> None:
        self._leave_filter()

    def on_filter_dropped(self) -> None:
        self.end_filter()

    def on_filter_stepped(self, event: Filter.Stepped) -> None:
        (self.filtered or self.tree_view).cursor += event.by

    def end_filter(self) -> None:
        self._narrow("")
        self._leave_filter()

    def _leave_filter(self) -> None:
        self.query("Filter").remove_class("-open")
        if self.filtered is self.problems:
            self.enter_problems()
        else:
            self.action_tree()
