"""Where commands write what they are asked for."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from kustui.commands import COMMANDS
from kustui.commands.command_line import parser_of
from kustui.commands.output import ProgressLine
from tests.support.commands import run_command
from tests.support.definitions import a_workflow, write_json

OUTPUT = {
    "check": ["check", "a.json"],
    "graph": ["graph", "a.json"],
    "simulate": ["simulate", "a.json"],
    "diff": ["diff", "a.json", "b.json"],
    "config": ["config"],
    "schema": ["schema"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_json(tmp_path / "a.json", a_workflow("a"))
    write_json(tmp_path / "b.json", a_workflow("a", description="other"))
    return tmp_path


def test_every_command_that_writes_a_file_is_here() -> None:
    commands = {name for name in COMMANDS for action in parser_of(name).arguments() if action.dest == "output"}
    assert commands == OUTPUT.keys()


@pytest.mark.parametrize("command", OUTPUT.values(), ids=OUTPUT)
def test_a_dash_is_standard_output(command: list[str], capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    status, plain, _ = run_command(capsys, *command)
    assert plain
    assert run_command(capsys, *command, "--output", "-")[:2] == (status, plain)
    assert not (folder / "-").exists()


def test_coverage_goes_to_standard_output_where_the_report_does_not(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "b.json").unlink()
    command = ["simulate", ".", "--coverage", "lcov", "--coverage-file", "-", "--output", "report.txt"]
    run_command(capsys, "simulate", "a.json", "--save", "a.scenario.json")
    status, output, _ = run_command(capsys, *command)
    assert (status, output.splitlines()[:2]) == (0, ["TN:", "SF:a.json"])
    assert "passed a.scenario.json" in (folder / "report.txt").read_text()
    assert not (folder / "-").exists()


def test_a_baseline_is_written_to_standard_output(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    status, output, told = run_command(capsys, "check", "a.json", "--write-baseline", "-")
    run_command(capsys, "check", "a.json", "--write-baseline", "baseline.json")
    assert (status, output) == (0, (folder / "baseline.json").read_text())
    assert told.startswith("standard output: ")
    assert not (folder / "-").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "a.json", "--output", "b.json"),
        ("check", "a.json", "--output", "a.json", "--fix"),
        ("check", "a.json", "--write-baseline", "b.json"),
        ("check", "a.json", "--output", "half.json"),
        ("graph", "a.json", "--format", "json", "--output", "./a.json"),
        ("diff", "a.json", "b.json", "--output", "a.json"),
        ("simulate", "a.json", "--output", "a.scenario.json"),
    ],
)
def test_no_report_replaces_a_definition_or_a_scenario(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: tuple[str, ...]
) -> None:
    (folder / "half.json").write_text((folder / "b.json").read_text()[:-9])
    run_command(capsys, "simulate", "a.json", "--save", "a.scenario.json")
    before = {path: path.read_text() for path in folder.iterdir()}
    status, _, told = run_command(capsys, *arguments)
    assert status == 2
    assert "which a report would replace: write to another file" in told
    assert {path: path.read_text() for path in folder.iterdir()} == before


@pytest.mark.parametrize("format_", ["json", "sarif", "jsonl"])
def test_a_report_replaces_the_one_before(capsys: pytest.CaptureFixture[str], folder: Path, format_: str) -> None:
    command = ("check", "a.json", "--format", format_, "--output", "report.json")
    first, second = (run_command(capsys, *command)[0] for _ in range(2))
    assert first == second != 2
    drawing = ("graph", "a.json", "--format", "json", "--output", "drawing.json")
    assert [run_command(capsys, *drawing)[0] for _ in range(2)] == [0, 0]


def test_a_rehearsal_is_saved_to_standard_output_where_the_report_goes_elsewhere(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    status, output, _ = run_command(capsys, "simulate", "a.json", "--save", "-", "--output", "report.txt")
    assert status == 0
    assert json.loads(output)["scenario"]
    status, output, told = run_command(capsys, "simulate", "a.json", "--save", "-")
    assert (status, output) == (2, "")
    assert "--save - and the report both go to standard output: add --output FILE" in told
    status, output, told = run_command(capsys, "simulate", "a.json", "--explore", "--save", "-")
    assert (status, output) == (2, "")
    assert "--explore saves scenarios in a folder" in told
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "b.json", "report.txt"]


def test_of_progress_nothing_is_said_in_the_first_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, errors = [0.0], io.StringIO()
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setattr(errors, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", errors)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressLine() as progress:
        for clock[0], done in ((0.9, 1), (1.1, 2), (1.15, 3), (1.3, 4)):
            progress.checking(done, 9)
    shown = [line.partition(",")[0] for line in errors.getvalue().split("\r")]
    assert shown == ["", "checking: 2 of 9", "checking: 4 of 9", "\x1b[K"]
