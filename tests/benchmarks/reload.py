"""From a save to the problem on the screen, beside the bare event; keys while everything is looked at again; 5,000
saves in a row; and what it costs to wait.

python -m tests.benchmarks.reload [--saves 5000] [--rounds 15] [--rechecks 5]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.check import command
from tests.benchmarks.keys import latencies, percentile
from tests.benchmarks.measure import SIZES, file_of, table
from tests.support.terminal import KUSTUI, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARAMS = b'"params": {'
_MISTAKE = b'"mistake": "/#steps.nowhere.x",'


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--saves", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rechecks", type=int, default=5)
    options = parser.parse_args()
    headings = (
        "save to problem on screen",
        "median ms",
        "p95 ms",
        "bare event ms",
        "ratio (M: ≤ 2)",
        "full check ms",
        "part",
    )
    table(headings, [saved(size, options.rounds) for size in ("S", "M")])
    keys(options.rechecks)
    many_saves(options.saves)


def copied(size: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kustui-reload-"))
    return Path(shutil.copy(file_of(size), folder / "app.json"))


def saved(size: str, rounds: int) -> tuple[object, ...]:
    """Seconds from a rename, as editors end a save, to the sign of the problem; beside those to a bare event."""
    path = copied(size)
    good = path.read_bytes()
    at = good.index(_PARAMS, len(good) // 2) + len(_PARAMS)
    wrong = good[:at] + _MISTAKE + good[at:]
    seen, bare = [], []
    events = _Events(path.parent)
    with Terminal([path]) as terminal:
        terminal.wait_for(f"Workflows ({SIZES[size][0]})")
        terminal.settle(2.0, seconds=600)
        for number in range(rounds * 2):
            part = path.with_suffix(".part")
            part.write_bytes(good if number % 2 else wrong)
            words = "1 problem fixed" if number % 2 else "1 new problem"
            began = time.perf_counter()
            part.rename(path)
            terminal.wait_for(words)
            seen.append(terminal.moment - began)
            bare.append(events.after(began))
            terminal.settle(0.5)
            terminal.press("jk")
            terminal.settle(0.5)
        terminal.press("q")
        terminal.ended()
    events.stop.set()
    whole = statistics.median(command(*KUSTUI, "check", path)[0] for _ in range(3))
    middle = statistics.median(seen)
    return (
        f"{size}, {SIZES[size][0]} × {SIZES[size][1]}",
        middle * 1000,
        percentile(seen, 0.95) * 1000,
        statistics.median(bare) * 1000,
        middle / statistics.median(bare),
        whole * 1000,
        f"1/{whole / middle:.0f}",
    )


class _Events:
    """When the bare watch, with the steps that kustui takes, tells of something."""

    def __init__(self, folder: Path) -> None:
        self.stop = threading.Event()
        self._moments: list[float] = []
        self._folder = folder
        threading.Thread(target=self._run, daemon=True).start()
        time.sleep(0.5)

    def _run(self) -> None:
        from watchfiles import watch

        for _ in watch(self._folder, watch_filter=None, debounce=50, step=10, stop_event=self.stop):
            self._moments.append(time.perf_counter())

    def after(self, moment: float) -> float:
        return next(found for found in self._later(moment)) - moment

    def _later(self, moment: float) -> Iterator[float]:
        while True:
            yield from (found for found in list(self._moments) if found >= moment)
            time.sleep(0.005)


def keys(rechecks: int) -> None:
    """Cursor keys while all of M is looked at again, because it was laid out anew, and between that; then waiting."""
    path = copied("M")
    good = path.read_bytes()
    layouts = json.dumps(json.loads(good), indent=1).encode(), good
    calm, busy = [], []
    with Terminal([path]) as terminal:
        terminal.wait_for(f"Workflows ({SIZES['M'][0]})")
        for number in range(rechecks):
            terminal.settle(2.0, seconds=600)
            calm += latencies(terminal, 30, every=0.1)
            in_place(path, layouts[number % 2])
            busy += latencies(terminal, 30, every=0.1)
        table(
            ("a cursor key", "answered", "median ms", "p90 ms"),
            [
                (name, len(found), statistics.median(found) * 1000, percentile(found, 0.9) * 1000)
                for name, found in (("undisturbed", calm), ("while M is looked at again", busy))
            ],
        )
        print(f"90th percentiles: {percentile(busy, 0.9) / percentile(calm, 0.9):.2f} (target ≤ 1.3)\n")
        terminal.settle(3.0, seconds=600)
        before = cpu_seconds(terminal.pid)
        mark = terminal.written
        time.sleep(10)
        used = (cpu_seconds(terminal.pid) - before) * 10
        print(
            f"10 s of waiting: {used:.1f} % of a processor (target ≤ 0.5), "
            f"{len(terminal.raw) - mark} bytes (target 0)\n"
        )
        terminal.press("q")
        terminal.ended()


def many_saves(count: int) -> None:
    """An hour of edits in a few minutes: memory, and the last state."""
    path = copied("S")
    good = path.read_bytes()
    at = good.index(_PARAMS, len(good) // 2) + len(_PARAMS)
    edges: tuple[Callable[[Path, bytes], None], ...] = (in_place, atomically, by_moving_away)
    with Terminal([path]) as terminal:
        terminal.wait_for(f"Workflows ({SIZES['S'][0]})")
        terminal.settle(2.0, seconds=600)
        wrong = good[:at] + _MISTAKE + good[at:]
        for text, words in ((wrong, "1 new problem"), (good, "1 problem fixed")):  # what that imports stays
            atomically(path, text)
            terminal.wait_for(words)
            terminal.settle()  # else the next is there before all of this one is read, and neither makes a difference
        marks = []
        for number in range(count):
            if number % (count // 5 or 1) == 0:
                marks.append((number, memory(terminal.pid)))
            text = good[:at] + b'"number": %d, ' % number + good[at:]
            edges[number % len(edges)](path, text if number % 10 else text[: len(text) // 2])
            terminal.pump(0.02)
        atomically(path, wrong)
        terminal.wait_for("1 new problem")
        terminal.settle(1.0)
        marks.append((count, memory(terminal.pid)))
        terminal.press("q")
        status = terminal.ended()
    table(("saves", "MB resident"), marks)
    print(f"the state after the last of {count:,} was shown; it left with {status}")


def in_place(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def atomically(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.rename(path)


def by_moving_away(path: Path, data: bytes) -> None:
    backup = path.with_suffix(".bak")
    path.rename(backup)
    path.write_bytes(data)
    backup.unlink()


def memory(pid: int) -> float:
    """Megabytes that a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
