"""What is under other widgets: a ground that they cover, or nearly."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Ground(Widget):
    """Draws one blank line for all of its lines. Textual draws what holds other widgets line by line, covered or not,
    and passes each line through each filter again whenever anything is drawn: half of all lines of a screen."""

    def render_lines(self, crop: Region) -> list[Strip]:
        background = self.background_colors[1]
        line = Strip.blank(crop.width, Style.from_color(bgcolor=background.rich_color))
        for line_filter in self.get_line_filters():
            line = line.apply_filter(line_filter, background)
        return [line] * crop.height
