"""What is promised to somebody at a terminal, kept by the installed command in a real one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kustui.workspace.process_pool import WORTH_IT
from tests.benchmarks.generate import write
from tests.support.commands import run_command
from tests.support.definitions import a_workflow, write_json
from tests.support.patience import PATIENCE
from tests.support.processes import are_at_rest
from tests.support.terminal import (
    KUSTUI,
    MOUSE_MODES,
    ROOT,
    Terminal,
    environment,
)
from tests.support.terminal_explorer import (
    ENTER,
    ESCAPE,
    HOSTILE,
    INTERRUPT,
    TIMERS,
    assert_restored,
    cursor_row,
    move_to,
    one_workflow,
    open_explorer,
    wait_for_cursor,
)
from tests.support.terminal_screen import ALTERNATE_SCREEN

FIRST, SECOND, THIRD, FOURTH = (
    "followup-timer-1-of-4",
    "followup-timer-2-of-4",
    "followup-timer-3-of-4",
    "followup-timer-4-of-4",
)


# The way through a definition


def test_a_walk_through_a_chain_of_schedules_and_out_again() -> None:
    with open_explorer(TIMERS, is_loaded=False) as terminal:
        assert terminal.modes[ALTERNATE_SCREEN]
        assert not terminal.line_discipline.echo
        move_to(terminal, FIRST)
        terminal.press("l")
        terminal.wait_for("Look again in an hour")
        move_to(terminal, "Look again in an hour")
        terminal.press("l")
        move_to(terminal, "⇒")
        assert "after 60 min" in cursor_row(terminal)  # to the second of the four, whose name is cut
        terminal.press(ENTER)
        wait_for_cursor(terminal, "▸ followup-timer-2")
        terminal.press("[")
        wait_for_cursor(terminal, "⇒")
        terminal.press("]")
        wait_for_cursor(terminal, "▸ followup-timer-2")
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_every_size_shows_a_sound_screen() -> None:
    with open_explorer(TIMERS) as terminal:
        move_to(terminal, SECOND)
        for columns, rows in ((60, 20), (160, 48), (300, 100), (80, 24)):
            terminal.resize(columns, rows)
            terminal.wait_until(
                lambda rows=rows: (  # type: ignore[misc]
                    len(lines := terminal.lines) == rows
                    and "Workflows (4)" in lines[0]
                    and all(line.strip() for line in lines[-2:])
                ),
                "being drawn anew",
            )
            terminal.settle()
            lines = terminal.lines
            assert len(lines) == rows
            assert "Workflows (4)" in lines[0]
            assert SECOND in cursor_row(terminal)
            assert any(THIRD in line for line in lines)
            assert all(line.strip() for line in lines[-2:]), f"status and keys fill the last rows:\n{terminal.text}"
            assert columns < 80 or "help" in lines[-1]
            assert sum("Workflows (4)" in line for line in lines) == 1, f"nothing old is left:\n{terminal.text}"
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_keys_pressed_before_the_first_paint_are_obeyed() -> None:
    with Terminal([TIMERS]) as terminal:
        terminal.press("G")
        wait_for_cursor(terminal, FOURTH)
        terminal.press("q")
        assert terminal.ended() == 0


def test_nothing_typed_is_echoed_and_ctrl_c_leaves() -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.press("XYXY~~")
        terminal.settle()
        assert "XY" not in terminal.text
        terminal.press(INTERRUPT)
        assert terminal.ended() == 0
        assert_restored(terminal)
        assert b"XY" not in terminal.raw
        assert b"^C" not in terminal.raw
        assert terminal.text.strip() == ""


def test_hundreds_of_workflows_are_examined_and_left_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    write(path, 300, 12)
    assert path.stat().st_size > WORTH_IT
    with Terminal([path], is_loaded=True) as terminal:
        terminal.wait_for("Workflows (300)")
        terminal.wait_until(lambda: bool(re.search(r"problem|[✗▲i]\d", terminal.lines[-2])), "an end of checking")
        terminal.press("G")
        terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0
    with Terminal([path], is_loaded=True) as terminal:
        terminal.wait_for("Workflows (300)")
        terminal.press("q")  # while they are being examined
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_nothing_is_written_while_idle() -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.settle(0.5)
        before = time.process_time_ns(), _seconds_used(terminal.pid)
        assert not terminal.pump(1.2), f"wrote {terminal.raw[-200:]!r}"
        assert _seconds_used(terminal.pid) - before[1] < 0.15


def test_a_palette_that_nobody_uses_sleeps() -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.press(":")
        terminal.wait_for("Search for commands")
        terminal.wait_until(lambda: are_at_rest(terminal.pid, 0.3) is not False, "a timer of 0.3 s or more")


def test_another_box_is_selected_for_a_fraction_of_what_painting_them_takes() -> None:
    with open_explorer(TIMERS, columns=160, rows=30) as terminal:
        for key in "j6z":
            terminal.press(key)
        terminal.settle()
        painted = _written_for(terminal, "J")
        terminal.press("g")
        terminal.settle()
        moved = _written_for(terminal, "j")
        assert 0 < 2 * moved < painted  # two boxes of six rows each, with their wires


def _written_for(terminal: Terminal, key: str) -> int:
    before = terminal.written
    terminal.press(key)
    terminal.settle()
    return terminal.written - before


def _seconds_used(pid: int) -> float:
    """Processor time of a process, 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Leaving


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back(number: signal.Signals) -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.signal(number)
        assert terminal.ended() == 128 + number
        assert_restored(terminal)
        assert terminal.text.strip() == ""


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGABRT])
def test_a_signal_that_dumps_core_gives_the_terminal_back_first(number: signal.Signals) -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.signal(number)
        assert terminal.ended() == -number
        assert_restored(terminal)
        assert terminal.text.strip() == ""


_STUCK = """
import sys
from kustui.cli import main
from kustui.tui import base_app
from kustui.tui.app import Kustui

base_app.LAST_MOMENTS = 0.5

def stuck(app):
    app.write_to_terminal("stuck")
    while True:
        pass

Kustui.action_help = stuck
sys.exit(main(sys.argv[1:]))
"""


def test_a_signal_ends_it_even_where_a_call_never_returns() -> None:
    with Terminal(["-c", _STUCK, TIMERS], command=[sys.executable]) as terminal:
        terminal.wait_for("Workflows")
        terminal.settle()
        terminal.press("?")
        terminal.wait_for_bytes(b"stuck")
        terminal.signal(signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM
        assert_restored(terminal)


def test_a_signal_during_the_start_gives_the_terminal_back() -> None:
    with Terminal([TIMERS]) as terminal:
        terminal.wait_for_bytes(b"\x1b[?1049h")
        terminal.signal(signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM
        assert_restored(terminal)
        assert terminal.text.strip() == ""


def test_it_ends_with_its_window() -> None:
    with open_explorer(TIMERS) as terminal:
        terminal.hang_up()
        assert terminal.ended() == 128 + signal.SIGHUP


_DRIVER = """
import sys
import kustui.tui.explorer.screen, kustui.workspace.background, kustui.workspace.snapshot

def fail(*arguments, **options):
    raise RuntimeError("injected \\x1b[31m[/]")

{place} = fail
from kustui.cli import main
sys.exit(main({paths!r}))
"""


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        pytest.param("kustui.tui.explorer.panes.Panes.next", "\t", id="on a key"),
        pytest.param("kustui.tui.explorer.screen.Explorer.compose", "", id="while the screen is made"),
        pytest.param("kustui.tui.widgets.rows_view.RowsView.render_line", "", id="while it is drawn"),
        pytest.param("kustui.workspace.snapshot.check_snapshot", "", id="beside the keys"),
        pytest.param("kustui.workspace.snapshot.Workspace.open", "", id="while reading"),
    ],
)
def test_an_internal_error_is_one_line_and_a_log(tmp_path: Path, place: str, keys: str) -> None:
    driver = _DRIVER.format(place=place, paths=[str(TIMERS)])
    with Terminal(["-c", driver], command=[sys.executable], columns=200, env={"TMPDIR": str(tmp_path)}) as terminal:
        if keys:
            terminal.wait_for(FIRST)
            terminal.settle()
            terminal.press(keys)
        assert terminal.ended() == 2
        if ALTERNATE_SCREEN in terminal.modes:
            assert_restored(terminal)
        told = [line.rstrip() for line in terminal.lines if line.strip()]
        assert len(told) == 1, terminal.text
        match = re.fullmatch(r"kustui: internal error \(RuntimeError\); details are in (.+\.log)", told[0])
        assert match, told[0]
        assert b"Traceback" not in terminal.raw
        log = Path(match[1])
        assert log.parent == tmp_path
        assert "Traceback" in log.read_text()
        assert "RuntimeError: injected" in log.read_text()


# Standard input


def test_a_definition_from_standard_input_with_the_keyboard_from_the_terminal() -> None:
    script = f"cat '{TIMERS}' | {' '.join(KUSTUI)} -"
    with Terminal(["-c", script], command=["/bin/sh"]) as terminal:
        terminal.wait_for("Workflows (4)")
        terminal.settle()
        assert "<stdin>" in terminal.text
        terminal.press("G")
        wait_for_cursor(terminal, FOURTH)
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_a_file_as_standard_input() -> None:
    with Terminal(["-c", f"{' '.join(KUSTUI)} - < '{TIMERS}'"], command=["/bin/sh"]) as terminal:
        terminal.wait_for("Workflows (4)")
        terminal.press("q")
        assert terminal.ended() == 0


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("echo $TIMERS | xargs $KUSTUI", id="xargs"),
        pytest.param("cat $TIMERS | $KUSTUI -", id="pipe"),
        pytest.param("$KUSTUI $TIMERS < /dev/null", id="null"),
        pytest.param("$KUSTUI $TIMERS <&-", id="closed"),
    ],
)
def test_the_keyboard_is_read_from_the_terminal_whatever_standard_input_is(script: str) -> None:
    env = {"PS1": "ready> ", "TIMERS": TIMERS.name, "KUSTUI": " ".join(KUSTUI)}  # short, wherever the checkout is
    with Terminal(["--norc", "--noediting", "-i"], command=["/bin/bash"], env=env, cwd=TIMERS.parent) as terminal:
        terminal.wait_for("ready>")
        terminal.press(f"{script}\n")
        terminal.wait_for("Workflows (4)")
        terminal.settle()
        terminal.press("G")
        wait_for_cursor(terminal, FOURTH)
        terminal.resize(100, 30)
        terminal.wait_until(lambda: len(terminal.lines) == 30 and "? help" in terminal.lines[29], "drawn anew")
        mark = terminal.written
        terminal.press("\x1a")
        terminal.wait_for_bytes(b"Stopped", mark)
        assert_restored(terminal)
        terminal.press("fg\n")
        terminal.wait_for("Workflows (4)")
        terminal.press("g")
        wait_for_cursor(terminal, "timer-chain.json" if "-" not in script.split() else "<stdin>")
        mark = terminal.written
        terminal.press("q")
        terminal.wait_for_bytes(b"ready>", mark)  # its next: the screen shows again what was there before
        assert_restored(terminal)


def test_without_a_terminal_to_read_keys_from_it_says_so() -> None:
    """Its output is a terminal, but none that it belongs to."""
    master, slave = os.openpty()
    done = subprocess.run(
        [*KUSTUI, str(TIMERS)],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2
    assert os.read(master, 1000) == b"kustui: there is no terminal to read keys from\r\n"


# The mouse


@pytest.mark.parametrize("off", [("--no-mouse",), ()])
def test_without_the_mouse_the_terminal_selects_text(off: tuple[str, ...]) -> None:
    with Terminal([*off, TIMERS], is_loaded=True) as terminal:
        terminal.wait_for("Workflows (4)")
        terminal.settle()
        assert any(terminal.modes.get(mode) for mode in MOUSE_MODES) is not bool(off)
        terminal.press("M")
        terminal.wait_for("mouse on" if off else "mouse off")
        assert any(terminal.modes.get(mode) for mode in MOUSE_MODES) is bool(off)
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


# Refusals


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("samples/order.json", "samples/orders.json"),
        ("samples/orders", "samples/orders.json"),
        ("sample/broken/loop.jsn", "samples/broken/loop.json"),
        ("sampels", "samples"),
    ],
)
def test_a_mistyped_path_gets_the_closest(
    path: str, near: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = f'kustui: {path}: no such file or directory, did you mean "{near}"?'
    refused(path, because=line)
    monkeypatch.chdir(ROOT)
    for command in ("check", "graph", "simulate"):
        assert run_command(capsys, command, path) == (2, "", f"{line}\n"), command


def test_a_mistyped_path_of_a_command_is_told_in_a_terminal() -> None:
    refused("check", "sampels", because='sampels: no such file or directory, did you mean "samples"?')


def test_a_mistyped_command_gets_the_closest_without_a_terminal_too() -> None:
    refused("chekc", because='chekc: no such command or file, did you mean "check"?')
    done = subprocess.run(
        [*KUSTUI, "chekc"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (2, 'kustui: chekc: no such command or file, did you mean "check"?\n')


def refused(*arguments: str, because: str, script: str = '{kustui} "$@"') -> str:
    """Run the command in a terminal, which it refuses; the line that says so."""
    script = script.format(kustui=" ".join(KUSTUI))
    with Terminal(["-c", script, "sh", *arguments], command=["/bin/sh"], columns=400) as terminal:
        status = terminal.ended()
        raw = terminal.raw
    assert status == 2, raw
    assert b"\x1b" not in raw, "the terminal is left as it is"
    lines = raw.decode().splitlines()
    assert len(lines) == 1, raw
    assert lines[0].startswith("kustui: ")
    assert because in lines[0]
    return lines[0]


def test_a_terminal_that_cannot_be_drawn_on() -> None:
    refused(str(ROOT / "samples/orders.json"), because="TERM is dumb", script='TERM=dumb {kustui} "$@"')


def test_a_path_that_is_not_there() -> None:
    refused("no/such.json", because="no/such.json: no such file or directory")


def test_an_empty_path() -> None:
    refused("", because="''")


def test_a_folder_without_json(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("{}")
    refused(str(tmp_path), because="no definition was found")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b'{\n  "workflows": [,]\n}', "file.json:2:", id="not JSON"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file.json", id="a picture"),
        pytest.param(b"[" * 100_000, "file.json", id="nested too deep"),
    ],
)
def test_a_file_that_cannot_be_read_opens_all_the_same(tmp_path: Path, content: bytes, reason: str) -> None:
    """A save can mend it."""
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with Terminal([path], is_loaded=True) as terminal:
        terminal.wait_for(reason)
        terminal.press("q")
        assert terminal.ended() == 0


def test_a_file_with_nothing_to_show(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b'{"a": 1}')
    assert "file.json" in refused(str(path), because="holds no workflow")


def test_without_a_path_the_current_folder_opens(tmp_path: Path) -> None:
    write_json(tmp_path / "one.json", [a_workflow("one")])
    with Terminal(cwd=tmp_path, is_loaded=True) as terminal:
        terminal.wait_for("one")
        terminal.press("q")
        assert terminal.ended() == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_folder_and_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    folder, file = tmp_path / "closed", write_json(tmp_path / "closed.json", [])
    folder.mkdir()
    folder.chmod(0)
    file.chmod(0)
    try:
        refused(str(folder), because="closed: permission denied")
    finally:
        folder.chmod(0o700)


def test_standard_input_with_nothing_on_it() -> None:
    refused(script="{kustui} - < /dev/null", because="<stdin>")


def test_standard_input_that_is_the_terminal() -> None:
    refused("-", because="pipe a definition into it")


def test_nothing_to_show_is_found_out_late_as_well(tmp_path: Path) -> None:
    """Reading takes longer than the wait for it, so that the screen is up when there is nothing to show."""
    late = tmp_path / "late\x1b]0;evil\x07\n.json"
    os.mkfifo(late)
    with Terminal([late], columns=200, is_loaded=True) as terminal:
        terminal.wait_for("reading")
        late.write_bytes(b"{}")
        assert terminal.ended() == 2
        assert_restored(terminal)
        told = [line.rstrip() for line in terminal.lines if line.strip()]
        assert len(told) == 1, terminal.text
        assert told[0].startswith("kustui: ")
        assert "holds no workflow" in told[0]
        assert b"\x1b]0;evil" not in terminal.raw


def test_reading_that_never_ends_can_be_left(tmp_path: Path) -> None:
    never = tmp_path / "never.json"
    os.mkfifo(never)
    with Terminal([never], is_loaded=True) as terminal:
        terminal.wait_for("reading")
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


@pytest.mark.parametrize(
    ("arguments", "reason"), [([str(TIMERS)], "terminal"), (["-"], "terminal"), (["no-such.json"], "no such file")]
)
def test_output_that_is_no_terminal(arguments: list[str], reason: str) -> None:
    done = subprocess.run(
        [*KUSTUI, *arguments],
        input=b"{}",
        capture_output=True,
        env=environment(),
        cwd=ROOT,
        start_new_session=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    errors = done.stderr.decode().splitlines()
    assert len(errors) == 1
    assert errors[0].startswith("kustui: ")
    assert reason in errors[0]


@pytest.mark.parametrize("arguments", [["--theme"], ["--nonsense", "x"]])
def test_options_that_are_wrong(arguments: list[str]) -> None:
    done = subprocess.run([*KUSTUI, *arguments], capture_output=True, env=environment(), timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
    assert b"kustui: error: " in done.stderr


def test_a_hostile_path_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    told = refused(f"{tmp_path}/\x1b]0;evil\x07\n\u202e[red]x", because="no such file or directory")
    assert told.isprintable()
    assert "[red]x" in told


# What a definition holds is data


def hostile(value: str) -> dict[str, Any]:
    """A definition with the text wherever there can be one."""
    condition = {"op": "eq", "values": [f"/#steps.1.{value}", value]}
    transition = {"target": "a", "name": value, "condition": condition, value: value}
    step = {
        "id": "a",
        "name": value,
        "description": value,
        "action": f"kustomer.{value}",
        "appVersion": value,
        "params": {value: [value, f"{{{{{value}}}}}"], "text": value, "nested": {"deep": value}},
        "transitions": [{"target": value, "name": value}],
        "errorCases": [{"target": value, "condition": condition}],
        value: value,
    }
    return {
        "name": value,
        "app": value,
        "version": value,
        "title": value,
        value: value,
        "workflows": [
            one_workflow(
                name=value,
                description=value,
                trigger={"eventName": f"kustomer.{value}", "transitions": [transition]},
                steps=[step, {**step, "id": value}],
            ),
            one_workflow(name=value, id=value, steps=[{**step, "id": 7}, value]),
        ],
    }


def test_hostile_text_never_reaches_the_terminal_as_such(tmp_path: Path) -> None:
    path = write_json(tmp_path / "hostile.json", hostile(HOSTILE))
    with open_explorer(path, columns=160, rows=48) as terminal:
        for keys in (
            "E",
            *"jljljljljljljl",
            "3",
            "jjj",
            "2",
            "\x1b",
            "z",
            "z",
            "p",
            "p",
            "/",
            "red\r",
            ESCAPE,
            "?",
            ESCAPE,
            ":",
            ESCAPE,
        ):
            terminal.press(keys)
            terminal.settle()
        terminal.settle()
        assert "[red]x[/]" in terminal.text
        terminal.press("q")
        assert terminal.ended() == 0
        raw = terminal.raw
    assert b"]0;evil" in raw, "it is shown"
    assert b"\x1b]0;" not in raw
    assert b"evil\x07" not in raw
    assert b"\x1b[31m" not in raw
    for character in "\x9b\u202e\u2066\x08":
        assert character.encode() not in raw
    assert set(re.findall(rb"[\x00-\x1a\x1c-\x1f\x7f]", raw.rpartition(b"\x1b[?1049l")[0])) <= {
        b"\x07",
        b"\n",
        b"\r",
    }
    # Every escape is one that the screen itself uses: a CSI, or the OSC of the pointer's shape.
    assert not re.findall(rb"\x1b(?!\[|\]22;)", raw)


# Terminals that can do less


@pytest.mark.parametrize(
    ("arguments", "env"),
    [(["--ascii"], {}), ([], {"LC_ALL": "C"}), ([], {"LANG": "C"})],
    ids=["--ascii", "LC_ALL=C", "LANG=C"],
)
def test_ascii_alone_where_that_is_asked_for(arguments: list[str], env: dict[str, str]) -> None:
    with open_explorer(*arguments, TIMERS, env=env, is_loaded=not env) as terminal:  # Python reads it at its start
        for keys in ("j", "l", "E", "jj", "3", "2", ESCAPE, "/", "timer\r", ESCAPE, "?", ESCAPE):
            terminal.press(keys)
            terminal.settle()
        terminal.press(":")
        terminal.wait_for("Search for commands...")
        assert "??" not in terminal.text  # its border, and a magnifier
        terminal.press(ESCAPE)
        terminal.wait_until(lambda: "Search for commands" not in terminal.text, "the palette")
        terminal.press("1")
        wait_for_cursor(terminal, "")
        terminal.press("q")
        assert terminal.ended() == 0
        assert terminal.raw.isascii(), re.findall(rb"[^\x00-\x7f]+", terminal.raw)


def test_no_colour_where_none_is_wanted() -> None:
    with open_explorer(TIMERS, env={"NO_COLOR": "1"}) as terminal:
        terminal.press("jl")
        terminal.settle()
        assert FIRST in cursor_row(terminal) or "on conversation" in cursor_row(terminal)
        terminal.press("q")
        assert terminal.ended() == 0
        raw = terminal.raw
    codes = {int(code or 0) for found in re.findall(rb"\x1b\[([0-9;]*)m", raw) for code in found.split(b";")}
    assert codes <= {0, 1, 2, 3, 4, 5, 7, 9, 22, 23, 24, 27, 29}


# What is not loaded


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("kustui.cli", ("textual", "rich", "networkx", "pydantic")),
        ("kustui.workspace.snapshot", ("textual", "rich")),
        ("kustui.workspace.background", ("textual", "rich")),
        ("kustui.check", ("textual", "rich")),
        ("kustui.fix", ("textual", "rich", "tomlkit")),
        ("kustui.analysis", ("textual", "rich")),
        ("kustui.definition", ("textual", "rich")),
    ],
)
def test_imports_load_no_more_than_they_need(imported: str, absent: tuple[str, ...]) -> None:
    script = f"""
import importlib, pkgutil, sys
package = importlib.import_module({imported!r})
for module in pkgutil.walk_packages(getattr(package, "__path__", []), {imported!r} + "."):
    importlib.import_module(module.name)
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(done.stdout.split())
    assert "kustui" in loaded
    assert loaded.isdisjoint(absent)
