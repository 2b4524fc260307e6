"""How large the panes of the main screen are: they grow and shrink with keys, the tree also with the mouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from kustui.config.preferences import MAX_PANE_SIZE, MIN_PANE_SIZE, PANE_SIZES
from kustui.tui.explorer.views import Views

_STEP = 4
"""Per cent by which a pane grows or shrinks."""
_WIDEST_TREE, _TREE_ASIDE = "66", "34%"
"""What the tree takes at most, and where there is little room and the keys go elsewhere, while nobody asked for a
width."""


class Sizes:
    """Per cent that each pane takes. The application owns them, for its style sheet is made with them."""

    def __init__(self, values: Mapping[str, int], apply: Callable[[], None]) -> None:
        self.values = dict(values)
        self._apply = apply

    def change(self, values: Mapping[str, int]) -> None:
        """Give the panes other sizes."""
        self.values = dict(values)
        self._apply()

    @property
    def css_variables(self) -> dict[str, str]:
        """The variables of the style sheet that say how large the panes are."""
        variables = {f"{name}-size": f"{size}%" for name, size in self.values.items()}
        if self.values["tree"] == PANE_SIZES["tree"]:
            return variables | {"tree-widest": _WIDEST_TREE, "tree-aside": _TREE_ASIDE}
        return variables | {"tree-widest": "100%", "tree-aside": variables["tree-size"]}


class PaneSizes:
    """Lets the pane that has the keys grow and shrink, and the edge of the tree be dragged."""

    def __init__(self, screen: Screen[None], views: Views, sizes: Sizes) -> None:
        self._screen, self._views, self._sizes = screen, views, sizes
        self._dragging = False
        """Whether the mouse has hold of the edge."""

    def grow(self, by: int) -> None:
        focused = self._screen.focused
        if focused is not None and self._screen.has_class("-maximised"):
            self._views.status.say("the pane is maximised", "muted")
        elif focused is not None:
            self._change(*self._grown(focused, by))

    def _grown(self, pane: Widget, by: int) -> tuple[str, int]:
        """Which pane has which size after a step; the drawings grow as the tree shrinks."""
        name, sign = (str(pane.id), 1) if pane.id in PANE_SIZES else ("tree", -1)
        size = self._sizes.values[name]
        if name == "tree":  # it may be less than was asked for
            size = round(self._views.tree.outer_size.width * 100 / max(1, self._screen.size.width))
        return name, size + sign * by * _STEP

    def _change(self, name: str, size: int) -> None:
        self._sizes.change({**self._sizes.values, name: max(MIN_PANE_SIZE, min(MAX_PANE_SIZE, size))})

    # The mouse

    def take_hold(self, event: events.MouseDown) -> None:
        """Begin to drag, where the mouse is on the edge of the tree."""
        tree = self._views.tree
        alone = self._screen.has_class("-maximised") or self._screen.has_class("-narrow")
        on_edge = tree.region.contains_point(event.screen_offset) and event.screen_x == tree.region.right - 1
        if on_edge and not alone:
            self._dragging = True
            tree.capture_mouse()

    def drag(self, event: events.MouseMove) -> None:
        """Let the edge follow the mouse."""
        if self._dragging:
            size = round((event.screen_x + 1) * 100 / self._screen.size.width)
            if max(MIN_PANE_SIZE, min(MAX_PANE_SIZE, size)) != self._sizes.values["tree"]:
                self._change("tree", size)

    def let_go(self) -> None:
        """End to drag."""
        if self._dragging:
            self._dragging = False
            self._views.tree.release_mouse()
