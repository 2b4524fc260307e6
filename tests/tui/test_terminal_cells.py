"""What is written makes the terminal show the frames, whatever they are, and is no more than what differs."""

from __future__ import annotations

from typing import Any

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from kustui.tui.terminal_cells import TerminalCells

WIDTH, HEIGHT = 24, 4
BOLD, RED, ON_BLUE, LINED, SHORT = "1", "38;2;200;0;0", "38;2;9;9;9;48;2;0;0;200", "4;38;2;9;9;9", "31;44"

Place = tuple[int, int]
Piece = tuple[str, str]


def frame(*runs: tuple[Place, list[Piece]]) -> str:
    """As Textual writes it: places counted from 1, each piece with all of its looks, the cursor at the end."""
    out = []
    for (y, x), pieces in runs:
        out.append(f"\x1b[{y + 1};{x + 1}H")
        out += [f"\x1b[{look}m{text}\x1b[0m" if look else text for text, look in pieces]
    return "".join(out) + "\x1b[1;1H"


class Screen:
    """What somebody sees."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self._screen)
        self._stream.feed("\x1b[?7l")  # no line is wrapped

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    @property
    def seen(self) -> list[list[object]]:
        return [[_seen(self._screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]


def _seen(char: Any) -> object:
    """All that can be seen of a cell: of a blank, its ground and the lines on it."""
    lines = (char.underscore, char.strikethrough, char.reverse)
    look = (char.fg, char.bold, char.italics) if char.data != " " or any(lines) else ()
    return char.data, char.bg, lines, look


LOOKS = st.sampled_from(["", BOLD, RED, ON_BLUE, LINED, SHORT, f"{BOLD};{RED}", "7", "9", "38;5;9", "1;2;3"])
NARROW = st.text(st.sampled_from("ab  ●│─é"), min_size=1, max_size=9)
WIDE = st.text(st.sampled_from("a 漢한e\u0301ｗ●"), min_size=1, max_size=9)


@st.composite
def runs_of(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[Place, list[Piece]]:
    """Some pieces, anywhere on the screen."""
    pieces = draw(st.lists(st.tuples(texts, LOOKS), min_size=1, max_size=4))
    text = "".join(text for text, _ in pieces)
    y, x = draw(st.integers(0, HEIGHT - 1)), draw(st.integers(0, WIDTH - len(text))) if len(text) <= WIDTH else 0
    return (y, x), pieces if len(text) <= WIDTH else [(text[:WIDTH], pieces[0][1])]


@settings(deadline=None)
@given(st.lists(st.lists(runs_of(NARROW), min_size=1, max_size=5), max_size=8))
def test_the_terminal_shows_what_was_drawn(frames: list[list[tuple[Place, list[Piece]]]]) -> None:
    cells, ours, textual = TerminalCells(), Screen(), Screen()
    for runs in frames:
        cells.draw(frame(*runs))
        ours.feed(cells.changes())
        textual.feed(frame(*runs))
        assert ours.seen == textual.seen
    assert not cells.changes()


@st.composite
def panes(draw: st.DrawFn) -> list[tuple[Place, list[Piece]]]:
    """Whole lines of two panes beside each other, as Textual cuts them."""
    runs: list[tuple[Place, list[Piece]]] = []
    for y in draw(st.sets(st.integers(0, HEIGHT - 1))):
        for x in draw(st.sets(st.sampled_from([0, WIDTH // 2]), min_size=1)):
            text, look = draw(WIDE), draw(LOOKS)
            text = text.lstrip("\u0301")
            while (size := _width(text)) > WIDTH // 2:
                text = text[:-1]
            runs.append(((y, x), [(text, look), (" " * (WIDTH // 2 - size), ON_BLUE)]))
    return runs


def _width(text: str) -> int:
    return Console().measure(text).maximum if text else 0


@settings(deadline=None)
@given(st.lists(panes(), max_size=6))
def test_wide_characters_and_marks_are_shown_as_they_were_drawn(
    frames: list[list[tuple[Place, list[Piece]]]],
) -> None:
    cells, ours, textual = TerminalCells(), Screen(), Screen()
    for runs in frames:
        if runs:
            cells.draw(frame(*runs))
            ours.feed(cells.changes())
            textual.feed(frame(*runs))
        assert ours.seen == textual.seen


@pytest.mark.parametrize(
    ("x", "text", "shown"), [(1, "xy", " xy "), (2, "x", "漢x "), (0, "x", "x 漢"), (3, "x", "漢 x")]
)
def test_half_of_a_wide_character_is_blank(x: int, text: str, shown: str) -> None:
    cells, screen = TerminalCells(), Screen()
    for place, written in ((0, "漢漢"), (x, text)):
        cells.draw(frame(((0, place), [(written, RED)])))
        screen.feed(cells.changes())
    assert "".join(str(cell[0]) for cell in screen.seen[0][:4] if isinstance(cell, tuple)) == shown


def written(*frames: str) -> str:
    """What the last of some frames writes."""
    cells = TerminalCells()
    for one in frames:
        cells.draw(one)
        changes = cells.changes()
    return changes


def test_the_same_again_writes_nothing() -> None:
    line = frame(((0, 0), [("some text", RED), (" " * 9, ON_BLUE)]))
    assert not written(line, line)


def test_only_the_characters_that_differ_are_written() -> None:
    before = frame(((1, 4), [("1 of 500 here", RED)]))
    assert written(before, frame(((1, 4), [("2 of 500 here", RED)]))) == f"\x1b[2;5H\x1b[{RED}m2\x1b[m\x1b[H"
    assert written(before, frame(((1, 4), [("1 of 512 here", RED)]))) == f"\x1b[2;11H\x1b[{RED}m12\x1b[m\x1b[H"


def test_a_colour_that_stays_is_not_written_again() -> None:
    both = frame(((0, 0), [("a", f"{BOLD};{ON_BLUE}"), ("b", ON_BLUE), ("c", f"{BOLD};{RED};48;2;0;0;200")]))
    assert written(both) == f"\x1b[H\x1b[1;{ON_BLUE}ma\x1b[22mb\x1b[1;{RED}mc\x1b[m\x1b[H"


def test_a_blank_needs_no_colour_of_its_own() -> None:
    pieces = [("a", ON_BLUE), (" ", f"{BOLD};{RED};48;2;0;0;200"), ("b", ON_BLUE), ("   ", "48;2;0;0;200")]
    assert written(frame(((0, 0), pieces))) == f"\x1b[H\x1b[{ON_BLUE}ma b   \x1b[m\x1b[H"
    assert "4" in written(frame(((0, 0), [("a", RED), (" ", LINED)]))).rpartition("a")[2], "its line is seen"


def test_what_looks_alike_is_written_at_once() -> None:
    lines = frame(*(((y, 0), [("a", RED), ("b", ON_BLUE)]) for y in range(3)))
    assert written(lines).count("m") == 3, "two colours, and the end of them"


def test_after_forgetting_all_is_written() -> None:
    cells, line = TerminalCells(), frame(((0, 0), [("some text", RED)]))
    cells.draw(line)
    before = cells.changes()
    cells.forget()
    cells.draw(line)
    assert cells.changes() == before


def test_what_was_written_over_a_line_is_written_again() -> None:
    cells = TerminalCells()
    cells.draw(frame(((0, 0), [("some text", RED)])))
    cells.changes()
    cells.forget_from(0, 5)
    cells.forget_from(1, 5)  # of which nothing is known
    assert "text" in cells.changes()
    assert not cells.changes()


def test_what_a_larger_frame_draws_beyond_the_edges_is_left_out() -> None:
    cells, ours, textual = TerminalCells(), Screen(), Screen()
    cells.resize(WIDTH, HEIGHT)
    cells.draw(frame(((0, WIDTH - 3), [("ab漢c", RED)]), ((1, WIDTH), [("x", RED)]), ((HEIGHT, 0), [("last", RED)])))
    ours.feed(cells.changes())
    textual.feed(frame(((0, WIDTH - 3), [("ab ", RED)])))
    assert ours.seen == textual.seen


def test_a_new_place_of_the_cursor_alone_is_told() -> None:
    line = frame(((0, 0), [("text", RED)]))
    assert written(line, line.removesuffix("\x1b[1;1H") + "\x1b[3;5H") == "\x1b[3;5H"
