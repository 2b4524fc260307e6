"""The short list, above the lines at the bottom, of the places that somebody gave a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.styled_lines import Line, joined
from kustui.tui.bindings import bindings
from kustui.tui.widgets.rows import NodeKey, Row, Rows
from kustui.tui.widgets.rows_view import Menu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.binding import BindingType
    from textual.widget import Widget

    from kustui.tui.tree.tree_state import TreeState

_MOST = 12
"""Rows of the list at once."""


class BookmarkMenu(Menu, inherit_bindings=False):
    """It lies above the panes, which stay as they are; a letter ends it, and so does any key that is not one of its
    own."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("marks")

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
        super().__init__(came_from, id="marks", empty="a letter or a digit marks the place")
        self._letters = sorted(places)
        self._setting = setting
        self.border_title = "Mark with a letter" if setting else "Go to a mark"
        self.styles.height = 1 + max(1, min(_MOST, len(places)))
        self.show(Rows.of([Row(((f" {letter}  ", "key"), *places[letter])) for letter in self._letters]))

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and (event.character.isalnum() or event.character in "'`"):
            event.stop()
            self.end()
            self.post_message(self.Lettered(event.character, setting=self._setting))
        elif event.key not in self._bindings.key_to_bindings:
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


def told(tree: TreeState, key: NodeKey) -> Line:
    """A place by the names of what it stands below: also of one that is not in view, or gone."""
    entry = tree.snapshot.collection.by_key.get(key[1]) if len(key) > 1 else None
    if entry is None:
        known = len(key) == 1 and any(found.path == key[0] for found in tree.snapshot.collection.documents)
        return ((key[0], "name"),) if known else ((key[-1], "muted"), (" gone", "warning"))
    parts: list[Line] = [((entry.title, "name"),)]
    if len(key) > 2:
        from kustui.diagrams.labels import node_name

        flow = tree.analysis(entry).flow
        parts.append(((node_name(flow, TRIGGER_ID if key[2] == "trigger" else key[2].removeprefix("step ")), ""),))
    if len(key) > 3:
        parts.append(((key[3].partition(" ")[0].replace("way", "a way out of it"), "muted"),))
    return joined(parts, (" › ", "muted"))
