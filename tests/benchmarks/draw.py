"""Drawing workflows of 50, 200, 1,000 and 5,000 steps, beside netext on the same graphs; and bytes for a cursor move.

python -m tests.benchmarks.draw [--rounds 3] [--patience 60]

netext comes with ``pip install '.[benchmarks]'``. It draws in a process of its own, which is ended when it takes longer
than the patience; it is given the names of the steps and no words on the arrows.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.diagrams.box_drawing import BoxDrawing
from kustui.diagrams.diagram import flow_diagram
from kustui.diagrams.layout.box_layout import arrange_boxes
from kustui.diagrams.layout.layers import Arrow
from kustui.diagrams.rail_drawing import RailDrawing
from kustui.workspace.snapshot import open_paths
from tests.benchmarks.generate import write
from tests.benchmarks.measure import table
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = (50, 200, 1_000, 5_000)
_WINDOW = (80, 24)

_NETEXT = """
import io, json, sys, time
from netext import ConsoleGraph
from rich.console import Console
nodes, edges = json.load(sys.stdin)
began = time.perf_counter()
graph = ConsoleGraph({node: {} for node in nodes}, [tuple(edge) for edge in edges])
console = Console(file=io.StringIO(), width=100_000)
console.print(graph)
print(time.perf_counter() - began)
"""


@cache
def subject_of(steps: int) -> WorkflowAnalysis:
    """A generated workflow of so many steps."""
    collection = open_paths([str(_file_of(steps))]).collection
    (entry,) = collection.entries
    return WorkflowAnalysis(collection, entry)


def _file_of(steps: int) -> Path:
    folder = Path(tempfile.gettempdir()) / "kustui-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"1x{steps}.json"
    if not path.exists():
        write(path, 1, steps)
    return path


def flow_of(steps: int) -> WorkflowAnalysis:
    """The same with its flow worked out, which both drawings need, and nothing else."""
    analysis = subject_of(steps)
    fresh = WorkflowAnalysis(analysis.collection, analysis.entry)
    _ = fresh.flow.order, fresh.flow.incoming
    return fresh


def rail(steps: int) -> float:
    """Seconds until the first rows stand."""
    analysis = flow_of(steps)
    began = time.perf_counter()
    drawn = RailDrawing(analysis)
    for index in range(min(_WINDOW[1], len(drawn.nodes))):
        drawn.row(index, 0, 12)
    return time.perf_counter() - began


def boxes(steps: int) -> float:
    """Seconds until the first window stands, words and all."""
    analysis = flow_of(steps)
    began = time.perf_counter()
    drawn = BoxDrawing.of(flow_diagram(analysis))
    for y in range(min(_WINDOW[1], drawn.layout.height)):
        drawn.row(y, 0, _WINDOW[0])
    return time.perf_counter() - began


def window(steps: int) -> float:
    """Seconds for another window in the middle of boxes that are laid out."""
    drawn = BoxDrawing.of(flow_diagram(flow_of(steps)))
    middle = drawn.layout.height // 2
    drawn.row(middle, 0, _WINDOW[0])
    began = time.perf_counter()
    for y in range(_WINDOW[1]):
        drawn.row(middle + y, 0, _WINDOW[0])
    return time.perf_counter() - began


def at_random(arrows: int, nodes: int = 1_000) -> float:
    """Seconds to lay out boxes with arrows from anywhere to anywhere, which no workflow is like."""
    chosen = random.Random(1)
    widths = {str(node): chosen.randint(9, 30) for node in range(nodes)}
    heights = {str(node): chosen.randint(4, 6) for node in range(nodes)}
    drawn = [Arrow(str(chosen.randrange(nodes)), str(chosen.randrange(nodes))) for _ in range(arrows)]
    began = time.perf_counter()
    arrange_boxes(widths, drawn, 36, 0).lay_out(heights)
    return time.perf_counter() - began


def netext(steps: int, patience: float) -> float | None:
    """Seconds until all of it stands; None where it was ended."""
    drawing = flow_diagram(subject_of(steps))
    graph = [node.id for node in drawing.nodes], [(edge.source, edge.target) for edge in drawing.edges]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _NETEXT],
            input=json.dumps(graph),
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return float("nan")
    return float(done.stdout)


def bytes_of_moves(steps: int, pane: str) -> tuple[int, int]:
    """Bytes at 80×24 for a move of the cursor: the key held, and at rest, with what follows it in the tree."""
    with Terminal([_file_of(steps)]) as terminal:
        terminal.wait_for("Workflows (1)")
        terminal.settle(1.5, seconds=300)
        terminal.press(pane)
        terminal.settle(3.0)
        held = []
        for _ in range(20):
            mark = terminal.written
            terminal.press("j")
            end = time.perf_counter() + 0.03
            while (left := end - time.perf_counter()) > 0:
                terminal.pump(left)
            held.append(terminal.written - mark)
        terminal.settle(0.5)
        rested = []
        for key in "kjkjk":
            mark = terminal.written
            terminal.press(key)
            terminal.settle(0.5)
            rested.append(terminal.written - mark)
        terminal.press("q")
        terminal.ended()
    return round(statistics.median(held)), round(statistics.median(rested))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patience", type=float, default=60.0)
    options = parser.parse_args()

    def median(measure: Callable[[int], float], steps: int) -> float:
        return statistics.median(measure(steps) for _ in range(options.rounds)) * 1000

    rows = []
    for steps in STEPS:
        other: object = "not installed"
        if find_spec("netext") is not None:
            found = netext(steps, options.patience)
            other = found * 1000 if found is not None else f"> {options.patience * 1000:,.0f}, ended"
        rows.append((f"{steps:,}", *(median(measure, steps) for measure in (rail, boxes, window)), other))
    table(("steps", "rail ms", "boxes ms", "another window ms", "netext ms"), rows)
    arrows = (1_000, 1_500, 2_000)
    table(("1,000 nodes, arrows at random", "boxes ms"), [(f"{each:,}", median(at_random, each)) for each in arrows])
    moves = [(f"{steps:,}", *bytes_of_moves(steps, "5"), *bytes_of_moves(steps, "6")) for steps in (50, 5_000)]
    table(("steps", "rail: key held", "rail: at rest", "boxes: key held", "boxes: at rest"), moves)


if __name__ == "__main__":
    main()
