"""The line at the bottom for what a pane is filtered by, or searched for; loaded when it is first opened."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from kustui.tui.bindings import bindings


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
        super().__init__(compact=True, id="filter")

    @classmethod
    async def open_in(cls, screen: Screen[Any], placeholder: str, text: str = "") -> None:
        """Let somebody type in the one of a screen, which is made when it is first asked for."""
        fields = screen.query(cls)
        field = fields.first() if fields else cls()
        if not fields:
            await screen.mount(field)
        field.placeholder = placeholder
        with screen.prevent(cls.Changed):
            field.value = text
        field.add_class("-open")
        screen.set_focus(field)

    def action_keep(self) -> None:
        self.post_message(self.Accepted(self.value))

    def action_drop(self) -> None:
        self.post_message(self.Cancelled())

    def action_move(self, by: int) -> None:
        self.post_message(self.Moved(by))
