"""The line in which a rate of events is typed; loaded when it is first opened."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from kustui.tui.bindings import bindings
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.rows import Row


class RateInput(Input):
    """The line at the bottom of a pane in which a rate of events is typed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rate")
    DEFAULT_CSS = "RateInput { dock: bottom; height: 1; padding: 0 1; border: none; }"

    class Entered(Message):
        """A rate was typed, or none where it was left."""

        def __init__(self, line: RateInput, text: str | None) -> None:
            super().__init__()
            self.line = line
            self.text = text

        async def close_with_rate(self) -> float | None:
            """Close the line; what was typed, in events a minute, or None where it was nothing. What is no rate leaves
            the line open, with the reason."""
            from kustui.diagrams.load_lines import parse_rate

            rate = parse_rate(self.text) if self.text else None
            pane = self.line.parent
            if self.text and rate is None:
                reason = "a rate is a number per hour, or has a unit: 5/min, 2000/d"
                self.line.screen.query_one(StatusBar).announce(Row(((reason, "warning"),)))
            elif isinstance(pane, Widget):
                await self.line.remove()
                pane.focus()
            return rate

    @classmethod
    def open_in(cls, pane: Widget) -> None:
        """Let somebody type a rate at the lower edge of a pane."""
        if not pane.query(cls):
            line = cls()
            pane.mount(line)
            line.focus()

    def __init__(self) -> None:
        super().__init__(placeholder="events: 100/h, 5/min, 2000/d", compact=True, id="rate")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()  # a filter listens to lines that are typed in

    def action_keep(self) -> None:
        self.post_message(self.Entered(self, self.value))

    def action_drop(self) -> None:
        self.post_message(self.Entered(self, None))
