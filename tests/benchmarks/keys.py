"""Bytes to the terminal for one cursor move and one page, how long a cursor key takes, alone and while everything is
examined, and how far a slow line is behind.

python -m tests.benchmarks.keys [--moves 60]
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

from tests.benchmarks.measure import SIZES, file_of, table
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

_PAGE_DOWN, _PAGE_UP = "\x1b[6~", "\x1b[5~"
_PAGES = 20
"""Of the list of M."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--moves", type=int, default=60)
    moves = parser.parse_args().moves
    path, title = file_of("M"), f"Workflows ({SIZES['M'][0]})"
    with Terminal([path]) as terminal:
        terminal.wait_for(title)
        busy = latencies(terminal, moves, every=0.1)
        terminal.settle(2.0, seconds=600)
        _leave(terminal)
    with Terminal([path]) as terminal:
        terminal.wait_for(title)
        terminal.settle(2.0, seconds=600)
        calm = latencies(terminal, moves, every=0.1)
        table(
            ("a cursor key", "answered", "median ms", "p90 ms"),
            [
                (name, len(found), statistics.median(found) * 1000, percentile(found, 0.9) * 1000)
                for name, found in (("undisturbed", calm), ("while M is examined", busy))
            ],
        )
        ratio = percentile(busy, 0.9) / percentile(calm, 0.9)
        print(f"90th percentiles: {ratio:.2f} times the undisturbed one (target ≤ 1.3)\n")
        table(
            ("bytes at 80×24", "key held", "target", "at rest, with the panes at the right", "target"),
            [
                ("one row", held(terminal, "j"), "≤ 250", rested(terminal, "j"), "≤ 2,000"),
                ("one page", held(terminal, _PAGE_DOWN), "≤ 4,400", rested(terminal, _PAGE_DOWN), ""),
            ],
        )
        _leave(terminal)
    slow_line(path, title)


def latencies(terminal: Terminal, moves: int, every: float) -> list[float]:
    """Seconds from each of some presses of j or k until the cursor is on another row."""
    pressed: list[float] = []
    for index in range(moves):
        pressed.append(time.perf_counter())
        terminal.press("j" if index % 2 == 0 else "k")
        while (left := pressed[-1] + every - time.perf_counter()) > 0:
            terminal.pump(left)
    terminal.pump(1.0)
    answered: list[float] = []
    before = None
    for moment, lines in terminal.replayed():
        row = next((index for index, line in enumerate(lines) if line.startswith("▌")), None)
        if row != before and moment >= pressed[0]:
            answered.append(moment)
        before = row
    # A key that is answered late is answered by the first change that comes after it.
    found = []
    for moment in pressed:
        answer = next((other for other in answered if other >= moment), None)
        if answer is not None:
            found.append(answer - moment)
    return found


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))]


def slow_line(path: Path, title: str, presses: int = 100) -> None:
    """How long after the last of many keys the newest position is drawn, where the line carries 20 kB/s."""
    with Terminal([path], bytes_per_second=20_000, answers=True) as terminal:
        terminal.wait_for(title)
        terminal.settle(2.0, seconds=600)
        mark = terminal.written
        for number in range(presses):  # down and up again: a page that was just left would cost nothing
            terminal.press(_PAGE_DOWN if number // _PAGES % 2 == 0 else _PAGE_UP)
            _pump_for(terminal, 0.03)
        terminal.press("G")
        began, at_last = time.perf_counter(), terminal.written
        last = f"{SIZES['M'][0]} of {SIZES['M'][0]}"
        terminal.wait_for(last)
        print(
            f"a line of 20 kB/s: {at_last - mark:,} bytes for {presses} pages, and the newest position "
            f"{terminal.moment - began:.2f} s after the last key\n"
        )
        _leave(terminal)


def _pump_for(terminal: Terminal, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        terminal.pump(left)


def held(terminal: Terminal, key: str, times: int = 20) -> int:
    """Bytes for a key that is repeated faster than the panes at the right follow."""
    _to_the_top(terminal)
    mark = terminal.written
    for _ in range(times):
        terminal.press(key)
        _pump_for(terminal, 0.03)
    found = terminal.written - mark
    terminal.settle(0.5)
    return round(found / times)


def rested(terminal: Terminal, key: str, times: int = 5) -> int:
    """Bytes for a key and what follows it once the cursor rests."""
    _to_the_top(terminal)
    counts = []
    for _ in range(times):
        mark = terminal.written
        terminal.press(key)
        terminal.settle(0.5)
        counts.append(terminal.written - mark)
    return round(statistics.median(counts))


def _to_the_top(terminal: Terminal) -> None:
    terminal.press("g")
    terminal.settle(0.5)


def _leave(terminal: Terminal) -> None:
    terminal.press("q")
    terminal.ended()


if __name__ == "__main__":
    main()
