"""The clipboard of whoever sits at the terminal: reached through OSC 52, in the form that what runs in between passes
on, and through tmux's buffer. No screen in here."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from enum import Enum, auto
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

from kustui.errors import reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE = 2.0
"""Seconds that tmux has to answer."""
_MOST = 74_994
"""Bytes that the most careful terminals take: 100,000 in base64, with what goes around it."""
_MOST_OF_KNOWN = 700_000
"""Bytes that those known take, and tmux passes on: a million in base64."""
_SCREEN_LINE = 200
"""Characters that GNU screen passes on at once: 256, in the older ones."""
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
    return _MOST_OF_KNOWN if reach(environment) is Reach.YES else _MOST


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
