"""The line at the bottom in which a filter or a search is typed; the pane follows at each key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.widgets import Input

from kustui.tui.bindings import bindings

if TYPE_CHECKING:
    from textual.binding import BindingType


class FilterInput(Input):
    BINDINGS: ClassVar[list[BindingType]] = bindings("filter")
    DEFAULT_CSS = """
    FilterInput { dock: bottom; height: 1; margin-bottom: 2; padding: 0 1; border: none; display: none; }
    FilterInput.-open { display: block; }
    """

    class Accepted(Message):
        """The filter stays, and the focus goes back to the pane."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Cancelled(Message):
        """The filter goes, and everything is as it was before."""

    class Moved(Message):
        """The cursor of the pane moves by so many rows while the filter is typed."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self) -> None:
        super().__init__(placeholder="words of a name, an id or an event", compact=True, id="filter")

    def action_keep(self) -> None:
        self.post_message(self.Accepted(self.value))

    def action_drop(self) -> None:
        self.post_message(self.Cancelled())

    def action_up(self) -> None:
        self.post_message(self.Moved(-1))

    def action_down(self) -> None:
        self.post_message(self.Moved(1))
