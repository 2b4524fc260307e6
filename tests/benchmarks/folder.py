"""Two thousand saves, in random ways and with keys being typed, in a folder of 200 files: whether the last state is
that of a fresh load, how the memory grows, and whether it rests afterwards.

python -m tests.benchmarks.folder [--saves 2000] [--files 200] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.generate import write
from tests.benchmarks.measure import table
from tests.benchmarks.reload import atomically, by_moving_away, cpu_seconds, in_place, memory
from tests.support.terminal import Terminal

_KEYS = (*"jkjlh457][231p", "\x1b[6~", "\x1b[5~", "\x1b", "\x1b", "\x1b")
_QUIET = 8.0
"""Seconds without a byte after which it is at rest."""
_COLUMNS, _ROWS = 160, 48
_PAGES = 40
"""Of the list of problems: all of it, as new ones stand first and the pages are others."""
_COMPARED = 120
"""Characters of a row: where it is cut depends on whether it is new."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--saves", type=int, default=2_000)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kustui-folder-") as name:
        folder = Path(name)
        for number in range(options.files):
            write(folder / f"{number:03}.json", 2, 5, seed=number, mistakes=number % 2)
        saved(folder, options.saves, random.Random(options.seed))


def saved(folder: Path, saves: int, dice: random.Random) -> None:
    samples = []
    with opened(folder) as terminal:
        for number in range(saves):
            if number % (saves // 4 or 1) == 0:
                samples.append((number, memory(terminal.pid)))
            save(folder, dice)
            if number % 3 == 0:
                terminal.press(dice.choice(_KEYS))
            terminal.pump(0.02)
        terminal.press("\x1b\x1b\x1b")
        rest(terminal)
        samples.append((saves, memory(terminal.pid)))
        table(("saves", "MB resident"), samples)
        before, mark = cpu_seconds(terminal.pid), terminal.written
        time.sleep(10)
        used = (cpu_seconds(terminal.pid) - before) * 10
        print(f"10 s of waiting: {used:.1f} % of a processor, {len(terminal.raw) - mark} bytes written")
        shown = list(problems(terminal))
    with opened(folder) as terminal:
        expected = list(problems(terminal))
    same = shown[0] == expected[0] and set(shown) == set(expected)
    print("the last state", "equals" if same else "DIFFERS FROM", "a fresh load:", shown[0], "|", expected[0])
    print(*sorted({*shown} ^ {*expected}), sep="\n")


@contextmanager
def opened(folder: Path) -> Iterator[Terminal]:
    with Terminal([folder, "--no-state"], columns=_COLUMNS, rows=_ROWS) as terminal:
        terminal.wait_for_bytes(b"Workflows ")
        rest(terminal)
        yield terminal
        terminal.press("q")
        print("left with", terminal.ended())


def rest(terminal: Terminal, quiet: float = _QUIET) -> None:
    """Wait until nothing is written any more; what is used of a processor says little where others want it too."""
    while terminal.pump(quiet):
        pass


def problems(terminal: Terminal) -> Iterator[str]:
    """How many workflows and problems there are, and every problem."""
    counts = [line for line in terminal.lines if "Workflows " in line]
    yield f"{counts[0].split('Workflows ')[1].split()[0]} workflows, {terminal.lines[-2].split()[-2:]}"
    terminal.press("4G")
    rest(terminal, 1.5)
    terminal.press("g")
    for _ in range(_PAGES):
        rest(terminal, 0.5)
        # Of the list, which begin with a place, and not of the banner or the line below.
        rows = (line for line in terminal.lines[:-2] if line[1:2] in "✗▲in" and ".json" in line[:20])
        yield from (" ".join(row[1:].replace("new ", "").split())[:_COMPARED] for row in rows)
        terminal.press("\x1b[6~")


def save(folder: Path, dice: random.Random) -> None:
    """Write, remove, rename or break a file, or bring one back."""
    path = folder / f"{dice.randrange(200):03}.json"
    ways: tuple[Callable[[Path, bytes], None], ...] = (in_place, atomically, by_moving_away)
    kind = dice.random()
    if not path.exists() or kind < 0.5:
        scratch = folder.parent / f"{folder.name}.part"
        write(scratch, dice.randrange(1, 4), 5, seed=dice.randrange(1000), mistakes=dice.randrange(2))
        text = scratch.read_bytes()
        scratch.unlink()
        way = dice.choice(ways) if path.exists() else in_place
        way(path, text if kind > 0.05 else text.decode().encode("utf-16"))
    elif kind < 0.6:
        path.unlink()
    elif kind < 0.7:
        path.replace(folder / f"{dice.randrange(200):03}.json")
    elif kind < 0.8:
        text = path.read_bytes()
        in_place(path, text[: len(text) // 2])
        time.sleep(0.01)
        in_place(path, text)
    else:
        atomically(path, path.read_bytes().replace(b'"target": "', b'"target": "x', 1))


if __name__ == "__main__":
    main()
