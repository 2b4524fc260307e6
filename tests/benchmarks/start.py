"""From exec to the first paint, and to the first answered key, beside a bare Textual application.

python -m tests.benchmarks.start [--rounds 15]
"""

from __future__ import annotations

import argparse

from tests.benchmarks.measure import bare_app, first, in_turns, table
from tests.support.terminal import SAMPLES, Terminal

SAMPLE = SAMPLES / "scheduling-pair.json"


LAST, TRIGGER = "appConfiguredScheduledworkflow", "◆"
"""What stands in the row that G leads to, and in the one that j leads to, which is a part of the opened workflow."""


def kustui() -> tuple[float, float, float]:
    """Seconds to the workflows on the screen, and to the cursor in the row that each of two keys leads to which were
    typed ahead."""
    with Terminal([SAMPLE]) as terminal:
        terminal.wait_for("Workflows (2)")
        painted = first(terminal, lambda lines: "Workflows (2)" in lines[0])
        terminal.settle()
        terminal.press("q")
        terminal.ended()
    return painted, _answered("G", LAST), _answered("j", TRIGGER)


def _answered(key: str, row: str) -> float:
    with Terminal([SAMPLE]) as terminal:
        terminal.press(key)
        terminal.wait_for_bytes(b"Workflows (2)")  # to draw the first paint would delay what comes after it
        terminal.settle()
        seconds = first(terminal, lambda lines: any(line.startswith("▌") and row in line[:40] for line in lines))
        terminal.press("q")
        terminal.ended()
    return seconds


def bare() -> tuple[float, float, float]:
    """Seconds to the label, and to the label that a key typed ahead brings."""
    with bare_app() as terminal:
        terminal.wait_for("a label")
        painted = first(terminal, lambda lines: "a label" in lines[0])
    with bare_app() as terminal:
        terminal.press("j")
        terminal.wait_for_bytes(b"answered")
        answered = first(terminal, lambda lines: "answered" in lines[0])
    return painted, answered, answered


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    figures = in_turns({"kustui": kustui, "bare app": bare}, parser.parse_args().rounds)
    table(
        ("", "kustui ms", "bare app ms", "ratio", "target"),
        [
            (name, ours * 1000, theirs * 1000, ours / theirs, "≤ 1.25")
            for name, ours, theirs in zip(
                ("first paint", "G answered", "j answered"), figures["kustui"], figures["bare app"], strict=True
            )
        ],
    )


if __name__ == "__main__":
    main()
