"""Copying what is selected, and saying where it went."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kustui.diagrams.styled_lines import Line, fitted, width_of
from kustui.tui.bindings import BY_ID, first_key
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.explorer.selection_actions import Selecting
from kustui.tui.widgets.rows import Row
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.tui.explorer.copy_menu import CopyMenu
    from kustui.tui.explorer.copyable import Copyable

_SHORT = 60
"""Characters of a text that are said when it is copied."""
_GLIMPSE = 8
"""Cells of it that are said at least; it is cut before where it went."""


class Copying(Selecting):
    """Panes of which what is selected can be copied."""

    def __init__(self) -> None:
        super().__init__()
        self._copied = ""
        """The action that copied last."""
        self._menu: CopyMenu | None = None

    def _copyables(self) -> Iterator[Copyable]:
        from kustui.diagrams.formats.text import writer
        from kustui.tui.explorer.copyable import Copyable, copyables

        selected = self.selected
        if selected is None:
            return
        self.tell()  # the drawing may be about to follow the cursor
        yield from copyables(selected)
        write = writer(colour=False, ascii_only=False)
        focused = self.focused
        if isinstance(focused, RowsView) and (row := write(focused.row.line).strip()):
            yield Copyable.of("copy.text", "row", row)
        view = self.side.query_one(f"#{self.side.diagram}", DiagramView)
        if first := next((line for line in view.whole() if line), None):
            glimpse = write(first).rstrip("\n")
            name = f"{self.side.diagram} as text"
            yield Copyable("copy.diagram", name, glimpse, lambda: "".join(write(line) for line in view.whole()))
        tree = self.tree_view.state
        if tree is not None and (entry := selected.entry) is not None and tree.holds(selected.document):
            yield Copyable("copy.mermaid", "flow as Mermaid", entry.title, lambda: _mermaid(tree.analysis(entry)))

    async def action_copy(self) -> None:
        from kustui.tui.explorer.copy_menu import CopyMenu

        items = list(self._copyables())
        if not items:
            self.announce("nothing is selected", "muted")
            return
        self._menu = CopyMenu(items, self._copied, self.focused)
        await self.mount(self._menu)
        self.set_focus(self._menu)  # at once: a second key may be on its way
        self.status.offer([BY_ID[id_] for id_ in ("menu.choose", "menu.plain", "menu.leave")])

    def on_copy_menu_asked(self, event: CopyMenu.Asked) -> None:
        self._take(event.item, plain=event.plain)

    def _copy(self, action: str) -> None:
        """What an action copies: of the list that is open, or of what is selected now."""
        menu, self._menu = self._menu, None
        items = menu.items if menu is not None and menu.is_attached else tuple(self._copyables())
        if menu is not None:
            menu.end()
        item = next((item for item in items if item.action == action), None)
        if item is not None:
            self._take(item)
        else:
            self.announce(f"what is selected has no {BY_ID[action].verb} to copy", "muted")

    def _take(self, item: Copyable, *, plain: bool = False) -> None:
        self._copied = item.action
        self.run_worker(self._show_plain(item) if plain else self._send(item), group="copy", description="copying")

    async def _send(self, item: Copyable) -> None:
        """Put it where it can be put, and say where that was."""
        from kustui.tui.terminal.clipboard import Reach, encoded, most, reach, to_tmux

        text, known = item.make(), reach()
        in_tmux, fits = bool(os.environ.get("TMUX")), len(encoded(text)) <= most()
        if known is Reach.NO and not in_tmux:
            await self._show_plain(item)
            return
        if fits:
            self.app.copy_to_clipboard(text)
        trouble = await to_tmux(text) if in_tmux else ""
        routes = (*(("OSC 52",) if fits else ()), *(("tmux's buffer",) if in_tmux and not trouble else ()))
        line: Line = ((f" · through {' and '.join(routes)}", "muted"),) if routes else ()
        if not fits:
            line = (*line, (f" · too long for OSC 52: {len(encoded(text)):,} bytes of {most():,}", "warning"))
        if trouble:
            line = (*line, (f" · {trouble}", "warning"))
        if known is not Reach.YES and "tmux's buffer" not in routes:
            keys = " ".join(first_key(self.app, id_) for id_ in ("selected.copy", "menu.plain"))
            line = (*line, (" · not there? " if routes else " · ", "muted"), (keys, "key"), (" shows it", "muted"))
        what: Line = (("copied ", "good"),) if routes else (("not copied: ", "warning"),)
        what = (*what, (f"the {item.what} ", ""))
        room = max(_GLIMPSE, self.status.size.width - 2 - width_of(what) - width_of(line))
        self.status.announce(Row((*what, *fitted(_told(text), room), *line)))

    async def _show_plain(self, item: Copyable) -> None:
        from textual.app import SuspendNotSupported

        from kustui.tui.terminal.clipboard import show_plain

        try:
            show_plain(self.app, item.make())
        except SuspendNotSupported:
            self.announce("the terminal cannot be given away here", "error")

    # What can be copied without the list as well

    def action_copy_name(self) -> None:
        self._copy("copy.name")

    def action_copy_id(self) -> None:
        self._copy("copy.id")

    def action_copy_reference(self) -> None:
        self._copy("copy.reference")

    def action_copy_json(self) -> None:
        self._copy("copy.json")

    def action_copy_place(self) -> None:
        self._copy("copy.place")

    def action_copy_pointer(self) -> None:
        self._copy("copy.pointer")

    def action_copy_row(self) -> None:
        self._copy("copy.text")

    def action_copy_diagram(self) -> None:
        self._copy("copy.diagram")

    def action_copy_mermaid(self) -> None:
        self._copy("copy.mermaid")


def _told(text: str) -> Line:
    """A short text itself; of a long one, how long it is."""
    if len(text) <= _SHORT and "\n" not in text:
        return ((text, "string"),)
    return ((f"of {len(text):,} characters", "muted"),)


def _mermaid(analysis: WorkflowAnalysis) -> str:
    from kustui.diagrams.diagram import DiagramSet, flow_diagram
    from kustui.diagrams.formats.mermaid import mermaid

    return "".join(mermaid(DiagramSet((flow_diagram(analysis),))))
