"""What the shells complete, asked of the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kustui.cli import main
from kustui.commands import COMMANDS
from kustui.commands.completion import SHELLS
from kustui.commands.grammar import grammar
from kustui.config.themes import THEMES
from tests.support.terminal import ROOT, Terminal, environment

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
TIMERS = "samples/timer-chain.json"
NAMES = {
    "followup-timer-1-of-4-start",
    "followup-timer-2-of-4-60-minutes",
    "followup-timer-3-of-4-1-day",
    "followup-timer-4-of-4-7-days",
}
BASH = """
source {script}
compopt() {{ :; }}
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_kustui
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def script(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[[str], Path]:
    """The script of a shell, in a file."""

    def written(shell: str) -> Path:
        assert main(["completion", shell]) == 0
        path = tmp_path / f"kustui.{shell}"
        path.write_text(capsys.readouterr().out)
        return path

    return written


def lines_of(command: list[str], home: Path) -> set[str]:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment({"PATH": PATH, "HOME": str(home)}),
        capture_output=True,
        text=True,
        timeout=40,
    )
    assert not done.stderr
    return {line.split("\t")[0] for line in done.stdout.splitlines() if line}


def completed(shell: str, script: Path, words: list[str]) -> set[str]:
    """What a shell offers for the last of some words."""
    if shutil.which(shell, path=PATH) is None:
        pytest.skip(f"there is no {shell} on this machine")
    if shell == "bash":
        quoted = " ".join(f"'{word}'" for word in words)
        return lines_of(["bash", "--norc", "-c", BASH.format(script=script, words=quoted)], script.parent)
    asked = f"source {script}; complete -C'{' '.join(words)}'"
    return lines_of(["fish", "--no-config", "-c", asked], script.parent)


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["kustui", "chec"], {"check"}),
        (["kustui", "--theme", ""], set(THEMES)),
        (["kustui", "check", "--fa"], {"--fail-on"}),
        (["kustui", "check", "--format", "s"], {"sarif"}),
        (["kustui", "check", "--select", "loop,no-e"], {"loop,no-entry"}),
        (["kustui", "explain", "missing-"], {"missing-input", "missing-param", "missing-workflow-id"}),
        (["kustui", "completion", ""], set(SHELLS)),
        (["kustui", "graph", TIMERS, "--workflow", "followup"], NAMES),
        (["kustui", "simulate", TIMERS, "--workflow", "followup"], NAMES),
        (["kustui", "samples/timer-chain.j"], {TIMERS}),
        (["kustui", "check", "samples/timer-chain.j"], {TIMERS}),
    ],
)
def test_a_shell_offers_what_can_stand_there(
    script: Callable[[str], Path], shell: str, words: list[str], offered: set[str]
) -> None:
    assert completed(shell, script(shell), words) == offered


def test_bash_takes_an_equals_sign_for_a_word_of_its_own(script: Callable[[str], Path]) -> None:
    assert completed("bash", script("bash"), ["kustui", "graph", "--format", "=", "m"]) == {"mermaid"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("kustui chec\t", "kustui check"),
        ("kustui check --fail-o\t", "--fail-on"),
        ("kustui check --format sar\t", "--format sarif"),
        ("kustui check --select unreachable-s\t", "--select unreachable-step"),
        ("kustui --theme hi\t", "--theme high-contrast"),
        (f"kustui graph {TIMERS} --workflow followup-timer-4\t", "followup-timer-4-of-4-7-days"),
        ("kustui check samples/timer-chain.j\t", TIMERS),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_tab_at_the_prompt_completes(
    script: Callable[[str], Path], tmp_path: Path, shell: str, typed: str, shown: str
) -> None:
    if shutil.which(shell, path=PATH) is None:
        pytest.skip(f"there is no {shell} on this machine")
    written, before = script(shell), "autoload -Uz compinit && compinit -u\n" if shell == "zsh" else ""
    (tmp_path / f".{shell}rc").write_text(f"{before}source {written}\nPS1='ready> '\n")
    command = ("zsh",) if shell == "zsh" else ("bash", "--rcfile", str(tmp_path / ".bashrc"), "-i")
    env = {"PATH": PATH, "ZDOTDIR": str(tmp_path), "HOME": str(tmp_path)}
    with Terminal(command=command, env=env, columns=120) as terminal:
        terminal.wait_for("ready>")
        terminal.press(typed)
        terminal.wait_for(shown)


def test_every_option_of_every_command_is_in_the_script_of_every_shell(script: Callable[[str], Path]) -> None:
    texts = {shell: script(shell).read_text() for shell in SHELLS}
    for command in grammar(COMMANDS):
        for option in command.options:
            for shell, text in texts.items():
                assert (f"-l {option.names[-1][2:]} " if shell == "fish" else option.names[-1]) in text


def test_of_what_cannot_be_read_there_are_no_workflows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["completion", "--workflows", str(tmp_path / "none.json")]) == 0
    assert capsys.readouterr().out == ""


def test_without_a_shell_it_asks_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion"]) == 2
    assert capsys.readouterr().err == "kustui: name a shell: bash, zsh, fish\n"
