"""What a pane shows, as values: rows of pieces of text, each with the name of how it looks.

Built and tested without a screen. Text from a definition goes in as it is; ``shown`` makes it harmless, once,
where a row becomes cells.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from kustui.definition.harmless import shown as shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kustui.definition.collection import Document

Piece = tuple[str, str]
"""A text, and the name of its look in ``theme.LOOKS``."""
Line = tuple[Piece, ...]
Key = tuple[str, ...]
"""Who a node of the tree is, across reloads; its prefixes are the nodes it stands below."""


class Target(NamedTuple):
    """A place in a file: the value of a pointer, and the byte in it that matters."""

    document: Document
    pointer: str
    offset: int


class Row(NamedTuple):
    """One row of a pane."""

    line: Line = ()
    aside: Line = ()
    """At the right edge, left out where there is no room for all of it."""
    mark: Line = ()
    """At the right edge, always shown: the line is cut short for it."""
    link: Key = ()
    """The node of the tree that Enter goes to."""
    target: Target | None = None
    """The place in a file that Enter goes to."""


# Every glyph of ours, and what stands for it where there is no Unicode; both one cell wide.
_ASCII = str.maketrans(
    {
        "▸": "+", "▾": "-", "◆": "@", "●": "*", "◇": "?", "◷": "&", "→": ">", "↯": "!", "⇒": "=", "✗": "X",
        "▲": "!", "·": "-", "…": "~", "│": "|", "─": "-", "›": ">", "▌": ">", "←": "<", "≥": ">", "≤": "<",
        "“": '"', "”": '"', "’": "'", "–": "-", "×": "x", "∙": ".", "━": "=", "✓": "v", "○": "o", "└": "`", "↵": "<",
    }
)  # fmt: skip


_JOINER = "\u200d"


def plain_ascii(text: str) -> str:
    """The same in ASCII, of the same width."""
    text = text.translate(_ASCII)
    if text.isascii():
        return text
    return "".join(_ascii_of(cluster) for cluster in _clusters(text))


def _clusters(text: str) -> Iterator[str]:
    """Characters, each with those behind it that have no width of their own or are joined to it."""
    start = 0
    for index in range(1, len(text)):
        if _JOINER not in text[index - 1 : index + 1] and cell_len(text[index]):
            yield text[start:index]
            start = index
    yield text[start:]


def _ascii_of(cluster: str) -> str:
    bare = unicodedata.normalize("NFKD", cluster)[:1]
    width = cell_len(cluster)
    return bare if bare.isascii() and width == 1 else "?" * width


def width_of(line: Line) -> int:
    """Cells."""
    return sum(cell_len(shown(text)) for text, _ in line)


def fitted(line: Line, width: int) -> Line:
    """The line cut to a width in cells, an ellipsis at its end where something is gone."""
    if width_of(line) <= width:
        return line
    if width <= 0:
        return ()
    kept: list[Piece] = []
    left = width - 1
    for text, look in line:
        safe = shown(text)
        size = cell_len(safe)
        if size > left:
            kept.append((set_cell_size(safe, left), look))
            left = 0
        else:
            kept.append((safe, look))
            left -= size
        if left <= 0:
            break
    return (*kept, ("…", "muted"))


def laid_out(row: Row, width: int) -> Line:
    """A row as one line of at most ``width`` cells."""
    mark = width_of(row.mark)
    if mark and mark + 1 > width:
        return fitted(row.mark, width)
    room = width - mark - (1 if mark else 0)
    used, aside = width_of(row.line), width_of(row.aside)
    if row.aside and used + 2 + aside <= room:
        line: Line = (*row.line, (" " * (room - used - aside), ""), *row.aside)
    elif not mark:
        return fitted(row.line, width)
    else:
        line = fitted(row.line, room)
        line = (*line, (" " * (room - width_of(line)), ""))
    return (*line, (" ", ""), *row.mark) if mark else line


def wrapped(line: Line, width: int, indent: int = 0) -> Iterator[Line]:
    """The line broken between words into lines of at most ``width`` cells, all but the first indented.

    A word longer than a line is broken where the line ends.
    """
    width = max(width, 8)
    margin: Line = ((" " * min(indent, width // 2), ""),) if indent else ()
    current: list[Piece] = []
    used = 0
    for text, look in line:
        for word in _words(shown(text)):
            needed = cell_len(word.rstrip(" "))
            if used + needed > width and used > width_of(margin):
                yield _trimmed(current)
                current, used = list(margin), width_of(margin)
            while used + needed > width:
                head = _head(word, width - used)
                yield (*current, (head, look))
                word = word[len(head) :]
                needed = cell_len(word.rstrip(" "))
                current, used = list(margin), width_of(margin)
            current.append((word, look))
            used += cell_len(word)
    if current or not line:
        yield _trimmed(current)


def _head(word: str, width: int) -> str:
    """As much of a word as has room."""
    head = set_cell_size(word, width)
    return head if word.startswith(head) else head.rstrip(" ")  # half of a wide character is a blank there


def _trimmed(pieces: Sequence[Piece]) -> Line:
    """Without the blanks at its end, which need no room."""
    end = len(pieces)
    while end and not pieces[end - 1][0].strip(" "):
        end -= 1
    return (*pieces[: end - 1], (pieces[end - 1][0].rstrip(" "), pieces[end - 1][1])) if end else ()


def _words(text: str) -> Iterator[str]:
    """Words with the blanks behind them."""
    start = 0
    for index in range(1, len(text)):
        if text[index] != " " and text[index - 1] == " ":
            yield text[start:index]
            start = index
    yield text[start:]


def joined(lines: Iterable[Line], separator: Piece) -> Line:
    """Lines put one behind another with a piece between them."""
    found: list[Piece] = []
    for line in lines:
        if found:
            found.append(separator)
        found.extend(line)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Rows:
    """A fixed number of rows, each made when it is drawn."""

    count: int
    make: Callable[[int], Row]
    first_line: int = 0
    """The line of the file that the first row is; 0 where rows are no lines of a file."""

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Rows:
        return cls(len(rows), rows.__getitem__)
