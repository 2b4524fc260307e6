"""The cache as a person meets it: the same answers, sooner, and none where it is not wanted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kustui.cache import cache_path
from kustui.check.reports import FORMATS
from tests.benchmarks.generate import definition
from tests.support.commands import run_command, run_with_input
from tests.support.patience import PATIENCE
from tests.support.terminal import Terminal

COMMANDS = (
    *(("check", "app.json", "--format", name) for name in FORMATS),
    ("check", "app.json", "--fail-on", "never", "--ignore", "unknown-target"),
    ("check", "app.json", "--select", "unknown-target"),
    ("graph", "app.json", "--schedules"),
    ("graph", "app.json", "--format", "json"),
    ("simulate", "app.json", "--explore", "--format", "json"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.json").write_text(json.dumps(definition(6, 5, mistakes=4), indent=1))
    return tmp_path


def size() -> int:
    path = cache_path()
    return path.stat().st_size if path is not None and path.exists() else 0


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_second_run_says_the_same(command: tuple[str, ...], capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    expected = run_command(capsys, *command, "--no-cache")
    assert not size()
    assert run_command(capsys, *command) == expected
    assert size()
    assert run_command(capsys, *command) == expected
    value = json.loads((folder / "app.json").read_text())
    value["workflows"].reverse()
    (folder / "app.json").write_text(json.dumps(value))
    assert run_command(capsys, *command) == run_command(capsys, *command, "--no-cache")


def test_a_baseline_is_compared_with_what_was_kept(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run_command(capsys, "check", "app.json")[0] == 1
    assert run_command(capsys, "check", "app.json", "--write-baseline", "baseline.json")[0] == 0
    assert run_command(capsys, "check", "app.json", "--baseline", "baseline.json") == (0, "no problems in 1 file\n", "")


def test_standard_input_is_kept_too(folder: Path) -> None:
    answers = [
        run_with_input("check", *words, given=(folder / "app.json").read_bytes())
        for words in (["-"], ["-"], ["-", "--stdin-filename", "app.json"], ["app.json"])
    ]
    assert [answer.returncode for answer in answers] == [1] * 4
    assert answers[0].stdout == answers[1].stdout
    assert answers[2].stdout == answers[3].stdout


def test_a_configuration_does_without(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "kustui.toml").write_text("cache = false\n")
    run_command(capsys, "check", "app.json")
    assert not size()


def test_a_configuration_is_told_wrong_each_time(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "kustui.toml").write_text("colour = 1\n")
    assert run_command(capsys, "check", "app.json") == run_command(capsys, "check", "app.json")
    (folder / "kustui.toml").write_text("ascii = true\n")
    assert run_command(capsys, "check", "app.json")[0] == 1
    (folder / "kustui.toml").write_text("ascii = 1\n")
    assert run_command(capsys, "check", "app.json")[0] == 2


def test_the_configuration_says_where_it_is(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    run_command(capsys, "check", "app.json")
    _, text, _ = run_command(capsys, "config")
    assert f"{cache_path()}  (0." in text
    _, text, _ = run_command(capsys, "config", "--format", "json")
    assert json.loads(text)["cache"] == {"path": str(cache_path()), "bytes": size()}


CONFIGURATION = '[rules]\nloop = "off"\n[[suppress]]\nrule = "no-entry"\nreason = "x"\n'


@pytest.mark.parametrize("configuration", ["", CONFIGURATION])
def test_what_has_not_changed_loads_no_rules(
    capsys: pytest.CaptureFixture[str], folder: Path, configuration: str
) -> None:
    (folder / "kustui.toml").write_text(configuration)
    run_command(capsys, "check", "app.json")
    program = (
        "import sys; from kustui.cli import main; main(['check', 'app.json']);"
        "print({'pydantic', 'kustui.check.rules', 'kustui.analysis.flow'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.endswith("\nset()\n")


@pytest.mark.slow
def test_the_explorer_keeps_what_it_finds_out(folder: Path) -> None:
    for _ in range(2):
        with Terminal(["app.json"], cwd=folder, is_loaded=True) as terminal:
            terminal.wait_for("✗")
            terminal.settle()
            terminal.press("q")
            terminal.ended()
        assert size()


@pytest.mark.slow
def test_the_explorer_does_without(folder: Path) -> None:
    with Terminal(["app.json", "--no-cache"], cwd=folder, is_loaded=True) as terminal:
        terminal.wait_for("✗")
        terminal.settle()
        terminal.press("q")
        terminal.ended()
    assert not size()
