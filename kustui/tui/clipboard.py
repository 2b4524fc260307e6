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

from textual.app import App

from kustui.errors import reason_of
from kustui.text.cells import cells
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import ENDING_SIGNALS

_TMUX_TIMEOUT = 2.0
"""Seconds that tmux has to answer."""
MAX_BYTES = 74_994
"""Bytes that the most careful terminals take: 100,000 in base64, with what goes around it."""
MAX_BYTES_OF_KNOWN = 700_000
"""Bytes that the terminals below take, and tmux passes on: a million in base64."""
_SCREEN_LINE = 200
"""Characters that GNU screen passes on at once: 256, in the older ones."""
_LEAVING_KEYS = b"\x1b\r\nq\x03\x04"
"""Escape, Enter, q, Ctrl+C, Ctrl+D."""
_POLL_INTERVAL = 0.2
"""Seconds between two checks whether kustui is to end."""
_TERMS = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour", "rio")
_PROGRAMS = ("WezTerm", "ghostty", "rio", "contour")


class Reach(Enum):
    """Whether a terminal takes OSC 52."""

    YES = auto()
    PERHAPS = auto()
    """The terminal is not known, may be configured not to, or lies behind another."""
    NO = auto()


def reach(environment: Mapping[str, str] | None = None) -> Reach:
    """Whether the terminal that the environment describes takes OSC 52."""
    variables = os.environ if environment is None else environment
    term, program = variables.get("TERM", ""), variables.get("TERM_PROGRAM", "")
    if variables.get("TMUX") or variables.get("STY") or term.startswith(("screen", "tmux")):
        return Reach.PERHAPS
    if term == "linux" or program == "Apple_Terminal":
        return Reach.NO
    sure = (
        term.startswith(_TERMS)
        or program in _PROGRAMS
        or variables.get("KITTY_WINDOW_ID")
        or variables.get("WT_SESSION")
    )
    return Reach.YES if sure else Reach.PERHAPS


def clipboard_limit(environment: Mapping[str, str] | None = None) -> int:
    """Bytes that OSC 52 carries to this terminal's clipboard."""
    return MAX_BYTES_OF_KNOWN if reach(environment) is Reach.YES else MAX_BYTES


def encode_text(text: str) -> bytes:
    """A text as UTF-8 for a clipboard; a lone surrogate, which has none, is escaped as in JSON."""
    return text.encode(errors="backslashreplace")


def osc52(text: str, environment: Mapping[str, str] | None = None) -> str:
    """The escape sequence that puts a text on the clipboard, wrapped for a tmux or GNU screen in between."""
    variables = os.environ if environment is None else environment
    payload = b64encode(encode_text(text)).decode()
    plain = f"\x1b]52;c;{payload}\a"
    through_tmux = "\x1bPtmux;{}\x1b\\".format(plain.replace("\x1b", "\x1b\x1b"))
    if variables.get("TMUX"):
        return through_tmux
    if variables.get("STY"):
        return "".join(
            f"\x1bP{plain[start : start + _SCREEN_LINE]}\x1b\\" for start in range(0, len(plain), _SCREEN_LINE)
        )
    # a tmux at the other end of an SSH connection takes one or the other, as it is configured
    return plain + through_tmux if variables.get("TERM", "").startswith("tmux") else plain


async def copy_to_tmux(text: str) -> str:
    """Put a text into tmux's buffer, and through tmux on the clipboard of the terminal around it; why it could not be
    done, or an empty string."""
    errors = b""
    for options in (("-w",), ()):  # before tmux 3.2 there is no -w
        try:
            process = await asyncio.create_subprocess_exec(
                "tmux", "load-buffer", *options, "-", stdin=PIPE, stdout=DEVNULL, stderr=PIPE
            )
        except OSError as error:
            return f"tmux: {reason_of(error)}"
        try:
            _, errors = await asyncio.wait_for(process.communicate(encode_text(text)), _TMUX_TIMEOUT)
        except TimeoutError:
            process.kill()
            await process.wait()
            return "tmux does not respond"
        if process.returncode == 0:
            return ""
    return f"tmux: {errors.decode(errors='replace').strip().splitlines()[0] if errors.strip() else 'refused'}"


def show_plain(app: App[None], text: str) -> None:
    """Show a text and nothing else, for the mouse to select, until Esc. A text longer than the screen goes where the
    terminal can scroll back through it. Raises SuspendNotSupported."""
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
    """Safe for the terminal, with its tabs: they are copied as they are."""
    return "\t".join(map(terminal_safe, line.split("\t")))


def _wait_for_a_key() -> None:
    assert sys.__stdin__ is not None
    terminal = sys.__stdin__.fileno()
    ended: list[int] = []
    before = termios.tcgetattr(terminal)
    # the event loop, which would hear that kustui is to end, stands still, and hears it afterwards
    handlers = {number: signal.signal(number, lambda *_: ended.append(0)) for number in ENDING_SIGNALS}
    try:
        tty.setraw(terminal, termios.TCSANOW)
        while not ended:
            if select.select([terminal], [], [], _POLL_INTERVAL)[0]:
                typed = os.read(terminal, 1024)
                if not typed or any(byte in typed for byte in _LEAVING_KEYS):
                    break
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
