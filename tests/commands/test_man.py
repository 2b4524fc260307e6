"""The manual page, read as ``man`` reads it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from kustui.cli import main
from kustui.commands import COMMANDS
from kustui.commands.command_line import parser_of


@pytest.fixture
def page(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["man"]) == 0
    return capsys.readouterr().out


def test_every_command_and_option_is_in_it(page: str) -> None:
    plain = page.replace("\\-", "-")
    for command in ("explore", *COMMANDS):
        parser = parser_of(command)
        assert f".SH {parser.prog.upper()}\n" in plain
        for argument in parser.arguments():
            assert ", ".join(argument.option_strings) in plain


def test_no_line_of_it_is_taken_for_a_request_by_mistake(page: str) -> None:
    requests = {match[0] for line in page.splitlines() if (match := re.match(r"[.'][^ ]*", line))}
    assert requests <= {".TH", ".SH", ".B", ".br", ".TP", ".PP", ".nf", ".fi", ".ad"}


def test_groff_has_nothing_to_say_of_it(page: str) -> None:
    if shutil.which("groff") is None:
        pytest.skip("there is no groff on this machine")
    done = subprocess.run(
        ["groff", "-K", "utf8", "-man", "-Tutf8", "-ww", "-P-c"], input=page, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    shown = re.sub(r".\x08", "", done.stdout)
    assert "kustui - see, check and rehearse Kustomer workflows in a terminal" in shown
    assert "--fail-on error|warning|info|never" in shown
    assert "  kustui check app.json\n" in shown
