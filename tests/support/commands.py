"""The command line, run in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.cli import main

if TYPE_CHECKING:
    import pytest


def run_command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit status, standard output and standard error, which holds no traceback."""
    try:
        status = main(words)
    except SystemExit as end:
        status = int(end.code or 0)
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    return status, output.out, output.err
