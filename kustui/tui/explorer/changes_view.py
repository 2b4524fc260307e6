"""What changed on disk, the latest first, on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 20
"""Saves that are remembered."""


class ChangesView(RowsView):
    """A block of rows for each save."""

    NAME = "What changed on disk"
    ABOUT = (
        "What each save has changed, the latest first: added, removed and changed, with the old text and the new. "
        "Enter goes to the place; leaving by the key of the pane says that everything was looked at."
    )
    SIGNS = "+"

    _saves: tuple[Sequence[Row], ...] = ()

    def take(self, rows: Sequence[Row]) -> None:
        """One more save. Whoever looks at an earlier one goes on doing so."""
        self._saves = (rows, *self._saves)[:_MOST]
        found = Rows.of([row for save in self._saves for row in save])
        if self.cursor:
            self.show_again(found)
        else:
            self.show(found, top=0)
