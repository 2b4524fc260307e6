"""Any key at any time: in lists that have no room, on screens that are going, and while a thread is at work."""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.style import Style
from textual import _time as textual_time
from textual import events
from textual.errors import NoWidget
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from kustui.tui.base_app import TerminalApp, TypeAhead, enter, is_on_top, leave
from kustui.tui.copy_menu import CopyMenu
from kustui.tui.explorer.background_events import BackgroundEvent
from kustui.tui.help import Help
from kustui.tui.palette import Palette
from kustui.tui.rehearsal.screen import RehearsalScreen
from kustui.workspace.events import SnapshotReady
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.support.definitions import write_json
from tests.support.explorer import CHAIN, explorer
from tests.support.flows import step, workflow
from tests.support.patience import PATIENCE
from tests.support.terminal import Terminal
from tests.support.terminal_explorer import assert_restored


@pytest.mark.parametrize("size", [(80, 24), (60, 3), (6, 8), (1, 1)])
async def test_a_palette_without_matches_or_room_can_be_paged_through(size: tuple[int, int]) -> None:
    async with explorer(CHAIN, size=size) as ui:
        await ui.press("colon", "pagedown", "pageup")
        assert isinstance(ui.app.screen, Palette)
        await ui.press(*"zzzz", "pagedown", "pageup", "end", "escape")
        assert len(ui.app.screen_stack) == 1


async def test_nothing_is_looked_for_in_the_palette_after_quitting() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("colon")
        palette = ui.app.screen
        field = palette.query_one(Input)
        ui.app.exit()
        await palette._on_message(Input.Changed(field, "theme"))
        await ui.wait_until(lambda: all(w.is_finished for w in ui.app.workers if w.node is palette))


async def test_a_list_without_rows_is_drawn(tmp_path: Path) -> None:
    async with explorer(write_json(tmp_path / "clean.json", workflow("a", step("a"))), size=(80, 24)) as ui:
        await ui.press("4")
        assert "problems" in ui.panes


async def test_a_click_where_the_terminal_has_become_smaller_hits_nothing() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("colon")
        palette = ui.app.screen
        palette.post_message(events.Click(palette, 90, 30, 0, 0, 1, False, False, False, 90, 30))
        await ui.pilot.pause()
        assert ui.app.screen is palette


async def test_a_click_where_nothing_is_laid_out_yet_hits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("colon")
        palette = ui.app.screen

        def nothing(x: int, y: int) -> None:
            raise NoWidget(f"({x}, {y})")

        monkeypatch.setattr(palette, "get_widget_at", nothing)  # the terminal has just become larger again
        palette.post_message(events.Click(palette, 3, 3, 0, 0, 1, False, False, False, 3, 3))
        await ui.rest()
        assert ui.app.screen is palette


async def test_a_click_on_a_command_that_is_no_longer_there_chooses_nothing() -> None:
    async with explorer(CHAIN, size=(80, 40)) as ui:
        await ui.press("colon", *"theme")
        await ui.wait_for_workers()  # which look for commands
        matches = ui.app.screen.query_one(OptionList)
        for option in (matches.option_count, matches.option_count + 7):
            style = Style.from_meta({"option": option})
            matches.post_message(events.Click(matches, 3, 3, 0, 0, 1, False, False, False, 3, 3, style))
            await ui.pilot.pause()
        assert isinstance(ui.app.screen, Palette)


async def test_a_drag_selects_nothing_which_could_not_be_copied() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.pilot.mouse_down("#tree", offset=(4, 4))
        await ui.pilot.hover("#tree", offset=(12, 6))
        await ui.pilot.mouse_up("#tree", offset=(12, 6))
        assert not ui.app.screen.selections


async def test_a_rehearsal_that_is_left_twice_takes_nothing_else_away() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("r")
        rehearsal = ui.app.screen
        assert isinstance(rehearsal, RehearsalScreen)
        await rehearsal.action_leave_rehearsal()
        leave(rehearsal)
        await ui.press("question_mark")
        assert isinstance(ui.app.screen, Help)
        leave(rehearsal)
        assert isinstance(ui.app.screen, Help)
        await ui.press("escape")
        assert len(ui.app.screen_stack) == 1


_STAGES = (0, 3, 21, 144)
"""Turns of the event loop between what opens and what leaves: before it is there, while it comes up, and afterwards."""
_CHARACTERS = {"colon": ":", "question_mark": "?", "slash": "/", "escape": "\x1b", "enter": "\r", "ctrl+q": "\x11"}


def _type(app: TerminalApp, keys: str) -> None:
    """Type at one go."""
    for key in keys.split():
        app.post_message(events.Key(key, _CHARACTERS.get(key, key)))


@pytest.mark.parametrize("leaving", ["escape escape", "escape q escape"])
@pytest.mark.parametrize(
    "entering",
    [
        "r", "r question_mark", "r e", "F t enter", "question_mark slash t", "colon t enter", "y", "u", "I t", "p D t",
        "p x",
    ],
)  # fmt: skip
async def test_whatever_is_entered_is_left_at_any_stage(entering: str, leaving: str) -> None:
    stages = list(_STAGES)
    while stages:
        async with explorer(CHAIN, size=(80, 24)) as ui:
            while stages and ui.app.return_code is None:
                turns = stages.pop(0)
                _type(ui.app, entering)
                for _ in range(turns):
                    await asyncio.sleep(0)
                _type(ui.app, leaving)
                await ui.wait_for_keys()
                for _ in range(5):
                    if ui.app.return_code is None and not (ui.app.screen is ui.explorer and ui.focus == "tree"):
                        await ui.strike("escape")
                if ui.app.return_code is None:
                    assert ui.app.screen is ui.explorer
                    await ui.press("1", "G", "g")
                    assert ui.focus == "tree"
                    assert ui.explorer.tree_view.cursor == 0


async def test_a_timer_calls_however_late_the_process_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    called, get_time = asyncio.Event(), textual_time.get_time
    lost = iter((0.0, 1.0, 2.0))  # seconds, at the first looks at the clock
    async with TypeAhead().run_test() as pilot:
        monkeypatch.setattr(textual_time, "get_time", lambda: get_time() + next(lost, 2.0))
        pilot.app.set_timer(0.01, called.set)
        await asyncio.wait_for(called.wait(), PATIENCE)


async def test_who_quits_twice_does_not_wait_for_what_was_typed_before() -> None:
    typed = []

    class Slow(TypeAhead):
        def quits(self, key: events.Key) -> bool:
            return key.key == "ctrl+q"

        async def on_key(self, event: events.Key) -> None:
            typed.append(event.key)

    app = Slow()
    async with app.run_test() as pilot:
        _type(app, "a b c ctrl+q ctrl+q")
        while app.return_code is None:
            await pilot.pause()
    assert typed in ([], ["a"])


async def test_a_key_does_not_wait_for_the_turn_of_the_screen_to_be_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 10 * PATIENCE)
    painted = []

    class Shown(Static, can_focus=True):
        def render(self) -> str:
            painted.append(str(self.content))
            return painted[-1]

        def on_key(self, event: events.Key) -> None:
            self.update(event.key)

    class Showing(TypeAhead):
        def compose(self) -> Iterator[Static]:
            yield Shown("nothing")

    app = Showing()
    async with app.run_test():
        for key in "abc":
            _type(app, key)
            async with asyncio.timeout(PATIENCE):
                while painted[-1:] != [key]:
                    await asyncio.sleep(0.01)  # the pilot would have it painted


class _Lower(Screen[Any]):
    """A screen of a kind of its own, as is the next."""


class _Upper(Screen[Any]):
    pass


async def test_a_menu_opens_in_the_place_of_one_that_is_still_going() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        copier = ui.app.explorer.copier
        await copier.open_menu()
        await copier.open_menu()
        ui.app.explorer.query_one(CopyMenu).end()
        await copier.open_menu()
        await ui.press("escape")
        assert ui.focus == "tree"
        assert not ui.app.explorer.query(CopyMenu)


async def test_a_screen_is_left_once_and_with_what_is_on_top_of_it() -> None:
    results: list[object] = []
    app = TerminalApp()
    async with app.run_test() as pilot:
        lower = _Lower()
        enter(app, lower, results.append)
        assert is_on_top(lower)
        enter(app, _Upper())
        enter(app, _Upper())
        assert len(app.screen_stack) == 3
        assert not is_on_top(lower)
        await pilot.pause()
        leave(lower, "left")
        leave(lower, "again")
        assert len(app.screen_stack) == 1
        await pilot.pause()
    assert results == ["left"]


@pytest.mark.parametrize("key", ["r", "question_mark", "colon"])
async def test_a_screen_that_is_left_before_it_has_come_up_is_left_once_it_has(key: str) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        {
            "r": ui.app.explorer.rehearsals.open,
            "question_mark": ui.app.action_help,
            "colon": ui.app.action_command_palette,
        }[key]()
        screen = ui.app.screen
        assert not screen.is_mounted
        if isinstance(screen, Palette):
            screen.dismiss()
        else:
            leave(screen)
        while len(ui.app.screen_stack) > 1:
            await ui.pilot.pause()
        await ui.press("j")
        assert ui.focus == "tree"


async def test_what_is_typed_after_quitting_goes_nowhere() -> None:
    typed = []

    class Typed(TerminalApp):
        def on_key(self, event: events.Key) -> None:
            typed.append(event.key)

    app = Typed()
    async with app.run_test() as pilot:
        await pilot.press("a")
        app.exit()
        await app.on_event(events.Key("b", "b"))
    assert typed == ["a"]


async def test_what_is_saved_after_quitting_is_not_shown_any_more(tmp_path: Path) -> None:
    file = Path(shutil.copy(CHAIN, tmp_path))
    async with explorer(file, size=(80, 24)) as ui:
        await ui.press("r")
        before = ui.app.explorer.snapshot
        file.write_text(file.read_text().replace("reminder", "reminded"))
        after = check_snapshot(open_paths([str(file)]))
        ui.app.exit()
        ui.app.explorer.post_message(BackgroundEvent(SnapshotReady(after)))
        await ui.pilot.pause()
        assert ui.app.explorer.snapshot is before


async def test_what_a_screen_has_begun_ends_with_it() -> None:
    app, went_on, may_go_on = TerminalApp(), [], asyncio.Event()

    async def work() -> None:
        await may_go_on.wait()
        went_on.append(True)

    async with app.run_test() as pilot:
        screen = _Lower()
        enter(app, screen)
        await pilot.pause()
        screen.run_worker(work())
        await pilot.pause()
        may_go_on.set()
        leave(screen)
        await pilot.pause()
    assert not went_on


def test_a_thread_at_work_does_not_hold_up_the_end() -> None:
    wait = threading.Event()

    class Busy(TerminalApp):
        def on_ready(self) -> None:
            self.run_worker(asyncio.to_thread(wait.wait))
            self.set_timer(0.01, self.exit)

    ended = threading.Thread(target=lambda: Busy().run(headless=True), daemon=True)
    ended.start()
    try:
        ended.join(PATIENCE)
        assert not ended.is_alive()
    finally:
        wait.set()


_STUCK = """
import asyncio, sys, threading, time
from kustui.tui import base_app

base_app.LAST_MOMENTS = 0.5

def in_a_handler_of_the_application():
    return asyncio.Event().wait()

async def in_a_call():
    while True:
        time.sleep(0.1)

async def in_a_worker():
    while True:
        try:
            await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            pass

async def in_a_thread():
    threading.Thread(target=threading.Event().wait).start()

class Stuck(base_app.TypeAhead):
    def on_ready(self):
        self.write_to_terminal("ready")

    def quits(self, key):
        return key.key == "ctrl+q"

    async def on_key(self, event):
        if event.key == "a":
            self.write_to_terminal("stuck")
            work = globals()[sys.argv[1]]()
            if sys.argv[1] == "in_a_worker":
                self.run_worker(work)
                asyncio.get_running_loop().create_task(in_a_worker())
            else:
                await work

Stuck().run()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "where", ["in_a_handler_of_the_application", "in_a_call", "in_a_worker", "in_a_thread"]
)  # fmt: skip
def test_who_quits_twice_is_let_go_whatever_is_at_work(where: str, tmp_path: Path) -> None:
    script = tmp_path / "stuck.py"
    script.write_text(_STUCK)
    with Terminal([script, where], command=(sys.executable,)) as terminal:
        terminal.wait_for("ready")
        terminal.press("a")
        terminal.wait_for("stuck")
        terminal.press("\x11")
        terminal.pump(0.5)
        terminal.press("\x11")
        terminal.ended()
        assert_restored(terminal)
