"""A text that is looked for, and where it stands in a line."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kustui.diagrams.styled_lines import Line

Stretch = tuple[int, int]
"""Where in a text something begins and where it ends."""


class Search(NamedTuple):
    """What is looked for, as it was typed: in either case, unless it has a capital letter."""

    text: str

    def holds(self, text: str) -> bool:
        return bool(self.text) and self.text in self._comparable(text)

    def stretches(self, text: str) -> Iterator[Stretch]:
        """Where it stands in a text."""
        text = self._comparable(text)
        at = text.find(self.text) if self.text else -1
        while at >= 0:
            yield at, at + len(self.text)
            at = text.find(self.text, at + len(self.text))

    def _comparable(self, text: str) -> str:
        return lowered(text) if self.text == self.text.lower() else text

    def marked(self, line: Line) -> Line:
        """The line with what is looked for marked in it."""
        return marked(line, self.stretches("".join(text for text, _ in line)))


def lowered(text: str) -> str:
    """The text in lower case, each character where it was."""
    found = text.lower()
    if len(found) == len(text):
        return found
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in text)


def marked(line: Line, stretches: Iterable[Stretch]) -> Line:
    """The line with some stretches of its text in the look of what was found."""
    cuts: Sequence[Stretch] = sorted(stretches)
    if not cuts:
        return line
    pieces = []
    at = 0
    for text, look in line:
        end = at + len(text)
        edges = {at, end, *(edge for cut in cuts for edge in cut if at < edge < end)}
        for start, stop in pairwise(sorted(edges)):
            found = any(first <= start and stop <= end for first, end in cuts)
            pieces.append((text[start - at : stop - at], "match" if found else look))
        at = end
    return tuple(pieces)


def beyond(places: Sequence[int], here: float, by: int) -> tuple[int, bool]:
    """The next of some places in ascending order, or the one before (``by`` -1), and whether that was only found from
    the other end. There is at least one."""
    ahead = [place for place in places if (place > here if by > 0 else place < here)]
    if ahead:
        return (ahead[0] if by > 0 else ahead[-1]), False
    return (places[0] if by > 0 else places[-1]), True
