"""What somebody at a terminal would see, made of what is written to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyte
from wcwidth import wcwidth

if TYPE_CHECKING:
    from pyte.screens import Char, Cursor, Margins

ALTERNATE_SCREEN = 1049


class Screen(pyte.Screen):
    """With the alternate screen, which pyte lacks."""

    _beneath: tuple[dict[int, dict[int, Char]], Cursor, Margins | None] | None = None

    def __init__(self, columns: int, lines: int) -> None:
        self._rows: list[str] = []
        super().__init__(columns, lines)

    @property
    def display(self) -> list[str]:
        """As pyte's, with only those rows made anew that something was written to since: most of what a test of a
        terminal took of a processor was this."""
        self._rows = (self._rows + [""] * self.lines)[: self.lines]
        for y in range(self.lines):
            if y in self.dirty or y + 1 in self.dirty:  # a mark at the left edge belongs to the row above
                self._rows[y] = self._row(y)
        self.dirty.clear()
        return list(self._rows)

    def _row(self, y: int) -> str:
        cells = (self.buffer[y][x].data for x in range(self.columns))
        pieces: list[str] = []
        for piece in cells:
            pieces.append(piece)
            if wcwidth(piece[:1]) == 2:
                next(cells, None)  # under its right half
        return "".join(pieces)

    def set_mode(self, *modes: int, private: bool = False, **_: object) -> None:
        if private and ALTERNATE_SCREEN in modes and self._beneath is None:
            self._beneath = ({y: dict(row) for y, row in self.buffer.items()}, self.cursor, self.margins)
            self.reset()
        super().set_mode(*modes, private=private)

    def reset_mode(self, *modes: int, private: bool = False, **_: object) -> None:
        if private and ALTERNATE_SCREEN in modes and self._beneath is not None:
            rows, cursor, margins = self._beneath
            self._beneath = None
            self.reset()
            for y, row in rows.items():
                self.buffer[y].update(row)
            self.cursor, self.margins = cursor, margins
        super().reset_mode(*modes, private=private)
