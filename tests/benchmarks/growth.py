"""By which power of its input and its output the time of every command grows, over the shapes that are crafted for it.

python -m tests.benchmarks.growth [--command check] [--shape mesh] [--factor 4] [--counted]

Each run is a process of its own, forked when everything is imported, so that it finds no cache. Its size is the bytes
read and written; what the smallest input costs is taken off first. Above 1.2 a command grows too fast.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import math
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kustui.cli import main as kustui
from tests.benchmarks.measure import table
from tests.benchmarks.shapes import SHAPES, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

LIMIT = 1.2
PATIENCE = 30
"""Seconds of processor time after which a run is given up."""
_WORTH_TELLING = 0.1
"""Seconds below which the growth of a time is noise."""


def _command(*arguments: str) -> Callable[[Path, Path], None]:
    def run(path: Path, output: Path) -> None:
        try:
            kustui([*arguments, str(path), "--output", str(output)])
        except SystemExit as error:
            raise RuntimeError(f"kustui {' '.join(arguments)}: {error}") from error

    return run


def _simulate(*options: str) -> Callable[[Path, Path], None]:
    """Rehearse the first workflow."""

    def run(path: Path, output: Path) -> None:
        first = json.loads(path.read_bytes())["workflows"][0]
        _command("simulate", *options, "--workflow", first.get("id") or first["name"])(path, output)

    return run


def _diff(path: Path, output: Path) -> None:
    """Compare it with a copy in which other conditions lead out of every third step."""
    old = path.with_name("old.json")
    value = json.loads(path.read_bytes())
    for workflow in value.get("workflows", ()):
        for part in (workflow["trigger"], *workflow["steps"][::3]):
            for edge in part.get("transitions", ())[:1]:
                edge["condition"] = {"op": "eq", "values": ["/#steps.1.vip", True]}
    old.write_text(json.dumps(value))
    kustui(["diff", "--no-cache", str(old), str(path), "--output", str(output)])


def _find(path: Path, output: Path) -> None:
    """Index everything, and answer some queries."""
    from kustui.search.index import indexes
    from kustui.search.query import completions, parse_query
    from kustui.search.ranking import find_matches
    from kustui.workspace.snapshot import open_paths

    *_, index = indexes(open_paths([str(path)]).collection)
    index.prepare()
    for query in ("s", "s1", "workflow 1", "custmer", "action:note", "refs:1", "aaaab", "x"):
        matches = find_matches(index, parse_query(query))
        completions(index, query)
    output.write_text(repr(type(matches)))


def _timeline(path: Path, output: Path) -> None:
    """Draw the timeline of every workflow that a chain begins with."""
    from kustui.analysis.chains import chain_starts
    from kustui.commands.check import parser
    from kustui.commands.inputs import checked_definitions
    from kustui.diagrams.chain_lines import ChainLines
    from kustui.diagrams.timeline import timeline_of

    snapshot = checked_definitions(parser().parse_args([str(path)]), [str(path)])
    assert snapshot.schedules is not None
    lines = ChainLines.of(snapshot)
    with output.open("w") as file:
        for start in chain_starts(snapshot.schedules, [entry.key for entry in snapshot.collection.entries]):
            timeline = timeline_of(lines, snapshot.schedules, start, 1.0)
            if timeline is not None:
                file.writelines("".join(text for text, _ in row) + "\n" for row in timeline.rows(100))


def _explorer(path: Path, _: Path) -> None:
    """Open it on the screen, wait until everything is examined, and look at a few parts."""
    from tests.support.explorer import explorer
    from tests.support.idle import run

    async def look() -> None:
        async with explorer(path) as ui:
            for key in ("j", "l", "j", "l", "j", "j", "2", "3", "4", "5"):
                await ui.press(key)

    run(look())


COMMANDS: dict[str, Callable[[Path, Path], None]] = {
    "check": _command("check"),
    "check --format json": _command("check", "--format", "json"),
    "graph": _command("graph"),
    "graph --boxes": _command("graph", "--boxes"),
    "graph --schedules": _command("graph", "--schedules"),
    "graph --format mermaid": _command("graph", "--format", "mermaid"),
    "graph --format dot": _command("graph", "--format", "dot"),
    "graph --format json": _command("graph", "--format", "json"),
    "graph --format svg": _command("graph", "--format", "svg"),
    "timeline": _timeline,
    "simulate": _simulate(),
    "simulate --max-steps 150": _simulate("--max-steps", "150"),
    "simulate --explore": _command("simulate", "--explore"),
    "simulate --chain": _command("simulate", "--chain"),
    "diff": _diff,
    "finder": _find,
    "explorer": _explorer,
}


class Cost(NamedTuple):
    """Of one run."""

    work: float
    """Seconds of processor time, or calls of functions."""
    size: int
    """Bytes read and written."""


def exponent(smallest: Cost, small: Cost, large: Cost) -> float:
    """The power of its size by which work grows, what the smallest costs set aside; 0 where it hardly grows."""
    if large.work < 1.5 * small.work:
        return 0
    work = max(large.work - smallest.work, 1e-9) / max(small.work - smallest.work, 1e-9)
    return math.log(work) / math.log(max((large.size - smallest.size) / max(small.size - smallest.size, 1), 1.01))


def counted(work: Callable[[], object]) -> int:
    """How many functions something calls, those of C included: the same in every run."""
    calls = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def cost_of(command: str, content: bytes, *, count: bool = False, rounds: int = 2) -> Cost | None:
    """The least of some runs, each in a process of its own; None where one was given up."""
    costs = [costs_of([command], content, count=count).get(command) for _ in range(1 if count else rounds)]
    complete = [cost for cost in costs if cost is not None]
    return min(complete) if len(complete) == len(costs) else None


def costs_of(commands: Sequence[str], content: bytes, *, count: bool) -> Mapping[str, Cost]:
    """What each of some commands costs one after the other, in a process of its own; without those given up."""
    with tempfile.TemporaryDirectory() as folder:
        path, figures = Path(folder) / "app.json", Path(folder) / "figures"
        path.write_bytes(content)
        child = os.fork()
        if not child:
            _run_forked(commands, path, figures, count=count)
        os.waitpid(child, 0)
        costs = json.loads(figures.read_text()) if figures.exists() else {}
        return {command: Cost(work, len(content) + size) for command, (work, size) in costs.items()}


def _run_forked(commands: Sequence[str], path: Path, figures: Path, *, count: bool) -> None:
    """Does not return."""
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(null, stream)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = str(path.parent)
    os.chdir(path.parent)
    output, costs = path.parent / "out", {}
    with contextlib.suppress(BaseException):
        for command in commands:
            output.unlink(missing_ok=True)  # that of the command before, where this one has none
            run = functools.partial(COMMANDS[command], path, output)
            work = counted(run) if count else _seconds(run)
            costs[command] = work, output.stat().st_size if output.exists() else 0
            figures.write_text(json.dumps(costs))
    os._exit(0)


def _seconds(work: Callable[[], object]) -> float:
    """Of processor time, that of processes included which were started for it."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def _measure(command: str, shape: Shape, factor: int, *, count: bool) -> Sequence[object]:
    n = shape.counted if count else shape.timed
    smallest, small, large = (cost_of(command, shape.bytes_of(size), count=count) for size in (1, n, factor * n))
    if smallest is None or small is None:
        return ("fails", "", "", "<<<")
    if large is None:
        return (small.work, f"over {PATIENCE} s", "", "<<<")
    power = exponent(smallest, small, large)
    slow = count or large.work - smallest.work > _WORTH_TELLING
    return (small.work - smallest.work, large.work - smallest.work, power, "<<<" if slow and power > LIMIT else "")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--command", action="append", choices=COMMANDS)
    parser.add_argument("--shape", action="append", choices=SHAPES)
    parser.add_argument("--factor", type=int, default=4)
    parser.add_argument("--counted", action="store_true", help="count calls of functions instead of seconds")
    options = parser.parse_args()
    warm_up(options.command or [*COMMANDS])
    unit = "calls" if options.counted else "s"
    rows: list[Sequence[object]] = []
    for command in options.command or COMMANDS:
        for name in options.shape or SHAPES:
            shape = SHAPES[name]
            row = (command, name, *_measure(command, shape, options.factor, count=options.counted))
            if sys.stderr.isatty() or row[-1]:
                print(*row, file=sys.stderr, flush=True)
            rows.append(row)
    table(("command", "shape", f"{unit} at n", f"{unit} at {options.factor}n", "power", ""), rows)
    above = sum(bool(row[-1]) for row in rows)
    print(f"{above} of {len(rows)} above {LIMIT}")


def warm_up(commands: Sequence[str]) -> None:
    """Import what the commands need, which is not to be measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app.json"
        path.write_bytes(SHAPES["ways_out"].bytes_of(3))
        for command in commands:
            if COMMANDS[command] is not _explorer:  # whose threads no process can be forked with
                COMMANDS[command](path, Path(folder) / "out")


if __name__ == "__main__":
    main()
