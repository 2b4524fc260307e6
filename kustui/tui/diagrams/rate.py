"""The line at the bottom of the timeline in which a rate of events is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.widgets import Input

from kustui.tui.bindings import bindings

if TYPE_CHECKING:
    from textual.binding import BindingType


class Rate(Input):
    BINDINGS: ClassVar[list[BindingType]] = bindings("rate")
    DEFAULT_CSS = "Rate { dock: bottom; height: 1; padding: 0 1; border: none; }"

    class Typed(Message):
        """A rate was typed, or none where it was left."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(placeholder="events: 100/h, 5/min, 2000/d", compact=True, id="rate")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()  # a filter listens to lines that are typed in

    def action_keep(self) -> None:
        self.post_message(self.Typed(self.value))

    def action_drop(self) -> None:
        self.post_message(self.Typed(None))
