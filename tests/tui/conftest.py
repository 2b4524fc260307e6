"""Fixtures that the tests of several screens share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kustui.tui import clipboard
from tests.support.clipboard import Clipboard
from tests.support.idle import idle
from tests.support.stylesheets import ParsedOnce


@pytest.fixture(scope="session", autouse=True)
def _stylesheets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        ParsedOnce().apply(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _pauses() -> Iterator[None]:
    """Let a pause of Textual's pilot last until the loop is idle, where Textual goes by the time of the processor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.pilot.wait_for_idle", lambda *_: idle())
        yield


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Clipboard:
    """Take what is copied, in place of the terminal and tmux."""
    recorder = Clipboard()
    for name in ("TMUX", "STY", "TERM_PROGRAM", "KITTY_WINDOW_ID", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setattr("kustui.tui.app.Kustui.copy_to_clipboard", lambda _, text: recorder.terminal.append(text))
    monkeypatch.setattr(clipboard, "copy_to_tmux", recorder.copy_to_tmux)
    monkeypatch.setattr("kustui.tui.clipboard.show_plain", recorder.show_plain)
    return recorder
