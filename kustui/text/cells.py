"""The width of a text in the cells of a terminal, and texts cut to a width.

The widths are wcwidth's, applied as Textual applies its own tables, so that both agree; but for spacing marks. Only
text that needs the tables pays for their import (40 ms).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from unicodedata import category, east_asian_width

JOINER = "\u200d"
_EMOJI_STYLE = "\ufe0f"

_ONE_CELL = frozenset(
    chr(code)
    for code in chain(
        range(0x20, 0x7F),
        range(0xA0, 0xAD),
        range(0xAE, 0x300),
        range(0x370, 0x483),
        range(0x2010, 0x2028),  # dashes, quotation marks, the ellipsis
        range(0x2039, 0x203B),  # ‹ and ›
        range(0x2190, 0x21FF),  # arrows
        range(0x2500, 0x25FD),  # lines, blocks, geometric shapes
        map(ord, "≤≥✓✗"),
    )
)
"""Characters of one cell: most text, and all of kustui's own glyphs."""
is_of_single_cells = _ONE_CELL.issuperset
"""Whether every character of a text is one of these."""


MOST_KEPT = 256
"""Characters of a text of which the result is kept: what fits on a screen. Thousands of long ones would be a lot."""


def cells(text: str) -> int:
    """The width of a text that is safe for a terminal (``text.terminal_safe``)."""
    if text.isascii():
        return len(text)
    return _kept(text) if len(text) <= MOST_KEPT else _cells(text)


def _cells(text: str) -> int:
    if is_of_single_cells(text):
        return len(text)
    total, last, joined = 0, "", False
    for character in text:
        if joined:  # drawn as one with what is before it
            joined = False
        elif character == JOINER:
            joined = True
        elif character == _EMOJI_STYLE:
            total += bool(last) and _widened(last)
            last = ""
        elif size := _size(character):
            last = character
            total += size
    return total


_kept = lru_cache(maxsize=4096)(_cells)


def cut(text: str, room: int) -> str:
    """The beginning of a text that fits into so many cells; half of a wide character is a blank."""
    if cells(text) <= room:
        return text
    low, high = 0, min(len(text), room)
    if not is_of_single_cells(text[: high + 1]):
        high = len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if cells(text[:middle]) <= room else (low, middle - 1)
    head = text[:high]
    return head + " " * (room - cells(head))


def crop(text: str, start: int, width: int | None = None) -> str:
    """``width`` cells of a text from the cell ``start`` on, or all that follow; half of a wide character is a blank."""
    if start and is_of_single_cells(text[: start + 1]):
        text = text[start:]
    elif start:
        skipped = at = 0
        for cluster in clusters(text):
            if skipped >= start:
                break
            skipped += cells(cluster)
            at += len(cluster)
        text = " " * (skipped - start) + text[at:]
    return text if width is None else cut(text, width)


def end_of_line(text: str, start: int, room: int) -> int:
    """Where a line of at most so many cells ends that begins at an index of a text."""
    end = start + room
    if is_of_single_cells(text[start : end + 1]):  # a mark behind the last one belongs to it
        return min(end, len(text))
    for cluster in clusters(text, start):
        room -= cells(cluster)
        if room < 0:
            break
        start += len(cluster)
    return start


def clusters(text: str, start: int = 0) -> Iterator[str]:
    """The characters of a text from an index on, each with the marks behind it and with what is joined to it."""
    for index in range(start + 1, len(text)):
        if JOINER not in text[index - 1 : index + 1] and cells(text[index]) and not is_spacing_mark(text[index]):
            yield text[start:index]
            start = index
    yield text[start:]


_DISPUTED = re.compile(f"[{JOINER}{_EMOJI_STYLE}\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff]")
_LETTERS = {0x1F1E6 + index: chr(ord("A") + index) for index in range(26)}
"""Stand-ins for the letters that flags consist of: some terminals draw each as wide as a flag."""


def steady(text: str) -> str:
    """A text that is equally wide in every terminal. Joined and coloured emoji, which some terminals draw apart or half
    as wide, are replaced by their first character and blanks up to the full width; flags by letters."""
    if _DISPUTED.search(text) is None:
        return text
    return "".join(_steadied(cluster) for cluster in clusters(text)).translate(_LETTERS)


def _steadied(cluster: str) -> str:
    if len(cluster) == 1 or _DISPUTED.search(cluster) is None:
        return cluster
    if cluster[0] < "\U0001f000" and _EMOJI_STYLE not in cluster:
        return cluster  # letters of a script that joins them
    return cluster[0] + " " * (cells(cluster) - _size(cluster[0]))


def pad(text: str, room: int) -> str:
    """A text of exactly so many cells: cut, or filled up with blanks."""
    return cut(text, room) + " " * max(0, room - cells(text))


@lru_cache(maxsize=4096)
def _size(character: str) -> int:
    if character in _ONE_CELL:
        return 1
    # A flag is two letters of one cell each; a skin tone belongs to the emoji before it.
    if _is_flag_letter(character):
        return 1
    if "\U0001f3fb" <= character <= "\U0001f3ff":
        return 0
    if is_spacing_mark(character):
        return 2 if east_asian_width(character) == "W" else 1
    from wcwidth import wcwidth

    return max(0, wcwidth(character))


@lru_cache(maxsize=4096)
def is_spacing_mark(character: str) -> bool:
    """Whether a character is written beside the letter before it, as a vowel of an Indic script may be. Terminals give
    it a cell [seen]; the tables, which measure whole syllables, do not."""
    return character > "\u02ff" and category(character) == "Mc"


def spacing_marks(first: int, last: int) -> list[int]:
    """Those of a range of code points, both ends included."""
    return [code for code in range(max(first, 0x300), last + 1) if category(chr(code)) == "Mc"]


@lru_cache(maxsize=256)
def _widened(character: str) -> bool:
    """Whether a character of one cell takes two as an emoji."""
    from wcwidth import wcswidth

    return _size(character) == 1 and not _is_flag_letter(character) and wcswidth(character + _EMOJI_STYLE) == 2


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
