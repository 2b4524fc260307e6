"""A text that is looked for, and where it stands in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kustui.diagrams.styled_lines import Line

Span = tuple[int, int]
"""Where in a text something begins and where it ends."""


class TextSearch(NamedTuple):
    """What is looked for, as it was typed: in either case, unless it has a capital letter."""

    text: str

    def is_in(self, text: str) -> bool:
        return bool(self.text) and self.text in self._comparable(text)

    def spans(self, text: str) -> Iterator[Span]:
        """Where it stands in a text."""
        text = self._comparable(text)
        at = text.find(self.text) if self.text else -1
        while at >= 0:
            yield at, at + len(self.text)
            at = text.find(self.text, at + len(self.text))

    def highlighted(self, line: Line) -> Line:
        """The line with what is looked for highlighted in it."""
        return highlighted(line, self.spans("".join(text for text, _ in line)))

    def _comparable(self, text: str) -> str:
        return lowered(text) if self.text == self.text.lower() else text


def lowered(text: str) -> str:
    """The text in lower case, each character where it was."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(character.lower() if len(character.lower()) == 1 else character for character in text)


def highlighted(line: Line, spans: Iterable[Span]) -> Line:
    """The line with some spans of its text in the look of a match."""
    in_order = sorted(spans)
    if not in_order:
        return line
    pieces = []
    at = 0
    for text, look in line:
        stop = at + len(text)
        edges = {at, stop, *(edge for span in in_order for edge in span if at < edge < stop)}
        for start, end in pairwise(sorted(edges)):
            is_match = any(first <= start and end <= last for first, last in in_order)
            pieces.append((text[start - at : end - at], "match" if is_match else look))
        at = stop
    return tuple(pieces)


def next_position(positions: Sequence[int], here: float, by: int) -> tuple[int, bool]:
    """The next of some positions in ascending order, or the one before (``by`` -1), and whether that was only found
    from the other end. There is at least one."""
    ahead = [position for position in positions if (position > here if by > 0 else position < here)]
    if ahead:
        return (ahead[0] if by > 0 else ahead[-1]), False
    return (positions[0] if by > 0 else positions[-1]), True
