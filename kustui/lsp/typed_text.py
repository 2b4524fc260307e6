"""The text of an editor: positions as the protocol counts them, and what becomes of the text as it is typed.

The text is kept in blocks, so that a keystroke in a file of 24 MB looks at one of them; whoever reads the whole gets it
joined, as bytes of UTF-8. All offsets are in these bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from msgspec import Struct

_BLOCK = 1 << 16
_LARGEST = 2 * _BLOCK
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_CONTINUATIONS = bytes(range(0x80, 0xC0))
_NOT_ASTRAL = bytes(range(0xF0))
"""What is no first byte of a character that takes two units in UTF-16."""


class Position(NamedTuple):
    """A place as the protocol has it: line and column from 0, the column in units of the agreed encoding."""

    line: int
    character: int


class Text(Struct, frozen=True, eq=False, dict=True):
    """A text that never changes. Its lines end as the protocol says, with ``\\n``, ``\\r\\n`` or ``\\r``, which is
    written ``\\n`` here: the two are the same to JSON, and of the same length."""

    blocks: tuple[bytes, ...]
    encoding: str = "utf-16"
    """The units of columns: ``utf-8``, ``utf-16`` or ``utf-32``."""
    newlines: tuple[int, ...] = ()
    """How many line breaks each block has."""

    @classmethod
    def of(cls, text: str | bytes, encoding: str = "utf-16") -> Text:
        """The text of a whole document. Half a character of a surrogate pair is replaced: it cannot be saved."""
        data = encoded(text)
        if b"\r" in data:
            data = _LONE_RETURN.sub(b"\n", data)
        blocks, newlines = _counted(_split(data))
        return cls(blocks, encoding, newlines)

    def __len__(self) -> int:
        return self._starts[-1]

    @cached_property
    def data(self) -> bytes:
        """All of it, joined once."""
        return self.blocks[0] if len(self.blocks) == 1 else b"".join(self.blocks)

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where each block begins, and the end of the last one."""
        return [*accumulate(map(len, self.blocks), initial=0)]

    @cached_property
    def _lines(self) -> Sequence[int]:
        """How many line breaks there are before each block, and in all of them."""
        return [*accumulate(self.newlines, initial=0)]

    @cached_property
    def _units_before(self) -> Sequence[int]:
        """How many units there are before each block: only for lines that are longer than one."""
        return [*accumulate((self._units(block) for block in self.blocks), initial=0)]

    def edited(self, start: int, end: int, new: str) -> Text:
        """The text with another one in place of a range."""
        first, last = self._block_at(start), self._block_at(end)
        before = self.blocks[first][: start - self._starts[first]]
        after = self.blocks[last][end - self._starts[last] :]
        piece = before + encoded(new) + after
        # The bytes around what was typed may have been, or become, one line break or two.
        if last + 1 < len(self.blocks) and not after:
            last += 1
            piece += self.blocks[last]
        if first and not before:
            first -= 1
            piece = self.blocks[first] + piece
        if b"\r" in piece:
            piece = _LONE_RETURN.sub(b"\n", piece)
        middle, counts = _counted(_split(piece) if len(piece) > _LARGEST else (piece,))
        return Text(
            (*self.blocks[:first], *middle, *self.blocks[last + 1 :]),
            self.encoding,
            (*self.newlines[:first], *counts, *self.newlines[last + 1 :]),
        )

    def _block_at(self, offset: int) -> int:
        return max(0, min(bisect_right(self._starts, offset) - 1, len(self.blocks) - 1))

    # Positions

    def position(self, offset: int) -> Position:
        """The position of a byte; of one within a character, that of the character."""
        offset = max(0, min(offset, len(self)))
        at = self._block_at(offset)
        line = self._lines[at] + self.blocks[at].count(b"\n", 0, offset - self._starts[at])
        start = self.line_start(line)
        if offset - start <= _LARGEST:
            return Position(line, self._units(self.data[start:offset]))
        return Position(line, self._units_to(offset) - self._units_to(start))

    def _units_to(self, offset: int) -> int:
        at = self._block_at(offset)
        return self._units_before[at] + self._units(self.blocks[at][: offset - self._starts[at]])

    def offset(self, position: Position) -> int:
        """The byte at a position; behind the end of a line, that end; behind the last line, that of the text."""
        line, character = position
        if line > self._lines[-1]:
            return len(self)
        start = self.line_start(line)
        # A unit is three bytes of UTF-8 at most.
        piece = self.data[start : start + 3 * max(0, character) + 4]
        end = piece.find(b"\n")
        piece = piece if end < 0 else piece[:end].removesuffix(b"\r")
        if piece.isascii():
            return start + min(character, len(piece))
        return start + len(self._cut(piece.decode(errors="ignore"), max(0, character)).encode())

    def _cut(self, text: str, units: int) -> str:
        """As much of a text as has so many units, without part of a character."""
        if self.encoding == "utf-32":
            return text[:units]
        if self.encoding == "utf-8":
            return text.encode()[:units].decode(errors="ignore")
        return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")

    def _units(self, piece: bytes) -> int:
        """How many units a piece of UTF-8 has."""
        if self.encoding == "utf-8" or piece.isascii():
            return len(piece)
        characters = len(piece.translate(None, _CONTINUATIONS))
        return characters + (len(piece.translate(None, _NOT_ASTRAL)) if self.encoding == "utf-16" else 0)

    def line_start(self, line: int) -> int:
        """Where a line begins; behind the last one, the end."""
        if line <= 0:
            return 0
        if line > self._lines[-1]:
            return len(self)
        at = bisect_left(self._lines, line) - 1
        rest = self.blocks[at].split(b"\n", line - self._lines[at])[-1]
        return self._starts[at + 1] - len(rest)


def encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode(errors="replace")


def _split(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)) or (b"",)


def _counted(blocks: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    return blocks, tuple(block.count(b"\n") for block in blocks)
