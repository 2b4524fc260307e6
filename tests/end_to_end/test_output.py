"""Where a command cannot write, its exit status says what is documented, in a line where one can be said."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.benchmarks.generate import write
from tests.support.definitions import write_json
from tests.support.patience import PATIENCE
from tests.support.system import bare_environment
from tests.support.terminal import KUSTUI, SAMPLES, Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here"),
]

CHAIN = str(SAMPLES / "timer-chain.json")
PRINTING = (
    ("check", CHAIN), ("graph", CHAIN, "--format", "svg"), ("simulate", CHAIN, "--format", "junit"), ("explain",),
    ("rename", "9YLjj12HE", "find", CHAIN, "--diff"),
    ("config",), ("completion", "zsh"), ("man",), ("schema",), ("--help",), ("--version",),
)  # fmt: skip
"""What writes to standard output, and ends with 0."""
FAILING = (("check",), ("check", "--nope"), ("check", "nofile.json"), ("graph", "-"), (CHAIN,), ("-",))
"""What writes to standard error, and ends with 2."""


def shell(redirected: str, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command with its streams redirected by a shell."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirected}', "sh", *KUSTUI, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=bare_environment(env),
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("command", PRINTING, ids=lambda command: " ".join(command).replace(CHAIN, "chain"))
def test_a_full_disk_is_told_and_a_closed_stream_or_pipe_is_no_mistake(command: tuple[str, ...]) -> None:
    full = shell(">/dev/full", *command)
    assert (full.returncode, full.stderr) == (2, "kustui: standard output: no space left on device\n")
    assert shell(">/dev/full 2>&-", *command).returncode == 2
    unbuffered = shell(">/dev/full", *command, PYTHONUNBUFFERED="1")
    assert (unbuffered.returncode, unbuffered.stderr) == (full.returncode, full.stderr)
    for closed in (">&-", "2>&- <&-"):
        done = shell(closed, *command)
        assert done.returncode == 0, closed
        assert "internal error" not in done.stderr, closed
    assert _piped(*command) == (0, "")


def _piped(*command: str) -> tuple[int, str]:
    """The exit status and standard error of a command whose reader is gone before it begins."""
    with subprocess.Popen(["true"], stdin=subprocess.PIPE) as reader:
        reader.wait()
        done = subprocess.run(
            [*KUSTUI, *command],
            stdin=subprocess.DEVNULL,
            stdout=reader.stdin,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=bare_environment(),
            timeout=PATIENCE,
        )
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", FAILING, ids=lambda command: " ".join(command).replace(CHAIN, "chain"))
def test_what_cannot_be_carried_out_says_so_by_its_status(command: tuple[str, ...]) -> None:
    for redirected in ("2>/dev/full", ">&- 2>&-", ">/dev/full 2>&-", "<&-"):
        done = shell(redirected, *command)
        assert done.returncode == 2, redirected
        assert "internal error" not in done.stderr


@pytest.mark.parametrize("command", ["check", "graph", "simulate"])
def test_standard_input_that_is_closed_is_told(command: str) -> None:
    done = shell("<&-", command, "-")
    assert (done.returncode, done.stderr) == (
        2,
        "kustui: - reads standard input, which is closed: pipe a definition into it\n",
    )


def test_standard_input_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to("/proc/self/mem")
    with (tmp_path / "broken").open("rb", buffering=0) as broken:  # of this process: its first byte cannot be read
        done = subprocess.run(
            [*KUSTUI, "check", "-"], stdin=broken, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    assert (done.returncode, done.stderr) == (2, "kustui: standard input: input/output error\n")


def test_problems_are_problems_wherever_the_report_goes(tmp_path: Path) -> None:
    wrong = str(write_json(tmp_path / "wrong.json", {"name": "w", "trigger": {}, "steps": []}))
    assert shell("", "check", wrong).returncode == 1
    for closed in (">&-", "2>&-", "2>/dev/full", ">&- 2>&-", "<&-"):
        assert shell(closed, "check", wrong).returncode == 1
    assert _piped("check", wrong) == (1, "")
    assert shell(">/dev/full", "check", wrong).returncode == 2


def test_a_check_that_takes_long_says_on_the_terminal_how_far_it_has_come_and_leaves_nothing_of_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "app.json"
    write(path, 400, 40)
    with Terminal(["check", "app.json"], cwd=tmp_path) as terminal:
        terminal.wait_for_bytes(b"checking: ")
        terminal.wait_for_bytes(b" of 400")
        terminal.ended(120)
        assert "checking:" not in terminal.text
        assert terminal.raw.rindex(b"\r\x1b[K") > terminal.raw.rindex(b"checking: ")


def test_nothing_is_said_of_progress_where_standard_error_is_no_terminal(tmp_path: Path) -> None:
    write(tmp_path / "app.json", 200, 40)
    ran = subprocess.run([*KUSTUI, "check", "app.json"], cwd=tmp_path, capture_output=True, check=False)
    assert ran.stderr == b""
