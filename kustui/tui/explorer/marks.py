"""Marking places with letters, and going back to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.bindings import BY_ID, first_key
from kustui.tui.explorer.navigation import Travel
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from kustui.tui.explorer.bookmarks import BookmarkMenu
    from kustui.tui.tree.tree_state import TreeState


class Marking(Travel):
    """Panes whose places can be marked."""

    async def action_mark(self) -> None:
        """Mark where the tree's cursor is: the next key says with which letter."""
        if self.tree_view.node is not None:
            await self._ask(setting=True)

    async def action_to_mark(self) -> None:
        if self.bookmarks.places:
            await self._ask(setting=False)
        else:
            key = first_key(self.app, "go.mark")
            self.announce(f"no place is marked yet: {key} and a letter mark one", "muted")

    async def _ask(self, *, setting: bool) -> None:
        from kustui.tui.explorer.bookmarks import BookmarkMenu, told

        tree = self.tree_view.state
        if tree is None:
            return
        places = {letter: told(tree, key) for letter, key in self.bookmarks.places.items()}
        menu = BookmarkMenu(places, self.focused, setting=setting)
        await self.mount(menu)
        self.set_focus(menu)  # at once: the letter may be on its way
        self.status.offer([BY_ID[id_] for id_ in ("marks.choose", "marks.down", "marks.forget", "marks.leave")])

    def on_bookmark_menu_lettered(self, event: BookmarkMenu.Lettered) -> None:
        letter, tree = event.letter, self.tree_view.state
        if letter in "'`":  # as in vi: where you were before the jump
            self.action_back()
        elif tree is not None and event.setting:
            self._mark(letter, tree)
        elif (key := self.bookmarks.places.get(letter)) is not None:
            self.jump(key)
        else:
            self.announce(f"no place is marked with {letter}", "warning")

    def _mark(self, letter: str, tree: TreeState) -> None:
        from kustui.tui.explorer.bookmarks import told

        node = self.tree_view.node
        if node is not None:
            self.bookmarks.places[letter] = node.key
            key = first_key(self.app, "go.to-mark")
            told_key = (f" · {key}{letter} comes back", "muted")
            self.status.announce(Row((("marked ", "good"), (f"{letter} ", "key"), *told(tree, node.key), told_key)))

    def on_bookmark_menu_forgotten(self, event: BookmarkMenu.Forgotten) -> None:
        self.bookmarks.places.pop(event.letter, None)
