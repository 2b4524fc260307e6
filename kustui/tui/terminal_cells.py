"""What is on the terminal, cell by cell, so that only what differs is written, as curses does it.

Textual writes all of whatever is refreshed, each piece with all of its colours. Its frames are drawn here first, and
the terminal is given the cells that it shows otherwise.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from msgspec import Struct

from kustui.text.cells import cells, clusters

_TOKEN = re.compile(
    r"\x1b\[(?P<move>\d*;?\d*)H|\x1b\[(?P<look>[\d;]*)m|(?P<text>[^\x00-\x1f\x7f-\x9f]+)|(?P<end>\n|\Z)"
)
_FRAME = re.compile(r"\x1b\[\d+;\d+H")
_BRIDGE = 4
"""Cells that are written again at most where that is shorter than to move the cursor past them."""
_ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
"""What ends bold, dim, italic, underlined, blinking, reversed and struck through."""

_SEEN = {"4", "7", "9", "21", "53"}
"""Those that are seen on a blank."""


class _Look(Struct, frozen=True):
    """How a cell is drawn, as codes of SGR; a colour is empty where it is the terminal's own."""

    attributes: frozenset[str] = frozenset()
    colour: str = ""
    background: str = ""


_Cell = tuple[str, _Look]
"""A character, with the marks on it; the other half of a wide one holds nothing."""
_Cells = list[_Cell | None]
"""Those of a line, None where nothing is known."""
_PLAIN = _Look()


def is_frame(data: str) -> bool:
    """Whether an output draws, and is no setting of the terminal."""
    return _FRAME.match(data) is not None


class TerminalCells:
    """The cells that the terminal shows, and those that it is to show."""

    def __init__(self) -> None:
        self._wanted: dict[int, _Cells] = {}
        self._shown: dict[int, _Cells] = {}
        self._changed: set[int] = set()
        """The lines that may differ."""
        self._wide: set[int] = set()
        """Those that have held cells of another width than one."""
        self._width = self._height = sys.maxsize
        self._cursor = self._cursor_shown = (0, 0)
        """Line and column in which the cursor is left, hidden as it is: an input method opens there."""

    def forget(self) -> None:
        """Nothing is known of the terminal any more, and all of it is about to be drawn."""
        self._wanted, self._shown = {}, {}
        self._changed.clear()
        self._wide.clear()

    def forget_from(self, y: int, x: int) -> None:
        """Nothing is known any more of what a line shows from a column on; what it is to show there stays the same."""
        if y in self._shown:
            shown = self._shown[y]
            shown[x:] = [None] * len(shown[x:])
            self._changed.add(y)

    def resize(self, width: int, height: int) -> None:
        """The terminal has so many columns and lines now, and may show anything. What a frame of the size before draws
        beyond them is left out: it would be written over the last line or column."""
        self._width, self._height = width, height
        self.forget()

    def draw(self, frame: str) -> None:
        """Take a frame of Textual's: pieces, each with all of its looks, and moves of the cursor between them."""
        y, x, look = 0, 0, _PLAIN
        run: list[_Cell] = []
        for match in _TOKEN.finditer(frame):
            kind = match.lastgroup
            if kind == "text":
                if not _append(run, match[0], look):
                    self._wide.add(y)
            elif kind == "look":
                look = _look(match["look"])
            else:
                if run:
                    self._put(y, x, run)
                    run = []
                if kind == "move":
                    line, _, column = match["move"].partition(";")
                    y, x = int(line or 1) - 1, int(column or 1) - 1
        self._cursor = y, x

    def _put(self, y: int, x: int, run: list[_Cell]) -> None:
        """The terminal is to show cells from a place on. Where one of them, or one that was there, is not as wide as
        one cell, all are written again, for terminals differ in what they make of it."""
        room = self._width - x if y < self._height else 0
        if room <= 0:
            return
        if len(run) > room:
            is_half = run[room] is not None and not run[room][0]
            run = [*run[: room - 1], (" ", run[room - 1][1]) if is_half else run[room - 1]]
        wanted, shown = self._wanted.setdefault(y, []), self._shown.setdefault(y, [])
        end = x + len(run)
        for line in (wanted, shown):
            line.extend([None] * (end - len(line)))
        before = wanted[x:end]
        if before == run:
            return
        self._changed.add(y)
        wanted[x:end] = run
        if y in self._wide and not (all(map(_is_simple, run)) and all(map(_is_simple, before))):
            shown[x:end] = [None] * len(run)
            self._mend_halves(wanted, shown, x, end, is_half=before[0] is not None and not before[0][0])

    @staticmethod
    def _mend_halves(wanted: _Cells, shown: _Cells, start: int, end: int, *, is_half: bool) -> None:
        """What is left of wide characters, of which a part was written over, is blank. ``is_half`` says whether one was
        cut at the start."""
        while end < len(wanted) and (cell := wanted[end]) is not None and not cell[0]:
            wanted[end], shown[end] = (" ", cell[1]), None
            end += 1
        while is_half and start and (cell := wanted[start - 1]) is not None:
            start -= 1
            wanted[start], shown[start] = (" ", cell[1]), None
            is_half = not cell[0]

    def changes(self) -> str:
        """What makes the terminal show what it is to show; from then on it does."""
        in_order: list[_Piece] = []
        by_look: dict[_Look, list[_Piece]] = {}  # to change it takes more than to move the cursor
        for y in sorted(self._changed):
            wanted, shown = self._wanted[y], self._shown[y]
            for start, end in _differences(wanted, shown):
                pieces = _pieces(y, start, wanted[start:end])
                if y not in self._wide:
                    for piece in pieces:
                        look = next((other for other in by_look if _hides(other, piece.text, piece.look)), piece.look)
                        by_look.setdefault(look, []).append(piece)
                else:  # what stands behind a character that is wider than thought would be moved
                    in_order += pieces
                shown[start:end] = wanted[start:end]
        self._changed.clear()
        out = _written([*in_order, *chain.from_iterable(by_look.values())])
        if out or self._cursor != self._cursor_shown:
            out += _to(*self._cursor)
            self._cursor_shown = self._cursor
        return out


class _Piece(Struct, frozen=True):
    """Cells beside each other that look alike."""

    y: int
    x: int
    end: int
    text: str
    look: _Look


def _pieces(y: int, x: int, line: Sequence[_Cell | None]) -> Iterator[_Piece]:
    """Cells in pieces. A blank looks like what is before it, or else like what is behind it, on the same ground."""
    text, look, start, end = "", _PLAIN, x, x
    for end, cell in enumerate(line, x):
        character, other = cell or (" ", look)
        if text and other is not look and not _hides(look, character, other):
            if _hides(other, text, look):
                look = other
            else:
                yield _Piece(y, start, end, text, look)
                text = ""
        if not text:
            start, look = end, other
        text += character
    if text:
        yield _Piece(y, start, end + 1, text, look)


def _hides(look: _Look, text: str, other: _Look) -> bool:
    """Whether a text, drawn in a look instead of its own, is the same to see: it is of blanks on the same ground."""
    return (
        not text.strip(" ")
        and look.background == other.background
        and not other.attributes
        and not look.attributes & _SEEN
    )


def _written(pieces: Sequence[_Piece]) -> str:
    """What writes them, each at its place."""
    out: list[str] = []
    look, y, x = _PLAIN, -1, -1
    for piece in pieces:
        if piece.y != y:
            out.append(_to(piece.y, piece.x))
        elif piece.x != x:
            out.append(f"\x1b[{piece.x + 1}G")
        if piece.look is not look and not _hides(look, piece.text, piece.look):
            out.append(_turned(look, piece.look))
            look = piece.look
        out.append(piece.text)
        y, x = piece.y, piece.end
    if look is not _PLAIN:
        out.append(_turned(look, _PLAIN))
    return "".join(out)


def _differences(wanted: _Cells, shown: _Cells) -> Iterator[tuple[int, int]]:
    """From where to where a line differs; a few equal cells between are taken along."""
    start = end = -1
    for index, (now, before) in enumerate(zip(wanted, shown, strict=True)):
        if now is before or now == before or now is None:
            continue
        if start >= 0 and index > end and not _is_bridge(wanted[end - 1 : index + 1]):
            yield start, end
            start = -1
        if start < 0:
            start = index
        end = index + 1
    if start >= 0:
        yield start, end


def _is_bridge(between: Sequence[_Cell | None]) -> bool:
    """Whether cells, with the one before and the one behind them, are few and look alike."""
    if len(between) > _BRIDGE + 2:
        return False
    looks = {cell[1] if cell is not None and _is_simple(cell) else None for cell in between}
    return len(looks) == 1 and None not in looks


def _is_simple(cell: _Cell | None) -> bool:
    """Whether it is one character of one cell."""
    return cell is None or (len(cell[0]) == 1 and (cell[0] < "\x7f" or cells(cell[0]) == 1))


def _append(run: list[_Cell], text: str, look: _Look) -> bool:
    """Add the cells of a text; whether each character has one."""
    if text.isascii() or (cells(text) == len(text) and all(cells(character) == 1 for character in text)):
        blank = " ", _blank(look)
        run.extend([blank if character == " " else (character, look) for character in text])
        return True
    for cluster in clusters(text):
        if width := cells(cluster):
            run += [(cluster, look), *[("", look)] * (width - 1)]
        elif run:  # a mark on what another piece ends with
            run[-1] = run[-1][0] + cluster, run[-1][1]
    return False


def _to(y: int, x: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"


@lru_cache(maxsize=1024)
def _blank(look: _Look) -> _Look:
    """The look of a blank: nothing else of it can be seen."""
    return look if look.attributes & _SEEN else _look(look.background)


@lru_cache(maxsize=1024)
def _look(codes: str) -> _Look:
    attributes, colours = set(), {"3": "", "4": ""}
    parts = iter(codes.split(";"))
    for code in parts:
        if code in ("38", "48"):
            kind = next(parts, "")
            rest = [next(parts, "") for _ in range(3 if kind == "2" else 1)]
            colours[code[0]] = ";".join((code, kind, *rest))
        elif len(code) > 1 and code[:-1] in ("3", "4", "9", "10"):
            colours["3" if code[:-1] in ("3", "9") else "4"] = "" if code in ("39", "49") else code
        elif code.strip("0"):
            attributes.add(code)
    return _Look(frozenset(attributes), colours["3"], colours["4"])


@lru_cache(maxsize=4096)
def _turned(before: _Look, after: _Look) -> str:
    """What makes the terminal draw in another look than before: no more than what is different."""
    if after == _PLAIN:
        return "\x1b[m"
    gone = before.attributes - after.attributes
    codes = sorted({_ENDS.get(code, "0") for code in gone})
    if "0" in codes:
        before, codes = _PLAIN, ["0"]
    codes += sorted(code for code in after.attributes if code not in before.attributes or _ENDS.get(code) in codes)
    if after.colour != before.colour:
        codes.append(after.colour or "39")
    if after.background != before.background:
        codes.append(after.background or "49")
    return f"\x1b[{';'.join(codes)}m"
