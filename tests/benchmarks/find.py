"""How long the finder takes for each key of some queries in 500 workflows of 40 steps, and for its index.

python -m tests.benchmarks.find [--large] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.search.index import Index, indexes
from kustui.search.query import completions, parse_query
from kustui.search.ranking import find_matches
from kustui.workspace.snapshot import open_paths
from tests.benchmarks.measure import file_of, table

if TYPE_CHECKING:
    from collections.abc import Callable

QUERIES = ("customer", "late orders", "custmer", "fsu", "action:rest-api vip", "refs:1 -step:find", "qqqqqq")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="5,000 workflows instead of 500")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    path = file_of("L" if options.large else "M")
    collection = open_paths([str(path)]).collection
    before = memory()
    began = time.perf_counter()
    made = [(time.perf_counter() - began, index) for index in indexes(collection)]
    first, (whole, index) = made[0][0], made[-1]
    index.prepare()
    more = memory() - before
    loads = milliseconds(lambda: json.loads(path.read_bytes()))
    table(
        ("index", "ms", "json.loads of the file", "MB more (target at L ≤ 100)"),
        [("of the first workflows", first * 1000, "", ""), ("of all", whole * 1000, whole * 1000 / loads, more)],
    )
    rows = []
    for text in QUERIES:
        keys: dict[str, list[float]] = {typed: [] for typed in accumulate(text)}
        for _ in range(options.rounds):
            fresh = Index(collection, index.segments, index.entries)
            fresh.prepare()
            for typed, times in keys.items():

                def press(typed: str = typed, index: Index = fresh) -> None:
                    find_matches(index, parse_query(typed)), completions(index, typed)

                times.append(milliseconds(press))
        medians = [statistics.median(times) for times in keys.values()]
        rows.append((text, statistics.median(medians), max(medians)))
    table(("typed", "a key, ms", "the slowest key, ms (target at M ≤ 50, at L ≤ 100)"), rows)


def memory() -> float:
    """Megabytes that this process has in memory now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
