"""Bytes to the terminal for one cursor move and one page, and how long a cursor key takes, alone and while
everything is examined.

python -m tests.benchmarks.keys [--moves 60]
"""

from __future__ import annotations

import argparse
import statistics
import time

from tests.benchmarks.measure import SIZES, file_of, table
from tests.support.terminal import Terminal

_PAGE_DOWN = "\x1b[6~"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--moves", type=int, default=60)
    moves = parser.parse_args().moves
    path, title = file_of("M"), f"Workflows {SIZES['M'][0]}"
    with Terminal([path]) as terminal:
        terminal.wait_for_bytes(title.encode())
        busy = latencies(terminal, moves, every=0.1)
        terminal.settle(2.0, seconds=600)
        _leave(terminal)
    with Terminal([path]) as terminal:
        terminal.wait_for_bytes(title.encode())
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
        print(f"90th percentiles: {ratio:.2f} times the undisturbed one (target ≤ 1.5)\n")
        table(
            ("bytes at 80×24", "key held", "at rest, with the panes at the right"),
            [
                (name, held(terminal, key), rested(terminal, key))
                for name, key in (("one row", "j"), ("one page", _PAGE_DOWN))
            ],
        )
        _leave(terminal)


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


def held(terminal: Terminal, key: str, times: int = 20) -> int:
    """Bytes for a key that is repeated faster than the panes at the right follow."""
    _to_the_top(terminal)
    mark = terminal.written
    for _ in range(times):
        terminal.press(key)
        end = time.perf_counter() + 0.03
        while (left := end - time.perf_counter()) > 0:
            terminal.pump(left)
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
