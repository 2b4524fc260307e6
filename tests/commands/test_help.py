"""Every example that the help shows, carried out as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from kustui.cli import main
from kustui.commands import COMMANDS
from tests.support.history import commit_history
from tests.support.patience import PATIENCE
from tests.support.terminal import SAMPLES, Terminal, environment

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
INTERRUPT = "\x03"
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
def test_an_example_does_what_it_says(place: Path, example: str) -> None:
    env = {"PATH": PATH, "HOME": str(place / "home")}
    if example.startswith("curl"):
        example = example.replace("curl …", "cat app.json")
    if "scenario.json" in example and "--save" not in example:
        _carried_out("kustui simulate app.json --save late.scenario.json --force", place, env)
    elif "--save" in example:  # which another example wrote before
        (place / "late.scenario.json").unlink(missing_ok=True)
    if example.startswith("kustui simulate workflows/"):
        draft = (
            'kustui simulate workflows/ --workflow "First reply: watch" --save workflows/reply.scenario.json --force'
        )
        _carried_out(draft, place, env)
    if "--baseline" in example:
        _carried_out("kustui check . --write-baseline baseline.json", place, env)
    is_explorer = re.search(rf"kustui (?!({'|'.join(COMMANDS)})\b)", example) is not None
    if not is_explorer and "--watch" not in example:
        _carried_out(example, place, env)
        return
    with Terminal(command=("bash", "-c", example), cwd=place, env=env) as terminal:
        terminal.wait_for("Workflows " if is_explorer else ".json")
        terminal.settle()
        terminal.press("q" if is_explorer else INTERRUPT)
        assert terminal.ended() in ((0,) if is_explorer else (130, -2))


def _carried_out(example: str, place: Path, env: dict[str, str]) -> None:
    before = "compdef() { :; }; " if "completion zsh" in example else ""  # this bash is to stand for zsh
    command = ["bash", "-c", before + example]
    done = subprocess.run(command, cwd=place, env=environment(env), capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode in (0, 1), done.stderr
    assert done.returncode == 0 or example.startswith(("kustui check", "cat app.json"))
    written = re.search(r"(?:--output|--save|--write-baseline|>) ([^\s)]+)", example)
    if written:
        target = Path(written[1].replace("~", env["HOME"]))
        path = place / target
        assert path.is_dir() or path.stat().st_size, f"{target} is empty"
    elif not example.startswith(
        ("source", "kustui check", "cat", "kustui lsp")
    ):  # where nothing is wrong nothing is told
        assert done.stdout.strip()


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
