"""To the definition of what is named under the cursor, and to whoever uses what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.bindings import first_key
from kustui.tui.explorer.selection_actions import Selecting
from kustui.tui.widgets.rows import Row, Rows, Target
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from textual.widget import Widget

    from kustui.analysis.uses import Use
    from kustui.tui.widgets.rows import NodeKey


class UsesView(RowsView):
    NAME = "9 Uses"
    ABOUT = (
        "Who leads to, reads or schedules what was selected, or what is named in it. Enter goes to the place; the key "
        "of the pane closes it again."
    )


class Defining(Selecting):
    """Panes from which one goes to what is named there, and to where what is there is named."""

    def __init__(self) -> None:
        super().__init__()
        self._used_from: Widget | None = None
        """The pane that had the keys before the list of uses."""

    @property
    def _link(self) -> NodeKey:
        """Where the row at hand leads by itself: in the tree, and in panes that tell of other places."""
        focused, tree = self.focused, self.tree_view.state
        if focused is self.tree_view and tree is not None and self.tree_view.node is not None:
            return tree.link(self.tree_view.node)
        return focused.row.link if isinstance(focused, RowsView) else ()

    def action_definition(self) -> None:
        """To what the row or the value at hand names: where that is more than one, to a list of them."""
        if link := self._link:
            self.jump(link)
            return
        tree, selected = self.tree_view.state, self.selected
        if tree is None or selected is None or (entry := selected.entry) is None or not tree.holds(selected.document):
            self.announce("nothing is named here", "muted")
            return
        from kustui.analysis.uses import How, named_at, uses_in
        from kustui.tui.explorer.use_rows import name_rows

        uses = uses_in(tree.snapshot.collection, entry, tree.analysis(entry).flow)
        if selected.is_workflow:  # of all that it names, what is not in itself
            uses = (use for use in uses if use.how is How.SCHEDULE)
        named = named_at(uses, selected.pointer)
        if len(named) == 1:
            self._jump_to_named(named[0])
        elif named:
            self._list("9 Named here", name_rows(tree, named))
        else:
            self.announce("nothing is named here", "muted")

    def _jump_to_named(self, use: Use) -> None:
        assert self.snapshot is not None
        document = self.snapshot.collection.document_of(use.target)
        self.jump_to(Target(document, use.named, document.spot(use.named).value.start))

    def action_uses(self) -> None:
        """To a list of whoever uses what is at hand, or what it names if it is a name itself."""
        tree, selected = self.tree_view.state, self.selected
        if tree is None or selected is None or (entry := selected.entry) is None or not tree.holds(selected.document):
            self.announce("a step, a trigger or a workflow has uses: choose one", "muted")
            return
        from kustui.analysis.uses import part_of, uses_in, uses_of
        from kustui.tui.explorer.use_rows import name_at, use_rows

        snapshot = tree.snapshot
        collection = snapshot.collection
        flow = tree.analysis(entry).flow
        name = next((use for use in uses_in(collection, entry, flow) if use.pointer == selected.pointer), None)
        if name is not None:
            entry, flow = name.target, tree.analysis(name.target).flow
        named = name.named if name is not None else part_of(entry, selected.pointer)
        found = list(uses_of(collection, snapshot.schedules, entry, flow, named))
        title = name_at(tree, entry.key, named)
        waiting = "" if snapshot.schedules is not None else " so far: still reading the workflows"
        if found:
            self._list(f"9 Uses of {title}   {len(found):,}{waiting}", use_rows(tree, found))
        else:
            self.announce(f"nothing uses {title}{waiting}", "muted")

    @property
    def uses(self) -> RowsView | None:
        """The list; None until there was one."""
        return next(iter(self.query("#uses").results(RowsView)), None)

    def action_uses_list(self) -> None:
        """To the list again."""
        view = self.uses
        if view is None or not self.has_class("-uses"):
            key = first_key(self.app, "go.uses")
            self.announce(f"there is no list: {key} makes one", "muted")
        else:
            self.set_focus(view)

    def _list(self, title: str, rows: list[Row]) -> None:
        self.run_worker(self._show_list(title, rows), group="uses", exclusive=True, description="listing")

    async def _show_list(self, title: str, rows: list[Row]) -> None:
        view = self.uses
        if view is None:
            view = UsesView(id="uses")
            await self.mount(view, before="#status")
        if self.focused is not view:
            self._used_from = self.focused
        self.remove_class("-problems", "-changes")
        self.add_class("-uses")
        view.show(Rows.of(rows), top=0)
        self._title(view, title)
        self.set_focus(view)

    def leave_list(self) -> bool:
        view = self.uses
        if view is None or self.focused is not view:
            return False
        self.remove_class("-uses", "-maximised")
        self.set_focus(self._used_from or self.tree_view)
        return True
