"""A rehearsal, run without a terminal: what is on its screen, and keys for it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from kustui.check.rule import app, step, to, when
from kustui.check.rule import workflow as a_flow
from kustui.tui.prompts import Prompt
from kustui.tui.rehearsal.screen import RehearsalScreen
from kustui.tui.widgets.rows_view import LinesView, RowsView
from tests.support.explorer import ExplorerPilot, drawn_later, explorer
from tests.support.trees import SAMPLES, row_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kustui.config.actions import Action
    from kustui.simulate.engine.state import State
    from kustui.tui.rehearsal.session import Session

CHAIN = SAMPLES / "timer-chain.json"
MISSING_INPUT = SAMPLES / "broken" / "missing-input.json"
FOUR = ["followup-timer-1-of-4-start", "followup-timer-2-of-4-60-minutes", "followup-timer-3-of-4-1-day",
        "followup-timer-4-of-4-7-days"]  # fmt: skip


class RehearsalPilot(ExplorerPilot):
    """What is on the screen of a rehearsal, and what a person does there."""

    @property
    def screen(self) -> RehearsalScreen:
        screen = self.app.screen
        assert isinstance(screen, RehearsalScreen), screen
        return screen

    @property
    def session(self) -> Session:
        assert self.screen.current.value is not None
        return self.screen.current.value

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def heading(self) -> list[str]:
        return [row_text(row) for row in self.screen.query_one("#heading", LinesView).rows]

    @property
    def place(self) -> str:
        """``workflow: step``, by name or id."""
        key, node = self.session.position
        return f"{self.session.organisation.analysis(key).title}: {node}"

    @property
    def news(self) -> str:
        """What is said in the place of the keys, or the keys."""
        return "".join(segment.text for segment in self.screen.status.render_line(1)).strip()

    @property
    def status(self) -> str:
        """The line above the keys."""
        return "".join(segment.text for segment in self.screen.status.render_line(0))

    @property
    def question(self) -> str:
        """What stands above the field in which something is typed."""
        return " ".join(row_text(row) for row in self.screen.query_one(Prompt).query_one(LinesView).rows)

    @property
    def typed(self) -> str:
        return self.screen.query_one(Prompt).text

    @property
    def choices(self) -> list[str]:
        return self.pane("choices")

    def pane(self, name: str) -> list[str]:
        view = self.screen.query_one(f"#{name}", RowsView)
        return [row_text(view.rows.make(index)) for index in range(view.rows.count)]

    def drawn(self, name: str) -> list[str]:
        """The rows of a pane as they stand on the screen."""
        view = self.screen.query_one(f"#{name}", RowsView)
        return ["".join(segment.text for segment in view.render_line(y)).rstrip() for y in range(view.size.height)]

    @property
    def seen(self) -> list[str]:
        """The panes that there is room for."""
        return [view.id or "" for view in self.screen.query("#panes RowsView") if view.region.area]

    async def do(self, *keys: str) -> None:
        """Press keys, each once what the one before has begun is done."""
        for key in keys:
            with drawn_later(self.app):
                await self.strike(key)
                await self._poll(lambda: self._are_done(_OURS))
            await self._draw()

    async def type(self, text: str) -> None:
        """Put a text in place of what is in the field."""
        self.screen.query_one(Prompt).text = text
        await self.pilot.pause()

    async def until(self, step: str, *keys: str) -> None:
        """Press keys again and again until a step is at hand."""
        for _ in range(400):
            if self.state.run is not None and self.place.endswith(f": {step}"):
                return
            await self.do(*(keys or ("s",)))
        raise AssertionError(f"{step} is never at hand")


_OURS = ("prepare", "scenario", "run", "edit")


@asynccontextmanager
async def rehearsal(
    *paths: Path | str, size: tuple[int, int] = (160, 48), workflow: str = ""
) -> AsyncIterator[RehearsalPilot]:
    """The rehearsal of a workflow, or of the first there is."""
    async with explorer(*paths, size=size) as explorer_ui:
        ui = RehearsalPilot(explorer_ui.pilot)
        if workflow:
            await ui.go_to(f"▸ {workflow}")
        await ui.do("r")
        while ui.screen.current.value is None:
            await ui.pilot.pause(0.01)
        await ui.pilot.pause()
        yield ui


def undecided() -> object:
    """A workflow with a condition that nobody can evaluate: its operator is unknown."""
    return app(a_flow("W", step("aB3"), entry=(to("aB3", when("looksLike", "/#steps.1.status", "open")),)))


def belongs_to_the_rehearsal(action: Action) -> bool:
    """Whether an action of the registry is one of the rehearsal's screen, or opens it."""
    return action.group in {"rehearse", "context", "line", "sheet"} or action.id.startswith("view.rehearse")
