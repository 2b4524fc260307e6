"""``kustui diff`` of two organisations that differ in some workflows, without a cache, beside ``json.loads`` of both.

python -m tests.benchmarks.diff [--changed 5] [--rounds 7]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.check import command
from tests.benchmarks.measure import file_of, in_turns, loads, table
from tests.support.terminal import KUSTUI

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_VIP = {"op": "eq", "values": ["/#steps.1.vip", True]}


def changed_copy(definition: dict[str, Any], count: int, seed: int) -> dict[str, Any]:
    """The definition with another condition in so many of its workflows."""
    dice = random.Random(seed)
    for workflow in dice.sample(definition["workflows"], count):
        edge = dice.choice([step for step in workflow["steps"] if step.get("transitions")])["transitions"][0]
        edge["condition"] = {"op": "and", "values": [edge["condition"], _VIP]}
    return definition


def _loads_both(old: Path, new: Path) -> tuple[float, float]:
    (first, memory), (second, more) = loads(old), loads(new)
    return first + second, max(memory, more)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--changed", type=int, default=5, help="workflows that differ")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    old = file_of("M")
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / "new.json"
        rows = []
        for seed in range(3):
            definition = changed_copy(json.loads(old.read_bytes()), options.changed, seed)
            new.write_text(json.dumps(definition, indent=2), encoding="utf-8")
            runs: dict[str, Callable[[], Sequence[float]]] = {
                "diff": partial(command, *KUSTUI, "diff", "--no-cache", old, new),
                "loads": partial(_loads_both, old, new),
            }
            figures = in_turns(runs, options.rounds)
            (seconds, memory), (reading, _) = figures["diff"], figures["loads"]
            rows.append(
                (f"{options.changed} of 500, seed {seed}", seconds * 1000, reading * 1000, seconds / reading, memory)
            )
    table(("", "diff ms", "json.loads of both ms", "ratio (target ≤ 2)", "peak MB"), rows)


if __name__ == "__main__":
    main()
