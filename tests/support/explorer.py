"""The explorer, run without a terminal: what is on its screen, and keys for it."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from kustui.tui.app import Kustui
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.explorer.screen import Explorer
from kustui.tui.explorer.views import PANES
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.background import BackgroundWorkspace
from tests.support.trees import SAMPLES, row_text, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot

CHAIN = SAMPLES / "timer-chain.json"
ORGANISATION = SAMPLES / "organisation-export.json"

PATIENCE = 20.0
"""Seconds to wait for anything before the test fails."""


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
        for key in keys:
            await self.pilot.press(key)  # several at once would not wait for each other when the machine is busy
        await self.rest()  # a cursor that moved only now begins to be followed

    @property
    def sees_the_cursor(self) -> bool:
        """Whether the row of the tree's cursor is drawn with the cursor's glyph."""
        view = self.explorer.tree_view
        drawn = ("".join(segment.text for segment in view.render_line(y)) for y in range(view.size.height))
        return any(line.startswith("▌") and text_of(view.row.line)[:20] in line for line in drawn)

    async def settle(self) -> None:
        """Wait until everything is read and checked, and the panes show it."""
        await self.wait_until(lambda: self.explorer.snapshot.is_checked)

    async def rest(self) -> None:
        """Wait until the panes have followed each other's cursors."""
        await self.pilot.pause()
        await self._follow()

    async def _follow(self) -> None:
        if self._panes_agree():
            await self.pilot.pause(0)  # draws what has changed
        else:
            await self._poll(self._panes_agree)
            await self.pilot.pause()

    def _panes_agree(self) -> bool:
        if not self.app.is_running:
            return True  # it was left, and nothing follows any more
        node, presenter = self.explorer.tree_view.node, self.explorer.presenter
        shown = node is None or not presenter.ready or presenter.shown == node.key
        awaited = presenter.is_awaited or any(view.is_awaited for view in self.explorer.query(DiagramView))
        return shown and not awaited

    async def _poll(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"never; {self.keys!r} {self.status!r} {self.tree}"
            await self.pilot.pause(0.01)

    async def wait_until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds and the panes have followed it. Fails after ``PATIENCE`` seconds."""
        await self._poll(holds)
        await self.rest()

    async def wait_for_workers(self) -> None:
        """Wait until everything that keys have begun in the background is done."""
        await self._poll(lambda: all(worker.is_finished or worker.group == "follow" for worker in self.app.workers))

    async def wait_for_news(self, words: str) -> None:
        """Wait until the bottom line holds some words."""
        await self.wait_until(lambda: words in self.keys)

    async def go_to(self, text: str) -> None:
        """Put the tree's cursor on the first row that holds a text."""
        view = self.explorer.tree_view
        view.cursor = next(index for index, row in enumerate(self.tree) if text in row)
        await self.rest()


async def wait_for_exit(pilot: Pilot[None]) -> None:
    """Wait until the app ends by itself."""
    end = time.monotonic() + PATIENCE
    while pilot.app.return_code is None:
        assert time.monotonic() < end, "it never ends"
        await pilot.pause(0.01)


@asynccontextmanager
async def explorer(*paths: Path | str, size: tuple[int, int] = (100, 40)) -> AsyncIterator[ExplorerPilot]:
    app = Kustui(BackgroundWorkspace([str(path) for path in paths]))
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = ExplorerPilot(pilot)
        await ui.settle()
        yield ui
