"""A difference as rows: what goes above what comes, or beside it where there is room for both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from kustui.fix.edits import DiffLine
from kustui.text.cells import cells
from kustui.text.styled_lines import Line, Piece, fitted, width_of
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.widgets.rows import Row

_MARGIN = 16
"""Characters of a long line that are shown before and behind a change at least."""
_LOOKS = {"-": ("removed", "fault"), "+": ("good", "inserted"), " ": ("", ""), "@": ("muted", "")}
"""Of the lines of a difference, and of what is different in them."""
_BESIDE = 80
"""Cells from which both states have room beside each other."""
_BETWEEN: Line = ((" │ ", "muted"),)


def state_rows(lines: Iterable[DiffLine], width: int) -> Iterator[Row]:
    """Both states in so many cells: beside each other, or the old above the new where there is no room."""
    if width < _BESIDE:
        yield from difference_rows(lines, width)
        return
    column = (width - width_of(_BETWEEN)) // 2
    old: list[Line] = []
    new: list[Line] = []
    for line in chain(lines, (DiffLine(" ", ""),)):
        if line.sign in ("-", "+"):
            (old if line.sign == "-" else new).extend(_parts(line, column))
            continue
        for left, right in zip_longest(old, new, fillvalue=()):
            yield _beside(left, right, column)
        old, new = [], []
        if line.sign in (" ", "@") and line.text:
            yield from (_beside(part, part, column) for part in _parts(line, column))


def _beside(left: Line, right: Line, column: int) -> Row:
    """A line of the old state, and one of the new, each in a column."""
    left, right = fitted(left, column), fitted(right, column)
    return Row((*left, (" " * (column - width_of(left)), ""), *_BETWEEN, *right))


def difference_rows(lines: Iterable[DiffLine], width: int) -> Iterator[Row]:
    """The lines of a difference in so many cells: long ones are cut around what is different in them."""
    parts: list[list[Line]] = []
    for line in lines:
        if not line.sign and not line.text.startswith("--- "):
            continue  # the name of the file again, and that no line break ends it
        if line.sign == "+" and len(parts) == 1:
            yield from map(Row, filter(None, chain(*zip_longest(*parts, _parts(line, width)))))
            parts = []
            continue
        for before in parts:
            yield from map(Row, before)
        parts = []
        if line.sign == "-":
            parts = [_parts(line, width)]
        else:
            yield from map(Row, _parts(line, width))
    for before in parts:
        yield from map(Row, before)


def _parts(line: DiffLine, width: int) -> list[Line]:
    """A line, or the parts of it around its changes, each in at most ``width`` cells."""
    text = line.text.removesuffix("\r")
    if not line.sign:
        return [((text.removeprefix("--- ").removesuffix("\t"), "heading"),)]
    look, changed_look = _LOOKS[line.sign]
    if not line.changed or (len(text) < width and cells(terminal_safe(text)) < width):
        windows = [(0, len(text))]
    else:
        plain = text.isascii() and text.isprintable()
        windows = _windows(line.changed, len(text), max(8, (width - 3) // (1 if plain else 2)))
    return [_part(line.sign, text, line.changed, window, (look, changed_look)) for window in windows]


def _windows(changed: Sequence[tuple[int, int]], length: int, room: int) -> list[tuple[int, int]]:
    """Ranges of at most ``room`` characters that hold what is different; of what is longer, the beginning."""
    margin = min(_MARGIN, room // 4)
    windows: list[tuple[int, int]] = []
    for start, end in changed:
        end = min(end, start + room - 2 * margin, length) + margin
        if windows and end - windows[-1][0] <= room:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((max(0, start - margin), end))
    widened = []
    for start, end in windows:
        start = max(0, min(start - max(0, room - (end - start)) // 2, length - room))
        widened.append((start, min(length, max(end, start + room))))
    return widened


def _part(
    sign: str, text: str, changed: Sequence[tuple[int, int]], window: tuple[int, int], looks: tuple[str, str]
) -> Line:
    """The characters of a window of a line, behind its sign."""
    first, last = window
    pieces: list[Piece] = [(sign.removeprefix("@"), looks[0])]
    if first:
        pieces.append(("…", "muted"))
    at = first
    for start, end in changed:
        start, end = max(start, at), min(end, last)
        if start < end:
            pieces += [(text[at:start], looks[0]), (text[start:end], looks[1])]
            at = end
    pieces.append((text[at:last], looks[0]))
    if last < len(text):
        pieces.append(("…", "muted"))
    return tuple(pieces)
