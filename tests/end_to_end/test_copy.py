"""Copying in a real terminal, and through a real tmux."""

from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.definitions import write_json
from tests.support.patience import PATIENCE
from tests.support.terminal import KUSTUI, MOUSE_MODES, SAMPLES, Terminal, environment
from tests.support.terminal_explorer import ESCAPE, HOSTILE, assert_restored, one_workflow, open_explorer
from tests.support.terminal_screen import ALTERNATE_SCREEN

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMERS = SAMPLES / "timer-chain.json"
POINTER = b"/workflows/0"
_OSC52 = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def on_clipboard(raw: bytes) -> list[bytes]:
    """What a terminal that takes OSC 52 has on its clipboard, one after another."""
    return [b64decode(found, validate=True) for found in _OSC52.findall(raw)]


def test_the_clipboard_gets_the_bytes_of_what_is_copied(tmp_path: Path) -> None:
    definition = write_json(tmp_path / "only.json", one_workflow(name=HOSTILE))
    with open_explorer(definition) as terminal:
        terminal.press("y")
        terminal.wait_for("Copy")
        terminal.press("n")
        terminal.wait_for("copied ")
        assert on_clipboard(terminal.raw) == [HOSTILE.encode()]
        terminal.press("yj")
        terminal.wait_for("copied the JSON")
        assert on_clipboard(terminal.raw)[-1] == definition.read_bytes()
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


@pytest.mark.parametrize(
    ("env", "wrapped"),
    [
        ({"STY": "1.pts"}, b"\x1bP\x1b]52;c;L3dvcmtmbG93cy8w\x07\x1b\\"),
        ({"TERM": "tmux-256color"}, b"\x1bPtmux;\x1b\x1b]52;c;L3dvcmtmbG93cy8w\x07\x1b\\"),
    ],
    ids=["screen", "a tmux at the other end of ssh"],
)
def test_what_the_terminal_runs_in_is_made_to_pass_it_on(env: dict[str, str], wrapped: bytes) -> None:
    with open_explorer(TIMERS, env=env) as terminal:
        mark = terminal.written
        terminal.press("yp")
        terminal.wait_for_bytes(wrapped, mark)


def test_plain_text_has_the_terminal_to_itself_and_its_mouse() -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.press("yp")
        terminal.wait_for("y y shows it")
        terminal.press("yy")
        terminal.wait_for("back to kustui")
        assert terminal.lines[0].rstrip() == POINTER.decode()
        assert terminal.lines[1].startswith("(Esc")
        assert not any(terminal.modes[mode] for mode in MOUSE_MODES if mode in terminal.modes)
        terminal.resize(100, 30)
        terminal.press("x")
        terminal.press(ESCAPE)
        terminal.wait_until(lambda: "help" in terminal.lines[29], "the screen in its new size")
        assert terminal.modes[ALTERNATE_SCREEN]
        assert all(terminal.modes[mode] for mode in (1000, 1006))
        terminal.press("yj")
        terminal.wait_for("copied the JSON")
        terminal.press("yy")
        terminal.wait_for("back to kustui")
        assert not terminal.modes[ALTERNATE_SCREEN], "the terminal can scroll back through what is long"
        terminal.press("q")
        terminal.wait_for("help")
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


# tmux


class Tmux:
    """A server of its own, and a client in a terminal."""

    def __init__(self, folder: Path) -> None:
        self._name = ("tmux", "-S", str(folder / "socket"), "-f", "/dev/null")

    def run(self, *words: str) -> str:
        found = subprocess.run(
            [*self._name, *words], env=environment(), check=True, capture_output=True, text=True, timeout=PATIENCE
        )
        return found.stdout

    def showing(self, *words: str) -> Terminal:
        return Terminal(["new-session", *words], command=self._name)

    def kill(self) -> None:
        subprocess.run(
            [*self._name, "kill-server"], env=environment(), check=False, capture_output=True, timeout=PATIENCE
        )


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    server = Tmux(tmp_path)
    yield server
    server.kill()


def test_inside_tmux_it_is_in_its_buffer_and_on_the_clipboard_of_the_terminal_around_it(tmux: Tmux) -> None:
    with tmux.showing(*KUSTUI, str(TIMERS)) as terminal:
        terminal.wait_for("Workflows (4)")
        terminal.settle(0.4)  # the server runs it, and is none of what the terminal has begun
        terminal.press("yp")
        terminal.wait_for("copied /workflows/0")
        assert tmux.run("show-buffer").encode() == POINTER
        terminal.wait_until(lambda: b"L3dvcmtmbG93cy8w" in terminal.raw, "what tmux passes on")
        terminal.press("yj")
        terminal.wait_for("copied the JSON")
        assert tmux.run("show-buffer") in TIMERS.read_text()
        assert len(tmux.run("show-buffer")) > 1_000


def test_a_tmux_that_is_gone_is_told_and_nothing_waits_for_it(tmp_path: Path) -> None:
    with open_explorer(TIMERS, env={"TMUX": f"{tmp_path}/none,1,0"}, columns=160) as terminal:
        terminal.press("yp")
        terminal.wait_for("copied /workflows/0 · tmux: ")
    slow = tmp_path / "tmux"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    path = f"{tmp_path}:{environment()['PATH']}"
    with open_explorer(TIMERS, env={"TMUX": "x,1,0", "PATH": path}, columns=160) as terminal:
        terminal.press("yp")
        terminal.press("j")
        terminal.wait_until(lambda: any(line.startswith("▌    ▸ ◆") for line in terminal.lines), "an answer")
        assert "tmux does not respond" not in terminal.text
        terminal.wait_for("tmux does not respond")
