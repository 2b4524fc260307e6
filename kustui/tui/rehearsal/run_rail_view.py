"""The rail of a rehearsal on the screen: its cursor is on the step at hand until somebody looks at another."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kustui.diagrams.styled_lines import Line, fitted, joined
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.rail_view import RailView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from kustui.diagrams.rail_drawing import RailDrawing

_AHEAD = 2
"""Rows below the step at hand that are in view, where there are some."""
_LEGEND = joined(
    [((f"{sign} ", look), (words, "muted"))
     for sign, look, words in (("▶", "new", "next"), ("●", "good", "been"), ("○", "muted", "not yet"),
                               ("∙", "muted", "another run"), ("■", "error", "stop"))],
    ("  ", ""),
)  # fmt: skip


class CourseView(RailView, inherit_bindings=False):
    """A rail whose keys are those of the rehearsal: nothing folds, and no tree follows."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")

    def draw(self, rail: RailDrawing, node: str) -> None:
        """Show a rail, the cursor on a node of it."""
        same = self.drawn is not None and self.drawn.analysis.entry.key == rail.analysis.entry.key
        self.drawn = rail
        row = rail.rows.get(node, 0)
        # What may come next is to be seen as well.
        top = max(self.top if same else 0, row - self.page + 1 + _AHEAD)
        self._put(row, anew=True, top=max(0, min(top, row - 1)))

    def foot(self, width: int) -> Sequence[Line]:
        """The row of the cursor in full where it is cut, and what is added to the signs of a flow."""
        assert self.drawn is not None
        return (*self.in_full(self.drawn.told(self.cursor), width), fitted(_LEGEND, width))

    def moved(self) -> None:
        """What follows its cursor is told by ``Moved``, as of every list."""

    def action_choose(self) -> None:
        self.post_message(self.Chosen(self))
