"""Lines of a drawing or a pane, as values: pieces of text with the names of their looks, and searching a text in them.

Text from a definition goes in as it is; ``terminal_safe`` makes it harmless, once, where a line becomes cells.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from kustui.text.cells import cells, clusters, cut, end_of_line
from kustui.text.terminal_safe import terminal_safe

Piece = tuple[str, str]
"""A text, and the name of its look."""
Line = tuple[Piece, ...]


_LEAST = 4
"""Cells of what is cut that are worth showing."""


def width_of(line: Line) -> int:
    """Cells."""
    return sum(cells(terminal_safe(text)) for text, _ in line)


def fitted(line: Line, width: int, kept: int = 0) -> Line:
    """The line cut to a width in cells, an ellipsis at its end where something is gone. So many pieces at its end are
    ``kept``, where there is room for them: what is before them is cut."""
    if width_of(line) <= width:
        return line
    if kept and width_of(line[-kept:]) + _LEAST <= width:
        return (*fitted(line[:-kept], width - width_of(line[-kept:])), *line[-kept:])
    if width <= 0:
        return ()
    head: list[Piece] = []
    room = width - 1
    for text, look in line:
        safe = terminal_safe(text)
        size = cells(safe)
        if size >= room:
            head.append((cut(safe, room), look))
            break
        head.append((safe, look))
        room -= size
    while head and not (last := head[-1][0].rstrip("…")):  # one is enough
        head.pop()
    return (*head[:-1], *((last, look) for _, look in head[-1:]), ("…", "muted"))


class StyledRow(NamedTuple):
    """A line, and what stands at its right edge."""

    line: Line = ()
    aside: Line = ()
    """Left out where there is no room for all of it."""
    mark: Line = ()
    """Always shown: the line is cut short for it."""
    kept: int = 0
    """Pieces at the end of the line that stay whole where it is cut."""

    @property
    def width(self) -> int:
        """Cells of all of it in one line."""
        aside = 2 + width_of(self.aside) if self.aside else 0
        return width_of(self.line) + aside + (1 + width_of(self.mark) if self.mark else 0)

    def arranged(self, width: int) -> Line:
        """All of it in one line of at most so many cells."""
        line, aside, mark, kept = self
        mark_width = width_of(mark)
        if mark_width and mark_width + 1 > width:
            return fitted(mark, width)
        room = width - mark_width - (1 if mark_width else 0)
        used, aside_width = width_of(line), width_of(aside)
        if aside and used + 2 + aside_width <= room:
            line = (*line, (" " * (room - used - aside_width), ""), *aside)
        elif not mark_width:
            return fitted(line, width, kept)
        else:
            line = fitted(line, room, kept)
            line = (*line, (" " * (room - width_of(line)), ""))
        return (*line, (" ", ""), *mark) if mark_width else line


def changed_cells(one: Line, other: Line) -> tuple[int, int] | None:
    """The first and the last cell in which two lines of the same width look different."""
    looks = zip(_looks(one), _looks(other), strict=True)
    changed = [at for at, (before, after) in enumerate(looks) if before != after]
    return (changed[0], changed[-1]) if changed else None


def _looks(line: Line) -> Iterator[tuple[str, str]]:
    """What stands in each cell, and how it looks."""
    for text, look in line:
        safe = terminal_safe(text)
        for cluster in safe if safe.isascii() else clusters(safe):
            for _ in range(cells(cluster)):
                yield cluster, look


def wrapped(line: Line, width: int, indent: int = 0) -> Iterator[Line]:
    """The line broken between words into lines of at most ``width`` cells, all but the first indented.

    A word longer than a line is broken where the line ends.
    """
    width = max(width, 8)
    margin: Line = ((" " * min(indent, width // 2), ""),) if indent else ()
    margin_width = width_of(margin)
    current: list[Piece] = []
    used = 0
    for word in _whole_words(line):
        needed = cells("".join(text for text, _ in word).rstrip(" "))
        if used + needed > width and used > margin_width:
            yield _trimmed(current)
            current, used = list(margin), margin_width
        for text, look in word:
            if used + cells(text.rstrip(" ")) > width:
                *heads, text = _broken(text, width - used, width - margin_width)
                for head in heads:
                    yield (*current, (head, look))
                    current, used = list(margin), margin_width
            current.append((text, look))
            used += cells(text)
    if current or not any(text for text, _ in line):
        yield _trimmed(current)


def _whole_words(line: Line) -> Iterator[Sequence[Piece]]:
    """Words with the blanks behind them, each of one piece or of parts of several."""
    word: list[Piece] = []
    for text, look in line:
        for part in _words(terminal_safe(text)):
            if word and word[-1][0].endswith(" "):
                yield word
                word = []
            word.append((part, look))
    if word:
        yield word


def _broken(word: str, first: int, width: int) -> Iterator[str]:
    """A word in pieces: one of as many cells as are left in the line that is begun, the others of a line each. It is
    gone through once, however long it is."""
    bare = word.rstrip(" ")
    start, room = 0, first
    while (end := end_of_line(bare, start, room)) < len(bare):
        if end == start and room == width:  # wider than a line
            end += len(next(clusters(bare, start)))
            if end == len(bare):
                break
        yield bare[start:end]
        start, room = end, width
    yield word[start:]


def _trimmed(pieces: Sequence[Piece]) -> Line:
    """Without the blanks at its end, which need no room."""
    end = len(pieces)
    while end and not pieces[end - 1][0].strip(" "):
        end -= 1
    return (*pieces[: end - 1], (pieces[end - 1][0].rstrip(" "), pieces[end - 1][1])) if end else ()


_WORD = re.compile(r"(?:[^ ]|(?<=\d) (?=(?:min|h|d)(?!\w)))+ *| +")


def _words(text: str) -> Iterable[str]:
    """Words with the blanks behind them; a number and the unit behind it are one."""
    return _WORD.findall(text)


def joined(lines: Iterable[Line], separator: Piece) -> Line:
    """Lines one after another, with a piece between them."""
    pieces: list[Piece] = []
    for line in lines:
        if pieces:
            pieces.append(separator)
        pieces.extend(line)
    return tuple(pieces)


# A text that is looked for in lines

Span = tuple[int, int]
"""Where in a text something begins and where it ends."""


class TextSearch(Struct, frozen=True):
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
    pieces: list[Piece] = []
    in_order = deque(sorted(spans))
    at = 0
    for text, look in line:
        here, stop = at, at + len(text)
        while in_order and in_order[0][0] < stop:
            first, end = in_order[0]
            for until, its_look in ((first, look), (min(end, stop), "match")):
                if until > here:
                    pieces.append((text[here - at : until - at], its_look))
                    here = until
            if end > stop:
                break  # it goes on in the next piece
            in_order.popleft()
        if here < stop:
            pieces.append((text[here - at :], look))
        at = stop
    return tuple(pieces)


def next_position(positions: Sequence[int], here: float, by: int) -> tuple[int, bool]:
    """The next of some positions in ascending order, or the one before (``by`` -1), and whether that was only found
    from the other end. There is at least one."""
    ahead = [position for position in positions if (position > here if by > 0 else position < here)]
    if ahead:
        return (ahead[0] if by > 0 else ahead[-1]), False
    return (positions[0] if by > 0 else positions[-1]), True
