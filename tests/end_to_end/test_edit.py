"""Leaving the screen for an editor or the shell, and coming back, in a real terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.definitions import write_json
from tests.support.terminal import KUSTUI, Terminal
from tests.support.terminal_explorer import (
    TIMERS,
    assert_restored,
    changed,
    cursor_row,
    editor,
    move_to,
    one_workflow,
    open_explorer,
    press_and_follow,
    wait_for_cursor,
)
from tests.support.terminal_screen import ALTERNATE_SCREEN

INTERRUPT, SUSPEND = "\x03", "\x1a"


def renamed(path: Path, name: str) -> str:
    """What an editor does that gives the workflow of a file another name."""
    return f"path.write_text({json.dumps(one_workflow(name=name))!r})"


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    folder = tmp_path / "my definitions"
    folder.mkdir()
    return write_json(folder / "only one.json", one_workflow())


def test_the_editor_has_the_terminal_and_what_it_saves_is_shown(definition: Path, tmp_path: Path) -> None:
    body = f"""
print("in the editor", os.isatty(0), os.isatty(1), flush=True)
line = sys.stdin.readline()
{renamed(definition, "renamed")}
"""
    with open_explorer(definition, env={"VISUAL": editor(tmp_path, body)}) as terminal:
        terminal.wait_for("✗2")  # examined: from here on it is told what changes
        terminal.press("e")
        terminal.wait_for("in the editor True True")
        assert not terminal.modes[ALTERNATE_SCREEN]
        assert terminal.line_discipline.echo
        assert terminal.line_discipline.canonical
        terminal.press("typed in the editor\r")
        terminal.wait_for("renamed")
        terminal.wait_for("reloaded")
        assert "renamed" in cursor_row(terminal)
        assert "typed" not in terminal.text
        assert not terminal.line_discipline.echo
        terminal.press("?")
        terminal.wait_for("Help")
        terminal.press("\x1b")
        terminal.wait_until(lambda: "Help" not in terminal.text and "renamed" in terminal.text, "the help gone")
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_a_terminal_that_is_resized_and_interrupted_in_the_editor_is_taken_back_as_it_is(
    definition: Path, tmp_path: Path
) -> None:
    body = """
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted"))
print("in the editor", flush=True)
sys.stdin.readline()
sys.exit(3)
"""
    with open_explorer(definition, env={"EDITOR": editor(tmp_path, body), "VISUAL": ""}) as terminal:
        terminal.press("e")
        terminal.wait_for("in the editor")
        terminal.press(INTERRUPT)
        terminal.wait_for("interrupted")
        terminal.resize(120, 30)
        terminal.press("\r")
        terminal.wait_until(lambda: "exited with status 3" in terminal.lines[29], "the larger screen")
        assert "only" in terminal.text
        terminal.press("j")
        terminal.wait_for("help")
        terminal.press("q")
        assert terminal.ended() == 0


def test_suspending_an_editor_stops_nothing_where_no_shell_could_let_it_go_on(definition: Path, tmp_path: Path) -> None:
    body = """
print("in the editor", flush=True)
sys.stdin.readline()
"""
    with open_explorer(definition, env={"VISUAL": editor(tmp_path, body)}) as terminal:
        terminal.press("e")
        terminal.wait_for("in the editor")
        terminal.press(SUSPEND)
        terminal.wait_for("^Z")
        terminal.press("\r")
        terminal.wait_for("help")
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


@pytest.mark.skipif(not shutil.which("vim"), reason="vim is not installed")
def test_vim_opens_at_the_line_and_column(definition: Path, tmp_path: Path) -> None:
    definition.write_text(json.dumps(one_workflow(), indent=2))
    line = next(number for number, text in enumerate(definition.read_text().splitlines(), 1) if '"trigger"' in text)
    with open_explorer(definition, env={"VISUAL": "vim -u NONE -N -T vt100"}) as terminal:
        terminal.press("E")
        terminal.settle()
        move_to(terminal, "◆")
        terminal.press("e")
        terminal.wait_until(lambda: not terminal.modes[ALTERNATE_SCREEN], "the terminal given to vim")
        terminal.wait_for('only one.json" ')  # so it is told by vim alone
        mark = tmp_path / "place"
        terminal.press(f":call writefile([line('.'), col('.')], '{mark}')\r")
        terminal.wait_until(mark.exists, "vim's answer")
        terminal.press(":q\r")
        terminal.wait_for("help")
        place_line, column = map(int, mark.read_text().split())
        assert place_line == line
        assert definition.read_text().splitlines()[line - 1][column - 1] == "{"


# The shell


def test_ctrl_z_leads_to_the_shell_and_fg_back() -> None:
    with Terminal(["--norc", "--noprofile", "-i"], command=("bash",), env={"PS1": "shell> "}) as terminal:
        terminal.wait_for("shell>")
        terminal.press(f"'{KUSTUI[0]}' {' '.join(KUSTUI[1:])} samples/timer-chain.json\r")
        terminal.wait_for("◆")  # the first workflow is open
        terminal.press("j")
        wait_for_cursor(terminal, "◆")
        for size in ((80, 24), (100, 30)):
            here = cursor_row(terminal)
            mark = terminal.written
            terminal.press(SUSPEND)
            terminal.wait_for_bytes(b"Stopped", mark)  # the screen may show again that it was stopped before
            assert not set(changed(terminal)) - {"the line discipline", "bracketed paste"}  # which are the shell's own
            terminal.press("echo in $((40 + 2)) shells\r")
            terminal.wait_for("in 42 shells")
            terminal.resize(*size)
            terminal.press("fg\r")
            terminal.wait_until(lambda: "Workflows (4)" in terminal.lines[0], "the screen")
            terminal.settle()
            assert len(terminal.lines[0]) == size[0]
            assert "followup-timer-1-of-4-start" in terminal.lines[-2], terminal.text
            assert cursor_row(terminal).split() == here.split()
            press_and_follow(terminal, "j")
            press_and_follow(terminal, "k")
            assert cursor_row(terminal).split() == here.split()
        mark = terminal.written
        terminal.press("q")
        terminal.wait_for_bytes(b"shell>", mark)  # its next: the screen shows again what it wrote before
        terminal.press("echo status $?\r")
        terminal.wait_for("status 0")


def test_ctrl_z_without_a_shell_is_no_end() -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.press(SUSPEND)
        terminal.settle()
        terminal.press("?")
        terminal.wait_for("Help")
        terminal.press("q")
        terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0
