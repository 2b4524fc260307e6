"""What is selected on the screen, and handing it to an editor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from kustui.definition.loader import STDIN_NAME
from kustui.tui.bindings import bindings
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.explorer.navigation import Travel
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from textual.binding import BindingType

    from kustui.definition.source.source import Place
    from kustui.tui.explorer.selection import Selection


class Selecting(Travel):
    """Panes of which each has something that its cursor is on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("selected")

    @property
    def selected(self) -> Selection | None:
        """What the cursor of the pane at hand is on, or leads to; else what that of the tree is on."""
        from kustui.tui.explorer import selection

        focused, tree = self.focused, self.tree_view.state
        if isinstance(focused, DiagramView) and focused.selected_key:
            self._show(focused.selected_key)  # the tree follows it anyway, a moment later
        node = self.tree_view.node
        if tree is None:
            return None
        if isinstance(focused, RowsView) and focused is not self.tree_view:
            if focused.row.target is not None:
                return selection.of_target(focused.row.target)
            if focused.row.link and (found := selection.of_key(tree, focused.row.link)) is not None:
                return found
            if focused is self.source and node is not None and focused.rows.first_line:
                return selection.of_line(node, focused.cursor)
        return selection.of_node(node) if node is not None else None

    def action_edit(self) -> None:
        selected = self.selected
        if selected is None:
            self.announce("nothing is selected", "muted")
        elif selected.document.path == STDIN_NAME:
            self.announce("this came from standard input: there is no file to edit", "warning")
        else:
            place = selected.document.source.place(selected.offset)
            self.run_worker(self._edit(selected.document.path, place), group="edit", description="editing")

    async def _edit(self, path: str, place: Place) -> None:
        from kustui.tui.terminal.editor import EditorError, chosen, edit_file

        try:
            editor = chosen()
            if editor.has_window:
                self.announce(f"{editor.name} opens {path}:{place}")
            await edit_file(self.app, editor, Path(path), place)
        except EditorError as error:
            self.announce(str(error), "error")
