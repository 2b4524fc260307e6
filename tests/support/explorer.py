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
from kustui.workspace.background_load import BackgroundLoad
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
    def titles(self) -> str:
        return " ".join(str(view.border_title) for view in self.explorer.query(RowsView))

    def rows(self, view: RowsView) -> list[str]:
        return [text_of(view.rows.make(index).line).strip() for index in range(view.rows.count)]

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)  # several at once would not wait for each other when the machine is busy
        await self.rest()

    @property
    def sees_the_cursor(self) -> bool:
        """Whether the row of the tree's cursor is drawn with the cursor's glyph."""
        view = self.explorer.tree_view
        drawn = ("".join(segment.text for segment in view.render_line(y)) for y in range(view.size.height))
        return any(line.startswith("▌") and text_of(view.row.line)[:20] in line for line in drawn)

    async def settle(self) -> None:
        """Wait until everything is read and checked, and the panes show it."""
        for _ in range(1_000):
            if self.explorer.snapshot.problems is not None:
                break
            await self.pilot.pause(0.01)
        await self.rest()

    async def rest(self) -> None:
        """Wait until the panes have followed each other's cursors."""
        await self.pilot.pause()
        for _ in range(300):
            node, presenter = self.explorer.tree_view.node, self.explorer.presenter
            shown = node is None or not presenter.ready or presenter.shown == node.key
            if shown and not presenter.is_awaited and not any(v.is_awaited for v in self.explorer.query(DiagramView)):
                break
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def go_to(self, text: str) -> None:
        """Put the tree's cursor on the first row that holds a text."""
        view = self.explorer.tree_view
        view.cursor = next(index for index, row in enumerate(self.tree) if text in row)
        await self.rest()


@asynccontextmanager
async def explorer(*paths: Path | str, size: tuple[int, int] = (100, 40)) -> AsyncIterator[ExplorerPilot]:
    app = Kustui(BackgroundLoad([str(path) for path in paths]))
    async with app.run_test(size=size) as pilot:
        ui = ExplorerPilot(pilot)
        await ui.settle()
        yield ui


async def until(ui: ExplorerPilot, holds: Callable[[], bool]) -> None:
    """Wait until what was saved is seen."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"never; {ui.keys!r} {ui.status!r} {ui.tree}"
        await ui.pilot.pause(0.02)
    await ui.rest()


async def reloaded(ui: ExplorerPilot, words: str) -> None:
    await until(ui, lambda: words in ui.keys)
