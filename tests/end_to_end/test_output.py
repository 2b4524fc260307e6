"""Where a command cannot write, its exit status says what is documented, in a line where one can be said."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.generate import write
from tests.support.commands import run_on_streams
from tests.support.definitions import write_json
from tests.support.patience import PATIENCE
from tests.support.system import bare_environment
from tests.support.terminal import KUSTUI, ROOT, Terminal

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")

CHAIN = "samples/timer-chain.json"
PRINTING = (
    ("check", CHAIN), ("graph", CHAIN, "--format", "svg"), ("simulate", CHAIN, "--format", "junit"), ("explain",),
    ("rename", "9YLjj12HE", "find", CHAIN, "--diff"),
    ("config",), ("completion", "zsh"), ("man",), ("schema",), ("--help",), ("--version",),
)  # fmt: skip
"""What writes to standard output, and ends with 0."""
APART = (("check", CHAIN), ("--version",))
"""Of these, one that writes by itself and one that leaves it to argparse: run in processes of their own."""
FULL = "kustui: standard output: no space left on device\n"
FAILING = (("check", "nofile.json"), (CHAIN,), ("-",))
"""What writes to standard error, and ends with 2."""
WRONG = (("check",), ("check", "--nope"), ("check", "nofile.json"), ("graph", "-"))
"""Of what does so, that which asks for no terminal."""


@pytest.fixture(autouse=True)
def _root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


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


@pytest.mark.parametrize("command", APART, ids=" ".join)
def test_a_full_disk_is_told_and_a_closed_stream_or_pipe_is_no_mistake(command: tuple[str, ...]) -> None:
    full = shell(">/dev/full", *command)
    assert (full.returncode, full.stderr) == (2, FULL)
    assert shell(">/dev/full 2>&-", *command).returncode == 2
    unbuffered = shell(">/dev/full", *command, PYTHONUNBUFFERED="1")
    assert (unbuffered.returncode, unbuffered.stderr) == (full.returncode, full.stderr)
    for closed in (">&-", "2>&- <&-"):
        done = shell(closed, *command)
        assert done.returncode == 0, closed
        assert "internal error" not in done.stderr, closed
    assert _piped(*command) == (0, "")


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_so_it_is_with_every_command(command: tuple[str, ...]) -> None:
    """With the streams that Python makes of such files, in this process."""
    for buffering in (io.DEFAULT_BUFFER_SIZE, 0):
        for stderr in (io.StringIO(), None):
            with _writer(os.open("/dev/full", os.O_WRONLY), buffering) as full:
                assert run_on_streams(*command, stdin=None, stdout=full, stderr=stderr) == 2
            assert stderr is None or stderr.getvalue() == FULL
    errors = io.StringIO()
    assert run_on_streams(*command, stdin=io.StringIO(), stdout=None, stderr=errors) == 0
    assert "internal error" not in errors.getvalue()
    assert run_on_streams(*command, stdin=None, stdout=io.TextIOWrapper(io.BytesIO()), stderr=None) == 0
    reading, writing = os.pipe()
    os.close(reading)
    errors = io.StringIO()
    with _writer(writing) as stdout:
        assert run_on_streams(*command, stdin=None, stdout=stdout, stderr=errors) == 0
    assert errors.getvalue() == ""


def _writer(descriptor: int, buffering: int = io.DEFAULT_BUFFER_SIZE) -> io.TextIOWrapper:
    """Standard output as Python opens it, without a buffer as well."""
    raw = open(descriptor, "wb", buffering)  # noqa: SIM115  # the caller closes it
    return io.TextIOWrapper(raw, "utf-8", write_through=not buffering)


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


@pytest.mark.parametrize("command", FAILING, ids=" ".join)
def test_what_cannot_be_carried_out_says_so_by_its_status(command: tuple[str, ...]) -> None:
    for redirected in ("2>/dev/full", ">&- 2>&-", ">/dev/full 2>&-", "<&-"):
        done = shell(redirected, *command)
        assert done.returncode == 2, redirected
        assert "internal error" not in done.stderr


@pytest.mark.parametrize("command", WRONG, ids=" ".join)
def test_so_it_does_whatever_is_wrong(command: tuple[str, ...]) -> None:
    with _writer(os.open("/dev/full", os.O_WRONLY)) as full:
        assert run_on_streams(*command, stdin=io.StringIO(), stdout=io.StringIO(), stderr=full) == 2
    with _writer(os.open("/dev/full", os.O_WRONLY)) as full:
        assert run_on_streams(*command, stdin=io.StringIO(), stdout=full, stderr=None) == 2
    assert run_on_streams(*command, stdin=io.StringIO(), stdout=None, stderr=None) == 2
    errors = io.StringIO()
    assert run_on_streams(*command, stdin=None, stdout=io.StringIO(), stderr=errors) == 2
    assert "internal error" not in errors.getvalue()


CLOSED = "kustui: - reads standard input, which is closed: pipe a definition into it\n"


def test_standard_input_that_is_closed_is_told() -> None:
    done = shell("<&-", "check", "-")
    assert (done.returncode, done.stderr) == (2, CLOSED)
    for command in ("graph", "simulate"):
        errors = io.StringIO()
        assert run_on_streams(command, "-", stdin=None, stdout=io.StringIO(), stderr=errors) == 2, command
        assert errors.getvalue() == CLOSED, command


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
    for closed in (">&-", "2>/dev/full", ">&- 2>&-"):
        assert shell(closed, "check", wrong).returncode == 1
    report = io.TextIOWrapper(io.BytesIO())
    assert run_on_streams("check", wrong, stdin=io.StringIO(), stdout=report, stderr=None) == 1
    assert run_on_streams("check", wrong, stdin=None, stdout=report, stderr=io.StringIO()) == 1
    assert _piped("check", wrong) == (1, "")
    assert shell(">/dev/full", "check", wrong).returncode == 2


HASTY = """
import sys
from kustui.cli import main
from kustui.commands import output
from kustui.workspace import check_processes

output.WORTH_SHOWING = output.PAUSE = 0.0
check_processes.WORTH_IT = int(sys.argv[1])
sys.exit(main(["check", "app.json"]))
"""
"""A check that takes anything for long, and as worth other processes what is as large as its argument."""


@pytest.mark.parametrize("worth_it", [0, 1_000_000], ids=["by several", "by one"])
def test_a_check_that_takes_long_says_on_the_terminal_how_far_it_has_come_and_leaves_nothing_of_it(
    tmp_path: Path, worth_it: int
) -> None:
    write(tmp_path / "app.json", 120, 4)
    with Terminal(["-c", HASTY, str(worth_it)], command=[sys.executable], cwd=tmp_path) as terminal:
        terminal.wait_for_bytes(b"checking: ")
        terminal.wait_for_bytes(b" of 120")
        terminal.ended()
        assert "checking:" not in terminal.text
        assert terminal.raw.rindex(b"\r\x1b[K") > terminal.raw.rindex(b"checking: ")


def test_nothing_is_said_of_progress_where_standard_error_is_no_terminal(tmp_path: Path) -> None:
    write(tmp_path / "app.json", 20, 4)
    ran = subprocess.run(
        [sys.executable, "-c", HASTY, "1_000_000"], cwd=tmp_path, capture_output=True, check=False, timeout=PATIENCE
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_profiler_that_starts_kustui_writes_what_it_saw(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cProfile", "-o", str(tmp_path / "profile"), "-m", "kustui", "check", CHAIN]
    assert subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).returncode == 0
    assert (tmp_path / "profile").stat().st_size > 1_000
