"""Where somebody has been: the places left by jumps, and the way back and forward through them; and those that were
given a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustui.tui.widgets.rows import NodeKey


class History:
    """As in a browser: a jump after going back forgets what was ahead."""

    def __init__(self) -> None:
        self._behind: list[NodeKey] = []
        self._ahead: list[NodeKey] = []

    def leave(self, here: NodeKey) -> None:
        """A jump away from a place."""
        self._behind.append(here)
        self._ahead.clear()

    def back(self, here: NodeKey) -> NodeKey:
        """The place before, or an empty key where there is none."""
        return self._turn(here, self._behind, self._ahead)

    def forward(self, here: NodeKey) -> NodeKey:
        """The place that was gone back from, or an empty key."""
        return self._turn(here, self._ahead, self._behind)

    def move(self, moved: Callable[[NodeKey], NodeKey]) -> None:
        """The places go by other keys now."""
        self._behind = list(map(moved, self._behind))
        self._ahead = list(map(moved, self._ahead))

    @staticmethod
    def _turn(here: NodeKey, taken: list[NodeKey], given: list[NodeKey]) -> NodeKey:
        if not taken:
            return ()
        given.append(here)
        return taken.pop()


class Bookmarks:
    """Nodes of the tree, by letter."""

    def __init__(self) -> None:
        self.places: dict[str, NodeKey] = {}

    def move(self, moved: Callable[[NodeKey], NodeKey]) -> None:
        """The places go by other keys now."""
        self.places = {letter: moved(key) for letter, key in self.places.items()}
