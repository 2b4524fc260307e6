"""Pictures of kustui for the README and for looking at: ``python screenshots/make.py``.

Each is what the explorer draws at a size after some keys, saved as SVG. With ``--png DIR`` they are drawn as PNG
there as well, by rsvg-convert where the machine has it. ``--check`` writes none, and tells which would be others.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import beside_editor
from saving import is_current, save

SIZES = ((80, 24), (160, 48))

PATHS = {
    "timer-chain": "samples/timer-chain.json",
    "orders": "samples/orders.json",
    "scheduling-pair": "samples/scheduling-pair.json",
    "one-per-file": "samples/one-per-file",
    "organisation-export": "samples/organisation-export.json",
    "broken": "samples/broken",
}
"""What is opened, by the sample of a picture's name; for other names a file in ``samples/broken``."""

VIEWS = {
    "explorer": "1", "flow": "5", "boxes": "6", "chains": "7", "timeline": "8", "help": "question_mark",
    "rehearse": "r", "rehearse-back": "r",
}  # fmt: skip
"""The key that leads to each view."""
MAXIMISED = ("boxes", "timeline")
"""The views that are shown alone where there is little room."""


@dataclass(frozen=True)
class Picture:
    view: str
    sample: str
    at: str = ""
    """The workflow that is chosen before the view is; else the first."""
    keys: str = ""
    """The keys in the view, with blanks between them."""
    path: str = ""

    @property
    def name(self) -> str:
        return f"{self.view}-{self.sample}"

    @property
    def opened(self) -> str:
        return self.path or PATHS.get(self.sample) or f"samples/broken/{self.sample}.json"


def _broken(name: str) -> str:
    return f"samples/broken/{name}.json"


PICTURES = (
    Picture("explorer", "timer-chain", "followup-timer-3-of-4-1-day", "l j j j"),
    Picture("explorer", "orders", "check-delivery", "E j j j j"),
    Picture("explorer", "scheduling-pair", keys="j l l"),
    Picture("explorer", "one-per-file"),
    Picture("explorer", "organisation-export"),
    Picture("explorer", "broken", keys="p p p"),
    Picture("explorer", "missing-input", keys="p"),
    Picture("explorer", "unknown-step-reference", keys="p"),
    Picture("problems", "broken", keys="4 slash r e f enter j j enter"),
    Picture("find", "organisation-export", keys="F v i p"),
    Picture("help", "timer-chain"),
    Picture("flow", "timer-chain", keys="j j"),
    Picture("flow", "orders", "check-delivery", "j j"),
    Picture("flow", "scheduling-pair", keys="j"),
    Picture("flow", "one-per-file", "First reply: remind", "j"),
    Picture("flow", "organisation-export", "Escalate VIP conversations", "j j"),
    Picture("flow", "broken", keys="j j j", path=_broken("loop")),
    Picture("boxes", "timer-chain", keys="j j"),
    Picture("boxes", "orders", "check-delivery", "j j"),
    Picture("boxes", "scheduling-pair", keys="j"),
    Picture("boxes", "one-per-file", "First reply: remind", "j"),
    Picture("boxes", "organisation-export", "Escalate VIP conversations", "j j"),
    Picture("boxes", "broken", keys="j", path=_broken("unknown-target")),
    Picture("chains", "timer-chain", keys="j j"),
    Picture("chains", "orders", "order-shipped", "j"),
    Picture("chains", "scheduling-pair", keys="j"),
    Picture("chains", "one-per-file", "First reply: watch", "j"),
    Picture("chains", "organisation-export", "Escalate VIP conversations", "j j"),
    Picture("chains", "broken", keys="j j j", path=_broken("missing-input")),
    Picture("chain-list", "organisation-export", keys="7 o"),
    Picture("timeline", "timer-chain"),
    Picture("timeline", "orders", "order-shipped"),
    Picture("timeline", "scheduling-pair"),
    Picture("timeline", "one-per-file", "First reply: watch"),
    Picture("timeline", "organisation-export", "Escalate VIP conversations"),
    Picture("timeline", "broken", keys="i 2 0 0 0 slash h enter", path=_broken("endless-schedule")),
    Picture("rehearse", "timer-chain", keys="d d d d d d d d s s"),
    Picture("rehearse-back", "timer-chain", keys="C r s s s s w j enter"),
    Picture("rehearse", "missing-input", keys="c"),
)

Making = Callable[[float], Coroutine[object, object, str]]
"""With how many times as long to wait after a key as usual."""


def pictures() -> Iterator[tuple[str, Making]]:
    """Every picture but those beside an editor: the name of its file without its ending, and how to make it, as SVG."""
    for picture, size in product(PICTURES, SIZES):
        yield f"{picture.name}-{size[0]}x{size[1]}", partial(draw, picture, size)


async def draw(picture: Picture, size: tuple[int, int], pace: float = 1) -> str:
    """The screen as SVG."""
    from kustui.tui.app import Kustui
    from kustui.tui.widgets.rows import workflow_key
    from kustui.workspace.background import BackgroundWorkspace

    app = Kustui(BackgroundWorkspace([picture.opened]))
    async with app.run_test(size=size) as pilot:
        while (snapshot := app.explorer.snapshot) is None or snapshot.problems is None:
            await pilot.pause(0.02)
        await pilot.pause(0.2 * pace)
        if picture.at:
            (entry,) = (each for each in snapshot.collection.entries if each.title == picture.at)
            app.explorer.tree_view.go_to(workflow_key(entry))
            await pilot.pause(0.1 * pace)
        alone = "z" if picture.view in MAXIMISED and size == SIZES[0] else ""
        for key in filter(None, (VIEWS.get(picture.view, ""), alone, *picture.keys.split())):
            await pilot.press(key)
            await pilot.pause(0.1 * pace)
            while any(worker.group != "follow" and not worker.is_finished for worker in app.workers):
                await pilot.pause(0.02)
        await pilot.pause(0.2 * pace)
        return app.export_screenshot(title=f"kustui {picture.opened}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only pictures whose name begins so")
    parser.add_argument("--png", type=Path, metavar="DIR", help="draw them as PNG in a folder as well")
    parser.add_argument(
        "--check", action="store_true", help="only tell which are no longer what is drawn; status 1 then"
    )
    parser.add_argument("--list", action="store_true", help="only name them")
    parser.add_argument("--size", default="", metavar="WxH", help="only those of a size, such as 80x24")
    options = parser.parse_args()
    chosen = [
        (name, make)
        for name, make in pictures()
        if name.startswith(tuple(options.names) or "") and name.endswith(options.size)
    ]
    if options.list:
        sys.stdout.writelines(f"{name}\n" for name, _ in chosen)
        return
    if options.check:
        # a machine that is busy may need longer for a key: nothing is called old for that
        old = [name for name, make in chosen if not any(is_current(name, asyncio.run(make(pace))) for pace in (1, 5))]
        sys.exit("\n".join(("other than what is drawn now:", *old)) if old else 0)
    for name, make in chosen:
        save(name, asyncio.run(make(1)), options.png)
    if not options.names or beside_editor.NAME.startswith(tuple(options.names)):
        beside_editor.draw(options.png)


if __name__ == "__main__":
    main()
