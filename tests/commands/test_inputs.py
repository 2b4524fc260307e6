"""What the commands read that need no screen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kustui.commands.inputs import read_stdin
from kustui.errors import KustuiError


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device here")
def test_standard_input_that_would_never_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/zero").open() as zero:
        monkeypatch.setattr(sys, "stdin", zero)
        with pytest.raises(KustuiError, match="standard input: not a file but a device"):
            read_stdin()
