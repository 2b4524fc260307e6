"""What is written to the terminal: what differs, and on a slow line no more than the newest."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.flows import step, workflow
from tests.support.terminal import KUSTUI, SAMPLES, Terminal
from tests.support.terminal_explorer import ESCAPE, TIMERS, open_explorer

if TYPE_CHECKING:
    from pathlib import Path

PAGE_DOWN, PAGE_UP, REDRAW = "\x1b[6~", "\x1b[5~", "\x0c"
KEYS = ["j", "k", "l", "h", "g", "G", PAGE_DOWN, PAGE_UP, "\t", *"12345678", "z", "?", ESCAPE, "p", "P", "E", "C", "/o",
        "\r", "n", "w", "F", "<", ">", "c", "d"]  # fmt: skip
"""Those that lead through everything, and change nothing for a time only."""

_END_OF_FRAME, _STATUS = b"\x1b[m\x1b[H", 22
"""What ends each, and the row that says where the cursor is."""


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A definition of many workflows, which fill pages that have nothing in common."""
    found, chosen = tmp_path / "many.json", random.Random(1)
    names = ["".join(chosen.choices("abcdefghijklmnopqrstuvwxyz ", k=60)) for _ in range(450)]
    workflows = [
        workflow(f"w{index}", step("a", "b"), step("b", description=name), name=name)
        for index, name in enumerate(names)
    ]
    found.write_text(json.dumps({"workflows": workflows}))
    return found


def seen(terminal: Terminal) -> dict[tuple[int, int], tuple[object, ...]]:
    """All that can be seen of each cell, by its row and column: of a blank, its ground and the lines on it. The last
    row is left out: it says what the last key did."""
    return {
        (row, column): (char.data, char.bg, char.underscore, char.reverse)
        + ((char.fg, char.bold, char.italics) if char.data.strip() else ())
        for row in range(len(terminal.lines) - 1)
        for column, char in enumerate(terminal.styled(row))
    }


def assert_same_when_drawn_again(terminal: Terminal, after: str) -> None:
    before, lines, mark = seen(terminal), terminal.lines, terminal.written
    terminal.press(REDRAW)
    terminal.wait_until(lambda: terminal.written > mark, "anything drawn")
    terminal.settle()
    different = [place for place, cell in seen(terminal).items() if cell != before[place]]
    assert terminal.lines[:-1] == lines[:-1], f"after {after!r}, which showed {lines}"
    assert len(different) <= 1, f"after {after!r}: {different}"  # the cursor of a field blinks


def test_a_move_writes_what_differs_and_no_more(many: Path) -> None:
    with open_explorer(many) as terminal:
        # With the first one, the keys for beginners give way to those of the row.
        for key, most in (("j", 1_300), ("j", 1_000), (PAGE_DOWN, 3_000), (PAGE_DOWN, 3_000)):
            mark = terminal.written
            terminal.press(key)
            terminal.settle()
            assert 0 < terminal.written - mark <= most, f"{key!r} wrote {terminal.raw[mark:]!r}"
        terminal.press("q")
        terminal.ended()


@pytest.mark.parametrize("keys", ["j", "r"], ids=["explorer", "rehearsal"])
def test_rows_and_the_position_of_the_cursor_are_drawn_at_once(keys: str) -> None:
    with open_explorer(SAMPLES / "orders.json") as terminal:
        terminal.press(keys)
        terminal.settle()
        mark, position = terminal.written, terminal.lines[_STATUS]
        terminal.press("j")
        terminal.wait_until(lambda: terminal.lines[_STATUS] != position, "another position")
        frame = terminal.raw[mark:].partition(_END_OF_FRAME)[0]
        assert b"\x1b[%d;" % (_STATUS + 1) in frame, "the position"
        assert "▌".encode() in frame, "the row"


@pytest.mark.parametrize(
    ("seed", "sample"), [(1, SAMPLES / "orders.json"), (2, SAMPLES), (3, TIMERS)], ids=["orders", "all", "timers"]
)
def test_the_screen_is_the_same_when_it_is_drawn_again(seed: int, sample: Path) -> None:
    chosen = random.Random(seed)
    with open_explorer(sample) as terminal:
        for _ in range(8):
            keys = chosen.choices(KEYS, k=5)
            for key in keys:
                terminal.press(key)
                terminal.pump(chosen.choice((0.0, 0.03, 0.1)))
            terminal.settle()
            assert_same_when_drawn_again(terminal, "".join(keys))
            terminal.press(chosen.choice(("", ESCAPE, ESCAPE * 2)))
        terminal.resize(120, 30)
        terminal.settle()
        assert_same_when_drawn_again(terminal, "a larger window")
        terminal.resize(80, 24)
        terminal.settle()
        assert_same_when_drawn_again(terminal, "the window of before")


def test_names_that_are_wide_are_the_same_when_they_are_drawn_again(tmp_path: Path) -> None:
    names = ("漢字テスト", "e\u0301te\u0301 x", "👍🏽 skin", "ｗｉｄｅ", "한국어 이름", "plain")
    path = tmp_path / "wide.json"
    workflows = [workflow(f"w{index}", step("a", name=name), name=name * 3) for index, name in enumerate(names * 5)]
    path.write_text(json.dumps({"workflows": workflows}))
    with open_explorer(path) as terminal:
        for keys in ("j", "j", PAGE_DOWN, "G", "kk", "?", ESCAPE, "3", "jj", "z", "z", ":", ESCAPE, "6", "jj"):
            terminal.press(keys)
            terminal.settle()
            assert_same_when_drawn_again(terminal, keys)


def test_what_something_else_wrote_goes_when_it_is_drawn_again() -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.press("j")
        terminal.settle()
        before = seen(terminal)
        terminal.scribble("\x1b[5;5H\x1b[31mA message from the system\x1b[m")
        assert "message from the system" in terminal.text
        terminal.press(REDRAW)
        terminal.wait_until(lambda: seen(terminal) == before, "what was there before")


LARGE: dict[str, Any] = {"columns": 120, "rows": 50}
PAGES = [*[PAGE_DOWN] * 8, *[PAGE_UP] * 8]
"""Each page takes some 3,000 bytes there."""


def test_held_keys_do_not_queue_up_on_a_slow_line(many: Path) -> None:
    with open_explorer(many, **LARGE, answers=True) as terminal:
        terminal.answers = False  # what is sent from here on is still on its way
        mark, until = terminal.written, time.monotonic() + 4.0  # kustui waits a little longer
        for key in PAGES:
            if time.monotonic() < until:
                terminal.press(key)
                terminal.settle_untaken()
                while terminal.pump():
                    pass
        assert terminal.written - mark <= 10_000, "what is under way, whatever was pressed"
        terminal.answers = True
        terminal.press("G")
        terminal.wait_for("450 of 450")
        terminal.press("q")
        assert terminal.ended() == 0


def test_nor_do_they_where_the_terminal_does_not_answer(many: Path) -> None:
    with open_explorer(many, **LARGE) as terminal:
        for key in (*PAGES, "G"):
            terminal.press(key)
            terminal.settle_untaken()
        mark = terminal.written
        terminal.wait_for("450 of 450")
        assert terminal.written - mark <= 32_000, "what the system buffers, and a little that kustui does"
        terminal.press("q")
        assert terminal.ended() == 0


def test_a_terminal_that_does_not_answer_is_drawn_all_the_same(many: Path) -> None:
    with open_explorer(many, answers=True) as terminal:
        terminal.answers = False
        for _ in range(20):
            terminal.press(PAGE_DOWN)
            terminal.pump(0.1)
        terminal.press("G")
        terminal.wait_for("450 of 450")
        terminal.press("q")
        assert terminal.ended() == 0
        assert "1R" not in terminal.text


def test_no_answer_is_left_for_the_shell(many: Path) -> None:
    script = f"{' '.join(KUSTUI)} {many}; printf 'next: '; read -r line; printf '<%s>' \"$line\""
    with Terminal(["-c", script], command=["/bin/bash"], bytes_per_second=20_000, answers=True) as terminal:
        terminal.wait_for("Workflows (450)")
        for _ in range(8):
            terminal.press(PAGE_DOWN)
        terminal.press("q")
        terminal.wait_for("next: ")
        terminal.press("word\r")
        terminal.wait_for("<word>")
