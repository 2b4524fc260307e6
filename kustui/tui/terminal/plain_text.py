"""A text and nothing else on the terminal, for its own mouse to select: the screen is given away meanwhile, and with it
the mouse."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import termios
import tty
from typing import TYPE_CHECKING

from kustui.text.cells import cells
from kustui.text.terminal_safe import shown

if TYPE_CHECKING:
    from textual.app import App

_OVER = b"\x1b\r\nq\x03\x04"
"""Escape, Enter, q, Ctrl+C, Ctrl+D."""
_GLANCE = 0.2
"""Seconds between two looks at whether kustui is to end."""


def show_plain(app: App[None], text: str) -> None:
    """Until Esc. What is longer than the screen goes where the terminal can scroll back through it. Raises
    SuspendNotSupported."""
    lines = [_plain(line) for line in text.removesuffix("\n").replace("\r\n", "\n").split("\n")]
    with app.suspend():
        columns, rows = shutil.get_terminal_size()
        fits = sum(-(-max(1, cells(line.expandtabs())) // columns) for line in lines) < rows
        before, after = ("\x1b[?1049h\x1b[H", "\x1b[?1049l") if fits else ("", "\r\n")
        out = sys.__stderr__
        assert out is not None
        out.write(before + "".join(f"{line}\r\n" for line in lines))
        out.write("\x1b[2m(Esc: back to kustui)\x1b[0m")
        out.flush()
        _wait_for_a_key()
        out.write(after)
        out.flush()


def _plain(line: str) -> str:
    """Harmless, its tabs kept: they are to be selected as they are."""
    return "\t".join(map(shown, line.split("\t")))


def _wait_for_a_key() -> None:
    assert sys.__stdin__ is not None
    terminal = sys.__stdin__.fileno()
    ended: list[int] = []
    before = termios.tcgetattr(terminal)
    # The loop that would hear that kustui is to end stands still; it hears of it afterwards.
    handlers = {number: signal.signal(number, lambda *_: ended.append(0)) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        tty.setraw(terminal, termios.TCSANOW)
        while not ended:
            if select.select([terminal], [], [], _GLANCE)[0]:
                typed = os.read(terminal, 1024)
                if not typed or any(byte in typed for byte in _OVER):
                    break
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
