"""From exec to the complete list of workflows, beside ``json.loads`` of the file and a bare Textual app.

python -m tests.benchmarks.open [--large] [--rounds 7]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.measure import SIZES, bare_app, file_of, first, in_turns, loads, peak_memory, table
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def kustui(path: Path, workflows: int) -> tuple[float, float, float]:
    """Seconds to the complete list, peak megabytes until then, seconds until something is on the screen."""
    title = f"Workflows ({workflows:,})"
    with Terminal([path]) as terminal:
        terminal.wait_for(title)
        memory = peak_memory(terminal.pid)
        complete = first(terminal, lambda lines: title in lines[0])
        something = first(terminal, lambda lines: "Workflows" in lines[0])
        _leave(terminal)
    return complete, memory, something


def examined(path: Path, workflows: int, folder: str) -> tuple[float, float]:
    """Seconds until everything is examined, peak megabytes until then, with a folder for the cache and the session:
    without one for the session, the last that is drawn is the end of a message about that."""
    with Terminal([path], env={"XDG_CACHE_HOME": folder, "XDG_STATE_HOME": folder}) as terminal:
        terminal.wait_for(f"Workflows ({workflows:,})")
        terminal.settle(4, seconds=600)  # what is wrong between workflows is looked for last, and shown at its end
        memory = peak_memory(terminal.pid)
        last = max(moment for moment, _ in terminal.replayed())
        _leave(terminal)
    return last - terminal.began, memory


def selected(path: Path, workflows: int) -> float:
    """Seconds from the complete list to the mark of a mistake in the selected workflow, the first, where nothing was
    ever examined."""
    data = path.read_bytes()
    at = data.index(b'"params": {') + len(b'"params": {')
    with tempfile.TemporaryDirectory() as folder:
        mistaken = Path(folder) / "app.json"
        mistaken.write_bytes(data[:at] + b'"mistake": "/#steps.nowhere.x",' + data[at:])
        with Terminal([mistaken], env={"XDG_CACHE_HOME": folder}) as terminal:
            terminal.wait_for(f"Workflows ({workflows:,})")
            terminal.wait_until(lambda: _is_marked(terminal.lines), "a mark in the selected row")
            listed = first(terminal, lambda lines: f"Workflows ({workflows:,})" in lines[0])
            marked = first(terminal, _is_marked)
            _leave(terminal)
    return marked - listed


def _is_marked(lines: Sequence[str]) -> bool:
    return any(line.startswith("▌") and "✗" in line[:50] for line in lines)


def bare() -> tuple[float]:
    with bare_app() as terminal:
        terminal.wait_for("a label")
        return (first(terminal, lambda lines: "a label" in lines[0]),)


def pager(command: str, path: Path) -> tuple[float, float]:
    """Seconds until another tool shows the first row of the file, and its peak megabytes."""
    with Terminal([path], command=[command]) as terminal:
        terminal.wait_for_bytes(b"workflows")
        seconds = time.perf_counter() - terminal.began
        return seconds, peak_memory(terminal.pid)


def _leave(terminal: Terminal) -> None:
    terminal.press("q")
    terminal.ended()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="5,000 workflows as well, 239 MB")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    rows: list[tuple[object, ...]] = []
    others: list[tuple[object, ...]] = []
    marks: list[tuple[object, ...]] = []
    for size in ("S", "M", "L") if options.large else ("S", "M"):
        path, workflows = file_of(size), SIZES[size][0]
        runs: dict[str, Callable[[], Sequence[float]]] = {
            "kustui": partial(kustui, path, workflows),
            "loads": partial(loads, path),
            "bare": bare,
        }
        peers = [name for name in ("jless", "fx", "less", "vim") if shutil.which(name)]
        runs |= {name: partial(pager, name, path) for name in peers}
        figures = in_turns(runs, options.rounds)
        (complete, memory, something), (reading, reading_memory) = figures["kustui"], figures["loads"]
        peer = reading + figures["bare"][0]
        rows.append(
            (
                f"{size}, {path.stat().st_size / 1e6:.1f} MB",
                something * 1000,
                complete * 1000,
                reading * 1000,
                peer * 1000,
                complete / peer,
                memory,
                memory / reading_memory,
            )
        )
        for name in peers:
            seconds, megabytes = figures[name]
            others.append((size, name, seconds * 1000, complete / seconds, megabytes, memory / megabytes))
        marks.append((size, statistics.median(selected(path, workflows) for _ in range(3)) * 1000))
        with tempfile.TemporaryDirectory() as folder:
            for opening in ("first", "second"):
                full, full_memory = examined(path, workflows, folder)
                name = f"kustui, all examined, {opening} opening"
                others.append((size, name, full * 1000, complete / full, full_memory, memory / full_memory))
    table(
        (
            "",
            "screen up ms",
            "complete list ms",
            "json.loads ms",
            "json.loads + bare app ms",
            "ratio",
            "peak MB",
            "to json.loads",
        ),
        rows,
    )
    table(("first opening", "from the list to a problem of the selected workflow, ms (target at L ≤ 200)"), marks)
    table(("", "beside", "ms", "kustui's list to it", "peak MB", "kustui's to it"), others)


if __name__ == "__main__":
    main()
