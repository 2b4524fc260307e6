"""A change of files before it is made: the choices there are, and below them what each of them changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen

from kustui.fix.changes import Change
from kustui.fix.edits import DiffLine
from kustui.text.styled_lines import Line
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.explorer.difference_rows import difference_rows
from kustui.tui.widgets.menu import Menu
from kustui.tui.widgets.rows import Row, RowBuilder, Rows

_MOST_CHOICES = 8
_SHARE = 70
"""Per cent of the screen that the pane takes at most."""
_LEAST_ROWS = 6


class Proposal(Struct, frozen=True):
    """A change that somebody is asked about."""

    title: str
    lines: Sequence[DiffLine]
    make: Callable[[], Sequence[Change]]
    """Called in a thread: what the change comes to, while the files still hold what they held. Raises KustuiError."""
    notes: Sequence[Line] = ()
    """What is to be known of it."""
    is_safe: bool = False


class FixPane(Menu, inherit_bindings=False):
    """The choices, and the difference that the one of the cursor makes, which scrolls below them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("difference")
    KEYS = ("difference.apply", "difference.leave", "difference.down", "difference.page-down")
    ENDS_ON_OTHER_KEYS = True

    class Accepted(Message):
        """A change is to be made."""

        def __init__(self, proposal: Proposal) -> None:
            super().__init__()
            self.proposal = proposal

    def __init__(self, title: str, proposals: Sequence[Proposal], screen: Screen[None]) -> None:
        super().__init__(screen.focused, id="fix-pane")
        self.proposals = tuple(proposals[:_MOST_CHOICES])
        self.border_title = Content(terminal_safe(title))
        self._rows_of: dict[int, list[Row]] = {}
        """The rows of the choices that were looked at."""
        self._lay_out(screen.size)

    # What is shown

    def on_resize(self, event: events.Resize) -> None:
        if self.screen.size.width != self._width_of_rows:
            self._rows_of.clear()
        self._lay_out(self.screen.size)

    def _lay_out(self, size: Size) -> None:
        self._width_of_rows = size.width
        if not self._rows_of:
            longest = max(len(self._rows(index)) for index in range(len(self.proposals)))
            most = max(_LEAST_ROWS, size.height * _SHARE // 100)
            self.styles.height = min(1 + len(self.proposals) + longest, most)
        choices = [_choice_row(proposal) for proposal in self.proposals]
        self.show(Rows.of([*choices, *self._rows(self.cursor)]), self.cursor, follow=False)

    def _rows(self, index: int) -> list[Row]:
        if index not in self._rows_of:
            proposal, width = self.proposals[index], self._width_of_rows - 1
            builder = RowBuilder(width)
            for note in proposal.notes:
                builder.add(*note, indent=2)
            self._rows_of[index] = [*builder.rows, *difference_rows(proposal.lines, width)]
        return self._rows_of[index]

    def row_at(self, y: int) -> int:
        return y if y < len(self.proposals) else self.top + y

    @property
    def position(self) -> tuple[int, int]:
        return (self.cursor + 1, len(self.proposals)) if len(self.proposals) > 1 else (0, 0)

    # The cursor, which stays among the choices

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.proposals) - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        super().watch_cursor(before, now)
        if before != now:
            self.top = 0
            self._lay_out(self.screen.size)

    def keep_cursor_in_view(self) -> None:
        """It always is."""

    def action_move(self, by: int) -> None:
        if len(self.proposals) > 1:
            self.cursor = (self.cursor + by) % len(self.proposals)
        else:
            self._scroll(self.top + by)

    def action_page(self, by: int) -> None:
        self._scroll(self.top + by * max(1, self.page - len(self.proposals) - 1))

    def on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None or place.y >= len(self.proposals):
            event.prevent_default()  # only the choices are rows to be chosen

    # Its end

    def action_apply(self) -> None:
        self.post_message(self.Accepted(self.proposals[self.cursor]))
        self.end()

    def action_choose(self) -> None:
        self.action_apply()


def _choice_row(proposal: Proposal) -> Row:
    return Row(((proposal.title, "name"),), aside=((("safe", "good"),) if proposal.is_safe else ()))
