"""What the benchmarks share: the files, the peers, runs that take turns, and tables."""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.generate import write
from tests.support.terminal import ROOT, Terminal, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SIZES = {"S": (20, 15), "M": (500, 40), "L": (5_000, 40)}
"""Workflows, and steps of each."""

_BARE = """
from textual.app import App
from textual.widgets import Label

class Bare(App):
    BINDINGS = [("j", "answer")]

    def compose(self):
        yield Label("a label")

    def action_answer(self):
        self.query_one(Label).update("answered")

Bare().run()
"""

_LOADS = "import json, sys; json.loads(open(sys.argv[1], 'rb').read())"


def file_of(size: str) -> Path:
    """The generated definition, kept from one run to the next."""
    workflows, steps = SIZES[size]
    folder = Path(tempfile.gettempdir()) / "kustui-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"{workflows}x{steps}.json"
    if not path.exists():
        part = path.with_suffix(".part")
        write(part, workflows, steps)
        part.rename(path)
    return path


def bare_app() -> Terminal:
    """A Textual application that shows one label, and another when j is pressed."""
    return Terminal(["-c", _BARE], command=[sys.executable])


def loads(path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of a process that only reads the file with ``json.loads``."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", _LOADS, str(path)], env=environment())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"json.loads of {path} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def peak_memory(pid: int) -> float:
    """Megabytes of a process, at most until now; not a number where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return float("nan")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def first(terminal: Terminal, holds: Callable[[list[str]], bool], since: float | None = None) -> float:
    """Seconds from a moment (the start) until something held on the screen."""
    since = terminal.began if since is None else since
    for moment, lines in terminal.replayed():
        if moment >= since and holds(lines):
            return moment - since
    raise AssertionError("it never held")


def in_turns(runs: Mapping[str, Callable[[], Sequence[float]]], rounds: int) -> dict[str, list[float]]:
    """Each run's median figures.

    The runs take turns, so that they share a slow minute; the first turn is not counted. kustui is compiled, as its
    libraries are and as an installer leaves it, also where Python was told to write no bytecode.
    """
    compileall.compile_dir(ROOT / "kustui", quiet=1)
    figures: dict[str, list[Sequence[float]]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            found = run()
            if turn:
                figures[name].append(found)
    return {name: [statistics.median(column) for column in zip(*found, strict=True)] for name, found in figures.items()}


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table as Markdown."""
    cells = [[_cell(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    cells.insert(1, ["-" * width for width in widths])
    for row in cells:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    print(flush=True)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 10 else f"{value:,.0f}"
    return str(value)
