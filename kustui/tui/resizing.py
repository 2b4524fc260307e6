"""Panes that grow, shrink and hide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.panes import Panes
from kustui.tui.sizes import resized

if TYPE_CHECKING:
    from textual import events

_HIDDEN = ("tree", "detail", "source")
"""Panes that can be hidden; what is a list for a while goes with its own key."""


class Resizing(Panes):
    """What is done to the pane that has the keys."""

    def action_larger(self) -> None:
        self._resize(1)

    def action_smaller(self) -> None:
        self._resize(-1)

    def _resize(self, by: int) -> None:
        from kustui.tui.app import Kustui

        if self.focused is None or not isinstance(self.app, Kustui):
            return
        if self.has_class("-maximised"):
            self.notify("it is maximised", timeout=1, markup=False)
            return
        self.app.resize(resized(self.app.sizes, self.focused, by))

    def action_hide(self) -> None:
        """Without the pane, until it is gone to again."""
        name = self.focused.id if self.focused is not None else None
        if name == "problems":
            self.action_problems()
        elif name == "changes":
            self.action_changes()
        elif name not in _HIDDEN or (name == "tree" and self.has_class("-narrow")):
            self.notify("this one stays", timeout=1, markup=False)
        else:
            self.remove_class("-maximised")
            if name == "tree":
                self.enter(self.side.diagram)
            else:
                self.side.bring(self.side.diagram)  # which the pane may have stood for
                self.action_tree()
            self.add_class(f"-without-{name}")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.remove_class(f"-without-{event.widget.id}")
