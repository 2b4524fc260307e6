"""What every cell passes on its way to the terminal, borders and dialogs included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

from kustui.text.cells import steady
from kustui.text.terminal_safe import to_ascii

if TYPE_CHECKING:
    from textual.color import Color


class Steady(LineFilter):
    """No emoji of which terminals disagree how wide it is: what is right of it would stand elsewhere."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(steady(text), style, control) for text, style, control in segments]


class Ascii(LineFilter):
    """No character that is not ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


class Colourless(LineFilter):
    """No colour, not even grey: Textual makes colours grey where NO_COLOR asks for none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and style.without_color, control) for text, style, control in segments]


ASCII, COLOURLESS, STEADY = Ascii(), Colourless(), Steady()
