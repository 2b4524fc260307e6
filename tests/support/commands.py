"""The command line, run in this process: a hundred times as fast as one of its own, for all that needs none."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING, TextIO
from unittest import mock

from kustui.cli import main

if TYPE_CHECKING:
    import pytest


def run_command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit status, standard output and standard error, which holds no traceback."""
    status = _status_of(words)
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    return status, output.out, output.err


def run_with_input(*words: str, given: bytes = b"", encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    """Run it with bytes on standard input, and pipes for output, which were opened for some encoding."""
    stdin, stdout, stderr = (io.TextIOWrapper(io.BytesIO(part), encoding) for part in (given, b"", b""))
    status = run_on_streams(*words, stdin=stdin, stdout=stdout, stderr=stderr)
    output, errors = (stream.buffer.getvalue() for stream in (stdout, stderr) if isinstance(stream.buffer, io.BytesIO))
    assert b"Traceback" not in errors
    return subprocess.CompletedProcess(words, status, output, errors)


def run_on_streams(*words: str, stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None) -> int:
    """The exit status with these streams, None for one that is closed; everything is written when it comes back."""
    with mock.patch.multiple(sys, stdin=stdin, stdout=stdout, stderr=stderr):
        status = _status_of(words)
        for stream in filter(None, (stdout, stderr)):
            stream.flush()
    return status


def _status_of(words: tuple[str, ...]) -> int:
    try:
        return main(words)
    except SystemExit as end:
        return int(end.code or 0)
