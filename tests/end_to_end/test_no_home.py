"""A user without a home, a name or rights, folders that are gone, and disks that do not answer: kustui works without a
configuration and without saving anything, and says so where it matters."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.system import NOBODY, bare_environment, closed, needs, run_in
from tests.support.terminal import KUSTUI, SAMPLES, Terminal

CHAIN = SAMPLES / "timer-chain.json"
COMMANDS = (
    ("check", str(CHAIN), "--no-config"), ("check", str(CHAIN), "--format", "sarif"), ("graph", str(CHAIN)),
    ("rename", "9YLjj12HE", "find", str(CHAIN), "--diff"),
    ("simulate", str(CHAIN)), ("explain", "loop"), ("config",), ("completion", "bash"), ("man",), ("schema",),
)  # fmt: skip
"""Every command, all of which end with 0."""
IN_TURN = """
import contextlib, io, json, sys
from kustui.cli import main

for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as errors:
        status = main(words)
    print(json.dumps([status, errors.getvalue()]))
"""
READ_NO_CONFIGURATION = {"explain", "completion", "man", "schema"}
ONCE_DELETED = 'mkdir "$0" && cd "$0" && rmdir "$0" && "$@"'


@pytest.fixture(autouse=True)
def _namespaces() -> None:
    needs(NOBODY)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with a configuration of its own."""
    folder = tmp_path / "home"
    (folder / ".config" / "kustui").mkdir(parents=True)
    (folder / ".config" / "kustui" / "kustui.toml").write_text('theme = "light"\n')
    yield folder
    for path in (folder, folder / ".config", folder / ".config" / "kustui"):
        path.chmod(0o700)


def every_command(
    before: Sequence[str], env: Mapping[str, str] | None = None
) -> dict[tuple[str, ...], tuple[int, str]]:
    """The exit status and standard error of every command, one after the other in one process of such a system."""
    done = run_in(before, sys.executable, "-c", IN_TURN, json.dumps(COMMANDS), env=env)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(COMMANDS), done.stderr
    return {command: tuple(answer) for command, answer in zip(COMMANDS, answers, strict=True)}


def test_without_a_home_every_command_works() -> None:
    assert every_command(NOBODY) == dict.fromkeys(COMMANDS, (0, ""))
    done = run_in(NOBODY, *KUSTUI, *COMMANDS[0])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("home", ["relative", "./"])
def test_a_home_that_is_no_path_is_none(home: str) -> None:
    done = run_in(NOBODY, *KUSTUI, "config", env={"HOME": home})
    assert (done.returncode, done.stderr) == (0, "")
    assert "none of your own: there is no home folder (set HOME or XDG_CONFIG_HOME)" in done.stdout


def test_a_home_that_may_not_be_entered_is_said_once(home: Path) -> None:
    own = home / ".config" / "kustui" / "kustui.toml"
    line = f"kustui: {own}: permission denied: going on without your own configuration\n"
    silent = {command for command in COMMANDS if command[0] in READ_NO_CONFIGURATION or "--no-config" in command}
    expected = {command: (0, "" if command in silent else line) for command in COMMANDS}
    assert every_command(NOBODY, env={"HOME": str(closed(home))}) == expected


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("/" + "x" * 300, "file name too long"), ("/" + "x/" * 3000, "file name too long")],
    ids=["name", "path"],
)
def test_a_folder_with_too_long_a_name_is_said(folder: str, reason: str) -> None:
    done = run_in(NOBODY, *KUSTUI, "check", CHAIN, env={"XDG_CONFIG_HOME": folder})
    assert done.returncode == 0
    assert done.stderr.endswith(f"kustui.toml: {reason}: going on without your own configuration\n")


def test_a_configuration_that_cannot_be_read_is_said(home: Path) -> None:
    own = home / ".config" / "kustui" / "kustui.toml"
    own.unlink()
    own.symlink_to("/proc/self/mem")  # whose first byte is an input/output error
    done = run_in(NOBODY, *KUSTUI, "check", CHAIN, env={"HOME": str(home)})
    assert done.returncode == 0
    assert done.stderr == f"kustui: {own}: input/output error: going on without your own configuration\n"


def test_a_configuration_of_the_project_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    shutil.copy(CHAIN, tmp_path)
    (tmp_path / "kustui.toml").symlink_to("/proc/self/mem")
    done = run_in(NOBODY, *KUSTUI, "check", ".", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "kustui: kustui.toml: input/output error\n")


def test_without_a_current_folder_every_command_works(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    assert every_command((*NOBODY, "sh", "-c", ONCE_DELETED, gone)) == dict.fromkeys(COMMANDS, (0, ""))
    done = run_in((*NOBODY, "sh", "-c", ONCE_DELETED, gone), *KUSTUI, *COMMANDS[0])
    assert (done.returncode, done.stderr) == (0, "")


def test_paths_in_a_folder_that_is_gone_lead_nowhere(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    done = run_in((*NOBODY, "sh", "-c", ONCE_DELETED, gone), *KUSTUI, "check", "a.json")
    assert (done.returncode, done.stderr) == (2, "kustui: a.json: no such file or directory\n")
    done = run_in((*NOBODY, "sh", "-c", ONCE_DELETED, gone), *KUSTUI, "check", ".")
    assert (done.returncode, done.stderr) == (
        2,
        "kustui: no definition was found in the current folder: "
        "looked for JSON and for modules; kustui --help says what can be given\n",
    )


def test_a_folder_above_that_may_not_be_entered_hides_a_configuration(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    shutil.copy(CHAIN, inner / "chain.json")
    try:
        entered = 'cd "$0" && chmod 0 .. && "$@"'
        done = run_in((*NOBODY, "sh", "-c", entered, str(inner)), *KUSTUI, "check", "chain.json")
    finally:
        inner.parent.chmod(0o700)
    assert done.returncode == 0
    assert done.stderr == f"kustui: {inner}: permission denied: going on without a configuration from there\n"


def test_the_explorer_says_that_nothing_is_saved(tmp_path: Path) -> None:
    command = (*NOBODY, "env", "-u", "HOME", "-u", "XDG_CONFIG_HOME", "-u", "XDG_STATE_HOME", *KUSTUI)
    with Terminal([CHAIN], command=command, cwd=tmp_path, env=bare_environment()) as terminal:
        terminal.wait_for("nothing of this session is saved")
        terminal.wait_for("no home folder")
        terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0
        assert terminal.text.strip() == ""


def test_the_explorer_says_what_it_may_not_read(home: Path) -> None:
    command = (*NOBODY, "env", "-u", "XDG_CONFIG_HOME", "-u", "XDG_STATE_HOME", f"HOME={closed(home)}", *KUSTUI)
    with Terminal([CHAIN, "--no-state"], command=command) as terminal:
        terminal.wait_for("permission denied")
        terminal.press("q")
        assert terminal.ended() == 0
