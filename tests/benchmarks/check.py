"""``kustui check`` of a small file beside ``python -c pass``, and of large ones beside ``json.loads`` of them.

python -m tests.benchmarks.check [--large] [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks.measure import SIZES, file_of, in_turns, loads, table
from tests.support.terminal import KUSTUI, SAMPLES, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SMALL = SAMPLES / "scheduling-pair.json"


def command(*words: object) -> tuple[float, float]:
    """Seconds and peak megabytes of a process, whatever it finds."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [str(word) for word in words], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.stderr is not None
    with child.stderr as errors:
        if child.returncode > 1:
            raise RuntimeError(errors.read().decode(errors="replace"))
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="the 239 MB of L as well")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    small: dict[str, Callable[[], Sequence[float]]] = {
        "pass": partial(command, sys.executable, "-c", "pass"),
        "check": partial(command, *KUSTUI, "check", SMALL),
        "sarif": partial(command, *KUSTUI, "check", SMALL, "--format", "sarif"),
        "explain": partial(command, *KUSTUI, "explain"),
    }
    figures = in_turns(small, options.rounds * 3)
    bare = figures["pass"][0]
    table(
        ("", "ms", "to python -c pass", "target", "peak MB"),
        [
            ("python -c pass", bare * 1000, 1.0, "", figures["pass"][1]),
            *(
                (name, seconds * 1000, seconds / bare, "≤ 20" if name == "check" else "", memory)
                for name, (seconds, memory) in figures.items()
                if name != "pass"
            ),
        ],
    )

    rows, checks = [], {}
    for size in ("S", "M", *(["L"] if options.large else [])):
        path = file_of(size)
        runs: dict[str, Callable[[], Sequence[float]]] = {
            "check": partial(command, *KUSTUI, "check", path),
            "loads": partial(loads, path),
        }
        figures = in_turns(runs, options.rounds)
        (seconds, memory), (reading, reading_memory) = figures["check"], figures["loads"]
        checks[size] = seconds
        target = "≤ 5" if size == "M" else ""
        workflows, steps = SIZES[size]
        rows.append(
            (
                f"{size}, {workflows:,} × {steps}",
                seconds * 1000,
                reading * 1000,
                seconds / reading,
                target,
                memory,
                memory / reading_memory,
            )
        )
    table(("", "check ms", "json.loads ms", "ratio", "target", "peak MB", "to json.loads"), rows)
    if options.large:
        print(f"L to M: {checks['L'] / checks['M']:.1f} (target ≤ 11)")


if __name__ == "__main__":
    main()
