"""The explorer in a real pseudo-terminal."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from tests.support.terminal import (
    ALTERNATE_SCREEN,
    BRACKETED_PASTE,
    CURSOR,
    FOCUS_REPORTS,
    MOUSE_MODES,
    SAMPLES,
    WRAPPING,
    Terminal,
)

TIMERS = SAMPLES / "timer-chain.json"
ENTER, ESCAPE, INTERRUPT = "\r", "\x1b", "\x03"
HOSTILE = "[red]x[/] [/] \x1b]0;evil\x07\x1b[31m\x9b31m\u202egnp.\u2066\r\n\x08"


def cursor_row(terminal: Terminal) -> str:
    """The text of the row that the tree's cursor is on."""
    rows = [re.split("[│|]", line)[0] for line in terminal.lines if line.startswith(("▌", "]"))]
    assert len(rows) == 1, f"one row has the cursor, not {len(rows)}:\n{terminal.text}"
    return rows[0]


def wait_for_cursor(terminal: Terminal, text: str) -> None:
    terminal.wait_until(
        lambda: any(line.startswith(("▌", "]")) and text in re.split("[│|]", line)[0] for line in terminal.lines),
        f"the cursor on {text!r}",
    )


def open_explorer(*paths: object, **options: Any) -> Terminal:
    """The explorer, with everything read and checked."""
    terminal = Terminal([str(path) for path in paths], **options)
    terminal.wait_for("Workflows ")
    terminal.settle()
    return terminal


def move_to(terminal: Terminal, text: str, key: str = "j") -> None:
    """Press a key until the cursor is on a row that holds the text."""
    for _ in range(40):
        if text in cursor_row(terminal):
            return
        mark = terminal.written
        terminal.press(key)
        terminal.wait_until(lambda mark=mark: len(terminal.raw) > mark, "an answer")  # type: ignore[misc]
        terminal.settle(0.15)
    raise AssertionError(f"no row {text!r} below:\n{terminal.text}")


def assert_restored(terminal: Terminal) -> None:
    """Whether the terminal is again as it was before the explorer opened."""
    modes = terminal.modes
    assert modes[ALTERNATE_SCREEN] is False
    assert terminal.raw.index(b"\x1b[?1049h") < terminal.raw.rindex(b"\x1b[?1049l")
    assert modes[CURSOR] is True
    assert not any(modes.get(mode) for mode in MOUSE_MODES)
    assert modes.get(BRACKETED_PASTE, False) is False
    assert modes.get(FOCUS_REPORTS, False) is False
    assert modes.get(WRAPPING, True) is True
    line = terminal.line_discipline
    assert (line.echo, line.canonical, line.signals, line.output) == (True, True, True, True)


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
