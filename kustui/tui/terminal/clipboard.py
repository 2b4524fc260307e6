"""How a text leaves kustui: through OSC 52 or tmux's buffer to the clipboard of whoever sits at the terminal, or as
plain text on the terminal, for its own mouse to select."""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import signal
import sys
import termios
import tty
from base64 import b64encode
from collections.abc import Mapping
from enum import Enum, auto
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

from kustui.errors import reason_of
from kustui.text.cells import cells
from kustui.text.terminal_safe import terminal_safe

if TYPE_CHECKING:
    from textual.app import App

_PATIENCE = 2.0
"""Seconds that tmux has to answer."""
MAX_BYTES = 74_994
"""Bytes that the most careful terminals take: 100,000 in base64, with what goes around it."""
MAX_BYTES_OF_KNOWN = 700_000
"""Bytes that those known take, and tmux passes on: a million in base64."""
_SCREEN_LINE = 200
"""Characters that GNU screen passes on at once: 256, in the older ones."""
_OVER = b"\x1b\r\nq\x03\x04"
"""Escape, Enter, q, Ctrl+C, Ctrl+D."""
_GLANCE = 0.2
"""Seconds between two looks at whether kustui is to end."""
_TERMS = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour", "rio")
_PROGRAMS = ("WezTerm", "ghostty", "rio", "contour")


class Reach(Enum):
    """Whether a terminal takes OSC 52."""

    YES = auto()
    PERHAPS = auto()
    """It is not known to us, it can be told not to, or it is behind another."""
    NO = auto()


def reach(environment: Mapping[str, str] | None = None) -> Reach:
    """What is known of the terminal."""
    known = os.environ if environment is None else environment
    term, program = known.get("TERM", ""), known.get("TERM_PROGRAM", "")
    if known.get("TMUX") or known.get("STY") or term.startswith(("screen", "tmux")):
        return Reach.PERHAPS
    if term == "linux" or program == "Apple_Terminal":
        return Reach.NO
    sure = term.startswith(_TERMS) or program in _PROGRAMS or known.get("KITTY_WINDOW_ID") or known.get("WT_SESSION")
    return Reach.YES if sure else Reach.PERHAPS


def most(environment: Mapping[str, str] | None = None) -> int:
    """Bytes that OSC 52 carries there."""
    return MAX_BYTES_OF_KNOWN if reach(environment) is Reach.YES else MAX_BYTES


def encoded(text: str) -> bytes:
    """A text as it goes to a clipboard. Half of a surrogate pair, which is no UTF-8, is spelt as JSON spells it."""
    return text.encode(errors="backslashreplace")


def osc52(text: str, environment: Mapping[str, str] | None = None) -> str:
    """What puts a text on the clipboard when it is written to the terminal."""
    known = os.environ if environment is None else environment
    told = b64encode(encoded(text)).decode()
    plain = f"\x1b]52;c;{told}\a"
    through_tmux = "\x1bPtmux;{}\x1b\\".format(plain.replace("\x1b", "\x1b\x1b"))
    if known.get("TMUX"):
        return through_tmux
    if known.get("STY"):
        return "".join(
            f"\x1bP{plain[start : start + _SCREEN_LINE]}\x1b\\" for start in range(0, len(plain), _SCREEN_LINE)
        )
    # A tmux at the other end of an SSH connection takes one or the other, as it is told.
    return plain + through_tmux if known.get("TERM", "").startswith("tmux") else plain


async def to_tmux(text: str) -> str:
    """Put a text into tmux's buffer, and through tmux on the clipboard of the terminal around it. Why it could not be
    done, or an empty string."""
    told = b""
    for options in (("-w",), ()):  # before tmux 3.2 there is no -w
        try:
            process = await asyncio.create_subprocess_exec(
                "tmux", "load-buffer", *options, "-", stdin=PIPE, stdout=DEVNULL, stderr=PIPE
            )
        except OSError as error:
            return f"tmux: {reason_of(error)}"
        try:
            _, told = await asyncio.wait_for(process.communicate(encoded(text)), _PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
            return "tmux does not answer"
        if process.returncode == 0:
            return ""
    return f"tmux: {told.decode(errors='replace').strip().splitlines()[0] if told.strip() else 'refused'}"


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
    return "\t".join(map(terminal_safe, line.split("\t")))


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
