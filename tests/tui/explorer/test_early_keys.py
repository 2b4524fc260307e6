"""Keys that come before anything is read: they do what they do later."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual import events

from kustui.check import checker
from kustui.tui.app import Kustui
from kustui.tui.rehearsal.screen import RehearsalScreen
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.background import BackgroundWorkspace
from kustui.workspace.snapshot import Workspace
from tests.support.explorer import CHAIN, ORGANISATION, RESULTS, ExplorerPilot, explorer, wait_for_exit
from tests.support.flows import step, workflow
from tests.support.patience import PATIENCE
from tests.support.trees import SAMPLES, row_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

KEYS = [
    ("j", "j"),
    ("G",),
    ("G", "k", "l", "g", "G"),
    ("l", "l", "j"),
    ("2", "j", "j"),
    ("6", "j"),
    ("slash", "4", "-", "o", "f", "enter", "j"),
    ("m", "a", "G", "apostrophe", "a"),
    ("z",),
    ("question_mark",),
    ("p", "j"),
    ("P",),
    ("j", "u", "j"),
]


async def test_enter_typed_before_the_terminal_gives_keys_as_they_are_is_enter() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("slash", "4", "-", "o", "f", "ctrl+j", "j")
        assert (ui.focus, ui.explorer.tree_view.state.filter) == ("tree", "4-of")


async def ends_at(path: Path, keys: tuple[str, ...], *, early: bool, monkeypatch: pytest.MonkeyPatch) -> object:
    """What somebody sees after pressing keys before anything is read, or when everything is checked."""
    may_read = threading.Event()
    original: Callable[..., Any] = Workspace.open

    def delayed(self: Workspace, *arguments: Any) -> Any:
        may_read.wait(PATIENCE)
        return original(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "open", delayed)
        app = Kustui(BackgroundWorkspace([str(path)], cache=lambda: RESULTS), keeps_session=True)
        async with app.run_test(size=(100, 30)) as pilot:
            ui = ExplorerPilot(pilot)
            if early:
                await ui.strike(*keys)
                assert ui.tree == []
            may_read.set()
            await ui.settle()
            if not early:
                await ui.press(*keys)
            await ui.wait_until(lambda: not app.held)
            seen = (ui.cursor_row, ui.tree, ui.focus, ui.titles, ui.detail, type(app.screen).__name__)
            app.exit()
    return seen


@pytest.mark.parametrize("keys", KEYS, ids=" ".join)
@pytest.mark.parametrize("path", [CHAIN, ORGANISATION], ids=["small", "large"])
async def test_keys_do_the_same_before_anything_is_read(
    path: Path, keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = []
    for early in (True, False):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / str(early)))
        seen.append(await ends_at(path, keys, early=early, monkeypatch=monkeypatch))
    assert seen[0] == seen[1]


async def test_keys_do_the_same_before_a_session_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    await ends_at(CHAIN, ("G", "3", "j"), early=False, monkeypatch=monkeypatch)
    seen = []
    for early in (True, False):
        seen.append(await ends_at(CHAIN, ("j",), early=early, monkeypatch=monkeypatch))
        await ends_at(CHAIN, ("k",), early=False, monkeypatch=monkeypatch)  # back to where it was left
    assert seen[0] == seen[1]


async def test_it_can_be_left_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    may_read = threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "open", lambda *_: may_read.wait(PATIENCE))
        app = Kustui(BackgroundWorkspace([str(CHAIN)]))
        async with app.run_test() as pilot:
            await ExplorerPilot(pilot).strike("j", "ctrl+c")
            await wait_for_exit(pilot)
        may_read.set()


@pytest.mark.filterwarnings("error")
async def test_nothing_is_called_from_a_thread_once_it_is_being_left() -> None:
    called: list[str] = []
    async with explorer(CHAIN) as ui:
        ui.app.exit()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.to_thread(ui.app.call_from_thread, called.append, "while it is being left")
    with pytest.raises(asyncio.CancelledError):
        await asyncio.to_thread(ui.app.call_from_thread, called.append, "afterwards")
    assert called == []


@pytest.fixture
def may_check(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets all be checked but the selected workflow, which is."""
    gate = threading.Event()
    original = checker.check_workflow

    def delayed(analysis: Any) -> Any:
        if analysis.entry is not analysis.collection.entries[0]:
            gate.wait(PATIENCE)
        return original(analysis)

    monkeypatch.setattr(checker, "check_workflow", delayed)
    yield gate
    gate.set()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Of three workflows the first and the last have a problem."""
    path = tmp_path / "app.json"
    made = [
        workflow("a", step("a", params={"body": "/#steps.gone.x"} if number != 1 else {}), id=name, name=name)
        for number, name in enumerate(("first", "second", "third"))
    ]
    path.write_text(json.dumps(made))
    return path


@asynccontextmanager
async def checking(path: Path, may_check: threading.Event) -> AsyncIterator[ExplorerPilot]:
    """The explorer while only the first workflow is checked."""
    app = Kustui(BackgroundWorkspace([str(path)]))
    async with app.run_test(size=(100, 30)) as pilot:
        ui = ExplorerPilot(pilot)
        yield ui
        may_check.set()
        app.exit()


async def test_problems_are_shown_as_they_are_known(many: Path, may_check: threading.Event) -> None:
    async with checking(many, may_check) as ui:
        await ui.wait_until(lambda: "✗1" in ui.status)
        await ui.press("4")
        assert "so far, 1 of 3 workflows checked" in ui.titles
        assert len(ui.rows(ui.explorer.problems)) == 1
        may_check.set()
        await ui.wait_until(lambda: "✗2" in ui.status)
        await ui.wait_until(lambda: "so far" not in ui.titles)
        assert len(ui.rows(ui.explorer.problems)) == 2


@pytest.mark.parametrize("keys", [("p", "j"), ("P", "k"), ("u", "4")], ids=" ".join)
async def test_a_key_that_needs_the_whole_check_waits_for_it(
    keys: tuple[str, ...], many: Path, may_check: threading.Event
) -> None:
    seen = [await ends_beside(many, may_check, keys, early=early) for early in (True, False)]
    assert seen[0] == seen[1]


async def ends_beside(many: Path, may_check: threading.Event, keys: tuple[str, ...], *, early: bool) -> object:
    """What somebody sees after pressing keys while it is checked, or afterwards."""
    may_check.clear() if early else may_check.set()
    async with checking(many, may_check) as ui:
        await ui.wait_until(lambda: "✗" in ui.status)
        if early:
            await ui.strike(*keys)
            await ui.wait_until(lambda: f"{keys[0]} waits for the check" in ui.keys and "Esc cancels" in ui.keys)
            may_check.set()
            await ui.wait_until(lambda: "waits" not in ui.keys and not ui.app.held)
        else:
            await ui.settle()
            await ui.press(*keys)
        await ui.rest()
        return ui.cursor_row, ui.focus, ui.titles


async def test_escape_cancels_what_waits_and_what_was_to_follow(many: Path, may_check: threading.Event) -> None:
    async with checking(many, may_check) as ui:
        await ui.wait_until(lambda: "✗1" in ui.status)
        here = ui.cursor_row
        await ui.strike("p", "j", "j")
        await ui.wait_until(lambda: "p waits" in ui.keys)
        await ui.strike("escape")
        await ui.wait_until(lambda: "waits" not in ui.keys)
        may_check.set()
        await ui.wait_until(lambda: "✗2" in ui.status)
        assert ui.cursor_row == here


async def test_it_can_be_left_while_a_key_waits(many: Path, may_check: threading.Event) -> None:
    async with checking(many, may_check) as ui:
        await ui.wait_until(lambda: "✗1" in ui.status)
        await ui.strike("p", "j")
        await ui.wait_until(lambda: "p waits" in ui.keys)
        await ui.strike("ctrl+c")
        await wait_for_exit(ui.pilot)


async def test_what_is_typed_right_after_cancelling_is_done(many: Path, may_check: threading.Event) -> None:
    async with checking(many, may_check) as ui:
        await ui.wait_until(lambda: "✗1" in ui.status)
        here = ui.cursor_row
        await ui.strike("p", "j", "j")
        await ui.wait_until(lambda: "p waits" in ui.keys)
        for key in ("escape", "j"):  # at one go: the second comes before the first has cancelled anything
            ui.app.post_message(events.Key(key, "\x1b" if key == "escape" else key))
        await ui.wait_until(lambda: ui.cursor_row != here)
        await ui.strike("ctrl+q")
        await wait_for_exit(ui.pilot)


@pytest.mark.parametrize(
    "keys",
    [
        "5 j j enter",
        "5 j j [ ] 1",
        "5 G enter [ 1",
        "5 j j enter [ 1",
        "5 j m a 1 g ' a 1",
        "5 j R",
        "5 j e 1",
        "5 j u",
        "5 j / n o t e enter n [ 1",
        "6 j j enter",
        "6 j j [ 1",
        "4 j enter [ 1",
        "4 j 3 j 1",
        "j j j 3 j space 1",
        "j j j 2 j enter [ 1",
        "7 j enter [ 1",
        "j r s | escape j 1",
        "r escape j 1",
        "r p j enter s",
        "r | p escape j",
        "r c [ s",
        "r R s s 2 j j enter",
        "r 2 j j j enter",
        "r 1 j j b c",
        "r c 6 j j",
        "r c 5 k k enter",
        "r c 4 k enter 3 j j y",
        "r / t enter n",
    ],
)
async def test_keys_do_the_same_however_fast_they_come(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar stands for a pause: what Escape ends is what is at work by then."""
    monkeypatch.setenv("VISUAL", "no-such-editor")
    one_by_one = await ends_after(keys, None)
    assert await ends_after(keys, monkeypatch) == one_by_one


async def ends_after(keys: str, at_one_go: pytest.MonkeyPatch | None) -> object:
    """What somebody sees after typing keys faster than any cursor rests, or waiting after each."""
    async with explorer(SAMPLES / "orders.json", size=(100, 30)) as ui:
        for module in ("diagrams.diagram_view", "explorer.detail_presenter", "finder"):
            if at_one_go:
                at_one_go.setattr(f"kustui.tui.{module}.REST", 30.0)
        for typed in keys.split("|") if at_one_go else keys.replace("|", "").split():
            ui.type_ahead(*typed.split())
            await ui.wait_for_keys()
            if not at_one_go:
                await ui.rest()
        screen = ui.app.screen
        if isinstance(screen, RehearsalScreen):
            session = screen.current.value
            assert session is not None
            view = ui.app.focused
            assert isinstance(view, RowsView)
            return session.position, len(session.state.trace), session.stop_points, view.id, row_text(view.row)
        return type(screen).__name__, ui.cursor_row, ui.tree, ui.focus, ui.titles
