"""The explorer, run without a terminal: what is on its screen, and keys for it."""

from __future__ import annotations

import asyncio
import shutil
import time
import unicodedata
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from textual import events
from textual._compositor import Compositor
from textual.geometry import Region
from textual.keys import KEY_NAME_REPLACEMENTS, REPLACED_KEYS, key_to_character

from kustui.cache import Cache
from kustui.tui.app import Kustui
from kustui.tui.base_app import paint
from kustui.tui.explorer.screen import Explorer
from kustui.tui.explorer.views import PANES
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.rows_view import REST, RowsView
from kustui.workspace.background import BackgroundWorkspace
from tests.support.idle import idle, running_loop
from tests.support.patience import PATIENCE
from tests.support.trees import SAMPLES, row_text, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterator

    from rich.console import RenderableType
    from textual.app import App
    from textual.pilot import Pilot

    from kustui.check.problems import Problem

_WITHOUT_SCENARIOS = TemporaryDirectory(prefix="samples-")
CHAIN = Path(shutil.copy(SAMPLES / "timer-chain.json", _WITHOUT_SCENARIOS.name))
"""The sample away from its scenarios: replaying them is a tenth of a start."""
ORGANISATION = SAMPLES / "organisation-export.json"
RESULTS = Cache(Path(_WITHOUT_SCENARIOS.name) / "results.sqlite")
"""What checks of the samples found: checking them again for each test is a fifth of a start."""

_SHOWN = ("copy", "fixing", "listing", "reviewing", "compare", "check", "steps", "index", "finder")
"""The groups of workers that end with something shown: what a key asked for is waited for."""


class ExplorerPilot:
    """What is on the screen of the explorer, and what a person does there."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    @property
    def app(self) -> Kustui:
        assert isinstance(self.pilot.app, Kustui)
        return self.pilot.app

    @property
    def explorer(self) -> Explorer:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, Explorer)
        return screen

    @property
    def cursor_row(self) -> str:
        """The row of the tree's cursor."""
        return row_text(self.explorer.tree_view.row)

    @property
    def tree(self) -> list[str]:
        return self.rows(self.explorer.tree_view)

    @property
    def detail(self) -> list[str]:
        return self.rows(self.explorer.side.detail)

    @property
    def status(self) -> str:
        status = self.explorer.status
        return "".join(segment.text for segment in status.render_line(0))

    @property
    def keys(self) -> str:
        return "".join(segment.text for segment in self.explorer.status.render_line(1))

    @property
    def focus(self) -> str | None:
        return self.app.focused.id if self.app.focused is not None else None

    @property
    def panes(self) -> list[str]:
        """The panes that there is room for."""
        names = ("tree", *PANES, "problems")
        regions = {name: self.explorer.query_one(f"#{name}").region for name in names}
        return [
            name for name, region in regions.items() if region.area and self.explorer.region.contains_region(region)
        ]

    @property
    def notifications(self) -> list[str]:
        """The text of each notification on the screen."""
        return [str(toast.render()) for toast in self.app.screen.query("Toast")]

    @property
    def titles(self) -> str:
        return " ".join(str(view.border_title) for view in self.explorer.query(RowsView))

    def rows(self, view: RowsView) -> list[str]:
        return [text_of(view.rows.make(index).line).strip() for index in range(view.rows.count)]

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until the panes show what comes of them, also of those that wait for
        what an earlier one has begun."""
        with drawn_later(self.app):
            for key in keys:
                await self.strike(key)
            await self._poll(self._keys_are_done)
            await self._settle_panes()
        await self._draw()

    def _keys_are_done(self) -> bool:
        """Whether no key waits for anything any more: where one does, nothing moves meanwhile."""
        return has_ended(self.app) or not (self.app.held or self.app.is_handling or self.explorer.waiting.is_waiting)

    def _are_done(self, groups: Collection[str]) -> bool:
        return all(worker.is_finished or worker.group not in groups for worker in self.app.workers)

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size, and wait until everything is laid out for it."""
        await self.pilot.resize_terminal(width, height)
        bars = self.app.screen.query(StatusBar)
        await self._poll(
            lambda: self.app.screen.size == (width, height) and all(bar.size.width in (0, width) for bar in bars)
        )
        await self.rest()

    async def strike(self, *keys: str) -> None:
        """Type keys at one go, and wait until each is handled, but for nothing that comes of them later."""
        self.type_ahead(*keys)
        await idle()
        while self.app.is_handling and not has_ended(self.app):
            await asyncio.sleep(0.001)
            await idle()

    async def wait_for_keys(self) -> None:
        """Wait until every key is handled, what keys have begun is done, and those that waited for it are handled."""
        await idle()
        await self.wait_for_workers()
        await self._poll(self._keys_are_done)
        await self.wait_for_workers()

    def type_ahead(self, *keys: str) -> None:
        """Type keys at one go, and wait for nothing."""
        for key in keys:
            self.app.post_message(key_event(key))

    @property
    def sees_the_cursor(self) -> bool:
        """Whether the row of the tree's cursor is drawn with the cursor's glyph."""
        view = self.explorer.tree_view
        drawn = ("".join(segment.text for segment in view.render_line(y)) for y in range(view.size.height))
        return any(line.startswith("▌") and text_of(view.row.line)[:20] in line for line in drawn)

    async def settle(self) -> None:
        """Wait until everything is read, checked and replayed, and the panes show it."""
        await self.wait_until_settled()
        await self.rest()

    async def wait_until_settled(self) -> None:
        """Wait until everything is read, checked and replayed, whatever the panes show."""
        await self._poll(lambda: self.explorer.snapshot.is_checked and self.explorer.waiting.is_replayed)

    async def rest(self) -> None:
        """Wait until the panes have followed each other's cursors, and are drawn."""
        with drawn_later(self.app):
            await self._settle_panes()
        await self._draw()

    async def _settle_panes(self) -> None:
        await idle()  # what is in the queues may move a cursor
        await self._poll(self._panes_agree)

    async def _draw(self) -> None:
        """Draw what has changed, unless the app has ended."""
        if not has_ended(self.app):
            paint(self.app.screen)
            await idle()

    def _panes_agree(self) -> bool:
        if has_ended(self.app):
            return True  # nothing follows any more
        node, presenter = self.explorer.tree_view.node, self.explorer.presenter
        shown = node is None or not presenter.ready or presenter.shown == node.key
        return shown and not self._is_to_rest() and not self.app.is_handling and self._are_done(_SHOWN)

    def _is_to_rest(self) -> bool:
        """Whether a pane waits for a cursor to rest."""
        finder = self.explorer.finder.pane
        views = (self.explorer.presenter, *self.explorer.side.diagrams.values(), *(() if finder is None else (finder,)))
        return any(view.is_awaited for view in views)

    async def _poll(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"never; {self.keys!r} {self.status!r} {self.tree}"
            if self._is_to_rest():
                running_loop().skip(REST)
            else:
                await asyncio.sleep(0.01)
            await idle()

    async def wait_until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds, and until the panes have followed it. Fails after ``PATIENCE`` seconds."""
        await self._poll(lambda: holds() and not self.explorer.waiting.is_behind)
        await self.rest()

    async def wait_for_workers(self) -> None:
        """Wait until everything that keys have begun in the background is done."""
        await self._poll(lambda: self._are_done({worker.group for worker in self.app.workers} - {"follow"}))

    async def wait_for_news(self, words: str) -> None:
        """Wait until the bottom line holds some words."""
        await self.wait_until(lambda: words in self.keys)

    async def go_to(self, text: str) -> None:
        """Put the tree's cursor on the first row that holds a text."""
        view = self.explorer.tree_view
        view.cursor = next(index for index, row in enumerate(self.tree) if text in row)
        await self.rest()


def bar_text(ui: ExplorerPilot, id_: str) -> str:
    """What the banner or the bar of a problem says, all its lines joined; empty where it is not in view."""
    bar = ui.explorer.query_one(f"#{id_}")
    if not bar.region.area or not ui.explorer.region.contains_region(bar.region):
        return ""
    lines = ("".join(segment.text for segment in bar.render_line(y)) for y in range(bar.size.height))
    return " ".join(" ".join(lines).split())


def is_said(problem: Problem, text: str) -> bool:
    """Whether a text holds what is wrong and what to do about it, in full."""
    return all(" ".join(part.split()) in text for part in (problem.message, problem.hint))


def key_event(key: str) -> events.Key:
    """A key by its name, or by its character."""
    if len(key) == 1 and not key.isalnum():
        name = unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
        return events.Key(KEY_NAME_REPLACEMENTS.get(name, name), key)
    return events.Key(key, key_to_character(REPLACED_KEYS.get(key, key)))


def has_ended(app: App[Any]) -> bool:
    """Whether an app was left: its screens are going, and what is in their queues may never be handled."""
    return app.return_code is not None or not app.is_running


async def wait_for_exit(pilot: Pilot[None]) -> None:
    """Wait until the app ends by itself."""
    end = time.monotonic() + PATIENCE
    while not has_ended(pilot.app):
        assert time.monotonic() < end, "it never ends"
        await asyncio.sleep(0.01)


@contextmanager
def drawn_later(app: App[Any]) -> Iterator[None]:
    """Lay out, and draw nothing meanwhile: what is to be drawn adds up, and is drawn once with what comes next. Frames
    that nobody looks at are a fifth of all tests of the screen; those between a key and what comes of it are seen in a
    real terminal (``tests/end_to_end``, ``tests/fuzz/monkey.py``)."""
    draw, is_due = Compositor.render_update, False

    def later(
        compositor: Compositor, full: bool = False, screen_stack: list[Any] | None = None, simplify: bool = False
    ) -> RenderableType | None:
        nonlocal is_due
        is_due = True
        return draw(compositor, full, screen_stack, simplify) if full else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compositor, "render_update", later)
        yield
    if is_due and not has_ended(app):
        app.screen.refresh(Region(0, 0, 1, 1))  # else it would be drawn with the next change


@asynccontextmanager
async def explorer(
    *paths: Path | str, size: tuple[int, int] = (100, 40), cache: Cache | None = None, **options: Any
) -> AsyncIterator[ExplorerPilot]:
    """The explorer with everything read and checked. ``options``: those of the application."""
    are_samples = all(Path(path) == CHAIN or Path(path).is_relative_to(SAMPLES) for path in paths)
    cache = cache or (RESULTS if are_samples else Cache())
    app = Kustui(BackgroundWorkspace([str(path) for path in paths], cache=lambda: cache), **options)
    async with AsyncExitStack() as stack:
        with drawn_later(app), app.batch_update():  # how it comes to be is seen elsewhere
            ui = ExplorerPilot(await stack.enter_async_context(app.run_test(size=size, notifications=True)))
            await ui.wait_until_settled()
        await ui.rest()
        yield ui
