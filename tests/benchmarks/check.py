"""``kustui check`` of a small file beside ``python -c pass``, and of large ones beside ``json.loads`` of them: without
a cache (cold), and with that of an earlier check (warm).

python -m tests.benchmarks.check [--large] [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks.measure import SIZES, file_of, in_turns, loads, table
from tests.support.terminal import KUSTUI, SAMPLES, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SMALL = SAMPLES / "scheduling-pair.json"


def command(*words: object, cache: str = os.devnull) -> tuple[float, float]:
    """Seconds and peak megabytes of a process, whatever it finds, with a folder for its cache."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [str(word) for word in words],
        env=environment({"XDG_CACHE_HOME": cache}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
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

    with tempfile.TemporaryDirectory() as cache:
        _large(options, cache)


def _large(options: argparse.Namespace, cache: str) -> None:
    rows, checks = [], {}
    for size in ("S", "M", *(["L"] if options.large else [])):
        path = file_of(size)
        runs: dict[str, Callable[[], Sequence[float]]] = {
            "check": partial(command, *KUSTUI, "check", path),
            "warm": partial(command, *KUSTUI, "check", path, cache=cache),
            "loads": partial(loads, path),
        }
        figures = in_turns(runs, options.rounds)
        reading, reading_memory = figures["loads"]
        checks[size] = figures["check"][0]
        workflows, steps = SIZES[size]
        for name, target in (("check", "≤ 4"), ("warm", "≤ 1.5")):
            seconds, memory = figures[name]
            rows.append(
                (
                    f"{size}, {workflows:,} × {steps}, {'cold' if name == 'check' else name}",
                    seconds * 1000,
                    reading * 1000,
                    seconds / reading,
                    target if size == "M" else "",
                    memory,
                    memory / reading_memory,
                )
            )
    table(("", "check ms", "json.loads ms", "ratio", "target", "peak MB", "to json.loads"), rows)
    if options.large:
        print(f"L to M: {checks['L'] / checks['M']:.1f} (target ≤ 11)")


if __name__ == "__main__":
    main()
