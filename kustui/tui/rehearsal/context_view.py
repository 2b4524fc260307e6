"""The context of the run on the screen: a tree that folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kustui.tui.bindings import bindings
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from textual.binding import BindingType

    from kustui.tui.rehearsal.session import Session
    from kustui.tui.widgets.rows import NodeKey


class ContextView(RowsView):
    """What is opened or closed stays so, by its path, while steps come and go."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("context")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="a run has a context once it has begun", cursor_always=False, id=id)
        self._folded: frozenset[NodeKey] = frozenset()
        self._session: Session | None = None

    def tell(self, session: Session) -> None:
        """Show the context of a rehearsal, its top where the last step has added something."""
        self._session = session
        self._put(0)

    def _put(self, cursor: int) -> None:
        if self._session is not None:
            from kustui.tui.rehearsal.context_rows import context_rows

            self.show(Rows.of(context_rows(self._session, self._folded)), cursor)

    def turn(self) -> None:
        """Open the value of the cursor, or close it."""
        if path := self.row.link:
            self._folded ^= {path}
            self._put(self.cursor)

    def action_open_value(self) -> None:
        if _sign(self.row) == "▸":
            self.turn()
        else:
            self.cursor += 1

    def action_close_value(self) -> None:
        path = self.row.link
        if _sign(self.row) == "▾":
            self.turn()
        elif len(path) > 1:
            above = (index for index in range(self.cursor, -1, -1) if self.rows.make(index).link == path[:-1])
            self.cursor = next(above, self.cursor)


def _sign(row: Row) -> str:
    return next((text.strip() for text, _ in row.line if text.strip()), "")
