"""Pictures of kustui for the README and for looking at: ``python screenshots/make.py``.

Each is what the explorer draws at a size after some keys, saved as SVG. With ``--png DIR`` they are drawn as PNG
there as well, by rsvg-convert where the machine has it.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path

import beside_editor
from saving import save

SAMPLES = "samples"
RUNAWAY = f"{SAMPLES}/broken/endless-schedule.json"


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    keys: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ((80, 24), (160, 48))


PICTURES = (
    Picture("scheduling-pair", f"{SAMPLES}/scheduling-pair.json", ("j", "l", "l")),
    Picture("timer-chain", f"{SAMPLES}/timer-chain.json", ("j", "j", "l", "j", "j", "j")),
    Picture("orders", f"{SAMPLES}/orders.json", ("E", "j", "j", "j", "j")),
    Picture("organisation", f"{SAMPLES}/organisation-export.json"),
    Picture("one-per-file", f"{SAMPLES}/one-per-file"),
    Picture("broken", f"{SAMPLES}/broken", ("p", "p", "p")),
    Picture("problems", f"{SAMPLES}/broken", ("4", "slash", *"ref", "enter", "j", "j", "enter")),
    Picture("missing-input", f"{SAMPLES}/broken/missing-input.json", ("p",)),
    Picture("missing-step", f"{SAMPLES}/broken/unknown-step-reference.json", ("p",)),
    Picture("flow", f"{SAMPLES}/orders.json", ("j", "5", "j", "j")),
    Picture("flow-broken", f"{SAMPLES}/broken/unknown-target.json", ("5", "j")),
    Picture("boxes", f"{SAMPLES}/orders.json", ("j", "6", "j", "j")),
    Picture("boxes-alone", f"{SAMPLES}/timer-chain.json", ("j", "j", "j", "6", "z")),
    Picture("chains", f"{SAMPLES}/timer-chain.json", ("7", "j", "j")),
    Picture("chains-broken", f"{SAMPLES}/broken/missing-input.json", ("7", "j", "j", "j")),
    Picture("chains-listed", f"{SAMPLES}/organisation-export.json", ("7", "o")),
    Picture("timeline", f"{SAMPLES}/timer-chain.json", ("8",)),
    Picture(
        "timeline-runaway", f"{SAMPLES}/broken/endless-schedule.json", ("8", "i", *"2000", "slash", "h", "enter", "z")
    ),
    Picture("help", f"{SAMPLES}/timer-chain.json", ("question_mark",)),
)


async def draw(picture: Picture, size: tuple[int, int]) -> str:
    """The screen as SVG."""
    from kustui.opening import Opening
    from kustui.tui.app import Kustui

    app = Kustui(Opening([picture.path]))
    async with app.run_test(size=size) as pilot:
        while app.explorer.snapshot is None or app.explorer.snapshot.problems is None:
            await pilot.pause(0.02)
        await pilot.pause(0.2)
        for key in picture.keys:
            await pilot.press(key)
            await pilot.pause(0.1)
        await pilot.pause(0.2)
        return app.export_screenshot(title=f"kustui {picture.path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these pictures")
    parser.add_argument("--png", type=Path, metavar="DIR", help="draw them as PNG in a folder as well")
    options = parser.parse_args()
    for picture in PICTURES:
        if options.names and picture.name not in options.names:
            continue
        for size in picture.sizes:
            save(f"{picture.name}-{size[0]}x{size[1]}", asyncio.run(draw(picture, size)), options.png)
    if not options.names or beside_editor.NAME in options.names:
        beside_editor.draw(options.png)


if __name__ == "__main__":
    main()
