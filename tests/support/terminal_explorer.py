"""The explorer in a real pseudo-terminal."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from tests.support.terminal import (
    BRACKETED_PASTE,
    CURSOR,
    FOCUS_REPORTS,
    MOUSE_MODES,
    SAMPLES,
    WRAPPING,
    LineDiscipline,
    Terminal,
)
from tests.support.terminal_screen import ALTERNATE_SCREEN

TIMERS = SAMPLES / "timer-chain.json"
ENTER, ESCAPE, INTERRUPT = "\r", "\x1b", "\x03"
HOSTILE = "[red]x[/] [/] \x1b]0;evil\x07\x1b[31m\x9b31m\u202egnp.\u2066\r\n\x08"


def cursor_row(terminal: Terminal) -> str:
    """The text of the row that the tree's cursor is on."""
    rows = _cursor_rows(terminal)
    assert len(rows) == 1, f"one row has the cursor, not {len(rows)}:\n{terminal.text}"
    return rows[0][1]


def wait_for_cursor(terminal: Terminal, text: str) -> None:
    terminal.wait_until(lambda: any(text in row for _, row in _cursor_rows(terminal)), f"the cursor on {text!r}")


def open_explorer(*paths: object, **options: Any) -> Terminal:
    """The explorer, with everything read and checked; how it starts is not what is tested."""
    terminal = Terminal([str(path) for path in paths], **{"is_loaded": True, **options})
    terminal.wait_for("Workflows ")
    terminal.settle()
    return terminal


def move_to(terminal: Terminal, text: str, key: str = "j") -> None:
    """Press a key until the cursor is on a row that holds the text."""
    for _ in range(40):
        if text in cursor_row(terminal):
            return
        press_and_follow(terminal, key)
    raise AssertionError(f"no row {text!r} below:\n{terminal.text}")


def press_and_follow(terminal: Terminal, key: str) -> None:
    """Press a key that moves the tree's cursor, and wait until it has."""
    before = _cursor_rows(terminal)
    terminal.press(key)
    terminal.wait_until(lambda: len(rows := _cursor_rows(terminal)) == 1 and rows != before, "the cursor elsewhere")


def _cursor_rows(terminal: Terminal) -> list[tuple[int, str]]:
    """Where the tree's cursor is drawn, with the text of its row."""
    lines = ((y, line) for y, line in enumerate(terminal.lines) if line.startswith(("▌", "|")))
    rows = ((y, line[0] + re.split("[│|]", line[1:])[0]) for y, line in lines)
    return list(rows)


def assert_restored(terminal: Terminal) -> None:
    """Wait until the terminal is again as it was before the explorer opened, and fail with what is not.

    The screen comes first and the rest after it, while what is shown by then may be of long before.
    """
    assert b"\x1b[?1049h" in terminal.raw
    terminal.wait_until(lambda: not changed(terminal), lambda: "being restored: " + ", ".join(changed(terminal)))


def changed(terminal: Terminal) -> list[str]:
    """What of the terminal is not as it was before the explorer opened."""
    modes = terminal.modes
    is_changed = {
        "the alternate screen": modes[ALTERNATE_SCREEN],
        "no cursor": not modes[CURSOR],
        **{f"mode {mode} of the mouse": modes.get(mode, False) for mode in MOUSE_MODES},
        "bracketed paste": modes.get(BRACKETED_PASTE, False),
        "reports of the focus": modes.get(FOCUS_REPORTS, False),
        "no wrapping": not modes.get(WRAPPING, True),
        "the line discipline": terminal.line_discipline != LineDiscipline(True, True, True, True),
    }
    return [name for name, it_is in is_changed.items() if it_is]


def one_workflow(**changes: Any) -> dict[str, Any]:
    return {
        "name": "only",
        "id": "5f0000000000000000000001",
        "trigger": {"eventName": "kustomer.conversation.create", "transitions": [{"target": "a"}]},
        "steps": [
            {
                "id": "a",
                "action": "kustomer.conversation.append-tags",
                "appVersion": "kustomer-^1.9.2",
                "params": {"tags": ["t"]},
            }
        ],
        **changes,
    }


def editor(folder: Path, body: str) -> str:
    """A value of $EDITOR: a program that does what the body of Python says, in a folder with a blank in its name."""
    path = folder / "an editor" / "edit"
    path.parent.mkdir()
    path.write_text(
        f"#!{sys.executable}\nimport os, pathlib, signal, sys\npath = pathlib.Path(sys.argv[-1])\n{body}\n",
        encoding="utf-8",
    )
    path.chmod(0o755)
    return f"'{path}' --flag"
