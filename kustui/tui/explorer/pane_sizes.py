"""Panes that grow, shrink and hide."""

from __future__ import annotations

from textual import events, on

from kustui.config.preferences import LARGEST, SMALLEST
from kustui.tui.explorer.panes import Panes
from kustui.tui.explorer.sizes import resized

_HIDDEN = ("tree", "detail", "source")
"""Panes that can be hidden; what is a list for a while goes with its own key."""


class Resizing(Panes):
    """What is done to the pane that has the keys, and with the mouse to the edge of the tree."""

    _held = False
    """Whether the mouse has hold of the edge."""

    def action_larger(self) -> None:
        self._resize(1)

    def action_smaller(self) -> None:
        self._resize(-1)

    def _resize(self, by: int) -> None:
        from kustui.tui.app import Kustui

        if self.focused is None or not isinstance(self.app, Kustui):
            return
        if self.has_class("-maximised"):
            self.announce("it is maximised", "muted")
            return
        self.app.resize(resized(self.app.sizes, self.focused, by))

    # The mouse

    @on(events.MouseDown)
    def _take_hold(self, event: events.MouseDown) -> None:
        tree, alone = self.tree_view, self.has_class("-maximised") or self.has_class("-narrow")
        on_it = tree.region.contains_point(event.screen_offset) and event.screen_x == tree.region.right - 1
        if on_it and not alone:
            self._held = True
            tree.capture_mouse()

    @on(events.MouseMove)
    def _drag(self, event: events.MouseMove) -> None:
        from kustui.tui.app import Kustui

        if self._held and isinstance(self.app, Kustui):
            size = max(SMALLEST, min(LARGEST, round((event.screen_x + 1) * 100 / self.size.width)))
            if size != self.app.sizes["tree"]:
                self.app.resize({**self.app.sizes, "tree": size})

    @on(events.MouseUp)
    def _let_go(self) -> None:
        if self._held:
            self._held = False
            self.tree_view.release_mouse()

    def action_hide(self) -> None:
        """Without the pane, until it is gone to again."""
        name = self.focused.id if self.focused is not None else None
        if name == "problems":
            self.action_problems()
        elif name == "changes":
            self.action_changes()
        elif name not in _HIDDEN or (name == "tree" and self.has_class("-narrow")):
            self.announce("this one stays", "muted")
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
