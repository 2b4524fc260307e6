"""Keys that come before anything is read: they do what they do later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from kustui.tui.app import Kustui
from kustui.workspace.background import BackgroundWorkspace
from kustui.workspace.snapshot import Workspace
from tests.support.explorer import CHAIN, ORGANISATION, ExplorerPilot

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [
    ("j", "j"),
    ("G",),
    ("l", "l", "j"),
    ("2", "j", "j"),
    ("6", "j"),
    ("slash", "4", "-", "o", "f", "enter", "j"),
    ("m", "a", "G", "apostrophe", "a"),
    ("z",),
    ("question_mark",),
]


async def ends_at(path: Path, keys: tuple[str, ...], *, early: bool, monkeypatch: pytest.MonkeyPatch) -> object:
    """What somebody sees after pressing keys before anything is read, or when everything is checked."""
    may_read = threading.Event()
    original: Callable[..., Any] = Workspace.open

    def delayed(self: Workspace, *arguments: Any) -> Any:
        may_read.wait(60)
        return original(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "open", delayed)
        app = Kustui(BackgroundWorkspace([str(path)]), keeps_session=True)
        async with app.run_test(size=(100, 30)) as pilot:
            ui = ExplorerPilot(pilot)
            if early:
                await pilot.press(*keys)
                assert ui.tree == []
            may_read.set()
            await ui.settle()
            if not early:
                await ui.press(*keys)
            while app.held:
                await pilot.pause(0.01)
            await ui.rest()
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
        patch.setattr(Workspace, "open", lambda *_: may_read.wait(60))
        app = Kustui(BackgroundWorkspace([str(CHAIN)]))
        async with app.run_test() as pilot:
            await pilot.press("j", "ctrl+c")
            await pilot.pause()
            assert not app.is_running
        may_read.set()
