"""A search in a pane, as in less: the text is marked while it is typed, ``n`` and ``N`` go through its matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from textual.widget import Widget

from kustui.text.styled_lines import TextSearch, next_position
from kustui.tui.bindings import first_key
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.rows import Row


class Searchable(Protocol):
    """A pane that a text can be searched in."""

    search: TextSearch
    highlights_matches: bool

    @property
    def matches(self) -> Sequence[int]:
        """The places that hold the text, in ascending order."""

    @property
    def search_position(self) -> int: ...

    def go_to_position(self, position: int) -> None: ...

    def refresh(self) -> Widget: ...


@runtime_checkable
class Narrowable(Protocol):
    """A list of which only the rows are shown that hold every one of some words."""

    words: str
    cursor: int

    @property
    def is_narrowed(self) -> bool: ...

    @property
    def position(self) -> tuple[int, int]:
        """Which of its things the cursor is on, and how many there are."""

    def narrow(self, words: str) -> None: ...

    def show_all(self) -> None: ...


class PaneSearch:
    """Searches one pane at a time, and says in the status line which match it is at."""

    def __init__(self, status: StatusBar) -> None:
        self._status = status
        self._before: tuple[TextSearch, bool, int] = (TextSearch(""), False, 0)
        """What was searched, and where the cursor was, before another text was typed."""

    def begin(self, pane: Searchable) -> None:
        """Another text is about to be typed."""
        self._before = (pane.search, pane.highlights_matches, pane.search_position)

    def type(self, pane: Searchable, text: str) -> None:
        """Mark a text, and go to where it stands next from where the cursor was before it was typed."""
        _, _, place = self._before
        pane.search, pane.highlights_matches = TextSearch(text), bool(text)
        matches = pane.matches
        pane.go_to_position(next_position(matches, place - 1, 1)[0] if matches else place)
        pane.refresh()

    def keep(self, pane: Searchable, text: str) -> None:
        """Keep what is typed; where nothing is, search for the last text again, as in less."""
        before, _, _ = self._before
        if not text and before.text:
            pane.search = before
            self.next(pane, 1)

    def drop(self, pane: Searchable) -> None:
        """Search for what was searched before, with the cursor where it was."""
        pane.search, pane.highlights_matches, place = self._before
        pane.go_to_position(place)
        pane.refresh()

    def end(self, pane: Searchable) -> bool:
        """Mark the matches no longer; whether they were."""
        was, pane.highlights_matches = pane.highlights_matches, False
        if was:
            pane.refresh()
        return was

    def next(self, pane: Searchable, by: int) -> None:
        """Mark the text, and go to its next match, or to the one before (``by`` -1)."""
        pane.highlights_matches = bool(pane.search.text)
        pane.refresh()
        self.step(pane, by)

    def step(self, pane: Searchable, by: int) -> None:
        """Go to the next match while the text is typed."""
        if matches := pane.matches:
            place, wrapped = next_position(matches, pane.search_position, by)
            pane.go_to_position(place)
            self.say_which(matches.index(place), len(matches), wrapped=wrapped)
        else:
            self.say_no_match(pane.search.text)

    def say_which(self, index: int, count: int, *, wrapped: bool) -> None:
        again = (("  wrapped around", "muted"),) if wrapped else ()
        self._status.announce(Row(((f"{index + 1:,} of {count:,}", ""), *again)))

    def say_no_match(self, text: str) -> None:
        key = first_key(self._status.app, "find.filter")
        self._status.say(f"“{text}” was not found" if text else f"nothing to repeat: {key} searches", "warning")
