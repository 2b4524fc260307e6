"""Every example that the help shows, carried out as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from kustui.cli import main
from kustui.commands import COMMANDS
from tests.support.commands import run_command
from tests.support.history import commit_history
from tests.support.patience import PATIENCE
from tests.support.terminal import KUSTUI, SAMPLES, Terminal, environment

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
INTERRUPT = "\x03"
_FOR_A_SHELL = re.compile(r"[|<>~]|^source| - ")
"""What only a shell carries out, or reads standard input."""
_EXAMPLE = re.compile(r"  ((?:curl … \| |source <\()?kustui\b.*?)(?:\s{2,}.*)?$")


def help_of(command: str) -> str:
    out = StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit):
        main([*([command] if command else []), "--help"])
    return out.getvalue()


def examples() -> list[str]:
    """Those of the commands' help, each once, in their order."""
    found: list[str] = []
    for command in ("", *COMMANDS):
        _, _, told = help_of(command).partition("\nexamples:\n")
        found += [match[1] for line in told.splitlines() if (match := _EXAMPLE.match(line))]
        assert told.strip(), f"{command} has no example"
        assert len(told.strip().splitlines()) <= len(found), f"an example of {command} is not carried out"
    return found


EXAMPLES = examples()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which there is everything that the examples name."""
    folder = tmp_path_factory.mktemp("place")
    app = json.loads((SAMPLES / "orders.json").read_text())
    others = ("order-shipped", "return-accepted")
    app["workflows"] = [workflow for workflow in app["workflows"] if workflow["name"] not in others]
    (folder / "app.json").write_text(json.dumps(app, indent=2))
    (folder / "order.json").write_text('{"data": {"id": "o1"}}')
    (folder / "run.json").write_text(
        '{"event": {}, "error": "gone", "meta": {"context": {}}, "workflowId": "order-created"}'
    )
    for name in ("workflows", "samples", "check"):
        shutil.copytree(SAMPLES / "one-per-file", folder / name)
    for home in (".config/fish/completions", ".local/share/man/man1"):
        (folder / "home" / home).mkdir(parents=True)
    for name, version in (("old", "2.4.0"), ("new", "2.5.0")):
        (folder / f"{name}.json").write_text(json.dumps({**app, "version": version}))
    commit_history(folder, next((folder / "workflows").glob("*.json")))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_does_what_it_says(
    place: Path, example: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {"PATH": PATH, "HOME": str(place / "home")}
    monkeypatch.chdir(place)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    if example.startswith("curl"):
        example = example.replace("curl …", "cat app.json")
    for words in _before(example, place):
        assert run_command(capsys, *shlex.split(words))[0] in (0, 1)
    is_explorer = re.search(rf"kustui (?!({'|'.join(COMMANDS)})\b)", example) is not None
    if is_explorer or "--watch" in example:
        by_a_shell = not is_explorer or _FOR_A_SHELL.search(example) is not None
        arguments = ["-c", example] if by_a_shell else shlex.split(example)[1:]
        command = ("bash",) if by_a_shell else KUSTUI
        with Terminal(arguments, command=command, cwd=place, env=env, is_loaded=not by_a_shell) as terminal:
            terminal.wait_for("Workflows " if is_explorer else ".json")
            terminal.settle()
            terminal.press("q" if is_explorer else INTERRUPT)
            assert terminal.ended() in ((0,) if is_explorer else (130, -2))
        return
    status, out, error = _by_a_shell(example, env) if _FOR_A_SHELL.search(example) else _here(example, capsys)
    assert status in (0, 1), error
    assert status == 0 or example.startswith(("kustui check", "cat app.json"))
    written = re.search(r"(?:--output|--save|--write-baseline|>) ([^\s)]+)", example)
    if written:
        path = place / written[1].replace("~", env["HOME"])
        assert path.is_dir() or path.stat().st_size, f"{path} is empty"
    elif not example.startswith(
        ("source", "kustui check", "cat", "kustui lsp")
    ):  # where nothing is wrong nothing is told
        assert out.strip()


def _before(example: str, place: Path) -> Iterator[str]:
    """Commands by which there is what an example needs."""
    if "scenario.json" in example and "--save" not in example:
        yield "simulate app.json --save late.scenario.json --force"
    elif "--save" in example:  # which another example wrote before
        (place / "late.scenario.json").unlink(missing_ok=True)
    if example.startswith("kustui simulate workflows/"):
        yield 'simulate workflows/ --workflow "First reply: watch" --save workflows/reply.scenario.json --force'
    if "--baseline" in example:
        yield "check . --write-baseline baseline.json"


def _here(example: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    program, *words = shlex.split(example)
    assert program == "kustui"
    return run_command(capsys, *words)


def _by_a_shell(example: str, env: dict[str, str]) -> tuple[int, str, str]:
    before = "compdef() { :; }; " if "completion zsh" in example else ""  # this bash is to stand for zsh
    command = ["bash", "-c", before + example]
    done = subprocess.run(command, env=environment(env), capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def test_the_help_names_every_command() -> None:
    assert set(re.findall(r"^  kustui ([a-z]+) .*  ", help_of(""), re.MULTILINE)) >= set(COMMANDS)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_fits_a_terminal_of_a_hundred_and_twenty_columns(command: str) -> None:
    assert max(map(len, help_of(command).splitlines())) <= 120


def test_what_is_no_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["config", "--key"])
    assert left.value.code == 2
    assert "unrecognized arguments: --key" in capsys.readouterr().err
