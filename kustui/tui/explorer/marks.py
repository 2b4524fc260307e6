"""Marking places with letters, and going back to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from kustui.analysis.names import node_name
from kustui.text.styled_lines import Line, joined
from kustui.tui.bindings import bindings, first_key
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.menu import Menu
from kustui.tui.widgets.rows import NodeKey, Row, Rows, node_of

_MAX_ROWS = 12
"""Rows of the list at once."""


class BookmarkMenu(Menu, inherit_bindings=False):
    """The short list of the marked places, above the lines at the bottom. A letter ends it, and so does any key that is
    not one of its own."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("marks")
    KEYS = ("marks.choose", "marks.down", "marks.forget", "marks.leave")

    class Lettered(Message):
        """A letter was typed, or chosen from the list."""

        def __init__(self, letter: str, *, setting: bool) -> None:
            super().__init__()
            self.letter = letter
            self.setting = setting

    class Forgotten(Message):
        """A letter is to stand for nothing again."""

        def __init__(self, letter: str) -> None:
            super().__init__()
            self.letter = letter

    def __init__(self, places: Mapping[str, Line], came_from: Widget | None, *, setting: bool) -> None:
        super().__init__(came_from, id="marks", empty="type a letter or a digit to mark the place")
        self._letters = sorted(places)
        self._setting = setting
        self.border_title = "Mark with a letter" if setting else "Go to a mark"
        self.styles.height = 1 + max(1, min(_MAX_ROWS, len(places)))
        self.show(Rows.of([Row(((f" {letter}  ", "key"), *places[letter])) for letter in self._letters]))

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and (event.character.isalnum() or event.character in "'`"):
            event.stop()
            self.end()
            self.post_message(self.Lettered(event.character, setting=self._setting))
        elif (active := self.screen.active_bindings.get(event.key)) is None or active.node is not self:
            event.stop()
            self.end()

    def action_choose(self) -> None:
        if self._letters:
            self.end()
            self.post_message(self.Lettered(self._letters[self.cursor], setting=self._setting))

    def action_forget(self) -> None:
        if self._letters:
            letter = self._letters.pop(self.cursor)
            rows = [self.rows.make(index) for index in range(self.rows.count) if index != self.cursor]
            self.show(Rows.of(rows), self.cursor)
            self.post_message(self.Forgotten(letter))


class MarksController(Part):
    """Marks places, and goes back to them. ``keep`` keeps the session with them at once: of two marks of a letter, set
    in two terminals, the later one stays."""

    def __init__(self, shared: Shared, keep: Callable[[], object]) -> None:
        super().__init__(shared)
        self._keep = keep

    async def set_mark(self) -> None:
        """Mark where the tree's cursor is: the next key says with which letter."""
        if self._views.tree.node is not None:
            await self._open_menu(setting=True)

    async def go_to_mark(self) -> None:
        """Go to a marked place: the next key says to which."""
        if self._navigator.marks:
            await self._open_menu(setting=False)
        else:
            key = first_key(self._screen.app, "go.mark")
            self._views.status.say(f"no marks yet: {key} and a letter set one", "muted")

    async def _open_menu(self, *, setting: bool) -> None:
        tree = self._views.tree.state
        places = {letter: place_line(tree, key) for letter, key in self._navigator.marks.items()}
        menu = BookmarkMenu(places, self._screen.focused, setting=setting)
        await menu.open(self._screen)

    def take_letter(self, letter: str, *, setting: bool) -> None:
        """Mark the place, or go to it."""
        if letter in "'`":  # as in vi: where one was before the jump
            self._navigator.back()
        elif setting:
            self._mark(letter)
            self._keep()
        elif (key := self._navigator.marks.get(letter)) is not None:
            self._navigator.jump(key)
        else:
            self._views.status.say(f"no mark {letter}", "warning")

    def _mark(self, letter: str) -> None:
        node = self._views.tree.node
        if node is not None:
            self._navigator.marks[letter] = node.key
            hint = (f" · {first_key(self._screen.app, 'go.to-mark')}{letter} returns here", "muted")
            place = place_line(self._views.tree.state, node.key)
            self._views.status.announce(Row((("marked ", "good"), (f"{letter} ", "key"), *place, hint)))

    def forget(self, letter: str) -> None:
        self._navigator.marks.pop(letter, None)
        self._keep()


def place_line(tree: TreeState, key: NodeKey) -> Line:
    """A place by the names of what it stands below: also of one that is not in view, or gone."""
    entry = tree.entry_of(key)
    if entry is None:
        exists = len(key) == 1 and any(document.path == key[0] for document in tree.snapshot.collection.documents)
        return ((key[0], "name"),) if exists else ((key[-1], "muted"), (" gone", "warning"))
    parts: list[Line] = [((entry.title, "name"),)]
    if len(key) > 2:
        parts.append(((node_name(tree.analysis(entry).flow, node_of(key) or key[2]), ""),))
    if len(key) > 3:
        parts.append(((key[3].partition(" ")[0].replace("edge", "a transition"), "muted"),))
    return joined(parts, (" › ", "muted"))
