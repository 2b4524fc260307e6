"""Draw the pictures of kustui that the documents show, and more to look at: ``python screenshots/make.py``.

Each is the screen of the explorer at some size after some keys, as SVG. ``--png DIR`` needs rsvg-convert. ``--check``
draws without writing, and exits with 1 when a picture is out of date.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kustui.tui.app import Kustui
from kustui.tui.widgets.rows import workflow_key
from kustui.workspace.background import BackgroundWorkspace
from screenshots import editor_session
from screenshots.svg_file import is_current, save
from tests.support.explorer import ExplorerPilot
from tests.support.history import History
from tests.support.idle import run

SMALL, LARGE = ((80, 24),), ((160, 48),)

PATHS = {
    "timer-chain": "samples/timer-chain.json",
    "orders": "samples/orders.json",
    "organisation-export": "samples/organisation-export.json",
    "broken": "samples/broken",
}
"""The path of each sample that a picture is named for; other names are files in ``samples/broken``."""

VIEWS = {
    "explorer": "1", "flow": "5", "boxes": "6", "chains": "7", "timeline": "8", "map": "0", "fields": "0", "ring": "0",
    "help": "question_mark", "rehearse": "r", "review": "V", "tests": "T",
}  # fmt: skip
"""The key that leads to each view."""
MAXIMISED = ("boxes", "timeline", "map", "ring")
"""The views that get the whole screen at the smaller size."""


@dataclass(frozen=True)
class Picture:
    view: str
    sample: str
    workflow: str = ""
    """The workflow to select before the view is opened; otherwise the first."""
    keys: str = ""
    """The keys to press in the view, separated by blanks."""
    sizes: Sequence[tuple[int, int]] = (*SMALL, *LARGE)
    was: Callable[[str], str] | None = None
    """What the last commit holds instead of the sample, where the picture is of a review."""
    edited: Callable[[str], str] | None = None
    """What the sample holds instead, in a folder with its scenarios."""

    @property
    def name(self) -> str:
        return f"{self.view}-{self.sample}"

    @property
    def path(self) -> str:
        return PATHS.get(self.sample) or f"samples/broken/{self.sample}.json"


def _before_review(text: str) -> str:
    """The sample of orders before a change of one of its workflows."""
    app = json.loads(text)
    workflow = next(workflow for workflow in app["workflows"] if workflow["name"] == "check-delivery")
    steps = {step["id"]: step for step in workflow["steps"]}
    steps["jtHEqPtzi"]["params"]["runAt"]["value"] = 2880
    moving = steps["gT0pjFtqZ"]["transitions"][1]["condition"]["values"]
    moving[1]["values"][1] = 10
    note = {"id": "Kd83jQwZx", "action": "kustomer.note.create", "meta": {"displayName": "Write a note"}}
    note |= {"params": {"conversation": "/#steps.3v2KXDnAo.id", "body": "Stuck"}, "transitions": [], "errorCases": []}
    steps["3v2KXDnAo"]["transitions"][0]["target"] = note["id"]
    workflow["steps"] = [step for step in workflow["steps"] if step["id"] != "DsIfGOcR0"] + [note]
    return json.dumps(app, indent=2)


PICTURES = (
    Picture("explorer", "missing-input", keys="p"),
    Picture("explorer", "orders", "check-delivery", "E j j j j", sizes=SMALL),
    Picture("explorer", "organisation-export", sizes=LARGE),
    Picture("problems", "broken", keys="4 slash r e f enter j j enter 4", sizes=SMALL),
    Picture("fix", "unknown-target", keys="p x", sizes=SMALL),
    Picture("find", "organisation-export", keys="F v i p", sizes=LARGE),
    Picture("help", "timer-chain", sizes=SMALL),
    Picture("flow", "orders", "check-delivery", "j j", sizes=LARGE),
    Picture("boxes", "orders", "check-delivery", "j j", sizes=LARGE),
    Picture("chains", "timer-chain", keys="j j", sizes=SMALL),
    Picture("timeline", "timer-chain", sizes=LARGE),
    Picture("map", "organisation-export", keys="o o enter"),
    Picture("fields", "organisation-export", keys="o o o", sizes=SMALL),
    Picture("ring", "organisation-export", "Escalate VIP conversations 👑", keys="plus", sizes=SMALL),
    Picture("rehearse", "timer-chain", keys="d d d d d d d d s s", sizes=SMALL),
    Picture("rehearse", "missing-input", keys="c"),
    Picture("review", "orders", "check-delivery", "j", was=_before_review),
    Picture("tests", "timer-chain", sizes=SMALL, edited=lambda text: text.replace('"value": 1440', '"value": 2880', 1)),
)
"""Few, and each of something that no other shows."""

Drawing = Callable[[], Coroutine[object, object, str]]
"""Draws a picture and gives its SVG."""


def pictures(name: str = "", size: str = "") -> dict[str, Drawing]:
    """By name, every picture that begins with ``name`` and ends with ``size``, without those next to an editor."""
    drawings: dict[str, Drawing] = {
        f"{picture.name}-{columns}x{rows}": partial(draw, picture, (columns, rows))
        for picture in PICTURES
        for columns, rows in picture.sizes
    }
    return {key: drawing for key, drawing in drawings.items() if key.startswith(name) and key.endswith(size)}


async def draw(picture: Picture, size: tuple[int, int]) -> str:
    """The SVG of the screen after the picture's keys."""
    if picture.was is None and picture.edited is None:
        return await _drawn(picture, size)
    with tempfile.TemporaryDirectory(prefix="kustui-picture-") as folder:
        _lay_out(picture, folder)
        with contextlib.chdir(folder):
            return await _drawn(picture, size)


def _lay_out(picture: Picture, folder: str) -> None:
    """Put the sample into a folder: edited, with the scenarios beside it, or in a repository that holds what it was."""
    original, path = Path(picture.path), Path(folder, picture.path)
    path.parent.mkdir(parents=True)
    text = original.read_text(encoding="utf-8")
    if picture.was is not None:
        path.write_text(picture.was(text), encoding="utf-8")
        History(Path(folder)).commit()
    if picture.edited is not None:
        text = picture.edited(text)
        for scenario in original.parent.glob(f"{original.stem}*.scenario.json"):
            shutil.copy(scenario, path.parent)
    path.write_text(text, encoding="utf-8")


async def _drawn(picture: Picture, size: tuple[int, int]) -> str:
    app = Kustui(BackgroundWorkspace([picture.path]))
    async with app.run_test(size=size) as pilot:
        ui = ExplorerPilot(pilot)
        await ui.settle()
        if picture.workflow:
            (entry,) = (entry for entry in ui.explorer.snapshot.collection.entries if entry.title == picture.workflow)
            ui.explorer.tree_view.go_to(workflow_key(entry))
            await ui.rest()
        alone = "z" if picture.view in MAXIMISED and size in SMALL else ""
        for key in filter(None, (VIEWS.get(picture.view, ""), alone, *picture.keys.split())):
            await ui.press(key)
            await ui.wait_for_workers()
        await ui.rest()
        return app.export_screenshot(title=f"kustui {picture.path}")


def out_of_date(name: str, drawing: Drawing) -> bool:
    """Whether the file of a picture holds something else than what is drawn now."""
    return not is_current(name, run(drawing()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="", help="only pictures whose name begins with this")
    parser.add_argument("--size", default="", metavar="WxH", help="only pictures of this size, such as 80x24")
    parser.add_argument("--png", type=Path, metavar="DIR", help="write each as PNG to a folder as well")
    parser.add_argument("--check", action="store_true", help="only list the pictures that are out of date")
    parser.add_argument("--list", action="store_true", help="only list the names")
    options = parser.parse_args()
    chosen = pictures(options.name, options.size)
    if options.list:
        sys.stdout.writelines(f"{name}\n" for name in chosen)
        return
    if options.check:
        old = [name for name, drawing in chosen.items() if out_of_date(name, drawing)]
        sys.exit("\n".join(("out of date:", *old)) if old else 0)
    for name, drawing in chosen.items():
        save(name, run(drawing()), options.png)
    if editor_session.NAME.startswith(options.name):
        editor_session.draw(options.png)


if __name__ == "__main__":
    main()
