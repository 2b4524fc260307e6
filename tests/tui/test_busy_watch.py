"""The sign that a key takes long."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from kustui.tui.busy_watch import BusyWatch
from tests.support.patience import PATIENCE
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

_SLOW_APP = """
import sys
from pathlib import Path
from textual.widgets import Label
from kustui.tui.base_app import TerminalApp

class Slow(TerminalApp):
    BINDINGS = [("j", "work")]
    CSS = "#last { dock: bottom; }"

    def compose(self):
        yield Label("x" * 80, id="last")

    def action_work(self):
        while not Path(sys.argv[1]).exists():
            pass

Slow().run()
"""


async def test_it_is_said_while_the_loop_is_kept_and_no_longer() -> None:
    shown, hidden = threading.Event(), asyncio.Event()
    watch = BusyWatch(asyncio.get_running_loop(), shown.set, hidden.set)
    watch.key_typed()
    latest = time.monotonic() + PATIENCE
    while not shown.is_set() and time.monotonic() < latest:
        pass  # as a key that takes long
    assert shown.is_set()
    assert not hidden.is_set()
    await asyncio.wait_for(hidden.wait(), PATIENCE)


@pytest.mark.slow
def test_the_sign_stands_in_the_last_line_until_the_key_is_answered(tmp_path: Path) -> None:
    done = tmp_path / "done"
    with Terminal(["-c", _SLOW_APP, done], command=[sys.executable]) as terminal:
        terminal.wait_for("x" * 80)
        terminal.press("j")
        terminal.wait_for("x working ")
        done.touch()
        terminal.wait_for("x" * 80)
        assert terminal.lines[-1] == "x" * 80
