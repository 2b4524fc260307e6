"""Scrambled inputs for every entry of kustui, by hand for as long as one likes.

``python -m tests.fuzz --minutes 60 [--seed N] [--entry NAME …]``: one process makes the inputs and takes them, another
watches it. A finding is an exception that is not one of kustui's own, and whatever takes longer than two seconds of a
processor. It is printed with the shortest input that still does so, which ``--save FOLDER`` writes to a file: that
belongs in ``tests/fuzz/corpus``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from tests.fuzz.runner import fuzz

_TELL_EVERY = 300.0
"""Seconds between two lines of how far it is."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--entry", action="append", metavar="NAME", help="only this entry; may be given several times")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write each shortened input to this folder")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000_000)
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    findings = 0

    count, told = 0, began
    for report in fuzz(seed, options.entry, seconds=60 * options.minutes):
        count, now = report.inputs, time.monotonic()
        if now - told > _TELL_EVERY:
            told = now
            print(f"{count:,} inputs in {now - began:,.0f} s", flush=True)
        if (finding := report.finding) is not None:
            findings += 1
            print(f"\n{finding.entry}: {finding.kind}\n{finding.details}\n{finding.data[:2000]!r}", flush=True)
            if options.save is not None:
                options.save.mkdir(parents=True, exist_ok=True)
                (options.save / finding.file_name).write_bytes(finding.data)
    print(f"{count:,} inputs in {time.monotonic() - began:,.0f} s, {findings} findings")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
