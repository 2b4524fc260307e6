"""By which power of its input and its output the time of every command grows, over the shapes that are crafted for it.

python -m tests.benchmarks.growth [--command check] [--shape mesh] [--factor 4]

Each run is a process of its own, forked when everything is imported, so that it finds no cache. Its size is the bytes
read and written; what the smallest input costs is taken off first. A shape is made larger, by the same factor, until it
takes a quarter of a second. Above 1.2 a command grows too fast.
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
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.growing_commands import COMMANDS, ON_SCREEN
from tests.benchmarks.measure import table
from tests.benchmarks.shapes import SHAPES, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

LIMIT = 1.2
PATIENCE = 30
"""Seconds of processor time after which a run is given up."""
_ENOUGH, _ENOUGH_ON_SCREEN = 0.25, 1.0
"""Seconds that the larger of two inputs takes at least, unless that would make it larger than may be. What the smallest
takes on the screen is more, and varies."""
_MOST = 1_500_000
"""Bytes."""
_WORTH_TELLING = 0.1
"""Seconds below which the growth of a time is noise."""
_NEED_EVERYTHING = ("ways_out", "mesh", "misshapen_workflows")
"""Shapes that between them need whatever is imported late: ordinary steps, templates, and values of a wrong type."""


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
    calls: list[float] = []
    with _measured(calls, count=True):
        work()
    return int(calls[0])


@contextlib.contextmanager
def _measured(costs: list[float], *, count: bool) -> Iterator[None]:
    """Add what is done meanwhile to some costs: calls of functions, or seconds of the processor."""
    before, work = sys.getprofile(), _Calls() if count else _Seconds()
    if isinstance(work, _Calls):
        sys.setprofile(work.take)
    try:
        yield
    finally:
        sys.setprofile(before)
        costs.append(work.total)


class _Calls:
    def __init__(self) -> None:
        self.total = 0.0

    def take(self, _frame: FrameType, event: str, _argument: object) -> None:
        self.total += event in ("call", "c_call")


class _Seconds:
    """Of the processor, those of processes included that were waited for."""

    def __init__(self) -> None:
        self._began = self._now()

    @property
    def total(self) -> float:
        return self._now() - self._began

    def _now(self) -> float:
        own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def cost_of(command: str, content: bytes, *, count: bool = False) -> Cost | None:
    """What a command costs, in a process of its own; None where it was given up."""
    return costs_of([command], content, count=count).get(command)


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
    errors = os.dup(2)
    for stream in (1, 2):
        os.dup2(null, stream)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        os.environ[name] = str(path.parent)
    os.chdir(path.parent)
    output, costs = path.parent / "out", {}
    try:
        for command in commands:
            output.unlink(missing_ok=True)  # that of the command before, where this one has none
            work: list[float] = []
            COMMANDS[command](path, output, functools.partial(_measured, work, count=count))
            costs[command] = sum(work), output.stat().st_size if output.exists() else 0
            figures.write_text(json.dumps(costs))
    except BaseException:
        os.write(errors, traceback.format_exc().encode())
    os._exit(0)


def _measure(command: str, shape: Shape, factor: int) -> Sequence[object]:
    """A row of the table: of the first two sizes of which the larger takes long enough to be measured."""

    def cost(size: int) -> Cost | None:
        return cost_of(command, shape.bytes_of(size))

    enough = _ENOUGH_ON_SCREEN if command in ON_SCREEN else _ENOUGH
    size, smallest, large = shape.timed, cost(1), cost(shape.timed)
    small: Cost | None = None
    while smallest is not None and large is not None:
        small, size, large = large, factor * size, cost(factor * size)
        is_largest = factor * size > shape.most or (large is not None and factor * large.size > _MOST)
        if is_largest or (large is not None and large.work - smallest.work > enough):
            break
    if smallest is None or small is None:
        return (size, "fails", "", "", "<<<")
    if large is None:
        return (size, small.work - smallest.work, f"over {PATIENCE} s", "", "<<<")
    if exponent(smallest, small, large) > LIMIT:  # once more: something else may have been in the way
        small, large = min(small, cost(size // factor) or small), min(large, cost(size) or large)
    power, most = exponent(smallest, small, large), large.work - smallest.work
    return (size, small.work - smallest.work, most, power, "<<<" if power > LIMIT and most > _WORTH_TELLING else "")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--command", action="append", choices=COMMANDS)
    parser.add_argument("--shape", action="append", choices=SHAPES)
    parser.add_argument("--factor", type=int, default=4)
    options = parser.parse_args()
    warm_up(options.command or [*COMMANDS])
    rows: list[Sequence[object]] = []
    for command in options.command or COMMANDS:
        for name in options.shape or SHAPES:
            row = (command, name, *_measure(command, SHAPES[name], options.factor))
            print(*row, file=sys.stderr, flush=True)
            rows.append(row)
    headings = ("command", "shape", f"{options.factor}n", "s at n", f"s at {options.factor}n", "power", "")
    table(headings, rows)
    above = sum(bool(row[-1]) for row in rows)
    print(f"{above} of {len(rows)} above {LIMIT}")


def warm_up(commands: Sequence[str]) -> None:
    """Import what the commands need, which is not to be measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app.json"
        for shape in _NEED_EVERYTHING:
            path.write_bytes(SHAPES[shape].bytes_of(3))
            for command in commands:
                if command not in ON_SCREEN:
                    COMMANDS[command](path, Path(folder) / "out", contextlib.nullcontext)


if __name__ == "__main__":
    main()
