"""Which panes of a rehearsal there is room for."""

from __future__ import annotations

from dataclasses import dataclass, replace

COURSE = "course"
MIDDLE = ("table", "context")
RIGHT = ("queue", "log", "coverage")
PANES = (COURSE, *MIDDLE, *RIGHT)
NARROW = 110
"""Columns below which the flow stands above one pane, instead of beside all of them."""
SHORT = 30
"""Rows below which each column is one pane."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What somebody has looked at last, where not all can be seen."""

    narrow: bool = True
    short: bool = True
    below: str = "table"
    middle: str = "table"
    right: str = "log"
    record: str = "log"
    """Which of log and coverage stands below the queue."""

    def sized(self, width: int, height: int) -> Arrangement:
        return replace(self, narrow=width < NARROW, short=height < SHORT)

    def looked_at(self, pane: str) -> Arrangement:
        """With a pane in view."""
        if pane == COURSE:
            return self
        found = replace(self, below=pane)
        if pane in MIDDLE:
            return replace(found, middle=pane)
        return replace(found, right=pane, record=self.record if pane == "queue" else pane)

    @property
    def visible(self) -> tuple[str, ...]:
        if self.narrow:
            return (COURSE, self.below)
        if self.short:
            return (COURSE, self.middle, self.right)
        return (COURSE, *MIDDLE, "queue", self.record)
